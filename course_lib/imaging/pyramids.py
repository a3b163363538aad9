"""The same image at lower resolution: smooth first, then keep fewer voxels.

Without smoothing, fine structure would fold into coarse patterns that are not there (aliasing).
The centre of the first voxel stays at 0 mm at every level. Slide 29.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import as_floating, as_numbers, as_spacing, finite_range
from course_lib.imaging.resampling import linear_along

BINOMIAL = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16


class Level(NamedTuple):
    """An image and the distance between its voxel centres in mm, one number for each axis."""

    image: NDArray[np.floating]
    spacing: NDArray[np.float64]


def halve(image: ArrayLike) -> NDArray[np.floating]:
    """Smooth an image and keep every second voxel along each axis.

    Parameters
    ----------
    image : array
        Any number of axes.

    Returns
    -------
    floating array
        Half as many voxels along each axis, rounded up; the first one stays where it is. float32
        for float32 and for whole numbers of up to 16 bits.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN.

    References
    ----------
    .. [1] Burt and Adelson, IEEE Trans. Communications 31(4), 1983.
       doi:10.1109/TCOM.1983.1095851
    .. [2] Lecture, slide 29.

    Examples
    --------
    >>> stripes = np.array([0.0, 8.0] * 4)
    >>> stripes[::2], halve(stripes)
    (array([0., 0., 0., 0.]), array([4., 4., 4., 4.]))
    """
    image = as_numbers(image)
    finite_range(image)
    image = as_floating(image)
    for axis in range(image.ndim):
        every_second = (slice(None),) * axis + (slice(None, None, 2),)
        image = ndimage.correlate1d(image, BINOMIAL, axis, mode="mirror")[every_second]
    return np.ascontiguousarray(image)


def coarsen(image: ArrayLike, spacing: ArrayLike, resolution_mm: float) -> Level:
    """Bring an image to a lower resolution.

    Axes whose spacing is already as large stay as they are, so that thick slices are not lost.
    The Gaussian is as wide as that of `halve` applied again and again: with f the ratio of the
    spacings, its variance is (f**2 - 1) / 3 voxels.

    Parameters
    ----------
    image : array with D axes
        Not labels.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    resolution_mm : float
        Distance between voxel centres of the result.

    Returns
    -------
    Level
        The image and its spacing. The last voxel lies where the old image ends or up to one new
        voxel before.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, or a spacing is not positive.

    References
    ----------
    .. [1] Lecture, slide 29.

    Examples
    --------
    >>> coarse, spacing = coarsen(np.ones((9, 16, 16)), [4.4, 0.5, 0.5], 2.0)
    >>> coarse.shape, spacing.tolist()
    ((9, 4, 4), [4.4, 2.0, 2.0])
    """
    image = as_numbers(image)
    finite_range(image)
    old = as_spacing(spacing, image.ndim)
    new = np.maximum(old, as_spacing(resolution_mm, image.ndim))
    blurred: NDArray[np.floating] = as_floating(image)
    for axis, step in enumerate(new / old):
        if step > 1:
            sigma = np.sqrt((step**2 - 1) / 3)
            blurred = ndimage.gaussian_filter1d(blurred, sigma, axis, mode="nearest")
            count = int((blurred.shape[axis] - 1) / step + 1e-9) + 1
            blurred = linear_along(blurred, axis, np.arange(count) * step)
    return Level(blurred, new)


def pyramid(
    image: ArrayLike, spacing: ArrayLike, resolutions_mm: Sequence[float] = (8.0, 4.0, 2.0)
) -> list[Level]:
    """Make the levels of a search from low to high resolution.

    Parameters
    ----------
    image : array with D axes
        Not labels.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    resolutions_mm : sequence of float
        Falling; the lecture's 8, 4 and 2 mm by default. No level is finer than the image.

    Returns
    -------
    list of Level
        Coarsest first.

    Raises
    ------
    ValueError
        If the resolutions do not fall or are not positive, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 29.

    Examples
    --------
    >>> [level.image.shape for level in pyramid(np.ones((64, 64)), spacing=1.0)]
    [(8, 8), (16, 16), (32, 32)]
    """
    steps = as_numbers(resolutions_mm).astype(np.float64)
    if steps.ndim != 1 or steps.size == 0 or (np.diff(steps) >= 0).any():
        raise ValueError(
            f"The resolutions are {steps.tolist()} mm; at least one is needed, and they must fall."
        )
    return [coarsen(image, spacing, float(step)) for step in steps]
