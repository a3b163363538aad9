"""What a notebook calls: check, use, ask."""

import os
import subprocess
import sys
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib import notebook, progress
from course_lib.errors import CourseError
from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import equal, letter
from course_lib.notebook import CheckFailed, ask, check, use
from course_lib.quiz.family import Family, Misconception


def double(number):
    """Double a number."""
    if number < 0:
        raise ValueError("Only from 0 on.")
    return 2 * number


def square(number):
    return number**2


def add(number):
    if number < 0:
        raise ValueError
    return number + number


DOUBLE = Exercise(
    reference=double,
    cases=[
        given("three", 3),
        drawn("any number", lambda rng: (int(rng.integers(10**6, 10**9)),)),
        edge("a negative number", -1, raises=ValueError),
    ],
    judge=equal(),
    mistakes=[mistake(square, "That is the square.")],
    hints=["Add it to itself."],
    points=3,
    seconds=1.0,
).named("double", "toys")

LETTER = Exercise(
    reference="B",
    call=lambda answer: answer,
    cases=[given("your letter")],
    judge=letter("AB"),
    mistakes=[mistake("A", "Not A.")],
).named("quiz_toy", "toys")


@pytest.fixture(autouse=True)
def toys(monkeypatch, tmp_path):
    """Put small exercises in the place of the course's, and progress into a new file."""
    known = {"double": DOUBLE, "quiz_toy": LETTER}

    def find(name):
        if name not in known:
            raise CourseError(f"There is no exercise {name!r}.")
        return known[name]

    monkeypatch.setattr(notebook, "find_graded", find)
    monkeypatch.setenv(progress.PATH_VARIABLE, str(tmp_path / "progress.json"))
    for variable in ("COURSE_STILL", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(variable, raising=False)


def stub(number):
    """Double a number."""
    ...


def test_a_right_answer_says_so_and_returns_nothing(capsys):
    assert check("double", add) is None
    assert "double: 3 of 3 cases right. 3 of 3 points." in capsys.readouterr().out


def test_a_wrong_answer_raises_one_line_after_the_feedback(capsys):
    with pytest.raises(CheckFailed) as caught:
        check("double", square)
    assert str(caught.value) == "double: 0 of 3 cases right."
    assert caught.value.__suppress_context__
    assert caught.value._render_traceback_() == ["CheckFailed: double: 0 of 3 cases right."]
    assert "What went wrong: That is the square." in capsys.readouterr().out


def test_a_missing_answer_says_what_to_do(capsys):
    with pytest.raises(CheckFailed, match=r"^double is not written yet\.$"):
        check("double", stub)
    assert "not written yet" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match=r"^quiz_toy is not answered yet\.$"):
        check("quiz_toy", ...)


def test_each_written_try_is_recorded_and_opens_a_hint(capsys):
    for answer in (stub, square, stub, square):
        with pytest.raises(CheckFailed):
            check("double", answer)
    assert "Hint 1: Add it to itself." in capsys.readouterr().out
    record = progress.load().checks["double"]
    assert (record.tries, record.points, record.passed) == (2, 0, False)
    check("double", double)
    record = progress.load().checks["double"]
    assert (record.tries, record.points, record.max_points, record.passed) == (3, 3, 3, True)
    assert record.topic == "toys"


def test_a_quiz_is_checked_and_recorded_like_an_exercise(capsys):
    with pytest.raises(CheckFailed):
        check("quiz_toy", "A")
    assert "Not A." in capsys.readouterr().out
    check("quiz_toy", "B")
    assert progress.load().checks["quiz_toy"].passed


def test_hidden_cases_are_drawn_anew_told_in_words_and_not_recorded(capsys):
    seen = []

    def spies(number):
        print("spied", number)  # noqa: T201
        seen.append(number)
        return number

    with pytest.raises(CheckFailed):
        check("double", spies, seed=41)
    out, err = capsys.readouterr()
    assert "not right: any number (The result has wrong values.)" in out
    assert not any(str(number) in out + err for number in seen if number > 3)
    assert "spied" not in out
    assert "Hint" not in out
    assert progress.load().checks == {}

    first = list(seen)
    with pytest.raises(CheckFailed):
        check("double", spies, seed=42)
    assert seen[len(first) :] != first

    check("double", double, seed=41)


def test_a_wrong_name_or_seed_is_refused():
    with pytest.raises(CourseError, match="There is no exercise 'trouble'"):
        check("trouble", double)
    with pytest.raises(ValueError, match="A seed is 0 or greater; -1 was given"):
        check("double", double, seed=-1)


def test_use_returns_what_works_and_says_which(capsys):
    assert use("double", add) is add
    assert "your own double is used" in capsys.readouterr().out
    assert use("double", square) is double
    assert (
        "the course's own double is used, since yours is not right yet" in capsys.readouterr().out
    )
    assert use("double", stub) is double
    assert "since yours is not written yet" in capsys.readouterr().out
    assert progress.load().checks == {}


