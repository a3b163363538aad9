"""Known mistakes of topic 02, second part: scales for a model, their inverse, augmentation."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import augmentation, model_scaling

_standardize = partial(refusing_like, model_scaling.standardize)
_restore = partial(refusing_like, model_scaling.restore)
_l1_loss = partial(refusing_like, model_scaling.l1_loss)
_stretch = partial(refusing_like, model_scaling.stretch_piecewise)
_unstretch = partial(refusing_like, model_scaling.restore_piecewise)
_augment = partial(refusing_like, augmentation.random_gain_offset)

STANDARDIZE = [
    mistake(
        _standardize(lambda x, a, b: (x - a) * b),
        "You multiply by b; that is half of the inverse. F divides by b.",
    ),
    mistake(
        _standardize(lambda x, a, b: (x + a) / b),
        "You add a. F subtracts it: with a = -1000, air at -1000 HU has to become 0.",
    ),
    mistake(
        _standardize(lambda x, a, b: x - a / b),
        "Division comes before subtraction: you divided only a. Put the subtraction in brackets.",
    ),
    mistake(
        _standardize(lambda x, a, b: x / b - a),
        "You divide before you subtract, so a is not divided by b. Subtract a first.",
    ),
    mistake(
        _standardize(lambda x, a, b: np.clip((x - a) / b, 0, 1)),
        "You clamp to 0..1. Then HU beyond the interval cannot be brought back: the inverse is "
        "exact only without clamping.",
    ),
    mistake(
        lambda x, a, b: (x - a) / b,
        "With b = 0 there is no inverse, and the division gives infinite values. Raise a "
        "ValueError.",
    ),
]

RESTORE = [
    mistake(
        _restore(lambda x, a, b: x * b - a),
        "The sign of a is wrong: F subtracted a, so the inverse adds it.",
    ),
    mistake(
        _restore(lambda x, a, b: (x + a) * b),
        "The order is wrong: you multiply a by b as well. F subtracted first and divided last, "
        "so the inverse multiplies first and adds last.",
    ),
    mistake(
        _restore(lambda x, a, b: (x - a) / b),
        "This is F once more. The inverse takes its steps back, the last one first: times b, "
        "then plus a.",
    ),
    mistake(
        _restore(lambda x, a, b: x * b),
        "You forgot the offset: add a at the end.",
    ),
    mistake(
        _restore(lambda x, a, b: x * (b - a) + a),
        "You multiply by b - a, as if b were the upper end of an interval. In F, b itself is the "
        "width.",
    ),
    mistake(
        lambda x, a, b: x * b + a,
        "With b = 0 every prediction becomes a: a picture without the patient in it. There is no "
        "inverse; raise a ValueError.",
    ),
]

L1_LOSS = [
    mistake(
        _l1_loss(lambda true, predicted: float(np.abs(true - predicted).mean())),
        "You take the mean, as most libraries do. The lecture's loss is the sum; a mean hides "
        "how many voxels are wrong.",
    ),
    mistake(
        _l1_loss(lambda true, predicted: float((true - predicted).sum())),
        "Without absolute values, +100 HU in one voxel and -100 HU in another cancel: the loss "
        "says 0 for a wrong image.",
    ),
    mistake(
        _l1_loss(lambda true, predicted: float(((true - predicted) ** 2).sum())),
        "You square the differences; that is the L2 loss. L1 takes absolute values.",
    ),
    mistake(
        _l1_loss(lambda true, predicted: float(np.abs(true - predicted).max())),
        "You take the largest difference. L1 adds all of them.",
    ),
    mistake(
        _l1_loss(lambda true, predicted: np.abs(true - predicted)),
        "You return one loss per value. Add them up to a single number.",
    ),
    mistake(
        lambda true, predicted: float(np.abs(true - predicted).sum()),
        "The shapes differ, and numpy quietly repeated rows and columns until they fitted. Each "
        "voxel was compared with many others. Raise a ValueError.",
    ),
]


def _one_line(x, knots, values):
    """Go straight from the first knot to the last."""
    return np.interp(x, [knots[0], knots[-1]], [values[0], values[-1]])


def _piece(x, knots):
    """Return in which piece each value lies."""
    return np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)


def _extrapolated(x, knots, values):
    """Go on with the outer slopes beyond the first and the last knot."""
    knots, values = np.asarray(knots, float), np.asarray(values, float)
    piece = _piece(x, knots)
    slope = np.diff(values) / np.diff(knots)
    return values[piece] + (np.asarray(x) - knots[piece]) * slope[piece]


def _without_start(x, knots, values):
    """Forget that a piece starts at its own value."""
    knots, values = np.asarray(knots, float), np.asarray(values, float)
    x = np.clip(x, knots[0], knots[-1])
    piece = _piece(x, knots)
    return (x - knots[piece]) / np.diff(knots)[piece] * np.diff(values)[piece]


def _within(x, knots, values, outside):
    """Fill in piece by piece, and write something else beyond the outer knots."""
    x = np.asarray(x)
    inside = (x >= knots[0]) & (x <= knots[-1])
    return np.where(inside, np.interp(x, knots, values), outside)


STRETCH_PIECEWISE = [
    mistake(
        _stretch(_one_line),
        "You draw one straight line from the first knot to the last: that is min-max again. The "
        "knots in between have to be met, each piece with its own slope.",
    ),
    mistake(
        _stretch(_without_start),
        "Within a piece you are right, but each piece starts at 0 again. Add the value at which "
        "the piece starts.",
    ),
    mistake(
        _stretch(_extrapolated),
        "Beyond the first and the last knot you go on with the slope. Here the result stays "
        "within the values, so clamp (`np.interp` does).",
    ),
    mistake(
        _stretch(lambda x, knots, values: _within(x, knots, values, outside=x)),
        "Beyond the first and the last knot your result still is HU. Clamp: what lies below the "
        "first knot becomes the first value, what lies above the last knot the last value.",
    ),
    mistake(
        _stretch(lambda x, knots, values: _within(x, knots, values, outside=0.0)),
        "Beyond the last knot your result is 0, so metal looks like air. What lies above the last "
        "knot becomes the last value.",
    ),
    mistake(
        _stretch(lambda x, knots, values: np.interp(x, values, knots)),
        "Knots and values are swapped: this is the inverse.",
    ),
    mistake(
        _stretch(lambda x, knots, values: np.asarray(values, float)[_piece(x, np.asarray(knots))]),
        "All HU between two knots get one and the same value: these are steps. Between two knots "
        "the value has to rise in a straight line.",
    ),
    mistake(
        np.interp,
        "Knots or values that do not rise have no inverse. `np.interp` does not complain and "
        "returns nonsense: check `np.diff` and raise a ValueError.",
    ),
]

RESTORE_PIECEWISE = [
    mistake(
        _unstretch(np.interp),
        "This is the way forward once more. For the inverse, the values are where you look up, "
        "and the knots are what you find.",
    ),
    mistake(
        _unstretch(lambda y, knots, values: _one_line(y, values, knots)),
        "You draw one straight line from the first value to the last. The inverse has the same "
        "pieces as the map itself.",
    ),
    mistake(
        _unstretch(lambda y, knots, values: _extrapolated(y, values, knots)),
        "A prediction outside the values becomes a HU outside the knots. Clamp it: a model that "
        "says 1.1 knows no more than one that says 1.",
    ),
    mistake(
        _unstretch(lambda y, knots, values: _without_start(y, values, knots)),
        "Each piece starts at 0 HU again. Add the knot at which the piece starts.",
    ),
    mistake(
        lambda y, knots, values: np.interp(y, values, knots),
        "Where two values are equal, many HU became one number, and nothing brings them back. "
        "Check that knots and values rise, and raise a ValueError.",
    ),
]


def _unseeded(image, rng, gain, offset):
    """Draw from elsewhere; a new generator without seed leaves the student's np.random alone."""
    return augmentation.random_gain_offset(image, np.random.default_rng(), gain, offset)


