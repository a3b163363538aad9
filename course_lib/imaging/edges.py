"""Edges and blobs: where an image changes fast, and where something round lies.

Slopes are per mm, so that thick slices and thin ones compare. Slides 48 and 53.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import as_spacing
from course_lib.imaging.filters import as_image, gaussian_blur


def gradient(image: ArrayLike, spacing: ArrayLike = 1.0) -> NDArray[np.floating]:
    """Return the slope of an image along each axis.

    Parameters
    ----------
    image : array with D axes
        Any unit.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    (D, ...) floating array
        In units per mm: half the difference of the two neighbours inside; at the border the
        difference to the one neighbour there is; 0 along an axis of one voxel.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, or the spacing does not fit.

    References
    ----------
    .. [1] Lecture, slides 48 and 53.

    Examples
    --------
    >>> gradient([[0.0, 1.0, 4.0]], spacing=0.5)
    array([[[0., 0., 0.]],
    <BLANKLINE>
           [[2., 4., 6.]]])
    """
    image = as_image(image)
    steps = as_spacing(spacing, image.ndim)
    return np.stack([_slope(image, axis, step) for axis, step in enumerate(steps)])


def gradient_magnitude(image: ArrayLike, spacing: ArrayLike = 1.0) -> NDArray[np.floating]:
    """Return how steep an image is, whatever the direction.

    Parameters
    ----------
    image : array with D axes
        Any unit. Blur it first where it is noisy.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    floating array
        The length of the gradient in units per mm, of the shape of the image; large at edges.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, or the spacing does not fit.

    References
    ----------
    .. [1] Lecture, slides 48 and 53.

    Examples
    --------
    >>> gradient_magnitude([[0.0, 3.0], [4.0, 7.0]])
    array([[5., 5.],
           [5., 5.]])
    """
    image = as_image(image)
    squares = np.zeros_like(image)
    for axis, step in enumerate(as_spacing(spacing, image.ndim)):
        slope = _slope(image, axis, step)
        squares += np.square(slope, out=slope)
    return np.sqrt(squares, out=squares)


def laplacian_of_gaussian(
    image: ArrayLike, sigma_mm: float, spacing: ArrayLike = 1.0
) -> NDArray[np.floating]:
    """Blur an image and add up its second derivatives.

    Parameters
    ----------
    image : array with D axes
        Any unit.
    sigma_mm : float
        Standard deviation of the Gaussian in mm; finer structure is left out.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    floating array
        In units per mm^2, of the shape of the image: negative on bright spots, positive on dark
        ones; it changes sign at edges. Beyond the border the nearest border voxel counts.

    Raises
    ------
    ValueError
        If sigma is negative or not finite, the spacing does not fit, or the image is empty or
        holds NaN.

    References
    ----------
    .. [1] Marr and Hildreth, Proc. Royal Society London B 207, 1980. doi:10.1098/rspb.1980.0020
    .. [2] Lecture, slide 48.

    Examples
    --------
    >>> laplacian_of_gaussian([0.0, 1.0, 4.0, 9.0, 16.0], sigma_mm=0)[1:-1]
    array([2., 2., 2.])
    """
    image = as_image(image)
    blurred = gaussian_blur(image, sigma_mm, spacing)
    total = np.zeros_like(image)
    for axis, step in enumerate(as_spacing(spacing, image.ndim)):
        weights = np.array([1.0, -2.0, 1.0]) / step**2
        total += ndimage.correlate1d(blurred, weights, axis, mode="nearest")
    return total


def blob_response(
    image: ArrayLike, sigma_mm: float, spacing: ArrayLike = 1.0
) -> NDArray[np.floating]:
    """Return how much every place looks like the middle of a bright blob of one size.

    The size: among all sigmas, a disc of radius r answers most to sigma = r / sqrt(2), a ball to
    sigma = r / sqrt(3).

    Parameters
    ----------
    image : array with D axes
        Any unit.
    sigma_mm : float
        Standard deviation of the Gaussian in mm. Below one voxel the answer is coarse.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    floating array
        -sigma^2 times the Laplacian of the Gaussian, in the unit of the image, so that responses
        at different sigmas compare. Positive on bright blobs, negative on dark ones.

    Raises
    ------
    ValueError
        If sigma is not positive and finite, the spacing does not fit, or the image is empty or
        holds NaN.

    References
    ----------
    .. [1] Lindeberg, Int. J. Computer Vision 30(2), 1998. doi:10.1023/A:1008045108935
    .. [2] Lecture, slide 48.

    Examples
    --------
    >>> image = np.zeros((9, 9))
    >>> image[3, 5] = 1.0
    >>> tuple(int(i) for i in np.unravel_index(blob_response(image, 1.0).argmax(), image.shape))
    (3, 5)
    """
    if not sigma_mm > 0:
        raise ValueError(f"Sigma is {sigma_mm:g} mm; a blob has a size above 0.")
    response = laplacian_of_gaussian(image, sigma_mm, spacing)
    response *= -(sigma_mm**2)
    return response


def _slope(image: NDArray[np.floating], axis: int, step: float) -> NDArray[np.floating]:
    """Return the slope along one axis."""
    if image.shape[axis] == 1:
        return np.zeros_like(image)
    return np.gradient(image, float(step), axis=axis)
