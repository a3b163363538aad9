"""From a folder or an archive to a list of submissions; nothing that lies there is passed over."""

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from course_lib.catalogue import Notebook
from course_lib.errors import CourseError
from course_lib.grading.names import Owner, owner
from course_lib.grading.submission import Submission, UnreadableError

_ENDING = ".ipynb"
_ARCHIVES = (".zip", ".tar", ".gz", ".7z", ".rar")
_IGNORED = {"__MACOSX", "__pycache__"}


@dataclass(frozen=True)
class _Found:
    """A file, an empty folder, or a link."""

    place: str
    handed_in: float
    member: str = ""
    path: Path | None = None
    trouble: str = ""


def collect(
    source: Path, notebooks: Sequence[Notebook], only: Notebook | None = None
) -> list[Submission]:
    """List what was handed in.

    Parameters
    ----------
    source : Path
        A folder ``STUDENT/ASSIGNMENT/NOTEBOOK.ipynb`` as nbgrader collects it (or nbgrader's
        course folder), a flat folder of notebooks, or a zip of either, as Canvas, Moodle and
        Brightspace export it.
    notebooks : sequence of Notebook
        The course's notebooks.
    only : Notebook, optional
        Take every file for this one, whatever it is called.

    Returns
    -------
    list of Submission
        Sorted by student and assignment, oldest first. Who handed in something, but no notebook,
        is listed with the problem.

    Raises
    ------
    CourseError
        If there is nothing to collect.
    """
    if source.is_file():
        names = {notebook.name for notebook in notebooks}
        found = _without_shared_folder(list(_in_archive(source)), names)
    else:
        found = list(_in_folder(_submitted(source)))
    submissions = list(_notebooks(source, found, notebooks, only))
    submissions += _without_notebook(source, found, notebooks, submissions)
    if not submissions:
        raise CourseError(f"There is nothing to grade in {source}.")
    return sorted(submissions, key=lambda one: (one.student, one.assignment, *_age(one)))


def newest(submissions: Iterable[Submission]) -> list[Submission]:
    """Return of each student and assignment the newest one; the others are kept, not counted.

    Examples
    --------
    >>> old = Submission("a", "02_x", "1.ipynb", Path("1.ipynb"), handed_in=1.0)
    >>> new = replace(old, place="2.ipynb", handed_in=2.0)
    >>> [one.place for one in newest([new, old])]
    ['2.ipynb']
    """
    ordered = sorted(submissions, key=_age)
    return list({(one.student, one.assignment): one for one in ordered}.values())


def plain(text: str) -> str:
    r"""Write a name in one way: composed letters, and nothing that cannot be printed.

    Examples
    --------
    >>> plain("Zoe\u0308"), plain("a\x1b[2J")
    ('Zoë', 'a?[2J')
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c.isprintable() else "?" for c in composed)


def _age(submission: Submission) -> tuple[bool, float, str]:
    """Sort by age; what has a problem is older than what has none."""
    return not submission.problem, submission.handed_in, submission.place


def _submitted(source: Path) -> Path:
    """Return where the submissions are; in nbgrader's course folder they have a folder."""
    if not source.is_dir():
        raise CourseError(f"There is no folder or zip {source}.")
    inside = source / "submitted"
    return inside if (source / "nbgrader_config.py").exists() and inside.is_dir() else source


def _in_folder(folder: Path) -> Iterator[_Found]:
    """List files, links and empty folders."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if _is_ignored(place):
            continue
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            yield _Found(place, info.st_mtime, path=path, trouble="It is a link, not a file.")
        elif stat.S_ISREG(info.st_mode):
            yield _Found(place, info.st_mtime, path=path)
        elif not stat.S_ISDIR(info.st_mode):
            yield _Found(place, info.st_mtime, path=path, trouble="It is not a plain file.")
        elif not any(path.iterdir()):
            yield _Found(place + "/", info.st_mtime, path=path)


def _in_archive(source: Path) -> Iterator[_Found]:
    """List the files of a zip."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{source} is not a zip that can be read: {error}.") from error
    for member in members:
        place = member.filename.replace("\\", "/").lstrip("/")
        if member.is_dir() or _is_ignored(place):
            continue
        yield _Found(place, _time(member), member.filename, source)


