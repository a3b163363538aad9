"""Layers of the sandbox: each holds, and where one is missing the rest does."""

import contextlib
import site
import socket
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from venv import create

import psutil
import pytest
from grading_toys import QUICK, QUIZ, SEED, SOLVED, Z_SCORE, left_since, scratch_folders

from course_lib.grading.box import files, landlock
from course_lib.grading.box.files import WRITABLE
from course_lib.grading.box.sandbox import LAYERS, Limits
from course_lib.grading.examining import examine
from course_lib.grading.starting import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
WAYS = {
    "all": LAYERS,
    "no namespaces": tuple(layer for layer in LAYERS if layer != "namespaces"),
    "no Landlock": tuple(layer for layer in LAYERS if layer != "landlock"),
    "limits only": ("limits",),
    "none": (),
}


def run(session, *cells, layers=LAYERS, **options):
    """Run cells before a solved exercise; return the errors of the cells."""
    rules = replace(QUICK, layers=layers, **options)
    open_session = session(*cells, SOLVED["z_score"], SOLVED["quiz_sum"], rules=rules)
    found = [examine(one, open_session, SEED).points for one in (Z_SCORE, QUIZ)]
    assert found == [2, 1]
    return open_session


@pytest.fixture
def secret(tmp_path):
    """A file of the instructor's."""
    path = tmp_path / "gradebook.txt"
    path.write_text("all marks", encoding="utf-8")
    tmp_path.chmod(0o755)
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_whatever_layers_there_are_the_score_is_the_same_and_the_missing_ones_named(session, way):
    layers = run(session, layers=WAYS[way]).layers
    missing = {name for name, held in layers.items() if held.startswith("missing")}
    expected = set(LAYERS) - set(WAYS[way])
    if "namespaces" in expected:
        expected |= {"network", "files"}
    assert missing - {"user"} == expected - {"user"}
    assert layers["process"] == "fork"


@pytest.mark.parametrize("way", ["all", "no namespaces", "no Landlock"])
def test_files_of_others_cannot_be_read_or_written(session, secret, way):
    if way == "no namespaces" and not landlock.version():
        pytest.skip("this kernel has no Landlock")
    errors = run(
        session,
        f"open({str(secret)!r}).read()",
        f"open({str(secret)!r}, 'w').write('mine')",
        f"open({str(Path(np_file()))!r}, 'a').write('#')",
        f"open({str(Path(__file__))!r}).read()",
        layers=WAYS[way],
    ).errors
    assert set(errors) == {0, 1, 2, 3}
    assert secret.read_text(encoding="utf-8") == "all marks"


def np_file():
    """Return a file of a library."""
    import numpy

    return numpy.__file__


@pytest.mark.parametrize("way", ["all", "no namespaces", "no Landlock"])
def test_no_server_on_this_machine_can_be_reached(session, way):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)"
        assert 0 in run(session, code, layers=WAYS[way]).errors


def test_the_process_is_nobodys_and_sees_only_its_own(session):
    code = "import os\nseen = [p for p in os.listdir('/proc') if p.isdigit()]\n"
    code += "raise ValueError([os.getuid(), seen])"
    assert run(session, code).errors[0].endswith("['1']]")
    assert "[0, " not in run(session, code).errors[0]


def test_its_own_tmp_can_be_written_and_is_gone_afterwards(session):
    path = WRITABLE[0] / "mine-of-the-grader"  # in the child's own /tmp
    code = f"import tempfile\nopen({str(path)!r}, 'w').write('x')\ntempfile.mkdtemp()"
    assert run(session, code).errors == {}
    assert not path.exists()


