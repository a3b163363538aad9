"""Run-length coding: a value and how often it follows itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def run_lengths(row: ArrayLike) -> tuple[NDArray, NDArray[np.intp]]:
    """Describe a row or an image by its runs of equal values, in reading order.

    Parameters
    ----------
    row : array
        A row, or an image of any shape: it is read row by row, and a run may go on in the next row.

    Returns
    -------
    values : (R,) array
        The value of each run, in the dtype of the row.
    lengths : (R,) integer array
        How many pixels each run has. Both are empty for an empty row.

    Raises
    ------
    ValueError
        If there is NaN, which equals nothing and so has no runs.

    References
    ----------
    .. [1] Golomb, IEEE Trans. Inf. Theory 12(3), 1966. doi:10.1109/TIT.1966.1053907
    .. [2] Lecture, slide 8: a large part of a CT is air.

    Examples
    --------
    >>> values, lengths = run_lengths([-1024, -1024, -1024, 10, 300, 300])
    >>> values.tolist(), lengths.tolist()
    ([-1024, 10, 300], [3, 1, 2])
    """
    flat = np.ravel(row)
    if flat.dtype.kind == "f" and np.isnan(flat).any():
        raise ValueError(f"The row holds {np.isnan(flat).sum()} NaN; NaN has no runs.")
    if flat.size == 0:
        return flat, np.zeros(0, dtype=np.intp)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate(([0], changes))
    return flat[starts], np.diff(starts, append=flat.size)


def from_run_lengths(
    values: ArrayLike, lengths: ArrayLike, shape: int | Sequence[int] | None = None
) -> NDArray:
    """Write runs out again; the exact inverse of `run_lengths`.

    Parameters
    ----------
    values, lengths : (R,) arrays
        From `run_lengths`.
    shape : tuple of int, optional
        Shape of the image; a row by default.

    Returns
    -------
    array
        The image.

    Raises
    ------
    ValueError
        If values and lengths are not equally many, a length is not a positive whole number, or
        the lengths do not add up to the shape.

    Examples
    --------
    >>> from_run_lengths([0, 7], [3, 1], shape=(2, 2))
    array([[0, 0],
           [0, 7]])
    """
    values, lengths = np.asarray(values), np.asarray(lengths)
    if values.ndim != 1 or values.shape != lengths.shape:
        raise ValueError(
            f"values and lengths have the shapes {values.shape} and {lengths.shape}; "
            "two rows of one length are needed."
        )
    if lengths.dtype.kind not in "iu" or (lengths.size and lengths.min() < 1):
        raise ValueError("Every length must be a whole number of at least 1.")
    row = np.repeat(values, lengths)
    if shape is None:
        return row
    if np.prod(shape) != row.size:
        raise ValueError(f"The runs hold {row.size} values; the shape {shape} does not.")
    return row.reshape(shape)
