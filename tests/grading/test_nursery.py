"""Workers share one import of the libraries, and lose nothing with it."""

import contextlib
import os
import signal
import sys

import psutil
import pytest
from grading_toys import QUICK, QUIZ, SEED, SOLVED

from course_lib.grading.examining import examine
from course_lib.grading.session import Session
from course_lib.grading.starting import Nursery, Zygote

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks"),
    pytest.mark.slow,
]


def points(zygote):
    session = Session(zygote, [SOLVED["quiz_sum"]], QUICK)
    with contextlib.closing(session):
        return examine(QUIZ, session, SEED).points


def test_two_workers_get_zygotes_from_one_nursery_and_do_without_it_when_it_dies():
    me, before = psutil.Process(), set(psutil.Process().children(recursive=True))
    nursery = Nursery()
    zygotes = [Zygote(nursery.pipe), Zygote(nursery.pipe)]
    try:
        assert [points(zygote) for zygote in zygotes] == [1, 1]
        (shared,) = set(me.children()) - before
        assert len(shared.children()) == 2
        zygotes[0].close()
        assert len(shared.children()) == 1
        assert points(zygotes[0]) == 1  # another one, of the same nursery
        assert len(shared.children()) == 2
        os.kill(shared.pid, signal.SIGKILL)
        psutil.wait_procs([shared], timeout=10)
        assert points(zygotes[1]) == 1
        zygotes[1].close()
        assert points(zygotes[1]) == 1  # one of its own
        assert set(me.children()) - before - {shared}
    finally:
        for zygote in zygotes:
            zygote.close()
        nursery.close()
    left = set(me.children(recursive=True)) - before
    assert psutil.wait_procs(left, timeout=10)[1] == []
