"""The supervisor's end of the pipe to a student's process: patient, but not without limit."""

import select
import socket
import struct
import time

from course_lib.grading.box.values import MOST_BYTES

_LENGTH = struct.Struct(">Q")
_MOST = MOST_BYTES + 32 * 2**20  # a value and what is said about it
_PART = 2**20


class EndedError(Exception):
    """The other side is gone, or does not speak as agreed."""


class SilentError(Exception):
    """The other side did not answer in time."""


class Channel:
    """Sends and receives whole messages, each within a time.

    Parameters
    ----------
    pipe : socket
        To the student's process.
    """

    def __init__(self, pipe: socket.socket) -> None:
        self._pipe = pipe
        pipe.setblocking(False)

    def ask(self, data: bytes, seconds: float) -> bytes:
        """Send a message and return the next one that comes.

        Raises
        ------
        EndedError
            If the other side is gone, or announces more than is allowed.
        SilentError
            If it takes longer.
        """
        until = time.monotonic() + seconds
        self._send(_LENGTH.pack(len(data)) + data, until)
        return self._receive(until)

    def hear(self, seconds: float) -> bytes:
        """Return the next message that comes.

        Raises
        ------
        EndedError
            If the other side is gone, or announces more than is allowed.
        SilentError
            If it takes longer.
        """
        return self._receive(time.monotonic() + seconds)

    def close(self) -> None:
        """Close the pipe."""
        self._pipe.close()

    def _send(self, data: bytes, until: float) -> None:
        """Send all bytes."""
        rest = memoryview(data)
        while rest:
            self._wait(until, writing=True)
            try:
                rest = rest[self._pipe.send(rest[:_PART]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise EndedError from error

    def _receive(self, until: float) -> bytes:
        """Receive one message."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, until))
        if length > _MOST:
            raise EndedError
        return bytes(self._exactly(length, until))

    def _exactly(self, count: int, until: float) -> bytearray:
        """Receive so many bytes; room is made as they come, not as they are announced."""
        data = bytearray()
        while len(data) < count:
            self._wait(until, writing=False)
            try:
                part = self._pipe.recv(min(count - len(data), _PART))
            except BlockingIOError:
                continue
            except OSError as error:
                raise EndedError from error
            if not part:
                raise EndedError
            data += part
        return data

    def _wait(self, until: float, writing: bool) -> None:
        """Wait until something can be sent or received."""
        left = until - time.monotonic()
        ways = ([], [self._pipe]) if writing else ([self._pipe], [])
        if left <= 0 or not any(select.select(*ways, [], left)):
            raise SilentError
