"""Exercises of topic 12, Chan-Vese active contours, in the order of its notebook. Slides 88-90."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import chan_vese_cases as cases
from course_lib.exercises.material import (
    contour_mistakes,
    level_set_mistakes,
    outer_hole_mistakes,
)
from course_lib.imaging import contour_energy as energies
from course_lib.imaging import level_sets, outer_holes

_CLOSE = close(rtol=1e-5, atol=1e-6)
_SLOPES = close(rtol=1e-4, atol=1e-3)  # whatever little is added under the root


heaviside = Exercise(
    reference=level_sets.heaviside,
    points=1,
    cases=[
        given("seven values", np.array([-50.0, -2.0, -1.0, 0.0, 1.0, 2.0, 50.0]), 1.0),
        given("a step of width 0.5", np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), 0.5),
        drawn("a bumpy blob", cases.level_set_and_width),
        edge("a width of 0", np.array([-1.0, 1.0]), 0.0, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=level_set_mistakes.HEAVISIDE,
    hints=[
        "What does your function give at phi = 0? It has to be 1/2. At phi = epsilon? 3/4.",
        "`np.arctan(phi / epsilon)` runs from -pi/2 to pi/2. Which factor and which summand make "
        "0 to 1 of that?",
    ],
    alternatives=[
        lambda phi, epsilon: 1 - level_sets.heaviside(-np.asarray(phi), epsilon),
        lambda phi, epsilon: level_sets.heaviside(np.asarray(phi) * 2, 2 * epsilon).tolist(),
    ],
)

region_means = Exercise(
    reference=energies.region_means,
    call=cases.means_as_tuple,
    points=1,
    cases=[
        given(
            "six pixels, one of them on the contour",
            np.array([[9.0, 8.0, 1.0], [7.0, 2.0, 6.0]]),
            np.array([[2.0, 0.5, -1.0], [1.0, -3.0, 0.0]]),
        ),
        drawn("a PET slice and a bumpy blob", cases.slice_and_level_set),
        given(
            "whole numbers", np.array([[250, 255], [3, 7]], np.uint8),
            np.array([[1.0, 2.0], [-1.0, -1.0]]),
        ),
        edge("nothing inside", np.arange(4.0).reshape(2, 2), np.full((2, 2), -1.0),
             raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=level_set_mistakes.REGION_MEANS,
    hints=[
        "`phi > 0` is the mask of the inside, `~(phi > 0)` that of the outside.",
        "`image[mask].mean()` is the mean of the chosen pixels.",
        "`mask.all()` and `not mask.any()` tell when one side is empty.",
    ],
    alternatives=[
        lambda image, phi: np.array(energies.region_means(image, phi)),
        lambda image, phi: list(energies.region_means(image, phi)),
    ],
)  # fmt: skip

contour_length = Exercise(
    reference=level_sets.contour_length,
    points=2,
    cases=[
        given("a rectangle of 3 x 4 pixels, sharp", cases.SQUARE, 0.001),
        given("a slanted line", np.add.outer(np.arange(6.0), -np.arange(7.0)), 1.0),
        drawn("a bumpy blob", cases.level_set_and_width),
        given("a contour along the border", np.array([[1.0, -1.0, -1.0], [1.0, -1.0, -1.0]]), 0.5),
        edge("a width of 0", cases.SQUARE, 0.0, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=level_set_mistakes.CONTOUR_LENGTH,
    hints=[
        "First H(phi), then its differences: `H[1:] - H[:-1]` downward, `H[:, 1:] - H[:, :-1]` to "
        "the right. What shape do they have?",
        "Begin with two arrays of zeros of the shape of phi, and fill all but the last row of one, "
        "all but the last column of the other.",
        "`np.hypot(down, right).sum()`",
    ],
    alternatives=[
        lambda phi, epsilon: level_sets.contour_length(-np.asarray(phi), epsilon),
        lambda phi, epsilon: level_sets.contour_length(2 * np.asarray(phi), 2 * epsilon),
    ],
)

contour_energy = Exercise(
    reference=cases.contour_energy,
    points=2,
    cases=[
        given(
            "four pixels, sharp", np.array([[7.0, 9.0], [1.0, 2.0]]),
            np.array([[1.0, 1.0], [0.0, 0.0]]), (8.0, 1.5), 2.0, (0.5, 1.0, 3.0),
        ),
        given(
            "the same, soft", np.array([[7.0, 9.0], [1.0, 2.0]]),
            np.array([[0.8, 0.7], [0.4, 0.2]]), (8.0, 1.5), 2.0, (0.5, 1.0, 3.0),
        ),
        drawn("a PET slice and a bumpy blob", cases.slice_to_weigh),
        edge(
            "H of another shape", np.ones((2, 3)), np.array([[0.9, 0.2, 0.7]]), (1.0, 0.0), 2.0,
            (0.5, 1.0, 1.0), raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=contour_mistakes.CONTOUR_ENERGY,
    hints=[
        "Three terms, one after the other: mu times the length; then the inside; then the outside. "
        "Print each of them.",
        "`(step * (image - means[0]) ** 2).sum()` is how uneven the inside is. Outside, "
        "`1 - step` stands in the place of step: it is H(-phi).",
    ],
    alternatives=[
        lambda image, step, means, length, weights: cases.contour_energy(
            image, 1 - step, means[::-1], length, (weights[0], weights[2], weights[1])
        ),
    ],
)  # fmt: skip

curvature = Exercise(
    reference=level_sets.curvature,
    points=3,
    cases=[
        given("a corner", np.array([[2.0, 1.0, -1.0], [1.0, 0.5, -2.0], [-1.0, -2.0, -4.0]])),
        drawn("a bumpy blob", cases.level_set),
        edge("a flat level set", np.full((3, 4), 2.0)),
        edge("a level set with NaN", np.array([[1.0, np.nan], [0.0, 1.0]]), raises=ValueError),
    ],
    judge=_SLOPES,
    mistakes=level_set_mistakes.CURVATURE,
    hints=[
        "The slopes are those of `contour_length`, but of phi itself: differences to the next "
        "pixel, 0 at the last one.",
        "Divide both by `np.sqrt(down**2 + right**2 + 1e-8)`. What is left is a direction of "
        "length 1.",
        "The divergence goes back: `np.diff(down, axis=0, prepend=0)` takes from each pixel the "
        "one before. Along the columns, `axis=1`. Add both.",
    ],
    alternatives=[
        lambda phi: -level_sets.curvature(-np.asarray(phi)),
        lambda phi: level_sets.curvature(3 * np.asarray(phi)),
    ],
)

contour_speed = Exercise(
    reference=cases.contour_speed,
    points=2,
    cases=[
        given(
            "three pixels", np.array([[1.0, 0.2, 0.6]]), (0.9, 0.1), np.array([[0.0, 0.5, -1.0]]),
            (0.2, 1.0, 1.5),
        ),
        drawn("a PET slice and a bumpy blob", cases.slice_that_pulls),
        edge(
            "a curvature of another shape", np.ones((2, 3)), (1.0, 0.0),
            np.array([[0.1, 0.0, 0.1]]), (0.5, 1.0, 1.0), raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=contour_mistakes.CONTOUR_SPEED,
    hints=[
        "Should a pixel as bright as the mean of the inside rise or sink? Try it on one pixel.",
        "`weights[0] * bending - weights[1] * (image - means[0]) ** 2 + ...`",
    ],
    alternatives=[
        lambda image, means, bending, weights: cases.contour_speed(
            2 * image, tuple(2 * mean for mean in means), 4 * bending, weights
        ) / 4,
    ],
)  # fmt: skip

update_level_set = Exercise(
    reference=cases.update_level_set,
    points=1,
    cases=[
        given(
            "two pixels on the contour and one far away", np.array([[0.0, 0.0, 3.0]]),
            np.array([[1.0, -0.5, 1.0]]), 1.0, 2.0,
        ),
        drawn("a level set of a PET slice", cases.level_set_to_move),
        edge(
            "a width of 0", np.array([[1.0, -1.0]]), np.array([[0.5, 0.5]]), 0.0, 2.0,
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=contour_mistakes.UPDATE_LEVEL_SET,
    hints=[
        "On the contour, delta is 1 / (pi epsilon). Far away it is small, but nowhere 0.",
        "`delta = epsilon / np.pi / (epsilon**2 + phi**2)`",
    ],
    alternatives=[
        lambda phi, speed, epsilon, step: cases.update_level_set(
            phi, 2 * step * np.asarray(speed), epsilon, 0.5
        ),
    ],
)  # fmt: skip

at_rest = Exercise(
    reference=cases.at_rest,
    points=1,
    cases=[
        given("before the first step", [], 10_000, 0.001, 10),
        given("five quiet steps of ten", [3, 0, 1, 0, 0], 10_000, 0.001, 10),
        drawn("a contour that slows down and rests", cases.resting_steps),
        drawn("a contour that paused and moves on", cases.moving_steps),
        given("one jump among quiet steps", [500, 0, 0, 30, 0, 0, 0], 10_000, 0.001, 5),
        given("a moment of standing still", [500, 400, 0], 10_000, 0.001, 2),
        given("exactly at the tolerance", [500, 10, 10, 10], 10_000, 0.001, 3),
        given("just above it", [500, 9, 11, 9], 10_000, 0.001, 3),
        given("nothing may move, and nothing does", [12, 0, 0], 10_000, 0.0, 2),
        given("still fast", [900, 700, 650, 400], 10_000, 0.001, 3),
    ],
    judge=equal(),
    mistakes=contour_mistakes.AT_REST,
    hints=[
        "`moved[-calm:]` are the last steps. What does it give when there are fewer?",
        "`max(...)` of them may be tolerance * pixels at most.",
    ],
    alternatives=[
        lambda moved, pixels, tolerance, calm: (
            len(moved) >= calm and all(n / pixels <= tolerance for n in moved[-calm:])
        ),
    ],
)  # fmt: skip

fill_outer_hole = Exercise(
    reference=outer_holes.fill_outer_hole,
    points=3,
    cases=[
        given(
            "a hole, a sinus behind a corner, one apart, and bone",
            cases.HOLE_AND_SINUSES, np.pad(np.ones((5, 5), bool), 1), 0.0975, 0.05,
        ),
        drawn("a slice with two holes", cases.map_with_holes),
        given(
            "a map without a hole", np.pad(np.full((2, 3), 0.1), 1),
            np.pad(np.ones((2, 3), bool), 1), 0.0975, 0.05,
        ),
        edge(
            "no body at all", np.pad(np.full((2, 3), 0.1), 1), np.zeros((4, 5), bool), 0.0975, 0.05,
            raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=outer_hole_mistakes.FILL_OUTER_HOLE,
    hints=[
        "`mu_map < air_below` is all air. `scipy.ndimage.label` gives every connected part of it a "
        "number, and returns the numbers and how many there are.",
        "Which numbers occur outside of the body? `np.unique(parts[~body])`, without 0.",
        "`np.isin(parts, numbers) & body` is the hole. Change a copy of the map.",
    ],
    alternatives=[
        lambda mu_map, body, soft_tissue, air_below: outer_holes.fill_outer_hole(
            np.flip(mu_map), np.flip(body), soft_tissue, air_below
        )[::-1, ::-1],
    ],
)  # fmt: skip

pet_percent_error = Exercise(
    reference=cases.pet_percent_error,
    points=2,
    cases=[
        given(
            "six voxels, one of them nearly empty", np.array([8.0, 4.0, 0.1, 10.0, 2.0, 5.0]),
            np.array([6.0, 5.0, 0.4, 10.0, 2.2, 9.0]),
            np.array([True, True, True, True, True, False]), 0.5,
        ),
        drawn("a PET slice with an artefact", cases.two_pets),
        edge(
            "a region without activity", np.array([0.1, 0.2, 8.0]), np.array([0.3, 0.1, 8.0]),
            np.array([True, True, False]), 0.5, raises=ValueError,
        ),
    ],
    judge=_CLOSE,
    mistakes=outer_hole_mistakes.PET_PERCENT_ERROR,
    hints=[
        "Two masks are joined by `&`: the region, and where the reference is above the floor.",
        "100 * |measured - reference| / reference in each of these voxels, then the mean.",
        "`where.any()` tells whether there is a voxel at all.",
    ],
    alternatives=[
        lambda reference, measured, region, floor: cases.pet_percent_error(
            3 * np.asarray(reference), 3 * np.asarray(measured), region, 3 * floor
        ),
    ],
)  # fmt: skip
