"""A lock for files that several programs write; the system lets go of it when a program ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(path: Path, patience_seconds: float) -> Iterator[None]:
    """Hold the lock of a file while the block runs.

    Parameters
    ----------
    path : Path
        The file; its folder must exist. The lock is a file beside it that stays.
    patience_seconds : float
        How long to wait for others.

    Raises
    ------
    TimeoutError
        If somebody else holds the lock for longer.
    OSError
        If the lock cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, locked(Path(folder, "a.json"), 1.0):
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['a.json.lock']
    """
    with path.with_name(path.name + ".lock").open("ab") as file:
        give_up = time.monotonic() + patience_seconds
        while not _try_lock(file):
            if time.monotonic() > give_up:
                raise TimeoutError("another program holds the file")
            time.sleep(0.01)
        try:
            yield
        finally:
            _unlock(file)


if os.name == "nt":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        """Take the lock if it is free."""
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        """Let the lock go."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        """Let the lock go."""
        fcntl.flock(file, fcntl.LOCK_UN)
