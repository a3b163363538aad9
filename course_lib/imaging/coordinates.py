"""Where a voxel lies: from indices to mm and back.

Indices count voxel centres along the axes (Z, Y, X) or (Y, X). Coordinates in mm keep that order;
0 mm is the centre of the first voxel unless an origin is given. A voxel reaches half a spacing to
each side of its centre. Slides 25 and 26.
"""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, as_spacing


def index_to_mm(
    index: ArrayLike, spacing: ArrayLike, origin: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Return where voxels lie, ``origin + index * spacing``.

    Parameters
    ----------
    index : (..., D) array
        One number for each axis; fractions lie between voxel centres.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    origin : float or (D,) array
        Where the centre of the first voxel lies, in mm.

    Returns
    -------
    (..., D) float64 array
        Coordinates in mm, in the order of the axes.

    Raises
    ------
    ValueError
        If the spacing is not positive, or the numbers of axes differ.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> index_to_mm([2, 10, 10], [4.4, 0.5, 0.5])
    array([8.8, 5. , 5. ])
    """
    index = as_points(index)
    return _origin(origin, index) + index * as_spacing(spacing, index.shape[-1])


def mm_to_index(
    points: ArrayLike, spacing: ArrayLike, origin: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Return the index of points, ``(point - origin) / spacing``; the inverse of `index_to_mm`.

    Parameters
    ----------
    points : (..., D) array
        Coordinates in mm, in the order of the axes.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    origin : float or (D,) array
        Where the centre of the first voxel lies, in mm.

    Returns
    -------
    (..., D) float64 array
        Index along each axis, not rounded.

    Raises
    ------
    ValueError
        If the spacing is not positive, or the numbers of axes differ.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> mm_to_index([8.8, 5.0, 5.25], [4.4, 0.5, 0.5])
    array([ 2. , 10. , 10.5])
    """
    points = as_points(points)
    return (points - _origin(origin, points)) / as_spacing(spacing, points.shape[-1])


def center_mm(shape: tuple[int, ...], spacing: ArrayLike) -> NDArray[np.float64]:
    """Return the middle of an image.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    (D,) float64 array
        In mm, halfway between the first and the last voxel centre.

    Raises
    ------
    ValueError
        If the spacing is not positive or does not fit, or the image has no voxels.

    Examples
    --------
    >>> center_mm((3, 5), 2.0)
    array([2., 4.])
    """
    return (_voxel_counts(shape) - 1) / 2 * as_spacing(spacing, len(shape))


def corners_mm(shape: tuple[int, ...], spacing: ArrayLike) -> NDArray[np.float64]:
    """Return the centres of the voxels in the corners of an image.

    No point of the image is moved farther by an affine transform than one of these, so they tell
    how far two transforms are apart.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    (2**D, D) float64 array
        In mm.

    Raises
    ------
    ValueError
        If the spacing is not positive or does not fit, or the image has no voxels.

    Examples
    --------
    >>> corners_mm((3, 5), 2.0).tolist()
    [[0.0, 0.0], [0.0, 8.0], [4.0, 0.0], [4.0, 8.0]]
    """
    last = (_voxel_counts(shape) - 1) * as_spacing(spacing, len(shape))
    return np.array(list(product(*((0.0, end) for end in last))))


def as_points(points: ArrayLike) -> NDArray[np.float64]:
    """Return points as an array whose last axis holds the coordinates.

    Raises
    ------
    ValueError
        If there is no such axis, or a coordinate is NaN or infinite.

    Examples
    --------
    >>> as_points([1, 2])
    array([1., 2.])
    """
    array = as_numbers(points).astype(np.float64)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"The points have the shape {array.shape}; the last axis must hold the coordinates."
        )
    if not np.isfinite(array).all():
        raise ValueError("The points hold NaN or infinite coordinates; all must be finite.")
    return array


def _origin(origin: ArrayLike, points: NDArray) -> NDArray[np.float64]:
    """Return an origin that fits the points."""
    start = as_numbers(origin).astype(np.float64)
    if start.shape not in ((), points.shape[-1:]) or not np.isfinite(start).all():
        raise ValueError(
            f"The origin is {start.tolist()}; one finite number or {points.shape[-1]} are needed."
        )
    return start


def _voxel_counts(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return a shape as an array, or say that it holds no voxels."""
    counts = np.array(shape, dtype=np.int64)
    if counts.ndim != 1 or counts.size == 0 or counts.min() < 1:
        raise ValueError(
            f"The shape is {shape}; at least one axis of at least one voxel is needed."
        )
    return counts
