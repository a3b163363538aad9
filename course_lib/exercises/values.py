"""Looking at values that a student's code made, without letting them have a say.

Nothing here calls a method that a student could have written: types are asked by ``type``, never
by ``isinstance``, and arrays, dicts, lists and tuples are read through numpy's and Python's own
methods. So an object whose ``==`` is always true is only an object of a wrong type.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMERIC_KINDS = "biufc"
_DEEPEST = 32
_NUMBERS = (bool, int, float, complex)


def plain_array(value: Any) -> NDArray | None:
    """Return a student's value as a plain array, or None where it is none.

    Lists of numbers count; subclasses and objects do not get a say in how they are compared.

    Examples
    --------
    >>> plain_array([[1, 2], [3, 4]]).shape
    (2, 2)
    >>> plain_array([[1, 2], [3]]) is None
    True
    """
    kind = type(value)
    if issubclass(kind, np.ma.MaskedArray):
        return None
    if issubclass(kind, np.ndarray):
        array = np.ndarray.view(value, np.ndarray)  # no copy: a view may stand for a huge array
    elif kind is str or is_numeric(value):
        array = np.asarray(value)
    else:
        return None
    return array if array.dtype.kind in NUMERIC_KINDS + "U" else None


def plain_items(value: Any) -> list[Any] | None:
    """Return the items of a list or tuple (also a named one), or None for anything else.

    Examples
    --------
    >>> plain_items((1, "a")), plain_items("ab")
    ([1, 'a'], None)
    """
    if issubclass(type(value), tuple):
        return list(tuple.__iter__(value))
    if issubclass(type(value), list):
        return list(list.__iter__(value))
    return None


def plain_dict(value: Any) -> dict[Any, Any] | None:
    """Return a dict of any kind with plain keys, or None for anything else.

    Keys are numbers, texts, None, or tuples of them; numpy's numbers become Python's.

    Examples
    --------
    >>> plain_dict({np.int64(3): "x"})
    {3: 'x'}
    """
    if not issubclass(type(value), dict):
        return None
    try:
        return {_plain_key(key): item for key, item in dict.items(value)}
    except TypeError:
        return None


def is_numeric(value: Any) -> bool:
    """Tell whether a value is a number, or nested lists of numbers that have one shape.

    Examples
    --------
    >>> is_numeric([[1, 2], [3, 4]]), is_numeric([[1, 2], [3]])
    (True, False)
    """
    try:
        return _only_numbers(value, 0) and np.asarray(value).dtype.kind in NUMERIC_KINDS + "U"
    except (ValueError, OverflowError):  # nested lists of different lengths
        return False


def different(
    expected: NDArray, given: NDArray, rtol: float = 0.0, atol: float = 0.0
) -> NDArray[np.bool_]:
    """Mark where two arrays of one shape differ by more than the tolerances; NaN equals NaN.

    Parameters
    ----------
    expected, given : array
        Numbers or texts, of one shape.
    rtol, atol : float
        As in ``numpy.allclose``: ``|given - expected| <= atol + rtol * |expected|`` is equal.

    Returns
    -------
    bool array
        True where they differ.

    Examples
    --------
    >>> different(np.array([1.0, np.nan]), np.array([1.5, np.nan])).tolist()
    [True, False]
    """
    exact = (rtol == 0 and atol == 0) or "U" in expected.dtype.kind + given.dtype.kind
    return _unlike(expected, given) if exact else _far(expected, given, rtol, atol)


def subtract(given: NDArray, expected: NDArray) -> NDArray:
    """Subtract without wrapping around, whatever the integer type.

    Examples
    --------
    >>> subtract(np.array([1], np.uint8), np.array([3], np.uint8))
    array([-2.])
    """
    wide = np.result_type(given, expected, np.float64)
    with np.errstate(all="ignore"):
        return np.subtract(given, expected, dtype=wide)


def same_structure(expected: Any, given: Any) -> Any:
    """Return a student's value in the types of the expected one, for judges that look inside.

    Parameters
    ----------
    expected : Any
        Of the types that judges compare.
    given : Any
        Found to have the same structure.

    Examples
    --------
    >>> same_structure((np.zeros(2), 0), [[1, 2], 3])
    (array([1, 2]), np.int64(3))
    """
    if isinstance(expected, Mapping):
        mine = plain_dict(given) or {}
        return {key: same_structure(expected[key], mine[_plain_key(key)]) for key in expected}
    if isinstance(expected, tuple | list) and not is_numeric(expected):
        pairs = zip(expected, plain_items(given) or [], strict=True)
        make = getattr(type(expected), "_make", type(expected))  # a named tuple has its own way
        return make([same_structure(e, g) for e, g in pairs])
    array = plain_array(given)
    if array is None or isinstance(expected, str | bytes):
        return given
    return array if array.ndim else array[()]


def _unlike(expected: NDArray, given: NDArray) -> NDArray[np.bool_]:
    """Mark where values are not the very same; NaN equals NaN."""
    unlike = np.asarray(expected != given)
    if unlike.any() and expected.dtype.kind in "fc" and given.dtype.kind in "fc":
        unlike = unlike & ~(np.isnan(expected) & np.isnan(given))
    return unlike


def _far(expected: NDArray, given: NDArray, rtol: float, atol: float) -> NDArray[np.bool_]:
    """Mark where values are farther apart than the tolerances."""
    with np.errstate(all="ignore"):  # infinity and NaN are dealt with below
        distance = np.asarray(np.abs(subtract(given, expected)))
        allowed = np.asarray(np.abs(expected), dtype=distance.dtype) * rtol + atol
        far = np.asarray(~(distance <= allowed))
    # Infinity minus itself is no number, and neither is NaN; equal ones are equal all the same.
    strange = np.asarray(~np.isfinite(distance))
    if strange.any():
        far[strange] = _unlike(expected[strange], given[strange])
    return far


def _only_numbers(value: Any, depth: int) -> bool:
    """Tell whether all leaves of nested lists are plain numbers."""
    if type(value) in (list, tuple):  # a list may hold itself: it is left at some depth
        return depth < _DEEPEST and all(_only_numbers(item, depth + 1) for item in value)
    return type(value) in _NUMBERS or issubclass(type(value), np.generic)


def _plain_key(key: Any) -> Any:
    """Return a dict's key as Python's own; a TypeError for keys that are objects."""
    kind = type(key)
    if kind is tuple:
        return tuple(map(_plain_key, key))
    if issubclass(kind, np.generic):
        return key.item()
    if kind in _NUMBERS or kind is str or key is None:
        return key
    raise TypeError("a key of a dict must be a number, a text, None, or a tuple of them")
