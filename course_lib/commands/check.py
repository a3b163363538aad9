"""``course check``: run a notebook from top to bottom and list its points."""

import importlib
import json
import tempfile
from pathlib import Path
from typing import Literal

import typer
from nbformat import NotebookNode
from rich.markup import escape

from course_lib.catalogue import Notebook, course_root, locate, notebooks_in
from course_lib.checking import Sheet, blank_sheet, check_notebook
from course_lib.commands.output import FAILED, console, table
from course_lib.errors import CourseError
from course_lib.quiz.registry import find_graded
from course_lib.reading import graded_names, read_notebook
from course_lib.workspace import DEFAULT_FOLDER


def run(
    topic: str,
    version: Literal["own", "released", "solved"],
    as_json: bool,
    folder: Path | None,
    seconds: int,
) -> None:
    """Check a topic's notebook and print its points; exit code 1 unless all is solved."""
    root = course_root()
    own = root / DEFAULT_FOLDER if folder is None else folder
    chosen = _locate(root, topic)
    if version == "own":
        sheet = _check_own(chosen, own / chosen.path.name, seconds)
    elif version == "released":
        sheet = _check_in_scratch(chosen, read_notebook(chosen.path), seconds)
    else:
        sheet = _check_in_scratch(chosen, _solved(root, chosen), seconds)
    if as_json:
        typer.echo(json.dumps(sheet.as_dict(), indent=2))
    else:
        _show(sheet, chosen)
    if not sheet.solved:
        raise typer.Exit(FAILED)


def _locate(root: Path, topic: str) -> Notebook:
    """Find the course's notebook of a topic; a usage error for a topic that is not there."""
    try:
        return locate(root / "notebooks", topic)
    except CourseError as error:
        raise typer.BadParameter(str(error), param_hint="TOPIC") from error


def _points(notebook: Notebook) -> dict[str, int]:
    """Return what the course's notebook grades, in order, with the points of each."""
    names = graded_names(read_notebook(notebook.path))
    return {name: find_graded(name).points for name in names}


def _check_in_scratch(chosen: Notebook, notebook: NotebookNode, seconds: int) -> Sheet:
    """Check one of the course's own versions in a folder that is thrown away."""
    points = _points(chosen)
    with tempfile.TemporaryDirectory() as folder:
        return check_notebook(chosen.slug, notebook, points, Path(folder), cell_seconds=seconds)


def _check_own(chosen: Notebook, path: Path, seconds: int) -> Sheet:
    """Check the student's notebook where it lies."""
    if not path.exists():
        have = ", ".join(notebook.name for notebook in notebooks_in(path.parent)) or "no notebooks"
        raise typer.BadParameter(
            f"There is no {path.name} in {path.parent} (it holds {have}). "
            "Make your copy with: course lab"
        )
    points = _points(chosen)
    try:
        notebook = read_notebook(path)
    except CourseError as error:
        return blank_sheet(chosen.slug, points, str(error))
    return check_notebook(chosen.slug, notebook, points, path.parent, cell_seconds=seconds)


def _solved(root: Path, chosen: Notebook) -> NotebookNode:
    """Build the notebook with its solutions; students do not have them."""
    source = root / "solutions" / f"{chosen.name}.py"
    if not source.exists():
        raise typer.BadParameter("This copy of the course has no solutions; leave --solved out.")
    # By name, since students do not have the packages that authoring needs.
    sources = importlib.import_module("course_lib.authoring.source")
    return importlib.import_module("course_lib.authoring.build").solved(sources.read(source))


def _show(sheet: Sheet, chosen: Notebook) -> None:
    """Print the points as a table, in words and not only in marks."""
    rows = table("", "exercise", "points", "", title=f"{chosen.number} {chosen.title}")
    rows.columns[2].justify = "right"
    for mark in sheet.exercises:
        done = mark.points == mark.max_points
        sign = "[green]✓[/green]" if done else "[red]✗[/red]"
        rows.add_row(sign, mark.name, f"{mark.points}/{mark.max_points}", escape(mark.message))
    out = console()
    out.print(rows)
    out.print(f"{sheet.points} of {sheet.max_points} points")
