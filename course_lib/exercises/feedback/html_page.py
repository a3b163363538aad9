"""Feedback as HTML that needs no style sheet and no script, in light and dark themes.

Every text is escaped: titles, sentences, and above all what comes from the student's code. State
is told in words beside every mark; colours only repeat it.
"""

import base64
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from course_lib.exercises.feedback.curves import draw_curves
from course_lib.exercises.feedback.making import Feedback, Line, Shown
from course_lib.exercises.feedback.parts import Bar, Curve, Part, Picture, Table, Text
from course_lib.exercises.feedback.text_page import MARKS

_WRONG, _RIGHT = "#D55E00", "#009E73"
_MUTED = "color:var(--jp-content-font-color2,inherit)"
_MONO = "font-family:var(--jp-code-font-family,monospace)"
_LINE = "1px solid var(--jp-border-color1,#8a8a8a)"
_CODE = re.compile(r"`([^`\n]+)`")
_CELL = "padding:2px 8px;text-align:right;border:0;white-space:nowrap;background:none"
_MARKED = "padding:2px 8px;text-align:right;border:0;white-space:nowrap;font-weight:700;"
_MARKED += "background:rgba(213,94,0,0.24)"


def as_html(feedback: Feedback) -> str:
    """Write feedback as HTML.

    Parameters
    ----------
    feedback : Feedback
        What a student is told.

    Examples
    --------
    >>> from course_lib.exercises.cases import given
    >>> from course_lib.exercises.evaluation import evaluate
    >>> from course_lib.exercises.exercise import Exercise
    >>> from course_lib.exercises.judges import equal
    >>> size = Exercise(reference=abs, cases=[given("-3", -3)], judge=equal(), name="size")
    >>> from course_lib.exercises.feedback.making import make_feedback
    >>> "<strong>size: right.</strong>" in as_html(make_feedback(evaluate(size, abs)))
    True
    """
    colour = _RIGHT if feedback.passed else _WRONG
    style = (
        f"border-left:5px solid {colour};padding:2px 0 2px 12px;margin:4px 0;max-width:60em;"
        "font-size:var(--jp-content-font-size1,14px);line-height:1.45"
    )
    body = "".join(_passed(feedback) if feedback.passed else _failed(feedback))
    label = escape(f"Feedback on {feedback.name}")
    return f'<div role="group" aria-label="{label}" style="{style}">{body}</div>'


def _passed(feedback: Feedback) -> Iterator[str]:
    """Yield the parts of the page for a right answer: short."""
    mark = f'<span aria-hidden="true">{MARKS["right"]}</span>'
    yield _paragraph(f"{mark} <strong>{escape(feedback.heading)}.</strong> {feedback.earned}.")
    if feedback.sentence:
        yield _paragraph(_marked_up(feedback.sentence))


def _failed(feedback: Feedback) -> Iterator[str]:
    """Yield the parts of the page for an answer that is not right."""
    yield _paragraph(f"<strong>{escape(feedback.heading)}</strong>")
    yield _what_went_wrong(feedback)
    if len(feedback.lines) > 1:
        items = "".join(map(_case_line, feedback.lines))
        yield f'<ul style="list-style:none;margin:6px 0;padding:0">{items}</ul>'
    if feedback.shown is not None:
        yield from _shown(feedback.shown)
    for number, hint in enumerate(feedback.hints, start=1):
        yield (
            f'<details style="margin:6px 0"><summary style="cursor:pointer">Hint {number}'
            f'</summary><p style="margin:4px 0 4px 16px">{_marked_up(hint)}</p></details>'
        )
    if feedback.closed_hints:
        yield _paragraph("Another hint opens at your next try.", _MUTED)


def _what_went_wrong(feedback: Feedback) -> str:
    """Write the sentence that matters most."""
    detail = _paragraph(_marked_up(feedback.detail)) if feedback.detail else ""
    size = "font-size:1.08em" if feedback.named else ""
    return (
        f'<div style="border:{_LINE};border-radius:3px;padding:4px 10px;margin:6px 0">'
        f"{_paragraph(f'<strong>{feedback.title}</strong>')}"
        f"{_paragraph(_marked_up(feedback.sentence), size)}{detail}</div>"
    )


def _case_line(line: Line) -> str:
    """Write one case of the list: mark, word, title."""
    note = f" ({_marked_up(line.note)})" if line.note else ""
    word = line.state if line.state != "not right" else "<strong>not right</strong>"
    return (
        '<li style="margin:0;padding:0"><span aria-hidden="true" style="display:inline-block;'
        f'width:1.4em">{MARKS[line.state]}</span>{word}: {_marked_up(line.title)}{note}</li>'
    )


