"""How alike two images are around each voxel: means and correlations over a patch.

A patch is a square or cube of an odd number of voxels, with the voxel in its middle. Beyond the
border the image is mirrored, border voxels included. Slides 35 and 36.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import as_floating, require_odd, require_same_shape
from course_lib.imaging.image_lists import as_images

_RESIDUE = 1e-12  # what large values leave behind in a running sum, relative to them


class _Patches(NamedTuple):
    """An image minus its mean, and the mean and deviation of its patches."""

    values: NDArray[np.floating]
    means: NDArray[np.floating]
    deviations: NDArray[np.floating]


def local_mean(image: ArrayLike, size: int) -> NDArray[np.floating]:
    """Average an image over the patch around each voxel: the box filter.

    Parameters
    ----------
    image : array with at least one axis
        In any unit.
    size : int
        Voxels along each side of the patch, odd.

    Returns
    -------
    floating array
        Of the shape and in the unit of the image; float32 for float32 and for whole numbers of up
        to 16 bits, else float64.

    Raises
    ------
    ValueError
        If the size is not odd and positive, or the image is a single number, empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 35.

    Examples
    --------
    >>> local_mean([0.0, 0.0, 9.0, 0.0, 3.0], 3)
    array([0., 3., 3., 4., 2.])
    """
    (image,) = as_images([image], "images")
    _require_patch(image, size)
    return _box(as_floating(image), size)


def local_ncc(first: ArrayLike, second: ArrayLike, size: int = 7) -> NDArray[np.floating]:
    """Correlate the patches of two images around each voxel.

    With m for the mean over a patch: (m(I J) - m(I) m(J)) / (s(I) s(J)), where the squared
    deviation s(I)^2 is m(I I) - m(I)^2.

    Parameters
    ----------
    first, second : array with at least one axis
        Of one shape; units may differ.
    size : int
        Voxels along each side of the patch, odd.

    Returns
    -------
    floating array
        From -1 to 1. 0 where a patch is flat, because nothing in it can be alike. Flat is also
        a patch whose deviation is lost in rounding: below about a thousandth (float32) of how
        far its values lie from the mean of the image, or a millionth of how far any value lies.

    Raises
    ------
    ValueError
        If the shapes differ, the size is not odd and positive, or an image is a single number,
        empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.

    Examples
    --------
    >>> local_ncc([1.0, 2.0, 4.0, 4.0, 4.0], [9.0, 7.0, 3.0, 0.0, 5.0], 3).round(2) + 0.0
    array([-1. , -1. , -0.9,  0. ,  0. ])
    """
    return similarity_maps(first, [second], size)[0]


def similarity_maps(
    target: ArrayLike, images: Sequence[ArrayLike], size: int = 7
) -> list[NDArray[np.floating]]:
    """Correlate the patches of several images with those of one; see `local_ncc`.

    Parameters
    ----------
    target : array with at least one axis
        What the others are compared with.
    images : sequence of arrays
        Of the shape of the target.
    size : int
        Voxels along each side of the patch, odd.

    Returns
    -------
    list of floating arrays
        One for each image, from -1 to 1.

    Raises
    ------
    ValueError
        As in `local_ncc`, or if there are no images.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.

    Examples
    --------
    >>> maps = similarity_maps([1.0, 2.0, 4.0], [[0.0, 1.0, 3.0], [4.0, 3.0, 1.0]], 3)
    >>> np.round(maps, 6)
    array([[ 1.,  1.,  1.],
           [-1., -1., -1.]])
    """
    (target,) = as_images([target], "images")
    images = as_images(images, "images")
    require_same_shape(target, images[0])
    _require_patch(target, size)
    ours = _patches(target, size)  # once for all images
    return [_correlation(ours, _patches(image, size), size) for image in images]


def _patches(image: NDArray, size: int) -> _Patches:
    """Return what the correlation needs of one image."""
    image = as_floating(image)
    values = image - float(image.mean(dtype=np.float64))  # squares of small numbers round less
    means = _box(values, size)
    squares = _box(values * values, size)
    deviations = squares - means * means
    rounding = 16 * np.finfo(image.dtype).eps * squares + _RESIDUE * squares.max()
    flat = deviations <= rounding
    deviations[flat] = np.inf  # a covariance divided by this is 0
    return _Patches(values, means, np.sqrt(deviations, out=deviations))


def _correlation(ours: _Patches, theirs: _Patches, size: int) -> NDArray[np.floating]:
    """Divide the covariance of patches by their deviations."""
    correlation = _box(ours.values * theirs.values, size)
    correlation -= ours.means * theirs.means
    correlation /= ours.deviations
    correlation /= theirs.deviations
    return np.clip(correlation, -1, 1, out=correlation)


def _box(image: NDArray[np.floating], size: int) -> NDArray[np.floating]:
    """Average over patches without any check."""
    if image.ndim < 3:
        return ndimage.uniform_filter(image, size, mode="reflect")
    # Along the first axis neighbours lie far apart in memory, and scipy walks along each line.
    in_slices = ndimage.uniform_filter(
        image, size, mode="reflect", axes=tuple(range(1, image.ndim))
    )
    return _mean_of_slices(in_slices, size)


def _mean_of_slices(image: NDArray[np.floating], size: int) -> NDArray[np.floating]:
    """Average each slice with its neighbours: one enters the sum, one leaves it."""
    margin = [(size // 2, size // 2)] + [(0, 0)] * (image.ndim - 1)
    mirrored = np.pad(image, margin, mode="symmetric")
    total = mirrored[:size].sum(axis=0, dtype=np.float64)
    means = np.empty_like(image)
    means[0] = total / size
    for z in range(1, len(image)):
        total += mirrored[z + size - 1]
        total -= mirrored[z - 1]
        np.divide(total, size, out=means[z], casting="same_kind")
    return means


def _require_patch(image: NDArray, size: int) -> None:
    """Refuse patches without a middle, and images without an axis."""
    require_odd(size, "voxels along a side of the patch")
    if image.ndim == 0:
        raise ValueError("The image is a single number; at least one axis is needed.")
