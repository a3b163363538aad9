"""A label for a voxel that has none, from the voxels beside it. Slide 27."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers


def edge_neighbors(image: ArrayLike, index: Sequence[int]) -> NDArray:
    """Return the values beside a voxel: 4 in 2-D, 6 in 3-D; diagonal ones do not count.

    Parameters
    ----------
    image : array with D axes
        Labels, or any image.
    index : D int
        The voxel.

    Returns
    -------
    1-D array
        In the dtype of the image: axis by axis, the neighbour before and the one after. At the
        border those are missing that would lie outside.

    Raises
    ------
    ValueError
        If there is no such voxel.

    References
    ----------
    .. [1] Lecture, slide 27.

    Examples
    --------
    >>> edge_neighbors([[1, 2, 3], [4, 5, 6], [7, 8, 9]], (1, 1))
    array([2, 8, 4, 6])
    """
    image, place = as_numbers(image), tuple(index)
    if len(place) != image.ndim or not all(
        isinstance(i, int | np.integer) and 0 <= i < n
        for i, n in zip(place, image.shape, strict=True)
    ):
        raise ValueError(f"The index is {place}; the image has the shape {image.shape}.")
    beside = []
    for axis, length in enumerate(image.shape):
        for neighbor in (place[axis] - 1, place[axis] + 1):
            if 0 <= neighbor < length:
                beside.append(image[(*place[:axis], neighbor, *place[axis + 1 :])])
    return np.array(beside, dtype=image.dtype)


def majority_of_neighbors(
    labels: ArrayLike, index: Sequence[int], undecided: int | None = None
) -> int:
    """Give a voxel the label that most of the voxels beside it have.

    All 4 neighbours (6 in 3-D) are equally near, so the nearest neighbour alone does not decide.

    Parameters
    ----------
    labels : integer or bool array with D axes
        The label of the voxel itself is not looked at.
    index : D int
        The voxel.
    undecided : int, optional
        The answer to a tie. Without it the lowest of the tied labels is taken.

    Returns
    -------
    int
        The label.

    Raises
    ------
    ValueError
        If the labels are not whole numbers, there is no such voxel, or it has no neighbours.

    References
    ----------
    .. [1] Lecture, slide 27.

    Examples
    --------
    >>> majority_of_neighbors([[3, 1, 3], [1, 0, 2], [3, 1, 3]], (1, 1))
    1
    """
    labels = as_numbers(labels)
    if labels.dtype.kind not in "biu":
        raise ValueError(f"The labels hold {labels.dtype} values; whole numbers are needed.")
    beside = edge_neighbors(labels, index)
    if beside.size == 0:
        raise ValueError("The image has one voxel only; it has no neighbours.")
    present, votes = np.unique(beside, return_counts=True)
    winners = present[votes == votes.max()]
    return int(winners[0]) if undecided is None or winners.size == 1 else undecided
