"""Slices of a head in all modalities, turned as a radiologist looks at them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.data.phantom.grids import Grid

DIRECTIONS = ("axial", "coronal", "sagittal")


@dataclass(frozen=True, eq=False)
class Plane:
    """One slice of a head; the user's own copies, (Y, X) arrays.

    Axial: front at the top, the patient's left on the right. Coronal: top of the head at the top,
    the patient's left on the right. Sagittal: top at the top, front on the left.

    Parameters
    ----------
    labels, ct, t1, ute1, ute2, mu_map, pet, nac_pet : (Y, X) array
        As in `Head`.
    spacing_mm : float
        Distance of neighbouring pixels.
    first_mm : tuple of float
        Position of the first pixel's centre in the head: (row axis, column axis) in mm.
    step_mm : tuple of float
        Step to the next row and to the next column in mm; negative where rows go downward in the
        head.
    """

    labels: NDArray[np.uint8]
    ct: NDArray[np.int16]
    t1: NDArray[np.uint16]
    ute1: NDArray[np.uint16]
    ute2: NDArray[np.uint16]
    mu_map: NDArray[np.float32]
    pet: NDArray[np.float32]
    nac_pet: NDArray[np.float32]
    spacing_mm: float
    first_mm: tuple[float, float]
    step_mm: tuple[float, float]

    def pixels(self, points_mm: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn points (..., 2) in mm of the head into (row, column), not rounded."""
        return (np.asarray(points_mm, np.float64) - self.first_mm) / self.step_mm

    def millimetres(self, pixels: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn (row, column) into points (..., 2) in mm of the head."""
        return np.asarray(pixels, np.float64) * self.step_mm + self.first_mm


def cut(volumes: Mapping[str, NDArray], grid: Grid, direction: str, position_mm: float) -> Plane:
    """Cut a head.

    Parameters
    ----------
    volumes : mapping of (Z, Y, X) array
        All modalities.
    grid : Grid
        Of the volumes.
    direction : {"axial", "coronal", "sagittal"}
        Which plane.
    position_mm : float
        Height, depth from front to back, or place from right to left, in mm of the head; the
        nearest slice is taken. 0 passes through the anterior commissure.

    Returns
    -------
    Plane
        Copies.

    Raises
    ------
    ValueError
        If there is no such direction or slice.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"The direction is {direction!r}; {', '.join(DIRECTIONS)} are allowed.")
    axis = DIRECTIONS.index(direction)
    index = grid.nearest(axis, position_mm)
    rows, columns = (other for other in range(3) if other != axis)
    slices = {name: np.take(volume, index, axis) for name, volume in volumes.items()}
    first, step = grid.first_mm[rows], grid.spacing_mm
    if direction != "axial":  # z rises upward, rows go downward
        slices = {name: image[::-1].copy() for name, image in slices.items()}
        first, step = first + step * (grid.shape[rows] - 1), -step
    return Plane(**slices, spacing_mm=grid.spacing_mm,
                 first_mm=(first, grid.first_mm[columns]),
                 step_mm=(step, grid.spacing_mm))  # fmt: skip
