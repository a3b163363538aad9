"""Which notebooks there are: those of the course, or those in a student's folder."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError

_NAME = re.compile(r"(?P<number>\d\d)_(?P<slug>[a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Notebook:
    """A notebook and what its header says.

    Parameters
    ----------
    path : Path
        The file.
    number, slug : str
        The two parts of its name: "02" and "normalization".
    title : str
        From the header; the slug where the header is missing.
    minutes : int or None
        How long it takes a student.
    slides : str
        The slides of the lecture that it covers, for example "4-10".
    graded : tuple of str
        Exercises and quizzes that its check cells grade, in order.
    """

    path: Path
    number: str
    slug: str
    title: str
    minutes: int | None = None
    slides: str = ""
    graded: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name without ending, for example "02_normalization"."""
        return f"{self.number}_{self.slug}"


def course_root() -> Path:
    """Return the folder of the course, which holds ``notebooks``.

    Raises
    ------
    CourseError
        If the package was installed without its notebooks.

    Examples
    --------
    >>> (course_root() / "notebooks").is_dir()
    True
    """
    root = Path(__file__).resolve().parents[1]
    if not (root / "notebooks").is_dir():
        raise CourseError(
            f"There is no folder 'notebooks' in {root}. Install the course from its own folder: "
            "unpack the course, go there, and run: python -m pip install -e ."
        )
    return root


def notebooks_in(folder: Path) -> tuple[Notebook, ...]:
    """List the notebooks ``NN_slug.ipynb`` of a folder, sorted by number.

    Parameters
    ----------
    folder : Path
        A folder that does not exist holds none. A notebook whose header cannot be read counts,
        with its slug as title.

    Examples
    --------
    >>> notebooks_in(course_root() / "notebooks")[0].name
    '00_course_map'
    """
    return tuple(_describe(path) for path in sorted(folder.glob("*.ipynb")) if _parts(path))


def locate(folder: Path, topic: str) -> Notebook:
    """Find a topic's notebook, given as "02", "2", "normalization" or "02_normalization".

    Raises
    ------
    CourseError
        If there is none; the message lists those that exist.

    Examples
    --------
    >>> locate(course_root() / "notebooks", "0").title
    'The map of the course'
    """
    found = notebooks_in(folder)
    wanted = topic.strip().lower().removesuffix(".ipynb")
    for notebook in found:
        names = {notebook.number, str(int(notebook.number)), notebook.slug, notebook.name}
        if wanted in names:
            return notebook
    known = ", ".join(notebook.name for notebook in found) or "none"
    raise CourseError(f"There is no topic {topic!r}; there are {known}.")


def _parts(path: Path) -> re.Match[str] | None:
    """Split a name into number and slug; None for another name."""
    return _NAME.fullmatch(path.stem)


def _describe(path: Path) -> Notebook:
    """Read the header of a notebook."""
    parts = _parts(path)
    if parts is None:
        raise CourseError(f"{path.name} is not named like 02_normalization.ipynb.")
    number, slug = parts["number"], parts["slug"]
    content = _content(path)
    header = _dict(_dict(content.get("metadata")).get("course"))
    minutes = header.get("minutes")
    return Notebook(
        path=path,
        number=number,
        slug=slug,
        title=str(header.get("title") or slug.replace("_", " ")),
        minutes=minutes if isinstance(minutes, int) else None,
        slides=str(header.get("slides") or ""),
        graded=_graded(content),
    )


def _content(path: Path) -> dict[str, Any]:
    """Return what a notebook's file holds; empty where it cannot be read."""
    try:
        return _dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def _graded(content: dict[str, Any]) -> tuple[str, ...]:
    """List the names in the check cells, each once."""
    cells = content.get("cells")
    found: dict[str, None] = {}
    for cell in cells if isinstance(cells, list) else []:
        tests = _dict(_dict(_dict(cell).get("metadata")).get("otter")).get("tests")
        found.update(dict.fromkeys(map(str, tests if isinstance(tests, list) else [])))
    return tuple(found)


def _dict(value: Any) -> dict[str, Any]:
    """Return a value that is a dict, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}
