"""Calling an answer and describing what happened, in the process of whoever calls."""

import copy
import linecache
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

_COURSE = str(Path(__file__).resolve().parents[1])


@dataclass(frozen=True)
class Failure:
    """An error that an answer raised.

    Parameters
    ----------
    name : str
        The type of the error.
    ancestors : tuple of str
        Names of the type and of all that it inherits from.
    message : str
        What the error says.
    line_number : int or None
        Line in the student's code, counted from 1 in the cell.
    line : str
        That line, without indentation.
    """

    name: str
    ancestors: tuple[str, ...]
    message: str
    line_number: int | None = None
    line: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Parameters
    ----------
    value : Any
        What was returned.
    failure : Failure or None
        The error that was raised instead.
    changed : tuple of int
        Places of the arguments that were modified.
    seconds : float
        Time taken.
    timed_out : bool
        Whether the call was stopped at its limit.
    """

    value: Any = None
    failure: Failure | None = None
    changed: tuple[int, ...] = ()
    seconds: float = 0.0
    timed_out: bool = False


class _TimeUpError(BaseException):
    """Raised in the answer when its time is up; not an Exception, so `except Exception` lets go."""


def run(
    call: Callable[..., Any], answer: Any, arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """Call an answer on a copy of the arguments.

    Parameters
    ----------
    call : callable
        The exercise's script; ``call(answer, *arguments)``.
    answer : Any
        The student's function, class or value.
    arguments : tuple
        Kept as they are; the answer gets a copy.
    seconds : float
        Limit for the call. It is enforced in the main thread of systems with timers; elsewhere
        the time is only measured.

    Returns
    -------
    Outcome
        Value or failure, the arguments that were modified, and the time.
    """
    copies = copy.deepcopy(arguments)
    value, failure, timed_out = None, None, False
    start = time.perf_counter()
    try:
        with _limit(seconds):
            value = call(answer, *copies)
    except _TimeUpError:
        timed_out = True
    except Exception as error:  # noqa: BLE001 - whatever the student's code raises is a result
        failure = describe(error)
    taken = time.perf_counter() - start
    pairs = enumerate(zip(arguments, copies, strict=True))
    changed = tuple(i for i, (before, after) in pairs if not _same(before, after))
    return Outcome(value, failure, changed, taken, timed_out or taken > seconds)


def describe(error: BaseException) -> Failure:
    """Describe an error with the last line of the student's own code that led to it."""
    ancestors = tuple(kind.__name__ for kind in type(error).__mro__)
    name, message = type(error).__name__, str(error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_students(f.filename)]
    if not frames:
        return Failure(name, ancestors, message)
    frame = frames[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
    return Failure(name, ancestors, message, frame.lineno, line)


def _is_students(filename: str) -> bool:
    """Tell whether a file is neither ours nor a library's."""
    library = "site-packages" in filename or "dist-packages" in filename
    ours = filename.startswith(_COURSE) and "topics" not in filename
    return not (library or ours or filename.startswith("<frozen"))


def _same(before: Any, after: Any) -> bool:
    """Tell whether an argument still is what it was."""
    if isinstance(before, np.ndarray):
        if before.shape != after.shape or before.dtype != after.dtype:
            return False
        return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(v, after[k]) for k, v in before.items())
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, int | float | str | bytes | None):
        return repr(before) == repr(after)  # so that NaN is itself
    return True


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise in the block when the time is up, where the system can."""
    main = threading.current_thread() is threading.main_thread()
    if not (main and hasattr(signal, "setitimer")):
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
