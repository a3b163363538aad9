"""Ranks of atlases at each voxel, and how much each atlas therefore counts.

Rank 0 is the best atlas; the slides call that the highest rank. Slides 35 and 36.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers
from course_lib.imaging.image_lists import as_images


def ranks(similarities: Sequence[ArrayLike]) -> NDArray[np.unsignedinteger]:
    """Rank the atlases at each voxel, from 0 for the most similar one.

    Parameters
    ----------
    similarities : sequence of N arrays
        Of one shape, one for each atlas; larger is more similar.

    Returns
    -------
    (N, ...) unsigned integer array
        At each voxel the numbers 0 to N - 1. Of equals the first atlas ranks better.

    Raises
    ------
    ValueError
        If there are no similarities, their shapes differ, or one is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.

    Examples
    --------
    >>> ranks([[0.9, 0.1], [0.5, 0.7], [0.8, 0.7]])
    array([[0, 2],
           [2, 0],
           [1, 1]], dtype=uint8)
    """
    return rank_rows(np.stack(as_images(similarities, "similarities")))


def rank_weights(ranks: ArrayLike, decay: float = 0.5) -> NDArray[np.float64]:
    """Turn ranks into weights that fall off exponentially.

    Parameters
    ----------
    ranks : integer array
        Any shape; 0 for the best.
    decay : float
        At least 0. With 0 all weigh the same; the larger, the more the best one counts.

    Returns
    -------
    float64 array
        exp(-decay rank), 1 for the best.

    Raises
    ------
    ValueError
        If ranks are not whole numbers, negative or empty, or the decay is negative or not finite.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.
    .. [2] Burgos et al., IEEE Trans. Med. Imaging 33(12), 2014. doi:10.1109/TMI.2014.2340135

    Examples
    --------
    >>> rank_weights([0, 1, 2], decay=np.log(2)).round(6)
    array([1.  , 0.5 , 0.25])
    """
    ranks = as_numbers(ranks)
    if ranks.dtype.kind not in "iu" or ranks.size == 0 or ranks.min() < 0:
        raise ValueError("The ranks must be whole numbers, at least 0, and not empty.")
    if not (np.isfinite(decay) and decay >= 0):
        raise ValueError(f"The decay is {decay:g}; it must be finite and at least 0.")
    return np.exp(-float(decay) * ranks)


def rank_rows(similarities: NDArray) -> NDArray[np.unsignedinteger]:
    """Rank along the first axis without any check; see `ranks`.

    Each pair of atlases is compared once, which for few atlases is quicker than sorting.

    Parameters
    ----------
    similarities : (N, ...) array
        One row for each atlas.

    Returns
    -------
    (N, ...) unsigned integer array
        At each voxel the numbers 0 to N - 1.

    Examples
    --------
    >>> rank_rows(np.array([0.5, 0.7, 0.6]))
    array([2, 0, 1], dtype=uint8)
    """
    n = len(similarities)
    ranks = np.empty(similarities.shape, np.min_scalar_type(n - 1))
    ranks.T[...] = np.arange(n)  # as if each were better than all after it
    for former, latter in combinations(range(n), 2):
        overtakes = (similarities[latter] > similarities[former]).astype(ranks.dtype)
        ranks[former] += overtakes
        ranks[latter] -= overtakes
    return ranks
