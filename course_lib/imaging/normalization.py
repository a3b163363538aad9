"""Intensity normalization: images in arbitrary units on one scale, and CT windows for the eye.

Values come back as float32 for float32 and for whole numbers of up to 16 bits, else as float64.
Slides 11 to 14.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_numbers,
    finite_range,
    floating_copy,
    require_finite,
    require_interval,
    require_mask,
)


def min_max(image: ArrayLike) -> NDArray[np.floating]:
    """Scale an image so that its smallest value becomes 0 and its largest 1.

    Parameters
    ----------
    image : array
        Any shape, in arbitrary units.

    Returns
    -------
    floating array
        (image - min) / (max - min), without unit.

    Raises
    ------
    ValueError
        If the image is constant, empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 12.

    Examples
    --------
    >>> min_max(np.array([20.0, 70.0, 120.0]))
    array([0. , 0.5, 1. ])
    """
    image = as_numbers(image)
    low, high = _range_of(image, "min-max scaling")
    scaled = floating_copy(image)
    scaled -= low
    scaled /= high - low
    return scaled


def stretch(
    image: ArrayLike, low: float, high: float, new_low: float = 0.0, new_high: float = 1.0
) -> NDArray[np.floating]:
    """Map the interval [low; high] linearly to [new_low; new_high] and clamp what lies outside.

    Parameters
    ----------
    image : array
        Any shape.
    low, high : float
        The interval that is stretched, in the image's unit (the lecture's v_min and v_max).
    new_low, new_high : float
        Where its ends go (the lecture's v_min,d and v_max,d).

    Returns
    -------
    floating array
        (image - low) / (high - low) * (new_high - new_low) + new_low, never outside
        [new_low; new_high].

    Raises
    ------
    ValueError
        If an interval is empty or inverted, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 12 and 14.

    Examples
    --------
    >>> stretch(np.array([-500.0, 50.0, 900.0]), -150, 250, 0, 255)
    array([  0. , 127.5, 255. ])
    """
    require_interval(low, high, "stretched")
    require_interval(new_low, new_high, "target")
    image = as_numbers(image)
    require_finite(image)
    stretched = floating_copy(image)
    stretched -= low
    stretched *= (new_high - new_low) / (high - low)
    stretched += new_low
    return np.clip(stretched, new_low, new_high, out=stretched)


def percentile_stretch(
    image: ArrayLike, lower: float = 1.0, upper: float = 99.0, mask: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Stretch between two percentiles to 0..1, so that a few extreme values do not set the scale.

    Parameters
    ----------
    image : array
        Any shape, in arbitrary units.
    lower, upper : float
        Percentiles that become 0 and 1; values beyond them are clamped.
    mask : bool array, optional
        Where the percentiles are taken; the whole image by default.

    Returns
    -------
    floating array
        Within [0; 1].

    Raises
    ------
    ValueError
        If the percentiles are not 0 <= lower < upper <= 100 or have the same value, the mask is
        empty or of another shape, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 12.
    .. [2] Nyul and Udupa, Magnetic Resonance in Medicine 42(6), 1999.
       doi:10.1002/(SICI)1522-2594(199912)42:6<1072::AID-MRM11>3.0.CO;2-M

    Examples
    --------
    >>> image = np.append(np.arange(100.0), 5000.0)
    >>> float(percentile_stretch(image, 0, 99).max()), round(float(min_max(image)[99]), 3)
    (1.0, 0.02)
    """
    if not 0 <= lower < upper <= 100:
        raise ValueError(
            f"The percentiles are {lower:g} and {upper:g}; 0 <= lower < upper <= 100 is allowed."
        )
    image = as_numbers(image)
    require_finite(image)
    inside = image if mask is None else image[require_mask(mask, image.shape, "mask")]
    low, high = np.percentile(inside, [lower, upper])
    if low == high:
        raise ValueError(
            f"Percentiles {lower:g} and {upper:g} are both {low:g}; they must differ to stretch."
        )
    return stretch(image, float(low), float(high))


def z_score(image: ArrayLike, mask: ArrayLike | None = None) -> NDArray[np.floating]:
    """Scale an image to mean 0 and standard deviation 1.

    The deviation is that of the population (divided by n), as in the lecture's formula.

    Parameters
    ----------
    image : array
        Any shape, in arbitrary units.
    mask : bool array, optional
        Where mean and deviation are taken, for example the brain; the whole image by default.
        All of the image is scaled, inside and outside.

    Returns
    -------
    floating array
        (image - mean) / deviation, in deviations.

    Raises
    ------
    ValueError
        If the image is constant (within the mask), empty, or holds NaN, or the mask is empty or
        of another shape.

    References
    ----------
    .. [1] Lecture, slide 12.

    Examples
    --------
    >>> z_score(np.array([1.0, 3.0]))
    array([-1.,  1.])
    >>> z_score(np.array([0.0, 1.0, 3.0]), np.array([False, True, True]))
    array([-2., -1.,  1.])
    """
    image = as_numbers(image)
    require_finite(image)
    inside = image if mask is None else image[require_mask(mask, image.shape, "mask")]
    _range_of(inside, "z-normalisation")
    scaled = floating_copy(image)
    scaled -= inside.mean(dtype=np.float64)
    scaled /= inside.std(dtype=np.float64)
    return scaled


def relative_to_region(image: ArrayLike, region: ArrayLike) -> NDArray[np.floating]:
    """Divide an image by its mean in a reference region.

    Parameters
    ----------
    image : array
        Any shape; MR in arbitrary units, or PET in kBq/mL.
    region : bool array
        A healthy reference: background tissue in the brain, the liver in whole-body scans.

    Returns
    -------
    floating array
        1 where a value equals the region's mean; without unit.

    Raises
    ------
    ValueError
        If the region is empty or of another shape, its mean is not positive, or the image is
        empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 13.

    Examples
    --------
    >>> relative_to_region(np.array([2.0, 4.0, 9.0]), np.array([True, True, False]))
    array([0.66666667, 1.33333333, 3.        ])
    """
    image = as_numbers(image)
    require_finite(image)
    mean = float(image[require_mask(region, image.shape, "region")].mean(dtype=np.float64))
    if mean <= 0:
        raise ValueError(f"The mean of the region is {mean:g}; a reference must be positive.")
    ratio = floating_copy(image)
    ratio /= mean
    return ratio


def _range_of(values: NDArray, method: str) -> tuple[float, float]:
    """Return the range of values that are not all the same."""
    low, high = finite_range(values)
    if low == high:
        raise ValueError(f"All values are {low:g}; {method} needs at least two different values.")
    return low, high
