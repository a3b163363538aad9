"""Feedback as plain text, for terminals and for whoever cannot show HTML."""

import textwrap
from collections.abc import Iterator

from course_lib.exercises.feedback.making import Feedback, Line, Shown, State
from course_lib.exercises.feedback.parts import Part, Table, Text

MARKS: dict[State, str] = {"right": "\u2713", "not right": "\u2717", "not run": "\u2013"}
_PLAIN = str.maketrans({"\u2713": "+", "\u2717": "x", "\u2013": "-"})
_WIDTH = 88


def as_text(feedback: Feedback, encoding: str = "utf-8") -> str:
    """Write feedback as plain text.

    Parameters
    ----------
    feedback : Feedback
        What a student is told.
    encoding : str
        Of whoever shows it; ticks and crosses become + and x where it has none.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.evaluation import evaluate
    >>> from course_lib.exercises.exercise import Exercise
    >>> from course_lib.exercises.judges import equal
    >>> size = Exercise(reference=abs, cases=[given("-3", -3)], judge=equal(), name="size")
    >>> from course_lib.exercises.feedback.making import make_feedback
    >>> print(as_text(make_feedback(evaluate(size, abs)), "ascii"))
    + size: right. 1 of 1 point.
    """
    text = "\n".join(_lines(feedback))
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text


def _lines(feedback: Feedback) -> Iterator[str]:
    """Yield the lines of the text."""
    if feedback.passed:
        yield f"{MARKS['right']} {feedback.heading}. {feedback.earned}."
        yield from _wrapped(feedback.sentence)
        return
    yield feedback.heading
    yield from _wrapped(feedback.sentence, f"{feedback.title}: ")
    yield from _wrapped(feedback.detail)
    if len(feedback.lines) > 1:
        yield from map(_case_line, feedback.lines)
    if feedback.shown is not None:
        yield from _shown(feedback.shown)
    for number, hint in enumerate(feedback.hints, start=1):
        yield from _wrapped(hint, f"Hint {number}: ")
    if feedback.closed_hints:
        yield "Another hint opens at your next try."


def _case_line(line: Line) -> str:
    """Write one case of the list."""
    note = f" ({line.note})" if line.note else ""
    return f"  {MARKS[line.state]} {line.state}: {line.title}{note}"


def _shown(shown: Shown) -> Iterator[str]:
    """Write the case that is shown."""
    yield ""
    yield f"Case: {shown.title}"
    for part in shown.parts:
        yield from _part(part)
    if shown.printed.strip():
        yield "  Your code printed:"
        yield from textwrap.indent(shown.printed.rstrip(), "    ").splitlines()
    for warning in shown.warned:
        yield from _wrapped(warning, "  Warning: ")


def _part(part: Part) -> Iterator[str]:
    """Write one part of a shown."""
    label = part.label.replace("`", "")
    if isinstance(part, Text):
        yield from _wrapped(part.text, f"  {label}: ")
    elif isinstance(part, Table):
        yield f"  {label}:"
        yield from textwrap.indent(_aligned(part), "    ").splitlines()
        yield from _wrapped(part.note, "    ")
    else:
        yield from _wrapped(part.alt, "  ")


def _aligned(table: Table) -> str:
    """Align the columns of a table; a wrong number has a star."""
    header = [("", *table.header)] if table.header else []
    rows = [
        (name, *(f"{cell}{'*' * ((y, x) in table.marked)}" for x, cell in enumerate(cells)))
        for y, (name, cells) in enumerate(table.rows)
    ]
    grid = [*header, *rows]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in grid
    )


def _wrapped(text: str, start: str = "") -> list[str]:
    """Break a text into lines; nothing for an empty one."""
    if not text:
        return []
    indent = " " * (len(start) - len(start.lstrip()))
    return textwrap.wrap(
        text.replace("`", "'"), _WIDTH, initial_indent=start, subsequent_indent=indent
    )
