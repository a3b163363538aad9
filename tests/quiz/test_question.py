import pytest

from course_lib.errors import CourseError
from course_lib.quiz.question import Option, Question

RIGHT, WRONG = Option("A", "2", True, "Yes."), Option("B", "11", False, "That joins digits.")


def test_the_key_is_the_letter_of_the_right_option():
    assert Question("1 + 1?", (RIGHT, WRONG)).key == "A"


@pytest.mark.parametrize("options", [(), (WRONG,), (RIGHT, RIGHT)])
def test_a_question_has_exactly_one_right_option(options):
    with pytest.raises(CourseError, match="a question has one"):
        Question("1 + 1?", options)


def test_a_question_has_a_text():
    with pytest.raises(CourseError, match="without a text"):
        Question("  ", (RIGHT, WRONG))


def test_a_letter_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(CourseError, match="There is no option 'C'; there are A, B"):
        Question("1 + 1?", (RIGHT, WRONG)).option("C")
