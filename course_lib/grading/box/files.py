"""The files that a student's code sees: the system and Python, read-only, and an empty /tmp."""

import os
import site
import sys
from pathlib import Path

from course_lib.grading.box import kernel
from course_lib.grading.box.standins import PACKAGES

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = (
    "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/localtime",
)  # fmt: skip
DEVICES = ("null", "zero", "full", "random", "urandom")
_NEW_ROOT = Path("/tmp")  # noqa: S108 - a place that every system has; nothing is written there
WRITABLE = (Path("/tmp"), Path("/dev/shm"))  # noqa: S108 - private ones, in memory


def readable() -> tuple[Path, ...]:
    """Return the folders and files of the system and of this Python, without those inside others.

    Examples
    --------
    >>> Path(sys.prefix) in readable() or Path("/usr") in readable()
    True
    """
    python = [sys.prefix, sys.base_prefix, *site.getsitepackages(), str(Path(sys.executable))]
    real = [str(Path(path).resolve()) for path in python]
    found = dict.fromkeys(map(Path, [*_SYSTEM, *_SETTINGS, *python, *real]))
    there = [path for path in found if path.exists() and path != Path("/")]
    return tuple(path for path in there if not any(p in there for p in path.parents))


def hidden() -> tuple[Path, ...]:
    """Return the folders inside the readable ones that hold the course's own code."""
    folders = [Path(folder, name) for folder in site.getsitepackages() for name in PACKAGES]
    return tuple(folder for folder in folders if folder.is_dir())


def enter(megabytes: int) -> None:
    """Make a root that holds nothing else, and enter it; needs namespaces of its own.

    Parameters
    ----------
    megabytes : int
        Room in /tmp; it is memory.

    Raises
    ------
    OSError
        If the kernel refuses; the root is then as it was.
    """
    shown = readable()
    places = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in shown]
    devices = [os.open(f"/dev/{name}", os.O_PATH | os.O_CLOEXEC) for name in DEVICES]
    kernel.make_mounts_private()
    kernel.mount_memory(_NEW_ROOT, "mode=755,size=1m")
    for path, place in zip(shown, places, strict=True):
        _show(path, place)
    for folder in hidden():
        kernel.mount_memory(_inside(folder), "mode=755,size=4k")
        kernel.make_read_only(_inside(folder))
    for name, place in zip(DEVICES, devices, strict=True):
        _bind_file(_inside(Path("/dev", name)), place)
    for place in (*places, *devices):
        os.close(place)
    for folder in WRITABLE:
        _inside(folder).mkdir(parents=True)
        kernel.mount_memory(_inside(folder), f"mode=1777,size={megabytes}m")
    _show_processes()
    kernel.make_read_only(_NEW_ROOT, recursive=False)
    kernel.change_root(_NEW_ROOT)


def _inside(path: Path) -> Path:
    """Return a path's place below the new root."""
    return _NEW_ROOT / path.relative_to("/")


def _show(path: Path, place: int) -> None:
    """Show a folder or file read-only; a link stays a link."""
    target = _inside(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        target.symlink_to(path.readlink())
        return
    if path.is_dir():
        target.mkdir(exist_ok=True)
        kernel.bind(f"/proc/self/fd/{place}", target)
    else:
        _bind_file(target, place)
    kernel.make_read_only(target)


def _bind_file(target: Path, place: int) -> None:
    """Show a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch()
    kernel.bind(f"/proc/self/fd/{place}", target)


def _show_processes() -> None:
    """Show the processes of this namespace, where that is allowed: some containers forbid it."""
    folder = _inside(Path("/proc"))
    folder.mkdir()
    try:
        kernel.mount_processes(folder)
    except OSError:
        return
    _inside(Path("/dev/fd")).symlink_to("/proc/self/fd")
