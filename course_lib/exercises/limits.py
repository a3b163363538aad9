"""Stopping code that runs for too long.

A stop is an exception that arrives between any two steps of the code. It must arrive in the code
that is to be stopped, never in ours that cleans up behind it, or timers would be left running.
"""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_AGAIN_SECONDS = 0.2


class TimeUpError(BaseException):
    """Raised in code whose time is up; not an Exception, so that `except Exception` lets it go."""


def call_within(seconds: float, work: Callable[[], T]) -> T:
    """Call a function that may take so long.

    Parameters
    ----------
    seconds : float
        Until a TimeUpError is raised between two steps of the function's Python code. It is
        raised again and again, since a bare ``except`` may swallow it.
    work : callable
        Written in Python, called without arguments.

    Returns
    -------
    Any
        What the function returned.

    Raises
    ------
    TimeUpError
        When the time is up.

    Notes
    -----
    The main thread uses the system's timer; what timer and handler were there before are put
    back, with the time that the call took gone by. Other threads, and Windows, use a thread that
    watches the time: it cannot interrupt a single long call into compiled code.

    Examples
    --------
    >>> call_within(10.0, lambda: 1 + 1)
    2
    """
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and hasattr(signal, "setitimer"):
        return _call_with_timer(seconds, work)
    return _call_with_watcher(seconds, work)


def _call_with_timer(seconds: float, work: Callable[[], T]) -> T:
    """Limit a call by the system's timer, inside whatever timer is running already."""
    me, started = id(sys._getframe()), time.monotonic()
    left, interval = signal.getitimer(signal.ITIMER_REAL)

    def stop(signum: int, frame: FrameType | None) -> None:
        if not _is_inside(frame, me):
            return  # the work is done, and this function cleans up
        if left and time.monotonic() - started >= left and callable(before):
            before(signum, frame)  # the outer time is up as well
        if time.monotonic() - started >= seconds:
            raise TimeUpError

    before = signal.signal(signal.SIGALRM, stop) or signal.SIG_DFL
    try:
        signal.setitimer(signal.ITIMER_REAL, min(seconds, left or seconds), _AGAIN_SECONDS)
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            gone = time.monotonic() - started
            signal.setitimer(signal.ITIMER_REAL, max(left - gone, 1e-3), interval)


def _call_with_watcher(seconds: float, work: Callable[[], T]) -> T:
    """Limit a call by a thread that raises in this one."""
    me, target, working = id(sys._getframe()), threading.get_ident(), False
    done, lock = threading.Event(), threading.Lock()

    def watch() -> None:
        pause = seconds
        while not done.wait(pause):
            with lock:
                if working and _is_inside(sys._current_frames().get(target), me):
                    _raise_in(target, TimeUpError)
            pause = _AGAIN_SECONDS

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
        working = True
        return work()
    finally:
        working = False  # from here on nothing is asked for, but one error may be on its way
        try:
            _end_watch(done, lock, target, watcher)
        except TimeUpError:
            _end_watch(done, lock, target, watcher)


def _end_watch(
    done: threading.Event, lock: threading.Lock, target: int, watcher: threading.Thread
) -> None:
    """Take back an error that is on its way, and end the watch."""
    with lock:
        _raise_in(target, None)
    done.set()
    watcher.join()


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Ask for an error in a thread, or take back what was asked for."""
    asked = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), asked)


def _is_inside(frame: FrameType | None, owner: int) -> bool:
    """Tell whether a frame was called, directly or not, by the one of this identity."""
    frame = frame.f_back if frame is not None and id(frame) != owner else None
    while frame is not None and id(frame) != owner:
        frame = frame.f_back
    return frame is not None
