"""A class is graded as a whole: each honestly, none lost, and the same whenever it is stopped."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from class_of_students import FULL, NAMES, SOLVED, HandedIn, honest, write_class
from grading_toys import SEED

from course_lib.catalogue import course_root, notebooks_in
from course_lib.grading import running
from course_lib.grading.box.sandbox import Limits
from course_lib.grading.collecting import collect
from course_lib.grading.copies import copied
from course_lib.grading.grade import Settings, grade_one
from course_lib.grading.grades import as_csv
from course_lib.grading.result import Result, Score
from course_lib.grading.session import Rules
from course_lib.grading.store import Store
from course_lib.grading.submission import Submission
from course_lib.quiz.registry import find_graded

ASSIGNMENT = "02_normalization"
SETTINGS = Settings(SEED, Rules(cell_seconds=3.0, limits=Limits(memory_mb=512, processes=32)))
CLASS = {
    "ann": HandedIn(honest(), FULL),
    "bob": HandedIn(honest(l1_loss="def l1_loss(true, predicted):\n    ..."), FULL - 1, "written"),
    "cid": HandedIn(honest(z_score="def z_score(image):\n    return image - image.mean()"), 3),
    "dan": HandedIn(b'{"cells": [', 0, "cut off"),
    "eve": HandedIn(honest(quiz_brain_age='quiz_brain_age = "A"'), FULL - 1),
    "fay": HandedIn(honest(min_max="def min_max(image)\n    return 0"), FULL - 1, "SyntaxError"),
}


def make_task(folder, store, names=NAMES, settings=SETTINGS):
    return running.Task(
        collect(folder, notebooks_in(course_root() / "notebooks")),
        {ASSIGNMENT: names},
        settings,
        store,
    )


def one_thread():
    return ThreadPoolExecutor(1)


def grade(folder, out, make=one_thread, settings=SETTINGS):
    told = []
    task = make_task(folder, Store(out), settings=settings)
    results = running.run(task, make, 1, lambda result, known: told.append((result.student, known)))
    return results, told


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was graded once."""
    folder = tmp_path_factory.mktemp("class")
    write_class(folder / "in", CLASS, ASSIGNMENT)
    results, _ = grade(folder / "in", folder / "out")
    return folder, {result.student: result for result in results}


def test_everybody_gets_the_honest_score_and_the_reason(graded):
    _, results = graded
    assert {name: result.points for name, result in results.items()} == {
        name: handed_in.points for name, handed_in in CLASS.items()
    }
    for name, handed_in in CLASS.items():
        assert handed_in.says in json.dumps(results[name].as_dict())


def test_a_result_says_how_each_case_went_and_nothing_of_hidden_ones(graded):
    score = next(one for one in graded[1]["cid"].scores if one.name == "z_score")
    assert (score.points, score.kind) == (0, "value")
    assert [case.hidden for case in score.cases].count(True) == 1
    assert {case.state for case in score.cases} == {"not right"}
    assert str(SEED) not in json.dumps(graded[1]["cid"].as_dict())


def test_each_result_names_the_layers_that_held(graded):
    layers = graded[1]["ann"].layers
    assert layers["process"] == "fork"
    assert set(layers) > {"files", "network", "landlock", "limits"}


