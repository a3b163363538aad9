"""Ellipsoids, painted into a label volume within their own box only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from course_lib.data.phantom.grids import Grid

Box = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with axes parallel to the head's.

    Parameters
    ----------
    centre_mm, semi_axes_mm : tuple of float
        (Z, Y, X) in mm.
    """

    centre_mm: tuple[float, float, float]
    semi_axes_mm: tuple[float, float, float]

    def both_sides(self) -> tuple["Ellipsoid", ...]:
        """Return it and its mirror image on the other side of the head; one when in the middle."""
        z, y, x = self.centre_mm
        return (self,) if x == 0 else (self, replace(self, centre_mm=(z, y, -x)))

    def grown(self, margin_mm: float) -> "Ellipsoid":
        """Return a larger one around it."""
        z, y, x = (semi + margin_mm for semi in self.semi_axes_mm)
        return replace(self, semi_axes_mm=(z, y, x))

    def box(self, grid: Grid) -> Box:
        """Return the voxels that it can touch."""
        return tuple(
            slice(
                max(0, int((centre - semi - first) / grid.spacing_mm)),
                max(0, int((centre + semi - first) / grid.spacing_mm) + 2),
            )
            for centre, semi, first in zip(
                self.centre_mm, self.semi_axes_mm, grid.first_mm, strict=True
            )
        )

    def radii(self, grid: Grid, box: Box) -> NDArray[np.float32]:
        """Return 0 at the centre, 1 on the surface, for the voxels of a box."""
        axes = grid.axes()
        z, y, x = (
            ((axis.ravel()[part] - centre) / semi) ** 2
            for axis, part, centre, semi in zip(
                axes, box, self.centre_mm, self.semi_axes_mm, strict=True
            )
        )
        return np.sqrt(z[:, None, None] + y[:, None] + x)


def insides(
    grid: Grid, ellipsoid: Ellipsoid, margin_mm: float = 0.0
) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """Yield the box and the inside of an ellipsoid on each side of the head.

    Examples
    --------
    >>> from course_lib.data.phantom.grids import head_grid
    >>> ball = Ellipsoid((0, 0, 40), (10, 10, 10))
    >>> len([inside.sum() for box, inside in insides(head_grid(4.0), ball)])
    2
    """
    for side in ellipsoid.grown(margin_mm).both_sides():
        box = side.box(grid)
        yield box, side.radii(grid, box) < 1


def mask_of(grid: Grid, *ellipsoids: Ellipsoid) -> NDArray[np.bool_]:
    """Return where at least one of the ellipsoids is, on both sides of the head.

    Examples
    --------
    >>> from course_lib.data.phantom.grids import head_grid
    >>> int(mask_of(head_grid(4.0), Ellipsoid((0, 0, 0), (5, 5, 5))).sum())
    7
    """
    mask = np.zeros(grid.shape, bool)
    for ellipsoid in ellipsoids:
        for box, inside in insides(grid, ellipsoid):
            mask[box] |= inside
    return mask
