"""Reading a topic's source, ``solutions/NN_slug.py``, in jupytext's percent format."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import yaml
from nbformat import NotebookNode

from course_lib.authoring import rules
from course_lib.authoring.cells import Cell, Role, Task
from course_lib.errors import CourseError
from course_lib.quiz.registry import QUIZ_PREFIX, find_graded

_FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
_FILE_NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
_CELL_MARK = re.compile(r"\s*#\s*%%(%*\s|$)")
_CELL_KEYS = {"exercise", "quiz", "tags"}
_HEADER = 'course: {title: "...", minutes: 75, slides: "4-10"}'


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
        The slides it covers, for example "4-10".
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
        ``solutions/NN_slug.py``.
    points : callable
        From a graded name to its points; raises CourseError for an unknown name.

    Returns
    -------
    Source
        Cells with their roles, and the tasks with their points.

    Raises
    ------
    CourseError
        With file and line, for whatever is wrong with the source.
    """
    name = _FILE_NAME.fullmatch(path.stem)
    if name is None:
        raise CourseError(f"{label(path)}: name a source NN_slug.py, like 02_normalization.py.")
    text = _read_text(path)
    notebook = _parse(path, text)
    header = _header(path, notebook.metadata)
    cells = _cells(path, text, notebook)
    tasks = rules.enforce(label(path), cells, points)
    return Source(path, *name.groups(), **header, cells=cells, tasks=tasks)


def locate(root: Path, topic: str) -> Path:
    """Find the source of a topic, given as "02", "normalization" or "02_normalization".

    Raises
    ------
    CourseError
        If there is none; the message lists those that exist.
    """
    sources = all_sources(root)
    for path in sources:
        number, _, slug = path.stem.partition("_")
        if topic in (number, slug, path.stem):
            return path
    known = ", ".join(path.stem for path in sources) or "no topics at all"
    raise CourseError(f"There is no source of a topic {topic!r}; there are {known}.")


def all_sources(root: Path) -> tuple[Path, ...]:
    """List the sources of a course, ``solutions/NN_slug.py``, sorted by name."""
    return tuple(sorted((root / "solutions").glob("[0-9][0-9]_*.py")))


def label(path: Path) -> str:
    """Name a source in errors, for example "solutions/02_normalization.py"."""
    return f"{path.parent.name}/{path.name}"


def _read_text(path: Path) -> str:
    """Read the file; a CourseError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{label(path)} cannot be read: {error}.") from error


def _parse(path: Path, text: str) -> NotebookNode:
    """Let jupytext split the text into cells."""
    try:
        return jupytext.reads(text, fmt=dict(_FORMAT))
    except (yaml.YAMLError, ValueError, SyntaxError) as error:
        raise CourseError(f"{label(path)}:1: jupytext cannot read it: {error}") from error


def _header(path: Path, metadata: NotebookNode) -> dict[str, Any]:
    """Return title, minutes and slides of the header."""
    course = metadata.get("course")
    if not isinstance(course, dict):
        raise CourseError(f"{label(path)}:1: the header needs, under `jupyter:`, {_HEADER}.")
    kinds = {"title": str, "minutes": int, "slides": str}
    if set(course) != set(kinds):
        raise CourseError(
            f"{label(path)}:1: the header's course has {', '.join(course) or 'nothing'}; "
            f"it must have {', '.join(kinds)}."
        )
    for key, kind in kinds.items():
        value = course[key]
        if type(value) is not kind or not value or (kind is int and value < 0):
            raise CourseError(f"{label(path)}:1: {key} is {value!r}; write it like {_HEADER}.")
    return {key: course[key].strip() if kind is str else course[key] for key, kind in kinds.items()}


def _cells(path: Path, text: str, notebook: NotebookNode) -> tuple[Cell, ...]:
    """Give every cell its role and its place in the file."""
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines, 1) if _CELL_MARK.match(line)]
    if len(marks) != len(notebook.cells):
        raise CourseError(
            f"{label(path)}: jupytext finds {len(notebook.cells)} cells, but {len(marks)} lines "
            "begin with `# %%`. Begin every cell with such a line, and write it nowhere else."
        )
    return tuple(
        _cell(path, _first_line(lines, mark), raw)
        for mark, raw in zip(marks, notebook.cells, strict=True)
    )


def _first_line(lines: list[str], mark: int) -> int:
    """Return the number of the first line with content after a mark."""
    return next((n for n, line in enumerate(lines[mark:], mark + 1) if line.strip()), mark)


def _cell(path: Path, line: int, raw: NotebookNode) -> Cell:
    """Make one cell."""
    place = f"{label(path)}:{line}"
    metadata = {k: v for k, v in raw.metadata.items() if k in _CELL_KEYS}
    if unknown := sorted(set(raw.metadata) - _CELL_KEYS - {"lines_to_next_cell", "cell_marker"}):
        allowed = ", ".join(sorted(_CELL_KEYS))
        raise CourseError(f"{place}: a cell has {', '.join(unknown)}; allowed are {allowed}.")
    if raw.cell_type not in ("markdown", "code") or not raw.source.strip():
        kind = "an empty" if raw.source.strip() == "" else f"a {raw.cell_type}"
        raise CourseError(f"{place}: {kind} cell; write markdown or code.")
    role, name = _role(place, raw, metadata)
    return Cell(role, raw.source, line, name, tuple(metadata.get("tags", ())))


def _role(place: str, raw: NotebookNode, metadata: dict[str, Any]) -> tuple[Role, str]:
    """Tell what a cell is for, and its graded name."""
    graded = [key for key in ("exercise", "quiz") if key in metadata]
    if raw.cell_type == "markdown":
        if graded:
            raise CourseError(f"{place}: a markdown cell cannot be the cell of an {graded[0]}.")
        return "text", ""
    if len(graded) > 1:
        raise CourseError(f"{place}: a cell is an exercise or a quiz, not both.")
    if "exercise" in metadata:
        return "answer", str(metadata["exercise"])
    if "quiz" in metadata:
        return "quiz", QUIZ_PREFIX + str(metadata["quiz"])
    name = _checked_name(raw.source)
    return ("code", "") if name is None else ("check", name)


def _checked_name(text: str) -> str | None:
    """Return the name that a cell checks, if the cell is ``check("name", ...)`` and no more."""
    match = re.fullmatch(r"check\(\s*(\"[^\"]*\"|'[^']*')\s*,.*\)", text.strip(), re.DOTALL)
    return None if match is None else str(ast.literal_eval(match[1]))