def _time(member: zipfile.ZipInfo) -> float:
    """Return when a file in a zip was changed."""
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _is_ignored(place: str) -> bool:
    """Tell whether a file is a system's or an editor's, not the student's."""
    return any(part in _IGNORED or _is_hidden(part) for part in PurePosixPath(place).parts)


def _is_hidden(part: str) -> bool:
    """Tell whether a name hides a file; a student's own name may begin with a dot."""
    return part.startswith(".") and part != ".." and owner(f"{part}/x").student == part


def _without_shared_folder(found: list[_Found], names: set[str]) -> list[_Found]:
    """Take away a folder that holds everything, unless it is a student's own."""
    parts = [PurePosixPath(one.place).parts for one in found]
    second = {part[1] for part in parts if len(part) > 1}
    shared = len({part[0] for part in parts}) == 1 and all(len(part) > 1 for part in parts)
    students_own = {PurePosixPath(name).stem for name in second} & names
    if not shared or len(second) < 2 or students_own or owner(parts[0][0]).student != parts[0][0]:
        return found
    return [replace(one, place=one.place.partition("/")[2]) for one in found]


def _notebooks(
    source: Path, found: list[_Found], notebooks: Sequence[Notebook], only: Notebook | None
) -> Iterator[Submission]:
    """Make a submission of each notebook."""
    names = [notebook.name for notebook in notebooks]
    for one in found:
        if not one.place.lower().endswith(_ENDING):
            continue
        whose = owner(one.place, names)
        made = Submission(
            student=plain(whose.student),
            assignment="",
            place=plain(one.place),
            path=one.path or source,
            member=one.member,
            handed_in=_when(whose, one),
            problem=one.trouble,
        )
        yield replace(made, assignment=only.name if only else _assignment(made, whose, notebooks))


def _when(whose: Owner, one: _Found) -> float:
    """Return when a file was handed in; a platform's count decides between equal times."""
    return (one.handed_in if whose.when is None else whose.when) + 1e-3 * whose.count


def _assignment(submission: Submission, whose: Owner, notebooks: Sequence[Notebook]) -> str:
    """Tell which of the course's notebooks it is: by its name, else by what it defines."""
    for wanted in (lambda one: one.name, lambda one: one.slug):
        for notebook in notebooks:
            if wanted(notebook) in submission.place:
                return notebook.name
    try:
        content = submission.content()
    except UnreadableError:
        return ""
    counts = {one.name: _defined(content, one.graded) for one in notebooks}
    best = max(counts, key=lambda name: counts[name], default="")
    return best if counts.get(best) else ""


def _defined(content: bytes, names: Sequence[str]) -> int:
    """Count the exercises that are defined somewhere in a file."""
    return sum(
        re.search(rb"\b(def|class) +%s\b|\b%s *=" % (name.encode(), name.encode()), content)
        is not None
        for name in names
    )


def _without_notebook(
    source: Path,
    found: list[_Found],
    notebooks: Sequence[Notebook],
    submissions: Sequence[Submission],
) -> Iterator[Submission]:
    """List students whose folder, or folder of an assignment, holds no notebook."""
    names = [notebook.name for notebook in notebooks]
    folders = {str(PurePosixPath(one.place).parent) for one in submissions}
    others: dict[tuple[str, str], list[_Found]] = {}
    for one in found:
        folder = _folder(one)
        alone = folder == "." and not one.place.lower().endswith(_ARCHIVES)
        if not (alone or any(f == folder or f.startswith(folder + "/") for f in folders)):
            others.setdefault((folder, owner(one.place, names).student), []).append(one)
    for (folder, student), files in sorted(others.items()):
        assignment = next((name for name in names if name in folder), "")
        listed = ", ".join(PurePosixPath(one.place).name for one in files[:5])
        held = "nothing" if files[0].place.endswith("/") else f"only {listed}"
        problem = f"There is no notebook; {held}."
        yield Submission(plain(student), assignment, plain(folder), source, problem=problem)


def _folder(one: _Found) -> str:
    """Return the folder of a file, or the empty folder itself."""
    return one.place[:-1] if one.place.endswith("/") else str(PurePosixPath(one.place).parent)
