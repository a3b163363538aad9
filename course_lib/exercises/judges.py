"""Judges decide whether a result is right, and if not, in what respect it is wrong.

A judge never calls ``==`` on what a student returned before it is a plain number, text, array or
container, so an object that calls itself equal to everything is only an object of a wrong type.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from course_lib.errors import CourseError
from course_lib.exercises.sentences import (
    describe_difference,
    describe_not_finite,
    describe_shape,
    describe_type,
)
from course_lib.exercises.values import (
    NUMERIC_KINDS,
    different,
    is_numeric,
    plain_array,
    plain_dict,
    plain_items,
    same_structure,
)

DtypeRule = Literal["kind", "exact", "any"]
ProblemKind = Literal[
    "missing", "none", "printed", "uncallable", "signature", "slow", "not run", "error", "raises",
    "changed", "type", "shape", "dtype", "nan", "value", "property", "letter",
]  # fmt: skip

_KINDS = {
    "b": "True or False (bool)",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "decimal numbers",
    "c": "complex numbers",
    "U": "text",
}
_ACCEPTED = {"b": "b", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu", "U": "U"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a result.

    Parameters
    ----------
    kind : str
        In what respect; one of `ProblemKind`.
    sentence : str
        What the student reads.
    """

    kind: ProblemKind
    sentence: str


