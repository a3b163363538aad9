"""What the commands print, and how a user's mistake is told."""

from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from course_lib.errors import CourseError

FAILED = 1


class PlainErrors(TyperGroup):
    """Tells expected errors in a sentence, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            _fail(str(error))
        except OSError as error:
            _fail(_describe(error))


def console() -> Console:
    """Return where results are printed."""
    return Console(highlight=False, soft_wrap=False)


def table(*columns: str, title: str = "") -> Table:
    """Make an empty table whose last column takes what room there is."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None)
    for place, column in enumerate(columns):
        last = place == len(columns) - 1
        made.add_column(column, overflow="fold", ratio=1 if last else None)
    made.pad_edge = False
    return made


def _fail(sentence: str) -> None:
    """Print what went wrong on the error stream, and end with exit code 1."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    errors.print(f"Error: {sentence.strip()}")
    raise typer.Exit(FAILED)


def _describe(error: OSError) -> str:
    """Say what could not be done with which file."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."
