"""Two arrays beside each other, as numbers, lines or pictures; whichever shows most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.feedback import images
from course_lib.exercises.feedback.parts import Curve, Part, Table, Text
from course_lib.exercises.feedback.pictures import is_picture, value_range
from course_lib.exercises.feedback.summaries import MOST, range_text, summarize, summarize_array
from course_lib.exercises.sentences import index_text, number_pair, number_text
from course_lib.exercises.values import plain_array, subtract

_MOST_ROWS, _MOST_COLUMNS = 12, 8
_DIFFERING = 6


@dataclass(frozen=True, eq=False)
class Pair:
    """A result and what was expected.

    Parameters
    ----------
    name : str
        Which part of the whole result; empty for all of it.
    expected, given : array
        Of one shape.
    wrong : bool array
        Where they differ.
    right : str
        What the expected one is called.
    """

    name: str
    expected: NDArray
    given: NDArray
    wrong: NDArray[np.bool_]
    right: str = "Expected"

    @property
    def numeric(self) -> bool:
        """Whether a difference can be computed."""
        return all(array.dtype.kind in "iufc" for array in (self.expected, self.given))

    def label(self, what: str) -> str:
        """Name a part of the comparison."""
        return f"{what} ({self.name})" if self.name else what


def show_value(label: str, value: Any, slice_shown: int | None = None) -> Part:
    """Show one value: images as pictures, small matrices as tables, all else in a line.

    Parameters
    ----------
    label : str
        What it is.
    value : Any
        A student's or ours.
    slice_shown : int, optional
        Which slice of a volume; by default the middle one.

    Examples
    --------
    >>> show_value("Input", 3)
    Text(label='Input', text='3')
    """
    array = plain_array(value)
    if array is not None and is_picture(array):
        return images.show_image(label, array, slice_shown)
    if array is not None and _is_matrix(array):
        return _matrix(label, array)
    return Text(label, summarize(value))


def compare_numbers(pairs: Sequence[Pair]) -> Table:
    """Show single numbers in one table, a column for each.

    Examples
    --------
    >>> pair = Pair("slope", np.array(5), np.array(4), np.array(True))
    >>> compare_numbers([pair]).rows
    (('Yours', ('4',)), ('Expected', ('5',)), ('Difference', ('-1',)))
    """
    header = tuple(pair.name for pair in pairs) if any(pair.name for pair in pairs) else ()
    return _compared("Result", header, pairs)


def compare(pair: Pair) -> Iterator[Part]:
    """Show two arrays, and how they differ.

    Examples
    --------
    >>> a, b = np.array([1, 2]), np.array([1, 5])
    >>> [part.label for part in compare(Pair("", a, b, a != b))]
    ['Result']
    """
    if is_picture(pair.expected):
        names = pair.label("Yours"), pair.label(pair.right), pair.label("Difference")
        yield from images.compare_images(names, pair.expected, pair.given, pair.wrong)
    elif pair.expected.ndim == 1 and pair.expected.size <= MOST:
        indices = [(i,) for i in range(pair.expected.size)]
        yield _compared(pair.label("Result"), tuple(map(index_text, indices)), _at(pair, indices))
    elif _is_matrix(pair.expected):
        yield from _compare_matrices(pair)
    else:
        real = pair.expected.dtype.kind in "biuf" and pair.given.dtype.kind in "biuf"
        if pair.expected.ndim == 1 and real:
            yield _curve(pair)
        yield from _show_some(pair)


def _at(pair: Pair, indices: Sequence[tuple[int, ...]]) -> list[Pair]:
    """Return pairs of single numbers."""
    places: list[Any] = [(*index, ...) for index in indices]  # so that arrays come, not numbers
    return [Pair("", pair.expected[i], pair.given[i], pair.wrong[i], pair.right) for i in places]


def _compare_matrices(pair: Pair) -> Iterator[Part]:
    """Show small arrays with two axes as they are."""
    marks = frozenset((int(y), int(x)) for y, x in np.argwhere(pair.wrong))
    yield _matrix(pair.label("Yours"), pair.given, marks)
    yield _matrix(pair.label(pair.right), pair.expected)
    if pair.wrong.any() and pair.numeric:
        difference = subtract(pair.given, pair.expected)
        difference[~pair.wrong] = 0
        yield _matrix(pair.label("Difference"), difference)


def _show_some(pair: Pair) -> Iterator[Part]:
    """Show the first values that differ, or, where none does, both arrays in a line."""
    indices = [tuple(map(int, index)) for index in np.argwhere(pair.wrong)[:_DIFFERING]]
    if not indices:
        yield Text(pair.label("Yours"), summarize_array(pair.given))
        yield Text(pair.label(pair.right), summarize_array(pair.expected))
        return
    count, size = int(pair.wrong.sum()), pair.wrong.size
    first = "values" if count <= _DIFFERING else f"first {len(indices)} values"
    label = pair.label(f"The {first} that differ")
    note = f"{count} of {size} values differ; the shape is {pair.expected.shape}."
    yield _compared(label, tuple(map(index_text, indices)), _at(pair, indices), note)


def _compared(label: str, header: tuple[str, ...], pairs: Sequence[Pair], note: str = "") -> Table:
    """Make a table of yours, expected and difference, one column for each pair of numbers."""
    texts = [
        number_pair(pair.given, pair.expected)
        if pair.wrong
        else (number_text(pair.given), number_text(pair.expected))
        for pair in pairs
    ]
    rows = [
        ("Yours", tuple(given for given, _ in texts)),
        (pairs[0].right, tuple(right for _, right in texts)),
    ]
    if all(pair.numeric for pair in pairs):
        rows.append(("Difference", tuple(map(_difference_text, pairs))))
    marks = frozenset((0, column) for column, pair in enumerate(pairs) if pair.wrong)
    return Table(label, header, tuple(rows), marks, note)


def _difference_text(pair: Pair) -> str:
    """Write how far a number is from the expected one."""
    return number_text(subtract(pair.given, pair.expected), 4) if pair.wrong else "0"


def _is_matrix(array: NDArray) -> bool:
    """Tell whether an array can be read as a table."""
    rows, columns = array.shape if array.ndim == 2 else (0, 0)
    return 0 < rows <= _MOST_ROWS and 0 < columns <= _MOST_COLUMNS


def _matrix(label: str, array: NDArray, marks: frozenset[tuple[int, int]] = frozenset()) -> Table:
    """Show a small array with two axes as it is."""
    rows = tuple(("", tuple(number_text(number) for number in row)) for row in array)
    return Table(label, (), rows, marks)


def _curve(pair: Pair) -> Curve:
    """Show two long rows of values as lines."""
    alt = (
        f"Two lines over {pair.expected.size} values. Yours runs from "
        f"{range_text(value_range(pair.given))}, the other from "
        f"{range_text(value_range(pair.expected))}. They differ in {pair.wrong.sum()} values."
    )
    theirs, ours = pair.given.astype(np.float64), pair.expected.astype(np.float64)
    return Curve(pair.label(f"Yours and {pair.right.lower()}"), theirs, ours, alt)
