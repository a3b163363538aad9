"""Level sets: a contour is where a function phi is 0; inside, phi is positive.

Smooth forms of the step at the contour, its length and its curvature. They hold for any number of
axes: in 3-D the contour is a surface and its length an area. Lengths are in pixels. float32 stays
float32. Slides 88 and 89.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, finite_range, require_positive
from course_lib.imaging.interpolation import as_floating

_FLAT = 1e-8  # added to squared slopes: where phi is flat it has no direction


def heaviside(phi: ArrayLike, epsilon: float = 1.0) -> NDArray[np.floating]:
    """Step smoothly from 0 outside to 1 inside: 1/2 + arctan(phi / epsilon) / pi.

    Parameters
    ----------
    phi : array
        Level set.
    epsilon : float
        How wide the step is, in units of phi; a quarter and three quarters are reached there.

    Returns
    -------
    floating array
        Between 0 and 1; 1/2 on the contour.

    Raises
    ------
    ValueError
        If phi is empty or holds NaN, or epsilon is not positive.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291
    .. [2] Lecture, slide 89.

    Examples
    --------
    >>> heaviside(np.array([-1.0, 0.0, 1.0]))
    array([0.25, 0.5 , 0.75])
    """
    require_positive(epsilon, "epsilon")
    step = np.arctan(as_level_set(phi) / epsilon)
    step /= np.pi
    step += 0.5
    return step


def delta(phi: ArrayLike, epsilon: float = 1.0) -> NDArray[np.floating]:
    """Return the slope of `heaviside`: epsilon / pi / (epsilon^2 + phi^2).

    Parameters
    ----------
    phi : array
        Level set.
    epsilon : float
        How wide the peak is, in units of phi.

    Returns
    -------
    floating array
        Largest on the contour, 1 / (pi epsilon); nowhere 0, so that all of the image is heard.

    Raises
    ------
    ValueError
        If phi is empty or holds NaN, or epsilon is not positive.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291

    Examples
    --------
    >>> (np.pi * delta(np.array([-1.0, 0.0, 1.0]))).round(6)
    array([0.5, 1. , 0.5])
    """
    require_positive(epsilon, "epsilon")
    return delta_values(as_level_set(phi), epsilon)


def curvature(phi: ArrayLike) -> NDArray[np.floating]:
    """Measure how much the lines of equal phi bend: div(grad phi / |grad phi|).

    Slopes are differences to the next pixel, the divergence is taken back from them, so that the
    two belong together as a length and what shortens it. Beyond the image phi goes on as at its
    border.

    Parameters
    ----------
    phi : array
        Level set.

    Returns
    -------
    floating array
        In 1/pixel: -1/r on a circle of radius r around the inside, 0 on a straight line.

    Raises
    ------
    ValueError
        If phi is empty or holds NaN.

    References
    ----------
    .. [1] Osher and Sethian, Journal of Computational Physics 79(1), 1988.
       doi:10.1016/0021-9991(88)90002-2
    .. [2] Rudin, Osher and Fatemi, Physica D 60(1), 1992: the same differences.
       doi:10.1016/0167-2789(92)90242-F

    Examples
    --------
    >>> y, x = np.indices((41, 41)) - 20
    >>> bending = curvature(10 - np.hypot(y, x))
    >>> round(float(bending[20, 30]), 2)
    -0.1
    """
    return curvature_values(as_level_set(phi))


def contour_length(phi: ArrayLike, epsilon: float = 1.0) -> float:
    """Measure the contour: the sum of |grad H(phi)|.

    Parameters
    ----------
    phi : array
        Level set.
    epsilon : float
        How wide the step H is, in units of phi. A step much narrower than a pixel counts the
        stairs of the pixels.

    Returns
    -------
    float
        In pixels; in 3-D the area of the surface.

    Raises
    ------
    ValueError
        If phi is empty or holds NaN, or epsilon is not positive.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291
    .. [2] Lecture, slide 89.

    Examples
    --------
    >>> y, x = np.indices((201, 201)) - 100
    >>> bool(abs(contour_length(40 - np.hypot(y, x), epsilon=0.5) / (2 * np.pi * 40) - 1) < 0.02)
    True
    """
    slopes = _slopes(heaviside(phi, epsilon))
    return float(np.sqrt(sum(np.square(slope) for slope in slopes)).sum(dtype=np.float64))


def as_level_set(phi: ArrayLike) -> NDArray[np.floating]:
    """Return a level set as a floating array of finite values.

    Raises
    ------
    ValueError
        If it is empty, holds NaN or no real numbers, or has no axes.

    Examples
    --------
    >>> as_level_set([[1, -1]]).dtype
    dtype('float64')
    """
    phi = as_numbers(phi)
    if phi.ndim == 0:
        raise ValueError("The level set is a single number; at least one axis is needed.")
    finite_range(phi)
    return as_floating(phi)


def delta_values(phi: NDArray[np.floating], epsilon: float) -> NDArray[np.floating]:
    """Return `delta` without any check.

    Examples
    --------
    >>> (np.pi * delta_values(np.zeros(2), 0.5)).round(6)
    array([2., 2.])
    """
    peak = phi * phi
    peak += epsilon**2
    return np.divide(epsilon / np.pi, peak, out=peak)


def curvature_values(phi: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return `curvature` without any check.

    Examples
    --------
    >>> curvature_values(np.array([[0.0, 1.0], [0.0, 1.0]])).round(6).tolist()
    [[1.0, -1.0], [1.0, -1.0]]
    """
    slopes = _slopes(phi)
    steepness = slopes[0] * slopes[0]
    for slope in slopes[1:]:
        steepness += slope * slope
    steepness += _FLAT
    np.sqrt(steepness, out=steepness)
    bending = np.zeros_like(phi)
    for axis, slope in enumerate(slopes):
        direction = np.divide(slope, steepness, out=slope)
        bending += direction
        before, after = _neighbours(axis)
        bending[after] -= direction[before]
    return bending


def _slopes(phi: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """Return the differences to the next pixel along each axis; 0 at the last one."""
    slopes = []
    for axis in range(phi.ndim):
        before, after = _neighbours(axis)
        slope = np.zeros_like(phi)
        np.subtract(phi[after], phi[before], out=slope[before])
        slopes.append(slope)
    return slopes


def _neighbours(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return what selects all pixels but the last along an axis, and all but the first."""
    whole = (slice(None),) * axis
    return (*whole, slice(None, -1)), (*whole, slice(1, None))
