"""Judges tell right from wrong, and in what respect."""

import collections

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.exercises.judges import close, equal, holds, letter


def kind(judge, expected, given):
    problem = judge((), expected, given)
    return None if problem is None else problem.kind


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (np.arange(3), [0, 1, 2]),
        (np.arange(3), (0, 1, 2)),
        (np.arange(3), np.arange(3, dtype=np.uint8)),
        (np.array([1.0, 2]), np.array([1, 2])),
        (np.array([True]), [True]),
        (np.zeros(0, int), []),
        (3, np.int64(3)),
        (2.0, 2),
        ("a", "a"),
        ("a", np.str_("a")),
        (b"ab", b"ab"),
        (None, None),
        ([], []),
        ((1, "a"), [1, "a"]),
        ({"a": 1, 3: [2]}, {3: (2,), "a": 1}),
        ({3: 1}, {np.int64(3): 1}),
        ({"a": 2, "b": 1}, collections.Counter("aab")),
        ((np.arange(2), 4), collections.namedtuple("result", "image slope")(np.arange(2), 4)),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
    ],
)
def test_the_same_value_passes_however_it_is_written(expected, given):
    assert kind(equal(), expected, given) is None
    assert kind(close(), expected, given) is None


@pytest.mark.parametrize(
    ("expected", "given", "respect"),
    [
        (np.arange(3), np.arange(4), "shape"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape"),
        (np.arange(3), 0, "shape"),
        (0, np.arange(3), "shape"),
        (np.arange(3), np.arange(3.0), "dtype"),
        (np.array([True]), np.array([1]), "dtype"),
        (3, "3", "dtype"),
        (3, True, "dtype"),
        (np.array([1.0]), np.array([1j]), "dtype"),
        (np.arange(3), np.array([0, 1, 3]), "value"),
        (3, 4, "value"),
        ("a", "b", "value"),
        (b"a", b"b", "value"),
        (np.ones(2), np.array([1, np.nan]), "nan"),
        (np.ones(2), np.array([1, np.inf]), "nan"),
        (1.0, float("nan"), "nan"),
        (np.array([np.nan, 1]), np.ones(2), "value"),
        (np.arange(3), None, "type"),
        (np.arange(3), iter([0, 1, 2]), "type"),
        (np.arange(3), np.ma.masked_array([0, 1, 2]), "type"),
        (np.arange(3), np.array([0, 1, 2], dtype=object), "type"),
        ("a", 3, "type"),
        ("a", None, "type"),
        (b"a", "a", "type"),
        (None, 0, "type"),
        ((1, "a"), (1, "a", 2), "shape"),
        ((1, "a"), {1: "a"}, "type"),
        ({"a": 1}, {"b": 1}, "shape"),
        ({"a": 1}, [("a", 1)], "type"),
        ({"a": 1}, {"a": 2}, "value"),
        ((np.arange(3), 1), (np.arange(3), 2), "value"),
        ((np.arange(3), 1), np.arange(2), "type"),
    ],
)
def test_a_wrong_value_is_wrong_in_its_own_respect(expected, given, respect):
    assert kind(equal(), expected, given) == respect
    assert kind(close(), expected, given) == respect


def test_equal_asks_for_the_very_same_and_close_for_nearly_the_same():
    assert kind(equal(), 0.3, 0.1 + 0.2) == "value"
    assert kind(close(), 0.3, 0.1 + 0.2) is None
    assert kind(close(rtol=1e-3), 100.0, 100.05) is None
    assert kind(close(rtol=1e-3), 100.0, 100.2) == "value"


def test_the_very_dtype_can_be_asked_for_and_any_can_be_accepted():
    ours = np.arange(3, dtype=np.uint8)
    assert kind(equal(dtype="exact"), ours, np.arange(3, dtype=np.int16)) == "dtype"
    assert kind(equal(dtype="exact"), ours, ours.copy()) is None
    assert kind(equal(dtype="any"), ours, np.arange(3.0)) is None


class Agreeable:
    """Calls itself equal to everything and larger than everything."""

    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        return np.arange(3)

    def __abs__(self):
        return 0

    __hash__ = None
    __gt__ = __lt__ = __le__ = __ge__ = __eq__


@pytest.mark.parametrize("expected", [3, "a", None, np.arange(3), (1, "a"), {"a": 1}, b"a"])
def test_an_object_that_equals_everything_equals_nothing(expected):
    assert kind(equal(), expected, Agreeable()) == "type"
    assert kind(close(), expected, Agreeable()) == "type"


def test_an_array_of_objects_that_equal_everything_equals_nothing():
    given = np.array([Agreeable()] * 3, dtype=object)
    assert kind(equal(), np.arange(3), given) == "type"


def test_an_array_subclass_that_equals_everything_is_compared_by_its_numbers():
    class AgreeableArray(np.ndarray):
        __eq__ = Agreeable.__eq__
        __hash__ = None

        def __array_ufunc__(self, *arguments, **settings):
            return np.zeros(3)

    assert kind(close(), np.arange(3), np.array([0, 1, 7]).view(AgreeableArray)) == "value"
    assert kind(close(), np.arange(3), np.array([0, 1, 2]).view(AgreeableArray)) is None


def test_a_huge_array_is_refused_by_its_shape_without_being_copied():
    huge = np.broadcast_to(np.int64(0), (10**6, 10**6))
    assert kind(close(), np.zeros((3, 3)), huge) == "shape"


def test_an_expected_object_is_an_error_of_the_course():
    with pytest.raises(CourseError, match="A set cannot be judged"):
        equal()((), {1, 2}, {1, 2})


@pytest.mark.parametrize(
    ("expected", "given", "sentence"),
    [
        (4, 5, "Your result is 5; expected 4."),
        (0.5, 1 / 3, "Your result is 0.333333; expected 0.5."),
        (0.1, 0.1 + 1e-9, "Your result is 0.100000001; expected 0.1."),
        (
            np.arange(6).reshape(2, 3),
            np.array([[0, 1, 2], [3, 9, 9]]),
            "Your result differs in 2 of 6 values, first at [1, 1]: 9; expected 4.",
        ),
        (
            np.zeros((3, 5)),
            np.zeros((5, 3)),
            "Your result has the shape (5, 3); expected one that has the shape (3, 5). "
            "Are the axes swapped?",
        ),
        (
            np.array([True]),
            np.array([1]),
            "Your result holds whole numbers (int64); expected True or False (bool).",
        ),
        ((1, "a"), (1, "b"), "Your result, item 1, is 'b'; expected 'a'."),
        ([(1, "a")], [(1, "b")], "Your result, item 0, item 1, is 'b'; expected 'a'."),
        ({"a": 1}, {"a": 2}, "Your result at key 'a' is 2; expected 1."),
        (np.arange(3), len, "Your result is a function (do the parentheses of its call lack?); "
                            "expected an array."),
        (np.arange(3), [[1], [2, 3]], "Your result is a list whose rows differ in length; "
                                      "expected an array."),
        (np.arange(3), np.array([None]), "Your result is an array of objects; expected an array."),
        (3, 10**400, "Your result is a whole number too large for numpy; expected a number."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_given_and_what_was_expected(expected, given, sentence):
    assert equal()((), expected, given).sentence == sentence


def test_a_property_sees_plain_arrays_of_the_expected_structure():
    seen = []

    def looks(arguments, expected, given):
        seen.append(type(given))

    assert holds(looks)((), np.arange(3), [0, 5, 2]) is None
    assert seen == [np.ndarray]
    assert kind(holds(looks), np.arange(3), [0, 5]) == "shape"
    assert len(seen) == 1


def test_a_property_without_structure_sees_what_was_returned():
    judge = holds(lambda arguments, expected, given: f"{given!r}", structure=False)
    assert judge((), np.arange(3), {"any": "thing"}).sentence == "{'any': 'thing'}"


@pytest.mark.parametrize(
    ("given", "respect"),
    [
        ("B", None),
        ("A", "value"),
        ("D", "letter"),
        ("BB", "letter"),
        ("", "missing"),
        (2, "letter"),
        (["B"], "letter"),
    ],
)
def test_a_letter_is_right_wrong_or_no_letter(given, respect):
    assert kind(letter("ABC"), "B", given) == respect


@pytest.mark.parametrize("given", ["A", "C", "D", "", 2, None])
def test_a_judged_letter_does_not_tell_the_right_one(given):
    sentence = letter("ABCD")((), "C" if given != "C" else "B", given).sentence
    assert ("C" if given != "C" else "B") not in sentence
