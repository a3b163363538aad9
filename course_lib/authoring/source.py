"""Reading a topic's source, ``solutions/NN_slug.py``, and refusing what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_lib.errors import CourseError
from course_lib.quiz.registry import find_graded

Role = Literal["text", "code", "answer", "check", "quiz"]


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Parameters
    ----------
    role : {"text", "code", "answer", "check", "quiz"}
        What the cell is for: prose, code that is given, the answer to an exercise, the check of an
        answer, or the typed letter of a quiz.
    text : str
        As the author wrote it, with the solution.
    line : int
        Line of the first character in the source, counted from 1.
    name : str
        Graded name, for example "z_score" or "quiz_rescale"; empty for prose and given code.
    """

    role: Role
    text: str
    line: int
    name: str = ""


@dataclass(frozen=True)
class Task:
    """Something that gives points: an exercise, or the graded cell of a quiz.

    Parameters
    ----------
    name : str
        "z_score" for an exercise, "quiz_rescale" for the quiz ``rescale``.
    points : int
        From the registry.
    """

    name: str
    points: int


@dataclass(frozen=True)
class Source:
    """A topic's source, read and found to be in order.

    Parameters
    ----------
    path : Path
        The file.
    number, slug : str
        The two parts of its name: "02" and "normalization".
    title : str
        From the header, as are minutes and slides.
    minutes : int
        How long it takes a student.
    slides : str
        The slides it covers, for example "4-10"; may be empty.
    cells : tuple of Cell
        In order.
    tasks : tuple of Task
        Exercises and quizzes, in the order of their check cells.
    """

    path: Path
    number: str
    slug: str
    title: str
    minutes: int
    slides: str
    cells: tuple[Cell, ...]
    tasks: tuple[Task, ...]

    @property
    def name(self) -> str:
        """Name of the notebook without ending, for example "02_normalization"."""
        return f"{self.number}_{self.slug}"


def points_of(name: str) -> int:
    """Return the points of an exercise or quiz from the registry."""
    return find_graded(name).points


def read(path: Path, points: Callable[[str], int] = points_of) -> Source:
    """Read a topic's source.

    Parameters
    ----------
    path : Path
        ``solutions/NN_slug.py``, in jupytext's percent format.
    points : callable
        From a graded name to its points; raises CourseError for an unknown name.

    Raises
    ------
    CourseError
        With file and line, for whatever is wrong with the source.
    """
    raise CourseError(f"{path}: reading sources is not written yet.")


def locate(root: Path, topic: str) -> Path:
    """Find the source of a topic, given as "02", "normalization" or "02_normalization".

    Raises
    ------
    CourseError
        If there is none; the message lists those that exist.
    """
    raise CourseError(f"{root}: there is no source of topic {topic!r}.")


def all_sources(root: Path) -> tuple[Path, ...]:
    """List the sources of a course, ``solutions/NN_slug.py``, sorted by name."""
    return tuple(sorted((root / "solutions").glob("[0-9][0-9]_*.py")))
