"""The map of the course and the student's progress, as tables in HTML and in text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from course_lib.catalogue import Notebook, course_root, notebooks_in
from course_lib.errors import CourseError
from course_lib.plan import TOPICS
from course_lib.progress import Progress, is_recording, load
from course_lib.quiz.registry import QUIZ_PREFIX, find_graded

NOT_YET = "not yet part of this version"
_BAR_WIDTH = 12


@dataclass(frozen=True)
class Link:
    """A text that leads to a notebook beside this one."""

    text: str
    target: str


@dataclass(frozen=True)
class Bar:
    """A part between 0 and 1, drawn and as a percentage.

    Examples
    --------
    >>> Bar(0.25).drawn(), Bar(0.25).percent()
    ('███░░░░░░░░░', '25 %')
    """

    part: float

    def drawn(self) -> str:
        """Return the drawing; full only when nothing is missing."""
        full = int(self.part * _BAR_WIDTH)
        return "\u2588" * full + "\u2591" * (_BAR_WIDTH - full)

    def percent(self) -> str:
        """Return the part in whole per cent, 100 only when nothing is missing."""
        return f"{int(self.part * 100)} %"


Cell = str | Link | Bar


@dataclass(frozen=True)
class Overview:
    """A table that shows itself in a notebook and in a terminal.

    Parameters
    ----------
    title : str
        Says what the table shows, also to a screen reader.
    columns : sequence of str
        Heads of the columns; the first column heads its rows.
    rows : sequence of sequences
        Texts, links and bars.
    note : str
        A sentence below the table.

    Examples
    --------
    >>> print(Overview("Points", ("No.", "Topic"), [("02", "Normalization")]).text())
    Points
    <BLANKLINE>
    No.  Topic
    02   Normalization
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def html(self) -> str:
        """Return the table as HTML."""
        head = "".join(f'<th scope="col" {_LEFT}>{escape(name)}</th>' for name in self.columns)
        body = "".join(f"<tr>{_html_row(row)}</tr>" for row in self.rows)
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f'<table><caption style="text-align:left;font-weight:bold">{escape(self.title)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
        )

    def text(self) -> str:
        """Return the table as plain text."""
        rows = [[_text(cell) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([self.title, "", *lines, *(["", self.note] if self.note else [])])


def course_map(folder: Path) -> Overview:
    """Return the map: every topic with its question, slides and minutes, and whether it is there.

    Parameters
    ----------
    folder : Path
        Folder of the notebook that shows the map; links lead to notebooks beside it.

    Returns
    -------
    Overview
        The planned topics by number, and any that are there without having been planned.

    Examples
    --------
    >>> course_map(course_root() / "notebooks").rows[0][1].target
    '01_compression_dicom.ipynb'
    """
    there = {notebook.slug: notebook for notebook in _notebooks(folder)}
    beside = {notebook.slug for notebook in notebooks_in(folder)}
    rows: list[tuple[Cell, ...]] = []
    for topic in TOPICS:
        found = there.pop(topic.slug, None)
        if found is None:
            rows.append((topic.number, topic.title, topic.question, topic.slides, "", NOT_YET))
        else:
            rows.append(_map_row(found, topic.question, found.slug in beside))
    others = [n for slug, n in there.items() if n.number != "00"]
    rows += [_map_row(n, "", n.slug in beside) for n in others]
    columns = ("No.", "Topic", "The hospital asks", "Slides", "Minutes", "Status")
    return Overview("The topics of the course", columns, sorted(rows, key=lambda row: str(row[0])))


def progress_overview(folder: Path) -> Overview:
    """Return what the student has solved, topic by topic.

    Parameters
    ----------
    folder : Path
        Folder of the notebook that shows it.

    Returns
    -------
    Overview
        One row for each notebook that is there, and one for all of them. Nothing counts as
        solved where a notebook is graded or only executed, since that is nobody's progress.
    """
    progress = load() if is_recording() else Progress()
    rows: list[tuple[Cell, ...]] = []
    sums = [0, 0, 0, 0, 0, 0]
    for notebook in _notebooks(folder):
        counts = _counts(notebook, progress)
        sums = [total + part for total, part in zip(sums, counts, strict=True)]
        rows.append((notebook.number, notebook.title, *_progress_cells(counts)))
    rows.append(("All", "", *_progress_cells(sums)))
    columns = ("No.", "Topic", "Exercises", "Quizzes", "Points", "Solved")
    return Overview("Your progress", columns, rows, _note(progress))


_LEFT = 'style="text-align:left"'


def _html_row(row: Sequence[Cell]) -> str:
    """Write one row; its first cell is a head."""
    first, *rest = (_html_cell(cell) for cell in row)
    cells = "".join(f"<td {_LEFT}>{cell}</td>" for cell in rest)
    return f'<th scope="row" {_LEFT}>{first}</th>{cells}'


def _html_cell(cell: Cell) -> str:
    """Write what stands in a cell; the drawing of a bar is not read aloud."""
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.target)}">{escape(cell.text)}</a>'
    if isinstance(cell, Bar):
        return f'<span aria-hidden="true">{cell.drawn()}</span> {cell.percent()}'
    return escape(cell)


def _text(cell: Cell) -> str:
    """Write a cell as text."""
    if isinstance(cell, Link):
        return cell.text
    return f"{cell.drawn()} {cell.percent()}" if isinstance(cell, Bar) else cell


def _notebooks(folder: Path) -> tuple[Notebook, ...]:
    """List the notebooks of a folder, and those that only the course itself has."""
    found = {notebook.slug: notebook for notebook in notebooks_in(folder)}
    try:
        course = notebooks_in(course_root() / "notebooks")
    except CourseError:  # the package alone, as graders install it
        course = ()
    missing = (notebook for notebook in course if notebook.slug not in found)
    return tuple(sorted((*found.values(), *missing), key=lambda notebook: notebook.name))


def _map_row(notebook: Notebook, question: str, beside: bool) -> tuple[Cell, ...]:
    """Describe a topic that is there."""
    title = Link(notebook.title, notebook.path.name) if beside else notebook.title
    minutes = "" if notebook.minutes is None else str(notebook.minutes)
    return notebook.number, title, question, notebook.slides, minutes, "ready"


def _counts(notebook: Notebook, progress: Progress) -> list[int]:
    """Count exercises, quizzes and points of a notebook: solved and all, in turn."""
    counts = [0, 0, 0, 0, 0, 0]
    for name in notebook.graded:
        try:
            points = find_graded(name).points
        except CourseError:
            continue  # an older copy may hold what the course no longer asks
        record = progress.checks.get(name)
        solved = record is not None and record.passed
        place = 2 if name.startswith(QUIZ_PREFIX) else 0
        counts[place] += solved
        counts[place + 1] += 1
        counts[4] += points if solved else 0
        counts[5] += points
    return counts


def _progress_cells(counts: Sequence[int]) -> tuple[Cell, ...]:
    """Write counts as "3 of 10", and the points as a bar."""
    pairs = (f"{counts[i]} of {counts[i + 1]}" for i in (0, 2, 4))
    return (*pairs, Bar(counts[4] / counts[5] if counts[5] else 0.0))


def _note(progress: Progress) -> str:
    """Say how many questions were answered in the quiz widgets, beyond the graded ones."""
    answered = sum(record.answered for record in progress.quizzes.values())
    right = sum(record.right for record in progress.quizzes.values())
    if answered == 0:
        return ""
    return f"Questions answered in the quizzes: {answered}, {right} of them rightly."
