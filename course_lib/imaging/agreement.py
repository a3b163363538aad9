"""How well two images of one quantity agree: in percent, between limits, and in each class.

The truth comes first. Attenuation maps are compared in 1/cm, PET images in kBq/mL; a percentage
of HU makes no sense, because their zero is water. Slides 23 and 24.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, require_same_shape
from course_lib.imaging.class_numbers import as_classes
from course_lib.imaging.metrics import differences

_DEVIATIONS = 1.96  # of a normal distribution, 95 % lie within
_MOST_LABELS = 2**16  # a table of all labels stays small


class Agreement(NamedTuple):
    """Mean difference and limits of agreement, in the unit of the images."""

    mean: float
    lower: float
    upper: float


class Errors(NamedTuple):
    """Errors within one class; all but the count are in the unit of the images."""

    voxels: int
    mean: float
    mean_absolute: float
    root_mean_square: float


def percent_difference(
    reference: ArrayLike, predicted: ArrayLike, floor: float = 0.0
) -> NDArray[np.floating]:
    """Return by how many percent each value differs from the reference.

    Parameters
    ----------
    reference, predicted : array
        Of one shape and in one unit with a true zero: 1/cm or kBq/mL.
    floor : float
        Where the reference is not above this value, as in air, a percentage of it means nothing
        and the result is NaN. In PET, a floor above the noise keeps empty regions from standing
        out.

    Returns
    -------
    floating array
        100 (predicted - reference) / reference, in percent; NaN where that has no meaning. Average
        it with `numpy.nanmean`.

    Raises
    ------
    ValueError
        If the shapes differ, an image is empty or holds NaN, or the floor is negative.

    References
    ----------
    .. [1] Lecture, slide 24.

    Examples
    --------
    >>> percent_difference([0.1, 0.1, 0.0], [0.11, 0.08, 0.02]).round(6)
    array([ 10., -20.,  nan])
    """
    if not 0 <= floor < np.inf:
        raise ValueError(f"The floor is {floor:g}; it must be finite and not negative.")
    percent = differences(reference, predicted)
    reference = as_floating(as_numbers(reference))
    percent *= 100
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # overwritten below
        percent /= reference
    percent[reference <= floor] = np.nan
    return percent


def limits_of_agreement(
    reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None = None
) -> Agreement:
    """Return the mean difference and the limits within which about 95 % of differences lie.

    Parameters
    ----------
    reference, predicted : array
        Two measurements of the same things, in one unit. The limits were made for one value of
        each patient; voxels of one image are not independent, but may be described so.
    mask : bool array, optional
        Which to compare; all by default.

    Returns
    -------
    Agreement
        Mean of predicted - reference, and mean -+ 1.96 deviations. The deviation is the sample's
        (divided by n - 1).

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two pairs, a value is not finite, or the mask is
        empty or of another shape.

    References
    ----------
    .. [1] Bland and Altman, Lancet 327(8476), 1986. doi:10.1016/S0140-6736(86)90837-8

    Examples
    --------
    >>> limits_of_agreement([10, 20, 30], [11, 22, 33])
    Agreement(mean=2.0, lower=0.04..., upper=3.96)
    """
    difference = differences(reference, predicted, mask)
    if difference.size < 2:
        raise ValueError("There is one pair of values; limits of agreement need at least two.")
    mean = float(difference.mean(dtype=np.float64))
    reach = _DEVIATIONS * float(difference.std(ddof=1, dtype=np.float64))
    return Agreement(mean, mean - reach, mean + reach)


def errors_per_class(
    reference: ArrayLike, predicted: ArrayLike, labels: ArrayLike
) -> dict[int, Errors]:
    """Measure the errors within each class, for example within each tissue.

    Parameters
    ----------
    reference, predicted : array
        Of one shape and in one unit.
    labels : integer array
        The class of each value, 0 to 65535, of the same shape.

    Returns
    -------
    dict of int to Errors
        For each label that occurs, in rising order: number of voxels, mean, mean absolute and
        root mean square error.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or a label is not a whole number in its range.

    Examples
    --------
    >>> errors_per_class([0, 0, 9], [3, 5, 8], [0, 0, 1])[0]
    Errors(voxels=2, mean=4.0, mean_absolute=4.0, root_mean_square=4.123105625617661)
    """
    difference, classes = differences(reference, predicted), as_classes(labels, _MOST_LABELS)
    require_same_shape(difference, classes)
    difference, classes = difference.ravel(), classes.ravel()
    counts = np.bincount(classes)
    present = np.flatnonzero(counts)
    terms = (difference, np.abs(difference), np.square(difference, dtype=np.float64))
    mean, absolute, square = (np.bincount(classes, term)[present] for term in terms)
    counts = counts[present]
    columns = present, counts, mean / counts, absolute / counts, np.sqrt(square / counts)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {label: Errors(*errors) for label, *errors in rows}
