"""The transform that brings landmarks nearest to others, in the sense of least squares.

Each fit moves `moving` points onto `fixed` ones, row by row. Slides 28 and 79.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.coordinates import as_points
from course_lib.imaging.transforms import Matrix, apply


def fit_rigid(moving_mm: ArrayLike, fixed_mm: ArrayLike) -> Matrix:
    """Fit a rotation and a translation, never a reflection.

    Parameters
    ----------
    moving_mm, fixed_mm : (N, D) array
        Landmarks in mm; row by row the same place. N >= D, not all on one line in 3-D.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix that moves `moving_mm` onto `fixed_mm`.

    Raises
    ------
    ValueError
        If the shapes differ, a coordinate is not finite, or there are too few different points.

    References
    ----------
    .. [1] Arun, Huang and Blostein, IEEE Trans. Pattern Anal. Mach. Intell. 9(5), 1987.
       doi:10.1109/TPAMI.1987.4767965
    .. [2] Umeyama, IEEE Trans. Pattern Anal. Mach. Intell. 13(4), 1991. doi:10.1109/34.88573

    Examples
    --------
    >>> matrix = fit_rigid([[0, 0], [0, 2]], [[5, 5], [7, 5]])
    >>> apply(matrix, [0.0, 1.0]).round(9)
    array([6., 5.])
    """
    moving, fixed = _pairs(moving_mm, fixed_mm)
    turn, _ = best_turn(moving, fixed - fixed.mean(axis=0))
    return _joined(turn, moving, fixed)


def fit_similarity(moving_mm: ArrayLike, fixed_mm: ArrayLike) -> Matrix:
    """Fit a rotation, one scale for all axes and a translation, never a reflection.

    Parameters
    ----------
    moving_mm, fixed_mm : (N, D) array
        Landmarks in mm; row by row the same place. N >= D, not all on one line in 3-D.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix that moves `moving_mm` onto `fixed_mm`.

    Raises
    ------
    ValueError
        If the shapes differ, a coordinate is not finite, or there are too few different points.

    References
    ----------
    .. [1] Umeyama, IEEE Trans. Pattern Anal. Mach. Intell. 13(4), 1991. doi:10.1109/34.88573

    Examples
    --------
    >>> matrix = fit_similarity([[0, 0], [0, 2]], [[5, 5], [9, 5]])
    >>> apply(matrix, [0.0, 1.0]).round(9)
    array([7., 5.])
    """
    moving, fixed = _pairs(moving_mm, fixed_mm)
    turn, product = best_turn(moving, fixed - fixed.mean(axis=0))
    scale = product / np.square(moving - moving.mean(axis=0)).sum()
    return _joined(scale * turn, moving, fixed)


def fit_affine(moving_mm: ArrayLike, fixed_mm: ArrayLike) -> Matrix:
    """Fit any affine transform: rotation, scales, shears and a translation.

    Parameters
    ----------
    moving_mm, fixed_mm : (N, D) array
        Landmarks in mm; row by row the same place. N > D, not all in one plane (in 2-D: line).

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix that moves `moving_mm` onto `fixed_mm`. It may mirror where the
        landmarks do.

    Raises
    ------
    ValueError
        If the shapes differ, a coordinate is not finite, or the points do not fill the space.

    Examples
    --------
    >>> matrix = fit_affine([[0, 0], [0, 1], [1, 0]], [[3, 3], [3, 5], [4, 3]])
    >>> apply(matrix, [1.0, 1.0]).round(9)
    array([4., 5.])
    """
    moving, fixed = _pairs(moving_mm, fixed_mm)
    from_mean, to_mean = moving - moving.mean(axis=0), fixed - fixed.mean(axis=0)
    if np.linalg.matrix_rank(from_mean) < moving.shape[1]:
        raise ValueError("The moving points lie in one plane or line; an affine fit needs more.")
    solution, *_ = np.linalg.lstsq(from_mean, to_mean, rcond=None)
    return _joined(solution.T, moving, fixed)


def landmark_errors_mm(
    matrix: ArrayLike, moving_mm: ArrayLike, fixed_mm: ArrayLike
) -> NDArray[np.float64]:
    """Measure how far landmarks are from where they belong after a transform.

    Parameters
    ----------
    matrix : (D + 1, D + 1) array
        Homogeneous matrix that moves `moving_mm` toward `fixed_mm`.
    moving_mm, fixed_mm : (N, D) array
        Landmarks in mm; row by row the same place.

    Returns
    -------
    (N,) float64 array
        Distances in mm. At landmarks that were not used in a fit this is the target registration
        error.

    Raises
    ------
    ValueError
        If the shapes differ or do not fit the matrix, or a coordinate is not finite.

    References
    ----------
    .. [1] Fitzpatrick, West and Maurer, IEEE Trans. Med. Imaging 17(5), 1998.
       doi:10.1109/42.736021

    Examples
    --------
    >>> landmark_errors_mm(np.eye(3), [[0, 0], [1, 1]], [[3, 4], [1, 1]])
    array([5., 0.])
    """
    moving, fixed = _pairs(moving_mm, fixed_mm)
    return np.linalg.norm(apply(matrix, moving) - fixed, axis=1)


def _pairs(moving_mm: ArrayLike, fixed_mm: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return two tables of points that fit each other."""
    moving, fixed = as_points(moving_mm), as_points(fixed_mm)
    if moving.ndim != 2 or moving.shape != fixed.shape or len(moving) == 0:
        raise ValueError(
            f"The points have the shapes {moving.shape} and {fixed.shape}; two tables of one "
            "shape (points, axes) are needed."
        )
    return moving, fixed


