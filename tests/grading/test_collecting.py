"""Whatever way work is handed in, it is found, and its owner."""

import json
import os
import zipfile

import pytest

from course_lib.catalogue import course_root, locate, notebooks_in
from course_lib.errors import CourseError
from course_lib.grading.cells import code_cells
from course_lib.grading.collecting import collect, newest
from course_lib.grading.names import owner
from course_lib.grading.submission import UnreadableError

COURSE = notebooks_in(course_root() / "notebooks")
NAME = "02_normalization"


def notebook(*sources, **more):
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}} | more)


def write(folder, places, content=None):
    for number, place in enumerate(places):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or notebook("def z_score(image): return 0"), encoding="utf-8")
        os.utime(path, (1000 + number, 1000 + number))
    return folder


def found(source, **options):
    return [(one.student, one.assignment) for one in collect(source, COURSE, **options)]


def test_nbgraders_folders_name_student_and_assignment(tmp_path):
    places = ["bob/02_normalization/02_normalization.ipynb", "alice/02_normalization/mine.ipynb"]
    write(tmp_path, places)
    assert found(tmp_path) == [("alice", NAME), ("bob", NAME)]


def test_nbgraders_course_folder_is_known(tmp_path):
    write(tmp_path, ["submitted/bob/02_normalization/x.ipynb", "source/02/y.ipynb"])
    (tmp_path / "nbgrader_config.py").touch()
    assert found(tmp_path) == [("bob", NAME)]


def test_a_flat_folder_names_the_student_beside_the_notebook(tmp_path):
    write(tmp_path, ["02_normalization_bob.ipynb", "alice-02_normalization.ipynb", "Zoë.ipynb"])
    assert found(tmp_path) == [("Zoë", NAME), ("alice", NAME), ("bob", NAME)]


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("doejane_1234_56789_02_normalization.ipynb", "doejane (1234)"),
        ("doejane_LATE_1234_56789_02_normalization-2.ipynb", "doejane (1234)"),
        ("Jane Doe_77_assignsubmission_file_/02_normalization.ipynb", "Jane Doe (77)"),
        ("Jane Doe_77_assignsubmission_file_02_normalization.ipynb", "Jane Doe (77)"),
        ("1-2 - Jane Doe - Nov 20, 2026 1030 AM - 02_normalization.ipynb", "Jane Doe (1)"),
        ("1-2 - Jane Doe - Nov 20, 2026 1030 AM/02_normalization.ipynb", "Jane Doe (1)"),
    ],
)
def test_names_of_canvas_moodle_and_brightspace_are_read(tmp_path, place, student):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(place, notebook("x = 1"))
        archive.writestr("index.html", "<html>")
    assert found(path) == [(student, NAME)]


