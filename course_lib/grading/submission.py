"""A submission: who handed in what, and where its bytes are."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 256 * 2**20


class UnreadableError(Exception):
    """A submission cannot be read; the message says why, for student and instructor."""


@dataclass(frozen=True)
class Submission:
    """One file that a student handed in.

    Parameters
    ----------
    student : str
        As the folder or file is named.
    assignment : str
        The course's notebook, for example "02_normalization"; empty where it is not known.
    place : str
        Where the file lies in the collected folder or archive.
    path : Path
        The file, or the archive that holds it.
    member : str
        The file's name in the archive; empty for a file of its own.
    handed_in : float
        When, in seconds; the newest of a student's files for one assignment counts.
    problem : str
        Why there is nothing to read; empty where there is.
    """

    student: str
    assignment: str
    place: str
    path: Path
    member: str = ""
    handed_in: float = 0.0
    problem: str = ""

    def content(self) -> bytes:
        """Read the file.

        Raises
        ------
        UnreadableError
            If that fails, or the file is too long; archives may lie about a length.
        """
        if self.problem:
            raise UnreadableError(self.problem)
        try:
            content = self._beginning()
        except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            raise UnreadableError(f"The file cannot be opened: {_reason(error)}.") from error
        if len(content) > MOST_BYTES:
            raise UnreadableError(f"The file is longer than {MOST_BYTES // 2**20} MB.")
        return content

    def _beginning(self) -> bytes:
        """Read no more than what is allowed, and one byte."""
        if not self.member:
            with self.path.open("rb") as file:
                return file.read(MOST_BYTES + 1)
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
            return file.read(MOST_BYTES + 1)


def _reason(error: Exception) -> str:
    """Say what an error says, without the path."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
