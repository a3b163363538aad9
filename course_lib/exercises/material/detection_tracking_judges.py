"""Judges of topic 07: fates of lesions, which may come in any order."""

from collections.abc import Callable
from typing import Any

from course_lib.exercises.cases import Arguments
from course_lib.exercises.judges import Problem
from course_lib.exercises.values import plain_array, plain_dict, plain_items
from course_lib.imaging.lesion_fates import FATES

_ASKED = (
    "a list of changes (fate, before, after) is asked for, as ('split', (2,), (1, 3)), with the "
    "numbers in two tuples, and each group of lesions once"
)


def call_for_fates(
    answer: Callable[..., Any], before: Any, after: Any, tolerance: Any, least_share: Any
) -> Any:
    """Call an answer and write its list of changes as a dict from lesions to their fate.

    What is no such list is returned as it came.

    Examples
    --------
    >>> right = [("split", (2,), (3, 1)), ("new", (), (4,))]
    >>> call_for_fates(lambda *arguments: right, [], [], 0.25, 0.1)
    {'2 -> 1, 3': 'split', 'none -> 4': 'new'}
    >>> call_for_fates(lambda *arguments: "split", [], [], 0.25, 0.1)
    'split'
    """
    changes = answer(before, after, tolerance, least_share)
    fates = _table(changes)
    return changes if fates is None else fates


def fates_problem(arguments: Arguments, expected: Any, given: Any) -> str | None:
    """Say which lesions got the wrong fate.

    Examples
    --------
    >>> right = {"2 -> 1, 3": "split", "none -> 4": "new"}
    >>> fates_problem((), right, {"none -> 4": "new", "2 -> 1, 3": "split"}) is None
    True
    >>> fates_problem((), right, {"2 -> 1, 3": "split"})
    'You say nothing about none -> 4 (before -> after): new.'
    >>> fates_problem((), right, {"2 -> 1, 3": "split", "none -> 4": "grown"})
    'You call none -> 4 (before -> after) grown; it is new.'
    """
    theirs = plain_dict(given)
    if theirs is None:
        return f"Your result is not what was asked for: {_ASKED}."
    for lesions, fate in theirs.items():
        if lesions in expected and fate != expected[lesions]:
            return f"You call {lesions} (before -> after) {fate}; it is {expected[lesions]}."
    for lesions, fate in theirs.items():
        if lesions not in expected:
            return f"You found {lesions} (before -> after): {fate}. They make no group."
    for lesions, fate in expected.items():
        if lesions not in theirs:
            return f"You say nothing about {lesions} (before -> after): {fate}."
    return None


def same_fates(arguments: Arguments, expected: Any, given: Any) -> Problem | None:
    """Compare with the fates that a known mistake gives.

    Examples
    --------
    >>> same_fates((), {"1 -> 2": "grown"}, {"1 -> 2": "grown"}) is None
    True
    """
    ours, theirs = plain_dict(expected), plain_dict(given)
    if ours is not None and ours == theirs:
        return None
    return Problem("property", "Other fates than those of the known mistake.")


def _table(changes: Any) -> dict[str, str] | None:
    """Return the fate of each group of lesions, or None where these are no changes."""
    found: dict[str, str] = {}
    items = plain_items(changes)
    if items is None:
        return None
    for change in items:
        parts = plain_items(change)
        if parts is None or len(parts) != 3 or type(parts[0]) is not str or parts[0] not in FATES:
            return None
        before, after = (_numbers(part) for part in parts[1:])
        lesions = f"{before} -> {after}"
        if before is None or after is None or lesions in found:
            return None
        found[lesions] = parts[0]
    return dict(sorted(found.items()))


def _numbers(part: Any) -> str | None:
    """Write numbers of lesions, rising, or return None where they are none."""
    array = plain_array(part)
    if array is None or array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        return None
    return ", ".join(str(number) for number in sorted(array.tolist())) or "none"
