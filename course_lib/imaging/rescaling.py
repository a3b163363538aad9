"""Stored whole numbers and the values they stand for: value = slope * stored + intercept."""

import math

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def rescale(
    stored: NDArray[np.integer],
    slope: float,
    intercept: float,
    dtype: DTypeLike = np.float64,
) -> NDArray[np.floating]:
    """Read stored values: ``slope * stored + intercept``.

    Parameters
    ----------
    stored : integer array
        The numbers in the file.
    slope, intercept : float
        From the header: Rescale Slope and Rescale Intercept.
    dtype : numpy.float64 or numpy.float32
        float32 takes half the memory and keeps stored values of up to 16 bits exactly.

    Returns
    -------
    float array
        Values in the unit of the image, for a CT in HU.

    Raises
    ------
    ValueError
        If the slope is 0, slope or intercept is not finite, or `stored` is not integer or has
        more bits than `dtype` keeps.

    References
    ----------
    .. [1] DICOM PS3.3, C.11.1 Modality LUT Module.
    .. [2] Lecture, slides 8-9.

    Examples
    --------
    >>> rescale(np.array([0, 1034, 1324]), 1, -1024)
    array([-1024.,    10.,   300.])
    """
    stored = np.asarray(stored)
    check_line(slope, intercept)
    if stored.dtype.kind not in "iu":
        raise ValueError(f"stored has the dtype {stored.dtype}; a file stores an integer type.")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ValueError(f"dtype is {np.dtype(dtype)}; float32 and float64 are allowed.")
    if np.dtype(dtype) == np.float32 and stored.dtype.itemsize > 2:
        raise ValueError(f"float32 cannot keep every {stored.dtype} value; use float64.")
    values = stored.astype(dtype)  # then in place: a second array costs more than the sum
    values *= slope
    values += intercept
    return values


def store(
    values: ArrayLike, slope: float, intercept: float, dtype: DTypeLike
) -> NDArray[np.integer]:
    """Turn values into stored whole numbers: ``(values - intercept) / slope``, rounded.

    Parameters
    ----------
    values : array
        In the unit of the image, for a CT in HU.
    slope, intercept : float
        As they will stand in the header.
    dtype : integer dtype
        Type in the file, of 8, 16 or 32 bits.

    Returns
    -------
    array of `dtype`
        Rounded to the nearest whole number; a half goes to the even one.

    Raises
    ------
    ValueError
        If a value is NaN or infinite, does not fit the type, or the slope is 0. Nothing is
        clipped and nothing wraps around.

    References
    ----------
    .. [1] Lecture, slides 8-9.

    Examples
    --------
    >>> store([-1024.0, 10.4, 300.0], 1, -1024, np.uint16)
    array([   0, 1034, 1324], dtype=uint16)
    """
    values = np.asarray(values)
    check_line(slope, intercept)
    low, high = type_limits(dtype)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"values have the dtype {values.dtype}; numbers are needed.")
    if not np.isfinite(values).all():
        raise ValueError(f"{np.sum(~np.isfinite(values))} values are NaN or infinite.")
    stored = np.rint((values.astype(np.float64) - intercept) / slope)
    outside = np.count_nonzero((stored < low) | (stored > high))
    if outside:
        raise ValueError(
            f"{outside} of {stored.size} values do not fit {np.dtype(dtype)} ({low} to {high}): "
            f"they need {stored.min():.0f} to {stored.max():.0f}."
        )
    return stored.astype(dtype)


def type_limits(dtype: DTypeLike) -> tuple[int, int]:
    """Return the smallest and the largest number of an integer type of 8, 16 or 32 bits.

    Parameters
    ----------
    dtype : integer dtype
        For example numpy.int16 or "int16".

    Returns
    -------
    smallest, largest : int
        Both ends of the type.

    Raises
    ------
    ValueError
        If the type is another one.

    Examples
    --------
    >>> type_limits(np.int16)
    (-32768, 32767)
    """
    kind = np.dtype(dtype)
    if kind.kind not in "iu" or kind.itemsize > 4:
        raise ValueError(f"dtype is {kind}; an integer type of 8, 16 or 32 bits is needed.")
    limits = np.iinfo(kind)
    return int(limits.min), int(limits.max)


def check_line(slope: float, intercept: float) -> None:
    """Refuse a slope that cannot be undone.

    Parameters
    ----------
    slope, intercept : float
        As in a header.

    Raises
    ------
    ValueError
        If the slope is 0, or slope or intercept is not finite.

    Examples
    --------
    >>> check_line(0, -1024)
    Traceback (most recent call last):
    ValueError: slope is 0; all stored values would read the same.
    """
    if not (math.isfinite(slope) and math.isfinite(intercept)):
        raise ValueError(f"slope is {slope} and intercept {intercept}; both must be finite.")
    if slope == 0:
        raise ValueError("slope is 0; all stored values would read the same.")
