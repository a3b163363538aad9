"""Growing a decision tree level by level: the best question of every node, then the next level.

Slides 57, 60 and 64.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_count
from course_lib.imaging.feature_tables import as_table
from course_lib.imaging.impurity import Kind, as_targets
from course_lib.imaging.splits import (
    Level,
    Splits,
    best_splits,
    divide,
    node_means,
    require_one_target_each,
    sort,
)
from course_lib.imaging.trees import Tree


def fit_tree(
    features: ArrayLike,
    targets: ArrayLike,
    kind: Kind = "values",
    *,
    columns: Sequence[int] | NDArray[np.integer] | None = None,
    max_depth: int | None = None,
    min_leaf: int = 1,
) -> Tree:
    """Grow a tree until its leaves are pure, or as deep as allowed.

    Parameters
    ----------
    features : (N, F) array
        One row for each sample; float32 stays float32.
    targets : (N,) array
        Values, or labels that are whole numbers.
    kind : {"values", "classes"}
        What the targets are.
    columns : sequence of int, optional
        The columns that the tree may ask about; all by default. Of equally good questions the
        one about the column that comes first here is asked.
    max_depth : int, optional
        Most questions from the root to a leaf.
    min_leaf : int
        Fewest samples in a leaf.

    Returns
    -------
    Tree
        A node is a leaf when its targets are all the same, or no question leaves `min_leaf`
        samples on both sides.

    Raises
    ------
    ValueError
        If the lengths differ, something is empty or NaN, labels are not whole numbers, a column
        does not exist, or a limit is below 1.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470
    .. [2] Lecture, slides 57 and 64.

    Examples
    --------
    >>> slide = [[0.61, 0.59], [0.41, 0.65], [0.81, 0.38]]
    >>> fit_tree(slide, [0.00, 0.89, 0.45]).predict(slide)
    array([0.  , 0.89, 0.45])
    """
    require_count(min_leaf, "samples in a leaf")
    if max_depth is not None:
        require_count(max_depth, "levels")
    table, (learned, classes) = as_table(features), as_targets(targets, kind)
    require_one_target_each(table, learned)
    layers = _grow(table, learned, _as_columns(columns, table.shape[1]), max_depth, min_leaf)
    nodes = _Layer(*(np.concatenate(parts) for parts in zip(*layers, strict=True)))
    return Tree(**nodes._asdict(), classes=classes, width=table.shape[1])


class _Layer(NamedTuple):
    """The nodes of one level, as in `Tree`."""

    columns: NDArray[np.intp]
    thresholds: NDArray[np.floating]
    yes: NDArray[np.intp]
    no: NDArray[np.intp]
    values: NDArray[np.float64]
    samples: NDArray[np.intp]
    decreases: NDArray[np.float64]


def _grow(
    table: NDArray[np.floating],
    targets: NDArray[np.float64],
    allowed: NDArray[np.intp],
    max_depth: int | None,
    min_leaf: int,
) -> list[_Layer]:
    """Grow a tree level by level."""
    level, children = sort(table[:, allowed]), 0
    layers: list[_Layer] = []
    yes = np.zeros(len(table), dtype=bool)
    while level.counts.size:
        found = best_splits(level, targets, min_leaf)
        found = found._replace(columns=allowed[found.columns])
        split = (found.decreases >= 0) & _is_mixed(level, targets)
        split &= max_depth is None or len(layers) < max_depth
        children += split.size  # numbered after the nodes of all levels so far
        layers.append(_layer(found, split, children, node_means(level, targets), level.counts))
        rows, nodes = level.rows[0], level.nodes
        yes[rows] = table[rows, found.columns[nodes]] < found.thresholds[nodes]
        level = divide(level, yes, split)
    return layers


def _layer(
    found: Splits,
    split: NDArray[np.bool_],
    children: int,
    values: NDArray[np.float64],
    samples: NDArray[np.intp],
) -> _Layer:
    """Return the nodes of a level; first come the left children of all, then the right ones."""
    left = children + np.cumsum(split) - 1
    return _Layer(
        columns=np.where(split, found.columns, -1),
        thresholds=np.where(split, found.thresholds, np.inf).astype(found.thresholds.dtype),
        yes=np.where(split, left, -1),
        no=np.where(split, left + np.count_nonzero(split), -1),
        values=values,
        samples=samples,
        decreases=np.where(split, found.decreases, 0.0),
    )


def _is_mixed(level: Level, targets: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which nodes hold different targets."""
    ordered = targets[level.rows[0]]
    spread = np.maximum.reduceat(ordered, level.starts) > np.minimum.reduceat(ordered, level.starts)
    return np.any(spread, axis=1)


def _as_columns(columns: Sequence[int] | NDArray | None, width: int) -> NDArray[np.intp]:
    """Return the columns that may be asked about."""
    if columns is None:
        return np.arange(width)
    given = as_numbers(columns)
    whole = given.ndim == 1 and given.size and given.dtype.kind in "iu"
    if not whole or given.min() < 0 or given.max() >= width:
        raise ValueError(
            f"The columns are {given.tolist()}; whole numbers from 0 to {width - 1} are needed."
        )
    return given.astype(np.intp)
