"""What a student gets back: one HTML file that needs nothing else, not even a script."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from course_lib.grading.result import Result, Score

# The page may load nothing and run nothing, whatever a student managed to put into it.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """\
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { background: Canvas; font-family: system-ui, sans-serif; font-size: 16px; line-height: 1.5;
  max-width: 62em; margin: 0 auto; padding: 1em; overflow-wrap: anywhere; }
a { color: inherit; }
table.points { border-collapse: collapse; margin: 1em 0; }
table.points th, table.points td { padding: 4px 12px; border: 1px solid #767676; text-align: left; }
h2 { margin-top: 2em; border-bottom: 1px solid #767676; }
h3 { margin: 2em 0 0.3em; }
"""


def as_page(
    student: str, results: Sequence[Result], titles: Mapping[str, str], *, show_hidden: bool = False
) -> str:
    """Write the feedback for one student.

    Parameters
    ----------
    student : str
        Whose it is.
    results : sequence of Result
        One for each assignment.
    titles : mapping
        From each assignment to its title.
    show_hidden : bool
        Whether to show inputs and values of a hidden case that fails.

    Returns
    -------
    str
        A page. Every text is escaped; what is HTML already comes from `feedback.as_html`.

    Examples
    --------
    >>> page = as_page("<ann>", [Result("<ann>", "02", "a.ipynb", 0.0, "k")], {"02": "Weights"})
    >>> "<h1>Feedback for &lt;ann&gt;</h1>" in page
    True
    """
    name = escape(student)
    sections = "".join(
        "".join(_assignment(result, titles, show_hidden))
        for result in sorted(results, key=lambda one: one.assignment)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Feedback for {name}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>Feedback for {name}</h1>\n{sections}</main>\n</body>\n</html>\n"
    )


def _assignment(result: Result, titles: Mapping[str, str], show_hidden: bool) -> Iterator[str]:
    """Yield the part of one assignment: the points in a table, then each exercise."""
    title = titles.get(result.assignment, "")
    heading = f"{result.assignment}: {title}" if title else result.assignment or result.place
    yield f"<section>\n<h2>{escape(heading)}</h2>\n"
    yield f"<p>Graded file: <code>{escape(result.place)}</code></p>\n"
    if result.problem:
        yield f"<p><strong>This could not be graded.</strong> {escape(result.problem)}</p>\n"
    if result.cells:
        items = "".join(f"<li>{escape(said)}</li>" for said in result.cells)
        yield f"<p>Cells that were stopped or left out:</p>\n<ul>{items}</ul>\n"
    if result.scores:
        yield _table(result)
    if not result.problem:
        for score in result.scores:
            yield from _exercise(score, _place(result, score), show_hidden)
    yield "</section>\n"


def _table(result: Result) -> str:
    """Write the points of an assignment."""
    rows = "".join(
        f'<tr><th scope="row">{_link(result, score)}</th>'
        f"<td>{_points(score.points, score.max_points)}</td><td>{_state(score)}</td></tr>\n"
        for score in result.scores
    )
    total = _points(result.points, result.max_points)
    return (
        '<table class="points">\n<caption>Points of each exercise</caption>\n'
        '<thead><tr><th scope="col">Exercise</th><th scope="col">Points</th>'
        f'<th scope="col">Result</th></tr></thead>\n<tbody>\n{rows}'
        f'<tr><th scope="row">All</th><td>{total}</td><td></td></tr>\n</tbody>\n</table>\n'
    )


def _link(result: Result, score: Score) -> str:
    """Write an exercise's name, as a link to its part if it has one."""
    name = escape(_name(score))
    return name if result.problem else f'<a href="#{_place(result, score)}">{name}</a>'


def _exercise(score: Score, place: str, show_hidden: bool) -> Iterator[str]:
    """Yield the part of one exercise."""
    points = _points(score.points, score.max_points)
    yield f'<h3 id="{place}">{escape(_name(score))}: {_state(score)}, {points}</h3>\n'
    if score.kind == "missing":
        yield f"<p>{escape(score.message)}</p>\n"
        return
    yield f"{score.feedback}\n"
    if show_hidden and score.revealed:
        yield f"<p>The hidden cases, with the first one that fails:</p>\n{score.revealed}\n"


def _place(result: Result, score: Score) -> str:
    """Return the id of an exercise on the page."""
    return escape(f"{result.assignment}--{score.name}")


def _name(score: Score) -> str:
    """Name an exercise or quiz as a person would."""
    quiz = score.name.removeprefix("quiz_")
    return score.name if quiz == score.name else f"Quiz {quiz.replace('_', ' ')}"


def _state(score: Score) -> str:
    """Say in words how it went."""
    words = {"right": "right", "missing": "no answer", "not run": "not run"}
    return words.get(score.kind, "not right")


def _points(points: float, most: float) -> str:
    """Write points: "1 of 2 points"."""
    return f"{points:g} of {most:g} point{'s' * (most != 1)}"
