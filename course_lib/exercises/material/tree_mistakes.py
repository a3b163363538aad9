"""Known mistakes of topic 09, second part: walking through a tree and growing one."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import decision_forests_cases as cases
from course_lib.exercises.material import refusing_like
from course_lib.imaging import trees

_walk = partial(refusing_like, trees.walk)
_grow = partial(refusing_like, cases.grow_tree)


def _walked(goes_left):
    """Walk through a tree by another rule."""

    def walk(tree, sample):
        while isinstance(tree, tuple):
            column, threshold, yes, no = tree
            tree = yes if goes_left(sample[column], threshold) else no
        return tree

    return _walk(walk)


def _one_question(tree, sample):
    """Stop after the first question."""
    if not isinstance(tree, tuple):
        return tree
    return tree[2] if sample[tree[0]] < tree[1] else tree[3]


def _next_column(tree, sample):
    """Ask for column 0 first, then for column 1, and so on."""
    level = 0
    while isinstance(tree, tuple):
        tree = tree[2] if sample[level % len(sample)] < tree[1] else tree[3]
        level += 1
    return tree


def _mean_of_leaves(tree, sample):
    """Go both ways, and take the mean."""
    if not isinstance(tree, tuple):
        return tree
    return (_mean_of_leaves(tree[2], sample) + _mean_of_leaves(tree[3], sample)) / 2


def _walk_unchecked(tree, sample):
    """Ask for a column that is not there."""
    while isinstance(tree, tuple):
        tree = tree[2] if sample[tree[0]] < tree[1] else tree[3]
    return tree


WALK_TREE = [
    mistake(
        _walked(lambda value, threshold: value >= threshold),
        "You went to the right for yes. The rule of the lecture: yes goes left, which is the third "
        "item of the tuple.",
    ),
    mistake(
        _walked(lambda value, threshold: value <= threshold),
        "A value equal to the threshold is not below it: the question is x < threshold, so it "
        "goes to no.",
    ),
    mistake(
        _walk(_one_question),
        "You asked one question only. As long as you arrive at a tuple, it is a question again; "
        "a number is a leaf.",
    ),
    mistake(
        _walk(_next_column),
        "You ask for the columns one after the other. Which column is asked for stands in the "
        "tree: the first item of the tuple.",
    ),
    mistake(
        _walk(_mean_of_leaves),
        "You went both ways and took the mean. A sample goes one way only, and ends in one leaf.",
    ),
    mistake(
        _walk_unchecked,
        "The tree asks for a column that the sample does not have. The table is not the one the "
        "tree was made for: raise a ValueError that says so.",
    ),
]


def _mean(values):
    """Return the mean as a number."""
    return float(np.mean(values))


def _grown(table, values, depth, *, leaf=_mean, columns=None, pure=True, turn=False, keep=False):
    """Grow a tree, with one thing done differently."""
    columns = range(table.shape[1]) if columns is None else columns
    found = [(c, *cases.best_split(table[:, c], values)) for c in columns if np.ptp(table[:, c])]
    if depth == 0 or not found or (pure and np.ptp(values) == 0):
        return leaf(values)
    column, threshold, _ = max(found, key=lambda split: split[2])
    yes = table[:, column] < threshold
    sides = [yes, ~yes]
    if keep:
        sides = [np.ones_like(yes)] * 2
    options = {"leaf": leaf, "columns": columns, "pure": pure, "turn": turn, "keep": keep}
    branches = [_grown(table[side], values[side], depth - 1, **options) for side in sides]
    return (column, threshold, *(branches[::-1] if turn else branches))


def _grow_unchecked(table, values, depth):
    """Use the rows that both have."""
    rows = min(len(table), len(values))
    return _grown(table[:rows], values[:rows], depth)


GROW_TREE = [
    mistake(
        _grow(lambda table, values, depth: _grown(table, values, depth, turn=True)),
        "The branches are swapped: yes goes left, so the tree of those below the threshold is the "
        "third item, the other one the fourth.",
    ),
    mistake(
        _grow(
            lambda table, values, depth: _grown(
                table, values, depth, leaf=lambda part: float(np.median(part))
            )
        ),
        "Your leaves hold the median. Variance is lowest around the mean, so a leaf holds the mean "
        "of its values.",
    ),
    mistake(
        _grow(lambda table, values, depth: _grown(table, values, depth, columns=[0])),
        "You asked about the first column only. Find the best threshold of every column, and take "
        "the column with the largest reduction.",
    ),
    mistake(
        _grow(lambda table, values, depth: _grown(table, values, depth + 1)),
        "Your tree has one level too many: with depth 1 there is one question and two leaves, with "
        "depth 0 only a leaf.",
    ),
    mistake(
        _grow(lambda table, values, depth: _grown(table, values, depth, keep=True)),
        "Both branches ask the question of the root again: you grew them from all rows. Give each "
        "branch only the rows, and the values, that went there.",
    ),
    mistake(
        _grow(lambda table, values, depth: _grown(table, values, depth, pure=False)),
        "You go on asking where all values are the same already. Nothing is left to lower: make a "
        "leaf.",
    ),
    mistake(
        _grow_unchecked,
        "Table and values have different lengths, so some rows have no value, and nobody knows "
        "which. Raise a ValueError.",
    ),
]
