"""Cases: the inputs on which an answer is compared with the reference."""

import copy
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from course_lib.errors import CourseError

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One input of an exercise.

    Parameters
    ----------
    title : str
        What the student reads beside the tick or the cross.
    kind : {"given", "drawn", "edge"}
        Fixed, drawn from a seed, or at the limit of what the method can take.
    draw : callable
        From a random generator to the tuple of arguments.
    raises : type of Exception, optional
        The error that a right answer raises on this input.
    """

    title: str
    kind: Literal["given", "drawn", "edge"]
    draw: Callable[[np.random.Generator], Arguments]
    raises: type[Exception] | None = None

    def arguments(self, seed: int, name: str, index: int) -> Arguments:
        """Draw the arguments; the same seed, exercise and place give the same arguments."""
        rng = np.random.default_rng([seed, zlib.crc32(name.encode()), index])
        arguments = self.draw(rng)
        if not isinstance(arguments, tuple):
            raise CourseError(
                f"The case {self.title!r} of {name!r} drew a {type(arguments).__name__}; "
                "a case draws a tuple of arguments."
            )
        return arguments


def given(title: str, *arguments: Any) -> Case:
    """Make a case of fixed arguments.

    Examples
    --------
    >>> given("two numbers", 3, 4).arguments(seed=0, name="add", index=0)
    (3, 4)
    """
    return Case(title, "given", lambda rng: copy.deepcopy(arguments))


def drawn(title: str, draw: Callable[[np.random.Generator], Arguments]) -> Case:
    """Make a case whose arguments come from a seeded generator.

    Parameters
    ----------
    title : str
        What the student reads.
    draw : callable
        From a ``numpy.random.Generator`` to the tuple of arguments. It may load a data set.
    """
    return Case(title, "drawn", draw)


def edge(title: str, *arguments: Any, raises: type[Exception] | None = None) -> Case:
    """Make a case at the limit: a constant image, an empty mask, an inverted range.

    Parameters
    ----------
    title : str
        What the student reads.
    *arguments
        The fixed arguments.
    raises : type of Exception, optional
        The error that a right answer raises here; without it a value is expected.
    """
    return Case(title, "edge", lambda rng: copy.deepcopy(arguments), raises)
