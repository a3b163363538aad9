"""Files to hand back: feedback for each student, and results for Gradescope."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from course_lib import atomic
from course_lib.grading.feedback_page import as_page
from course_lib.grading.file_names import file_name
from course_lib.grading.grades import safe_text
from course_lib.grading.gradescope import as_results
from course_lib.grading.result import Result

FEEDBACK = "feedback"
GRADESCOPE = "gradescope"
LIST = "feedback.csv"


def write_files(
    out: Path, results: Iterable[Result], titles: Mapping[str, str], *, show_hidden: bool = False
) -> list[Path]:
    """Write all files to hand back; one that is there already, and the same, stays.

    Parameters
    ----------
    out : Path
        The folder of grades: it gets ``feedback/STUDENT.html``, ``feedback.csv``, which says whose
        file is whose, and ``gradescope/ASSIGNMENT/STUDENT/results.json``.
    results : iterable of Result
        Those that count: one for each student and assignment. Whose grading failed gets no file.
    titles : mapping
        From each assignment to its title.
    show_hidden : bool
        Whether to show inputs and values of a hidden case that fails.

    Returns
    -------
    list of Path
        The feedback files, sorted by student.
    """
    students: dict[str, list[Result]] = {}
    for result in results:
        if not result.failed:
            students.setdefault(result.student, []).append(result)
    pages = {student: Path(FEEDBACK, f"{file_name(student)}.html") for student in sorted(students)}
    for student, path in pages.items():
        own = students[student]
        write(out / path, as_page(student, own, titles, show_hidden=show_hidden))
        _write_results(out, student, own)
    write(out / LIST, _listed(pages))
    return [out / path for path in pages.values()]


def write(path: Path, text: str) -> bool:
    """Write a file and tell so, unless it holds the same; what is no text stands as an escape."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        same = path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        atomic.write(path, content)
    return not same


def _write_results(out: Path, student: str, own: Sequence[Result]) -> None:
    """Write a student's ``results.json`` of each assignment."""
    for result in own:
        if result.assignment:
            folder = out / GRADESCOPE / result.assignment / file_name(student)
            text = json.dumps(as_results(result), indent=1, ensure_ascii=False)
            write(folder / "results.json", text + "\n")


def _listed(pages: Mapping[str, Path]) -> str:
    """Write whose file is whose."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "feedback"])
    writer.writerows((safe_text(student), path.as_posix()) for student, path in pages.items())
    return text.getvalue()
