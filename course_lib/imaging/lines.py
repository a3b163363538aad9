"""Straight lines: the one nearest to points, and the angle between two. Slide 40."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_row
from course_lib.imaging.coordinates import as_points


class Line(NamedTuple):
    """A straight line.

    Attributes
    ----------
    point : (D,) float64 array
        A point on it.
    direction : (D,) float64 array
        Along it, of length 1.
    """

    point: NDArray[np.float64]
    direction: NDArray[np.float64]


def fit_line(points: ArrayLike) -> Line:
    """Fit a line to points so that the sum of squared distances from it is least.

    Distances are perpendicular to the line (total least squares), not along one axis as in
    regression; so the line may be vertical.

    Parameters
    ----------
    points : (N, D) array
        At least two different points, with two or more coordinates in one unit.

    Returns
    -------
    Line
        The mean of the points, and the direction of their largest spread. It points the way the
        points go, from the first toward the last.

    Raises
    ------
    ValueError
        If a coordinate is not finite, there are fewer than two different points, or the points
        spread equally in several directions.

    References
    ----------
    .. [1] Pearson, Philosophical Magazine 2(11), 1901. doi:10.1080/14786440109462720
    .. [2] Lecture, slide 40.

    Examples
    --------
    >>> fit_line([[3, 5], [2, 5], [0, 5]]).direction + 0.0
    array([-1.,  0.])
    """
    points = as_points(points)
    if points.ndim != 2 or points.shape[1] < 2 or len(points) < 2:
        raise ValueError(
            f"The points have the shape {points.shape}; a table of at least two points with at "
            "least two coordinates is needed."
        )
    mean = points.mean(axis=0)
    _, spreads, directions = np.linalg.svd(points - mean, full_matrices=False)
    if spreads[0] <= 1e-12 * max(1.0, float(np.abs(points).max())):
        raise ValueError("All points are the same; a line needs two different ones.")
    if spreads[1] > (1 - 1e-9) * spreads[0]:
        raise ValueError("The points spread equally in several directions; no line fits best.")
    direction = directions[0]
    order = np.arange(len(points)) - (len(points) - 1) / 2
    forward = order @ (points - mean) @ direction
    return Line(mean, -direction if forward < 0 else direction)


def angle_between(first: ArrayLike, second: ArrayLike) -> float:
    """Measure the angle between two directions.

    Two lines meet at two angles that add up to 180 degrees. Which one is meant, the directions
    tell: for the callosal angle both point outward.

    Parameters
    ----------
    first, second : (D,) array
        Directions of any length but 0.

    Returns
    -------
    float
        0 to 180 degrees.

    Raises
    ------
    ValueError
        If a direction is 0 or not finite, or they have different numbers of coordinates.

    References
    ----------
    .. [1] Lecture, slide 40.

    Examples
    --------
    >>> angle_between([0, 2], [1, 0]), angle_between([1, 0], [-3, 0])
    (90.0, 180.0)
    """
    first, second = as_row(first, "first direction"), as_row(second, "second direction")
    if first.shape != second.shape or not (first.any() and second.any()):
        raise ValueError(
            f"The directions are {first.tolist()} and {second.tolist()}; both need equally many "
            "coordinates, not all 0."
        )
    ours, theirs = first / np.linalg.norm(first), second / np.linalg.norm(second)
    # The arc cosine of the product would lose half of the digits near 0 and 180 degrees.
    half = np.arctan2(np.linalg.norm(ours - theirs), np.linalg.norm(ours + theirs))
    return float(np.rad2deg(2 * half))
