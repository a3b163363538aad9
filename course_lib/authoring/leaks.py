"""The leak check: nothing that only instructors may see reaches a file for students.

The secrets are read from the sources as text, not from what the build made of them, so that a
fault of the build is found too. The package itself (``course_lib``, ``quizzes``) holds the
reference implementation and is open to students; there, only seeds and typed letters count.
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from course_lib.authoring.files import Entry, entries, unpack
from course_lib.authoring.solution import Letter, find_blocks, mentions_marker
from course_lib.errors import CourseError

Kind = Literal["solution", "seed", "letter", "marker", "output", "file"]

_PACKAGE = re.compile(r"(?:.*/)?(?:course_lib|quizzes)/.*\.py")
_FOLDERS = {"solutions", "tests", "source", "submitted", "autograded", "autograder", ".git"}
_FILES = ("gradebook.db", "nbgrader_config.py", "otter_config.json", "*seed*.txt", "*autograder*")
_LETTER = re.compile(r'(quiz_\w+)=["\']([A-H])["\']')
_DISTINCTIVE = 16
_SHOWN = 5


@dataclass(frozen=True)
class Leak:
    """A secret that was found.

    Parameters
    ----------
    kind : {"solution", "seed", "letter", "marker", "output", "file"}
        What it is.
    place : str
        The file; for an archive, the archive and the file in it.
    what : str
        The text that gives it away; never the seed itself.
    """

    kind: Kind
    place: str
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.place}: {self.kind}: {self.what}"


@dataclass(frozen=True)
class Secrets:
    """What students must not see.

    Parameters
    ----------
    blocks : tuple of tuple of str
        The code of each solution block, line by line, without white space and comments.
    comments : tuple of str
        The comments in them, in the same form.
    letters : tuple of Letter
        The typed letters of the quizzes.
    public : str
        All that the sources show anyway, in the same form, lines joined by newlines.
    seed : int or None
        The hidden seed, if there is one.
    """

    blocks: tuple[tuple[str, ...], ...]
    comments: tuple[str, ...]
    letters: tuple[Letter, ...]
    public: str
    seed: int | None = None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Lines that give a solution away wherever they stand, even inside another line."""
        found = {line for block in self.blocks for line in block} | set(self.comments)
        shown = self.public.replace("\n", "")
        return tuple(sorted(x for x in found if len(x) >= _DISTINCTIVE and x not in shown))

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """Whole blocks, which give a solution away however short their lines are."""
        runs = {_as_lines("\n".join(block)) for block in self.blocks}
        return tuple(sorted(run for run in runs if run not in _as_lines(self.public)))


def secrets_of(paths: Iterable[Path], seed: int | None = None) -> Secrets:
    """Collect the secrets of some sources.

    Parameters
    ----------
    paths : iterable of Path
        Sources, ``solutions/NN_slug.py``.
    seed : int, optional
        The hidden seed.

    Raises
    ------
    CourseError
        If a solution marker has no partner.
    """
    parts = [_split(path) for path in paths]
    solutions = [block for part in parts for block in part.solutions]
    blocks = [tuple(filter(None, map(_code, block))) for block in solutions]
    typed = [_LETTER.match(_squeeze(line)) for part in parts for line in part.typed]
    shown = [line for part in parts for line in part.shown]
    return Secrets(
        blocks=tuple(filter(None, blocks)),
        comments=tuple(_comment(line) for block in solutions for line in block),
        letters=tuple(Letter(*match.groups(), options="") for match in typed if match),
        public="\n".join(
            [*(_squeeze(line.removeprefix("#")) for line in shown), *map(_code, shown)]
        ),
        seed=seed,
    )


def find(path: Path, secrets: Secrets) -> list[Leak]:
    """Search a file, a folder or an archive, archives in archives included.

    Parameters
    ----------
    path : Path
        What students would get.
    secrets : Secrets
        What they must not see.

    Returns
    -------
    list of Leak
        In the order of the files; empty if all is well.
    """
    return [leak for entry in entries(path) for leak in _search(entry, secrets)]


def refuse(path: Path, secrets: Secrets) -> None:
    """Raise if a file, a folder or an archive would give a secret away.

    Raises
    ------
    CourseError
        Naming the first few places.
    """
    _refuse(entries(path), secrets)


