"""Exercises of topic 05, registration, in the order of its notebook. Slides 28 to 34."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import (
    cost_mistakes,
    registration_mistakes,
    rigid_motion_mistakes,
)
from course_lib.exercises.material import registration_cases as cases
from course_lib.imaging import pyramids, rotations, similarity, transforms, warping

_CLOSE = close(rtol=1e-5, atol=1e-6)
_IMAGES = close(rtol=1e-4, atol=1e-3)  # wide enough for an answer in float32
_QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # turns Y to X
_MOVE = np.array([[1.0, 0, 5], [0, 1, -2], [0, 0, 1]])
_STRIPES = np.tile([0, 80], (7, 4)).astype(np.uint8)
_PICTURE = np.array([[1.0, 5, 2, 8, 3], [6, 0, 9, 4, 4], [2, 7, 1, 3, 8], [5, 3, 6, 0, 2]])
_RAMP = np.add.outer(3.0 * np.arange(9), 7.0 * np.arange(10))
_CHESS = np.where(np.indices(_PICTURE.shape).sum(axis=0) % 2, -1.0, 1.0)
_SPOT = np.pad([[40.0, 10.0]], ((2, 2), (2, 3)))


rotation_about = Exercise(
    reference=cases.rotation_about,
    points=2,
    cases=[
        given("30 degrees about a point", 30.0, np.array([50.0, 80.0])),
        given("a quarter turn about 0 mm", 90.0, np.zeros(2)),
        drawn("a turn about the centre of an image", cases.angle_and_center),
        edge("no turn at all", 0.0, np.array([12.0, 34.0])),
        edge("a turn the other way", -120.0, np.array([7.0, 3.0])),
    ],
    judge=_CLOSE,
    mistakes=rigid_motion_mistakes.ROTATION_ABOUT,
    hints=[
        "Where does the centre go? Your matrix times (y, x, 1) of the centre should give it back.",
        "Three matrices: move the centre to 0, turn, move it back. What acts first stands on the "
        "right: `back @ turn @ there`.",
        "The turn has the rows (cos, -sin, 0), (sin, cos, 0), (0, 0, 1), the angle in radians.",
    ],
    alternatives=[
        lambda angle_deg, center_mm: rotations.rigid(angle_deg, [0, 0], center_mm),
        lambda angle_deg, center_mm: transforms.invert(
            rotations.rotation(-angle_deg, center_mm)
        ).tolist(),
    ],
)

first_then = Exercise(
    reference=cases.first_then,
    points=1,
    cases=[
        given("a quarter turn, then a move", _QUARTER, _MOVE),
        given("a move, then a quarter turn", _MOVE, _QUARTER),
        drawn("two motions of a head", cases.two_motions),
        edge("a move and the way back", _MOVE, transforms.translation([-5.0, 2.0])),
    ],
    judge=_CLOSE,
    mistakes=rigid_motion_mistakes.FIRST_THEN,
    hints=[
        "A point p goes to first @ p. Where does the second transform take that?",
        "second @ (first @ p) = (second @ first) @ p.",
    ],
    alternatives=[
        lambda first, second: np.einsum("ij,jk->ik", second, first),
        lambda first, second: np.linalg.inv(np.linalg.inv(first) @ np.linalg.inv(second)),
    ],
)

undo_rigid = Exercise(
    reference=cases.undo_rigid,
    points=2,
    cases=[
        given("a quarter turn and a move", _MOVE @ _QUARTER),
        drawn("a motion of a head", cases.one_motion),
        drawn("a motion in three dimensions", cases.one_motion_in_space),
        edge("a transform that doubles", np.diag([2.0, 2.0, 1.0]), raises=ValueError),
        edge("a mirror", np.diag([1.0, -1.0, 1.0]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=rigid_motion_mistakes.UNDO_RIGID,
    hints=[
        "Multiply your result with the matrix. Is it `np.eye(3)`?",
        "y = R p + t, so p = R^T (y - t) = R^T y - R^T t. The inverse has the turn R^T and the "
        "move -R^T t.",
        "`np.allclose(turn @ turn.T, np.eye(len(turn)))` and `np.linalg.det(turn) > 0` together "
        "tell that nothing is scaled, sheared or mirrored.",
    ],
    alternatives=[
        lambda matrix: (
            np.linalg.inv(matrix) if rotations.is_rigid(matrix) else cases.undo_rigid(matrix)
        ),
    ],
)

squared_differences = Exercise(
    reference=similarity.ssd,
    points=1,
    cases=[
        given("three numbers", np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 0.0])),
        given(
            "whole numbers in 16 bits",
            np.array([[3, 500], [40, 7]], np.uint16), np.array([[5, 100], [40, 9]], np.uint16),
        ),
        drawn("an MR slice at two visits", cases.two_visits),
        edge("an image and itself", _PICTURE, _PICTURE),
        edge("an image and a row", _PICTURE, _PICTURE[0], raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=cost_mistakes.SQUARED_DIFFERENCES,
    hints=[
        "By hand: 0, -2 and 3. What are their squares, and the sum of these?",
        "Convert both images with `np.asarray(image, float)`, subtract, square, `.sum()`.",
    ],
    alternatives=[
        lambda first, second: (
            np.linalg.norm(np.float64(first).ravel() - np.float64(second).ravel()) ** 2
            if np.shape(first) == np.shape(second) else similarity.ssd(first, second)
        ),
    ],
)  # fmt: skip

normalized_correlation = Exercise(
    reference=similarity.ncc,
    points=2,
    cases=[
        given(
            "five numbers, two scanners", np.array([1.0, 2.0, 4.0, 3.0, 0.0]),
            np.array([30.0, 20.0, 70.0, 80.0, 15.0]),
        ),
        given("an image and its negative", _PICTURE, 50 - 2 * _PICTURE),
        drawn("an MR slice from two scanners", cases.two_gains),
        edge("a constant image", _PICTURE, np.full_like(_PICTURE, 7.0), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=cost_mistakes.NORMALIZED_CORRELATION,
    hints=[
        "What do you get for an image with itself, and with 3 * image + 50? Both should be 1.",
        "Take the mean off each image. Then the sum of the products, divided by the root of both "
        "sums of squares.",
        "Ask for a constant image before you divide: its sum of squares is 0.",
    ],
    alternatives=[
        lambda first, second: (
            float(np.corrcoef(np.ravel(first), np.ravel(second))[0, 1])
            if np.ptp(first) and np.ptp(second) else similarity.ncc(first, second)
        ),
        lambda first, second: similarity.ncc(np.float64(second) / 3 + 9, first),
    ],
)  # fmt: skip

mutual_information = Exercise(
    reference=similarity.mutual_information,
    points=2,
    cases=[
        given("one image gives the other away", np.array([[2, 0], [0, 2]])),
        given("six pixels", np.array([[3, 1, 0], [0, 0, 2]])),
        drawn("an MR and a CT slice", cases.mr_and_ct_counts),
        drawn("shares in place of counts", cases.square_counts),
        edge("images that have nothing to do with each other", np.array([[1, 3], [2, 6]])),
        edge("a histogram without counts", np.zeros((4, 4)), raises=ValueError),
        edge("a negative count", np.array([[4, -1], [2, 3]]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=cost_mistakes.MUTUAL_INFORMATION,
    hints=[
        "By hand for [[2, 0], [0, 2]]: p is 1/2 in two bins, p(i) and p(j) are 1/2. The result is "
        "ln 2 = 0.693.",
        "`p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)` is p(i) p(j), a table as "
        "large as p.",
        "`there = p > 0` and then only `p[there]` and the other table's `[there]`.",
    ],
    alternatives=[
        lambda counts: similarity.mutual_information(np.float64(counts).T),
        lambda counts: similarity.mutual_information(7.0 * np.asarray(counts)),
    ],
)

halve = Exercise(
    reference=pyramids.halve,
    points=2,
    cases=[
        given("stripes of one pixel, in 8 bits", _STRIPES),
        given("a small image", _PICTURE),
        drawn("an MR slice", cases.mr_slice),
        edge("a constant image", np.full((5, 6), 3.0)),
        edge("an image with NaN", np.where(_PICTURE == 9, np.nan, _PICTURE), raises=ValueError),
    ],
    judge=_IMAGES,
    mistakes=registration_mistakes.HALVE,
    hints=[
        "What becomes of stripes 0, 80, 0, 80, ...? At half the resolution they should be grey.",
        "`ndimage.correlate1d(image, weights, axis, mode=\"mirror\")` blurs along one axis. Do it "
        "for both, then `[::2, ::2]`.",
        "The weights are `np.array([1, 4, 6, 4, 1]) / 16`, and the image has to be float.",
    ],
    alternatives=[
        lambda image: pyramids.halve(np.asarray(image, float)[::-1].copy()[::-1]),
        lambda image: pyramids.halve(np.asarray(image, float).T).T,
    ],
)  # fmt: skip

find_shift = Exercise(
    reference=cases.find_shift,
    points=3,
    cases=[
        given("a ramp, seen two pixels further down", _RAMP[:-3, :-3], _RAMP[2:-1, 1:-2], 3),
        given(
            "an image that was moved to its lower left", np.pad(_PICTURE, 2), np.pad(
                _PICTURE, ((4, 0), (1, 3))), 3,
        ),
        given("a patient who lay still, with noise", _PICTURE, _PICTURE + 2 * _CHESS, 2),
        drawn("an MR slice at two visits", cases.shifted_visits),
        edge("as far as the search reaches", _RAMP[:-2, :-2], _RAMP[2:, 2:], 2),
        edge("nowhere to go", _PICTURE, _PICTURE + 1, 0),
        edge("two shapes", _PICTURE, _PICTURE[:-1], 1, raises=ValueError),
    ],
    judge=equal(),
    mistakes=registration_mistakes.FIND_SHIFT,
    hints=[
        "Print the cost of every shift for the smallest case. Where is it 0?",
        "For a shift (2, -1) compare `fixed[2:, :-1]` with `moving[:-2, 1:]`: cut off at one side "
        "of each what the other does not have.",
        "`slice(max(step, 0), size + min(step, 0))` cuts the fixed image along one axis; the same "
        "with -step cuts the moving one.",
    ],
    alternatives=[
        lambda fixed, moving, reach: [
            -step for step in cases.find_shift(moving, fixed, reach)
        ],
    ],
)  # fmt: skip

motion_corrected_mean = Exercise(
    reference=cases.motion_corrected_mean,
    points=3,
    lent=[warping.warp],
    cases=[
        given(
            "a spot that moved by one pixel of 2 mm", [_SPOT, np.roll(_SPOT, 1, axis=1)],
            [np.eye(3), transforms.translation([0.0, -2.0])], 2.0, np.array([15.0, 5.0]),
        ),
        given(
            "a spot that moved by half a pixel", [_SPOT, (_SPOT + np.roll(_SPOT, 1, axis=1)) / 2],
            [np.eye(3), transforms.translation([0.0, -1.0])], 2.0, np.array([10.0, 10.0]),
        ),
        drawn("three PET frames of a patient", cases.moving_patient),
        edge(
            "pixels that no frame reaches", [_PICTURE, _PICTURE],
            [transforms.translation([0.0, 6.0]), transforms.translation([0.0, 4.0])], 2.0,
            np.array([10.0, 20.0]),
        ),
        edge(
            "a frame whose motion is missing", [_SPOT, _SPOT], [np.eye(3)], 2.0,
            np.array([10.0, 10.0]), raises=ValueError,
        ),
    ],
    judge=_IMAGES,
    mistakes=registration_mistakes.MOTION_CORRECTED_MEAN,
    hints=[
        "First without minutes: move each frame with its matrix, add them up, divide by how many "
        "there are.",
        "Then multiply each moved frame by its minutes, and divide by the sum of the minutes.",
        "At the border a moved frame shows nothing. `warp(np.ones(frame.shape), matrix, spacing, "
        '"nearest")` is 1 where it reaches; add up minutes times that, and divide by it.',
    ],
    alternatives=[
        lambda frames, matrices, spacing, minutes: cases.motion_corrected_mean(
            frames[::-1], matrices[::-1], spacing, minutes[::-1] / 100
        ),
    ],
)  # fmt: skip
