"""What became of lesions between two visits: stable, grown, shrunk, new, vanished, split, merged.

Both visits are label images on one grid; lesions that overlap belong together. Slide 43.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csgraph

from course_lib.imaging.checks import require_same_shape
from course_lib.imaging.components import as_labels

FATES = ("stable", "grown", "shrunk", "new", "vanished", "split", "merged", "mixed")
_MOST_ENTRIES = 2**26  # of an overlap table: half a GB


class Change(NamedTuple):
    """What became of one lesion, or of lesions that belong together, between two visits.

    Attributes
    ----------
    fate : str
        One of `FATES`.
    before, after : tuple of int
        Its numbers at both visits, rising; empty where there is none.
    """

    fate: str
    before: tuple[int, ...]
    after: tuple[int, ...]


def overlap_table(before: ArrayLike, after: ArrayLike) -> NDArray[np.int64]:
    """Count in how many voxels each lesion of one visit meets each lesion of another.

    Parameters
    ----------
    before, after : integer array
        Label images on one grid, of any number of axes; 0 is the background.

    Returns
    -------
    (N + 1, M + 1) int64 array
        Row: number before, column: number after; 0, the background, among them. The rows add up
        to the sizes before, the columns to those after.

    Raises
    ------
    ValueError
        If the shapes differ, the labels are not whole numbers from 0 or there are none, or their
        numbers are too large for a table.

    References
    ----------
    .. [1] Lecture, slide 43.

    Examples
    --------
    >>> overlap_table([0, 1, 1, 2, 2], [0, 0, 1, 1, 1])
    array([[1, 0],
           [1, 1],
           [0, 2]])
    """
    before, after = as_labels(before), as_labels(after)
    require_same_shape(before, after)
    before, after = before.ravel(), after.ravel()
    lesions = np.flatnonzero(np.logical_or(before, after))  # few, so they are counted alone
    rows_of, columns_of = before[lesions].astype(np.intp), after[lesions].astype(np.intp)
    rows, columns = (int(numbers.max(initial=0)) + 1 for numbers in (rows_of, columns_of))
    if rows * columns > _MOST_ENTRIES:
        raise ValueError(
            f"The largest numbers are {rows - 1} and {columns - 1}; a table of them is too large. "
            "Renumber the lesions, for example with `compress_labels`."
        )
    table = np.bincount(rows_of * columns + columns_of, minlength=rows * columns)
    table[0] = before.size - lesions.size
    return table.reshape(rows, columns)


def linked(table: ArrayLike, least_share: float = 0.1) -> NDArray[np.bool_]:
    """Tell which lesions of two visits overlap by enough to belong together.

    Parameters
    ----------
    table : (N + 1, M + 1) integer array
        From `overlap_table`.
    least_share : float
        Overlaps of a smaller share of the smaller lesion do not count; 0 to 1. With 0 one common
        voxel is enough.

    Returns
    -------
    (N, M) bool array
        Row: lesion before, column: lesion after; without the background.

    Raises
    ------
    ValueError
        If the table is none of counts, or the share is out of range.

    References
    ----------
    .. [1] Lecture, slide 43.

    Examples
    --------
    >>> linked([[9, 0, 8], [0, 4, 1], [0, 0, 20]])  # 1 of 5 voxels is enough, 0 is not
    array([[ True,  True],
           [False,  True]])
    """
    counts = as_labels(table)
    if counts.ndim != 2:
        raise ValueError(f"The table has {counts.ndim} axes; 2 are needed.")
    if not 0 <= least_share <= 1:
        raise ValueError(f"The least share is {least_share:g}; 0 to 1 is allowed.")
    overlaps = counts[1:, 1:]
    smaller = np.minimum.outer(counts.sum(axis=1)[1:], counts.sum(axis=0)[1:])
    return (overlaps > 0) & (overlaps >= least_share * smaller)


def compare_volumes(before: float, after: float, tolerance: float = 0.25) -> str:
    """Tell whether a lesion has grown or shrunk.

    Parameters
    ----------
    before, after : float
        Its volume at both visits, in one unit; positive.
    tolerance : float
        Share of the smaller volume by which the larger may exceed it while the lesion counts as
        stable. So a lesion that has grown has shrunk when time runs backward.

    Returns
    -------
    {"stable", "grown", "shrunk"}
        Grown if after > (1 + tolerance) before, shrunk if before > (1 + tolerance) after.

    Raises
    ------
    ValueError
        If a volume is not positive, or the tolerance is negative or not finite.

    Examples
    --------
    >>> [compare_volumes(1.0, after) for after in (0.7, 0.9, 1.25, 1.3)]
    ['shrunk', 'stable', 'stable', 'grown']
    """
    if not (0 < before < np.inf and 0 < after < np.inf):
        raise ValueError(f"The volumes are {before:g} and {after:g}; both must be positive.")
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"The tolerance is {tolerance:g}; it must be finite and at least 0.")
    if after > (1 + tolerance) * before:
        return "grown"
    return "shrunk" if before > (1 + tolerance) * after else "stable"


def match_lesions(
    before: ArrayLike, after: ArrayLike, tolerance: float = 0.25, least_share: float = 0.1
) -> list[Change]:
    """Find what became of every lesion between two visits.

    Lesions that overlap belong together, and so do those that are linked through a third.

    Parameters
    ----------
    before, after : integer array
        Label images on one grid, of any number of axes; 0 is the background.
    tolerance : float
        Change of the volume up to which a lesion is stable; see `compare_volumes`.
    least_share : float
        How much overlap counts, since registration and segmentation err by a voxel; see `linked`.

    Returns
    -------
    list of Change
        "new" has no lesion before, "vanished" none after, "split" one before and several after,
        "merged" several before and one after. One and one are "stable", "grown" or "shrunk".
        Several that became several others are "mixed". By their numbers before, then after.

    Raises
    ------
    ValueError
        If the shapes differ, the labels are not whole numbers from 0 or there are none, or
        tolerance or share are out of range.

    References
    ----------
    .. [1] Lecture, slide 43.

    Examples
    --------
    >>> before = [1, 1, 0, 2, 2, 2, 0, 0, 0]
    >>> after = [1, 1, 0, 3, 0, 2, 0, 4, 4]
    >>> for change in match_lesions(before, after):
    ...     print(*change)
    stable (1,) (1,)
    split (2,) (2, 3)
    new () (4,)
    """
    compare_volumes(1.0, 1.0, tolerance)  # refuses a wrong tolerance, also when nothing matches
    table = overlap_table(before, after)
    sizes_before, sizes_after = table.sum(axis=1)[1:], table.sum(axis=0)[1:]
    groups = _groups(linked(table, least_share))
    changes = []
    for group in np.unique(groups[np.concatenate([sizes_before, sizes_after]) > 0]):
        earlier, later = (
            np.flatnonzero(part == group) for part in np.split(groups, [sizes_before.size])
        )
        fate = _fate(sizes_before[earlier], sizes_after[later], tolerance)
        changes.append(Change(fate, *(tuple((part + 1).tolist()) for part in (earlier, later))))
    return sorted(changes, key=lambda change: (not change.before, *change[1:]))


def _groups(links: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the group of each lesion before, then of each after; links make groups."""
    earlier, later = np.nonzero(links)
    total = sum(links.shape)
    graph = coo_array((np.ones(earlier.size), (earlier, later + len(links))), (total, total))
    return csgraph.connected_components(graph, directed=False)[1]


def _fate(before: NDArray[np.int64], after: NDArray[np.int64], tolerance: float) -> str:
    """Name what became of lesions of these sizes."""
    if before.size == 0:
        return "new"
    if after.size == 0:
        return "vanished"
    if before.size > 1 and after.size > 1:
        return "mixed"
    if before.size > 1:
        return "merged"
    if after.size > 1:
        return "split"
    return compare_volumes(float(before[0]), float(after[0]), tolerance)
