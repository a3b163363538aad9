"""The best whole-pixel shift, found by trying all. Slides 29 and 30."""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.alignment import as_level, require_cost
from course_lib.imaging.checks import require_same_shape
from course_lib.imaging.sampling import Cost, sample_voxels
from course_lib.imaging.transforms import translation


class ShiftSearch(NamedTuple):
    """The best shift in voxels, and the cost of each shift that was tried.

    ``costs[i, j]`` belongs to the shift ``(i - reach, j - reach)``; likewise in 3-D.
    """

    shift: tuple[int, ...]
    costs: NDArray[np.float64]


def best_shift(fixed: ArrayLike, moving: ArrayLike, reach: int, cost: Cost) -> ShiftSearch:
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
    ShiftSearch
        `shift`: by how many voxels `moving` must be moved along each axis to lie on `fixed`; of
        equal ones the first. `costs`: one for each shift, infinite where less than a quarter
        overlaps.

    Raises
    ------
    ValueError
        If the shapes differ, an image is constant, empty or holds NaN, the reach is negative, or
        the cost is another one.

    References
    ----------
    .. [1] Lecture, slides 29 and 30.

    Examples
    --------
    >>> image = np.random.default_rng(1).normal(size=(20, 20))
    >>> best_shift(image, np.roll(image, (-2, 1), (0, 1)), reach=3, cost="ncc").shift
    (2, -1)
    """
    require_cost(cost)
    first, second = as_level(fixed, 1.0), as_level(moving, 1.0)
    require_same_shape(first.image, second.image)
    if reach < 0:
        raise ValueError(f"The reach is {reach}; it may not be negative.")
    sample = sample_voxels(first, second)
    shifts = list(product(range(-reach, reach + 1), repeat=first.image.ndim))
    costs = np.array([sample.cost(translation(np.negative(shift)), cost) for shift in shifts])
    best = shifts[int(np.argmin(costs))]
    return ShiftSearch(best, costs.reshape((2 * reach + 1,) * first.image.ndim))
