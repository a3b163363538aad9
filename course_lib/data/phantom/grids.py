"""The grid of a volume: where each voxel lies in the head, in mm."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The field of view in mm (Z, Y, X): z up, y toward the back, x toward the left, as in DICOM.
# The origin lies in the brain's anterior commissure, as in the template, and in the middle of a
# voxel for spacings of 2, 3, 4 and 6 mm.
FIRST_MM = (-132.0, -120.0, -96.0)
LAST_MM = (108.0, 132.0, 96.0)
FINEST_MM, COARSEST_MM = 1.0, 8.0


@dataclass(frozen=True)
class Grid:
    """A box of voxels, (Z, Y, X), parallel to the axes of the head.

    Parameters
    ----------
    shape : tuple of int
        Voxels along each axis.
    spacing_mm : float
        Distance of neighbouring voxels, the same along each axis.
    first_mm : tuple of float
        Position of the centre of the first voxel.
    """

    shape: tuple[int, int, int]
    spacing_mm: float
    first_mm: tuple[float, float, float] = FIRST_MM

    def axes(self) -> tuple[NDArray, NDArray, NDArray]:
        """Return positions in mm along Z, Y and X, shaped to broadcast (as numpy.ogrid)."""
        z, y, x = (
            np.float32(first) + np.float32(self.spacing_mm) * np.arange(length, dtype=np.float32)
            for first, length in zip(self.first_mm, self.shape, strict=True)
        )
        return z[:, None, None], y[:, None], x

    def indices(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Turn positions (..., 3) in mm into indices, not rounded."""
        return (np.asarray(points_mm, np.float64) - self.first_mm) / self.spacing_mm

    def positions(self, indices: ArrayLike) -> NDArray[np.float64]:
        """Turn indices (..., 3) into positions in mm."""
        return np.asarray(indices, np.float64) * self.spacing_mm + self.first_mm

    def nearest(self, axis: int, position_mm: float) -> int:
        """Return the index of the slice nearest to a position; a ValueError tells the range."""
        first, length = self.first_mm[axis], self.shape[axis]
        index = round((position_mm - first) / self.spacing_mm)
        if not 0 <= index < length:
            last = first + self.spacing_mm * (length - 1)
            raise ValueError(
                f"There is no slice at {position_mm:g} mm; slices lie from {first:g} to "
                f"{last:g} mm."
            )
        return index


def head_grid(spacing_mm: float) -> Grid:
    """Return the grid that holds a head.

    Parameters
    ----------
    spacing_mm : float
        Distance of neighbouring voxels, 1 to 8 mm.

    Returns
    -------
    Grid
        24 cm from the chin's lower edge to above the head, 25 cm front to back, 19 cm across.

    Raises
    ------
    ValueError
        If the spacing is too small or too large.

    Examples
    --------
    >>> head_grid(2.0).shape
    (121, 127, 97)
    """
    if not FINEST_MM <= spacing_mm <= COARSEST_MM:  # False for NaN, too
        raise ValueError(
            f"The spacing is {spacing_mm:g} mm; {FINEST_MM:g} to {COARSEST_MM:g} mm is allowed."
        )
    z, y, x = (
        int((last - first) / spacing_mm + 1e-6) + 1
        for first, last in zip(FIRST_MM, LAST_MM, strict=True)
    )
    return Grid((z, y, x), float(spacing_mm))
