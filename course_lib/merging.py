"""Merging a student's notebook with a newer version of the course's; notebooks in, notebook out.

A copy remembers which cells the course gave, by key, and a digest of what each held. The key of
an answer, quiz or check cell is its exercise's name; that of any other cell is its id.
"""

import copy
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

# Where a copy remembers what the course gave.
MEMORY = "course_copy"
# What JupyterLab keeps of how a cell is shown; all other metadata of a cell is the course's.
_VIEW = ("collapsed", "scrolled", "jupyter")
# What makes a cell a graded one, or keeps a student from deleting it.
_MARKS = ("nbgrader", "otter", "deletable", "editable")

Key = str | None


@dataclass(frozen=True)
class Merged:
    """A merged notebook, and what the student should know, one sentence each."""

    notebook: NotebookNode
    notes: tuple[str, ...] = ()


@dataclass
class _Work:
    """A merge in progress: the memory, the student's cells by key, ids in use, what comes out."""

    known: dict[str, str]
    mine: dict[str, NotebookNode]
    ids: set[str]
    cells: list[NotebookNode] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def adopt(new: NotebookNode) -> NotebookNode:
    """Make a student's copy of a course notebook: the same cells, and the memory of them.

    Examples
    --------
    >>> from nbformat import v4
    >>> course = v4.new_notebook(cells=[v4.new_markdown_cell("# One", id="a")])
    >>> list(adopt(course).metadata[MEMORY]["cells"])
    ['a']
    """
    notebook = copy.deepcopy(new)
    notebook.metadata[MEMORY] = {"whole": _fingerprint(new), "cells": _digests(new.cells)}
    return notebook


def is_current(mine: NotebookNode, new: NotebookNode) -> bool:
    """Tell whether a copy was made of this very version and still has each graded cell once.

    Examples
    --------
    >>> from nbformat import v4
    >>> course = v4.new_notebook(cells=[v4.new_markdown_cell("# One", id="a")])
    >>> is_current(adopt(course), course), is_current(course, course)
    (True, False)
    """
    if _memory(mine).get("whole") != _fingerprint(new):
        return False
    have = [cell for cell in mine.cells if _grade_id(cell)]
    wanted = [cell for cell in new.cells if _grade_id(cell)]
    by_id = {_grade_id(cell): cell.source for cell in have}
    return len(have) == len(wanted) and all(
        _grade_id(cell) in by_id and (_is_answer(cell) or by_id[_grade_id(cell)] == cell.source)
        for cell in wanted
    )


def merge(mine: NotebookNode, new: NotebookNode) -> Merged:
    """Bring a newer version of the course into a student's copy.

    Kept are answers and typed quiz letters by their exercise's name, changes to the course's text
    where the course did not change it too, and cells that the student added, each after the cell
    that it followed. Check cells are always the course's. Outputs stay where the code did.

    Parameters
    ----------
    mine : NotebookNode
        The student's notebook; it is not changed.
    new : NotebookNode
        The course's notebook; it is not changed.

    Returns
    -------
    Merged
        The merged notebook, and a note on everything that did not go smoothly.

    Examples
    --------
    >>> from nbformat import v4
    >>> one, two = (v4.new_markdown_cell(text, id=text) for text in ("one", "two"))
    >>> mine = adopt(v4.new_notebook(cells=[one]))
    >>> mine.cells.append(v4.new_markdown_cell("my own"))
    >>> new = v4.new_notebook(cells=[one, two])
    >>> [cell.source for cell in merge(mine, new).notebook.cells]
    ['one', 'my own', 'two']
    """
    known = _memory(mine).get("cells") or _assumed(mine, new)
    keys = _recognise(mine.cells, known)
    by_key = {key: cell for key, cell in zip(keys, mine.cells, strict=True) if key}
    work = _Work(known, by_key, ids={str(cell.get("id")) for cell in new.cells})
    for cell, key in zip(new.cells, _predecessors(new.cells, known), strict=True):
        _take(work, cell, key)
    _add_own_cells(work, mine.cells, keys)
    notebook = adopt(new)
    notebook.metadata = NotebookNode({**mine.metadata, **notebook.metadata})
    notebook.cells = work.cells
    return Merged(notebook, tuple(work.notes))


def _take(work: _Work, cell: NotebookNode, key: Key) -> None:
    """Put one of the course's cells into the merged notebook, with what the student made of it."""
    if key is None:
        work.cells.append(copy.deepcopy(cell))
        return
    name, old = _grade_id(cell), work.mine.get(key)
    unchanged = work.known[key] == _digest(cell.source)
    if old is None and unchanged and cell.cell_type == "markdown":
        return  # a text that the student deleted stays deleted
    work.place[key] = len(work.cells)
    if old is None:
        work.cells.append(copy.deepcopy(cell))
        return
    edited = old.source != cell.source and work.known[key] != _digest(old.source)
    keep = edited and (_is_answer(cell) or (unchanged and not name))
    if edited and (note := _note(cell, unchanged)):
        work.notes.append(note)
    if edited and not keep and not name:
        work.aside.add(key)
    work.cells.append(_with_view(cell, old, old.source if keep else cell.source))


def _note(cell: NotebookNode, unchanged: bool) -> str:
    """Say what a student should know of a cell that they edited; empty where all is as it was."""
    if _grade_id(cell) and not _is_answer(cell):
        return f"The cell {_grade_id(cell)} holds the course's text again; it belongs to the check."
    if unchanged:
        return ""
    if _is_answer(cell):
        return f"The task of {_grade_id(cell)} is new; your answer is kept."
    return "The course changed a cell that you changed too; yours follows the new one."


