"""What the figures of topic 12 show: one PET slice without attenuation correction, and contours."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import phantom
from course_lib.data.phantom.planes import Plane
from course_lib.imaging import contours, initial_level_sets, level_sets
from course_lib.imaging.contours import Segmentation

POSITION_MM = -10.0  # of the sagittal slice through the hole at the lips
CLIP = 1.0  # kBq/mL
FILM_STEPS, NOISE_STEPS = 150, 200
IMAGES = ("clipped at 1 kBq/mL", "as it is")
_AIR, _BRAIN, _SMALL = (20, 110), (40, 70), 10  # pixels
_FILTER_MM = 3.0  # full width at half maximum, as in the phantom's scanner
_SEED = 5


def _circle_in_the_middle(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from a large circle."""
    return initial_level_sets.circle(shape)


def _fine_board(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from a checkerboard."""
    return initial_level_sets.checkerboard(shape)


def _coarse_board(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from a checkerboard of large squares."""
    return initial_level_sets.checkerboard(shape, 20)


def _circle_in_the_brain(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from a small circle in the brain."""
    return initial_level_sets.circle(shape, _BRAIN, _SMALL)


def _steep_circle(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from the signed distance of that circle, in pixels."""
    return _SMALL * _circle_in_the_brain(shape)


def _circle_in_the_air(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Start from a small circle outside of the head."""
    return initial_level_sets.circle(shape, _AIR, _SMALL)


STARTS: Mapping[str, Callable[[tuple[int, ...]], NDArray[np.float32]]] = MappingProxyType(
    {
        "circle in the middle": _circle_in_the_middle,
        "checkerboard of 5 pixels": _fine_board,
        "checkerboard of 20 pixels": _coarse_board,
        "small circle in the brain": _circle_in_the_brain,
        "the same, ten times as steep": _steep_circle,
        "small circle in the air": _circle_in_the_air,
    }
)
SHARES: Mapping[str, float] = MappingProxyType(
    {"1/4 of the time": 1 / 4, "1/16 of the time": 1 / 16, "1/64 of the time": 1 / 64}
)


@cache
def plane() -> Plane:
    """Return the sagittal slice through the hole in all modalities.

    Examples
    --------
    >>> plane().nac_pet.shape
    (121, 127)
    """
    return phantom.head().plane("sagittal", POSITION_MM)


@cache
def body() -> NDArray[np.bool_]:
    """Mark the true body in the slice, with the air inside of it.

    Examples
    --------
    >>> int(body().sum())
    8861
    """
    return plane().labels > 0


@cache
def pet_slice(image: str = IMAGES[0]) -> NDArray[np.float64]:
    """Return PET without attenuation correction, in kBq/mL.

    Parameters
    ----------
    image : str
        One of `IMAGES`.

    Examples
    --------
    >>> float(pet_slice().max())
    1.0
    """
    whole = plane().nac_pet.astype(np.float64)
    return np.minimum(whole, CLIP) if image == IMAGES[0] else whole


@cache
def run(start: str, image: str) -> Segmentation:
    """Let a contour move for at most `FILM_STEPS` steps.

    Parameters
    ----------
    start : str
        A key of `STARTS`.
    image : str
        One of `IMAGES`.

    Examples
    --------
    >>> run("circle in the middle", IMAGES[0]).converged
    True
    """
    scan = pet_slice(image)
    return contours.chan_vese(
        scan,
        STARTS[start](scan.shape),
        max_steps=FILM_STEPS,
        record_energy=True,
        keep_masks=True,
    )


@cache
def noisy_slice(share: float) -> NDArray[np.float32]:
    """Return the clipped slice of a scan that took a part of the time, in kBq/mL.

    Parameters
    ----------
    share : float
        Of the time; so many counts are left.

    Examples
    --------
    >>> noisy_slice(1 / 16).shape
    (121, 127)
    """
    rng, scan = np.random.default_rng(_SEED), plane()
    per_kbq = share * phantom.DEFAULT.pet_counts_per_kbq
    counts = rng.poisson(scan.nac_pet * per_kbq) / per_kbq
    width = _FILTER_MM / np.sqrt(8 * np.log(2)) / scan.spacing_mm
    return np.minimum(ndimage.gaussian_filter(counts, width), CLIP).astype(np.float32)


@lru_cache(maxsize=64)
def noisy_inside(share: float, mu: float) -> NDArray[np.bool_]:
    """Return the inside of the contour on a noisy slice.

    Parameters
    ----------
    share : float
        As in `noisy_slice`.
    mu : float
        Weight of the length.

    Examples
    --------
    >>> bool(noisy_inside(1 / 16, 0.4)[40, 70])
    True
    """
    found = contours.chan_vese(noisy_slice(share), mu=mu, max_steps=NOISE_STEPS)
    return found.level_set > 0


def sharp_length(inside: NDArray[np.bool_]) -> float:
    """Measure the outline of a mask in pixels.

    Examples
    --------
    >>> square = np.pad(np.ones((10, 10), bool), 3)
    >>> round(sharp_length(square))
    39
    """
    return level_sets.contour_length(inside - 0.5, 0.01)
