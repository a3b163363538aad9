"""Known mistakes of topic 03, second part: R2* and the curve fitted to it."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import mr_mapping

_r2star = partial(refusing_like, mr_mapping.r2star)
_fit = partial(refusing_like, mr_mapping.fit_curve)


def _seconds(echo_ms):
    """Return the time between the echoes in s."""
    return (echo_ms[1] - echo_ms[0]) / 1000


def _raised(signal, floor):
    """Raise a signal to the floor."""
    return np.maximum(np.asarray(signal, dtype=float), floor)


def _unchecked(first, second, echo_ms, floor):
    """Compute without looking at the echo times and the floor."""
    return np.log(_raised(first, floor) / _raised(second, floor)) / _seconds(echo_ms)


def _echoes_unchecked(first, second, echo_ms, floor):
    """Look at the floor only."""
    mr_mapping.r2star(first, second, (0.0, 1.0), floor)
    return _unchecked(first, second, echo_ms, floor)


def _floor_unchecked(first, second, echo_ms, floor):
    """Look at the echo times only."""
    mr_mapping.r2star(first, second, echo_ms, 1.0)
    return _unchecked(first, second, echo_ms, floor)


def _logs(first, second, echo_ms, floor):
    """Take logarithms of whatever is there."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (np.log(first) - np.log(second)) / _seconds(echo_ms)


def _zeros_raised(first, second, echo_ms, floor):
    """Raise only what has no logarithm."""
    first, second = (np.asarray(s, dtype=float) for s in (first, second))
    first, second = (np.where(s > 0, s, floor) for s in (first, second))
    return (np.log(first) - np.log(second)) / _seconds(echo_ms)


def _lost_are_zero(first, second, echo_ms, floor):
    """Give 0 wherever one of the echoes is lost."""
    lost = (np.asarray(first) < floor) | (np.asarray(second) < floor)
    return np.where(lost, 0.0, _unchecked(first, second, echo_ms, floor))


R2STAR = [
    mistake(
        _r2star(lambda a, b, times, floor: -_unchecked(a, b, times, floor)),
        "Your R2* has the wrong sign. The first echo is the larger one and comes first: "
        "(ln first - ln second) / (TE2 - TE1), so decay is positive.",
    ),
    mistake(
        _r2star(lambda a, b, times, floor: _unchecked(a, b, times, floor) / 1000),
        "You divide by milliseconds. R2* is asked for in 1/s, so turn the echo times into seconds "
        "first: divide them by 1000.",
    ),
    mistake(
        _r2star(lambda a, b, times, floor: _unchecked(a, b, times, floor) / np.log(10)),
        "You take logarithms to the base 10. The decay is exp(-TE R2*), so the natural logarithm "
        "is needed: `np.log`, not `np.log10`.",
    ),
    mistake(
        _r2star(_logs),
        "Zero and negative signals have no logarithm: your result holds NaN or infinity. Raise "
        "each echo to the floor before the logarithm, for example with `np.maximum`.",
    ),
    mistake(
        _r2star(_zeros_raised),
        "You raise only zero and negative signals. A signal of 1 is noise, too, but its logarithm "
        "is far from that of the floor. Raise everything below the floor to it.",
    ),
    mistake(
        _r2star(
            lambda a, b, times, floor: _unchecked(np.asarray(a) + floor, b + floor, times, 1e-9)
        ),
        "You add the floor to the signal. Then every R2* is too small, also that of healthy "
        "tissue. Raise only what lies below the floor: `np.maximum(signal, floor)`.",
    ),
    mistake(
        _r2star(lambda a, b, times, floor: np.maximum(_unchecked(a, b, times, floor), 0)),
        "You cut off negative R2*. They come from noise, and noise goes both ways: without them "
        "the mean of tissue is too high. Leave them in.",
    ),
    mistake(
        _r2star(_lost_are_zero),
        "You write 0 where one echo is below the floor. In dense bone just the second echo is "
        "lost: that is fast decay, the very thing we look for. Raise that echo to the floor.",
    ),
    mistake(
        _unchecked,
        "Echo times that do not rise and a floor of 0 are slips of the caller. You return "
        "numbers that look like R2*. Raise a ValueError for both.",
    ),
    mistake(
        _echoes_unchecked,
        "The second echo time has to be later than the first. You return numbers for swapped "
        "times, with the wrong sign. Raise a ValueError.",
    ),
    mistake(
        _floor_unchecked,
        "A floor of 0 protects nothing: the logarithm of 0 is minus infinity. Raise a ValueError "
        "for a floor that is not above 0.",
    ),
]


def _polynomial(x, y, degree):
    """Fit with falling powers, without looking at what comes in."""
    return np.polyfit(x, y, degree)


def _through_zero(x, y, degree):
    """Fit without a constant."""
    powers = np.vander(x, degree + 1, increasing=True)[:, 1:]
    return np.concatenate([[0.0], np.linalg.lstsq(powers, y, rcond=None)[0]])


FIT_CURVE = [
    mistake(
        _fit(_polynomial),
        "The coefficients are right but in falling powers, as `np.polyfit` gives them. Here the "
        "first belongs to R2*^0: turn them round with `[::-1]`.",
    ),
    mistake(
        _fit(lambda x, y, degree: _polynomial(y, x, degree)[::-1]),
        "You fitted R2* from HU. Later R2* is known and HU are wanted, so R2* is x and HU are y. "
        "The other way round is another line, not its inverse.",
    ),
    mistake(
        _fit(lambda x, y, degree: np.polynomial.Polynomial.fit(x, y, degree).coef),
        "`Polynomial.fit` moves and scales x to -1..1 before it fits, and `.coef` belongs to that "
        "scale. Call `.convert().coef` to get coefficients for R2* itself.",
    ),
    mistake(
        _fit(lambda x, y, degree: _polynomial(np.sort(x), np.sort(y), degree)[::-1]),
        "You sorted R2* and HU separately, so each R2* now stands beside the HU of another voxel. "
        "The pairs have to stay together.",
    ),
    mistake(
        _fit(_through_zero),
        "Your curve has no constant, so it is forced through 0 HU at R2* = 0. Include the power 0 "
        "(in `np.vander`, as many columns as degree + 1).",
    ),
    mistake(
        _fit(lambda x, y, degree: _polynomial(x, y, degree - 1)[::-1]),
        "There is one coefficient too few. A polynomial of degree 1 is a line and has two: degree "
        "+ 1 in all.",
    ),
    mistake(
        lambda x, y, degree: _polynomial(x, y, degree)[::-1],
        "All values of R2* are the same, and through one point pass infinitely many lines. You "
        "returned one of them (numpy only warned). Count the different values with `np.unique`: "
        "there must be more of them than the degree. If not, raise a ValueError.",
    ),
]
