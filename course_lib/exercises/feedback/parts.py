"""What feedback is made of, before it becomes HTML or plain text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.feedback.pictures import Plane


@dataclass(frozen=True)
class Text:
    """A value in a few words or numbers."""

    label: str
    text: str


@dataclass(frozen=True)
class Table:
    """Numbers in rows and columns.

    Parameters
    ----------
    label : str
        What it shows.
    header : tuple of str
        Names of the columns; empty for none.
    rows : tuple of (str, tuple of str)
        Name of each row (may be empty) and its cells.
    marked : frozenset of (int, int)
        Row and column of the cells that are wrong.
    note : str
        Below the table.
    """

    label: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    marked: frozenset[tuple[int, int]] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A colour bar: its colours from left to right, and the texts at both ends."""

    colours: tuple[str, ...]
    low: str
    high: str


@dataclass(frozen=True)
class Picture:
    """An image with its texts.

    Parameters
    ----------
    label : str
        What it shows.
    plane : Plane
        The picture.
    alt : str
        What is to be seen, in words.
    note : str
        Below the picture.
    bar : Bar or None
        The colours of its values.
    key : tuple of (str, str)
        Colour and meaning, for masks.
    """

    label: str
    plane: Plane
    alt: str
    note: str = ""
    bar: Bar | None = None
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Curve:
    """A row of values as a line, beside the expected one.

    Parameters
    ----------
    label : str
        What it shows.
    given, expected : (N,) array
        The values.
    alt : str
        What is to be seen, in words.
    """

    label: str
    given: NDArray[np.float64]
    expected: NDArray[np.float64]
    alt: str


Part = Text | Table | Picture | Curve
