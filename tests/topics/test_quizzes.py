"""Every quiz of the course, whatever its topic."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from course_lib.exercises.evaluation import evaluate
from course_lib.quiz.registry import all_families, find, find_graded

DRAWS = 200
PICTURED = 12  # of a quiz with a picture; the others go without, since drawing takes its time
RUBBISH = re.compile(
    r"\b(nan|inf|None|NaN)\b"  # a calculation that failed
    r"|\d\.\d{7,}"  # 0.30000000000000004
    r"|\d(\.\d+)?e[+-]\d"  # 1e-05
    r"|np\.|array\(|<[a-z_.]+ ",  # Python's way to write an object
)

every_family = pytest.mark.parametrize(
    "family", all_families().values(), ids=lambda family: family.name
)


@cache
def drawn(family):
    """Return 200 drawn questions."""
    rng, plain = np.random.default_rng(11), replace(family, picture=None)
    return [(family if n < PICTURED else plain).another(rng) for n in range(DRAWS)]


def texts(question):
    """Return all that a student reads of a question."""
    said = [part for option in question.options for part in (option.text, option.feedback)]
    pictured = [] if question.picture is None else [question.picture.alt, question.picture.caption]
    return [question.text, *said, *pictured]


@pytest.mark.parametrize(
    ("name", "slide", "letter", "part"),
    [("rescale", 10, "B", "1.6"), ("brain_age", 18, "C", "81")],
)
def test_the_lectures_quiz_has_the_lectures_key(name, slide, letter, part):
    question = find(name).first()
    assert (question.slide, question.key) == (slide, letter)
    assert part in question.option(letter).text


@every_family
def test_the_key_of_the_first_question_is_what_the_reference_computes(family):
    question = family.first()
    if family.lecture is not None:
        right = family.show(family.right(family.lecture.numbers))
        assert question.option(question.key).text == str(right)
    assert question.slide == (family.lecture.slide if family.lecture else None)


@pytest.mark.slow
@every_family
def test_every_wrong_option_is_explained_by_a_misconception(family):
    known = {misconception.sentence for misconception in family.misconceptions}
    others = set((family.lecture.others or {}).values()) if family.lecture else set()
    for question, allowed in [
        (family.first(), known | others),
        *((q, known) for q in drawn(family)),
    ]:
        wrong = [option.feedback for option in question.options if not option.right]
        assert set(wrong) <= allowed
        assert len(set(wrong)) == len(wrong), "each wrong option has a sentence of its own"


@pytest.mark.slow
@every_family
def test_two_hundred_draws_have_options_that_differ_and_one_that_is_right(family):
    for question in drawn(family):
        assert len({option.text for option in question.options}) == len(question.options)
        assert len(question.options) == len(family.misconceptions) + 1
        assert sum(option.right for option in question.options) == 1


@pytest.mark.slow
@every_family
def test_drawn_questions_differ_and_the_right_letter_moves(family):
    questions = drawn(family)
    told_apart = {(q.text, q.option(q.key).text) for q in questions}
    assert len(told_apart) >= 20
    assert {q.key for q in questions} == {option.letter for option in questions[0].options}


@every_family
def test_a_student_reads_plain_numbers_and_whole_sentences(family):
    for question in [family.first(), *drawn(family)]:
        for text in texts(question):
            assert not RUBBISH.search(text), text
        for option in question.options:
            assert option.text.strip()
            assert option.feedback.rstrip().endswith((".", "?")), option.feedback


@every_family
def test_the_graded_cell_takes_the_key_only_and_names_every_other_letter(family):
    exercise, question = find_graded(f"quiz_{family.name}"), family.first()
    assert evaluate(exercise, question.key).points == family.points
    for option in question.options:
        if not option.right:
            report = evaluate(exercise, option.letter)
            assert report.points == 0
            assert report.mistake.sentence == option.feedback
