"""Known mistakes of topic 01, first part: digits and run lengths."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import compression, run_lengths

_digits = partial(refusing_like, compression.digits_needed)
_runs = partial(refusing_like, run_lengths.run_lengths)
_integer = partial(refusing_like, compression.integer_image)


def _common_divisor(values):
    """Return the greatest common divisor of an array."""
    return int(np.gcd.reduce(values, axis=None))


def _store_with(image, slope, intercept):
    """Store with a slope and an intercept, wide enough for both."""
    return (image.astype(np.int64) - intercept) // slope, slope, intercept


def _divisor_of_values(image):
    """Take the divisor of the values themselves."""
    return _store_with(image, _common_divisor(image), int(image.min()))


def _only_divided(image):
    """Stop at the middle picture of the slide."""
    return _store_with(image, _common_divisor(image), 0)


def _smallest_difference(image):
    """Take the smallest difference between two values as the slope."""
    return _store_with(image, int(np.diff(np.unique(image)).min()), int(image.min()))


def _intercept_negated(image):
    """Return the amount that was added, not the one that has to be added."""
    stored, slope, intercept = compression.integer_image(image)
    return stored, slope, -intercept


def _intercept_in_steps(image):
    """Return the slide's +2, which counts steps and not values."""
    stored, slope, intercept = compression.integer_image(image)
    return stored, slope, -intercept // slope


def _differences_in_own_type(image):
    """Subtract in the type of the image."""
    differences = image - image.min()
    slope = _common_divisor(differences)
    return differences // slope, slope, int(image.min())


def _divisor_per_column(image):
    """Let numpy reduce along the first axis only."""
    differences = image.astype(np.int64) - int(image.min())
    slope = np.gcd.reduce(differences)
    return differences // np.maximum(slope, 1), slope, int(image.min())


def _constant_unchecked(image):
    """Keep a slope of 0."""
    differences = image.astype(np.int64) - int(image.min())
    slope = _common_divisor(differences)
    return differences // max(slope, 1), slope, int(image.min())


def _decimals_accepted(image):
    """Round decimals without being asked to."""
    return tuple(compression.integer_image(np.asarray(image).astype(np.int64)))


def _decimals_stored(image):
    """Divide with / instead of //."""
    stored, slope, intercept = compression.integer_image(image)
    return stored / 1.0, slope, intercept


DIGITS_NEEDED = [
    mistake(
        _digits(lambda image: int(np.log10(image.max())) + 1),
        "An image of zeros has a digit as well, but the logarithm of 0 is minus infinity. Count "
        "the characters of the number written out.",
    ),
    mistake(
        _digits(lambda image: int(np.ceil(np.log10(image.max())))),
        "The logarithm is one short at the powers of ten: log10(1000) is 3, but 1000 has four "
        "digits. Count the characters of the number written out.",
    ),
    mistake(
        _digits(lambda image: len(np.unique(image))),
        "You count how many different values there are. Asked is how many digits one value needs.",
    ),
    mistake(
        _digits(lambda image: sum(len(str(value)) for value in image.ravel().tolist())),
        "You add up the digits of all pixels. Every pixel gets equally many, so the largest value "
        "alone decides.",
    ),
    mistake(
        _digits(lambda image: int(image.max())),
        "You return the largest value itself. How many characters has it when it is written out?",
    ),
    mistake(
        _digits(lambda image: len(str(image.ravel()[0]))),
        "You look at the first pixel only. The largest value decides.",
    ),
    mistake(
        lambda image: len(str(image.max())),
        "A negative value would need a sign, and a sign is no digit. Look at the smallest value "
        "first and raise a ValueError.",
    ),
]

