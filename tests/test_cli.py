import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from nbformat import read, v4, write
from typer.testing import CliRunner

from course_lib import __version__, atomic, cli, doctor
from course_lib.authoring import release as authoring_release
from course_lib.authoring.release import Release
from course_lib.catalogue import course_root
from course_lib.checking import Mark, Sheet
from course_lib.commands import check as check_command
from course_lib.commands import doctor as doctor_command
from course_lib.commands import lab as lab_command
from course_lib.commands.app import app
from course_lib.errors import CourseError

ROOT = course_root()
MAP = "00_course_map.ipynb"
COMMANDS = ["lab", "check", "doctor", "build", "grade", "release"]


def course(*arguments):
    """Run a command in this process."""
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, [str(a) for a in arguments])


def in_one_line(result):
    """Return all that was printed, without the frame around an error."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.output).split())


def marks_of(monkeypatch, *marks):
    """Let the check command see these marks instead of running a notebook; note what is run."""
    seen = {}

    def instead(topic, notebook, points, folder, **limits):
        seen.update(topic=topic, notebook=notebook, points=points, folder=folder, **limits)
        return Sheet(topic, marks)

    monkeypatch.setattr(check_command, "check_notebook", instead)
    return seen


# ------------------------------------------------------------------------------------------- help


def test_help_names_every_command():
    result = course("--help")
    assert result.exit_code == 0
    assert all(command in result.output for command in COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "release student", "release nbgrader"])
def test_every_command_has_help(command):
    result = course(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage: course" in in_one_line(result)


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["check"],
        ["check", "01", "--frobnicate"],
        ["check", "01", "02"],
        ["check", "00", "--seconds", "0"],
        ["lab", "--port", "many"],
        ["lab", "--port", "70000"],
        ["release", "nbgrader"],
    ],
)
def test_what_is_not_understood_ends_with_2_and_no_traceback(arguments):
    result = course(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_the_version_is_printed():
    assert course("--version").output.strip() == __version__


def test_help_comes_without_loading_the_heavy_packages():
    code = (
        "import sys; from course_lib.commands.app import app\n"
        "print([m for m in ('numpy', 'nbclient', 'jupyterlab', 'nbformat') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch, capsys):
    def missing():
        raise ModuleNotFoundError("No module named 'nbclient.util'", name="nbclient.util")

    monkeypatch.setattr("course_lib.commands.app.app", missing)
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert ending.value.code == 1
    said = capsys.readouterr().err
    assert "nbclient is missing" in said
    assert "pip install -e" in said


# ------------------------------------------------------------------------------------------ check


@pytest.mark.parametrize("topic", ["99", "nonsense", "", "../00_course_map"])
def test_an_unknown_topic_is_refused_with_those_there_are(topic):
    result = course("check", topic)
    assert result.exit_code == 2
    assert "00_course_map" in result.output
    assert "Traceback" not in result.output


def test_versions_exclude_each_other():
    for options in (["--released", "--solved"], ["--solved", "--folder", "x"]):
        result = course("check", "00", *options)
        assert result.exit_code == 2
        assert "not more" in in_one_line(result)


def test_a_copy_that_is_not_there_yet_is_no_failure_but_a_usage_error(tmp_path):
    result = course("check", "00", "--folder", tmp_path / "mine")
    assert result.exit_code == 2
    assert "course lab" in in_one_line(result)


def test_points_are_listed_and_the_exit_code_says_whether_all_is_solved(monkeypatch):
    marks_of(monkeypatch, Mark("one", 2, 2, "Solved."), Mark("two", 0, 1, "Wrong [shape]."))
    result = course("check", "00", "--released")
    assert result.exit_code == 1
    assert "Wrong [shape]." in result.output
    assert "2 of 3 points" in result.output
    marks_of(monkeypatch, Mark("one", 2, 2, "Solved."))
    assert course("check", "00", "--released").exit_code == 0


def test_json_is_exactly_what_was_promised(monkeypatch):
    marks_of(monkeypatch, Mark("one", 2, 2, "Solved."), Mark("two", 0, 1, "Wrong."))
    result = course("check", "00", "--released", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "topic": "course_map",
        "points": 2,
        "max_points": 3,
        "exercises": [
            {"name": "one", "points": 2, "max_points": 2, "message": "Solved."},
            {"name": "two", "points": 0, "max_points": 1, "message": "Wrong."},
        ],
    }


@pytest.mark.parametrize("topic", ["00", "0", "course_map", "00_course_map"])
def test_the_courses_notebook_decides_what_is_asked_and_for_how_many_points(monkeypatch, topic):
    seen = marks_of(monkeypatch)
    course("check", topic, "--released", "--seconds", "7")
    assert seen["topic"] == "course_map"
    assert list(seen["points"])[:2] == ["crop_slice", "quiz_plane_shape"]
    assert set(seen["points"].values()) == {1}
    assert seen["cell_seconds"] == 7


def test_the_students_own_notebook_is_run_where_it_lies(monkeypatch, tmp_path):
    seen = marks_of(monkeypatch)
    write(v4.new_notebook(cells=[v4.new_code_cell("mine = 1")]), tmp_path / MAP)
    course("check", "00", "--folder", tmp_path)
    assert seen["notebook"].cells[0].source == "mine = 1"
    assert seen["folder"] == tmp_path


def test_the_solved_version_holds_solutions_and_the_released_one_does_not(monkeypatch):
    seen = marks_of(monkeypatch)
    for option, there in (("--solved", True), ("--released", False)):
        course("check", "00", option)
        code = "\n".join(cell.source for cell in seen["notebook"].cells)
        assert ("keepdims=True" in code) is there


def test_a_copy_without_solutions_says_so(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / MAP).write_bytes((ROOT / "notebooks" / MAP).read_bytes())
    monkeypatch.setattr(check_command, "course_root", lambda: tmp_path)
    result = course("check", "00", "--solved")
    assert result.exit_code == 2
    assert "no solutions" in in_one_line(result)


def test_a_broken_notebook_gives_a_message_for_every_exercise(tmp_path):
    (tmp_path / MAP).write_text('{"cells": [')
    result = course("check", "00", "--folder", tmp_path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["points"] == 0
    assert len(found["exercises"]) == found["max_points"] == 9
    assert all("not a notebook" in mark["message"] for mark in found["exercises"])


@pytest.mark.slow
def test_the_released_notebook_is_really_run_and_has_no_points():
    result = course("check", "00", "--released", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["points"], found["max_points"]) == (0, 9)
    assert {mark["message"].split(" is not ")[1] for mark in found["exercises"]} == {
        "written yet.",
        "answered yet.",
    }


# Hears Ctrl-C as a command in a terminal does, also where the tests run in the background.
LISTENING_COURSE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from course_lib.cli import main
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent as Unix has them")
def test_ctrl_c_ends_the_check_and_its_kernel_without_a_traceback(tmp_path):
    imports = "import os, pathlib, time"
    wait = "pathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(250)"
    cells = [v4.new_code_cell(code) for code in (imports, wait)]
    write(v4.new_notebook(cells=cells), tmp_path / MAP)
    command = [sys.executable, "-c", LISTENING_COURSE, "check", "00", "--folder", str(tmp_path)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)[0]
    finally:
        running.kill()
    assert running.returncode == 130
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


# ----------------------------------------------------------------------------------- build, release


@pytest.mark.parametrize(
    ("changed", "arguments", "code", "said"),
    [
        ([], [], 0, "up to date"),
        ([], ["--check"], 0, "up to date"),
        ([ROOT / "notebooks" / MAP], [], 0, "written"),
        ([ROOT / "notebooks" / MAP], ["--check"], 1, "course build"),
    ],
)
def test_build_says_what_changed(monkeypatch, changed, arguments, code, said):
    monkeypatch.setattr("course_lib.commands.build.build", lambda root, check: changed)
    result = course("build", *arguments)
    assert result.exit_code == code
    assert said in result.output


def test_a_wrong_source_ends_with_1_and_one_sentence(monkeypatch):
    def refuse(root, check):
        raise CourseError("solutions/02_x.py:7: this is not Python.")

    monkeypatch.setattr("course_lib.commands.build.build", refuse)
    result = course("build")
    assert result.exit_code == 1
    assert result.output == "Error: solutions/02_x.py:7: this is not Python.\n"


def test_a_release_lists_its_files_and_for_whom_they_are(monkeypatch, tmp_path):
    seen = {}

    def instead(root, out, seed_file, topics):
        seen.update(out=out, seed_file=seed_file, topics=topics)
        return Release((out / "student",), (out / "source",), out / "seed")

    monkeypatch.setattr(authoring_release, "nbgrader", instead)
    seed = tmp_path / "seed"
    result = course("release", "nbgrader", tmp_path, "--seed-file", seed, "--topic", "course_map")
    assert result.exit_code == 0
    assert seen == {"out": tmp_path, "seed_file": seed, "topics": ["00"]}
    assert "not to be handed out" in result.output


def test_a_release_of_an_unknown_topic_is_a_usage_error(tmp_path):
    result = course("release", "otter", tmp_path, "--topic", "99")
    assert result.exit_code == 2
    assert "00_course_map" in result.output


def test_a_full_disk_is_told_in_a_sentence(monkeypatch, tmp_path):
    def full(root, out):
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr(authoring_release, "student", full)
    result = course("release", "student", tmp_path)
    assert result.exit_code == 1
    assert result.output.endswith("No space left on device.\n")


# ----------------------------------------------------------------------------------------- doctor


def test_the_doctor_ends_with_1_only_when_something_needed_is_missing(monkeypatch):
    def found(*findings):
        monkeypatch.setattr(doctor_command, "examine", lambda root, folder: findings)
        return course("doctor")

    good = doctor.Finding("numpy", True, True, "2.4")
    optional = doctor.Finding("nbgrader", False, False, "missing", "pip install nbgrader")
    bad = doctor.Finding("pydicom", False, True, "missing", "pip install pydicom")
    assert found(good).exit_code == 0
    assert "Nothing is missing" in found(good).output
    assert found(good, optional).exit_code == 0
    result = found(good, bad)
    assert result.exit_code == 1
    assert "pip install pydicom" in result.output


def test_the_doctors_json_holds_every_finding():
    result = course("doctor", "--json")
    findings = json.loads(result.stdout)
    assert {"name", "ok", "required", "found", "mend"} == set(findings[0])
    assert result.exit_code == 0


# -------------------------------------------------------------------------------------------- lab


@pytest.fixture
def no_lab(monkeypatch):
    """Note how JupyterLab would be started instead of starting it."""
    started = []

    def note(argv):
        started.append(argv)

    monkeypatch.setattr(lab_command.LabApp, "launch_instance", note)
    return started


def test_lab_makes_the_copy_and_opens_the_map(no_lab, tmp_path):
    result = course("lab", "--folder", tmp_path / "mine", "--no-browser")
    assert result.exit_code == 0
    assert f"{MAP} made" in result.output
    (arguments,) = no_lab
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in arguments
    assert f"--LabApp.default_url=/lab/tree/{MAP}" in arguments
    assert "--no-browser" in arguments
    assert not any("token" in argument for argument in arguments)


def test_lab_keeps_an_answer_and_says_where_the_backup_is(no_lab, tmp_path):
    folder = tmp_path / "mine"
    course("lab", "--folder", folder)
    own = read(folder / MAP, as_version=4)
    answer = next(c for c in own.cells if c.metadata.get("nbgrader", {}).get("solution"))
    answer.source = "def crop_slice(*a):\n    return 'mine'"
    own.metadata["course_copy"]["whole"] = "an older course"
    write(own, folder / MAP)
    result = course("lab", "--folder", folder)
    assert "brought up to date" in result.output
    assert str(folder / "backups") in result.output.replace("\n", "")
    assert "'mine'" in (folder / MAP).read_text()
    assert len(no_lab) == 2


def test_lab_tells_a_full_disk_in_a_sentence_and_starts_nothing(no_lab, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "replace", full)
    result = course("lab", "--folder", tmp_path / "mine")
    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert no_lab == []


def test_lab_refuses_a_port_that_is_taken_and_a_folder_that_is_a_file(no_lab, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = course("lab", "--port", taken.getsockname()[1], "--folder", tmp_path / "mine")
    assert result.exit_code == 1
    assert "--port" in result.output
    (tmp_path / "file").write_text("in the way")
    for folder, said in ((tmp_path / "file", "is a file"), (ROOT / "notebooks", "own files")):
        result = course("lab", "--folder", folder)
        assert result.exit_code == 2
        assert said in in_one_line(result)
    assert no_lab == []


def test_a_course_without_notebooks_says_what_makes_them(no_lab, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(lab_command, "course_root", lambda: tmp_path)
    result = course("lab")
    assert result.exit_code == 1
    assert "course build" in result.output


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent as Unix has them")
def test_lab_really_starts_answers_with_its_token_and_ends_cleanly(tmp_path):
    port, log = free_port(), tmp_path / "log"
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [sys.executable, "-m", "course_lib.cli", "lab", "--no-browser", "--port", str(port)]
    with log.open("w") as output:
        lab = subprocess.Popen(
            [*command, "--folder", str(tmp_path / "mine")],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **own},
            start_new_session=True,
        )
    try:
        address = wait_for_address(lab, log)
        assert address.startswith(f"http://localhost:{port}/lab/tree/{MAP}?token=")
        token = address.partition("token=")[2]
        assert len(token) >= 32
        assert get(port, f"/api/contents/{MAP}")[0] == 403
        assert get(port, f"/api/contents/{MAP}?token={token}")[0] == 200
        status, page = get(port, f"/lab/tree/{MAP}?token={token}")
        assert status == 200
        assert '"news": {"disabled": true}' in page
        setting = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
        schema = json.loads(get(port, f"{setting}?token={token}")[1])["schema"]
        assert schema["properties"]["fetchNews"]["default"] == "false"
    finally:
        lab.send_signal(signal.SIGTERM)
        try:
            code = lab.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(lab.pid, signal.SIGKILL)
            raise
    assert code == 0, log.read_text()
    assert "Traceback" not in log.read_text()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def wait_for_address(lab, log):
    """Wait until JupyterLab prints its address."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and lab.poll() is None:
        if found := re.search(r"http://localhost:\S+token=\S+", log.read_text()):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def get(port, path):
    """Return status and text of an answer on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
