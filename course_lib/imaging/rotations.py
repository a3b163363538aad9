"""Rotations and rigid transforms as homogeneous matrices, in mm.

A positive rotation turns the first axis of its plane toward the second. In an image shown with Y
downward, a positive rotation in the plane (Y, X) therefore looks anticlockwise. Slide 28.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, as_row
from course_lib.imaging.transforms import (
    Matrix,
    about,
    apply,
    as_matrix,
    as_plane,
    compose,
    translation,
)

PLANES = {2: [(0, 1)], 3: [(1, 2), (0, 2), (0, 1)]}  # (Y, X); and in 3-D (Z, X), (Z, Y)


class RigidMotion(NamedTuple):
    """What a rigid transform does: turns in degrees, then an offset in mm."""

    angles_deg: NDArray[np.float64]
    offset_mm: NDArray[np.float64]


def rotation(angle_deg: float, center_mm: ArrayLike, plane: tuple[int, int] = (-2, -1)) -> Matrix:
    """Turn points about a centre, in one plane.

    Parameters
    ----------
    angle_deg : float
        In degrees; positive turns the first axis of the plane toward the second.
    center_mm : (D,) array
        The point that stays, in mm.
    plane : tuple of int
        The two axes that turn; the last two, (Y, X), by default.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix.

    Raises
    ------
    ValueError
        If the angle or the centre is not finite, or the plane is not made of two axes.

    References
    ----------
    .. [1] Lecture, slide 28.

    Examples
    --------
    >>> apply(rotation(90, [0, 0]), [1.0, 0.0]).round(9)
    array([0., 1.])
    """
    center = as_row(center_mm, "centre")
    first, second = as_plane(plane, center.size)
    angle = np.deg2rad(as_row([angle_deg], "angle")[0])
    matrix = np.eye(center.size + 1)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[second, first] = np.sin(angle)
    matrix[first, second] = -np.sin(angle)
    return about(matrix, center)


def rigid(angles_deg: ArrayLike, offset_mm: ArrayLike, center_mm: ArrayLike) -> Matrix:
    """Turn points about a centre, then move them: what a patient's head can do.

    Parameters
    ----------
    angles_deg : float, or (3,) array in 3-D
        In degrees. In 3-D the first turns in the plane (Y, X), then the second in (Z, X), then the
        third in (Z, Y): about the axes Z, Y and X, one after the other.
    offset_mm : (D,) array
        In mm, in the order of the axes.
    center_mm : (D,) array
        Centre of the rotation in mm.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix.

    Raises
    ------
    ValueError
        If there are not one angle and two coordinates, or three angles and three coordinates.

    References
    ----------
    .. [1] Lecture, slide 28.

    Examples
    --------
    >>> apply(rigid(90, [0, 5], center_mm=[10, 10]), [11.0, 10.0]).round(9)
    array([10., 16.])
    """
    center, offset = as_row(center_mm, "centre"), as_row(offset_mm, "offset")
    angles = np.atleast_1d(as_numbers(angles_deg))
    planes = PLANES.get(center.size, [])
    if angles.shape != (len(planes),) or not planes or offset.size != center.size:
        raise ValueError(
            f"There are {angles.size} angles, {offset.size} offsets and {center.size} coordinates "
            "of the centre; 1, 2 and 2 or 3, 3 and 3 are needed."
        )
    turns = [rotation(a, center, plane) for a, plane in zip(angles, planes, strict=True)]
    return compose(*turns, translation(offset))


def rigid_parameters(matrix: ArrayLike, center_mm: ArrayLike) -> RigidMotion:
    """Read angles and offset from a rigid transform; the inverse of `rigid`.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Rigid, in 2-D or 3-D.
    center_mm : (D,) array
        The centre about which it turns; another centre gives another offset.

    Returns
    -------
    RigidMotion
        `angles_deg` (one in 2-D, three in 3-D, as for `rigid`) and `offset_mm`. In 3-D the second
        angle lies between -90 and 90; at its ends the first and third cannot be told apart, and
        the third is 0.

    Raises
    ------
    ValueError
        If the matrix is not rigid (it scales, shears or mirrors), or is not 2-D or 3-D.

    References
    ----------
    .. [1] Slabaugh, Computing Euler angles from a rotation matrix, technical report, 1999.

    Examples
    --------
    >>> angles, offset = rigid_parameters(rigid(30, [1, 2], [9, 9]), center_mm=[9, 9])
    >>> angles.round(6), offset.round(6)
    (array([30.]), array([1., 2.]))
    """
    matrix, center = as_matrix(matrix), as_row(center_mm, "centre")
    turn = matrix[:-1, :-1]
    if len(turn) not in PLANES or center.size != len(turn):
        raise ValueError(
            f"The matrix is for {len(turn)} axes and the centre for {center.size}; "
            "both must be for 2 or both for 3."
        )
    if not is_rigid(matrix):
        raise ValueError("The matrix is not rigid: it scales, shears or mirrors.")
    angles = [np.arctan2(turn[1, 0], turn[0, 0])] if len(turn) == 2 else _angles_of(turn)
    return RigidMotion(np.rad2deg(angles), apply(matrix, center) - center)


def is_rigid(matrix: ArrayLike) -> bool:
    """Tell whether a transform keeps all distances and does not mirror.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous matrix.

    Returns
    -------
    bool
        True for rotations, translations and what is composed of them, within rounding.

    Raises
    ------
    ValueError
        If the matrix is not homogeneous.

    Examples
    --------
    >>> is_rigid(rotation(20, [0, 0])), is_rigid(np.diag([1.0, -1.0, 1.0]))
    (True, False)
    """
    turn = as_matrix(matrix)[:-1, :-1]
    keeps_distances = np.allclose(turn @ turn.T, np.eye(len(turn)), atol=1e-6)
    return bool(keeps_distances and np.linalg.det(turn) > 0)


def _angles_of(turn: NDArray[np.float64]) -> list[float]:
    """Return the angles in the planes (Y, X), (Z, X) and (Z, Y) that give a 3-D rotation."""
    second = np.arctan2(turn[2, 0], np.hypot(turn[0, 0], turn[1, 0]))
    if np.hypot(turn[0, 0], turn[1, 0]) < 1e-9:  # a quarter turn: only a sum of two angles counts
        return [np.arctan2(-turn[1, 2], turn[1, 1]), second, 0.0]
    return [np.arctan2(turn[2, 1], turn[2, 2]), second, np.arctan2(turn[1, 0], turn[0, 0])]
