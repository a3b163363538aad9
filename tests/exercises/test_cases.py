"""Cases give the same arguments for the same seed, and nobody can change them."""

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.exercises.cases import Case, drawn, edge, given


def test_given_arguments_are_fresh_each_time():
    case = given("a list", [1, 2, 3])
    case.arguments(0, "x", 0)[0].append(4)
    assert case.arguments(0, "x", 0) == ([1, 2, 3],)


def test_a_drawn_case_depends_on_seed_name_and_place_only():
    case = drawn("a number", lambda rng: (int(rng.integers(10**9)),))
    first = case.arguments(1, "x", 0)
    assert case.arguments(1, "x", 0) == first
    others = [case.arguments(*key) for key in ((2, "x", 0), (1, "y", 0), (1, "x", 1))]
    assert first not in others


def test_given_and_edge_do_not_depend_on_the_seed():
    for make in (given, edge):
        case = make("an array", np.arange(3))
        np.testing.assert_array_equal(*case.arguments(1, "x", 0), *case.arguments(2, "x", 0))


def test_edge_remembers_the_error_that_is_right():
    assert edge("nothing", 0, raises=ValueError).raises is ValueError
    assert edge("nothing", 0).raises is None


def test_a_case_that_does_not_draw_a_tuple_is_an_error_of_the_course():
    case = Case("an array", "drawn", lambda rng: np.arange(3))
    with pytest.raises(CourseError, match="'an array' of 'x' drew a ndarray"):
        case.arguments(0, "x", 0)
