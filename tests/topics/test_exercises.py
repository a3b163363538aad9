"""Every exercise of the course is a test of students; here the tests are tested."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.exercises import registry
from course_lib.exercises.evaluation import PUBLIC_SEED, Report, evaluate, trials
from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.exercises.feedback import as_html, as_text, make_feedback

HIDDEN_SEEDS = (7, 20_241_126)
EXERCISES = [
    exercise
    for topic in registry.topic_names()
    for exercise in registry.exercises_of(topic).values()
]


def _names(things: list) -> list[str]:
    return [f"{thing.topic}-{thing.name}" for thing in things]


def _pairs(part: str) -> list:
    """Pair every exercise with each of its mistakes or alternatives."""
    return [
        pytest.param(exercise, thing, id=f"{exercise.topic}-{exercise.name}-{number}")
        for exercise in EXERCISES
        for number, thing in enumerate(getattr(exercise, part))
    ]


every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=_names(EXERCISES))
every_mistake = pytest.mark.parametrize(("exercise", "mistake"), _pairs("mistakes"))
every_alternative = pytest.mark.parametrize(("exercise", "answer"), _pairs("alternatives"))
SEEDS = (PUBLIC_SEED, *HIDDEN_SEEDS)


def _problems(report: Report) -> list[str]:
    """Return what was said of the cases that are not right."""
    return [
        f"{result.trial.case.title}: {result.problem.sentence}"
        for result in report.results
        if result.problem
    ]


@every_exercise
def test_the_reference_passes_under_every_seed(exercise: Exercise):
    for seed in SEEDS:
        assert _problems(evaluate(exercise, exercise.reference, seed)) == [], seed


@every_exercise
def test_the_empty_stub_fails_and_is_called_unwritten(exercise: Exercise):
    def stub(*arguments):
        """Do what the notebook asks for."""
        ...

    for unwritten in (stub, ...):
        report = evaluate(exercise, unwritten)
        assert not report.passed
        assert report.missing
        assert report.points == 0
        assert report.mistake is None


@every_mistake
def test_a_known_mistake_fails_and_is_the_one_that_is_named(exercise: Exercise, mistake: Mistake):
    for seed in SEEDS:
        report = evaluate(exercise, mistake.answer, seed)
        assert not report.passed, seed
        assert report.mistake is not None, (seed, _problems(report))
        assert report.mistake.sentence == mistake.sentence, seed


@every_alternative
def test_a_right_answer_written_in_another_way_passes(exercise: Exercise, answer):
    for seed in SEEDS:
        assert _problems(evaluate(exercise, answer, seed)) == [], seed


@every_exercise
def test_it_has_enough_of_everything(exercise: Exercise):
    kinds = [case.kind for case in exercise.cases]
    assert len(exercise.cases) >= 3
    assert "drawn" in kinds
    assert len(exercise.mistakes) >= 3
    assert len(exercise.alternatives) >= 1
    assert len(exercise.hints) >= 1
    assert all(hint.strip() for hint in exercise.hints)


@every_exercise
def test_titles_and_sentences_are_not_repeated(exercise: Exercise):
    for texts in (
        [case.title for case in exercise.cases],
        [mistake.sentence for mistake in exercise.mistakes],
        list(exercise.hints),
    ):
        assert len(set(texts)) == len(texts)


@every_exercise
def test_an_input_that_the_reference_refuses_is_among_the_cases(exercise: Exercise):
    """A reference that documents an error is tested for it."""
    documented = "Raises" in (exercise.reference.__doc__ or "")
    raising = [case for case in exercise.cases if case.raises is not None]
    assert raising or not documented


@every_exercise
def test_hidden_seeds_draw_other_inputs_than_the_public_one(exercise: Exercise):
    """A drawn case may load one fixed image, but not all of them may."""
    for one, other in combinations(SEEDS, 2):
        same = {
            case.title: _equal(
                case.arguments(one, exercise.name, index),
                case.arguments(other, exercise.name, index),
            )
            for index, case in enumerate(exercise.cases)
        }
        assert not all(same.values())
        assert all(same[case.title] for case in exercise.cases if case.kind != "drawn")


@every_exercise
def test_one_seed_draws_the_same_inputs_again(exercise: Exercise):
    for index, case in enumerate(exercise.cases):
        first = case.arguments(PUBLIC_SEED, exercise.name, index)
        assert _equal(first, case.arguments(PUBLIC_SEED, exercise.name, index)), case.title


@every_exercise
def test_a_right_answer_is_far_from_the_time_limit(exercise: Exercise):
    """A slower machine, or one that is shared, must not fail a right answer."""
    slowest = max(trial.expected.seconds for trial in trials(exercise))
    assert slowest < exercise.seconds / 10


@pytest.mark.slow
@every_mistake
def test_the_feedback_on_a_mistake_says_its_sentence_and_no_more_when_hidden(
    exercise: Exercise, mistake: Mistake
):
    feedback = make_feedback(evaluate(exercise, mistake.answer))
    first_words = " ".join(mistake.sentence.replace("`", "'").split()[:3])
    assert first_words in " ".join(as_text(feedback).split())
    assert as_html(feedback).count("<img alt=") == as_html(feedback).count("<img")

    hidden = make_feedback(evaluate(exercise, mistake.answer, HIDDEN_SEEDS[0]), 9, hidden=True)
    assert hidden.shown is None
    assert hidden.hints == ()
    assert hidden.detail == ""


@every_exercise
def test_an_answer_of_the_wrong_kind_is_refused_without_an_error_of_ours(exercise: Exercise):
    class Agreeable:
        def __eq__(self, other):
            return True

        __hash__ = None

    wrong: list[Callable] = [
        lambda *arguments: Agreeable(),
        lambda *arguments: np.array([Agreeable()], dtype=object),
        lambda *arguments: (number for number in range(3)),
        lambda *arguments: None,
        lambda *arguments: {"a": [1, 2]},
        lambda *arguments: 1 / 0,
    ]
    for answer in wrong:
        report = evaluate(exercise, answer)
        assert not report.passed
        assert as_html(make_feedback(report))
        assert as_text(make_feedback(report))


def test_names_are_used_once_in_the_whole_course():
    names = [exercise.name for exercise in EXERCISES]
    assert len(set(names)) == len(names)
    for exercise in EXERCISES:
        assert registry.find(exercise.name) is exercise


def test_a_wrong_name_gets_an_offer_of_similar_ones():
    for exercise in EXERCISES:
        with pytest.raises(CourseError, match=exercise.name):
            registry.find(f"{exercise.name}s_")


def _equal(first, second) -> bool:
    """Compare two inputs by value, whatever they are made of."""
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(_equal, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(_equal(first[k], second[k]) for k in first)
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")
    if isinstance(first, np.random.Generator):
        return first.bit_generator.state == second.bit_generator.state
    if hasattr(first, "__dict__"):
        return _equal(vars(first), vars(second))
    return repr(first) == repr(second)
