"""What came of grading one submission, as it is kept on disk."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 2
FAILED = "The grader failed"


@dataclass(frozen=True)
class CaseLine:
    """How one case of an exercise went.

    Parameters
    ----------
    title : str
        The case's title.
    state : str
        "right", "not right" or "not run".
    hidden : bool
        Whether its input was drawn from the hidden seed.
    """

    title: str
    state: str
    hidden: bool


@dataclass(frozen=True)
class Score:
    """The points of one exercise, and why.

    Parameters
    ----------
    name : str
        The exercise, or ``quiz_`` and the name of a quiz.
    points, max_points : float
        Points earned, and those to be had.
    message : str
        What went wrong; nothing of a hidden input or value.
    kind : str
        "right", or a kind of `judges.Problem`.
    named : bool
        Whether the message is that of a known mistake.
    cases : tuple of CaseLine
        The public cases, then the hidden ones.
    feedback, text : str
        What the student is told, as HTML and as plain text; nothing of a hidden input or value.
    revealed : str
        The first hidden case that fails, as HTML with its input and values, where the public
        ones are right; for students only if the instructor decides so.
    """

    name: str
    points: float
    max_points: float
    message: str = ""
    kind: str = "right"
    named: bool = False
    cases: tuple[CaseLine, ...] = ()
    feedback: str = ""
    text: str = ""
    revealed: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one submission.

    Parameters
    ----------
    student, assignment, place, handed_in
        As in `Submission`.
    key : str
        Names the content, and what it was graded with.
    scores : tuple of Score
        In the order of the notebook.
    problem : str
        Why the submission could not be graded; empty where it was.
    cells : tuple of str
        Cells that were stopped or left out, for student and instructor.
    notes : tuple of str
        For the instructor: code that looks copied.
    layers : mapping
        Which layers of the sandbox held.
    seconds : float
        Time taken.
    """

    student: str
    assignment: str
    place: str
    handed_in: float
    key: str
    scores: tuple[Score, ...] = ()
    problem: str = ""
    cells: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the grader itself failed, so that nothing is known of the submission."""
        return self.problem.startswith(FAILED)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(score.points for score in self.scores)

    @property
    def max_points(self) -> float:
        """Points to be had."""
        return sum(score.max_points for score in self.scores)

    def as_dict(self) -> dict[str, Any]:
        """Return what is written as JSON."""
        sums = {"points": self.points, "max_points": self.max_points}
        return {"format": FORMAT, **asdict(self), **sums}


def from_dict(read: Mapping[str, Any]) -> Result:
    """Return the result that `Result.as_dict` described.

    Raises
    ------
    ValueError
        If it is of another format, or damaged.

    Examples
    --------
    >>> result = Result("alice", "02_normalization", "a.ipynb", 0.0, "k", (Score("z_score", 2, 2),))
    >>> from_dict(result.as_dict()) == result
    True
    """
    try:
        if read["format"] != FORMAT:
            raise ValueError(f"This result has the format {read['format']}; {FORMAT} is known.")
        names = set(Result.__dataclass_fields__) - {"scores", "cells", "notes"}
        return Result(
            **{name: read[name] for name in names},
            scores=tuple(map(_score, read["scores"])),
            cells=tuple(read["cells"]),
            notes=tuple(read["notes"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"This is no result of a submission: {error!r}.") from error


def _score(read: Mapping[str, Any]) -> Score:
    """Return the score of one exercise."""
    return Score(**{**read, "cases": tuple(CaseLine(**case) for case in read["cases"])})
