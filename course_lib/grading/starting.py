"""Starting and ending the processes in which students' code runs."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol

from course_lib.errors import CourseError
from course_lib.grading.box.preload import ONE_THREAD
from course_lib.grading.channel import Channel

_ROOT = str(Path(__file__).resolve().parents[2])
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "HOME", "SYSTEMROOT", "LD_LIBRARY_PATH")
_START_SECONDS = 120.0
_END_SECONDS = 20.0
_MOST = 65536

Settings = dict[str, Any]


class Starter(Protocol):
    """Starts one process at a time, and ends it with all that it left."""

    name: str

    def start(self, settings: Settings) -> Channel:
        """Start a process."""
        ...

    def end(self, patience: float = 0.0) -> int | None:
        """End the process, after so many seconds if it does not end by itself.

        Returns
        -------
        int or None
            Its exit code, or minus a signal; None if it was ended from here.
        """
        ...

    def close(self) -> None:
        """End everything."""
        ...


class Zygote:
    """Forks each process from one that has imported the libraries: Linux only.

    The one that is forked starts clean, with ``python -I`` and few environment variables, so that
    neither it nor its children ever hold a reference, a case or a seed in their memory.
    """

    name = "fork"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._scratch = ""

    def start(self, settings: Settings) -> Channel:
        """Fork a process.

        Raises
        ------
        CourseError
            If the process that is to be forked does not start.
        """
        mine, theirs = socket.socketpair()
        with theirs:
            try:
                self._order(settings, theirs)
            except (CourseError, OSError):  # the one that is forked was lost: another one
                self.close()
                self._order(settings, theirs)
        return Channel(mine)

    def _order(self, settings: Settings, pipe: socket.socket) -> None:
        """Ask for a process that talks through a pipe."""
        control = self._control or self._launch()
        socket.send_fds(control, [json.dumps(settings).encode()], [pipe.fileno()])
        self._scratch = self._hear(control)["scratch"]

    def end(self, patience: float = 0.0) -> int | None:
        """End the process and all that it started."""
        if self._control is None:
            return None
        try:
            self._control.send(json.dumps({"patience": patience}).encode())
            status: int | None = self._hear(self._control)["status"]
        except (CourseError, OSError):
            self.close()  # a new one is launched when it is needed
            return None
        return status

    def close(self) -> None:
        """End the process that is forked; its children end with it."""
        if self._control is None or self._process is None:
            return
        self._control.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None
        shutil.rmtree(self._scratch, ignore_errors=True)  # if it was killed, nobody else does

    def _launch(self) -> socket.socket:
        """Start the process that is forked; it must have one thread."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = launch(f"zygote({theirs.fileno()})", theirs)
        self._control.settimeout(_START_SECONDS)
        if (threads := self._hear(self._control)["threads"]) != 1:
            raise CourseError(
                f"The process to be forked has {threads} threads, which is not safe. Grade with "
                "fresh interpreters instead, and tell us which libraries are installed."
            )
        self._control.settimeout(_END_SECONDS)
        return self._control

    def _hear(self, control: socket.socket) -> dict[str, Any]:
        """Return the next message."""
        data = control.recv(_MOST)
        if not data:
            self.close()
            raise CourseError("The process that starts students' code has ended by itself.")
        heard: dict[str, Any] = json.loads(data)
        return heard


class Fresh:
    """Starts a new interpreter for each process, where a fork is missing or unsafe."""

    name = "fresh interpreter"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch = ""

    def start(self, settings: Settings) -> Channel:
        """Start an interpreter."""
        mine, theirs = socket.socketpair()
        self._scratch = tempfile.mkdtemp(prefix="course-grade-")
        told = settings | {"scratch": self._scratch}
        with theirs:
            number = None if sys.platform == "win32" else theirs.fileno()
            self._process = launch(f"fresh({number}, {told!r})", theirs)
        return Channel(mine)

    def end(self, patience: float = 0.0) -> int | None:
        """End the interpreter and its group of processes."""
        if self._process is None:
            return None
        early: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            early = self._process.wait(patience)
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._process = None
        return early

    def close(self) -> None:
        """End everything."""
        self.end()


def launch(call: str, pipe: socket.socket) -> subprocess.Popen[bytes]:
    """Start a clean Python that calls a function of `box.start`.

    Parameters
    ----------
    call : str
        The call.
    pipe : socket
        Is passed on; under its own number where numbers can be.
    """
    code = (
        f"import sys; sys.path.insert(0, {_ROOT!r}); "
        f"from course_lib.grading.box.start import fresh, zygote; {call}"
    )
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command, environment = [sys.executable, "-I", "-c", code], environment | ONE_THREAD
    if sys.platform == "win32":
        return _launch_on_windows(command, environment, pipe)
    return subprocess.Popen(  # noqa: S603 - our own code
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[pipe.fileno()],
        start_new_session=True,
    )


def _launch_on_windows(
    command: list[str], environment: dict[str, str], pipe: socket.socket
) -> subprocess.Popen[bytes]:
    """Start a process that is told on stdin which socket is its own; not run by our tests."""
    process = subprocess.Popen(  # noqa: S603 - our own code
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    if sys.platform == "win32" and process.stdin is not None:
        with process.stdin as told:
            told.write(pipe.share(process.pid))
    return process


def best() -> Starter:
    """Return the faster way where it is safe: a fork on Linux, else a fresh interpreter."""
    return Zygote() if sys.platform == "linux" else Fresh()
