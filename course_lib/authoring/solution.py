"""The parts of a source that no student may see: solution blocks and typed letters."""

import re
from dataclasses import dataclass

from course_lib.errors import CourseError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
STUB = "..."
_MARKER = re.compile(r"\b(BEGIN|END)\W+SOLUTION\b", re.IGNORECASE)
_LETTERS = r'"[A-H]"(?:, "[A-H]")* or "[A-H]"'
_TYPED = re.compile(rf'(quiz_\w+) = "([A-H])"(  # {_LETTERS})')


@dataclass(frozen=True)
class Block:
    """A solution: what stands between the two markers.

    Parameters
    ----------
    first, last : int
        Lines of the markers in the text, counted from 0.
    indent : str
        The white space before the first marker.
    lines : tuple of str
        The lines between the markers.
    """

    first: int
    last: int
    indent: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """The typed letter of a quiz.

    Parameters
    ----------
    name : str
        Graded name, for example "quiz_weight".
    letter : str
        What is typed.
    options : str
        The comment behind it, with the letters to choose from.
    """

    name: str
    letter: str
    options: str


def find_blocks(text: str, file: str = "text", first_line: int = 1) -> tuple[Block, ...]:
    r"""Find the solution blocks of a text.

    Parameters
    ----------
    text : str
        A cell, or a whole source.
    file : str
        Named in errors.
    first_line : int
        Line of the text's first line in the file, for errors.

    Raises
    ------
    CourseError
        If a marker is written differently, or has no partner.

    Examples
    --------
    >>> find_blocks("# BEGIN SOLUTION\nx = 1\n# END SOLUTION")[0].lines
    ('x = 1',)
    """
    lines = text.split("\n")
    blocks: list[Block] = []
    begin: int | None = None
    for index, line in enumerate(lines):
        if not _MARKER.search(line):
            continue
        place, marker = f"{file}:{first_line + index}", line.strip()
        if marker not in (BEGIN, END):
            raise CourseError(f"{place}: write the marker as {BEGIN!r} or {END!r}, alone.")
        if (marker == BEGIN) != (begin is None):
            earlier = (
                "there is none open" if begin is None else f"line {first_line + begin} is open"
            )
            raise CourseError(f"{place}: {marker!r} does not fit; {earlier}.")
        if begin is None:
            begin = index
        else:
            indent = lines[begin][: -len(BEGIN)]
            blocks.append(Block(begin, index, indent, tuple(lines[begin + 1 : index])))
            begin = None
    if begin is not None:
        raise CourseError(f"{file}:{first_line + begin}: {BEGIN!r} has no {END!r}.")
    return tuple(blocks)


def hide_blocks(text: str) -> str:
    r"""Replace every solution block by ``...``.

    Examples
    --------
    >>> print(hide_blocks("def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION"))
    def f(x):
        ...
    """
    lines = text.split("\n")
    for block in reversed(find_blocks(text)):
        lines[block.first : block.last + 1] = [block.indent + STUB]
    return "\n".join(lines)


def typed_letter(text: str) -> Letter | None:
    """Read the cell of a quiz; None if it has another form.

    Examples
    --------
    >>> typed_letter('quiz_weight = "B"  # "A", "B" or "C"').letter
    'B'
    """
    match = _TYPED.fullmatch(text)
    return None if match is None else Letter(*match.groups())


def hide_letter(text: str) -> str:
    """Replace the typed letter of a quiz by ``...``.

    Raises
    ------
    CourseError
        If the text is not the cell of a quiz.

    Examples
    --------
    >>> hide_letter('quiz_weight = "B"  # "A", "B" or "C"')
    'quiz_weight = ...  # "A", "B" or "C"'
    """
    letter = typed_letter(text)
    if letter is None:
        raise CourseError(f"This is not the cell of a quiz: {text!r}.")
    return f"{letter.name} = {STUB}{letter.options}"


def mentions_marker(text: str) -> bool:
    """Tell whether a text holds a solution marker, however it is written."""
    return _MARKER.search(text) is not None
