"""Lesions as numbered components: even brightness, threshold, connected voxels, volume.

A label volume holds 0 for the background and one positive number for each lesion. Slide 42.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import (
    as_mask,
    as_numbers,
    as_spacing,
    floating_copy,
    require_finite,
    require_mask,
    require_positive,
)

# Voxels that touch by a face, also by an edge, also by a corner.
_STEPS = {6: 1, 18: 2, 26: 3}


def flatten(
    image: ArrayLike, region: ArrayLike, spacing: ArrayLike, scale_mm: float = 20.0
) -> NDArray[np.floating]:
    """Divide an image by its local mean, so that one threshold fits everywhere.

    A coil makes MR images brighter near it, by more than lesions differ from healthy tissue.

    Parameters
    ----------
    image : array
        Any number of axes; positive inside the region, but for noise.
    region : bool array
        Where means are taken, for example the brain; what lies outside does not enter them.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    scale_mm : float
        Standard deviation of the Gaussian weights of the mean: much more than a lesion's size.

    Returns
    -------
    floating array
        1 where a value equals its local mean; 0 outside the region. float32 for float32 and for
        whole numbers of up to 16 bits, else float64.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the region is not a mask, of another shape, or empty,
        a local mean is not positive, or spacing or scale are not positive.

    References
    ----------
    .. [1] Knutsson and Westin, Proc. IEEE CVPR, 1993 (normalized convolution).
       doi:10.1109/CVPR.1993.341081

    Examples
    --------
    >>> flatten([5.0, 5.0, 9.0], np.array([True, True, False]), spacing=1.0)
    array([1., 1., 0.])
    """
    image = as_numbers(image)
    require_finite(image)
    region = require_mask(region, image.shape, "region")
    require_positive(scale_mm, "scale in mm")
    sigma = scale_mm / as_spacing(spacing, image.ndim)
    inside = floating_copy(image)
    inside[~region] = 0
    weights = ndimage.gaussian_filter(region.astype(inside.dtype), sigma)
    means = ndimage.gaussian_filter(inside, sigma)
    lowest = float(means[region].min())
    if lowest <= 0:
        raise ValueError(f"A local mean is {lowest:g}; all must be positive to divide by them.")
    return np.divide(inside * weights, means, out=inside, where=region)


def segment(image: ArrayLike, threshold: float, region: ArrayLike) -> NDArray[np.bool_]:
    """Mark what is brighter than a threshold inside a region.

    Parameters
    ----------
    image : array
        Any shape; lesions bright, for example FLAIR.
    threshold : float
        In the unit of the image; the value itself is not yet bright.
    region : bool array
        Where lesions can be, for example the brain: fat under the skin is bright, too.

    Returns
    -------
    bool array
        Of the shape of the image.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the threshold is not finite, or the region is not a
        mask, of another shape, or empty.

    References
    ----------
    .. [1] Lecture, slide 42.

    Examples
    --------
    >>> segment([5, 9, 9], 6, np.array([True, True, False]))
    array([False,  True, False])
    """
    image = as_numbers(image)
    require_finite(image)
    if not np.isfinite(threshold):
        raise ValueError(f"The threshold is {threshold:g}; it must be finite.")
    return (image > threshold) & require_mask(region, image.shape, "region")


def connected_components(
    mask: ArrayLike, spacing: ArrayLike, least_ml: float = 0.0, neighbours: int = 26
) -> NDArray[np.int32]:
    """Give each connected part of a mask a number, and leave out small ones.

    Parameters
    ----------
    mask : (Z, Y, X) bool array
        May be empty: then there are no components.
    spacing : float or (3,) array
        Distance between voxel centres in mm.
    least_ml : float
        Components of a smaller volume are noise and become background.
    neighbours : {26, 18, 6}
        Whether voxels hang together that touch by a face, an edge or a corner; by a face or an
        edge; or only by a face.

    Returns
    -------
    (Z, Y, X) int32 array
        0, or the number of the component: 1, 2, 3, ... in the order of their first voxels.

    Raises
    ------
    ValueError
        If the mask is not a bool volume, the spacing is not positive, the least volume is
        negative or not finite, or the neighbours are others.

    References
    ----------
    .. [1] Lecture, slide 42.
    .. [2] Rosenfeld and Pfaltz, Journal of the ACM 13(4), 1966. doi:10.1145/321356.321357

    Examples
    --------
    >>> mask = np.array([[[1, 0, 1, 1, 0, 1]]], dtype=bool)
    >>> connected_components(mask, spacing=10.0)
    array([[[1, 0, 2, 2, 0, 3]]], dtype=int32)
    >>> connected_components(mask, spacing=10.0, least_ml=2.0)
    array([[[0, 0, 1, 1, 0, 0]]], dtype=int32)
    """
    mask = as_mask(mask, np.shape(mask), "mask")
    voxel_ml = _voxel_ml(mask, spacing)
    if not 0 <= least_ml < np.inf:
        raise ValueError(f"The least volume is {least_ml:g} ml; it must be finite and at least 0.")
    if neighbours not in _STEPS:
        raise ValueError(
            f"The neighbours are {neighbours}; {', '.join(map(str, _STEPS))} are allowed."
        )
    touching = ndimage.generate_binary_structure(3, _STEPS[neighbours])
    labels, count = ndimage.label(mask, touching)
    inside = labels[mask]
    kept = np.bincount(inside, minlength=count + 1) * voxel_ml >= least_ml
    kept[0] = False
    if not kept[1:].all():
        numbers = np.where(kept, np.cumsum(kept), 0)
        labels[mask] = numbers[inside]
    return labels


def volumes_ml(labels: ArrayLike, spacing: ArrayLike) -> dict[int, float]:
    """Measure the volume of every lesion.

    Parameters
    ----------
    labels : (Z, Y, X) integer array
        0, or the number of the lesion.
    spacing : float or (3,) array
        Distance between voxel centres in mm.

    Returns
    -------
    dict of int to float
        Volume in ml of each number that occurs, rising; without the background.

    Raises
    ------
    ValueError
        If the labels are not whole numbers from 0, are no volume or empty, or the spacing is not
        positive.

    References
    ----------
    .. [1] Lecture, slide 42.

    Examples
    --------
    >>> volumes_ml([[[0, 3, 3, 1]]], spacing=[10.0, 10.0, 5.0])
    {1: 0.5, 3: 1.0}
    """
    labels = as_labels(labels)
    voxel_ml = _voxel_ml(labels, spacing)
    numbers, voxels = np.unique_counts(labels[labels != 0])
    return dict(zip(numbers.tolist(), (voxels * voxel_ml).tolist(), strict=True))


def as_labels(labels: ArrayLike) -> NDArray[np.integer]:
    """Return numbered components as an array.

    Raises
    ------
    ValueError
        If they are not whole numbers from 0, or there are none.

    Examples
    --------
    >>> as_labels([0, 2, 2])
    array([0, 2, 2])
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"The labels hold {array.dtype} values; whole numbers are needed, 0 for the "
            "background. Number a mask with `connected_components`."
        )
    if array.size == 0 or (array.dtype.kind == "i" and array.min() < 0):
        raise ValueError(
            f"The labels have the shape {array.shape}; at least one is needed, none below 0."
        )
    return array


def _voxel_ml(volume: NDArray, spacing: ArrayLike) -> float:
    """Return the volume of one voxel of a volume."""
    if volume.ndim != 3:
        raise ValueError(f"There are {volume.ndim} axes; a volume (Z, Y, X) has 3.")
    return float(np.prod(as_spacing(spacing, 3))) / 1000
