"""Textures told apart by how often each local binary pattern occurs.

A region's texture is the histogram of its codes; a new region has the texture of the nearest known
histogram. A code is called uniform when its bits change at most twice on the way round. Slides
49, 52 and 53.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_numbers,
    finite_range,
    require_count,
    require_mask,
    require_same_shape,
)
from course_lib.imaging.class_numbers import as_classes
from course_lib.imaging.texture import require_points


def count_transitions(codes: ArrayLike, points: int = 8) -> NDArray[np.uint8]:
    """Count how often the bits of a code change on the way round the circle.

    Parameters
    ----------
    codes : array of whole numbers
        Of `lbp_image` or `circular_lbp`.
    points : int
        Bits of a code.

    Returns
    -------
    uint8 array
        Even numbers; the last bit is followed by the first. At most 2: the code is uniform, such
        as a spot, an edge or a corner.

    Raises
    ------
    ValueError
        If there are too few or too many points, or a code does not fit into them.

    References
    ----------
    .. [1] Ojala, Pietikainen and Maenpaa, IEEE Trans. Pattern Analysis and Machine Intelligence
       24(7), 2002. doi:10.1109/TPAMI.2002.1017623

    Examples
    --------
    >>> count_transitions([0b00000000, 0b00111000, 0b01010101])
    array([0, 2, 8], dtype=uint8)
    """
    require_points(points)
    codes = as_classes(codes, 2**points, "codes").astype(np.uint64)
    turned = (codes >> 1) | ((codes & 1) << (points - 1))
    return np.bitwise_count(codes ^ turned)


def rotation_invariant_uniform(codes: ArrayLike, points: int = 8) -> NDArray[np.uint8]:
    """Renumber codes so that turning the texture changes nothing.

    Parameters
    ----------
    codes : array of whole numbers
        Of `circular_lbp`, or of `lbp_image`.
    points : int
        Bits of a code.

    Returns
    -------
    uint8 array
        0 to points: how many bits of a uniform code are 1. points + 1: all other codes. Turned by
        whole steps of the circle, a code keeps its number.

    Raises
    ------
    ValueError
        If there are too few or too many points, or a code does not fit into them.

    References
    ----------
    .. [1] Ojala, Pietikainen and Maenpaa, IEEE Trans. Pattern Analysis and Machine Intelligence
       24(7), 2002. doi:10.1109/TPAMI.2002.1017623

    Examples
    --------
    >>> rotation_invariant_uniform([0b00000000, 0b00111000, 0b11000001, 0b01010101])
    array([0, 3, 3, 9], dtype=uint8)
    """
    uniform = count_transitions(codes, points) <= 2
    return np.where(uniform, np.bitwise_count(as_numbers(codes)), np.uint8(points + 1))


def uniform_labels(codes: ArrayLike, points: int = 8) -> NDArray[np.intp]:
    """Give each uniform code a number of its own, and all others one in common.

    Parameters
    ----------
    codes : array of whole numbers
        Of `lbp_image` or `circular_lbp`.
    points : int
        Bits of a code.

    Returns
    -------
    int array
        0 to points (points - 1) + 1: uniform codes in rising order. The next number, 58 for 8
        points: all others.

    Raises
    ------
    ValueError
        If there are too few or too many points, or a code does not fit into them.

    References
    ----------
    .. [1] Ahonen, Hadid and Pietikainen, IEEE Trans. Pattern Analysis and Machine Intelligence
       28(12), 2006. doi:10.1109/TPAMI.2006.244

    Examples
    --------
    >>> uniform_labels([0b00000000, 0b00000001, 0b11111111, 0b01010101])
    array([ 0,  1, 57, 58])
    """
    uniform = count_transitions(codes, points) <= 2
    known = _uniform_codes(points)
    return np.where(
        uniform, np.searchsorted(known, as_numbers(codes).astype(np.uint64)), known.size
    )


def code_histogram(
    codes: ArrayLike, count: int = 256, mask: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return how often each code occurs in a region, as shares.

    Parameters
    ----------
    codes : array of whole numbers
        One for each pixel, from 0.
    count : int
        How many codes there may be: 256 for `lbp_image`, points + 2 for
        `rotation_invariant_uniform`, points (points - 1) + 3 for `uniform_labels`.
    mask : bool array, optional
        The region; the whole image by default.

    Returns
    -------
    (count,) float64 array
        Adds up to 1, so that regions of different size compare.

    Raises
    ------
    ValueError
        If a code is negative or not below `count`, codes are not whole numbers, there is none, or
        the mask is empty or of another shape.

    References
    ----------
    .. [1] Lecture, slides 49 and 53.

    Examples
    --------
    >>> code_histogram([[0, 1], [1, 3]], count=4)
    array([0.25, 0.5 , 0.  , 0.25])
    """
    require_count(count, "codes")
    codes = as_classes(codes, count, "codes")
    inside = codes if mask is None else codes[require_mask(mask, codes.shape, "mask")]
    return np.bincount(inside.ravel(), minlength=count) / inside.size


