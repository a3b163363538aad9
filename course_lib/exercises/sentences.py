"""Words for values: what a result is, how it differs, what the difference looks like."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.values import is_numeric, plain_items, subtract

_NAMED = {
    "generator": "a generator, which holds no values yet",
    "map": "a map, which holds no values yet",
    "filter": "a filter, which holds no values yet",
    "zip": "a zip, which holds no values yet",
    "function": "a function (do the parentheses of its call lack?)",
    "method": "a method (do the parentheses of its call lack?)",
    "builtin_function_or_method": "a function (do the parentheses of its call lack?)",
    "ellipsis": "the placeholder ...",
    "NoneType": "None",
    "str": "a text",
    "bool": "True or False",
    "float": "a number",
}
_DIGITS = (6, 9, 12, 17)
_FEW = 1000


def describe_type(value: Any) -> str:
    """Say what a value is, by its type alone.

    Examples
    --------
    >>> describe_type(x for x in "abc")
    'a generator, which holds no values yet'
    >>> describe_type({1, 2})
    'a set'
    """
    kind = type(value)
    if issubclass(kind, np.ma.MaskedArray):
        return "a masked array"
    if issubclass(kind, np.ndarray):
        dtype = np.ndarray.view(value, np.ndarray).dtype
        return f"an array of {'objects' if dtype.kind == 'O' else dtype}"
    if kind in (list, tuple):
        return _describe_list(value)
    if kind is int:
        return "a whole number" if is_numeric(value) else "a whole number too large for numpy"
    return _NAMED.get(kind.__name__) or with_article(kind.__name__[:60])


def describe_shape(given: Sequence[int], expected: Sequence[int]) -> str:
    """Say that a shape is not the expected one.

    Examples
    --------
    >>> describe_shape((3, 5), (5, 3))
    'has the shape (3, 5); expected one that has the shape (5, 3). Are the axes swapped?'
    """
    swapped = len(given) > 1 and tuple(given) == tuple(expected)[::-1]
    ask = " Are the axes swapped?" if swapped else ""
    return f"{_shape(given)}; expected one that {_shape(expected)}.{ask}"


def describe_not_finite(expected: NDArray, given: NDArray) -> str | None:
    """Say that a result holds NaN or infinity where it should not; None if it holds none.

    Parameters
    ----------
    expected, given : array
        Of one shape.

    Examples
    --------
    >>> describe_not_finite(np.ones(2), np.ones(2)) is None
    True
    >>> describe_not_finite(np.ones(2), np.array([1, np.nan]))[:29]
    'holds NaN in 1 of 2 values, f'
    """
    if given.dtype.kind not in "fc" or expected.dtype.kind not in "biufc":
        return None
    for name, test, source in (
        ("NaN", np.isnan, "0 / 0, infinity minus infinity, or the logarithm of a negative number"),
        ("infinity", np.isinf, "a division by 0, the logarithm of 0, or a very large exponent"),
    ):
        wrong = test(given) & ~test(expected)
        if wrong.any():
            count = f" in {wrong.sum()} of {wrong.size} values" if wrong.ndim else ""
            place = f", first at {index_text(_first_index(wrong))}" if wrong.ndim else ""
            return f"holds {name}{count}{place}, where a number belongs. It comes from {source}."
    return None


def describe_difference(expected: NDArray, given: NDArray, wrong: NDArray[np.bool_]) -> str:
    """Say how two arrays of one shape differ.

    Parameters
    ----------
    expected, given : array
        Of one shape.
    wrong : bool array
        Where they differ; somewhere they do.

    Examples
    --------
    >>> ours, theirs = np.array([1, 2, 3]), np.array([1, 2, 4])
    >>> describe_difference(ours, theirs, ours != theirs)
    'differs in 1 of 3 values, first at [2]: 4; expected 3.'
    """
    place = _first_index(wrong)
    mine, right = number_pair(given[place], expected[place])
    if expected.ndim == 0:
        return f"is {mine}; expected {right}."
    count = int(wrong.sum())
    return (
        f"differs in {count} of {wrong.size} values, first at {index_text(place)}: "
        f"{mine}; expected {right}."
    )


def describe_pattern(expected: NDArray, given: NDArray) -> str | None:
    """Recognise a difference of a simple form: swapped, mirrored, scaled, shifted, rounded.

    Parameters
    ----------
    expected, given : array
        Of one shape.

    Returns
    -------
    str or None
        A sentence; None where the difference has no such form, or too few values to tell.

    Examples
    --------
    >>> describe_pattern(np.array([1.0, 2, 4]), np.array([2.0, 4, 8]))
    'Every value is 2 times the expected one.'
    """
    numbers = expected.dtype.kind in "iuf" and given.dtype.kind in "iuf"
    if not numbers or expected.size < 3 or not (_all_finite(expected) and _all_finite(given)):
        return None
    if expected.min() == expected.max() or given.min() == given.max():
        return None
    if expected.ndim > 1 and expected.shape == expected.shape[::-1] and _alike(expected.T, given):
        return "It would be right with its axes swapped (transposed)."
    for axis in range(expected.ndim):
        if _alike(np.flip(expected, axis), given):
            return f"It would be right if it were reversed along axis {axis}."
    return _scaled(expected, given) or _shifted(expected, given)


def number_text(value: Any, digits: int = _DIGITS[0]) -> str:
    """Write a number of an array as a person would.

    Examples
    --------
    >>> number_text(np.float32(0.1)), number_text(np.int16(-7)), number_text(2.0)
    ('0.1', '-7', '2')
    """
    plain = value.item() if isinstance(value, np.generic | np.ndarray) else value
    if isinstance(plain, str):
        return repr(plain)
    if isinstance(plain, float | complex):
        return f"{plain:.{digits}g}"
    return str(plain)


def number_pair(given: Any, expected: Any) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to see that they differ.

    Examples
    --------
    >>> number_pair(1.0, 1.0 + 1e-8)
    ('1', '1.00000001')
    """
    for digits in _DIGITS:
        pair = number_text(given, digits), number_text(expected, digits)
        if pair[0] != pair[1]:
            break
    return pair


