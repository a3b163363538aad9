"""Known mistakes of topic 06, third part: votes on labels, and how to measure their overlap."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import label_fusion, metrics

_vote = partial(refusing_like, label_fusion.majority_vote)
_weighted = partial(refusing_like, label_fusion.weighted_vote)
_dice = partial(refusing_like, metrics.dice)


def _counts(labels):
    """Return the labels that occur, and the votes for each of them at each voxel."""
    names = np.unique(labels)
    return names, np.stack([(np.asarray(labels) == name).sum(axis=0) for name in names])


def _lowest_wins(labels, undecided):
    """Give a tie to the lowest of the tied labels."""
    names, votes = _counts(labels)
    return names[votes.argmax(axis=0)]


def _highest_wins(labels, undecided):
    """Give a tie to the highest of the tied labels."""
    names, votes = _counts(labels)
    return names[::-1][votes[::-1].argmax(axis=0)]


def _absolute(labels, undecided):
    """Ask for more than half of the votes."""
    names, votes = _counts(labels)
    enough = 2 * votes.max(axis=0) > len(labels)
    return np.where(enough, names[votes.argmax(axis=0)], undecided)


def _losers_tie(labels, undecided):
    """Call it a tie when any two labels have as many votes."""
    names, votes = _counts(labels)
    order = np.sort(votes, axis=0)
    tied = ((np.diff(order, axis=0) == 0) & (order[1:] > 0)).any(axis=0)
    return np.where(tied, undecided, names[votes.argmax(axis=0)])


def _middle(labels, undecided):
    """Take the median."""
    return np.rint(np.median(labels, axis=0)).astype(np.asarray(labels).dtype)


def _mean(labels, undecided):
    """Round the mean."""
    return np.rint(np.mean(labels, axis=0)).astype(np.asarray(labels).dtype)


def _of_rounded(labels, undecided):
    """Take decimals for labels."""
    return label_fusion.majority_vote(np.asarray(labels).astype(int), undecided)


def _most_votes(labels, undecided):
    """Return how many votes the winner has."""
    return _counts(labels)[1].max(axis=0)


FUSE_LABELS = [
    mistake(
        _vote(_mean),
        "You averaged the labels. They are names, not amounts: between bone (4) and white matter "
        "(8) does not lie fluid (6). Count the votes for each label.",
    ),
    mistake(
        _vote(_middle),
        "You took the median. It depends on the order of the labels, and labels have no order. "
        "Count the votes for each label.",
    ),
    mistake(
        _vote(_lowest_wins),
        "A tie goes to the lowest label in yours, because `argmax` takes the first of equals. "
        "Nobody decided that. Here a tie has to become `undecided`.",
    ),
    mistake(
        _vote(_highest_wins),
        "A tie goes to the highest label in yours. Here a tie has to become `undecided`.",
    ),
    mistake(
        _vote(_absolute),
        "You ask for more than half of the votes. The most votes are enough, also when they are "
        "fewer than half; only a tie for the first place is undecided.",
    ),
    mistake(
        _vote(_losers_tie),
        "You call it a tie when two losers have as many votes. It is one only when two labels "
        "share the largest number of votes.",
    ),
    mistake(
        _vote(lambda labels, undecided: np.max(labels, axis=0)),
        "You took the largest label. Asked is the label with the most votes.",
    ),
    mistake(
        _vote(_most_votes),
        "You return how many votes the winner has. Asked is its label.",
    ),
    mistake(
        _of_rounded,
        "These segmentations hold decimals: somebody interpolated labels linearly (topic 04). "
        "Cutting them off invents tissue. Raise a ValueError.",
    ),
]


def _supports(labels, weights):
    """Return the labels that occur, and the weight for each of them at each voxel."""
    names, labels = np.unique(labels), np.asarray(labels)
    return names, np.stack([np.where(labels == name, weights, 0).sum(axis=0) for name in names])


def _heaviest(labels, weights):
    """Take the label of the atlas that weighs most."""
    best = np.argmax(weights, axis=0)[np.newaxis]
    return np.take_along_axis(np.asarray(labels), best, axis=0)[0]


def _rounded_mean(labels, weights):
    """Round the weighted mean of the labels."""
    mean = (np.asarray(weights, float) * labels).sum(axis=0) / np.sum(weights, axis=0)
    return np.rint(mean).astype(np.asarray(labels).dtype)


def _mean_weight(labels, weights):
    """Divide the weight for each label by the number of its votes."""
    names, support = _supports(labels, weights)
    votes = np.stack([(np.asarray(labels) == name).sum(axis=0) for name in names])
    return names[(support / np.maximum(votes, 1)).argmax(axis=0)]


def _weighted_unchecked(labels, weights):
    """Let the lowest label win where nobody votes."""
    names, support = _supports(labels, weights)
    return names[support.argmax(axis=0)]


WEIGHTED_VOTE = [
    mistake(
        _weighted(lambda labels, weights: label_fusion.majority_vote(labels)),
        "Your weights have no effect: each atlas counts one vote. Add up its weight in place of 1.",
    ),
    mistake(
        _weighted(_heaviest),
        "You take the label of the atlas that weighs most. Two lighter ones that agree can "
        "outvote it: add up the weights for each label.",
    ),
    mistake(
        _weighted(_rounded_mean),
        "You averaged the labels. They are names, not amounts. Add up the weights for each label, "
        "and take the label with the largest sum.",
    ),
    mistake(
        _weighted(_mean_weight),
        "You divide by the number of atlases that gave the label. Then ten atlases that agree "
        "count no more than one. Take the sum of their weights.",
    ),
    mistake(
        _weighted(lambda labels, weights: _supports(labels, weights)[1].max(axis=0)),
        "You return the largest sum of weights. Asked is the label that has it.",
    ),
    mistake(
        _weighted_unchecked,
        "Where all weights are 0 nobody votes, and yours returns a label all the same. Raise a "
        "ValueError.",
    ),
]


def _sizes(reference, predicted):
    """Return |A and B|, |A| and |B|."""
    return tuple(
        int(np.count_nonzero(mask)) for mask in (reference & predicted, reference, predicted)
    )


def _overlap(formula):
    """Make a measure from the three sizes; 1 where it would divide by 0."""

    def answer(reference, predicted):
        sizes = _sizes(reference, predicted)
        return formula(*sizes) if any(sizes) else 1.0

    return answer


def _empty_unchecked(reference, predicted):
    """Divide by 0 when both masks are empty."""
    both, first, second = _sizes(reference, predicted)
    with np.errstate(invalid="ignore"):
        return float(np.float64(2 * both) / np.float64(first + second))


def _of_any_shapes(reference, predicted):
    """Let numpy stretch one mask to the other."""
    both, first, second = _sizes(reference, predicted)
    return 2 * both / (first + second) if first + second else 1.0


DICE = [
    mistake(
        _dice(_overlap(lambda both, a, b: both / (a + b - both))),
        "This is Jaccard's overlap, |A and B| / |A or B|. It is lower than Dice's, which divides "
        "twice the common voxels by |A| + |B|.",
    ),
    mistake(
        _dice(_overlap(lambda both, a, b: 2 * both / (a + b - both))),
        "You divide by the voxels of the union, `(A | B).sum()` or `(A + B).sum()`: for masks, + "
        "is the union. Add the two counts, `A.sum() + B.sum()`.",
    ),
    mistake(
        _dice(_overlap(lambda both, a, b: both / (a + b))),
        "You forgot the factor 2: equal masks have to reach 1.",
    ),
    mistake(
        _dice(_overlap(lambda both, a, b: both / a if a else 0.0)),
        "This is the share of the reference that was found (sensitivity). It forgives all that "
        "was marked too much. Divide twice the common voxels by both counts.",
    ),
    mistake(
        _dice(lambda reference, predicted: float((reference == predicted).mean())),
        "This is the share of voxels on which both agree. Most of them are background, so it is "
        "near 1 for anything. Dice counts only the voxels inside.",
    ),
    mistake(
        _dice(_empty_unchecked),
        "Two empty masks are equal, but 0 / 0 gives NaN. Return 1 there.",
    ),
    mistake(
        _dice(lambda a, b: metrics.dice(a, b) if a.any() or b.any() else 0.0),
        "Two empty masks are equal: both say that there is nothing. Return 1, not 0.",
    ),
    mistake(
        _of_any_shapes,
        "numpy stretched a row and a column to a table and compared each with each. Masks of two "
        "shapes do not lie on one grid: raise a ValueError.",
    ),
]
