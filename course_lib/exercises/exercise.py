"""The exercise and its known mistakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from course_lib.errors import CourseError
from course_lib.exercises.cases import Case
from course_lib.exercises.judges import Judge, LetterJudge

Answer = Any  # a function, a class, or for a quiz the letter itself


def call_directly(answer: Callable[..., Any], *arguments: Any) -> Any:
    """Call an answer that is a function."""
    return answer(*arguments)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that students give, and what a tutor says to it.

    Parameters
    ----------
    answer : Any
        The wrong answer, used like the reference.
    sentence : str
        What is wrong, and what is right.
    """

    answer: Answer
    sentence: str


def mistake(answer: Answer, sentence: str) -> Mistake:
    """Describe a known mistake: a wrong answer and the sentence that names it."""
    return Mistake(answer, sentence)


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """What is asked, how it is judged, and how it usually goes wrong.

    Parameters
    ----------
    reference : Any
        The right answer: a function, a class, or a value.
    cases : sequence of Case
        The inputs on which an answer is compared with the reference.
    judge : Judge
        Decides whether a result is right.
    mistakes : sequence of Mistake
        Wrong answers that can be named.
    points : int
        Points for a right answer.
    hints : sequence of str
        Shown one by one on further tries.
    call : callable, optional
        Script from the answer and the arguments to a result, for answers that are not functions.
    alternatives : sequence
        Right answers written in another way; the tests show that they pass.
    seconds : float
        What one call may take.
    same : Judge, optional
        Decides whether a result is that of a known mistake, where `judge` looks at a property
        and not at values.
    sealed : sequence of str
        Functions of libraries that are the answer, such as ``"scipy.stats.zscore"``; they cannot
        be called while this exercise is graded.
    lent : sequence of callable
        Functions of the course that an answer may call. While it is graded they are called outside
        of the student's process, which gets their results only.
    name, topic : str
        Set by the registry: the variable's and the file's name.

    Raises
    ------
    CourseError
        If there is no case, a mistake has no sentence, or the points or the time limit are not
        positive.
    """

    reference: Answer
    cases: Sequence[Case]
    judge: Judge
    mistakes: Sequence[Mistake] = ()
    points: int = 1
    hints: Sequence[str] = ()
    call: Callable[..., Any] = call_directly
    alternatives: Sequence[Answer] = ()
    seconds: float = 5.0
    same: Judge | None = None
    sealed: Sequence[str] = ()
    lent: Sequence[Callable[..., Any]] = ()
    why: str = ""
    name: str = ""
    topic: str = ""

    def __post_init__(self) -> None:
        if not self.cases:
            raise CourseError(f"The exercise {self.name!r} has no cases; it needs at least one.")
        if self.points <= 0 or self.seconds <= 0:
            raise CourseError(
                f"The exercise {self.name!r} has {self.points} points and {self.seconds} s; "
                "both must be positive."
            )
        if any(not known.sentence.strip() for known in self.mistakes):
            raise CourseError(f"A mistake of the exercise {self.name!r} has no sentence.")

    @property
    def is_quiz(self) -> bool:
        """Whether the answer is the letter of a quiz."""
        return isinstance(self.judge, LetterJudge)

    def named(self, name: str, topic: str) -> "Exercise":
        """Return the same exercise under its name and topic."""
        return replace(self, name=name, topic=topic)
