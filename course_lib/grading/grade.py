"""Grading one submission: read it, run it in the box, judge it here."""

import atexit
import hashlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from pathlib import Path

import course_lib
from course_lib.exercises.evaluation import Report
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.feedback import Feedback, as_html, as_text, make_feedback
from course_lib.grading.cells import code_cells, defines
from course_lib.grading.copies import copied
from course_lib.grading.examining import Examined, examine
from course_lib.grading.result import CaseLine, Result, Score
from course_lib.grading.session import LostError, Rules, Session
from course_lib.grading.starting import Fresh, Starter, best
from course_lib.grading.submission import Submission, UnreadableError
from course_lib.quiz.registry import find_graded

# What is printed and how arrays are computed belongs to a whole process: one at a time.
_ONE_AT_A_TIME = threading.Lock()
_MOST_NOTES = 20
_FILE_AND_LINE = re.compile(r"\(<ipython-input-[^>]*>, line (\d+)\)")
_UNWRITTEN = "No answer was written here. If you may hand in again, write one and run its check."


@dataclass(frozen=True)
class Settings:
    """What all submissions are graded with.

    Parameters
    ----------
    seed : int
        The hidden seed.
    rules : Rules
        Times and limits.
    forked : bool
        Whether to fork where that is safe; else each submission gets a fresh interpreter.
    """

    seed: int
    rules: Rules = field(default_factory=Rules)
    forked: bool = True

    def key(self, submission: Submission, content: bytes) -> str:
        """Name a submission's content and all that its score depends on.

        Another course, seed or limit gives another key, so that an old result is not taken for a
        new one.
        """
        rules = replace(self.rules, layers=())
        parts = (submission.student, submission.assignment, submission.problem, rules)
        course = course_digest() + _seed_digest(self.seed)
        return hashlib.sha256(course + repr(parts).encode() + content).hexdigest()[:20]


def grade_one(
    submission: Submission, content: bytes, names: Sequence[str], settings: Settings
) -> Result:
    """Grade one submission.

    It may be called in any process; references, cases and the seed stay in that process, the
    student's code runs in another one.

    Parameters
    ----------
    submission : Submission
        Who handed in what.
    content : bytes
        The file.
    names : sequence of str
        The exercises and quizzes that the notebook grades, in order.
    settings : Settings
        The hidden seed and the limits.

    Returns
    -------
    Result
        Also where the submission cannot be read: then all exercises have 0 points, and the
        result says why.

    Raises
    ------
    CourseError
        If an exercise of the course is at fault, or no process can be started.
    """
    start = time.monotonic()
    exercises = [find_graded(name) for name in names]
    blank = _blank(submission, content, exercises, settings)
    try:
        cells = code_cells(content)
    except UnreadableError as error:
        return replace(blank, problem=str(error))
    with _ONE_AT_A_TIME:
        graded = _grade_cells(blank, cells, exercises, settings)
    return replace(graded, seconds=round(time.monotonic() - start, 3))


def unreadable(
    submission: Submission,
    content: bytes,
    problem: str,
    names: Sequence[str],
    settings: Settings,
) -> Result:
    """Return the result of a submission that is not run at all: no points, and the reason."""
    exercises = [find_graded(name) for name in names]
    return replace(_blank(submission, content, exercises, settings), problem=problem)


