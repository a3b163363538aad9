"""``grades.csv``: one row for each student, one column for each exercise."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from course_lib.grading.result import Result

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(results: Iterable[Result], columns: Mapping[str, Sequence[str]]) -> str:
    """Write the table of grades.

    Parameters
    ----------
    results : iterable of Result
        Those that count: one for each student and assignment.
    columns : mapping
        From each assignment to its exercises, in the order of the course.

    Returns
    -------
    str
        An exercise of an assignment that was not handed in stays empty; one that was, but not
        solved, has 0. Only what was handed in decides, so that the same work gives the same text.

    Examples
    --------
    >>> from course_lib.grading.result import Score
    >>> result = Result("ann", "02", "a.ipynb", 0.0, "k", (Score("z_score", 2, 2),))
    >>> print(as_csv([result], {"02": ["z_score", "min_max"]}).strip())
    student,z_score,min_max,points,remarks
    ann,2,0,2,
    """
    students: dict[str, list[Result]] = {}
    for result in results:
        students.setdefault(result.student, []).append(result)
    handed_in = {result.assignment for own in students.values() for result in own}
    used = {name: names for name, names in columns.items() if name in handed_in}
    exercises = [exercise for names in used.values() for exercise in names]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *exercises, "points", "remarks"])
    for student in sorted(students):
        own = sorted(students[student], key=lambda result: result.assignment)
        writer.writerow([safe_text(student), *_row(own, used)])
    return text.getvalue()


def _row(own: Sequence[Result], columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Write the points of one student."""
    points: dict[str, float] = {}
    for result in own:
        points |= dict.fromkeys(columns.get(result.assignment, ()), 0)
        points |= {score.name: score.points for score in result.scores}
    exercises = [exercise for names in columns.values() for exercise in names]
    cells = [f"{points[name]:g}" if name in points else "" for name in exercises]
    remarks = [f"{result.assignment or result.place}: {result.problem}" for result in own]
    said = " ".join(text for text, result in zip(remarks, own, strict=True) if result.problem)
    return [*cells, f"{sum(points.values()):g}", safe_text(said)]


def safe_text(text: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("ann")
    ("'=1+1", 'ann')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
