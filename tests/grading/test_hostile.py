"""Damaged, runaway and cheating submissions get the honest score, and nothing is left of them."""

import contextlib
import hashlib
import json
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest
from class_of_students import FULL, NAMES, HandedIn, honest, write_class
from grading_toys import SEED, left_since, scratch_folders
from hostile_class import HOSTILE, swollen

from course_lib.catalogue import course_root, locate, notebooks_in
from course_lib.grading import running
from course_lib.grading.box.sandbox import Limits
from course_lib.grading.collecting import collect
from course_lib.grading.grade import Settings
from course_lib.grading.pool import local_pool
from course_lib.grading.session import Rules
from course_lib.grading.store import Store

pytestmark = pytest.mark.slow
TOPIC = locate(course_root() / "notebooks", "02")
WORKERS = 3  # most of the time is spent in waiting for what never ends
LIMITS = Limits(memory_mb=1024, processes=40, file_mb=64, cpu_seconds=60)
SETTINGS = Settings(SEED, Rules(cell_seconds=2.0, total_seconds=90.0, limits=LIMITS))


def living():
    """Return the processes that were started from here."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            tracker = "resource_tracker" in " ".join(process.cmdline())  # Python's own
            if process.status() != psutil.STATUS_ZOMBIE and not tracker:
                found.add(process.pid)
    return found


def open_files():
    """Return the files and connections of this process, but for those that tell of processes."""
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add((path.name, str(path.readlink())))
    return {(number, target) for number, target in found if not target.startswith("/proc/")}


def digest(path):
    """Return a digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The class, graded by two workers, and what was there before and after."""
    folder = tmp_path_factory.mktemp("hostile")
    write_class(folder / "in", {**HOSTILE, "zoe": HandedIn(honest(), FULL)}, TOPIC.name)
    large = folder / "in" / "large_output" / TOPIC.name / f"{TOPIC.name}.ipynb"
    large.write_bytes(swollen(large.read_bytes()))
    (folder / "gradebook.db").write_bytes(b"all marks")
    kept = {path: digest(path) for path in folder.rglob("*.*") if path.is_file()}
    scratch = scratch_folders()
    resource_tracker.ensure_running()  # Python's own; it stays with its pipe
    before, files_before = living(), open_files()
    task = running.Task(
        collect(folder / "in", notebooks_in(course_root() / "notebooks"), TOPIC),
        {TOPIC.name: NAMES},
        SETTINGS,
        Store(folder / "out"),
    )
    results = running.run(task, lambda: local_pool(WORKERS), WORKERS, lambda result, known: None)
    left = (
        living() - before,
        open_files() - files_before,
        left_since(scratch),
        {path for path, content in kept.items() if digest(path) != content},
    )
    return {result.student: result for result in results}, left


@pytest.mark.parametrize("student", HOSTILE)
def test_each_gets_the_honest_score(hostile, student):
    result = hostile[0][student]
    assert result.points == HOSTILE[student].points, result
    assert HOSTILE[student].says in json.dumps(result.as_dict())


def test_the_rest_of_the_class_is_graded(hostile):
    assert hostile[0]["zoe"].points == FULL
    assert set(hostile[0]) == {*HOSTILE, "zoe"}


def test_no_process_connection_folder_or_change_is_left(hostile):
    assert hostile[1] == (set(), set(), set(), set())


def test_the_class_is_as_large_as_it_should_be():
    assert len(HOSTILE) >= 60


def test_a_hostile_text_is_only_a_text(hostile):
    for result in hostile[0].values():
        assert str(SEED) not in json.dumps(result.as_dict())