def _add_own_cells(work: _Work, mine: list[NotebookNode], keys: list[Key]) -> None:
    """Put the cells that are the student's own after the course's cell that they followed."""
    following: dict[int, list[NotebookNode]] = {}
    place = -1
    for key, cell in zip(keys, mine, strict=True):
        dropped = key is not None and key not in work.place
        place = work.place.get(key or "", place)
        if key is None or key in work.aside:
            following.setdefault(place, []).append(_own(work, cell))
        elif dropped and _digest(cell.source) != work.known[key]:
            following.setdefault(place, []).append(_own(work, cell))
            work.notes.append(
                f"The course no longer has the cell {_grade_id(cell) or cell.source[:30]!r}; "
                "what you wrote there is kept as a cell of your own."
            )
    cells = list(following.get(-1, []))
    for index, cell in enumerate(work.cells):
        cells += [cell, *following.get(index, [])]
    work.cells = cells


def _recognise(cells: list[NotebookNode], known: dict[str, str]) -> list[Key]:
    """Give each of the student's cells the key of the course's cell that it is, or None.

    By exercise name or id, then by text, since some editors drop the ids. Among several cells of
    one name, the first that the student changed is meant.
    """
    keys: list[Key] = [None] * len(cells)
    free = dict(known)
    untouched = [_digest(cell.source) == known.get(_key(cell)) for cell in cells]
    for index in sorted(range(len(cells)), key=untouched.__getitem__):
        if _key(cells[index]) in free:
            keys[index] = _key(cells[index])
            del free[_key(cells[index])]
    for index, cell in enumerate(cells):
        if keys[index] is None and not _grade_id(cell):
            keys[index] = _take_by_text(cell, free)
    return keys


def _predecessors(cells: list[NotebookNode], known: dict[str, str]) -> list[Key]:
    """Give each of the course's cells the key that it had in the memory, or None for a new one.

    Text comes before id, since a cell put in between may shift the ids of those after it.
    """
    free = {k: v for k, v in known.items() if k not in {_key(c) for c in cells if _grade_id(c)}}
    keys: list[Key] = []
    for cell in cells:
        graded = _key(cell) if _key(cell) in known else None
        keys.append(graded if _grade_id(cell) else _take_by_text(cell, free))
    for index, cell in enumerate(cells):
        if keys[index] is None and not _grade_id(cell) and free.pop(_key(cell), None):
            keys[index] = _key(cell)
    return keys


def _take_by_text(cell: NotebookNode, free: dict[str, str]) -> Key:
    """Return a key whose cell held this text, the cell's own if possible, and strike it out."""
    digest = _digest(cell.source)
    same = [key for key, value in free.items() if value == digest and not key.startswith(_GRADED)]
    if not same:
        return None
    key = _key(cell) if _key(cell) in same else same[0]
    del free[key]
    return key


def _memory(mine: NotebookNode) -> dict[str, Any]:
    """Return what a copy remembers; empty where that is missing or was tampered with."""
    memory = mine.metadata.get(MEMORY)
    cells = memory.get("cells") if isinstance(memory, dict) else None
    if not isinstance(cells, dict) or not all(isinstance(text, str) for text in cells.values()):
        return {}
    return {"whole": memory.get("whole"), "cells": dict(cells)}


def _assumed(mine: NotebookNode, new: NotebookNode) -> dict[str, str]:
    """Make up a missing memory: what both notebooks have came from the course as it is now."""
    digests = _digests(new.cells)
    keys, texts = {_key(cell) for cell in mine.cells}, {_digest(cell.source) for cell in mine.cells}
    return {key: digest for key, digest in digests.items() if key in keys or digest in texts}


_GRADED = "graded:"


def _key(cell: NotebookNode) -> str:
    """Return what a cell is known by: its exercise's name, or else its id."""
    return f"{_GRADED}{_grade_id(cell)}" if _grade_id(cell) else str(cell.get("id", ""))


def _grade_id(cell: NotebookNode) -> str:
    """Return the graded name of an answer, quiz or check cell; empty for any other."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return str(nbgrader.get("grade_id", "")) if isinstance(nbgrader, dict) else ""


def _is_answer(cell: NotebookNode) -> bool:
    """Tell whether the student writes in this cell."""
    return bool(_grade_id(cell)) and bool(cell.metadata["nbgrader"].get("solution"))


def _with_view(cell: NotebookNode, old: NotebookNode, source: str) -> NotebookNode:
    """Return the course's cell with a text; the same code keeps its outputs."""
    kept = copy.deepcopy(cell)
    kept.source = source
    view = {name: old.metadata[name] for name in _VIEW if name in old.metadata}
    kept.metadata = NotebookNode({**kept.metadata, **copy.deepcopy(view)})
    if source == old.source:
        if kept.cell_type == old.cell_type == "code":
            kept.outputs = copy.deepcopy(old.outputs)
            kept.execution_count = old.execution_count
        elif kept.cell_type != "code" and "attachments" in old:
            kept.attachments = copy.deepcopy(old.attachments)
    return kept


def _own(work: _Work, cell: NotebookNode) -> NotebookNode:
    """Return a copy of a student's cell, without the marks of a graded one and with its own id."""
    own = copy.deepcopy(cell)
    for mark in _MARKS:
        own.metadata.pop(mark, None)
    while not own.get("id") or own.id in work.ids:
        own.id = _digest(f"{len(work.ids)} {own.get('id')} {own.source}")
    work.ids.add(own.id)
    return own


def _digests(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """Return what each cell is known by, and a digest of its text."""
    return {_key(cell): _digest(cell.source) for cell in cells}


def _fingerprint(notebook: NotebookNode) -> str:
    """Return a digest of all cells: kind, text and metadata."""
    return _digest(
        repr([[c.cell_type, c.source, _key(c), dict(c.metadata)] for c in notebook.cells])
    )


def _digest(text: str) -> str:
    """Return a short digest of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
