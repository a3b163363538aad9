"""Rigid and affine registration: from low to high resolution, globally, then locally.

The lecture's recipe: smooth both images to 8, 4 and 2 mm; search a coarse grid of turns and moves
at the lowest resolution; refine with a local optimiser at each. Slides 28 to 31.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from course_lib.imaging.alignment import as_level, require_cost
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.global_search import SearchGrid, search
from course_lib.imaging.local_search import Descent, gauss_newton, gradients_mm, powell
from course_lib.imaging.motions import Freedom, generators
from course_lib.imaging.pyramids import Level, pyramid
from course_lib.imaging.sampling import Cost, sample_between, sample_voxels
from course_lib.imaging.transforms import Matrix, as_matrix, invert

_MOST_VOXELS = 2**16  # of a level that Gauss-Newton uses; more are slower and hardly more exact
_POINTS = 8000  # that mutual information is measured at
_COARSE_POINTS = 3000  # that the global step uses
# Slopes of noise make steps short, and noise hides information: so images are blurred before the
# local step, in voxels. Mutual information is blurred less at the end, since a blurred edge lies
# elsewhere in each modality.
_BLUR, _LAST_BLUR_OF_INFORMATION = 1.0, 0.5


@dataclass(frozen=True)
class Registration:
    """What a registration found.

    Attributes
    ----------
    transform : (D + 1, D + 1) float64 array
        Homogeneous matrix in mm. It moves what the moving image shows onto the fixed one:
        ``warp(moving, transform, ...)`` and ``apply(transform, moving_points_mm)``.
    cost : float
        At the end, of the images at the highest resolution as the optimiser saw them, smoothed:
        mean squared difference, negative correlation, or negative (normalised) mutual information.
    iterations : int
        Steps of the local optimiser, over all resolutions.
    converged : bool
        Whether the optimiser came to rest at the highest resolution, or ran out of steps.
    """

    transform: Matrix
    cost: float
    iterations: int
    converged: bool


def register(
    fixed: ArrayLike,
    moving: ArrayLike,
    spacing: ArrayLike,
    cost: Cost,
    *,
    moving_spacing: ArrayLike | None = None,
    freedom: Freedom = "rigid",
    resolutions_mm: Sequence[float] = (8.0, 4.0, 2.0),
    grid: SearchGrid | None = None,
    start: ArrayLike | None = None,
) -> Registration:
    """Find the transform that moves one image onto another.

    Parameters
    ----------
    fixed, moving : array with 2 or 3 axes
        Images, not labels; not constant.
    spacing : float or (D,) array
        Distance between voxel centres of the fixed image, in mm.
    cost : {"ssd", "ncc", "mi", "nmi"}
        "ssd" for images in the same unit, "ncc" when gain and offset differ, "nmi" for different
        modalities. "mi" is for them too, but mutual information can grow while the overlap
        shrinks, and then leads away; its normalised form does so less.
    moving_spacing : float or (D,) array, optional
        Of the moving image, in mm; that of the fixed image by default.
    freedom : {"rigid", "translation", "affine"}
        "rigid" for one patient; "affine" between patients.
    resolutions_mm : sequence of float
        Levels of the pyramid, falling; 0.001 stands for the images as they are.
    grid : SearchGrid, optional
        For the global step at the lowest resolution; without it the local optimiser starts at
        once.
    start : (D + 1, D + 1) array, optional
        First guess of the transform; none by default.

    Returns
    -------
    Registration
        Transform, cost, iterations, and whether it converged.

    Raises
    ------
    ValueError
        If an image is constant (also at the lowest resolution), empty or holds NaN, axes or
        spacings do not fit, a name is unknown, or the images do not overlap at the start.

    References
    ----------
    .. [1] Lecture, slides 28-31.
    .. [2] Studholme, Hill and Hawkes, Pattern Recognition 32(1), 1999.
       doi:10.1016/S0031-3203(98)00091-0

    Examples
    --------
    >>> from course_lib.imaging.transforms import translation
    >>> y, x = np.indices((40, 40))
    >>> blob = np.exp(-((y - 20.0) ** 2 + (x - 18.0) ** 2) / 50)
    >>> moved = np.exp(-((y - 23.0) ** 2 + (x - 18.0) ** 2) / 50)
    >>> found = register(moved, blob, 1.0, "ssd", freedom="translation", resolutions_mm=[2, 1])
    >>> found.transform[:2, 2].round(1) + 0.0
    array([3., 0.])
    """
    require_cost(cost)
    first = as_level(fixed, spacing)
    second = as_level(moving, spacing if moving_spacing is None else moving_spacing)
    pull = np.eye(first.image.ndim + 1) if start is None else invert(as_matrix(start))
    if not first.image.ndim == second.image.ndim == len(pull) - 1:
        raise ValueError(
            f"The images have {first.image.ndim} and {second.image.ndim} axes and the start is "
            f"for {len(pull) - 1}; they must be equal."
        )
    center = center_mm(first.image.shape, first.spacing)
    directions = generators(freedom, center, radius_mm=float(np.linalg.norm(center)) / 2 or 1.0)
    levels = _levels(first, second, resolutions_mm)
    starts = [pull]
    if grid is not None:
        coarse = sample_voxels(*levels[0], _COARSE_POINTS)
        starts = search(coarse, pull, center, cost, grid)
    return _descend(levels, starts, directions, cost)


def _levels(
    first: Level, second: Level, resolutions_mm: Sequence[float]
) -> list[tuple[Level, Level]]:
    """Return both pyramids side by side, or say where nothing is left of an image."""
    pyramids = [pyramid(*level, resolutions_mm) for level in (first, second)]
    for image, spacing in chain(*pyramids):
        if image.min() == image.max():
            raise ValueError(
                f"At a spacing of {spacing.tolist()} mm an image of the shape {image.shape} is "
                "left, which is constant; choose finer resolutions."
            )
    return list(zip(*pyramids, strict=True))


def _descend(
    levels: list[tuple[Level, Level]], starts: list[Matrix], directions: np.ndarray, cost: Cost
) -> Registration:
    """Refine from level to level; of several starts the best goes on after the first level."""
    iterations = 0
    for number, level in enumerate(levels, start=1):
        sharper = number == len(levels) and cost in ("mi", "nmi")
        blur = _LAST_BLUR_OF_INFORMATION if sharper else _BLUR
        fixed, moving = (_blurred(image, blur) for image in level)
        ends = [_refine(fixed, moving, start, directions, cost) for start in starts]
        iterations += sum(end.iterations for end in ends)
        best = min(ends, key=lambda end: end.cost)
        if not np.isfinite(best.cost):
            raise ValueError("The images overlap by less than a quarter; give a better start.")
        starts = [best.pull]
    return Registration(invert(best.pull), best.cost, iterations, best.converged)


def _refine(
    fixed: Level, moving: Level, start: Matrix, directions: np.ndarray, cost: Cost
) -> Descent:
    """Run the local optimiser that suits the cost at one resolution."""
    finest_mm = float(fixed.spacing.min())
    if cost in ("mi", "nmi"):
        sample = sample_between(fixed, moving, min(_POINTS, fixed.image.size))
        return powell(
            sample, start, directions, cost, first_step_mm=finest_mm, tolerance_mm=0.02 * finest_mm
        )
    sample = sample_voxels(fixed, moving, _MOST_VOXELS)
    places = np.rint(sample.points / fixed.spacing[:, np.newaxis]).astype(np.intp)
    slopes = gradients_mm(fixed)[:, *places]
    return gauss_newton(sample, slopes, start, directions, cost, tolerance_mm=0.005 * finest_mm)


def _blurred(level: Level, voxels: float) -> Level:
    """Blur an image by so many voxels."""
    return Level(ndimage.gaussian_filter(level.image, voxels, mode="nearest"), level.spacing)
