"""A source is read as it is meant, and what is wrong with it is said with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.authoring import source
from course_lib.authoring.cells import Task
from course_lib.authoring.source import Source
from course_lib.errors import CourseError

ReadToy = Callable[[str], Source]
DOUBLE = '''# %% exercise="double"
def double(number):
    """Return twice the number."""
    # BEGIN SOLUTION
    twice_as_much = number + number
    return twice_as_much
    # END SOLUTION
'''


def test_a_source_gives_its_header_cells_and_tasks_in_order(
    read_toy: ReadToy, toy_text: str
) -> None:
    topic = read_toy(toy_text)
    assert (topic.number, topic.slug, topic.name) == ("07", "toys", "07_toys")
    assert (topic.title, topic.minutes, topic.slides) == ("Toys", 5, "1-2")
    roles = [cell.role for cell in topic.cells]
    assert roles == [
        *("text", "code", "text", "answer", "check", "code"),
        *("code", "quiz", "check", "text"),
    ]
    assert topic.tasks == (Task("double", 2), Task("quiz_half", 1))


def test_every_cell_knows_the_line_of_its_first_character(read_toy: ReadToy, toy_text: str) -> None:
    lines = toy_text.splitlines()
    for cell in read_toy(toy_text).cells:
        comment = "# " if cell.role == "text" else ""
        assert lines[cell.line - 1] == comment + cell.text.splitlines()[0]


def test_comments_that_look_like_magics_stay_comments(read_toy: ReadToy, toy_text: str) -> None:
    text = toy_text.replace("double_(4)", "# %time double_(4)\ndouble_(4)")
    assert "# %time double_(4)" in "".join(cell.text for cell in read_toy(text).cells)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('exercise="double"', 'exercise="doubel"', r":18: .*must define doubel"),
        ('check("double", double)', "double", r":18: 'double' is never checked"),
        ('check("double", double)', 'check("double", 3)', r":26: a check cell is exactly"),
        ('check("double", double)', 'check("double", double)\nx = 1', r":26: .*cell of its own"),
        (DOUBLE, "", r":19: 'double' is checked, but no answer"),
        (DOUBLE, DOUBLE + "\n" + DOUBLE, r":26: 'double' is used a second time.*line\s+18"),
        ("    # END SOLUTION\n", "", r":20: '# BEGIN SOLUTION' has no '# END SOLUTION'"),
        ("    # BEGIN SOLUTION\n", "", r":22: '# END SOLUTION' does not fit; there is none open"),
        ("# BEGIN SOLUTION", "### BEGIN SOLUTION", r":20: write the marker as"),
        ("# END SOLUTION", "# BEGIN SOLUTION", r":23: .*line 20 is open"),
        ("double_(4)", "# BEGIN SOLUTION", r":29: a solution marker outside an answer cell"),
        ("Double a number.", "# BEGIN SOLUTION", r":15: a solution marker outside"),
        ("double_(4)", "# BEGIN HIDDEN TESTS", r":29: hidden tests are made by the release"),
        ("double_(4)", "double_(4", r":30: this is not Python"),
        ('quiz_half = "B"  #', 'quiz_half = "B" #', r":36: the cell of a quiz is quiz_half = "),
        ('quiz_half = "B"', 'quiz_half = "D"', r':36: \'D\' is not among "A", "B" or "C"'),
        ('quiz_half = "B"', "quiz_half = ...", r":36: the cell of a quiz is"),
        ('quiz="half"', 'quiz="hal"', r":36: the cell of a quiz is quiz_hal = "),
        ('ask("half")', 'ask("other")', r":36: no cell ask\(\"half\"\) stands before"),
        ('"Toys"', '""', r":1: title is ''; write it like course"),
        ('title: "Toys", ', "", r":1: the header's course has minutes, slides; it must have"),
        ("minutes: 5", "minutes: -5", r":1: minutes"),
        ("minutes: 5", "minutes: soon", r":1: minutes is 'soon'"),
        ('"1-2"', "12", r":1: slides is 12"),
        ('#   course: {title: "Toys", minutes: 5, slides: "1-2"}\n', "", r":1: the header needs"),
        ("{title:", "{title", r":1: "),
        ('exercise="double"', 'exercice="double"', r":18: a cell has exercice; allowed are"),
        ("# %% [markdown]\n# Double", "# %% [raw]\n# Double", r":15: a raw cell"),
        ("# %%\ndouble_ =", "# %%\n\n# %%\ndouble_ =", r": an empty cell"),
        (
            "# %% [markdown]\n# # Toys",
            "import os\n\n# %% [markdown]\n# # Toys",
            r"Begin every cell",
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    read_toy: ReadToy, toy_text: str, old: str, new: str, message: str
) -> None:
    assert toy_text.count(old) == 1
    with pytest.raises(CourseError, match=rf"(?s)solutions/07_toys\.py.*{message}") as caught:
        read_toy(toy_text.replace(old, new))
    assert "\n" not in str(caught.value) or "jupytext" in str(caught.value)


def test_an_exercise_that_nobody_knows_is_refused_where_it_is_checked(
    read_toy: ReadToy, toy_text: str
) -> None:
    with pytest.raises(CourseError, match=r"07_toys.py:26: There is no exercise 'triple'"):
        read_toy(toy_text.replace("double", "triple"))


@pytest.mark.parametrize("points", [0, -1, 1.5, True, None])
def test_points_must_be_a_whole_number_above_zero(
    course: Path, monkeypatch: pytest.MonkeyPatch, points: object
) -> None:
    with pytest.raises(CourseError, match=rf":26: 'double' gives {points!r} points"):
        source.read(course / "solutions" / "07_toys.py", lambda name: points)  # type: ignore[return-value, arg-type]


@pytest.mark.parametrize("name", ["toys.py", "7_toys.py", "07-toys.py", "07_Toys.py"])
def test_a_source_is_named_by_number_and_slug(tmp_path: Path, name: str) -> None:
    with pytest.raises(CourseError, match="name a source NN_slug"):
        source.read(tmp_path / name)


def test_a_source_that_is_missing_or_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "07_toys.py"
    with pytest.raises(CourseError, match="cannot be read"):
        source.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CourseError, match="cannot be read"):
        source.read(path)


@pytest.mark.parametrize("topic", ["07", "toys", "07_toys"])
def test_a_topic_is_found_by_number_slug_and_name(course: Path, topic: str) -> None:
    assert source.locate(course, topic) == course / "solutions" / "07_toys.py"


def test_an_unknown_topic_is_answered_with_those_that_exist(course: Path) -> None:
    with pytest.raises(CourseError, match="no source of a topic 'games'; there are 07_toys"):
        source.locate(course, "games")
    with pytest.raises(CourseError, match="there are no topics at all"):
        source.locate(course / "solutions", "07")
