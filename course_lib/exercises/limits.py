"""Stopping code that runs for too long."""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_SECONDS = 0.2


class TimeUpError(BaseException):
    """Raised in code whose time is up; not an Exception, so that `except Exception` lets it go."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise in the block when its time is up.

    Parameters
    ----------
    seconds : float
        Until a TimeUpError is raised between two steps of the block's Python code. It is raised
        again and again, since a bare ``except`` in the block may swallow it.

    Raises
    ------
    TimeUpError
        When the time is up.

    Notes
    -----
    The main thread uses the system's timer; what timer and handler were there before are put
    back, with the time that the block took gone by. Other threads, and Windows, use a thread that
    watches the time: it cannot interrupt a single long call into compiled code.

    Examples
    --------
    >>> with time_limit(10.0):
    ...     total = 1 + 1
    >>> total
    2
    """
    in_main = threading.current_thread() is threading.main_thread()
    with _timer(seconds) if in_main and hasattr(signal, "setitimer") else _watcher(seconds):
        yield


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """Limit a block by the system's timer, inside whatever timer is running already."""
    started, armed = time.monotonic(), True
    left, interval = signal.getitimer(signal.ITIMER_REAL)

    def stop(signum: int, frame: FrameType | None) -> None:
        if left and time.monotonic() - started >= left and callable(before):
            before(signum, frame)  # the outer time is up as well
        if armed and time.monotonic() - started >= seconds:
            raise TimeUpError

    before = signal.signal(signal.SIGALRM, stop) or signal.SIG_DFL
    try:
        signal.setitimer(signal.ITIMER_REAL, min(seconds, left or seconds), _AGAIN_SECONDS)
        try:
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            gone = time.monotonic() - started
            signal.setitimer(signal.ITIMER_REAL, max(left - gone, 1e-3), interval)


@contextmanager
def _watcher(seconds: float) -> Iterator[None]:
    """Limit a block by a thread that raises in this one."""
    done, lock = threading.Event(), threading.Lock()
    target = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        pause = seconds
        while not done.wait(pause):
            with lock:
                if not done.is_set():
                    raise_in(target, ctypes.py_object(TimeUpError))
            pause = _AGAIN_SECONDS

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        try:
            yield
        finally:
            done.set()
    finally:
        with lock:
            raise_in(target, None)  # one that was asked for but not raised yet
        thread.join()