@pytest.fixture
def venv(monkeypatch):
    """A virtual environment where the sandbox has a folder of its own; libraries by a .pth."""
    with tempfile.TemporaryDirectory(dir=WRITABLE[0]) as private:
        folder = f"{private}/venv"
        create(folder, symlinks=True, with_pip=False)
        packages = Path(folder, "lib", f"python3.{sys.version_info.minor}", "site-packages")
        (packages / "others.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
        (packages / "only_here.py").write_text("HERE = 1", encoding="utf-8")
        monkeypatch.setattr(sys, "executable", str(Path(folder, "bin", "python")))
        yield folder


@pytest.mark.slow
def test_python_is_found_wherever_it_lies_and_cannot_be_changed(session, venv):
    late = "import only_here, imaplib, numpy, psutil"
    change = f"open({venv + '/pyvenv.cfg'!r}, 'w')"
    root = tuple(layer for layer in LAYERS if layer not in ("user", "namespaces"))
    starter = Zygote()
    try:
        for layers in (LAYERS, root):
            made = session(late, change, SOLVED["quiz_sum"], starter=starter,
                           rules=replace(QUICK, layers=layers))  # fmt: skip
            assert examine(QUIZ, made, SEED).points == 1
            assert set(made.errors) == {1}
    finally:
        starter.close()


def test_the_course_is_hidden_where_it_lies_in_a_folder_of_the_system(monkeypatch, tmp_path):
    for name in ("course_lib", "solutions", ".venv/bin"):
        (tmp_path / "course" / name).mkdir(parents=True)
    monkeypatch.setattr(files, "_COURSE", tmp_path / "course")
    monkeypatch.setattr(files, "_SYSTEM", (str(tmp_path),))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "course" / ".venv"))
    found = {path.name for path in files.hidden() if path.is_relative_to(tmp_path)}
    assert found == {"course_lib", "solutions"}
    monkeypatch.setattr(files, "_SYSTEM", ())
    assert not [path for path in files.hidden() if path.is_relative_to(tmp_path)]


def test_memory_is_limited_and_the_process_survives_it(session):
    code = "import numpy as np\nx = np.ones(2**28)\n"
    limits = Limits(memory_mb=256, processes=32)
    assert "MemoryError" in run(session, code, limits=limits).errors[0]


def test_files_are_limited(session):
    code = "with open('big', 'wb') as f:\n    for _ in range(200):\n        f.write(bytes(2**20))"
    limits = Limits(memory_mb=512, processes=32, file_mb=16)
    errors = run(session, code, limits=limits).errors
    assert errors
    assert not Path("big").exists()


FORKS = """\
import os, signal, time
for _ in range(50):
    try:
        process = os.fork()
    except OSError:
        break
    if process == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1)
"""


def descendants():
    """Return the processes below this one, with those that are already dead left out."""
    found = psutil.Process().children(recursive=True)
    alive = set()
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.add(process.pid)
    return alive


@pytest.mark.parametrize("way", ["all", "no namespaces", "none"])
def test_fifty_processes_that_detach_are_all_ended(session, zygote, way):
    run(session).close()
    before = descendants()
    rules = replace(QUICK, layers=WAYS[way], limits=Limits(processes=40))
    busy = session(FORKS, SOLVED["quiz_sum"], rules=rules)
    assert examine(QUIZ, busy, SEED).points == 1
    assert len(descendants()) > len(before) + 10
    busy.close()
    assert descendants() == before


def test_scratch_folders_and_connections_are_gone(session, zygote):
    before = scratch_folders()
    run(session).close()
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    for way in ("all", "none"):
        run(session, layers=WAYS[way]).close()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files
    assert not left_since(before)


@pytest.mark.slow
def test_everything_ends_with_the_grader_itself(tmp_path):
    import subprocess

    code = """
import sys, time
sys.path[:0] = [{root!r}, {tests!r}]
from grading_toys import QUICK, QUIZ, SEED, SOLVED
from course_lib.grading.examining import examine
from course_lib.grading.session import Session
from course_lib.grading.starting import {starter}
cells = [{forks!r}, SOLVED["quiz_sum"], "print(1)"]
session = Session({starter}(), cells, QUICK)
examine(QUIZ, session, SEED)
print("ready", flush=True)
time.sleep(100)
"""
    before = scratch_folders()
    root, tests = str(Path(__file__).parents[2]), str(Path(__file__).parent)
    for starter in ("Zygote", "Fresh"):
        text = code.format(root=root, tests=tests, forks=FORKS, starter=starter)
        grader = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
        try:
            assert grader.stdout.readline() == "ready\n"
            below = psutil.Process(grader.pid).children(recursive=True)
            assert len(below) > 10
        finally:
            grader.kill()
            grader.wait()
            grader.stdout.close()
        until = time.monotonic() + 10
        while any(map(is_alive, below)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not [process for process in below if is_alive(process)]
        assert not left_since(before)


def is_alive(process):
    """Tell whether a process still runs."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
