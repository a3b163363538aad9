"""Shapes: landmarks whose place, size and turn are taken off, and one shape laid onto another.

A shape is a table of landmarks (K, D) in mm, one row for each, coordinates in the order of the
axes: (Y, X), or (Z, Y, X). Row by row it is the same place in everybody. Most functions also take
many shapes at once, (n, K, D). As rows are points, a rotation H acts from the right, ``shape @ H``,
as in the lecture; it is the transpose of the matrices that move points in `transforms`.
Generalised Procrustes analysis is in `procrustes`, modes of variation are in `shape_models`, the
search in a new image in `shape_search`. Slides 74 to 84.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.coordinates import as_points
from course_lib.imaging.point_fits import best_turn


def centroid_size(shape: ArrayLike) -> NDArray[np.float64]:
    """Measure how large a shape is.

    Parameters
    ----------
    shape : (..., K, D) array
        Landmarks in mm; leading axes count shapes.

    Returns
    -------
    (...) float64 array
        Root of the sum of squared distances from the mean of the landmarks, in mm; 0 when they
        all lie on one point.

    Raises
    ------
    ValueError
        If there are no landmarks, or a coordinate is not finite.

    References
    ----------
    .. [1] Dryden and Mardia, Statistical Shape Analysis, 1998, section 2.2.

    Examples
    --------
    >>> float(centroid_size([[0, 0], [0, 8], [6, 0], [6, 8]]))
    10.0
    """
    return np.sqrt(np.square(_centred(as_shapes(shape))).sum(axis=(-2, -1)))


def center_and_scale(shape: ArrayLike) -> NDArray[np.float64]:
    """Take off place and size: mean of the landmarks 0, centroid size 1.

    Parameters
    ----------
    shape : (..., K, D) array
        Landmarks in mm; leading axes count shapes.

    Returns
    -------
    (..., K, D) float64 array
        Without unit.

    Raises
    ------
    ValueError
        If all landmarks of a shape lie on one point, or a coordinate is not finite.

    References
    ----------
    .. [1] Lecture, slide 79.

    Examples
    --------
    >>> center_and_scale([[0, 0], [0, 8], [6, 0], [6, 8]]).tolist()
    [[-0.3, -0.4], [-0.3, 0.4], [0.3, -0.4], [0.3, 0.4]]
    """
    shape = as_shapes(shape)
    size = centroid_size(shape)[..., None, None]
    if (size == 0).any():
        raise ValueError("All landmarks of a shape lie on one point; it has no size.")
    return _centred(shape) / size


def best_rotation(moving: ArrayLike, fixed: ArrayLike) -> NDArray[np.float64]:
    """Find the rotation H for which ``moving @ H`` comes nearest to another shape.

    Both are centred first, and their sizes do not matter. A mirror image is never made, however
    well it would fit.

    Parameters
    ----------
    moving, fixed : (..., K, D) array
        Landmarks in mm, row by row the same place.

    Returns
    -------
    (..., D, D) float64 array
        With determinant 1.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a coordinate is not finite, or there are too few
        different points to tell the rotation.

    References
    ----------
    .. [1] Kabsch, Acta Crystallographica A32(5), 1976. doi:10.1107/S0567739476001873
    .. [2] Umeyama, IEEE Trans. Pattern Anal. Mach. Intell. 13(4), 1991. doi:10.1109/34.88573
    .. [3] Lecture, slide 79.

    Examples
    --------
    >>> turned = np.array([[0, 2], [0, 0]]) @ best_rotation([[0, 2], [0, 0]], [[9, 5], [5, 5]])
    >>> turned.round(9).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    moving, fixed = _pair(moving, fixed)
    turn, _ = best_turn(moving, _centred(fixed))
    return turn.swapaxes(-2, -1)


