"""Known mistakes of topic 09, first part: impurity and the best split."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import decision_forests_cases as cases
from course_lib.exercises.material import refusing_like
from course_lib.imaging import impurity

_gini = partial(refusing_like, impurity.gini)
_reduction = partial(refusing_like, impurity.variance_reduction)
_split = partial(refusing_like, cases.best_split)


def _counts(labels):
    """Return how often each label occurs."""
    return np.unique(labels, return_counts=True)[1]


def _entropy(shares):
    """Return the entropy in bits."""
    return float(-np.sum(shares * np.log2(shares)))


def _of_shares(formula):
    """Make a mistake from another formula of the shares."""
    return _gini(lambda labels: float(formula(_counts(labels) / len(labels))))


GINI = [
    mistake(
        _of_shares(lambda p: 1 - p.max()),
        "That is the share of the samples outside of the largest class. Gini squares the share of "
        "every class: 1 - sum of p^2.",
    ),
    mistake(
        _of_shares(_entropy),
        "That is the entropy, another measure of how mixed a group is. Gini needs no logarithm: "
        "1 - sum of p^2.",
    ),
    mistake(
        _of_shares(lambda p: p @ p),
        "You return the sum of p^2, which is 1 for a pure group. Impurity is what is missing to "
        "1: 1 - sum of p^2.",
    ),
    mistake(
        _gini(lambda labels: float(1 - np.sum(_counts(labels) ** 2.0))),
        "You square the counts. Square the shares: counts divided by the number of samples.",
    ),
    mistake(
        _of_shares(lambda p: 1 - p.sum()),
        "The shares add up to 1, so this is always 0. The square is missing.",
    ),
    mistake(
        _gini(lambda labels: float(np.var(np.asarray(labels, float)))),
        "You computed with the labels as if they were amounts. A label is a name: 4 and 5 are two "
        "kinds of bone, 0 and 8 are air and white matter. Count how often each occurs.",
    ),
    mistake(
        lambda labels: float(1 - np.sum((_counts(labels) / max(len(labels), 1)) ** 2)),
        "A group without samples has no shares, so it is neither pure nor mixed. Raise a "
        "ValueError.",
    ),
]


def _sides(values, yes):
    """Return the share of yes and both variances, NaN for an empty side."""
    parts = [np.asarray(values, float)[side] for side in (yes, ~yes)]
    first, second = (part.var() if part.size else np.nan for part in parts)
    return np.mean(yes), first, second


def _of_sides(formula):
    """Make a mistake from another way to put the two sides together."""
    return _reduction(lambda values, yes: float(formula(np.var(values), *_sides(values, yes))))


def _reduction_with(spread):
    """Make a mistake from another measure of spread."""

    def reduction(values, yes):
        share, parts = np.mean(yes), (values[yes], values[~yes])
        after = share * spread(parts[0]) + (1 - share) * spread(parts[1])
        return float(spread(values) - after)

    return _reduction(reduction)


def _sample_variance(values):
    """Divide by n - 1; one value alone has no spread."""
    return np.var(values, ddof=1) if len(values) > 1 else 0.0


def _reduction_unchecked(values, yes):
    """Go on where one side is empty."""
    share, first, second = _sides(values, yes)
    return float(np.var(values) - share * first - (1 - share) * second)


VARIANCE_REDUCTION = [
    mistake(
        _of_sides(lambda before, share, yes, no: before - (yes + no) / 2),
        "Both sides count alike in your sum, whether they hold 1 sample or 1000. Weigh each "
        "variance by its share of the samples.",
    ),
    mistake(
        _of_sides(lambda before, share, yes, no: before - share * no - (1 - share) * yes),
        "The weights are swapped: the variance of the yes side belongs to the share of yes.",
    ),
    mistake(
        _of_sides(lambda before, share, yes, no: share * yes + (1 - share) * no),
        "That is the variance that is left. Asked is how much the question takes away: subtract "
        "it from the variance before.",
    ),
    mistake(
        _of_sides(lambda before, share, yes, no: before - yes - no),
        "You subtract the variances of both sides in full. Weigh each by its share of the "
        "samples, or a good question gets a negative number.",
    ),
    mistake(
        _reduction_with(_sample_variance),
        "You divide by n - 1 (ddof=1). Here the variance is the mean squared distance: divide by "
        "n, as `np.var` does by itself.",
    ),
    mistake(
        _reduction_with(np.std),
        "You used the standard deviation. The variance is its square; only variances add up over "
        "groups.",
    ),
    mistake(
        _reduction_unchecked,
        "When everybody goes to one side, the other is empty and its variance is NaN. Leaves "
        "cannot be empty [slide 57]: raise a ValueError.",
    ),
]


def _try_all(feature, values, thresholds, best=max):
    """Return the best of some thresholds that leave no side empty, and its reduction."""
    feature = np.asarray(feature)
    tried = [t for t in thresholds if 0 < np.count_nonzero(feature < t) < feature.size]
    gains = [impurity.variance_reduction(values, feature < t) for t in tried]
    return float(tried[gains.index(best(gains))]), best(gains)


def _halfway(row):
    """Return what lies halfway between neighbours of a row."""
    row = np.asarray(row, float)
    return (row[1:] + row[:-1]) / 2


def _split_unweighted(feature, values):
    """Look for the smallest sum of both variances."""
    thresholds = _halfway(np.unique(feature))
    sums = [np.var(values[feature < t]) + np.var(values[feature >= t]) for t in thresholds]
    threshold = thresholds[int(np.argmin(sums))]
    return float(threshold), impurity.variance_reduction(values, feature < threshold)


def _split_place(feature, values):
    """Return the place of the threshold among all, in place of the threshold."""
    thresholds = _halfway(np.unique(feature))
    threshold, gain = _try_all(feature, values, thresholds)
    return int(np.searchsorted(thresholds, threshold)), gain


def _split_fallback(feature, values):
    """Return something for a constant feature."""
    if np.ptp(feature) == 0:
        return float(feature[0]), 0.0
    return cases.best_split(feature, values)


BEST_SPLIT = [
    mistake(
        _split(lambda x, y: _try_all(x, y, np.unique(x))),
        "You tried the values themselves as thresholds. The question is as good, but it lies at "
        "the very edge of what was seen; take the middle between two neighbouring values.",
    ),
    mistake(
        _split(lambda x, y: _try_all(x, y, _halfway(x)) if np.ptp(_halfway(x)) else (0.0, 0.0)),
        "You took the middles of neighbours in the table. Neighbours in value are needed: sort the "
        "feature first, as `np.unique` does.",
    ),
    mistake(
        _split(lambda x, y: _try_all(x, y, _halfway(np.unique(x)), min)),
        "You kept the worst question, the one that lowers the variance least. Keep the largest "
        "reduction.",
    ),
    mistake(
        _split(_split_unweighted),
        "You looked for the smallest sum of both variances. Weigh them by the number of samples, "
        "or a single sample split off always looks good: its variance is 0.",
    ),
    mistake(
        _split(_split_place),
        "You return which of the thresholds is best, its place in your list, in place of the "
        "threshold itself.",
    ),
    mistake(
        _split(lambda x, y: _try_all(x, y, [(np.min(x) + np.max(x)) / 2])),
        "You tried only the middle between the smallest and the largest value. Try the middle of "
        "every pair of neighbouring values.",
    ),
    mistake(
        _split(lambda x, y: _try_all(x, y, _halfway(np.unique(x)))[::-1]),
        "Threshold and reduction are in the wrong order: first the threshold.",
    ),
    mistake(
        _split_fallback,
        "Where the feature is constant, no threshold leaves samples on both sides. There is no "
        "question to ask: raise a ValueError.",
    ),
]
