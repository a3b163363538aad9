"""What a student has solved: one small JSON file on the student's own disk.

Nothing is sent anywhere. Several notebooks may record at the same time: each takes the file's
lock, reads, adds its record and writes the file whole. The operating system lets go of the lock
when a process ends, however it ends, so a crash blocks nobody.
"""

import json
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from course_lib import atomic
from course_lib.display.still import still
from course_lib.locking import locked

PATH_VARIABLE = "COURSE_PROGRESS"
VERSION = 1
_FOLDER = "image-analysis-in-a-hospital"
_PATIENCE_SECONDS = 5.0
_tries_here: Counter[str] = Counter()
_warned: dict[Any, Any] = {}


class ProgressWarning(UserWarning):
    """Something kept the progress from being recorded or read."""


@dataclass(frozen=True)
class CheckRecord:
    """What became of one exercise, or of the graded cell of one quiz.

    Parameters
    ----------
    topic : str
        The topic's slug.
    tries : int
        How often it was checked.
    points, max_points : int
        The most points reached so far, and those to be had.
    passed : bool
        Whether it was ever right.
    """

    topic: str
    tries: int
    points: int
    max_points: int
    passed: bool


@dataclass(frozen=True)
class QuizRecord:
    """How often a quiz was answered in its widget, and how often rightly."""

    topic: str
    answered: int
    right: int


@dataclass(frozen=True)
class Progress:
    """All records, by the name of the exercise (`checks`) or of the quiz (`quizzes`)."""

    checks: Mapping[str, CheckRecord] = field(default_factory=dict)
    quizzes: Mapping[str, QuizRecord] = field(default_factory=dict)


def progress_path() -> Path:
    """Return where the progress is kept.

    Returns
    -------
    Path
        The file that ``COURSE_PROGRESS`` names, else one in the user's data folder.

    Examples
    --------
    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {PATH_VARIABLE: "mine.json"}):
    ...     progress_path().name
    'mine.json'
    """
    if chosen := os.environ.get(PATH_VARIABLE):
        return Path(chosen).expanduser()
    return platformdirs.user_data_path(_FOLDER, appauthor=False) / "progress.json"


def is_recording() -> bool:
    """Tell whether tries are recorded: not while a notebook is graded or only executed.

    Examples
    --------
    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"COURSE_STILL": "1"}):
    ...     is_recording()
    False
    """
    return not still()


def record_check(name: str, topic: str, points: int, max_points: int, passed: bool) -> int:
    """Record one check of an answer.

    What was solved once stays solved; the best points count.

    Parameters
    ----------
    name, topic : str
        The exercise (``quiz_`` and its name for a graded quiz) and its topic's slug.
    points, max_points : int
        Points of this try, and those to be had.
    passed : bool
        Whether the answer is right.

    Returns
    -------
    int
        Number of tries so far, this one included. Where nothing can be recorded, those since
        the kernel started.

    Warns
    -----
    ProgressWarning
        If the file cannot be written; the check itself goes on.

    Examples
    --------
    >>> import tempfile
    >>> from unittest import mock
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with mock.patch.dict(os.environ, {PATH_VARIABLE: f"{folder}/progress.json"}):
    ...         record_check("z_score", "normalization", 2, 2, True)
    1
    """
    _tries_here[name] += 1
    if not is_recording():
        return _tries_here[name]

    def add(progress: Progress) -> Progress:
        before = progress.checks.get(name, CheckRecord(topic, 0, 0, max_points, False))
        record = CheckRecord(
            topic=topic,
            tries=before.tries + 1,
            points=min(max(before.points, points), max_points),
            max_points=max_points,
            passed=before.passed or passed,
        )
        return replace(progress, checks={**progress.checks, name: record})

    changed = _change(add)
    return _tries_here[name] if changed is None else changed.checks[name].tries


