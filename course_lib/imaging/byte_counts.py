"""What an image costs in bytes, one way of storing it after the other; every way is exact.

Counted is the data alone, without names, sizes and tables that a file also needs.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from course_lib.imaging.compression import digits_needed, integer_image
from course_lib.imaging.outlines import trace
from course_lib.imaging.polygons import drop_collinear
from course_lib.imaging.run_lengths import run_lengths

LONGEST_RUN = 2**16 - 1  # a length takes two bytes; a longer run is stored as several
_NUMBER = 2  # bytes of a length, a coordinate, or the number of points of an outline


def image_bytes(image: NDArray[np.integer]) -> dict[str, int]:
    """Count the bytes of an integer image for several ways of storing it.

    Parameters
    ----------
    image : integer array
        For example a CT in HU, rounded to whole numbers.

    Returns
    -------
    dict of str to int
        The way, and its bytes. "whole bytes" and all after it store the image with its smallest
        value as 0 and the greatest common divisor as slope.

    Raises
    ------
    ValueError
        If the image is empty or not integer.

    Examples
    --------
    >>> image_bytes(np.array([[-1024, -1024, -1024, 3071]]))["fewest bits"]
    1
    """
    stored = integer_image(image).stored
    values, lengths = run_lengths(stored)
    runs = _stored_runs(lengths)
    return {
        "64-bit floats": 8 * stored.size,
        "whole bytes": stored.nbytes,
        "fewest bits": -(-stored.size * digits_needed(stored, base=2) // 8),
        "run lengths": runs * (values.itemsize + _NUMBER),
        "deflate (zip)": len(zlib.compress(stored.tobytes())),
    }


def mask_bytes(mask: NDArray[np.bool_]) -> dict[str, int]:
    """Count the bytes of a region for several ways of storing it.

    Parameters
    ----------
    mask : (Y, X) bool array
        The region.

    Returns
    -------
    dict of str to int
        The way, and its bytes. Runs of a mask alternate, so that only the lengths are stored. An
        outline stores its number of points and then ``[x1, ..., xn, y1, ..., yn]``.

    Raises
    ------
    ValueError
        If the mask is empty, not bool, or not two-dimensional.

    Examples
    --------
    >>> mask_bytes(np.ones((100, 200), dtype=bool))["outline, corners"]
    18
    """
    outlines = trace(mask)
    _, lengths = run_lengths(mask)
    return {
        "one byte per pixel": mask.size,
        "one bit per pixel": -(-mask.size // 8),
        "run lengths": _NUMBER * _stored_runs(lengths),
        "outline, all points": outline_bytes(outlines),
        "outline, corners": outline_bytes([drop_collinear(points) for points in outlines]),
    }


def outline_bytes(outlines: list[NDArray]) -> int:
    """Count the bytes of packed outlines: their numbers of points, and all coordinates.

    Parameters
    ----------
    outlines : list of (N, 2) arrays
        Points (x, y), 2 bytes for each coordinate.

    Returns
    -------
    int
        Bytes.

    Examples
    --------
    >>> outline_bytes([np.zeros((9, 2))]), outline_bytes([np.zeros((4, 2))])
    (38, 18)
    """
    return sum(_NUMBER * (1 + 2 * len(points)) for points in outlines)


def _stored_runs(lengths: NDArray[np.intp]) -> int:
    """Count the runs after long ones are split."""
    return int((-(-lengths // LONGEST_RUN)).sum())
