"""The cost of an alignment: how unlike two images are after one of them is moved.

Costs are low when images are alike: the mean squared difference ("ssd"), the negative normalised
correlation ("ncc"), the negative mutual information in nats ("mi") or its normalised form ("nmi").
They are taken where the two images overlap, and are infinite when that is less than a quarter of
the sample. Slides 29 to 31.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from course_lib.imaging.checks import as_floating, as_numbers, as_spacing, finite_range
from course_lib.imaging.pyramids import Level
from course_lib.imaging.sampling import COSTS, Cost, sample_voxels
from course_lib.imaging.transforms import invert


def alignment_cost(
    fixed: ArrayLike, moving: ArrayLike, matrix: ArrayLike, spacing: ArrayLike, cost: Cost
) -> float:
    """Measure how unlike two images are after the moving one is moved.

    Parameters
    ----------
    fixed, moving : array with D axes
        Images of one spacing.
    matrix : (D + 1, D + 1) array
        Homogeneous, in mm; moves what `moving` shows toward `fixed`.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    cost : {"ssd", "ncc", "mi", "nmi"}
        Mean squared difference, negative normalised correlation, negative mutual information, or
        negative normalised mutual information.

    Returns
    -------
    float
        The lower, the better. Infinite when less than a quarter of the fixed image is covered.

    Raises
    ------
    ValueError
        If an image is empty or holds NaN, the numbers of axes differ, the matrix has no inverse,
        or the cost is another one.

    References
    ----------
    .. [1] Lecture, slides 30 and 31.

    Examples
    --------
    >>> ramp = np.arange(12.0).reshape(3, 4)
    >>> alignment_cost(ramp, ramp, np.eye(3), 1.0, "ssd")
    0.0
    """
    return cost_curve(fixed, moving, [matrix], spacing, cost)[0]


def cost_curve(
    fixed: ArrayLike,
    moving: ArrayLike,
    matrices: Iterable[ArrayLike],
    spacing: ArrayLike,
    cost: Cost,
) -> list[float]:
    """Measure the cost of many alignments, for example along a known misalignment.

    Parameters
    ----------
    fixed, moving : array with D axes
        Images of one spacing.
    matrices : iterable of (D + 1, D + 1) arrays
        Each moves what `moving` shows toward `fixed`, in mm.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    cost : {"ssd", "ncc", "mi", "nmi"}
        As in `alignment_cost`.

    Returns
    -------
    list of float
        One cost for each matrix.

    Raises
    ------
    ValueError
        As `alignment_cost`.

    References
    ----------
    .. [1] Lecture, slides 30 and 31.

    Examples
    --------
    >>> from course_lib.imaging.transforms import translation
    >>> ramp = np.arange(12.0).reshape(3, 4)
    >>> cost_curve(ramp, ramp, [translation([0, x]) for x in (0, 1, 2)], 1.0, "ssd")
    [0.0, 1.0, 4.0]
    """
    require_cost(cost)
    first, second = as_level(fixed, spacing), as_level(moving, spacing)
    if first.image.ndim != second.image.ndim:
        raise ValueError(
            f"The images have {first.image.ndim} and {second.image.ndim} axes; they must be equal."
        )
    sample = sample_voxels(first, second)
    pulls = [invert(np.asarray(matrix)) for matrix in matrices]
    return [sample.cost(pull, cost) for pull in pulls]


def as_level(image: ArrayLike, spacing: ArrayLike) -> Level:
    """Return an image of 2 or 3 axes and its spacing, checked.

    Raises
    ------
    ValueError
        If the image is empty, constant, holds NaN, or has another number of axes, or the spacing
        does not fit.

    Examples
    --------
    >>> as_level([[1, 2], [3, 4]], 0.5).spacing
    array([0.5, 0.5])
    """
    array = as_numbers(image)
    if array.ndim not in (2, 3):
        raise ValueError(f"The image has {array.ndim} axes; 2 or 3 are needed.")
    low, high = finite_range(array)
    if low == high:
        raise ValueError(f"All values are {low:g}; a constant image cannot be aligned.")
    return Level(as_floating(array), as_spacing(spacing, array.ndim))


def require_cost(cost: Cost) -> None:
    """Refuse a cost that does not exist.

    Raises
    ------
    ValueError
        If it is another one.

    Examples
    --------
    >>> require_cost("sad")
    Traceback (most recent call last):
    ValueError: The cost is 'sad'; ('ssd', 'ncc', 'mi', 'nmi') are allowed.
    """
    if cost not in COSTS:
        raise ValueError(f"The cost is {cost!r}; {COSTS} are allowed.")
