"""A question as a student sees it, whether it is the lecture's or drawn."""

from dataclasses import dataclass

from course_lib.display.picture import Picture
from course_lib.errors import CourseError

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Option:
    """One answer to choose.

    Parameters
    ----------
    letter : str
        "A", "B" and so on.
    text : str
        The answer.
    right : bool
        Whether it is the right one.
    feedback : str
        What is said to it.

    Examples
    --------
    >>> Option("A", "2", True, "1 + 1 is 2.").label.split()
    ['A', '2']
    """

    letter: str
    text: str
    right: bool
    feedback: str

    @property
    def label(self) -> str:
        """Letter and text, as they stand beside the button."""
        return f"{self.letter}\u2003{self.text}"  # HTML keeps a wide space, not two narrow ones


@dataclass(frozen=True)
class Question:
    """A question with its options.

    Parameters
    ----------
    text : str
        The question.
    options : tuple of Option
        In the order in which they are shown; exactly one is right.
    picture : Picture or None
        Shown with the question.
    slide : int or None
        The slide, if these are the lecture's numbers.

    Raises
    ------
    CourseError
        If the question has no text, or not exactly one option is right.

    Examples
    --------
    >>> two = Option("A", "2", True, "1 + 1 is 2."), Option("B", "11", False, "That joins digits.")
    >>> Question("What is 1 + 1?", two).key
    'A'
    """

    text: str
    options: tuple[Option, ...]
    picture: Picture | None = None
    slide: int | None = None

    def __post_init__(self) -> None:
        right = sum(option.right for option in self.options)
        if right != 1:
            raise CourseError(f"{self.text!r} has {right} right options; a question has one.")
        if not self.text.strip():
            raise CourseError("A question without a text was given; it needs one.")

    @property
    def key(self) -> str:
        """Letter of the right option."""
        return next(option.letter for option in self.options if option.right)

    def option(self, letter: str) -> Option:
        """Return the option of a letter.

        Parameters
        ----------
        letter : str
            "A", "B" and so on.

        Raises
        ------
        CourseError
            If there is no such option.
        """
        for option in self.options:
            if option.letter == letter:
                return option
        letters = ", ".join(option.letter for option in self.options)
        raise CourseError(f"There is no option {letter!r}; there are {letters}.")
