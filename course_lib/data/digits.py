"""Handwritten digits that lie in the package scikit-learn: 1,797 pictures of 8 x 8.

They are found there and nothing is downloaded. Importing scikit-learn would take two seconds, so
its file is read without it. No medical images: everybody can see at once what is right.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.data.cards import Card
from course_lib.errors import CourseError

CARD = Card(
    title="Handwritten digits, 8 x 8",
    source=(
        "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine "
        "Learning Repository, 1998, doi:10.24432/C50P49; its test set, written by 13 people. Read "
        "from the files of the Python package scikit-learn; the course does not contain them."
    ),
    licence="Creative Commons CC BY 4.0, as the UCI repository says.",
    deidentification="Digits on forms; who wrote which is not recorded.",
    remarks=(
        "1,797 pictures of 8 x 8 pixels. A pixel counts the dark points of a block of 4 x 4, so it "
        "lies between 0 and 16. The same digits come back every 128 to 130 pictures: a form "
        "that one writer after the other has filled."
    ),
)
_MOST = 16


class Digits(NamedTuple):
    """Pictures (N, 8, 8) and the digit that each shows, (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.intp]


def digits() -> Digits:
    """Return all pictures in the order of the file, and what they show.

    Returns
    -------
    Digits
        uint8 pictures with values 0 to 16, and labels 0 to 9; a copy of your own.

    Raises
    ------
    CourseError
        If scikit-learn or its file is missing.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, int(images.max()), labels[:10].tolist()
    ((1797, 8, 8), 16, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    images, labels = _loaded()
    return Digits(images.copy(), labels.copy())


@cache
def _loaded() -> Digits:
    """Read the file once."""
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise CourseError(f"The digits come with scikit-learn, which is missing. {_INSTALL}")
    path = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        raise CourseError(f"The digits lack in your scikit-learn ({path.name}). {_INSTALL}")
    rows = np.loadtxt(path, delimiter=",")
    if rows.shape[1:] != (65,) or rows[:, :64].max() != _MOST:
        raise CourseError(f"The file of the digits has another form: {rows.shape}. {_INSTALL}")
    return Digits(rows[:, :64].reshape(-1, 8, 8).astype(np.uint8), rows[:, 64].astype(np.intp))


_INSTALL = "Install it with: python -m pip install --force-reinstall scikit-learn"
