"""A family of questions: one question, any number of draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_lib.display.picture import Picture
from course_lib.errors import CourseError
from course_lib.exercises.cases import given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import equal

Numbers = Mapping[str, Any]
LETTERS = "ABCDEFGH"
_DRAWS = 200


@dataclass(frozen=True)
class Misconception:
    """A wrong way to an answer, and what a tutor says to it.

    Parameters
    ----------
    answer : callable
        From the numbers to the wrong answer.
    sentence : str
        What went wrong, and what is right.
    """

    answer: Callable[[Numbers], Any]
    sentence: str


@dataclass(frozen=True)
class Lecture:
    """The lecture's own question.

    Parameters
    ----------
    numbers : mapping
        The numbers on the slide.
    options : sequence
        The answers on the slide, in their order.
    slide : int
        Where it stands.
    others : mapping
        From the text of an option that no misconception gives to what is said to it.
    """

    numbers: Numbers
    options: Sequence[Any]
    slide: int
    others: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Option:
    """One answer to choose: its letter, text, whether it is right, and what is said to it."""

    letter: str
    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question as a student sees it.

    Parameters
    ----------
    text : str
        The question.
    options : tuple of Option
        In the order in which they are shown.
    picture : Picture or None
        Shown with the question.
    slide : int or None
        The slide, if these are the lecture's numbers.
    """

    text: str
    options: tuple[Option, ...]
    picture: Picture | None = None
    slide: int | None = None

    @property
    def key(self) -> str:
        """Letter of the right option."""
        return next(option.letter for option in self.options if option.right)


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """One question with any number of draws.

    Parameters
    ----------
    question : callable
        From the numbers to the text.
    draw : callable
        From a random generator to the numbers.
    right : callable
        From the numbers to the right answer, computed by the reference.
    why : callable
        From the numbers to the explanation of the right answer.
    misconceptions : sequence of Misconception
        One for each wrong option.
    show : callable
        From an answer to the text of its option.
    picture : callable, optional
        From the numbers to the picture of the question.
    lecture : Lecture, optional
        The lecture's own numbers; without them the first draw takes their place.
    points : int
        Points for the right letter in the graded cell.
    name, topic : str
        Set by the registry: the variable's and the file's name.
    """

    question: Callable[[Numbers], str]
    draw: Callable[[np.random.Generator], Numbers]
    right: Callable[[Numbers], Any]
    why: Callable[[Numbers], str]
    misconceptions: Sequence[Misconception]
    show: Callable[[Any], str] = str
    picture: Callable[[Numbers], Picture] | None = None
    lecture: Lecture | None = None
    points: int = 1
    name: str = ""
    topic: str = ""

    def named(self, name: str, topic: str) -> "Family":
        """Return the same family under its name and topic."""
        return replace(self, name=name, topic=topic)

    def first(self) -> Question:
        """Return the question of the graded cell: the lecture's own, or the first draw."""
        if self.lecture is None:
            return self.another(np.random.default_rng(0))
        numbers = self.lecture.numbers
        texts = [self.show(option) for option in self.lecture.options]
        said = {**dict(self.lecture.others or {}), **self._wrong_options(numbers)}
        return self._question(numbers, texts, said, self.lecture.slide)

    def another(self, rng: np.random.Generator) -> Question:
        """Draw a question in which all options differ, in random order.

        Raises
        ------
        CourseError
            If the family cannot draw numbers whose options differ.
        """
        for _ in range(_DRAWS):
            numbers = self.draw(rng)
            said = self._wrong_options(numbers)
            if len(said) == len(self.misconceptions):
                texts = [self.show(self.right(numbers)), *said]
                return self._question(numbers, list(rng.permutation(texts)), said, None)
        raise CourseError(
            f"The quiz {self.name!r} drew {_DRAWS} times without finding options that differ."
        )

    def as_exercise(self) -> Exercise:
        """Return the graded cell as an exercise: the answer is the letter."""
        question = self.first()
        wrong = [option for option in question.options if not option.right]
        return Exercise(
            reference=question.key,
            call=lambda answer: answer.strip().upper() if isinstance(answer, str) else answer,
            cases=[given("your letter")],
            judge=equal(),
            mistakes=[mistake(option.letter, option.feedback) for option in wrong],
            points=self.points,
            name=f"quiz_{self.name}",
            topic=self.topic,
        )

    def _wrong_options(self, numbers: Numbers) -> dict[str, str]:
        """Return what is said to each wrong option; those that are right by chance are left out."""
        right = self.show(self.right(numbers))
        said = {self.show(m.answer(numbers)): m.sentence for m in self.misconceptions}
        return {text: sentence for text, sentence in said.items() if text != right}

    def _question(
        self, numbers: Numbers, texts: list[str], said: Mapping[str, str], slide: int | None
    ) -> Question:
        """Put a question together; the key is what the reference computes."""
        right = self.show(self.right(numbers))
        if texts.count(right) != 1 or len(set(texts)) != len(texts):
            raise CourseError(
                f"The quiz {self.name!r} needs options that differ, one of them {right!r}; "
                f"it has {', '.join(map(repr, texts))}."
            )
        if unexplained := [t for t in texts if t != right and t not in said]:
            raise CourseError(f"The quiz {self.name!r} says nothing to {unexplained}.")
        options = tuple(
            Option(
                letter, str(text), text == right, self.why(numbers) if text == right else said[text]
            )
            for letter, text in zip(LETTERS, texts, strict=False)
        )
        picture = None if self.picture is None else self.picture(numbers)
        return Question(self.question(numbers), options, picture, slide)
