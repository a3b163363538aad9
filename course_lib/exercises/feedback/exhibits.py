"""The case that failed, laid out to be looked at: input, yours, expected, difference."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.evaluation import CaseResult
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.feedback import images
from course_lib.exercises.feedback.parts import Curve, Part, Picture, Table, Text
from course_lib.exercises.feedback.pictures import is_image, is_volume, value_range
from course_lib.exercises.feedback.summaries import MOST, range_text, summarize, summarize_array
from course_lib.exercises.judges import ValueJudge
from course_lib.exercises.sentences import (
    describe_pattern,
    index_text,
    number_pair,
    number_text,
)
from course_lib.exercises.values import (
    different,
    is_numeric,
    plain_array,
    plain_dict,
    plain_items,
    subtract,
)
from course_lib.exercises.verdicts import argument_names

Differ = Callable[[NDArray, NDArray], NDArray[np.bool_]]
Leaf = tuple[str, Any, Any]

_MOST_INPUTS = 6
_MOST_ARRAYS = 2
_MATRIX = 8
_DIFFERING = 6


def show_case(exercise: Exercise, result: CaseResult) -> tuple[Part, ...]:
    """Show a failing case: its input, then what came and what should have come.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    result : CaseResult
        A case that is not right.
    """
    slices = _slice_to_show(exercise, result)
    parts = [*_show_inputs(exercise, result, slices), *_show_results(exercise, result, slices)]
    # All pictures stand in one row, behind the numbers.
    return tuple(sorted(parts, key=lambda part: isinstance(part, Picture)))


def find_pattern(exercise: Exercise, result: CaseResult) -> str | None:
    """Say what form the difference has in the first result that differs, or None."""
    for _, expected, given in _differing(exercise, result):
        return describe_pattern(expected, given)
    return None


def _show_inputs(exercise: Exercise, result: CaseResult, slice_shown: int | None) -> Iterator[Part]:
    """Show each argument."""
    arguments = result.trial.arguments
    names = argument_names(exercise, len(arguments))
    for name, value in list(zip(names, arguments, strict=True))[:_MOST_INPUTS]:
        yield _show_value(f"Input `{name}`", value, slice_shown)


def _show_results(
    exercise: Exercise, result: CaseResult, slice_shown: int | None
) -> Iterator[Part]:
    """Show yours, expected and difference, as far as there are such."""
    outcome, expected = result.outcome, result.trial.expected
    if outcome.changed:
        return
    if expected.failure is not None:
        if outcome.failure is None:
            yield _show_value("Yours", outcome.value, slice_shown)
        yield Text("Expected", f"a {expected.failure.name}")
        return
    if outcome.failure is not None or outcome.timed_out:
        yield _show_value("Expected", expected.value, slice_shown)
        return
    leaves = list(_leaves("", expected.value, outcome.value))
    if not leaves:
        yield _show_value("Yours", outcome.value, slice_shown)
        yield _show_value("Expected", expected.value, slice_shown)
        return
    differ = _differ(exercise)
    yield from _show_numbers(leaves, differ)
    arrays = [leaf for leaf in leaves if leaf[1].ndim]
    wrong = [leaf for leaf in arrays if differ(leaf[1], leaf[2]).any()]
    if not wrong and len(arrays) == len(leaves):
        wrong = arrays  # of the wrong dtype, perhaps
    for name, right, given in wrong[:_MOST_ARRAYS]:
        yield from _show_arrays(name, right, given, differ(right, given))


def _leaves(name: str, expected: Any, given: Any) -> Iterator[Leaf]:
    """Yield the arrays of a result and of what was expected, where both have one of one shape."""
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(expected, Mapping):
        mine = plain_dict(given) or {}
        pairs = [(f"{key!r}", expected[key], mine[key]) for key in expected if key in mine]
    elif isinstance(expected, tuple | list) and not is_numeric(expected):
        items = plain_items(given) or []
        pairs = [(f"item {i}", e, g) for i, (e, g) in enumerate(zip(expected, items, strict=False))]
    elif not isinstance(expected, str | bytes | None):
        ours, theirs = np.asarray(expected), plain_array(given)
        if theirs is not None and ours.shape == theirs.shape and ours.size:
            yield name, ours, theirs
    for part, right, mine in pairs:
        yield from _leaves(f"{name}, {part}" if name else part, right, mine)


def _differ(exercise: Exercise) -> Differ:
    """Return what tells two arrays apart: the judge's tolerances where it has some."""
    judge = exercise.judge
    return judge.different if isinstance(judge, ValueJudge) else different


def _differing(exercise: Exercise, result: CaseResult) -> Iterator[Leaf]:
    """Yield the arrays that are not as expected."""
    differ = _differ(exercise)
    for leaf in _leaves("", result.trial.expected.value, result.outcome.value):
        if differ(leaf[1], leaf[2]).any():
            yield leaf


def _slice_to_show(exercise: Exercise, result: CaseResult) -> int | None:
    """Choose the slice of a volume: where the difference is greatest."""
    for _, expected, given in _differing(exercise, result):
        if is_volume(expected):
            return images.worst_slice(expected, given)
    return None


