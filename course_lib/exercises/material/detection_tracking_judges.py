"""Judges of topic 07: fates of lesions, which may come in any order."""

from typing import Any

from course_lib.exercises.cases import Arguments
from course_lib.exercises.judges import Problem
from course_lib.exercises.values import plain_array, plain_items
from course_lib.imaging.lesion_fates import FATES

Fates = dict[tuple[tuple[int, ...], tuple[int, ...]], str]
_ASKED = (
    "a list of changes (fate, before, after) is asked for, as ('split', (2,), (1, 3)), with the "
    "numbers in two tuples"
)


def fates_problem(arguments: Arguments, expected: Any, given: Any) -> str | None:
    """Say which lesions got the wrong fate; the order of the changes does not matter.

    Examples
    --------
    >>> right = [("split", (2,), (1, 3)), ("new", (), (4,))]
    >>> fates_problem((), right, [["new", [], [4]], ("split", [2], [3, 1])]) is None
    True
    >>> fates_problem((), right, [("split", (2,), (1, 3))])
    'You say nothing about (new: () before, 4 after).'
    >>> fates_problem((), right, [("split", (2,), (1, 3)), ("grown", (), (4,))])
    'You say grown of () before, 4 after; it is new.'
    """
    ours, theirs = _table(expected) or {}, _table(given)
    if theirs is None:
        return f"Your result is not what was asked for: {_ASKED}."
    for lesions, fate in theirs.items():
        if lesions in ours and fate != ours[lesions]:
            return f"You say {fate} of {_written(lesions)}; it is {ours[lesions]}."
    for lesions, fate in theirs.items():
        if lesions not in ours:
            return f"You found ({fate}: {_written(lesions)}), which do not belong together so."
    for lesions, fate in ours.items():
        if lesions not in theirs:
            return f"You say nothing about ({fate}: {_written(lesions)})."
    return None


def same_fates(arguments: Arguments, expected: Any, given: Any) -> Problem | None:
    """Compare with the fates that a known mistake gives, in any order.

    Examples
    --------
    >>> same_fates((), [("new", (), (4,))], [("new", (), [4])]) is None
    True
    """
    ours, theirs = _table(expected), _table(given)
    if ours is not None and ours == theirs:
        return None
    return Problem("property", "Other fates than those of the known mistake.")


def _written(lesions: tuple[tuple[int, ...], tuple[int, ...]]) -> str:
    """Write the numbers of lesions at both visits."""
    before, after = (", ".join(map(str, numbers)) or "()" for numbers in lesions)
    return f"{before} before, {after} after"


def _table(changes: Any) -> Fates | None:
    """Return the fate of each group of lesions, or None where these are no changes."""
    found: Fates = {}
    items = plain_items(changes)
    if items is None:
        return None
    for change in items:
        parts = plain_items(change)
        if parts is None or len(parts) != 3 or type(parts[0]) is not str or parts[0] not in FATES:
            return None
        before, after = (_numbers(part) for part in parts[1:])
        if before is None or after is None or (before, after) in found:
            return None
        found[before, after] = parts[0]
    return found


def _numbers(part: Any) -> tuple[int, ...] | None:
    """Return numbers of lesions, rising, or None where they are none."""
    array = plain_array(part)
    if array is None or array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        return None
    return tuple(sorted(int(number) for number in array))
