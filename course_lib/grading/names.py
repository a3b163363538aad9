"""Whose file it is, by its name: nbgrader's folders, and what learning platforms export."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

# Canvas: doejane_LATE_1234_56789_name-1.ipynb; the number at the end counts the hand-ins.
_CANVAS = re.compile(r"(?P<student>[^_/]+)(_LATE)?_(?P<id>\d+)_(?P<hand_in>\d+)_(?P<name>.+)")
_CANVAS_AGAIN = re.compile(r"-(?P<count>\d{1,3})$")
# Moodle: "Jane Doe_1234_assignsubmission_file_" as a folder, or in front of the name.
_MOODLE = re.compile(r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_file_?(?P<name>.*)")
# Brightspace: "1234-5678 - Jane Doe - Nov 20, 2026 1030 AM - name.ipynb", or a folder without name.
_BRIGHTSPACE = re.compile(
    r"(?P<id>\d+)-(?P<hand_in>\d+) ?- (?P<student>.+?) ?- "
    r"(?P<when>[A-Z][a-z]+ \d{1,2}, \d{4} \d{3,4} [AP]M)( ?- (?P<name>.+))?"
)


@dataclass(frozen=True)
class Owner:
    """Whose file it is.

    Parameters
    ----------
    student : str
        As the platform names the student; with the platform's number, since names occur twice.
    name : str
        The file's own name and folder, without what the platform put in front.
    when : float or None
        When it was handed in, in seconds, if the name says it.
    count : int
        How often the student handed in before, if the name says it.
    """

    student: str
    name: str
    when: float | None = None
    count: int = 0


def owner(place: str, notebooks: Sequence[str] = ()) -> Owner:
    """Tell whose file it is.

    Parameters
    ----------
    place : str
        Path below the collected folder, with ``/``.
    notebooks : sequence of str
        Names of the course's notebooks, which a name may contain.

    Examples
    --------
    >>> owner("alice/02_normalization/02_normalization.ipynb").student
    'alice'
    >>> owner("Jane Doe_12_assignsubmission_file_/my work.ipynb").student
    'Jane Doe (12)'
    >>> owner("doejane_LATE_12_345_02_normalization-1.ipynb").student
    'doejane (12)'
    >>> owner("02_normalization_bob.ipynb", ["02_normalization"]).student
    'bob'
    """
    path = PurePosixPath(place)
    first = path.parts[0] if len(path.parts) > 1 else path.stem
    rest = "/".join(path.parts[1:])
    for read in (_moodle, _brightspace, _canvas):
        found = read(first, rest)
        if found is not None:
            return found
    if len(path.parts) > 1:
        return Owner(first, rest)
    return Owner(_without(path.stem, notebooks), path.name)


def _moodle(first: str, rest: str) -> Owner | None:
    """Read Moodle's names."""
    match = _MOODLE.fullmatch(first)
    if match is None:
        return None
    return Owner(f"{match['student']} ({match['id']})", rest or match["name"])


def _brightspace(first: str, rest: str) -> Owner | None:
    """Read Brightspace's names."""
    match = _BRIGHTSPACE.fullmatch(first)
    if match is None:
        return None
    try:
        when = datetime.strptime(match["when"], "%b %d, %Y %I%M %p").replace(tzinfo=UTC)
    except ValueError:  # a month in another language
        return Owner(f"{match['student']} ({match['id']})", rest or match["name"] or "")
    name = rest or match["name"] or ""
    return Owner(f"{match['student']} ({match['id']})", name, when.timestamp())


def _canvas(first: str, rest: str) -> Owner | None:
    """Read Canvas's names."""
    match = None if rest else _CANVAS.fullmatch(first)
    if match is None:
        return None
    again = _CANVAS_AGAIN.search(match["name"])
    count = int(again["count"]) if again else 0
    return Owner(f"{match['student']} ({match['id']})", match["name"], None, count)


def _without(stem: str, notebooks: Sequence[str]) -> str:
    """Take a notebook's name out of a file's name; what is left is the student."""
    for name in notebooks:
        left = stem.replace(name, "").strip(" _-.")
        if name in stem and left:
            return left
    return stem
