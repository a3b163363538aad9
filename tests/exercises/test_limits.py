"""Code that runs for too long is stopped, and nothing is left behind."""

import signal
import sys
import threading
import time

import numpy as np
import pytest

from course_lib.exercises import limits
from course_lib.exercises.limits import TimeUpError, call_within

unix = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timer")


def spin():
    while True:
        pass


def in_thread(work):
    """Run in another thread; return what it raised or returned."""
    result = []

    def run():
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001 - returned to the test
            result.append(error)

    thread = threading.Thread(target=run, daemon=True)  # so that a failing test can end
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return result[0]


def test_an_endless_loop_is_stopped_in_time():
    start = time.perf_counter()
    with pytest.raises(TimeUpError):
        call_within(0.1, spin)
    assert time.perf_counter() - start < 2


def test_an_endless_loop_is_stopped_in_a_thread_too():
    assert isinstance(in_thread(lambda: call_within(0.1, spin)), TimeUpError)


def test_quick_work_returns_its_value_here_and_in_a_thread():
    assert call_within(5, lambda: 42) == 42
    assert in_thread(lambda: call_within(5, lambda: 42)) == 42


def test_nothing_is_raised_after_the_block():
    call_within(0.05, lambda: None)
    in_thread(lambda: call_within(0.05, lambda: None))
    time.sleep(0.15)


def test_a_catch_of_exceptions_does_not_keep_the_loop_alive():
    tries: list[int] = []

    def stubborn():
        while True:
            try:
                time.sleep(0.001)
            except Exception:  # noqa: BLE001 - as a student may write it
                tries.append(1)

    with pytest.raises(TimeUpError):
        call_within(0.1, stubborn)


def test_a_bare_except_swallows_one_time_up_but_not_the_next():
    def swallow_once():
        try:
            spin()
        except:  # noqa: E722 - as a student may write it
            swallowed.append(True)
        spin()

    swallowed: list[bool] = []
    assert isinstance(in_thread(lambda: call_within(0.1, swallow_once)), TimeUpError)
    with pytest.raises(TimeUpError):
        call_within(0.1, swallow_once)
    assert swallowed == [True, True]


@unix
def test_handler_and_timer_of_before_are_put_back():
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(time.monotonic()))
    left_before = signal.setitimer(signal.ITIMER_REAL, 0.4)
    start = time.monotonic()
    try:
        call_within(5, lambda: time.sleep(0.1))
        assert signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 0.4
        while not rang and time.monotonic() - start < 5:
            time.sleep(0.01)
        assert rang[0] - start >= 0.35
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left_before)
        signal.signal(signal.SIGALRM, before)


@unix
def test_an_outer_limit_that_is_shorter_ends_an_inner_one():
    start = time.perf_counter()
    with pytest.raises(TimeUpError):
        call_within(0.1, lambda: call_within(30, spin))
    assert time.perf_counter() - start < 5


@unix
def test_an_inner_limit_that_is_shorter_leaves_the_outer_one_running():
    def inner_then_spin():
        with pytest.raises(TimeUpError):
            call_within(0.1, spin)
        spin()

    start = time.perf_counter()
    with pytest.raises(TimeUpError):
        call_within(0.5, inner_then_spin)
    assert 0.4 < time.perf_counter() - start < 5


def test_the_thread_that_watches_ends_with_the_block():
    before = threading.active_count()
    in_thread(lambda: call_within(30, lambda: None))
    assert threading.active_count() == before


def test_the_handler_is_put_back_after_an_error():
    if sys.platform == "win32":
        pytest.skip("the system has no timer")
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(ZeroDivisionError):
        call_within(5, lambda: 1 / 0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_a_stop_never_arrives_in_the_cleaning_up(monkeypatch):
    """Alarms that come as often as that leave neither a timer nor a handler behind."""
    monkeypatch.setattr(limits, "_AGAIN_SECONDS", 5e-4)
    before = threading.active_count()
    handler = signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None
    for _ in range(200):
        with pytest.raises(TimeUpError):
            call_within(1e-3, spin)
        if handler is not None:
            assert signal.getsignal(signal.SIGALRM) == handler
    for _ in range(100):
        assert isinstance(in_thread(lambda: call_within(1e-3, spin)), TimeUpError)
    assert threading.active_count() == before


def test_a_stop_that_comes_with_the_result_is_forgotten():
    for pause in np.linspace(0.9e-3, 1.1e-3, 100):
        for do in (lambda work: work(), in_thread):
            result = do(lambda pause=pause: outcome(pause))
            assert result in ("done", "stopped")


def outcome(pause):
    """Work for about as long as the limit allows."""
    try:
        return call_within(1e-3, lambda: wait(pause))
    except TimeUpError:
        return "stopped"


def wait(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return "done"
