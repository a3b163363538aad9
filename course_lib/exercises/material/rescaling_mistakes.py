"""Known mistakes of topic 01, third part: stored numbers and the values they stand for."""

import math
from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import quantization, rescaling

_read = partial(refusing_like, rescaling.rescale)
_store = partial(refusing_like, rescaling.store)
_range = partial(refusing_like, quantization.smallest_slope)
_error = partial(refusing_like, quantization.largest_error)
_slices = partial(refusing_like, quantization.slope_per_slice)


def _cast(values, dtype):
    """Turn whole numbers into a type as numpy does: what is too large wraps around."""
    return np.asarray(values).astype(np.int64).astype(dtype)


def _lower_end_unchecked(hu, slope, intercept, dtype):
    """Refuse what is too large only."""
    stored = np.rint((np.asarray(hu) - intercept) / slope)
    if not np.isfinite(stored).all() or stored.max() > np.iinfo(dtype).max:
        raise ValueError("too large")
    return _cast(stored, dtype)


def _nan_unchecked(hu, slope, intercept, dtype):
    """Compare with both ends; NaN is never beyond one."""
    stored = np.rint((np.asarray(hu) - intercept) / slope)
    low, high = rescaling.type_limits(dtype)
    if slope == 0 or (stored < low).any() or (stored > high).any():
        raise ValueError("does not fit")
    return _cast(stored, dtype)


STORED_TO_HU = [
    mistake(
        lambda stored, slope, intercept: slope * stored + intercept,
        "numpy computes in the type of the stored values. An unsigned type has no -1024, and in 16 "
        "bits 2 * 30000 wraps around to -5536. Convert to float first: stored.astype(float).",
    ),
    mistake(
        _read(lambda stored, slope, intercept: slope * stored.astype(float) - intercept),
        "The sign of the intercept is wrong: it is added. With -1024, a stored 0 is air.",
    ),
    mistake(
        _read(lambda stored, slope, intercept: slope * (stored.astype(float) + intercept)),
        "You add the intercept before you multiply, so the slope multiplies it too. Multiply "
        "first.",
    ),
    mistake(
        _read(lambda stored, slope, intercept: (stored.astype(float) - intercept) / slope),
        "This is the way from HU to stored values. Reading goes the other way: times the slope, "
        "plus the intercept.",
    ),
    mistake(
        _read(lambda stored, slope, intercept: stored.astype(float) + intercept),
        "You forgot the slope. It is 1 in most CT files, but not in all.",
    ),
    mistake(
        _read(
            lambda stored, slope, intercept: np.clip(
                slope * stored.astype(float) + intercept, -1024, 3071
            )
        ),
        "You clip to [-1024, 3071] HU. What stands in the file must be read as it is: metal reads "
        "more, and padding outside the field of view less.",
    ),
    mistake(
        lambda stored, slope, intercept: slope * stored.astype(float) + intercept,
        "With a slope of 0 every pixel reads the same. Such a header is damaged; raise a "
        "ValueError instead of returning a picture.",
    ),
]

HU_TO_STORED = [
    mistake(
        _store(lambda hu, a, b, dtype: _cast((hu - b) / a, dtype)),
        "You cut off the decimals instead of rounding: 10.6 became 10. Then the error is up to a "
        "whole step and always to one side. Use np.rint before you convert.",
    ),
    mistake(
        lambda hu, a, b, dtype: rescaling.store(hu, a, -b, dtype),
        "The sign of the intercept is wrong: reading adds it, so storing subtracts it.",
    ),
    mistake(
        lambda hu, a, b, dtype: rescaling.store(np.asarray(hu) * a + b, 1, 0, dtype),
        "You read instead of storing. Storing takes back what reading does, the last step first: "
        "minus the intercept, then divided by the slope.",
    ),
    mistake(
        lambda hu, a, b, dtype: rescaling.store(np.asarray(hu) / a - b, 1, 0, dtype),
        "You divide before you subtract, so the intercept is not divided. Subtract it first.",
    ),
    mistake(
        lambda hu, a, b, dtype: _cast(np.rint((_cast(hu, dtype) - b) / a), dtype),
        "You convert before you scale. Negative HU do not fit an unsigned type and wrap around to "
        "large numbers. Compute in float, and convert at the very end.",
    ),
    mistake(
        _store(lambda hu, a, b, dtype: np.rint((hu - b) / a)),
        "The values are right but still decimals. A file stores whole numbers: end with "
        ".astype(dtype).",
    ),
    mistake(
        lambda hu, a, b, dtype: _cast(np.rint((np.asarray(hu) - b) / a), dtype),
        "You convert without asking whether the values fit. numpy lets them wrap around: -976 "
        "becomes 64560 in uint16, and padding becomes the brightest pixel. Compare with "
        "np.iinfo(dtype) and raise a ValueError.",
    ),
    mistake(
        lambda hu, a, b, dtype: _cast(
            np.clip(np.rint((np.asarray(hu) - b) / a), *rescaling.type_limits(dtype)), dtype
        ),
        "You clip what does not fit. The picture looks right and the values are lost without a "
        "word. Raise a ValueError, so that somebody chooses another slope or type.",
    ),
    mistake(
        _lower_end_unchecked,
        "You look at the upper end only. A value below the smallest number of the type wraps "
        "around to the largest ones.",
    ),
    mistake(
        _nan_unchecked,
        "A NaN slipped through: it is neither smaller nor larger than anything, so no comparison "
        "finds it, and converting makes an arbitrary number of it. Ask np.isfinite(values).all().",
    ),
]


def _fit(low, high, dtype, steps):
    """Fit a range with a number of steps."""
    slope = (high - low) / steps
    return slope, low - slope * rescaling.type_limits(dtype)[0]


