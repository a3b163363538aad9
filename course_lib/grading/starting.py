"""Starting and ending the processes in which students' code runs."""

import contextlib
import json
import os
import select
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

    Parameters
    ----------
    nursery : socket, optional
        To a `Nursery`, which then forks it.
    """

    name = "fork"

    def __init__(self, nursery: socket.socket | None = None) -> None:
        self._nursery = nursery
        self._process: subprocess.Popen[bytes] | _Forked | None = None
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
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            _wait_or_kill(self._process)
        self._control = self._process = None
        shutil.rmtree(self._scratch, ignore_errors=True)  # if it was killed, nobody else does

    def _launch(self) -> socket.socket:
        """Start the process that is forked; it must have one thread."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if self._nursery is None or not _asked(self._nursery, theirs):
                self._process = launch(f"zygote({theirs.fileno()})", theirs)
        self._control.settimeout(_START_SECONDS)
        hello = self._hear(self._control)
        self._process = self._process or _Forked(hello["process"])
        if (threads := hello["threads"]) != 1:
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


class Nursery:
    """Imports the libraries once for several workers, each of which gets its zygote from it.

    It starts at once, so that it imports while the workers do. It ends when it is closed here and
    the workers have ended.
    """

    def __init__(self) -> None:
        self.pipe, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = launch(f"nursery({theirs.fileno()})", theirs)

    def close(self) -> None:
        """End it."""
        self.pipe.close()
        _wait_or_kill(self._process)


class _Forked:
    """A process whose parent is another one."""

    def __init__(self, number: int) -> None:
        self._place: int | None = os.pidfd_open(number)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end, as `Popen.wait`."""
        if self._place is None:
            return
        if not select.select([self._place], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("a zygote", timeout or 0)
        os.close(self._place)
        self._place = None

    def kill(self) -> None:
        """Kill it, as `Popen.kill`."""
        if self._place is not None and sys.platform == "linux":
            signal.pidfd_send_signal(self._place, signal.SIGKILL)


def _wait_or_kill(process: "subprocess.Popen[bytes] | _Forked") -> None:
    """Wait for a process that is about to end, but not without limit."""
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _asked(nursery: socket.socket, control: socket.socket) -> bool:
    """Ask a nursery for a zygote; tell whether there still is one."""
    try:
        socket.send_fds(nursery, [b"fork"], [control.fileno()])
    except OSError:
        return False
    return True


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
        f"from course_lib.grading.box.start import fresh, nursery, zygote; {call}"
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


_nurseries: list[socket.socket] = []


def use(nursery: socket.socket) -> None:
    """Let this process get its zygote from a nursery."""
    _nurseries[:] = [nursery]


def best() -> Starter:
    """Return the faster way where it is safe: a fork on Linux, else a fresh interpreter."""
    return Zygote(next(iter(_nurseries), None)) if sys.platform == "linux" else Fresh()
