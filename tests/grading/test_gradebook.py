"""nbgrader's gradebook, filled by course grade, as nbgrader's own formgrader shows it."""

import contextlib
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from class_of_students import FULL, NAMES, SOLVED, HandedIn, honest, write_class

from course_lib.authoring import release
from course_lib.catalogue import course_root
from course_lib.commands import grade as command
from course_lib.errors import CourseError

pytestmark = [pytest.mark.graders, pytest.mark.slow]
ASSIGNMENT = "02_normalization"
HOSTILE = "<script>document.title = 'caught'</script>"
WRONG = f"def z_score(image):\n    raise ValueError({HOSTILE!r})"
CLASS = {
    "ann": HandedIn(honest(), FULL),
    "bob": HandedIn(honest(z_score=WRONG), FULL - 1),
    "dan": HandedIn(b'{"cells": [', 0),
}
IN_TIME, LATE = "2026-11-20 10:00:00 UTC", "2026-11-22 12:00:00 UTC"
PENALTY = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'


def grade(folder, out):
    """Grade as the command does; return what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        command.run(
            submissions=folder,
            out=out,
            workers=1,
            scheduler=None,
            seed_file=folder / "hidden_seed.txt",
            timeout=5,
            memory=1024,
            topic=None,
            fork=True,
            gradebook=str(folder),
            show_hidden=False,
        )
    return said.getvalue()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course folder as released, with submissions of which one is late, and graded."""
    from nbgrader.api import Gradebook

    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    release.nbgrader(course_root(), folder, topics=["02"])
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(PENALTY)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2026-11-21 00:00:00")
        book.add_student("eve")  # who hands in nothing
    write_class(folder / "submitted", CLASS, ASSIGNMENT)
    for student, when in (("ann", IN_TIME), ("bob", LATE)):
        path = folder / "submitted" / student / ASSIGNMENT / "timestamp.txt"
        path.write_text(when, encoding="utf-8")
    said = grade(folder, folder.parent / "grades")
    assert "3 submissions are in the gradebook" in said
    return folder


