"""Exercises of topic 11, active shape models, in the order of its notebook. Slides 74 to 87."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal, holds
from course_lib.exercises.material import active_shape_models_cases as cases
from course_lib.exercises.material import active_shape_models_judges as judges
from course_lib.exercises.material import (
    procrustes_mistakes,
    shape_model_mistakes,
    void_mistakes,
)
from course_lib.exercises.material import shape_alternatives as alternatives
from course_lib.imaging import shape_models, shapes, void_classification

_CLOSE = close(rtol=1e-5, atol=1e-6)
_ONE_POINT = np.full((4, 2), 7.0)
_RECTANGLE = np.array([[0.0, 0.0], [0.0, 8.0], [6.0, 0.0], [6.0, 8.0]])
_KITE = np.array([[0.0, 0.0], [0.0, 4.0], [3.0, 0.0], [5.0, 1.0]])
_FAR_KITE = _KITE + np.array([150.0, 40.0])
_QUARTER = np.array([[0.0, 1.0], [-1.0, 0.0]])  # rows of points are turned by `points @ _QUARTER`
_ARROW = np.array([[0.0, 0.0], [10.0, 0.0], [7.0, 3.0], [7.0, -2.0]])
_MIRRORED = _ARROW * [1.0, -1.0] + 0.0  # no -0
_NOSE_LONG = np.array([[0.0, 0.0], [0.0, 9.0], [4.0, 2.0], [8.0, 0.0], [5.0, -3.0]])
_NOSE_SHORT = np.array([[0.0, 0.0], [0.0, 5.0], [4.0, 4.0], [9.0, 1.0], [2.0, -6.0]])
_CHIN_LOW = np.array([[1.0, 0.0], [0.0, 7.0], [6.0, 4.0], [14.0, 0.0], [5.0, -1.0]])
_MODES = np.array([[[0.6, 0.0], [0.8, 0.0]], [[0.0, 1.0], [0.0, 0.0]]])
_TWO_POINTS = np.array([[2.0, 3.0], [9.0, 1.0]])
_MOVED_POINTS = _TWO_POINTS + np.array([[3.0, -2.0], [4.0, 1.0]])
_WEIGHTS, _VARIANCES = np.array([5.0, -13.0, 2.0]), np.array([1.0, 16.0, 4.0])
_KNOWN = np.array([[0.0, 0.0], [0.0, 3.0], [1.0, 6.5], [9.0, 9.0], [5.0, 0.5]])


center_and_scale = Exercise(
    reference=shapes.center_and_scale,
    points=1,
    cases=[
        given("the corners of a rectangle", _RECTANGLE),
        given("a kite far from the corner of the image", _FAR_KITE),
        drawn("the landmarks of a patient", cases.one_person),
        edge("all landmarks on one point", _ONE_POINT, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=procrustes_mistakes.CENTER_AND_SCALE,
    hints=[
        "Print `result.mean(axis=0)` and `(result ** 2).sum()`. They should be (0, 0) and 1.",
        "`centred = shape - shape.mean(axis=0)`, and the centroid size is "
        "`np.sqrt((centred ** 2).sum())`.",
    ],
    alternatives=[alternatives.scaled_by_norm],
)

best_rotation = Exercise(
    reference=shapes.best_rotation,
    points=3,
    cases=[
        given("a kite and the same kite, a quarter turned", _KITE, _KITE @ _QUARTER),
        given("a kite that was moved and doubled too", _KITE + 90, 2 * _KITE @ _QUARTER - 30),
        given("an arrow and its mirror image", _ARROW, _MIRRORED),
        drawn("two patients who lie differently", cases.two_people),
        drawn("a patient who looks to the other side", cases.mirrored_person),
        edge("all landmarks on one point", _ONE_POINT, _RECTANGLE, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=procrustes_mistakes.BEST_ROTATION,
    sealed=cases.LIBRARY_PROCRUSTES,
    hints=[
        "Draw `moving @ H` over the fixed shape, both centred. Do they lie on each other for the "
        "kite? And is `np.linalg.det(H)` equal to 1 for the mirror image?",
        "`U, _, Vt = np.linalg.svd(moving.T @ fixed)` of the centred shapes, and then H = U Vt.",
        "If `np.linalg.det(U @ Vt)` is negative, U Vt mirrors: turn the sign of `U[:, -1]` first.",
    ],
    alternatives=[alternatives.by_angle, alternatives.by_singular_values],
)

mean_of_shapes = Exercise(
    reference=cases.mean_of_shapes,
    points=3,
    cases=[
        given(
            "one kite in three places, turns and sizes",
            np.stack([_KITE, 3 * _KITE @ _QUARTER + 50, 2 * _KITE - 9]),
        ),
        given("two people, one of them three times as large",
              np.stack([_NOSE_LONG, 3 * _NOSE_SHORT @ _QUARTER + 20])),
        given("three people with very different faces",
              np.stack([_NOSE_LONG, _NOSE_SHORT, _CHIN_LOW])),
        given("two arrows, one of them mirrored", np.stack([_ARROW, _MIRRORED])),
        drawn("the landmarks of seven patients", cases.seven_people),
        edge("one person", _KITE[None], raises=ValueError),
    ],
    judge=holds(judges.mean_problem),
    mistakes=procrustes_mistakes.MEAN_OF_SHAPES,
    sealed=cases.LIBRARY_PROCRUSTES,
    hints=[
        "Begin with `people = [center_and_scale(shape) for shape in landmarks]` and `mean = "
        "people[0]`. What should happen to each person in one round?",
        "In a round: turn each person onto the mean, multiply by "
        "`(turned * mean).sum() / (turned ** 2).sum()`, average, and give the average the size 1.",
        "30 rounds are plenty. Ask for fewer than two people before you begin.",
    ],
    alternatives=[alternatives.mean_by_stacks, alternatives.mean_turned],
)  # fmt: skip

shape_modes = Exercise(
    reference=cases.shape_modes,
    points=3,
    cases=[
        given("two people who differ in one coordinate",
              np.array([[[0.0, 0.0], [4.0, 0.0]], [[0.0, 0.0], [4.0, 2.0]]])),
        given("four people and two modes", np.array([
            [[1.0, 1.0], [7.0, 5.0]], [[1.0, 1.0], [1.0, 5.0]], [[1.0, 3.0], [4.0, 5.0]],
            [[1.0, -1.0], [4.0, 5.0]]]) + np.array([[0.0], [0.1], [0.3], [0.0]])[:, :, None]),
        drawn("seven patients after Procrustes analysis", cases.aligned_people),
        edge("people who do not vary", np.stack([_KITE] * 3), raises=ValueError),
    ],
    judge=holds(judges.modes_problem),
    mistakes=shape_model_mistakes.SHAPE_MODES,
    sealed=cases.LIBRARY_MODES,
    hints=[
        "Make a table first: `rows = (aligned - aligned.mean(axis=0)).reshape(len(aligned), -1)`, "
        "one row for each person.",
        "`_, stretches, directions = np.linalg.svd(rows, full_matrices=False)`. The rows of "
        "`directions` are the modes, the largest first.",
        "Keep n - 1 of them; the variances are `stretches ** 2 / (n - 1)`. Bring the modes back "
        "to (modes, landmarks, axes) with `reshape`.",
    ],
    alternatives=[alternatives.modes_by_eigh, alternatives.modes_of_people],
)  # fmt: skip

shape_from_weights = Exercise(
    reference=shape_models.generate_shape,
    points=1,
    cases=[
        given("two landmarks, two modes", _TWO_POINTS, _MODES, np.array([5.0, -2.0])),
        drawn("a patient of the model", cases.model_and_weights),
        edge("all weights 0", _TWO_POINTS, _MODES, np.zeros(2)),
        edge("one weight for two modes", _TWO_POINTS, _MODES, np.array([1.0]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=shape_model_mistakes.SHAPE_FROM_WEIGHTS,
    hints=[
        "Weight by weight: `shape = shape + weight * mode`, beginning with the mean.",
        "Or in one line: `mean + np.tensordot(weights, modes, axes=1)`.",
    ],
    alternatives=[alternatives.sum_of_modes],
)

mode_weights = Exercise(
    reference=shape_models.shape_weights,
    points=1,
    cases=[
        given("two landmarks, two modes", _MOVED_POINTS, _TWO_POINTS,
              _MODES),
        drawn("landmarks that an image has moved", cases.shape_and_model),
        edge("the mean shape itself", _TWO_POINTS, _TWO_POINTS, _MODES),
        edge("a shape of one landmark", _TWO_POINTS[:1], _TWO_POINTS, _MODES, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=shape_model_mistakes.MODE_WEIGHTS,
    hints=[
        "Make a shape from weights that you know, and project it. You should get them back.",
        "dx is `shape - mean`; for each mode, sum `mode * dx` over landmarks and axes.",
    ],
    alternatives=[alternatives.phi_transposed],
)  # fmt: skip

keep_legal = Exercise(
    reference=shape_models.limit_weights,
    points=1,
    cases=[
        given("three modes", _WEIGHTS, _VARIANCES, 3.0),
        drawn("weights of which two are too large", cases.weights_and_variances),
        edge("nothing is too large", _WEIGHTS / 9, _VARIANCES, 3.0),
        edge("a negative variance", _WEIGHTS, -_VARIANCES, 3.0, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=shape_model_mistakes.KEEP_LEGAL,
    hints=[
        "By hand for variance 16: the deviation is 4, three of them are 12, so -13 becomes -12.",
        "`np.clip(weights, -largest, largest)` works with one limit for each weight.",
    ],
    alternatives=[alternatives.limited_in_deviations],
)

offsets_to_landmarks = Exercise(
    reference=void_classification.offsets_to_landmarks,
    points=1,
    cases=[
        given("two pixels, three landmarks", np.array([[5.0, 5.0], [6.0, 9.0]]),
              np.array([[5.0, 5.0], [0.0, 0.0], [8.0, 1.0]])),
        drawn("the pixels of a void", cases.pixels_and_landmarks),
        edge("one pixel, one landmark", np.array([[4.0, 1.0]]), np.array([[1.0, 3.0]])),
        edge("points in space, landmarks in a plane", np.ones((4, 3)), _TWO_POINTS,
             raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=void_mistakes.OFFSETS,
    hints=[
        "For one pixel: `pixel - landmarks` is a table with a row for each landmark.",
        "For all of them: `pixels[:, None] - landmarks`, of the shape (pixels, landmarks, 2).",
    ],
    alternatives=[alternatives.offset_by_offset],
)  # fmt: skip

nearest_labels = Exercise(
    reference=void_classification.nearest_labels,
    points=2,
    cases=[
        given("two points among five", _KNOWN, np.array([4, 5, 6, 7, 8]),
              np.array([[0.0, 2.0], [8.0, 7.5]]), 3),
        given("near by adding up, far in truth", np.array([[3.0, 3.5], [0.0, 5.0], [7.0, 0.0]]),
              np.array([1, 2, 2]), np.zeros((1, 2)), 1),
        drawn("a new patient and one landmark", cases.known_and_new_offsets),
        edge("all known points are neighbours", _KNOWN, np.array([1, 2, 3, 4, 5]),
             np.array([[9.0, 0.0]]), 5),
        edge("more neighbours than known points", _KNOWN, np.array([1, 1, 2, 2, 2]),
             np.array([[9.0, 0.0]]), 6, raises=ValueError),
    ],
    judge=equal(),
    mistakes=void_mistakes.NEAREST_LABELS,
    hints=[
        "`points[:, None] - known` holds all differences. Which axis do you sum the squares over?",
        "`np.argsort(distances, axis=1)[:, :neighbors]` says which known points are nearest.",
        "`labels[nearest]` works with a whole table of numbers.",
    ],
    alternatives=[alternatives.nearest_by_loop],
)  # fmt: skip

landmark_majority = Exercise(
    reference=void_classification.landmark_majority,
    points=2,
    cases=[
        given("the landmarks decide, not all neighbours together",
              np.array([[[1, 1, 1, 2, 2], [1, 2, 1, 2, 1], [2, 2, 2, 2, 2]]])),
        given("a tie of two landmarks", np.array([[[2, 2, 2], [1, 1, 2]]])),
        drawn("pixels of a new patient", cases.votes_of_pixels),
        drawn("three kinds of voids", cases.votes_of_three_kinds),
        edge("one landmark, one neighbour", np.array([[[2]], [[1]]])),
        edge("labels without landmarks", np.array([[1, 2, 2], [1, 1, 2]]), raises=ValueError),
    ],
    judge=equal(),
    mistakes=void_mistakes.LANDMARK_MAJORITY,
    hints=[
        "Two votes, one after the other: first along axis 2 (neighbours), then over the landmarks.",
        "Votes for one label: `(labels == label).sum(axis=2)`. Do it for each label in "
        "`np.unique(labels)`.",
        "`np.stack` the votes, then `names[votes.argmax(axis=0)]`. The first of equal votes wins, "
        "which is the lowest label, as asked for.",
    ],
    alternatives=[alternatives.counted_pixel_by_pixel],
)  # fmt: skip