def test_a_later_hand_in_on_canvas_is_newer_though_the_export_has_one_time(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("doe_1_6_02_normalization-1.ipynb", "doe_1_5_02_normalization.ipynb"):
            archive.writestr(zipfile.ZipInfo(name), notebook("x = 1"))
    submissions = collect(path, COURSE)
    assert len(submissions) == 2
    assert [one.place for one in newest(submissions)] == ["doe_1_6_02_normalization-1.ipynb"]


def test_a_date_of_brightspace_counts():
    before = owner("1-2 - A B - Nov 20, 2026 930 AM - x.ipynb").when
    after = owner("1-3 - A B - Nov 20, 2026 1230 PM - x.ipynb").when
    assert after - before == 3 * 3600


@pytest.mark.parametrize(
    ("places", "students"),
    [
        (["top/alice/02_normalization/x.ipynb", "top/bob/02_normalization/x.ipynb"], "alice bob"),
        (["alice/01_compression_dicom/x.ipynb", "alice/02_normalization/x.ipynb"], "alice alice"),
    ],
)
def test_a_folder_around_all_students_in_a_zip_is_left_out(tmp_path, places, students):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for place in places:
            archive.writestr(place, notebook("x = 1"))
    assert [student for student, _ in found(path)] == students.split()


def test_a_renamed_notebook_is_known_by_what_it_defines(tmp_path):
    write(tmp_path, ["alice/final version.ipynb"])
    assert found(tmp_path) == [("alice", NAME)]
    write(tmp_path, ["alice/final version.ipynb"], notebook("x = 1"))
    assert found(tmp_path) == [("alice", "")]
    assert found(tmp_path, only=locate(course_root() / "notebooks", "02")) == [("alice", NAME)]


def test_both_files_of_a_student_are_kept_and_the_newest_counts(tmp_path):
    write(tmp_path, ["alice/02_normalization/old.ipynb", "alice/02_normalization/new.ipynb"])
    submissions = collect(tmp_path, COURSE)
    assert [one.place.rpartition("/")[2] for one in submissions] == ["old.ipynb", "new.ipynb"]
    assert [one.place.rpartition("/")[2] for one in newest(submissions)] == ["new.ipynb"]


def test_a_student_without_a_notebook_is_listed_with_the_reason(tmp_path):
    write(tmp_path, ["alice/02_normalization/essay.pdf", "bob/02_normalization/x.ipynb"])
    (tmp_path / "carol" / "02_normalization").mkdir(parents=True)
    problems = {one.student: one.problem for one in collect(tmp_path, COURSE)}
    assert problems == {
        "alice": "There is no notebook; only essay.pdf.",
        "bob": "",
        "carol": "There is no notebook; nothing.",
    }


def test_links_are_not_followed_and_hidden_files_ignored(tmp_path):
    secret = tmp_path / "secret.ipynb"
    write(tmp_path, ["secret.ipynb"])
    write(tmp_path / "in", ["alice/.ipynb_checkpoints/x-checkpoint.ipynb", "alice/a.ipynb"])
    (tmp_path / "in" / "alice" / "b.ipynb").symlink_to(secret)
    submissions = collect(tmp_path / "in", COURSE)
    link = next(one for one in submissions if one.place == "alice/b.ipynb")
    assert [one.problem for one in submissions if one is not link] == [""]
    with pytest.raises(UnreadableError, match="a link"):
        link.content()


def test_names_that_begin_with_a_dot_or_lead_out_of_the_zip_are_students_all_the_same(tmp_path):
    places = ["../../x/a.ipynb", ".dot_7_assignsubmission_file_/a.ipynb", ".git/a.ipynb",
              "._bob/a.ipynb", "bob/.a.ipynb", "bob/a.ipynb"]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for place in places:
            archive.writestr(place, notebook("def z_score(image): return 0"))
    assert found(tmp_path / "all.zip") == [("..", NAME), (".dot (7)", NAME), ("bob", NAME)]


def test_a_member_of_a_zip_that_lies_about_its_length_is_refused(tmp_path, monkeypatch):
    from course_lib.grading import submission

    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("alice/02_normalization.ipynb", b" " * 10**6)
    monkeypatch.setattr(submission, "MOST_BYTES", 10**5)
    with pytest.raises(UnreadableError, match="longer than"):
        collect(path, COURSE)[0].content()


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(CourseError, match="nothing to grade"):
        collect(tmp_path, COURSE)
    with pytest.raises(CourseError, match="no folder or zip"):
        collect(tmp_path / "missing", COURSE)
    (tmp_path / "broken.zip").write_text("PK no zip")
    with pytest.raises(CourseError, match="not a zip"):
        collect(tmp_path / "broken.zip", COURSE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"[1, 2]", "a list"),
        (b"{}", "without cells"),
        (b'{"cells": [{"cell_type"', "cut off"),
        (b'{"cells": [\n<<<<<<< HEAD\n]}', "merge conflict"),
        (b"%PDF-1.7 \xff\xfe\x80", "not text"),
        (b"[" * 10**5, "damaged"),
    ],
)
def test_what_is_no_notebook_is_named(content, words):
    with pytest.raises(UnreadableError, match=words):
        code_cells(content)


def test_cells_are_found_however_they_are_written():
    plain = notebook("x = 1", ["y = 2\n", "y"])
    assert code_cells(plain.encode()) == ["x = 1", "y = 2\ny"]
    assert code_cells(b"\xef\xbb\xbf" + plain.encode()) == ["x = 1", "y = 2\ny"]
    assert code_cells(plain.encode("utf-16")) == ["x = 1", "y = 2\ny"]
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["z = 3"]}]}], "nbformat": 3}
    assert code_cells(json.dumps(old).encode()) == ["z = 3"]
    odd = {"cells": [3, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]}
    assert code_cells(json.dumps(odd).encode()) == ["", ""]
