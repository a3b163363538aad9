"""The labels of the reference head: brain, fluid, skull, face, cavities, skin."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom import face
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.settings import Settings
from course_lib.data.phantom.shapes import Ellipsoid, insides, mask_of
from course_lib.data.phantom.splines import random_field
from course_lib.data.phantom.tissues import (
    AIR,
    CORTICAL,
    DIPLOE,
    FAT,
    FLUID,
    GREY,
    SINUS,
    SOFT,
    WHITE,
)

_WALL_MM = 2.2
_SKIN_MM, _FAT_MM = 2.0, (3.0, 1.2)


def head_labels(
    grid: Grid, brain: NDArray[np.uint8], rng: np.random.Generator, settings: Settings
) -> NDArray[np.uint8]:
    """Build a head around a brain.

    Parameters
    ----------
    grid : Grid
        The grid of the head.
    brain : uint8 array
        Tissues of the brain on that grid, 0 elsewhere; kept as it is.
    rng : numpy.random.Generator
        For the thickness of the layers and the air cells.
    settings : Settings
        Thicknesses.

    Returns
    -------
    uint8 array
        Labels of `tissues.TISSUES`.

    Raises
    ------
    ValueError
        If the brain is empty or not on the grid.

    Examples
    --------
    >>> from course_lib.data.phantom.brains import brain_labels
    >>> from course_lib.data.phantom.grids import head_grid
    >>> from course_lib.data.phantom.settings import DEFAULT
    >>> grid = head_grid(6.0)
    >>> brain = brain_labels(grid, "analytic", 0.92)
    >>> np.unique(head_labels(grid, brain, np.random.default_rng(1), DEFAULT)).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    if brain.shape != grid.shape or not brain.any():
        raise ValueError(
            f"The brain has the shape {brain.shape} and {np.count_nonzero(brain)} voxels; it must "
            f"have the grid's shape {grid.shape} and at least one voxel."
        )
    away, thickness = _distance_from_skull_inside(grid, brain, rng, settings)
    fluid_ends = np.maximum(thickness["fluid"], 0.5)
    skull_ends = fluid_ends + np.maximum(thickness["skull"], 2.0)
    skin_begins = skull_ends + np.maximum(thickness["scalp"], 2.5)

    labels = np.where(_flesh(grid, away, skin_begins), SOFT, AIR).astype(np.uint8)
    _paint_fat(labels, grid, rng)
    _paint_face_bones(labels, grid)
    _paint_skull(labels, away, fluid_ends, skull_ends)
    inside = away < fluid_ends
    kept = ndimage.binary_dilation(inside | (brain > 0))
    _paint_spine(labels, grid)
    _paint_cavities(labels, grid, kept, rng)
    labels[inside & (labels != WHITE)] = FLUID  # the cord reaches through the foramen magnum
    return np.where(brain > 0, brain, labels)


def _distance_from_skull_inside(
    grid: Grid, brain: NDArray, rng: np.random.Generator, settings: Settings
) -> tuple[NDArray, dict[str, NDArray]]:
    """Return the distance in mm outside the closed brain, and the thickness of each layer."""
    hull = _closed(brain > 0, grid.spacing_mm, settings.closing_mm)
    away = ndimage.distance_transform_edt(~hull, grid.spacing_mm).astype(np.float32)
    # The surface lies half a voxel before the first voxel outside.
    away = np.maximum(away - grid.spacing_mm / 2, 0)
    thickness = {
        name: mean + deviation * random_field(rng, step_mm=25.0).on(grid)[0]
        for name, (mean, deviation) in (
            ("fluid", settings.fluid_mm),
            ("skull", settings.skull_mm),
            ("scalp", settings.scalp_mm),
        )
    }
    return away, thickness


def _closed(mask: NDArray[np.bool_], spacing: float, radius: float) -> NDArray[np.bool_]:
    """Close a mask with a large ball, by two distance maps: grow by the radius, then shrink."""
    margin = int(radius / spacing) + 2
    box = tuple(
        slice(max(part.start - margin, 0), part.stop + margin)
        for part in ndimage.find_objects(mask.view(np.uint8))[0]
    )
    grown = ndimage.distance_transform_edt(~mask[box], spacing) <= radius
    closed = mask.copy()
    closed[box] |= ndimage.distance_transform_edt(grown, spacing) > radius
    return closed


def _flesh(grid: Grid, away: NDArray, skin_begins: NDArray) -> NDArray[np.bool_]:
    """Return all of the head, inside the skin; the joints of the ellipsoids are smoothed."""
    flesh = (away < skin_begins) | mask_of(grid, *face.FLESH)
    _, y, x = grid.axes()
    _, centre_y, centre_x = face.NECK.centre_mm
    _, half_y, half_x = face.NECK.semi_axes_mm
    neck = ((y - centre_y) / half_y) ** 2 + ((x - centre_x) / half_x) ** 2 < 1
    below = grid.axes()[0].ravel() < face.NECK_TOP_MM
    flesh[below] |= neck
    return ndimage.gaussian_filter(flesh.astype(np.float32), 4.0 / grid.spacing_mm) > 0.5


def _paint_fat(labels: NDArray, grid: Grid, rng: np.random.Generator) -> None:
    """Put a layer of fat under the skin."""
    depth = ndimage.distance_transform_edt(labels != AIR, grid.spacing_mm).astype(np.float32)
    mean, deviation = _FAT_MM
    ends = _SKIN_MM + np.maximum(mean + deviation * random_field(rng, 25.0).on(grid)[0], 0.5)
    labels[(depth > _SKIN_MM) & (depth < ends)] = FAT


