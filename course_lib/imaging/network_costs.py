"""What a network should give, and how far it is from that. Slide 71."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_count
from course_lib.imaging.class_numbers import as_classes
from course_lib.imaging.feature_tables import as_labels
from course_lib.imaging.similarity import ssd


def one_hot(labels: ArrayLike, classes: int) -> NDArray[np.float64]:
    """Turn class numbers into what the last layer should give: 1 for the class, 0 elsewhere.

    Parameters
    ----------
    labels : (N,) array of whole numbers
        From 0 to classes - 1.
    classes : int
        How many there are.

    Returns
    -------
    (N, classes) float64 array
        One row for each label.

    Raises
    ------
    ValueError
        If a label is out of range, there is none, or they are not whole numbers.

    References
    ----------
    .. [1] Lecture, slide 71.

    Examples
    --------
    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    require_count(classes, "classes")
    labels = as_classes(as_labels(labels), classes)
    return (labels[:, None] == np.arange(classes)).astype(np.float64)


def cost(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Sum the squared differences of what a network gives and what it should give.

    Parameters
    ----------
    predictions, targets : (m,) or (N, m) array
        Activations of the last layer, and their targets.

    Returns
    -------
    float
        Sum of (prediction - target)^2; 0 for a perfect network.

    Raises
    ------
    ValueError
        If the shapes differ, or something is empty or NaN.

    References
    ----------
    .. [1] Lecture, slide 71.

    Examples
    --------
    >>> round(cost([0.2, 0.1, 0.8, 0.3, 0.1, 0.6, 0.2, 0.1, 0, 1], one_hot([5], 10)[0]), 12)
    2.0
    """
    return ssd(predictions, targets)
