"""Photographs of three textures that lie in the package scikit-image: brick, grass, gravel.

They are found there and nothing is downloaded. They are no medical images: a texture that everybody
knows shows best what a method sees of it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from skimage import data

from course_lib.data.cards import Card

NAMES = ("brick", "grass", "gravel")
CARD = Card(
    title="Photographs of brick, grass and gravel",
    source=(
        "CC0Textures (brick, gravel) and the DeviantArt user linolafett (grass), cut and turned "
        "grey for scikit-image. Read from the Python package scikit-image; the course does not "
        "contain them."
    ),
    licence="Creative Commons CC0, as scikit-image says in the documentation of its data.",
    deidentification="Nobody is in the pictures.",
    remarks="512 x 512 pixels each, grey values 0 to 255 (uint8), without a known pixel size.",
)


def photograph(name: str) -> NDArray[np.uint8]:
    """Return a photograph of a texture.

    Parameters
    ----------
    name : {"brick", "grass", "gravel"}
        Which.

    Returns
    -------
    (512, 512) uint8 array
        Grey values; a copy of your own.

    Raises
    ------
    ValueError
        If there is no such photograph.

    Examples
    --------
    >>> photograph("grass").shape
    (512, 512)
    """
    if name not in NAMES:
        raise ValueError(f"There is no photograph {name!r}; there are {', '.join(NAMES)}.")
    return _loaded(name).copy()


@cache
def _loaded(name: str) -> NDArray[np.uint8]:
    """Read a photograph once."""
    return getattr(data, name)()
