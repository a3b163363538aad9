"""Noticing code that was copied from the course's own solution. It is told, not punished."""

import ast
import difflib
import inspect
import textwrap
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from course_lib.exercises.exercise import Exercise

_ALIKE = 0.9
_LONGEST_CELL = 100_000
_LEAST = 40  # words of code; shorter solutions look alike by themselves


def copied(exercise: Exercise, cells: Sequence[str]) -> float | None:
    """Tell whether a submission holds the reference of an exercise, line by line.

    Names, constants and sentences are compared, docstrings, comments and layout are not.

    Parameters
    ----------
    exercise : Exercise
        Its reference is a function or class of the course.
    cells : sequence of str
        The submission's code.

    Returns
    -------
    float or None
        How alike they are, from 0.9 to 1; None where they are not, or too short to tell.
    """
    ours = _words_of(exercise.reference)
    if len(ours) < _LEAST:
        return None
    alike = [_ratio(ours, theirs) for cell in cells for theirs in definitions(cell)]
    best = max(alike, default=0.0)
    return best if best >= _ALIKE else None


@lru_cache(maxsize=512)
def definitions(cell: str) -> tuple[tuple[str, ...], ...]:
    """Return the code of each function and class of a cell, in words.

    Examples
    --------
    >>> definitions("def f(x): return x + 1  # one more")
    (('Return', 'BinOp', 'x', 'Add', '1'),)
    """
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    if len(cell) > _LONGEST_CELL:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of a student's code
            tree = ast.parse(cell)
        return tuple(_words(node.body) for node in ast.walk(tree) if isinstance(node, kinds))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # no Python, or hostile
        return ()


@lru_cache(maxsize=512)
def _words_of(reference: Any) -> tuple[str, ...]:
    """Return the code of a reference; of a quiz's letter there is none."""
    try:
        found = definitions(textwrap.dedent(inspect.getsource(reference)))
    except (TypeError, OSError):
        return ()
    return found[0] if found else ()


def _words(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """Write code as a row of words: kinds of steps, names, constants."""
    first = body[0] if body else None
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    words: list[str] = []
    for statement in body[1:] if said else body:
        for node in ast.walk(statement):
            words.extend(_word(node))
    return tuple(words)


def _word(node: ast.AST) -> list[str]:
    """Write one node."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant):
        return [repr(node.value)]
    return [] if isinstance(node, ast.expr_context) else [type(node).__name__]


def _ratio(ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Measure how alike two rows of words are."""
    shorter, longer = sorted((len(ours), len(theirs)))
    if shorter < _ALIKE * longer * 0.8:
        return 0.0
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    # Never less than the ratio, and soon known: how many words they have in common at all.
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0
