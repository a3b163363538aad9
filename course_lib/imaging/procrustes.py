"""Generalised Procrustes analysis: many shapes laid onto their mean. Slides 79 and 80."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_count
from course_lib.imaging.point_fits import best_turn
from course_lib.imaging.shapes import as_shape_stack


class Procrustes(NamedTuple):
    """Shapes that were laid onto each other.

    Person i has ``aligned[i] = scales[i] * landmarks[i] @ rotations[i] + translations[i]``, the
    lecture's rho_i X_i H_i + T_i.

    Attributes
    ----------
    aligned : (n, K, D) array
        In mm, centred at 0.
    mean : (K, D) array
        Mean of the aligned shapes, in mm.
    scales : (n,) array
    rotations : (n, D, D) array
    translations : (n, D) array
        In mm.
    costs : tuple of float
        The lecture's sum at each step, in square mm; it never rises.
    """

    aligned: NDArray[np.float64]
    mean: NDArray[np.float64]
    scales: NDArray[np.float64]
    rotations: NDArray[np.float64]
    translations: NDArray[np.float64]
    costs: tuple[float, ...]


def procrustes_cost(aligned: ArrayLike) -> float:
    """Sum the squared distances between all pairs of shapes: what the lecture minimises.

    Parameters
    ----------
    aligned : (n, K, D) array
        Landmarks in mm, of at least two people.

    Returns
    -------
    float
        The sum over i < s of ||Y_i - Y_s||_F^2 in square mm. It is computed as n times the squared
        distances from the mean, which is the same in fewer steps.

    Raises
    ------
    ValueError
        If the array is not (n, K, D), or a coordinate is not finite.

    References
    ----------
    .. [1] Gower, Psychometrika 40(1), 1975. doi:10.1007/BF02291478
    .. [2] Lecture, slide 79.

    Examples
    --------
    >>> procrustes_cost([[[0, 0]], [[3, 4]], [[0, 0]]])
    50.0
    """
    return _cost(as_shape_stack(aligned))


def generalized_procrustes(
    landmarks: ArrayLike, tolerance: float = 1e-10, max_steps: int = 100
) -> Procrustes:
    """Move, turn and scale many shapes so that they come nearest to each other.

    Each step turns every shape onto the mean, gives it the scale that brings it nearest, and takes
    the mean anew. Without a condition all scales would shrink to 0; so the sum of squared sizes
    stays what it was. The mean keeps about the orientation of the first shape.

    Parameters
    ----------
    landmarks : (n, K, D) array
        Of at least two people, in mm; the same row is the same place in everybody.
    tolerance : float
        Stop when a step lowers the cost by less than this share.
    max_steps : int
        Stop after that many steps in any case.

    Returns
    -------
    Procrustes
        Aligned shapes, their mean, the transforms, and the cost at each step. Never mirrored.

    Raises
    ------
    ValueError
        If the array is not (n, K, D), a coordinate is not finite, the landmarks of a person lie on
        one point, or the tolerance is negative or there are no steps.

    References
    ----------
    .. [1] Gower, Psychometrika 40(1), 1975. doi:10.1007/BF02291478
    .. [2] Ten Berge, Psychometrika 42(2), 1977. doi:10.1007/BF02294053
    .. [3] Lecture, slide 79.

    Examples
    --------
    >>> triangle = np.array([[0.0, 0.0], [0.0, 3.0], [2.0, 0.0]])
    >>> found = generalized_procrustes([triangle, 2 * triangle + 5, triangle[:, ::-1] * [1, -1]])
    >>> round(found.costs[-1], 9), found.scales.round(3).tolist()
    (0.0, [1.414, 0.707, 1.414])
    """
    landmarks = as_shape_stack(landmarks)
    require_count(max_steps, "steps")
    if not tolerance >= 0:
        raise ValueError(f"The tolerance is {tolerance}; at least 0 is needed.")
    centers = landmarks.mean(axis=1)
    centred = landmarks - centers[:, None]
    squares = np.square(centred).sum(axis=(1, 2))
    mean = centred[0]
    costs: list[float] = []
    while len(costs) < max_steps:
        turns, products = best_turn(centred, mean)
        scales = products / squares  # nearest to the mean, up to a factor common to all
        scales *= np.sqrt(squares.sum() / (np.square(scales) @ squares))
        rotations = turns.swapaxes(1, 2)
        aligned = centred @ (scales[:, None, None] * rotations)
        mean = aligned.mean(axis=0)
        costs.append(_cost(aligned))
        if len(costs) > 1 and costs[-2] - costs[-1] <= tolerance * costs[-2]:
            break
    translations = -scales[:, None] * np.einsum("nd,nde->ne", centers, rotations)
    return Procrustes(aligned, mean, scales, rotations, translations, tuple(costs))


def mean_shape(landmarks: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of many shapes, after generalised Procrustes analysis.

    Parameters
    ----------
    landmarks : (n, K, D) array
        Of at least two people, in mm.

    Returns
    -------
    (K, D) float64 array
        In mm, centred at 0.

    Raises
    ------
    ValueError
        As `generalized_procrustes`.

    References
    ----------
    .. [1] Lecture, slides 79 and 80.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 2.0], [2.0, 0.0]])
    >>> mean_shape([square, square + 7]).round(9).tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [1.0, -1.0]]
    """
    return generalized_procrustes(landmarks).mean


def _cost(aligned: NDArray[np.float64]) -> float:
    """Return the sum over all pairs, without any check."""
    return float(len(aligned) * np.square(aligned - aligned.mean(axis=0)).sum())
