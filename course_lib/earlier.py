"""A student's answers to exercises of other notebooks, taken from the notebooks beside this one.

Of a notebook, only what the answer needs is run: its function, and the imports, constants and
functions that it mentions. Whether it is right is decided by the exercise, as everywhere.
"""

import ast
import io
import os
import symtable
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_lib.catalogue import Notebook, notebooks_in
from course_lib.errors import CourseError
from course_lib.exercises.evaluation import Report, evaluate
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.limits import TimeUpError, call_within
from course_lib.exercises.registry import find
from course_lib.overview import Cell, Link, Overview
from course_lib.reading import graded_name, read_notebook

_SECONDS = 10.0  # for what an answer needs; imports of large libraries take some
_GRADING = "NBGRADER_EXECUTION"


@dataclass(frozen=True)
class Earlier:
    """A function of an earlier notebook, and whose it is.

    Parameters
    ----------
    exercise : Exercise
        What was asked there.
    answer : Any
        The student's function where it passes, else the reference.
    is_own : bool
        Whether it is the student's.
    why : str
        Why it is taken.
    notebook : Notebook or None
        Where the student's was looked for.
    """

    exercise: Exercise
    answer: Any
    is_own: bool
    why: str
    notebook: Notebook | None = None


class _NotThereError(Exception):
    """There is no answer to evaluate; the text says why."""


def earlier_answer(name: str, folder: Path) -> Earlier:
    """Take the student's answer to an exercise from a notebook, or else the reference.

    Parameters
    ----------
    name : str
        The exercise.
    folder : Path
        Where the student's notebooks are.

    Returns
    -------
    Earlier
        The answer and whose it is. While nbgrader runs a notebook it is the reference always, so
        that a grade depends on no other file.

    Raises
    ------
    CourseError
        If there is no such exercise; the message offers similar names.

    Examples
    --------
    >>> taken = earlier_answer("z_score", Path("nowhere"))
    >>> taken.is_own, taken.why
    (False, 'There is no notebook of this topic beside this one.')
    """
    exercise = find(name)
    if os.environ.get(_GRADING):
        return Earlier(
            exercise, exercise.reference, False, "While it is graded, it is the course's."
        )
    there = {notebook.slug: notebook for notebook in notebooks_in(folder)}
    notebook = there.get(exercise.topic)
    try:
        if notebook is None:
            raise _NotThereError("There is no notebook of this topic beside this one.")
        report, answer = _evaluated(exercise, notebook.path)
    except _NotThereError as reason:
        return Earlier(exercise, exercise.reference, False, str(reason), notebook)
    why = _why(report)
    return Earlier(
        exercise, answer if report.passed else exercise.reference, report.passed, why, notebook
    )


def whose(taken: Sequence[Earlier]) -> Overview:
    """List functions of earlier notebooks: which are the student's, and why the others are not.

    Examples
    --------
    >>> print(whose([earlier_answer("z_score", Path("nowhere"))]).text().splitlines()[3])
    z_score   normalization  the course's  There is no notebook of this topic beside this one.
    """
    rows: list[tuple[Cell, ...]] = [
        (each.exercise.name, _place(each), "yours" if each.is_own else "the course's", each.why)
        for each in taken
    ]
    own, all_of_them = sum(each.is_own for each in taken), len(taken)
    note = f"{own} of {all_of_them} functions are yours"
    note += "." if own == all_of_them else "; the course's own stand in for the others."
    columns = ("Function", "Notebook", "Whose", "Why")
    return Overview("Whose functions are used below", columns, rows, note)


def _place(taken: Earlier) -> Cell:
    """Say where a function comes from, with a link where there is something to open."""
    if taken.notebook is None:
        return taken.exercise.topic
    return Link(taken.notebook.name, taken.notebook.path.name)


def _why(report: Report) -> str:
    """Say in a sentence what came of checking an answer."""
    if report.passed:
        return f"It passes all {len(report.results)} cases."
    if report.missing:
        return "It is not written yet."
    failing = [result.problem for result in report.results if result.problem]
    if failing[0].kind == "slow":
        return f"It takes longer than {report.exercise.seconds:g} s."
    return f"It fails {len(failing)} of {len(report.results)} cases; check it in its notebook."


def _evaluated(exercise: Exercise, path: Path) -> tuple[Report, Any]:
    """Run and check the answer of a notebook, whatever it prints."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        answer = _answer(exercise.name, path)
        return evaluate(exercise, answer), answer


def _answer(name: str, path: Path) -> Any:
    """Run what an answer needs in a namespace of its own, and return it."""
    try:
        cells = _cells(path, path.stat().st_mtime_ns)
    except (CourseError, OSError) as error:
        raise _NotThereError("Its notebook cannot be read.") from error
    statements = _needed(name, _statements(_before_check(cells, name)))
    if not statements:
        raise _NotThereError("Its cell is missing, or is no Python.")
    program = compile(ast.Module(statements, []), f"<{path.name}>", "exec")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        call_within(_SECONDS, lambda: exec(program, namespace))  # noqa: S102 - the student's own
    except TimeUpError:
        raise _NotThereError(f"Its cell takes longer than {_SECONDS:g} s.") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the student's code raises
        raise _NotThereError(f"Its cell stops with {type(error).__name__}.") from None
    return namespace.get(name)


@lru_cache(maxsize=32)
def _cells(path: Path, changed_ns: int) -> tuple[NotebookNode, ...]:
    """Read the code cells of a notebook; anew when the file has changed."""
    return tuple(cell for cell in read_notebook(path).cells if cell.cell_type == "code")


def _before_check(cells: Sequence[NotebookNode], name: str) -> list[str]:
    """Return the code before the check of an exercise; all of it where there is no check."""
    ends = [number for number, cell in enumerate(cells) if graded_name(cell) == name]
    return [cell.source for cell in cells[: ends[0] if ends else len(cells)]]


def _statements(sources: Iterable[str]) -> list[ast.stmt]:
    """Parse cells; one that is no Python, such as a line for the terminal, counts for nothing."""
    found: list[ast.stmt] = []
    for source in sources:
        try:
            found += ast.parse(source).body
        except (SyntaxError, ValueError):
            continue
    return found


def _needed(name: str, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Choose the statements that make a name, and in turn what these mention, in order."""
    made, mentioned = zip(*map(_names, statements), strict=True) if statements else ((), ())
    wanted, chosen = [name], set()
    while wanted:
        sought = wanted.pop()
        for number, names in enumerate(made):
            if sought in names and number not in chosen:
                chosen.add(number)
                wanted += mentioned[number]
    return [statements[number] for number in sorted(chosen)]


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the global names that a statement makes, and those that it mentions."""
    try:
        table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except SyntaxError:  # what only a compiler refuses, such as a return outside of a function
        return set(), set()
    symbols = table.get_symbols()
    made = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    inner = {name for child in table.get_children() for name in _globals_of(child)}
    return made, {s.get_name() for s in symbols if s.is_referenced()} | inner


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that the body of a function or class mentions."""
    own = {s.get_name() for s in table.get_symbols() if s.is_global()}
    return own.union(*map(_globals_of, table.get_children()))