def _levels(dtype):
    """Return how many numbers a type has."""
    smallest, largest = rescaling.type_limits(dtype)
    return largest - smallest + 1


def _intercept_is_low(low, high, dtype):
    """Forget that the type starts below 0."""
    return quantization.smallest_slope(low, high, dtype)[0], low


def _intercept_negated(low, high, dtype):
    """Return the intercept with the other sign."""
    slope, intercept = quantization.smallest_slope(low, high, dtype)
    return slope, -intercept


def _upside_down(low, high, dtype):
    """Return the slope of the way to the stored values."""
    slope, intercept = quantization.smallest_slope(low, high, dtype)
    return 1 / slope, intercept


SMALLEST_SLOPE = [
    mistake(
        _range(lambda low, high, dtype: _fit(low, high, dtype, _levels(dtype))),
        "You divide by the number of values of the type. Between 65,536 numbers there are 65,535 "
        "steps; with one step too many the largest value does not fit.",
    ),
    mistake(
        _range(
            lambda low, high, dtype: (
                (high - low) / np.iinfo(dtype).max,
                quantization.smallest_slope(low, high, dtype, low)[1],
            )
        ),
        "You use the numbers from 0 up only, as the slide does with its intercept 0. A signed type "
        "has as many below 0; with them the steps are half as large: divide by largest minus "
        "smallest number.",
    ),
    mistake(
        _range(lambda low, high, dtype: ((high - low) / _levels(dtype), low)),
        "Two things. Between 256 numbers there are 255 steps: divide by largest minus smallest "
        "number. And in a signed type the lower end is not stored as 0, so it is not the "
        "intercept: subtract slope * smallest number.",
    ),
    mistake(
        _range(_intercept_is_low),
        "The intercept is what a stored 0 reads. In a signed type the smallest value is stored as "
        "the smallest number, not as 0, so subtract slope * smallest number.",
    ),
    mistake(
        _range(_intercept_negated),
        "The sign of the intercept is wrong. Try it: slope * smallest number + intercept must give "
        "the lower end of the range.",
    ),
    mistake(
        _range(_upside_down),
        "Your slope is upside down: it counts numbers per HU. The slope of the header is HU per "
        "number: range divided by steps.",
    ),
    mistake(
        _range(lambda low, high, dtype: _fit(low, low + max(abs(low), abs(high)), dtype,
                                             _levels(dtype) - 1)),
        "You divide the largest value. The range matters: high minus low.",
    ),
    mistake(
        lambda low, high, dtype: _fit(low, high, dtype, _levels(dtype) - 1),
        "An inverted range gives a negative slope, and a range of one value a slope of 0, which "
        "cannot be read. Raise a ValueError when low is not below high.",
    ),
]  # fmt: skip

LARGEST_ERROR = [
    mistake(
        _error(abs),
        "That is a whole step. Rounding goes to the nearer of two neighbours, so nothing is "
        "farther away than half a step.",
    ),
    mistake(
        _error(lambda slope: abs(slope) / math.sqrt(12)),
        "That is the standard deviation of the rounding error. Asked is the largest error.",
    ),
    mistake(
        _error(lambda slope: slope / 2),
        "An error has a size: for a negative slope yours is negative. Take the absolute value.",
    ),
    mistake(
        lambda slope: abs(slope) / 2,
        "A slope of 0 does not mean that there is no error: every stored value reads the same. "
        "Raise a ValueError.",
    ),
]


def _per_slice(volume, divisor):
    """Divide the largest value of each slice, and spare the empty ones."""
    slopes = volume.max(axis=(1, 2)) / divisor
    slopes[slopes == 0] = 1.0
    return slopes


def _one_for_all(volume, dtype):
    """Repeat the slope of the hottest slice."""
    return np.full(len(volume), volume.max() / np.iinfo(dtype).max)


def _span(volume, dtype):
    """Use the range of each slice, though the intercept is 0."""
    slopes = np.ptp(volume, axis=(1, 2)) / np.iinfo(dtype).max
    slopes[slopes == 0] = 1.0
    return slopes


SLOPE_PER_SLICE = [
    mistake(
        _slices(_one_for_all),
        "You use one slope for all slices. The hottest slice decides for the coldest, where a step "
        "may be larger than the activity. Take the largest value of each slice: axis=(1, 2).",
    ),
    mistake(
        _slices(lambda volume, dtype: volume.max(axis=0) / np.iinfo(dtype).max),
        "You take the maximum along the slices, which leaves an image. The axes are (Z, Y, X): for "
        "one number per slice the maximum goes over axes 1 and 2.",
    ),
    mistake(
        _slices(_span),
        "You use the range of the slice. With intercept 0 a stored 0 reads 0, so it is the largest "
        "value that must fit, whatever the smallest is.",
    ),
    mistake(
        _slices(lambda volume, dtype: _per_slice(volume, _levels(dtype) - 1)),
        "You use the negative half of the type as well. The intercept is 0 and activity is not "
        "negative, so only 0 to the largest number is there to be used.",
    ),
    mistake(
        _slices(lambda volume, dtype: _per_slice(volume, _levels(dtype))),
        "You divide by how many numbers the type has. What must be reached is its largest number: "
        "np.iinfo(dtype).max.",
    ),
    mistake(
        _slices(lambda volume, dtype: volume.max(axis=(1, 2)) / np.iinfo(dtype).max),
        "A slice without activity got the slope 0, and dividing by it gives NaN. Any slope stores "
        "zeros; use 1.",
    ),
    mistake(
        lambda volume, dtype: _per_slice(volume, np.iinfo(dtype).max),
        "Negative activity does not fit: with intercept 0 the stored value would be negative. "
        "Raise a ValueError.",
    ),
]
