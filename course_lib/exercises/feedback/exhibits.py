"""The case that failed, laid out to be looked at: input, yours, expected, difference."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.evaluation import CaseResult
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.feedback.comparisons import Pair, compare, compare_numbers, show_value
from course_lib.exercises.feedback.images import worst_slice
from course_lib.exercises.feedback.parts import Part, Picture, Text
from course_lib.exercises.feedback.pictures import is_picture, is_volume
from course_lib.exercises.judges import ValueJudge
from course_lib.exercises.sentences import describe_pattern
from course_lib.exercises.values import different, is_numeric, plain_array, plain_dict, plain_items
from course_lib.exercises.verdicts import argument_names

Leaf = tuple[str, NDArray, NDArray]

_MOST_INPUTS = 6
_MOST_ARRAYS = 2
_ROUNDING = 1e-9


def pair_up(exercise: Exercise, result: CaseResult) -> list[Pair]:
    """Pair the arrays of a result with the expected ones, where both are of one shape.

    Parameters
    ----------
    exercise : Exercise
        Its judge's tolerances decide where they differ.
    result : CaseResult
        A case that is not right.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.evaluation import evaluate
    >>> from course_lib.exercises.judges import equal
    >>> double = Exercise(reference=lambda x: 2 * x, cases=[given("3", 3)], judge=equal())
    >>> [pair.wrong for pair in pair_up(double, evaluate(double, lambda x: x + 2).results[0])]
    [array(True)]
    """
    differ, right = _differ(exercise), _right_name(exercise)
    leaves = _leaves("", result.trial.expected.value, result.outcome.value)
    return [Pair(name, e, g, differ(e, g), right) for name, e, g in leaves]


def show_case(exercise: Exercise, result: CaseResult, pairs: list[Pair]) -> tuple[Part, ...]:
    """Show a failing case: its input, then what came and what should have come.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    result : CaseResult
        A case that is not right.
    pairs : list of Pair
        From `pair_up`.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.evaluation import evaluate
    >>> from course_lib.exercises.judges import equal
    >>> double = Exercise(reference=lambda x: 2 * x, cases=[given("3", 3)], judge=equal())
    >>> result = evaluate(double, lambda x: x + 2).results[0]
    >>> parts = show_case(double, result, pair_up(double, result))
    >>> parts[1].rows
    (('Yours', ('5',)), ('Expected', ('6',)), ('Difference', ('-1',)))
    """
    volumes = (pair for pair in pairs if pair.wrong.any() and is_volume(pair.expected))
    number = next((worst_slice(pair.expected, pair.given) for pair in volumes), None)
    parts = [*_show_inputs(exercise, result, number), *_show_results(exercise, result, pairs)]
    # All pictures stand in one row, behind the numbers.
    return tuple(sorted(parts, key=lambda part: isinstance(part, Picture)))


def find_pattern(pairs: list[Pair]) -> str | None:
    """Say what form the difference has in the first part that differs, or None.

    Examples
    --------
    >>> ours, theirs = np.array([1, 5, 2]), np.array([3, 15, 6])
    >>> find_pattern([Pair("", ours, theirs, ours != theirs)])
    'Every value is 3 times the expected one.'
    """
    wrong = (pair for pair in pairs if pair.wrong.any())
    return next((describe_pattern(pair.expected, pair.given) for pair in wrong), None)


def _show_inputs(exercise: Exercise, result: CaseResult, number: int | None) -> Iterator[Part]:
    """Show each argument; of volumes the slice of this number."""
    arguments = result.trial.arguments
    names = argument_names(exercise, len(arguments))
    for name, value in list(zip(names, arguments, strict=True))[:_MOST_INPUTS]:
        yield show_value(f"Input `{name}`", value, number)


def _show_results(exercise: Exercise, result: CaseResult, pairs: list[Pair]) -> Iterator[Part]:
    """Show yours, expected and difference, as far as there are such."""
    outcome, expected = result.outcome, result.trial.expected
    if outcome.changed:
        return
    called = outcome.failure is None and not outcome.timed_out
    if pairs and called:
        yield from _compare_all(pairs)
        return
    if called:
        yield show_value("Yours", outcome.value)
    if expected.failure is not None:
        yield Text("Expected", f"a {expected.failure.name}")
    else:
        yield show_value(_right_name(exercise), expected.value)


def _compare_all(pairs: list[Pair]) -> Iterator[Part]:
    """Compare single numbers in one table, and the arrays that differ one by one."""
    arrays = [pair for pair in pairs if pair.expected.ndim]
    numbers = [pair for pair in pairs if not pair.expected.ndim]
    if numbers:
        yield compare_numbers(numbers)
    wrong = [pair for pair in arrays if pair.wrong.any()]
    if not wrong and not numbers:
        wrong = arrays  # the dtype is wrong, or a property that the values do not show
    few = 1 if wrong and is_picture(wrong[0].expected) else _MOST_ARRAYS
    for pair in wrong[:few]:
        yield from compare(pair)


def _leaves(name: str, expected: Any, given: Any) -> Iterator[Leaf]:
    """Yield the arrays of a result and of what was expected, where both have one of one shape."""
    inside: list[tuple[str, Any, Any]] = []
    if isinstance(expected, Mapping):
        mine = plain_dict(given) or {}
        inside = [(f"{key!r}", expected[key], mine[key]) for key in expected if key in mine]
    elif isinstance(expected, tuple | list) and not is_numeric(expected):
        items = zip(expected, plain_items(given) or [], strict=False)
        inside = [(f"item {i}", e, g) for i, (e, g) in enumerate(items)]
    elif not isinstance(expected, str | bytes | None):
        ours, theirs = np.asarray(expected), plain_array(given)
        if theirs is not None and ours.shape == theirs.shape and ours.size:
            yield name, ours, theirs
    for part, right, mine in inside:
        yield from _leaves(f"{name}, {part}" if name else part, right, mine)


def _differ(exercise: Exercise) -> Callable[[NDArray, NDArray], NDArray[np.bool_]]:
    """Return what tells two arrays apart: the judge's tolerances where it has some."""
    judge = exercise.judge
    if isinstance(judge, ValueJudge):
        return judge.different
    return lambda expected, given: different(expected, given, _ROUNDING, _ROUNDING)


def _right_name(exercise: Exercise) -> str:
    """Name the reference's result: other judges may accept others as well."""
    return "Expected" if isinstance(exercise.judge, ValueJudge) else "A right result"
