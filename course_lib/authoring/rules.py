"""What a source must be like, so that both graders and the student get what they expect."""

import ast
from collections.abc import Callable, Sequence

from course_lib.authoring.cells import Cell, Task
from course_lib.authoring.solution import find_blocks, hide_blocks, mentions_marker, typed_letter
from course_lib.errors import CourseError
from course_lib.quiz.registry import QUIZ_PREFIX


def enforce(file: str, cells: Sequence[Cell], points: Callable[[str], int]) -> tuple[Task, ...]:
    """Refuse a source that breaks a rule.

    Parameters
    ----------
    file : str
        The source, named in errors.
    cells : sequence of Cell
        Its cells, in order.
    points : callable
        From a graded name to its points; raises CourseError for an unknown name.

    Returns
    -------
    tuple of Task
        Exercises and quizzes, in the order of their check cells.

    Raises
    ------
    CourseError
        With file and line.
    """
    for cell in cells:
        place = f"{file}:{cell.line}"
        if cell.role != "text":
            _require_python(file, cell, cell.text)
        _require_role(file, place, cell)
    _require_pairs(file, cells)
    _require_questions(file, cells)
    return tuple(_task(file, cell, points) for cell in cells if cell.role == "check")


def _require_role(file: str, place: str, cell: Cell) -> None:
    """Refuse a cell that is not written as its role asks."""
    if cell.role != "answer" and mentions_marker(cell.text):
        raise CourseError(
            f"{place}: a solution marker outside an answer cell; mark the cell with "
            '`# %% exercise="name"`.'
        )
    if "HIDDEN TESTS" in cell.text.upper():
        raise CourseError(f"{place}: hidden tests are made by the release; write none here.")
    if cell.role in ("code", "answer", "quiz") and "check" in _called(cell.text):
        raise CourseError(f'{place}: give `check("name", name)` a cell of its own.')
    if cell.role == "check":
        _require_check(place, cell)
    elif cell.role == "answer":
        _require_answer(file, place, cell)
    elif cell.role == "quiz":
        _require_letter(place, cell)


def _require_python(file: str, cell: Cell, text: str) -> None:
    """Refuse code that Python cannot read."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1) - 1
        raise CourseError(f"{file}:{line}: this is not Python: {error.msg}.") from error


def _require_check(place: str, cell: Cell) -> None:
    """Refuse a check cell of another form."""
    wanted = f'check("{cell.name}", {cell.name})'
    if cell.text != wanted:
        raise CourseError(f"{place}: a check cell is exactly {wanted}; this is {cell.text!r}.")


def _require_answer(file: str, place: str, cell: Cell) -> None:
    """Refuse an answer cell without a solution, or whose stub is of no use."""
    if cell.name.startswith(QUIZ_PREFIX):
        raise CourseError(f"{place}: an exercise's name may not begin with {QUIZ_PREFIX!r}.")
    if not find_blocks(cell.text, file, cell.line):
        raise CourseError(
            f"{place}: the answer cell of {cell.name!r} has no solution; write it between "
            "`# BEGIN SOLUTION` and `# END SOLUTION`."
        )
    stub = hide_blocks(cell.text)
    _require_python(file, cell, stub)
    if cell.name not in _defined(stub):
        raise CourseError(
            f"{place}: outside the solution, the answer cell of {cell.name!r} must define "
            f"{cell.name}, with `def`, `class` or `=`."
        )


def _require_letter(place: str, cell: Cell) -> None:
    """Refuse a quiz cell of another form."""
    letter = typed_letter(cell.text)
    wanted = f'{cell.name} = "B"  # "A", "B" or "C"'
    if letter is None or letter.name != cell.name:
        raise CourseError(
            f"{place}: the cell of a quiz is {wanted}, with the right letter and the letters to "
            f"choose from; this is {cell.text!r}."
        )
    if f'"{letter.letter}"' not in letter.options:
        raise CourseError(f"{place}: {letter.letter!r} is not among {letter.options.strip(' #')}.")


def _require_pairs(file: str, cells: Sequence[Cell]) -> None:
    """Refuse an answer without a check, a check without an answer, and names used twice."""
    answered: dict[str, int] = {}
    checked: dict[str, int] = {}
    for cell in cells:
        seen = checked if cell.role == "check" else answered
        if cell.role not in ("answer", "quiz", "check"):
            continue
        if cell.name in seen:
            raise CourseError(
                f"{file}:{cell.line}: {cell.name!r} is used a second time; the first is in line "
                f"{seen[cell.name]}."
            )
        if cell.role == "check" and cell.name not in answered:
            raise CourseError(
                f"{file}:{cell.line}: {cell.name!r} is checked, but no answer cell before it "
                "carries that name."
            )
        seen[cell.name] = cell.line
    for name in answered.keys() - checked.keys():
        raise CourseError(
            f'{file}:{answered[name]}: {name!r} is never checked; add a cell check("{name}", '
            f"{name}) below."
        )


def _require_questions(file: str, cells: Sequence[Cell]) -> None:
    """Refuse the typed letter of a quiz that has not been asked before."""
    asked: set[str] = set()
    for cell in cells:
        if cell.role == "code":
            asked |= _called(cell.text).get("ask", set())
        if cell.role == "quiz" and cell.name.removeprefix(QUIZ_PREFIX) not in asked:
            question = f'ask("{cell.name.removeprefix(QUIZ_PREFIX)}")'
            raise CourseError(f"{file}:{cell.line}: no cell {question} stands before this one.")


def _task(file: str, cell: Cell, points: Callable[[str], int]) -> Task:
    """Look up the points of a check cell."""
    try:
        value = points(cell.name)
    except CourseError as error:
        raise CourseError(f"{file}:{cell.line}: {error}") from error
    if type(value) is not int or value <= 0:
        raise CourseError(
            f"{file}:{cell.line}: {cell.name!r} gives {value!r} points; it must be a whole number "
            "above 0."
        )
    return Task(cell.name, value)


def _defined(text: str) -> set[str]:
    """Return the names that code defines at its top level."""
    names: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _called(text: str) -> dict[str, set[str]]:
    """Return the functions that code calls by name, each with its first arguments that are text."""
    called: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            text_argument = isinstance(first, ast.Constant) and isinstance(first.value, str)
            names = called.setdefault(node.func.id, set())
            if text_argument:
                names.add(first.value)  # type: ignore[union-attr, arg-type]
    return called
