"""Results on disk: one file for each submission, written whole, found again by its content."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from course_lib import atomic
from course_lib.grading.result import Result, from_dict

FOLDER = "results"
_LONGEST = 60


class Store:
    """The results in the folder of grades.

    Parameters
    ----------
    out : Path
        The folder of grades.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER

    def path(self, result: Result) -> Path:
        """Return the file of a result: student, assignment, and what was graded with what.

        Examples
        --------
        >>> Store(Path("grades")).path(Result("A/../b", "02_x", "", 0.0, "1234")).name
        'A_.._b--02_x--1234.json'
        """
        parts = [_plain(result.student), _plain(result.assignment or "unknown"), result.key]
        return self.folder / f"{'--'.join(parts)}.json"

    def find(self, result: Result) -> Result | None:
        """Return the finished result of the same key, if there is one that can be read."""
        try:
            kept = from_dict(json.loads(self.path(result).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None
        return kept if kept.key == result.key else None

    def write(self, result: Result) -> None:
        """Write a result; until it is whole, nothing of it is seen."""
        text = json.dumps(result.as_dict(), indent=1, ensure_ascii=False)
        atomic.write(self.path(result), text.encode("utf-8", "backslashreplace") + b"\n")

    def all(self) -> Iterator[Result]:
        """Yield every result that can be read, sorted by file name."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                yield from_dict(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError):
                continue


def _plain(text: str) -> str:
    """Keep what every file system takes; the key tells apart what then looks alike."""
    return re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).strip("._")[:_LONGEST] or "_"
