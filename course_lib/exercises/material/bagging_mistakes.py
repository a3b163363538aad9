"""Known mistakes of topic 09, third part: random rows and columns, votes and means."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import bagging

_rows = partial(refusing_like, bagging.bootstrap_rows)
_columns = partial(refusing_like, bagging.random_columns)
_majority = partial(refusing_like, bagging.majority)
_mean = partial(refusing_like, bagging.mean_of_trees)


def own_generator(function, seed=None):
    """Make a mistake that ignores the generator it is given.

    Parameters
    ----------
    function : callable
        Its last argument is a generator.
    seed : int, optional
        Of the generator that is used in its place; another one for each call by default.

    Examples
    --------
    >>> own_generator(lambda rng: int(rng.integers(9)), 1)(np.random.default_rng(7))
    4
    """

    def drawn(*arguments):
        *given, _ = arguments
        return function(*given, np.random.default_rng(seed))

    return drawn


BOOTSTRAP_ROWS = [
    mistake(
        lambda count, rng: bagging.random_columns(count, count, rng),
        "Every row comes exactly once: you shuffled the table, and each tree would see the same "
        "rows. Draw with replacement, each time from all rows.",
    ),
    mistake(
        lambda count, rng: bagging.bootstrap_rows(count, rng) + 1,
        "You count from 1, but the first row is number 0, and there is no row `count`.",
    ),
    mistake(
        lambda count, rng: (
            rng.integers(0, count - 1, count) if count > 1 else bagging.bootstrap_rows(count, rng)
        ),
        "The last row never comes. The end of `rng.integers(0, end)` is left out, so it has to be "
        "`count`, not `count - 1`.",
    ),
    mistake(
        lambda count, rng: np.unique(bagging.bootstrap_rows(count, rng)),
        "You dropped the rows that came twice. They count twice in the tree; as many rows are "
        "needed as there were.",
    ),
    mistake(
        _rows(lambda count, rng: rng.uniform(0, count, count)),
        "You drew decimal numbers. Row numbers are whole: `rng.integers`.",
    ),
    mistake(
        own_generator(bagging.bootstrap_rows),
        "Called twice with equally seeded generators, your function drew two different samples. "
        "The numbers come from elsewhere, such as `np.random`; draw them from rng.",
    ),
    mistake(
        own_generator(bagging.bootstrap_rows, 0),
        "You draw the same rows whatever the seed, so all trees of the forest would be equal. Do "
        "not make a generator of your own inside; draw from rng.",
    ),
    mistake(
        lambda count, rng: rng.integers(max(count, 1), size=count),
        "From a table without rows nothing can be drawn. Raise a ValueError.",
    ),
]

RANDOM_COLUMNS = [
    mistake(
        _columns(lambda count, chosen, rng: rng.integers(count, size=chosen)),
        "A column comes twice. Rows are drawn with replacement, columns without: a tree that has "
        "one column twice has lost another.",
    ),
    mistake(
        _columns(lambda count, chosen, rng: np.arange(chosen)),
        "You return the same columns for every seed. Each tree needs its own, drawn from rng.",
    ),
    mistake(
        _columns(
            lambda count, chosen, rng: int(rng.integers(count - chosen + 1)) + np.arange(chosen)
        ),
        "You draw a start and take the columns that follow. Neighbouring columns often say the "
        "same; draw each column for itself.",
    ),
    mistake(
        _columns(lambda count, chosen, rng: bagging.random_columns(count, chosen, rng) + 1),
        "You count from 1, but the first column is number 0, and there is no column `count`.",
    ),
    mistake(
        own_generator(bagging.random_columns),
        "Called twice with equally seeded generators, your function drew different columns. Draw "
        "from rng, not from `np.random`.",
    ),
    mistake(
        _columns(lambda count, chosen, rng: bagging.random_columns(count, count, rng)),
        "You shuffled the columns, but kept all of them. Keep only `chosen`.",
    ),
    mistake(
        lambda count, chosen, rng: bagging.random_columns(count, min(count, chosen), rng),
        "More columns were asked for than there are, and you return fewer without a word. Raise a "
        "ValueError.",
    ),
]


def _voted(votes, axis=0, last=False):
    """Return the most frequent label along an axis."""
    labels = np.unique(votes)[::-1] if last else np.unique(votes)
    counts = np.array([np.count_nonzero(votes == label, axis=axis) for label in labels])
    return labels[counts.argmax(axis=0)]


def _more_than_half(votes):
    """Return -1 where no label has more than half of the votes."""
    winner = _voted(votes)
    return np.where(2 * np.count_nonzero(votes == winner, axis=0) > len(votes), winner, -1)


MAJORITY_OF_TREES = [
    mistake(
        _majority(lambda votes: np.rint(np.mean(votes, axis=0)).astype(int)),
        "You took the mean of the labels. Labels are names: the mean of air (1) and bone (5) is "
        "not fat (3). Count the votes for each.",
    ),
    mistake(
        _majority(lambda votes: np.median(votes, axis=0).astype(int)),
        "You took the median of the labels. Labels have no order; count the votes for each.",
    ),
    mistake(
        _majority(lambda votes: _voted(votes, axis=1)),
        "You counted along the wrong axis: one result for each tree. Asked is one for each sample, "
        "over all trees: axis 0.",
    ),
    mistake(
        _majority(lambda votes: _voted(votes, last=True)),
        "Where two labels have equally many votes, you take the higher one. The rule is: the "
        "lowest.",
    ),
    mistake(
        _majority(lambda votes: _voted(votes.ravel())),
        "You counted the votes of all samples together. Each sample has its own vote.",
    ),
    mistake(
        _majority(_more_than_half),
        "Most votes are enough, more than half are not needed: a forest always answers.",
    ),
    mistake(
        lambda votes: bagging.majority(votes) if len(votes) else np.zeros(votes.shape[1], int),
        "Without trees there is no vote, but you return labels. Raise a ValueError.",
    ),
]

MEAN_OF_TREES = [
    mistake(
        _mean(lambda values: np.median(values, axis=0)),
        "You took the median. It is a possible rule, but the lecture aggregates by the mean.",
    ),
    mistake(
        _mean(lambda values: np.mean(values, axis=-1)),
        "You averaged over the samples: one result for each tree. Asked is one for each sample, "
        "over all trees: axis 0.",
    ),
    mistake(
        _mean(lambda values: float(np.mean(values))),
        "You averaged over trees and samples, so the whole image becomes one number. Give the "
        "axis of the trees, 0.",
    ),
    mistake(
        _mean(lambda values: np.sum(values, axis=0)),
        "You added up. Divide by the number of trees.",
    ),
    mistake(
        _mean(lambda values: (np.min(values, axis=0) + np.max(values, axis=0)) / 2),
        "You took the middle of the smallest and the largest tree. All trees count alike.",
    ),
    mistake(
        lambda values: np.sum(values, axis=0) / (len(values) or np.nan),
        "NaN has got in, or there is no tree at all. The mean would be NaN, and so would be the "
        "attenuation map: raise a ValueError.",
    ),
]
