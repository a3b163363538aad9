"""How far the surfaces of two masks are apart, in mm.

The surface of a mask is made of its voxels that have a neighbour outside, across a face; what lies
beyond the image is outside. A distance runs between voxel centres.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from course_lib.imaging.checks import as_spacing
from course_lib.imaging.metrics import two_masks


def surface(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the voxels of a mask that have a neighbour outside.

    Parameters
    ----------
    mask : bool array with D axes
        Neighbours share a face: 2 in a row, 4 in an image, 6 in a volume.

    Returns
    -------
    bool array
        Of the shape of the mask.

    Raises
    ------
    ValueError
        If the mask is not bool or has no voxels.

    Examples
    --------
    >>> int(surface(np.ones((3, 3, 3), bool)).sum())
    26
    """
    mask, _ = two_masks(mask, mask)
    padded = np.pad(mask, 1)
    enclosed = mask.copy()
    core = (slice(1, -1),) * mask.ndim
    for axis in range(mask.ndim):
        for side in (slice(None, -2), slice(2, None)):
            enclosed &= padded[(*core[:axis], side, *core[axis + 1 :])]
    return mask & ~enclosed


def surface_distances(
    reference: ArrayLike, predicted: ArrayLike, spacing: ArrayLike = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measure how far each surface voxel of one mask is from the other mask's surface.

    Parameters
    ----------
    reference, predicted : bool array with D axes
        Masks on one grid; neither may be empty.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    tuple of (N,) and (M,) float64 array
        In mm: from the surface of the reference to that of the prediction, and back.

    Raises
    ------
    ValueError
        If the shapes differ, a mask is not bool or empty, or the spacing is not positive.

    Examples
    --------
    >>> point, row = np.array([True, False, False]), np.array([True, True, True])
    >>> surface_distances(point, row, spacing=2.0)
    (array([0.]), array([0., 4.]))
    """
    masks = two_masks(reference, predicted)
    for mask, name in zip(masks, ("first", "second"), strict=True):
        if not mask.any():
            raise ValueError(f"The {name} mask is empty; it has no surface to measure from.")
    spacing = as_spacing(spacing, masks[0].ndim)
    box = _box(masks[0] | masks[1])
    points = [np.argwhere(surface(mask[box])) * spacing for mask in masks]
    trees = [cKDTree(each, compact_nodes=False, balanced_tree=False) for each in points]
    return trees[1].query(points[0])[0], trees[0].query(points[1])[0]


def hausdorff_distance(
    reference: ArrayLike, predicted: ArrayLike, spacing: ArrayLike = 1.0, percentile: float = 100.0
) -> float:
    """Return the largest distance between two surfaces, or one that most distances do not exceed.

    Parameters
    ----------
    reference, predicted, spacing
        As in `surface_distances`.
    percentile : float
        100 for the largest distance, 95 for one that a few stray voxels do not change.

    Returns
    -------
    float
        In mm: the percentile in each of the two directions, and of these the larger.

    Raises
    ------
    ValueError
        As `surface_distances`, or if the percentile is not above 0 and at most 100.

    References
    ----------
    .. [1] Huttenlocher, Klanderman and Rucklidge, IEEE Trans. Pattern Anal. Mach. Intell. 15(9),
       1993. doi:10.1109/34.232073

    Examples
    --------
    >>> point, row = np.array([True, False, False]), np.array([True, True, True])
    >>> hausdorff_distance(point, row, spacing=2.0)
    4.0
    """
    if not 0 < percentile <= 100:
        raise ValueError(f"The percentile is {percentile:g}; above 0 and up to 100 is allowed.")
    both = surface_distances(reference, predicted, spacing)
    return float(max(np.percentile(distances, percentile) for distances in both))


def mean_surface_distance(
    reference: ArrayLike, predicted: ArrayLike, spacing: ArrayLike = 1.0
) -> float:
    """Average the distances between two surfaces, over the voxels of both.

    Parameters
    ----------
    reference, predicted, spacing
        As in `surface_distances`.

    Returns
    -------
    float
        In mm; the same when the masks change places.

    Raises
    ------
    ValueError
        As `surface_distances`.

    References
    ----------
    .. [1] Heimann et al., IEEE Trans. Med. Imaging 28(8), 2009. doi:10.1109/TMI.2009.2013851

    Examples
    --------
    >>> point, row = np.array([True, False, False]), np.array([True, True, True])
    >>> round(mean_surface_distance(point, row, spacing=2.0), 3)
    1.333
    """
    both = surface_distances(reference, predicted, spacing)
    return float(np.concatenate(both).mean())


def _box(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    """Return the smallest box around a mask."""
    axes = range(mask.ndim)
    lines = [mask.any(axis=tuple(a for a in axes if a != axis)) for axis in axes]
    ends = [np.flatnonzero(line)[[0, -1]] for line in lines]
    return tuple(slice(first, last + 1) for first, last in ends)
