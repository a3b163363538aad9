"""Reading what students would get, file by file, and packing it."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_FIXED_TIME = (2024, 11, 26, 0, 0, 0)
_TAG = re.compile(r"<[^>]*>")
_SKIPPED_FOLDERS = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Entry:
    """One file, wherever it lies.

    Parameters
    ----------
    path : str
        Within the folder or the archive, with "/".
    place : str
        The same for a reader; names the archive too.
    data : bytes
        The content.
    """

    path: str
    place: str
    data: bytes

    @property
    def is_notebook(self) -> bool:
        """Whether this is a notebook."""
        return self.path.endswith(".ipynb")

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All texts in the file: of JSON every text, key and number, of a page what it shows."""
        text = self.data.decode("utf-8", errors="ignore")
        if self.path.endswith((".ipynb", ".json")):
            return (*_texts_in(self._parsed), text)
        if self.path.endswith((".html", ".htm")):
            return (html.unescape(_TAG.sub("", text)), text)
        return (text,)

    @cached_property
    def has_outputs(self) -> bool:
        """Whether this is a notebook with outputs or execution counts."""
        cells = self._parsed.get("cells") if isinstance(self._parsed, dict) else None
        if not self.is_notebook or not isinstance(cells, list):
            return False
        cells = [cell for cell in cells if isinstance(cell, dict)]
        return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)

    @cached_property
    def _parsed(self) -> Any:
        """The content as JSON; None if it is none."""
        try:
            return json.loads(self.data)
        except ValueError:
            return None


def entries(path: Path) -> Iterator[Entry]:
    """Go through a file, a folder or an archive, archives in archives included.

    Parameters
    ----------
    path : Path
        A file, a folder, or a zip archive.

    Yields
    ------
    Entry
        Sorted by path.
    """
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            inner = file.relative_to(path).as_posix()
            yield from _unpack(inner, f"{path.name}/{inner}", file.read_bytes())
    else:
        yield from unpack(path.name, path.read_bytes())


def unpack(name: str, data: bytes) -> Iterator[Entry]:
    """Go through the content of a file: itself, and all that is in it if it is an archive."""
    yield from _unpack(name, name, data)


def package_files(folder: Path) -> list[Path]:
    """List the files of a folder, sorted, without caches and hidden files."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(
            part in _SKIPPED_FOLDERS or part.startswith(".")
            for part in path.relative_to(folder).parts
        )
    )


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip archive; the same files give the same bytes.

    Parameters
    ----------
    files : mapping
        From the path in the archive to the content.

    Examples
    --------
    >>> pack({"a.txt": b"1", "b.txt": b"2"}) == pack({"b.txt": b"2", "a.txt": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # the same on Windows and macOS
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[path])
    return buffer.getvalue()


def _unpack(path: str, place: str, data: bytes) -> Iterator[Entry]:
    """Yield a file, and what is in it if it is an archive."""
    yield Entry(path, place, data)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                yield from _unpack(name, f"{place} > {name}", archive.read(name))


def _texts_in(value: Any) -> Iterator[str]:
    """Yield every text and number in parsed JSON; the lines of a cell come joined."""
    if isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts_in(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        yield from _in_all(value)


def _in_all(values: Iterable[Any]) -> Iterator[str]:
    """Yield the texts of several values."""
    for value in values:
        yield from _texts_in(value)