def _shown(shown: Shown) -> Iterator[str]:
    """Yield the case that is shown."""
    yield _paragraph(f"<strong>Case: {_marked_up(shown.title)}</strong>", "margin-top:10px")
    for beside, parts in groupby(shown.parts, _stands_beside):
        inside = "".join(map(_part, parts))
        flow = "display:flex;flex-wrap:wrap;gap:6px 14px;align-items:flex-start;margin:6px 0"
        yield f'<div style="{flow}">{inside}</div>' if beside else inside
    if shown.printed.strip():
        yield _block("Your code printed", shown.printed.rstrip())
    for warning in shown.warned:
        yield _paragraph(f"Warning: {escape(warning)}")


def _stands_beside(part: Part) -> bool:
    """Tell whether a part stands beside others: pictures and small matrices."""
    return isinstance(part, Picture) or (isinstance(part, Table) and not part.header)


def _part(part: Part) -> str:
    """Write one part of a shown."""
    if isinstance(part, Text):
        value = f'<span style="{_MONO};overflow-wrap:anywhere">{escape(part.text)}</span>'
        return _paragraph(f"{_label(part.label)}: {value}")
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Curve):
        return draw_curves(part)
    return _picture(part)


def _table(table: Table) -> str:
    """Write a table; a wrong number is bold and shaded."""
    head = ""
    if table.header:
        cells = "".join(f'<th scope="col" style="{_CELL}">{escape(h)}</th>' for h in table.header)
        corner = f'<td style="{_CELL}"></td>' if table.rows[0][0] else ""
        head = f"<thead><tr>{corner}{cells}</tr></thead>"
    rows = "".join(_row(table, number) for number in range(len(table.rows)))
    note = f'<div style="{_MUTED}">{escape(table.note)}</div>' if table.note else ""
    name = escape(table.label.replace("`", ""))
    return (
        f'<div role="group" tabindex="0" aria-label="{name}" style="overflow-x:auto;margin:6px 0">'
        f"<div>{_label(table.label)}</div>"
        f'<table style="border-collapse:collapse;margin:2px 0;{_MONO}">'
        f"{head}<tbody>{rows}</tbody></table>{note}</div>"
    )


def _row(table: Table, number: int) -> str:
    """Write one row of a table."""
    name, cells = table.rows[number]
    first = f'<th scope="row" style="{_CELL}">{escape(name)}</th>' if name else ""
    rest = "".join(
        f'<td style="{_MARKED if (number, column) in table.marked else _CELL}">{escape(cell)}</td>'
        for column, cell in enumerate(cells)
    )
    return f'<tr style="background:none">{first}{rest}</tr>'


def _picture(picture: Picture) -> str:
    """Write a picture with its colour bar and texts."""
    data = base64.b64encode(picture.plane.png).decode("ascii")
    width, height = picture.plane.width, picture.plane.height
    below = "" if picture.bar is None else _bar(picture.bar)
    below += "".join(
        f'<div style="font-size:0.86em">{_swatch(colour)} {escape(text)}</div>'
        for colour, text in picture.key
    )
    return (
        f'<figure style="margin:0;width:{max(width, 150)}px">'
        f"<div>{_label(picture.label)}</div>"
        f'<img alt="{escape(picture.alt)}" src="data:image/png;base64,{data}" width="{width}" '
        f'height="{height}" style="width:{width}px;height:{height}px;max-width:none;display:block;'
        f'image-rendering:pixelated;border:{_LINE};box-sizing:border-box;margin:2px 0">{below}'
        f'<figcaption style="font-size:0.86em;line-height:1.3">{escape(picture.note)}</figcaption>'
        "</figure>"
    )


def _bar(bar: Bar) -> str:
    """Write a colour bar between its two ends."""
    colours = ",".join(bar.colours)
    return (
        f'<div aria-hidden="true" style="height:8px;border:{_LINE};'
        f'background:linear-gradient(to right,{colours})"></div>'
        '<div style="display:flex;justify-content:space-between;font-size:0.86em">'
        f"<span>{escape(bar.low)}</span> <span>{escape(bar.high)}</span></div>"
    )


def _swatch(colour: str) -> str:
    """Write a small square of a colour."""
    return (
        f'<span aria-hidden="true" style="display:inline-block;width:9px;height:9px;'
        f'background:{colour};border:{_LINE}"></span>'
    )


def _block(label: str, code: str) -> str:
    """Write lines of code or output under a label that is HTML already."""
    return (
        f'<div style="margin:6px 0">{label}:'
        f'<pre style="{_MONO};margin:2px 0;padding:4px 8px;white-space:pre-wrap;'
        f"overflow-wrap:anywhere;border:{_LINE};background:var(--jp-layout-color2,transparent);"
        f'color:inherit">{escape(code)}</pre></div>'
    )


def _label(text: str) -> str:
    """Write a label in bold."""
    return f"<strong>{_marked_up(text)}</strong>"


def _paragraph(content: str, style: str = "") -> str:
    """Write a paragraph of HTML."""
    return f'<p style="margin:3px 0;{style}">{content}</p>'


def _marked_up(text: str) -> str:
    """Escape a text; what stands between backticks becomes code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))
