"""How alike two images on one grid are: what registration makes small or large.

Squared differences for images in the same units, normalised correlation when gain and offset
differ, mutual information for different modalities. To compare inside a mask only, pass
``first[mask], second[mask]``. Slides 20, 30, 31 and 35.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_floating,
    as_numbers,
    finite_range,
    require_interval,
    require_same_shape,
)

_BLOCK = 2**14  # values at a time: a block stays in the cache, and float32 sums stay exact enough

Interval = tuple[float, float]


def ssd(first: ArrayLike, second: ArrayLike) -> float:
    """Sum the squared differences of two images.

    Parameters
    ----------
    first, second : array
        Of one shape and in one unit.

    Returns
    -------
    float
        In squared units; 0 for equal images. Divide by the number of voxels for the mean.

    Raises
    ------
    ValueError
        If the shapes differ, or an image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 30.

    Examples
    --------
    >>> ssd([1.0, 2.0, 3.0], [1.0, 4.0, 0.0])
    13.0
    """
    first, second = as_numbers(first), as_numbers(second)
    require_same_shape(first, second)
    total = 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        for ours, theirs in _blocks(as_floating(first), as_floating(second)):
            difference = ours - theirs
            total += float(difference @ difference)
    if first.size == 0 or not np.isfinite(total):
        for image in (first, second):  # only now, because looking takes as long as the sum
            finite_range(image)
    return total


def ncc(first: ArrayLike, second: ArrayLike) -> float:
    """Correlate two images after taking off their means and dividing by their deviations.

    Parameters
    ----------
    first, second : array
        Of one shape; units may differ.

    Returns
    -------
    float
        1 when one image is the other times a positive gain plus an offset, -1 for a negative
        gain, near 0 when they have nothing to do with each other. Deviations are the
        population's.

    Raises
    ------
    ValueError
        If the shapes differ, an image is constant or empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 30 and 35.

    Examples
    --------
    >>> round(ncc([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]), 12)
    1.0
    """
    first, second = _two_images(first, second)
    for image in (first, second):
        if image.min() == image.max():
            raise ValueError(f"All values are {image.flat[0]:g}; a constant has no correlation.")
    means = [float(image.mean(dtype=np.float64)) for image in (first, second)]
    squares = products = other_squares = 0.0
    for block, other_block in _blocks(first, second):
        ours, theirs = block - means[0], other_block - means[1]
        squares += float(ours @ ours)
        other_squares += float(theirs @ theirs)
        products += float(ours @ theirs)
    return float(products / np.sqrt(squares * other_squares))


def joint_histogram(
    first: ArrayLike,
    second: ArrayLike,
    bins: int = 64,
    first_range: Interval | None = None,
    second_range: Interval | None = None,
) -> NDArray[np.int64]:
    """Count how often each pair of values occurs at one place.

    Parameters
    ----------
    first, second : array
        Of one shape; units may differ.
    bins : int
        Equal intervals for each image, at least 2.
    first_range, second_range : tuple of float, optional
        Where the first bin begins and the last ends; the range of the image by default. Values
        beyond count in the outermost bins.

    Returns
    -------
    (bins, bins) int64 array
        Row: bin of the first image, column: of the second. Divided by its sum, it is the
        normalised joint histogram.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than 2 bins, an image is empty, holds NaN, or is
        constant while its range is not given, or a range is inverted.

    References
    ----------
    .. [1] Lecture, slide 20.

    Examples
    --------
    >>> joint_histogram([0, 0, 9], [5, 5, 7], bins=2)
    array([[2, 0],
           [0, 1]])
    """
    first, second = _two_images(first, second)
    if bins < 2:
        raise ValueError(f"There are {bins} bins; at least 2 are needed.")
    place = _bin_numbers(first, bins, first_range)
    place *= bins
    place += _bin_numbers(second, bins, second_range)
    return np.bincount(place.ravel(), minlength=bins * bins).reshape(bins, bins)


def mutual_information(histogram: ArrayLike) -> float:
    """Measure how much one image tells about the other.

    Parameters
    ----------
    histogram : (N, M) array
        Joint histogram: counts, or probabilities.

    Returns
    -------
    float
        Sum over p(i, j) ln(p(i, j) / (p(i) p(j))), in nats. 0 when the images are independent; at
        most the entropy of either.

    Raises
    ------
    ValueError
        If the histogram is not a table, or is empty, negative, or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 31.
    .. [2] Wells et al., Medical Image Analysis 1(1), 1996. doi:10.1016/S1361-8415(01)80004-9
    .. [3] Maes et al., IEEE Trans. Med. Imaging 16(2), 1997. doi:10.1109/42.563664

    Examples
    --------
    >>> round(mutual_information([[2, 0], [0, 2]]), 4), mutual_information([[1, 1], [1, 1]])
    (0.6931, 0.0)
    """
    joint = _probabilities(histogram)
    return entropy(joint.sum(axis=1)) + entropy(joint.sum(axis=0)) - entropy(joint)


def normalized_mutual_information(histogram: ArrayLike) -> float:
    """Measure mutual information so that it depends less on how much the images overlap.

    Parameters
    ----------
    histogram : (N, M) array
        Joint histogram: counts, or probabilities.

    Returns
    -------
    float
        (H(first) + H(second)) / H(both): 1 when the images are independent, 2 when each gives the
        other away.

    Raises
    ------
    ValueError
        If the histogram is not a table, is empty, negative, or holds NaN, or all counts lie in
        one bin.

    References
    ----------
    .. [1] Studholme, Hill and Hawkes, Pattern Recognition 32(1), 1999.
       doi:10.1016/S0031-3203(98)00091-0

    Examples
    --------
    >>> normalized_mutual_information([[2, 0], [0, 2]])
    2.0
    """
    joint = _probabilities(histogram)
    both = entropy(joint)
    if both == 0:
        raise ValueError("All counts lie in one bin; images that do not vary have no information.")
    return (entropy(joint.sum(axis=1)) + entropy(joint.sum(axis=0))) / both


def entropy(probabilities: NDArray[np.float64]) -> float:
    """Return the entropy of probabilities that add up to 1, in nats.

    Parameters
    ----------
    probabilities : float64 array
        Any shape; where one is 0 it adds nothing.

    Returns
    -------
    float
        -sum of p ln p.

    References
    ----------
    .. [1] Shannon, Bell System Technical Journal 27(3), 1948.
       doi:10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> round(entropy(np.array([0.5, 0.5])), 4)
    0.6931
    """
    present = probabilities[probabilities > 0]
    return float(-(present @ np.log(present))) + 0.0  # no -0.0


def _two_images(first: ArrayLike, second: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return two floating images of one shape."""
    first, second = as_numbers(first), as_numbers(second)
    require_same_shape(first, second)
    for image in (first, second):
        finite_range(image)
    return as_floating(first), as_floating(second)


