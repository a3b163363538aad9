"""Releases of a small topic: what is in them, who can read them, and what is refused."""

import json
import os
import stat
import zipfile
from pathlib import Path

import nbformat
import pytest

from course_lib.authoring import release
from course_lib.authoring.build import build
from course_lib.authoring.leaks import find, secrets_of
from course_lib.authoring.seeds import hidden_seed
from course_lib.authoring.source import read
from course_lib.errors import CourseError

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture
def root(course: Path) -> Path:
    """Return a course with all that a release takes."""
    (course / "docs").mkdir()
    for name in release.STUDENT_FILES:
        (course / name).write_text(f"{name}\n", encoding="utf-8")
    for name in ("course_lib/__init__.py", "quizzes/toys.py", "tests/test_x.py"):
        (course / name).parent.mkdir(exist_ok=True)
        (course / name).write_text("x = 1\n", encoding="utf-8")
    (course / "course_lib" / "__pycache__").mkdir()
    (course / "course_lib" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (course / "course_lib" / ".notes").write_text("x", encoding="utf-8")
    build(course)
    return course


@pytest.fixture(scope="session")
def alembic_version() -> str:
    """Return what nbgrader asks the program alembic for with every new gradebook; it is slow."""
    from nbgrader.api import get_alembic_version

    from course_lib.authoring.nbgrader_release import programs_on_path

    with programs_on_path():
        return get_alembic_version()


@pytest.fixture
def nbgrader(monkeypatch: pytest.MonkeyPatch, alembic_version: str) -> None:
    """Make new gradebooks quickly."""
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: alembic_version)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_student_zip_holds_what_a_student_needs_and_no_more(root: Path, tmp_path: Path) -> None:
    (path,) = release.student(root, tmp_path / "out").for_students
    names = zipfile.ZipFile(path).namelist()
    assert sorted(name.split("/", 1)[1] for name in names) == [
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
        *("course_lib/__init__.py", "docs/instructors.md", "docs/phantom.md", "environment.yml"),
        *("notebooks/07_toys.ipynb", "pyproject.toml", "quizzes/toys.py", "requirements.lock"),
    ]
    assert {name.split("/")[0] for name in names} == {path.stem}


def test_the_student_zip_has_the_same_bytes_every_time(root: Path, tmp_path: Path) -> None:
    (first,) = release.student(root, tmp_path / "one").for_students
    for path in root.rglob("*.py"):
        os.utime(path, (1, 1_000_000_000))
    (root / "LICENSE").chmod(0o600)
    (second,) = release.student(root, tmp_path / "two").for_students
    assert first.read_bytes() == second.read_bytes()


