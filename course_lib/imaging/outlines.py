"""Regions as outlines.

An outline runs along the edges of the pixels, not through their centres. The pixel in row r and
column c covers the square from the corner (x, y) = (c, r) to the corner (c + 1, r + 1). The
outlines of a mask are all closed polygons between region and background, holes included, and a
pixel belongs to the region when its centre is enclosed an odd number of times. So every mask comes
back exactly: holes, islands in holes, single pixels, regions at the border and regions that touch
at a corner. An outline through the centres of the boundary pixels cannot do that: it says nothing
of holes, and a line of pixels encloses no area.

Points are (x, y), as on the slide; arrays are indexed (row, column), which is (y, x).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.polygons import checked_points
from course_lib.imaging.surface_distances import surface

# Outside neighbour (row, column), and the pixel's edge towards it as corners (x, y) from start to
# end; the pixel lies on the right-hand side of who walks.
_EDGES = (
    ((-1, 0), (0, 0), (1, 0)),
    ((0, 1), (1, 0), (1, 1)),
    ((1, 0), (1, 1), (0, 1)),
    ((0, -1), (0, 1), (0, 0)),
)


def boundary_pixels(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the pixels of a region that have a neighbour outside (left, right, above, below).

    Parameters
    ----------
    mask : (Y, X) bool array
        The region; beyond the image is outside.

    Returns
    -------
    (Y, X) bool array
        The boundary pixels.

    Raises
    ------
    ValueError
        If the mask is not bool, not two-dimensional, or empty.

    Examples
    --------
    >>> boundary_pixels(np.ones((3, 3), dtype=bool)).sum()
    np.int64(8)
    """
    return surface(_region(mask))


def trace(mask: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Follow the edges between region and background.

    Parameters
    ----------
    mask : (Y, X) bool array
        The region.

    Returns
    -------
    list of (N, 2) integer arrays
        One closed polygon of corners (x, y) for each border, a point after every pixel edge. Outer
        borders run clockwise on the screen, borders of holes the other way round. The first point
        is not repeated at the end.

    Raises
    ------
    ValueError
        If the mask is not bool, not two-dimensional, or empty.

    References
    ----------
    .. [1] Rosenfeld and Kak, Digital Picture Processing, 2nd ed., 1982: crack following.
    .. [2] Lecture, slide 7.

    Examples
    --------
    >>> [outline.tolist() for outline in trace(np.array([[True]]))]
    [[[0, 0], [1, 0], [1, 1], [0, 1]]]
    """
    starts, ends, pixels = _steps(_region(mask))
    # As many steps end at a corner as start there: one, or two where two pixels touch diagonally.
    # Sorted by corner and pixel they pair off, and a walk stays with its pixel.
    arriving = np.lexsort((pixels, *ends.T))
    leaving = np.lexsort((pixels, *starts.T))
    following = np.empty_like(arriving)
    following[arriving] = leaving
    return [starts[cycle] for cycle in _cycles(following)]


def fill(outlines: Sequence[ArrayLike], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Mark the pixels whose centre is enclosed an odd number of times; the inverse of `trace`.

    Parameters
    ----------
    outlines : sequence of (N, 2) arrays
        Closed polygons of corners (x, y); what lies beyond the image is cut off.
    shape : tuple of int
        Rows and columns of the mask.

    Returns
    -------
    (Y, X) bool array
        The region.

    Raises
    ------
    ValueError
        If a polygon is not (N, 2) or not finite, or the shape is not two whole numbers above 0.

    References
    ----------
    .. [1] Foley et al., Computer Graphics: Principles and Practice, 2nd ed., 1990, section 3.6:
       the odd-parity rule along scan lines.

    Examples
    --------
    >>> fill([[[1, 0], [3, 0], [3, 1], [1, 1]]], (2, 4)).astype(int)
    array([[0, 1, 1, 0],
           [0, 0, 0, 0]])
    """
    height, width = _checked_shape(shape)
    polygons = [checked_points(points) for points in outlines if len(np.asarray(points))]
    if not polygons:
        return np.zeros((height, width), dtype=bool)
    (x0, y0), (x1, y1) = (
        np.concatenate([np.roll(p, -step, axis=0) for p in polygons]).T for step in (0, 1)
    )
    # An edge crosses the centre lines of the rows from `first` up to, not including, `beyond`.
    first, beyond = (
        np.clip(np.ceil(y - 0.5), 0, height).astype(np.intp)
        for y in (np.minimum(y0, y1), np.maximum(y0, y1))
    )
    edge = np.repeat(np.arange(len(x0)), beyond - first)
    nth = np.arange(len(edge)) - np.searchsorted(edge, edge)
    row = first[edge] + nth
    x = x0[edge] + (row + 0.5 - y0[edge]) * (x1 - x0)[edge] / (y1 - y0)[edge]
    column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.intp)
    crossings = np.bincount(row * (width + 1) + column, minlength=height * (width + 1))
    to_the_left = np.cumsum(crossings.reshape(height, width + 1)[:, :width], axis=1)
    return to_the_left % 2 == 1


def _steps(mask: NDArray[np.bool_]) -> tuple[NDArray, NDArray, NDArray]:
    """Return the pixel edges at the border: start corners, end corners, number of the pixel."""
    height, width = mask.shape
    inside = np.pad(mask, 1)
    starts, ends, pixels = [], [], []
    for (down, right), start, end in _EDGES:
        neighbour = inside[1 + down : 1 + down + height, 1 + right : 1 + right + width]
        rows, columns = np.nonzero(mask & ~neighbour)
        corner = np.column_stack([columns, rows])
        starts.append(corner + start)
        ends.append(corner + end)
        pixels.append(rows * width + columns)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(pixels)


def _cycles(following: NDArray[np.intp]) -> list[list[int]]:
    """Split "which comes after which" into closed walks."""
    after = following.tolist()
    seen = bytearray(len(after))
    cycles = []
    for start in range(len(after)):
        cycle, here = [], start
        while not seen[here]:
            seen[here] = 1
            cycle.append(here)
            here = after[here]
        if cycle:
            cycles.append(cycle)
    return cycles


def _region(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask, or say why it has no outline."""
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.ndim != 2:
        raise ValueError(f"The mask is {mask.dtype} of shape {mask.shape}; (Y, X) bool is needed.")
    if not mask.any():
        raise ValueError("The mask is empty; it has no outline.")
    return mask


def _checked_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns, or say what is wrong with them."""
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"The shape is {tuple(shape)}; rows and columns of at least 1 are needed.")
    return int(shape[0]), int(shape[1])
