"""From an answer to a report."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.exercises import evaluation
from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.evaluation import PUBLIC_SEED, evaluate, find_mistake, report, trials
from course_lib.exercises.exercise import Exercise, call_directly, mistake
from course_lib.exercises.judges import close, equal, holds
from course_lib.exercises.running import Outcome, attempt


def problems(exercise, answer, **settings):
    return [r.problem and r.problem.kind for r in evaluate(exercise, answer, **settings).results]


def test_the_reference_passes_and_earns_the_points(toy):
    found = evaluate(toy, toy.reference)
    assert found.passed
    assert found.points == 2
    assert found.first_failure is None
    assert not found.missing
    assert found.mistake is None


def test_every_known_mistake_is_named(toy):
    for known in toy.mistakes:
        found = evaluate(toy, known.answer)
        assert not found.passed
        assert found.points == 0
        assert found.mistake is known


def test_a_mistake_that_is_not_known_is_not_named(toy):
    found = evaluate(toy, lambda image: np.asarray(image) * 0.5)
    assert not found.passed
    assert found.mistake is None


def test_a_mistake_is_not_named_where_it_contradicts_a_right_case(toy):
    """The answer gives what the mistake gives in one case but is right in another."""
    slip = toy.mistakes[0]

    def right_but_for_slices(image):
        return slip.answer(image) if np.ndim(image) == 2 else toy.reference(image)

    found = evaluate(toy, right_but_for_slices)
    assert [r.problem is None for r in found.results] == [True, False, True]
    assert found.mistake is None


def test_among_two_mistakes_the_one_that_explains_more_cases_is_named():
    def wrong_everywhere(x):
        return x + 1

    def wrong_for_one(x):
        return 2 if x == 1 else x + 7

    exercise = Exercise(
        reference=lambda x: x,
        cases=[given("one", 1), given("two", 2), given("three", 3)],
        judge=equal(),
        mistakes=[
            mistake(wrong_for_one, "Wrong for one."),
            mistake(wrong_everywhere, "Wrong everywhere."),
        ],
    )
    assert evaluate(exercise, lambda x: 1 + x).mistake.sentence == "Wrong everywhere."
    assert evaluate(exercise, wrong_for_one).mistake.sentence == "Wrong for one."


def test_a_mistake_of_the_same_error_is_named_but_not_one_of_the_call(toy):
    indexing = mistake(lambda image: image[99], "You count from 1.")
    exercise = replace(toy, mistakes=[indexing])
    assert evaluate(exercise, lambda image: image[-99]).mistake is indexing
    needs_two = replace(toy, mistakes=[mistake(lambda image: 1 + "a", "You add a text.")])
    assert evaluate(needs_two, lambda image, mask: image).mistake is None


def test_a_mistake_that_returns_a_generator_is_told_by_its_type(toy):
    lazy = mistake(lambda image: (v for v in image), "You return a generator.")
    exercise = replace(toy, mistakes=[lazy])
    assert evaluate(exercise, lambda image: (2 * v for v in image)).mistake is lazy
    assert evaluate(exercise, lambda image: map(abs, image)).mistake is None


def test_a_mistake_in_place_is_told_from_one_that_leaves_its_argument(toy):
    def in_place(image):
        image -= image.mean()
        image /= image.std()
        return image

    exercise = replace(toy, mistakes=[mistake(in_place, "You change the image.")])
    assert evaluate(exercise, in_place).mistake is exercise.mistakes[0]
    assert evaluate(exercise, toy.mistakes[0].answer).mistake is None


def test_an_unwritten_answer_is_missing_and_has_no_mistake(toy, quiz):
    for exercise in (toy, quiz):
        found = evaluate(exercise, ...)
        assert found.missing
        assert found.mistake is None
        assert found.points == 0


def forgets(image):
    image - image.mean()


def prints(image):
    print(image)  # noqa: T201


def in_place(image):
    image += 1
    return image


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (forgets, "none"),
        (prints, "printed"),
        (in_place, "changed"),
        (lambda image: 1 / 0, "error"),
        (lambda: 1, "signature"),
        (np.zeros(3), "uncallable"),
        (lambda image: np.zeros(99), "shape"),
        (lambda image: np.zeros(image.shape, bool), "dtype"),
        (lambda image: np.full(image.shape, "a"), "dtype"),
        (iter, "type"),
        (lambda image: np.full(image.shape, np.nan), "nan"),
        (lambda image: image * 0.0, "value"),
    ],
)
def test_each_way_to_fail_is_a_problem_of_its_own_kind(toy, answer, kind):
    assert evaluate(toy, answer).first_failure.problem.kind == kind


class Nearest:
    """A right class."""

    def fit(self, values):
        self.values = np.asarray(values)
        return self

    def predict(self, new):
        return float(self.values[np.abs(self.values - new).argmin()])


class Forgetful(Nearest):
    def predict(self, new):
        return float(self.values[0])


class Unwritten:
    def fit(self, values): ...

    def predict(self, new): ...


class WithoutPredict:
    def fit(self, values):
        return self


class OtherParameters:
    def fit(self):
        return self


def test_a_class_is_exercised_through_a_script():
    exercise = Exercise(
        reference=Nearest,
        call=lambda made, values, new: made().fit(values).predict(new),
        cases=[given("three values", np.array([1.0, 5, 9]), 6.0)],
        judge=close(),
        mistakes=[mistake(Forgetful, "You return the first value.")],
    )
    assert evaluate(exercise, Nearest).passed
    assert evaluate(exercise, Forgetful).mistake.sentence == "You return the first value."
    assert evaluate(exercise, Unwritten).missing
    for answer, kind, words in (
        (WithoutPredict, "error", "has no attribute 'predict'"),
        (OtherParameters, "signature", "as it was asked for: OtherParameters.fit() takes 1"),
        (3, "uncallable", "not a function but a value"),
    ):
        problem = evaluate(exercise, answer).first_failure.problem
        assert (problem.kind, words in problem.sentence) == (kind, True), problem
        assert "line" not in problem.sentence.replace("lines", "")


def test_too_slow_is_a_problem_and_the_rest_is_not_run(quick):
    def endless(image):
        while True:
            pass

    assert problems(quick, endless) == ["slow", "not run", "not run"]


def test_an_input_that_must_be_refused(toy):
    def accepts(image):
        image = np.asarray(image, float)
        return (image - image.mean()) / (image.std() or 1)

    def refuses_otherwise(image):
        if np.std(image) == 0:
            raise KeyError
        return toy.reference(image)

    class EmptyError(ValueError):
        """A kind of ValueError."""

    def refuses_more_exactly(image):
        if np.std(image) == 0:
            raise EmptyError
        return toy.reference(image)

    assert problems(toy, accepts) == [None, None, "raises"]
    assert problems(toy, refuses_otherwise) == [None, None, "raises"]
    assert problems(toy, refuses_more_exactly) == [None, None, None]


def test_other_seeds_draw_other_inputs(toy):
    public, hidden = trials(toy, PUBLIC_SEED), trials(toy, 5)
    same = [
        np.array_equal(a.arguments[0], b.arguments[0]) for a, b in zip(public, hidden, strict=True)
    ]
    assert same == [True, False, True]


def test_an_answer_that_knows_the_public_cases_fails_the_hidden_ones(toy):
    known = {trial.arguments[0].tobytes(): trial.expected.value for trial in trials(toy)[:2]}

    def remembers(image):
        if np.std(image) == 0:
            raise ValueError
        return known.get(np.asarray(image).tobytes(), image)

    assert evaluate(toy, remembers).passed
    assert not evaluate(toy, remembers, seed=99).passed


def test_trials_and_mistakes_are_computed_once():
    calls = []

    def reference(x):
        calls.append("reference")
        return x

    def wrong(x):
        calls.append("mistake")
        return x + 1

    exercise = Exercise(
        reference=reference,
        cases=[given("one", 1)],
        judge=equal(),
        mistakes=[mistake(wrong, "One too many.")],
    )
    for _ in range(3):
        assert evaluate(exercise, lambda x: x + 1).mistake is not None
    assert calls == ["reference", "mistake"]


def test_a_right_answer_runs_no_mistake():
    def explode(x):
        raise AssertionError("nobody asked")

    exercise = Exercise(
        reference=lambda x: x,
        cases=[given("one", 1)],
        judge=equal(),
        mistakes=[mistake(explode, "Never.")],
    )
    assert evaluate(exercise, lambda x: x).passed
    assert evaluation._mistaken.cache_info().misses >= 0


def test_a_report_takes_outcomes_that_were_reached_elsewhere(toy):
    drawn_trials = trials(toy)
    inputs = [trial.arguments for trial in drawn_trials]
    outcomes = attempt(call_directly, toy.mistakes[0].answer, inputs, 2.0)
    found = report(toy, drawn_trials, outcomes)
    assert found.mistake is toy.mistakes[0]
    partly = report(toy, drawn_trials, outcomes[:1])
    assert [r.problem.kind for r in partly.results] == ["value", "not run", "not run"]
    assert not report(toy, drawn_trials, []).passed
    assert report(toy, drawn_trials, [Outcome(state="unwritten")] * 3).missing


def test_more_outcomes_than_trials_are_refused(toy):
    with pytest.raises(CourseError, match="has 3 cases, but 4 outcomes"):
        report(toy, trials(toy), [Outcome()] * 4)


def test_a_student_that_sets_numpy_to_raise_does_not_break_the_judge(toy):
    with np.errstate(all="raise"):
        found = evaluate(toy, lambda image: np.full(np.shape(image), 1e308))
    assert found.first_failure.problem.kind == "value"


def test_a_value_that_cannot_be_examined_is_a_wrong_one():
    def asks_too_much(arguments, expected, value):
        return None if value.no_such_thing else "No."

    exercise = Exercise(
        reference=lambda x: x,
        cases=[given("one", 1)],
        judge=holds(asks_too_much, structure=False),
        mistakes=[mistake(lambda x: x, "Nothing.")],
    )
    assert (
        "cannot be examined (AttributeError)"
        in evaluate(exercise, lambda x: x).first_failure.problem.sentence
    )


@pytest.mark.parametrize(
    ("reference", "case"),
    [
        (lambda x: 1 / 0, given("an error", 1)),
        (lambda x: x, edge("no error", 1, raises=ValueError)),
        (lambda x: x.append(1), given("changes its argument", [1])),
        (lambda x: x, drawn("no tuple", lambda rng: 3)),
    ],
)
def test_a_reference_that_misbehaves_is_an_error_of_the_course(reference, case):
    exercise = Exercise(reference=reference, cases=[case], judge=close())
    with pytest.raises(CourseError):
        trials(exercise)


@pytest.mark.parametrize(
    "settings",
    [
        {"cases": []},
        {"points": 0},
        {"seconds": 0.0},
        {"mistakes": [mistake(abs, " ")]},
    ],
)
def test_an_exercise_that_cannot_work_is_refused(toy, settings):
    with pytest.raises(CourseError):
        replace(toy, **settings)


def test_a_quiz_names_the_wrong_letter_and_never_the_right_one(quiz):
    for letter, sentence in (("a", "That is the product."), (" C ", "That is the difference.")):
        found = evaluate(quiz, letter)
        assert found.mistake.sentence == sentence
        assert "B" not in found.first_failure.problem.sentence
    assert evaluate(quiz, "b").passed
    for no_letter in ("D", "AB", 3, ["B"], quiz):
        found = evaluate(quiz, no_letter)
        assert found.first_failure.problem.kind == "letter"
        assert found.mistake is None


def test_no_mistake_is_looked_for_in_nothing(toy):
    assert find_mistake(toy, []) is None


def test_a_failing_answer_does_not_poison_the_next_one(toy):
    def vandal(image):
        image[...] = -1
        return image

    assert not evaluate(toy, vandal).passed
    assert evaluate(toy, toy.reference).passed
    fresh = trials(toy)[0].arguments[0]
    assert fresh.tolist() == [1, 2, 3, 4, 10]