def test_a_stale_notebook_is_not_released(root: Path, tmp_path: Path) -> None:
    (root / "notebooks" / "07_toys.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(CourseError, match=r"Not up to date: 07_toys\.ipynb"):
        release.student(root, tmp_path / "out")


def test_a_course_that_lacks_a_file_is_not_released(root: Path, tmp_path: Path) -> None:
    (root / "LICENSE").unlink()
    with pytest.raises(CourseError, match="lacks LICENSE"):
        release.student(root, tmp_path / "out")


def test_a_student_zip_that_would_leak_is_not_written(root: Path, tmp_path: Path) -> None:
    (root / "README.md").write_text("Try return twice_as_much.", encoding="utf-8")
    with pytest.raises(CourseError, match=r"(?s)Nothing was released.*README\.md: solution"):
        release.student(root, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_the_nbgrader_release_equals_the_notebook_cell_for_cell(root: Path, tmp_path: Path) -> None:
    made = release.nbgrader(root, tmp_path / "nb")
    (folder,) = made.for_students
    theirs = nbformat.read(folder / "07_toys.ipynb", as_version=4)
    ours = nbformat.read(root / "notebooks" / "07_toys.ipynb", as_version=4)
    for cell in theirs.cells:
        cell.metadata.get("nbgrader", {}).pop("checksum", None)
    assert theirs == ours
    assert find(tmp_path / "nb" / "release", secrets_of([root / "solutions" / "07_toys.py"])) == []


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_hidden_tests_stand_in_the_instructors_source_alone(root: Path, tmp_path: Path) -> None:
    made = release.nbgrader(root, tmp_path / "nb")
    seed = (tmp_path / "nb" / "hidden_seed.txt").read_text(encoding="utf-8").strip()
    master = nbformat.read(tmp_path / "nb/source/07_toys/07_toys.ipynb", as_version=4)
    assert master.cells[4].source == (
        'check("double", double)\n# BEGIN HIDDEN TESTS\n'
        f'check("double", double, seed={seed})\n# END HIDDEN TESTS'
    )
    holding = {
        path.relative_to(tmp_path / "nb").parts[0]
        for path in (tmp_path / "nb").rglob("*")
        if path.is_file() and seed.encode() in path.read_bytes()
    }
    assert holding == {"hidden_seed.txt", "source", "gradebook.db"}
    assert made.seed_file == tmp_path / "nb" / "hidden_seed.txt"


@POSIX
@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_only_the_owner_can_read_what_is_for_instructors(root: Path, tmp_path: Path) -> None:
    for made in (release.nbgrader(root, tmp_path / "nb"), release.otter(root, tmp_path / "ot")):
        assert made.seed_file is not None
        assert mode(made.seed_file) == 0o600
        assert mode(made.seed_file.parent) == 0o700
    assert mode(tmp_path / "nb" / "source") == 0o700
    assert mode(tmp_path / "nb" / "gradebook.db") == 0o600
    assert mode(tmp_path / "ot" / "autograder") == 0o700


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_a_second_release_keeps_the_seed_the_settings_and_the_submissions(
    root: Path, tmp_path: Path
) -> None:
    release.nbgrader(root, tmp_path / "nb")
    seed = (tmp_path / "nb" / "hidden_seed.txt").read_bytes()
    (tmp_path / "nb" / "submitted" / "ada").mkdir(parents=True)
    config = tmp_path / "nb" / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + "c.Execute.timeout = 7\n")
    source = root / "solutions" / "07_toys.py"
    source.write_text(source.read_text(encoding="utf-8").replace("Two numbers", "Both numbers"))
    release.nbgrader(root, tmp_path / "nb")
    assert (tmp_path / "nb" / "hidden_seed.txt").read_bytes() == seed
    assert config.read_text(encoding="utf-8").endswith("c.Execute.timeout = 7\n")
    assert (tmp_path / "nb" / "submitted" / "ada").is_dir()
    text = (tmp_path / "nb/release/07_toys/07_toys.ipynb").read_text(encoding="utf-8")
    assert "Both numbers" in text
    assert sorted(path.name for path in (tmp_path / "nb").iterdir()) == [
        *("gradebook.db", "hidden_seed.txt", "nbgrader_config.py", "release", "source"),
        "submitted",
    ]


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_a_fault_of_nbgrader_that_leaks_releases_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.preprocessors import ClearHiddenTests

    monkeypatch.setattr(ClearHiddenTests, "preprocess_cell", lambda self, cell, res, i: (cell, res))
    with pytest.raises(CourseError, match=r"(?s)Nothing was released.*seed"):
        release.nbgrader(root, tmp_path / "nb")
    assert not (tmp_path / "nb" / "release").exists()
    assert not (tmp_path / "nb" / ".release_in_progress").exists()


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_what_nbgrader_refuses_is_said_in_its_words(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from course_lib.authoring import nbgrader_release

    master = nbgrader_release.with_hidden_tests

    def broken(*arguments: object) -> nbformat.NotebookNode:
        notebook = master(*arguments)  # type: ignore[arg-type]
        notebook.cells[4].metadata.nbgrader.grade_id = "double"
        return notebook

    monkeypatch.setattr(nbgrader_release, "with_hidden_tests", broken)
    with pytest.raises(CourseError, match=r"(?s)nbgrader could not release 07_toys.*Duplicate"):
        release.nbgrader(root, tmp_path / "nb")


@pytest.mark.graders
def test_the_otter_release_has_the_student_file_and_the_zip_of_gradescope(
    root: Path, tmp_path: Path
) -> None:
    made = release.otter(root, tmp_path / "ot")
    (notebook,), (path,) = made.for_students, made.for_instructors
    assert notebook.read_bytes() == (root / "notebooks" / "07_toys.ipynb").read_bytes()
    archive = zipfile.ZipFile(path)
    names = set(archive.namelist())
    assert {"run_autograder", "setup.sh", "run_otter.py", "environment.yml"} <= names
    assert {"tests/double.py", "tests/quiz_half.py", "otter_config.json"} <= names
    assert {"files/course/pyproject.toml", "files/course/course_lib/__init__.py"} <= names
    assert not any("solutions" in name or name.endswith(".pyc") for name in names)
    assert archive.read("run_autograder").startswith(b"#!/bin/bash")
    settings = json.loads(archive.read("otter_config.json"))
    assert (settings["show_hidden"], settings["show_stdout"]) == (False, False)
    assert "course-lib @ file:///autograder/source/files/course" in str(
        archive.read("environment.yml")
    )


@pytest.mark.graders
def test_the_hidden_seed_is_in_no_file_for_otters_students(root: Path, tmp_path: Path) -> None:
    release.otter(root, tmp_path / "ot")
    seed, _ = hidden_seed(tmp_path / "ot")
    secrets = secrets_of([root / "solutions" / "07_toys.py"], seed)
    assert find(tmp_path / "ot" / "student", secrets) == []
    assert {"seed", "file"} <= {leak.kind for leak in find(tmp_path / "ot", secrets)}


@pytest.mark.graders
@pytest.mark.usefixtures("nbgrader")
def test_one_seed_file_serves_both_graders(root: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    chosen.write_text("123456789012345\n", encoding="utf-8")
    for kind, name in ((release.nbgrader, "nb"), (release.otter, "ot")):
        assert kind(root, tmp_path / name, seed_file=chosen).seed_file == chosen
        assert not (tmp_path / name / "hidden_seed.txt").exists()
    assert "123456789012345" in (tmp_path / "nb/source/07_toys/07_toys.ipynb").read_text()
    archive = zipfile.ZipFile(tmp_path / "ot/autograder/07_toys-autograder.zip")
    assert b"123456789012345" in archive.read("tests/double.py")


@pytest.mark.parametrize("text", ["", "12", "0123456789012", "one", "1" * 19, "123456789012 1"])
def test_a_seed_file_that_holds_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seed"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="one whole number of 12 to 18 digits"):
        hidden_seed(tmp_path, path)


def test_a_seed_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        hidden_seed(tmp_path, tmp_path / "seed")
    assert list(tmp_path.iterdir()) == []


def test_two_seeds_differ(tmp_path: Path) -> None:
    seeds = {hidden_seed(tmp_path / name)[0] for name in "abc"}
    assert len(seeds) == 3


def test_a_topic_without_anything_to_grade_is_left_out_or_refused(
    root: Path, tmp_path: Path
) -> None:
    text = (root / "solutions" / "07_toys.py").read_text(encoding="utf-8")
    text = text[: text.index("# %% [markdown]\n# Double")]
    (root / "solutions" / "00_map.py").write_text(text, encoding="utf-8")
    assert read(root / "solutions" / "00_map.py").tasks == ()
    with pytest.raises(CourseError, match="nothing to grade in 00_map"):
        release.otter(root, tmp_path / "ot", topics=["00"])
    with pytest.raises(CourseError, match=r"no source of a topic '99'"):
        release.nbgrader(root, tmp_path / "nb", topics=["99"])
    (root / "solutions" / "07_toys.py").unlink()
    with pytest.raises(CourseError, match="no topic with anything to grade"):
        release.nbgrader(root, tmp_path / "nb")


def test_a_missing_grader_is_answered_with_the_command_that_installs_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(CourseError, match=r"nbgrader is not installed.*\[instructor\]"):
        release.nbgrader(root, tmp_path / "nb")
    assert not (tmp_path / "nb").exists()


def test_a_folder_that_cannot_be_made_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CourseError, match=r"The folder .*file cannot be made"):
        release.nbgrader(root, tmp_path / "file")
    with pytest.raises(CourseError, match=r"The folder .*deeper cannot be made"):
        release.student(root, tmp_path / "file" / "deeper")
