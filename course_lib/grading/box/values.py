"""Values as bytes, without pickle: reading them never runs code and never trusts a size."""

import json
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Literal, cast

import numpy as np

MOST_BYTES = 64 * 2**20
_MOST_HEADER = 8 * 2**20  # as objects it takes many times as much
_MOST_ITEMS = 600_000  # a list may hold itself many times, and be written out without end
_DEEPEST = 32
_ARRAY_KINDS = "biufcUSMm"
_LENGTH = struct.Struct(">I")
# Those whose state is made of whole numbers; a state with arrays could name a place outside them.
_GENERATORS = {"PCG64": np.random.PCG64, "PCG64DXSM": np.random.PCG64DXSM}
_PLAIN = (type(None), bool, int, float, str)
_SEQUENCES: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "f"}
_MAKERS: dict[str, Callable[[Any], Any]] = {"l": list, "t": tuple, "s": set, "f": frozenset}

Order = Literal["C", "F"]
Keep = Callable[[Any], int]
Resolve = Callable[[int, str], Any]


class CodecError(ValueError):
    """Bytes that are no value, or a value that cannot be sent."""


class Opaque:
    """Stands for a value that was not sent; its class is called as the value's class was."""

    __slots__: ClassVar[tuple[str, ...]] = ()


@lru_cache(maxsize=1024)
def opaque(type_name: str) -> Opaque:
    """Make a value that is nothing but the name of its type.

    Examples
    --------
    >>> type(opaque("Tree")).__name__
    'Tree'
    """
    name = "".join(c for c in type_name if c.isprintable())[:60] or "object"
    made: Opaque = type(name, (Opaque,), {"__slots__": ()})()
    return made


def encode(value: Any, keep: Keep | None = None, most: int = MOST_BYTES) -> bytes:
    """Write a value as bytes.

    Parameters
    ----------
    value : Any
        Numbers, text, bytes, None, numpy's numbers and arrays, numpy's default random generators,
        ranges, and dicts, lists, tuples and sets of these.
    keep : callable, optional
        Called with any other value; it keeps the value and returns the number to ask for it.
    most : int
        Arrays that would make it longer are kept, not sent.

    Raises
    ------
    CodecError
        If a value can be neither sent nor kept.

    Examples
    --------
    >>> decode(encode({"a": (1, 2.5), "b": [None, "text"]}))
    {'a': (1, 2.5), 'b': [None, 'text']}
    """
    writer = _Writer(keep, most)
    tree = writer.write(value, 0)
    header = json.dumps([tree, [len(part) for part in writer.parts]]).encode()
    if len(header) > _MOST_HEADER:
        raise CodecError("The value is too long to be sent.")
    return b"".join([_LENGTH.pack(len(header)), header, *writer.parts])


def decode(data: bytes, resolve: Resolve | None = None) -> Any:
    """Read a value; arrays are new and may be written to.

    Parameters
    ----------
    data : bytes
        Whatever came; it need not be from `encode`.
    resolve : callable, optional
        From the number and the type's name of a value that was kept to what stands for it here;
        without it, an `Opaque`.

    Raises
    ------
    CodecError
        If this is no value.

    Examples
    --------
    >>> decode(b"not from here")
    Traceback (most recent call last):
    course_lib.grading.box.values.CodecError: These bytes are no value.
    """
    try:
        (length,) = _LENGTH.unpack_from(data)
        if length > _MOST_HEADER:
            raise CodecError("The header is too long.")
        tree, sizes = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        return _Reader(data, _LENGTH.size + length, sizes, resolve).read(tree, 0)
    except _DAMAGE as error:
        raise CodecError("These bytes are no value.") from error


_DAMAGE = (
    struct.error, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError,
    OverflowError,
)  # fmt: skip


