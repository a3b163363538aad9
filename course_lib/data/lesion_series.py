"""Seven visits of a patient with white matter lesions: a synthetic film with a known story.

The brain is that of the phantom, its lesions are balls and rods near one axial plane, so that one
slice shows them all. Whose story each lesion tells is listed in `STORIES`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.data.phantom import scanners
from course_lib.data.phantom.people import locked
from course_lib.data.phantom.tissues import GREY, WHITE
from course_lib.imaging.components import connected_components
from course_lib.imaging.rotations import rigid
from course_lib.imaging.transforms import Matrix, apply, invert
from course_lib.imaging.warping import warp

MONTHS = (0, 6, 12, 18, 24, 30, 36)
PLANE_MM = 30.0  # above the anterior commissure
_SLICES, _MARGIN_MM = 13, 8.0
_LESION_BRIGHTNESS = 0.45  # added in FLAIR; 1 is the brightest tissue
_TURN_DEG, _MOVE_MM = 4.0, 6.0

# What becomes of a lesion: (y, x) of both ends in mm, and its radius in mm at each visit.
_Rod = tuple[tuple[float, float], tuple[float, float], tuple[float, ...]]
STORIES: dict[str, tuple[_Rod, ...]] = {
    "grows": (((-30, -24), (-30, -24), (3.2, 3.6, 4.1, 4.8, 5.4, 6.1, 6.6)),),
    "shrinks and vanishes": (((2, -28), (2, -28), (6.0, 5.4, 4.6, 3.8, 2.9, 0, 0)),),
    "splits": (
        ((26, -26), (35, -26), (4.6, 4.6, 4.4, 4.3, 4.2, 4.2, 4.0)),
        ((35, -26), (42, -26), (4.0, 3.8, 3.2, 2.6, 0, 0, 0)),
        ((46, -26), (50, -26), (4.2, 4.0, 3.8, 3.6, 3.4, 3.2, 3.0)),
    ),
    "is missed once": (((-40, 18), (-40, 18), (3.8, 3.9, 0, 3.8, 3.9, 3.8, 3.8)),),
    "merges": (
        ((-8, 24), (-2, 24), (3.4, 3.8, 4.2, 4.6, 5.0, 5.3, 5.5)),
        ((15, 25), (20, 26), (3.0, 3.4, 3.8, 4.3, 4.8, 5.2, 5.4)),
        ((2, 24), (12, 25), (0, 0, 0, 0, 3.2, 4.2, 4.8)),
    ),
    "is new": (((48, 24), (48, 24), (0, 0, 0, 3.0, 3.8, 4.4, 4.6)),),
}


@dataclass(frozen=True, eq=False)
class LesionSeries:
    """Visits of one patient.

    Parameters
    ----------
    months : tuple of int
        When each visit was.
    images : tuple of (Z, Y, X) uint16 array
        FLAIR, in arbitrary units, each with the coil and the gain of its day.
    lesions : tuple of (Z, Y, X) uint8 array
        The truth: 0, or a number; each visit is numbered by itself.
    brain : tuple of (Z, Y, X) bool array
        Grey and white matter.
    matrices : tuple of (4, 4) float64 array
        Move each visit onto the first one; in mm from the first voxel.
    spacing : tuple of float
        In mm.
    plane : int
        The slice that shows all lesions.
    """

    months: tuple[int, ...]
    images: tuple[NDArray[np.uint16], ...]
    lesions: tuple[NDArray[np.uint8], ...]
    brain: tuple[NDArray[np.bool_], ...]
    matrices: tuple[Matrix, ...]
    spacing: tuple[float, float, float]
    plane: int


@lru_cache(maxsize=4)
def lesion_series(moved: bool = False, seed: int = 0) -> LesionSeries:
    """Scan a patient seven times, half a year apart.

    Parameters
    ----------
    moved : bool
        Whether the head lies differently at each visit, turned and moved within the plane.
    seed : int
        For positions, numbers and noise.

    Returns
    -------
    LesionSeries
        Arrays are shared and cannot be written to.

    Raises
    ------
    ValueError
        If the seed is negative.

    Examples
    --------
    >>> series = lesion_series()
    >>> len(series.images), [int(visit.max()) for visit in series.lesions]
    (7, [6, 6, 5, 7, 7, 6, 6])
    """
    if seed < 0:
        raise ValueError(f"The seed is {seed}; it must be 0 or more.")
    rng = np.random.default_rng([seed, 4])
    head = phantom.head()
    labels, first_mm = _slab(head)
    middle = (np.array(labels.shape) - 1) / 2 * head.spacing
    visits = []
    for visit in range(len(MONTHS)):
        turn, move = rng.uniform(-_TURN_DEG, _TURN_DEG), rng.uniform(-_MOVE_MM, _MOVE_MM, 2)
        size = float(moved and visit > 0)
        matrix = rigid([size * turn, 0, 0], [0, *(size * move)], middle)
        tissue = warp(labels, invert(matrix), head.spacing, "nearest")
        brain = (tissue == GREY) | (tissue == WHITE)
        mask = _lesions(visit, labels.shape, matrix, first_mm, head.spacing[0]) & brain
        bias = scanners.coil_bias(phantom.Grid(labels.shape, head.spacing[0]), rng, head.settings)
        extra = np.float32(_LESION_BRIGHTNESS) * mask
        image = scanners.contrast_image(tissue, rng, head.settings, bias, "flair", extra=extra)
        arrays = scanners.stored(image), _numbered(mask, head.spacing, rng), brain
        visits.append((*map(locked, arrays), matrix))
    images, lesions, brains, matrices = zip(*visits, strict=True)
    return LesionSeries(MONTHS, images, lesions, brains, matrices, head.spacing, _SLICES // 2)


def _slab(head: phantom.Head) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Cut the tissues around the plane, and tell where the first voxel lies, in mm."""
    grid, step = head.grid, head.grid.spacing_mm
    plane = round((PLANE_MM - grid.first_mm[0]) / step)
    rows, columns = np.nonzero(head.labels[plane] > 0)
    margin = round(_MARGIN_MM / step)
    first = np.array([plane - _SLICES // 2, rows.min() - margin, columns.min() - margin])
    last = np.array([plane + _SLICES // 2, rows.max() + margin, columns.max() + margin])
    first, last = np.maximum(first, 0), np.minimum(last, np.array(grid.shape) - 1)
    box = tuple(slice(a, b + 1) for a, b in zip(first, last, strict=True))
    return head.labels[box], np.array(grid.first_mm) + first * step


def _lesions(
    visit: int, shape: tuple[int, ...], matrix: Matrix, first_mm: NDArray, step_mm: float
) -> NDArray[np.bool_]:
    """Mark all lesions of one visit, where the head lies at it."""
    places = np.moveaxis(np.indices(shape), 0, -1) * step_mm
    points = apply(matrix, places) + first_mm
    mask = np.zeros(shape, bool)
    for rods in STORIES.values():
        for start, end, radii in rods:
            ends = (np.array([PLANE_MM, *end]) for end in (start, end))
            mask |= _distance(points, *ends) < radii[visit]
    return mask


def _distance(points: NDArray, start: NDArray, end: NDArray) -> NDArray[np.float64]:
    """Return the distance of points from a rod between two ends, in mm."""
    along = end - start
    share = np.clip((points - start) @ along / max(float(along @ along), 1e-9), 0, 1)
    return np.linalg.norm(points - start - share[..., np.newaxis] * along, axis=-1)


def _numbered(
    mask: NDArray[np.bool_], spacing: tuple[float, ...], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Give the components of one visit numbers in a random order."""
    labels = connected_components(mask, spacing)
    return np.concatenate([[0], rng.permutation(int(labels.max())) + 1])[labels].astype(np.uint8)
