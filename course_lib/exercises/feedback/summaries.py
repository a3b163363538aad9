"""Values in a line of text."""

from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.feedback.pictures import value_range
from course_lib.exercises.sentences import describe_type, number_text
from course_lib.exercises.values import NUMERIC_KINDS, plain_array, plain_dict, plain_items

MOST = 12
_DEEPEST = 3


def summarize(value: Any, depth: int = 0) -> str:
    """Write any value in a line: small ones whole, large ones by shape and range.

    Parameters
    ----------
    value : Any
        A student's or ours; objects are named by their type only.
    depth : int
        How deep inside of containers it stands.

    Examples
    --------
    >>> summarize((3, "a")), summarize(np.zeros((64, 64)))
    ("(3, 'a')", 'array of shape (64, 64), float64, values 0 to 0')
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, complex):
        return number_text(value)[:80]
    if kind in (str, bytes):
        return repr(value) if len(value) <= 200 else f"{value[:200]!r}... ({len(value)} long)"
    if depth < _DEEPEST and (items := plain_items(value)) is not None:
        return _summarize_items(items, "()" if issubclass(kind, tuple) else "[]", depth)
    if depth < _DEEPEST and (pairs := plain_dict(value)) is not None:
        return _summarize_dict(pairs, depth)
    array = plain_array(value)
    return _summarize_object(value) if array is None else summarize_array(array)


def summarize_array(array: NDArray) -> str:
    """Write an array in a line: its numbers if they are few, else its shape, dtype and range.

    Examples
    --------
    >>> summarize_array(np.arange(3))
    '[0, 1, 2] (int64)'
    """
    if array.ndim <= 1 and array.size <= MOST:
        numbers = ", ".join(number_text(number) for number in array.flat)
        return f"[{numbers}] ({array.dtype})" if array.ndim else numbers
    ends = value_range(array) if array.dtype.kind in "biuf" else None
    values = "" if ends is None else f", values {range_text(ends)}"
    start = ""
    if array.ndim == 1 and array.dtype.kind in NUMERIC_KINDS:
        start = f": {', '.join(number_text(number) for number in array[:6])}, ..."
    return f"array of shape {array.shape}, {array.dtype}{values}{start}"


def range_text(ends: tuple[float, float] | None) -> str:
    """Write a range of values: "0 to 255".

    Examples
    --------
    >>> range_text((0.0, 255.0))
    '0 to 255'
    """
    if ends is None:
        return "none that is finite"
    return f"{number_text(ends[0], 4)} to {number_text(ends[1], 4)}"


def _summarize_items(items: list[Any], brackets: str, depth: int) -> str:
    """Write the items of a list or tuple."""
    inside = [summarize(item, depth + 1) for item in items[:MOST]]
    more = [f"... {len(items)} in all"] if len(items) > MOST else []
    comma = "," if brackets == "()" and len(items) == 1 else ""
    return f"{brackets[0]}{', '.join([*inside, *more])}{comma}{brackets[1]}"


def _summarize_dict(pairs: dict[Any, Any], depth: int) -> str:
    """Write the items of a dict."""
    inside = [f"{key!r}: {summarize(v, depth + 1)}" for key, v in list(pairs.items())[:MOST]]
    more = [f"... {len(pairs)} in all"] if len(pairs) > MOST else []
    return f"{{{', '.join([*inside, *more])}}}"


def _summarize_object(value: Any) -> str:
    """Name an object; files by their name without the folder."""
    kind = type(value)
    if issubclass(kind, PurePath):
        return f"the file {value.name}"
    if issubclass(kind, np.random.Generator):
        return "a seeded random generator (numpy.random.Generator)"
    return describe_type(value)