def chi_square(first: ArrayLike, second: ArrayLike) -> float:
    """Measure how different two histograms are.

    Parameters
    ----------
    first, second : (count,) array
        Shares or counts; each is divided by its sum.

    Returns
    -------
    float
        Half the sum over (a - b)^2 / (a + b); bins that are empty in both add nothing. 0 for equal
        histograms, 1 for such that share no code. Some authors leave out the half.

    Raises
    ------
    ValueError
        If the lengths differ, or a histogram is empty, negative, all 0, or holds NaN.

    References
    ----------
    .. [1] Ahonen, Hadid and Pietikainen, IEEE Trans. Pattern Analysis and Machine Intelligence
       28(12), 2006. doi:10.1109/TPAMI.2006.244

    Examples
    --------
    >>> chi_square([1, 1, 0], [1, 1, 0]), chi_square([1, 0], [0, 5]), chi_square([1, 0], [1, 1])
    (0.0, 1.0, 0.3333333333333333)
    """
    a, b = _shares(first), _shares(second)
    require_same_shape(a, b)
    present = a + b > 0
    a, b = a[present], b[present]
    return float(np.sum((a - b) ** 2 / (a + b)) / 2)


def nearest_histogram(histogram: ArrayLike, known: ArrayLike) -> int:
    """Return which known texture a histogram is most like.

    Parameters
    ----------
    histogram : (count,) array
        Of the region in question; shares or counts.
    known : (K, count) array
        One histogram for each known texture.

    Returns
    -------
    int
        The row with the smallest `chi_square`; of equal ones the first.

    Raises
    ------
    ValueError
        If the lengths differ, there is no known texture, or a histogram is negative, all 0, or
        holds NaN.

    References
    ----------
    .. [1] Lecture, slides 49 and 53.

    Examples
    --------
    >>> nearest_histogram([0.6, 0.3, 0.1], [[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]])
    1
    """
    rows = as_numbers(known)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(
            f"The known histograms have the shape {rows.shape}; one row for each texture is needed."
        )
    return int(np.argmin([chi_square(histogram, row) for row in rows]))


def _uniform_codes(points: int) -> NDArray[np.uint64]:
    """Return all uniform codes, rising: every run of ones at every place of the circle."""
    full = 2**points - 1
    runs = [((1 << ones) - 1, start) for ones in range(1, points) for start in range(points)]
    turned = {(run << start | run >> (points - start)) & full for run, start in runs}
    return np.array(sorted({0, full} | turned), dtype=np.uint64)


def _shares(histogram: ArrayLike) -> NDArray[np.float64]:
    """Return a histogram divided by its sum."""
    counts = as_numbers(histogram).astype(np.float64)
    if counts.ndim != 1:
        raise ValueError(f"The histogram has {counts.ndim} axes; one row is needed.")
    low, high = finite_range(counts)
    if low < 0 or high == 0:
        raise ValueError(
            f"The histogram lies between {low:g} and {high:g}; it may not be negative or all 0."
        )
    return counts / counts.sum()
