"""From a report to what a student is told; how it looks is decided elsewhere."""

import builtins
from dataclasses import dataclass
from typing import Literal

from course_lib.exercises.evaluation import CaseResult, Report
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.feedback.comparisons import Pair
from course_lib.exercises.feedback.exhibits import find_pattern, pair_up, show_case
from course_lib.exercises.feedback.parts import Part
from course_lib.exercises.judges import Problem, ProblemKind
from course_lib.exercises.running import Outcome

State = Literal["right", "not right", "not run"]

# What may be said of a hidden case: the kind of problem, no input and no value.
_IN_WORDS: dict[ProblemKind, str] = {
    "missing": "There is no answer here yet.",
    "none": "The function returns None.",
    "printed": "The function prints its result and returns None.",
    "uncallable": "This is a value, not a function.",
    "signature": "The function cannot be called with the arguments that were asked for.",
    "slow": "The code takes too long.",
    "not run": "Not run, because a case before it took too long.",
    "error": "The code raises an error.",
    "raises": "This input must be refused with an error of the right type.",
    "changed": "The code changes an argument in place.",
    "type": "The result has the wrong type.",
    "shape": "The result has the wrong shape.",
    "dtype": "The result has the wrong dtype.",
    "nan": "The result holds NaN or infinity where a number belongs.",
    "value": "The result has wrong values.",
    "property": "The result lacks a property that was asked for.",
    "letter": "This is not the letter of an option.",
}


@dataclass(frozen=True)
class Line:
    """One case in the list: its title, how it went, and for hidden cases the kind of problem."""

    title: str
    state: State
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """The first failing case, laid out.

    Parameters
    ----------
    title : str
        Its title.
    parts : tuple of Part
        Input, yours, expected, difference.
    printed, warned
        What the code said meanwhile.
    """

    title: str
    parts: tuple[Part, ...]
    printed: str = ""
    warned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feedback:
    """All that a student is told of one check.

    Parameters
    ----------
    name : str
        The exercise.
    missing : bool
        Whether there is no answer yet.
    lines : tuple of Line
        One for each case.
    points, max_points : int
        Points earned, and those to be had.
    sentence : str
        What went wrong; or what is said to a right answer.
    named : bool
        Whether the sentence is that of a known mistake.
    detail : str
        What was seen, beside the name of a mistake.
    shown : Shown or None
        The first failing case; None for hidden ones.
    hints : tuple of str
        The hints that are open.
    closed_hints : int
        Number of hints still to come.
    """

    name: str
    missing: bool
    lines: tuple[Line, ...]
    points: int
    max_points: int
    sentence: str = ""
    named: bool = False
    detail: str = ""
    shown: Shown | None = None
    hints: tuple[str, ...] = ()
    closed_hints: int = 0

    @property
    def passed(self) -> bool:
        """Whether every case is right."""
        return all(line.state == "right" for line in self.lines)

    @property
    def heading(self) -> str:
        """The result in a few words: "z_score: 2 of 5 cases right"."""
        if self.missing:
            return f"{self.name}: no answer yet"
        right = sum(line.state == "right" for line in self.lines)
        if len(self.lines) == 1:
            return f"{self.name}: {'right' if right else 'not right yet'}"
        return f"{self.name}: {right} of {len(self.lines)} cases right"

    @property
    def title(self) -> str:
        """What the sentence is about."""
        return "What to do" if self.missing else "What went wrong"

    @property
    def earned(self) -> str:
        """The points in words: "2 of 2 points"."""
        return f"{self.points} of {self.max_points} point{'s' * (self.max_points != 1)}"


def make_feedback(report: Report, tries: int = 1, hidden: bool = False) -> Feedback:
    """Decide what a student is told.

    Parameters
    ----------
    report : Report
        The result of a check.
    tries : int
        How often a written answer was checked so far, this time included; each try after the
        first opens a hint.
    hidden : bool
        Whether the cases are hidden: then neither inputs nor values nor pictures are told, only
        the case's title, the kind of problem in words, and the known mistake.

    Returns
    -------
    Feedback
        In words and parts, ready to be written as HTML or text.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.evaluation import evaluate
    >>> from course_lib.exercises.exercise import Exercise
    >>> from course_lib.exercises.judges import equal
    >>> size = Exercise(reference=abs, cases=[given("-3", -3)], judge=equal(), name="size")
    >>> make_feedback(evaluate(size, lambda x: x)).sentence
    'Your result is -3; expected 3.'
    """
    exercise, failing = report.exercise, report.first_failure
    lines = tuple(_line(result, hidden) for result in report.results)
    if failing is None or failing.problem is None:
        return Feedback(exercise.name, False, lines, report.points, exercise.points, exercise.why)
    visible = not (hidden or report.missing or exercise.is_quiz)
    pairs = pair_up(exercise, failing) if visible else []
    sentence, detail = _sentences(report, failing, failing.problem, hidden, pairs)
    opened = 0 if report.missing or hidden else max(tries - 1, 0)
    hints = tuple(exercise.hints)
    return Feedback(
        name=exercise.name,
        missing=report.missing,
        lines=lines,
        points=report.points,
        max_points=exercise.points,
        sentence=sentence,
        named=report.mistake is not None,
        detail=detail,
        shown=_show(exercise, failing, pairs) if visible else None,
        hints=hints[:opened],
        closed_hints=0 if hidden or report.missing else len(hints[opened:]),
    )


def _line(result: CaseResult, hidden: bool) -> Line:
    """Say how one case went."""
    title, problem = result.trial.case.title, result.problem
    if problem is None:
        return Line(title, "right")
    if result.outcome.state != "run":
        return Line(title, "not run")
    return Line(title, "not right", _in_words(problem, result.outcome) if hidden else "")


def _sentences(
    report: Report, failing: CaseResult, problem: Problem, hidden: bool, pairs: list[Pair]
) -> tuple[str, str]:
    """Return what went wrong, and what was seen beside it."""
    seen = _in_words(problem, failing.outcome) if hidden else problem.sentence
    if report.missing:
        return _unwritten(report, problem), ""
    if report.mistake is not None:
        return report.mistake.sentence, "" if hidden or report.exercise.is_quiz else seen
    return seen, (find_pattern(pairs) or "") if problem.kind == "value" else ""


def _unwritten(report: Report, problem: Problem) -> str:
    """Say that there is no answer yet, and where it belongs."""
    if not report.exercise.is_quiz:
        return (
            "This is not written yet. Put your code in the place of the three dots in the cell "
            "above, run that cell, then this one."
        )
    if report.results[0].outcome.state == "unwritten":
        return (
            "This quiz is not answered yet. Type the letter of your answer, in quotes, in the "
            "place of the three dots; run that cell, then this one."
        )
    return problem.sentence


def _in_words(problem: Problem, outcome: Outcome) -> str:
    """Say what kind of problem it is, without any value of a hidden case."""
    failure = outcome.failure
    if problem.kind == "error" and failure is not None and hasattr(builtins, failure.name):
        return f"The code raises a {failure.name}."  # other names may be made of values
    return _IN_WORDS[problem.kind]


def _show(exercise: Exercise, failing: CaseResult, pairs: list[Pair]) -> Shown:
    """Lay out the first failing case."""
    outcome = failing.outcome
    return Shown(
        failing.trial.case.title,
        show_case(exercise, failing, pairs),
        outcome.printed,
        outcome.warned,
    )
