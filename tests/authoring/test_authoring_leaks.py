"""A leak of every kind is planted, and found; what is clean passes."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course_lib.authoring import leaks
from course_lib.authoring.build import build
from course_lib.authoring.leaks import Secrets, find, refuse, secrets_of
from course_lib.errors import CourseError

SEED = 731_460_982_215_667
Plant = Callable[[NotebookNode], None]


@pytest.fixture
def secrets(course: Path) -> Secrets:
    return secrets_of([course / "solutions" / "07_toys.py"], SEED)


@pytest.fixture
def handout(course: Path) -> Path:
    build(course)
    (course / "notebooks" / "README.md").write_text("Double a number.\n", encoding="utf-8")
    return course / "notebooks"


def plant(handout: Path, change: Plant) -> None:
    path = handout / "07_toys.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def kinds(path: Path, secrets: Secrets) -> set[str]:
    return {leak.kind for leak in find(path, secrets)}


def test_a_clean_handout_passes(handout: Path, secrets: Secrets) -> None:
    assert find(handout, secrets) == []
    refuse(handout, secrets)


def test_the_secrets_are_read_from_the_source_itself(secrets: Secrets) -> None:
    assert secrets.lines == ("returntwice_as_much", "twice_as_much=number+number")
    assert [(letter.name, letter.letter) for letter in secrets.letters] == [("quiz_half", "B")]


def _solution_in_a_cell(notebook: NotebookNode) -> None:
    notebook.cells[3].source += "\n    twice_as_much  =  number+number  # so easy"


def _solution_in_prose(notebook: NotebookNode) -> None:
    notebook.cells[2].source += " Write `return twice_as_much`."


def _solution_in_nested_metadata(notebook: NotebookNode) -> None:
    notebook.cells[0].metadata["old"] = {"cells": [{"deep": ["return twice_as_much\n"]}]}


def _solution_as_a_key(notebook: NotebookNode) -> None:
    notebook.metadata["return twice_as_much"] = True


def _seed_in_a_cell(notebook: NotebookNode) -> None:
    notebook.cells[4].source = f'check("double", double, seed={SEED:_})'


def _seed_as_a_number_in_metadata(notebook: NotebookNode) -> None:
    notebook.metadata.course["seed"] = SEED


def _seed_in_hexadecimal(notebook: NotebookNode) -> None:
    notebook.cells[0].source += hex(SEED).upper()


def _letter(notebook: NotebookNode) -> None:
    notebook.cells[7].source = "quiz_half='B'"


def _wrong_letter(notebook: NotebookNode) -> None:
    notebook.cells[7].source = 'quiz_half = "A"'


def _solution_marker(notebook: NotebookNode) -> None:
    notebook.cells[1].source += "\n### begin solution"


def _hidden_tests_marker(notebook: NotebookNode) -> None:
    notebook.cells[4].source += "\n# END HIDDEN TESTS"


def _output(notebook: NotebookNode) -> None:
    notebook.cells[5].outputs = [nbformat.v4.new_output("stream", text="8")]


def _execution_count(notebook: NotebookNode) -> None:
    notebook.cells[5].execution_count = 3


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("solution", _solution_in_a_cell),
        ("solution", _solution_in_prose),
        ("solution", _solution_in_nested_metadata),
        ("solution", _solution_as_a_key),
        ("seed", _seed_in_a_cell),
        ("seed", _seed_as_a_number_in_metadata),
        ("seed", _seed_in_hexadecimal),
        ("letter", _letter),
        ("letter", _wrong_letter),
        ("marker", _solution_marker),
        ("marker", _hidden_tests_marker),
        ("output", _output),
        ("output", _execution_count),
    ],
)
def test_a_leak_in_a_notebook_is_found(
    handout: Path, secrets: Secrets, kind: str, change: Plant
) -> None:
    plant(handout, change)
    assert kinds(handout, secrets) == {kind}
    with pytest.raises(CourseError, match=rf"(?s)Nothing was released.*07_toys\.ipynb: {kind}"):
        refuse(handout, secrets)


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("file", "solutions/07_toys.py", "nothing in it"),
        ("file", "course/tests/test_x.py", "nothing in it"),
        ("file", "hidden_seed.txt", "nothing in it"),
        ("file", "gradebook.db", "nothing in it"),
        ("file", "nbgrader_config.py", "nothing in it"),
        ("file", "07_toys-autograder.zip", "nothing in it"),
        ("solution", "page.html", "<pre>twice_as_much <b>=</b> number&nbsp;+ number</pre>"),
        ("solution", "notes.md", "Use return twice_as_much."),
        ("solution", "odd.ipynb", "not json: return twice_as_much"),
        ("seed", "data.bin", f"\x00\x01{SEED}\x00"),
        ("seed", "course_lib/x.py", f"SEED = {SEED}"),
        ("letter", "README.md", 'Type quiz_half = "B".'),
        ("letter", "quizzes/toys.py", 'quiz_half = "B"'),
        ("marker", "helper.py", "# BEGIN SOLUTION"),
    ],
)
def test_a_leak_in_another_file_is_found(
    handout: Path, secrets: Secrets, kind: str, name: str, text: str
) -> None:
    path = handout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert kinds(handout, secrets) == {kind}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("course_lib/imaging/toys.py", "return twice_as_much"),
        ("course_lib/authoring/solution.py", 'BEGIN = "# BEGIN SOLUTION"'),
        ("README.md", "Write the solution between # BEGIN SOLUTION and # END SOLUTION."),
        ("README.md", 'Type a letter: quiz_half = "A".'),
        ("notes.md", "return twice"),
    ],
)
def test_what_is_open_anyway_is_no_leak(
    handout: Path, secrets: Secrets, name: str, text: str
) -> None:
    path = handout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert find(handout, secrets) == []


def test_a_leak_in_an_archive_in_an_archive_is_found(handout: Path, secrets: Secrets) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep/solutions/x.txt", "return twice_as_much")
    path = handout / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.bin", inner.getvalue())
    found = find(path, secrets)
    assert {leak.kind for leak in found} == {"solution", "file"}
    assert found[-1].place == "outer.zip > inner.bin > deep/solutions/x.txt"


def test_a_block_of_short_lines_is_found_as_a_whole(course: Path) -> None:
    path = course / "solutions" / "07_toys.py"
    text = path.read_text(encoding="utf-8")
    text = text.replace("twice_as_much = number + number", "n = 2").replace(
        "return twice_as_much", "return n * number"
    )
    path.write_text(text, encoding="utf-8")
    secrets = secrets_of([path])
    assert secrets.lines == ()
    leak = course / "leak.json"
    leak.write_text(json.dumps({"a": ["    n = 2\n", "\n", "    return n*number  # so\n"]}))
    assert kinds(leak, secrets) == {"solution"}
    leak.write_text(json.dumps({"a": ["    n = 2\n"]}))
    assert kinds(leak, secrets) == set()


def test_a_solution_line_that_the_source_shows_anyway_is_no_secret(course: Path) -> None:
    path = course / "solutions" / "07_toys.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("double_(4)", "return twice_as_much"), encoding="utf-8")
    assert secrets_of([path]).lines == ("twice_as_much=number+number",)


def test_the_seed_is_never_repeated_in_the_message(handout: Path, secrets: Secrets) -> None:
    plant(handout, _seed_in_a_cell)
    with pytest.raises(CourseError) as caught:
        refuse(handout, secrets)
    assert str(SEED) not in str(caught.value).replace("_", "")


def test_many_leaks_are_counted_and_a_few_are_shown(handout: Path, secrets: Secrets) -> None:
    for number in range(8):
        (handout / f"{number}_seed.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CourseError, match=r"\.\.\. and 3 more"):
        refuse(handout, secrets)


def test_a_build_that_forgets_to_hide_solutions_is_found_out(
    course: Path, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.authoring.build.hide_blocks", str)
    monkeypatch.setattr("course_lib.authoring.build.hide_letter", str)
    build(course)
    assert kinds(course / "notebooks", secrets) == {"solution", "letter", "marker"}
    assert leaks.find(course / "solutions", secrets)