def index_text(index: Sequence[int]) -> str:
    """Write an index as it stands in code: [3] or [3, 4].

    Examples
    --------
    >>> index_text((3, 4))
    '[3, 4]'
    """
    return f"[{', '.join(str(int(i)) for i in index)}]"


def joined(words: Sequence[str], last: str = "and") -> str:
    """Join words: "a, b and c".

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def with_article(noun: str) -> str:
    """Put "a" or "an" before a word.

    Examples
    --------
    >>> with_article("array"), with_article("list")
    ('an array', 'a list')
    """
    return f"{'an' if noun[:1].lower() in tuple('aeio') else 'a'} {noun}"


def _describe_list(value: Any) -> str:
    """Say what is in a list or tuple that is not what was expected."""
    name, items = type(value).__name__, plain_items(value) or []
    lengths = {len(item) if type(item) in (list, tuple) else None for item in items}
    if None not in lengths and len(lengths) > 1:
        return f"a {name} whose rows differ in length"
    return f"a {name} of {len(items)}"


def _shape(shape: Sequence[int]) -> str:
    """Describe a shape in words."""
    return f"has the shape {tuple(shape)}" if len(shape) else "is a single number"


def _first_index(wrong: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the index of the first True."""
    return tuple(map(int, np.unravel_index(int(wrong.argmax()), wrong.shape)))


def _all_finite(array: NDArray) -> bool:
    """Tell whether no value is NaN or infinite."""
    return bool(np.isfinite(array).all())


def _alike(expected: NDArray, given: NDArray) -> bool:
    """Tell whether two arrays are equal but for rounding; most are told apart by a few values."""
    allowed = 1e-6 * max(abs(float(expected.max())), abs(float(expected.min())))
    few = (slice(None, None, 1 + int((expected.size / _FEW) ** (1 / expected.ndim))),)
    return all(
        np.abs(subtract(given[places], expected[places])).max() <= allowed
        for places in (few * expected.ndim, ...)
    )


def _scaled(expected: NDArray, given: NDArray) -> str | None:
    """Say by which factor all values are wrong."""
    place = int(np.abs(expected).argmax())
    factor = float(given.flat[place]) / float(expected.flat[place])
    if factor == 0 or not _alike(expected * factor, given):
        return None
    if abs(factor + 1) < 1e-9:
        return "Every value has the wrong sign."
    return f"Every value is {number_text(factor, 4)} times the expected one."


def _shifted(expected: NDArray, given: NDArray) -> str | None:
    """Say by how much all values are too large or too small, or that only rounding differs."""
    shift = subtract(given, expected)
    low, high = float(shift.min()), float(shift.max())
    if high - low <= 1e-6 * max(abs(low), abs(high)):
        size = number_text(abs(low), 4)
        return f"Every value is too {'large' if low > 0 else 'small'} by {size}."
    if expected.dtype.kind in "iu" and max(abs(low), abs(high)) <= 1:
        return "No value is wrong by more than 1: look at how you round."
    return None
