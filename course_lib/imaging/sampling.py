"""Places in a fixed image where a moving image is compared with it. Slides 29 to 31."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from course_lib.imaging.checks import finite_range
from course_lib.imaging.interpolation import linear_values, within
from course_lib.imaging.pyramids import Level
from course_lib.imaging.similarity import (
    Interval,
    mutual_information,
    normalized_mutual_information,
)
from course_lib.imaging.transforms import Matrix

Cost = Literal["ssd", "ncc", "mi", "nmi"]
COSTS = ("ssd", "ncc", "mi", "nmi")
LEAST_OVERLAP = 0.25
BINS = 32


@dataclass(frozen=True)
class Sample:
    """Places in the fixed image, its values there, and the moving image to compare with.

    Attributes
    ----------
    points : (D, N) float64 array
        In mm.
    values : (N,) floating array
        Of the fixed image.
    moving : Level
        The moving image and its spacing.
    fixed_range, moving_range : tuple of float
        Smallest and largest value of the two images.

    Examples
    --------
    >>> level = Level(np.arange(6.0).reshape(2, 3), np.ones(2))
    >>> one_on = np.array([[1.0, 0, 0], [0, 1, 1], [0, 0, 1]])  # along X
    >>> values, inside = sample_voxels(level, level).read_moving(one_on)
    >>> values[inside]
    array([1., 2., 4., 5.])
    """

    points: NDArray[np.float64]
    values: NDArray[np.floating]
    moving: Level
    fixed_range: Interval
    moving_range: Interval

    def read_moving(self, pull: Matrix) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
        """Return the moving image where `pull` leads from the points, and which are inside it.

        Examples
        --------
        See `Sample`.
        """
        to_index = pull[:-1] / self.moving.spacing[:, np.newaxis]
        index = to_index[:, :-1] @ self.points
        index += to_index[:, -1:]
        image = self.moving.image
        return linear_values(image, list(index)), within(list(index), image.shape)

    def cost(self, pull: Matrix, cost: Cost) -> float:
        """Return the cost of reading the moving image where `pull` leads.

        Examples
        --------
        >>> level = Level(np.arange(6.0).reshape(2, 3), np.ones(2))
        >>> one_on = np.array([[1.0, 0, 0], [0, 1, 1], [0, 0, 1]])  # along X
        >>> sample_voxels(level, level).cost(one_on, "ssd")
        1.0
        """
        values, inside = self.read_moving(pull)
        if np.count_nonzero(inside) < LEAST_OVERLAP * inside.size:
            return np.inf
        if inside.all():
            return self.cost_of_values(self.values, values, cost)
        return self.cost_of_values(self.values[inside], values[inside], cost)

    def cost_of_values(self, fixed: NDArray, moving: NDArray, cost: Cost) -> float:
        """Return the cost of values that lie on each other.

        Examples
        --------
        >>> level = Level(np.arange(6.0).reshape(2, 3), np.ones(2))
        >>> two, four = np.array([1.0, 3.0]), np.array([1.0, 5.0])
        >>> sample_voxels(level, level).cost_of_values(two, four, "ssd")
        2.0
        """
        if cost == "ssd":
            return _mean_square(moving - fixed)
        if cost == "ncc":
            return -_correlation(fixed, moving)
        counts = _smooth_histogram(fixed, moving, self.fixed_range, self.moving_range)
        if cost == "mi":
            return -mutual_information(counts)
        return -normalized_mutual_information(counts) if np.count_nonzero(counts) > 1 else -1.0


def sample_voxels(fixed: Level, moving: Level, most: int | None = None) -> Sample:
    """Take the voxels of the fixed image, or an even choice of them.

    Parameters
    ----------
    fixed, moving : Level
        The images.
    most : int, optional
        At most so many voxels; all by default.

    Returns
    -------
    Sample
        With the centres of the voxels as points.

    Examples
    --------
    >>> level = Level(np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0]))
    >>> sample_voxels(level, level).points.T[-1]
    array([1., 4.])
    """
    index = _voxel_choice(fixed.image.shape, most)
    points = index * fixed.spacing[:, np.newaxis]
    return Sample(
        points,
        fixed.image[tuple(index)],
        moving,
        finite_range(fixed.image),
        finite_range(moving.image),
    )


def sample_between(fixed: Level, moving: Level, count: int) -> Sample:
    """Take evenly spread points of the fixed image that lie between voxel centres.

    At such points, interpolation blurs both images at every alignment alike. At voxel centres it
    would not blur when grids match, and mutual information would prefer that.

    Parameters
    ----------
    fixed, moving : Level
        The images.
    count : int
        How many points.

    Returns
    -------
    Sample
        The same at every call.

    References
    ----------
    .. [1] Pluim, Maintz and Viergever, Computer Vision and Image Understanding 77(2), 2000.
       doi:10.1006/cviu.1999.0816

    Examples
    --------
    >>> level = Level(np.ones((8, 8)), np.array([1.0, 1.0]))
    >>> sample_between(level, level, 20).points.shape
    (2, 20)
    """
    last = np.array(fixed.image.shape)[:, np.newaxis] - 1
    index = _even_fractions(len(last), count) * last
    values = linear_values(fixed.image, index)
    points = index * fixed.spacing[:, np.newaxis]
    return Sample(points, values, moving, finite_range(fixed.image), finite_range(moving.image))


def _voxel_choice(shape: tuple[int, ...], most: int | None) -> NDArray[np.intp]:
    """Return the indices (D, N) of all voxels, or of an even choice of them."""
    count = int(np.prod(shape))
    if most is None or count <= most:
        return np.indices(shape).reshape(len(shape), -1)
    places = np.unique((_even_fractions(1, most)[0] * count).astype(np.intp))
    return np.array(np.unravel_index(places, shape))


def _even_fractions(axes: int, count: int) -> NDArray[np.float64]:
    """Return points (axes, count) that fill the unit cube evenly, the same at every call.

    Multiples of irrational steps, without their whole parts. The steps are powers of 1 / g, where
    g is the real root above 1 of g**(axes + 1) = g + 1.
    """
    root = 1.5
    for _ in range(60):
        root = (1 + root) ** (1 / (axes + 1))
    steps = root ** -np.arange(1.0, axes + 1)
    return (0.5 + steps[:, np.newaxis] * np.arange(count)) % 1


def _mean_square(difference: NDArray) -> float:
    """Return the mean of squares."""
    return float(np.dot(difference, difference)) / difference.size


def _correlation(first: NDArray, second: NDArray) -> float:
    """Return the normalised correlation; 0 where one does not vary, which tells nothing."""
    first, second = first - first.mean(), second - second.mean()
    deviations = np.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / deviations if deviations > 0 else 0.0


def _smooth_histogram(
    fixed: NDArray, moving: NDArray, fixed_range: Interval, moving_range: Interval
) -> NDArray[np.float64]:
    """Return a joint histogram in which a moving value counts in the two bins next to it.

    So the histogram changes smoothly as the image moves, and the optimiser sees a slope.
    """
    row = _bin_positions(fixed, fixed_range).astype(np.intp)
    column = _bin_positions(moving, moving_range)
    left = np.minimum(column.astype(np.intp), BINS - 2)
    right_share = column - left
    place = row * BINS + left
    counts = np.bincount(place, 1 - right_share, BINS * BINS)
    counts += np.bincount(place + 1, right_share, BINS * BINS)
    return counts.astype(np.float64, copy=False).reshape(BINS, BINS)


def _bin_positions(values: NDArray, value_range: Interval) -> NDArray:
    """Return where values lie between the first bin, 0, and the last."""
    low, high = value_range
    return ((values - low) * ((BINS - 1) / (high - low))).clip(0, BINS - 1)