INTEGER_IMAGE = [
    mistake(
        _integer(_only_divided),
        "You divide but do not shift: a negative value is left, and it needs a sign. The smallest "
        "value must be stored as 0.",
    ),
    mistake(
        _integer(_intercept_negated),
        "Your intercept has the wrong sign. Reading is slope * stored + intercept, so a stored 0 "
        "must read the smallest value: that is the intercept.",
    ),
    mistake(
        _integer(_intercept_in_steps),
        "The +2 of the slide is added to the divided image; it counts steps. The intercept is "
        "added after multiplication by the slope, so it is -10 there: the smallest value.",
    ),
    mistake(
        _integer(_divisor_of_values),
        "You take the common divisor of the values. That of the differences from the smallest "
        "value can be larger: 7, 12, 22 share nothing, but 0, 5, 15 share 5.",
    ),
    mistake(
        _integer(lambda image: _store_with(image, 1, int(image.min()))),
        "You only shift. The differences may have a common divisor; dividing by it saves digits.",
    ),
    mistake(
        _integer(_smallest_difference),
        "The smallest difference need not divide the others: among 0, 4 and 10 it is 4, and 10 is "
        "no multiple of it. Then // loses something and the image cannot be read back.",
    ),
    mistake(
        _integer(_divisor_per_column),
        "np.gcd.reduce goes along the first axis only and gives a divisor for each column. One "
        "for the whole image needs axis=None.",
    ),
    mistake(
        _integer(_decimals_stored),
        "Your stored values are decimals, though whole ones. The operator / always gives decimals; "
        "use // for whole numbers.",
    ),
    mistake(
        _integer(_differences_in_own_type),
        "The difference did not fit into 16 bits and wrapped around: in int16, 30000 - (-30000) "
        "gives -5536. Convert to a wider type (int64) before you subtract.",
    ),
    mistake(
        _integer(_constant_unchecked),
        "In a constant image all differences are 0, and so is their common divisor. A slope of 0 "
        "reads every stored value the same and cannot be divided by; use 1.",
    ),
    mistake(
        _decimals_accepted,
        "You cut decimals off without telling anybody, and the image cannot be read back exactly. "
        "Look at image.dtype.kind: 'i' and 'u' are whole numbers. Raise a ValueError for others.",
    ),
]


def _changes(row):
    """Return where a new run starts, the first one not counted."""
    return np.flatnonzero(row[1:] != row[:-1]) + 1


def _last_run_lost(row):
    """Close a run only when another one starts."""
    starts = np.concatenate([[0], _changes(row)])
    return row[starts[:-1]], np.diff(starts)


def _counted_values(row):
    """Count each value over the whole row."""
    values, counts = np.unique(row, return_counts=True)
    return values, counts


def _starts(row):
    """Return places instead of lengths."""
    starts = np.concatenate([[0], _changes(row)])
    return row[starts], starts


def _one_too_few(row):
    """Subtract the first place from the last."""
    starts = np.concatenate([[0], _changes(row)])
    return row[starts], np.diff(np.append(starts, row.size)) - 1


def _shifted(row):
    """Forget that a difference at place i lies between i and i + 1."""
    starts = np.concatenate([[0], np.flatnonzero(row[1:] != row[:-1])])
    return row[starts], np.diff(np.append(starts, row.size))


def _pairs(row):
    """Return a table of value and length."""
    starts = np.concatenate([[0], _changes(row)])
    return np.column_stack([row[starts], np.diff(np.append(starts, row.size))])


def _nan_unchecked(row):
    """Compare neighbours, whatever they are."""
    starts = np.concatenate([[0], _changes(row)])
    return row[starts], np.diff(starts, append=row.size)


RUN_LENGTHS = [
    mistake(
        _runs(_last_run_lost),
        "The last run is missing. No change follows it, so it has to be closed by the end of the "
        "row.",
    ),
    mistake(
        _runs(_counted_values),
        "You count each value over the whole row. Runs of one value that stand apart must stay "
        "apart, or nobody can tell where they were.",
    ),
    mistake(
        _runs(_starts),
        "You return where each run starts. Asked is how long it is: the distance to the next start "
        "(np.diff), and for the last run to the end of the row.",
    ),
    mistake(
        _runs(_one_too_few),
        "All lengths are one too small. From pixel 3 to pixel 5 there are three pixels; the next "
        "start minus this start counts right.",
    ),
    mistake(
        _runs(_shifted),
        "Your runs start one pixel too early. When row[1:] and row[:-1] differ at place i, the new "
        "run starts at i + 1.",
    ),
    mistake(
        _runs(_pairs),
        "You return one table of pairs. Asked are two rows: all values, then all lengths.",
    ),
    mistake(
        _nan_unchecked,
        "NaN equals nothing, not even itself, so every NaN became a run of its own. Whoever stores "
        "NaN wants to know: raise a ValueError if np.isnan(row).any().",
    ),
]
