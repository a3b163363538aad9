"""Known mistakes of topic 07, second part: volumes of lesions, overlaps, and what they mean."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import components, lesion_fates

_volumes = partial(refusing_like, components.volumes_ml)
_table = partial(refusing_like, lesion_fates.overlap_table)
_links = partial(refusing_like, lesion_fates.linked)
_compare = partial(refusing_like, lesion_fates.compare_volumes)


def _counted(labels, factor, numbers=None):
    """Return the voxels of each number times a factor."""
    numbers = np.unique(labels)[np.unique(labels) > 0] if numbers is None else numbers
    return {int(number): float((labels == number).sum() * factor) for number in numbers}


LESION_VOLUMES = [
    mistake(
        _volumes(lambda labels, spacing: _counted(labels, 1)),
        "You counted voxels. A voxel here and one of another scanner are not the same: multiply "
        "by the volume of a voxel, the product of the three spacings.",
    ),
    mistake(
        _volumes(lambda labels, spacing: _counted(labels, np.prod(spacing))),
        "This is the volume in cubic millimetres. A millilitre has 1000 of them.",
    ),
    mistake(
        _volumes(
            lambda labels, spacing: _counted(labels, np.prod(spacing) / 1000, np.unique(labels))
        ),
        "0 is the background and no lesion. Your result holds the volume of everything else.",
    ),
    mistake(
        _volumes(
            lambda labels, spacing: _counted(
                labels, np.prod(spacing) / 1000, range(1, int(np.max(labels)) + 1)
            )
        ),
        "You list every number up to the largest. Not all of them occur: a lesion that vanished "
        "has taken its number along. `np.unique(labels)` lists those that do.",
    ),
    mistake(
        _volumes(lambda labels, spacing: _counted(labels, spacing[-1] ** 3 / 1000)),
        "You took the spacing within the slice for all three axes. Slices may lie farther apart: "
        "multiply the three numbers.",
    ),
    mistake(
        _volumes(lambda labels, spacing: _counted(labels, np.prod(spacing[1:]) / 1000)),
        "You multiplied two of the three spacings: that is an area. The distance of the slices is "
        "missing.",
    ),
    mistake(
        lambda labels, spacing: _counted(np.asarray(labels), np.prod(spacing) / 1000),
        "A spacing of 0 or below comes from a damaged header, and every lesion would vanish. "
        "Raise a ValueError.",
    ),
]


def _pairs_counted(before, after):
    """Count pairs where both have one shape."""
    table = np.zeros((int(np.max(before)) + 1, int(np.max(after)) + 1), int)
    np.add.at(table, (np.asarray(before, int), np.asarray(after, int)), 1)
    return table


def _numbers_that_occur(before, after):
    """Make rows and columns only for numbers that occur."""
    rows, columns = (np.unique(labels, return_inverse=True)[1] for labels in (before, after))
    return _pairs_counted(rows.reshape(np.shape(before)), columns.reshape(np.shape(after)))


def _in_eight_bits(before, after):
    """Give pairs a number in the type of the labels, where it wraps around."""
    before, after = np.asarray(before), np.asarray(after)
    shape = int(before.max()) + 1, int(after.max()) + 1
    small = before.dtype.type
    # As numpy does it in whole numbers of 8 bits, on every version and without a warning.
    pairs = (before.astype(np.int64) * shape[1] + after).astype(small)
    return np.bincount(pairs.astype(np.int64).ravel(), minlength=np.prod(shape))[
        : np.prod(shape)
    ].reshape(shape)


OVERLAP_TABLE = [
    mistake(
        _table(lambda before, after: _pairs_counted(before, after).T),
        "Rows and columns are swapped: row i stands for lesion i before, column j for lesion j "
        "after.",
    ),
    mistake(
        _table(lambda before, after: _pairs_counted(before, after)[1:, 1:]),
        "You left out the background. Row 0 and column 0 belong into the table: only with them do "
        "the rows add up to the sizes of the lesions.",
    ),
    mistake(
        _table(lambda before, after: (_pairs_counted(before, after) > 0).astype(int)),
        "You noted whether two lesions meet, not in how many voxels. One voxel of overlap is "
        "noise; a thousand are a match.",
    ),
    mistake(
        _table(_numbers_that_occur),
        "You made a row for each number that occurs. When number 2 is missing, row 2 of your "
        "table belongs to another lesion. Make rows for 0 up to the largest number.",
    ),
    mistake(
        _table(_in_eight_bits),
        "The labels are uint8, and `before * columns + after` does not fit into 8 bits: it "
        "wrapped around, and overlaps were counted for the wrong pairs. Convert to int first.",
    ),
    mistake(
        _table(
            lambda before, after: np.where(
                np.add.outer(np.arange(np.max(before) + 1) > 0, np.arange(np.max(after) + 1) > 0),
                _pairs_counted(before, after),
                0,
            )
        ),
        "Your table lacks the voxels that are background at both visits, in row 0, column 0. All "
        "voxels have to be in it: its sum is the size of the image.",
    ),
    mistake(
        lambda before, after: _pairs_counted(*np.broadcast_arrays(before, after)),
        "The two images have different shapes, and numpy stretched one of them to fit. They do "
        "not lie on one grid, so their voxels cannot be compared: raise a ValueError.",
    ),
]


def _sizes(table):
    """Return overlaps as a column against rows, and the sizes of the lesions."""
    table = np.asarray(table)
    return table[1:, 1:], table.sum(axis=1)[1:, None], table.sum(axis=0)[None, 1:]


def _link(overlaps, sizes, share):
    """Compare overlaps with a share of some size."""
    return (overlaps > 0) & (overlaps >= share * sizes)


def _of_the_larger(table, share):
    overlaps, before, after = _sizes(table)
    return _link(overlaps, np.maximum(before, after), share)


def _of_the_first(table, share):
    overlaps, before, _ = _sizes(table)
    return _link(overlaps, before, share)


def _of_the_mean(table, share):
    overlaps, before, after = _sizes(table)
    return _link(overlaps, (before + after) / 2, share)


def _above_only(table, share):
    overlaps, before, after = _sizes(table)
    return (overlaps > 0) & (overlaps > share * np.minimum(before, after))


def _nothing_counts(table, share):
    overlaps, before, after = _sizes(table)
    return overlaps >= share * np.minimum(before, after)


def _without_background(table, share):
    overlaps = np.asarray(table)[1:, 1:]
    before, after = overlaps.sum(axis=1)[:, None], overlaps.sum(axis=0)[None]
    return _link(overlaps, np.minimum(before, after), share)


def _with_background(table, share):
    table = np.asarray(table)
    before, after = table.sum(axis=1)[:, None], table.sum(axis=0)[None]
    return _link(table, np.minimum(before, after), share)


def _share_unchecked(table, share):
    overlaps, before, after = _sizes(table)
    return _link(overlaps, np.minimum(before, after), share)


LINKED_LESIONS = [
    mistake(
        _links(_of_the_larger),
        "You compare with the larger of the two lesions. Then a small part that broke off a large "
        "lesion never belongs to it, however well it lies inside. Take the smaller one.",
    ),
    mistake(
        _links(_of_the_first),
        "You compare with the lesion before only. Read backward in time the answer would be "
        "another one. Take the smaller of both lesions.",
    ),
    mistake(
        _links(_of_the_mean),
        "This is the Dice overlap, which compares with the mean size of both. A lesion that grew "
        "to the tenfold would have a low one with itself. Take the smaller size.",
    ),
    mistake(
        _links(lambda table, share: np.asarray(table)[1:, 1:] > 0),
        "One common voxel is enough for you. Registration and segmentation err by a voxel, so "
        "neighbours would be joined. Ask for the share.",
    ),
    mistake(
        _links(_above_only),
        "An overlap of exactly the share counts as well: `>=`, not `>`.",
    ),
    mistake(
        _links(_nothing_counts),
        "With a share of 0 you link lesions that do not meet at all, because 0 >= 0. At least one "
        "common voxel is needed.",
    ),
    mistake(
        _links(_without_background),
        "You added up the overlaps with lesions only. The size of a lesion also has the voxels "
        "that meet the background: sum the whole row, or column, of the table.",
    ),
    mistake(
        _links(_with_background),
        "Row 0 and column 0 are the background. It is no lesion: leave them out of the result, "
        "but not out of the sizes.",
    ),
    mistake(
        _share_unchecked,
        "A share above 1 can never be reached, and one below 0 always is. Somebody wrote percent: "
        "raise a ValueError.",
    ),
]


def _fate(before, after, grown, shrunk):
    """Name the fate by two conditions."""
    return "grown" if grown else "shrunk" if shrunk else "stable"


COMPARE_VOLUMES = [
    mistake(
        _compare(lambda b, a, t: _fate(b, a, a > (1 + t) * b, a < (1 - t) * b)),
        "You ask for less than (1 - tolerance) times the volume before. Then 4 to 5 is a change "
        "of 25 % and 5 to 4 one of 20 %: backward in time the lesion has another fate. Compare "
        "the larger with (1 + tolerance) times the smaller, in both directions.",
    ),
    mistake(
        _compare(lambda b, a, t: _fate(b, a, a - b > t, b - a > t)),
        "You compare the difference in ml with the tolerance. The tolerance is a share: 0.25 is "
        "a quarter of the smaller volume, not a quarter of a millilitre.",
    ),
    mistake(
        _compare(lambda b, a, t: _fate(b, a, a >= (1 + t) * b, b >= (1 + t) * a)),
        "At exactly the tolerance the lesion is still stable: `>`, not `>=`.",
    ),
    mistake(
        _compare(lambda b, a, t: _fate(b, a, b > (1 + t) * a, a > (1 + t) * b)),
        "Grown and shrunk are swapped: a lesion has grown when the volume after is the larger.",
    ),
    mistake(
        _compare(lambda b, a, t: _fate(b, a, a > b, b > a)),
        "You forgot the tolerance. No two segmentations of one lesion have the same volume, so "
        "for you nothing is ever stable.",
    ),
    mistake(
        lambda b, a, t: _fate(b, a, a > (1 + t) * b, b > (1 + t) * a),
        "A lesion without volume is not there: it is new or has vanished, not grown or shrunk. "
        "Raise a ValueError.",
    ),
]
