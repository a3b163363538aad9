"""Known mistakes of topic 03, first part: the joint histogram and air."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import air_segmentation

_histogram = partial(refusing_like, air_segmentation.normalized_joint_histogram)
_air = partial(refusing_like, air_segmentation.air_mask)


def _counts(first, second, bins, first_range, second_range, *, clamp=True):
    """Count pairs of values."""
    pairs = [np.ravel(image).astype(float) for image in (first, second)]
    if clamp:
        pairs = [
            np.clip(v, *ends) for v, ends in zip(pairs, (first_range, second_range), strict=True)
        ]
    return np.histogram2d(*pairs, bins, [first_range, second_range])[0]


def _share(*given, **options):
    """Return counts divided by their sum."""
    counts = _counts(*given, **options)
    return counts / counts.sum()


def _density(first, second, bins, first_range, second_range):
    """Divide by the area of a bin, too."""
    area = np.ptp(first_range) * np.ptp(second_range) / bins**2
    return _share(first, second, bins, first_range, second_range) / area


def _in_each_row(*given):
    """Normalise each row by itself."""
    counts = _counts(*given)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


JOINT_HISTOGRAM = [
    mistake(
        _histogram(_counts),
        "These are counts. Divide by their sum, so that all bins together are 1 and patients of "
        "any size can be compared.",
    ),
    mistake(
        _histogram(lambda *given: _share(*given).T),
        "Rows and columns are swapped. The first image chooses the row, the second the column. A "
        "plot with x along the columns then shows the second echo along x.",
    ),
    mistake(
        _histogram(lambda *given: _counts(*given) / _counts(*given).max()),
        "You divide by the fullest bin. That is good for a picture; a probability is divided by "
        "the sum, so that all bins add up to 1.",
    ),
    mistake(
        _histogram(_density),
        "You return a density, divided by the area of a bin as well (`density=True`). Here each "
        "bin shall hold a share of the voxels: divide by the sum only.",
    ),
    mistake(
        _histogram(_in_each_row),
        "Each of your rows adds up to 1. That is how the second echo is distributed for a given "
        "first one. The joint histogram adds up to 1 over the whole table.",
    ),
    mistake(
        _histogram(lambda *given: _share(*given, clamp=False)),
        "Values beyond a range got lost: `np.histogram2d` leaves them out. Clamp both images to "
        "their ranges first, so that every voxel counts.",
    ),
    mistake(
        _histogram(lambda *given: _counts(*given, clamp=False) / np.size(given[0])),
        "Your bins add up to less than 1: voxels beyond a range are left out, but you divide by "
        "the number of all voxels. Clamp both images to their ranges first.",
    ),
    mistake(
        _share,
        "The two images have as many voxels but not the same shape, so the pairs belong to "
        "different places. Compare `first.shape` and `second.shape`, and raise a ValueError.",
    ),
]


def _below_both(first, second, first_threshold, second_threshold):
    """Mark low signal at both echoes, whatever comes in."""
    return (np.asarray(first) < first_threshold) & (np.asarray(second) < second_threshold)


def _nan_unchecked(first, second, *thresholds):
    """Look at the shapes only."""
    air_segmentation.air_mask(np.zeros(np.shape(first)), np.zeros(np.shape(second)), *thresholds)
    return _below_both(first, second, *thresholds)


def _shape_unchecked(first, second, *thresholds):
    """Look for NaN only."""
    for image in (first, second):
        air_segmentation.air_mask(image, image, *thresholds)
    return _below_both(first, second, *thresholds)


AIR_MASK = [
    mistake(
        _air(lambda a, b, s, t: (a < s) | (b < t)),
        "You mark voxels in which either echo is low. Bone is low at the second echo, so it "
        "became air. Air is low at both: use `&`.",
    ),
    mistake(
        _air(lambda a, b, s, t: b < t),
        "You look at the second echo only. Bone has no signal there either: the first echo is "
        "what tells bone from air.",
    ),
    mistake(
        _air(lambda a, b, s, t: a < s),
        "You look at the first echo only. Low first signal with a high second one is noise or "
        "tissue, not air: both echoes have to be low.",
    ),
    mistake(
        _air(lambda a, b, s, t: ~_below_both(a, b, s, t)),
        "Your mask is inverted: it is True in the head. Air is where the signal is low.",
    ),
    mistake(
        _air(lambda a, b, s, t: _below_both(a, b, t, s)),
        "The thresholds are swapped: the first belongs to the first echo.",
    ),
    mistake(
        _air(lambda a, b, s, t: (a <= s) & (b <= t)),
        "A value that equals the threshold counts as air in yours. Air lies below both "
        "thresholds: use `<`.",
    ),
    mistake(
        _air(lambda a, b, s, t: np.asarray(a, float) + b < s + t),
        "You compare the sum of the echoes. That cuts the corner of the joint histogram by a "
        "slanted line: bone with a moderate first and no second echo falls below it. Compare each "
        "echo with its own threshold.",
    ),
    mistake(
        _air(lambda *given: _below_both(*given).astype(int)),
        "The voxels are right, but a mask has to be bool. `hu[mask]` with 0 and 1 would read "
        "rows 0 and 1. Return the comparison itself.",
    ),
    mistake(
        _below_both,
        "Two things go through that should not: a NaN, which compares as 'not below' and turns "
        "into tissue, and images of different shapes, which numpy stretches to one. Raise a "
        "ValueError for both.",
    ),
    mistake(
        _nan_unchecked,
        "NaN is not below anything, so an unknown voxel became tissue and nobody is told. Look "
        "for it with `np.isnan(...).any()` and raise a ValueError.",
    ),
    mistake(
        _shape_unchecked,
        "The shapes differ, and numpy stretched both images to one shape without a word. Compare "
        "`first.shape` and `second.shape`, and raise a ValueError.",
    ),
]
