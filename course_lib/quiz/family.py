"""A family of questions: one question, any number of draws."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from course_lib.display.picture import Picture
from course_lib.errors import CourseError
from course_lib.exercises.cases import given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import letter
from course_lib.quiz.question import LETTERS, Option, Question

Numbers = Mapping[str, Any]
_DRAWS = 200


@dataclass(frozen=True)
class Misconception:
    """A wrong way to an answer, and what a tutor says to it.

    Parameters
    ----------
    answer : callable
        From the numbers to the wrong answer.
    sentence : str
        What went wrong, and what is right; it is said to every draw, so it holds no numbers.

    Examples
    --------
    >>> Misconception(lambda n: n["a"] * n["b"], "That is the product.").answer({"a": 3, "b": 4})
    12
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
    others : mapping, optional
        From the text of an option that no misconception gives to what is said to it.

    Examples
    --------
    >>> Lecture({"a": 3, "b": 4}, options=[12, 7, 34], slide=1, others={"34": "Digits."}).slide
    1
    """

    numbers: Numbers
    options: Sequence[Any]
    slide: int
    others: Mapping[str, str] | None = None


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
        The lecture's own numbers; without them a first draw takes their place.
    points : int
        Points for the right letter in the graded cell.
    name, topic : str
        Set by the registry: the variable's and the file's name.

    Raises
    ------
    CourseError
        If there are too few or too many misconceptions, one of them has nothing to say, or the
        points are not positive.

    Examples
    --------
    >>> addition = Family(
    ...     question=lambda n: f"What is {n['a']} + {n['b']}?",
    ...     draw=lambda rng: {"a": int(rng.integers(2, 9)), "b": int(rng.integers(2, 9))},
    ...     right=lambda n: n["a"] + n["b"],
    ...     why=lambda n: f"{n['a']} + {n['b']} = {n['a'] + n['b']}.",
    ...     misconceptions=[Misconception(lambda n: n["a"] * n["b"], "That is the product.")],
    ...     lecture=Lecture({"a": 3, "b": 4}, options=[12, 7], slide=1),
    ... )
    >>> addition.first().text, addition.first().key
    ('What is 3 + 4?', 'B')
    >>> addition.another(np.random.default_rng(1)).text
    'What is 5 + 5?'
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

    def __post_init__(self) -> None:
        count = len(self.misconceptions)
        if not 0 < count < len(LETTERS):
            raise CourseError(
                f"The quiz {self.name!r} has {count} misconceptions; it needs one for each wrong "
                f"option, from 1 to {len(LETTERS) - 1}."
            )
        if any(not m.sentence.strip() for m in self.misconceptions):
            raise CourseError(f"A misconception of the quiz {self.name!r} has no sentence.")
        if self.points <= 0:
            raise CourseError(f"The quiz {self.name!r} has {self.points} points; it needs some.")

    def named(self, name: str, topic: str) -> "Family":
        """Return the same family under its name and topic."""
        return replace(self, name=name, topic=topic)

    def first(self) -> Question:
        """Return the question of the graded cell: the lecture's own, or a fixed draw.

        Raises
        ------
        CourseError
            If the lecture's options do not hold the right answer exactly once, or one of the
            wrong ones is not explained.
        """
        if self.lecture is None:
            # Seeded by the name: equal seeds would put every key under the same letter.
            return self.another(np.random.default_rng(zlib.crc32(self.name.encode())))
        numbers = MappingProxyType(dict(self.lecture.numbers))
        texts = [self._text(option) for option in self.lecture.options]
        others = dict(self.lecture.others or {})
        if idle := [text for text in others if text not in texts]:
            raise CourseError(f"The quiz {self.name!r} explains {idle}, which no option says.")
        said = {**others, **self._wrong_options(numbers)}
        return self._question(numbers, texts, said, self.lecture.slide)

    def another(self, rng: np.random.Generator) -> Question:
        """Draw a question in which all options differ, in random order.

        Parameters
        ----------
        rng : numpy.random.Generator
            Draws the numbers and the order of the options.

        Raises
        ------
        CourseError
            If the family cannot draw numbers whose options differ.
        """
        for _ in range(_DRAWS):
            # Read-only, so that no callable can change the numbers under another one.
            numbers = MappingProxyType(dict(self.draw(rng)))
            said = self._wrong_options(numbers)
            if len(said) == len(self.misconceptions):
                texts = [self._text(self.right(numbers)), *said]
                order = rng.permutation(len(texts))
                return self._question(numbers, [texts[i] for i in order], said, None)
        raise CourseError(
            f"The quiz {self.name!r} drew {_DRAWS} times without finding options that differ."
        )

    def as_exercise(self) -> Exercise:
        """Return the graded cell as an exercise: the answer is the letter.

        A wrong letter is named by the sentence of its own option; the right letter is not told.
        """
        question = self.first()
        wrong = [option for option in question.options if not option.right]
        return Exercise(
            reference=question.key,
            call=lambda answer: answer.strip().upper() if isinstance(answer, str) else answer,
            cases=[given("your letter")],
            judge=letter([option.letter for option in question.options]),
            mistakes=[mistake(option.letter, option.feedback) for option in wrong],
            why=question.option(question.key).feedback,
            points=self.points,
            name=f"quiz_{self.name}",
            topic=self.topic,
        )

    def _text(self, answer: Any) -> str:
        """Return the text of an option."""
        return str(self.show(answer))

    def _wrong_options(self, numbers: Numbers) -> dict[str, str]:
        """Return what is said to each wrong option.

        Those that are right by chance are left out; of two that read the same, the first counts.
        """
        right = self._text(self.right(numbers))
        said: dict[str, str] = {}
        for misconception in self.misconceptions:
            said.setdefault(self._text(misconception.answer(numbers)), misconception.sentence)
        return {text: sentence for text, sentence in said.items() if text != right}

    def _question(
        self, numbers: Numbers, texts: list[str], said: Mapping[str, str], slide: int | None
    ) -> Question:
        """Put a question together; the key is what the reference computes."""
        right = self._text(self.right(numbers))
        if texts.count(right) != 1 or len(set(texts)) != len(texts):
            raise CourseError(
                f"The quiz {self.name!r} needs options that differ, one of them {right!r}; "
                f"it has {', '.join(map(repr, texts))}."
            )
        if not 2 <= len(texts) <= len(LETTERS):
            raise CourseError(
                f"The quiz {self.name!r} has {len(texts)} options; it can have 2 to {len(LETTERS)}."
            )
        if unexplained := [t for t in texts if t != right and t not in said]:
            raise CourseError(f"The quiz {self.name!r} says nothing to {unexplained}.")
        said = {**said, right: self.why(numbers)}
        options = tuple(
            Option(letter, text, text == right, said[text])
            for letter, text in zip(LETTERS, texts, strict=False)
        )
        picture = None if self.picture is None else self.picture(numbers)
        return Question(self.question(numbers), options, picture, slide)
