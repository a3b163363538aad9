"""From a source to notebooks: with the solutions, or as the student gets it."""

from pathlib import Path

from nbformat import NotebookNode

from course_lib.authoring.source import Source
from course_lib.errors import CourseError


def solved(source: Source) -> NotebookNode:
    """Make the notebook with its solutions, without outputs; check cells have their tags."""
    raise CourseError(f"{source.path}: building is not written yet.")


def released(source: Source) -> NotebookNode:
    """Make the notebook that a student gets: no solutions, no outputs."""
    raise CourseError(f"{source.path}: building is not written yet.")


def build(root: Path, check: bool = False) -> list[Path]:
    """Write ``notebooks/NN_slug.ipynb`` for every source.

    Parameters
    ----------
    root : Path
        Folder of the course, which holds ``solutions`` and ``notebooks``.
    check : bool
        Only compare; nothing is written.

    Returns
    -------
    list of Path
        Notebooks that were written, or with `check` those that are not up to date. A notebook
        without a source is among them (and is not removed).

    Raises
    ------
    CourseError
        If a source is wrong.
    """
    raise CourseError(f"{root}: building is not written yet.")
