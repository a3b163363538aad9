"""Random forests: many trees, each grown from other rows and columns, that decide together.

Each tree sees a random sample of the rows, drawn with replacement (bootstrap), and a random subset
of the columns. Classes are decided by majority, values by the mean. Slides 60 to 67.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.bagging import bootstrap_rows, majority, mean_of_trees, random_columns
from course_lib.imaging.checks import require_count
from course_lib.imaging.feature_tables import as_table, require_columns
from course_lib.imaging.impurity import Kind, as_targets
from course_lib.imaging.splits import require_one_target_each
from course_lib.imaging.tree_growth import fit_tree
from course_lib.imaging.trees import Tree, row_blocks


@dataclass(frozen=True)
class Forest:
    """Trees that decide together.

    `drawn` (T, N) tells which of the N training rows each of the T trees has seen. `classes` are
    all labels of the training table, None in a forest for values.

    Examples
    --------
    >>> table, targets = [[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], [10.0, 10.0, 40.0, 40.0]
    >>> forest = fit_forest(table, targets, rng=np.random.default_rng(1), trees=5)
    >>> forest.predict([[0.0, 5.0], [3.0, 5.0]]), forest.importance()
    (array([10., 40.]), array([1., 0.]))
    """

    trees: tuple[Tree, ...]
    drawn: NDArray[np.bool_]
    classes: NDArray | None

    def predict(self, features: ArrayLike) -> NDArray:
        """Return the mean value, or the majority's class, of all trees for each row of a table.

        Raises
        ------
        ValueError
            If the table has another width than the training table, is empty, or holds NaN.
        """
        table = as_table(features)
        require_columns(table, self.trees[0].width)
        return np.concatenate([self._decide(rows) for rows in row_blocks(table)])

    def importance(self) -> NDArray[np.float64]:
        """Return by how much questions about each column lower the impurity, as shares of 1.

        The mean over the trees. Columns that say the same share what they are worth.

        Raises
        ------
        ValueError
            If a tree has no question that lowers the impurity.
        """
        return np.mean([tree.importance() for tree in self.trees], axis=0)

    def _decide(self, rows: NDArray[np.floating]) -> NDArray:
        """Aggregate what the trees say about a block of rows."""
        answers = np.array([tree.answers(rows) for tree in self.trees])
        return mean_of_trees(answers) if self.classes is None else majority(answers, self.classes)


def fit_forest(
    features: ArrayLike,
    targets: ArrayLike,
    kind: Kind = "values",
    *,
    rng: np.random.Generator,
    trees: int = 100,
    columns: int | None = None,
    max_depth: int | None = None,
    min_leaf: int = 1,
) -> Forest:
    """Grow a forest.

    Parameters
    ----------
    features : (N, F) array
        One row for each sample; float32 stays float32.
    targets : (N,) array
        Values, or labels that are whole numbers.
    kind : {"values", "classes"}
        What the targets are.
    rng : numpy.random.Generator
        Draws rows and columns of each tree.
    trees : int
        How many are grown.
    columns : int, optional
        How many columns each tree sees, drawn once for the tree as on the slide (Breiman draws
        them again for every question); all by default.
    max_depth : int, optional
        Most questions from the root to a leaf.
    min_leaf : int
        Fewest samples in a leaf.

    Returns
    -------
    Forest
        It keeps which rows each tree has seen: T times N bytes.

    Raises
    ------
    ValueError
        If the lengths differ, something is empty or NaN, labels are not whole numbers, or a
        number is out of range.

    References
    ----------
    .. [1] Breiman, Machine Learning 45(1), 2001. doi:10.1023/A:1010933404324
    .. [2] Lecture, slides 60 to 67.

    Examples
    --------
    >>> table = np.linspace(0, 1, 40)[:, None]
    >>> forest = fit_forest(table, table[:, 0] < 0.5, "classes", rng=np.random.default_rng(0))
    >>> forest.predict([[0.1], [0.9]])
    array([ True, False])
    """
    require_count(trees, "trees")
    table, (learned, classes) = as_table(features), as_targets(targets, kind)
    require_one_target_each(table, learned)
    targets, (rows, width) = np.asarray(targets), table.shape
    grown, drawn = [], np.zeros((trees, rows), dtype=bool)
    for number in range(trees):
        chosen = bootstrap_rows(rows, rng)
        # Also when all are seen: in a tie the first column wins, and none should be always first.
        seen = random_columns(width, width if columns is None else columns, rng)
        drawn[number, chosen] = True
        sample = table[chosen], targets[chosen], kind
        grown.append(fit_tree(*sample, columns=seen, max_depth=max_depth, min_leaf=min_leaf))
    return Forest(tuple(grown), drawn, classes)


def out_of_bag_error(forest: Forest, features: ArrayLike, targets: ArrayLike) -> float:
    """Test a forest on its training table, each row with the trees that have not seen it.

    Rows of one patient resemble each other. Where a tree has seen other rows of the patient, this
    error is too small; hold out whole patients then.

    Parameters
    ----------
    forest : Forest
        Grown from this table.
    features : (N, F) array
        The training table.
    targets : (N,) array
        Its targets.

    Returns
    -------
    float
        Mean squared error for values, share of wrong classes for classes; over the rows that at
        least one tree has not seen.

    Raises
    ------
    ValueError
        If the table is not as long or as wide as the one the forest was grown from, or every tree
        has seen every row.

    References
    ----------
    .. [1] Breiman, Machine Learning 45(1), 2001. doi:10.1023/A:1010933404324

    Examples
    --------
    >>> table = np.linspace(0, 1, 40)[:, None]
    >>> forest = fit_forest(table, table[:, 0], rng=np.random.default_rng(0))
    >>> round(out_of_bag_error(forest, table, table[:, 0]), 4)
    0.0002
    """
    table = as_table(features)
    require_columns(table, forest.trees[0].width)
    kind: Kind = "values" if forest.classes is None else "classes"
    truth, classes = as_targets(targets, kind)
    if not len(table) == len(truth) == forest.drawn.shape[1]:
        raise ValueError(
            f"There are {len(table)} samples and {len(truth)} targets; the forest was grown from "
            f"{forest.drawn.shape[1]}."
        )
    known = forest.classes
    if classes is not None and known is not None and not np.array_equal(classes, known):
        raise ValueError(f"The classes are {classes}; the forest was grown from {forest.classes}.")
    sums, trees = np.zeros_like(truth), np.zeros(len(table), dtype=int)
    for tree, unseen in zip(forest.trees, ~forest.drawn, strict=True):
        if unseen.any():
            answers = tree.predict(table[unseen])[:, None]
            sums[unseen] += answers if classes is None else answers == classes
            trees[unseen] += 1
    tested = trees > 0
    if not tested.any():
        raise ValueError("Every tree has seen every row; nothing is left for testing.")
    if classes is None:
        return float(np.mean((sums[tested, 0] / trees[tested] - truth[tested, 0]) ** 2))
    return float(np.mean(sums[tested].argmax(axis=1) != truth[tested].argmax(axis=1)))