def refuse_content(name: str, data: bytes, secrets: Secrets) -> None:
    """Raise if a file that is not written yet would give a secret away.

    Raises
    ------
    CourseError
        Naming the first few places.
    """
    _refuse(unpack(name, data), secrets)


def _refuse(found: Iterable[Entry], secrets: Secrets) -> None:
    """Raise if some files would give a secret away."""
    leaks = [leak for entry in found for leak in _search(entry, secrets)]
    if leaks:
        more = f"\n... and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
        shown = "\n".join(map(str, leaks[:_SHOWN]))
        raise CourseError(
            f"Nothing was released, because students would see what they must not:\n{shown}{more}"
        )


@dataclass(frozen=True)
class _Parts:
    """The lines of a source: in solution blocks, with a typed letter, and all others."""

    solutions: list[tuple[str, ...]]
    typed: list[str]
    shown: list[str]


def _split(path: Path) -> _Parts:
    """Split the lines of a source."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    blocks = find_blocks(text, path.name)
    for block in reversed(blocks):
        del lines[block.first : block.last + 1]
    typed = [line for line in lines if _LETTER.match(_squeeze(line))]
    shown = [line for line in lines if line not in typed]
    return _Parts([block.lines for block in blocks], typed, shown)


def _search(entry: Entry, secrets: Secrets) -> Iterator[Leak]:
    """Search one file."""
    if reason := _instructors(entry):
        yield Leak("file", entry.place, reason)
    if entry.has_outputs:
        yield Leak("output", entry.place, "a code cell with an output or an execution count")
    package = _PACKAGE.fullmatch(entry.path)
    for text in entry.texts:
        yield from _search_seed(entry, text, secrets)
        yield from _search_letters(entry, text, secrets)
        if not package:
            yield from _search_solutions(entry, text, secrets)


def _instructors(entry: Entry) -> str:
    """Say why a file is one for instructors only, by its name; empty if it is not."""
    *folders, name = entry.path.split("/")
    if wrong := _FOLDERS & set(folders):
        return f"it lies in a folder named {min(wrong)!r}"
    wrong_names = [pattern for pattern in _FILES if fnmatch.fnmatch(name, pattern)]
    return f"it is named like {wrong_names[0]!r}" if wrong_names else ""


def _search_seed(entry: Entry, text: str, secrets: Secrets) -> Iterator[Leak]:
    """Search for the hidden seed, in decimal and hexadecimal digits."""
    if secrets.seed is None:
        return
    digits = text.replace("_", "").replace(",", "").lower()
    if str(secrets.seed) in digits or f"{secrets.seed:x}" in digits:
        yield Leak("seed", entry.place, "the hidden seed")


def _search_letters(entry: Entry, text: str, secrets: Secrets) -> Iterator[Leak]:
    """Search for typed letters: any in a notebook, the right ones elsewhere."""
    right = {(letter.name, letter.letter) for letter in secrets.letters}
    for match in _LETTER.finditer(_squeeze(text)):
        if entry.is_notebook or match.groups() in right:
            yield Leak("letter", entry.place, f"{match[1]} has a letter typed in")


def _search_solutions(entry: Entry, text: str, secrets: Secrets) -> Iterator[Leak]:
    """Search for markers and for the code of solutions."""
    prose = entry.path.endswith((".md", ".txt"))
    if not prose and (mentions_marker(text) or "HIDDEN TESTS" in text.upper()):
        yield Leak("marker", entry.place, "a marker of a solution or of hidden tests")
    squeezed = _squeeze(text)
    yield from (Leak("solution", entry.place, x) for x in secrets.lines if x in squeezed)
    lines = _as_lines("\n".join(_code(line) for line in text.split("\n")))
    yield from (Leak("solution", entry.place, run.strip()) for run in secrets.runs if run in lines)


def _squeeze(text: str) -> str:
    """Take out what does not change the meaning: white space, and the kind of quotes."""
    return re.sub(r"\s+", "", text).replace("'", '"')


def _code(line: str) -> str:
    """Return a line's code without its comment."""
    return _squeeze(re.sub(r"(^|\s)#.*", "", line))


def _comment(line: str) -> str:
    """Return a line's comment."""
    match = re.search(r"(?:^|\s)#(.*)", line)
    return "" if match is None else _squeeze(match[1])


def _as_lines(text: str) -> str:
    """Put every line between newlines, empty ones left out, so that whole lines can be found."""
    return "\n" + "\n".join(line for line in text.split("\n") if line) + "\n"
