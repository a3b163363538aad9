from dataclasses import replace

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.exercises.evaluation import evaluate
from course_lib.quiz.family import Lecture, Misconception


def test_the_lectures_options_keep_their_order_and_the_reference_finds_the_key(toy):
    question = toy.first()
    assert [option.label for option in question.options] == ["A\u200312", "B\u20037", "C\u20031"]
    assert (question.key, question.slide, question.text) == ("B", 99, "What is 3 + 4?")


def test_each_option_says_what_its_own_misconception_says(toy):
    said = {option.text: option.feedback for option in toy.first().options}
    assert said == {
        "12": "That is the product.",
        "7": "3 + 4 = 7.",
        "1": "That is the difference.",
    }


def test_an_option_of_the_slide_without_a_misconception_is_explained_by_others(toy):
    lecture = Lecture({"a": 3, "b": 4}, [12, 7, 34], 99, {"34": "That joins the digits."})
    assert replace(toy, lecture=lecture).first().option("C").feedback == "That joins the digits."


@pytest.mark.parametrize(
    ("lecture", "message"),
    [
        (Lecture({"a": 3, "b": 4}, [12, 1], 99), "one of them '7'"),
        (Lecture({"a": 3, "b": 4}, [7, 12, 12], 99), "options that differ"),
        (Lecture({"a": 3, "b": 4}, [7, 12, 34], 99), "says nothing to ['34']"),
        (Lecture({"a": 3, "b": 4}, [7, 12], 99, {"35": "x"}), "explains ['35']"),
        (Lecture({"a": 3, "b": 4}, [7], 99), "has 1 options; it can have 2 to 8"),
    ],
)
def test_a_lecture_that_does_not_fit_its_family_is_refused(toy, lecture, message):
    with pytest.raises(CourseError) as caught:
        replace(toy, lecture=lecture).first()
    assert message in str(caught.value)
    assert "'addition'" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"misconceptions": []}, "has 0 misconceptions"),
        ({"misconceptions": [Misconception(len, "x")] * 8}, "has 8 misconceptions"),
        ({"misconceptions": [Misconception(len, "  ")]}, "has no sentence"),
        ({"points": 0}, "has 0 points"),
    ],
)
def test_a_family_that_cannot_be_asked_is_refused(toy, change, message):
    with pytest.raises(CourseError, match=message):
        replace(toy, **change)


def test_equal_generators_draw_equal_questions_and_one_generator_draws_new_ones(toy):
    assert toy.another(np.random.default_rng(5)) == toy.another(np.random.default_rng(5))
    rng = np.random.default_rng(5)
    assert len({toy.another(rng).text for _ in range(20)}) > 15


def test_a_draw_whose_options_are_equal_is_not_asked(toy):
    twos = iter([{"a": 2, "b": 2}, {"a": 2, "b": 2}, {"a": 2, "b": 5}])
    asked = replace(toy, draw=lambda rng: next(twos)).another(np.random.default_rng(0))
    assert asked.text == "What is 2 + 5?"
    assert sorted(option.text for option in asked.options) == ["10", "3", "7"]


def test_a_family_that_only_draws_equal_options_says_so_instead_of_running_for_ever(toy):
    with pytest.raises(CourseError, match="drew 200 times"):
        replace(toy, draw=lambda rng: {"a": 2, "b": 2}).another(np.random.default_rng(0))


def test_the_right_option_stands_at_every_place(toy):
    rng = np.random.default_rng(1)
    assert {toy.another(rng).key for _ in range(50)} == {"A", "B", "C"}


def test_nothing_that_is_asked_can_change_the_numbers(toy):
    def careless(numbers):
        numbers["a"] = 0
        return 0

    wrong = [Misconception(careless, "x")]
    with pytest.raises(TypeError, match="does not support item assignment"):
        replace(toy, misconceptions=wrong).another(np.random.default_rng(0))


def test_without_a_lecture_the_first_question_is_a_fixed_draw_of_the_name(toy):
    free = replace(toy, lecture=None)
    assert free.first() == free.first()
    assert free.first().slide is None
    texts = {free.named(name, "toys").first().text for name in ("sum", "total", "addition")}
    assert len(texts) == 3


def test_an_option_is_right_by_a_plain_bool_and_its_text_is_a_plain_str(toy):
    for option in toy.another(np.random.default_rng(0)).options:
        assert type(option.right) is bool
        assert type(option.text) is str


@pytest.mark.parametrize("letter", ["B", "b", " B "])
def test_the_graded_cell_takes_the_key_in_either_case(toy, letter):
    report = evaluate(toy.as_exercise(), letter)
    assert report.passed
    assert report.points == 2


@pytest.mark.parametrize(
    ("letter", "sentence"), [("A", "That is the product."), ("C", "That is the difference.")]
)
def test_the_graded_cell_names_the_misconception_of_a_wrong_letter(toy, letter, sentence):
    report = evaluate(toy.as_exercise(), letter)
    assert not report.passed
    assert report.mistake.sentence == sentence


@pytest.mark.parametrize("answer", ["A", "D", "", 7, 2.5, ["B"], object(), b"B"])
def test_the_graded_cell_never_tells_the_key(toy, answer):
    report = evaluate(toy.as_exercise(), answer)
    assert not report.passed
    assert "B" not in report.first_failure.problem.sentence.replace(str(answer), "")


@pytest.mark.parametrize("answer", [..., None])
def test_an_empty_graded_cell_is_missing_not_wrong(toy, answer):
    assert evaluate(toy.as_exercise(), answer).missing
