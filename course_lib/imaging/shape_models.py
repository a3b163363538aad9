"""Shape models: the mean shape, its modes of variation, and what is legal.

A shape is mean + sum over modes of weight * mode. Modes have length 1, so weights are in mm, and
the variance of a mode's weight is in square mm. Slides 80 to 84.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_row
from course_lib.imaging.procrustes import generalized_procrustes
from course_lib.imaging.shapes import as_shape_stack, as_shapes


class ShapeModel(NamedTuple):
    """How shapes vary.

    Attributes
    ----------
    mean : (K, D) array
        In mm.
    modes : (M, K, D) array
        Of length 1 and perpendicular to each other; the first varies most.
    variances : (M,) array
        Of the weights, in square mm, divided by n - 1; falling.
    """

    mean: NDArray[np.float64]
    modes: NDArray[np.float64]
    variances: NDArray[np.float64]


def principal_modes(aligned: ArrayLike) -> ShapeModel:
    """Find the modes of variation of aligned shapes: their principal components.

    Parameters
    ----------
    aligned : (n, K, D) array
        Of at least two people, in mm, after Procrustes alignment.

    Returns
    -------
    ShapeModel
        All modes that n shapes can have: n - 1, or K D where that is less. Variances are divided
        by n - 1. The largest coordinate of a mode is positive.

    Raises
    ------
    ValueError
        If the array is not (n, K, D), a coordinate is not finite, or all shapes are the same.

    References
    ----------
    .. [1] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995.
       doi:10.1006/cviu.1995.1004
    .. [2] Lecture, slides 80 to 82.

    Examples
    --------
    >>> model = principal_modes([[[0, 0], [4, 0]], [[0, 0], [4, 2]]])
    >>> model.mean.tolist(), model.modes.round(9).tolist(), model.variances.round(9).tolist()
    ([[0.0, 0.0], [4.0, 1.0]], [[[0.0, 0.0], [0.0, 1.0]]], [2.0])
    """
    aligned = as_shape_stack(aligned)
    mean = aligned.mean(axis=0)
    deviations = (aligned - mean).reshape(len(aligned), -1)
    if not np.any(np.ptp(aligned, axis=0)):
        raise ValueError("All shapes are the same; there is no mode of variation.")
    _, stretches, modes = np.linalg.svd(deviations, full_matrices=False)
    count = min(len(aligned) - 1, deviations.shape[1])  # the mean takes one away
    modes = modes[:count]
    largest = np.abs(modes).argmax(axis=1)
    modes = modes * np.sign(modes[np.arange(count), largest])[:, None]
    variances = np.square(stretches[:count]) / (len(aligned) - 1)
    return ShapeModel(mean, modes.reshape(count, *mean.shape), variances)


def fit_shape_model(landmarks: ArrayLike, share: float = 0.98) -> ShapeModel:
    """Align the shapes of many people and keep the modes that explain most of their variance.

    Parameters
    ----------
    landmarks : (n, K, D) array
        Of at least two people, in mm; the same row is the same place in everybody.
    share : float
        As few modes are kept as explain this share of the variance, above 0 and at most 1.

    Returns
    -------
    ShapeModel
        In the frame of the generalised Procrustes analysis: centred at 0 and of mean size.

    Raises
    ------
    ValueError
        As `generalized_procrustes` and `principal_modes`, or if the share is not in (0; 1].

    References
    ----------
    .. [1] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995.
       doi:10.1006/cviu.1995.1004

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> square = np.array([[0.0, 0.0], [0.0, 9.0], [9.0, 9.0], [9.0, 0.0]])
    >>> model = fit_shape_model(square + rng.normal(size=(20, 4, 2)))
    >>> model.modes.shape
    (4, 4, 2)
    """
    if not 0 < share <= 1:
        raise ValueError(f"The share of the variance is {share}; above 0 and at most 1 is allowed.")
    model = principal_modes(generalized_procrustes(landmarks).aligned)
    explained = np.cumsum(model.variances) / model.variances.sum()
    kept = int(np.searchsorted(explained, share * (1 - 1e-12))) + 1
    return ShapeModel(model.mean, model.modes[:kept], model.variances[:kept])


def generate_shape(mean: ArrayLike, modes: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Make the shape that given weights describe: mean + sum of weight * mode.

    Parameters
    ----------
    mean : (K, D) array
        In mm.
    modes : (M, K, D) array
        Of length 1.
    weights : (M,) array
        In mm; for example ``[3 * np.sqrt(variances[0]), 0, 0]`` for 3 sd of the first mode.

    Returns
    -------
    (K, D) float64 array
        In mm.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or a number is not finite.

    References
    ----------
    .. [1] Lecture, slides 80 to 82.

    Examples
    --------
    >>> generate_shape([[0, 0], [4, 1]], [[[0, 0], [0, 1]]], [2]).tolist()
    [[0.0, 0.0], [4.0, 3.0]]
    """
    mean, modes = _mean_and_modes(mean, modes)
    weights = _weights(weights, len(modes))
    return mean + np.tensordot(weights, modes, axes=1)


