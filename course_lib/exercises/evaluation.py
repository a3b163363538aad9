"""From an answer to a report: run the cases, judge them, name the mistake.

The parts are separate so that a grader can run the answer in another process: ``trials`` needs
the references, ``running.run`` needs only the answer, ``report`` needs only outcomes.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from course_lib.errors import CourseError
from course_lib.exercises.cases import Arguments, Case
from course_lib.exercises.exercise import Exercise, Mistake
from course_lib.exercises.judges import Problem
from course_lib.exercises.running import Outcome, run

PUBLIC_SEED = 2024


@dataclass(frozen=True)
class Trial:
    """A case with its arguments drawn and the right outcome known."""

    case: Case
    arguments: Arguments
    expected: Outcome


@dataclass(frozen=True)
class CaseResult:
    """What came of one trial; `problem` is None for a right result."""

    trial: Trial
    outcome: Outcome
    problem: Problem | None


@dataclass(frozen=True)
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
        failure = self.first_failure
        return (
            failure is not None
            and failure.problem is not None
            and (failure.problem.kind == "missing")
        )


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
    """
    drawn = trials(exercise, seed)
    if is_unwritten(answer):
        problem = Problem("missing", "There is no answer here yet.")
        return Report(exercise, tuple(CaseResult(t, Outcome(), problem) for t in drawn))
    outcomes = []
    for trial in drawn:
        outcomes.append(run(exercise.call, answer, trial.arguments, exercise.seconds))
        if outcomes[-1].timed_out:
            break  # an answer that is too slow once is not waited for again
    return report(exercise, drawn, outcomes)


@lru_cache(maxsize=128)
def trials(exercise: Exercise, seed: int = PUBLIC_SEED) -> tuple[Trial, ...]:
    """Draw all cases of an exercise and compute the right outcomes.

    Raises
    ------
    CourseError
        If the reference fails where it should not, or does not fail where it should.
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
    """
    outcomes = [*outcomes, *[_NOT_RUN] * (len(drawn) - len(outcomes))]
    results = tuple(
        CaseResult(trial, outcome, judge_outcome(exercise, trial, outcome))
        for trial, outcome in zip(drawn, outcomes, strict=True)
    )
    return Report(exercise, results, find_mistake(exercise, results))


def judge_outcome(exercise: Exercise, trial: Trial, outcome: Outcome) -> Problem | None:
    """Return what is wrong with an outcome, or None."""
    if outcome is _NOT_RUN:
        return Problem("slow", "Not run, because a case before it took too long.")
    if outcome.timed_out:
        return Problem("slow", _too_slow(exercise))
    if trial.case.raises is not None:
        return _judge_raised(trial.case.raises, outcome)
    if outcome.failure is not None:
        return Problem("error", _raised(outcome))
    if outcome.changed:
        return Problem("changed", _changed(outcome))
    if outcome.value is None and trial.expected.value is not None:
        return Problem("missing", "Your function returns None. Does it end with `return`?")
    return exercise.judge(trial.arguments, trial.expected.value, outcome.value)


def find_mistake(exercise: Exercise, results: Sequence[CaseResult]) -> Mistake | None:
    """Find the known mistake that gives the same wrong outcome.

    It must explain the first failing case; among several, the one that explains most cases wins.
    """
    failing = [result for result in results if result.problem is not None]
    if not failing or failing[0].problem.kind in ("missing", "slow"):  # type: ignore[union-attr]
        return None
    explained = {
        index: sum(_explains(exercise, known, result) for result in failing)
        for index, known in enumerate(exercise.mistakes)
        if _explains(exercise, known, failing[0])
    }
    return exercise.mistakes[max(explained, key=lambda i: explained[i])] if explained else None


def is_unwritten(answer: Any) -> bool:
    """Tell whether an answer still is the stub: ``...``, or a function with no body.

    Examples
    --------
    >>> def stub(image):
    ...     '''Not written yet.'''
    ...     ...
    >>> is_unwritten(stub), is_unwritten(...), is_unwritten(abs)
    (True, True, False)
    """
    if answer is Ellipsis or answer is None:
        return True
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    only_doc = set(code.co_consts) <= {None, getattr(answer, "__doc__", None)}
    names = code.co_names or code.co_freevars or code.co_nlocals > code.co_argcount
    return only_doc and not names and len(code.co_code) <= len(_unwritten.__code__.co_code)


def _unwritten(image: Any) -> None:
    """Be an unwritten answer, for comparison."""
    ...


_NOT_RUN = Outcome()


def _trial(exercise: Exercise, case: Case, seed: int, index: int) -> Trial:
    """Draw one case and compute the right outcome."""
    arguments = case.arguments(seed, exercise.name, index)
    expected = _run_quietly(exercise, exercise.reference, arguments)
    raised = None if expected.failure is None else expected.failure.name
    wanted = None if case.raises is None else case.raises.__name__
    if raised != wanted or expected.timed_out or expected.changed:
        raise CourseError(
            f"The reference of {exercise.name!r} misbehaves on {case.title!r}: raised {raised}, "
            f"should raise {wanted}; too slow: {expected.timed_out}; "
            f"arguments changed: {expected.changed}."
        )
    return Trial(case, arguments, expected)


def _run_quietly(exercise: Exercise, answer: Any, arguments: Arguments) -> Outcome:
    """Run one of our own answers; its warnings are not the student's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(exercise.call, answer, arguments, exercise.seconds)


def _explains(exercise: Exercise, known: Mistake, result: CaseResult) -> bool:
    """Tell whether a known mistake gives the outcome of a failing case."""
    arguments, outcome = result.trial.arguments, result.outcome
    wrong = _run_quietly(exercise, known.answer, arguments)
    if wrong.timed_out or judge_outcome(exercise, result.trial, wrong) is None:
        return False
    if wrong.failure or outcome.failure:
        return bool(
            wrong.failure and outcome.failure and wrong.failure.name == outcome.failure.name
        )
    if wrong.changed != outcome.changed:
        return False
    same = exercise.same or exercise.judge
    return same(arguments, wrong.value, outcome.value) is None


def _judge_raised(wanted: type[Exception], outcome: Outcome) -> Problem | None:
    """Judge a case in which an error is right."""
    refused = f"This input must be refused with a {wanted.__name__}."
    if outcome.failure is None:
        return Problem("raises", f"{refused} Yours returned a value.")
    if wanted.__name__ not in outcome.failure.ancestors:
        return Problem("raises", f"{refused} {_raised(outcome)}")
    return None


def _raised(outcome: Outcome) -> str:
    """Say which error the answer raised, and where."""
    failure = outcome.failure
    if failure is None:
        return ""
    place = f" in your line {failure.line_number}: {failure.line}" if failure.line else ""
    return f"Your code raised {failure.name}: {failure.message}{place}"


def _changed(outcome: Outcome) -> str:
    """Say which argument was modified."""
    places = " and ".join(str(i + 1) for i in outcome.changed)
    return (
        f"Your code changed its argument {places} in place; whoever called it still needs the "
        "original. Work on a copy, or make a new array."
    )


def _too_slow(exercise: Exercise) -> str:
    """Say that the time was up."""
    return (
        f"Your code took longer than {exercise.seconds:g} s. Is there a loop over pixels that "
        "one operation on the whole array could replace, or a loop that never ends?"
    )
