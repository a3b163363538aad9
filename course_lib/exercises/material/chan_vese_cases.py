"""Inputs of topic 12, and its references in the form in which students write them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import contour_energy as energies
from course_lib.imaging import level_sets
from course_lib.imaging.agreement import percent_difference
from course_lib.imaging.attenuation import attenuation_map

_HEIGHTS = (12, 30)  # from the mouth up to the middle of the brain
_CLIP = 1.0  # kBq/mL
_INSIDE = 4  # pixels from the skin to the middle of the hole that stays inside
SQUARE = np.pad(np.ones((3, 4)), 2, constant_values=-1.0)
HOLE_AND_SINUSES = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.1, 0.15, 0.1, 0.1, 0.0],
        [0.0, 0.02, 0.1, 0.0, 0.1, 0.1, 0.0],
        [0.0, 0.1, 0.01, 0.1, 0.1, 0.1, 0.0],
        [0.0, 0.1, 0.1, 0.1, 0.0, 0.1, 0.0],
        [0.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    ]
)  # 1/cm: the hole is at the top left; one sinus begins behind a corner of it, one lies apart


def contour_energy(
    image: ArrayLike,
    step: ArrayLike,
    means: tuple[float, float],
    length: float,
    weights: tuple[float, float, float],
) -> float:
    """Weigh a contour whose H(phi) and length are known, by the formula.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> contour_energy([0.0, 2.0, 5.0], [0.0, 0.0, 1.0], (5, 0), 3.0, (10.0, 1.0, 1.0))
    34.0
    """
    image, step = np.asarray(image, np.float64), np.asarray(step, np.float64)
    if image.shape != step.shape:
        raise ValueError(f"The shapes {image.shape} and {step.shape} differ.")
    mu, lambda_i, lambda_o = weights
    inside = (step * (image - means[0]) ** 2).sum()
    outside = ((1 - step) * (image - means[1]) ** 2).sum()
    return float(mu * length + lambda_i * inside + lambda_o * outside)


def contour_speed(
    image: ArrayLike,
    means: tuple[float, float],
    bending: ArrayLike,
    weights: tuple[float, float, float],
) -> NDArray[np.floating]:
    """Say how strongly each pixel is pulled inside, by the formula.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> contour_speed([0.0, 1.0], (1, 0), [0.0, -2.0], (0.1, 1.0, 1.0))
    array([-1. ,  0.8])
    """
    image, bending = np.asarray(image, np.float64), np.asarray(bending)
    if image.shape != bending.shape:
        raise ValueError(f"The shapes {image.shape} and {bending.shape} differ.")
    mu, lambda_i, lambda_o = weights
    inside, outside = means
    return mu * bending - lambda_i * (image - inside) ** 2 + lambda_o * (image - outside) ** 2


def update_level_set(
    phi: ArrayLike, speed: ArrayLike, epsilon: float, step: float
) -> NDArray[np.floating]:
    """Move a level set one step, by the reference.

    Raises
    ------
    ValueError
        If epsilon is not above 0.

    Examples
    --------
    >>> update_level_set([0.0, 0.0], [-1.0, 1.0], 1.0, np.pi).round(6)
    array([-1.,  1.])
    """
    return np.asarray(phi) + step * level_sets.delta(phi, epsilon) * np.asarray(speed)


def at_rest(moved: Sequence[int], pixels: int, tolerance: float, calm: int) -> bool:
    """Tell whether hardly any pixel changed sides in each of the last steps.

    Examples
    --------
    >>> at_rest([900, 3, 0, 1], pixels=10_000, tolerance=0.001, calm=3)
    True
    """
    return len(moved) >= calm and max(moved[-calm:]) <= tolerance * pixels


def pet_percent_error(
    reference: ArrayLike, measured: ArrayLike, region: NDArray[np.bool_], floor: float
) -> float:
    """Average by how many percent a PET image is wrong in a region, by the reference.

    Raises
    ------
    ValueError
        If nothing in the region is above the floor, or the shapes differ.

    Examples
    --------
    >>> pet_percent_error([8.0, 4.0, 0.1], [6.0, 5.0, 0.2], np.ones(3, bool), 0.5)
    25.0
    """
    percent = np.abs(percent_difference(reference, measured, floor))[region]
    if np.isnan(percent).all():
        raise ValueError(f"No voxel of the region holds more than {floor:g}.")
    return float(np.nanmean(percent))


def means_as_tuple(answer: Any, image: NDArray, phi: NDArray) -> Any:
    """Call region means; an array or a list of two numbers is as good as a tuple."""
    means = answer(image, phi)
    if isinstance(means, np.ndarray) and means.ndim == 1:
        return tuple(means.tolist())
    return tuple(means) if isinstance(means, list | tuple) else means


@cache
def _head() -> phantom.Head:
    """Return a coarse head once for all cases."""
    return phantom.head(seed=3, spacing_mm=6.0, anatomy="analytic")


def _pet_slice(rng: np.random.Generator) -> tuple[NDArray[np.float64], int]:
    """Draw a clipped PET slice without attenuation correction, and its number."""
    place = int(rng.integers(*_HEIGHTS))
    return np.minimum(_head().nac_pet[place], _CLIP).astype(np.float64), place


def _level_set(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draw a bumpy blob as a level set, in pixels."""
    center = [side / 2 + rng.uniform(-3, 3) for side in shape]
    apart = np.indices(shape) - np.reshape(center, (2, 1, 1))
    bumps = ndimage.gaussian_filter(rng.normal(size=shape), 2.0)
    return rng.uniform(6, 11) - np.linalg.norm(apart, axis=0) + 8 * bumps