@cache
def course_digest() -> bytes:
    """Return a digest of the course's own code, on which scores depend."""
    root = Path(course_lib.__file__).resolve().parent
    digest = hashlib.sha256()
    for folder in (root, root.parent / "quizzes"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(root.parent).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.digest()


@cache
def _seed_digest(seed: int) -> bytes:
    """Return a digest of the seed that takes too long to make to try all seeds."""
    return hashlib.scrypt(str(seed).encode(), salt=b"hidden seed", n=2**14, r=8, p=1, dklen=16)


def _blank(
    submission: Submission, content: bytes, exercises: Sequence[Exercise], settings: Settings
) -> Result:
    """Return a result without a point."""
    return Result(
        student=submission.student,
        assignment=submission.assignment,
        place=submission.place,
        handed_in=submission.handed_in,
        key=settings.key(submission, content),
        scores=tuple(Score(one.name, 0, one.points, kind="not run") for one in exercises),
    )


def _grade_cells(
    blank: Result, cells: list[str], exercises: Sequence[Exercise], settings: Settings
) -> Result:
    """Run the cells, and ask all that is asked."""
    scores: dict[str, Score] = {}
    stopped: dict[str, None] = {}
    layers: dict[str, str] = {}
    for session, group in _sessions(cells, exercises, settings):
        for exercise in group:
            examined = examine(exercise, session, settings.seed)
            scores[exercise.name] = _score(examined, _cell_error(exercise.name, cells, session))
        layers = layers or session.layers
        stopped |= dict.fromkeys(_cell_notes(session))
    alike = ((exercise.name, copied(exercise, cells)) for exercise in exercises)
    notes = (
        f"{name} is {share:.0%} like the course's own solution."
        for name, share in alike
        if share is not None
    )
    return replace(
        blank,
        scores=tuple(scores[exercise.name] for exercise in exercises),
        cells=tuple(stopped)[:_MOST_NOTES],
        notes=tuple(notes),
        layers=layers,
    )


def _sessions(
    cells: list[str], exercises: Sequence[Exercise], settings: Settings
) -> Iterator[tuple[Session, list[Exercise]]]:
    """Give each group of exercises that seal the same functions its session.

    The exercises that seal nothing come first, and share theirs with the first of the others: to
    start a process costs more than all questions, and a seal that is put on later holds as well.
    """
    watched = [one.name for one in exercises if not one.is_quiz]
    ordered = sorted(exercises, key=lambda one: sorted(one.sealed))
    groups = [(seals, list(group)) for seals, group in groupby(ordered, lambda e: sorted(e.sealed))]
    free = groups.pop(0)[1] if groups and not groups[0][0] else []
    for seals, group in groups or [([], [])]:
        session = Session(_starter(settings.forked), cells, settings.rules, watched=watched)
        with closing(session):
            if free:
                yield session, free
                free = []
            with suppress(LostError):
                session.seal(seals)
            yield session, group


@cache
def _starter(forked: bool) -> Starter:
    """Return this process's way to start students' processes, made on first use."""
    starter = best() if forked else Fresh()
    atexit.register(starter.close)
    return starter


def _score(examined: Examined, cell_error: str) -> Score:
    """Sum an examination up."""
    public, hidden = examined.public, examined.hidden
    exercise = public.exercise
    failing = hidden if public.passed else public
    told = _told(examined, cell_error)
    only_hidden = public.passed and not hidden.passed
    problem = failing.first_failure.problem if failing.first_failure else None
    return Score(
        name=exercise.name,
        points=examined.points,
        max_points=exercise.points,
        message=" ".join(filter(None, (told.sentence, told.detail))) if problem else "",
        kind=problem.kind if problem else "right",
        named=told.named,
        cases=(*_lines(public, hidden=False), *_lines(hidden, hidden=True)),
        feedback=as_html(told),
        text=as_text(told),
        revealed=as_html(make_feedback(hidden, _all_hints(exercise))) if only_hidden else "",
    )


def _told(examined: Examined, cell_error: str) -> Feedback:
    """Decide what the student is told: all hints are open now, and hidden cases stay hidden."""
    public, hidden = examined.public, examined.hidden
    if public.passed:
        told = make_feedback(hidden, hidden=True)
        before = "" if told.passed else "Right on the cases that are shown, not on hidden ones: "
        return replace(told, sentence=before + told.sentence)
    told = make_feedback(public, _all_hints(public.exercise))
    if examined.note:
        return replace(told, missing=False, sentence=f"{examined.note}{cell_error}", detail="")
    first = public.first_failure
    if told.missing and first is not None and first.outcome.state == "unwritten":
        return replace(told, sentence=_UNWRITTEN)
    return told


def _all_hints(exercise: Exercise) -> int:
    """Return the number of tries after which all hints are open."""
    return 1 + len(exercise.hints)


def _lines(report: Report, hidden: bool) -> Iterator[CaseLine]:
    """List how the cases went; of the hidden report, those that were drawn."""
    lines = make_feedback(report, hidden=True).lines
    for line, result in zip(lines, report.results, strict=True):
        if not hidden or result.trial.case.kind == "drawn":
            yield CaseLine(line.title, line.state, hidden)


def _cell_error(name: str, cells: Sequence[str], session: Session) -> str:
    """Say what became of the cell that should define a name."""
    errors = [text for place, text in session.errors.items() if defines(name, cells[place])]
    said = _FILE_AND_LINE.sub(r"(line \1 of the cell)", errors[-1]) if errors else ""
    return f" Its cell failed: {said}" if said else ""


def _cell_notes(session: Session) -> Iterator[str]:
    """Tell which cells were stopped or left out; those that only failed need the course's data."""
    for place, text in sorted(session.errors.items()):
        if place in session.left_out or session.is_late(place):
            yield f"Code cell {place + 1}: {text}"
