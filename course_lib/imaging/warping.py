"""Move an image by an affine transform. Slides 28 and 29."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, as_spacing, finite_range
from course_lib.imaging.interpolation import (
    as_filling,
    linear_values,
    nearest_values,
    within,
)
from course_lib.imaging.resampling import METHODS, Method
from course_lib.imaging.transforms import as_matrix, invert

_SLAB = 2**14  # voxels of the result that are worked on together: they stay in the cache


def warp(
    image: ArrayLike,
    matrix: ArrayLike,
    spacing: ArrayLike,
    method: Method,
    *,
    outside: float = 0.0,
    new_shape: tuple[int, ...] | None = None,
    new_spacing: ArrayLike | None = None,
) -> NDArray:
    """Move what an image shows by an affine transform.

    What lies at the point p in the image lies at ``apply(matrix, p)`` in the result. To fill a
    voxel of the result, the image is read where the inverse matrix leads. (SimpleITK and
    scipy.ndimage are given that inverse instead.)

    Parameters
    ----------
    image : array with 2 or 3 axes
        Labels or an image.
    matrix : (D + 1, D + 1) array
        Homogeneous, in mm, with an inverse.
    spacing : float or (D,) array
        Distance between voxel centres of the image, in mm.
    method : {"nearest", "linear"}
        Nearest neighbour for labels, linear for images.
    outside : float
        Value where the result lies outside the image, more than half a voxel beyond its outermost
        centres; -1000 suits a CT.
    new_shape, new_spacing : optional
        Grid of the result; that of the image by default. The centre of the first voxel lies at
        0 mm in both.

    Returns
    -------
    array
        In the dtype of the image for nearest neighbour; floating for linear, float32 for float32
        and for whole numbers of up to 16 bits.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the matrix has no inverse or does not fit, a spacing
        is not positive, the method is another one, or the dtype cannot hold `outside`.

    References
    ----------
    .. [1] Lecture, slides 26 and 28.

    Examples
    --------
    >>> from course_lib.imaging.transforms import translation
    >>> image = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> warp(image, translation([0.0, 3.0]), spacing=3.0, method="linear")
    array([[0., 1.],
           [0., 3.]])
    """
    image, inverse = as_numbers(image), invert(matrix)
    finite_range(image)
    if image.ndim not in (2, 3) or len(inverse) != image.ndim + 1:
        raise ValueError(
            f"The image has {image.ndim} axes and the matrix is for {len(inverse) - 1}; "
            "both must be for 2 or both for 3."
        )
    if method not in METHODS:
        raise ValueError(f"The method is {method!r}; {METHODS} are allowed.")
    shape = _grid_shape(image, new_shape)
    steps = as_spacing(spacing, image.ndim)
    new_steps = steps if new_spacing is None else as_spacing(new_spacing, image.ndim)
    return _pull(image, between_indices(inverse, new_steps, steps), shape, method, outside)


def between_indices(matrix: ArrayLike, spacing: NDArray, new_spacing: NDArray) -> NDArray:
    """Rewrite a transform in mm so that it leads from the indices of one grid to another's.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous, in mm.
    spacing, new_spacing : (D,) array
        Of the grid it starts from and the grid it leads to, in mm.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous, in voxels.

    Examples
    --------
    >>> between_indices(np.eye(3), np.array([2.0, 2.0]), np.array([1.0, 4.0])).tolist()
    [[2.0, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.0]]
    """
    from_index, to_mm = np.append(spacing, 1.0), np.append(new_spacing, 1.0)
    return as_matrix(matrix) * from_index / to_mm[:, np.newaxis]


def _grid_shape(image: NDArray, new_shape: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the shape of the result."""
    shape = image.shape if new_shape is None else tuple(new_shape)
    if len(shape) != image.ndim or min(shape) < 1:
        raise ValueError(
            f"The new shape is {shape}; {image.ndim} positive numbers are needed, "
            "one for each axis of the image."
        )
    return shape


def _pull(
    image: NDArray, to_image: NDArray, shape: tuple[int, ...], method: Method, outside: float
) -> NDArray:
    """Fill the result some planes along the first axis at a time, so that buffers stay small."""
    read = nearest_values
    if method == "linear":
        image, read = as_floating(image), linear_values
    result = np.empty(shape, dtype=image.dtype)
    filling = as_filling(outside, image.dtype)
    others = np.indices(shape[1:]).reshape(len(shape) - 1, -1)
    in_plane = to_image[:-1, 1:-1] @ others + to_image[:-1, -1:]
    planes = max(1, _SLAB // in_plane.shape[1])
    for first in range(0, shape[0], planes):
        slab = result[first : first + planes]
        steps = np.arange(first, first + len(slab)) * to_image[:-1, :1]
        index = (in_plane[:, np.newaxis] + steps[:, :, np.newaxis]).reshape(len(shape), -1)
        values = read(image, index)
        values[~within(index, image.shape)] = filling
        slab[...] = values.reshape(slab.shape)
    return result
