"""The local step of registration: go downhill from a start until nothing moves any more.

Gauss-Newton for squared differences and normalised correlation, whose slopes are known; Powell's
method, which needs none, for mutual information. Slides 29 to 31.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import minimize

from course_lib.imaging.motions import motion
from course_lib.imaging.pyramids import Level
from course_lib.imaging.sampling import LEAST_OVERLAP, Cost, Sample
from course_lib.imaging.transforms import Matrix

_EASIEST, _HARDEST = 1e-4, 1e8  # damping of Gauss-Newton
# Interpolation blurs most halfway between voxels, which lowers the cost there a little. A step may
# climb out of such a dent by this share of the cost; the equations tell the place better.
_DENT = 0.05


class Descent(NamedTuple):
    """Where a local optimiser ended: the pull, its cost, the steps, and whether it came to rest."""

    pull: Matrix
    cost: float
    iterations: int
    converged: bool


def gradients_mm(level: Level) -> NDArray[np.floating]:
    """Return the slope of an image along each axis, per mm.

    Parameters
    ----------
    level : Level
        The image and its spacing.

    Returns
    -------
    (D, ...) floating array
        Central differences, halved at the border; 0 along an axis of one voxel.

    Examples
    --------
    >>> gradients_mm(Level(np.array([[0.0, 2.0, 4.0]]), np.array([1.0, 0.5])))[1]
    array([[2., 4., 2.]])
    """
    slopes = [
        ndimage.correlate1d(level.image, [-0.5 / step, 0.0, 0.5 / step], axis, mode="nearest")
        for axis, step in enumerate(level.spacing)
    ]
    return np.array(slopes)


def gauss_newton(
    sample: Sample,
    slopes: NDArray[np.floating],
    start: Matrix,
    directions: NDArray[np.float64],
    cost: Cost,
    *,
    tolerance_mm: float,
    most: int = 60,
) -> Descent:
    """Lower squared differences, or raise correlation, by damped Gauss-Newton steps.

    The step is solved for the fixed image, whose slopes do not change, and its inverse moves the
    pull (inverse composition). For "ncc", gain and offset between the images are solved with it.

    Parameters
    ----------
    sample : Sample
        Voxels of the fixed image.
    slopes : (D, N) array
        Slopes of the fixed image at these voxels, per mm.
    start : (D + 1, D + 1) array
        Leads from the fixed to the moving image, in mm.
    directions : (K, D + 1, D + 1) array
        Degrees of freedom, from `generators`.
    cost : {"ssd", "ncc"}
        What is lowered.
    tolerance_mm : float
        A step shorter than this ends the descent.
    most : int
        Largest number of steps.

    Returns
    -------
    Descent
        With infinite cost when the images hardly overlap at the start.

    References
    ----------
    .. [1] Baker and Matthews, International Journal of Computer Vision 56(3), 2004.
       doi:10.1023/B:VISI.0000011205.11775.fd
    .. [2] Evangelidis and Psarakis, IEEE Trans. Pattern Anal. Mach. Intell. 30(10), 2008.
       doi:10.1109/TPAMI.2008.113

    Examples
    --------
    >>> from course_lib.imaging.motions import generators
    >>> from course_lib.imaging.sampling import sample_voxels
    >>> y, x = np.indices((20, 20))
    >>> blobs = [np.exp(-((y - 10) ** 2 + (x - c) ** 2) / 9.0) for c in (9, 10)]
    >>> levels = [Level(blob, np.ones(2)) for blob in blobs]
    >>> sample, moves = sample_voxels(*levels), generators("translation", [0, 0], 1.0)
    >>> slopes = gradients_mm(levels[0]).reshape(2, -1)
    >>> end = gauss_newton(sample, slopes, np.eye(3), moves, "ssd", tolerance_mm=0.01)
    >>> end.pull[:2, 2].round(2) + 0.0, end.converged
    (array([0., 1.]), True)
    """
    table = _design(sample, slopes, directions, cost)
    free = len(directions)
    pull, damping, perfect = start, 1e-2, 0.0 if cost == "ssd" else -1.0
    normal, right, here = _equations(sample, table, pull, cost)
    lowest = here
    for iteration in range(1, most + 1):
        if not np.isfinite(here):
            return Descent(pull, np.inf, iteration - 1, False)
        step = _step(normal, right, damping, free, cost)
        candidate = pull @ motion(-step, directions)
        new_normal, new_right, trial = _equations(sample, table, candidate, cost)
        if trial <= lowest + _DENT * (lowest - perfect):
            pull, normal, right, here = candidate, new_normal, new_right, trial
            lowest, damping = min(lowest, here), max(damping / 10, _EASIEST)
        else:
            damping *= 10
        if np.linalg.norm(step) < tolerance_mm or damping > _HARDEST:
            return Descent(pull, here, iteration, True)
    return Descent(pull, here, most, False)


def powell(
    sample: Sample,
    start: Matrix,
    directions: NDArray[np.float64],
    cost: Cost,
    *,
    first_step_mm: float,
    tolerance_mm: float,
) -> Descent:
    """Lower any cost by line searches along directions that adapt to its valley.

    Parameters
    ----------
    sample : Sample
        Points of the fixed image.
    start : (D + 1, D + 1) array
        Leads from the fixed to the moving image, in mm.
    directions : (K, D + 1, D + 1) array
        Degrees of freedom, from `generators`.
    cost : {"ssd", "ncc", "mi", "nmi"}
        What is lowered.
    first_step_mm : float
        How far the first line searches look.
    tolerance_mm : float
        How exactly the end is found.

    Returns
    -------
    Descent
        With infinite cost when the images hardly overlap at the start.

    References
    ----------
    .. [1] Powell, The Computer Journal 7(2), 1964. doi:10.1093/comjnl/7.2.155
    .. [2] Maes et al., IEEE Trans. Med. Imaging 16(2), 1997. doi:10.1109/42.563664

    Examples
    --------
    >>> from course_lib.imaging.motions import generators
    >>> from course_lib.imaging.sampling import sample_voxels
    >>> y, x = np.indices((20, 20))
    >>> blobs = [np.exp(-((y - 10) ** 2 + (x - c) ** 2) / 9.0) for c in (9, 10)]
    >>> sample = sample_voxels(*(Level(blob, np.ones(2)) for blob in blobs))
    >>> moves = generators("translation", [0, 0], 1.0)
    >>> end = powell(sample, np.eye(3), moves, "nmi", first_step_mm=1.0, tolerance_mm=0.01)
    >>> end.pull[:2, 2].round(1) + 0.0
    array([0., 1.])
    """
    at_start = sample.cost(start, cost)
    if not np.isfinite(at_start):
        return Descent(start, np.inf, 0, False)
    no_overlap = at_start + abs(at_start) + 1  # worse than the start, but finite as Powell needs

    def cost_of(parameters: NDArray[np.float64]) -> float:
        here = sample.cost(start @ motion(parameters * first_step_mm, directions), cost)
        return min(here, no_overlap)

    end = minimize(
        cost_of,
        np.zeros(len(directions)),
        method="Powell",
        options={"xtol": tolerance_mm / first_step_mm, "ftol": 1e-5, "maxiter": 30},
    )
    pull = start @ motion(end.x * first_step_mm, directions)
    return Descent(pull, float(end.fun), int(end.nit), bool(end.success))


def _design(
    sample: Sample, slopes: NDArray, directions: NDArray, cost: Cost
) -> NDArray[np.floating]:
    """Return, for each voxel, how the fixed image changes along each degree of freedom."""
    points = np.vstack([sample.points, np.ones(sample.points.shape[1])])
    columns = [np.einsum("dn,dn->n", slopes, g[:-1] @ points) for g in directions]
    if cost == "ncc":
        columns += [sample.values - sample.values.mean(), np.ones(sample.values.size)]
    return np.column_stack(columns).astype(np.float64)


def _equations(
    sample: Sample, table: NDArray, pull: Matrix, cost: Cost
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return the normal equations of the next step, and the cost here."""
    values, inside = sample.read_moving(pull)
    if np.count_nonzero(inside) < LEAST_OVERLAP * inside.size:
        return np.eye(table.shape[1]), np.zeros(table.shape[1]), np.inf
    fixed = sample.values
    if not inside.all():
        table, values, fixed = table[inside], values[inside], fixed[inside]
    wanted = values - fixed if cost == "ssd" else values
    return table.T @ table, wanted @ table, sample.cost_of_values(fixed, values, cost)


def _step(
    normal: NDArray, right: NDArray, damping: float, free: int, cost: Cost
) -> NDArray[np.float64]:
    """Solve the damped normal equations for the step in mm."""
    damped = normal.copy()
    motion_part = np.arange(free)
    damped[motion_part, motion_part] *= 1 + damping
    solution = np.linalg.lstsq(damped, right, rcond=None)[0]
    if cost == "ssd":
        return solution
    gain = solution[free]
    return solution[:free] / gain if abs(gain) > 1e-12 else np.zeros(free)
