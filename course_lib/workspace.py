"""The student's own copy of the notebooks: made on first use, brought up to date, never lost.

A copy remembers in its metadata which cells the course gave and what they held. So a later
version can tell an answer from a stub, a cell the student added from one that the course took
out, and a cell the student deleted from one that is new.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat

from course_lib import atomic
from course_lib.catalogue import notebooks_in
from course_lib.errors import CourseError
from course_lib.merging import adopt, is_current, merge
from course_lib.reading import read_notebook

DEFAULT_FOLDER = "my_course"


@dataclass(frozen=True)
class Change:
    """What was done to one notebook of the student's copy.

    Parameters
    ----------
    path : Path
        The notebook.
    kind : {"new", "updated", "current", "unreadable"}
        Made afresh; new cells came; nothing to do; kept aside because it could not be read, and
        made afresh.
    backup : Path or None
        Where the file is kept as it was before.
    notes : tuple of str
        What the student should know, one sentence each.
    """

    path: Path
    kind: Literal["new", "updated", "current", "unreadable"]
    backup: Path | None = None
    notes: tuple[str, ...] = ()


def update(root: Path, folder: Path) -> tuple[Change, ...]:
    """Make the student's copy of every notebook, or bring it up to date.

    Parameters
    ----------
    root : Path
        Folder of the course, which holds ``notebooks``.
    folder : Path
        Folder of the student's copy; it is made if need be. Other files in it are not touched.

    Returns
    -------
    tuple of Change
        One for every notebook of the course, by number.

    Raises
    ------
    CourseError
        If the folder is a file, or is the one that holds the course's own notebooks.
    OSError
        If a file cannot be written; every notebook is then whole, as it was or as it should be.

    Examples
    --------
    >>> import tempfile
    >>> from course_lib.catalogue import course_root
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = update(course_root(), Path(folder))
    ...     second = update(course_root(), Path(folder))
    >>> first[0].kind, second[0].kind
    ('new', 'current')
    """
    require_own_folder(root, folder)
    source, backups = root / "notebooks", _new_backups_folder(folder)
    return tuple(_update_one(n.path, folder / n.path.name, backups) for n in notebooks_in(source))


def require_own_folder(root: Path, folder: Path) -> None:
    """Refuse a place that cannot hold a student's copy.

    Raises
    ------
    CourseError
        If it is a file, or holds the course's own notebooks or sources.

    Examples
    --------
    >>> require_own_folder(Path("course"), Path("course", "my_course"))
    """
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; give a folder for your copy of the notebooks.")
    if folder.resolve() in ((root / "notebooks").resolve(), (root / "solutions").resolve()):
        raise CourseError(
            f"{folder} holds the course's own files; give another folder for your copy."
        )


def _update_one(source: Path, target: Path, backups: Path) -> Change:
    """Bring one notebook up to date."""
    new = read_notebook(source)
    if not target.exists():
        _write(target, adopt(new))
        return Change(target, "new")
    try:
        mine = read_notebook(target)
    except CourseError:
        backup = _back_up(target, backups)
        _write(target, adopt(new))
        note = f"{target.name} could not be read; your file is kept as {backup}."
        return Change(target, "unreadable", backup, (note,))
    if is_current(mine, new):
        return Change(target, "current")
    merged = merge(mine, new)
    backup = _back_up(target, backups)
    _write(target, merged.notebook)
    return Change(target, "updated", backup, merged.notes)


def _write(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a notebook whole."""
    atomic.write(path, nbformat.writes(notebook) + "\n")


def _back_up(path: Path, backups: Path) -> Path:
    """Copy a notebook as it is, byte for byte."""
    backup = backups / path.name
    atomic.write(backup, path.read_bytes())
    return backup


def _new_backups_folder(folder: Path) -> Path:
    """Choose a folder that does not exist yet, named after the time; it is made when needed."""
    return next(path for path in _backup_names(folder / "backups") if not path.exists())


def _backup_names(backups: Path) -> Iterator[Path]:
    """Offer names, the plain time first."""
    stamp = time.strftime("%Y-%m-%dT%H%M%S")
    yield backups / stamp
    number = 2
    while True:
        yield backups / f"{stamp}-{number}"
        number += 1
