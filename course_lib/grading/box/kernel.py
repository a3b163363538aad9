"""Calls of the Linux kernel that Python's own library lacks."""

import ctypes
import os
import platform
from pathlib import Path

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_NO_SETUID, _NO_DEVICES = 0x2, 0x4
_DETACH = 2
_AT_RECURSIVE, _AT_CWD = 0x8000, -100
_ATTRIBUTE_READ_ONLY = 0x1
_ATTRIBUTE_NO_SETUID, _ATTRIBUTE_NO_DEVICES = 0x2, 0x4
_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _SUBREAPER = 1, 38, 36
_CAPABILITY_VERSION = 0x20080522
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442


def _call(name: str, *arguments: object) -> int:
    """Call a function of the C library; an OSError where it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    result: int = getattr(library, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by its number.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    return _call("syscall", ctypes.c_long(number), *arguments)


def unshare(flags: int) -> None:
    """Leave the namespaces that are shared with the parent process."""
    _call("unshare", ctypes.c_int(flags))


def enter_namespace(place: int, kind: int) -> None:
    """Enter, or let children enter, a namespace that is open as a file."""
    _call("setns", ctypes.c_int(place), ctypes.c_int(kind))


def die_with_parent(signal_number: int) -> None:
    """Ask for a signal when the parent dies; a change of the user takes it back."""
    _call("prctl", _DEATH_SIGNAL, ctypes.c_ulong(signal_number), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents end."""
    _call("prctl", _SUBREAPER, ctypes.c_ulong(1), 0, 0, 0)


def no_new_privileges() -> None:
    """Let no program that is started have more rights than this process."""
    _call("prctl", _NO_NEW_PRIVILEGES, ctypes.c_ulong(1), 0, 0, 0)


def drop_capabilities() -> None:
    """Give back what a process may do in its own namespaces."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def make_mounts_private() -> None:
    """Keep what is mounted here from being seen outside."""
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)


def mount_memory(folder: Path, options: str) -> None:
    """Mount an empty file system in memory."""
    _mount("tmpfs", str(folder), "tmpfs", _NO_SETUID | _NO_DEVICES, options)


def mount_processes(folder: Path) -> None:
    """Mount the list of this namespace's processes."""
    _mount("proc", str(folder), "proc", _NO_SETUID | _NO_DEVICES)


def bind(source: str, target: Path) -> None:
    """Show a folder or file in another place as well."""
    _mount(source, str(target), None, _BIND | _RECURSIVE)


def make_read_only(folder: Path, recursive: bool = True) -> None:
    """Let nothing below a mount be written to; devices and set-user-id bits do not count."""
    attributes = _ATTRIBUTE_READ_ONLY | _ATTRIBUTE_NO_SETUID
    attributes |= _ATTRIBUTE_NO_DEVICES if recursive else 0
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    flags = ctypes.c_uint(_AT_RECURSIVE if recursive else 0)
    path = str(folder).encode()
    size = ctypes.c_size_t(32)
    syscall(_MOUNT_SETATTR, ctypes.c_int(_AT_CWD), path, flags, ctypes.byref(wanted), size)


def change_root(folder: Path) -> None:
    """Make a folder the root, and let the old root go."""
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"changing the root is not known on {platform.machine()}")
    os.chdir(folder)
    syscall(number, b".", b".")
    _call("umount2", b".", ctypes.c_int(_DETACH))
    os.chdir("/")


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """Mount something."""
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    _call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])
