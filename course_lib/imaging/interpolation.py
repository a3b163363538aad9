"""Values between voxels: nearest neighbour for labels, linear for images.

An image covers its voxels, so it ends half a voxel beyond the outermost centres. In that rim the
value of the border voxel holds. Slides 25 to 27.
"""

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, as_spacing, finite_range
from course_lib.imaging.coordinates import as_points


def nearest_at(
    image: ArrayLike, points: ArrayLike, spacing: ArrayLike = 1.0, outside: float | None = None
) -> NDArray:
    """Return the value of the nearest voxel at each point.

    Parameters
    ----------
    image : array with D axes
        Labels, or any image; values are copied and never mixed.
    points : (..., D) array
        In mm from the centre of the first voxel; with a spacing of 1 these are indices.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    outside : float, optional
        Value of points beyond the image. Without it such points are refused.

    Returns
    -------
    (...) array
        In the dtype of the image. Halfway between two voxels the one of higher index counts.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the points do not fit its axes, or a point lies
        outside and no value is given for that, or one that the dtype cannot hold.

    References
    ----------
    .. [1] Lecture, slides 26 and 27.

    Examples
    --------
    >>> nearest_at([[0, 1], [2, 3]], [[0.4, 0.6], [0.5, 0.0]])
    array([1, 2])
    """
    image, axes, shape = _prepared(image, points, spacing)
    inside = within(axes, image.shape)
    values = nearest_values(image, axes)
    return _with_outside(values, inside, outside).reshape(shape)


def linear_at(
    image: ArrayLike, points: ArrayLike, spacing: ArrayLike = 1.0, outside: float | None = None
) -> NDArray[np.floating]:
    """Interpolate linearly between the 2, 4 or 8 voxels around each point.

    Parameters
    ----------
    image : array with D axes
        An image; not labels, between which there is nothing.
    points : (..., D) array
        In mm from the centre of the first voxel; with a spacing of 1 these are indices.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    outside : float, optional
        Value of points beyond the image. Without it such points are refused.

    Returns
    -------
    (...) floating array
        float32 for float32 and for whole numbers of up to 16 bits, else float64.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the points do not fit its axes, or a point lies
        outside and no value is given for that.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> image = np.array([[0.0, 10.0], [20.0, 30.0]])
    >>> linear_at(image, [[0.5, 0.5], [0.0, 0.25]])
    array([15. ,  2.5])
    """
    image, axes, shape = _prepared(image, points, spacing)
    inside = within(axes, image.shape)
    values = linear_values(as_floating(image), axes)
    return _with_outside(values, inside, outside).reshape(shape)


def linear_weights(fraction: ArrayLike) -> NDArray[np.float64]:
    """Return how much each corner of a cell counts at a point in it.

    Parameters
    ----------
    fraction : (D,) array
        How far the point lies from the lower corner along each axis, 0 to 1.

    Returns
    -------
    (2, ..., 2) float64 array with D axes
        Weights of the corners; index 0 is the lower voxel along an axis. They add up to 1.

    Raises
    ------
    ValueError
        If a fraction is outside 0..1 or not finite.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> linear_weights([0.5, 0.25])
    array([[0.375, 0.125],
           [0.375, 0.125]])
    """
    fraction = as_points(fraction)
    if fraction.ndim != 1 or fraction.min() < 0 or fraction.max() > 1:
        raise ValueError(f"The fractions are {fraction.tolist()}; one number 0..1 for each axis.")
    return reduce(np.multiply.outer, [np.array([1 - t, t]) for t in fraction])


