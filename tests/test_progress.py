import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from course_lib import atomic, locking, progress


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    """A progress file of this test's own."""
    path = tmp_path / "data" / "progress.json"
    monkeypatch.setenv(progress.PATH_VARIABLE, str(path))
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(progress, "_tries_here", progress.Counter())
    return path


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def no_rename(*_arguments):
    raise OSError(28, "No space left on device")


def test_tries_are_counted_and_the_best_points_stay():
    assert progress.record_check("z_score", "normalization", 0, 2, False) == 1
    assert progress.record_check("z_score", "normalization", 2, 2, True) == 2
    assert progress.record_check("z_score", "normalization", 0, 2, False) == 3
    record = progress.load().checks["z_score"]
    assert record == progress.CheckRecord("normalization", 3, 2, 2, True)


def test_quiz_answers_are_counted_apart_from_checks():
    progress.record_quiz("rescale", "normalization", False)
    progress.record_quiz("rescale", "normalization", True)
    loaded = progress.load()
    assert loaded.quizzes == {"rescale": progress.QuizRecord("normalization", 2, 1)}
    assert loaded.checks == {}


def test_without_a_file_the_progress_is_empty_and_no_file_is_made(file):
    assert progress.load() == progress.Progress()
    assert not file.parent.exists()


def test_points_never_exceed_what_there_is_when_an_exercise_shrinks():
    progress.record_check("z_score", "normalization", 3, 3, True)
    progress.record_check("z_score", "normalization", 2, 2, True)
    assert progress.load().checks["z_score"].points == 2


@pytest.mark.parametrize("variable", ["COURSE_STILL", "NBGRADER_EXECUTION"])
def test_nothing_is_recorded_while_a_notebook_is_graded(file, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    assert not progress.is_recording()
    assert progress.record_check("z_score", "normalization", 2, 2, True) == 1
    assert progress.record_check("z_score", "normalization", 2, 2, True) == 2
    progress.record_quiz("rescale", "normalization", True)
    assert not file.exists()


def test_the_default_file_lies_in_the_users_own_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv(progress.PATH_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = progress.progress_path()
    assert path.name == "progress.json"
    assert path.parent.name == "image-analysis-in-a-hospital"


def test_two_processes_lose_no_record(file):
    script = (
        "import sys; from course_lib.progress import record_check\n"
        "for i in range(50): record_check(f'{sys.argv[1]}_{i}', 't', 1, 1, True)\n"
        "for i in range(50): record_check('both', 't', 0, 1, False)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    checks = progress.load().checks
    assert {f"{name}_{i}" for name in "ab" for i in range(50)} <= set(checks)
    assert checks["both"].tries == 100


def test_a_writer_that_is_killed_blocks_nobody(file):
    script = (
        "import os; from course_lib import locking, progress\n"
        "path = progress.progress_path(); path.parent.mkdir(parents=True)\n"
        "with locking.locked(path, 1): os.kill(os.getpid(), 9)\n"
    )
    if os.name == "nt":
        script = script.replace("os.kill(os.getpid(), 9)", "os._exit(1)")
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode != 0
    assert file.with_name("progress.json.lock").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert progress.record_check("z_score", "t", 2, 2, True) == 1
    assert progress.load().checks["z_score"].passed


def test_a_lock_that_never_comes_is_given_up_with_one_sentence(file, monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE_SECONDS", 0.05)
    file.parent.mkdir()
    with (
        locking.locked(file, 1),
        pytest.warns(progress.ProgressWarning, match="another program holds the file"),
    ):
        assert progress.record_check("z_score", "t", 2, 2, True) == 1
    assert progress.record_check("z_score", "t", 2, 2, True) == 1


def test_a_crash_before_the_replacement_leaves_the_old_file(file, monkeypatch):
    progress.record_check("z_score", "t", 2, 2, True)
    before = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "replace", no_rename)
        with pytest.warns(progress.ProgressWarning, match="No space left on device"):
            assert progress.record_check("min_max", "t", 1, 1, True) == 1
    assert file.read_bytes() == before
    assert files_in(file.parent) == ["progress.json", "progress.json.lock"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"version": 1, "checks": {"a": {"topic"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "checks": [], "quizzes": {}}',
        b'{"version": 1, "checks": {"a": {"topic": "t"}}, "quizzes": {}}',
        b'{"version": 1, "checks": {}, "quizzes": {"q": {"topic": 1, "answered": 1, "right": 1}}}',
        b'{"version": 1, "checks": {}, "quizzes": {"q": 3}}',
    ],
)
def test_a_damaged_file_is_kept_aside_and_named(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.warns(progress.ProgressWarning, match="damaged") as caught:
        assert progress.record_check("z_score", "t", 2, 2, True) == 1
    (aside,) = file.parent.glob("progress.damaged-*.json")
    assert aside.read_bytes() == content
    assert str(aside) in str(caught[0].message)
    assert list(progress.load().checks) == ["z_score"]


def test_two_damaged_files_in_one_second_are_both_kept(file, monkeypatch):
    monkeypatch.setattr(progress.time, "strftime", lambda _: "now")
    file.parent.mkdir()
    for content in ("one", "two"):
        file.write_text(content)
        with pytest.warns(progress.ProgressWarning):
            progress.load()
    kept = {path.read_text() for path in file.parent.glob("progress.damaged-now*.json")}
    assert kept == {"one", "two"}


def test_a_file_of_a_newer_course_is_left_alone(file):
    file.parent.mkdir()
    file.write_text('{"version": 2, "stars": {}}')
    with pytest.warns(progress.ProgressWarning, match="newer version"):
        assert progress.record_check("z_score", "t", 2, 2, True) == 1
    with pytest.warns(progress.ProgressWarning, match="newer version"):
        assert progress.load() == progress.Progress()
    assert file.read_text() == '{"version": 2, "stars": {}}'


@pytest.mark.parametrize("place", ["a file as folder", "a folder as file"])
def test_a_place_that_cannot_be_written_never_stops_a_check(file, place):
    if place == "a file as folder":
        file.parent.write_text("in the way")
    else:
        file.mkdir(parents=True)
    with pytest.warns(progress.ProgressWarning) as caught:
        assert progress.record_check("z_score", "t", 2, 2, True) == 1
        assert progress.record_check("z_score", "t", 2, 2, True) == 2
        progress.record_quiz("rescale", "t", True)
    assert all(str(warning.message).count(". ") == 0 for warning in caught)


def test_the_file_is_plain_json_with_its_version(file):
    progress.record_check("z_score", "normalization", 2, 2, True)
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["version"] == progress.VERSION
    assert data["checks"]["z_score"]["topic"] == "normalization"


def test_a_linked_file_stays_a_link(file, tmp_path):
    real = tmp_path / "elsewhere.json"
    file.parent.mkdir()
    try:
        file.symlink_to(real)
    except OSError:
        pytest.skip("this system does not let users make links")
    progress.record_check("z_score", "t", 2, 2, True)
    assert file.is_symlink()
    assert Path(real).exists()
