import dataclasses
import importlib
import re

import nbformat
import numpy as np
import pytest
from nbformat import v4, writes

from course_lib import earlier, notebook, progress
from course_lib.catalogue import course_root
from course_lib.earlier import earlier_answer, whose
from course_lib.errors import CourseError
from course_lib.exercises.registry import find
from course_lib.overview import Link

WRONG = """def min_max(image):
    low = float(image.min())
    if not low < image.max():
        raise ValueError("constant, or NaN")
    return image / (image.max() - low)
"""
RIGHT = WRONG.replace("return image /", "return (image - low) /")
UNWRITTEN = 'def min_max(image):\n    """Scale to 0..1."""\n    ...'


@pytest.fixture(autouse=True)
def somebody(tmp_path, monkeypatch):
    """Let a student sit in front of an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(progress.PATH_VARIABLE, str(tmp_path / "progress.json"))
    for variable in ("COURSE_STILL", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def save(tmp_path):
    """Return a function that writes the notebook of topic 02 with some code cells."""

    def write(*sources, checked="min_max"):
        cells = [v4.new_code_cell(source) for source in sources]
        check = v4.new_code_cell("check()", metadata={"otter": {"tests": [checked]}})
        content = writes(v4.new_notebook(cells=[*cells, check]))
        (tmp_path / "02_normalization.ipynb").write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_a_right_answer_of_the_students_is_taken_with_its_imports_and_helpers(save):
    folder = save(
        "import numpy as np\nfrom course_lib.data import no_such_thing",
        "def lowest(image):\n    return FACTOR * np.min(image)",
        "FACTOR = 1\n1 / 0",
        "%matplotlib inline",
        "return FACTOR",
        "await nothing",
        "raise SystemExit",
        RIGHT.replace("image.min()", "lowest(image)"),
    )
    taken = earlier_answer("min_max", folder)
    assert taken.is_own
    assert re.fullmatch(r"It passes all \d cases\.", taken.why)
    assert taken.answer is not find("min_max").reference
    np.testing.assert_allclose(taken.answer(np.array([2.0, 3.0, 4.0])), [0, 0.5, 1])


def test_local_names_of_an_answer_are_not_looked_for_elsewhere(save):
    taken = earlier_answer("min_max", save("low = 1 / 0", "image = 1 / 0", RIGHT))
    assert taken.is_own


def test_a_function_that_goes_through_use_gets_the_course_own_where_the_students_fails(save):
    cells = (
        "from course_lib.notebook import check, use",
        "def z_score(image):\n    ...",
        'my_z_score = use("z_score", z_score)',
        "def min_max(image):\n    z = my_z_score(image)\n"
        "    return (z - z.min()) / (z.max() - z.min())",
    )
    taken = earlier_answer("min_max", save(*cells))
    assert taken.why != "Its cell stops with NameError."
    assert taken.is_own


def test_the_answer_that_is_checked_is_taken_and_not_what_comes_after_the_check(save, tmp_path):
    path = save(RIGHT) / "02_normalization.ipynb"
    longer = path.read_text(encoding="utf-8")
    book = nbformat.reads(longer, as_version=4)
    book.cells.append(v4.new_code_cell("min_max = None"))
    path.write_text(writes(book), encoding="utf-8")
    assert earlier_answer("min_max", tmp_path).is_own


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ((UNWRITTEN,), "It is not written yet."),
        ((WRONG,), "It fails "),
        (("def min_max(image:\n    return 1",), "Its cell is missing, or is no Python."),
        (("x = 1",), "Its cell is missing, or is no Python."),
        (("def min_max(image):\n    global image\n    return image",),
         "Its cell is missing, or is no Python."),
        (("def other(:", RIGHT.replace("low =", "low = missing +")), "It fails "),
        (("import no_such_module as m", RIGHT.replace("image.min", "m.min")),
         "Its cell stops with ModuleNotFoundError."),
        (("import sys\nleft = sys.exit()", RIGHT.replace("low =", "low = left or")),
         "Its cell stops with SystemExit."),
        (("min_max = 3",), "It fails "),
    ],
)  # fmt: skip
def test_else_the_course_own_is_taken_and_the_reason_told(save, cells, why):
    taken = earlier_answer("min_max", save(*cells))
    assert not taken.is_own
    assert taken.answer is find("min_max").reference
    assert taken.why.startswith(why)


def test_an_endless_answer_and_an_endless_cell_are_given_up(save, monkeypatch):
    endless = "def min_max(image):\n    while True:\n        pass"
    quick = find("min_max")
    monkeypatch.setattr(earlier, "find", lambda name: dataclasses.replace(quick, seconds=0.2))
    assert earlier_answer("min_max", save(endless)).why == "It takes longer than 0.2 s."
    monkeypatch.setattr(earlier, "_SECONDS", 0.2)
    waiting = "for x in iter(int, 1):\n    pass"
    taken = earlier_answer("min_max", save(waiting, RIGHT.replace("low =", "low = x +")))
    assert taken.why == "Its cell takes longer than 0.2 s."


def test_a_notebook_that_is_missing_or_damaged_gives_the_course_own(tmp_path):
    assert earlier_answer("min_max", tmp_path).why == (
        "There is no notebook of this topic beside this one."
    )
    (tmp_path / "02_normalization.ipynb").write_text("{", encoding="utf-8")
    assert earlier_answer("min_max", tmp_path).why == "Its notebook cannot be read."


def test_while_nbgrader_grades_no_other_notebook_is_looked_at(save, monkeypatch):
    folder = save(RIGHT)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    taken = earlier_answer("min_max", folder)
    assert not taken.is_own
    assert taken.why == "While it is graded, it is the course's."


def test_a_changed_notebook_is_read_anew(save):
    assert not earlier_answer("min_max", save(UNWRITTEN)).is_own
    assert earlier_answer("min_max", save(RIGHT + "\n")).is_own


def test_a_table_names_whose_each_function_is(save):
    folder = save(RIGHT)
    table = whose([earlier_answer(name, folder) for name in ("min_max", "r2star")])
    link = Link("02_normalization", "02_normalization.ipynb")
    assert table.rows[0][:3] == ("min_max", link, "yours")
    assert table.rows[1][1:3] == ("mr_to_ct_mapping", "the course's")
    assert table.note == "1 of 2 functions are yours; the course's own stand in for the others."
    assert whose([earlier_answer("min_max", folder)]).note == "1 of 1 functions are yours."
    assert "<th scope=" in table.html()


def test_own_returns_one_function_or_several_prints_one_table_and_records_nothing(save, capsys):
    save("print('loud')", RIGHT.replace("    low =", "    print('loud')\n    low ="))
    mine, theirs = notebook.own("min_max", "r2star")
    out = capsys.readouterr().out
    assert "loud" not in out
    assert out.count("Whose functions are used below") == 1
    assert theirs is find("r2star").reference
    assert mine is not find("min_max").reference
    assert callable(notebook.own("r2star"))
    assert progress.load().checks == {}


def test_an_unknown_name_is_a_clear_error_and_so_is_none():
    with pytest.raises(
        CourseError, match=r"There is no exercise 'r2stars'\. Did you mean 'r2star'"
    ):
        notebook.own("r2stars")
    with pytest.raises(CourseError, match="needs the name of an exercise"):
        notebook.own()


def test_every_notebook_of_the_course_as_released_says_that_nothing_is_written(monkeypatch):
    folder = course_root() / "notebooks"
    for name in ("crop_slice", "stored_to_hu", "local_ncc", "keep_numbers", "best_match"):
        assert earlier_answer(name, folder).why == "It is not written yet.", name


@pytest.mark.slow
def test_who_solved_everything_closes_the_course_with_functions_of_their_own(tmp_path):
    source = course_root() / "solutions" / "13_whole_chain.py"
    if not source.exists():
        pytest.skip("a student's copy holds no solutions")
    build = importlib.import_module("course_lib.authoring.build")
    read = importlib.import_module("course_lib.authoring.source").read
    for path in source.parent.glob("*.py"):
        text = writes(build.solved(read(path)))
        (tmp_path / f"{path.stem}.ipynb").write_text(text, encoding="utf-8")
    called = re.search(r"\) = own\(\n(.*?)\n\)", source.read_text(encoding="utf-8"), re.DOTALL)
    names = re.findall(r'"(\w+)"', called.group(1))
    assert len(names) == 20
    taken = [earlier_answer(name, tmp_path) for name in names]
    assert [each.exercise.name for each in taken if not each.is_own] == []
