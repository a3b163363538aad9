"""nbgrader and Otter give the same submissions the same points.

One test for each grader: both compare with the same table, so they agree in every exercise.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import nbconvert.preprocessors
import nbformat
import pytest
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.validator import Validator
from otter.run import main as otter_run
from release_trial import NAME, POINTS, SUBMISSIONS, Released, release_trial

from course_lib.authoring.leaks import find, secrets_of
from course_lib.authoring.nbgrader_release import programs_on_path, settings
from course_lib.authoring.otter_plugin import CourseGrading
from course_lib.authoring.seeds import hidden_seed

pytestmark = [pytest.mark.graders, pytest.mark.slow, pytest.mark.timeout(1200)]
DESERVED = {name: submission.points for name, submission in SUBMISSIONS.items()}


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return release_trial(tmp_path_factory.mktemp("trial"))


@pytest.fixture
def unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what our plugin for Otter changes in this process."""
    monkeypatch.setattr(nbconvert.preprocessors, "ExecutePreprocessor", ExecutePreprocessor)
    monkeypatch.setenv("COURSE_STILL", "")


def archive(trial: Released) -> Path:
    return trial.otter / "autograder" / f"{NAME}-autograder.zip"


def points_of_otter(folder: Path) -> dict[str, float]:
    tests = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    return {test["name"]: test["score"] for test in tests if "score" in test}


def run_in_process(path: Path, autograder: Path, out: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        otter_run(str(path), autograder=str(autograder), output_dir=str(out), no_logo=True)


def run_command(path: Path, autograder: Path, out: Path) -> None:
    command = [sys.executable, "-m", "otter", "run", str(path), "-a", str(autograder)]
    done = subprocess.run(
        [*command, "-o", str(out), "--no-logo"], capture_output=True, text=True, check=True
    )
    assert f"Total Score: 0.000 / {sum(POINTS.values()):.3f}" in done.stdout


def test_nbgrader_gives_every_submission_the_points_it_deserves(trial: Released) -> None:
    config = settings(trial.nbgrader)
    config.NbGraderAPI.log_level = "ERROR"
    with programs_on_path():
        api = NbGraderAPI(config=config)
        for student in trial.submissions:
            result = api.autograde(NAME, student)
            assert result["success"], result
        result = api.generate_feedback(NAME, "wrong")
        assert result["success"], result
    with Gradebook(f"sqlite:///{trial.nbgrader / 'gradebook.db'}") as book:
        scores = {
            student: {
                name: book.find_grade(f"check_{name}", NAME, NAME, student).auto_score
                for name in POINTS
            }
            for student in trial.submissions
        }
        by_hand = [each.needs_manual_grade for each in book.assignment_submissions(NAME)]
    assert scores == DESERVED
    assert not any(by_hand)
    feedback = trial.nbgrader / "feedback"
    assert "CheckFailed" in (feedback / "wrong" / NAME / f"{NAME}.html").read_text()
    # Neither the hidden tests nor their seed are in what students get back.
    assert find(feedback, secrets_of([], hidden_seed(trial.nbgrader)[0])) == []


@pytest.mark.usefixtures("unchanged")
def test_otter_gives_every_submission_the_points_it_deserves(
    trial: Released, tmp_path: Path
) -> None:
    for student, path in trial.submissions.items():
        (tmp_path / student).mkdir()
        grade = run_command if student == "blank" else run_in_process
        grade(path, archive(trial), tmp_path / student)
    assert {student: points_of_otter(tmp_path / student) for student in DESERVED} == DESERVED
    # What is learnt by heart passes the public cases, and nothing tells which hidden one failed.
    result = json.loads((tmp_path / "deleted_check" / "results.json").read_text(encoding="utf-8"))
    visible = [test for test in result["tests"] if test["visibility"] == "visible"]
    assert [test["name"] for test in visible] == ["Public Tests"]
    assert "z_score_in_mask results: All test cases passed!" in visible[0]["output"]
    assert "hidden" not in visible[0]["output"]


def test_nbgrader_validates_the_instructors_version(trial: Released) -> None:
    path = trial.nbgrader / "source" / NAME / f"{NAME}.ipynb"
    assert Validator(config=settings(trial.nbgrader)).validate(str(path)) == {}


def test_nbgrader_validates_the_released_version_and_every_check_fails(trial: Released) -> None:
    path = trial.nbgrader / "release" / NAME / f"{NAME}.ipynb"
    result = Validator(config=settings(trial.nbgrader)).validate(str(path))
    assert set(result) == {"failed"}
    assert [each["source"].split('"')[1] for each in result["failed"]] == list(POINTS)
    assert all("CheckFailed" in each["raw_error"] for each in result["failed"])


@pytest.mark.usefixtures("unchanged")
def test_otter_stops_a_cell_that_never_ends_and_runs_the_next_one() -> None:
    CourseGrading("", {}, {"cell_seconds": 5}).before_grading(None)
    cells = [nbformat.v4.new_code_cell(code) for code in ("while True: pass", "print('next')")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbconvert.preprocessors.ExecutePreprocessor(allow_errors=True).preprocess(notebook, {})
    assert notebook.cells[1].outputs[0].text == "next\n"
    assert os.environ["COURSE_STILL"] == "1"
