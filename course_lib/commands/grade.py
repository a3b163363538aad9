"""``course grade``: grade what was handed in."""

import importlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course_lib import atomic
from course_lib.authoring.seeds import hidden_seed
from course_lib.catalogue import Notebook, course_root, locate, notebooks_in
from course_lib.commands.output import FAILED, console, table
from course_lib.errors import CourseError
from course_lib.grading import running
from course_lib.grading.box.sandbox import LATE_IMPORTS_FAIL, Limits
from course_lib.grading.cluster import reach
from course_lib.grading.collecting import collect, newest, plain
from course_lib.grading.grade import Settings
from course_lib.grading.grades import as_csv
from course_lib.grading.handing_back import write_files
from course_lib.grading.pool import local_pool
from course_lib.grading.result import Result
from course_lib.grading.session import Rules
from course_lib.grading.store import Store
from course_lib.grading.submission import Submission

_OWNER_ONLY = 0o700


def run(
    *,
    submissions: Path,
    out: Path,
    workers: int | None,
    scheduler: str | None,
    seed_file: Path | None,
    timeout: int,
    memory: int,
    topic: str | None,
    fork: bool,
    gradebook: str | None,
    show_hidden: bool,
) -> None:
    """Grade, write the results and the table, and say how it went."""
    root = course_root()
    notebooks = [one for one in notebooks_in(root / "notebooks") if one.graded]
    only = _locate(root, topic) if topic else None
    found = collect(submissions, notebooks, only)
    record = _recorder(gradebook, found, notebooks)
    out.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    seed, _ = hidden_seed(out, seed_file)
    rules = Rules(cell_seconds=timeout, limits=Limits(memory_mb=memory))
    names = {notebook.name: notebook.graded for notebook in notebooks}
    task = running.Task(found, names, Settings(seed, rules, fork), Store(out))
    start = time.monotonic()
    results = _grade(task, *_executors(scheduler, workers, fork))
    counting = _counting(found, results)
    atomic.write(out / "grades.csv", as_csv(counting.values(), names))
    titles = {notebook.name: notebook.title for notebook in notebooks}
    write_files(out, counting.values(), titles, show_hidden=show_hidden)
    record(counting)
    _summarize(results, list(counting.values()), notebooks, out, time.monotonic() - start)
    if any(result.failed for result in results):
        raise typer.Exit(FAILED)


def _locate(root: Path, topic: str) -> Notebook:
    """Find the notebook of a topic; a usage error for one that is not there."""
    try:
        return locate(root / "notebooks", topic)
    except CourseError as error:
        raise typer.BadParameter(str(error), param_hint="--topic") from error


def _executors(
    scheduler: str | None, workers: int | None, fork: bool
) -> tuple[running.MakeExecutor, int]:
    """Return what makes an executor, and how many submissions it grades at a time."""
    if scheduler is not None:
        make, found = reach(scheduler)
        return make, workers or found
    workers = workers or os.cpu_count() or 1
    return partial(local_pool, workers, fork), workers


def _grade(task: running.Task, make_executor: running.MakeExecutor, workers: int) -> list[Result]:
    """Grade with a bar that says how long it will take, and a line for each submission."""
    shown = console()
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown, disable=not shown.is_terminal) as progress:
        bar = progress.add_task("", total=len(task.submissions))

        def tell(result: Result, known: bool) -> None:
            _print_line(progress.console, result, known)
            progress.advance(bar)

        return running.run(task, make_executor, workers, tell)


def _print_line(shown: Console, result: Result, known: bool) -> None:
    """Print the line of one submission."""
    points = f"{result.points:g}/{result.max_points:g}"
    said = result.problem or "; ".join((*result.cells, *result.notes))
    when = "as before" if known and not result.problem else f"{result.seconds:.2f} s"
    line = f"{result.student}  {result.assignment or '?'}  {points}  {when}  {said}"
    shown.print(escape(plain(line.rstrip())), soft_wrap=True)  # no student moves our cursor


def _counting(
    submissions: Sequence[Submission], results: Sequence[Result]
) -> dict[Submission, Result]:
    """Return the results of the submissions that count, the newest ones."""
    of = dict(zip(submissions, results, strict=True))
    return {submission: of[submission] for submission in newest(submissions)}


def _recorder(
    place: str | None, found: Sequence[Submission], notebooks: Sequence[Notebook]
) -> Callable[[Mapping[Submission, Result]], None]:
    """Return what writes into nbgrader's gradebook, after a look at whether it can."""
    if place is None:
        return lambda counting: None
    try:
        gradebook = importlib.import_module("course_lib.grading.gradebook")
    except ModuleNotFoundError as error:
        raise CourseError(
            f"The gradebook needs nbgrader, which is not installed: {error}."
        ) from error
    book = gradebook.locate(place)
    handed_in = {submission.assignment for submission in found}
    gradebook.check(book, [one for one in notebooks if one.name in handed_in])

    def record(counting: Mapping[Submission, Result]) -> None:
        left = gradebook.record(book, list(counting.items()), notebooks)
        for said in left:
            console().print(escape(plain(f"Not in the gradebook: {said}")), soft_wrap=True)
        console().print(f"{len(counting) - len(left)} submissions are in the gradebook.")

    return record


def _summarize(
    results: Sequence[Result],
    counting: Sequence[Result],
    notebooks: Sequence[Notebook],
    out: Path,
    seconds: float,
) -> None:
    """Print how the class did, and where everything is."""
    shown = console()
    rows = table("assignment", "students", "mean points", "of", "not graded", title="Summary")
    for name in [*(notebook.name for notebook in notebooks), ""]:
        own = [result for result in counting if result.assignment == name]
        if own:
            mean = sum(result.points for result in own) / len(own)
            troubled = sum(bool(result.problem) for result in own)
            most = max(result.max_points for result in own)
            row = (name or "not known", len(own), f"{mean:.1f}", f"{most:g}", troubled)
            rows.add_row(*map(str, row))
    shown.print(rows)
    _print_layers(shown, results)
    older = len(results) - len(counting)
    again = f" {older} older files of the same students do not count." if older else ""
    shown.print(f"{len(results)} files in {seconds:.1f} s.{again}")
    shown.print(
        f"For you: {out / 'grades.csv'}, and one file each in {out / 'results'}", soft_wrap=True
    )
    shown.print(
        f"For students: {out / 'feedback'}; for Gradescope: {out / 'gradescope'}", soft_wrap=True
    )


def _print_layers(shown: Console, results: Sequence[Result]) -> None:
    """Print which layers of the sandbox did not hold."""
    missing: Mapping[str, str] = {
        name: held
        for result in results
        for name, held in result.layers.items()
        if held.startswith("missing") or held.endswith(LATE_IMPORTS_FAIL)
    }
    for name, held in missing.items():
        shown.print(escape(f"Layer of the sandbox without effect: {name}, {held}."), soft_wrap=True)
