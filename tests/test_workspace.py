import copy
import os

import pytest
from nbformat import NotebookNode, read, v4, write

from course_lib import atomic, workspace
from course_lib.errors import CourseError

NAME = "02_normalization.ipynb"


def course_notebook(*extra):
    marks = NotebookNode(grade_id="z_score", solution=True, grade=False)
    answer = v4.new_code_cell("def z_score(image):\n    ...", id="answer")
    answer.metadata = NotebookNode(nbgrader=marks)
    return v4.new_notebook(cells=[v4.new_markdown_cell("# One", id="title"), answer, *extra])


@pytest.fixture
def root(tmp_path):
    """A course with one notebook."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)
    write(course_notebook(), root / "notebooks" / NAME)
    return root


@pytest.fixture
def folder(root):
    """A student's copy in which the exercise is answered."""
    folder = root / "my_course"
    workspace.update(root, folder)
    edit(folder / NAME, lambda cells: cells[1].update(source="def z_score(image):\n    return 1"))
    return folder


def edit(path, change):
    notebook = read(path, as_version=4)
    change(notebook.cells)
    write(notebook, path)


def bring_newer_course(root):
    newer = course_notebook(v4.new_markdown_cell("# Two", id="second"))
    write(newer, root / "notebooks" / NAME)


def sources(path):
    return [cell.source for cell in read(path, as_version=4).cells]


def test_the_first_use_makes_a_copy_of_every_notebook(root, tmp_path):
    folder = tmp_path / "deep" / "mine"
    (change,) = workspace.update(root, folder)
    assert (change.kind, change.path, change.backup) == ("new", folder / NAME, None)
    assert sources(folder / NAME) == sources(root / "notebooks" / NAME)
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_with_the_same_course_nothing_is_written(root, folder):
    before = (folder / NAME).read_bytes(), (folder / NAME).stat().st_mtime_ns
    (change,) = workspace.update(root, folder)
    assert change.kind == "current"
    assert before == ((folder / NAME).read_bytes(), (folder / NAME).stat().st_mtime_ns)
    assert not (folder / "backups").exists()


def test_a_newer_course_brings_cells_keeps_answers_and_backs_up(root, folder):
    before = (folder / NAME).read_bytes()
    bring_newer_course(root)
    (change,) = workspace.update(root, folder)
    assert change.kind == "updated"
    assert sources(folder / NAME) == ["# One", "def z_score(image):\n    return 1", "# Two"]
    assert change.backup.read_bytes() == before
    assert change.backup.parent.parent == folder / "backups"


def test_two_updates_in_one_second_make_two_backups(root, folder, monkeypatch):
    monkeypatch.setattr(workspace.time, "strftime", lambda _: "now")
    for number in range(2):
        newer = course_notebook(v4.new_markdown_cell(f"# {number}", id="second"))
        write(newer, root / "notebooks" / NAME)
        workspace.update(root, folder)
    assert sorted(p.name for p in (folder / "backups").iterdir()) == ["now", "now-2"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b'{"cells": 1}'])
def test_an_unreadable_notebook_is_kept_reported_and_made_afresh(root, folder, content):
    (folder / NAME).write_bytes(content)
    (change,) = workspace.update(root, folder)
    assert change.kind == "unreadable"
    assert change.backup.read_bytes() == content
    assert str(change.backup) in change.notes[0]
    assert sources(folder / NAME) == sources(root / "notebooks" / NAME)


def test_a_failure_while_writing_leaves_the_students_notebook_whole(root, folder, monkeypatch):
    before = (folder / NAME).read_bytes()
    bring_newer_course(root)

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", fail)
        with pytest.raises(OSError, match="No space left"):
            workspace.update(root, folder)
    assert (folder / NAME).read_bytes() == before
    assert [path for path in folder.rglob("*") if path.name.endswith(".tmp")] == []


def test_a_failure_after_the_backup_leaves_both_files_whole(root, folder, monkeypatch):
    before = (folder / NAME).read_bytes()
    bring_newer_course(root)
    replace, calls = os.replace, []

    def fail_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        replace(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", fail_second)
        with pytest.raises(OSError, match="Input/output"):
            workspace.update(root, folder)
    (backup,) = (folder / "backups").glob(f"*/{NAME}")
    assert (folder / NAME).read_bytes() == backup.read_bytes() == before


def test_other_files_of_the_student_are_not_touched(root, folder):
    (folder / "own.ipynb").write_text("mine")
    (folder / "data.txt").write_text("mine too")
    bring_newer_course(root)
    workspace.update(root, folder)
    assert (folder / "own.ipynb").read_text() == "mine"
    assert (folder / "data.txt").read_text() == "mine too"


def test_a_copy_made_without_the_command_keeps_its_answers(root, tmp_path):
    folder = tmp_path / "by_hand"
    folder.mkdir()
    by_hand = copy.deepcopy(course_notebook())
    by_hand.cells[1].source = "def z_score(image):\n    return 2"
    write(by_hand, folder / NAME)
    bring_newer_course(root)
    (change,) = workspace.update(root, folder)
    assert change.kind == "updated"
    assert sources(folder / NAME) == ["# One", "def z_score(image):\n    return 2", "# Two"]


@pytest.mark.parametrize("place", ["notebooks", "solutions"])
def test_the_courses_own_folders_are_refused(root, place):
    with pytest.raises(CourseError, match="course's own files"):
        workspace.update(root, root / place)


def test_a_file_as_folder_is_refused(root, tmp_path):
    (tmp_path / "note.txt").write_text("in the way")
    with pytest.raises(CourseError, match=r"note\.txt is a file"):
        workspace.update(root, tmp_path / "note.txt")
