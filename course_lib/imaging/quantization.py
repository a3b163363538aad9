"""What rounding to an integer type costs: the slope to choose and the error it causes."""

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from course_lib.imaging.rescaling import check_line, type_limits


def fits(low: float, high: float, slope: float, intercept: float, dtype: DTypeLike) -> bool:
    """Tell whether all values of a range can be stored.

    Parameters
    ----------
    low, high : float
        Smallest and largest value.
    slope, intercept : float
        As in the header.
    dtype : integer dtype
        Type in the file.

    Returns
    -------
    bool
        Whether both ends, rounded, lie within the type.

    Raises
    ------
    ValueError
        If the range is inverted or not finite, or the slope is 0.

    References
    ----------
    .. [1] Lecture, slide 10.

    Examples
    --------
    >>> [fits(0, 52427, a, b, np.int16) for a, b in ((1.4, 1), (1.6, 0), (1, -19660))]
    [False, True, False]
    """
    check_line(slope, intercept)
    _check_range(low, high)
    smallest, largest = type_limits(dtype)
    ends = np.rint((np.array([low, high], dtype=np.float64) - intercept) / slope)
    return bool(ends.min() >= smallest and ends.max() <= largest)


def smallest_slope(
    low: float, high: float, dtype: DTypeLike, intercept: float | None = None
) -> tuple[float, float]:
    """Find the smallest slope with which a range fits an integer type.

    Parameters
    ----------
    low, high : float
        Smallest and largest value.
    dtype : integer dtype
        Type in the file.
    intercept : float, optional
        When it is prescribed, as in PET, where it is 0. By default the whole type is used: `low`
        is stored as its smallest number, `high` as its largest.

    Returns
    -------
    slope, intercept : float
        The finest steps that reach both ends.

    Raises
    ------
    ValueError
        If the range is inverted, empty or not finite, or the intercept lies above `low` and the
        type has no negative numbers.

    References
    ----------
    .. [1] Lecture, slide 10.

    Examples
    --------
    >>> smallest_slope(-1024, 3071, np.uint8)
    (16.058823529411764, -1024.0)
    >>> slope, intercept = smallest_slope(0, 52427, np.int16, intercept=0)
    >>> round(slope, 5), intercept
    (1.59999, 0)
    """
    _check_range(low, high)
    smallest, largest = type_limits(dtype)
    if low == high:
        raise ValueError(f"The range is the single value {low}; every slope can store it.")
    if intercept is None:
        slope = (high - low) / (largest - smallest)
        return slope, low - slope * smallest
    if low < intercept and smallest == 0:
        raise ValueError(
            f"{np.dtype(dtype)} has no negative numbers; the intercept {intercept} must not lie "
            f"above the smallest value {low}."
        )
    below = (low - intercept) / smallest if low < intercept else 0.0
    return max(below, (high - intercept) / largest), intercept


def largest_error(slope: float) -> float:
    """Return the largest error that rounding to whole numbers causes: half a step.

    Parameters
    ----------
    slope : float
        The step between two neighbouring stored values, in the unit of the image.

    Returns
    -------
    float
        In the unit of the image.

    Raises
    ------
    ValueError
        If the slope is 0 or not finite.

    References
    ----------
    .. [1] Bennett, Bell System Technical Journal 27(3), 1948.
       doi:10.1002/j.1538-7305.1948.tb01340.x

    Examples
    --------
    >>> largest_error(1.6)
    0.8
    """
    check_line(slope, 0.0)
    return abs(slope) / 2


def rounding_error(values: ArrayLike, slope: float, intercept: float) -> NDArray[np.float64]:
    """Return what is added to each value by storing and reading it, if the type is wide enough.

    Parameters
    ----------
    values : array
        In the unit of the image.
    slope, intercept : float
        As in the header.

    Returns
    -------
    float64 array
        Read value less true value; never beyond `largest_error` either way.

    Raises
    ------
    ValueError
        If the slope is 0, or slope or intercept is not finite.

    Examples
    --------
    >>> rounding_error([0.0, 0.75, 2.0], slope=2, intercept=0)
    array([ 0.  , -0.75,  0.  ])
    """
    check_line(slope, intercept)
    values = np.asarray(values, dtype=np.float64)
    return slope * np.rint((values - intercept) / slope) + intercept - values


def slope_per_slice(volume: ArrayLike, dtype: DTypeLike) -> NDArray[np.float64]:
    """Return for each slice the smallest slope with intercept 0, as PET images have it.

    Parameters
    ----------
    volume : (Z, Y, X) array
        Activity, not negative, for example in kBq/mL.
    dtype : integer dtype
        Type in the file.

    Returns
    -------
    (Z,) float64 array
        The slice's largest value is stored as the largest number of the type. A slice without
        activity gets slope 1, since a slope of 0 could not be read.

    Raises
    ------
    ValueError
        If there are not three axes, no pixels, or values that are negative, NaN or infinite.

    References
    ----------
    .. [1] DICOM PS3.3, C.8.9.4 PET Image Module: the intercept is always 0.
    .. [2] Lecture, slide 9.

    Examples
    --------
    >>> slope_per_slice([[[0.0, 510.0]], [[0.0, 2.55]], [[0.0, 0.0]]], np.uint8)
    array([2.  , 0.01, 1.  ])
    """
    volume = np.asarray(volume, dtype=np.float64)
    if volume.ndim != 3 or volume.size == 0:
        raise ValueError(f"The volume has the shape {volume.shape}; (Z, Y, X) is needed.")
    if not (np.isfinite(volume).all() and volume.min() >= 0):
        raise ValueError("The volume holds negative, NaN or infinite values; activity is >= 0.")
    slopes = volume.max(axis=(1, 2)) / type_limits(dtype)[1]
    slopes[slopes == 0] = 1.0
    return slopes


def _check_range(low: float, high: float) -> None:
    """Refuse a range that is inverted or endless."""
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"The range is {low} to {high}; both ends must be finite.")
    if low > high:
        raise ValueError(f"The range {low} to {high} is inverted; the smaller end comes first.")
