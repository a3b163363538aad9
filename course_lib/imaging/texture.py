"""Local binary patterns: a code for the texture around every pixel.

Each neighbour is compared with the pixel in the middle; one that is equal or brighter gives 1, a
darker one 0. The bits are read clockwise from the top left, the first counts most. Beyond its
border an image is continued with the value of the nearest border pixel; to leave pixels out whose
neighbours are not all in the image, cut off the border of the codes. Slides 49 to 52.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, require_count, require_finite

# Steps to the 8 neighbours (down, right), clockwise from the top left.
NEIGHBORS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
MOST_POINTS = 32  # bits of the largest code


def lbp_bits(patch: ArrayLike) -> NDArray[np.uint8]:
    """Compare the 8 neighbours of a pixel with it.

    Parameters
    ----------
    patch : (3, 3) array
        The pixel is in the middle.

    Returns
    -------
    (8,) uint8 array
        1 where neighbour >= middle, else 0; clockwise from the top left.

    Raises
    ------
    ValueError
        If the patch has another shape or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 49 to 52.
    .. [2] Ojala, Pietikainen and Harwood, Pattern Recognition 29(1), 1996.
       doi:10.1016/0031-3203(95)00067-4

    Examples
    --------
    >>> lbp_bits([[6, 8, 15], [15, 10, 17], [10, 9, 20]])
    array([0, 0, 1, 1, 1, 0, 1, 1], dtype=uint8)
    """
    patch = as_numbers(patch)
    if patch.shape != (3, 3):
        raise ValueError(f"The patch has the shape {patch.shape}; (3, 3) is needed.")
    require_finite(patch)
    around = np.array([patch[1 + down, 1 + right] for down, right in NEIGHBORS])
    return (around >= patch[1, 1]).astype(np.uint8)


def code_of_bits(bits: ArrayLike) -> int:
    """Read bits as a number; the first counts most.

    Parameters
    ----------
    bits : (P,) array
        0 or 1 each; at most 32.

    Returns
    -------
    int
        Sum over bit k times 2^(P - 1 - k).

    Raises
    ------
    ValueError
        If there is no bit, there are too many, or one is neither 0 nor 1.

    References
    ----------
    .. [1] Lecture, slide 49.

    Examples
    --------
    >>> code_of_bits([0, 0, 1, 1, 1, 0, 1, 1])
    59
    """
    row = as_numbers(bits)
    if row.ndim != 1 or not 1 <= row.size <= MOST_POINTS or not np.isin(row, (0, 1)).all():
        raise ValueError(
            f"The bits are {row.tolist()}; one row of 1 to {MOST_POINTS} zeros and ones is needed."
        )
    weights = 2 ** np.arange(row.size)[::-1]
    return int(row.astype(np.int64) @ weights)


def lbp_code(patch: ArrayLike) -> int:
    """Return the code of the pixel in the middle of a patch.

    Parameters
    ----------
    patch : (3, 3) array
        The pixel and its neighbours.

    Returns
    -------
    int
        0 to 255: 255 where no neighbour is darker, 0 where all are.

    Raises
    ------
    ValueError
        If the patch has another shape or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 49 to 52.

    Examples
    --------
    >>> lbp_code([[6, 4, 6], [15, 5, 4], [10, 9, 3]])
    167
    """
    return code_of_bits(lbp_bits(patch))


def lbp_image(image: ArrayLike) -> NDArray[np.uint8]:
    """Return the code of every pixel.

    All pixels are compared at once: the image, moved by one pixel, with the image itself.

    Parameters
    ----------
    image : (..., Y, X) array
        Each slice is coded alone.

    Returns
    -------
    (..., Y, X) uint8 array
        The `lbp_code` of each pixel. Beyond the border the nearest border pixel counts.

    Raises
    ------
    ValueError
        If the image has fewer than 2 axes, is empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 49 to 53.

    Examples
    --------
    >>> lbp_image([[6, 8, 15], [15, 10, 17], [10, 9, 20]])[1, 1]
    np.uint8(59)
    """
    image = _as_slices(image)
    padded = _padded(image, 1)
    codes = np.zeros(image.shape, np.uint8)
    for down, right in NEIGHBORS:
        codes *= 2
        codes += _window(padded, 1 + down, 1 + right, image.shape) >= image
    return codes


def circle_offsets(radius: float, points: int) -> NDArray[np.float64]:
    """Return where the points of a circle lie that are compared with its centre.

    Parameters
    ----------
    radius : float
        In pixels.
    points : int
        2 to 32, equally far apart.

    Returns
    -------
    (points, 2) float64 array
        Down and right of the centre, in pixels; clockwise, the first toward the top left.

    Raises
    ------
    ValueError
        If the radius is not positive, or there are too few or too many points.

    References
    ----------
    .. [1] Lecture, slide 49.

    Examples
    --------
    >>> circle_offsets(math.sqrt(2), 4)
    array([[-1., -1.],
           [-1.,  1.],
           [ 1.,  1.],
           [ 1., -1.]])
    """
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(f"The radius is {radius:g} pixels; it must be positive and finite.")
    require_points(points)
    angles = 3 * np.pi / 4 - 2 * np.pi * np.arange(points) / points
    offsets = radius * np.stack([-np.sin(angles), np.cos(angles)], axis=1)
    return offsets.round(9) + 0.0  # whole numbers stay whole; no -0.0


def circular_lbp(image: ArrayLike, radius: float, points: int) -> NDArray[np.unsignedinteger]:
    """Return the code of every pixel from points on a circle around it.

    Between pixels, values are interpolated linearly. 8 points at radius 1 differ from `lbp_image`,
    whose diagonal neighbours lie sqrt(2) away.

    Parameters
    ----------
    image : (..., Y, X) array
        Each slice is coded alone.
    radius : float
        In pixels; how coarse the texture is.
    points : int
        2 to 32; how finely directions are told apart.

    Returns
    -------
    (..., Y, X) array of uint8, uint16 or uint32
        The smallest type that holds the bits. 1 where point >= centre; clockwise from the top
        left, the first bit counts most. (scikit-image: anticlockwise from the right, the first
        counts least.) Beyond the border the nearest border pixel counts.

    Raises
    ------
    ValueError
        As `lbp_image` and `circle_offsets`.

    References
    ----------
    .. [1] Ojala, Pietikainen and Maenpaa, IEEE Trans. Pattern Analysis and Machine Intelligence
       24(7), 2002. doi:10.1109/TPAMI.2002.1017623
    .. [2] Lecture, slide 49.

    Examples
    --------
    >>> stripes = np.tile([0, 9, 0, 9, 0], (5, 1))
    >>> [f"{code:08b}" for code in circular_lbp(stripes, 1, 8)[2, 1:3]]
    ['01000100', '11111111']
    """
    offsets = circle_offsets(radius, points)
    image = as_floating(_as_slices(image))
    reach = math.ceil(radius)
    padded = _padded(image, reach)
    codes = np.zeros(image.shape, np.min_scalar_type(2**points - 1))
    for offset in offsets:
        codes *= 2
        codes += _moved(padded, offset + reach, image.shape) >= image
    return codes


def require_points(points: int) -> None:
    """Refuse a number of points that makes no code.

    Raises
    ------
    ValueError
        If it is not a whole number of 2 to 32.
    """
    require_count(points, "points")
    if not 2 <= points <= MOST_POINTS:
        raise ValueError(f"There are {points} points; 2 to {MOST_POINTS} are allowed.")


def _as_slices(image: ArrayLike) -> NDArray:
    """Return one slice or several as an array of finite numbers."""
    array = as_numbers(image)
    if array.ndim < 2:
        raise ValueError(f"The image has {array.ndim} axes; at least 2 are needed.")
    require_finite(array)
    return array


def _padded(image: NDArray, reach: int) -> NDArray:
    """Continue the slices beyond their border."""
    return np.pad(image, [(0, 0)] * (image.ndim - 2) + [(reach, reach)] * 2, mode="edge")


def _window(padded: NDArray, top: int, left: int, shape: tuple[int, ...]) -> NDArray:
    """Return a view of padded slices that begins there and has the given height and width."""
    return padded[..., top : top + shape[-2], left : left + shape[-1]]


def _moved(padded: NDArray, corner: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray:
    """Return the window whose corner lies between pixels, interpolated linearly."""
    top, left = (math.floor(place) for place in corner)
    down, right = float(corner[0] - top), float(corner[1] - left)
    height, width = shape[-2] + (down > 0), shape[-1]
    window = _window(padded, top, left, (height, width))
    if right > 0:
        window = _mix(window, _window(padded, top, left + 1, (height, width)), right)
    if down > 0:
        window = _mix(window[..., :-1, :], window[..., 1:, :], down)
    return window


def _mix(first: NDArray, second: NDArray, share: float) -> NDArray:
    """Go from the first toward the second; equal values stay exactly equal."""
    return first + share * (second - first)