def within(axes: Sequence[NDArray[np.floating]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which points lie in an image, at most half a voxel beyond its outermost centres.

    Parameters
    ----------
    axes : sequence of D arrays of one shape
        Index of the points along each axis.
    shape : tuple of int
        Of the image.

    Returns
    -------
    bool array
        Of the shape of the points.

    Examples
    --------
    >>> within([np.array([-0.6, -0.5, 2.4, 2.6])], (3,))
    array([False,  True,  True, False])
    """
    inside = np.ones(axes[0].shape, dtype=bool)
    for positions, length in zip(axes, shape, strict=True):
        inside &= positions >= -0.5
        inside &= positions <= length - 0.5
    return inside


def nearest_values(image: NDArray, axes: Sequence[NDArray[np.floating]]) -> NDArray:
    """Return the nearest voxels without any check; points outside get the border's value.

    Parameters
    ----------
    image : array with D axes
        Any dtype.
    axes : sequence of D arrays of one shape
        Index of the points along each axis.

    Returns
    -------
    array
        Of the shape of the points, in the dtype of the image.

    Examples
    --------
    >>> nearest_values(np.array([7, 8, 9]), [np.array([0.5, -3.0])])
    array([8, 7])
    """
    place = 0
    for positions, length in zip(axes, image.shape, strict=True):
        nearest = np.floor(positions + 0.5).clip(0, length - 1)
        place = place * length + nearest.astype(np.intp)
    return image.ravel().take(place)


def linear_values(
    image: NDArray[np.floating], axes: Sequence[NDArray[np.floating]]
) -> NDArray[np.floating]:
    """Interpolate linearly without any check; points outside get the border's value.

    Parameters
    ----------
    image : floating array with D axes
        Without NaN.
    axes : sequence of D arrays of one shape
        Index of the points along each axis.

    Returns
    -------
    floating array
        Of the shape of the points, in the dtype of the image.

    Examples
    --------
    >>> linear_values(np.array([7.0, 8.0, 9.0]), [np.array([0.5, -3.0])])
    array([7.5, 7. ])
    """
    place: NDArray[np.intp] = np.zeros((), dtype=np.intp)
    fractions, steps = [], []
    for axis, (positions, length) in enumerate(zip(axes, image.shape, strict=True)):
        fraction = positions.clip(0, length - 1)
        below = fraction.astype(np.int32)
        np.minimum(below, max(length - 2, 0), out=below)
        fraction -= below
        fractions.append(fraction.astype(image.dtype))
        place = place * length + below.astype(np.intp)
        steps.append(math.prod(image.shape[axis + 1 :]) if length > 1 else 0)
    return _blend(image.ravel(), place, steps, fractions)


def _blend(flat: NDArray, place: NDArray[np.intp], steps: list, fractions: list) -> NDArray:
    """Mix, along the first axis, what mixing along all further axes gives on its two sides."""
    if not steps:
        return flat.take(place, mode="clip")  # never clips; numpy's other modes are slower
    low = _blend(flat, place, steps[1:], fractions[1:])
    high = _blend(flat, place + steps[0], steps[1:], fractions[1:])
    high -= low
    high *= fractions[0]
    high += low
    return high


def _prepared(
    image: ArrayLike, points: ArrayLike, spacing: ArrayLike
) -> tuple[NDArray, list[NDArray], tuple[int, ...]]:
    """Return the image, the index of the points along each axis, and the shape of the answer."""
    image, points = as_numbers(image), as_points(points)
    finite_range(image)
    if points.shape[-1] != image.ndim:
        raise ValueError(
            f"The points have {points.shape[-1]} coordinates and the image {image.ndim} axes; "
            "they must be equally many."
        )
    index = points.reshape(-1, image.ndim) / as_spacing(spacing, image.ndim)
    return image, list(index.T), points.shape[:-1]


def _with_outside(values: NDArray, inside: NDArray[np.bool_], outside: float | None) -> NDArray:
    """Put the value for points outside in place, or refuse such points."""
    if inside.all():
        return values
    if outside is None:
        raise ValueError(
            f"{np.sum(~inside)} of {inside.size} points lie outside the image; "
            "give the value they should have."
        )
    values[~inside] = as_filling(outside, values.dtype)
    return values


def as_filling(outside: float, dtype: np.dtype) -> NDArray:
    """Return the value for points outside in the dtype of the result.

    Raises
    ------
    ValueError
        If the dtype cannot hold it.

    Examples
    --------
    >>> as_filling(-1000, np.dtype(np.int16)).item()
    -1000
    """
    filling = np.array(outside, dtype=np.float64)
    kind = np.dtype(dtype)
    if kind.kind in "biu":
        low, high = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if not (low <= filling <= high and filling == np.rint(filling)):
            raise ValueError(f"The value outside is {outside}; {kind} holds {low} to {high}.")
    return filling.astype(kind)
