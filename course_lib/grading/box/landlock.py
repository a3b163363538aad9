"""Landlock: a Linux process forbids itself files, TCP, and signals to others. No rights needed.

Source: kernel documentation, userspace-api/landlock (Salaun, from Linux 5.13 on).
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

from course_lib.grading.box import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_OF_A_FILE = _EXECUTE | _WRITE | _READ_FILE | 1 << 14 | 1 << 15
# How many kinds of file access each version knows; the last ones are truncate and ioctl.
_KINDS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP, _OUTSIDERS = 0b11, 0b11


def version() -> int:
    """Return the version of Landlock; 0 where there is none."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_ASK_VERSION))
    except OSError:
        return 0


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> str:
    """Allow this process nothing but to read some folders and to write into some others.

    Parameters
    ----------
    readable, writable : iterable of Path
        Folders or files; those that cannot be reached are left out.

    Returns
    -------
    str
        The version, for the report.

    Raises
    ------
    OSError
        If there is no Landlock.
    """
    found = version()
    if not found:
        raise OSError("not in this kernel")
    handled = (1 << _KINDS[min(found, 5)]) - 1
    rules = struct.pack("QQQ", handled, _TCP if found >= 4 else 0, _OUTSIDERS if found >= 6 else 0)
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    ruleset = kernel.syscall(_CREATE, rules, ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        for path in readable:
            _allow(ruleset, path, handled & (_EXECUTE | _READ_FILE | _READ_FOLDER))
        for path in writable:
            _allow(ruleset, path, handled)
        kernel.syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)
    return f"version {found}"


def _allow(ruleset: int, path: Path, access: int) -> None:
    """Allow some access below a folder, or to a file; what cannot be reached needs no rule."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= _OF_A_FILE
        rule = struct.pack("=Qi", access, place)
        kernel.syscall(_ADD, ctypes.c_int(ruleset), _BENEATH, rule, ctypes.c_uint(0))
    finally:
        os.close(place)
