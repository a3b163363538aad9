"""Affine transforms as homogeneous matrices, in mm.

A matrix moves points: ``apply(matrix, points)``. Points and matrices follow the order of the axes,
(Z, Y, X) or (Y, X). Rotations are in `rotations`. Slide 28.
"""

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, as_row
from course_lib.imaging.coordinates import as_points

Matrix = NDArray[np.float64]


def translation(offset_mm: ArrayLike) -> Matrix:
    """Move all points by one offset.

    Parameters
    ----------
    offset_mm : (D,) array
        In mm, in the order of the axes.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix.

    Raises
    ------
    ValueError
        If the offset is not one row of finite numbers.

    References
    ----------
    .. [1] Lecture, slide 28.

    Examples
    --------
    >>> apply(translation([5.0, -2.0]), [1.0, 1.0])
    array([ 6., -1.])
    """
    offset = as_row(offset_mm, "offset")
    matrix = np.eye(offset.size + 1)
    matrix[:-1, -1] = offset
    return matrix


def scaling(factors: ArrayLike, center_mm: ArrayLike) -> Matrix:
    """Stretch or shrink along the axes about a centre: from one patient to another.

    Parameters
    ----------
    factors : (D,) array
        Above 1 stretches; none may be 0.
    center_mm : (D,) array
        The point that stays, in mm.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix.

    Raises
    ------
    ValueError
        If a factor is 0 or not finite, or the numbers of factors and coordinates differ.

    References
    ----------
    .. [1] Lecture, slide 28.

    Examples
    --------
    >>> apply(scaling([2, 1], [10, 10]), [11.0, 12.0])
    array([12., 12.])
    """
    factors, center = as_row(factors, "factors"), as_row(center_mm, "centre")
    if factors.size != center.size or not factors.all():
        raise ValueError(
            f"The factors are {factors.tolist()}; {center.size} numbers other than 0 are needed."
        )
    return about(np.diag([*factors, 1.0]), center)


def shearing(amount: float, center_mm: ArrayLike, plane: tuple[int, int] = (-2, -1)) -> Matrix:
    """Move points along one axis by an amount that grows along another.

    Parameters
    ----------
    amount : float
        Mm along the first axis of the plane for each mm along its second.
    center_mm : (D,) array
        The point that stays, in mm.
    plane : tuple of int
        The axis along which points move, and the axis along which that grows.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix; volumes stay.

    Raises
    ------
    ValueError
        If the amount or the centre is not finite, or the plane is not made of two axes.

    References
    ----------
    .. [1] Lecture, slide 28.

    Examples
    --------
    >>> apply(shearing(0.5, [0, 0]), [1.0, 4.0])
    array([3., 4.])
    """
    center = as_row(center_mm, "centre")
    along, growing = as_plane(plane, center.size)
    matrix = np.eye(center.size + 1)
    matrix[along, growing] = as_row([amount], "amount")[0]
    return about(matrix, center)


def about(matrix: ArrayLike, center_mm: ArrayLike) -> Matrix:
    """Let a transform act about a centre instead of about 0 mm.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous matrix.
    center_mm : (D,) array
        In mm.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Move the centre to 0, transform, move back.

    Raises
    ------
    ValueError
        If the matrix is not homogeneous or does not fit the centre.

    Examples
    --------
    >>> mirror = np.diag([1.0, -1.0, 1.0])
    >>> apply(about(mirror, [0, 10]), [3.0, 11.0])
    array([3., 9.])
    """
    center = as_row(center_mm, "centre")
    return compose(translation(-center), matrix, translation(center))


