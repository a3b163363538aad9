"""True deformations: how each point of a subject's head lies in the reference head."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.settings import Settings
from course_lib.data.phantom.splines import SplineField, random_field

_INVERSE_STEPS = 100
_INVERSE_MM = 1e-6


@dataclass(frozen=True, eq=False)
class Deformation:
    """The map from a subject's points to the reference head's, x -> A x + u(x), in mm.

    It goes in the direction in which images are warped: for each voxel of the subject it says
    where to look in the reference. All points are (Z, Y, X) in mm of the head's field of view.

    Parameters
    ----------
    matrix : (4, 4) float64 array
        The affine part A, homogeneous.
    field : SplineField, optional
        The smooth part u; without it the map is affine.
    field_mm : float
        Standard deviation of u.
    """

    matrix: NDArray[np.float64]
    field: SplineField | None = None
    field_mm: float = 0.0

    def to_reference(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Carry points (..., 3) from the subject to the reference."""
        points = np.asarray(points_mm, np.float64)
        moved = points @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        if self.field is not None:
            moved = moved + self.field_mm * self.field.at(points)
        return moved

    def from_reference(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Carry points (..., 3) from the reference to the subject, by fixed-point iteration.

        Raises
        ------
        ValueError
            If the iteration does not settle, because the field folds.
        """
        target = np.asarray(points_mm, np.float64)
        inverse = np.linalg.inv(self.matrix[:3, :3])
        points = (target - self.matrix[:3, 3]) @ inverse.T
        for _ in range(_INVERSE_STEPS):
            error = self.to_reference(points) - target
            if np.abs(error).max(initial=0) < _INVERSE_MM:
                return points
            points = points - error @ inverse.T
        raise ValueError(
            f"The deformation could not be inverted within {_INVERSE_STEPS} steps; its field of "
            f"{self.field_mm:g} mm folds. Choose a smaller or smoother one."
        )

    def positions(self, grid: Grid) -> NDArray[np.float32]:
        """Return where each voxel of a grid lies in the reference, (3, Z, Y, X) in mm."""
        z, y, x = grid.axes()
        rows = self.matrix[:3].astype(np.float32)
        positions = np.stack([a * z + b * y + c * x + shift for a, b, c, shift in rows])
        if self.field is not None:
            positions += np.float32(self.field_mm) * self.field.on(grid)
        return positions

    def displacement(self, grid: Grid) -> NDArray[np.float32]:
        """Return how far each voxel of a grid is displaced, (3, Z, Y, X) in mm."""
        displacement = self.positions(grid)
        for axis, own in enumerate(grid.axes()):
            displacement[axis] -= own
        return displacement

    def warp(self, volume: NDArray, grid: Grid, order: int) -> NDArray:
        """Bring a volume of the reference to the subject.

        Parameters
        ----------
        volume : (Z, Y, X) array
            On `grid`, in the reference.
        grid : Grid
            The grid of both.
        order : {0, 1}
            0, nearest neighbour, for labels; 1, linear, for images.

        Returns
        -------
        (Z, Y, X) array
            Of the volume's type. Beyond the grid the nearest value goes on.

        Raises
        ------
        ValueError
            If the volume is not on the grid, or for another order.
        """
        if volume.shape != grid.shape or order not in (0, 1):
            raise ValueError(
                f"The volume has the shape {volume.shape}, the grid {grid.shape}, the order is "
                f"{order}; the shapes must be equal and the order 0 or 1."
            )
        indices = self.positions(grid)
        for axis, first in enumerate(grid.first_mm):
            indices[axis] -= np.float32(first)
        indices /= np.float32(grid.spacing_mm)
        return ndimage.map_coordinates(volume, indices, order=order, mode="nearest")


def identity() -> Deformation:
    """Return the deformation that moves nothing."""
    return Deformation(np.eye(4))


def rigid(
    rotation_deg: ArrayLike, translation_mm: ArrayLike, scale: ArrayLike = (1, 1, 1)
) -> Deformation:
    """Return a rotation about the origin and a translation, for a further subject also scaling.

    Parameters
    ----------
    rotation_deg : (3,) array
        Angles about the axes Z, Y and X; each turns the first of the two other axes, in the order
        Z, Y, X, toward the second.
    translation_mm : (3,) array
        Added after the rotation.
    scale : (3,) array
        Factors along the axes, applied first.

    Returns
    -------
    Deformation
        Without a smooth part.

    Examples
    --------
    >>> turn = rigid((90, 0, 0), (0, 0, 0))  # about Z: from Y toward X
    >>> turn.to_reference([0.0, 1.0, 0.0]).round(6) + 0.0
    array([0., 0., 1.])
    """
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag(np.asarray(scale, np.float64))
    for axis, degrees in enumerate(np.asarray(rotation_deg, np.float64)):
        first, second = (other for other in range(3) if other != axis)
        turn = np.eye(4)
        angle = np.deg2rad(degrees)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[second, first], turn[first, second] = np.sin(angle), -np.sin(angle)
        matrix = turn @ matrix
    matrix[:3, 3] = translation_mm
    return Deformation(matrix)


def random_subject(rng: np.random.Generator, settings: Settings) -> Deformation:
    """Draw another person's head: moved, of another size, and of another shape.

    Examples
    --------
    >>> from course_lib.data.phantom.settings import DEFAULT
    >>> subject = random_subject(np.random.default_rng(1), DEFAULT)
    >>> there = subject.to_reference([[10.0, 20.0, 30.0]])
    >>> subject.from_reference(there).round(3)
    array([[10., 20., 30.]])
    """
    turn = rng.uniform(-settings.rotation_deg, settings.rotation_deg, 3)
    shift = rng.uniform(-settings.translation_mm, settings.translation_mm, 3)
    size = np.exp(rng.normal(0.0, settings.scale_deviation, 3))
    field = random_field(rng, settings.shape_knots_mm, components=3)
    return Deformation(rigid(turn, shift, 1 / size).matrix, field, settings.shape_mm)
