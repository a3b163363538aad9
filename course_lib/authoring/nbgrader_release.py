"""The nbgrader release, made by nbgrader's own ``generate_assignment``."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib import atomic
from course_lib.authoring import leaks
from course_lib.authoring.build import solved, write
from course_lib.authoring.source import Source
from course_lib.errors import CourseError

CONFIG_NAME = "nbgrader_config.py"
_STAGE = ".release_in_progress"
_CONFIG = '''\
"""Settings of nbgrader for this course folder; see docs/instructors.md of the course."""

from pathlib import Path

from course_lib.authoring.nbgrader_parts import configure

c = get_config()  # noqa: F821 - nbgrader provides it
configure(c)
c.CourseDirectory.course_id = "image-analysis-in-a-hospital"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
# Your own settings go below this line; a new release keeps this file.
'''


def make(
    out: Path, sources: Sequence[Source], seed: int, secrets: leaks.Secrets
) -> tuple[Path, ...]:
    """Write the course folder.

    Parameters
    ----------
    out : Path
        The folder.
    sources : sequence of Source
        One assignment for each.
    seed : int
        The hidden seed.
    secrets : Secrets
        For the leak check.

    Returns
    -------
    tuple of Path
        The released assignments.

    Raises
    ------
    CourseError
        If nbgrader refuses, or something would leak.
    """
    if not (out / CONFIG_NAME).exists():
        atomic.write(out / CONFIG_NAME, _CONFIG)
    for source in sources:
        path = out / "source" / source.name / f"{source.name}.ipynb"
        atomic.write(path, write(with_hidden_tests(source, seed)))
        path.chmod(0o600)
    (out / "source").chmod(0o700)
    try:
        _generate(out, [source.name for source in sources])
        leaks.refuse(out / _STAGE, secrets)
        return tuple(_publish(out, source.name) for source in sources)
    finally:
        shutil.rmtree(out / _STAGE, ignore_errors=True)


def with_hidden_tests(source: Source, seed: int) -> NotebookNode:
    """Make nbgrader's master: the solved notebook, each check followed by the hidden one."""
    notebook = solved(source)
    for cell, made in zip(source.cells, notebook.cells, strict=True):
        if cell.role == "check":
            made.source = (
                f"{cell.text}\n# BEGIN HIDDEN TESTS\n"
                f'check("{cell.name}", {cell.name}, seed={seed})\n# END HIDDEN TESTS'
            )
    return notebook


def settings(folder: Path) -> Config:
    """Load the settings of a course folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    traitlets.config.Config
        For ``NbGraderAPI``.
    """
    return PyFileConfigLoader(CONFIG_NAME, path=str(folder)).load_config()


@contextmanager
def programs_on_path() -> Iterator[None]:
    """Put this Python's programs on PATH: nbgrader runs ``alembic`` as a program."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _generate(out: Path, names: Sequence[str]) -> None:
    """Let nbgrader make the student versions, in a folder aside."""
    config = settings(out)
    config.CourseDirectory.release_directory = _STAGE
    config.NbGraderAPI.log_level = "ERROR"
    with programs_on_path():
        api = NbGraderAPI(config=config)
        for name in names:
            result = api.generate_assignment(name)
            if not result["success"]:
                raise CourseError(f"nbgrader could not release {name}: {_reason(result)}")
    (out / "gradebook.db").chmod(0o600)


def _reason(result: dict[str, str]) -> str:
    """Find what nbgrader complained of in its log, which shows whole tracebacks."""
    log = result.get("log", "") + result["error"]
    found = re.search(r"^ *[\w.]*(?:Error|Exception|Entry): (.+)$", log, re.MULTILINE)
    return log.strip() if found is None else found[1]


def _publish(out: Path, name: str) -> Path:
    """Put a released assignment in the place of the one before."""
    new, place = out / _STAGE / name, out / "release" / name
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(out / _STAGE / f"{name} before")
    new.rename(place)
    return place
