"""Judges decide whether a result is right, and if not, in what respect it is wrong.

A judge never calls ``==`` on what a student returned before it is a plain number, text, array or
container, so an object that calls itself equal to everything is only an object of a wrong type.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

DtypeRule = Literal["kind", "exact", "any"]
ProblemKind = Literal[
    "missing", "slow", "error", "raises", "changed", "type", "shape", "dtype", "value", "property"
]

_KINDS = {
    "b": "True or False (bool)",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "decimal numbers",
    "c": "complex numbers",
    "U": "text",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a result.

    Parameters
    ----------
    kind : {"missing", "slow", "error", "raises", "changed", "type", "shape", "dtype", "value", \
            "property"}
        In what respect.
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
    """

    rtol: float = 0.0
    atol: float = 0.0
    dtype: DtypeRule = "kind"

    def __call__(self, arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
        """Return None for a right result, else what is wrong with it."""
        return self._compare(expected, given, "Your result")

    def _compare(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare two values of any supported type."""
        if isinstance(expected, Mapping):
            return self._compare_mapping(expected, given, where)
        if isinstance(expected, tuple | list) and not _is_numeric(expected):
            return self._compare_sequence(expected, given, where)
        if expected is None or isinstance(expected, str):
            return _compare_plain(expected, given, where)
        return self._compare_arrays(expected, given, where)

    def _compare_mapping(self, expected: Mapping, given: Any, where: str) -> Problem | None:
        """Compare key by key."""
        if type(given) is not dict:
            return _wrong_type(where, given, "a dict")
        if set(map(repr, given)) != set(map(repr, expected)):
            keys = f"{_listed(given)}; expected {_listed(expected)}"
            return Problem("shape", f"{where} has the keys {keys}.")
        mine = {repr(key): value for key, value in given.items()}
        parts = ((key, value, mine[repr(key)]) for key, value in expected.items())
        return _first(self._compare(e, g, f"{where} at key {key!r}") for key, e, g in parts)

    def _compare_sequence(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare item by item."""
        if type(given) not in (tuple, list):
            return _wrong_type(where, given, f"a {type(expected).__name__} of {len(expected)}")
        if len(given) != len(expected):
            return Problem(
                "shape", f"{where} has {_count(len(given))}; expected {len(expected)} of them."
            )
        pairs = enumerate(zip(expected, given, strict=True))
        return _first(self._compare(e, g, f"{where}, item {i},") for i, (e, g) in pairs)

    def _compare_arrays(self, expected: Any, given: Any, where: str) -> Problem | None:
        """Compare numbers or arrays: type, shape, dtype, values."""
        ours, theirs = np.asarray(expected), plain_array(given)
        if theirs is None:
            return _wrong_type(where, given, "a number" if ours.ndim == 0 else "an array")
        if theirs.shape != ours.shape:
            return Problem("shape", f"{where} {_shape(theirs)}; expected one that {_shape(ours)}.")
        if (sentence := self._dtype_differs(ours.dtype, theirs.dtype)) is not None:
            return Problem("dtype", f"{where} {sentence}")
        if not self.same_values(ours, theirs):
            return Problem("value", _describe_difference(ours, theirs, where))
        return None

    def _dtype_differs(self, expected: np.dtype, given: np.dtype) -> str | None:
        """Say how the dtype differs, or None where it is acceptable."""
        if self.dtype == "exact" and expected != given:
            return f"has the dtype {given}; expected {expected}."
        accepted = {"b": "b", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu", "U": "U"}
        if self.dtype == "any" or given.kind in accepted[expected.kind]:
            return None
        return f"holds {_KINDS[given.kind]} ({given}); expected {_KINDS[expected.kind]}."

    def same_values(self, expected: NDArray, given: NDArray) -> bool:
        """Compare values within the tolerances; NaN equals NaN."""
        if expected.dtype.kind == "U" or given.dtype.kind == "U":
            return bool(np.array_equal(expected, given))
        if self.rtol == 0 and self.atol == 0:
            numeric = expected.dtype.kind in "fc" and given.dtype.kind in "fc"
            return bool(np.array_equal(expected, given, equal_nan=numeric))
        return bool(np.allclose(given, expected, self.rtol, self.atol, equal_nan=True))


@dataclass(frozen=True)
class PropertyJudge:
    """Accepts every result that has a property, where many answers are right.

    Parameters
    ----------
    property : callable
        ``property(arguments, expected, given)`` returns None, or a sentence that says what is
        missing. It is called with arrays that are plain and of the expected structure.
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
        sentence = self.property(arguments, expected, given)
        return None if sentence is None else Problem("property", sentence)


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


def plain_array(value: Any) -> NDArray | None:
    """Return a student's value as a plain array, or None where it is none.

    Lists of numbers count; subclasses and objects do not get a say in how they are compared.
    """
    if isinstance(value, np.ma.MaskedArray):
        return None
    if isinstance(value, np.ndarray):
        array = np.array(value, subok=False)
    elif type(value) is str or _is_numeric(value):
        array = np.asarray(value)
    else:
        return None
    return array if array.dtype.kind in "biufcU" else None


def _is_numeric(value: Any) -> bool:
    """Tell whether a value is a number, or nested lists of numbers that have one shape."""
    try:
        return _only_numbers(value) and np.asarray(value).dtype.kind in "biufcU"
    except ValueError:  # nested lists of different lengths
        return False


def _only_numbers(value: Any) -> bool:
    """Tell whether all leaves of nested lists are plain numbers."""
    if type(value) in (list, tuple):
        return len(value) > 0 and all(map(_only_numbers, value))
    return type(value) in (bool, int, float, complex) or isinstance(value, np.generic)


def _compare_plain(expected: str | None, given: Any, where: str) -> Problem | None:
    """Compare with a text or None."""
    if type(given) is not type(expected):
        return _wrong_type(where, given, "None" if expected is None else "a text")
    if given != expected:
        return Problem("value", f"{where} is {given!r}; expected {expected!r}.")
    return None


def _wrong_type(where: str, given: Any, expected: str) -> Problem:
    """Say that the type is wrong."""
    return Problem("type", f"{where} is a {type(given).__name__}; expected {expected}.")


def _first(problems: Any) -> Problem | None:
    """Return the first problem of an iterator."""
    return next((problem for problem in problems if problem is not None), None)


def _shape(array: NDArray) -> str:
    """Describe a shape in words."""
    return "is a single number" if array.ndim == 0 else f"has the shape {array.shape}"


def _count(number: int) -> str:
    """Write a number of items."""
    return "1 item" if number == 1 else f"{number} items"


def _listed(keys: Any) -> str:
    """Write some keys, sorted."""
    return ", ".join(sorted(map(repr, keys))) or "none"


def _describe_difference(expected: NDArray, given: NDArray, where: str) -> str:
    """Say how two arrays of one shape differ."""
    if expected.ndim == 0:
        return f"{where} is {given.item()!r}; expected {expected.item()!r}."
    with np.errstate(invalid="ignore"):
        different = ~np.isclose(given, expected, rtol=1e-9, equal_nan=True)
    count = max(int(different.sum()), 1)
    worst = np.unravel_index(int(different.argmax()), expected.shape)
    index = tuple(map(int, worst))
    place = index[0] if len(index) == 1 else index
    return (
        f"{where} differs in {count} of {expected.size} values, first at [{place}]: "
        f"{given[worst].item()!r}; expected {expected[worst].item()!r}."
    )
