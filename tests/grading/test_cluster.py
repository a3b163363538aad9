"""A cluster of worker processes gives the table of the local pool, also when one is killed."""

import contextlib
import csv
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, CancelledError, Future
from functools import partial

import psutil
import pytest
from class_of_students import FULL, HandedIn, honest, write_class
from grading_toys import SEED

from course_lib.errors import CourseError
from course_lib.grading import cluster

ASSIGNMENT = "02_normalization"
SLOW = "import time\ntime.sleep(0.2)"
CLASS = {
    **{f"student{i}": HandedIn(honest(extra=[SLOW, f"x = {i}"]), FULL) for i in range(7)},
    "wrong": HandedIn(honest(extra=[SLOW], z_score="def z_score(image):\n    ..."), FULL - 1),
    "broken": HandedIn(b"{", 0),
}


def python(*arguments, **options):
    return subprocess.Popen([sys.executable, "-m", *map(str, arguments)], text=True, **options)


def dask(role, *arguments, folder):
    """Start a part of a cluster, in a folder of its own."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return python(f"distributed.cli.dask_{role}", *arguments, cwd=folder, **quiet)


@pytest.fixture
def workers(tmp_path):
    """A scheduler and two workers of one thread each, and their address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    place = address.removeprefix("tcp://").split(":")
    options = ("--no-dashboard", "--host", place[0])
    scheduler = dask("scheduler", *options, "--port", place[1], folder=tmp_path)
    worker = partial(dask, "worker", address, *options, "--no-nanny", "--nthreads", 1)
    started = [scheduler, *(worker(folder=tmp_path) for _ in range(2))]
    try:
        yield address, started[1:]
    finally:
        below = [one for process in started if process.poll() is None
                 for one in psutil.Process(process.pid).children(recursive=True)]  # fmt: skip
        for process in started:
            process.kill()  # asked nicely, a worker may wait for its scheduler
            process.wait()
        assert psutil.wait_procs(below, timeout=20)[1] == []


def grade(folder, out, seed_file, *options):
    arguments = (folder, "--out", out, "--seed-file", seed_file, *options)
    return python("course_lib.cli", "grade", *arguments, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing_and_nobody_counts_twice(tmp_path, workers):
    address, processes = workers
    write_class(tmp_path / "in", CLASS, ASSIGNMENT)
    seed_file = tmp_path / "seed.txt"
    seed_file.write_text(str(SEED), encoding="utf-8")
    command = grade(tmp_path / "in", tmp_path / "far", seed_file, "--scheduler", address)
    results = tmp_path / "far" / "results"
    until = time.monotonic() + 120
    while len(list(results.glob("*.json"))) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    finished = len(list(results.glob("*.json")))
    below = psutil.Process(processes[0].pid).children(recursive=True)
    os.kill(processes[0].pid, signal.SIGKILL)
    told, _ = command.communicate(timeout=120)
    assert command.returncode == 0
    assert 3 <= finished < len(CLASS)
    assert len(below) >= 2  # what it forks from, and a student's process
    assert psutil.wait_procs(below, timeout=20)[1] == []
    lines = [line.split()[0] for line in told.splitlines() if f"  {ASSIGNMENT}  " in line]
    assert sorted(lines) == sorted(CLASS)
    assert sorted(path.name.split("--")[0] for path in results.glob("*.json")) == sorted(CLASS)
    grade(tmp_path / "in", tmp_path / "near", seed_file, "--workers", 1).communicate(timeout=120)
    table = (tmp_path / "far" / "grades.csv").read_bytes()
    assert table == (tmp_path / "near" / "grades.csv").read_bytes()
    points = {row["student"]: row["points"] for row in csv.DictReader(table.decode().splitlines())}
    assert points == {name: str(handed_in.points) for name, handed_in in CLASS.items()}


def outcome(prepare):
    """Return what the loop is told of a call on a cluster."""
    inner, outer = Future(), Future()
    prepare(inner)
    cluster._pass_on(outer, inner)
    with contextlib.suppress(CancelledError):
        return outer.exception() or outer.result()


def test_what_a_cluster_gives_up_is_told_in_the_words_of_every_executor():
    distributed = pytest.importorskip("distributed")
    lost = distributed.KilledWorker("grade_one-1", None, 3)
    assert isinstance(outcome(lambda future: future.set_exception(lost)), BrokenExecutor)
    assert isinstance(outcome(lambda future: future.cancel()), BrokenExecutor)
    assert isinstance(outcome(lambda future: future.set_exception(OSError())), OSError)
    assert outcome(lambda future: future.set_result(5)) == 5


def test_a_worker_with_another_course_grades_nothing():
    assert cluster._call_here(cluster.course_digest(), max, (3, 4), {}) == 4
    with pytest.raises(CourseError, match="another version"):
        cluster._call_here(b"another", max, (3, 4), {})


def test_a_scheduler_that_does_not_answer_is_an_error_of_one_sentence(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(CourseError, match="No scheduler"):
            cluster.reach(address)
