"""``course release``: what students get, and what instructors grade with."""

from pathlib import Path
from typing import Literal

import typer

from course_lib.authoring import release
from course_lib.authoring.release import Release
from course_lib.catalogue import course_root, locate
from course_lib.commands.output import console
from course_lib.errors import CourseError


def run(
    kind: Literal["student", "nbgrader", "otter"],
    out: Path,
    seed_file: Path | None = None,
    topics: list[str] | None = None,
) -> None:
    """Write a release and say where it is."""
    root = course_root()
    if kind == "student":
        _tell(release.student(root, out))
        return
    make = release.nbgrader if kind == "nbgrader" else release.otter
    _tell(make(root, out, seed_file, _numbers(root, topics or [])))


def _numbers(root: Path, topics: list[str]) -> list[str]:
    """Return the numbers of chosen topics; a usage error for one that is not there."""
    try:
        return [locate(root / "notebooks", topic).number for topic in topics]
    except CourseError as error:
        raise typer.BadParameter(str(error), param_hint="--topic") from error


def _tell(made: Release) -> None:
    """List what was written, and for whom."""
    out = console()
    parts = (
        ("For students:", made.for_students),
        ("For instructors, not to be handed out:", made.for_instructors),
        ("The hidden seed, to be kept:", (made.seed_file,) if made.seed_file else ()),
    )
    for heading, paths in parts:
        for line in (heading, *(f"  {path}" for path in paths)) if paths else ():
            out.print(line, markup=False, soft_wrap=True)
