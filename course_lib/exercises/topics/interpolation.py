"""Exercises of topic 04, interpolation, in the order of its notebook. Slides 25 to 27."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import (
    coordinate_mistakes,
    point_value_mistakes,
    resampling_mistakes,
)
from course_lib.exercises.material import interpolation_cases as cases
from course_lib.exercises.material.interpolation_judges import same_labels
from course_lib.imaging import coordinates, interpolation, neighbors, resampling

_CORNER = np.array([-60.0, -90.0, -70.0])
_CLOSE = close(rtol=1e-5, atol=1e-6)  # wide enough for an answer in float32
_BLOCKS = np.arange(1, 33, dtype=np.uint8).reshape(2, 4, 4)

index_to_mm = Exercise(
    reference=coordinates.index_to_mm,
    points=1,
    cases=[
        given("slices of 4.4 mm", np.array([2.0, 10.0, 12.0]), cases.THICK, _CORNER),
        given(
            "slices of 0.6 mm, the origin at 0", np.array([[2, 10, 12]]), cases.THIN, np.zeros(3)
        ),
        drawn("several voxels", cases.many_indices),
        edge("a spacing of 0", np.ones(3), np.array([0.0, 0.5, 0.5]), _CORNER, raises=ValueError),
        edge(
            "a negative spacing", np.ones(3), np.array([-4.4, 0.5, 0.5]), _CORNER, raises=ValueError
        ),
    ],
    judge=_CLOSE,
    mistakes=coordinate_mistakes.INDEX_TO_MM,
    hints=[
        "Where does the voxel with the index 0 lie? And the one with the index 1 along Z?",
        "origin + index * spacing, for all axes at once: numpy does it element by element.",
    ],
    alternatives=[
        lambda index, spacing, origin: np.stack(
            [
                coordinates.index_to_mm(index, spacing, origin)[..., axis]
                for axis in range(len(spacing))
            ],
            axis=-1,
        ),
        lambda index, spacing, origin: coordinates.index_to_mm(index, spacing) + origin,
    ],
)

mm_to_index = Exercise(
    reference=coordinates.mm_to_index,
    points=1,
    cases=[
        given("slices of 4.4 mm", np.array([-51.2, -85.0, -63.8]), cases.THICK, _CORNER),
        given("the origin itself", _CORNER[np.newaxis], cases.THIN, _CORNER),
        drawn("several points", cases.many_points),
        edge("a spacing of 0", np.ones(3), np.array([0.0, 0.5, 0.5]), _CORNER, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=coordinate_mistakes.MM_TO_INDEX,
    hints=[
        "Send an index forth with `index_to_mm` and back with this function. What should come out?",
        "Solve point = origin + index * spacing for the index. Do not round.",
    ],
    alternatives=[
        lambda points, spacing, origin: coordinates.mm_to_index(points - origin, spacing),
    ],
)

nearest_value = Exercise(
    reference=cases.nearest_value,
    points=2,
    cases=[
        given(
            "pixels of 4.4 x 0.5 mm",
            np.arange(20).reshape(5, 4), np.array([7.92, 1.3]), np.array([4.4, 0.5]),
        ),
        given(
            "halfway between two pixels",
            np.arange(20).reshape(5, 4), np.array([1.0, 1.25]), np.array([2.0, 0.5]),
        ),
        drawn("a point in a CT of a head", cases.point_in_ct),
        given(
            "a point in the rim, before the first centre",
            np.arange(20).reshape(5, 4), np.array([-0.8, 1.0]), np.array([2.0, 0.5]),
        ),
        edge(
            "a point before the image",
            np.arange(20).reshape(5, 4), np.array([-3.0, 1.0]), np.array([2.0, 0.5]),
            raises=ValueError,
        ),
        edge(
            "a point behind the image",
            np.arange(20).reshape(5, 4), np.array([2.0, 2.1]), np.array([2.0, 0.5]),
            raises=ValueError,
        ),
    ],
    judge=equal(),
    mistakes=point_value_mistakes.NEAREST_VALUE,
    hints=[
        "First the index: point_mm / spacing. Between which two pixels does it lie, and which of "
        "them is nearer?",
        "`np.floor(index + 0.5)` rounds, and halves go up. `image[tuple(whole)]` reads one voxel "
        "when `whole` is an array of int.",
        "Before reading, refuse: `(whole < 0).any() or (whole >= image.shape).any()`.",
    ],
    alternatives=[
        lambda image, point_mm, spacing: interpolation.nearest_at(
            image, [point_mm, point_mm], spacing
        )[0].item(),
    ],
)  # fmt: skip

bilinear_value = Exercise(
    reference=cases.bilinear_value,
    points=3,
    cases=[
        given("a ramp", np.array([[0.0, 10.0], [40.0, 90.0]]), np.array([0.25, 0.7])),
        given(
            "8 bits, falling values",
            np.array([[200, 50, 10], [30, 220, 60], [0, 90, 255]], np.uint8), np.array([1.2, 1.6]),
        ),
        drawn("a point in a CT of a head", cases.index_in_ct),
        edge("the centre of the last pixel", np.arange(12.0).reshape(3, 4), np.array([2.0, 3.0])),
        edge(
            "the rim before the first row",
            np.arange(12.0).reshape(3, 4), np.array([-0.3, 1.5]),
        ),
        edge(
            "a point outside",
            np.arange(12.0).reshape(3, 4), np.array([1.0, 4.2]), raises=ValueError,
        ),
    ],
    judge=close(rtol=1e-5, atol=1e-4),
    mistakes=point_value_mistakes.BILINEAR_VALUE,
    hints=[
        "Try it by hand in the middle of four pixels: the mean. And on a pixel: its own value.",
        "row = int(point[0]) and down = point[0] - row; the same for the column. Interpolate "
        "along the column in both rows, then between the two results.",
        "Clip first: `point = np.clip(point, 0, last)`, and `row = min(int(point[0]), last[0] - "
        "1)`, so that row + 1 always exists.",
    ],
    alternatives=[
        lambda image, point: (
            interpolation.linear_at(np.asarray(image, float).T, point[::-1]).item()
        ),
        lambda image, point: interpolation.linear_at(np.asarray(image, np.float32), [point])[0],
    ],
)  # fmt: skip

trilinear_weights = Exercise(
    reference=interpolation.linear_weights,
    points=2,
    cases=[
        given("a point in a cell", np.array([0.5, 0.25, 0.1])),
        drawn("another point", lambda rng: (rng.uniform(0.05, 0.45, 3),)),
        given("on the lower voxel", np.zeros(3)),
        edge("a fraction above 1", np.array([0.5, 1.2, 0.5]), raises=ValueError),
        edge("a negative fraction", np.array([-0.1, 0.2, 0.5]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=coordinate_mistakes.TRILINEAR_WEIGHTS,
    hints=[
        "Along one axis the two weights are 1 - fraction and fraction. What do all eight add up "
        "to?",
        "weights[1, 0, 1] is fraction[0] * (1 - fraction[1]) * fraction[2].",
        "`np.multiply.outer(a, b)` multiplies every element of a with every element of b.",
    ],
    alternatives=[
        lambda fraction: np.array(
            [
                [[interpolation.linear_weights(fraction)[z, y, x] for x in (0, 1)] for y in (0, 1)]
                for z in (0, 1)
            ]
        ),
        lambda fraction: np.flip(interpolation.linear_weights(1 - fraction)),
    ],
)

resample_labels = Exercise(
    reference=cases.resample_labels,
    points=3,
    cases=[
        given("twice as large voxels", _BLOCKS, np.ones(3), np.array([1.0, 2.0, 2.0])),
        given("smaller voxels", _BLOCKS[:1], np.ones(3), np.array([1.0, 0.4, 0.6])),
        drawn("the tissues of a head", cases.head_on_other_grid),
        given(
            "from slices of 0.6 mm to 4.4 mm",
            np.repeat(np.arange(30, dtype=np.uint8), 4).reshape(30, 2, 2), cases.THIN, cases.THICK,
        ),
        edge("thinner than one new voxel", _BLOCKS, np.ones(3), np.array([9.0, 2.0, 2.0])),
        edge(
            "a negative spacing", _BLOCKS, np.ones(3), np.array([-2.0, 2.0, 2.0]), raises=ValueError
        ),
    ],
    judge=equal(),
    same=same_labels,
    mistakes=resampling_mistakes.RESAMPLE_LABELS,
    hints=[
        "How many voxels of the new size fit along an axis? Round n * spacing / new_spacing, and "
        "take at least one.",
        "Along one axis, with step = new_spacing / spacing: the centre of the new voxel i lies in "
        "the old voxel floor((i + 0.5) * step).",
        "`labels[np.ix_(z, y, x)]` takes the chosen slices, rows and columns at once. Clip each "
        "list of indices to n - 1.",
    ],
    alternatives=[
        lambda labels, spacing, new_spacing: resampling.resample(
            np.asarray(labels, float), spacing, new_spacing, "nearest"
        ).astype(int),
    ],
)  # fmt: skip

mask_volume_ml = Exercise(
    reference=resampling.volume_ml,
    points=1,
    cases=[
        given(
            "500 voxels in slices of 4.4 mm", np.arange(1000).reshape(10, 10, 10) < 500, cases.THICK
        ),
        drawn("a tissue of a head", cases.half_of_the_head),
        given("an empty mask", np.zeros((3, 3, 3), bool), cases.THIN),
        edge("a label volume in place of a mask", _BLOCKS, cases.THIN, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=coordinate_mistakes.MASK_VOLUME_ML,
    hints=[
        "What is the volume of one voxel of 4.4 x 0.5 x 0.5 mm, in mm3? And in ml?",
        "`np.count_nonzero(mask) * np.prod(spacing) / 1000`, after a look at `mask.dtype`.",
    ],
    alternatives=[
        lambda mask, spacing: resampling.volume_ml(mask, 1.0) * float(np.prod(spacing)),
    ],
)

invented_voxels = Exercise(
    reference=resampling.invented_voxels,
    points=3,
    lent=[resampling.resize],
    cases=[
        given(
            "1 and 3, and a 2 far away",
            np.array([1, 1, 3, 3, 3, 2]), np.array([1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 2, 2]),
        ),
        given(
            "a corner that became round",
            np.array([[4, 0], [0, 0]]), np.array([[4, 4, 1, 0], [4, 0, 0, 0]] + [[0] * 4] * 2),
        ),
        drawn("tissues of a head, linear and rounded", cases.interpolated_head),
        given(
            "linear and not rounded", np.array([0, 3]), np.array([0.0, 0.75, 2.25, 2.9, 3.0, 3.0])
        ),
        edge("labels that are decimals", np.array([0.0, 0.5]), np.zeros(4), raises=ValueError),
    ],
    judge=equal(),
    mistakes=resampling_mistakes.INVENTED_VOXELS,
    hints=[
        "Take one label alone: `labels == label` is a mask. Where does this label reach, if the "
        "mask is resized linearly?",
        "`resize(labels == label, resized.shape, 'linear') > 0` is True wherever at least one of "
        "the voxels around has this label.",
        "Collect, label by label, where `resized == label` and the label reaches. The rest is "
        "invented.",
    ],
    alternatives=[
        lambda labels, resized: resampling.invented_voxels(labels, resized).tolist(),
    ],
)  # fmt: skip

majority_of_neighbors = Exercise(
    reference=cases.majority_of_neighbors,
    points=2,
    cases=[
        given("three of four agree", np.array([[3, 1, 3], [2, 0, 2], [3, 2, 3]]), 1, 1),
        drawn("a small label image", cases.few_labels),
        given("two and two", np.array([[0, 5, 0], [2, 9, 5], [0, 2, 0]]), 1, 1),
        given("a label in the middle", np.array([[3, 6, 6], [3, 3, 4], [8, 6, 9]]), 1, 1),
        given("a corner", np.array([[7, 1, 4], [1, 4, 4], [4, 4, 4]]), 0, 0),
        given("the last pixel", np.array([[8, 8, 2], [8, 8, 6], [2, 6, 7]]), 2, 2),
        edge("a single pixel", np.array([[5]]), 0, 0, raises=ValueError),
    ],
    judge=equal(),
    mistakes=resampling_mistakes.MAJORITY_OF_NEIGHBORS,
    hints=[
        "Write the four neighbours of the middle pixel down. Which label occurs most often?",
        "Go through the steps (-1, 0), (1, 0), (0, -1), (0, 1) and keep the neighbours whose row "
        "and column lie inside.",
        "`np.unique(beside, return_counts=True)` gives labels in rising order and their votes; "
        "`votes.argmax()` is the first of the highest, so the lowest label of a tie.",
    ],
    alternatives=[
        lambda labels, row, column: np.bincount(
            neighbors.edge_neighbors(labels, (row, column))
        ).argmax(),
    ],
)
