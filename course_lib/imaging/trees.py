"""Decision trees for values and for classes: one sample walks through nested questions, or all do.

A node asks "x[column] < threshold?"; yes goes left. A leaf holds the mean of its training values,
or the shares of its classes. Slides 54 to 68.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_row
from course_lib.imaging.feature_tables import as_table, require_columns

_BLOCK = 2**15  # rows walked at a time, so that they stay in the cache
_STRIDE = 6  # levels walked before the rows that have arrived are put aside

Nested = float | tuple  # a leaf, or (column, threshold, yes, no)


@dataclass(frozen=True)
class Tree:
    """A decision tree of n nodes as arrays; node 0 is the root, children come after parents.

    `columns` and `thresholds` are the questions, `yes` and `no` the children (-1 in a leaf).
    `values` (n, K) are the mean value, or the shares of the classes, of the training samples;
    `samples` how many these were, `decreases` by how much the question lowers the impurity.
    `classes` are the labels of the K columns, None in a tree for values; `width` is the number
    of columns of the table.

    Examples
    --------
    >>> tree = from_nested((1, 0.5, 10.0, (0, 0.2, 20.0, 30.0)), width=2)
    >>> tree.leaves([[0.9, 0.1], [0.1, 0.9]]), tree.predict([[0.9, 0.1], [0.1, 0.9]])
    (array([1, 3]), array([10., 20.]))
    >>> tree.nested()
    (1, 0.5, 10.0, (0, 0.2, 20.0, 30.0))
    """

    columns: NDArray[np.intp]
    thresholds: NDArray[np.floating]
    yes: NDArray[np.intp]
    no: NDArray[np.intp]
    values: NDArray[np.float64]
    samples: NDArray[np.intp]
    decreases: NDArray[np.float64]
    classes: NDArray | None
    width: int

    def leaves(self, features: ArrayLike) -> NDArray[np.intp]:
        """Return in which leaf each row of an (N, F) table ends.

        Raises
        ------
        ValueError
            If the table has another width than the training table, is empty, or holds NaN.
        """
        table = as_table(features)
        require_columns(table, self.width)
        return np.concatenate([self._walk(rows) for rows in row_blocks(table)])

    def predict(self, features: ArrayLike) -> NDArray:
        """Return the value, or the most frequent class, of the leaf of each row.

        Of equally frequent classes the one with the lowest label.

        Raises
        ------
        ValueError
            If the table has another width than the training table, is empty, or holds NaN.
        """
        table = as_table(features)
        require_columns(table, self.width)
        return np.concatenate([self.answers(rows) for rows in row_blocks(table)])

    def answers(self, rows: NDArray[np.floating]) -> NDArray:
        """Return the predictions for a block of rows that is known to be good."""
        answers = self.values[:, 0]
        if self.classes is not None:
            answers = self.classes[self.values.argmax(axis=1)]
        return answers[self._walk(rows)]

    def importance(self) -> NDArray[np.float64]:
        """Return by how much the questions about each column lower the impurity, as shares of 1.

        Raises
        ------
        ValueError
            If no question lowers it.
        """
        gained = np.bincount(
            np.maximum(self.columns, 0), self.samples * self.decreases, minlength=self.width
        )
        if not gained.sum() > 0:
            raise ValueError("No question of the tree lowers the impurity; nothing is important.")
        return gained / gained.sum()

    def nested(self) -> Nested:
        """Return the tree as nested tuples (column, threshold, yes, no); leaves are predictions."""
        whole: list[Nested] = self.values[:, 0].tolist()
        if self.classes is not None:
            whole = self.classes[self.values.argmax(axis=1)].tolist()
        for node in np.flatnonzero(self.yes >= 0)[::-1]:  # children come after their parents
            question = self.columns[node].item(), self.thresholds[node].item()
            whole[node] = (*question, whole[self.yes[node]], whole[self.no[node]])
        return whole[0]

    def _walk(self, rows: NDArray[np.floating]) -> NDArray[np.intp]:
        """Walk all rows at once, some levels at a time, and put those aside that have arrived."""
        is_leaf, itself = self.yes < 0, np.arange(self.yes.size)[:, None]
        columns = np.where(is_leaf, 0, self.columns)
        # The children of node i are at 2 i (no) and 2 i + 1 (yes); a leaf leads to itself.
        children = np.where(is_leaf[:, None], itself, np.column_stack([self.no, self.yes])).ravel()
        numbers, ends, on_the_way = rows.ravel(), np.zeros(len(rows), np.intp), np.arange(len(rows))
        first, node = on_the_way * self.width, ends.copy()
        while on_the_way.size:
            for _ in range(_STRIDE):
                place = columns.take(node, mode="clip")  # all in range: "clip" saves the check
                place += first
                yes = numbers.take(place, mode="clip") < self.thresholds.take(node, mode="clip")
                node += node
                node += yes
                node = children.take(node, mode="clip")
            ends[on_the_way] = node
            left = ~is_leaf[node]
            on_the_way, first, node = on_the_way[left], first[left], node[left]
        return ends


def walk(tree: Nested, sample: ArrayLike) -> float:
    """Walk one sample through a tree of nested tuples.

    Parameters
    ----------
    tree : float or tuple
        A leaf, or (column, threshold, yes, no), where yes and no are trees again.
    sample : (F,) array
        The features of one sample.

    Returns
    -------
    float
        What stands in the leaf. At each node, ``sample[column] < threshold`` goes to yes.

    Raises
    ------
    ValueError
        If the tree asks for a column that the sample does not have, or the sample is not one row
        of finite numbers.

    References
    ----------
    .. [1] Lecture, slides 64 to 66 (yes goes left).

    Examples
    --------
    >>> walk((0, 0.5, 0.56, (3, 0.5, 0.45, 0.00)), [0.49, 0.56, 0.99, 0.32])
    0.56
    """
    sample = as_row(sample, "sample")
    while isinstance(tree, tuple):
        column, threshold, yes, no = tree
        if not 0 <= column < sample.size:
            raise ValueError(f"The tree asks for column {column}; the sample has {sample.size}.")
        tree = yes if sample[column] < threshold else no
    return tree


def from_nested(nested: Nested, width: int) -> Tree:
    """Build a tree for values from nested tuples, as it stands on a slide.

    Parameters
    ----------
    nested : float or tuple
        A leaf, or (column, threshold, yes, no), where yes and no are trees again.
    width : int
        Number of columns of the tables it will be used for.

    Returns
    -------
    Tree
        Without samples: it predicts, but has no importance.

    Raises
    ------
    ValueError
        If it asks for a column beyond the width.

    Examples
    --------
    >>> from_nested((1, 0.5, 10.0, 20.0), width=2).predict([[0.9, 0.1], [0.1, 0.9]])
    array([10., 20.])
    """
    waiting, nodes = [nested], []
    for tree in waiting:  # grows while it is gone through: breadth first
        if isinstance(tree, tuple):
            column, threshold, yes, no = tree
            if not 0 <= column < width:
                raise ValueError(f"The tree asks for column {column}; the width is {width}.")
            nodes.append((column, threshold, len(waiting), len(waiting) + 1, np.nan))
            waiting += [yes, no]
        else:
            nodes.append((-1, np.inf, -1, -1, tree))
    columns, thresholds, yes, no, values = (np.array(each) for each in zip(*nodes, strict=True))
    none = np.zeros(len(nodes), dtype=np.intp)
    return Tree(
        columns, thresholds, yes, no, values[:, None], none, np.zeros(len(nodes)), None, width
    )


def row_blocks(table: NDArray) -> Iterator[NDArray]:
    """Go through a table some thousand rows at a time, so that they stay in the cache.

    Examples
    --------
    >>> [len(rows) for rows in row_blocks(np.zeros((40_000, 2)))]
    [32768, 7232]
    """
    for start in range(0, len(table), _BLOCK):
        yield table[start : start + _BLOCK]
