"""Tables of features, one row for each voxel: made ready for training and split by patient.

What a model learns of the test patients, even their smallest and largest values, spoils the test.
Slides 63 and 67.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, require_finite


def as_table(features: ArrayLike) -> NDArray[np.floating]:
    """Return a table of features as floating numbers.

    Parameters
    ----------
    features : (N, F) array
        One row for each sample, one column for each feature.

    Returns
    -------
    (N, F) floating array
        The same array where it is floating already.

    Raises
    ------
    ValueError
        If it is no table, or is empty, or holds NaN.

    Examples
    --------
    >>> as_table([[1, 2], [3, 4]]).dtype, as_table([[1, 2]]).shape
    (dtype('float64'), (1, 2))
    """
    table = as_numbers(features)
    if table.ndim != 2:
        raise ValueError(
            f"The features have {table.ndim} axes; a table of samples by features is needed."
        )
    require_finite(table)
    return as_floating(table)


def column_ranges(training: ArrayLike) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the smallest and the largest value of every column of the training table.

    Parameters
    ----------
    training : (N, F) array
        Features of the training samples.

    Returns
    -------
    low, high : (F,) floating arrays
        In the units of the columns.

    Raises
    ------
    ValueError
        If a column is constant, or the table is none, empty, or holds NaN.

    Examples
    --------
    >>> column_ranges([[0.0, 5.0], [2.0, 9.0]])
    (array([0., 5.]), array([2., 9.]))
    """
    table = as_table(training)
    low, high = table.min(axis=0), table.max(axis=0)
    constant = np.flatnonzero(low == high)
    if constant.size:
        raise ValueError(
            f"The training values of column {constant[0]} are all {low[constant[0]]:g}; a column "
            "needs at least two different values."
        )
    return low, high


def normalize_columns(table: ArrayLike, training: ArrayLike) -> NDArray[np.floating]:
    """Scale every column so that the training values fill 0 to 1.

    Parameters
    ----------
    table : (N, F) array
        What is scaled: the training table itself, or that of other patients.
    training : (M, F) array
        Where the smallest and the largest values are taken, and nowhere else.

    Returns
    -------
    (N, F) floating array
        (table - low) / (high - low), without unit. Values of other patients may lie outside 0
        to 1; they are not clamped.

    Raises
    ------
    ValueError
        If a training column is constant, the tables have different numbers of columns, or one is
        none, empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 63.

    Examples
    --------
    >>> normalize_columns([[5.0, 10.0], [20.0, 0.0]], training=[[0.0, 0.0], [10.0, 40.0]])
    array([[0.5 , 0.25],
           [2.  , 0.  ]])
    """
    table, (low, high) = as_table(table), column_ranges(training)
    require_columns(table, low.size)
    return (table - low) / (high - low)


def split_by_patient(
    patients: ArrayLike, held_out: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw patients for testing and mark all their rows, so that none is on both sides.

    Parameters
    ----------
    patients : (N,) array of whole numbers
        To which patient each row belongs.
    held_out : int
        How many patients are for testing.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    (N,) bool array
        True where a row is for testing; ``~testing`` is for training.

    Raises
    ------
    ValueError
        If nobody is left for training or for testing, or the patients are not whole numbers.

    References
    ----------
    .. [1] Lecture, slide 67.

    Examples
    --------
    >>> testing = split_by_patient([7, 7, 8, 9, 9], 1, np.random.default_rng(3))
    >>> testing
    array([False, False, False,  True,  True])
    """
    patients = as_label_row(patients)
    everybody = np.unique(patients)
    if not 1 <= held_out < everybody.size:
        raise ValueError(
            f"{held_out} of {everybody.size} patients are to be held out; at least one is needed "
            "for testing, and one for training."
        )
    return np.isin(patients, rng.choice(everybody, held_out, replace=False))


def as_label_row(labels: ArrayLike) -> NDArray:
    """Return one row of labels.

    Raises
    ------
    ValueError
        If the labels are not one row of whole numbers, or there is none.

    Examples
    --------
    >>> as_label_row([2, 0, 1])
    array([2, 0, 1])
    """
    row = as_numbers(labels)
    if row.ndim != 1 or row.dtype.kind == "f":
        raise ValueError(
            f"The labels are {row.dtype} values of shape {row.shape}; one row of whole numbers "
            "is needed."
        )
    require_finite(row)
    return row


def require_columns(table: NDArray, columns: int) -> None:
    """Refuse a table of another width than the one that was learned from.

    Raises
    ------
    ValueError
        If the number of columns differs.

    Examples
    --------
    >>> require_columns(np.zeros((5, 3)), 3)
    """
    if table.shape[1] != columns:
        raise ValueError(
            f"The table has {table.shape[1]} columns, the training table {columns}; they differ."
        )
