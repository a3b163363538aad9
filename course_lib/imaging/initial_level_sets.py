"""Level sets to start a contour from. Slide 89.

Both are flat, with values from -1 to 1 near the contour, so that all of the image pulls at once. A
signed distance is steep and moves slowly.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_row, require_positive


def circle(
    shape: tuple[int, ...], center: ArrayLike | None = None, radius: float | None = None
) -> NDArray[np.float32]:
    """Make a level set whose contour is a circle, or in 3-D a sphere.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    center : (D,) array, optional
        Index of the centre; the middle of the image by default.
    radius : float, optional
        In pixels; a third of the shortest side by default.

    Returns
    -------
    float32 array
        1 - distance / radius: 1 in the centre, 0 on the circle. Times the radius it is the signed
        distance in pixels.

    Raises
    ------
    ValueError
        If the shape is empty, the centre does not fit, or the radius is not positive.

    Examples
    --------
    >>> circle((1, 5), radius=2)
    array([[0. , 0.5, 1. , 0.5, 0. ]], dtype=float32)
    """
    shape = _shape(shape)
    middle = [(side - 1) / 2 for side in shape]
    center = as_row(middle if center is None else center, "centre")
    if center.size != len(shape):
        raise ValueError(f"The centre has {center.size} coordinates, the image {len(shape)} axes.")
    radius = min(shape) / 3 if radius is None else radius
    require_positive(radius, "radius")
    squares = sum(np.square(i - c) for i, c in zip(np.ogrid[_slices(shape)], center, strict=True))
    return (1 - np.sqrt(squares) / radius).astype(np.float32)


def checkerboard(shape: tuple[int, ...], square: float = 5.0) -> NDArray[np.float32]:
    """Make a level set whose contours are the lines of a checkerboard.

    It is everywhere near a contour, so it finds objects wherever they are. Which side becomes the
    object is left to chance.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    square : float
        Side of a square in pixels.

    Returns
    -------
    float32 array
        Product of sin(pi i / square) over the axes.

    Raises
    ------
    ValueError
        If the shape is empty or the side is not positive.

    References
    ----------
    .. [1] Getreuer, Image Processing On Line 2, 2012. doi:10.5201/ipol.2012.g-cv

    Examples
    --------
    >>> np.sign(checkerboard((2, 6), square=2.5)[1]).astype(int).tolist()
    [0, 1, 1, -1, -1, 0]
    """
    shape = _shape(shape)
    require_positive(square, "side of a square")
    board = np.ones(shape, np.float32)
    for index in np.ogrid[_slices(shape)]:
        wave = np.sin(np.pi * index / square)
        board *= np.where(np.abs(wave) < 1e-12, 0, wave).astype(np.float32)  # no rounding at 0
    return board


def _shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape that holds at least one pixel."""
    if len(shape) == 0 or min(shape) < 1:
        raise ValueError(f"The shape is {shape}; at least one axis of at least one pixel needed.")
    return tuple(shape)


def _slices(shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return what `np.ogrid` needs for a shape."""
    return tuple(slice(0, side) for side in shape)
