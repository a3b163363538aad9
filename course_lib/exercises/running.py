"""Calling an answer and describing what happened, in the process of whoever calls."""

import copy
import io
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

import numpy as np

from course_lib.exercises.failures import Failure, describe
from course_lib.exercises.limits import TimeUpError, call_within
from course_lib.exercises.stubs import is_unwritten

_LONGEST = 2000
_MOST_WARNINGS = 5


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
    printed : str
        The beginning of what was printed.
    warned : tuple of str
        The first warnings.
    state : {"run", "not run", "unwritten"}
        Whether there was a call at all.
    """

    value: Any = None
    failure: Failure | None = None
    changed: tuple[int, ...] = ()
    seconds: float = 0.0
    timed_out: bool = False
    printed: str = ""
    warned: tuple[str, ...] = ()
    state: Literal["run", "not run", "unwritten"] = "run"


NOT_RUN = Outcome(state="not run")


def attempt(
    call: Callable[..., Any], answer: Any, inputs: Iterable[tuple[Any, ...]], seconds: float
) -> list[Outcome]:
    """Run an answer on several inputs; needs neither references nor expected values.

    Parameters
    ----------
    call, answer, seconds
        As in `run`.
    inputs : iterable of tuple
        The arguments of each case.

    Returns
    -------
    list of Outcome
        One for each input, in order. One that is too slow once is not waited for again, and the
        list ends there.

    Examples
    --------
    >>> outcomes = attempt(lambda answer, x: answer(x), abs, [(-1,), ("a",)], 1.0)
    >>> outcomes[0].value, outcomes[1].failure.name
    (1, 'TypeError')
    """
    unwritten, outcomes = is_unwritten(answer), []
    for arguments in inputs:
        if unwritten:
            outcomes.append(Outcome(state="unwritten"))
            continue
        outcomes.append(run(call, answer, arguments, seconds))
        if outcomes[-1].timed_out:
            break
    return outcomes


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
        Limit for the call.

    Returns
    -------
    Outcome
        Value or failure, the arguments that were modified, the time, and what was printed.
        Whatever the answer raises is a result, also SystemExit; only KeyboardInterrupt passes.

    Examples
    --------
    >>> run(lambda answer, x: answer(x), abs, (-3,), 1.0).value
    3
    """
    copies = copy.deepcopy(arguments)
    value, failure, timed_out = None, None, False
    changed: tuple[int, ...] = ()
    with _captured() as (printed, warned):
        start = time.perf_counter()
        try:
            value = call_within(seconds, lambda: call(answer, *copies))
        except KeyboardInterrupt:
            raise
        except TimeUpError:
            timed_out = True
        except BaseException as error:  # noqa: BLE001 - whatever the student's code raises
            failure = describe(error, answer, call)
        taken = time.perf_counter() - start
        changed = _changed(arguments, copies)
    timed_out = timed_out or taken > seconds
    texts = tuple(dict.fromkeys(str(w.message)[:200] for w in warned[:_MOST_WARNINGS]))
    return Outcome(value, failure, changed, taken, timed_out, printed.getvalue(), texts)


class _Beginning(io.TextIOBase):
    """Keeps the beginning of what is written, so that endless output needs no memory."""

    def __init__(self) -> None:
        self._text = ""

    def writable(self) -> bool:
        """Tell that text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep the text while there is room."""
        if len(self._text) < _LONGEST:
            self._text = (self._text + text)[:_LONGEST]
        return len(text)

    def getvalue(self) -> str:
        """Return what was kept."""
        return self._text


@contextmanager
def _captured() -> Iterator[tuple[_Beginning, list[warnings.WarningMessage]]]:
    """Catch what a block prints and warns; give it numpy's usual handling of errors."""
    printed = _Beginning()
    with (
        warnings.catch_warnings(record=True) as warned,
        redirect_stdout(printed),
        redirect_stderr(printed),
        np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"),
    ):
        warnings.simplefilter("default")  # each place once: a loop warns a million times
        yield printed, warned


def _changed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the places of the arguments that are no longer what they were."""
    pairs = enumerate(zip(before, after, strict=True))
    return tuple(place for place, (old, new) in pairs if not _same(old, new))


def _same(before: Any, after: Any) -> bool:
    """Tell whether an argument still is what it was; what only holds a state may change it."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        return _same_array(before, after)
    if isinstance(before, dict):
        return _same(list(before.items()), list(after.items()))
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if is_dataclass(before):
        names = [field.name for field in fields(before)]
        return all(_same(getattr(before, name), getattr(after, name)) for name in names)
    if isinstance(before, set):
        return before == after
    if isinstance(before, int | float | complex | str | bytes | None):
        return repr(before) == repr(after)  # so that NaN is itself
    return True


def _same_array(before: np.ndarray, after: np.ndarray) -> bool:
    """Tell whether an array holds the very same values."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    if before.dtype.kind == "O":
        return all(map(_same, before.flat, after.flat))
    return before.tobytes() == after.tobytes()  # bit by bit, so that NaN is itself