def level_set_and_width(rng: np.random.Generator) -> Arguments:
    """Draw a level set and the width of the Heaviside."""
    return _level_set(rng, (24, 30)), float(rng.uniform(0.4, 1.8))


def level_set(rng: np.random.Generator) -> Arguments:
    """Draw a level set, so steep that a little under the root does not count."""
    return (30 * _level_set(rng, (24, 30)),)


def slice_and_level_set(rng: np.random.Generator) -> Arguments:
    """Draw a PET slice and a level set on it."""
    image, _ = _pet_slice(rng)
    return image, _level_set(rng, image.shape)


def slice_to_weigh(rng: np.random.Generator) -> Arguments:
    """Draw a PET slice, H of a level set on it, and what its energy needs."""
    image, phi = slice_and_level_set(rng)
    epsilon = float(rng.uniform(0.4, 1.8))
    length = level_sets.contour_length(phi, epsilon)
    means = tuple(energies.region_means(image, phi))
    return image, level_sets.heaviside(phi, epsilon), means, length, _weights(rng)


def slice_that_pulls(rng: np.random.Generator) -> Arguments:
    """Draw a PET slice, its means, the curvature of a level set, and weights."""
    image, phi = slice_and_level_set(rng)
    means = tuple(energies.region_means(image, phi))
    return image, means, level_sets.curvature(phi), _weights(rng)


def level_set_to_move(rng: np.random.Generator) -> Arguments:
    """Draw a level set, its speed, the width of its delta, and a step."""
    image, means, bending, weights = slice_that_pulls(rng)
    speed = contour_speed(image, means, bending, weights)
    phi = _level_set(rng, image.shape)
    return phi, speed, float(rng.uniform(0.4, 1.8)), float(rng.uniform(0.5, 3))


def _weights(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw mu, lambda_i and lambda_o, all different."""
    return float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.7, 1.1)), float(rng.uniform(1.3, 2))


def resting_steps(rng: np.random.Generator) -> Arguments:
    """Draw a contour that slows down and rests."""
    falling = sorted(rng.integers(40, 900, 12).tolist(), reverse=True)
    return [*falling, *rng.integers(0, 8, 10).tolist()], 10_000, 0.001, 10


def moving_steps(rng: np.random.Generator) -> Arguments:
    """Draw a contour that paused for some steps and moves on."""
    first, last = rng.integers(40, 900, 12).tolist(), rng.integers(0, 8, 9).tolist()
    return [*first, *last[:4], int(rng.integers(11, 20)), *last[4:]], 10_000, 0.001, 10


def map_with_holes(rng: np.random.Generator) -> Arguments:
    """Draw an attenuation map with an outer and an inner hole, and the body that PET shows."""
    _, place = _pet_slice(rng)
    head = _head()
    mu_map = attenuation_map(head.ct[place].astype(float))
    true = ndimage.binary_fill_holes(head.labels[place] > 0)
    skin = np.argwhere(true & ~ndimage.binary_erosion(true))
    outer = skin[rng.integers(len(skin))]
    depth = ndimage.distance_transform_edt(true)
    depth[np.hypot(*(np.indices(true.shape) - outer[:, None, None])) < 2 * _INSIDE] = 0
    inner = np.unravel_index(int(np.abs(depth - _INSIDE).argmin()), true.shape)
    holes = np.zeros(true.shape, bool)
    for center, radius in ((outer, 3.2), (inner, 1.8)):
        holes |= np.hypot(*(np.indices(true.shape) - np.reshape(center, (2, 1, 1)))) < radius
    mu_map[holes & true] = 0
    body = ndimage.binary_dilation(true) if rng.random() < 0.5 else true
    return mu_map, body, float(rng.uniform(0.09, 0.1)), 0.05


def two_pets(rng: np.random.Generator) -> Arguments:
    """Draw a PET slice, the same one with an artefact, a region, and a floor."""
    place = int(rng.integers(*_HEIGHTS))
    head = _head()
    true = head.pet[place].astype(float)
    wrong = true * rng.normal(0.95, 0.1, true.shape)
    region = np.hypot(*(np.indices(true.shape) - rng.uniform(12, 20, (2, 1, 1)))) < 9
    return true, wrong, region, float(rng.uniform(0.4, 0.8))
