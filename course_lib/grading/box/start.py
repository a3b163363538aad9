"""How the process of a submission starts: a fork of one that has imported all, or anew."""

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from course_lib.grading.box import child, files, kernel, preload, sandbox
from course_lib.grading.box.shell import QuietShell, make_shell
from course_lib.grading.box.values import encode

_MOST = 65536
_PATIENCE_SECONDS = 5.0


def zygote(number: int) -> None:
    """Import the libraries, then fork a child whenever asked to, and end it when asked to.

    Parameters
    ----------
    number : int
        File descriptor of a socket of whole messages to the supervisor; when that is gone,
        everything ends.
    """
    with socket.socket(fileno=number) as control:
        _be_zygote(control, _prepare_to_fork())


def nursery(number: int) -> None:
    """Import the libraries once for several workers, then fork a zygote for each that asks.

    Parameters
    ----------
    number : int
        File descriptor of a socket over which each asks by sending its zygote's; when nobody can
        ask any more, everything ends.
    """
    with socket.socket(fileno=number) as asked:
        shell = _prepare_to_fork()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets those that have ended
        while True:
            data, places, _, _ = socket.recv_fds(asked, _MOST, 1)
            if not data:
                break
            control = socket.socket(fileno=places[0])
            if os.fork() == 0:
                asked.close()
                _leave_nursery(control, shell)
            control.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _leave_nursery(control: socket.socket, shell: QuietShell) -> NoReturn:
    """Be a zygote, in a session of its own; never returns to the nursery's code."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _be_zygote(control, shell)
    finally:
        os._exit(0)


def _be_zygote(control: socket.socket, shell: QuietShell) -> None:
    """Fork and end children until the supervisor is gone."""
    kernel.adopt_orphans()
    threads = len(list(Path("/proc/self/task").iterdir()))
    _tell(control, threads=threads, process=os.getpid())
    _obey(control, shell)
    _end_children()


def _prepare_to_fork() -> QuietShell:
    """Import the libraries, and let a child's collections not copy all pages."""
    shell = _prepare()
    gc.collect()
    gc.freeze()
    return shell


def fresh(number: int | None, settings: dict[str, Any]) -> None:
    """Be the one child of this process, where there is no fork or it is unsafe.

    Parameters
    ----------
    number : int or None
        File descriptor of the socket to the supervisor; on Windows it is described on stdin.
    settings : dict
        What a zygote is told with each fork.
    """
    if sys.platform == "win32":
        pipe = socket.fromshare(sys.stdin.buffer.read())
    else:
        pipe = socket.socket(fileno=number)
    _become_child(pipe, settings, _prepare())


def _prepare() -> QuietShell:
    """Import what students' code may need, and make the shell."""
    preload.load()
    return make_shell()


def _obey(control: socket.socket, shell: QuietShell) -> None:
    """Do what the supervisor says, until it is gone."""
    scratch = ""
    while True:
        data, places, _, _ = socket.recv_fds(control, _MOST, 1)
        if not data:
            break
        order = json.loads(data)
        if places:
            scratch = tempfile.mkdtemp(prefix="course-grade-")
            pipe = socket.socket(fileno=places[0])
            process = _fork(control, pipe, order | {"scratch": scratch}, shell)
            pipe.close()
            _tell(control, process=process, scratch=scratch)
        else:
            status = _end_children(order["patience"])
            shutil.rmtree(scratch, ignore_errors=True)
            _tell(control, status=status)
    shutil.rmtree(scratch, ignore_errors=True)


def _tell(control: socket.socket, **facts: Any) -> None:
    """Tell the supervisor something."""
    control.send(json.dumps(facts).encode())


def _fork(
    control: socket.socket, pipe: socket.socket, order: dict[str, Any], shell: QuietShell
) -> int:
    """Fork a child."""
    worker = os.getpid()
    with _children_apart(order["layers"]):
        process = os.fork()
        if process:
            return process
    try:
        control.close()
        _become_child(pipe, order | {"worker": worker}, shell)
    finally:
        os._exit(1)  # no clean-up of the parent's in the child


@contextlib.contextmanager
def _children_apart(layers: list[str]) -> Iterator[None]:
    """Let a child be the first process of a namespace, which only root may ask for.

    Others separate after the fork, and then have to fork once more, which takes as long again.
    """
    if os.geteuid() != 0 or "namespaces" not in layers:
        yield
        return
    own, me = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC), os.getpid()
    try:
        kernel.unshare(kernel.NEW_PROCESSES)
    except OSError:  # a container may forbid it; the child tries the rest, and tells
        os.close(own)
        yield
        return
    try:
        yield
    finally:
        if os.getpid() == me:
            kernel.enter_namespace(own, kernel.NEW_PROCESSES)
        os.close(own)


def _become_child(pipe: socket.socket, settings: dict[str, Any], shell: QuietShell) -> None:
    """Enter the sandbox and serve; never returns to the caller's code."""
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    if os.name == "posix":
        _close_all_but(pipe)
    child.silence()
    limits = sandbox.Limits(**settings["limits"])
    folders = [folder for folder in sys.path if Path(folder, "course_lib").is_dir()]
    ours = [folder for folder in folders if Path(folder) not in files.libraries()]
    try:
        worker = settings.get("worker", os.getpid())
        layers = sandbox.enter(limits, settings["scratch"], settings["layers"], worker)
    except Exception as error:  # noqa: BLE001 - told, since nothing that is printed here is seen
        child.send(pipe, encode({"trouble": f"{type(error).__name__}: {error}"}))
        os._exit(1)
    child.serve(pipe, shell, settings | {"held": layers, "folders": ours})
    os._exit(0)


def _close_all_but(pipe: socket.socket) -> None:
    """Keep no other way out of this process, and let nothing be read or printed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, pipe.fileno())
    os.closerange(pipe.fileno() + 1, 4096)


def _end_children(patience: float = 0.0) -> int | None:
    """End every descendant; return how the first one ended, its exit code or minus a signal.

    One that is about to end by itself is waited for a little, so that its own reason is told.
    """
    first: int | None = None
    start = time.monotonic()
    while time.monotonic() < start + _PATIENCE_SECONDS:
        if first is not None or time.monotonic() >= start + patience:
            for process in _children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return first
        if process == 0:
            time.sleep(0.001)
        elif first is None:
            first = os.waitstatus_to_exitcode(status)
    return first


def _children() -> list[int]:
    """List the processes whose parent this one is."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="utf-8")
    except OSError:  # not every kernel has this list
        return [process for process in _processes() if _parent(process) == os.getpid()]
    return [int(process) for process in listed.split()]


def _processes() -> list[int]:
    """List all processes."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(process: int) -> int | None:
    """Return the parent of a process; None if it has gone."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[1])
