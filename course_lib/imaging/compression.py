"""Whole-number images with the fewest digits, and label images with the smallest labels."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_SAFE = 2**62  # differences of values up to here cannot overflow 64 bits


class IntegerImage(NamedTuple):
    """A stored image and what is needed to read it: ``slope * stored + intercept``."""

    stored: NDArray[np.unsignedinteger]
    slope: int
    intercept: int


def digits_needed(image: NDArray[np.integer], base: int = 10) -> int:
    """Count the digits that every value of an image gets when all get equally many.

    Parameters
    ----------
    image : integer array
        Values that are not negative.
    base : int
        10 for decimal digits, 2 for bits; 2 to 36.

    Returns
    -------
    int
        Digits of the largest value; 1 for an image of zeros.

    Raises
    ------
    ValueError
        If the image is empty, not integer, or holds a negative value (a sign is no digit), or if
        the base is out of range.

    References
    ----------
    .. [1] Lecture, slides 4-6.

    Examples
    --------
    >>> digits_needed(np.array([4, 3, 5, 0])), digits_needed(np.array([0, 4095]), base=2)
    (1, 12)
    """
    values = _whole_numbers(image)
    if not 2 <= base <= 36:
        raise ValueError(f"base is {base}; digits exist for bases from 2 to 36.")
    if values.min() < 0:
        raise ValueError(f"The image holds {values.min()}; a negative value needs a sign.")
    return len(np.base_repr(int(values.max()), base))


def integer_image(image: NDArray[np.integer]) -> IntegerImage:
    """Store an integer image with the fewest non-negative digits, without any loss.

    The intercept is the smallest value. The slope is the greatest common divisor of all
    differences from it, so that ``image == slope * stored + intercept``.

    Parameters
    ----------
    image : integer array
        Any shape.

    Returns
    -------
    IntegerImage
        `stored` in the smallest unsigned type that holds it, slope and intercept. A constant
        image is stored as zeros with slope 1.

    Raises
    ------
    ValueError
        If the image is empty or not integer, or holds values beyond 2**62.

    References
    ----------
    .. [1] Lecture, slides 4-6: 10, 5, 15, -10 become 4, 3, 5, 0.

    Examples
    --------
    >>> stored, slope, intercept = integer_image(np.array([[10, 5], [15, -10]]))
    >>> stored.tolist(), slope, intercept
    ([[4, 3], [5, 0]], 5, -10)
    """
    values = _whole_numbers(image)
    intercept = int(values.min())
    differences = values.astype(np.int64) - intercept
    slope = int(np.gcd.reduce(differences, axis=None)) or 1
    differences //= slope
    smallest_type = np.min_scalar_type(int(differences.max()))
    return IntegerImage(differences.astype(smallest_type), slope, intercept)


def restore(packed: IntegerImage) -> NDArray[np.int64]:
    """Read a stored image back; the exact inverse of `integer_image`.

    Parameters
    ----------
    packed : IntegerImage
        From `integer_image`.

    Returns
    -------
    int64 array
        The values of the original image.

    Examples
    --------
    >>> restore(integer_image(np.array([10, 5, 15, -10])))
    array([ 10,   5,  15, -10])
    """
    return packed.stored.astype(np.int64) * packed.slope + packed.intercept


def compress_labels(
    labels: NDArray[np.integer],
) -> tuple[NDArray[np.unsignedinteger], NDArray[np.integer]]:
    """Renumber a label image 0, 1, 2, ... in the order of its labels.

    Labels are names, not amounts, so a table may replace the slope and the intercept: as many
    numbers as labels are enough, whatever the labels are.

    Parameters
    ----------
    labels : integer array
        Any shape.

    Returns
    -------
    compact : unsigned array
        Numbers from 0 to the number of labels less 1, in the smallest type that holds them.
    table : (K,) array
        The label of each number, rising: ``labels == table[compact]``.

    Raises
    ------
    ValueError
        If the image is empty or not integer, or holds values beyond 2**62.

    References
    ----------
    .. [1] Lecture, slides 4-6.

    Examples
    --------
    >>> compact, table = compress_labels(np.array([[0, 57], [1003, 57]]))
    >>> compact.tolist(), table.tolist()
    ([[0, 1], [2, 1]], [0, 57, 1003])
    """
    values = _whole_numbers(labels)
    low, high = int(values.min()), int(values.max())
    if high - low > 4 * values.size + 2**16:  # a table over the whole range would be mostly empty
        table, compact = np.unique(values, return_inverse=True)
        return compact.astype(np.min_scalar_type(table.size - 1)).reshape(values.shape), table
    places = values if low == 0 else values.astype(np.int64) - low
    present = np.zeros(high - low + 1, dtype=bool)
    present[places] = True
    numbers = np.cumsum(present) - 1
    number_of = numbers.astype(np.min_scalar_type(int(numbers[-1])))
    table = (np.flatnonzero(present) + low).astype(values.dtype)
    return number_of[places], table


def _whole_numbers(image: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the image as an array, or say why it cannot be stored exactly."""
    values = np.asarray(image)
    if values.dtype.kind not in "iu":
        raise ValueError(
            f"The image has the dtype {values.dtype}; an integer type is needed. "
            "Round on purpose before you store."
        )
    if values.size == 0:
        raise ValueError("The image is empty; at least one value is needed.")
    if values.dtype.itemsize == 8 and (values.max() > _SAFE or values.min() < -_SAFE):
        raise ValueError("The image holds values beyond 2**62; they cannot be subtracted safely.")
    return values
