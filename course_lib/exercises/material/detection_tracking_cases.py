"""Inputs of topic 07: masks of a coronal slice, points of a roof, and lesions at two visits."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import components, detection, lesion_fates, rotations
from course_lib.imaging.transforms import Matrix

Labels = NDArray[np.integer]

# Rows without brain on top, a gap between the hemispheres of one column, then a ventricle.
SMALL_BRAIN = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0],
        [0, 1, 1, 1, 1, 1, 0],
        [1, 1, 1, 0, 1, 1, 1],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 1, 1],
        [1, 0, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 1, 1, 1],
    ],
    dtype=bool,
)
_SIDE, _SPACING_MM = 30, (2.0, 1.0, 1.5)


def row(digits: str) -> NDArray[np.int64]:
    """Return a row of labels, one for each digit.

    Examples
    --------
    >>> row("0112").tolist()
    [0, 1, 1, 2]
    """
    return np.array([int(digit) for digit in digits])


def coronal_tissue(rng: np.random.Generator) -> Arguments:
    """Draw the brain tissue of a coronal slice at 2 mm, and its centre columns."""
    tissue = _coronal(float(rng.integers(50, 130)))
    return tissue, detection.center_columns(tissue.shape[1], 2.0)


def roof(rng: np.random.Generator) -> Arguments:
    """Draw points of one side of the ventricles' roof, in mm."""
    tissue = _coronal(float(rng.integers(50, 130)))
    columns = detection.center_columns(tissue.shape[1], 2.0)
    sides = detection.roof_points(tissue, detection.first_empty_row(tissue, columns), columns)
    return (2.0 * sides[int(rng.integers(2))][:12],)


def scattered_line(rng: np.random.Generator) -> Arguments:
    """Draw points near a steep line, far from the origin, in mm."""
    angle = rng.uniform(0.3, 1.2)
    along, across = np.linspace(0, 20, 11), rng.normal(0, 0.8, (11, 2))
    start = rng.uniform(30, 90, 2)
    return (start + np.outer(along, [-np.sin(angle), -np.cos(angle)]) + across,)


def two_directions(rng: np.random.Generator) -> Arguments:
    """Draw the directions of two lines, as ventricles have them, of any length."""
    angles = np.deg2rad(rng.uniform(25, 70, 2))
    left, right = ([-np.cos(a), s * np.sin(a)] for a, s in zip(angles, (-1, 1), strict=True))
    return np.multiply(left, rng.uniform(2, 9)), np.multiply(right, rng.uniform(2, 9))


def visit_with_spacing(rng: np.random.Generator) -> Arguments:
    """Draw the lesions of a visit, not all numbers of which occur, and the spacing."""
    labels = two_visits(rng)[1]
    return np.where(labels == 2, 0, labels), _SPACING_MM


def two_visits(rng: np.random.Generator) -> tuple[Labels, Labels]:
    """Draw lesions before and after, with every fate, numbered as components come."""
    before, after = np.zeros((2, 12, _SIDE, _SIDE), bool)
    shift = rng.integers(-1, 2, 2)
    places = [np.add(place, shift) for place in [(5, 5), (5, 15), (5, 25), (15, 25), (25, 25)]]
    sizes = rng.permutation([2.0, 2.6, 3.4])
    for place, size, later in zip(places, sizes, (2.6, 2.6, 0.0), strict=False):
        before |= _ball(place, size)
        after |= _ball(place, later)
    after |= _ball(places[3], 2.6)
    for together, apart in ((before, after), (after, before)):
        low = 15 if together is before else 23
        rod, gap = np.s_[4:8, low : low + 3, 3:17], np.s_[4:8, low : low + 3, 9:11]
        together[rod] = apart[rod] = True
        apart[gap] = False
    return _numbered(before, rng), _numbered(after, rng)


def visits_with_share(rng: np.random.Generator) -> Arguments:
    """Draw lesions at two visits, with the tolerance and the share that counts."""
    return (*two_visits(rng), 0.25, 0.1)


def visits_with_number(rng: np.random.Generator) -> Arguments:
    """Draw lesions at two visits, with a number that is still free and the share that counts."""
    before, after = two_visits(rng)
    return before, after, int(before.max()) + int(rng.integers(3, 9)), 0.1


def table_with_share(rng: np.random.Generator) -> Arguments:
    """Draw an overlap table of two visits, of which some overlaps are small, and a share."""
    before, after = two_visits(rng)
    pushed = np.roll(after, (1, int(rng.integers(2, 4))), axis=(1, 2))
    return lesion_fates.overlap_table(before, pushed), 0.3


def small_volumes(rng: np.random.Generator) -> Arguments:
    """Draw the volume of a lesion at two visits in ml, and a tolerance."""
    return float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.2, 0.6)), 0.25


def lesions_with_motion(rng: np.random.Generator) -> Arguments:
    """Draw lesions on the grid of the baseline, and the transform that led there."""
    before = np.pad(two_visits(rng)[0], 4)
    return before, turned(rng.uniform(-9, 9, 3), rng.uniform(-4, 4, 3)), _SPACING_MM


def turned(angles_deg: NDArray, offset_mm: NDArray) -> Matrix:
    """Return a rigid transform about the middle of the drawn lesions."""
    return rotations.rigid(angles_deg, offset_mm, [19.0, 18.5, 28.0])


def line_by_eigenvectors(points: NDArray) -> tuple[NDArray, NDArray]:
    """Fit a line with the eigenvectors of the covariance, which is right as well."""
    points = np.asarray(points, float)
    if np.ptp(points, axis=0).max() == 0:
        raise ValueError("All points are the same.")
    direction = np.linalg.eigh(np.cov(points.T))[1][:, -1]
    return points.mean(axis=0), direction * np.sign(direction @ (points[-1] - points[0]))


def carried_by_scipy(labels: NDArray, matrix: Matrix, spacing: NDArray) -> NDArray:
    """Let scipy carry labels back; it is given the way from the result to the labels."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biu":
        raise ValueError("These are no labels.")
    steps = np.broadcast_to(spacing, labels.ndim)
    onto = matrix[:-1, :-1] * steps / steps[:, None]
    return ndimage.affine_transform(labels, onto, matrix[:-1, -1] / steps, order=0)


@cache
def _coronal(degrees: float) -> NDArray[np.bool_]:
    """Return the brain tissue of a slice with a known callosal angle."""
    head = phantom.head(spacing_mm=6.0, anatomy="analytic")
    slab = phantom.with_callosal_angle(head, degrees, spacing_mm=2.0)
    return slab.tissue[slab.centre_slice]


def _ball(centre: NDArray, radius: float) -> NDArray[np.bool_]:
    """Return a ball in the middle slice, as a mask."""
    z, y, x = np.ogrid[:12, :_SIDE, :_SIDE]
    return (z - 6) ** 2 + (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2


def _numbered(mask: NDArray[np.bool_], rng: np.random.Generator) -> Labels:
    """Give components numbers in a random order, in 8 bits and with gaps."""
    labels = components.connected_components(mask, 1.0)
    names = 3 * rng.permutation(int(labels.max())) + rng.integers(2, 4)
    return np.concatenate([[0], names])[labels].astype(np.uint8)
