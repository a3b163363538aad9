"""The course itself: its notebooks are up to date, and its student zip is whole and clean."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_lib.authoring import release
from course_lib.authoring.build import build, released, write
from course_lib.authoring.leaks import find, secrets_of
from course_lib.authoring.solution import typed_letter
from course_lib.authoring.source import all_sources, read
from course_lib.quiz.registry import find as find_quiz

ROOT = Path(__file__).resolve().parents[2]
SOURCES = all_sources(ROOT)


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked student zip."""
    folder = tmp_path_factory.mktemp("handout")
    (path,) = release.student(ROOT, folder).for_students
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


def test_the_committed_notebooks_are_what_the_sources_give() -> None:
    assert build(ROOT, check=True) == []


@pytest.mark.slow
def test_the_committed_notebooks_hold_no_secret() -> None:
    assert find(ROOT / "notebooks", secrets_of(SOURCES)) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_solution_would_be_found_if_it_leaked(path: Path, tmp_path: Path) -> None:
    secrets = secrets_of([path])
    topic = read(path)
    notebook = json.loads(write(released(topic)))
    for cell, made in zip(topic.cells, notebook["cells"], strict=True):
        if cell.role in ("answer", "quiz"):
            clean = made["source"]
            made["source"] = re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", cell.text)
            (tmp_path / "leaky.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
            made["source"] = clean
            kind = "solution" if cell.role == "answer" else "letter"
            leaks = find(tmp_path / "leaky.ipynb", secrets)
            assert {leak.kind for leak in leaks} == {kind}, cell.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_typed_letters_are_right_and_name_all_options(path: Path) -> None:
    for cell in read(path).cells:
        letter = typed_letter(cell.text) if cell.role == "quiz" else None
        if letter is not None:
            question = find_quiz(letter.name.removeprefix("quiz_")).first()
            assert letter.letter == question.key
            letters = [option.letter for option in question.options]
            assert re.findall(r'"([A-H])"', letter.options) == letters


@pytest.mark.slow
def test_the_handout_holds_every_topic_and_no_instructors_file(handout: Path) -> None:
    notebooks = {path.stem for path in (handout / "notebooks").iterdir()}
    assert notebooks == {path.stem for path in SOURCES}
    for name in ("course_lib/data/cards.py", "quizzes/__init__.py", "pyproject.toml", "Makefile"):
        assert (handout / name).is_file()
    assert not {"solutions", "tests", ".git"} & {path.name for path in handout.iterdir()}


@pytest.mark.slow
def test_every_file_that_the_readme_points_to_is_in_the_handout(handout: Path) -> None:
    text = (handout / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (handout / link).exists()] == []


@pytest.mark.slow
def test_the_handout_works_without_the_repository(handout: Path, tmp_path: Path) -> None:
    code = (
        "import course_lib, numpy\n"
        "from course_lib.notebook import check\n"
        "print(course_lib.__file__)\n"
        "check('z_score', lambda image: (image - image.mean()) / image.std() if image.std()"
        " else numpy.zeros(0)[1])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(handout), "COURSE_STILL": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(str(handout)), done.stderr
    assert "CheckFailed" in done.stderr  # the constant image asks for a ValueError