RANDOM_GAIN_OFFSET = [
    mistake(
        _augment(_unseeded),
        "Called twice with equally seeded generators, your function gave two different images. "
        "The numbers come from somewhere else, such as `np.random`: then nobody can repeat a "
        "training run. Draw them from rng.",
    ),
    mistake(
        _augment(
            lambda image, rng, gain, offset: augmentation.random_gain_offset(
                image, np.random.default_rng(0), gain, offset
            )
        ),
        "Whatever the seed, the image changes in the same way. Do not make a generator of your "
        "own with a fixed seed inside the function; draw from rng.",
    ),
    mistake(
        _augment(
            lambda image, rng, gain, offset: (
                image * rng.uniform(*gain, image.shape) + rng.uniform(*offset, image.shape)
            )
        ),
        "You draw new numbers for every pixel: that is noise. A scanner changes the whole image "
        "at once, so draw one gain and one offset per image.",
    ),
    mistake(
        _augment(
            lambda image, rng, gain, offset: (image + rng.uniform(*offset)) * rng.uniform(*gain)
        ),
        "You multiply the offset by the gain as well, so it leaves its interval. Multiply first, "
        "then add.",
    ),
    mistake(
        _augment(
            lambda image, rng, gain, offset: image * rng.uniform(*offset) + rng.uniform(*gain)
        ),
        "The intervals are swapped: the gain was drawn from the offset's interval.",
    ),
    mistake(
        _augment(lambda image, rng, gain, offset: image * rng.uniform(*gain)),
        "You change the gain only. Add one offset, drawn from rng too.",
    ),
]
