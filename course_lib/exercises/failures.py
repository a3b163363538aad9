"""Errors of an answer, described by the student's own line of code."""

import linecache
import os
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any, Literal

_NOT_THEIRS = (
    str(Path(__file__).resolve().parents[1]) + os.sep,
    sysconfig.get_path("stdlib") + os.sep,
    sysconfig.get_path("platstdlib") + os.sep,
    "<frozen",
)
_LONGEST = 2000


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


class RaisedElsewhereError(Exception):
    """An error that an answer raised in another process, where it was described already.

    Parameters
    ----------
    failure : Failure
        The description.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def describe(
    error: BaseException, answer: Any = None, script: Callable[..., Any] | None = None
) -> Failure:
    """Describe an error with the last line of the student's own code that led to it.

    Parameters
    ----------
    error : BaseException
        As caught, with its traceback.
    answer : Any
        What was called; it tells an error of the call from one inside the answer.
    script : callable, optional
        What called it; its lines are not the student's.

    Examples
    --------
    >>> describe(ValueError("too small")).message
    'too small'
    """
    if isinstance(error, RaisedElsewhereError):
        return error.failure
    kind = type(error)
    ancestors = tuple(base.__name__ for base in kind.__mro__)
    message = _message(error)
    place = _students_place(error.__traceback__, getattr(script, "__code__", None))
    if place is None:
        at_call = _at_call(error, message, answer)
        return Failure(kind.__name__, ancestors, message, at_call=at_call)
    filename, number, function = place
    line = linecache.getline(filename, number).strip()
    return Failure(kind.__name__, ancestors, message, number, line, function)


def _message(error: BaseException) -> str:
    """Return what an error says, even if saying it fails."""
    try:
        return str(error)[:_LONGEST]
    except Exception:  # noqa: BLE001 - a student's own __str__
        return "(its message cannot be shown)"


def _students_place(
    trace: TracebackType | None, script: CodeType | None
) -> tuple[str, int, str] | None:
    """Return file, line and function of the last of the student's frames."""
    place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if code is not script and _is_students(code.co_filename):
            place = code.co_filename, trace.tb_lineno, code.co_name
        trace = trace.tb_next
    return place


def _is_students(filename: str) -> bool:
    """Tell whether a file is neither ours nor a library's."""
    installed = "site-packages" in filename or "dist-packages" in filename
    return not (installed or filename.startswith(_NOT_THEIRS))


def _at_call(
    error: BaseException, message: str, answer: Any
) -> Literal["", "uncallable", "signature"]:
    """Tell why an answer could not be called, if that is what the error is about."""
    if not isinstance(error, TypeError):
        return ""
    if not callable(answer):
        return "uncallable"
    if type(answer) in (FunctionType, type):
        # Python begins so when arguments and parameters do not fit, also of a class's methods.
        name = answer.__qualname__
        return "signature" if message.startswith((f"{name}() ", f"{name}.")) else ""
    return ""
