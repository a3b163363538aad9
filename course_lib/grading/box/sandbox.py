"""Layers around a student's process. Each is tried; what the system refuses is named."""

import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from course_lib.grading.box import files, kernel, landlock

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

LAYERS = ("user", "namespaces", "network", "files", "landlock", "privileges", "limits")
_SPACES = (
    kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC | kernel.NEW_HOST_NAME
    | kernel.NEW_NETWORK
)  # fmt: skip
# A user that owns nothing: far above those that systems give away, one for each process.
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


def enter(limits: Limits, scratch: str, sandboxed: bool = True) -> dict[str, str]:
    """Enter the sandbox; on Linux it is a new process that returns from here.

    Parameters
    ----------
    limits : Limits
        What the process may use.
    scratch : str
        A folder of its own, where /tmp cannot be made private.
    sandboxed : bool
        Without it only the limits are set.

    Returns
    -------
    dict
        From each of `LAYERS` to how it holds, or "missing" and why.
    """
    layers = dict.fromkeys(LAYERS, "missing (not asked for)")
    home = Path(scratch)
    if sandboxed and sys.platform == "linux":
        home = _enter_linux(limits, layers, home)
    elif sandboxed:
        layers.update(dict.fromkeys(LAYERS, f"missing (not on {sys.platform})"))
    layers["limits"] = _limit(limits)
    os.environ.update(HOME=str(home), TMPDIR=str(home), USER="student", LOGNAME="student")
    os.chdir(home)
    return layers


def _enter_linux(limits: Limits, layers: dict[str, str], home: Path) -> Path:
    """Put all layers on, from the outside to the inside; return the folder to work in."""
    user = _own_user() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(home, user, user)
    spaces = _separate(layers, user)
    if spaces:
        _continue_as_first_process()
        try:
            files.enter(limits.file_mb)
            layers["files"] = "system and Python, read-only; private /tmp"
            home = Path("/tmp")  # noqa: S108 - a private one, in memory
        except OSError as error:
            layers["files"] = _missing(error)
    if user is not None and os.geteuid() == 0:
        _become(user)
    layers["user"] = f"unprivileged ({'own user' if user else 'user namespace'})"
    if user is None and not spaces:
        layers["user"] = "unprivileged (whoever grades)"
    layers["privileges"] = _give_back()
    kernel.die_with_parent(signal.SIGKILL)  # again, since a new user takes it back
    try:
        own_root = home in files.WRITABLE  # it holds nothing that must not be read
        shown = (Path("/"),) if own_root else (*files.readable(), Path("/proc"))
        writable = files.WRITABLE if own_root else (home,)
        devices = [Path("/dev", name) for name in files.DEVICES]
        layers["landlock"] = landlock.restrict(shown, (*writable, *devices))
    except OSError as error:
        layers["landlock"] = _missing(error)
    return home


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
    try:
        kernel.unshare(_SPACES)
    except PermissionError:
        return False
    return True


def _as_owner() -> None:
    """Make namespaces in a new namespace of users, in which this user is somebody else."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(_SPACES | kernel.NEW_USER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_INSIDE_USER} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE_USER} {group} 1", encoding="ascii")


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


def _own_user() -> int:
    """Return a user that no other process has."""
    return _FIRST_USER + os.getpid() % _USERS


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
    if kind is None or (name == "AS" and sys.platform == "darwin"):
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
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4096 * _MEGABYTE
    return pages * resource.getpagesize()


def _missing(error: OSError) -> str:
    """Say that a layer is missing, and why."""
    return f"missing ({error.strerror or error})"
