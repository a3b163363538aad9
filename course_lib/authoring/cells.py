"""What a source consists of: cells with a role, and tasks that give points."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "code", "answer", "check", "quiz"]


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Parameters
    ----------
    role : {"text", "code", "answer", "check", "quiz"}
        What the cell is for: prose, code that is given, the answer to an exercise, the check of an
        answer, or the typed letter of a quiz.
    text : str
        As the author wrote it, with the solution.
    line : int
        Line of the first character in the source, counted from 1.
    name : str
        Graded name, for example "z_score" or "quiz_weight"; empty for prose and given code.
    tags : tuple of str
        The author's own tags.
    """

    role: Role
    text: str
    line: int
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """Something that gives points: an exercise, or the graded cell of a quiz.

    Parameters
    ----------
    name : str
        "z_score" for an exercise, "quiz_weight" for the quiz ``rescale``.
    points : int
        From the registry.
    """

    name: str
    points: int