class _Writer:
    """Turns a value into a tree for JSON, and collects what is bytes."""

    def __init__(self, keep: Keep | None, most: int) -> None:
        self.parts: list[bytes] = []
        self._keep, self._left, self._items = keep, most, 0

    def write(self, value: Any, depth: int) -> Any:
        """Return the tree of a value; types are asked by ``type``, so that no value has a say."""
        kind = type(value)
        self._items += 1
        if self._items > _MOST_ITEMS:
            raise CodecError("The value is too long to be sent.")
        if kind in _PLAIN:
            return value if kind is not int or _is_short(value) else self._kept(value)
        if depth >= _DEEPEST:
            return self._kept(value)
        if issubclass(kind, np.ndarray):
            return self._array(value)
        if issubclass(kind, np.generic):
            return self._scalar(value)
        if issubclass(kind, dict):
            pairs = [[key, item] for key, item in dict.items(value)]
            return ["d", [[self.write(part, depth + 1) for part in pair] for pair in pairs]]
        for base, tag in _SEQUENCES.items():
            if issubclass(kind, base):
                items = cast(Any, base).__iter__(value)  # not the value's own way
                return [tag, [self.write(item, depth + 1) for item in items]]
        return self._rare(value, kind)

    def _rare(self, value: Any, kind: type) -> Any:
        """Write the types that seldom occur."""
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is bytes:
            return ["b", self._part(value)]
        if kind is range and all(map(_is_short, (value.start, value.stop, value.step))):
            return ["r", value.start, value.stop, value.step]
        if kind is np.random.Generator and type(value.bit_generator).__name__ in _GENERATORS:
            state = value.bit_generator.state
            return ["g", state["bit_generator"], self.write(state, 1)]
        return self._kept(value)

    def _array(self, value: Any) -> Any:
        """Write an array; a masked one, one of objects or one that is too long is kept."""
        kind = type(value)
        array = np.ndarray.view(value, np.ndarray)
        unfit = issubclass(kind, np.ma.MaskedArray) or array.dtype.kind not in _ARRAY_KINDS
        if unfit or array.nbytes > self._left:
            return self._kept(value)
        order: Order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        data = array.tobytes(order=order)
        return ["a", array.dtype.str, list(array.shape), order, self._part(data)]

    def _scalar(self, value: Any) -> Any:
        """Write one of numpy's numbers."""
        array = np.asarray(value)
        if array.dtype.kind not in _ARRAY_KINDS:
            return self._kept(value)
        return ["n", array.dtype.str, self._part(array.tobytes())]

    def _part(self, data: bytes) -> int:
        """Put bytes behind the tree; return their place."""
        self._left -= len(data)
        if self._left < 0:
            raise CodecError("The value is too long to be sent.")
        self.parts.append(data)
        return len(self.parts) - 1

    def _kept(self, value: Any) -> Any:
        """Keep a value here, and write its number and the name of its type."""
        if self._keep is None:
            raise CodecError(f"A {type(value).__name__} cannot be sent.")
        return ["o", self._keep(value), _type_name(value)]


class _Reader:
    """Turns a tree into a value; whatever is not as `_Writer` writes it raises some error."""

    def __init__(self, data: bytes, start: int, sizes: Any, resolve: Resolve | None) -> None:
        self._data, self._spans = data, []
        self._resolve = resolve or (lambda number, name: opaque(name))
        for size in sizes:
            if type(size) is not int or size < 0 or start + size > len(data):
                raise CodecError("A part is longer than the message.")
            self._spans.append((start, start + size))
            start += size

    def read(self, tree: Any, depth: int) -> Any:
        """Return the value of a tree."""
        if type(tree) in _PLAIN:
            return tree
        if type(tree) is not list or depth > _DEEPEST + 2:
            raise CodecError("This is no tree of a value.")
        tag, *rest = tree
        if tag == "d":
            return {self.read(k, depth + 1): self.read(v, depth + 1) for k, v in rest[0]}
        if tag in _MAKERS:
            return _MAKERS[tag](self.read(item, depth + 1) for item in rest[0])
        read: Callable[..., Any] = getattr(self, f"_read_{_TAGS[tag]}")
        return read(*rest)

    def _read_complex(self, real: float, imaginary: float) -> complex:
        return complex(real, imaginary)

    def _read_bytes(self, place: int) -> bytes:
        start, stop = self._spans[place]
        return self._data[start:stop]

    def _read_range(self, start: int, stop: int, step: int) -> range:
        return range(start, stop, step)

    def _read_array(self, dtype: str, shape: list[int], order: Order, place: int) -> Any:
        kind = _dtype(dtype)
        start, stop = self._spans[place]
        count = 1
        for length in shape:
            if type(length) is not int or length < 0:
                raise CodecError("A shape holds whole numbers.")
            count *= length
        if count * kind.itemsize != stop - start or order not in ("C", "F"):
            raise CodecError("The bytes do not fit the shape.")
        return np.ndarray(shape, kind, bytearray(self._data[start:stop] or b"\0"), order=order)

    def _read_number(self, dtype: str, place: int) -> Any:
        return self._read_array(dtype, [], "C", place)[()]

    def _read_generator(self, name: str, state: Any) -> np.random.Generator:
        bits = _GENERATORS[name]()
        bits.state = self.read(state, 1)
        return np.random.Generator(bits)

    def _read_kept(self, number: int, name: str) -> Any:
        if type(number) is not int or type(name) is not str:
            raise CodecError("What was kept has a number and the name of a type.")
        return self._resolve(number, name)


_TAGS = {
    "c": "complex", "b": "bytes", "r": "range", "a": "array", "n": "number", "g": "generator",
    "o": "kept",
}  # fmt: skip


def _dtype(text: str) -> np.dtype:
    """Read a dtype that is written like "<f8" or "<M8[ns]"."""
    if type(text) is not str or len(text) > 20:
        raise CodecError("A dtype is a short text.")
    found = np.dtype(text)
    if found.kind not in _ARRAY_KINDS:
        raise CodecError(f"Arrays of {found} are not sent.")
    return found


def _is_short(number: int) -> bool:
    """Tell whether a whole number can be written out in a moment."""
    return number.bit_length() <= 4096


def _type_name(value: Any) -> str:
    """Return the name of a value's type, and for an array what it holds."""
    kind = type(value)
    if kind is np.ndarray and value.dtype.kind not in _ARRAY_KINDS:
        return f"array of {'objects' if value.dtype.kind == 'O' else value.dtype}"
    if kind is np.ndarray:
        return "array too large to be sent"
    return "masked array" if issubclass(kind, np.ma.MaskedArray) else str(kind.__name__)[:60]