def compose(*matrices: ArrayLike) -> Matrix:
    """Make one transform of several, which act in the order given.

    Parameters
    ----------
    *matrices : (D + 1, D + 1) arrays
        The first one acts first, so it stands rightmost in the product.

    Returns
    -------
    (D + 1, D + 1) float64 array
        ``last @ ... @ second @ first``.

    Raises
    ------
    ValueError
        If none is given, or one is not homogeneous or of another size.

    Examples
    --------
    >>> move, double = translation([5, 0]), scaling([2, 2], [0, 0])
    >>> apply(compose(move, double), [1.0, 1.0]), apply(compose(double, move), [1.0, 1.0])
    (array([12.,  2.]), array([7., 2.]))
    """
    given = [as_matrix(matrix) for matrix in matrices]
    if len({matrix.shape for matrix in given}) != 1:
        raise ValueError(
            f"The matrices have the shapes {[matrix.shape for matrix in given]}; "
            "at least one is needed, and all of one shape."
        )
    return reduce(lambda first, then: then @ first, given)


def invert(matrix: ArrayLike) -> Matrix:
    """Return the transform that undoes another.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous matrix.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix.

    Raises
    ------
    ValueError
        If the matrix is not homogeneous, or maps everything onto a plane, a line or a point.

    Examples
    --------
    >>> apply(invert(translation([5, -2])), [6.0, -1.0])
    array([1., 1.])
    """
    matrix = as_matrix(matrix)
    linear, offset = matrix[:-1, :-1], matrix[:-1, -1]
    if np.linalg.matrix_rank(linear) < len(linear):
        raise ValueError("The matrix has no inverse: it maps different points onto one.")
    inverse = np.eye(len(matrix))
    inverse[:-1, :-1] = np.linalg.inv(linear)
    inverse[:-1, -1] = -inverse[:-1, :-1] @ offset
    return inverse


def apply(matrix: ArrayLike, points_mm: ArrayLike) -> NDArray[np.float64]:
    """Move points.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous matrix.
    points_mm : (..., D) array
        In mm, in the order of the axes.

    Returns
    -------
    (..., D) float64 array
        In mm.

    Raises
    ------
    ValueError
        If the matrix is not homogeneous, or the points do not have D coordinates.

    Examples
    --------
    >>> apply(scaling([2, 3], [0, 0]), [[1.0, 1.0], [2.0, 2.0]])
    array([[2., 3.],
           [4., 6.]])
    """
    matrix, points = as_matrix(matrix), as_points(points_mm)
    if points.shape[-1] != len(matrix) - 1:
        raise ValueError(
            f"The points have {points.shape[-1]} coordinates; a matrix of shape {matrix.shape} "
            f"moves points of {len(matrix) - 1}."
        )
    return points @ matrix[:-1, :-1].T + matrix[:-1, -1]


def as_matrix(matrix: ArrayLike) -> Matrix:
    """Return a homogeneous matrix as float64.

    Raises
    ------
    ValueError
        If it is not square, not finite, or its last row is not 0, ..., 0, 1.

    Examples
    --------
    >>> as_matrix([[2, 0, 0], [0, 2, 0], [0, 0, 1]]).shape
    (3, 3)
    """
    array = as_numbers(matrix).astype(np.float64)
    square = array.ndim == 2 and array.shape[0] == array.shape[1] >= 2
    if not (square and np.isfinite(array).all()):
        raise ValueError(
            f"The matrix has the shape {array.shape}; a finite square one is needed, of one row "
            "more than there are axes."
        )
    if not np.array_equal(array[-1], np.eye(len(array))[-1]):
        raise ValueError(f"The last row is {array[-1].tolist()}; it must be 0, ..., 0, 1.")
    return array


def as_plane(plane: tuple[int, int], axes: int) -> tuple[int, int]:
    """Return two different axes, counted from 0.

    Raises
    ------
    ValueError
        If they are not two different axes of the space.

    Examples
    --------
    >>> as_plane((-2, -1), 3)
    (1, 2)
    """
    if len(plane) != 2 or not all(-axes <= axis < axes for axis in plane):
        raise ValueError(f"The plane is {plane}; two of the axes 0 to {axes - 1} are needed.")
    first, second = (axis % axes for axis in plane)
    if first == second:
        raise ValueError(f"The plane is {plane}; its axes must differ.")
    return first, second
