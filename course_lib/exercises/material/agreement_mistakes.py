"""Known mistakes of topic 03, last part: percent, limits of agreement, and errors by tissue."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import agreement

_percent = partial(refusing_like, agreement.percent_difference)
_limits = partial(refusing_like, agreement.limits_of_agreement)
_errors = partial(refusing_like, agreement.errors_per_class)


def _percent_of(reference, predicted, divisor, floor):
    """Return the difference in percent of something, NaN where the reference is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = 100 * (np.asarray(predicted, float) - reference) / divisor
    return np.where(np.asarray(reference) > floor, percent, np.nan)


def _everywhere(reference, predicted, floor):
    """Divide also where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * (np.asarray(predicted, float) - reference) / np.asarray(reference)


PERCENT_DIFFERENCE = [
    mistake(
        _percent(lambda ref, new, floor: -_percent_of(ref, new, ref, floor)),
        "The sign is wrong: too low a prediction has to be negative. Take predicted - reference.",
    ),
    mistake(
        _percent(lambda ref, new, floor: _percent_of(ref, new, new, floor)),
        "You divide by the prediction. Percent are parts of the truth: divide by the reference.",
    ),
    mistake(
        _percent(lambda ref, new, floor: _percent_of(ref, new, (new + ref) / 2, floor)),
        "You divide by the mean of both. That is done where no method is the truth; here the "
        "reference is: divide by it.",
    ),
    mistake(
        _percent(lambda ref, new, floor: _percent_of(ref, new, ref, floor) / 100),
        "This is a fraction. Percent are 100 times as many.",
    ),
    mistake(
        _percent(lambda ref, new, floor: np.abs(_percent_of(ref, new, ref, floor))),
        "You took the absolute value, so too high and too low look alike. Keep the sign.",
    ),
    mistake(
        _percent(_everywhere),
        "In air you divide by nothing, or nearly so: the result is infinite, NaN or huge. Where "
        "the reference is not above the floor, write NaN on purpose.",
    ),
    mistake(
        _percent(
            lambda ref, new, floor: np.where(
                np.asarray(ref) > floor, _percent_of(ref, new, ref, floor), 0.0
            )
        ),
        "You write 0 % where the reference is nothing. That claims perfect agreement, and it "
        "pulls every mean towards 0. Write NaN, and average with `np.nanmean`.",
    ),
    mistake(
        _percent(
            lambda ref, new, floor: np.where(
                np.asarray(ref) >= floor, _everywhere(ref, new, floor), np.nan
            )
        ),
        "Where the reference equals the floor you still divide. With a floor of 0 that is a "
        "division by 0. Only above the floor (`>`) is there something to compare.",
    ),
    mistake(
        lambda ref, new, floor: _percent_of(ref, new, ref, floor),
        "The shapes differ, and numpy stretched both maps to one shape without a word: each value "
        "was compared with that of other places. Raise a ValueError.",
    ),
]


def _spread(difference, reach):
    """Return mean and mean -+ reach."""
    mean = difference.mean()
    return float(mean), float(mean - reach), float(mean + reach)


def _within(reference, predicted, mask):
    """Return the differences in the mask."""
    return (np.asarray(predicted, float) - reference)[mask]


def _limits_unchecked(reference, predicted, mask):
    """Compute limits of however few differences."""
    difference = _within(reference, predicted, mask)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = ((difference - difference.mean()) ** 2).sum() / (np.float64(difference.size) - 1)
    return _spread(difference, 1.96 * np.sqrt(variance))


def _percentiles(reference, predicted, mask):
    """Take the middle 95 % as they are."""
    d = _within(reference, predicted, mask)
    return float(d.mean()), float(np.percentile(d, 2.5)), float(np.percentile(d, 97.5))


def _of_the_mean(reference, predicted, mask):
    """Take the standard error for the standard deviation."""
    d = _within(reference, predicted, mask)
    return _spread(d, 1.96 * d.std(ddof=1) / np.sqrt(d.size))


def _scaled(times, ddof=1):
    """Make limits of another number of deviations."""

    def answer(reference, predicted, mask):
        d = _within(reference, predicted, mask)
        return _spread(d, times * d.std(ddof=ddof))

    return answer


LIMITS_OF_AGREEMENT = [
    mistake(
        _limits(lambda ref, new, mask: _limits_unchecked(new, ref, mask)),
        "The sign is wrong: a method that reads too high has to have a positive mean difference. "
        "Take predicted - reference.",
    ),
    mistake(
        _limits(_scaled(1.96, ddof=0)),
        "You divide by n. The differences are a sample of all patients, so the deviation is the "
        "sample's: `std(ddof=1)`. With few patients that matters.",
    ),
    mistake(
        _limits(_scaled(1)),
        "Your limits are one deviation away. About 95 % of normal differences lie within 1.96 "
        "deviations.",
    ),
    mistake(
        _limits(_scaled(2)),
        "You take 2 deviations, as Bland and Altman did to keep it simple. Here 1.96 is asked for.",
    ),
    mistake(
        _limits(_of_the_mean),
        "You divide by the root of n. That is the uncertainty of the mean, which shrinks with "
        "more patients. The limits say how far the next patient may be off; they do not shrink.",
    ),
    mistake(
        _limits(_percentiles),
        "You take the 2.5th and the 97.5th percentile. That is honest for many values, but for a "
        "few patients there is no such percentile. Here: mean -+ 1.96 deviations.",
    ),
    mistake(
        _limits(
            lambda ref, new, mask: _spread(
                np.abs(_within(ref, new, mask)),
                1.96 * np.abs(_within(ref, new, mask)).std(ddof=1),
            )
        ),
        "You took absolute differences. Then the mean is no bias, and the lower limit means "
        "nothing. Keep the signs.",
    ),
    mistake(
        _limits(
            lambda ref, new, mask: _limits_unchecked(ref, new, np.ones(np.shape(ref), dtype=bool))
        ),
        "You compare the whole image. Take the differences inside the mask only: "
        "`difference[mask]`.",
    ),
    mistake(
        _limits(
            lambda ref, new, mask: tuple(_limits_unchecked(ref, new, mask)[i] for i in (0, 2, 1))
        ),
        "The limits are swapped: after the mean comes the lower one, then the upper one.",
    ),
    mistake(
        _limits_unchecked,
        "One pair of values has no deviation: you divide by n - 1 = 0, and the limits are NaN. "
        "Raise a ValueError when the mask holds fewer than two.",
    ),
]


def _each(measure):
    """Make a table of one measurement for every label."""

    def answer(reference, predicted, labels):
        difference = np.asarray(predicted, float) - reference
        return {
            int(label): measure(difference[labels == label], difference)
            for label in np.unique(labels)
        }

    return answer


def _row(d):
    """Return count, mean, mean absolute and root mean square error."""
    return d.size, d.mean(), np.abs(d).mean(), np.sqrt((d**2).mean())


def _in_16_bits(reference, predicted, labels):
    """Square in the type of a CT."""
    difference = np.asarray(predicted) - reference
    rows = {}
    for label in np.unique(labels):
        d = difference[labels == label]
        square = float((d * d).mean())
        root = float(np.sqrt(square)) if square >= 0 else float("nan")
        rows[int(label)] = (d.size, d.mean(), np.abs(d).mean(), root)
    return rows


def _mixed_with_zeros(reference, predicted, labels):
    """Multiply by the mask in the place of choosing."""
    difference = np.asarray(predicted, float) - reference
    rows = {}
    for label in np.unique(labels):
        inside = labels == label
        rows[int(label)] = (int(inside.sum()), *_row((difference * inside).ravel())[1:])
    return rows


ERRORS_PER_TISSUE = [
    mistake(
        _errors(_each(lambda d, whole: _row(-d))),
        "The sign of the mean error is wrong: a prediction that is too low has a negative one. "
        "Take predicted - reference.",
    ),
    mistake(
        _errors(_each(lambda d, whole: (*_row(d)[:2], abs(_row(d)[1]), _row(d)[3]))),
        "Your mean absolute error is the absolute value of the mean. Errors of both signs cancel "
        "in it. Take the absolute values first, then the mean.",
    ),
    mistake(
        _errors(_each(lambda d, whole: (*_row(d)[:3], _row(d)[3] ** 2))),
        "The last number is the mean square in squared HU. Take its root.",
    ),
    mistake(
        _errors(_each(lambda d, whole: (*_row(d)[:3], float(d.std())))),
        "The last number is the standard deviation: it forgets the bias. The root mean square "
        "error is the root of the mean of squares, without taking off the mean.",
    ),
    mistake(
        _errors(_mixed_with_zeros),
        "You average over all voxels: those of other tissues count as zeros, and small tissues "
        "look perfect. Choose the voxels of each tissue with `difference[labels == label]`.",
    ),
    mistake(
        _errors(_each(lambda d, whole: (_row(d)[0], *_row(d)[2:0:-1], _row(d)[3]))),
        "Mean and mean absolute error are swapped: the order is voxels, mean, mean absolute, root "
        "mean square.",
    ),
    mistake(
        _errors(_in_16_bits),
        "Both images are int16, and the square of a difference of 400 HU does not fit into 16 "
        "bits, so it wrapped around. Convert to float before you square.",
    ),
    mistake(
        _each(lambda d, whole: _row(d)),
        "The shapes differ, and numpy stretched both images to one shape without a word. Raise a "
        "ValueError.",
    ),
]