def test_a_second_run_grades_nothing_again(graded):
    folder, _ = graded
    files = {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*.json")}
    assert len(files) == len(CLASS)
    _, told = grade(folder / "in", folder / "out", make=None)
    assert {known for _, known in told} == {True}
    assert {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*.json")} == files


def test_a_damaged_result_is_made_again(graded, tmp_path):
    folder, _ = graded
    import shutil

    shutil.copytree(folder / "out", tmp_path / "out")
    damaged = next((tmp_path / "out").rglob("ann*.json"))
    damaged.write_text('{"format": 2', encoding="utf-8")
    _, told = grade(folder / "in", tmp_path / "out")
    assert [student for student, known in told if not known] == ["ann"]


def test_other_seeds_and_other_content_are_other_results(graded, tmp_path):
    submission = Submission("ann", ASSIGNMENT, "a.ipynb", Path("a.ipynb"))
    keys = {
        SETTINGS.key(submission, b"a"),
        SETTINGS.key(submission, b"b"),
        replace(SETTINGS, seed=SEED + 1).key(submission, b"a"),
        SETTINGS.key(replace(submission, student="bob"), b"a"),
    }
    assert len(keys) == 4


class Breaking(ThreadPoolExecutor):
    """An executor whose worker dies on one student."""

    def submit(self, call, submission, *rest):
        if submission.student != "bob":
            return super().submit(call, submission, *rest)
        future = Future()
        future.set_exception(BrokenExecutor("killed"))
        return future


def test_a_worker_that_dies_costs_nobody_else_anything(graded, tmp_path):
    folder, before = graded
    results, _ = grade(folder / "in", tmp_path / "out", make=lambda: Breaking(1))
    for result in results:
        if result.student == "bob":
            assert "worker" in result.problem or "killed" in result.problem
        else:
            assert result.scores == before[result.student].scores
    assert not list((tmp_path / "out").rglob("bob*.json"))
    results, told = grade(folder / "in", tmp_path / "out")
    assert [student for student, known in told if not known] == ["bob"]
    assert {one.student: one.points for one in results}["bob"] == CLASS["bob"].points


def course(*arguments):
    return [sys.executable, "-m", "course_lib.cli", "grade", *map(str, arguments)]


@pytest.fixture(scope="module")
def seed_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("seed") / "seed.txt"
    path.write_text(str(SEED), encoding="utf-8")
    return path


def contents(folder):
    """Return what all files of a folder hold."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.mark.slow
def test_kill_9_and_a_second_run_give_the_same_table_byte_for_byte(tmp_path, seed_file):
    slow = "import time\ntime.sleep(0.5)"
    class_of = {
        f"student{i:02}": HandedIn(honest(extra=[slow, f"x = {i}"]), FULL) for i in range(6)
    }
    write_class(tmp_path / "in", class_of, ASSIGNMENT)
    options = ["--workers", 1, "--seed-file", seed_file]
    whole = course(tmp_path / "in", "--out", tmp_path / "whole", *options)
    subprocess.run(whole, check=True, capture_output=True)
    command = course(tmp_path / "in", "--out", tmp_path / "out", *options)
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    results = tmp_path / "out" / "results"
    until = time.monotonic() + 120
    while len(list(results.glob("*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    below = psutil.Process(first.pid).children(recursive=True)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert psutil.wait_procs(below, timeout=20)[1] == []
    finished = {path: path.read_bytes() for path in results.glob("*.json")}
    assert 2 <= len(finished) < len(class_of)
    second = subprocess.run(command, check=True, capture_output=True, text=True)
    assert second.stdout.count("as before") == len(finished)
    assert {path: path.read_bytes() for path in finished} == finished
    table = (tmp_path / "out" / "grades.csv").read_bytes()
    assert table == (tmp_path / "whole" / "grades.csv").read_bytes()
    for name in ("feedback", "gradescope"):
        assert contents(tmp_path / "out" / name) == contents(tmp_path / "whole" / name)
    rows = list(csv.DictReader(table.decode().splitlines()))
    assert [row["student"] for row in rows] == sorted(class_of)


@pytest.mark.slow
def test_the_command_lists_everybody_and_draws_a_seed_of_its_own(tmp_path):
    class_of = {name: CLASS[name] for name in ("ann", "dan")}
    write_class(tmp_path / "in", class_of, ASSIGNMENT)
    (tmp_path / "in" / "gus" / ASSIGNMENT).mkdir(parents=True)
    command = course(tmp_path / "in", "--out", tmp_path / "out", "--workers", 1)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    for words in ("ann", "cut off", "no notebook", "Summary", "grades.csv"):
        assert words in done.stdout
    assert (tmp_path / "out" / "hidden_seed.txt").exists()
    rows = csv.DictReader((tmp_path / "out" / "grades.csv").read_text("utf-8").splitlines())
    points = {row["student"]: row for row in rows}
    assert points["ann"]["z_score"] == "1"
    assert points["dan"]["z_score"] == "0"
    assert "cut off" in points["dan"]["remarks"]
    assert "no notebook" in points["gus"]["remarks"]
    missing = subprocess.run(
        course(tmp_path / "none", "--out", tmp_path / "out"),
        check=False,
        capture_output=True,
        text=True,
    )
    assert missing.returncode == 1
    assert "no folder or zip" in missing.stderr


def test_the_table_tells_nothing_handed_in_from_nothing_solved():
    one = Result("=ann", "01", "a", 0.0, "k", (Score("a", 1, 1), Score("b", 0, 1)))
    two = Result("bob", "02", "b", 0.0, "k", problem="The file is empty.")
    rows = as_csv([one, two], {"01": ["a", "b"], "02": ["c"], "03": ["d"]}).splitlines()
    assert rows == [
        "student,a,b,c,points,remarks",
        "'=ann,1,0,,1,",
        "bob,,,0,0,02: The file is empty.",
    ]


def test_a_copy_of_the_courses_solution_is_noticed_and_an_own_one_is_not():
    import inspect

    exercise = find_graded("run_lengths")
    copy = inspect.getsource(exercise.reference).replace("def ", "def my_")
    assert copied(exercise, [copy]) == 1.0
    assert copied(find_graded("z_score"), [SOLVED["z_score"]]) is None
    assert copied(exercise, ["def broken(", "x = 0x" + "f" * 50_000]) is None


@pytest.mark.slow
def test_no_honest_solution_of_the_course_is_taken_for_a_copy():
    from course_lib.authoring.build import solved
    from course_lib.authoring.source import all_sources, read

    root = course_root()
    names = {one.name: one.graded for one in notebooks_in(root / "notebooks")}
    for path in all_sources(root):
        cells = [cell.source for cell in solved(read(path)).cells if cell.cell_type == "code"]
        found = {name: copied(find_graded(name), cells) for name in names[path.stem]}
        assert set(found.values()) == {None}, found


@pytest.mark.slow
def test_every_solved_notebook_of_the_course_gets_all_points_and_every_stub_none():
    from course_lib.authoring.build import released, solved
    from course_lib.authoring.source import all_sources, read

    root = course_root()
    names = {one.name: one.graded for one in notebooks_in(root / "notebooks")}
    for path in all_sources(root):
        submission = Submission("ann", path.stem, path.name, path)
        for make, share in ((solved, 1), (released, 0)):
            content = json.dumps(make(read(path))).encode()
            result = grade_one(submission, content, names[path.stem], Settings(SEED))
            wrong = [one.name for one in result.scores if one.points != share * one.max_points]
            assert wrong == [], path.stem
            assert result.max_points > 0
