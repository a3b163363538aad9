"""A coronal slab whose ventricles form a known callosal angle.

The angle lies between the ventricles on the coronal plane that is perpendicular to the line
between the commissures and passes through the posterior one. It opens upward. About 100 to 120
degrees are normal, 50 to 80 degrees speak for normal pressure hydrocephalus (Ishii et al.,
European Radiology 18(11), 2008, doi:10.1007/s00330-008-1044-4).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom import scanners
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.people import Head, locked
from course_lib.data.phantom.tissues import FLUID, GREY, TISSUES, WHITE

POSTERIOR_COMMISSURE_Y_MM = 23.0
SMALLEST_DEG, LARGEST_DEG = 40.0, 150.0
_APEX_Z_MM = 20.0
_LIMB_MM = 30.0
_LIMB_WIDTH_MM = 9.0
_CALLOSUM_MM = 5.0
_FISSURE_MM = 5.0
_SLICES, _SLICE_STEP_MM = 7, 2.0


@dataclass(frozen=True, eq=False)
class CallosalSlab:
    """Coronal slices around the posterior commissure, top of the head in the first row.

    Parameters
    ----------
    image : (S, Y, X) uint16 array
        T1-weighted, in arbitrary units, slices from front to back.
    labels : (S, Y, X) uint8 array
        The truth: tissues.
    angle_deg : float
        The painted angle.
    turn_deg : float
        How far the head is turned in the plane; positive turns rows toward columns.
    apex : tuple of float
        (row, column) of the angle's vertex, not rounded.
    spacing_mm : float
        Of rows and columns; slices are 2 mm apart.
    centre_slice : int
        The slice through the posterior commissure.
    """

    image: NDArray[np.uint16]
    labels: NDArray[np.uint8]
    angle_deg: float
    turn_deg: float
    apex: tuple[float, float]
    spacing_mm: float
    centre_slice: int

    @property
    def tissue(self) -> NDArray[np.bool_]:
        """Where there is brain tissue, (S, Y, X) bool."""
        return (self.labels == GREY) | (self.labels == WHITE)


def with_callosal_angle(
    head: Head, degrees: float, seed: int = 0, spacing_mm: float = 1.0, turn_deg: float = 0.0
) -> CallosalSlab:
    """Paint ventricles with a known callosal angle into a head.

    In all slices of the slab two straight limbs run from the vertex upward and sideways, under a
    band of white matter (the corpus callosum). The head's own ventricles are filled, and so is
    the gap between the hemispheres above, so that the centre columns hold tissue down to the
    vertex.

    Parameters
    ----------
    head : Head
        Of any spacing; it is not changed.
    degrees : float
        The angle, 40 to 150 degrees.
    seed : int
        For the noise.
    spacing_mm : float
        Of rows and columns.
    turn_deg : float
        Turns the head in the plane about the middle, -30 to 30 degrees, to be undone first.

    Returns
    -------
    CallosalSlab
        Seven slices.

    Raises
    ------
    ValueError
        If the angle, the turn or the spacing are out of range.

    Examples
    --------
    >>> from course_lib.data.phantom import head
    >>> slab = with_callosal_angle(head(spacing_mm=6.0, anatomy="analytic"), 110, spacing_mm=2.0)
    >>> slab.image.shape, slab.angle_deg, slab.apex
    ((7, 121, 97), 110.0, (44.0, 48.0))
    """
    if not SMALLEST_DEG <= degrees <= LARGEST_DEG or not -30 <= turn_deg <= 30:
        raise ValueError(
            f"The angle is {degrees:g} and the turn {turn_deg:g} degrees; {SMALLEST_DEG:g} to "
            f"{LARGEST_DEG:g} and -30 to 30 are allowed."
        )
    if not 0.5 <= spacing_mm <= 4:
        raise ValueError(f"The spacing is {spacing_mm:g} mm; 0.5 to 4 mm is allowed.")
    z, x, tissues = _place(head, float(spacing_mm), float(turn_deg))
    labels = tissues.copy()
    _paint_angle(labels, z, x, np.deg2rad(degrees / 2))
    rng = np.random.default_rng([seed, 3])
    slices = Grid(labels.shape, spacing_mm)
    bias = scanners.coil_bias(slices, rng, head.settings)
    image = scanners.contrast_image(labels, rng, head.settings, bias)
    turn = np.deg2rad(turn_deg)
    top, left = _first_pixel(head.grid, spacing_mm)
    down, across = -_APEX_Z_MM * np.cos(turn), -_APEX_Z_MM * np.sin(turn)
    apex = float((top + down) / spacing_mm), float((left + across) / spacing_mm)
    return CallosalSlab(scanners.stored(image), labels, float(degrees), float(turn_deg), apex,
                        float(spacing_mm), _SLICES // 2)  # fmt: skip


@lru_cache(maxsize=6)
def _place(
    head: Head, spacing_mm: float, turn_deg: float
) -> tuple[NDArray, NDArray, NDArray[np.uint8]]:
    """Return heights, sides and tissues of the pixels; kept, since every angle needs the same."""
    z, y, x = _positions(head.grid, spacing_mm, turn_deg)
    return z, x, locked(_sampled(head, z, y, x))


def _first_pixel(grid: Grid, spacing_mm: float) -> tuple[float, float]:
    """Return how far the first row lies above, and the first column right of, the origin in mm."""
    top = grid.first_mm[0] + grid.spacing_mm * (grid.shape[0] - 1)
    return top, -grid.first_mm[2]


def _positions(grid: Grid, spacing_mm: float, turn_deg: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return where the pixels of the slab lie in the head, in mm."""
    top, left = _first_pixel(grid, spacing_mm)
    height = grid.spacing_mm * (grid.shape[0] - 1)
    width = grid.spacing_mm * (grid.shape[2] - 1)
    down = np.arange(int(height / spacing_mm) + 1) * spacing_mm - top
    across = np.arange(int(width / spacing_mm) + 1) * spacing_mm - left
    turn = np.deg2rad(turn_deg)
    rows, columns = np.meshgrid(down, across, indexing="ij")
    # A head turned by the angle is looked at along axes turned back.
    z = -(np.cos(turn) * rows + np.sin(turn) * columns)
    x = np.cos(turn) * columns - np.sin(turn) * rows
    y = POSTERIOR_COMMISSURE_Y_MM + _SLICE_STEP_MM * (np.arange(_SLICES) - _SLICES // 2)
    shape = (_SLICES, *z.shape)
    return (
        np.broadcast_to(z, shape),
        np.broadcast_to(y[:, None, None], shape),
        (np.broadcast_to(x, shape)),
    )


def _sampled(head: Head, z: NDArray, y: NDArray, x: NDArray) -> NDArray[np.uint8]:
    """Return the tissue with the largest share at each position; finer than the head's grid."""
    indices = np.moveaxis(head.grid.indices(np.stack([z, y, x], axis=-1)), -1, 0)
    labels = np.zeros(z.shape, np.uint8)
    largest = np.full(z.shape, -1.0, np.float32)
    for tissue in TISSUES:
        present = (head.labels == tissue.label).astype(np.float32)
        share = ndimage.map_coordinates(present, indices, order=1, mode="nearest")
        labels[share > largest] = tissue.label
        np.maximum(largest, share, out=largest)
    return labels


def _paint_angle(labels: NDArray[np.uint8], z: NDArray, x: NDArray, half: float) -> None:
    """Fill the old ventricles, then paint the callosum and the limbs below it."""
    up, side = z - _APEX_Z_MM, abs(x)
    along = up * np.cos(half) + side * np.sin(half)  # along a limb, away from the vertex
    above = up * np.sin(half) - side * np.cos(half)  # across it; 0 on the roof
    old = (side < 32) & (z > -12) & (z < 48) & (labels == FLUID)
    labels[old] = WHITE
    brain = (labels == GREY) | (labels == WHITE) | (labels == FLUID)
    gap = (side < _FISSURE_MM) & (up > 0) & (labels == FLUID) & (z < 66)
    labels[gap] = GREY
    near = brain & (along < _LIMB_MM)
    labels[near & (above >= 0) & (above < _CALLOSUM_MM) & (along > 0)] = WHITE
    labels[near & (above < 0) & (above > -_LIMB_WIDTH_MM) & (up > -_LIMB_WIDTH_MM)] = FLUID
