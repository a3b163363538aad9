"""Lesions over time: which one is which, and what became of it.

The lecture's steps: register the visits, segment the lesions, number the connected components
(`registration`, `warping`, `components`), then compare the numbers of two visits on one grid:
lesions that overlap are the same. Results go back to the scan they came from through the inverse
transform. Slides 42 to 44.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.components import as_labels, volumes_ml
from course_lib.imaging.lesion_fates import Change, linked, match_lesions, overlap_table
from course_lib.imaging.transforms import invert
from course_lib.imaging.warping import warp

_LARGEST_NUMBER = 2**30  # leaves room for further ones in int32


@dataclass(frozen=True, eq=False)
class Tracks:
    """Lesions over several visits.

    Attributes
    ----------
    labels : tuple of (Z, Y, X) int32 array
        Lesions of each visit; a lesion has one number at all of them.
    numbers : (N,) int array
        All numbers, rising.
    volumes_ml : (T, N) float64 array
        Volume of each lesion at each visit; 0 where it is not there.
    changes : tuple of tuple of Change
        From each visit to the next, in these numbers.
    """

    labels: tuple[NDArray[np.int32], ...]
    numbers: NDArray[np.intp]
    volumes_ml: NDArray[np.float64]
    changes: tuple[tuple[Change, ...], ...]


def keep_numbers(
    before: ArrayLike,
    after: ArrayLike,
    next_number: int | None = None,
    least_share: float = 0.1,
) -> NDArray[np.int32]:
    """Renumber the lesions of a later visit so that each keeps its earlier number.

    The largest overlap gives its number first; then the next, if neither of its lesions is taken.
    Equal overlaps go by the lower number before, then after. So of the parts of a split lesion
    the one that overlaps most keeps the number, and a merged lesion has that of the part which
    it overlaps most. All others get new numbers, in the order of their numbers.

    Parameters
    ----------
    before, after : integer array
        Label images on one grid, of any number of axes; 0 is the background.
    next_number : int, optional
        First new number; by default the one after the largest before. Over several visits it must
        be larger than all that were ever used.
    least_share : float
        How much overlap counts; see `linked`.

    Returns
    -------
    int32 array
        The lesions after, in the numbers before.

    Raises
    ------
    ValueError
        If the shapes differ, the labels are not whole numbers from 0 or there are none, the next
        number is in use before, or the share is out of range.

    References
    ----------
    .. [1] Lecture, slide 43.

    Examples
    --------
    >>> keep_numbers([1, 1, 0, 2, 2, 2, 0, 0], [2, 2, 0, 3, 1, 1, 0, 4])
    array([1, 1, 0, 3, 2, 2, 0, 4], dtype=int32)
    """
    table = overlap_table(before, after)
    first_free = len(table) if next_number is None else next_number
    if not len(table) <= first_free <= _LARGEST_NUMBER:
        raise ValueError(
            f"The next number is {first_free}; {len(table)} to {_LARGEST_NUMBER} is allowed, so "
            "that it is not yet in use before."
        )
    pairs = np.argwhere(linked(table, least_share)) + 1
    overlaps = table[tuple(pairs.T)]
    numbers = np.zeros(table.shape[1], np.int32)
    for earlier, later in pairs[np.argsort(-overlaps, kind="stable")]:
        if numbers[later] == 0 and earlier not in numbers:
            numbers[later] = earlier
    unknown = (numbers == 0) & (table.sum(axis=0) > 0)
    unknown[0] = False
    numbers[unknown] = first_free + np.arange(np.count_nonzero(unknown))
    return numbers[np.asarray(after)]


def volumes_over_time(
    series: Sequence[ArrayLike], spacing: ArrayLike
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Measure the volume of every lesion at every visit.

    Parameters
    ----------
    series : sequence of (Z, Y, X) integer array
        Lesions of each visit, in numbers that were kept.
    spacing : float or (3,) array
        Distance between voxel centres in mm, of all visits.

    Returns
    -------
    numbers : (N,) int array
        All numbers that occur, rising.
    volumes : (T, N) float64 array
        In ml; 0 where a lesion is not there.

    Raises
    ------
    ValueError
        If there is no visit, labels are not whole numbers from 0 or no volumes, or the spacing is
        not positive.

    References
    ----------
    .. [1] Lecture, slide 42.

    Examples
    --------
    >>> numbers, volumes = volumes_over_time([[[[1, 1, 0]]], [[[1, 0, 4]]]], spacing=10.0)
    >>> numbers.tolist(), volumes.tolist()
    ([1, 4], [[2.0, 0.0], [1.0, 1.0]])
    """
    if len(series) == 0:
        raise ValueError("There are no visits; at least one is needed.")
    visits = [volumes_ml(labels, spacing) for labels in series]
    numbers = sorted(set().union(*visits))
    volumes = [[visit.get(number, 0.0) for number in numbers] for visit in visits]
    return np.array(numbers, np.intp), np.array(volumes, np.float64).reshape(len(visits), -1)


