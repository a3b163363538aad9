"""How far a result is from the truth: errors of values, overlap of masks, confusion of classes.

The truth comes first in every function. Differences are result minus truth, so a positive mean
error says that the result is too high. Errors of each class and limits of agreement are in
`agreement`, distances between surfaces in `surface_distances`, volumes in `resampling`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_floating,
    as_mask,
    as_numbers,
    finite_range,
    require_mask,
    require_same_shape,
)
from course_lib.imaging.class_numbers import as_classes
from course_lib.imaging.similarity import ssd

_MOST_CLASSES = 2**10  # a table of all pairs stays small


def differences(
    reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Return predicted - reference.

    Parameters
    ----------
    reference, predicted, mask
        As in `mean_error`.

    Returns
    -------
    floating array
        New, in the unit of the images; of their shape, or one row of the values in the mask.

    Raises
    ------
    ValueError
        As `mean_error`.

    Examples
    --------
    >>> differences(np.array([200, 3], np.uint8), np.array([100, 4], np.uint8))
    array([-100.,    1.], dtype=float32)
    """
    reference, predicted = _inside(reference, predicted, mask)
    with np.errstate(invalid="ignore"):  # infinite minus infinite is refused below
        difference = as_floating(predicted) - as_floating(reference)
    finite_range(difference)
    return difference


def mean_error(reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Average predicted - reference: the bias of a result.

    Parameters
    ----------
    reference, predicted : array
        Of one shape and in one unit.
    mask : bool array, optional
        Where to look; everywhere by default.

    Returns
    -------
    float
        In the unit of the images. Errors of both signs cancel.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or the mask is empty or of another shape.

    Examples
    --------
    >>> mean_error([0.0, 40.0], [10.0, 20.0])
    -5.0
    """
    return float(differences(reference, predicted, mask).mean(dtype=np.float64))


def mean_absolute_error(
    reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None = None
) -> float:
    """Average |predicted - reference|.

    Parameters
    ----------
    reference, predicted, mask
        As in `mean_error`.

    Returns
    -------
    float
        In the unit of the images. The lecture's L1 loss (slide 16) is the sum in place of the mean.

    Raises
    ------
    ValueError
        As `mean_error`.

    Examples
    --------
    >>> mean_absolute_error([0.0, 40.0], [10.0, 20.0])
    15.0
    """
    difference = differences(reference, predicted, mask)
    return float(np.abs(difference, out=difference).mean(dtype=np.float64))


def root_mean_square_error(
    reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None = None
) -> float:
    """Return the root of the mean squared difference.

    Parameters
    ----------
    reference, predicted, mask
        As in `mean_error`.

    Returns
    -------
    float
        In the unit of the images; never below the mean absolute error. Few large errors weigh more
        than many small ones.

    Raises
    ------
    ValueError
        As `mean_error`.

    Examples
    --------
    >>> root_mean_square_error([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 8.0])
    4.0
    """
    reference, predicted = _inside(reference, predicted, mask)
    return float(np.sqrt(ssd(reference, predicted) / reference.size))


def dice(reference: ArrayLike, predicted: ArrayLike) -> float:
    """Measure the overlap of two masks, 2 |A and B| / (|A| + |B|).

    Parameters
    ----------
    reference, predicted : bool array
        Masks on one grid, of any number of axes.

    Returns
    -------
    float
        1 for equal masks, 0 for disjoint ones; 1 when both are empty. Large structures reach high
        values easily: a layer of wrong voxels is a small part of them.

    Raises
    ------
    ValueError
        If the shapes differ, a mask is not bool, or there are no voxels.

    References
    ----------
    .. [1] Dice, Ecology 26(3), 1945. doi:10.2307/1932409

    Examples
    --------
    >>> round(dice([True, True, False], [True, False, False]), 4)
    0.6667
    """
    both, total = _counts(reference, predicted)
    return 2 * both / total if total else 1.0


def jaccard(reference: ArrayLike, predicted: ArrayLike) -> float:
    """Measure the overlap of two masks, |A and B| / |A or B|.

    Parameters
    ----------
    reference, predicted : bool array
        As in `dice`.

    Returns
    -------
    float
        dice / (2 - dice): lower than Dice between 0 and 1; 1 when both masks are empty.

    Raises
    ------
    ValueError
        As `dice`.

    References
    ----------
    .. [1] Jaccard, New Phytologist 11(2), 1912. doi:10.1111/j.1469-8137.1912.tb05611.x

    Examples
    --------
    >>> jaccard([True, True, False], [True, False, False])
    0.5
    """
    both, total = _counts(reference, predicted)
    return both / (total - both) if total else 1.0


def confusion_matrix(
    reference: ArrayLike, predicted: ArrayLike, classes: int | None = None
) -> NDArray[np.int64]:
    """Count for each true class how often each class was predicted.

    Parameters
    ----------
    reference, predicted : integer array
        Class numbers from 0, of one shape.
    classes : int, optional
        How many classes there are, at most 1024; by default up to the highest number that occurs.

    Returns
    -------
    (classes, classes) int64 array
        Row: true class, column: predicted class. What is right lies on the diagonal.

    Raises
    ------
    ValueError
        If the shapes differ, there are no values, or a class is not a whole number in its range.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2])
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    most = _MOST_CLASSES if classes is None else min(classes, _MOST_CLASSES)
    pairs, predicted = (as_classes(given, most) for given in (reference, predicted))
    require_same_shape(pairs, predicted)
    if classes is None:
        classes = int(max(pairs.max(), predicted.max())) + 1
    pairs *= classes
    pairs += predicted
    return np.bincount(pairs.ravel(), minlength=classes**2).reshape(classes, classes)


def two_masks(
    reference: ArrayLike, predicted: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two bool masks of one shape with at least one voxel.

    Raises
    ------
    ValueError
        If they are not that.

    Examples
    --------
    >>> two_masks([True], [False])
    (array([ True]), array([False]))
    """
    reference = as_mask(reference, np.shape(reference), "first mask")
    predicted = as_mask(predicted, np.shape(predicted), "second mask")
    require_same_shape(reference, predicted)
    if reference.size == 0:
        raise ValueError(f"The masks have no voxels (shape {reference.shape}).")
    return reference, predicted


def _inside(
    reference: ArrayLike, predicted: ArrayLike, mask: ArrayLike | None
) -> tuple[NDArray, NDArray]:
    """Return two images of one shape, or their values inside a mask."""
    reference, predicted = as_numbers(reference), as_numbers(predicted)
    require_same_shape(reference, predicted)
    if mask is None:
        return reference, predicted
    mask = require_mask(mask, reference.shape, "mask")
    return reference[mask], predicted[mask]


def _counts(reference: ArrayLike, predicted: ArrayLike) -> tuple[int, int]:
    """Return |A and B| and |A| + |B| of two masks."""
    reference, predicted = two_masks(reference, predicted)
    both, first, second = map(np.count_nonzero, (reference & predicted, reference, predicted))
    return int(both), int(first) + int(second)
