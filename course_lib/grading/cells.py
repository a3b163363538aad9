"""The code of a notebook, however damaged the rest of it is."""

import json
import re
from collections.abc import Iterator
from typing import Any

from course_lib.grading.submission import UnreadableError

_MOST_CELLS = 5000
_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"))


def code_cells(content: bytes) -> list[str]:
    """Return the source of each code cell, in order.

    Metadata, outputs, ids and the kernel are not looked at. Notebooks of format 3 are read too.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    list of str
        What is to be run.

    Raises
    ------
    UnreadableError
        If this is no notebook; the message says what it looks like.

    Examples
    --------
    >>> code_cells(b'{"cells": [{"cell_type": "code", "source": ["x = ", "1"]}]}')
    ['x = 1']
    """
    notebook = _parsed(_text(content))
    if not isinstance(notebook, dict):
        kind = "a list" if isinstance(notebook, list) else "something else"
        raise UnreadableError(f"The file is no notebook: it holds {kind}.")
    cells = list(_cells(notebook))
    if not cells:
        raise UnreadableError("The file is no notebook, or one without cells.")
    if len(cells) > _MOST_CELLS:
        raise UnreadableError(f"The notebook has {len(cells)} cells; {_MOST_CELLS} are allowed.")
    return [_source(cell) for cell in cells if cell.get("cell_type") == "code"]


def defines(name: str, source: str) -> bool:
    """Tell whether a cell seems to define a name; it need not be valid code.

    Examples
    --------
    >>> defines("f", "def f(x):"), defines("f", "x = f(1)"), defines("quiz_a", "quiz_a = 'B'")
    (True, False, True)
    """
    one = re.escape(name)
    return re.search(rf"^\s*(def|class)\s+{one}\b|^{one}\s*=", source, re.MULTILINE) is not None


def _text(content: bytes) -> str:
    """Decode a file, with or without a mark of its encoding."""
    if not content.strip():
        raise UnreadableError("The file is empty.")
    encoding = next(name for mark, name in _MARKS if content.startswith(mark))
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError("The file is not text; is it really a notebook?") from error


def _parsed(text: str) -> Any:
    """Parse JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if _CONFLICT.search(text):
            message = "The file holds the marks of a merge conflict (<<<<<<< and >>>>>>>)."
        else:
            message = "The file is no notebook that can be read (damaged, or cut off?)."
        raise UnreadableError(message) from error


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells; format 3 keeps them in worksheets."""
    sheets = notebook.get("worksheets")
    holders = [notebook, *(sheets if isinstance(sheets, list) else [])]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                yield cell


def _source(cell: dict[str, Any]) -> str:
    """Return the source of a cell; format 3 calls it input."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
