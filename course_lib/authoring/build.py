"""From a source to notebooks: with the solutions, or as the student gets it."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from course_lib import atomic
from course_lib.authoring.cells import Cell
from course_lib.authoring.solution import hide_blocks, hide_letter
from course_lib.authoring.source import Source, all_sources, points_of, read
from course_lib.errors import CourseError

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_NBGRADER_SCHEMA = 3


def solved(source: Source) -> NotebookNode:
    """Make the notebook with its solutions.

    Parameters
    ----------
    source : Source
        The topic.

    Returns
    -------
    NotebookNode
        Without outputs; otherwise just like the released one, check cells tagged
        ``raises-exception`` included.
    """
    return _notebook(source, [cell.text for cell in source.cells])


def released(source: Source) -> NotebookNode:
    """Make the notebook that a student gets.

    Parameters
    ----------
    source : Source
        The topic.

    Returns
    -------
    NotebookNode
        ``...`` stands for every solution and every typed letter; there are no outputs.
    """
    hide: dict[str, Callable[[str], str]] = {"answer": hide_blocks, "quiz": hide_letter}
    return _notebook(source, [hide.get(cell.role, str)(cell.text) for cell in source.cells])


def write(notebook: NotebookNode) -> str:
    """Write a notebook as text: sorted keys, one final newline, the same bytes every time."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def build(root: Path, check: bool = False, points: Callable[[str], int] = points_of) -> list[Path]:
    """Write ``notebooks/NN_slug.ipynb`` for every source.

    Parameters
    ----------
    root : Path
        Folder of the course, which holds ``solutions`` and ``notebooks``.
    check : bool
        Only compare; nothing is written.
    points : callable
        From a graded name to its points.

    Returns
    -------
    list of Path
        Notebooks that were written; with `check`, those that are not up to date, and those that
        have no source.

    Raises
    ------
    CourseError
        If a source is wrong, two share a number, or there is none. Nothing is written then.
    """
    sources = [read(path, points) for path in all_sources(root)]
    _require_numbers(root, sources)
    texts = {
        root / "notebooks" / f"{source.name}.ipynb": write(released(source)) for source in sources
    }
    changed = [path for path, text in texts.items() if _differs(path, text)]
    if check:
        orphans = set((root / "notebooks").glob("*.ipynb")) - set(texts)
        return sorted({*changed, *orphans})
    for path in changed:
        atomic.write(path, texts[path])
    return changed


def _notebook(source: Source, texts: list[str]) -> NotebookNode:
    """Put cells with these texts together."""
    points = {task.name: task.points for task in source.tasks}
    course = {
        "topic": source.number,
        "slug": source.slug,
        "title": source.title,
        "minutes": source.minutes,
        "slides": source.slides,
    }
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}, "course": course}
    pairs = zip(source.cells, texts, _ids(source), strict=True)
    cells = [_cell(cell, text, ident, points) for cell, text, ident in pairs]
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def _cell(cell: Cell, text: str, ident: str, points: dict[str, int]) -> NotebookNode:
    """Make one cell with what the graders need to know."""
    make = v4.new_markdown_cell if cell.role == "text" else v4.new_code_cell
    metadata: dict[str, object] = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.role in ("answer", "quiz"):
        metadata |= {"deletable": False, "nbgrader": _nbgrader(cell.name, solution=True)}
    elif cell.role == "check":
        graded = _nbgrader(f"check_{cell.name}", grade=True) | {"points": points[cell.name]}
        metadata |= {
            "deletable": False,
            "editable": False,
            "nbgrader": graded,
            "otter": {"tests": [cell.name]},
            "tags": [*cell.tags, "raises-exception"],
        }
    return make(text, id=ident, metadata=metadata)


def _nbgrader(grade_id: str, grade: bool = False, solution: bool = False) -> dict[str, object]:
    """Describe a cell to nbgrader."""
    return {
        "cell_type": "code",
        "grade": grade,
        "grade_id": grade_id,
        "locked": grade,
        "schema_version": _NBGRADER_SCHEMA,
        "solution": solution,
        "task": False,
    }


def _ids(source: Source) -> list[str]:
    """Name the cells: graded ones by their names, others by their place after a graded one."""
    after, places, idents = "", Counter[str](), []
    for cell in source.cells:
        if cell.name:
            after, key = cell.name, f"{cell.role} {cell.name}"
        else:
            places[after] += 1
            key = f"after {after} {places[after]}"
        digest = hashlib.sha256(f"{source.slug} {key}".encode())
        idents.append(digest.hexdigest()[:12])
    return idents


def _require_numbers(root: Path, sources: list[Source]) -> None:
    """Refuse a course without sources, and two topics of one number or slug."""
    if not sources:
        raise CourseError(f"There are no sources NN_slug.py in {root / 'solutions'}.")
    for kind in ("number", "slug"):
        counts = Counter(getattr(source, kind) for source in sources)
        if twice := [value for value, count in counts.items() if count > 1]:
            raise CourseError(f"Two topics have the {kind} {twice[0]!r}; give each its own.")


def _differs(path: Path, text: str) -> bool:
    """Tell whether a file is missing or holds something else."""
    return not path.exists() or path.read_bytes() != text.encode()
