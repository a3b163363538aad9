"""What a notebook works with: check an answer, ask a quiz, use what works, see the progress."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from course_lib import progress
from course_lib.earlier import earlier_answer, whose
from course_lib.errors import CourseError
from course_lib.exercises.evaluation import PUBLIC_SEED, Report, evaluate
from course_lib.exercises.feedback import Feedback, as_html, as_text, make_feedback
from course_lib.overview import course_map, progress_overview
from course_lib.quiz.registry import find, find_graded
from course_lib.quiz.widget import quiz_widget

T = TypeVar("T")


class CheckFailed(Exception):
    """An answer is not right yet; the feedback above it says why.

    Parameters
    ----------
    line : str
        What is shown.
    sentence : str
        What went wrong, for who lists many checks; empty where there is no answer yet.
    """

    def __init__(self, line: str, sentence: str = "") -> None:
        super().__init__(line)
        self.sentence = sentence

    def _render_traceback_(self) -> list[str]:
        """Show one line in IPython and Jupyter, where our own lines would help nobody."""
        return [f"{type(self).__name__}: {self}"]


def check(name: str, answer: Any, seed: int | None = None) -> None:
    """Check an answer and show what is right and what is not.

    Parameters
    ----------
    name : str
        The exercise, or ``quiz_`` and the name of a quiz.
    answer : Any
        The student's function or class, or the letter of a quiz.
    seed : int, optional
        Draws other inputs: those of hidden tests. Their inputs and values are not shown, and the
        try is not recorded.

    Raises
    ------
    CheckFailed
        If the answer is not right; in Jupyter and in plain Python it is shown in one line.
    CourseError
        If there is no such exercise; the message offers similar names.
    ValueError
        If the seed is negative.
    """
    if seed is not None and seed < 0:
        raise ValueError(f"A seed is 0 or greater; {seed} was given.")
    exercise = find_graded(name)
    if seed is None:
        report = evaluate(exercise, answer)
        feedback = make_feedback(report, tries=_record(report))
    else:
        with _nothing_displayed():
            report = evaluate(exercise, answer, seed)
        feedback = make_feedback(report, hidden=True)
    _show(as_html(feedback), as_text(feedback, _encoding()))
    if not feedback.passed:
        _shorten_plain_tracebacks()
        sentence = "" if report.missing else feedback.sentence
        raise CheckFailed(_in_one_line(feedback, report), sentence) from None


def use(name: str, answer: T) -> T:
    """Return the answer where it is right, else the course's own, so that later cells can run.

    Parameters
    ----------
    name : str
        The exercise.
    answer : Any
        The student's function or class.

    Returns
    -------
    Any
        The answer if it passes the public cases, else the reference. A line says which it is.

    Raises
    ------
    CourseError
        If there is no such exercise; the message offers similar names.
    """
    exercise = find_graded(name)
    report = evaluate(exercise, answer, PUBLIC_SEED)
    if report.passed:
        said = "Below, your own {} is used."
    elif report.missing:
        said = "Below, the course's own {} is used, since yours is not written yet."
    else:
        said = "Below, the course's own {} is used, since yours is not right yet."
    _show(f"<p>{said.format(f'<code>{exercise.name}</code>')}</p>", said.format(exercise.name))
    return answer if report.passed else exercise.reference


def own(*names: str) -> Any:
    """Take functions that the student wrote in earlier notebooks, or else the course's own.

    They are looked for in the notebooks beside this one. A table says which function is whose,
    and why. In ``course check`` it is as in JupyterLab; where nbgrader runs the notebook, or no
    other notebook is there, as in the sandbox of ``course grade``, all are the course's own.

    Parameters
    ----------
    *names : str
        Exercises of any topic.

    Returns
    -------
    Any
        For one name its function or class, for several a tuple of them: the student's where it
        passes the public cases, else the reference.

    Raises
    ------
    CourseError
        If no name is given, or there is no such exercise; the message offers similar names.
    """
    if not names:
        raise CourseError('own() needs the name of an exercise, for example own("z_score").')
    with _nothing_displayed():
        taken = [earlier_answer(name, Path.cwd()) for name in names]
    table = whose(taken)
    _show(table.html(), table.text())
    answers = tuple(each.answer for each in taken)
    return answers if len(answers) > 1 else answers[0]


def ask(name: str) -> Any:
    """Show a quiz to answer by mouse, keyboard or screen reader.

    Parameters
    ----------
    name : str
        The quiz.

    Returns
    -------
    ipywidgets.Widget or StillQuiz
        The widget; the bare question where nobody can press a button.

    Raises
    ------
    CourseError
        If there is no such quiz; the message offers similar names.
    """
    return quiz_widget(find(name), progress.record_quiz)


def show_map() -> None:
    """Show the topics of the course, with links to those that are there."""
    overview = course_map(Path.cwd())
    _show(overview.html(), overview.text())


def show_progress() -> None:
    """Show what is solved, topic by topic."""
    overview = progress_overview(Path.cwd())
    _show(overview.html(), overview.text())


def _record(report: Report) -> int:
    """Record a try of a written answer; return how many there were, 1 if there is none yet."""
    if report.missing:
        return 1
    exercise = report.exercise
    return progress.record_check(
        exercise.name, exercise.topic, report.points, exercise.points, report.passed
    )


def _in_one_line(feedback: Feedback, report: Report) -> str:
    """Say in one line that an answer is not right, or not there."""
    if report.missing:
        return f"{feedback.name} is not {'answered' if report.exercise.is_quiz else 'written'} yet."
    return f"{feedback.heading}."


def _show(html: str, text: str) -> None:
    """Show HTML where it can be shown, else text."""
    shell = _shell()
    if shell is None:
        print(text)  # noqa: T201 - this is the output that was asked for
        return
    from IPython.display import display  # noqa: PLC0415 - loaded by the shell already

    display({"text/html": html, "text/plain": text}, raw=True)


def _shell() -> Any | None:
    """Return IPython's shell where there is one; plain Python need not load IPython."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _encoding() -> str:
    """Return what the output can hold: all of Unicode in a notebook, less in some terminals."""
    return "utf-8" if _shell() is not None else getattr(sys.stdout, "encoding", None) or "utf-8"


@contextmanager
def _nothing_displayed() -> Iterator[None]:
    """Drop what the answer displays, since it could be the input of a hidden case."""
    if _shell() is None:
        yield
        return
    from IPython.utils.capture import capture_output  # noqa: PLC0415 - loaded by the shell already

    with capture_output():
        yield


def _shorten_plain_tracebacks() -> None:
    """Let a plain Python run end with the one line of a failed check."""
    before = sys.excepthook
    if _shell() is not None or getattr(before, "shortens_checks", False):
        return

    def in_one_line(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, CheckFailed):
            sys.stderr.write(f"{kind.__name__}: {error}\n")
        else:
            before(kind, error, trace)

    in_one_line.shortens_checks = True  # type: ignore[attr-defined]
    sys.excepthook = in_one_line
