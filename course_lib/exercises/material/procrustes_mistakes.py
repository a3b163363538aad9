"""Known mistakes of topic 11, first part: place, size, rotation, and the mean of many shapes."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.exercises.material.active_shape_models_cases import mean_of_shapes
from course_lib.imaging import shapes

_scaled = partial(refusing_like, shapes.center_and_scale)
_turned = partial(refusing_like, shapes.best_rotation)
_mean = partial(refusing_like, mean_of_shapes)


def _centred(shape):
    """Move the mean of the landmarks to 0."""
    return np.asarray(shape, float) - np.mean(shape, axis=0)


def _unit(shape):
    """Centre a shape and give it the size 1."""
    return _centred(shape) / np.linalg.norm(_centred(shape))


def _by(size):
    """Make an answer that centres and divides by something else than the centroid size."""
    return lambda shape: _centred(shape) / size(_centred(shape))


def _unchecked(shape):
    """Divide by 0 where all landmarks are one point."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _unit(shape)


CENTER_AND_SCALE = [
    mistake(
        _scaled(lambda shape: np.asarray(shape, float) / np.linalg.norm(_centred(shape))),
        "You did not centre the shape. Subtract the mean of the landmarks first, so that place no "
        "longer counts.",
    ),
    mistake(
        _scaled(_centred),
        "You only centred. Divide by the centroid size, so that size no longer counts.",
    ),
    mistake(
        _scaled(lambda shape: (shape - np.mean(shape)) / np.linalg.norm(shape - np.mean(shape))),
        "You subtracted one number, the mean of all coordinates. Each axis has a mean of its own: "
        "`shape.mean(axis=0)`.",
    ),
    mistake(
        _scaled(lambda shape: _centred(shape) / np.linalg.norm(shape)),
        "You measured the size before you centred. Then a person who lies farther from the corner "
        "of the image counts as larger. Measure the size of the centred shape.",
    ),
    mistake(
        _scaled(_by(lambda c: np.std(c, axis=0))),
        "You scaled each axis by its own deviation. That makes every face as wide as it is tall "
        "and destroys the shape. One size for all axes.",
    ),
    mistake(
        _scaled(_by(lambda c: np.sqrt(np.square(c).sum(axis=1).mean()))),
        "You took the root of the mean of the squared distances. The centroid size is the root of "
        "their sum.",
    ),
    mistake(
        _scaled(_by(lambda c: np.square(c).sum())),
        "You divided by the sum of squares. The root is missing: the centroid size is in mm, not "
        "in square mm.",
    ),
    mistake(
        _scaled(_by(lambda c: np.linalg.norm(c, axis=1).sum())),
        "You summed the distances. Sum their squares and take the root of that.",
    ),
    mistake(
        _scaled(_by(lambda c: np.linalg.norm(c, axis=1).max())),
        "You divided by the largest distance, so one landmark decides about the size. All of them "
        "count: the root of the sum of squared distances.",
    ),
    mistake(
        _unchecked,
        "A shape whose landmarks all lie on one point has no size. Yours divides 0 by 0 and "
        "returns NaN. Raise a ValueError.",
    ),
]


def _svd(moving, fixed):
    """Return the parts of the table that Kabsch decomposes."""
    return np.linalg.svd(_centred(moving).T @ _centred(fixed))


def _may_mirror(moving, fixed):
    """Take the best orthogonal matrix, mirror or not."""
    left, _, right = _svd(moving, fixed)
    return left @ right


def _wrong_column(moving, fixed):
    """Undo a mirror in the last column of the result."""
    turn = _may_mirror(moving, fixed)
    turn[:, -1] *= np.sign(np.linalg.det(turn))
    return turn


def _not_centred(moving, fixed):
    """Turn about 0 mm."""
    left, _, right = np.linalg.svd(np.transpose(moving) @ fixed)
    left[:, -1] *= np.sign(np.linalg.det(left @ right))
    return left @ right


def _any_matrix(moving, fixed):
    """Take the best matrix of all, which may stretch and shear."""
    return np.linalg.lstsq(_centred(moving), _centred(fixed), rcond=None)[0]


def _without_check(moving, fixed):
    """Turn one point onto another."""
    left, _, right = _svd(moving, fixed)
    left[:, -1] *= np.sign(np.linalg.det(left @ right))
    return left @ right


