"""Reading notebooks, and what they grade."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.log import get_logger

from course_lib.errors import CourseError

# What nbformat raises where a file is JSON, but not a notebook.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook in the current format.

    Raises
    ------
    CourseError
        If the file is not a notebook.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> from course_lib.catalogue import course_root
    >>> read_notebook(course_root() / "notebooks" / "00_course_map.ipynb").nbformat
    4
    """
    content = path.read_bytes()
    try:
        with _quiet():
            notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
            nbformat.validate(notebook, relax_add_props=True)
    except (*_DAMAGE, nbformat.ValidationError) as error:
        message = f"{path} is not a notebook that can be read (damaged, or cut off?)."
        raise CourseError(message) from error
    return notebook


def graded_name(cell: NotebookNode) -> str | None:
    """Return the exercise or quiz that a check cell grades, or None for any other cell.

    Examples
    --------
    >>> graded_name(nbformat.v4.new_code_cell("x", metadata={"otter": {"tests": ["z_score"]}}))
    'z_score'
    """
    otter = cell.metadata.get("otter")
    tests = otter.get("tests") if isinstance(otter, dict) else None
    return str(tests[0]) if isinstance(tests, list) and tests else None


def graded_names(notebook: NotebookNode) -> tuple[str, ...]:
    """List what a notebook grades, in the order of its check cells.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("x", metadata={"otter": {"tests": ["z_score"]}})
    >>> graded_names(nbformat.v4.new_notebook(cells=[cell]))
    ('z_score',)
    """
    names = (graded_name(cell) for cell in notebook.cells)
    return tuple(dict.fromkeys(name for name in names if name is not None))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbformat silent: damage is told by an error, and cells without ids are no damage."""
    log = get_logger()
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before
