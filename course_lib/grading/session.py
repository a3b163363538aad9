"""A submission's code at work: its cells run, and then it is asked.

The process behind a session may die or fall silent at any time. It is then started anew, and the
cells run again without the one that did it.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from course_lib.grading.box.sandbox import LAYERS, Limits
from course_lib.grading.box.values import CodecError, Resolve, decode, encode
from course_lib.grading.channel import Channel, EndedError, SilentError
from course_lib.grading.replies import Reply, read
from course_lib.grading.starting import Starter

Lend = Callable[[dict[str, Any]], dict[str, Any]]
_GRACE_SECONDS = 2.0
_HELLO_SECONDS = 120.0
_AGAIN_SECONDS = 2.0
_ENDING_SECONDS = 0.5
_MOST_STARTS = 8


class LostError(Exception):
    """The process died, or did not answer; what was asked is not answered."""

    def __init__(self, sentence: str, silent: bool) -> None:
        super().__init__(sentence)
        self.silent = silent


class GivenUpError(Exception):
    """The process was started too often."""


@dataclass(frozen=True)
class Rules:
    """How a session is run.

    Parameters
    ----------
    cell_seconds : float
        For each cell.
    total_seconds : float
        For all cells and questions together.
    limits : Limits
        For each process.
    layers : tuple of str
        The layers of the sandbox that are tried.
    """

    cell_seconds: float = 60.0
    total_seconds: float = 600.0
    limits: Limits = field(default_factory=Limits)
    layers: tuple[str, ...] = LAYERS


class Session:
    """The process of one submission, with its cells run.

    Parameters
    ----------
    starter : Starter
        Starts the process.
    cells : sequence of str
        Code, in order.
    rules : Rules
        Times and limits.
    seals, watched : sequence of str
        As `box.child` takes them.

    Attributes
    ----------
    layers : dict
        Which layers of the sandbox hold.
    errors : dict
        From the place of a cell to what went wrong with it.
    left_out : set of int
        Places of cells with which a process was lost.
    starts : int
        How often the process was started.
    """

    def __init__(
        self,
        starter: Starter,
        cells: Sequence[str],
        rules: Rules,
        *,
        seals: Sequence[str] = (),
        watched: Sequence[str] = (),
    ) -> None:
        self._starter, self._cells, self._rules = starter, cells, rules
        self._told: dict[str, Any] = {
            "limits": rules.limits.as_dict(),
            "layers": list(rules.layers),
            "seals": list(seals),
            "watched": list(watched),
        }
        self._channel: Channel | None = None
        self.starts = 0
        self._until = time.monotonic() + rules.total_seconds
        self.left_out: set[int] = set()
        self.layers: dict[str, str] = {}
        self.errors: dict[int, str] = {}
        self._late: set[int] = set()

    def find(self, name: str, resolve: Resolve) -> tuple[str, Any]:
        """Look a name up, with the cells run again if need be.

        Parameters
        ----------
        name : str
            As the student's code has it.
        resolve : callable
            As in `values.decode`.

        Returns
        -------
        tuple of str and Any
            "missing", "unwritten" or "there", and the value.

        Raises
        ------
        GivenUpError
            If the process was started too often.
        LostError
            If the process is lost by this question.
        """
        self._ensure_running()
        reply = self._ask({"ask": "name", "name": name}, _AGAIN_SECONDS, resolve)
        if reply.get("missing") is True:
            return "missing", None
        return ("unwritten" if reply.get("unwritten") is True else "there"), reply.get("value")

    def seal(self, names: Sequence[str]) -> None:
        """Let functions of libraries refuse to work from now on, also after a new start.

        Raises
        ------
        LostError
            If the process is lost; the next one has the seals from its start.
        """
        self._told["seals"] = list(names)
        if names and self._channel is not None:
            request = {"ask": "seal", "names": list(names)}
            self._ask(request, _AGAIN_SECONDS, lambda number, name: None)

    def ask(
        self,
        request: dict[str, Any],
        seconds: float,
        resolve: Resolve,
        lend: Lend | None = None,
    ) -> Reply:
        """Ask about a kept value: a call, or one of its attributes.

        `lend` calls what the answer borrows while it works.

        Raises
        ------
        LostError
            If the process dies or does not answer; its kept values are then gone.
        """
        answer = self._ask(request | {"seconds": seconds}, seconds, resolve, lend)
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise self._lose("Your code broke the way in which its results are sent.") from error

    def is_late(self, place: int) -> bool:
        """Tell whether a cell was stopped because it took too long."""
        return place in self._late

    def close(self) -> None:
        """End the process and all that it started."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
            self._starter.end()

    def _ensure_running(self) -> None:
        """Start the process and run the cells, until a run comes to its end."""
        while self._channel is None:
            if self.starts == _MOST_STARTS:
                raise GivenUpError(f"The notebook's process broke down {_MOST_STARTS} times.")
            if time.monotonic() > self._until:
                raise GivenUpError(f"All in all it takes over {self._rules.total_seconds:g} s.")
            self.starts += 1
            self._channel = self._starter.start(self._told)
            self.layers = {"process": self._starter.name, **self._greet(self._channel)}
            self._run_cells()

    def _greet(self, channel: Channel) -> dict[str, str]:
        """Wait for a new process's hello; no student's code has run by then."""
        try:
            hello = decode(channel.hear(_HELLO_SECONDS))
            layers: dict[str, str] = hello["layers"]
        except (EndedError, SilentError) as error:
            raise GivenUpError(f"The notebook's process did not start. {self._lose('')}") from error
        except KeyError as error:
            self._lose("")
            trouble = f"The notebook's process did not start: {hello['trouble']}."
            raise GivenUpError(trouble) from error
        return layers

    def _run_cells(self) -> None:
        """Run the cells; one with which the process is lost is left out from then on."""
        for place, source in enumerate(self._cells):
            if place in self.left_out:
                continue
            left = max(self._until - time.monotonic(), 0.1)
            seconds = min(left, _AGAIN_SECONDS if place in self._late else self._rules.cell_seconds)
            request = {"ask": "cell", "source": source, "seconds": seconds}
            try:
                reply = self.ask(request, seconds, lambda number, name: None)
            except LostError as lost:
                self.left_out.add(place)
                self.errors[place] = str(lost)
                return
            if reply.timed_out:
                self._late.add(place)
                self.errors[place] = f"It takes too long (limit {self._rules.cell_seconds:g} s)."
            elif reply.failure is not None:
                self.errors[place] = f"{reply.failure.name}: {reply.failure.message}"

    def _ask(
        self,
        request: dict[str, Any],
        seconds: float,
        resolve: Resolve,
        lend: Lend | None = None,
    ) -> dict[str, Any]:
        """Send a request and return what belongs to it; lend what it needs on the way."""
        if self._channel is None:
            raise LostError("The process is gone.", silent=False)
        number, until = secrets.randbits(63), time.monotonic() + seconds + _GRACE_SECONDS
        message = request | {"number": number}
        try:
            while True:
                left = until - time.monotonic()
                reply = decode(self._channel.ask(encode(message, _refer), left), resolve)
                if lend is None or type(reply) is not dict or "borrow" not in reply:
                    break
                message = {"lent": lend(reply)}
        except SilentError as error:
            raise self._lose("It takes too long and cannot be stopped.", silent=True) from error
        except EndedError as error:
            raise self._lose("") from error
        except CodecError as error:
            raise self._lose("Your code broke the way in which its results are sent.") from error
        if type(reply) is not dict or reply.get("number") != number:
            raise self._lose("Your code broke the way in which its results are sent.")
        return reply

    def _lose(self, sentence: str, silent: bool = False) -> LostError:
        """End the process; return the error that says why."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None
        status = self._starter.end(0.0 if silent else _ENDING_SECONDS)
        return LostError(sentence or f"The Python process ended ({_ending(status)}).", silent)


def _refer(value: Any) -> int:
    """Return the number of a kept value; nothing else stays here."""
    number = getattr(value, "kept_number", None)
    if type(number) is not int:
        raise CodecError(f"A {type(value).__name__} cannot be sent to a student's code.")
    return number


def _ending(status: int | None) -> str:
    """Say how a process ended."""
    if status is None:
        return "no reason known"
    number = -status if status < 0 else status - 128
    names = {9: "killed, perhaps out of memory", 11: "segmentation fault", 6: "aborted",
             7: "bus error", 24: "out of processor time", 25: "file too long"}  # fmt: skip
    return names.get(number, f"exit code {status}")
