"""Class numbers: a whole number for each value, to count with."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_classes(labels: ArrayLike, most: int, name: str = "classes") -> NDArray[np.intp]:
    """Return class numbers, or codes, as indices, in a new array.

    Raises
    ------
    ValueError
        If they are not whole numbers from 0 to most - 1, or there are none.

    Examples
    --------
    >>> as_classes(np.array([0, 2], np.uint8), 3)
    array([0, 2])
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biu" or labels.size == 0:
        raise ValueError(
            f"Given were {labels.dtype} values of the shape {labels.shape}; {name} are whole "
            "numbers, at least one."
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= most:
        raise ValueError(
            f"The {name} lie between {low} and {high}; 0 to {most - 1} are allowed here."
        )
    return labels.astype(np.intp)


def require_whole_numbers(labels: NDArray) -> None:
    """Refuse labels that are not whole numbers.

    Raises
    ------
    ValueError
        If they are not; bool counts as whole.

    Examples
    --------
    >>> require_whole_numbers(np.array([0.5]))
    Traceback (most recent call last):
    ValueError: The labels hold float64 values; whole numbers are needed.
    """
    if labels.dtype.kind not in "biu":
        raise ValueError(f"The labels hold {labels.dtype} values; whole numbers are needed.")
