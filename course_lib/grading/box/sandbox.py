"""Layers around a student's process. Each is tried; what the system refuses is named."""

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from course_lib.grading.box import files, kernel, landlock

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

LAYERS = ("user", "namespaces", "network", "files", "landlock", "privileges", "limits")
LATE_IMPORTS_FAIL = "cannot read, so late imports fail"
_NOT_WANTED = "missing (not asked for)"
_SPACES = (
    kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC | kernel.NEW_HOST_NAME
    | kernel.NEW_NETWORK
)  # fmt: skip
# A user that owns nothing: far above those that systems give away, one for each worker.
_FIRST_USER, _USERS = 2_000_000_000, 1_000_000
_NOBODY = 65534
_INSIDE_USER = 1000
_MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """What one process of a student may use.

    Parameters
    ----------
    memory_mb : int
        Memory beyond what the libraries take.
    processes : int
        Processes and threads.
    file_mb : int
        Length of a file, and room in /tmp.
    cpu_seconds : int
        Time of a processor.
    """

    memory_mb: int = 2048
    processes: int = 64
    file_mb: int = 256
    cpu_seconds: int = 600

    def as_dict(self) -> dict[str, int]:
        """Return them for a message."""
        return asdict(self)


def enter(
    limits: Limits, scratch: str, wanted: Sequence[str] = LAYERS, worker: int = 0
) -> dict[str, str]:
    """Enter the sandbox; on Linux it is a new process that returns from here.

    Parameters
    ----------
    limits : Limits
        What the process may use.
    scratch : str
        A folder of its own, where /tmp cannot be made private.
    wanted : sequence of str
        The layers to try; "network" and "files" come with "namespaces".
    worker : int
        Tells apart the users of processes that run at the same time.

    Returns
    -------
    dict
        From each of `LAYERS` to how it holds, or "missing" and why.
    """
    layers = dict.fromkeys(LAYERS, _NOT_WANTED)
    home = Path(scratch)
    if sys.platform == "linux":
        home = _enter_linux(limits, layers, home, wanted, worker)
    else:
        layers.update(dict.fromkeys(LAYERS, f"missing (not on {sys.platform})"))
    if "limits" in wanted:
        layers["limits"] = _limit(limits)
    os.environ.update(HOME=str(home), TMPDIR=str(home), USER="student", LOGNAME="student")
    os.chdir(home)
    return layers


def _enter_linux(
    limits: Limits, layers: dict[str, str], home: Path, wanted: Sequence[str], worker: int
) -> Path:
    """Put all layers on, from the outside to the inside; return the folder to work in."""
    shown = files.readable()  # while they can still be looked for
    own = os.geteuid() == 0 and "user" in wanted
    user = _FIRST_USER + worker % _USERS if own else None
    if user is not None:
        os.chown(home, user, user)
    spaces = "namespaces" in wanted and _separate(layers, user)
    if spaces:
        if os.getpid() != 1:
            _continue_as_first_process()
        home = _change_files(limits, layers, home)
    if user is not None and os.geteuid() == 0:
        _become(user)
    if os.geteuid() != 0:
        layers["user"] = _describe_user(user is not None, spaces)
    if "privileges" in wanted:
        layers["privileges"] = _give_back()
    kernel.die_with_parent(signal.SIGKILL)  # again, since a new user takes it back
    if "landlock" in wanted:
        layers["landlock"] = _lock(home, shown)
    return home


