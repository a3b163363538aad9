"""nbgrader's gradebook, filled through nbgrader's own API, so that formgrader shows the grades.

Only with nbgrader installed. A gradebook in a course folder gets a notebook for each submission as
well, since formgrader shows none that is not on disk.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from course_lib.authoring.nbgrader_release import CONFIG_NAME, settings
from course_lib.catalogue import Notebook
from course_lib.errors import CourseError
from course_lib.grading.cells import code_cells
from course_lib.grading.handing_back import write
from course_lib.grading.result import Result
from course_lib.grading.review import reviewed
from course_lib.grading.submission import Submission, UnreadableError
from course_lib.quiz.registry import find_graded

_NO_ANSWER = "No response."  # nbgrader's own words


@dataclass(frozen=True)
class Book:
    """A gradebook that exists.

    Parameters
    ----------
    url : str
        Of the database.
    api : NbGraderAPI or None
        Of the course folder around it; None where there is none.
    """

    url: str
    api: Any = None

    @contextmanager
    def opened(self) -> Iterator[Gradebook]:
        """Open it; a CourseError for whatever the database complains of."""
        course = {"course_id": self.api.coursedir.course_id} if self.api else {}
        try:
            with Gradebook(self.url, **course) as book:
                yield book
        except SQLAlchemyError as error:
            said = str(error).splitlines()[0]
            raise CourseError(f"The gradebook cannot be used: {said}") from error


def locate(place: str) -> Book:
    """Find a gradebook.

    Parameters
    ----------
    place : str
        A file, a course folder as ``course release nbgrader`` writes it, or the address of a
        database as SQLAlchemy takes it.

    Raises
    ------
    CourseError
        If it is not there; a new one would hold no assignment.
    """
    path = Path(place)
    if "://" in place:
        url = make_url(place)
        if url.get_backend_name() != "sqlite":
            return Book(place)
        path = Path(url.database or "")
    path = path.resolve()
    folder = path if path.is_dir() else path.parent
    course = _course(folder)
    if path.is_dir() and course is not None:
        return replace(locate(course.coursedir.db_url), api=course)
    if not path.is_file():
        raise CourseError(f"There is no gradebook {path}. `course release nbgrader` makes one.")
    return Book(f"sqlite:///{path}", course)


def _course(folder: Path) -> Any:
    """Return nbgrader's API of a course folder; None where it is none."""
    if not (folder / CONFIG_NAME).is_file():
        return None
    config = settings(folder)
    config.NbGraderAPI.log_level = "ERROR"
    return NbGraderAPI(config=config)


def check(book: Book, notebooks: Iterable[Notebook]) -> None:
    """Make sure that a gradebook has a place for each score.

    Parameters
    ----------
    book : Book
        The gradebook.
    notebooks : iterable of Notebook
        The assignments that are to be graded.

    Raises
    ------
    CourseError
        If an assignment is missing, or was released with other exercises or points.
    """
    with book.opened() as opened:
        for notebook in notebooks:
            try:
                cells = opened.find_notebook(notebook.name, notebook.name).grade_cells
            except MissingEntry as error:
                raise CourseError(
                    f"The gradebook has no assignment {notebook.name}. Release it into the course "
                    "folder first: course release nbgrader."
                ) from error
            known = {cell.name: cell.max_score for cell in cells}
            wanted = {f"check_{name}": find_graded(name).points for name in notebook.graded}
            if known != wanted:
                odd = sorted(
                    name for name in {*known, *wanted} if known.get(name) != wanted.get(name)
                )
                raise CourseError(
                    f"The gradebook's {notebook.name} has other exercises or points than this "
                    f"course: {', '.join(odd)}. Release it anew, into a new folder."
                )