def best_turn(
    moving: NDArray[np.float64], centred: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the rotation about 0 that brings points nearest to others, without checking these.

    Parameters
    ----------
    moving, centred : (..., N, D) float64 array
        Points, row by row the same place; leading axes count pairs that are turned together. The
        mean of the second must be 0; that of the first drops out then.

    Returns
    -------
    turn : (..., D, D) float64 array
        Rotation matrix, never a reflection: ``points @ turn.T`` turns rows of points.
    product : (...) float64 array
        Sum of the products of the coordinates after the turn; the best scale is this divided by
        the sum of squares of the moving ones.

    Raises
    ------
    ValueError
        If there are too few different points to tell the rotation.

    References
    ----------
    .. [1] Umeyama, IEEE Trans. Pattern Anal. Mach. Intell. 13(4), 1991. doi:10.1109/34.88573

    Examples
    --------
    >>> turn, product = best_turn(np.array([[0.0, 0], [0, 2]]), np.array([[-1.5, 0], [1.5, 0]]))
    >>> (turn @ [0.0, 1.0]).round(9).tolist(), round(float(product), 9)
    ([1.0, 0.0], 3.0)
    """
    left, stretches, right = np.linalg.svd(centred.swapaxes(-2, -1) @ moving)
    telling = stretches[..., max(stretches.shape[-1] - 2, 0)]
    if not (telling > 1e-12 * stretches[..., 0]).all():
        raise ValueError("There are too few different points to tell the rotation.")
    sign = np.sign(np.linalg.det(left @ right))[..., None]  # -1 where a mirror would fit better
    left[..., -1] *= sign
    stretches[..., -1:] *= sign
    return left @ right, stretches.sum(axis=-1)


def _joined(linear: NDArray, moving: NDArray, fixed: NDArray) -> Matrix:
    """Return the homogeneous matrix that also moves the mean onto the mean."""
    matrix = np.eye(len(linear) + 1)
    matrix[:-1, :-1] = linear
    matrix[:-1, -1] = fixed.mean(axis=0) - linear @ moving.mean(axis=0)
    return matrix