def _show_value(label: str, value: Any, slice_shown: int | None) -> Part:
    """Show one value: images as pictures, small matrices as tables, all else in a line."""
    array = plain_array(value)
    if array is not None and (is_image(array) or is_volume(array)):
        return images.show_image(label, array, slice_shown)
    if array is not None and _is_matrix(array):
        return _matrix(label, array)
    return Text(label, summarize(value))


def _show_numbers(leaves: list[Leaf], differ: Differ) -> Iterator[Part]:
    """Show all single numbers of a result in one table."""
    single = [leaf for leaf in leaves if leaf[1].ndim == 0]
    if single:
        header = tuple(name for name, _, _ in single)
        wrong = [bool(differ(right, given)) for _, right, given in single]
        pairs = [(given, right) for _, right, given in single]
        yield _compared("Result", header if any(header) else (), pairs, wrong)


def _show_arrays(
    name: str, expected: NDArray, given: NDArray, wrong: NDArray[np.bool_]
) -> Iterator[Part]:
    """Show two arrays of one shape, and how they differ."""
    place = f" ({name})" if name else ""
    if is_image(expected) or is_volume(expected):
        yield from images.compare_images(place, expected, given, wrong)
    elif expected.ndim == 1 and expected.size <= MOST:
        header = tuple(index_text((i,)) for i in range(expected.size))
        yield _compared(f"Result{place}", header, list(zip(given, expected, strict=True)), wrong)
    elif _is_matrix(expected):
        marks = frozenset((int(y), int(x)) for y, x in np.argwhere(wrong))
        yield _matrix(f"Yours{place}", given, marks)
        yield _matrix(f"Expected{place}", expected)
        if wrong.any() and expected.dtype.kind in "iuf" and given.dtype.kind in "iuf":
            yield _matrix(f"Difference{place}", subtract(given, expected))
    else:
        if expected.ndim == 1 and expected.dtype.kind in "biuf" and given.dtype.kind in "biuf":
            yield _curve(place, expected, given, int(wrong.sum()))
        yield from _show_some(place, expected, given, wrong)


def _show_some(
    place: str, expected: NDArray, given: NDArray, wrong: NDArray[np.bool_]
) -> Iterator[Part]:
    """Show the first values that differ, or, where none does, both arrays in a line."""
    indices = [tuple(map(int, index)) for index in np.argwhere(wrong)[:_DIFFERING]]
    if not indices:
        yield Text(f"Yours{place}", summarize_array(given))
        yield Text(f"Expected{place}", summarize_array(expected))
        return
    pairs = [(given[index], expected[index]) for index in indices]
    count, size = int(wrong.sum()), wrong.size
    first = "values" if count <= _DIFFERING else f"first {len(indices)} values"
    label = f"The {first} that differ{place}"
    note = f"{count} of {size} values differ; the shape is {expected.shape}."
    yield _compared(label, tuple(map(index_text, indices)), pairs, [True] * len(pairs), note)


def _compared(
    label: str,
    header: tuple[str, ...],
    pairs: list[tuple[Any, Any]],
    wrong: Any,
    note: str = "",
) -> Table:
    """Make a table of yours, expected and difference, one column for each pair of numbers."""
    texts = [
        number_pair(given, right) if bad else (number_text(given), number_text(right))
        for (given, right), bad in zip(pairs, wrong, strict=True)
    ]
    rows = [("Yours", tuple(t[0] for t in texts)), ("Expected", tuple(t[1] for t in texts))]
    if all(np.asarray(value).dtype.kind in "iufc" for pair in pairs for value in pair):
        differences = [
            _difference_text(given, right, bad)
            for (given, right), bad in zip(pairs, wrong, strict=True)
        ]
        rows.append(("Difference", tuple(differences)))
    marks = frozenset((0, column) for column, bad in enumerate(wrong) if bad)
    return Table(label, header, tuple(rows), marks, note)


def _difference_text(given: Any, right: Any, bad: bool) -> str:
    """Write how far a number is from the expected one."""
    if not bad:
        return "0"
    with np.errstate(all="ignore"):
        distance = complex(given) - complex(right)
    return number_text(distance.real if distance.imag == 0 else distance, 4)


def _is_matrix(array: NDArray) -> bool:
    """Tell whether an array can be read as a table."""
    return array.ndim == 2 and array.size > 0 and max(array.shape) <= _MATRIX


def _matrix(label: str, array: NDArray, marks: frozenset[tuple[int, int]] = frozenset()) -> Table:
    """Show a small array with two axes as it is."""
    rows = tuple(("", tuple(number_text(number) for number in row)) for row in array)
    return Table(label, (), rows, marks)


def _curve(place: str, expected: NDArray, given: NDArray, count: int) -> Curve:
    """Show two long rows of values as lines."""
    alt = (
        f"Two lines over {expected.size} values. Yours runs from "
        f"{range_text(value_range(given))}, expected from {range_text(value_range(expected))}. "
        f"They differ in {count} values."
    )
    ours, theirs = expected.astype(np.float64), given.astype(np.float64)
    return Curve(f"Yours and expected{place}", theirs, ours, alt)
