"""Functions and objects of the student's process, used from here as if they were here."""

import sys
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from course_lib.exercises.failures import Failure, RaisedElsewhereError
from course_lib.exercises.limits import TimeUpError
from course_lib.grading.box.values import Opaque, opaque
from course_lib.grading.lending import Lent, lend
from course_lib.grading.session import LostError, Reply, Session


class Asking:
    """What one run of an exercise's script asks of a session, and how long it may take.

    Parameters
    ----------
    session : Session
        Where the student's values are.
    lent : mapping
        Functions of the course that the answer may call, by name.
    """

    def __init__(self, session: Session, lent: Lent) -> None:
        self.session, self._lent = session, lent
        self.until = 0.0
        self.lost = ""
        self.changed: set[int] = set()

    def begin(self, seconds: float) -> None:
        """Start the time of one run."""
        self.until = time.monotonic() + seconds
        self.changed = set()

    def resolve(self, number: int, name: str) -> "Remote":
        """Make what stands here for a value that stays there."""
        return _remote_type(name)(self, number)

    def ask(self, request: dict[str, Any]) -> Reply:
        """Ask, say again what was said there, and raise what was raised there."""
        try:
            left = max(self.until - time.monotonic(), 0.01)
            lent = {"lent": list(self._lent)}
            reply = self.session.ask(request | lent, left, self.resolve, self._lend)
        except LostError as lost:
            self.lost = str(lost)
            if lost.silent:
                raise TimeUpError from lost
            ended = Failure("ProcessEnded", ("ProcessEnded", "Exception"), str(lost))
            raise RaisedElsewhereError(ended) from lost
        sys.stdout.write(reply.printed)
        for text in reply.warned:
            warnings.warn(text, stacklevel=2)
        return reply

    def _lend(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Call what the answer borrows; what could not be sent is nothing that asks back."""
        arguments, options = inert(wish.get("arguments")), inert(wish.get("options"))
        return lend(self._lent, wish.get("borrow"), arguments, options)


class Remote:
    """Stands for a value of the student's process: it can be called, and has attributes.

    Its class is called as the value's own class, so that a judge can say what it was given.

    Parameters
    ----------
    asking : Asking
        Where to ask, and how long.
    number : int
        What that process calls the value.
    """

    __slots__: ClassVar[tuple[str, ...]] = ("_asking", "kept_number")

    def __init__(self, asking: Asking, number: int) -> None:
        self._asking, self.kept_number = asking, number

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the value there; what the call changed in place is changed here as well."""
        request = {"ask": "call", "kept": self, "arguments": arguments, "options": options}
        reply = self._asking.ask(request)
        for place, value in reply.changed.items():
            if type(place) is int and 0 <= place < len(arguments):
                _write_back(arguments[place], value)
                if not isinstance(arguments[place], np.random.Generator):
                    self._asking.changed.add(place)
        return _value(reply)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the value there."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _value(self._asking.ask({"ask": "attribute", "kept": self, "name": name}))


def inert(value: Any) -> Any:
    """Return a value in which nothing asks the student's process any more.

    Examples
    --------
    >>> inert([1, (2, "a")])
    [1, (2, 'a')]
    """
    if isinstance(value, Remote):
        return _opaque_like(type(value).__name__)
    if type(value) in (list, tuple):
        return type(value)(inert(item) for item in value)
    if type(value) is dict:
        return {key: inert(item) for key, item in value.items()}
    return value


def _opaque_like(name: str) -> Opaque | np.ndarray:
    """Make what a judge may look at in the place of something that was not sent."""
    if name == "array of objects":
        return np.empty((), dtype=object)
    return opaque(name)


@lru_cache(maxsize=1024)
def _remote_type(name: str) -> Callable[[Asking, int], Remote]:
    """Make a class of the name of a student's class."""
    made: Callable[[Asking, int], Remote] = type(
        type(opaque(name)).__name__, (Remote,), {"__slots__": ()}
    )
    return made


def _value(reply: Reply) -> Any:
    """Return what a call returned, or raise what it raised."""
    if reply.timed_out:
        raise TimeUpError
    if reply.failure is not None:
        raise RaisedElsewhereError(reply.failure)
    return reply.value


def _write_back(argument: Any, value: Any) -> None:
    """Change an argument as the student's code has changed it, where its type lets that be."""
    if type(argument) is not type(value):
        return
    if isinstance(argument, np.ndarray):
        if (argument.shape, argument.dtype) == (value.shape, value.dtype):
            argument[...] = value
    elif isinstance(argument, np.random.Generator):
        argument.bit_generator.state = value.bit_generator.state
    elif isinstance(argument, list):
        argument[:] = value
    elif isinstance(argument, dict | set):
        argument.clear()
        argument.update(value)
