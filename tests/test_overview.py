import re

import pytest
from nbformat import v4, writes

from course_lib import notebook, overview, progress
from course_lib.plan import STATIONS, TOPICS


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.PATH_VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two notebooks, and a course that has no others."""
    monkeypatch.setattr(overview, "course_root", lambda: tmp_path / "nowhere")
    folder = tmp_path / "mine"
    folder.mkdir()
    save(folder, "00_course_map", "The map", ["crop_slice", "mask_between", "quiz_plane_shape"])
    save(folder, "04_interpolation", "Between <voxels>", [])
    return folder


def save(folder, name, title, graded):
    cells = [v4.new_code_cell("x", metadata={"otter": {"tests": [n]}}) for n in graded]
    course = {"title": title, "minutes": 30, "slides": "1-2"}
    content = v4.new_notebook(cells=cells, metadata={"course": course})
    (folder / f"{name}.ipynb").write_text(writes(content))


def row_of(table, number):
    return next(row for row in table.rows if row[0] == number)


def test_the_map_lists_all_topics_and_says_which_are_there(folder):
    rows = overview.course_map(folder).rows
    assert [row[0] for row in rows] == [f"{n:02}" for n in range(1, 14)]
    assert [row[0] for row in rows if row[-1] != overview.NOT_YET] == ["04"]


def test_a_topic_that_is_there_has_its_own_title_minutes_and_a_link(folder):
    table = overview.course_map(folder)
    row = row_of(table, "04")
    assert row[1] == overview.Link("Between <voxels>", "04_interpolation.ipynb")
    assert row[3:5] == ("1-2", "30")
    assert '<a href="04_interpolation.ipynb">Between &lt;voxels&gt;</a>' in table.html()


def test_a_new_notebook_appears_without_any_list_being_edited(folder):
    save(folder, "14_extra", "Something new", [])
    save(folder, "09_decision_forests", "Forests", [])
    ready = [row[0] for row in overview.course_map(folder).rows if row[-1] != overview.NOT_YET]
    assert ready == ["04", "09", "14"]


def test_a_notebook_that_only_the_course_has_counts_without_a_link(folder, tmp_path, monkeypatch):
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    save(course / "notebooks", "05_registration", "Registration", [])
    monkeypatch.setattr(overview, "course_root", lambda: course)
    assert row_of(overview.course_map(folder), "05")[1] == "Registration"


def test_progress_counts_solved_exercises_quizzes_and_points(folder):
    progress.record_check("crop_slice", "course_map", 1, 1, True)
    progress.record_check("mask_between", "course_map", 0, 1, False)
    progress.record_check("quiz_plane_shape", "course_map", 1, 1, True)
    progress.record_check("something_older", "course_map", 5, 5, True)
    table = overview.progress_overview(folder)
    assert row_of(table, "00")[2:5] == ("1 of 2", "1 of 1", "2 of 3")
    assert table.rows[-1][:5] == ("All", "", "1 of 2", "1 of 1", "2 of 3")


def test_a_bar_is_full_only_when_nothing_is_missing():
    assert overview.Bar(1.0).drawn().count("\u2588") == 12
    almost = overview.Bar(0.9999)
    assert (almost.drawn().count("\u2588"), almost.percent()) == (11, "99 %")
    assert overview.Bar(0.0).percent() == "0 %"


def test_answers_in_quiz_widgets_are_told_below_the_table(folder):
    assert overview.progress_overview(folder).note == ""
    progress.record_quiz("rescale", "compression_dicom", True)
    progress.record_quiz("rescale", "compression_dicom", False)
    assert overview.progress_overview(folder).note.endswith("2, 1 of them rightly.")


def test_what_the_course_no_longer_asks_is_left_out(folder):
    save(folder, "00_course_map", "The map", ["crop_slice", "an_exercise_of_last_year"])
    assert row_of(overview.progress_overview(folder), "00")[2] == "0 of 1"


def test_nobodys_progress_is_shown_where_a_notebook_is_only_executed(folder, monkeypatch):
    progress.record_check("crop_slice", "course_map", 1, 1, True)
    monkeypatch.setenv("COURSE_STILL", "1")
    assert row_of(overview.progress_overview(folder), "00")[2] == "0 of 2"


def test_tables_have_a_caption_heads_and_bars_that_are_not_read_aloud(folder):
    html = overview.progress_overview(folder).html()
    assert "<caption" in html
    assert html.count('scope="col"') == 6
    assert html.count('scope="row"') == 3
    assert html.count('aria-hidden="true"') == 3
    assert not re.search(r"<th[^>]*></th>", html + overview.course_map(folder).html())


def test_in_a_terminal_the_tables_are_text(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    notebook.show_map()
    notebook.show_progress()
    printed = capsys.readouterr().out
    assert "Between <voxels>" in printed
    assert "0 of 3" in printed


def test_every_planned_topic_has_a_place_and_a_question():
    keys = {station.key for station in STATIONS}
    assert all(set(topic.stations) <= keys and topic.stations for topic in TOPICS)
    assert all(topic.question.endswith("?") for topic in TOPICS)
    assert len({topic.slug for topic in TOPICS}) == 13
