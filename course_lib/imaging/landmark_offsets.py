"""Where landmarks want to go: to the strongest edge, or to where the image looks as it should.

Both look in a blurred image around each landmark and give its offset dx, which `shape_search` then
makes legal. Points are in mm from the centre of the first voxel. Slides 83 and 84.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_floating,
    as_numbers,
    as_spacing,
    finite_range,
    require_positive,
)
from course_lib.imaging.interpolation import linear_values
from course_lib.imaging.shapes import as_shapes


def outline_normals(outline_mm: ArrayLike) -> NDArray[np.float64]:
    """Return the direction across a closed outline at each of its points.

    Parameters
    ----------
    outline_mm : (K, 2) array
        At least three points (Y, X) in order; the last is followed by the first.

    Returns
    -------
    (K, 2) float64 array
        Of length 1, perpendicular to the line between the two neighbours of each point. They point
        outward where the outline runs clockwise on the screen, Y downward.

    Raises
    ------
    ValueError
        If there are fewer than three points, they are not 2-D, or two neighbours of a point are
        the same.

    Examples
    --------
    >>> outline_normals([[0, 0], [0, 2], [2, 2], [2, 0]]).round(3).tolist()
    [[-0.707, -0.707], [-0.707, 0.707], [0.707, 0.707], [0.707, -0.707]]
    """
    outline = as_shapes(outline_mm)
    if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3:
        raise ValueError(
            f"The outline is {outline.shape}; (K, 2) with at least 3 points is needed."
        )
    along = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
    lengths = np.linalg.norm(along, axis=1)
    if (lengths == 0).any():
        raise ValueError("The two neighbours of a point are the same; it has no normal.")
    return np.stack([-along[:, 1], along[:, 0]], axis=1) / lengths[:, None]


def strongest_edges(
    image: ArrayLike,
    points_mm: ArrayLike,
    normals: ArrayLike,
    spacing: ArrayLike,
    *,
    reach_mm: float = 6.0,
    step_mm: float = 0.5,
) -> NDArray[np.float64]:
    """Find the strongest edge along the normal of each landmark.

    Parameters
    ----------
    image : array with D axes
        Blurred; beyond it the value of its border holds.
    points_mm : (K, D) array
        Landmarks.
    normals : (K, D) array
        Directions to search in, of length 1.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    reach_mm : float
        How far to search to both sides.
    step_mm : float
        Distance between the places that are looked at.

    Returns
    -------
    (K, D) float64 array
        Offset dx of each landmark to the edge, in mm; 0 where the image is flat. Of equally strong
        edges the nearest counts.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the arrays do not fit each other, or a length is not
        positive.

    References
    ----------
    .. [1] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995, section 5.
       doi:10.1006/cviu.1995.1004
    .. [2] Lecture, slide 84.

    Examples
    --------
    >>> step = np.repeat([[0.0] * 5 + [9.0] * 5], 3, axis=0)
    >>> strongest_edges(step, [[1, 3]], [[0, 1]], spacing=1.0).tolist()
    [[0.0, 1.5]]
    """
    image, points, spacing = _image_and_points(image, points_mm, spacing)
    normals = as_shapes(normals)
    if normals.shape != points.shape:
        raise ValueError(f"The normals are {normals.shape}, the points {points.shape}.")
    along = _symmetric_steps(reach_mm, step_mm)
    along = along[np.abs(along).argsort(kind="stable")]  # nearest first
    places = points[:, None] + along[:, None] * normals[:, None]
    half_step = 0.5 * step_mm * normals[:, None]
    rise = _sampled(image, places + half_step, spacing) - _sampled(
        image, places - half_step, spacing
    )
    strength = np.abs(rise)
    strongest = strength.max(axis=1, keepdims=True)
    tolerance = 1e-6 * np.abs(image).max()  # what rounding makes is no edge, and equal is equal
    best = (strength >= strongest - tolerance).argmax(axis=1)
    return np.where(strongest > tolerance, along[best, None] * normals, 0.0)


def landmark_patches(
    images: Sequence[ArrayLike],
    landmarks_mm: ArrayLike,
    spacing: ArrayLike,
    *,
    radius_mm: float = 8.0,
    step_mm: float = 2.0,
) -> NDArray[np.float64]:
    """Learn what landmarks look like: the mean of their surroundings in images of several people.

    Parameters
    ----------
    images : sequence of n arrays with D axes
        Blurred as the new image will be; beyond them the value of the border holds.
    landmarks_mm : (n, K, D) array
        In each image.
    spacing : float or (D,) array
        Distance between voxel centres in mm, of all images.
    radius_mm, step_mm : float
        Half the side of a patch, and the distance between its points; whole steps fit in.

    Returns
    -------
    (K, P, ..., P) float64 array with 1 + D axes
        The patch of each landmark: mean of those of the people, each z-normalised.

    Raises
    ------
    ValueError
        If an image is empty or holds NaN, the arrays do not fit each other, or a length is not
        positive.

    References
    ----------
    .. [1] Cristinacce and Cootes, Pattern Recognition 41(10), 2008: patches with a shape model.
       doi:10.1016/j.patcog.2008.01.024

    Examples
    --------
    >>> image = np.random.default_rng(1).normal(size=(20, 20))
    >>> landmark_patches([image], [[[9, 9], [12, 5]]], 1.0, radius_mm=2, step_mm=1).shape
    (2, 5, 5)
    """
    landmarks = as_shapes(landmarks_mm)
    if landmarks.ndim != 3 or len(landmarks) != len(images):
        raise ValueError(
            f"There are {len(images)} images and the landmarks are {landmarks.shape}; "
            "(images, landmarks, axes) is needed."
        )
    steps = _symmetric_steps(radius_mm, step_mm)
    mean: NDArray[np.float64] = np.zeros(())
    for given, own in zip(images, landmarks, strict=True):
        image, points, widths = _image_and_points(given, own, spacing)
        grid = np.stack(np.meshgrid(*[steps] * image.ndim, indexing="ij"), axis=-1)
        places = points.reshape(-1, *[1] * image.ndim, image.ndim) + grid
        mean = mean + _normalized(_sampled(image, places, widths), image.ndim)
    return mean / len(images)


def best_matches(
    image: ArrayLike,
    points_mm: ArrayLike,
    patches: ArrayLike,
    spacing: ArrayLike,
    *,
    reach_mm: float = 8.0,
    step_mm: float = 2.0,
) -> NDArray[np.float64]:
    """Find the place near each landmark whose surroundings correlate best with its patch.

    Parameters
    ----------
    image : array with D axes
        Blurred; beyond it the value of its border holds.
    points_mm : (K, D) array
        Landmarks.
    patches : (K, P, ..., P) array with 1 + D axes
        Of `landmark_patches`, with points `step_mm` apart.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    reach_mm : float
        How far to search.
    step_mm : float
        Distance between the points of a patch and between the places that are looked at.

    Returns
    -------
    (K, D) float64 array
        Offset dx of each landmark in mm; 0 where all is flat. Of equally good places the nearest
        counts.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the arrays do not fit each other, or a length is not
        positive.

    References
    ----------
    .. [1] Cristinacce and Cootes, Pattern Recognition 41(10), 2008.
       doi:10.1016/j.patcog.2008.01.024

    Examples
    --------
    >>> image = np.random.default_rng(1).normal(size=(20, 20))
    >>> patches = landmark_patches([image], [[[9, 9]]], 1.0, radius_mm=2, step_mm=1)
    >>> best_matches(image, [[7, 10]], patches, 1.0, reach_mm=4, step_mm=1).tolist()
    [[2.0, -1.0]]
    """
    image, points, spacing = _image_and_points(image, points_mm, spacing)
    patches = as_numbers(patches).astype(np.float64)
    finite_range(patches)
    sides = set(patches.shape[1:])
    fits = patches.ndim == 1 + image.ndim and len(patches) == len(points)
    if not fits or len(sides) != 1 or min(sides) % 2 == 0:
        raise ValueError(
            f"The patches are {patches.shape} for {len(points)} points of {image.ndim} axes; one "
            "patch for each point, with the same odd number of points along each axis."
        )
    around = _around(reach_mm, step_mm, image.ndim)
    side = min(sides)
    steps = (np.arange(side) - side // 2) * step_mm
    grid = np.stack(np.meshgrid(*[steps] * image.ndim, indexing="ij"), axis=-1)
    centers = points[:, None] + around
    places = centers.reshape(*centers.shape[:2], *[1] * image.ndim, image.ndim) + grid
    seen = _normalized(_sampled(image, places, spacing), image.ndim)
    seen = seen.reshape(*centers.shape[:2], -1)
    likeness = np.einsum("kcp,kp->kc", seen, patches.reshape(len(patches), -1))
    return around[(likeness >= likeness.max(axis=1, keepdims=True) - 1e-9).argmax(axis=1)]


def _around(reach_mm: float, step_mm: float, axes: int) -> NDArray[np.floating]:
    """Return offsets on a grid within a ball, nearest first."""
    steps = _symmetric_steps(reach_mm, step_mm)
    grid = np.stack(np.meshgrid(*[steps] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    far = np.linalg.norm(grid, axis=1)
    nearest_first = far.argsort(kind="stable")
    return grid[nearest_first[far[nearest_first] <= reach_mm + 1e-9]]


def _symmetric_steps(reach_mm: float, step_mm: float) -> NDArray[np.float64]:
    """Return steps from -reach to reach with 0 among them."""
    require_positive(reach_mm, "reach")
    require_positive(step_mm, "step")
    count = int(reach_mm / step_mm + 1e-9)
    return np.arange(-count, count + 1, dtype=np.float64) * step_mm


def _image_and_points(
    image: ArrayLike, points_mm: ArrayLike, spacing: ArrayLike
) -> tuple[NDArray[np.floating], NDArray[np.float64], NDArray[np.float64]]:
    """Return an image, points in it, and the spacing, checked."""
    image, points = as_numbers(image), as_shapes(points_mm)
    finite_range(image)
    if points.ndim != 2 or points.shape[1] != image.ndim:
        raise ValueError(
            f"The points are {points.shape} and the image has {image.ndim} axes; "
            "(landmarks, axes) is needed."
        )
    return as_floating(image), points, as_spacing(spacing, image.ndim)


def _sampled(image: NDArray, places_mm: NDArray, spacing: NDArray) -> NDArray[np.floating]:
    """Return the values of an image at points (..., D) in mm."""
    return linear_values(image, list(np.moveaxis(places_mm / spacing, -1, 0)))


def _normalized(patches: NDArray[np.floating], axes: int) -> NDArray[np.float64]:
    """Bring each patch to mean 0 and deviation 1; flat ones become 0."""
    over = tuple(range(-axes, 0))
    patches = patches - patches.mean(axis=over, keepdims=True, dtype=np.float64)
    deviations = np.sqrt(np.square(patches).mean(axis=over, keepdims=True))
    flat = deviations <= 1e-6 * np.abs(patches).max()
    return np.where(flat, 0.0, patches / np.where(flat, 1.0, deviations))