def record(
    book: Book, graded: Sequence[tuple[Submission, Result]], notebooks: Iterable[Notebook]
) -> list[str]:
    """Write scores, comments and notebooks; what is there already, and the same, stays.

    Parameters
    ----------
    book : Book
        The gradebook; `check` found no fault with it.
    graded : sequence of (Submission, Result)
        Those that count.
    notebooks : iterable of Notebook
        The course's notebooks.

    Returns
    -------
    list of str
        Whose results are not recorded, and why.
    """
    paths = {notebook.name: notebook.path for notebook in notebooks}
    left = []
    names: dict[str, dict[str, str]] = {}
    with book.opened() as opened:
        for submission, result in graded:
            if reason := _reason_against(result, paths):
                left.append(f"{result.student}: {reason}")
                continue
            changed = _write_notebook(book, submission, result, paths[result.assignment])
            if result.assignment not in names:
                names[result.assignment] = _names(opened, result.assignment)
            when, known = _time(book, result), names[result.assignment]
            if _write_scores(opened, known, result, when, changed):
                _penalize(book, result)
    return left


def _reason_against(result: Result, paths: Mapping[str, Path]) -> str:
    """Say why a result is not recorded; nothing where it is."""
    if result.failed:
        return "the grader failed."
    if result.assignment not in paths:
        return "it is not known which assignment this is."
    if result.student in (".", "..") or Path(result.student).name != result.student:
        return "this name cannot be a folder."
    return ""


def _time(book: Book, result: Result) -> datetime | None:
    """Return when nbgrader says that it was handed in; formgrader compares it with that."""
    if book.api is None:
        return None
    when: datetime | None = book.api.get_submitted_timestamp(result.assignment, result.student)
    return when


def _write_notebook(book: Book, submission: Submission, result: Result, released: Path) -> bool:
    """Write the notebook that formgrader shows; tell whether it took the place of another one."""
    if book.api is None:
        return False
    try:
        cells = code_cells(submission.content())
    except UnreadableError:
        cells = []
    directory = book.api.coursedir
    folder = directory.format_path(
        directory.autograded_directory, result.student, result.assignment
    )
    path = Path(folder, f"{result.assignment}.ipynb")
    before = path.exists()
    return write(path, reviewed(released.read_bytes(), cells, result)) and before


def _names(opened: Gradebook, assignment: str) -> dict[str, str]:
    """Return from the id of each cell to its exercise, once, since each look takes a query."""
    notebook = opened.find_notebook(assignment, assignment)
    cells = [*notebook.grade_cells, *notebook.solution_cells]
    return {cell.id: cell.name.removeprefix("check_") for cell in cells}


def _write_scores(
    opened: Gradebook,
    names: Mapping[str, str],
    result: Result,
    when: datetime | None,
    changed: bool,
) -> bool:
    """Write one submission's scores and comments; tell whether it is, or was, late."""
    opened.update_or_create_student(result.student)
    with opened.db.no_autoflush:  # else nbgrader's own steps warn of each other
        submission = opened.update_or_create_submission(
            result.assignment, result.student, timestamp=when
        )
    notebook = next(one for one in submission.notebooks if one.name == result.assignment)
    scores = {score.name: score for score in result.scores}
    for grade in notebook.grades:
        points = scores[names[grade.cell_id]].points
        again = changed or grade.auto_score != points
        grade.auto_score = points
        if grade.manual_score is None:
            grade.needs_manual_grade = False
        elif again:  # what a person gave was for other work
            grade.needs_manual_grade = True
    for comment in notebook.comments:
        missing = scores[names[comment.cell_id]].kind == "missing"
        comment.auto_comment = _NO_ANSWER if missing else None
    opened.db.commit()
    return submission.total_seconds_late > 0 or notebook.late_submission_penalty is not None


def _penalize(book: Book, result: Result) -> None:
    """Let nbgrader take points off for being late, as the course folder is configured."""
    if book.api is None:
        return
    told = {"notebook": result.assignment, "assignment": result.assignment}
    told |= {"student": result.student, "db_url": book.url}
    AssignLatePenalties(parent=book.api).preprocess(new_notebook(), {"nbgrader": told})
