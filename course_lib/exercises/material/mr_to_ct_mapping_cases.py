"""Inputs of topic 03: slices of the phantom as another scanner's gain would have stored them."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import mr_mapping
from course_lib.imaging.air_segmentation import air_mask
from course_lib.imaging.attenuation import attenuation_map

ECHO_MS = phantom.DEFAULT.echo_ms
FLOOR = 250.0  # of the echoes without further gain, about the noise in one channel
_AIR = 750.0  # below, noise alone
_SLICES = (14, 29)  # from the base of the skull up to its roof


@cache
def _head() -> phantom.Head:
    """Return a coarse head once for all cases."""
    return phantom.head(seed=3, spacing_mm=6.0, anatomy="analytic")


def _echoes(rng: np.random.Generator) -> tuple[NDArray[np.uint16], NDArray[np.uint16], float, int]:
    """Draw a slice of both echoes, the gain of its scan, and the number of the slice."""
    head, gain, place = _head(), float(rng.uniform(0.8, 1.3)), int(rng.integers(*_SLICES))
    first, second = (
        np.rint(gain * echo[place]).astype(np.uint16) for echo in (head.ute1, head.ute2)
    )
    return first, second, gain, place


def two_echoes(rng: np.random.Generator) -> Arguments:
    """Draw two echoes of a head, their times in ms, and a floor.

    The floor is whole, so that it may be written into an image of whole numbers.
    """
    first, second, gain, _ = _echoes(rng)
    return first, second, ECHO_MS, float(round(gain * FLOOR))


def echoes_in_bins(rng: np.random.Generator) -> Arguments:
    """Draw two echoes of a head and bins whose edges are whole numbers."""
    first, second, _, _ = _echoes(rng)
    return first, second, int(rng.choice([16, 32])), (0, 4096), (0, 3072)


def echoes_with_thresholds(rng: np.random.Generator) -> Arguments:
    """Draw two echoes of a head and a threshold for each."""
    first, second, gain, _ = _echoes(rng)
    return first, second, gain * rng.uniform(600, 800), gain * rng.uniform(900, 1200)


def _mapped(rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Draw a slice: its R2*, air, CT and labels."""
    first, second, gain, place = _echoes(rng)
    rate = mr_mapping.r2star(first, second, ECHO_MS, gain * FLOOR).astype(np.float64)
    air = air_mask(first, second, gain * _AIR, gain * _AIR)
    head = _head()
    return rate, air, head.ct[place].copy(), head.labels[place].copy()


def bone_with_ct(rng: np.random.Generator) -> Arguments:
    """Draw R2* and HU where R2* says bone, and the degree of a curve."""
    rate, air, ct, _ = _mapped(rng)
    bone = (rate >= 100) & ~air
    return rate[bone], ct[bone].astype(np.float64), int(rng.integers(1, 4))


def rates_with_threshold(rng: np.random.Generator) -> Arguments:
    """Draw R2* of a slice, its air, and what a threshold map needs."""
    rate, air, _, _ = _mapped(rng)
    return rate, air, rng.uniform(90, 200), rng.uniform(500, 900), rng.uniform(20, 45)


def rates_with_curve(rng: np.random.Generator) -> Arguments:
    """Draw R2* of a slice, its air, and what a continuous map needs."""
    rate, air, _, _ = _mapped(rng)
    curve = np.array([rng.uniform(-200, 0), rng.uniform(3, 5), -0.004, 1e-6])
    return rate, air, curve, (rng.uniform(90, 150), rng.uniform(400, 600)), rng.uniform(20, 45)


def two_attenuation_maps(rng: np.random.Generator) -> Arguments:
    """Draw the attenuation maps of a CT and of a map made from MR, and a floor."""
    ct, made, _ = ct_and_map(rng)
    return attenuation_map(ct.astype(float)), attenuation_map(made), float(rng.uniform(0.01, 0.05))


def ct_and_map(rng: np.random.Generator) -> Arguments:
    """Draw a CT, a map made from MR, and the labels of the tissues."""
    rate, air, ct, labels = _mapped(rng)
    return ct, mr_mapping.threshold_map(rate, air, 120, 650, 35), labels


def two_measurements(rng: np.random.Generator) -> Arguments:
    """Draw the PET values of a slice twice, and where the head is."""
    _, air, _, labels = _mapped(rng)
    true = rng.uniform(2, 16, labels.shape)
    return true, true * rng.normal(0.96, 0.04, labels.shape), ~air


def limits_as_tuple(answer: Any, reference: NDArray, predicted: NDArray, mask: NDArray) -> Any:
    """Call limits of agreement; an array or a list of three numbers is as good as a tuple."""
    return _row(answer(reference, predicted, mask))


def errors_as_tuples(answer: Any, reference: NDArray, predicted: NDArray, labels: NDArray) -> Any:
    """Call errors per tissue; each row may be an array, a list or a tuple."""
    errors = answer(reference, predicted, labels)
    if not isinstance(errors, dict):
        return errors
    return {label: _row(row) for label, row in errors.items()}


def _row(values: Any) -> Any:
    """Return numbers in a row as a plain tuple, and anything else as it is."""
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return tuple(values.tolist())
    return tuple(values) if isinstance(values, list | tuple) else values
