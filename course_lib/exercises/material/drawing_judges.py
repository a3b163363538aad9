"""Judges of topic 09 for what is drawn at random: rows, columns, and patients."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.cases import Arguments
from course_lib.exercises.judges import Problem
from course_lib.exercises.values import plain_array, plain_items

DRAWS = 40  # so many that a right answer shows no fault by chance
_AGAIN = 5  # of the seeds are used twice


def draw_often(answer: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Call an answer with many seeds, from the last argument on; the first ones come twice.

    Examples
    --------
    >>> len(draw_often(lambda count, rng: rng.integers(count, size=count), 4, 7))
    45
    """
    *given, seed = arguments
    seeds = [*range(seed, seed + _AGAIN), *range(seed, seed + DRAWS)]
    return [answer(*given, np.random.default_rng(s)) for s in seeds]


def rows_fault(arguments: Arguments, draws: list[NDArray]) -> str:
    """Name the first thing that is wrong with bootstrap rows; nothing for right ones.

    Examples
    --------
    >>> rows_fault((3, 0), [np.array([0, 1, 2])] * 9)
    'always the same'
    """
    count = arguments[0]
    if any(draw.shape != (count,) for draw in draws):
        return "not as many"
    fault = _fault(draws, count, count > 1) if count else ""
    if fault or count < 2:
        return fault
    if all(np.unique(draw).size == count for draw in draws):
        return "each once"
    return ""


def columns_fault(arguments: Arguments, draws: list[NDArray]) -> str:
    """Name the first thing that is wrong with random columns; nothing for right ones.

    Examples
    --------
    >>> columns_fault((5, 2, 0), [np.array([0, 1]), np.array([3, 3])] * 5)
    'twice'
    """
    count, chosen = arguments[:2]
    if any(draw.shape != (chosen,) for draw in draws):
        return "not as many"
    if any(np.unique(draw).size < chosen for draw in draws):
        return "twice"
    fault = _fault(draws, count, chosen < count)
    if fault or not 1 < chosen < count - 1:
        return fault
    if all(np.ptp(draw) == chosen - 1 for draw in draws):
        return "neighbours"
    return ""


def patients_fault(arguments: Arguments, draws: list[NDArray]) -> str:
    """Name the first thing that is wrong with a split by patient; nothing for right ones.

    Examples
    --------
    >>> torn = np.array([True, False, False])
    >>> patients_fault((np.array([7, 7, 8]), 1, 0), [torn] * 9)
    'torn'
    """
    patients, held_out = arguments[:2]
    everybody = np.unique(patients)
    if any(draw.shape != patients.shape for draw in draws):
        return "not as many"
    if any(draw.dtype.kind != "b" for draw in draws):
        return "no mask"
    if _differ_again(draws):
        return "not seeded"
    if any(np.isin(patients[draw], patients[~draw]).any() for draw in draws):
        return "torn"
    held = np.array([np.unique(patients[draw]).size for draw in draws])
    if (held == everybody.size - held_out).all() and 2 * held_out != everybody.size:
        return "turned round"
    if not held.any():
        return "nobody"
    if (held != held_out).any():
        return "another number"
    return "always the same" if all(np.array_equal(draws[0], draw) for draw in draws) else ""


def _differ_again(draws: list[NDArray]) -> bool:
    """Tell whether a seed that was used twice gave two different draws."""
    return not all(map(np.array_equal, draws[:_AGAIN], draws[_AGAIN : 2 * _AGAIN]))


def _fault(draws: list[NDArray], count: int, varies: bool) -> str:
    """Name faults that rows and columns have in common."""
    drawn = np.concatenate(draws)
    if drawn.dtype.kind not in "iu":
        return "not whole"
    if _differ_again(draws):
        return "not seeded"
    if varies and all(np.array_equal(draws[0], draw) for draw in draws):
        return "always the same"
    if drawn.min() < 0 or drawn.max() >= count:
        return "from 1" if drawn.min() == 1 and drawn.max() == count else "outside"
    if drawn.max() < count - 1:
        return "never the last"
    return ""


_SENTENCES = {
    "": None,
    "not as many": "What you draw has not the length that was asked for.",
    "not whole": "Your numbers are not whole; they are to be used as indices.",
    "not seeded": "Two calls with equally seeded generators gave two different draws.",
    "always the same": "With other seeds you draw the same.",
    "from 1": "You count from 1 on; the first index is 0.",
    "outside": "Some of your numbers are no index: the allowed ones begin with 0.",
    "never the last": "In many draws, the last index never comes.",
    "each once": "In no draw, an index comes twice.",
    "twice": "In some draws, a column comes twice.",
    "neighbours": "In all draws, the columns are neighbours.",
    "no mask": "A mask of True and False is asked for.",
    "torn": "Some patient has rows on both sides.",
    "turned round": "True marks the rows for training in your mask, not those for testing.",
    "nobody": "Nobody is held out.",
    "another number": "In some draws, another number of patients is held out than was asked for.",
}


def problem_of(fault: Callable[[Arguments, list[NDArray]], str]) -> Callable[..., str | None]:
    """Make the property of a judge from a function that names faults.

    Examples
    --------
    >>> problem_of(rows_fault)((3, 0), None, [np.array([0, 1, 2])] * 9)
    'With other seeds you draw the same.'
    """
    return lambda arguments, expected, given: _SENTENCES[fault(arguments, given)]


def same_fault(fault: Callable[[Arguments, list[NDArray]], str]) -> Callable[..., Problem | None]:
    """Compare with a known mistake: the same fault is the same mistake, whatever was drawn.

    Examples
    --------
    >>> once, again = [np.array([0, 1, 2])] * 9, [np.array([2, 1, 0])] * 9
    >>> same_fault(rows_fault)((3, 0), once, again) is None
    True
    """
    return partial(_compare, fault)


def _compare(
    fault: Callable[[Arguments, list[NDArray]], str], arguments: Arguments, known: Any, given: Any
) -> Problem | None:
    """Return None where both have one fault."""
    ours, theirs = (_arrays(draws) for draws in (known, given))
    if ours is None or theirs is None:
        return Problem("type", "These are no draws.")
    if fault(arguments, ours) == fault(arguments, theirs):
        return None
    return Problem("property", "Another fault than that of the known mistake.")


def _arrays(draws: Any) -> list[NDArray] | None:
    """Return draws as arrays, or None where they are none."""
    arrays = [plain_array(draw) for draw in plain_items(draws) or []]
    if not arrays or any(array is None or array.ndim != 1 for array in arrays):
        return None
    return [array for array in arrays if array is not None]
