"""Known mistakes of topic 11, second part: modes, weights, and what is legal."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.exercises.material.active_shape_models_cases import shape_modes
from course_lib.imaging import shape_models

_modes = partial(refusing_like, shape_modes)
_made = partial(refusing_like, shape_models.generate_shape)
_projected = partial(refusing_like, shape_models.shape_weights)
_limited = partial(refusing_like, shape_models.limit_weights)


def _components(aligned, *, centred=True, count=None, divide=None, power=2, columns=False):
    """Find principal components, with the slips that there are."""
    aligned = np.asarray(aligned, float)
    n = len(aligned)
    rows = (aligned - aligned.mean(axis=0) * centred).reshape(n, -1)
    _, stretches, right = np.linalg.svd(rows, full_matrices=True)
    count = min(n - 1, rows.shape[1]) if count is None else min(count(n), rows.shape[1])
    right = right.T if columns else right
    padded = np.zeros(max(count, len(stretches)))
    padded[: len(stretches)] = stretches
    variances = padded[:count] ** power / (n - 1 if divide is None else divide(n))
    return right[:count].reshape(count, *aligned.shape[1:]), variances


def _slip(**slips):
    """Make an answer of the components with some slips."""
    return _modes(lambda aligned: _components(aligned, **slips))


def _rising(aligned):
    """Leave the order of eigh, smallest first."""
    modes, variances = shape_modes(aligned)
    return modes[::-1], variances[::-1]


def _deviations(aligned):
    """Return deviations in the place of variances."""
    modes, variances = shape_modes(aligned)
    return modes, np.sqrt(variances)


def _stretched(aligned):
    """Give each mode the length of its deviation."""
    modes, variances = shape_modes(aligned)
    return modes * np.sqrt(variances)[:, None, None], variances


def _same_people(aligned):
    """Return modes of shapes that do not vary."""
    return _components(aligned)


SHAPE_MODES = [
    mistake(
        _slip(centred=False),
        "You did not subtract the mean shape. The first mode is then the mean itself and not the "
        "way in which people differ.",
    ),
    mistake(
        _slip(divide=lambda n: n),
        "You divided by the number of people. The mean was estimated from the same people, so "
        "divide by n - 1 (with 7 people that is 17 % more).",
    ),
    mistake(
        _slip(power=1),
        "The singular values themselves are no variances. Square them, then divide by n - 1.",
    ),
    mistake(
        _slip(count=lambda n: n),
        "You return as many modes as people. The mean takes one away: n people have n - 1 modes, "
        "and the last of yours has the variance 0 and points anywhere.",
    ),
    mistake(
        _rising,
        "Your modes come with the smallest variance first, which is the order of `eigh`. Mode 0 "
        "has to be the one that varies most: turn both around.",
    ),
    mistake(
        _deviations,
        "You return standard deviations. The variances are asked for, in square mm.",
    ),
    mistake(
        _slip(columns=True),
        "You took rows for columns: `svd` returns V^T, whose rows are the modes; `eigh` returns "
        "them as columns.",
    ),
    mistake(
        _stretched,
        "Your modes have the length of their deviation. They have length 1, so that weights are in "
        "mm.",
    ),
    mistake(
        _same_people,
        "If all shapes are the same, there is no mode of variation; yours points anywhere. Raise a "
        "ValueError.",
    ),
]


def _every_weight(mean, modes, weights):
    """Let numpy stretch one weight to all modes."""
    spread = np.broadcast_to(np.asarray(weights, float), (len(modes),))
    return np.asarray(mean) + np.tensordot(spread, modes, axes=1)


SHAPE_FROM_WEIGHTS = [
    mistake(
        _made(lambda mean, modes, weights: np.tensordot(weights, modes, axes=1)),
        "The mean shape is missing. Weights say how far a shape is from the mean: add it.",
    ),
    mistake(
        _made(lambda mean, modes, weights: mean + weights[0] * np.asarray(modes)[0]),
        "Only the first mode moves your shape. Sum over all modes.",
    ),
    mistake(
        _made(
            lambda mean, modes, weights: (
                mean + (np.asarray(weights)[:, None, None] * modes).mean(axis=0)
            )
        ),
        "You averaged over the modes. Their contributions add up.",
    ),
    mistake(
        _made(lambda mean, modes, weights: mean - np.tensordot(weights, modes, axes=1)),
        "You subtracted the modes. A positive weight moves the landmarks in the direction of the "
        "mode.",
    ),
    mistake(
        _made(lambda mean, modes, weights: mean + np.sum(weights) * np.sum(modes, axis=0)),
        "You summed the weights and the modes each for themselves. Each mode is multiplied by its "
        "own weight, then they are added.",
    ),
    mistake(
        _every_weight,
        "There are fewer weights than modes, and numpy stretches one weight to all of them without "
        "a warning. Compare the lengths and raise a ValueError.",
    ),
]


def _stretched_point(shape, mean, modes):
    """Let numpy stretch one landmark to all."""
    return np.tensordot(modes, np.asarray(shape, float) - mean, axes=2)


MODE_WEIGHTS = [
    mistake(
        _projected(lambda shape, mean, modes: np.tensordot(modes, shape, axes=2)),
        "You projected the shape itself. dx is its difference from the mean shape.",
    ),
    mistake(
        _projected(lambda shape, mean, modes: np.tensordot(modes, mean - shape, axes=2)),
        "Your signs are turned around: dx is the shape minus the mean.",
    ),
    mistake(
        _projected(lambda shape, mean, modes: np.asarray(modes) * (shape - mean)),
        "You return one number for each coordinate. Sum over landmarks and axes: one weight for "
        "each mode.",
    ),
    mistake(
        _projected(lambda shape, mean, modes: (np.asarray(modes) * (shape - mean)).mean((1, 2))),
        "You took the mean over the coordinates. A projection is a sum of products; the mode has "
        "the length 1 already.",
    ),
    mistake(
        _projected(lambda shape, mean, modes: np.abs(np.tensordot(modes, shape - mean, axes=2))),
        "You dropped the sign of the weights. A mode can be walked both ways.",
    ),
    mistake(
        _projected(lambda shape, mean, modes: (np.asarray(modes) * (shape - mean)).sum(axis=1)),
        "You summed over the landmarks only; there is a number for each axis left. Sum over both.",
    ),
    mistake(
        _stretched_point,
        "The shape has another number of landmarks than the mean, and numpy stretches it without a "
        "warning. Raise a ValueError.",
    ),
]


def _zeroed(weights, variances, limit):
    """Drop what is too large."""
    return np.where(np.abs(weights) > limit * np.sqrt(variances), 0.0, weights)


def _shrunk(weights, variances, limit):
    """Scale all weights until the worst one is legal."""
    worst = np.max(np.abs(weights) / np.sqrt(variances))
    return np.asarray(weights) * min(1.0, limit / worst)


def _without_variance_check(weights, variances, limit):
    """Take roots of negative numbers."""
    with np.errstate(invalid="ignore"):
        largest = limit * np.sqrt(variances)
        return np.clip(weights, -largest, largest)


KEEP_LEGAL = [
    mistake(
        _limited(lambda weights, variances, limit: np.clip(weights, -limit, limit)),
        "You limit weights to 3 mm. The limit is 3 standard deviations, and each mode has its own: "
        "multiply by the root of its variance.",
    ),
    mistake(
        _limited(
            lambda weights, variances, limit: np.clip(
                weights, -limit * np.asarray(variances), limit * np.asarray(variances)
            )
        ),
        "You took the variance for the deviation. The root is missing: square mm are no mm.",
    ),
    mistake(
        _limited(lambda weights, variances, limit: np.minimum(weights, limit * np.sqrt(variances))),
        "You limit to one side only. A weight of -5 deviations is as far from everybody as +5.",
    ),
    mistake(
        _limited(_zeroed),
        "You set a weight that is too large to 0, which is the mean shape. Bring it back to the "
        "limit, the nearest that is legal.",
    ),
    mistake(
        _limited(_shrunk),
        "You shrank all weights until the worst one is legal. (That is done too, but) here each "
        "mode is limited for itself, and what was legal stays.",
    ),
    mistake(
        _limited(
            lambda weights, variances, limit: np.minimum(
                np.abs(weights), limit * np.sqrt(variances)
            )
        ),
        "You lost the signs. Too far to one side comes back to the limit on the same side.",
    ),
    mistake(
        _limited(
            lambda weights, variances, limit: np.clip(
                np.asarray(weights) / np.sqrt(variances), -limit, limit
            )
        ),
        "You return deviations. Weights are in mm: multiply by the deviation again.",
    ),
    mistake(
        _without_variance_check,
        "No variance can be negative; your root is NaN, and the weight with it. Raise a "
        "ValueError.",
    ),
]