def track_lesions(
    series: Sequence[ArrayLike],
    spacing: ArrayLike,
    tolerance: float = 0.25,
    least_share: float = 0.1,
) -> Tracks:
    """Follow lesions over any number of visits.

    At the first visit lesions become 1, 2, 3, ... in the order of their numbers. Each further
    visit is compared with the one before it, so a lesion that vanishes and comes back later counts
    as new. Parts of a split lesion are lesions of their own; `Tracks.changes` tells that
    they belong together.

    Parameters
    ----------
    series : sequence of (Z, Y, X) integer array
        Lesions of each visit on one grid, numbered in any way, in the order of time.
    spacing : float or (3,) array
        Distance between voxel centres in mm.
    tolerance : float
        Change of the volume up to which a lesion is stable; see `compare_volumes`.
    least_share : float
        How much overlap counts; see `linked`.

    Returns
    -------
    Tracks
        Kept numbers, volumes, and changes from visit to visit.

    Raises
    ------
    ValueError
        If there is no visit, the shapes differ, labels are not whole numbers from 0 or no
        volumes, or spacing, tolerance or share are out of range.

    References
    ----------
    .. [1] Lecture, slides 42 and 43.

    Examples
    --------
    >>> visits = [[[[1, 1, 0, 0]]], [[[2, 2, 0, 1]]], [[[0, 0, 0, 1]]]]
    >>> tracks = track_lesions(visits, spacing=10.0)
    >>> tracks.numbers.tolist(), tracks.volumes_ml.T.tolist()
    ([1, 2], [[2.0, 2.0, 0.0], [0.0, 1.0, 1.0]])
    >>> [change.fate for change in tracks.changes[1]]
    ['vanished', 'stable']
    """
    kept: list[NDArray[np.int32]] = []
    highest = 0
    for visit in series:
        before = kept[-1] if kept else np.zeros(np.shape(visit), np.int32)
        kept.append(keep_numbers(before, visit, highest + 1, least_share))
        highest = max(highest, int(kept[-1].max()))
    numbers, volumes = volumes_over_time(kept, spacing)
    changes = tuple(
        tuple(match_lesions(before, after, tolerance, least_share))
        for before, after in pairwise(kept)
    )
    return Tracks(tuple(kept), numbers, volumes, changes)


def carry_back(
    labels: ArrayLike,
    matrix: ArrayLike,
    spacing: ArrayLike,
    new_shape: tuple[int, ...] | None = None,
    new_spacing: ArrayLike | None = None,
) -> NDArray:
    """Bring a mask or lesions from the common grid back to the scan they belong to.

    Parameters
    ----------
    labels : bool or integer array with 2 or 3 axes
        On the grid of the image that the scan was registered to.
    matrix : (D + 1, D + 1) array
        Homogeneous, in mm: the transform that registration found, which moves the scan onto that
        image. Its inverse is used here.
    spacing : float or (D,) array
        Distance between voxel centres of the labels, in mm.
    new_shape, new_spacing : optional
        Grid of the scan; that of the labels by default.

    Returns
    -------
    array
        On the grid of the scan, in the dtype of the labels; nearest neighbour, 0 where the scan
        sees what lies beyond the common grid.

    Raises
    ------
    ValueError
        If the labels are neither bool nor whole numbers, the matrix has no inverse or does not
        fit, or a spacing is not positive.

    References
    ----------
    .. [1] Lecture, slide 44.

    Examples
    --------
    >>> from course_lib.imaging.transforms import translation
    >>> onto_baseline = translation([0.0, 2.0])  # the follow-up lies 2 mm too far left
    >>> carry_back([[0, 0, 7, 0]], onto_baseline, spacing=1.0)
    array([[7, 0, 0, 0]])
    """
    array = np.asarray(labels)
    if array.dtype != np.bool_:
        array = as_labels(array)
    return warp(array, invert(matrix), spacing, "nearest",
                new_shape=new_shape, new_spacing=new_spacing)  # fmt: skip
