"""Known mistakes of topic 05, second part: what two images are compared by."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import similarity

_ssd = partial(refusing_like, similarity.ssd)
_ncc = partial(refusing_like, similarity.ncc)
_mi = partial(refusing_like, similarity.mutual_information)


def _floats(*images):
    """Return images in floats."""
    return tuple(np.asarray(image, float) for image in images)


def _difference(first, second):
    """Return the difference of two images."""
    first, second = _floats(first, second)
    return first - second


def _in_own_type(first, second):
    """Subtract and square in the number type of the images."""
    difference = np.asarray(first) - np.asarray(second)
    return (difference * difference).sum()


def _any_shape(first, second):
    """Let numpy stretch one image to the shape of the other."""
    return float((_difference(first, second) ** 2).sum())


SQUARED_DIFFERENCES = [
    mistake(
        _ssd(lambda first, second: np.abs(_difference(first, second)).sum()),
        "You summed the sizes of the differences. Here they are squared, so that one large "
        "difference counts more than many small ones.",
    ),
    mistake(
        _ssd(lambda first, second: (_difference(first, second) ** 2).mean()),
        "You took the mean. That is often wiser, but the sum of squared differences is a sum.",
    ),
    mistake(
        _ssd(lambda first, second: np.sqrt((_difference(first, second) ** 2).sum())),
        "You took the root at the end. No root is asked for; it would not change where the "
        "minimum lies.",
    ),
    mistake(
        _ssd(lambda first, second: _difference(first, second).sum() ** 2),
        "You summed first and squared then. Differences of opposite sign cancel in that sum. "
        "Square each one, then sum.",
    ),
    mistake(
        _ssd(lambda first, second: _difference(first, second) ** 2),
        "You return one number for each pixel. A cost is one number: sum them.",
    ),
    mistake(
        _ssd(_in_own_type),
        "You subtract in the number type of the images. In uint16, 3 - 5 is 65534, without a "
        "warning, and squares overflow too. Convert both to float first.",
    ),
    mistake(
        _any_shape,
        "Two shapes that differ should be refused. numpy compares a row with every row of an "
        "image, without a warning. Raise a ValueError.",
    ),
]


def _normalized(power=1.0, centred=True, summed=np.sum):
    """Make a correlation, with the slips that there are."""

    def answer(first, second):
        first, second = _floats(first, second)
        if centred:
            first, second = first - first.mean(), second - second.mean()
        norm = np.sqrt((first**2).sum() * (second**2).sum())
        return float(summed(first * second) / norm**power)

    return answer


def _one_scale(first, second):
    """Divide by the squares of the first image only."""
    first, second = (image - image.mean() for image in _floats(first, second))
    return float((first * second).sum() / (first**2).sum())


def _unchecked(first, second):
    """Divide by 0 for a constant image."""
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = (image - image.mean() for image in _floats(first, second))
        norm = np.sqrt((first**2).sum() * (second**2).sum())
        return float((first * second).sum() / norm)


NORMALIZED_CORRELATION = [
    mistake(
        _ncc(_normalized(centred=False)),
        "You did not subtract the means. Two bright images then look alike whatever they show. "
        "Take the mean off each image first.",
    ),
    mistake(
        _ncc(_normalized(power=0.0)),
        "You did not divide by the sizes of the images. The result then grows with gain and with "
        "the number of pixels; it should be 1 for an image and itself.",
    ),
    mistake(
        _ncc(_normalized(power=2.0)),
        "The root is missing below the line: the product of both sums of squares has to be under "
        "a root.",
    ),
    mistake(
        _ncc(_normalized(summed=np.mean)),
        "You took the mean above the line and sums below it, so the result shrinks with the number "
        "of pixels. Sums in both places, or means in both.",
    ),
    mistake(
        _ncc(_one_scale),
        "You divide by the squares of one image only. That is the slope of a line through the "
        "pairs; it still depends on the gain.",
    ),
    mistake(
        _ncc(lambda first, second: -similarity.ncc(first, second)),
        "You changed the sign, to have a cost that should be small. Here the correlation itself "
        "is asked for; whoever minimises can put the minus before it.",
    ),
    mistake(
        _ncc(lambda first, second: similarity.ncc(first, second) ** 2),
        "You squared the correlation. Then -1, an image and its negative, cannot be told from 1.",
    ),
    mistake(
        _unchecked,
        "A constant image has nothing that could be correlated, and 0 / 0 gives NaN, which loses "
        "every comparison in silence. Raise a ValueError.",
    ),
]


def _shares(counts):
    """Divide counts by their sum."""
    counts = np.asarray(counts, float)
    return counts / counts.sum()


def _information(joint, independent, log=np.log):
    """Sum p ln(p / q) where p is not 0."""
    there = joint > 0
    return float((joint[there] * log(joint[there] / independent[there])).sum())


def _independent(joint):
    """Return what the joint histogram would be if the images had nothing to do with each other."""
    return joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)


def _of_counts(counts):
    """Use counts as if they were probabilities."""
    counts = np.asarray(counts, float)
    return _information(counts, _independent(counts))


def _with_log(log):
    """Make mutual information with another logarithm."""
    return lambda counts: _information(_shares(counts), _independent(_shares(counts)), log)


def _joint_entropy(counts):
    """Return the entropy of the joint histogram."""
    joint = _shares(counts)
    return -_information(joint, np.ones_like(joint))


def _empty_bins_too(counts):
    """Take the logarithm of 0."""
    joint = _shares(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float((joint * np.log(joint / _independent(joint))).sum())


def _without_weights(counts):
    """Sum the logarithms without their probabilities."""
    joint = _shares(counts)
    there = joint > 0
    return float(np.log(joint[there] / _independent(joint)[there]).sum())


def _unrefused(counts):
    """Return 0 for a histogram without counts."""
    counts = np.asarray(counts, float)
    total = counts.sum()
    return similarity.mutual_information(counts) if total > 0 and counts.min() >= 0 else 0.0


MUTUAL_INFORMATION = [
    mistake(
        _mi(_of_counts),
        "You took counts for probabilities. Divide the histogram by its sum first, so that it "
        "adds up to 1.",
    ),
    mistake(
        _mi(_with_log(np.log2)),
        "You took the logarithm to the base 2, which counts in bits. Asked is the natural one, "
        "`np.log`, which counts in nats.",
    ),
    mistake(
        _mi(_with_log(np.log10)),
        "You took the logarithm to the base 10. Asked is the natural one, `np.log`.",
    ),
    mistake(
        _mi(_joint_entropy),
        "This is the entropy of both images together: it is small when they are alike. Mutual "
        "information compares with p(i) p(j), what independent images would give.",
    ),
    mistake(
        _mi(_empty_bins_too),
        "Empty bins give 0 * ln 0, which is NaN in numpy and 0 in the formula. Sum only over bins "
        "that hold something.",
    ),
    mistake(
        _mi(_without_weights),
        "You sum the logarithms alone. Each one counts as often as its pair of values occurs: "
        "multiply it by p(i, j).",
    ),
    mistake(
        _mi(lambda counts: -similarity.mutual_information(counts)),
        "The sign is wrong: mutual information is never negative. It is largest for images that "
        "lie on each other, so an optimiser that minimises is given minus it.",
    ),
    mistake(
        _unrefused,
        "A histogram without counts, or with negative ones, comes from a fault elsewhere. An "
        "answer of 0 hides it. Raise a ValueError.",
    ),
]
