"""The best whole-pixel shift, found by trying all. Slides 29 and 30."""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.alignment import as_level, require_cost
from course_lib.imaging.checks import require_same_shape
from course_lib.imaging.sampling import LEAST_OVERLAP, Cost, sample_voxels


def best_shift(fixed: ArrayLike, moving: ArrayLike, reach: int, cost: Cost) -> tuple[int, ...]:
    """Find by how many voxels an image must be moved to lie on another.

    Parameters
    ----------
    fixed, moving, reach, cost
        As in `shift_costs`.

    Returns
    -------
    tuple of int
        Voxels along each axis by which `moving` must be moved; of equally good shifts the
        shortest.

    Raises
    ------
    ValueError
        As `shift_costs`.

    References
    ----------
    .. [1] Lecture, slides 29 and 30.

    Examples
    --------
    >>> image = np.random.default_rng(1).normal(size=(20, 20))
    >>> best_shift(image, np.roll(image, (-2, 1), (0, 1)), reach=3, cost="ncc")
    (2, -1)
    """
    costs = shift_costs(fixed, moving, reach, cost)
    shifts = np.array(_shifts(reach, costs.ndim))
    shortest_first = np.argsort(np.square(shifts).sum(axis=1), kind="stable")
    best = shortest_first[np.argmin(costs.ravel()[shortest_first])]
    return tuple(int(step) for step in shifts[best])


def shift_costs(fixed: ArrayLike, moving: ArrayLike, reach: int, cost: Cost) -> NDArray[np.float64]:
    """Try every whole-voxel shift of one image and compare where it overlaps the other.

    Parameters
    ----------
    fixed, moving : array with 2 or 3 axes
        Of one shape, not constant.
    reach : int
        Largest shift along each axis, in voxels, both ways.
    cost : {"ssd", "ncc", "mi", "nmi"}
        As in `alignment.alignment_cost`.

    Returns
    -------
    float64 array of 2 reach + 1 values along each axis
        ``costs[i, j]`` belongs to the shift ``(i - reach, j - reach)`` of `moving`; likewise in
        3-D. Infinite where less than a quarter overlaps.

    Raises
    ------
    ValueError
        If the shapes differ, an image is constant, empty or holds NaN, the reach is not a whole
        number of at least 0, or the cost is another one.

    References
    ----------
    .. [1] Lecture, slides 29 and 30.

    Examples
    --------
    >>> shift_costs([[0, 6, 0, 0]], [[0, 0, 6, 0]], reach=1, cost="ssd")[1]
    array([ 0., 18., 24.])
    """
    require_cost(cost)
    first, second = as_level(fixed, 1.0), as_level(moving, 1.0)
    require_same_shape(first.image, second.image)
    if not isinstance(reach, int | np.integer) or reach < 0:
        raise ValueError(f"The reach is {reach}; a whole number of at least 0 is needed.")
    sample = sample_voxels(first, second)
    costs = []
    for shift in _shifts(reach, first.image.ndim):
        back = tuple(-step for step in shift)
        ours, theirs = first.image[_covered(shift)], second.image[_covered(back)]
        enough = ours.size >= LEAST_OVERLAP * first.image.size
        costs.append(
            sample.cost_of_values(ours.ravel(), theirs.ravel(), cost) if enough else np.inf
        )
    return np.array(costs).reshape((2 * reach + 1,) * first.image.ndim)


def _shifts(reach: int, axes: int) -> list[tuple[int, ...]]:
    """Return all shifts, row by row."""
    return list(product(range(-reach, reach + 1), repeat=axes))


def _covered(shift: tuple[int, ...]) -> tuple[slice, ...]:
    """Return the part of an image that another one covers after it is moved."""
    return tuple(slice(max(step, 0), step if step < 0 else None) for step in shift)
