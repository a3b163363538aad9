"""The best question for a group of samples, or for many groups at once.

A question is "x < threshold?"; yes goes left, and no side may be empty. Slides 57 and 64.

The level of a tree keeps the samples of all its nodes side by side, sorted by node and then by
value, once for each column. Then running sums along a column give every possible split, and the
next level comes from picking those that go left and those that go right: no sorting again.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_count
from course_lib.imaging.feature_tables import as_table
from course_lib.imaging.impurity import Kind, as_targets

_NONE = -1.0  # the decrease where no split is possible; the others are never negative
_TIE = 1e-9  # decreases that differ by less than this share are rounding apart


class Split(NamedTuple):
    """The best question "x[column] < threshold?" and how much impurity it takes away."""

    column: int
    threshold: float
    decrease: float


class Splits(NamedTuple):
    """The best question of each node of a level; the decrease is -1 where there is none."""

    columns: NDArray[np.intp]
    thresholds: NDArray[np.floating]
    decreases: NDArray[np.float64]


class Level(NamedTuple):
    """The samples of one level of a tree, sorted by node and then by value in each column.

    `rows` and `values` are (F, N) arrays: which sample, and its value in that column. `counts`
    are the samples of each node.
    """

    rows: NDArray[np.intp]
    values: NDArray[np.floating]
    counts: NDArray[np.intp]

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where each node begins."""
        return np.cumsum(self.counts) - self.counts

    @property
    def nodes(self) -> NDArray[np.intp]:
        """The node of each position."""
        return np.repeat(np.arange(self.counts.size), self.counts)


def best_split(feature: ArrayLike, targets: ArrayLike, kind: Kind = "values") -> Split:
    """Find the threshold of one feature that leaves both sides as pure as possible.

    Parameters
    ----------
    feature : (N,) array
        One value for each sample.
    targets : (N,) array
        Values, or labels that are whole numbers.
    kind : {"values", "classes"}
        Whether variance or Gini impurity is lowered.

    Returns
    -------
    Split
        Column 0; the threshold halfway between two neighbouring values; and the decrease. Of
        equally good thresholds the lowest.

    Raises
    ------
    ValueError
        If the feature is constant, the lengths differ, or something is empty or NaN.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470
    .. [2] Lecture, slides 57 and 64.

    Examples
    --------
    >>> best_split([0.1, 0.2, 0.6, 0.8], [10.0, 10.0, 50.0, 50.0])
    Split(column=0, threshold=0.4, decrease=400.0)
    """
    feature = np.asarray(feature)
    if feature.ndim != 1:
        raise ValueError(f"The feature has the shape {feature.shape}; one row is needed.")
    return best_split_of_columns(feature[:, None], targets, kind)


def best_split_of_columns(
    features: ArrayLike, targets: ArrayLike, kind: Kind = "values", min_leaf: int = 1
) -> Split:
    """Find the column and the threshold that leave both sides as pure as possible.

    Parameters
    ----------
    features : (N, F) array
        One row for each sample.
    targets : (N,) array
        Values, or labels that are whole numbers.
    kind : {"values", "classes"}
        Whether variance or Gini impurity is lowered.
    min_leaf : int
        Fewest samples on either side.

    Returns
    -------
    Split
        Of equally good ones the first column, and in it the lowest threshold.

    Raises
    ------
    ValueError
        If no threshold leaves enough samples on both sides, the lengths differ, or something is
        empty or NaN.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470

    Examples
    --------
    >>> best_split_of_columns([[5, 1], [9, 2], [5, 8], [9, 9]], [0, 0, 1, 1], "classes")
    Split(column=1, threshold=5.0, decrease=0.5)
    """
    require_count(min_leaf, "samples in a leaf")
    table, (columns, _) = as_table(features), as_targets(targets, kind)
    require_one_target_each(table, columns)
    split = Split(*(found[0].item() for found in best_splits(sort(table), columns, min_leaf)))
    if split.decrease == _NONE:
        raise ValueError(
            f"No threshold leaves at least {min_leaf} of the {len(table)} samples on either side."
        )
    return split


def sort(table: NDArray[np.floating]) -> Level:
    """Sort every column of a table: the first level of a tree, with all samples in one node.

    Examples
    --------
    >>> sort(np.array([[3.0], [1.0], [2.0]])).rows
    array([[1, 2, 0]])
    """
    columns = np.ascontiguousarray(table.T)
    rows = np.argsort(columns, axis=1)
    return Level(rows, np.take_along_axis(columns, rows, axis=1), np.array([len(table)]))


