"""The brain inside the phantom: the real MNI152 anatomy, or ellipsoids where it is missing."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import templates
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.shapes import Ellipsoid, mask_of
from course_lib.data.phantom.splines import random_field
from course_lib.data.phantom.tissues import AIR, FLUID, GREY, WHITE
from course_lib.errors import CourseError

Anatomy = Literal["template", "analytic"]

# Position of the template's first voxel in its own mm, in the axes of `templates.Volume`.
TEMPLATE_FIRST_MM = (-72.0, -98.0, -98.0)
_FOLDS_SEED = 152  # the analytic brain is one brain, whatever the seed of the head

_CEREBRUM = (
    Ellipsoid((16, 15, 0), (57, 80, 64)),
    Ellipsoid((-18, -8, 38), (22, 34, 22)),  # temporal lobes
)
_CEREBELLUM = (Ellipsoid((-38, 58, 20), (22, 28, 30)),)
_STEM = (Ellipsoid((-30, 24, 0), (28, 14, 14)), Ellipsoid((-52, 36, 0), (20, 9, 9)))
_VENTRICLES = (
    Ellipsoid((18, 12, 11), (9, 34, 6)),
    Ellipsoid((2, 10, 0), (12, 14, 2.5)),
    Ellipsoid((-36, 40, 0), (9, 6, 5)),
)
_BRIDGE = Ellipsoid((10, 10, 0), (24, 42, 20))  # what joins the two halves of the brain
_DEEP_GREY = (Ellipsoid((5, 14, 11), (9, 14, 8)), Ellipsoid((4, -8, 20), (10, 18, 6)))


def available_anatomy() -> Anatomy:
    """Return "template" when nilearn's brain can be read, else "analytic"."""
    try:
        templates.mni152("t1")
    except CourseError:
        return "analytic"
    return "template"


def brain_labels(grid: Grid, anatomy: Anatomy, scale: float) -> NDArray[np.uint8]:
    """Return the tissues of the brain on a grid, 0 outside of it.

    Parameters
    ----------
    grid : Grid
        Where.
    anatomy : {"template", "analytic"}
        The template of nilearn, or a brain made of ellipsoids.
    scale : float
        Size of the template's brain in the head.

    Returns
    -------
    uint8 array
        Labels of fluid, grey and white matter.

    Raises
    ------
    ValueError
        If there is no such anatomy.
    CourseError
        If the template is asked for and cannot be read.

    Examples
    --------
    >>> from course_lib.data.phantom.grids import head_grid
    >>> np.unique(brain_labels(head_grid(6.0), "analytic", 0.92)).tolist()
    [0, 6, 7, 8]
    """
    if anatomy not in get_args(Anatomy):
        raise ValueError(f"The anatomy is {anatomy!r}; 'template' or 'analytic' is allowed.")
    return _template(grid, scale) if anatomy == "template" else _analytic(grid)


def _template(grid: Grid, scale: float) -> NDArray[np.uint8]:
    """Return the most probable tissue of the template in each voxel."""
    grey = _resampled(templates.mni152("grey").values, grid, scale) / 255
    white = _resampled(templates.mni152("white").values, grid, scale) / 255
    brain = _resampled((templates.mni152("t1").values > 0).astype(np.uint8), grid, scale) > 0.5
    fluid = 1 - grey - white
    labels = np.where(white > grey, WHITE, GREY).astype(np.uint8)
    labels[fluid > np.maximum(grey, white)] = FLUID
    labels[~(brain | (grey + white > 0.5))] = AIR
    return labels


def _resampled(values: NDArray[np.uint8], grid: Grid, scale: float) -> NDArray[np.float32]:
    """Bring a template volume to the grid: block means against aliasing, then linear."""
    block = max(1, int(grid.spacing_mm / scale))
    coarse = _block_means(values, block)
    # index in coarse = (mm / scale - first - (block - 1) / 2) / block
    step = grid.spacing_mm / scale / block
    offset = [
        (first / scale - origin - (block - 1) / 2) / block
        for first, origin in zip(grid.first_mm, TEMPLATE_FIRST_MM, strict=True)
    ]
    return ndimage.affine_transform(coarse, [step] * 3, offset, grid.shape, order=1)


def _block_means(values: NDArray[np.uint8], block: int) -> NDArray[np.float32]:
    """Return the mean of each cube of voxels; a sum over few shifted views is fast."""
    z, y, x = (length // block * block for length in values.shape)
    total = np.zeros((z // block, y // block, x // block), np.uint32)
    for k, j, i in np.ndindex(block, block, block):
        total += values[k:z:block, j:y:block, i:x:block]
    return total.astype(np.float32) / np.float32(block**3)


def _analytic(grid: Grid) -> NDArray[np.uint8]:
    """Return a brain of ellipsoids with a folded ribbon of grey matter."""
    cerebrum = mask_of(grid, *_CEREBRUM)
    cerebellum = mask_of(grid, *_CEREBELLUM)
    stem = mask_of(grid, *_STEM)
    brain = cerebrum | cerebellum | stem
    depth = ndimage.distance_transform_edt(brain, grid.spacing_mm).astype(np.float32)
    # Where a smooth random field passes through zero lie sheets: furrows with grey matter around.
    sheet = abs(random_field(np.random.default_rng(_FOLDS_SEED), step_mm=9.0).on(grid)[0])
    cortex = (depth < 4) | ((depth < 20) & (sheet < 0.5))
    labels = np.where(cortex & ~stem, GREY, WHITE).astype(np.uint8)
    labels[mask_of(grid, *_DEEP_GREY)] = GREY
    furrows = (depth < 18) & (sheet < 0.06) & ~stem
    _, _, x = grid.axes()
    middle = (abs(x) < 1.5) & ~mask_of(grid, _BRIDGE) & ~cerebellum & ~stem
    labels[furrows | middle] = FLUID
    labels[mask_of(grid, *_VENTRICLES)] = FLUID
    labels[~brain] = AIR
    return labels
