"""Exercises of topic 13, the whole chain, in the order of its notebook. Slide 91."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close
from course_lib.exercises.material import chain_mistakes
from course_lib.exercises.material import whole_chain_cases as cases
from course_lib.imaging import chains

_IDENTITY = np.eye(4)

step_errors = Exercise(
    reference=chains.step_errors,
    call=cases.as_table,
    points=2,
    cases=[
        given(
            "three voxels, one of them air, after two steps", np.array([10.0, 20.0, 0.0]),
            [np.array([5.0, 30.0, 9.0]), np.array([9.0, 21.0, 4.0])],
            np.array([True, True, False]),
        ),
        drawn("the PET of a slice after four steps", cases.pet_after_steps),
        edge(
            "an empty mask", np.array([10.0, 20.0]), [np.array([9.0, 21.0])],
            np.array([False, False]), raises=ValueError,
        ),
        edge(
            "a reference of 0 in the mask", np.array([10.0, 0.0]), [np.array([9.0, 1.0])],
            np.array([True, True]), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-3, atol=1e-3),
    mistakes=chain_mistakes.STEP_ERRORS,
    hints=[
        "By hand: 5 in place of 10 is -50 %, 30 in place of 20 is +50 %. Their mean is 0, their "
        "mean without signs 50. So the first row is [0, 50].",
        "`reference[mask]` and `image[mask]` are two rows of numbers; make percent of them.",
        "Two slips to refuse first: `not mask.any()`, and `(reference[mask] <= 0).any()`.",
    ],
    alternatives=[
        lambda reference, images, mask: [
            tuple(chains.step_errors(reference, [image], mask)[0]) for image in images
        ],
    ],
)  # fmt: skip

source_index = Exercise(
    reference=chains.source_index,
    points=3,
    cases=[
        given(
            "a source with another voxel size and origin, not moved",
            np.array([[0, 0, 0], [4, 2, 6]]), (np.array([3.0, 3.0, 3.0]), np.array([-6.0, 0, 9])),
            _IDENTITY, (np.array([1.5, 2.0, 6.0]), np.array([-9.0, -4, -3])),
        ),
        drawn("a registered head", cases.two_grids),
        edge(
            "a spacing of 0", np.array([[1, 2, 3]]), (np.array([3.0, 3, 3]), np.zeros(3)),
            _IDENTITY, (np.array([3.0, 0, 3]), np.zeros(3)), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-5, atol=1e-5),
    mistakes=chain_mistakes.SOURCE_INDEX,
    hints=[
        "Four small steps: index to mm, the inverse of the matrix, mm to index, and a check of the "
        "spacings at the start. Print what you have after each for one voxel.",
        "`inverse = np.linalg.inv(matrix)`; points in rows become "
        "`points @ inverse[:3, :3].T + inverse[:3, 3]`.",
        "The last step is `(there - source_origin) / source_spacing`, with the numbers of the "
        "source.",
    ],
    alternatives=[
        lambda index, grid, matrix, source: (
            chains.source_index(np.asarray(index, float), grid, matrix, source)
        ),
        lambda index, grid, matrix, source: chains.source_index(
            index, (grid[0], np.zeros(3)),
            np.linalg.inv([[1, 0, 0, grid[1][0]], [0, 1, 0, grid[1][1]], [0, 0, 1, grid[1][2]],
                           [0, 0, 0, 1]]) @ matrix,
            source,
        ),
    ],
)  # fmt: skip

combine_maps = Exercise(
    reference=chains.combine_maps,
    points=2,
    cases=[
        given(
            "four voxels, one of them in an artefact", np.array([100.0, 41.0, -1000.0, 900.0]),
            np.array([300.0, 60.0, 50.0, 1200.0]), np.array([False, False, True, False]),
        ),
        drawn("a slice with holes", cases.two_maps),
        drawn("a slice with holes, stored in int16", cases.stored_maps),
        edge(
            "maps of different shapes", np.ones((2, 3)), np.ones((3, 2)),
            np.zeros((2, 3), bool), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-4, atol=1e-2),
    mistakes=chain_mistakes.COMBINE_MAPS,
    hints=[
        "Two kinds of voxels. Which of the two maps knows something in an artefact?",
        "`np.where(untrusted, ..., ...)` takes the first where the mask is True.",
        "Compare `own.shape` with `others.shape` before anything else.",
    ],
    alternatives=[
        lambda own, others, untrusted: chains.combine_maps(
            np.asarray(own, np.float32), np.asarray(others, np.float32), untrusted
        ),
    ],
)  # fmt: skip

error_budget = Exercise(
    reference=chains.error_budget,
    points=2,
    cases=[
        given(
            "four voxels of two tissues", np.array([1.0, 1.0, 1.0, 5.0]),
            np.array([1.5, 0.5, 1.0, 2.0]), np.array([2, 2, 2, 4]),
        ),
        drawn("attenuation maps of a slice", cases.two_attenuation_maps),
        edge(
            "two equal maps", np.array([0.1, 0.2]), np.array([0.1, 0.2]), np.array([2, 4]),
            raises=ValueError,
        ),
        edge(
            "maps of different shapes", np.zeros(2), np.ones((2, 1)), np.array([2, 4]),
            raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-4, atol=1e-4),
    mistakes=chain_mistakes.ERROR_BUDGET,
    hints=[
        "By hand: the errors are 0.5, 0.5, 0 and 3, together 4. Tissue 2 has 1 of it: 25 %.",
        "`errors = np.abs(made - reference)`; `errors[labels == label].sum()` is the part of one.",
        "Refuse what cannot be shared: other shapes, and a sum of 0.",
    ],
    alternatives=[
        lambda reference, made, labels: {
            np.int64(label): np.float64(share)
            for label, share in chains.error_budget(made, reference, labels).items()
        },
    ],
)  # fmt: skip

costs_of_leaving_out = Exercise(
    reference=chains.costs_of_leaving_out,
    call=cases.as_pairs,
    points=2,
    cases=[
        given(
            "three steps, one of which does harm", 1.5,
            {"bone": 2.0, "filter": 1.25, "registration": 4.5},
        ),
        drawn("a chain of seven steps", cases.errors_without),
        edge("no steps", 1.5, {}, raises=ValueError),
    ],
    judge=close(rtol=1e-6, atol=1e-6),
    mistakes=chain_mistakes.COSTS,
    hints=[
        "Without registration the error is 4.5 in place of 1.5: it costs 3. What does the filter "
        "cost?",
        "First a list of pairs: `[(name, value - error) for name, value in without.items()]`.",
        "`sorted(pairs, key=lambda pair: pair[1], reverse=True)` puts the largest cost first. "
        "`if not without:` finds the empty dict.",
    ],
    alternatives=[
        lambda error, without: [
            [name, value] for name, value in chains.costs_of_leaving_out(error, dict(without))
        ],
    ],
)  # fmt: skip
