"""Calling an answer and describing what happened, in the process of whoever calls."""

import copy
import dis
import inspect
import io
import linecache
import os
import sysconfig
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any, Literal

import numpy as np

from course_lib.exercises.limits import TimeUpError, time_limit

_NOT_THEIRS = (
    str(Path(__file__).resolve().parents[1]) + os.sep,
    sysconfig.get_path("stdlib") + os.sep,
    sysconfig.get_path("platstdlib") + os.sep,
    "<frozen",
)
# What a body that does nothing is made of, from Python 3.11 to 3.14.
_EMPTY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
_LONGEST = 2000
_MOST_WARNINGS = 5


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
    function : str
        The function it stands in.
    at_call : {"", "uncallable", "signature"}
        Why the answer could not even be called: it is no function, or takes other arguments.
    """

    name: str
    ancestors: tuple[str, ...]
    message: str
    line_number: int | None = None
    line: str = ""
    function: str = ""
    at_call: Literal["", "uncallable", "signature"] = ""


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
    """
    copies = copy.deepcopy(arguments)
    value, failure, timed_out = None, None, False
    changed: tuple[int, ...] = ()
    with _captured() as (printed, warned):
        start = time.perf_counter()
        try:
            with time_limit(seconds):
                value = call(answer, *copies)
        except KeyboardInterrupt:
            raise
        except TimeUpError:
            timed_out = True
        except BaseException as error:  # noqa: BLE001 - whatever the student's code raises
            failure = describe(error, answer, copies)
        taken = time.perf_counter() - start
        changed = _changed(arguments, copies)
    timed_out = timed_out or taken > seconds
    texts = tuple(dict.fromkeys(str(w.message)[:200] for w in warned[:_MOST_WARNINGS]))
    return Outcome(value, failure, changed, taken, timed_out, printed.getvalue(), texts)


def describe(error: BaseException, answer: Any = None, arguments: tuple[Any, ...] = ()) -> Failure:
    """Describe an error with the last line of the student's own code that led to it.

    Parameters
    ----------
    error : BaseException
        As caught, with its traceback.
    answer, arguments : Any
        What was called with what; they tell an error of the call from one inside the answer.
    """
    kind = type(error)
    ancestors = tuple(base.__name__ for base in kind.__mro__)
    message = _message(error)
    place = _students_place(error.__traceback__)
    if place is None:
        at_call = _at_call(error, answer, arguments)
        return Failure(kind.__name__, ancestors, message, at_call=at_call)
    filename, number, function = place
    line = linecache.getline(filename, number).strip()
    return Failure(kind.__name__, ancestors, message, number, line, function)


def is_unwritten(answer: Any) -> bool:
    """Tell whether an answer still is the stub: ``...``, or a function or class without a body.

    Examples
    --------
    >>> def stub(image):
    ...     '''Not written yet.'''
    ...     ...
    >>> is_unwritten(stub), is_unwritten(...), is_unwritten(abs)
    (True, True, False)
    """
    if answer is Ellipsis or answer is None:
        return True
    if type(answer) is type:
        own = [v for n, v in vars(answer).items() if not n.startswith("__") or callable(v)]
        return all(map(_is_stub, own))
    return _is_stub(answer)


def _is_stub(function: Any) -> bool:
    """Tell whether this is a function with a docstring at most."""
    if type(function) is not FunctionType:
        return False
    code = function.__code__
    only_doc = set(code.co_consts) <= {None, Ellipsis, function.__doc__}
    return only_doc and {step.opname for step in dis.get_instructions(code)} <= _EMPTY


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


def _message(error: BaseException) -> str:
    """Return what an error says, even if saying it fails."""
    try:
        return str(error)[:_LONGEST]
    except Exception:  # noqa: BLE001 - a student's own __str__
        return "(its message cannot be shown)"


def _students_place(trace: TracebackType | None) -> tuple[str, int, str] | None:
    """Return file, line and function of the last of the student's frames."""
    place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if _is_students(code.co_filename):
            place = code.co_filename, trace.tb_lineno, code.co_name
        trace = trace.tb_next
    return place


def _is_students(filename: str) -> bool:
    """Tell whether a file is neither ours nor a library's."""
    installed = "site-packages" in filename or "dist-packages" in filename
    return not (installed or filename.startswith(_NOT_THEIRS))


def _at_call(
    error: BaseException, answer: Any, arguments: tuple[Any, ...]
) -> Literal["", "uncallable", "signature"]:
    """Tell why an answer could not be called, if that is what the error is about."""
    if not isinstance(error, TypeError):
        return ""
    if not callable(answer):
        return "uncallable"
    if type(answer) is FunctionType:
        try:
            inspect.signature(answer).bind(*arguments)
        except (TypeError, ValueError):
            return "signature"
    return ""


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
    """Tell whether an array holds the very same values; NaN equals NaN."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    if before.dtype.kind == "O":
        return all(map(_same, before.flat, after.flat))
    return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