def _paint_skull(labels: NDArray, away: NDArray, begins: NDArray, ends: NDArray) -> None:
    """Paint the skull: compact, spongy in the middle third, compact."""
    labels[(away >= begins) & (away < ends)] = CORTICAL
    third = (ends - begins) / 3
    labels[(away > begins + third) & (away < ends - third)] = DIPLOE


def _paint_face_bones(labels: NDArray, grid: Grid) -> None:
    """Paint jaws, cheeks and orbits into the soft tissue."""
    for bone in face.BONES:
        _paint_within(labels, grid, bone, CORTICAL)
        _paint_within(labels, grid, bone.grown(-2.5), DIPLOE)
    for low, high, half_width, front, thickness in (face.JAW, face.TEETH):
        arch = _arch(grid, (low, high), half_width, front, thickness)
        labels[arch & (labels != AIR)] = CORTICAL
    inner = _arch(grid, face.JAW[:2], *face.JAW[2:4], face.JAW[4] - 2.0)
    labels[inner & (labels != AIR)] = DIPLOE
    _paint_within(labels, grid, face.ORBITS.grown(_WALL_MM), CORTICAL)
    _paint_within(labels, grid, face.ORBITS, FAT)
    _, y, _ = grid.axes()
    open_front = mask_of(grid, face.ORBITS.grown(_WALL_MM)) & (y < -58) & (labels == CORTICAL)
    labels[open_front] = SOFT
    _paint_within(labels, grid, face.EYES, FLUID)


def _arch(
    grid: Grid, heights: tuple[float, float], half_width: float, front: float, thickness: float
) -> NDArray[np.bool_]:
    """Return a half ellipse around the mouth, as thick as asked for."""
    z, y, x = grid.axes()
    length = face.ARCH_BACK_MM - front
    radius = np.sqrt(((y - face.ARCH_BACK_MM) / length) ** 2 + (x / half_width) ** 2)
    ring = abs(radius - 1) * min(length, half_width) < thickness
    return ring & (y < face.ARCH_BACK_MM) & (z > heights[0]) & (z < heights[1])


def _paint_spine(labels: NDArray, grid: Grid) -> None:
    """Paint vertebrae, discs, and the canal with its cord; the canal opens the skull's base."""
    z, y, x = grid.axes()
    below = (z < face.SPINE_TOP_MM) & (labels != AIR)
    half_y, half_x = face.VERTEBRA_RADII_MM
    radius = np.sqrt(((y - face.VERTEBRA_Y_MM) / half_y) ** 2 + (x / half_x) ** 2)
    period = face.VERTEBRA_HEIGHT_MM + face.DISC_HEIGHT_MM
    bone_here = (face.SPINE_TOP_MM - z) % period < face.VERTEBRA_HEIGHT_MM
    labels[below & bone_here & (radius < 1)] = CORTICAL
    labels[below & bone_here & (radius < 0.75)] = DIPLOE
    from_cord = np.hypot(y - face.CORD_Y_MM, x)
    arch = from_cord < face.CANAL_RADIUS_MM + face.ARCH_MM
    spine = (abs(x) < 4) & (y > face.CORD_Y_MM) & (y < face.CORD_Y_MM + 26)
    labels[below & bone_here & (arch | spine)] = CORTICAL
    canal = (z < face.SPINE_TOP_MM + 14) & (from_cord < face.CANAL_RADIUS_MM)
    labels[canal & (labels != AIR)] = FLUID
    cord = (z < face.SPINE_TOP_MM + 4) & (from_cord < face.CORD_RADIUS_MM)
    labels[cord & (labels != AIR)] = WHITE


def _paint_cavities(
    labels: NDArray, grid: Grid, kept: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Carve the air-filled cavities out, never next to the brain, and wall them with bone."""
    cells = random_field(rng, step_mm=5.0).on(grid)[0] > 0.1
    for cavity in (*face.SINUSES, face.NASAL_CAVITY):
        _paint_within(labels, grid, cavity.grown(_WALL_MM), CORTICAL, ~kept)
    for cavity in face.SINUSES:
        _paint_within(labels, grid, cavity, SINUS, ~kept)
    _, _, x = grid.axes()
    turbinates = (abs(abs(x) - 7) < 2) & cells  # soft folds in the nose
    septum = abs(x - face.SEPTUM_X_MM) < max(1.0, grid.spacing_mm / 2)
    _paint_within(labels, grid, face.NASAL_CAVITY, SINUS, ~kept & ~turbinates & ~septum)
    _paint_within(labels, grid, face.NASAL_CAVITY, SOFT, ~kept & turbinates)
    _paint_within(labels, grid, face.MASTOID_CELLS, SINUS, ~kept & cells)
    for airway in face.AIRWAYS:
        soft = ~kept & np.isin(labels, (SOFT, FAT, GREY))
        _paint_within(labels, grid, airway, SINUS, soft)


def _paint_within(
    labels: NDArray,
    grid: Grid,
    ellipsoid: Ellipsoid,
    label: int,
    allowed: NDArray[np.bool_] | None = None,
) -> None:
    """Paint an ellipsoid on both sides where there is head, and where it is allowed."""
    for box, inside in insides(grid, ellipsoid):
        here = inside & (labels[box] != AIR)
        if allowed is not None:
            here &= allowed[box]
        labels[box][here] = label
