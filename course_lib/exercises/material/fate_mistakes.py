"""Known mistakes of topic 07, third part: what became of lesions between two visits."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import lesion_fates

_match = partial(refusing_like, lesion_fates.match_lesions)


def _numbers(labels):
    """Return the numbers that occur, without the background."""
    return [int(number) for number in np.unique(labels) if number]


def _by_number(before, after, tolerance, share):
    """Take equal numbers for the same lesion."""
    changes = []
    for number in sorted({*_numbers(before), *_numbers(after)}):
        one, other = np.sum(before == number), np.sum(after == number)
        if one and other:
            fate = lesion_fates.compare_volumes(one, other, tolerance)
            changes.append((fate, (number,), (number,)))
        else:
            changes.append(("vanished", (number,), ()) if one else ("new", (), (number,)))
    return changes


def _best_only(before, after, tolerance, share):
    """Match one to one: each lesion with the one that it overlaps most."""
    table = lesion_fates.overlap_table(before, after)
    overlaps = np.where(lesion_fates.linked(table, share), table[1:, 1:], 0)
    sizes = table.sum(axis=1), table.sum(axis=0)
    changes, left = [], {*_numbers(after)}
    for one in _numbers(before):
        other = int(overlaps[one - 1].argmax()) + 1 if overlaps.size else 0
        if other in left and overlaps[one - 1, other - 1]:
            fate = lesion_fates.compare_volumes(sizes[0][one], sizes[1][other], tolerance)
            changes.append((fate, (one,), (other,)))
            left.discard(other)
        else:
            changes.append(("vanished", (one,), ()))
    return changes + [("new", (), (other,)) for other in sorted(left)]


def _forward_only(before, after, tolerance, share):
    """Look from each lesion before at those after, and never back."""
    table = lesion_fates.overlap_table(before, after)
    links = lesion_fates.linked(table, share)
    sizes, changes, seen = (table.sum(axis=1), table.sum(axis=0)), [], set()
    for one in _numbers(before):
        others = tuple((np.flatnonzero(links[one - 1]) + 1).tolist())
        seen.update(others)
        if len(others) == 1:
            fate = lesion_fates.compare_volumes(sizes[0][one], sizes[1][others[0]], tolerance)
        else:
            fate = "split" if others else "vanished"
        changes.append((fate, (one,), others))
    return changes + [("new", (), (n,)) for n in _numbers(after) if n not in seen]


def _without(fate):
    """Leave out all lesions of one fate."""
    return lambda *given: [c for c in lesion_fates.match_lesions(*given) if c.fate != fate]


def _any_overlap(before, after, tolerance, share):
    """Let one common voxel count."""
    return lesion_fates.match_lesions(before, after, tolerance, 0.0)


def _sums_compared(before, after, tolerance, share):
    """Compare total volumes, also where a lesion is in several parts."""
    changes = []
    for fate, one, other in lesion_fates.match_lesions(before, after, tolerance, share):
        sums = np.isin(before, one).sum(), np.isin(after, other).sum()
        named = lesion_fates.compare_volumes(*sums, tolerance) if one and other else fate
        changes.append((named, one, other))
    return changes


def _never_mixed(before, after, tolerance, share):
    """Call what has several parts at both visits split."""
    return [
        ("split" if fate == "mixed" else fate, one, other)
        for fate, one, other in lesion_fates.match_lesions(before, after, tolerance, share)
    ]


MATCH_LESIONS = [
    mistake(
        _match(_by_number),
        "You took equal numbers for the same lesion. Each visit was numbered by itself, in the "
        "order in which its components were found: the numbers mean nothing. Overlap decides.",
    ),
    mistake(
        _match(_best_only),
        "You match every lesion with one partner, the one it overlaps most. The other part of a "
        "split lesion becomes a new one for you, and one of two that merged seems to vanish. "
        "Collect all partners.",
    ),
    mistake(
        _match(_forward_only),
        "You look from each lesion before at those after, and never back. So two lesions that "
        "merged come twice, each with the same partner. Look back from the partners too, until no "
        "lesion joins the group.",
    ),
    mistake(
        _match(_without("new")),
        "New lesions are missing. They have no partner before, so a loop over the lesions before "
        "never meets them. New lesions are what the neurologist asks for first.",
    ),
    mistake(
        _match(_without("vanished")),
        "Vanished lesions are missing: those before that have no partner after.",
    ),
    mistake(
        _match(_any_overlap),
        "One common voxel is enough for you, so neighbours are joined. Use the links, with the "
        "least share that was given.",
    ),
    mistake(
        _match(_sums_compared),
        "You compare volumes also where a lesion is in several parts. Volumes decide only between "
        "one lesion before and one after; one and several are split, several and one merged.",
    ),
    mistake(
        _match(_never_mixed),
        "Several lesions before that became several after are neither split nor merged: call them "
        "mixed, and let a human look.",
    ),
]