class Judge(Protocol):
    """Decides on one result."""

    def __call__(self, arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
        """Return None for a right result, else what is wrong with it."""
        ...


@dataclass(frozen=True)
class ValueJudge:
    """Compares with the expected value, item by item in containers.

    Parameters
    ----------
    rtol, atol : float
        Tolerances as in ``numpy.allclose``; both 0 asks for equality.
    dtype : {"kind", "exact", "any"}
        Whether masks must be bool and whole numbers integer, or the dtype must be the very one.

    Raises
    ------
    CourseError
        When called with an expected value that is no number, text, bytes, None, array, or dict,
        list or tuple of these.
    """

    rtol: float = 0.0
    atol: float = 0.0
    dtype: DtypeRule = "kind"

    def __call__(self, arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
        """Return None for a right result, else what is wrong with it."""
        return self._compare(expected, given, "Your result")

    def different(self, expected: NDArray, given: NDArray) -> NDArray[np.bool_]:
        """Mark where two arrays of one shape differ for this judge."""
        return different(expected, given, self.rtol, self.atol)

    def _compare(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare two values of any supported type."""
        if isinstance(expected, Mapping):
            return self._compare_mapping(expected, given, where)
        if isinstance(expected, tuple | list) and not is_numeric(expected):
            return self._compare_sequence(expected, given, where)
        if expected is None or isinstance(expected, str | bytes):
            return _compare_plain(expected, given, where)
        return self._compare_arrays(expected, given, where)

    def _compare_mapping(self, expected: Mapping, given: Any, where: str) -> Problem | None:
        """Compare key by key."""
        mine, ours = plain_dict(given), plain_dict(dict(expected))
        if mine is None or ours is None:
            return _wrong_type(where, given, "a dict")
        if mine.keys() != ours.keys():
            keys = f"{_listed(mine)}; expected {_listed(ours)}"
            return Problem("shape", f"{where} has the keys {keys}.")
        parts = ((key, value, mine[key]) for key, value in ours.items())
        return _first(self._compare(e, g, f"{where} at key {key!r}") for key, e, g in parts)

    def _compare_sequence(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare item by item."""
        mine = plain_items(given)
        if mine is None:
            return _wrong_type(where, given, f"a {type(expected).__name__} of {len(expected)}")
        if len(mine) != len(expected):
            return Problem(
                "shape", f"{where} has {_count(len(mine))}; expected {len(expected)} of them."
            )
        pairs = enumerate(zip(expected, mine, strict=True))
        whole = where.removesuffix(",")  # an item of an item is set off once
        return _first(self._compare(e, g, f"{whole}, item {i},") for i, (e, g) in pairs)

    def _compare_arrays(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare numbers or arrays: type, shape, dtype, values."""
        ours, theirs = np.asarray(expected), plain_array(given)
        if ours.dtype.kind not in NUMERIC_KINDS + "U":
            raise CourseError(
                f"A {type(expected).__name__} cannot be judged; a result is a number, a text, "
                "None, an array, or a dict, list or tuple of these."
            )
        if theirs is None:
            return _wrong_type(where, given, "a number" if ours.ndim == 0 else "an array")
        if theirs.shape != ours.shape:
            return Problem("shape", f"{where} {describe_shape(theirs.shape, ours.shape)}")
        unfilled = theirs.size == 0 and not isinstance(given, np.ndarray)  # [] has no dtype
        if (sentence := self._dtype_differs(ours.dtype, theirs.dtype)) and not unfilled:
            return Problem("dtype", f"{where} {sentence}")
        wrong = self.different(ours, theirs)
        if not wrong.any():
            return None
        if sentence := describe_not_finite(ours, theirs):
            return Problem("nan", f"{where} {sentence}")
        return Problem("value", f"{where} {describe_difference(ours, theirs, wrong)}")

    def _dtype_differs(self, expected: np.dtype, given: np.dtype) -> str | None:
        """Say how the dtype differs, or None where it is acceptable."""
        if self.dtype == "exact" and expected != given:
            return f"has the dtype {given}; expected {expected}."
        if self.dtype == "any" or given.kind in _ACCEPTED[expected.kind]:
            return None
        return f"holds {_KINDS[given.kind]} ({given}); expected {_KINDS[expected.kind]}."


@dataclass(frozen=True)
class PropertyJudge:
    """Accepts every result that has a property, where many answers are right.

    Parameters
    ----------
    property : callable
        ``property(arguments, expected, given)`` returns None, or a sentence that says what is
        missing. Where the structure is asked for, `given` comes in the types of the expected
        value: plain arrays for arrays, also if the student returned nested lists.
    structure : bool
        Whether shape and dtype must be those of the expected value.
    """

    property: Callable[[tuple[Any, ...], Any, Any], str | None]
    structure: bool = True

    def __call__(self, arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
        """Return None for a right result, else what is wrong with it."""
        if self.structure:
            problem = equal()(arguments, expected, given)
            if problem is not None and problem.kind in ("type", "shape", "dtype"):
                return problem
            given = same_structure(expected, given)
        sentence = self.property(arguments, expected, given)
        return None if sentence is None else Problem("property", sentence)


@dataclass(frozen=True)
class LetterJudge:
    """Accepts the right letter of a quiz and never tells which one it is.

    Parameters
    ----------
    letters : tuple of str
        The letters of the options.
    """

    letters: tuple[str, ...]

    def __call__(self, arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
        """Return None for the right letter, else that it is wrong, or no letter at all."""
        options = f'a letter in quotes, "{self.letters[0]}" to "{self.letters[-1]}"'
        if type(given) is str and given == "":
            return Problem("missing", f"There is no letter here yet. Type {options}.")
        if type(given) is not str or given not in self.letters:
            written = f'"{given[:20]}"' if type(given) is str else describe_type(given)
            return Problem("letter", f"This is {written}; the answer is {options}.")
        return None if given == expected else Problem("value", f"{given} is not right.")


def equal(dtype: DtypeRule = "kind") -> ValueJudge:
    """Ask for the very same values.

    Examples
    --------
    >>> equal()((), 3, 3) is None
    True
    >>> equal()((), 3, 4).sentence
    'Your result is 4; expected 3.'
    """
    return ValueJudge(dtype=dtype)


def close(rtol: float = 1e-6, atol: float = 1e-9, dtype: DtypeRule = "kind") -> ValueJudge:
    """Ask for values within tolerances.

    Examples
    --------
    >>> close()((), 0.3, 0.1 + 0.2) is None
    True
    """
    return ValueJudge(rtol, atol, dtype)


def holds(
    property: Callable[[tuple[Any, ...], Any, Any], str | None], structure: bool = True
) -> PropertyJudge:
    """Accept whatever meets a property.

    Examples
    --------
    >>> def sorted_up(arguments, expected, given):
    ...     return None if (np.diff(given) >= 0).all() else "Your values do not rise."
    >>> holds(sorted_up)((), np.array([1, 2]), np.array([5, 4])).sentence
    'Your values do not rise.'
    """
    return PropertyJudge(property, structure)


def letter(options: Sequence[str]) -> LetterJudge:
    """Ask for the letter of an option.

    Examples
    --------
    >>> letter("ABC")((), "B", "A").sentence
    'A is not right.'
    >>> letter("ABC")((), "B", 2).sentence
    'This is a whole number; the answer is a letter in quotes, "A" to "C".'
    """
    return LetterJudge(tuple(options))


def _compare_plain(expected: str | bytes | None, given: Any, where: str) -> Problem | None:
    """Compare with a text, bytes or None."""
    if issubclass(type(given), np.str_):
        given = str(given)
    if type(given) is not type(expected):
        name = "None" if expected is None else "bytes" if isinstance(expected, bytes) else "a text"
        return _wrong_type(where, given, name)
    if given != expected:
        return Problem("value", f"{where} is {given!r:.80}; expected {expected!r:.80}.")
    return None


def _wrong_type(where: str, given: Any, expected: str) -> Problem:
    """Say that the type is wrong."""
    return Problem("type", f"{where} is {describe_type(given)}; expected {expected}.")


def _first(problems: Iterator[Problem | None]) -> Problem | None:
    """Return the first problem of an iterator."""
    return next((problem for problem in problems if problem is not None), None)


def _count(number: int) -> str:
    """Write a number of items."""
    return "1 item" if number == 1 else f"{number} items"


def _listed(keys: Any) -> str:
    """Write some keys, sorted."""
    return ", ".join(sorted(map(repr, keys))) or "none"
