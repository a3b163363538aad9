"""Inputs of topic 09: voxels of small heads, tables, trees and votes."""

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import mr_mapping, splits
from course_lib.imaging.tree_growth import fit_tree
from course_lib.imaging.trees import Nested

# The trees of slide 65 (Quiz 6), and the question of slide 64.
SLIDE_65 = (
    (0, 0.5, 0.56, (3, 0.5, 0.45, 0.00)),
    (1, 0.5, (2, 0.5, 0.55, 0.20), (3, 0.5, 0.49, 0.80)),
    (3, 0.5, (0, 0.5, 0.45, 0.85), 0.66),
)
SAMPLE_65 = np.array([0.49, 0.56, 0.99, 0.32])
SLIDE_64 = (0, 0.5, 0.89, (1, 0.5, 0.45, 0.00))

# Trees of scikit-learn are the answer to what is asked here.
SEALED_TREES = ("sklearn.tree.DecisionTreeRegressor", "sklearn.tree.ExtraTreeRegressor")
_FEATURES = 4
_DEEPEST = 3


def best_split(feature: NDArray, values: NDArray) -> tuple[float, float]:
    """Return the best threshold of one feature, and by how much it lowers the variance.

    Parameters
    ----------
    feature, values : (N,) array
        One value of the feature, and one target, for each sample.

    Raises
    ------
    ValueError
        If the feature is constant, or the lengths differ.

    Examples
    --------
    >>> best_split(np.array([0.1, 0.2, 0.6, 0.8]), np.array([10.0, 10.0, 50.0, 50.0]))
    (0.4, 400.0)
    """
    found = splits.best_split(feature, values)
    return found.threshold, found.decrease


def grow_tree(table: NDArray, values: NDArray, depth: int) -> Nested:
    """Grow a tree of at most some levels, as nested tuples.

    Parameters
    ----------
    table : (N, F) array
        Features.
    values : (N,) array
        Targets.
    depth : int
        Most questions from the root to a leaf, from 0.

    Raises
    ------
    ValueError
        If table and values differ in length.

    Examples
    --------
    >>> grow_tree(np.array([[1.0, 5.0], [2.0, 1.0], [3.0, 7.0]]), np.array([0.0, 0.0, 9.0]), 1)
    (0, 2.5, 0.0, 9.0)
    """
    tree = fit_tree(table, values, max_depth=max(depth, 1))
    return tree.nested() if depth > 0 else float(np.mean(values))


def tissues(rng: np.random.Generator) -> Arguments:
    """Draw the labels of some voxels of a head."""
    labels = phantom.head(spacing_mm=8.0, anatomy="analytic").labels
    return (rng.choice(labels[labels > 0], 60),)


def voxels(rng: np.random.Generator, count: int = 60) -> tuple[NDArray, NDArray]:
    """Draw R2* in 1/s and HU of some voxels, no two alike."""
    head = phantom.head(spacing_mm=8.0, anatomy="analytic")
    rate = mr_mapping.r2star(head.ute1, head.ute2, head.settings.echo_ms, 250.0)
    inside = np.flatnonzero((head.labels > 1) & (head.ute2 > 250))
    chosen = rng.choice(inside, count, replace=False)
    r2star = rate.ravel()[chosen] + rng.normal(0, 0.01, count)
    return r2star, head.ct.ravel()[chosen] + rng.normal(0, 0.01, count)


def voxels_and_question(rng: np.random.Generator) -> Arguments:
    """Draw HU of some voxels, and which of them answer yes to a question about R2*."""
    r2star, hu = voxels(rng)
    return hu, r2star < np.quantile(r2star, rng.uniform(0.6, 0.8))


def shuffled_voxels(rng: np.random.Generator) -> Arguments:
    """Draw R2* and HU of some voxels, in no order."""
    return voxels(rng, 40)


def random_tree(rng: np.random.Generator, depth: int = _DEEPEST) -> Nested:
    """Draw a tree of nested tuples; its first two levels are whole."""
    if depth == 0 or (depth < _DEEPEST - 1 and rng.random() < 0.3):
        return round(float(rng.uniform(0, 1)), 3)
    column, threshold = int(rng.integers(_FEATURES)), round(float(rng.uniform(0.3, 0.7)), 2)
    return column, threshold, random_tree(rng, depth - 1), random_tree(rng, depth - 1)


def tree_and_sample(rng: np.random.Generator) -> Arguments:
    """Draw a tree, and a sample to walk through it."""
    return random_tree(rng), rng.uniform(0, 1, _FEATURES).round(3)


def table_without_ties(rng: np.random.Generator, depth: int) -> Arguments:
    """Draw a table in which no two questions are equally good, wherever a tree asks one."""
    while True:
        table = rng.uniform(0, 1, (16, 3)).round(3)
        values = 800 * (table[:, 1] > 0.5) + 300 * table[:, 2] + rng.normal(0, 50, 16)
        turned = fit_tree(table[:, ::-1], values, max_depth=depth).nested()
        if _mirrored(turned) == grow_tree(table, values, depth):
            return table, values, depth


def _mirrored(tree: Nested) -> Nested:
    """Count the columns of a tree from the other end."""
    if not isinstance(tree, tuple):
        return tree
    column, threshold, yes, no = tree
    return 2 - column, threshold, _mirrored(yes), _mirrored(no)


def votes_of_trees(rng: np.random.Generator) -> Arguments:
    """Draw the labels that some trees give to some voxels."""
    truth = rng.integers(0, 4, 40)
    wrong = rng.random((15, 40)) < 0.5
    return (np.where(wrong, rng.integers(0, 4, wrong.shape), truth),)


def values_of_trees(rng: np.random.Generator) -> Arguments:
    """Draw the HU that some trees give to some voxels."""
    return (rng.normal(rng.uniform(-1000, 1200, 30), 100, (10, 30)),)


def two_tables(rng: np.random.Generator) -> Arguments:
    """Draw the table of a new patient, and a training table with narrower columns."""
    scale = np.array([3000.0, 400.0, 1.0])
    training = rng.uniform(0.2, 0.8, (30, 3)) * scale
    return rng.uniform(0, 1, (20, 3)) * scale, training


def patients_of_rows(rng: np.random.Generator) -> Arguments:
    """Draw to which of seven patients each row belongs, how many to hold out, and a seed."""
    numbers = rng.choice(np.arange(11, 60), 7, replace=False)
    return np.repeat(numbers, rng.integers(3, 9, 7)), int(rng.integers(2, 4)), _seed(rng)


def rows_and_seed(rng: np.random.Generator) -> Arguments:
    """Draw a number of rows and a seed."""
    return int(rng.integers(15, 40)), _seed(rng)


def columns_and_seed(rng: np.random.Generator) -> Arguments:
    """Draw a number of columns, how many are chosen, and a seed."""
    return int(rng.integers(8, 15)), int(rng.integers(3, 6)), _seed(rng)


def _seed(rng: np.random.Generator) -> int:
    """Draw a seed."""
    return int(rng.integers(1_000_000))
