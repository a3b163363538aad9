"""Where no layer protects the grader's processes, a student may kill them; the class is graded."""

import contextlib
import os
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from class_of_students import FULL, NAMES, HandedIn, honest, write_class
from grading_toys import MODEL, QUICK, QUIZ, SEED, SOLVED, Z_SCORE

from course_lib.catalogue import course_root, locate, notebooks_in
from course_lib.grading import running
from course_lib.grading.collecting import collect
from course_lib.grading.examining import examine
from course_lib.grading.grade import Settings
from course_lib.grading.pool import local_pool
from course_lib.grading.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked"),
]
TOPIC = locate(course_root() / "notebooks", "02")
BARE = replace(QUICK, layers=())
# Its own end comes with that of its parent, a moment later.
KILL = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)"
KILL_WHEN_ASKED = """
def z_score(image):
    import os, signal, time
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(9)
"""
WHERE = "import os\nraise ValueError(os.getcwd())"
KILL_THOSE_BELOW = """
import os, signal, time
for number in open('/proc/{main}/task/{main}/children').read().split():
    if '{words}' in open(f'/proc/{{number}}/cmdline').read():
        os.kill(int(number), signal.SIGKILL)
time.sleep(2)
"""
ALL = (Z_SCORE, MODEL, QUIZ)


def points(open_session):
    return [examine(one, open_session, SEED).points for one in ALL]


def zygotes():
    """Return the processes below this one that can be forked."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and "zygote(" in " ".join(process.cmdline()):
                found.add(process.pid)
    return found


@pytest.fixture
def others(zygote):
    """Return the zygotes of other tests, which go on."""
    zygote.close()
    return zygotes()


def test_a_zygote_that_a_cell_kills_is_replaced_and_the_rest_is_graded(session):
    hostile = session(KILL, *SOLVED.values(), rules=BARE)
    assert points(hostile) == [2, 1, 1]
    assert (hostile.left_out, hostile.starts) == ({0}, 2)
    assert points(session(*SOLVED.values(), rules=BARE)) == [2, 1, 1]


def test_a_zygote_that_an_answer_kills_is_replaced_and_leaves_nothing(others, session):
    solved = (SOLVED["Model"], SOLVED["quiz_sum"])
    hostile = session(WHERE, KILL_WHEN_ASKED, *solved, rules=BARE)
    assert examine(MODEL, hostile, SEED).points == 1
    folder = Path(hostile.errors[0].removeprefix("ValueError: "))
    assert folder.is_dir()
    lost = zygotes() - others
    assert points(hostile) == [0, 1, 1]
    assert hostile.starts == 2
    assert not folder.exists()
    assert len(zygotes() - others) == 2  # the new one and its child
    assert lost.isdisjoint(zygotes())
    assert points(session(*SOLVED.values(), rules=BARE)) == [2, 1, 1]


def test_a_nursery_and_a_worker_that_students_kill_cost_nobody_else_anything(tmp_path):
    killers = {
        name: KILL_THOSE_BELOW.format(main=os.getpid(), words=words)
        for name, words in (("nursery", "nursery("), ("worker", "spawn_main"))
    }
    class_of = {name: HandedIn(honest(first=[code]), FULL) for name, code in killers.items()}
    class_of |= {name: HandedIn(honest(extra=[f"{name} = 1"]), FULL) for name in ("ann", "zoe")}
    write_class(tmp_path / "in", class_of, TOPIC.name)
    task = running.Task(
        collect(tmp_path / "in", notebooks_in(course_root() / "notebooks"), TOPIC),
        {TOPIC.name: NAMES},
        Settings(SEED, BARE),
        Store(tmp_path / "out"),
    )
    before = set(psutil.Process().children(recursive=True))
    results = running.run(task, lambda: local_pool(1), 1, lambda result, known: None)
    points_of = {result.student: result.points for result in results}
    assert points_of == {"ann": FULL, "nursery": FULL, "worker": 0, "zoe": FULL}
    (lost,) = [result.student for result in results if result.failed]
    assert lost == "worker"
    assert not list((tmp_path / "out").rglob("worker*"))  # so that the next run tries again
    left = set(psutil.Process().children(recursive=True)) - before
    assert [
        process for process in left if "resource_tracker" not in " ".join(process.cmdline())
    ] == []
