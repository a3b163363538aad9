"""The Otter release: student notebooks, and autograder zips made by Otter's own ``generate``."""

import contextlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from otter.generate import main as generate

from course_lib import atomic
from course_lib.authoring import leaks
from course_lib.authoring.build import released, write
from course_lib.authoring.cells import Task
from course_lib.authoring.source import Source
from course_lib.errors import CourseError

CELL_SECONDS = 60
PYTHON_VERSION = "3.12"
_PLUGIN = "course_lib.authoring.otter_plugin.CourseGrading"
# Where Gradescope, and Otter's own containers, unpack the zip.
_INSTALLED_FROM = "/autograder/source/files/course"
_REQUIREMENTS = f"""\
-c {_INSTALLED_FROM}/requirements.lock
course-lib @ file://{_INSTALLED_FROM}
"""
_TEST = '''\
"""{name}: the public cases, then hidden ones."""

from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = {points}
all_or_nothing = True
_SEED = {seed}


@test_case(name="the cases that the notebook shows")
def test_public({name}):
    from course_lib.notebook import check

    check("{name}", {name})


@test_case(name="hidden cases", hidden=True)
def test_hidden({name}):
    from course_lib.notebook import check

    check("{name}", {name}, seed=_SEED)
'''


def make(
    out: Path,
    sources: Sequence[Source],
    seed: int,
    secrets: leaks.Secrets,
    course: Mapping[str, bytes],
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write student notebooks and autograder zips.

    Parameters
    ----------
    out : Path
        Folder to write into.
    sources : sequence of Source
        One notebook and one zip for each.
    seed : int
        The hidden seed.
    secrets : Secrets
        For the leak check.
    course : mapping
        What the grading machine installs the course from, from path to content.

    Returns
    -------
    tuple of tuple of Path
        The notebooks, and the zips.

    Raises
    ------
    CourseError
        If Otter refuses, or something would leak.
    """
    notebooks = {
        out / "student" / f"{source.name}.ipynb": write(released(source)).encode()
        for source in sources
    }
    for path, content in notebooks.items():
        leaks.refuse_content(path.name, content, secrets)
    archives = {
        out / "autograder" / f"{source.name}-autograder.zip": _archive(source, seed, course)
        for source in sources
    }
    (out / "autograder").mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, content in {**notebooks, **archives}.items():
        atomic.write(path, content)
    for path in archives:
        path.chmod(0o600)
    return tuple(notebooks), tuple(archives)


def test_file(task: Task, seed: int) -> str:
    """Write Otter's test of one exercise: exception style, all or nothing."""
    return _TEST.format(name=task.name, points=task.points, seed=seed)


def _archive(source: Source, seed: int, course: Mapping[str, bytes]) -> bytes:
    """Let Otter make the autograder zip of one topic."""
    files = {f"tests/{task.name}.py": test_file(task, seed).encode() for task in source.tasks}
    files |= {f"course/{path}": content for path, content in course.items()}
    files["otter_config.json"] = json.dumps(_config()).encode()
    files["requirements.txt"] = _REQUIREMENTS.encode()
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            Path(name, path).parent.mkdir(parents=True, exist_ok=True)
            Path(name, path).write_bytes(content)
        _generate(source.name, Path(name))
        return Path(name, "autograder.zip").read_bytes()


def _config() -> dict[str, object]:
    """Return Otter's settings: students see the public cases, and nothing of the hidden ones."""
    return {
        "plugins": [{_PLUGIN: {"cell_seconds": CELL_SECONDS}}],
        "show_hidden": False,
        "show_stdout": False,
    }


def _generate(name: str, folder: Path) -> None:
    """Run ``otter generate`` in a folder."""
    heard = io.StringIO()
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(heard):
            generate(
                tests_dir="tests",
                output_path="autograder.zip",
                config="otter_config.json",
                requirements="requirements.txt",
                no_environment=True,
                files=["course"],
                python_version=PYTHON_VERSION,
            )
    except (OSError, ValueError) as error:
        raise CourseError(f"Otter could not make the autograder of {name}: {error}") from error
