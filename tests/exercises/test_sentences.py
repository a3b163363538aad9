"""Words for differences."""

import numpy as np
import pytest

from course_lib.exercises.sentences import (
    describe_not_finite,
    describe_pattern,
    describe_type,
    joined,
    number_pair,
    number_text,
)

IMAGE = np.array([[1.0, 2, 4], [3, 9, 5], [8, 0, 7]])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (IMAGE.T, "It would be right with its axes swapped (transposed)."),
        (IMAGE[::-1], "It would be right if it were reversed along axis 0."),
        (IMAGE[:, ::-1], "It would be right if it were reversed along axis 1."),
        (IMAGE * 2.5, "Every value is 2.5 times the expected one."),
        (-IMAGE, "Every value has the wrong sign."),
        (IMAGE + 3, "Every value is too large by 3."),
        (IMAGE - 0.25, "Every value is too small by 0.25."),
        (IMAGE + np.eye(3), None),
        (np.zeros((3, 3)), None),
        (np.full((3, 3), np.nan), None),
    ],
)
def test_a_difference_of_a_simple_form_is_recognised(given, sentence):
    assert describe_pattern(IMAGE, given) == sentence


def test_a_difference_of_one_in_whole_numbers_points_to_rounding():
    ours = np.array([1, 5, 9, 3])
    assert describe_pattern(ours, ours + np.array([0, 1, 0, -1])) == (
        "No value is wrong by more than 1: look at how you round."
    )
    assert describe_pattern(ours * 1.0, ours + np.array([0, 1, 0, -1])) is None


def test_no_form_is_claimed_from_a_constant_image_or_two_values():
    assert describe_pattern(np.ones(9), np.full(9, 2.0)) is None
    assert describe_pattern(np.array([1.0, 2]), np.array([2.0, 4])) is None
    assert describe_pattern(np.array([True, False, True]), np.array([False, True, False])) is None


def test_unsigned_values_do_not_wrap_around_in_a_pattern():
    ours = np.array([10, 20, 30], np.uint8)
    assert describe_pattern(ours, ours - np.uint8(5)) == "Every value is too small by 5."


def test_nan_and_infinity_are_told_apart_and_placed():
    expected, given = np.ones((2, 3)), np.ones((2, 3))
    assert describe_not_finite(expected, given) is None
    given[1, 2] = np.inf
    assert "infinity in 1 of 6 values, first at [1, 2]" in describe_not_finite(expected, given)
    given[0, 1] = np.nan
    assert "NaN in 1 of 6 values, first at [0, 1]" in describe_not_finite(expected, given)
    expected[:] = np.nan
    assert "infinity" in describe_not_finite(expected, given)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("a", "a text"),
        (3, "a whole number"),
        (True, "True or False"),
        ([], "a list of 0"),
        ((1, 2), "a tuple of 2"),
        ([[1, 2], [3]], "a list whose rows differ in length"),
        (np.zeros(3, np.float32), "an array of float32"),
        (np.ma.masked_array([1]), "a masked array"),
        (abs, "a function (do the parentheses of its call lack?)"),
        (OSError(), "an OSError"),
        (zip([1], [2], strict=True), "a zip, which holds no values yet"),
        (..., "the placeholder ..."),
    ],
)
def test_a_value_is_named_by_its_type(value, words):
    assert describe_type(value) == words


def test_numbers_are_short_but_show_their_difference():
    assert number_text(1 / 3) == "0.333333"
    assert number_text(np.uint8(7)) == "7"
    assert number_text(np.True_) == "True"
    assert number_pair(1.0, 1.0 + 1e-8) == ("1", "1.00000001")
    assert number_pair(1.0, np.nextafter(1.0, 2)) == ("1", "1.0000000000000002")
    assert number_pair(0.5, 0.25) == ("0.5", "0.25")


def test_words_are_joined_as_in_a_sentence():
    assert joined(["a"]) == "a"
    assert joined(["a", "b"]) == "a and b"
    assert joined(["a", "b", "c"], "or") == "a, b or c"