def record_quiz(name: str, topic: str, right: bool) -> None:
    """Record one answer in a quiz widget.

    Parameters
    ----------
    name, topic : str
        The quiz and its topic's slug.
    right : bool
        Whether the answer was right.

    Warns
    -----
    ProgressWarning
        If the file cannot be written; the quiz itself goes on.
    """
    if not is_recording():
        return

    def add(progress: Progress) -> Progress:
        before = progress.quizzes.get(name, QuizRecord(topic, 0, 0))
        record = QuizRecord(topic, before.answered + 1, before.right + bool(right))
        return replace(progress, quizzes={**progress.quizzes, name: record})

    _change(add)


def load() -> Progress:
    """Read all records.

    Returns
    -------
    Progress
        Empty where nothing was recorded yet.

    Warns
    -----
    ProgressWarning
        If the file cannot be read. A damaged file is kept aside, and the warning names it.

    Examples
    --------
    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {PATH_VARIABLE: "a/file/that/is/not/there.json"}):
    ...     load()
    Progress(checks={}, quizzes={})
    """
    path = progress_path()
    if not path.exists():
        return Progress()
    try:
        with locked(path, _PATIENCE_SECONDS):
            return _read(path)
    except (OSError, _FromNewerCourseError) as error:
        _warn(f"Your progress in {path} could not be read: {_reason(error)}.")
        return Progress()


class _FromNewerCourseError(Exception):
    """The file was written by a newer version of the course."""


def _change(add: Callable[[Progress], Progress]) -> Progress | None:
    """Read, change and write the file under its lock; warn and return None where that fails."""
    path = progress_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path, _PATIENCE_SECONDS):
            progress = add(_read(path))
            content = json.dumps({"version": VERSION, **asdict(progress)}, indent=1)
            atomic.write(path, content + "\n")
    except (OSError, _FromNewerCourseError) as error:
        _warn(f"Your progress was not recorded in {path}: {_reason(error)}.")
        return None
    return progress


def _read(path: Path) -> Progress:
    """Read the file; keep a damaged one aside and begin anew. The caller holds the lock."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Progress()
    try:
        return _parse(json.loads(content))
    except (ValueError, RecursionError):
        aside = _name_aside(path)
        path.rename(aside)
        _warn(f"Your progress file was damaged; it is kept as {aside} and a new one is begun.")
        return Progress()


def _parse(data: Any) -> Progress:
    """Make records of the file's content; a ValueError for anything else."""
    if not isinstance(data, dict) or not isinstance(data.get("version"), int):
        raise ValueError("not a progress file")
    if data["version"] > VERSION:
        raise _FromNewerCourseError
    try:
        checks = {name: CheckRecord(**record) for name, record in data["checks"].items()}
        quizzes = {name: QuizRecord(**record) for name, record in data["quizzes"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a progress file") from error
    for record in (*checks.values(), *quizzes.values()):
        _require_types(record)
    return Progress(checks, quizzes)


def _require_types(record: CheckRecord | QuizRecord) -> None:
    """Raise a ValueError if a field does not hold what it should."""
    for name, kind in type(record).__annotations__.items():
        if type(getattr(record, name)) is not kind:
            raise ValueError(f"{name} is not of the type {kind.__name__}")


def _name_aside(path: Path) -> Path:
    """Choose a free name for a damaged file."""
    stamp = time.strftime("%Y-%m-%dT%H%M%S")
    names = (f"{path.stem}.damaged-{stamp}{end}{path.suffix}" for end in ("", *map(str, range(99))))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _reason(error: Exception) -> str:
    """Say in a few words why a file could not be used."""
    if isinstance(error, _FromNewerCourseError):
        return "a newer version of the course wrote it, please update this one"
    strerror = getattr(error, "strerror", None)
    return (strerror or str(error) or type(error).__name__).rstrip(".")


def _warn(sentence: str) -> None:
    """Warn once with this sentence, without a line of our own code beside it."""
    warnings.warn_explicit(sentence, ProgressWarning, "progress", 1, registry=_warned)
