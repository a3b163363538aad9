"""The quiz in the notebook: a question, its options, feedback, and another one like it."""

from collections.abc import Callable
from html import escape

import ipywidgets as widgets
import numpy as np

from course_lib.display.accessible import accessible, row
from course_lib.display.still import still
from course_lib.quiz.family import Family
from course_lib.quiz.question import Option, Question

OnAnswer = Callable[[str, str, bool], None]

_RIGHT, _WRONG, _NOTED = "#009E73", "#D55E00", "#767676"
_TRIES = 20


class StillQuiz:
    """The question with nothing to press, where nobody is there to press it.

    Parameters
    ----------
    family : Family
        The quiz.

    Examples
    --------
    >>> from course_lib.quiz.registry import find
    >>> str(StillQuiz(find("brain_age"))).splitlines()[-1].split()
    ['D', '95']
    """

    def __init__(self, family: Family) -> None:
        self._name, self._question = family.name, family.first()

    def _repr_html_(self) -> str:
        """Show question and options in a notebook."""
        options = "".join(f"<li>{escape(option.label)}</li>" for option in self._question.options)
        listed = f'<ul style="list-style:none;padding-left:1em">{options}</ul>'
        return _asked(self._question, 0) + listed + _note(self._name, self._question, 0)

    def __repr__(self) -> str:
        """Show question and options in a terminal."""
        return "\n".join([self._question.text, *(o.label for o in self._question.options)])


def quiz_widget(
    family: Family,
    on_answer: OnAnswer | None = None,
    rng: np.random.Generator | None = None,
) -> widgets.Widget | StillQuiz:
    """Show a quiz to answer by mouse, keyboard or screen reader.

    Parameters
    ----------
    family : Family
        The quiz.
    on_answer : callable, optional
        Called with the quiz's name, its topic, and whether the answer is right, each time the
        question of the graded cell is answered; not for drawn questions.
    rng : numpy.random.Generator, optional
        Draws the further questions; by default a fresh one, so that nobody knows what comes.

    Returns
    -------
    ipywidgets.Widget or StillQuiz
        The widget; the bare question where nobody can press a button.

    Examples
    --------
    >>> from course_lib.quiz.registry import find
    >>> quiz_widget(find("brain_age")).layout.max_width
    '52em'
    """
    if still():
        return StillQuiz(family)
    return _Quiz(family, on_answer, np.random.default_rng() if rng is None else rng).box


class _Quiz:
    """The parts of the widget, and what the student has done so far."""

    def __init__(
        self, family: Family, on_answer: OnAnswer | None, rng: np.random.Generator
    ) -> None:
        self._family, self._on_answer, self._rng = family, on_answer, rng
        self._first = self._question = family.first()
        self._number = 0  # 0 is the question of the graded cell, 1 the first drawn one
        self._left: tuple[str | None, str] = (None, "")
        self._asked, self._feedback, self._note = (widgets.HTML() for _ in range(3))
        self._options = widgets.RadioButtons(description="Your answer", layout={"width": "auto"})
        self._options.observe(self._forget_feedback, names="value")
        self._another = _button("Another one like it", self._ask_another)
        self._back = _button(f"Back to {_called(self._first)}", self._go_back)
        self._show(None, "")
        self.box = self._arranged()

    def _arranged(self) -> widgets.Widget:
        """Put the parts below each other, in the order in which they are read and used."""
        check = _button("Check my answer", self._check, "primary")
        buttons = row([check, self._another, self._back])
        parts = [self._asked, self._options, buttons, self._feedback, self._note]
        line = "1px solid var(--jp-border-color1, #8a8a8a)"
        return accessible(parts, max_width="52em", border=line, padding="0.6em 1em")

    def _show(self, letter: str | None, feedback: str) -> None:
        """Show the present question with the letter chosen and the feedback given so far."""
        self._asked.value = _asked(self._question, self._number)
        self._options.value = None  # or ipywidgets would choose the first of the new options
        self._options.options = [(o.label, o.letter) for o in self._question.options]
        self._options.value = letter
        self._feedback.value = feedback or _status("")
        self._note.value = _note(self._family.name, self._first, self._number)
        self._back.layout.display = "none" if self._number == 0 else None

    def _forget_feedback(self, change: object) -> None:
        """Take the feedback away as soon as it no longer belongs to the chosen option."""
        self._feedback.value = _status("")

    def _check(self, button: widgets.Button) -> None:
        """Say whether the chosen option is right, and why."""
        if self._options.value is None:
            self._feedback.value = _status("<strong>Choose an answer first.</strong>", _NOTED)
            return
        option = self._question.option(self._options.value)
        self._feedback.value = _said_to(option, graded=self._number == 0)
        if self._number == 0 and self._on_answer is not None:
            self._on_answer(self._family.name, self._family.topic, option.right)

    def _ask_another(self, button: widgets.Button) -> None:
        """Draw a question that is not the one on the screen."""
        if self._number == 0:
            self._left = self._options.value, self._feedback.value
        before = self._question.text
        for _ in range(_TRIES):
            self._question = self._family.another(self._rng)
            if self._question.text != before:
                break
        self._number += 1
        self._show(None, _status(f"New question, number {self._number}.", _NOTED))

    def _go_back(self, button: widgets.Button) -> None:
        """Show the question of the graded cell as it was left."""
        self._question, self._number = self._first, 0
        self._another.focus()  # the button that was pressed goes away
        self._show(*self._left)


def _button(text: str, press: Callable[[widgets.Button], None], style: str = "") -> widgets.Button:
    """Make a button that is as wide as its text."""
    button = widgets.Button(description=text, button_style=style, layout={"width": "auto"})
    button.on_click(press)
    return button


def _called(first: Question) -> str:
    """Name the question of the graded cell."""
    return "the first question" if first.slide is None else "the lecture's question"


def _asked(question: Question, number: int) -> str:
    """Write the question with its picture; number 0 is the question of the graded cell."""
    if number:
        title = f"Another one like it, number {number}"
    elif question.slide is None:
        title = "Question"
    else:
        title = f"The lecture's question (slide {question.slide})"
    picture = "" if question.picture is None else question.picture.html()
    return (
        f"<p><strong>{escape(title)}</strong></p>"
        f'<p style="white-space:pre-line">{escape(question.text)}</p>{picture}'
    )


def _said_to(option: Option, graded: bool) -> str:
    """Write the feedback of an option: in words first, the colour only repeats them."""
    verdict, colour = ("Right.", _RIGHT) if option.right else ("Not right.", _WRONG)
    then = " Now type its letter in the cell below." if option.right and graded else ""
    return _status(f"<strong>{verdict}</strong> {escape(option.feedback)}{then}", colour)


def _status(content: str, colour: str = "transparent") -> str:
    """Write a message that a screen reader reads out when it appears."""
    style = f"border-left:5px solid {colour};padding:0.2em 0.8em;margin:0.3em 0;min-height:1.5em"
    return f'<div role="status" aria-live="polite" style="{style}">{content}</div>'


def _note(name: str, first: Question, number: int) -> str:
    """Say what is graded: the typed cell, which belongs to the first question."""
    free = "This question is for practice." if number else "Trying costs nothing here."
    return (
        f"<p>{free} What is graded is the letter that you type in the cell below, "
        f"<code>quiz_{escape(name)}</code>. It belongs to {_called(first)}.</p>"
    )
