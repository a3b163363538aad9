"""The patients of topic 03: two echoes, and what follows from them with the reference methods."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.imaging import mr_mapping
from course_lib.imaging.air_segmentation import air_mask, neighbor_vote, noise_threshold

BONE = (4, 5)  # labels of compact and of spongy bone
_EMPTY_SLICES = 4  # above the head there is air only
_SHARE = 0.01  # of the background's noise that lies above the threshold of air
_NOISE = float(np.sqrt(-2 * np.log(_SHARE)))  # thresholds over noise, see `noise_threshold`
_RANGE_END = 700.0  # 1/s; hardly a voxel decays faster


@dataclass(frozen=True, eq=False)
class Scan:
    """One patient's scans, the air in them, and R2*.

    Parameters
    ----------
    head : phantom.Head
        All images and the truth.
    thresholds : tuple of float
        Signal of each echo below which it is noise, in arbitrary units.
    air : (Z, Y, X) bool array
        Low signal at both echoes, after a vote of the neighbours.
    rate : (Z, Y, X) float32 array
        R2* in 1/s.
    """

    head: phantom.Head
    thresholds: tuple[float, float]
    air: NDArray[np.bool_]
    rate: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Curve:
    """What one patient's CT says about R2*, to be used on others.

    Parameters
    ----------
    threshold : float
        From this R2* on it is bone, in 1/s.
    soft_hu, bone_hu : float
        Median HU below the threshold, and mean HU above it.
    coefficients : (N,) float64 array
        The curve in bone, in rising powers of R2*.
    """

    threshold: float
    soft_hu: float
    bone_hu: float
    coefficients: NDArray[np.float64]

    @property
    def ends(self) -> tuple[float, float]:
        """Where the curve holds, in 1/s."""
        return self.threshold, _RANGE_END


@lru_cache(maxsize=3)
def scan(number: int = 0) -> Scan:
    """Return the reference head (0) or a further patient with air and R2*, made once.

    Parameters
    ----------
    number : int
        Of the patient.

    Examples
    --------
    >>> scan(0).air.shape
    (121, 127, 97)
    """
    head = phantom.subject(number) if number else phantom.head()
    first, second = (
        noise_threshold(echo[-_EMPTY_SLICES:], _SHARE) for echo in (head.ute1, head.ute2)
    )
    air = neighbor_vote(air_mask(head.ute1, head.ute2, first, second))
    rate = mr_mapping.r2star(head.ute1, head.ute2, head.settings.echo_ms, first / _NOISE)
    return Scan(head, (first, second), air, rate)


@lru_cache(maxsize=64)
def fitted(threshold: float, degree: int = 3) -> Curve:
    """Learn from the reference head, which has a CT, how R2* becomes HU.

    Parameters
    ----------
    threshold : float
        From this R2* on it is bone, in 1/s.
    degree : int
        Of the curve.

    Examples
    --------
    >>> fitted(100.0).ends
    (100.0, 700.0)
    """
    known = scan(0)
    rate, hu = known.rate[~known.air], known.head.ct[~known.air]
    bone = rate >= threshold
    return Curve(
        threshold,
        float(np.median(hu[~bone])),
        float(hu[bone].mean()),
        mr_mapping.fit_curve(rate[bone], hu[bone], degree),
    )


def both_maps(rate: NDArray, air: NDArray, curve: Curve) -> tuple[NDArray, NDArray]:
    """Make the threshold map and the continuous map of any part of a head.

    Parameters
    ----------
    rate, air : array
        R2* in 1/s, and True in air.
    curve : Curve
        From `fitted`.

    Returns
    -------
    tuple of array
        In HU.

    Examples
    --------
    >>> curve = Curve(100, 40, 500, np.array([0.0, 2.0]))
    >>> [m.tolist() for m in both_maps(np.array([20.0, 300.0]), np.zeros(2, bool), curve)]
    [[40.0, 500.0], [40.0, 600.0]]
    """
    return (
        mr_mapping.threshold_map(rate, air, curve.threshold, curve.bone_hu, curve.soft_hu),
        mr_mapping.continuous_map(rate, air, curve.coefficients, curve.ends, curve.soft_hu),
    )
