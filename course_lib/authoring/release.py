"""Releases: what students get, and what instructors grade with."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from course_lib import atomic
from course_lib.authoring import leaks
from course_lib.authoring.build import build
from course_lib.authoring.files import pack, package_files
from course_lib.authoring.seeds import hidden_seed
from course_lib.authoring.source import Source, all_sources, locate, read
from course_lib.errors import CourseError

STUDENT_ZIP = "image-analysis-in-a-hospital.zip"
PACKAGE_FOLDERS = ("course_lib", "quizzes")
INSTALL_FILES = ("pyproject.toml", "requirements.lock", "README.md", "LICENSE")
STUDENT_FILES = (
    *INSTALL_FILES,
    "environment.yml",
    "Makefile",
    # README.md points to these; nothing in them is secret.
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/instructors.md",
    "docs/phantom.md",
)
_OWNER_ONLY = 0o700
_STUDENT_FOLDERS = (*PACKAGE_FOLDERS, "notebooks")


@dataclass(frozen=True)
class Release:
    """What a release made.

    Parameters
    ----------
    for_students : tuple of Path
        Files and folders to hand out; the leak check has passed on them.
    for_instructors : tuple of Path
        Files and folders to keep.
    seed_file : Path or None
        Where the hidden seed is kept; None where there is none.
    """

    for_students: tuple[Path, ...]
    for_instructors: tuple[Path, ...] = ()
    seed_file: Path | None = None


def student(root: Path, out: Path) -> Release:
    """Write one zip with all that a student needs; it always holds every topic.

    The same course gives the same bytes.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.

    Raises
    ------
    CourseError
        If a file is missing, notebooks are not up to date, or something would leak.
    """
    if stale := build(root, check=True):
        names = ", ".join(path.name for path in stale)
        raise CourseError(f"Not up to date: {names}. Run `course build` first.")
    name = Path(STUDENT_ZIP).stem
    files = course_files(root, _STUDENT_FOLDERS, STUDENT_FILES)
    archive = pack({f"{name}/{path}": data for path, data in files.items()})
    secrets = leaks.secrets_of(all_sources(root))
    leaks.refuse_content(STUDENT_ZIP, archive, secrets)
    make_folder(out)
    atomic.write(out / STUDENT_ZIP, archive)
    return Release((out / STUDENT_ZIP,))


def nbgrader(
    root: Path, out: Path, seed_file: Path | None = None, topics: Sequence[str] = ()
) -> Release:
    """Write an nbgrader course folder: sources with hidden tests, and the release for students.

    A folder that exists is added to: its configuration, gradebook and submissions stay.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.
    seed_file : Path, optional
        Holds the hidden seed; without it, the one in `out` is used, or drawn.
    topics : sequence of str
        Topics to release ("02", "normalization"); all by default.

    Raises
    ------
    CourseError
        If a topic or the seed file is wrong, nbgrader refuses, or something would leak.
    """
    sources = _graded_sources(root, topics)
    maker = _import("nbgrader_release", "nbgrader")
    make_folder(out, _OWNER_ONLY)
    seed, path = hidden_seed(out, seed_file)
    secrets = leaks.secrets_of(all_sources(root), seed)
    released = maker.make(out, sources, seed, secrets)
    kept = tuple(out / name for name in ("nbgrader_config.py", "source", "gradebook.db"))
    return Release(released, kept, path)


def otter(
    root: Path, out: Path, seed_file: Path | None = None, topics: Sequence[str] = ()
) -> Release:
    """Write student notebooks and, for each topic, the autograder zip that Gradescope takes.

    Parameters
    ----------
    root : Path
        Folder of the course.
    out : Path
        Folder to write into; it is made if need be.
    seed_file : Path, optional
        Holds the hidden seed; without it, the one in `out` is used, or drawn.
    topics : sequence of str
        Topics to release ("02", "normalization"); all by default.

    Raises
    ------
    CourseError
        If a topic or the seed file is wrong, Otter refuses, or something would leak.
    """
    sources = _graded_sources(root, topics)
    maker = _import("otter_release", "otter-grader")
    make_folder(out, _OWNER_ONLY)
    seed, path = hidden_seed(out, seed_file)
    secrets = leaks.secrets_of(all_sources(root), seed)
    course = course_files(root, PACKAGE_FOLDERS, INSTALL_FILES)
    notebooks, archives = maker.make(out, sources, seed, secrets, course)
    return Release(notebooks, archives, path)


def course_files(root: Path, folders: Sequence[str], names: Sequence[str]) -> dict[str, bytes]:
    """Read files of the course.

    Parameters
    ----------
    root : Path
        Folder of the course.
    folders, names : sequence of str
        Folders, taken whole without caches, and single files.

    Returns
    -------
    dict
        From the path below `root` to the content.

    Raises
    ------
    CourseError
        If one is missing.
    """
    if missing := [name for name in (*folders, *names) if not (root / name).exists()]:
        raise CourseError(f"{root} lacks {', '.join(missing)}; is it the folder of the course?")
    paths = [root / name for name in names]
    paths += [path for folder in folders for path in package_files(root / folder)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """Make a folder; one that exists is left as it is.

    Raises
    ------
    CourseError
        If it cannot be made.
    """
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True)
        folder.chmod(mode)
    except OSError as error:
        raise CourseError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _graded_sources(root: Path, topics: Sequence[str]) -> list[Source]:
    """Read the chosen sources; topics without anything to grade are left out, or refused."""
    paths = [locate(root, topic) for topic in topics] or all_sources(root)
    sources = [read(path) for path in dict.fromkeys(paths)]
    graded = [source for source in sources if source.tasks]
    if topics and (empty := [source.name for source in sources if not source.tasks]):
        raise CourseError(f"There is nothing to grade in {', '.join(empty)}.")
    if not graded:
        raise CourseError(f"There is no topic with anything to grade in {root / 'solutions'}.")
    return graded


def _import(module: str, package: str) -> ModuleType:
    """Import a module of ours that needs a grader; a CourseError where that is not installed."""
    try:
        return importlib.import_module(f"course_lib.authoring.{module}")
    except ModuleNotFoundError as error:
        raise CourseError(
            f"{package} is not installed ({error}); instructors install the course with "
            'pip install -e ".[instructor]".'
        ) from error