def shape_weights(shape: ArrayLike, mean: ArrayLike, modes: ArrayLike) -> NDArray[np.float64]:
    """Project a shape onto the modes: dy = Phi^T dx, with dx its difference from the mean.

    Parameters
    ----------
    shape : (K, D) array
        In mm, in the frame of the model.
    mean : (K, D) array
        In mm.
    modes : (M, K, D) array
        Of length 1; as rows they are Phi^T.

    Returns
    -------
    (M,) float64 array
        One weight for each mode, in mm.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or a number is not finite.

    References
    ----------
    .. [1] Lecture, slide 84.

    Examples
    --------
    >>> shape_weights([[1, 0], [4, 3]], [[0, 0], [4, 1]], [[[0, 0], [0, 1]]])
    array([2.])
    """
    mean, modes = _mean_and_modes(mean, modes)
    shape = as_shapes(shape)
    if shape.shape != mean.shape:
        raise ValueError(f"The shape is {shape.shape} and the mean {mean.shape}; they differ.")
    return np.tensordot(modes, shape - mean, axes=2)


def limit_weights(
    weights: ArrayLike, variances: ArrayLike, limit: float = 3.0
) -> NDArray[np.float64]:
    """Bring each weight back to at most 3 standard deviations from the mean shape.

    Parameters
    ----------
    weights : (M,) array
        In mm.
    variances : (M,) array
        In square mm.
    limit : float
        In standard deviations, at least 0.

    Returns
    -------
    (M,) float64 array
        In mm.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, a number is not finite, or a variance or the limit is
        negative.

    References
    ----------
    .. [1] Lecture, slides 81 to 84.

    Examples
    --------
    >>> limit_weights([5.0, -13.0, 2.0], [1.0, 16.0, 4.0])
    array([  3., -12.,   2.])
    """
    variances = as_row(variances, "variances")
    weights = _weights(weights, variances.size)
    if variances.min() < 0 or not 0 <= limit < np.inf:
        raise ValueError(
            f"The variances are {variances.tolist()} and the limit {limit}; none may be negative, "
            "and the limit must be finite."
        )
    largest = limit * np.sqrt(variances)
    return weights.clip(-largest, largest)


def _mean_and_modes(mean: ArrayLike, modes: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return a mean shape and modes that fit it."""
    mean, modes = as_shapes(mean), as_shapes(modes)
    if mean.ndim != 2 or modes.ndim != 3 or modes.shape[1:] != mean.shape:
        raise ValueError(
            f"The mean is {mean.shape} and the modes are {modes.shape}; (landmarks, axes) and "
            "(modes, landmarks, axes) are needed."
        )
    return mean, modes


def _weights(weights: ArrayLike, count: int) -> NDArray[np.float64]:
    """Return one weight for each mode."""
    weights = as_row(weights, "weights")
    if weights.size != count:
        raise ValueError(f"There are {weights.size} weights and {count} modes; one each is needed.")
    return weights
