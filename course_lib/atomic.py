"""Files that are either the old one or the new one, never a half of each."""

import os
import secrets
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole: beside the old one, onto the disk, then in its place.

    Parameters
    ----------
    path : Path
        Where the file shall stand; a link is followed. Missing folders are made.
    content : str or bytes
        Text is written as UTF-8 with plain newlines.

    Raises
    ------
    OSError
        If the file cannot be written; the old file is then untouched and nothing is left beside it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "deep", "note.txt"), "kept")
    ...     Path(folder, "deep", "note.txt").read_text()
    'kept'
    """
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)  # noqa: PTH105 - the tests break this very call
    finally:
        beside.unlink(missing_ok=True)
