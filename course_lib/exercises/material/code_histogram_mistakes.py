"""Known mistakes of topic 08, last part: histograms of codes, and the table of features."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import features, texture_histograms

_histogram = partial(refusing_like, texture_histograms.code_histogram)
_chi = partial(refusing_like, texture_histograms.chi_square)
_table = partial(refusing_like, features.stack_features)


def _in_the_mask(codes, mask):
    """Return the codes of the region."""
    return np.asarray(codes)[mask]


def _shares(codes, count, mask):
    """Return shares without looking at what comes in."""
    inside = _in_the_mask(codes, mask)
    with np.errstate(all="ignore"):
        return np.bincount(inside, minlength=count) / np.int64(inside.size)


def _bins_over_the_range(codes, count, mask):
    """Let numpy choose the bins."""
    inside = _in_the_mask(codes, mask)
    return np.histogram(inside, bins=count)[0] / inside.size


CODE_HISTOGRAM = [
    mistake(
        _histogram(lambda codes, count, mask: np.bincount(codes[mask], minlength=count)),
        "These are counts. A larger region would have a larger histogram; divide by the number of "
        "pixels in the region, so that the shares add up to 1.",
    ),
    mistake(
        _histogram(lambda codes, count, mask: _shares(codes * mask, count, np.ones_like(mask))),
        "`codes * mask` turns every pixel outside into the code 0, and counts it. Take "
        "`codes[mask]`.",
    ),
    mistake(
        _histogram(
            lambda codes, count, mask: np.bincount(codes[mask], minlength=count) / codes.size
        ),
        "You divide by the number of pixels of the image. The shares of the region add up to 1 "
        "only when you divide by the region's own.",
    ),
    mistake(
        _histogram(
            lambda codes, count, mask: (
                _shares(codes, count, mask) / _shares(codes, count, mask).max()
            )
        ),
        "You divide by the largest count. Shares add up to 1: divide by the number of pixels.",
    ),
    mistake(
        _histogram(lambda codes, count, mask: _shares(codes, 1, mask)),
        "Your histogram ends at the largest code that occurs, so two regions get histograms of "
        "different length. `np.bincount(..., minlength=count)`.",
    ),
    mistake(
        _histogram(_bins_over_the_range),
        "`np.histogram(codes, bins=count)` lays its bins from the smallest to the largest code "
        "that occurs, so bin 7 is not code 7. Give the range, or use `np.bincount`.",
    ),
    mistake(
        _histogram(lambda codes, count, mask: _shares(codes, count, np.ones_like(mask))),
        "You count the whole image. Only the region counts: `codes[mask]`.",
    ),
    mistake(
        _shares,
        "An empty region has no shares, and a code that is not below count has no place. Raise a "
        "ValueError for both.",
    ),
]


def _parts(first, second):
    """Return two histograms as shares, where one of them is not empty."""
    a, b = (np.asarray(h, float) / np.sum(h) for h in (first, second))
    return a[a + b > 0], b[a + b > 0]


def _chi_of_counts(first, second):
    """Compare counts."""
    a, b = np.asarray(first, float), np.asarray(second, float)
    a, b = a[a + b > 0], b[a + b > 0]
    return float(np.sum((a - b) ** 2 / (a + b)) / 2)


def _chi_with_empty_bins(first, second):
    """Divide 0 by 0 where both are empty."""
    with np.errstate(all="ignore"):
        a, b = (np.asarray(h, float) / np.sum(h) for h in (first, second))
        return float(np.sum((a - b) ** 2 / (a + b)) / 2)


def _chi_unchecked(first, second):
    """Divide by a sum of 0."""
    with np.errstate(all="ignore"):
        a, b = (np.asarray(h, float) / np.float64(np.sum(h)) for h in (first, second))
        together = np.where(a + b == 0, 1, a + b)
        return float(np.sum((a - b) ** 2 / together) / 2)


def _formula(term):
    """Make a mistake from another sum over the bins."""
    return _chi(lambda first, second: float(term(*_parts(first, second))))


CHI_SQUARE = [
    mistake(
        _chi(_chi_of_counts),
        "You compare counts, so a large region differs from a small one of the same texture. "
        "Divide each histogram by its sum first.",
    ),
    mistake(
        _chi(_chi_with_empty_bins),
        "Where both histograms are 0 you compute 0 / 0, and one NaN makes the whole sum NaN. Such "
        "bins add nothing: leave them out.",
    ),
    mistake(
        _formula(lambda a, b: np.sum((a - b) ** 2 / (a + b))),
        "The half in front of the sum is missing, so histograms that share nothing have the "
        "distance 2. Some authors define it so; ours is 1.",
    ),
    mistake(
        _formula(lambda a, b: np.sum(np.abs(a - b)) / 2),
        "You add absolute differences. Here each difference is squared and divided by a + b.",
    ),
    mistake(
        _formula(lambda a, b: np.sum((a - b) ** 2) / 2),
        "You do not divide by a + b, so frequent codes drown the rare ones.",
    ),
    mistake(
        _formula(lambda a, b: np.sum((a - b) / (a + b)) / 2),
        "You forgot the square: positive and negative differences cancel.",
    ),
    mistake(
        _chi_unchecked,
        "A histogram without a single count has no shares: 0 / 0 gives NaN. Raise a ValueError.",
    ),
]


def _mixed_up(images, mask):
    """Fold a row of all values into as many columns as there are features."""
    return np.stack([image[mask] for image in images]).reshape(-1, len(images))


def _columns(images, mask):
    """Write images side by side without looking at them."""
    smallest = mask.shape
    return np.stack([image[tuple(map(slice, smallest))][mask] for image in images], axis=1)


STACK_FEATURES = [
    mistake(
        _table(_mixed_up),
        "The shape is right, but the values are mixed up: `reshape` folds one long row and knows "
        "nothing of voxels and features. Put the columns side by side: `np.stack(..., axis=1)`.",
    ),
    mistake(
        _table(lambda images, mask: np.stack([image[mask] for image in images])),
        "You have a row for each feature. A table has a row for each voxel and a column for each "
        "feature: `axis=1`.",
    ),
    mistake(
        _table(lambda images, mask: np.stack([(i * mask).ravel() for i in images], axis=1)),
        "You kept the voxels outside the mask as rows of zeros. A model would learn them as "
        "tissue; take `image[mask]`.",
    ),
    mistake(
        _table(lambda images, mask: np.stack([i.T[mask.T] for i in images], axis=1)),
        "Your rows follow the columns of the image. Here they follow `image[mask]`: the last axis "
        "runs fastest.",
    ),
    mistake(
        _table(lambda images, mask: np.concatenate([image[mask] for image in images])),
        "You put the features after each other in one long row. They stand side by side, one "
        "column each.",
    ),
    mistake(
        _table(lambda images, mask: np.stack([image.ravel() for image in images], axis=1)),
        "You wrote a row for every voxel of the image, and did not use the mask.",
    ),
    mistake(
        _columns,
        "Features of different shapes do not belong to the same voxels, and an empty mask gives an "
        "empty table. Both are mix-ups of the caller: raise a ValueError.",
    ),
]
