"""Values survive the way through the pipe, and damaged bytes never do harm."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.grading.box.values import CodecError, Opaque, decode, encode

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**200), 2**200),
    st.floats(),
    st.text(),
    st.binary(),
    st.complex_numbers(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=4),
    ),
    max_leaves=12,
)
ARRAYS = hnp.arrays(
    st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(),
        hnp.floating_dtypes(),
        hnp.complex_number_dtypes(),
        hnp.unicode_string_dtypes(),
    ),
    hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
)


@settings(deadline=None)
@given(VALUES)
def test_containers_of_plain_values_come_back_as_they_were(value):
    assert repr(decode(encode(value))) == repr(value)


@settings(deadline=None)
@given(ARRAYS)
def test_arrays_keep_dtype_shape_and_every_bit(array):
    back = decode(encode(array))
    assert type(back) is np.ndarray
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


def test_fortran_order_is_kept():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    back = decode(encode(array))
    assert back.flags.f_contiguous
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    "value", [np.float32(0.1), np.int16(-7), np.bool_(True), np.str_("a"), np.datetime64("2026")]
)
def test_numpys_numbers_keep_their_type(value):
    back = decode(encode(value))
    assert type(back) is type(value)
    assert back == value


def test_a_generator_goes_on_where_it_was():
    rng = np.random.default_rng(7)
    rng.random(3)
    assert decode(encode(rng)).random() == rng.random()


def test_named_tuples_and_kinds_of_dicts_become_plain():
    from collections import Counter, namedtuple

    point = namedtuple("point", "x y")(1, 2)
    assert decode(encode([point, Counter("aab")])) == [(1, 2), {"a": 2, "b": 1}]


def test_other_values_are_kept_and_stand_as_their_type():
    class Tree:
        pass

    kept = []
    tree = Tree()

    def keep(value):
        kept.append(value)
        return len(kept) - 1

    back = decode(encode((1, tree), keep))
    assert kept == [tree]
    assert isinstance(back[1], Opaque)
    assert type(back[1]).__name__ == "Tree"
    assert decode(encode((1, tree), keep), lambda number, name: (number, name)) == (1, (1, "Tree"))


def test_what_cannot_be_sent_is_refused_where_nobody_keeps_it():
    with pytest.raises(CodecError, match="function cannot be sent"):
        encode(lambda: 0)


def test_an_array_that_is_too_large_is_kept():
    huge = np.broadcast_to(np.float64(0), (10**6, 10**6))
    back = decode(encode(huge, lambda value: 0))
    assert type(back).__name__ == "array too large to be sent"


def test_a_list_that_holds_itself_ends():
    endless = []
    endless.append(endless)
    assert decode(encode(endless, lambda value: 0)) is not None


def test_an_object_has_no_say_in_how_it_is_written():
    class Liar(dict):
        def items(self):
            raise SystemExit

        def __iter__(self):
            raise SystemExit

    assert decode(encode(Liar(a=1))) == {"a": 1}


def message(tree, *parts):
    header = json.dumps([tree, [len(part) for part in parts]]).encode()
    return struct.pack(">I", len(header)) + header + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\x05hello",
        message(["a", "<f8", [10**9, 10**9], "C", 0], b"12345678"),
        message(["a", "<f8", [-1, -1], "C", 0], b"12345678"),
        message(["a", "O", [1], "C", 0], b"12345678"),
        message(["a", "V8", [1], "C", 0], b"12345678"),
        message(["a", "<f8", [1], "C", 7], b"12345678"),
        message(["n", "<f8", 0], b"1234"),
        message(["x"]),
        message(["g", "MT19937", ["d", []]]),
        message(["g", "PCG64", ["d", []]]),
        message(["d", [[["l", []], 1]]]),
        message(["o", "0", 3]),
        message({"a": 1}),
        b"\0\x01\0\0" + b"[" * 65536,
    ],
)
def test_damaged_bytes_are_refused_with_one_error(data):
    with pytest.raises(CodecError):
        decode(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_random_damage_gives_a_value_or_the_one_error(noise, place):
    data = encode({"a": np.arange(3), "b": [1, "x", b"y"]})
    damaged = data[:place] + noise + data[place + len(noise) :]
    with contextlib.suppress(CodecError):
        decode(damaged)
