"""Smooth random fields: cubic B-splines with random coefficients at coarse knots."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.data.phantom.grids import FIRST_MM, LAST_MM, Grid

# Squares of the cubic B-spline sum to 151/315 on average, so this brings the variance to 1.
_UNIT_VARIANCE = (151 / 315) ** -1.5


@dataclass(frozen=True)
class SplineField:
    """A smooth field, given everywhere by its coefficients.

    Parameters
    ----------
    coefficients : (C, KZ, KY, KX) float64 array
        One set for each component.
    first_mm : tuple of float
        Position of the first knot.
    step_mm : float
        Distance of neighbouring knots.
    """

    coefficients: NDArray[np.float64]
    first_mm: tuple[float, float, float]
    step_mm: float

    def on(self, grid: Grid) -> NDArray[np.float32]:
        """Return the field on a grid, (C, Z, Y, X), by three small matrix products."""
        field = self.coefficients.astype(np.float32)
        for axis in (2, 1, 0):
            positions = grid.axes()[axis].ravel()
            weights = self._weights(axis, positions)
            field = np.moveaxis(np.tensordot(field, weights, (axis + 1, 1)), -1, axis + 1)
        return np.ascontiguousarray(field)

    def at(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Return the field at positions (..., 3) in mm, as (..., C)."""
        points = np.asarray(points_mm, np.float64)
        knots = np.moveaxis((points - self.first_mm) / self.step_mm, -1, 0)
        values = [
            ndimage.map_coordinates(part, knots, order=3, prefilter=False, mode="nearest")
            for part in self.coefficients
        ]
        return np.stack(values, axis=-1)

    def _weights(self, axis: int, positions_mm: NDArray) -> NDArray[np.float32]:
        """Return what each knot contributes at each position along one axis."""
        knots = np.arange(self.coefficients.shape[axis + 1])
        here = (positions_mm.astype(np.float64) - self.first_mm[axis]) / self.step_mm
        return _cubic_b_spline(here[:, None] - knots).astype(np.float32)


def random_field(rng: np.random.Generator, step_mm: float, components: int = 1) -> SplineField:
    """Draw a smooth field with mean 0 and standard deviation 1 over the head's field of view.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the coefficients.
    step_mm : float
        Distance of the knots; the larger, the smoother.
    components : int
        1 for a number at each place, 3 for a vector.

    Returns
    -------
    SplineField
        The same at any spacing of a grid.

    Raises
    ------
    ValueError
        If the step is not positive.

    Examples
    --------
    >>> field = random_field(np.random.default_rng(1), step_mm=30)
    >>> field.at([[0.0, 0.0, 0.0]]).shape
    (1, 1)
    """
    if not step_mm > 0:
        raise ValueError(f"The knots are {step_mm:g} mm apart; a positive distance is needed.")
    # Two knots beyond each end, and some more for points that a deformation moves out.
    first = tuple(begin - 3 * step_mm for begin in FIRST_MM)
    counts = [
        int(np.ceil((end - begin) / step_mm)) + 7
        for begin, end in zip(FIRST_MM, LAST_MM, strict=True)
    ]
    drawn = rng.standard_normal((components, *counts))
    return SplineField(drawn * _UNIT_VARIANCE, first, float(step_mm))


def _cubic_b_spline(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cubic B-spline around 0; it is 0 beyond 2."""
    t = np.abs(t)
    near = 2 / 3 - t**2 + t**3 / 2
    far = np.maximum(2 - t, 0) ** 3 / 6
    return np.where(t < 1, near, far)