@contextlib.contextmanager
def formgrader(folder, home):
    """Start nbgrader's formgrader on a course folder; return what asks it."""
    config = {"nbgrader.server_extensions.formgrader": True}
    config |= dict.fromkeys(("jupyterlab", "notebook", "jupyterlab_jupytext"), False)
    home.mkdir()
    (home / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": config}}), encoding="utf-8"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
             "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
             "--IdentityProvider.token=secret", f"--ServerApp.root_dir={folder}",
             "--ServerApp.shutdown_no_activity_timeout=120"],
            cwd=folder, env=os.environ | dict.fromkeys(names, str(home)), stdout=log, stderr=log,
        )  # fmt: skip

    def ask(path):
        address = f"http://127.0.0.1:{port}/{quote(path, safe='/?=')}"
        request = urllib.request.Request(address, headers={"Authorization": "token secret"})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.read().decode()

    try:
        for _ in range(600):
            try:
                ask("api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.1)
        yield ask
    finally:
        server.terminate()
        server.wait(30)


def scores_of(course, student):
    """Read the points of each exercise from the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        notebook = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        return {grade.name.removeprefix("check_"): grade.score for grade in notebook.grades}


def dump(course):
    """Return all that the gradebook and the notebooks hold, and when they were written."""
    database = sqlite3.connect(course / "gradebook.db")
    try:
        rows = list(database.iterdump())
    finally:
        database.close()
    files = [path for path in sorted(course.rglob("*.ipynb"))]
    return rows, {path: path.stat().st_mtime_ns for path in files}


def test_formgrader_shows_scores_cells_who_was_late_and_who_handed_in_nothing(course, tmp_path):
    with formgrader(course, tmp_path / "jupyter") as ask:
        listed = json.loads(ask(f"formgrader/api/submissions/{ASSIGNMENT}"))
        shown = {each["student"]: each for each in listed}
        assert {name: each["score"] for name, each in shown.items()} == {
            name: handed_in.points for name, handed_in in CLASS.items()
        }
        assert all(each["autograded"] and not each["needs_manual_grade"] for each in listed)
        assert shown["bob"]["display_timestamp"].startswith("2026-11-22 12:00")
        (bob,) = json.loads(ask("formgrader/api/student_submissions/bob"))
        (eve,) = json.loads(ask("formgrader/api/student_submissions/eve"))
        assert (bob["submitted"], bob["score"]) == (True, FULL - 1)
        assert (eve["submitted"], eve["score"]) == (False, 0)
        notebooks = json.loads(ask(f"formgrader/api/submitted_notebooks/{ASSIGNMENT}/{ASSIGNMENT}"))
        ids = {each["student"]: each["id"] for each in notebooks}
        assert set(ids) == set(CLASS)
        grades = json.loads(ask(f"formgrader/api/grades?submission_id={ids['bob']}"))
        page = ask(f"formgrader/submissions/{ids['bob']}/")
        assert "def z_score(image):" in re.sub("<[^>]*>", "", page)
        assert "<script>document" not in page
        assert "&lt;script&gt;document" in page
        assert "z_score: 1 of 3 cases right" in page
        assert "cut off" in ask(f"formgrader/submissions/{ids['dan']}/")
    points = {each["name"]: each["auto_score"] for each in grades}
    assert points["check_z_score"] == 0
    assert points["check_min_max"] == 1


def test_a_penalty_for_being_late_is_nbgraders_own(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        penalties = {
            student: book.find_submission_notebook(
                ASSIGNMENT, ASSIGNMENT, student
            ).late_submission_penalty
            for student in ("ann", "bob")
        }
    assert penalties == {"ann": None, "bob": FULL - 1}


def test_a_second_run_changes_nothing(course):
    before = dump(course)
    assert "as before" in grade(course, course.parent / "grades")
    assert dump(course) == before


def test_nbgraders_own_feedback_can_be_made_from_it(course):
    from nbgrader.apps.api import NbGraderAPI

    from course_lib.authoring.nbgrader_release import programs_on_path, settings

    config = settings(course)
    config.NbGraderAPI.log_level = "ERROR"
    with programs_on_path():
        result = NbGraderAPI(config=config).generate_feedback(ASSIGNMENT, "bob")
    assert result["success"], result
    page = course / "feedback" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    text = page.read_text(encoding="utf-8")
    assert "z_score: 1 of 3 cases right" in text
    assert "<script>document" not in text


def test_a_resubmission_updates_and_what_a_person_gave_is_looked_at_again(course, tmp_path):
    from nbgrader.api import Gradebook

    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    address = f"sqlite:///{copy / 'gradebook.db'}"
    with Gradebook(address) as book:
        for student in ("ann", "bob"):
            given = book.find_grade("check_min_max", ASSIGNMENT, ASSIGNMENT, student)
            given.manual_score = 0.5
        book.db.commit()
    again = HandedIn(honest(l1_loss="def l1_loss(true, predicted):\n    ..."), FULL - 1)
    write_class(copy / "submitted", {"ann": again}, ASSIGNMENT)
    grade(copy, tmp_path / "grades")
    assert scores_of(copy, "ann") == scores_of(course, "ann") | {"l1_loss": 0, "min_max": 0.5}
    with Gradebook(address) as book:
        marked = {
            student: book.find_grade(
                "check_min_max", ASSIGNMENT, ASSIGNMENT, student
            ).needs_manual_grade
            for student in ("ann", "bob")
        }
        notebook = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann")
        comments = {each.name: each.auto_comment for each in notebook.comments}
    assert marked == {"ann": True, "bob": False}
    assert (comments["l1_loss"], comments["z_score"]) == ("No response.", None)
    made = nbformat.read(
        copy / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4
    )
    nbformat.validate(made)
    assert SOLVED["z_score"] in [cell.source for cell in made.cells]
    assert set(NAMES) < set(scores_of(copy, "ann"))


def test_a_gradebook_that_does_not_fit_is_refused_before_anything_is_graded(course, tmp_path):
    from nbgrader.api import Gradebook

    from course_lib.catalogue import notebooks_in
    from course_lib.grading import gradebook

    notebooks = {one.name: one for one in notebooks_in(course_root() / "notebooks")}
    with pytest.raises(CourseError, match="There is no gradebook"):
        gradebook.locate(str(tmp_path / "none.db"))
    empty = gradebook.locate(f"sqlite:///{course / 'gradebook.db'}")
    with pytest.raises(CourseError, match="no assignment 03"):
        gradebook.check(empty, [notebooks["03_mr_to_ct_mapping"]])
    shutil.copy(course / "gradebook.db", tmp_path / "gradebook.db")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.find_grade_cell("check_z_score", ASSIGNMENT, ASSIGNMENT).max_score = 7
        book.db.commit()
    with pytest.raises(CourseError, match="points than this course: check_z_score"):
        gradebook.check(gradebook.locate(str(tmp_path) + "/gradebook.db"), [notebooks[ASSIGNMENT]])
    (tmp_path / "text.db").write_text("no database " * 99, encoding="utf-8")
    with pytest.raises(CourseError, match="cannot be used"):
        gradebook.check(gradebook.locate(str(tmp_path / "text.db")), [notebooks[ASSIGNMENT]])
    assert Path(course, "autograded").exists()
