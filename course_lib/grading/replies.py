"""What a student's process answered, read with distrust."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.exercises.failures import Failure

_LONGEST = 2000
_AT_CALL: dict[str, Literal["", "uncallable", "signature"]] = {
    "uncallable": "uncallable",
    "signature": "signature",
}


@dataclass(frozen=True)
class Reply:
    """What came of one question to the process.

    Parameters
    ----------
    value : Any
        What was returned; what could not be sent is as the caller's `resolve` made it.
    failure : Failure or None
        The error that was raised instead.
    printed, warned, timed_out
        As in `running.Outcome`.
    changed : mapping
        From the place of an argument to what the call has made of it.
    """

    value: Any
    failure: Failure | None
    printed: str
    warned: tuple[str, ...]
    timed_out: bool
    changed: Mapping[int, Any]


def read(answer: dict[str, Any]) -> Reply:
    """Check what a student's process says of itself.

    Parameters
    ----------
    answer : dict
        Decoded; it may hold anything.

    Raises
    ------
    KeyError, TypeError
        If it is not such as `box.child` writes.

    Examples
    --------
    >>> told = {"value": 3, "failure": None, "printed": "", "warned": [], "timed_out": False}
    >>> read(told | {"changed": {}}).value
    3
    """
    warned, changed = answer["warned"], answer["changed"]
    if type(warned) is not list or type(changed) is not dict:
        raise TypeError
    failure = None if answer["failure"] is None else _failure(answer["failure"])
    texts = tuple(_text(text) for text in warned[:5])
    late = answer["timed_out"] is True
    return Reply(answer["value"], failure, _text(answer["printed"]), texts, late, changed)


def _failure(told: dict[str, Any]) -> Failure:
    """Read the description of an error."""
    number = told["line_number"]
    ancestors = told["ancestors"]
    if type(ancestors) is not tuple or not (number is None or type(number) is int):
        raise TypeError
    at_call = _AT_CALL.get(_text(told["at_call"]), "")
    return Failure(
        name=_text(told["name"])[:100],
        ancestors=tuple(map(_text, ancestors[:50])),
        message=_text(told["message"]),
        line_number=number,
        line=_text(told["line"]),
        function=_text(told["function"]),
        at_call=at_call,
    )


def _text(value: Any) -> str:
    """Return a text, cut to what a person may want to read."""
    if type(value) is not str:
        raise TypeError
    return value[:_LONGEST]
