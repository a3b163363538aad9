"""Search for a shape in a new image: move the landmarks, keep the shape legal, repeat.

The lecture's steps: blur both images, align them rigidly (`registration.register`), carry the
shape over (`transforms.apply`), then `search_shape` from there. What moves the landmarks is a
function of its own, in `landmark_offsets`: `strongest_edges` for points on an outline,
`best_matches` for any landmark whose surroundings were seen before. Points are in mm from the
centre of the first voxel, (Y, X). Slides 83 and 84.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_count
from course_lib.imaging.coordinates import as_points
from course_lib.imaging.point_fits import fit_similarity
from course_lib.imaging.shape_models import (
    ShapeModel,
    generate_shape,
    limit_weights,
    shape_weights,
)
from course_lib.imaging.shapes import as_shapes
from course_lib.imaging.transforms import Matrix, apply, invert

Offsets = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class FittedShape(NamedTuple):
    """The legal shape nearest to given points.

    Attributes
    ----------
    points_mm : (K, D) array
        The shape, where the points are.
    weights : (M,) array
        Of the modes, in mm of the model.
    pose : (D + 1, D + 1) array
        Homogeneous matrix that carries the model to the points.
    """

    points_mm: NDArray[np.float64]
    weights: NDArray[np.float64]
    pose: Matrix


class ShapeSearch(NamedTuple):
    """Where a search ended, and how it went.

    Attributes
    ----------
    points_mm : (K, D) array
        The shape found, in mm.
    weights : (M,) array
        Of its modes, in mm of the model.
    history : (T + 1, K, D) array
        The start and the legal shape after each step, in mm; for a film.
    converged : bool
        Whether the last step moved no landmark farther than the tolerance.
    """

    points_mm: NDArray[np.float64]
    weights: NDArray[np.float64]
    history: NDArray[np.float64]
    converged: bool


def search_shape(
    start_mm: ArrayLike,
    find_offsets: Offsets,
    model: ShapeModel,
    *,
    limit: float = 3.0,
    tolerance_mm: float = 1.0,
    max_steps: int = 30,
) -> ShapeSearch:
    """Move landmarks to where the image wants them, within what is legal, again and again.

    Parameters
    ----------
    start_mm : (K, D) array
        First guess, for example the shape of an atlas after rigid registration.
    find_offsets : function
        Takes landmarks (K, D) in mm and returns the offset dx of each in mm; for example
        ``lambda points: best_matches(image, points, patches, spacing, reach_mm=8)``.
    model : ShapeModel
        What is legal.
    limit : float
        Largest weight of a mode, in standard deviations.
    tolerance_mm : float
        Stop when no landmark moves farther. Below the steps in which `find_offsets` looks around,
        landmarks may move to and fro for ever.
    max_steps : int
        Stop after that many steps in any case.

    Returns
    -------
    ShapeSearch
        The shape, its weights, and all steps.

    Raises
    ------
    ValueError
        If the points or the offsets do not fit the model, or a number is out of range.

    References
    ----------
    .. [1] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995.
       doi:10.1006/cviu.1995.1004
    .. [2] Lecture, slides 83 and 84.

    Examples
    --------
    >>> model = ShapeModel(np.array([[0.0, 0], [0, 4], [3, 0]]), np.zeros((1, 3, 2)), np.ones(1))
    >>> target = model.mean + 9
    >>> search_shape(model.mean, lambda points: target - points, model).points_mm.round(9).tolist()
    [[9.0, 9.0], [9.0, 13.0], [12.0, 9.0]]
    """
    require_count(max_steps, "steps")
    if not tolerance_mm >= 0:
        raise ValueError(f"The tolerance is {tolerance_mm} mm; at least 0 is needed.")
    history, converged = [as_shapes(start_mm)], False
    while len(history) <= max_steps and not converged:
        points = history[-1]
        fitted = fit_to_points(points + find_offsets(points.copy()), model, limit)
        history.append(fitted.points_mm)
        farthest = np.linalg.norm(fitted.points_mm - points, axis=1).max()
        converged = bool(farthest <= tolerance_mm)
    return ShapeSearch(fitted.points_mm, fitted.weights, np.stack(history), converged)


def fit_to_points(points_mm: ArrayLike, model: ShapeModel, limit: float = 3.0) -> FittedShape:
    """Find the legal shape nearest to points anywhere: pose, projection, limits.

    Parameters
    ----------
    points_mm : (K, D) array
        In mm of the image.
    model : ShapeModel
        Of `fit_shape_model`.
    limit : float
        In standard deviations.

    Returns
    -------
    FittedShape
        The points of the shape, its weights, and where it lies.

    Raises
    ------
    ValueError
        If the points do not fit the model, or all lie on one point.

    References
    ----------
    .. [1] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995, section 5.
       doi:10.1006/cviu.1995.1004
    .. [2] Lecture, slide 84.

    Examples
    --------
    >>> model = ShapeModel(np.array([[0.0, 0], [0, 4], [3, 0]]), np.zeros((1, 3, 2)), np.ones(1))
    >>> fit_to_points([[7, 7], [7, 15], [13, 7]], model).points_mm.round(9).tolist()
    [[7.0, 7.0], [7.0, 15.0], [13.0, 7.0]]
    """
    points = as_points(points_mm)
    pose = fit_similarity(model.mean, points)
    in_model = apply(invert(pose), points)
    projected = shape_weights(in_model, model.mean, model.modes)
    weights = limit_weights(projected, model.variances, limit)
    legal = generate_shape(model.mean, model.modes, weights)
    return FittedShape(apply(pose, legal), weights, pose)
