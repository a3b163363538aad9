"""Damaged, runaway and cheating submissions get the honest score, and nothing is left of them."""

import contextlib
import json
import tempfile
from pathlib import Path

import psutil
import pytest
from class_of_students import FULL, NAMES, HandedIn, honest, write_class
from grading_toys import SEED
from hostile_class import HOSTILE

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


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The class, graded by two workers, and what was there before and after."""
    folder = tmp_path_factory.mktemp("hostile")
    write_class(folder / "in", {**HOSTILE, "zoe": HandedIn(honest(), FULL)}, TOPIC.name)
    handed_in = {path: path.read_bytes() for path in (folder / "in").rglob("*.ipynb")}
    scratch = set(Path(tempfile.gettempdir()).glob("course-grade-*"))
    before = living()
    task = running.Task(
        collect(folder / "in", notebooks_in(course_root() / "notebooks"), TOPIC),
        {TOPIC.name: NAMES},
        SETTINGS,
        Store(folder / "out"),
    )
    results = running.run(task, lambda: local_pool(2), 2, lambda result, known: None)
    left = (
        living() - before,
        set(Path(tempfile.gettempdir()).glob("course-grade-*")) - scratch,
        {path for path, content in handed_in.items() if path.read_bytes() != content},
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


def test_no_process_no_folder_and_no_change_is_left(hostile):
    assert hostile[1] == (set(), set(), set())


def test_a_hostile_text_is_only_a_text(hostile):
    for result in hostile[0].values():
        assert str(SEED) not in json.dumps(result.as_dict())