def test_ask_shows_the_question_and_records_its_answers(monkeypatch):
    family = Family(
        question=lambda numbers: "What is 1 + 1?",
        draw=lambda rng: {},
        right=lambda numbers: 2,
        why=lambda numbers: "1 + 1 = 2.",
        misconceptions=[Misconception(lambda numbers: 11, "That joins the digits.")],
    ).named("toy", "toys")
    monkeypatch.setattr(notebook, "find", lambda name: {"toy": family}[name])
    recorded = []
    monkeypatch.setattr(notebook, "quiz_widget", lambda f, record: recorded.append(record) or f)
    assert ask("toy") is family
    recorded[0]("toy", "toys", True)
    assert progress.load().quizzes["toy"].right == 1


def run_python(program, tmp_path):
    """Run a program in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={
            **os.environ,
            progress.PATH_VARIABLE: str(tmp_path / "p.json"),
            "PYTHONIOENCODING": "utf-8",
        },
    )


_TOY = """
from course_lib import notebook
from course_lib.exercises.cases import given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import equal
import numpy as np

toy = Exercise(
    reference=lambda image: image * 2.0,
    cases=[given("a ramp", np.arange(100.0).reshape(10, 10))],
    judge=equal(),
).named("toy", "toys")
notebook.find_graded = lambda name: toy
check = notebook.check
"""


@pytest.mark.slow
def test_plain_python_ends_with_one_line(tmp_path):
    done = run_python(_TOY + "check('toy', lambda image: image)", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "CheckFailed: toy: not right yet.\n"
    assert "What went wrong: Your result differs in 99 of 100 values" in done.stdout


@pytest.mark.slow
def test_plain_python_still_shows_the_traceback_of_other_errors(tmp_path):
    program = """
try:
    check('toy', lambda image: image)
except notebook.CheckFailed:
    pass
1 / 0
"""
    done = run_python(_TOY + program, tmp_path)
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError" in done.stderr


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run cells in a real kernel, as JupyterLab does."""
    cells = [
        _TOY,
        "def broken(image):\n    # a comment\n    def inner(x):\n        return x / missing_name\n"
        "    return inner(image)",
        "check('toy', broken)",
        "check('toy', lambda image: image)",
        "check('toy', lambda image: 2.0 * image)",
        "from IPython.display import display\n\ndef spy(image):\n    display(image[5, 5])\n"
        "    print('printed', image[5, 5])\n    import sys; print('error', file=sys.stderr)\n"
        "    return image",
        "check('toy', spy, seed=3)",
        "import dataclasses\ntoy = dataclasses.replace(toy, seconds=0.3)\n"
        "def endless(image):\n    while True:\n        pass\ncheck('toy', endless)",
        "1 + 1",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("progress")
        patch.setenv(progress.PATH_VARIABLE, str(folder / "progress.json"))
        NotebookClient(book, timeout=120, kernel_name="python3", allow_errors=True).execute()
    return [cell.outputs for cell in book.cells]


@pytest.mark.slow
def test_a_kernel_shows_html_and_text_in_one_bundle_and_one_line_of_error(executed):
    shown, error = executed[3]
    assert shown.output_type == "display_data"
    assert set(shown.data) == {"text/html", "text/plain"}
    assert shown.data["text/html"].count("<img alt=") == 4
    assert "What went wrong" in shown.data["text/plain"]
    assert error.output_type == "error"
    assert (error.ename, error.evalue) == ("CheckFailed", "toy: not right yet.")
    assert error.traceback == ["CheckFailed: toy: not right yet."]


@pytest.mark.slow
def test_a_kernel_points_to_the_line_in_the_students_cell(executed):
    text = " ".join(executed[2][0].data["text/plain"].split())
    assert "NameError: name 'missing_name' is not defined" in text
    assert "It happened in line 4 of your code: 'return x / missing_name'." in text
    assert "ipykernel" not in text


@pytest.mark.slow
def test_a_kernel_shows_one_display_for_a_right_answer_and_no_error(executed):
    (shown,) = executed[4]
    assert "toy: right" in shown.data["text/plain"]


@pytest.mark.slow
def test_a_kernel_drops_what_a_hidden_case_displays_or_prints(executed):
    shown, error = executed[6]
    assert shown.output_type == "display_data"
    assert "55" not in shown.data["text/plain"]
    assert "printed" not in shown.data["text/plain"]
    assert error.output_type == "error"


@pytest.mark.slow
def test_a_kernel_stops_an_endless_loop_and_goes_on(executed):
    assert "took longer than 0.3 s" in " ".join(executed[7][0].data["text/plain"].split())
    assert executed[8][0].data["text/plain"] == "2"
