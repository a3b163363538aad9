"""Known mistakes of topic 07, last part: numbers that are kept, and the way back to the scan."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import lesion_fates, tracking
from course_lib.imaging.transforms import invert
from course_lib.imaging.warping import warp

_keep = partial(refusing_like, tracking.keep_numbers)
_back = partial(refusing_like, tracking.carry_back)


def _numbers(labels):
    """Return the numbers that occur, without the background."""
    return [int(number) for number in np.unique(labels) if number]


def _renamed(after, names):
    """Give lesions other names, all at once."""
    return np.array([names.get(number, 0) for number in range(int(np.max(after)) + 1)])[after]


def _partners(before, after, share):
    """Return for each lesion after those before that it is linked with, by falling overlap."""
    table = lesion_fates.overlap_table(before, after)
    overlaps = np.where(lesion_fates.linked(table, share), table[1:, 1:], 0)
    found = {}
    for number in _numbers(after):
        order = np.argsort(-overlaps[:, number - 1], kind="stable")
        found[number] = [int(i) + 1 for i in order if overlaps[i, number - 1]]
    return found


def _shared(before, after, next_number, share):
    """Give all parts of a split lesion its number."""
    names = {}
    for number, partners in _partners(before, after, share).items():
        names[number] = partners[0] if partners else next_number
        next_number += not partners
    return _renamed(after, names)


def _lowest_first(before, after, next_number, share):
    """Give the number to the first part, not to the one of the largest overlap."""
    names, taken = {}, set()
    for number, partners in _partners(before, after, share).items():
        free = [partner for partner in sorted(partners) if partner not in taken]
        names[number] = free[0] if free else next_number
        next_number += not free
        taken.add(names[number])
    return _renamed(after, names)


def _new_lost(before, after, next_number, share):
    """Leave new lesions without a number."""
    kept = tracking.keep_numbers(before, after, next_number, share)
    return np.where(kept < next_number, kept, 0)


def _new_by_largest(before, after, next_number, share):
    """Give new lesions numbers from the largest one before."""
    return tracking.keep_numbers(before, after, None, share)


def _new_by_themselves(before, after, next_number, share):
    """Let new lesions keep the number that their own visit gave them."""
    kept = tracking.keep_numbers(before, after, next_number, share)
    return np.where(kept < next_number, kept, after)


def _one_by_one(before, after, next_number, share):
    """Replace numbers one after the other in one array, so that a new name is replaced again."""
    kept = tracking.keep_numbers(before, after, next_number, share)
    result = np.array(after, int)
    for number in _numbers(after):
        result[result == number] = kept[np.asarray(after) == number][0]
    return result


def _unchecked_number(before, after, next_number, share):
    """Do not ask whether the next number is free."""
    free = max(int(next_number), int(np.max(before)) + 1)
    kept = tracking.keep_numbers(before, after, free, share)
    return np.where(kept < free, kept, kept - free + next_number)


KEEP_NUMBERS = [
    mistake(
        _keep(lambda before, after, next_number, share: np.asarray(after)),
        "You returned the numbers of the later visit as they were.",
    ),
    mistake(
        _keep(_shared),
        "Two lesions have the same number in your result: every part of a split lesion got it. "
        "Only the part that overlaps most keeps the number; the others get new ones.",
    ),
    mistake(
        _keep(_lowest_first),
        "You gave numbers in the order of the lesions. The largest overlap comes first: else a "
        "crumb of a split lesion may take the number, and the main part gets a new one.",
    ),
    mistake(
        _keep(_new_lost),
        "New lesions are gone from your result: they became background. Give them numbers from "
        "next_number on.",
    ),
    mistake(
        _keep(_new_by_largest),
        "You number new lesions from the largest number at the visit before. Over many visits "
        "that number may have belonged to a lesion that vanished. Start at next_number.",
    ),
    mistake(
        _keep(_new_by_themselves),
        "New lesions kept the number that their own visit gave them. It can be the number of "
        "another lesion, and then one colour stands for two. Start at next_number.",
    ),
    mistake(
        _keep(_one_by_one),
        "You replaced numbers one after the other in the same array. When 1 becomes 2 and then 2 "
        "becomes 3, the first lesion ends as 3. Make a list of new names and use it once: "
        "`names[after]`.",
    ),
    mistake(
        _unchecked_number,
        "next_number is in use before: a new lesion would get the number of an old one. Raise a "
        "ValueError.",
    ),
]


def _forward(labels, matrix, spacing):
    """Move on instead of back."""
    return warp(labels, matrix, spacing, "nearest")


def _linear(labels, matrix, spacing):
    """Interpolate between numbers."""
    return warp(np.asarray(labels, float), invert(matrix), spacing, "linear")


def _linear_rounded(labels, matrix, spacing):
    """Interpolate between numbers and round to whole ones."""
    return np.rint(_linear(labels, matrix, spacing)).astype(np.asarray(labels).dtype)


def _only_moved_back(labels, matrix, spacing):
    """Change the sign of the translation and leave the rotation."""
    back = np.array(matrix, float)
    back[:-1, -1] *= -1
    return warp(labels, back, spacing, "nearest")


def _parts_inverted(labels, matrix, spacing):
    """Invert rotation and translation each by itself."""
    back = np.array(matrix, float)
    back[:-1, :-1] = np.linalg.inv(back[:-1, :-1])
    back[:-1, -1] *= -1
    return warp(labels, back, spacing, "nearest")


def _in_voxels(labels, matrix, spacing):
    """Take mm for voxels."""
    return warp(labels, invert(matrix), 1.0, "nearest")


def _of_decimals(labels, matrix, spacing):
    """Warp anything."""
    return warp(np.asarray(labels), invert(matrix), spacing, "nearest")


CARRY_BACK = [
    mistake(
        _back(_forward),
        "You moved the labels by the transform that registration found. That one leads from the "
        "scan to the common grid, and they are already there: use its inverse.",
    ),
    mistake(
        _back(_linear),
        "You interpolated between numbers: halfway between lesion 4 and the background there is no "
        "lesion 2. Labels take the nearest neighbour.",
    ),
    mistake(
        _back(_linear_rounded),
        "You interpolated between numbers and rounded: at the rim of lesion 4 there are now "
        "voxels of the lesions 1, 2 and 3. Labels take the nearest neighbour.",
    ),
    mistake(
        _back(_only_moved_back),
        "You changed the sign of the translation, but the head was turned as well. Invert the "
        "whole matrix.",
    ),
    mistake(
        _back(_parts_inverted),
        "You inverted rotation and translation each by itself. The inverse of 'turn, then move' is "
        "'move back, then turn back': the offset has to be turned too. Invert the whole matrix.",
    ),
    mistake(
        _back(_in_voxels),
        "The matrix is in mm, and you used it as if a voxel were 1 mm wide. Hand the spacing on.",
    ),
    mistake(
        _of_decimals,
        "These are no labels: they hold decimal numbers, perhaps an image or probabilities. "
        "Nearest neighbour would treat them as labels. Raise a ValueError.",
    ),
]
