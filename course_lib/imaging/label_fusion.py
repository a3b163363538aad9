"""Label fusion: the segmentations of several atlases, warped to the target, vote on each voxel.

A label with the most votes wins, also when these are fewer than half; `vote_share` tells. A tied
vote goes to `undecided` when that is given, else to the lowest of the tied labels. Slides 38
and 39.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_same_shape
from course_lib.imaging.class_numbers import require_whole_numbers
from course_lib.imaging.image_lists import as_images, as_weights, require_as_many
from course_lib.imaging.local_similarity import similarity_maps
from course_lib.imaging.ranking import rank_rows, rank_weights

_BLOCK = 2**16  # voxels at a time: those of all atlases stay in the cache
_ROUNDING = 1e-12  # sums of weights that differ by less, relative to them, are equal

Weigh = Callable[[NDArray[np.intp]], NDArray]  # places in the image -> (N, places) or (N, 1)


def majority_vote(labels: Sequence[ArrayLike], undecided: int | None = None) -> NDArray:
    """Take at each voxel the label that most atlases give it.

    Parameters
    ----------
    labels : sequence of N arrays
        Whole numbers, of one shape: one segmentation for each atlas.
    undecided : int, optional
        Label for tied votes; without it the lowest of the tied labels wins.

    Returns
    -------
    integer array
        Of the shape of a segmentation, in the dtype that holds all labels.

    Raises
    ------
    ValueError
        If there are no segmentations, shapes differ, one is empty or holds no whole numbers, or
        the dtype cannot hold `undecided`.

    References
    ----------
    .. [1] Lecture, slides 38 and 39.
    .. [2] Heckemann et al., NeuroImage 33(1), 2006. doi:10.1016/j.neuroimage.2006.05.061

    Examples
    --------
    >>> int(majority_vote([1, 5, 2, 1, 2, 5, 4, 5, 2, 2]))  # quiz 4
    2
    >>> atlases = np.array([[0, 1, 3], [0, 2, 3], [1, 2, 0], [1, 1, 3]])
    >>> majority_vote(atlases), majority_vote(atlases, undecided=9)
    (array([0, 1, 3]), array([9, 9, 3]))
    """
    labels = _as_labels(labels)
    return _vote(labels, _equal_weights(labels), undecided)


def weighted_vote(
    labels: Sequence[ArrayLike], weights: Sequence[ArrayLike], undecided: int | None = None
) -> NDArray:
    """Take at each voxel the label whose atlases weigh most together.

    Parameters
    ----------
    labels : sequence of N arrays
        Whole numbers, of one shape: one segmentation for each atlas.
    weights : sequence of N arrays or N numbers
        How much each counts, at each voxel or everywhere; at least 0, and not 0 in all.
    undecided : int, optional
        Label for ties, which are sums equal up to rounding; without it the lowest of the tied
        labels wins.

    Returns
    -------
    integer array
        Of the shape of a segmentation, in the dtype that holds all labels.

    Raises
    ------
    ValueError
        As in `majority_vote`, or if there are not as many weights, their shape does not fit, one
        is negative or NaN, or all weights of a voxel are 0.

    References
    ----------
    .. [1] Lecture, slide 38.
    .. [2] Artaechevarria et al., IEEE Trans. Med. Imaging 28(8), 2009.
       doi:10.1109/TMI.2009.2014372

    Examples
    --------
    >>> weighted_vote([[7, 7], [3, 3], [3, 3]], [[0.9, 0.9], [0.2, 0.5], [0.3, 0.5]])
    array([7, 3])
    """
    labels = _as_labels(labels)
    rows = [weight.ravel() for weight in as_weights(weights, labels)]

    def weigh(places: NDArray[np.intp]) -> NDArray:
        everywhere = rows[0].size == 1
        return np.stack([row if everywhere else row[places] for row in rows], dtype=np.float64)

    return _vote(labels, weigh, undecided)


def locally_weighted_vote(
    target: ArrayLike,
    images: Sequence[ArrayLike],
    labels: Sequence[ArrayLike],
    size: int = 7,
    decay: float = 0.5,
    *,
    undecided: int | None = None,
) -> NDArray:
    """Segment an image by a vote in which an atlas counts more where it looks more like it.

    Parameters
    ----------
    target : array
        MR image of the patient.
    images, labels : sequence of N arrays
        MR images and segmentations of the atlases, on the grid of the target.
    size : int
        Voxels along each side of a patch, odd; see `local_similarity.local_ncc`.
    decay : float
        Atlases weigh by the rank of their local similarity; see `ranking.rank_weights`.
    undecided : int, optional
        Label for ties; without it the lowest of the tied labels wins.

    Returns
    -------
    integer array
        Of the shape of the target, in the dtype that holds all labels.

    Raises
    ------
    ValueError
        As in `majority_vote`, `local_similarity.similarity_maps` and `ranking.rank_weights`.

    References
    ----------
    .. [1] Lecture, slides 35, 36 and 38.
    .. [2] Artaechevarria et al., IEEE Trans. Med. Imaging 28(8), 2009.
       doi:10.1109/TMI.2009.2014372

    Examples
    --------
    >>> mr, tissue = np.array([0.0, 1.0, 4.0, 9.0]), np.array([0, 1, 1, 2])
    >>> opposite = mr[::-1], tissue[::-1]
    >>> locally_weighted_vote(mr, [opposite[0], mr], [opposite[1], tissue], size=3)
    array([0, 1, 1, 2])
    """
    labels = _as_labels(labels)
    maps = similarity_maps(target, images, size)
    require_as_many(maps, labels, "similarities")
    require_same_shape(maps[0], labels[0])
    weight_of = rank_weights(np.arange(len(maps)), decay)
    rows = [similarity.ravel() for similarity in maps]

    def weigh(places: NDArray[np.intp]) -> NDArray:
        return weight_of[rank_rows(np.stack([row[places] for row in rows]))]

    return _vote(labels, weigh, undecided)


def vote_share(labels: Sequence[ArrayLike]) -> NDArray[np.float32]:
    """Return which share of the atlases gives the most frequent label.

    Parameters
    ----------
    labels : sequence of N arrays
        Whole numbers, of one shape: one segmentation for each atlas.

    Returns
    -------
    float32 array
        From 1/N to 1. Above 0.5 the label has an absolute majority; 1 where all agree.

    Raises
    ------
    ValueError
        If there are no segmentations, shapes differ, or one is empty or holds no whole numbers.

    References
    ----------
    .. [1] Lecture, slides 38 and 39.

    Examples
    --------
    >>> vote_share([[1, 7], [5, 7], [5, 7]]).round(2)
    array([0.67, 1.  ], dtype=float32)
    """
    labels = _as_labels(labels)
    weigh = _equal_weights(labels)
    share = np.ones(labels[0].size, np.float32)
    for places, given in _disputed(labels):
        share[places] = _support(given, weigh(places)).max(axis=0) / len(labels)
    return share.reshape(labels[0].shape)


def _vote(labels: list[NDArray], weigh: Weigh, undecided: int | None) -> NDArray:
    """Keep what all agree on, and let the atlases vote where they differ."""
    winners = labels[0].flatten()
    if undecided is not None:
        _require_label(undecided, winners.dtype)
    for places, given in _disputed(labels):
        leading = _leading(_support(given, weigh(places)))
        lowest = np.where(leading, given, given.max(axis=0)).min(axis=0)
        if undecided is not None:
            tied = (leading & (given != lowest)).any(axis=0)
            lowest[tied] = undecided
        winners[places] = lowest
    return winners.reshape(labels[0].shape)


def _disputed(labels: list[NDArray]) -> Iterator[tuple[NDArray[np.intp], NDArray]]:
    """Find the voxels on which atlases differ, and what each gives there: (N, places)."""
    rows = [label.ravel() for label in labels]
    for start in range(0, rows[0].size, _BLOCK):
        first, *others = (row[start : start + _BLOCK] for row in rows)
        differ = np.zeros(first.shape, bool)
        for other in others:
            differ |= other != first
        places = start + np.flatnonzero(differ)
        yield places, np.stack([row[places] for row in rows])


def _support(given: NDArray, weights: NDArray) -> NDArray:
    """Sum for each atlas the weights of all that give the same label as it does."""
    support = np.broadcast_to(weights, given.shape).copy()
    for one, other in combinations(range(len(given)), 2):
        same = given[one] == given[other]
        support[one] += same * weights[other]
        support[other] += same * weights[one]
    return support


def _leading(support: NDArray) -> NDArray[np.bool_]:
    """Mark the atlases whose label has the largest support."""
    largest = support.max(axis=0)
    if support.dtype.kind == "f":
        largest *= 1 - _ROUNDING
    return support >= largest


def _equal_weights(labels: list[NDArray]) -> Weigh:
    """Let each atlas count one vote, in the smallest type that holds their sum."""
    ones = np.ones((len(labels), 1), np.min_scalar_type(len(labels)))
    return lambda places: ones


def _as_labels(labels: Sequence[ArrayLike]) -> list[NDArray]:
    """Return segmentations as arrays of one shape and one integer type."""
    arrays = as_images(labels, "segmentations")
    common = np.result_type(*[array.dtype for array in arrays])
    arrays = [array.astype(common, copy=False) for array in arrays]
    require_whole_numbers(arrays[0])
    return arrays


def _require_label(label: int, dtype: np.dtype) -> None:
    """Refuse a label that a type cannot hold."""
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if not (low <= label <= high and label == int(label)):
        raise ValueError(f"The label for ties is {label}; {dtype} holds {low} to {high}.")