BEST_ROTATION = [
    mistake(
        _turned(lambda moving, fixed: shapes.best_rotation(fixed, moving)),
        "This turns the fixed shape onto the moving one (or your matrix is the transpose). Rows "
        "are points here, so it has to be `moving @ H`, and H comes from moving^T fixed.",
    ),
    mistake(
        _turned(_may_mirror),
        "Your matrix may mirror: its determinant is -1 where a mirror image would fit better. A "
        "patient cannot be turned inside out. Where the determinant is negative, turn the sign of "
        "the last column of U before you multiply.",
    ),
    mistake(
        _turned(_wrong_column),
        "You took the mirror out at the wrong place: a column of the finished matrix. What fits "
        "worst has to give way, and that is the last column of U, before you multiply by V^T.",
    ),
    mistake(
        _turned(_not_centred),
        "You did not centre the shapes. Then the best turn about 0 mm, the corner of the image, "
        "is found, and the distance of the two heads decides. Centre both first.",
    ),
    mistake(
        _turned(_any_matrix),
        "This is the best of all matrices. It stretches and shears, and so makes everybody the "
        "same shape. Only a rotation is allowed: H^T H = 1.",
    ),
    mistake(
        _turned(lambda moving, fixed: _centred(moving) @ shapes.best_rotation(moving, fixed)),
        "You return the turned shape. The rotation matrix H is asked for.",
    ),
    mistake(
        _without_check,
        "A shape whose landmarks all lie on one point can be turned in any way. Raise a "
        "ValueError; a rotation would be an invention.",
    ),
]


def _analysis(landmarks, *, steps=100, turn=True, best_scale=True, unit=True, mirror=False):
    """Run generalised Procrustes analysis, with the slips that there are."""
    prepare = _unit if unit else _centred
    people = [prepare(shape) for shape in landmarks]
    mean = people[0]
    rotate = _may_mirror if mirror else shapes.best_rotation
    for _ in range(steps):
        moved = [shape @ rotate(shape, mean) if turn else shape for shape in people]
        scales = [np.sum(s * mean) / np.sum(s * s) if best_scale else 1.0 for s in moved]
        mean = np.mean([c * s for c, s in zip(scales, moved, strict=True)], axis=0)
        mean = mean / np.linalg.norm(mean)
    return mean


def _slip(**slips):
    """Make an answer of the analysis with some slips."""
    return _mean(lambda landmarks: _analysis(landmarks, **slips))


def _no_check(landmarks):
    """Take the mean of one person."""
    return mean_of_shapes(landmarks) if len(landmarks) > 1 else _unit(landmarks[0])


MEAN_OF_SHAPES = [
    mistake(
        _mean(lambda landmarks: _unit(np.mean(landmarks, axis=0))),
        "You averaged the landmarks as they came. How people lay in the scanner is in that mean, "
        "and large people count more. Take off place, size and turn of each of them first.",
    ),
    mistake(
        _slip(steps=1, turn=False, best_scale=False),
        "You took off place and size, but nobody was turned. Heads that nod blur the mean. Turn "
        "each shape onto the mean before you average.",
    ),
    mistake(
        _slip(steps=1),
        "You turned everybody onto the first person and stopped there. That favours the first "
        "person. Turn them onto the new mean, and repeat until it no longer changes.",
    ),
    mistake(
        _slip(best_scale=False),
        "You gave everybody the size 1. The lecture's rho is the scale that brings a shape nearest "
        "to the mean: sum(shape * mean) / sum(shape * shape), after the turn. It is a little "
        "below 1 for shapes that are unlike the mean.",
    ),
    mistake(
        _slip(unit=False, best_scale=False),
        "You did not scale, so large people count more in your mean. Give every shape the size 1 "
        "before you begin.",
    ),
    mistake(
        _slip(mirror=True),
        "One of your shapes was mirrored to fit better. Use a rotation with determinant 1.",
    ),
    mistake(
        _mean(lambda landmarks: 2.5 * _analysis(landmarks) + 40),
        "The mean shape has to be centred at 0 and of centroid size 1.",
    ),
    mistake(
        _no_check,
        "There is no mean of one person. Raise a ValueError for fewer than two.",
    ),
]
