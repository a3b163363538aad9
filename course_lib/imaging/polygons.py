"""Closed polygons: the corners that matter, and how they are packed. Points are (x, y)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def drop_collinear(points: ArrayLike) -> NDArray:
    """Keep the points of a closed polygon at which it turns.

    Parameters
    ----------
    points : (N, 2) array
        Corners (x, y) in order; the last is joined to the first.

    Returns
    -------
    (M, 2) array
        The corners, in the same order and dtype. Repeated points go too.

    Raises
    ------
    ValueError
        If the shape is not (N, 2), a coordinate is not finite, or fewer than three corners
        are left: such points enclose no area.

    References
    ----------
    .. [1] Lecture, slide 7: 9 points become 4.

    Examples
    --------
    >>> drop_collinear([[0, 0], [2, 0], [4, 0], [4, 3], [0, 3]]).tolist()
    [[0, 0], [4, 0], [4, 3], [0, 3]]
    """
    points = checked_points(points)
    distinct = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    arriving = distinct - np.roll(distinct, 1, axis=0)
    leaving = np.roll(distinct, -1, axis=0) - distinct
    cross = arriving[:, 0] * leaving[:, 1] - arriving[:, 1] * leaving[:, 0]
    turns_back = (arriving * leaving).sum(axis=1) < 0
    corners = distinct[(cross != 0) | turns_back]
    if len(corners) < 3:
        raise ValueError(f"Of {len(points)} points {len(corners)} are corners; an area has 3.")
    return corners


def simplify(points: ArrayLike, tolerance: float) -> NDArray:
    """Drop the points of a closed polygon that lie near the line between those that are kept.

    Parameters
    ----------
    points : (N, 2) array
        Corners (x, y) in order.
    tolerance : float
        Largest distance of a dropped point from the new outline, in pixels.

    Returns
    -------
    (M, 2) array
        Some of the points. None (M = 0) when what is left encloses no area, since the region is
        then no larger than the tolerance.

    Raises
    ------
    ValueError
        If the tolerance is negative or not finite, or the points are not a polygon.

    References
    ----------
    .. [1] Douglas and Peucker, Cartographica 10(2), 1973. doi:10.3138/FM57-6770-U75U-7727

    Examples
    --------
    >>> simplify([[0, 0], [5, 1], [10, 0], [10, 8], [0, 8]], tolerance=1.5).tolist()
    [[0, 0], [10, 0], [10, 8], [0, 8]]
    """
    if not (np.isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"tolerance is {tolerance} pixels; it must be 0 or more.")
    corners = drop_collinear(points)
    ring = np.concatenate([corners, corners[:1]]).astype(np.float64)
    farthest = int(np.argmax(np.hypot(*(ring - ring[0]).T)))
    kept = np.zeros(len(ring), dtype=bool)
    kept[[0, farthest]] = True
    parts = [(0, farthest), (farthest, len(ring) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        distances = _distances(ring[first + 1 : last], ring[first], ring[last])
        worst = first + 1 + int(np.argmax(distances))
        if distances.max() > tolerance:
            kept[worst] = True
            parts += [(first, worst), (worst, last)]
    return corners[kept[:-1]] if kept.sum() >= 3 else corners[:0]


def pack(points: ArrayLike) -> NDArray:
    """Pack points as ``[x1, ..., xn, y1, ..., yn]``.

    Parameters
    ----------
    points : (N, 2) array
        Points (x, y).

    Returns
    -------
    (2N,) array
        All x, then all y.

    Raises
    ------
    ValueError
        If the shape is not (N, 2) or a coordinate is not finite.

    References
    ----------
    .. [1] Lecture, slide 7.

    Examples
    --------
    >>> pack([[0, 1], [4, 2], [3, 8]])
    array([0, 4, 3, 1, 2, 8])
    """
    return checked_points(points).T.ravel()


def unpack(packed: ArrayLike) -> NDArray:
    """Return the points of a packed outline; the inverse of `pack`.

    Parameters
    ----------
    packed : (2N,) array
        All x, then all y.

    Returns
    -------
    (N, 2) array
        Points (x, y).

    Raises
    ------
    ValueError
        If there is not one row of an even number of coordinates, as many y as x.

    Examples
    --------
    >>> unpack([0, 4, 3, 1, 2, 8]).tolist()
    [[0, 1], [4, 2], [3, 8]]
    """
    packed = np.asarray(packed)
    if packed.ndim != 1 or packed.size % 2:
        raise ValueError(f"The shape is {packed.shape}; one row of as many y as x is needed.")
    return packed.reshape(2, -1).T


def checked_points(points: ArrayLike) -> NDArray:
    """Return points as an array of (x, y), or say what is wrong with them.

    Parameters
    ----------
    points : (N, 2) array
        Points (x, y).

    Returns
    -------
    (N, 2) array
        The same numbers; unsigned ones as int64, since their differences would wrap around.

    Raises
    ------
    ValueError
        If the shape is not (N, 2) or a coordinate is not a finite number.

    Examples
    --------
    >>> checked_points(np.array([[3, 1], [1, 2]], dtype=np.uint8)).dtype
    dtype('int64')
    """
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "iuf":
        raise ValueError(f"The points have the shape {points.shape}; (N, 2) numbers are needed.")
    if points.dtype.kind == "u":
        points = points.astype(np.int64)
    if not np.isfinite(points).all():
        raise ValueError("A coordinate is NaN or infinite.")
    return points


def _distances(points: NDArray, start: NDArray, end: NDArray) -> NDArray[np.float64]:
    """Measure the distance of points from the segment between two others."""
    along = end - start
    length = float(along @ along)
    place = np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
    return np.hypot(*(points - start - place[:, None] * along).T)
