"""The files that a student's code sees: the system and Python, read-only, and an empty /tmp."""

import os
import site
import stat
import sys
from collections.abc import Callable
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
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")
_COURSE = Path(__file__).resolve().parents[3]


def libraries() -> tuple[Path, ...]:
    """Return the folders in which this Python's libraries are installed.

    A virtual environment may name those of another one in a ``.pth`` file.
    """
    named = [folder for folder in sys.path if Path(folder).name in _PACKAGE_FOLDERS]
    return tuple(dict.fromkeys(map(Path, [*site.getsitepackages(), *named])))


def readable() -> tuple[Path, ...]:
    """Return the folders and files of the system and of this Python, without those inside others.

    Examples
    --------
    >>> Path(sys.prefix) in readable() or Path("/usr") in readable()
    True
    """
    found = dict.fromkeys([*map(Path, [*_SYSTEM, *_SETTINGS]), *_python()])
    there = [path for path in found if path.exists() and path != Path("/")]
    return tuple(path for path in there if not any(p in there for p in path.parents))


def hidden() -> tuple[Path, ...]:
    """Return the folders inside the readable ones that hold the course: its code, its solutions."""
    if _COURSE in libraries():
        own = [_COURSE / name for name in PACKAGES]
    else:
        python = _python()
        own = [path for path in _COURSE.iterdir() if not any(map(_contains(path), python))]
    installed = [Path(folder, name) for folder in libraries() for name in PACKAGES]
    shown = readable()
    folders = [path for path in dict.fromkeys([*installed, *own]) if path.is_dir()]
    return tuple(path for path in folders if any(p in shown for p in path.parents))


def _python() -> list[Path]:
    """Return where this Python is, as it is called and as it lies on the disk."""
    named = [Path(sys.prefix), Path(sys.base_prefix), *libraries(), Path(sys.executable)]
    return [*named, *(path.resolve() for path in named)]


def _contains(folder: Path) -> Callable[[Path], bool]:
    """Make a test whether a path is a folder, or lies in it."""
    return lambda path: path.is_relative_to(folder)


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
    shown, covered = readable(), hidden()  # looked for before /tmp is another one
    links = {str(path): path.readlink() for path in map(Path, _SYSTEM) if path.is_symlink()}
    places = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in shown]
    devices = [os.open(f"/dev/{name}", os.O_PATH | os.O_CLOEXEC) for name in DEVICES]
    kernel.make_mounts_private()
    kernel.mount_memory(_NEW_ROOT, "mode=755,size=1m")
    for folder in WRITABLE:  # first, since Python may lie in them
        _inside(folder).mkdir(parents=True)
        kernel.mount_memory(_inside(folder), f"mode=1777,size={megabytes}m")
    for path, place in zip(shown, places, strict=True):
        _show(path, place, links.get(str(path)))
    for folder in covered:
        kernel.mount_memory(_inside(folder), "mode=755,size=4k")
        kernel.make_read_only(_inside(folder))
    for name, place in zip(DEVICES, devices, strict=True):
        _bind_file(_inside(Path("/dev", name)), place)
    for place in (*places, *devices):
        os.close(place)
    _show_processes()
    kernel.make_read_only(_NEW_ROOT, recursive=False)
    kernel.change_root(_NEW_ROOT)


def _inside(path: Path) -> Path:
    """Return a path's place below the new root."""
    return _NEW_ROOT / path.relative_to("/")


def _show(path: Path, place: int, link: Path | None) -> None:
    """Show a folder or file read-only; a link of the system stays a link."""
    target = _inside(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if link is not None:
        target.symlink_to(link)
        return
    if stat.S_ISDIR(os.fstat(place).st_mode):
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