def best_splits(level: Level, targets: NDArray[np.float64], min_leaf: int = 1) -> Splits:
    """Find the best question of every node of a level.

    When the targets of a node have the mean 0, and S is the sum of those that go left, the
    variance falls by S^2 / (number left * number right); for classes this adds up over columns.

    Parameters
    ----------
    level : Level
        Samples, sorted.
    targets : (N, K) float64 array
        From `as_targets`, for all samples of the training table.
    min_leaf : int
        Fewest samples on either side.

    Returns
    -------
    Splits
        Of equally good ones the first column, and in it the lowest threshold.

    Examples
    --------
    >>> level = sort(np.array([[1.0], [2.0], [4.0]]))
    >>> best_splits(level, np.array([[0.0], [0.0], [3.0]])).thresholds
    array([3.])
    """
    starts, nodes = level.starts, level.nodes
    centred = _centred(level, targets)
    decreases = np.zeros(level.rows.shape)
    for column in centred.T:
        sums = np.cumsum(column[level.rows], axis=1)
        decreases += np.square(sums, out=sums)
    left = np.arange(1, nodes.size + 1) - starts[nodes]
    right = level.counts[nodes] - left
    decreases /= left * np.maximum(right, 1)
    decreases[:, (left < min_leaf) | (right < min_leaf)] = _NONE
    decreases[:, :-1][level.values[:, 1:] <= level.values[:, :-1]] = _NONE  # equal: not separable
    return _first_best(level, decreases)


def divide(level: Level, yes: NDArray[np.bool_], split: NDArray[np.bool_]) -> Level:
    """Form the next level: first the left sides of all nodes that are split, then the right ones.

    Parameters
    ----------
    level : Level
        Samples, sorted.
    yes : bool array
        The answer of each sample of the training table.
    split : bool array
        Which nodes of the level are split; the others are leaves.

    Returns
    -------
    Level
        Sorted, for samples keep their order.

    Examples
    --------
    >>> level = sort(np.array([[3.0], [1.0], [2.0]]))
    >>> divide(level, np.array([False, True, False]), np.array([True])).rows
    array([[1, 2, 0]])
    """
    nodes, answers = level.nodes, yes[level.rows[0]]
    goes_on = np.zeros(yes.size, dtype=bool)
    goes_on[level.rows[0]] = split[nodes]
    sides = [(side & goes_on)[level.rows] for side in (yes, ~yes)]
    columns = len(level.rows)
    rows, values = (
        np.hstack([array[side].reshape(columns, -1) for side in sides])
        for array in (level.rows, level.values)
    )
    left = np.bincount(nodes[answers], minlength=split.size)
    return Level(rows, values, np.append(left[split], (level.counts - left)[split]))


def require_one_target_each(table: NDArray, targets: NDArray) -> None:
    """Refuse targets that are not one for each row.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> require_one_target_each(np.zeros((4, 2)), np.zeros(4))
    """
    if len(table) != len(targets):
        raise ValueError(
            f"There are {len(table)} samples and {len(targets)} targets; each needs one."
        )


def node_means(level: Level, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean target of each node, or the shares of its classes.

    Examples
    --------
    >>> node_means(sort(np.array([[3.0], [1.0]])), np.array([[10.0], [20.0]]))
    array([[15.]])
    """
    sums = np.add.reduceat(targets[level.rows[0]], level.starts, axis=0)
    return sums / level.counts[:, None]


def _centred(level: Level, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the targets minus the mean of their node."""
    rows = level.rows[0]
    centred = np.zeros_like(targets)
    centred[rows] = targets[rows] - node_means(level, targets)[level.nodes]
    return centred


def _first_best(level: Level, decreases: NDArray[np.float64]) -> Splits:
    """Return, for each node, the first column that is as good as any, and its lowest threshold."""
    starts, nodes = level.starts, level.nodes
    of_columns = np.maximum.reduceat(decreases, starts, axis=1)
    best = of_columns.max(axis=0)
    enough = best - _TIE * np.abs(best)
    columns = (of_columns >= enough).argmax(axis=0)
    good = np.flatnonzero(decreases[columns[nodes], np.arange(nodes.size)] >= enough[nodes])
    last_left = good[np.searchsorted(good, starts)]
    below = level.values[columns, last_left]
    above = level.values[columns, np.minimum(last_left + 1, nodes.size - 1)]
    halfway = below / 2 + above / 2
    return Splits(columns, np.where(halfway > below, halfway, above), best)
