"""Bagging, short for bootstrap aggregating: what each tree sees, and how all trees decide together.

Slides 60 to 66.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_count, require_finite


def bootstrap_rows(count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw as many rows as there are, each time from all of them.

    Parameters
    ----------
    count : int
        Number of rows.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    (count,) int array
        Row numbers; some come more than once, and on average 37 % of the rows (1 / e) never.

    Raises
    ------
    ValueError
        If there is no row.

    References
    ----------
    .. [1] Breiman, Machine Learning 24(2), 1996. doi:10.1007/BF00058655
    .. [2] Lecture, slides 61 and 64.

    Examples
    --------
    >>> bootstrap_rows(6, np.random.default_rng(0))
    array([5, 3, 3, 1, 1, 0])
    """
    require_count(count, "rows")
    return rng.integers(count, size=count)


def random_columns(count: int, chosen: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw some of the columns, each at most once, in random order.

    Parameters
    ----------
    count : int
        Number of columns.
    chosen : int
        How many are drawn.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    (chosen,) int array
        Column numbers.

    Raises
    ------
    ValueError
        If more are to be drawn than there are, or fewer than one.

    References
    ----------
    .. [1] Ho, IEEE Trans. Pattern Anal. Mach. Intell. 20(8), 1998. doi:10.1109/34.709601
    .. [2] Lecture, slides 61 and 64.

    Examples
    --------
    >>> random_columns(12, 3, np.random.default_rng(0))
    array([7, 6, 8])
    """
    require_count(chosen, "chosen columns")
    if chosen > count:
        raise ValueError(f"{chosen} columns are to be chosen; there are only {count}.")
    return rng.choice(count, chosen, replace=False)


def majority(votes: ArrayLike, classes: ArrayLike | None = None) -> NDArray:
    """Aggregate classes: the one that most trees vote for.

    The rule of `label_fusion.majority_vote`, which is made for few atlases with many labels; this
    is made for many trees with few classes.

    Parameters
    ----------
    votes : (T, ...) array of whole numbers
        One row for each tree.
    classes : (K,) array, optional
        All labels there can be, rising; without it they are searched for.

    Returns
    -------
    (...) array
        The most frequent label of each column; of equally frequent ones the lowest.

    Raises
    ------
    ValueError
        If there is no vote, or one is not a whole number.

    References
    ----------
    .. [1] Lecture, slide 61.

    Examples
    --------
    >>> majority([[1, 3], [1, 2], [2, 2]])
    array([1, 2])
    """
    votes = as_numbers(votes)
    if votes.ndim == 0 or votes.dtype.kind == "f":
        raise ValueError(f"The votes are {votes.dtype} values; rows of whole numbers are needed.")
    require_finite(votes)
    labels = np.unique(votes) if classes is None else np.asarray(classes)
    counts = np.array([np.count_nonzero(votes == label, axis=0) for label in labels])
    return labels[counts.argmax(axis=0)]


def mean_of_trees(values: ArrayLike) -> NDArray[np.float64]:
    """Aggregate values: the mean over the trees.

    Parameters
    ----------
    values : (T, ...) array
        One row for each tree, such as CT values in HU.

    Returns
    -------
    (...) float64 array
        In the same unit.

    Raises
    ------
    ValueError
        If there is no value, or one is NaN.

    References
    ----------
    .. [1] Lecture, slides 64 to 66.

    Examples
    --------
    >>> float(mean_of_trees([0.65, 0.61, 0.78]))
    0.68
    """
    values = as_numbers(values)
    if values.ndim == 0:
        raise ValueError("A single number is given; one value or row for each tree is needed.")
    require_finite(values)
    return values.mean(axis=0, dtype=np.float64)
