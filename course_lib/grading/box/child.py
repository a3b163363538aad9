"""The process of one submission: it runs the cells, then answers "what is f(x)?"."""

import builtins
import os
import random
import socket
import struct
import sys
from functools import partial
from typing import Any

import numpy as np

from course_lib.exercises.failures import describe
from course_lib.exercises.limits import TimeUpError, call_within
from course_lib.exercises.running import Outcome, run
from course_lib.exercises.stubs import is_unwritten
from course_lib.grading.box import standins
from course_lib.grading.box.shell import QuietShell, run_cell
from course_lib.grading.box.values import CodecError, decode, encode

Message = dict[str, Any]
_LENGTH = struct.Struct(">Q")
_MISSING = object()


class Child:
    """Answers requests about the names that the cells have made.

    Parameters
    ----------
    shell : QuietShell
        Runs the cells.
    watched : sequence of str
        Names of exercises: when a later cell uses such a name for a value, its last function or
        class is what counts.
    pipe : socket
        To the supervisor, who lends functions.
    """

    def __init__(self, shell: QuietShell, watched: list[str], pipe: socket.socket) -> None:
        self._shell, self._watched, self._pipe = shell, watched, pipe
        self._request: Message = {}
        self._last: dict[str, Any] = {}
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []
        self._nowhere = sys.stdout

    def answer(self, data: bytes) -> bytes | None:
        """Answer one request; what was lent to a call that is over is none."""
        sys.stdout = sys.stderr = self._nowhere  # whatever the last cell has made of them
        request = self._request = self._decode(data)
        if "lent" in request and "ask" not in request:
            return None
        reply: Message = _ANSWERS[request["ask"]](self, request)
        reply["number"] = request["number"]
        try:
            return encode(reply, self._keep)
        except (CodecError, MemoryError, RecursionError) as error:
            failure = describe(ValueError(f"The result cannot be sent: {error}"))
            return encode(_told(Outcome(failure=failure)) | {"number": request["number"]})

    def _decode(self, data: bytes) -> Message:
        """Read a message."""
        message: Message = decode(data, lambda number, name: self._kept[number])
        return message

    def _borrow(self, name: str, arguments: tuple[Any, ...], options: Message) -> Any:
        """Let the supervisor call a function that the exercise lends."""
        if name not in self._request.get("lent", ()):
            raise standins.absent(name)
        wish = {"borrow": name, "arguments": arguments, "options": options}
        send(self._pipe, encode(wish, self._keep))
        data = receive(self._pipe)
        lent = (
            {"error": ("RuntimeError", "Nobody answers.")}
            if data is None
            else (self._decode(data)["lent"])
        )
        if lent["error"] is not None:
            kind, message = lent["error"]
            made = getattr(builtins, kind, RuntimeError)
            raise (made if issubclass(made, Exception) else RuntimeError)(message)
        return lent["value"]

    def _keep(self, value: Any) -> int:
        """Keep a value that cannot be sent; the same one has the same number."""
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._kept)
            self._kept.append(value)
        return self._numbers[id(value)]

    def _cell(self, request: Message) -> Message:
        """Run a cell."""
        try:
            error = call_within(
                request["seconds"], lambda: run_cell(self._shell, request["source"])
            )
        except BaseException as stopped:  # noqa: BLE001 - whatever the student's code raises
            error = stopped
        for name in self._watched:
            value = self._shell.user_ns.get(name)
            if callable(value):
                self._last[name] = value
        late = isinstance(error, TimeUpError)
        return _told(Outcome(failure=None if error is None else describe(error), timed_out=late))

    def _name(self, request: Message) -> Message:
        """Look a name up."""
        value = self._shell.user_ns.get(request["name"], _MISSING)
        if not callable(value):
            value = self._last.get(request["name"], value)
        if value is _MISSING:
            return {"missing": True, "unwritten": False, "value": None}
        return {"missing": False, "unwritten": is_unwritten(value), "value": value}

    def _seal(self, request: Message) -> Message:
        """Seal functions of libraries from now on."""
        for name in request["names"]:
            standins.seal(name)
        return {}

    def _attribute(self, request: Message) -> Message:
        """Look an attribute of a kept value up."""
        return self._ask(getattr, request["kept"], (request["name"],), request["seconds"])

    def _call(self, request: Message) -> Message:
        """Call a kept value."""
        arguments, options = request["arguments"], request["options"]
        before = [encode(argument, self._keep) for argument in arguments]
        call = partial(_call, options)
        told = self._ask(call, request["kept"], arguments, request["seconds"])
        after = (encode(argument, self._keep) for argument in arguments)
        pairs = enumerate(zip(before, after, strict=True))
        return told | {"changed": {i: arguments[i] for i, (old, new) in pairs if old != new}}

    def _ask(self, call: Any, kept: Any, arguments: tuple[Any, ...], seconds: float) -> Message:
        """Do something with a kept value, and tell what came of it."""
        with standins.asking(self._borrow):
            outcome = run(lambda answer: call(answer, *arguments), kept, (), seconds)
        return _told(outcome)


def _call(options: Message, answer: Any, *arguments: Any) -> Any:
    """Call an answer."""
    return answer(*arguments, **options)


_ANSWERS = {
    "cell": Child._cell,
    "name": Child._name,
    "seal": Child._seal,
    "attribute": Child._attribute,
    "call": Child._call,
}


def _told(outcome: Outcome) -> Message:
    """Put an outcome into words that can be sent."""
    failure = outcome.failure
    return {
        "value": outcome.value,
        "failure": None if failure is None else dict(vars(failure)),
        "printed": outcome.printed,
        "warned": list(outcome.warned),
        "timed_out": outcome.timed_out,
        "changed": {},
    }


def serve(pipe: socket.socket, shell: QuietShell, settings: Message) -> None:
    """Seal what must not be borrowed, say hello, and answer until nobody asks any more.

    Parameters
    ----------
    pipe : socket
        To the supervisor.
    shell : QuietShell
        Runs the cells.
    settings : dict
        ``seals``, ``watched``, ``folders`` that are taken out of the import path, and ``held``, the
        layers of the sandbox, which are told in the hello.
    """
    standins.install(settings["folders"])
    for name in settings["seals"]:
        standins.seal(name)
    random.seed(0)  # the same submission gets the same score
    np.random.seed(0)  # noqa: NPY002 - what students' code draws from without a seed
    child = Child(shell, settings["watched"], pipe)
    send(pipe, encode({"layers": settings["held"]}))
    while (data := receive(pipe)) is not None:
        if (answer := child.answer(data)) is not None:
            send(pipe, answer)


def send(pipe: socket.socket, data: bytes) -> None:
    """Send a message with its length in front."""
    pipe.sendall(_LENGTH.pack(len(data)))
    pipe.sendall(data)


def receive(pipe: socket.socket) -> bytes | None:
    """Receive a message; None when the other side is gone."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, _LENGTH.unpack(head)[0])


def _exactly(pipe: socket.socket, count: int) -> bytes | None:
    """Receive so many bytes."""
    data = bytearray()
    while len(data) < count:
        part = pipe.recv(min(count - len(data), 2**20))
        if not part:
            return None
        data += part
    return bytes(data)


def silence() -> None:
    """Let everything that is printed go nowhere, and let nothing be read."""
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for the whole process
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - likewise
    sys.stderr = sys.stdout
