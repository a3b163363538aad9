"""Releases: what students get, and what instructors grade with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError


@dataclass(frozen=True)
class Release:
    """What a release made.

    Parameters
    ----------
    for_students : tuple of Path
        Files and folders to hand out; the leak check has passed on them.
    for_instructors : tuple of Path
        Files and folders to keep.
    seed_file : Path or None
        Where the hidden seed is kept; None where there is none.
    """

    for_students: tuple[Path, ...]
    for_instructors: tuple[Path, ...] = ()
    seed_file: Path | None = None


def student(root: Path, out: Path) -> Release:
    """Write one zip with all that a student needs; it always holds every topic.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.

    Raises
    ------
    CourseError
        If notebooks are not up to date, or something would leak.
    """
    raise CourseError(f"{out}: releasing is not written yet.")


def nbgrader(
    root: Path, out: Path, seed_file: Path | None = None, topics: Sequence[str] = ()
) -> Release:
    """Write an nbgrader course folder: sources with hidden tests, and the release for students.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.
    seed_file : Path, optional
        Holds the hidden seed; without it one is drawn and kept in `out`.
    topics : sequence of str
        Topics to release ("02", "normalization"); all by default.

    Raises
    ------
    CourseError
        If a topic or the seed file is wrong, or something would leak.
    """
    raise CourseError(f"{out}: releasing is not written yet.")


def otter(
    root: Path, out: Path, seed_file: Path | None = None, topics: Sequence[str] = ()
) -> Release:
    """Write student notebooks and, for each topic, the autograder zip that Gradescope takes.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.
    seed_file : Path, optional
        Holds the hidden seed; without it one is drawn and kept in `out`.
    topics : sequence of str
        Topics to release ("02", "normalization"); all by default.

    Raises
    ------
    CourseError
        If a topic or the seed file is wrong, or something would leak.
    """
    raise CourseError(f"{out}: releasing is not written yet.")
