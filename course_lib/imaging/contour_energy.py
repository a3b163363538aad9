"""The energy of a contour that divides an image into two even parts, and the step that lowers it.

The energy of Chan and Vese, E = mu Length(phi) + lambda_i sum H(phi) (u0 - c_i)^2
+ lambda_o sum H(-phi) (u0 - c_o)^2, falls when phi moves by its negative derivative,
delta(phi) (mu curvature - lambda_i (u0 - c_i)^2 + lambda_o (u0 - c_o)^2). Images of any number of
axes; 2-D and 3-D make sense. Slide 89.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_numbers,
    finite_range,
    require_positive,
    require_same_shape,
)
from course_lib.imaging.interpolation import as_floating
from course_lib.imaging.level_sets import (
    as_level_set,
    contour_length,
    curvature_values,
    delta_values,
    heaviside,
)


class RegionMeans(NamedTuple):
    """Mean of an image inside and outside a contour, in its unit."""

    inside: float
    outside: float


def region_means(image: ArrayLike, phi: ArrayLike) -> RegionMeans:
    """Average an image inside and outside a contour: the lecture's c_i and c_o.

    Every pixel counts fully on its side. Weighted with a wide Heaviside, as in the paper, the two
    means would be nearly the same where the level set is flat, and the contour would hardly move.

    Parameters
    ----------
    image : array
        Any unit.
    phi : array of the same shape
        Level set; positive is inside, 0 and below outside.

    Returns
    -------
    RegionMeans
        In the unit of the image.

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN, or nothing lies on one of the sides.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291
    .. [2] Lecture, slide 89.

    Examples
    --------
    >>> region_means([1.0, 3.0, 10.0], [-1.0, -1.0, 1.0])
    RegionMeans(inside=10.0, outside=2.0)
    """
    image, phi = as_image_and_level_set(image, phi)
    means = mean_values(image, phi > 0)
    if means is None:
        raise ValueError("All of the image lies on one side of the contour; the other is empty.")
    return means


def energy(
    image: ArrayLike,
    phi: ArrayLike,
    inside: float,
    outside: float,
    *,
    mu: float = 0.1,
    lambda_i: float = 1.0,
    lambda_o: float = 1.0,
    epsilon: float = 1.0,
) -> float:
    """Weigh the length of a contour and how uneven the image is on its two sides.

    Parameters
    ----------
    image : array
        Any unit.
    phi : array of the same shape
        Level set.
    inside, outside : float
        The means c_i and c_o, in the unit of the image; see `region_means`.
    mu : float
        Weight of the length, in squared units of the image times pixels.
    lambda_i, lambda_o : float
        Weights of the squared differences inside and outside.
    epsilon : float
        Width of the Heaviside, in units of phi.

    Returns
    -------
    float
        mu Length + lambda_i sum H(phi) (u0 - c_i)^2 + lambda_o sum H(-phi) (u0 - c_o)^2.

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN, a weight is negative, or epsilon is
        not positive.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291
    .. [2] Lecture, slide 89.

    Examples
    --------
    >>> round(energy([0.0, 2.0, 5.0], [-1e9, -1e9, 1e9], 5.0, 0.0, mu=10.0), 6)
    14.0
    """
    require_weights(mu, lambda_i, lambda_o)
    image, phi = as_image_and_level_set(image, phi)
    within = heaviside(phi, epsilon)
    uneven_inside = (within * np.square(image - inside)).sum(dtype=np.float64)
    uneven_outside = ((1 - within) * np.square(image - outside)).sum(dtype=np.float64)
    length = contour_length(phi, epsilon) if mu else 0.0
    return float(mu * length + lambda_i * uneven_inside + lambda_o * uneven_outside)


def update(
    image: ArrayLike,
    phi: ArrayLike,
    inside: float,
    outside: float,
    *,
    mu: float = 0.1,
    lambda_i: float = 1.0,
    lambda_o: float = 1.0,
    step: float = 2.0,
    epsilon: float = 1.0,
) -> NDArray[np.floating]:
    """Move a level set one step against the derivative of the energy.

    Parameters
    ----------
    image : array
        Scaled so that its contrast is about 1.
    phi : array of the same shape
        Level set.
    inside, outside : float
        The means c_i and c_o.
    mu : float
        Weight of the length. The larger, the smoother the contour.
    lambda_i, lambda_o : float
        Weights of the squared differences inside and outside.
    step : float
        How far to move. Too far, and the energy rises.
    epsilon : float
        Width of the delta, in units of phi.

    Returns
    -------
    floating array
        phi + step delta(phi) (mu curvature - lambda_i (u0 - c_i)^2 + lambda_o (u0 - c_o)^2).

    Raises
    ------
    ValueError
        If the shapes differ, an array is empty or holds NaN, a weight is negative, or the step or
        epsilon is not positive.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291

    Examples
    --------
    >>> update(np.array([0.0, 1.0]), np.zeros(2), 1.0, 0.0, step=np.pi).round(6)
    array([-1.,  1.])
    """
    require_weights(mu, lambda_i, lambda_o)
    require_positive(step, "step")
    require_positive(epsilon, "epsilon")
    image, phi = as_image_and_level_set(image, phi)
    means = RegionMeans(inside, outside)
    return phi + change_values(image, phi, means, (mu, lambda_i, lambda_o), epsilon) * step


def change_values(
    image: NDArray[np.floating],
    phi: NDArray[np.floating],
    means: RegionMeans,
    weights: tuple[float, float, float],
    epsilon: float,
) -> NDArray[np.floating]:
    """Return the negative derivative of the energy by phi, without any check.

    Examples
    --------
    >>> weights = (0.1, 1.0, 1.0)  # mu, lambda_i, lambda_o
    >>> change = change_values(np.array([0.0, 1.0]), np.zeros(2), RegionMeans(1, 0), weights, 1.0)
    >>> (np.pi * change).round(6)
    array([-1.,  1.])
    """
    mu, lambda_i, lambda_o = weights
    change = curvature_values(phi)
    change *= mu
    for mean, weight in [(means.inside, -lambda_i), (means.outside, lambda_o)]:
        difference = image - mean
        difference *= difference
        difference *= weight
        change += difference
    change *= delta_values(phi, epsilon)
    return change


def mean_values(image: NDArray[np.floating], inside: NDArray[np.bool_]) -> RegionMeans | None:
    """Return the means on the two sides, or None when one of them is empty; without any check.

    Examples
    --------
    >>> mean_values(np.array([1.0, 3.0, 8.0]), np.array([False, False, True]))
    RegionMeans(inside=8.0, outside=2.0)
    """
    count = int(np.count_nonzero(inside))
    if count in (0, inside.size):
        return None
    total = float(image.sum(dtype=np.float64))
    within = float((image * inside).sum(dtype=np.float64))
    return RegionMeans(within / count, (total - within) / (inside.size - count))


def as_image_and_level_set(image: ArrayLike, phi: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return a floating image and a level set of the same shape.

    Raises
    ------
    ValueError
        If the shapes differ, or one of them is empty or holds NaN.

    Examples
    --------
    >>> image, phi = as_image_and_level_set([1, 2], [-1, 1])
    >>> image.dtype, phi.dtype
    (dtype('float64'), dtype('float64'))
    """
    image, phi = as_numbers(image), as_level_set(phi)
    require_same_shape(image, phi)
    finite_range(image)
    return as_floating(image), phi


def require_weights(mu: float, lambda_i: float, lambda_o: float) -> None:
    """Refuse weights that are negative or not finite.

    Raises
    ------
    ValueError
        If one is.

    Examples
    --------
    >>> require_weights(0.1, -1.0, 1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: The weights are mu 0.1, lambda_i -1 and lambda_o 1; none may be negative, ...
    """
    if not all(0 <= weight < np.inf for weight in (mu, lambda_i, lambda_o)):
        raise ValueError(
            f"The weights are mu {mu:g}, lambda_i {lambda_i:g} and lambda_o {lambda_o:g}; none "
            "may be negative, and all must be finite."
        )
