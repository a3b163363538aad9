"""From an answer to a report: run the cases, judge them, name the mistake.

The parts are separate so that a grader can run the answer in another process: ``trials`` needs
the references, ``running.attempt`` needs only the answer, ``report`` needs only outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.errors import CourseError
from course_lib.exercises.cases import Arguments, Case
from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.exercises.judges import Problem
from course_lib.exercises.running import NOT_RUN, Outcome, attempt, run
from course_lib.exercises.stubs import is_unwritten
from course_lib.exercises.verdicts import verdict

__all__ = [
    "PUBLIC_SEED", "CaseResult", "Report", "Trial", "evaluate", "find_mistake", "is_unwritten",
    "judge_outcome", "report", "trials",
]  # fmt: skip

PUBLIC_SEED = 2024
_UNEXPLAINED = ("missing", "slow", "not run", "uncallable", "signature")


@dataclass(frozen=True, eq=False)
class Trial:
    """A case with its arguments drawn and the right outcome known."""

    case: Case
    arguments: Arguments
    expected: Outcome


@dataclass(frozen=True, eq=False)
class CaseResult:
    """What came of one trial; `problem` is None for a right result."""

    trial: Trial
    outcome: Outcome
    problem: Problem | None


@dataclass(frozen=True, eq=False)
class Report:
    """The result of checking one answer.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    results : tuple of CaseResult
        One for every case, in order.
    mistake : Mistake or None
        The known mistake that explains the first failing case.
    """

    exercise: Exercise
    results: tuple[CaseResult, ...]
    mistake: Mistake | None = None

    @property
    def passed(self) -> bool:
        """Whether every case is right."""
        return all(result.problem is None for result in self.results)

    @property
    def points(self) -> int:
        """Points earned: all or none."""
        return self.exercise.points if self.passed else 0

    @property
    def first_failure(self) -> CaseResult | None:
        """The first case that is not right."""
        return next((result for result in self.results if result.problem), None)

    @property
    def missing(self) -> bool:
        """Whether there is no answer yet, rather than a wrong one."""
        problem = self.first_failure.problem if self.first_failure else None
        return problem is not None and problem.kind == "missing"


def evaluate(exercise: Exercise, answer: Any, seed: int = PUBLIC_SEED) -> Report:
    """Check an answer in this process.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    answer : Any
        The student's function, class or value.
    seed : int
        Seed of the drawn cases.

    Returns
    -------
    Report
        Every case, and the known mistake if there is one.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> evaluate(add, lambda a, b: a * b).first_failure.problem.sentence
    'Your result is 12; expected 7.'
    """
    drawn = trials(exercise, seed)
    inputs = (trial.arguments for trial in drawn)
    return report(exercise, drawn, attempt(exercise.call, answer, inputs, exercise.seconds))


@lru_cache(maxsize=128)
def trials(exercise: Exercise, seed: int = PUBLIC_SEED) -> tuple[Trial, ...]:
    """Draw all cases of an exercise and compute the right outcomes.

    Raises
    ------
    CourseError
        If the reference fails where it should not, or does not fail where it should.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> trials(add)[0].expected.value
    7
    """
    return tuple(_trial(exercise, case, seed, i) for i, case in enumerate(exercise.cases))


def report(exercise: Exercise, drawn: Sequence[Trial], outcomes: Sequence[Outcome]) -> Report:
    """Judge outcomes, wherever they were reached, and name the known mistake.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    drawn : sequence of Trial
        The trials, from `trials`.
    outcomes : sequence of Outcome
        What the answer did; those missing at the end were not run.

    Raises
    ------
    CourseError
        If there are more outcomes than trials.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> report(add, trials(add), [Outcome(7)]).passed
    True
    """
    if len(outcomes) > len(drawn):
        raise CourseError(
            f"{exercise.name!r} has {len(drawn)} cases, but {len(outcomes)} outcomes were given."
        )
    outcomes = [*outcomes, *[NOT_RUN] * (len(drawn) - len(outcomes))]
    results = tuple(
        CaseResult(trial, outcome, judge_outcome(exercise, trial, outcome))
        for trial, outcome in zip(drawn, outcomes, strict=True)
    )
    return Report(exercise, results, find_mistake(exercise, results))


def judge_outcome(exercise: Exercise, trial: Trial, outcome: Outcome) -> Problem | None:
    """Return what is wrong with an outcome, or None.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> judge_outcome(add, trials(add)[0], Outcome(7)) is None
    True
    """
    with np.errstate(all="ignore"):  # a student's own numpy settings are not for our arithmetic
        return verdict(exercise, trial.case, trial.arguments, trial.expected, outcome)


def find_mistake(exercise: Exercise, results: Sequence[CaseResult]) -> Mistake | None:
    """Find the known mistake that gives the same wrong outcome.

    It must explain the first failing case, and may not be wrong in a case where the answer is
    right. Among several, the one that explains most cases wins.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.judges import equal
    >>> add = Exercise(reference=lambda a, b: a + b, cases=[given("3, 4", 3, 4)], judge=equal())
    >>> find_mistake(add, evaluate(add, lambda a, b: a * b).results) is None
    True
    """
    failing = [result for result in results if result.problem is not None]
    if not failing or failing[0].problem is None or failing[0].problem.kind in _UNEXPLAINED:
        return None
    right = [result for result in results if result.problem is None]
    candidates = [
        known
        for known in exercise.mistakes
        if _explains(exercise, known, failing[0])
        and not any(_is_wrong(exercise, known, result.trial) for result in right)
    ]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    return max(candidates, key=lambda known: sum(_explains(exercise, known, r) for r in failing))


def _trial(exercise: Exercise, case: Case, seed: int, index: int) -> Trial:
    """Draw one case and compute the right outcome."""
    arguments = case.arguments(seed, exercise.name, index)
    expected = run(exercise.call, exercise.reference, arguments, exercise.seconds)
    raised = None if expected.failure is None else expected.failure.name
    wanted = None if case.raises is None else case.raises.__name__
    if raised != wanted or expected.timed_out or expected.changed:
        raise CourseError(
            f"The reference of {exercise.name!r} misbehaves on {case.title!r}: raised {raised}, "
            f"should raise {wanted}; too slow: {expected.timed_out}; "
            f"arguments changed: {expected.changed}."
        )
    return Trial(case, arguments, expected)


@lru_cache(maxsize=256)
def _mistaken(exercise: Exercise, known: Mistake, trial: Trial) -> tuple[Outcome, Problem | None]:
    """Return what a known mistake does in a case, and what is wrong with it."""
    outcome = run(exercise.call, known.answer, trial.arguments, exercise.seconds)
    return outcome, judge_outcome(exercise, trial, outcome)


def _is_wrong(exercise: Exercise, known: Mistake, trial: Trial) -> bool:
    """Tell whether a known mistake shows in a case."""
    return _mistaken(exercise, known, trial)[1] is not None


def _explains(exercise: Exercise, known: Mistake, result: CaseResult) -> bool:
    """Tell whether a known mistake gives the outcome of a failing case."""
    outcome = result.outcome
    wrong, problem = _mistaken(exercise, known, result.trial)
    if problem is None or outcome.state != "run" or wrong.timed_out or outcome.timed_out:
        return False
    if wrong.failure or outcome.failure:
        return _same_failure(wrong, outcome)
    if wrong.changed != outcome.changed:
        return False
    # Judged like an answer, with the known mistake's value in the place of the right one.
    same = exercise.same or exercise.judge
    try:
        return same(result.trial.arguments, wrong.value, outcome.value) is None
    except CourseError:  # no value that can be judged, as a generator
        return type(wrong.value) is type(outcome.value)
    except Exception:  # noqa: BLE001 - a value that cannot be examined is not that of the mistake
        return False


def _same_failure(wrong: Outcome, outcome: Outcome) -> bool:
    """Tell whether two outcomes raised the same type of error inside the answer."""
    if wrong.failure is None or outcome.failure is None:
        return False
    return wrong.failure.name == outcome.failure.name and not outcome.failure.at_call