def align(moving: ArrayLike, fixed: ArrayLike) -> NDArray[np.float64]:
    """Move, turn and scale a shape onto another, so that squared distances add up to the least.

    Parameters
    ----------
    moving, fixed : (..., K, D) array
        Landmarks in mm, row by row the same place.

    Returns
    -------
    (..., K, D) float64 array
        rho X H + T for each moving shape X, in mm. Never mirrored.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a coordinate is not finite, or there are too few
        different points to tell the rotation.

    References
    ----------
    .. [1] Umeyama, IEEE Trans. Pattern Anal. Mach. Intell. 13(4), 1991. doi:10.1109/34.88573
    .. [2] Lecture, slide 79.

    Examples
    --------
    >>> align([[0, 0], [0, 2], [1, 0]], [[5, 5], [9, 5], [5, 3]]).round(9).tolist()
    [[5.0, 5.0], [9.0, 5.0], [5.0, 3.0]]
    """
    moving, fixed = _pair(moving, fixed)
    centred, target = _centred(moving), fixed.mean(axis=-2, keepdims=True)
    turn, product = best_turn(centred, fixed - target)
    scale = product / np.square(centred).sum(axis=(-2, -1))
    return centred @ (scale[..., None, None] * turn.swapaxes(-2, -1)) + target


def disparity(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Measure how unlike two shapes are, whatever their place, size and turn.

    Parameters
    ----------
    first, second : (..., K, D) array
        Landmarks in mm, row by row the same place.

    Returns
    -------
    (...) float64 array
        Sum of squared distances left after the second shape is laid onto the first, which is
        centred and of size 1. From 0 (the same shape) to 1, without unit, and symmetric.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a coordinate is not finite, or there are too few
        different points to tell the rotation.

    References
    ----------
    .. [1] Dryden and Mardia, Statistical Shape Analysis, 1998, section 4.1.

    Examples
    --------
    >>> round(float(disparity([[0, 0], [0, 2], [1, 0]], [[5, 5], [9, 5], [5, 3]])), 9)
    0.0
    """
    first, second = _pair(first, second)
    _, product = best_turn(first, _centred(second))
    likeness = product / (centroid_size(first) * centroid_size(second))
    return np.maximum(1 - np.square(likeness), 0)


def as_shapes(points: ArrayLike) -> NDArray[np.float64]:
    """Return landmarks as a float64 array (..., K, D) with at least one landmark in each shape.

    Raises
    ------
    ValueError
        If they are not that, or a coordinate is not finite.

    Examples
    --------
    >>> as_shapes([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    shapes = as_points(points)
    if shapes.ndim < 2 or shapes.size == 0:
        raise ValueError(
            f"The landmarks have the shape {shapes.shape}; (landmarks, axes) is needed, "
            "with at least one landmark."
        )
    return shapes


def as_shape_stack(points: ArrayLike) -> NDArray[np.float64]:
    """Return landmarks of at least two people as a float64 array (n, K, D).

    Raises
    ------
    ValueError
        If they are not that, or a coordinate is not finite.

    Examples
    --------
    >>> as_shape_stack([[[1, 2]], [[3, 4]], [[5, 6]]]).shape
    (3, 1, 2)
    """
    shapes = as_shapes(points)
    if shapes.ndim != 3 or len(shapes) < 2:
        raise ValueError(
            f"The landmarks have the shape {shapes.shape}; (people, landmarks, axes) is needed, "
            "with at least two people."
        )
    return shapes


def _pair(moving: ArrayLike, fixed: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return two shapes, or stacks of shapes, that fit each other."""
    moving, fixed = as_shapes(moving), as_shapes(fixed)
    if moving.shape[-2:] != fixed.shape[-2:]:
        raise ValueError(
            f"The shapes have {moving.shape[-2:]} and {fixed.shape[-2:]} landmarks and axes; "
            "they must be equal."
        )
    return moving, fixed


def _centred(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move the mean of the landmarks to 0."""
    return shape - shape.mean(axis=-2, keepdims=True)
