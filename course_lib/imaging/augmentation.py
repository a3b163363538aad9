"""Intensity augmentation: one training image becomes many that another scanner could have made.

For images in arbitrary units only. A quantitative image (CT, PET) means something else after it.
Slide 17.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import (
    as_numbers,
    finite_range,
    floating_copy,
    require_finite,
    require_interval,
)
from course_lib.imaging.normalization import min_max

Interval = tuple[float, float]


def random_gain_offset(
    image: ArrayLike,
    rng: np.random.Generator,
    gain: Interval = (0.9, 1.1),
    offset: Interval = (-0.1, 0.1),
) -> NDArray[np.floating]:
    """Change contrast and brightness by one random gain and one random offset.

    Parameters
    ----------
    image : array
        Any shape, normalized.
    rng : numpy.random.Generator
        Source of the two random numbers; the gain is drawn first.
    gain, offset : tuple of float
        Intervals from which they are drawn, all values equally likely.

    Returns
    -------
    floating array
        gain * image + offset.

    Raises
    ------
    ValueError
        If an interval is inverted, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 17.

    Examples
    --------
    >>> image = np.array([0.0, 1.0])
    >>> dark, bright = random_gain_offset(image, np.random.default_rng(1))
    >>> bool(0.9 <= bright - dark <= 1.1)
    True
    """
    require_interval(*gain, "gain")
    require_interval(*offset, "offset")
    image = as_numbers(image)
    require_finite(image)
    changed = floating_copy(image)
    changed *= rng.uniform(*gain)
    changed += rng.uniform(*offset)
    return changed


def random_gamma(
    image: ArrayLike, rng: np.random.Generator, exponent: Interval = (0.7, 1.5)
) -> NDArray[np.floating]:
    """Bend the grey scale between the image's own darkest and brightest value.

    Parameters
    ----------
    image : array
        Any shape, not constant.
    rng : numpy.random.Generator
        Source of the exponent.
    exponent : tuple of float
        Positive interval from which it is drawn on a logarithmic scale, so that darker and
        brighter are equally likely around 1.

    Returns
    -------
    floating array
        With the minimum and the maximum of the image.

    Raises
    ------
    ValueError
        If the interval is inverted or not positive, or the image is constant, empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 17.

    Examples
    --------
    >>> random_gamma(np.array([10.0, 15.0, 20.0]), np.random.default_rng(1))[[0, 2]]
    array([10., 20.])
    """
    require_interval(*exponent, "exponent")
    if exponent[0] <= 0:
        raise ValueError(f"The exponents are {exponent}; they must be positive.")
    image = as_numbers(image)
    low, high = finite_range(image)
    return min_max(image) ** np.exp(rng.uniform(*np.log(exponent))) * (high - low) + low


def random_noise(image: ArrayLike, rng: np.random.Generator, sigma: float) -> NDArray[np.floating]:
    """Add Gaussian noise, drawn anew for every pixel.

    Parameters
    ----------
    image : array
        Any shape.
    rng : numpy.random.Generator
        Source of the noise.
    sigma : float
        Standard deviation of the noise, in the image's unit.

    Returns
    -------
    floating array
        Image plus noise.

    Raises
    ------
    ValueError
        If sigma is negative or not finite, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 17.

    Examples
    --------
    >>> noisy = random_noise(np.zeros(10_000), np.random.default_rng(1), sigma=2.0)
    >>> round(float(noisy.std()), 1)
    2.0
    """
    if not (np.isfinite(sigma) and sigma >= 0):
        raise ValueError(f"The deviation of the noise is {sigma:g}; it must be finite and >= 0.")
    image = as_numbers(image)
    require_finite(image)
    noisy = floating_copy(image)
    noisy += rng.normal(0.0, sigma, image.shape)
    return noisy


def bias_field(
    shape: tuple[int, ...], rng: np.random.Generator, strength: float = 0.3, knots: int = 3
) -> NDArray[np.float64]:
    """Make the smooth brightness of a receive coil, near 1 everywhere.

    Parameters
    ----------
    shape : tuple of int
        Of the image, each axis longer than one.
    rng : numpy.random.Generator
        Source of the field.
    strength : float
        The field reaches 1 + strength or 1 / (1 + strength), and does not go beyond.
    knots : int
        Random values along each axis, joined by cubic splines; few make it smooth.

    Returns
    -------
    float64 array
        To be multiplied with an image.

    Raises
    ------
    ValueError
        If the strength is not positive, there are fewer than two knots, or an axis is too short.

    References
    ----------
    .. [1] Lecture, slide 17.

    Examples
    --------
    >>> field = bias_field((20, 30), np.random.default_rng(1), strength=0.5)
    >>> bool(field.max() <= 1.5 + 1e-9 and field.min() >= 1 / 1.5 - 1e-9)
    True
    """
    if not (np.isfinite(strength) and strength > 0) or knots < 2 or min(shape, default=0) < 2:
        raise ValueError(
            f"The field has strength {strength:g}, {knots} knots and shape {shape}; the strength "
            "must be positive, with at least two knots and two pixels along each axis."
        )
    coarse = rng.normal(size=(knots,) * len(shape))
    ends = [np.linspace(0, knots - 1, length) for length in shape]
    smooth = ndimage.map_coordinates(coarse, np.meshgrid(*ends, indexing="ij"), mode="nearest")
    return (1 + strength) ** (smooth / np.abs(smooth).max())
