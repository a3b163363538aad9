"""Looking at values does not let them have a say."""

import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from course_lib.exercises.values import (
    different,
    is_numeric,
    plain_array,
    plain_dict,
    plain_items,
    same_structure,
    subtract,
)


class Agreeable(np.ndarray):
    """Calls itself equal to everything."""

    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("nobody should ask")

    __hash__ = None


def test_a_subclass_of_an_array_is_read_as_a_plain_array_without_a_copy():
    mine = np.arange(3).view(Agreeable)
    plain = plain_array(mine)
    assert type(plain) is np.ndarray
    assert np.shares_memory(plain, mine)
    assert plain.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "value",
    [
        np.ma.masked_array([1, 2], [True, False]),
        np.array([1, None], dtype=object),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        [[1, 2], [3]],
        (number for number in range(3)),
        10**400,
        range(3),
        {1, 2},
        [1, None],
        object(),
        None,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_array_of_numbers_is_none(value):
    assert plain_array(value) is None


@pytest.mark.parametrize("value", [True, 3, 2.5, 1j, np.float32(1), [1, 2], [[1.5], [2]], (), "a"])
def test_numbers_texts_and_nested_lists_are_arrays(value):
    np.testing.assert_array_equal(plain_array(value), np.asarray(value))


def test_a_list_that_holds_itself_is_no_array():
    endless: list = []
    endless.append(endless)
    assert plain_array(endless) is None
    assert not is_numeric(endless)


def test_a_class_that_claims_to_be_an_array_is_none():
    class Pretender:
        @property
        def __class__(self):
            return np.ndarray

    assert isinstance(Pretender(), np.ndarray)
    assert plain_array(Pretender()) is None
    assert plain_items(Pretender()) is None
    assert plain_dict(Pretender()) is None


def test_named_tuples_and_kinds_of_dicts_count_as_what_they_are():
    point = collections.namedtuple("point", "x y")(1, 2)
    assert plain_items(point) == [1, 2]
    assert plain_dict(collections.Counter("aab")) == {"a": 2, "b": 1}
    assert plain_dict({np.int64(3): "x", (np.int8(1), "b"): "y"}) == {3: "x", (1, "b"): "y"}
    assert plain_dict({object(): 1}) is None


def test_nan_equals_nan_and_infinity_equals_infinity_only():
    ours = np.array([np.nan, np.inf, np.inf, 1.0, np.nan])
    theirs = np.array([np.nan, np.inf, -np.inf, np.nan, 1.0])
    for tolerances in ((0, 0), (1e-6, 1e-9)):
        assert different(ours, theirs, *tolerances).tolist() == [False, False, True, True, True]


def test_a_difference_of_unsigned_numbers_does_not_wrap_around():
    low, high = np.array([1], np.uint8), np.array([255], np.uint8)
    assert subtract(low, high).tolist() == [-254.0]
    assert different(high, low, 0, 2).all()


_floats = npst.arrays(
    st.sampled_from([np.float64, np.float32, np.int16]), 7, elements={"min_value": -1000}
)


@given(_floats, _floats, st.sampled_from([0, 1e-6, 0.1]), st.sampled_from([0, 1e-9, 1.0]))
def test_different_agrees_with_numpys_isclose_in_double_precision(ours, theirs, rtol, atol):
    expected = ~np.isclose(
        theirs.astype(float), ours.astype(float), rtol=rtol, atol=atol, equal_nan=True
    )
    np.testing.assert_array_equal(different(ours, theirs, rtol, atol), expected)


def test_texts_are_compared_as_texts():
    assert different(np.array(["a", "b"]), np.array(["a", "c"])).tolist() == [False, True]


def test_a_value_is_given_to_a_property_in_the_types_of_the_expected_one():
    given_value = {"a": [[1, 2], [3, 4]], "b": (np.arange(2).view(Agreeable), 5)}
    plain = same_structure({"a": np.eye(2), "b": [np.arange(2), 1]}, given_value)
    assert type(plain["a"]) is np.ndarray
    assert plain["a"].shape == (2, 2)
    assert type(plain["b"]) is list
    assert type(plain["b"][0]) is np.ndarray
    assert plain["b"][1] == 5
