"""Where no layer protects the process that is forked, a student may kill it, and nothing else."""

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from grading_toys import MODEL, QUICK, QUIZ, SEED, SOLVED, Z_SCORE

from course_lib.grading.examining import examine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked"),
]
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


def test_a_zygote_that_a_cell_kills_is_replaced_and_the_rest_is_graded(session):
    hostile = session(KILL, *SOLVED.values(), rules=BARE)
    assert points(hostile) == [2, 1, 1]
    assert (hostile.left_out, hostile.starts) == ({0}, 2)
    assert points(session(*SOLVED.values(), rules=BARE)) == [2, 1, 1]


def test_a_zygote_that_an_answer_kills_is_replaced_and_leaves_nothing(session):
    solved = (SOLVED["Model"], SOLVED["quiz_sum"])
    hostile = session(WHERE, KILL_WHEN_ASKED, *solved, rules=BARE)
    assert examine(MODEL, hostile, SEED).points == 1
    folder = Path(hostile.errors[0].removeprefix("ValueError: "))
    assert folder.is_dir()
    lost = zygotes()
    assert points(hostile) == [0, 1, 1]
    assert hostile.starts == 2
    assert not folder.exists()
    assert len(zygotes()) == 2  # the new one and its child
    assert lost.isdisjoint(zygotes())
    assert points(session(*SOLVED.values(), rules=BARE)) == [2, 1, 1]
