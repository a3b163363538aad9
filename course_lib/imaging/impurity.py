"""How mixed a group of samples is, and how much a question about one feature helps.

A good question divides the samples into two groups that are each purer than both together.
Slides 54 to 57 and 64.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_finite, require_mask
from course_lib.imaging.feature_tables import as_label_row

Kind = Literal["values", "classes"]


def gini(labels: ArrayLike) -> float:
    """Measure how mixed the classes of a group are.

    Parameters
    ----------
    labels : (N,) array of whole numbers
        The class of each sample.

    Returns
    -------
    float
        1 - sum of p^2 over the shares p of the classes: how likely two samples drawn with
        replacement differ. 0 when all are of one class, at most 1 - 1 / (number of classes).

    Raises
    ------
    ValueError
        If there is no sample, or the labels are not whole numbers.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470
    .. [2] Lecture, slides 54 to 57.

    Examples
    --------
    >>> gini([0, 0, 1, 1]), gini([3, 3, 3])
    (0.5, 0.0)
    """
    counts = np.unique(as_label_row(labels), return_counts=True)[1]
    shares = counts / counts.sum()
    return float(1 - shares @ shares)


def variance(values: ArrayLike) -> float:
    """Measure how much the values of a group vary.

    Parameters
    ----------
    values : (N,) array
        The target of each sample, such as CT values in HU.

    Returns
    -------
    float
        Mean squared distance from the mean (divided by N), in squared units.

    Raises
    ------
    ValueError
        If there is no sample, or one is NaN.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470

    Examples
    --------
    >>> variance([1.0, 3.0])
    1.0
    """
    return float(_as_values(values).var())


def impurity_decrease(labels: ArrayLike, yes: ArrayLike) -> float:
    """Measure how much purer the classes are after a question.

    Parameters
    ----------
    labels : (N,) array of whole numbers
        The class of each sample.
    yes : (N,) bool array
        Which samples answer yes, and go left.

    Returns
    -------
    float
        Gini impurity before, minus that of both sides weighted by their shares of the samples.
        Never negative, apart from rounding.

    Raises
    ------
    ValueError
        If one side is empty, the lengths differ, or the labels are not whole numbers.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470
    .. [2] Lecture, slide 57 (leaves cannot be empty).

    Examples
    --------
    >>> impurity_decrease([0, 0, 1, 1], [True, True, False, False])
    0.5
    """
    labels = as_label_row(labels)
    yes = _as_answers(yes, labels.shape)
    share = yes.mean()
    return gini(labels) - float(share * gini(labels[yes]) + (1 - share) * gini(labels[~yes]))


def variance_reduction(values: ArrayLike, yes: ArrayLike) -> float:
    """Measure how much less the values vary after a question.

    Parameters
    ----------
    values : (N,) array
        The target of each sample.
    yes : (N,) bool array
        Which samples answer yes, and go left.

    Returns
    -------
    float
        Variance before, minus that of both sides weighted by their shares of the samples, in
        squared units. Never negative, apart from rounding.

    Raises
    ------
    ValueError
        If one side is empty, the lengths differ, or a value is NaN.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
       doi:10.1201/9781315139470
    .. [2] Lecture, slide 57 (leaves cannot be empty).

    Examples
    --------
    >>> variance_reduction([1.0, 1.0, 5.0, 5.0], [True, True, False, False])
    4.0
    """
    values = _as_values(values)
    yes = _as_answers(yes, values.shape)
    share = yes.mean()
    after = share * variance(values[yes]) + (1 - share) * variance(values[~yes])
    return variance(values) - float(after)


def as_targets(targets: ArrayLike, kind: Kind) -> tuple[NDArray[np.float64], NDArray | None]:
    """Return what a tree learns as columns of numbers.

    Classes become one column each, 1 where a sample is of that class. The variances of these
    columns, p (1 - p), add up to the Gini impurity, so one method serves values and classes.

    Parameters
    ----------
    targets : (N,) array
        Values, or labels that are whole numbers.
    kind : {"values", "classes"}
        What they are.

    Returns
    -------
    columns : (N, 1) or (N, K) float64 array
        The values, or one column for each class.
    classes : (K,) array or None
        The label of each column; None for values.

    Raises
    ------
    ValueError
        If the kind is unknown, the targets are not one row, are empty, or hold NaN, or labels are
        not whole numbers.

    Examples
    --------
    >>> as_targets([5, 2, 5], "classes")
    (array([[0., 1.],
           [1., 0.],
           [0., 1.]]), array([2, 5]))
    """
    if kind == "classes":
        classes, codes = np.unique(as_label_row(targets), return_inverse=True)
        return (codes[:, None] == np.arange(classes.size)).astype(np.float64), classes
    if kind != "values":
        raise ValueError(f'The kind is {kind!r}; "values" or "classes" is allowed.')
    return _as_values(targets)[:, None], None


def _as_values(values: ArrayLike) -> NDArray[np.float64]:
    """Return one row of finite values."""
    row = as_numbers(values).astype(np.float64)
    if row.ndim != 1:
        raise ValueError(f"The values have the shape {row.shape}; one for each sample is needed.")
    require_finite(row)
    return row


def _as_answers(yes: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return answers that put at least one sample on either side."""
    yes = require_mask(yes, shape, "left side")
    if yes.all():
        raise ValueError("All samples go left; the right side must not be empty.")
    return yes
