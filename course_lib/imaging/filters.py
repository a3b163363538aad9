"""Filters: every new value is a weighted sum of the values around it. Slides 47 and 48.

Beyond its border an image is continued with the value of the nearest border voxel ("edge"), so
that a constant image stays constant; `correlate` and `convolve` can take 0 instead ("zero").
Results have the shape of the image. They are float32 for float32 and for whole numbers of up to
16 bits, else float64; sums are made in float64.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import (
    as_floating,
    as_numbers,
    as_spacing,
    finite_range,
    require_odd,
)

Padding = Literal["edge", "zero"]
_MODES = {"edge": "nearest", "zero": "constant"}  # our names -> those of scipy


def correlate(image: ArrayLike, kernel: ArrayLike, padding: Padding = "edge") -> NDArray:
    """Slide a kernel over an image, multiply what lies on top of each other, and sum.

    g(x, y) = sum over i, j of h(i, j) f(x + i, y + j). This is correlation: the kernel is not
    turned. The result is largest where the image looks like the kernel (and where it is bright).

    Parameters
    ----------
    image : array with D axes
        f, in any unit.
    kernel : array with D axes
        h, with an odd number of values along each axis; its middle is i = j = 0.
    padding : {"edge", "zero"}
        What lies beyond the border: the value of the nearest border voxel, or 0.

    Returns
    -------
    floating array
        g, of the shape of the image.

    Raises
    ------
    ValueError
        If the image or the kernel is empty or holds NaN, the kernel has another number of axes or
        an even length, or the padding is another one.

    References
    ----------
    .. [1] Lecture, slide 47.

    Examples
    --------
    >>> correlate([0.0, 0.0, 1.0, 0.0, 0.0], [1, 2, 3])
    array([0., 3., 2., 1., 0.])
    """
    image, kernel = _image_and_kernel(image, kernel)
    if padding not in _MODES:
        raise ValueError(f"The padding is {padding!r}; {tuple(_MODES)} are allowed.")
    return ndimage.correlate(image, kernel, mode=_MODES[padding])


def convolve(image: ArrayLike, kernel: ArrayLike, padding: Padding = "edge") -> NDArray:
    """Correlate an image with the kernel turned round.

    g(x, y) = sum over i, j of h(i, j) f(x - i, y - j). For a symmetric kernel, such as a blur,
    this is the same as correlation; for a derivative the sign differs.

    Parameters
    ----------
    image : array with D axes
        f, in any unit.
    kernel : array with D axes
        h, with an odd number of values along each axis; its middle is i = j = 0.
    padding : {"edge", "zero"}
        What lies beyond the border: the value of the nearest border voxel, or 0.

    Returns
    -------
    floating array
        g, of the shape of the image. A single bright voxel becomes a copy of the kernel.

    Raises
    ------
    ValueError
        As `correlate`.

    References
    ----------
    .. [1] Lecture, slide 47, has the correlation.

    Examples
    --------
    >>> convolve([0.0, 0.0, 1.0, 0.0, 0.0], [1, 2, 3])
    array([0., 1., 2., 3., 0.])
    """
    return correlate(image, np.flip(as_numbers(kernel)), padding)


def box_blur(image: ArrayLike, size: int) -> NDArray[np.floating]:
    """Replace every value by the mean of the square or cube around it.

    Parameters
    ----------
    image : array
        Any number of axes and any unit.
    size : int
        Length of the square's side in voxels; odd.

    Returns
    -------
    floating array
        Of the shape of the image; beyond the border the nearest border voxel counts. With the image
        mirrored there instead, this is `local_similarity.local_mean`.

    Raises
    ------
    ValueError
        If the size is even or below 1, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 47 and 53.

    Examples
    --------
    >>> box_blur([0.0, 0.0, 3.0, 0.0, 0.0], 3)
    array([0., 1., 1., 1., 0.])
    """
    require_odd(size, "voxels along a side")
    return ndimage.uniform_filter(as_image(image), size, mode="nearest")


def gaussian_blur(
    image: ArrayLike, sigma_mm: float, spacing: ArrayLike = 1.0
) -> NDArray[np.floating]:
    """Replace every value by a mean in which near voxels count more than far ones.

    Parameters
    ----------
    image : array with D axes
        Any unit.
    sigma_mm : float
        Standard deviation of the Gaussian in mm, the same along all axes; 0 changes nothing. The
        kernel ends at 4 sigma.
    spacing : float or (D,) array
        Distance between voxel centres in mm; with 1, sigma is in voxels.

    Returns
    -------
    floating array
        Of the shape of the image; beyond the border the nearest border voxel counts.

    Raises
    ------
    ValueError
        If sigma is negative or not finite, the spacing does not fit, or the image is empty or
        holds NaN.

    References
    ----------
    .. [1] Lecture, slides 48 and 53.

    Examples
    --------
    >>> gaussian_blur([0.0, 0.0, 1.0, 0.0, 0.0], 0.5).round(3)
    array([0.   , 0.106, 0.787, 0.106, 0.   ])
    """
    image = as_image(image)
    if not (np.isfinite(sigma_mm) and sigma_mm >= 0):
        raise ValueError(f"Sigma is {sigma_mm:g} mm; it must be finite and not negative.")
    sigmas = sigma_mm / as_spacing(spacing, image.ndim)
    return ndimage.gaussian_filter(image, sigmas, mode="nearest")


def as_image(image: ArrayLike) -> NDArray[np.floating]:
    """Return an image of at least one axis as finite floating numbers.

    Raises
    ------
    ValueError
        If it is a single number, is empty, or holds NaN.

    Examples
    --------
    >>> as_image(np.array([1, 2], np.uint8)).dtype
    dtype('float32')
    """
    array = as_numbers(image)
    if array.ndim == 0:
        raise ValueError("The image is a single number; at least one axis is needed.")
    finite_range(array)
    return as_floating(array)


def _image_and_kernel(image: ArrayLike, kernel: ArrayLike) -> tuple[NDArray, NDArray[np.float64]]:
    """Return a floating image and a kernel that has a middle and as many axes."""
    image, weights = as_image(image), as_numbers(kernel).astype(np.float64)
    if weights.ndim != image.ndim:
        raise ValueError(
            f"The kernel has {weights.ndim} axes, the image {image.ndim}; they must be equal."
        )
    finite_range(weights)
    if not all(length % 2 for length in weights.shape):
        raise ValueError(
            f"The kernel has the shape {weights.shape}; lengths must be odd, so that there is a "
            "middle."
        )
    return image, weights