def _change_files(limits: Limits, layers: dict[str, str], home: Path) -> Path:
    """Change what files are seen; return the folder to work in."""
    outside = os.open(home.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        files.enter(limits.file_mb)
        with contextlib.suppress(OSError):  # not needed now, and nobody may be left to do it
            os.rmdir(home.name, dir_fd=outside)
    except OSError as error:
        layers["files"] = _missing(error)
        return home
    finally:
        os.close(outside)
    layers["files"] = "system and Python, read-only; private /tmp"
    return files.WRITABLE[0]


def _describe_user(own: bool, spaces: bool) -> str:
    """Say as whom the student's code runs, and what that costs."""
    whose = "own user" if own else "user namespace" if spaces else "whoever grades"
    python = (sys.prefix, sys.base_prefix)
    if not all(os.access(folder, os.R_OK | os.X_OK) for folder in python):
        return f"unprivileged ({whose}); Python lies where it {LATE_IMPORTS_FAIL}"
    return f"unprivileged ({whose})"


def _lock(home: Path, shown: Sequence[Path]) -> str:
    """Lock files, TCP and other processes' doors; return what holds."""
    own_root = home in files.WRITABLE  # it holds nothing that must not be read
    shown = (Path("/"),) if own_root else (*shown, Path("/proc"))
    writable = files.WRITABLE if own_root else (home,)
    devices = [Path("/dev", name) for name in files.DEVICES]
    try:
        return landlock.restrict(shown, (*writable, *devices))
    except OSError as error:
        return _missing(error)


def _separate(layers: dict[str, str], user: int | None) -> bool:
    """Leave the shared namespaces: as root, else as the owner of a namespace of users."""
    try:
        if user is not None and _as_root():
            held = "processes, mounts, IPC, host name"
        else:
            if user is not None:
                _become(user)
            _as_owner()
            held = "users, processes, mounts, IPC, host name"
    except OSError as error:
        layers.update(namespaces=_missing(error), network=_missing(error), files=_missing(error))
        return False
    layers.update(namespaces=held, network="none, not even loopback")
    return True


def _as_root() -> bool:
    """Make namespaces with root's rights, which a container may lack."""
    first = os.getpid() == 1  # of a namespace of processes that it was forked into
    try:
        kernel.unshare(_SPACES & ~kernel.NEW_PROCESSES if first else _SPACES)
    except PermissionError:
        return False
    return True


def _as_owner() -> None:
    """Make namespaces in a new namespace of users, in which this user is somebody else."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(_SPACES | kernel.NEW_USER)
    Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{_INSIDE_USER} {user} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE_USER} {group} 1", encoding="utf-8")


def _continue_as_first_process() -> None:
    """Go on as the first process of the new namespace; when it ends, so do all others in it."""
    first = os.fork()
    if first:
        _wait_for(first)
    kernel.die_with_parent(signal.SIGKILL)


def _wait_for(process: int) -> NoReturn:
    """Wait for a process and end as it ended."""
    os.closerange(0, 4096)
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _become(user: int) -> None:
    """Give up being root; a container may know few users, but nobody is one of them."""
    os.setgroups([])
    try:
        os.setresgid(user, user, user)
    except OSError:
        user = _NOBODY
        os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _give_back() -> str:
    """Give back capabilities, and take no new ones."""
    try:
        kernel.no_new_privileges()
        kernel.drop_capabilities()
    except OSError as error:
        return _missing(error)
    return "none, and no new ones"


def _limit(limits: Limits) -> str:
    """Limit what the process may use; return which limits hold."""
    if resource is None:
        return "missing (not on Windows)"
    used = _address_space()
    wanted: dict[str, int] = {
        "CORE": 0,
        "FSIZE": limits.file_mb * _MEGABYTE,
        "NPROC": limits.processes,
        "CPU": limits.cpu_seconds,
        "AS": used + limits.memory_mb * _MEGABYTE,
    }
    held = [name for name, value in wanted.items() if _limit_one(name, value)]
    return ", ".join(held)


def _limit_one(name: str, value: int) -> bool:
    """Set one limit, where the system has it and no lower one holds already."""
    kind: Any = getattr(resource, f"RLIMIT_{name}", None)
    useless = (name == "AS" and sys.platform == "darwin") or (name == "NPROC" and not os.geteuid())
    if kind is None or useless:
        return False
    highest = resource.getrlimit(kind)[1]
    value = value if highest == resource.RLIM_INFINITY else min(value, highest)
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _address_space() -> int:
    """Return how much address space this process takes by now, in bytes."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    except OSError:
        return 4096 * _MEGABYTE
    return pages * resource.getpagesize()


def _missing(error: OSError) -> str:
    """Say that a layer is missing, and why."""
    return f"missing ({error.strerror or error})"
