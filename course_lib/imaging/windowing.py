"""CT windows: the part of the Hounsfield scale that a screen of 256 grey values shows.

All windows follow the form that DICOM calls LINEAR_EXACT: a window of centre c and width w shows
[c - w/2; c + w/2]. DICOM's older form LINEAR shows [c - w/2; c + w/2 - 1] instead. Slide 14.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, floating_copy, require_finite, require_interval

WHITE = 255
# The conversion to bytes cuts decimals off, so one half more rounds to the nearest. A little above
# one half lets halves go up although float32 may hold them a little too low.
_HALF = 0.5001


def ct_window(hu: ArrayLike, low: float, high: float) -> NDArray[np.uint8]:
    """Show the window [low; high] in the grey values 0 to 255.

    Parameters
    ----------
    hu : array
        Any shape, in HU.
    low, high : float
        Ends of the window in HU; at or below `low` is black, at or above `high` is white.

    Returns
    -------
    uint8 array
        Rounded to the nearest grey value, halves upward.

    Raises
    ------
    ValueError
        If the window is empty or inverted, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 14.
    .. [2] DICOM PS3.3, C.11.2.1.3.2 (LINEAR_EXACT).

    Examples
    --------
    >>> ct_window(np.array([-1000, 0, 50, 1200]), -150, 250)
    array([  0,  96, 128, 255], dtype=uint8)
    """
    require_interval(low, high, "window")
    hu = as_numbers(hu)
    require_finite(hu)
    grey = floating_copy(hu)
    grey -= low
    grey *= WHITE / (high - low)
    np.clip(grey, 0, WHITE, out=grey)
    grey += _HALF
    return grey.astype(np.uint8)


def window_limits(center: float, width: float) -> tuple[float, float]:
    """Return the ends of a window from its centre and width.

    Parameters
    ----------
    center, width : float
        In HU.

    Returns
    -------
    tuple of float
        Lower and upper end in HU.

    Raises
    ------
    ValueError
        If the width is not positive.

    References
    ----------
    .. [1] DICOM PS3.3, C.11.2.1.3.2 (LINEAR_EXACT).

    Examples
    --------
    >>> window_limits(50, 400)
    (-150.0, 250.0)
    """
    if not (np.isfinite(center) and np.isfinite(width) and width > 0):
        raise ValueError(
            f"The window has centre {center:g} and width {width:g}; "
            "both must be finite and the width positive."
        )
    return center - width / 2, center + width / 2


def window_center_width(low: float, high: float) -> tuple[float, float]:
    """Return centre and width of a window from its ends.

    Parameters
    ----------
    low, high : float
        Ends in HU.

    Returns
    -------
    tuple of float
        Centre and width in HU.

    Raises
    ------
    ValueError
        If the window is empty or inverted.

    References
    ----------
    .. [1] DICOM PS3.3, C.11.2.1.3.2 (LINEAR_EXACT).

    Examples
    --------
    >>> window_center_width(-1000, 0)
    (-500.0, 1000)
    """
    require_interval(low, high, "window")
    return (low + high) / 2, high - low