def _blocks(first: NDArray, second: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
    """Go through two images side by side, some thousand values at a time."""
    first, second = first.ravel(), second.ravel()
    for start in range(0, first.size, _BLOCK):
        yield first[start : start + _BLOCK], second[start : start + _BLOCK]


def _bin_numbers(image: NDArray, bins: int, given_range: Interval | None) -> NDArray[np.intp]:
    """Return the bin of every value."""
    low, high = finite_range(image) if given_range is None else given_range
    if given_range is None and low == high:
        raise ValueError(f"All values are {low:g}; give the range that the bins should cover.")
    require_interval(low, high, "histogram")
    scaled = image - low
    scaled *= bins / (high - low)
    np.clip(scaled, 0, bins - 1, out=scaled)  # the last bin has both its ends
    return scaled.astype(np.intp)


def _probabilities(histogram: ArrayLike) -> NDArray[np.float64]:
    """Return a joint histogram divided by its sum."""
    counts = as_numbers(histogram)
    if counts.ndim != 2:
        raise ValueError(f"The histogram has {counts.ndim} axes; a joint one has 2.")
    low, high = finite_range(counts)
    if low < 0 or high == 0:
        raise ValueError(
            f"The counts lie between {low:g} and {high:g}; none may be negative and not all 0."
        )
    return counts / counts.sum(dtype=np.float64)
