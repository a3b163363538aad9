"""The student's notebook: the same bytes every time, and nothing that only the author may see."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course_lib.authoring.build import build, released, solved, write
from course_lib.authoring.solution import find_blocks, hide_blocks
from course_lib.authoring.source import Source
from course_lib.errors import CourseError

ReadToy = Callable[[str], Source]


def test_the_released_notebook_holds_a_stub_for_every_solution_and_letter(
    read_toy: ReadToy, toy_text: str
) -> None:
    cells = released(read_toy(toy_text)).cells
    assert cells[3].source == ('def double(number):\n    """Return twice the number."""\n    ...')
    assert cells[7].source == 'quiz_half = ...  # "A", "B" or "C"'
    assert "twice_as_much" not in write(released(read_toy(toy_text)))


def test_the_solved_notebook_differs_in_the_answers_alone(read_toy: ReadToy, toy_text: str) -> None:
    topic = read_toy(toy_text)
    for cell, before, after in zip(
        topic.cells, solved(topic).cells, released(topic).cells, strict=True
    ):
        assert before.source == cell.text
        assert (before != after) == (cell.role in ("answer", "quiz"))


def test_two_builds_give_the_same_bytes(course: Path) -> None:
    path = course / "notebooks" / "07_toys.ipynb"
    assert build(course) == [path]
    first = path.read_bytes()
    assert build(course) == []
    path.unlink()
    build(course)
    assert path.read_bytes() == first


def test_a_built_notebook_is_valid_sorted_and_without_outputs(course: Path) -> None:
    build(course)
    text = (course / "notebooks" / "07_toys.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_nothing_of_jupytext_is_left(read_toy: ReadToy, toy_text: str) -> None:
    notebook = released(read_toy(toy_text))
    assert set(notebook.metadata) == {"course", "kernelspec", "language_info"}
    keys = {key for cell in notebook.cells for key in cell.metadata}
    assert keys == {"deletable", "editable", "nbgrader", "otter", "tags"}


def test_the_notebook_says_which_topic_it_is(read_toy: ReadToy, toy_text: str) -> None:
    notebook = released(read_toy(toy_text))
    assert notebook.metadata.course == {
        **{"topic": "07", "slug": "toys", "title": "Toys", "minutes": 5, "slides": "1-2"}
    }
    assert notebook.metadata.kernelspec.name == "python3"


def test_graders_find_what_they_look_for(read_toy: ReadToy, toy_text: str) -> None:
    cells = released(read_toy(toy_text)).cells
    answer, check, letter = cells[3].metadata, cells[4].metadata, cells[7].metadata
    assert (answer.nbgrader.grade_id, answer.nbgrader.solution, answer.nbgrader.grade) == (
        *("double", True, False),
    )
    assert (check.nbgrader.grade_id, check.nbgrader.points) == ("check_double", 2)
    assert (check.nbgrader.grade, check.nbgrader.locked, check.editable) == (True, True, False)
    assert check.otter.tests == ["double"]
    assert check.tags == ["raises-exception"]
    assert (letter.nbgrader.grade_id, letter.nbgrader.solution) == ("quiz_half", True)
    assert "nbgrader" not in cells[0].metadata and "nbgrader" not in cells[1].metadata


def test_tags_of_the_author_are_kept(read_toy: ReadToy, toy_text: str) -> None:
    text = toy_text.replace("# %%\ndouble_ =", '# %% tags=["hide-input"]\ndouble_ =')
    assert released(read_toy(text)).cells[5].metadata.tags == ["hide-input"]


def test_ids_are_unique_and_differ_between_topics(course: Path) -> None:
    text = (course / "solutions" / "07_toys.py").read_text(encoding="utf-8")
    (course / "solutions" / "08_games.py").write_text(text, encoding="utf-8")
    ids = [
        cell.id
        for path in build(course)
        for cell in nbformat.reads(path.read_text(encoding="utf-8"), as_version=4).cells
    ]
    assert len(ids) == len(set(ids)) == 20


def test_ids_stay_when_prose_changes_elsewhere(read_toy: ReadToy, toy_text: str) -> None:
    def ids(text: str) -> list[str]:
        return [cell.id for cell in released(read_toy(text)).cells]

    before = ids(toy_text)
    assert ids(toy_text.replace("Two numbers", "Some numbers")) == before
    assert ids(toy_text.replace("number + number", "2 * number")) == before
    more = ids(toy_text.replace("# %%\nfrom", "# %% [markdown]\n# Before we start.\n\n# %%\nfrom"))
    assert set(before) < set(more)
    assert more[4:] == before[3:]  # from the first answer on


def test_a_new_number_keeps_the_ids(course: Path) -> None:
    build(course)
    old = json.loads((course / "notebooks" / "07_toys.ipynb").read_text(encoding="utf-8"))
    (course / "solutions" / "07_toys.py").rename(course / "solutions" / "03_toys.py")
    build(course)
    new = json.loads((course / "notebooks" / "03_toys.ipynb").read_text(encoding="utf-8"))
    assert [cell["id"] for cell in new["cells"]] == [cell["id"] for cell in old["cells"]]


def test_checking_writes_nothing_and_names_what_is_stale_or_has_no_source(course: Path) -> None:
    path = course / "notebooks" / "07_toys.ipynb"
    assert build(course, check=True) == [path]
    assert not path.exists()
    build(course)
    assert build(course, check=True) == []
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    orphan = path.with_name("01_gone.ipynb")
    orphan.write_text("{}", encoding="utf-8")
    assert build(course, check=True) == [orphan, path]
    assert path.read_text(encoding="utf-8").endswith("\n\n")


def test_one_wrong_source_leaves_every_notebook_as_it_was(course: Path) -> None:
    (course / "solutions" / "08_games.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"08_games\.py"):
        build(course)
    assert not (course / "notebooks").exists()


def test_a_course_without_sources_and_two_topics_of_one_number_are_refused(course: Path) -> None:
    with pytest.raises(CourseError, match=r"no sources NN_slug\.py"):
        build(course / "notebooks")
    text = (course / "solutions" / "07_toys.py").read_text(encoding="utf-8")
    (course / "solutions" / "07_games.py").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="Two topics have the number '07'"):
        build(course)


def test_several_blocks_of_one_cell_are_hidden_each_at_its_own_depth() -> None:
    text = "class A:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n\n"
    text += "    def f(self):\n        # BEGIN SOLUTION\n        return 2\n        # END SOLUTION"
    assert len(find_blocks(text)) == 2
    assert hide_blocks(text) == "class A:\n    ...\n\n    def f(self):\n        ..."
