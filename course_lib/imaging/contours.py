"""Active contours without edges: a contour that divides an image into two even parts.

The steps are in `contour_energy`, what they are made of in `level_sets`, where to start in
`initial_level_sets`. Slides 88 and 89.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, finite_range, require_count, require_positive
from course_lib.imaging.contour_energy import (
    RegionMeans,
    as_image_and_level_set,
    change_values,
    energy,
    mean_values,
    region_means,
    require_weights,
)
from course_lib.imaging.initial_level_sets import circle
from course_lib.imaging.normalization import min_max

_CALM = 10  # steps in which hardly any pixel may change sides before the contour is at rest
_SHARP = 0.1  # width of the Heaviside in energies that are recorded, relative to epsilon


class Segmentation(NamedTuple):
    """Where a contour came to rest, and how it went.

    Attributes
    ----------
    level_set : floating array
        Positive inside the contour; ``level_set > 0`` is its mask.
    means : tuple of RegionMeans
        Before each step, in the unit of the image.
    moved : tuple of int
        How many pixels changed sides at each step.
    energies : tuple of float
        Of the contour before each step and after the last, for the image scaled to 0..1; empty
        unless asked for.
    masks : tuple of bool arrays
        The inside before each step and after the last, for a film; empty unless asked for.
    converged : bool
        Whether the contour was at rest before the steps were used up.
    """

    level_set: NDArray[np.floating]
    means: tuple[RegionMeans, ...]
    moved: tuple[int, ...]
    energies: tuple[float, ...]
    masks: tuple[NDArray[np.bool_], ...]
    converged: bool


def chan_vese(
    image: ArrayLike,
    start: ArrayLike | None = None,
    *,
    mu: float = 0.1,
    lambda_i: float = 1.0,
    lambda_o: float = 1.0,
    step: float = 2.0,
    epsilon: float = 1.0,
    tolerance: float = 1e-4,
    max_steps: int = 500,
    record_energy: bool = False,
    keep_masks: bool = False,
) -> Segmentation:
    """Divide an image into two even parts by a smooth contour.

    The image is scaled to 0..1 first, so that the weights mean the same for every image. Means and
    level set are updated in turn. The contour is at rest when in each of ten steps hardly any
    pixel changed sides; it may also vanish, and then the level set has one sign.

    Parameters
    ----------
    image : array
        Any unit; of 2 axes, or 3.
    start : array of the same shape, optional
        First level set; `circle` by default. A flat one, like `circle` and `checkerboard`, moves
        much faster than a signed distance.
    mu : float
        Weight of the length. The larger, the smoother the contour, and the more noise and detail
        goes.
    lambda_i, lambda_o : float
        Weights of the squared differences inside and outside.
    step : float
        How far each step moves the level set.
    epsilon : float
        Width of the delta, in units of the level set.
    tolerance : float
        Share of the pixels that may still change sides at a step when the contour is at rest.
    max_steps : int
        Stop after that many steps in any case.
    record_energy : bool
        Whether to compute the energy at each step, with a Heaviside a tenth as wide as epsilon:
        that of the contour, not of the softness of the level set.
    keep_masks : bool
        Whether to keep the inside at each step.

    Returns
    -------
    Segmentation
        Level set in float32 for float32 and for whole numbers of up to 16 bits, else in float64.

    Raises
    ------
    ValueError
        If the image is constant, empty or holds NaN, the start does not fit or has one sign, or a
        number is out of range.

    References
    ----------
    .. [1] Chan and Vese, IEEE Trans. Image Processing 10(2), 2001. doi:10.1109/83.902291
    .. [2] Lecture, slides 88 and 89.

    Examples
    --------
    >>> image = np.zeros((40, 40))
    >>> image[8:28, 12:36] = 7.0
    >>> bool(((chan_vese(image).level_set > 0) == (image > 0)).all())
    True
    """
    weights = {"mu": mu, "lambda_i": lambda_i, "lambda_o": lambda_o}
    require_weights(**weights)
    _require_steps(step, epsilon, tolerance, max_steps)
    given = as_numbers(image)
    low, high = finite_range(given)
    start = circle(given.shape) if start is None else start
    scaled, phi = as_image_and_level_set(min_max(given), start)
    phi = phi.astype(scaled.dtype)  # a copy
    inside, current = phi > 0, region_means(scaled, phi)
    means, energies, masks = [], [], []
    moved: list[int] = []
    while True:
        if record_energy:
            energies.append(energy(scaled, phi, *current, **weights, epsilon=_SHARP * epsilon))
        if keep_masks:
            masks.append(inside)
        at_rest = len(moved) >= _CALM and max(moved[-_CALM:]) <= tolerance * phi.size
        if at_rest or len(moved) == max_steps:
            break
        means.append(RegionMeans(*(low + (high - low) * mean for mean in current)))
        change = change_values(scaled, phi, current, (mu, lambda_i, lambda_o), epsilon)
        change *= step
        phi += change
        before, inside = inside, phi > 0
        moved.append(int(np.count_nonzero(before != inside)))
        current = mean_values(scaled, inside) or current  # the contour may have vanished
    return Segmentation(phi, tuple(means), tuple(moved), tuple(energies), tuple(masks), at_rest)


def _require_steps(step: float, epsilon: float, tolerance: float, max_steps: int) -> None:
    """Refuse steps that cannot be taken."""
    require_positive(step, "step")
    require_positive(epsilon, "epsilon")
    require_count(max_steps, "steps")
    if not 0 <= tolerance < 1:
        raise ValueError(f"The tolerance is {tolerance}; at least 0 and below 1 is allowed.")
