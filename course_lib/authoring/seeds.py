"""The hidden seed: hidden cases are drawn from it, and only instructors have it."""

import os
import re
import secrets
from pathlib import Path

from course_lib.errors import CourseError

FILE_NAME = "hidden_seed.txt"
_FORM = re.compile(r"[1-9]\d{11,17}")


def hidden_seed(out: Path, seed_file: Path | None = None) -> tuple[int, Path]:
    """Return the hidden seed and the file that holds it.

    Parameters
    ----------
    out : Path
        Instructor's folder. A seed that it holds already is used again, so that a later release
        grades like the first; without one, a seed is drawn and written there, for the owner only.
    seed_file : Path, optional
        A file with one whole number, used instead.

    Returns
    -------
    tuple of int and Path
        12 to 18 digits: too many to guess, and enough for the leak check to find.

    Raises
    ------
    CourseError
        If the file is missing or holds anything else.
    """
    path = seed_file or out / FILE_NAME
    if seed_file is None and not path.exists():
        _draw(path)
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"The hidden seed cannot be read from {path}: {error}.") from error
    if not _FORM.fullmatch(text):
        raise CourseError(f"{path} must hold one whole number of 12 to 18 digits and no more.")
    return int(text), path


def _draw(path: Path) -> None:
    """Draw a seed into a new file that only its owner can read."""
    seed = 10**17 + secrets.randbelow(9 * 10**17)
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(f"{seed}\n")
