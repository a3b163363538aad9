"""Signal voids in a whole head: metal at the teeth, and what it does to map and PET."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom.emission import correct_attenuation
from course_lib.data.phantom.people import Head
from course_lib.data.phantom.sagittal import void_kinds
from course_lib.data.phantom.tissues import AIR, paint

# Centre and semi-axes in the reference, (Z, Y, X) in mm: at the lips and at the molars.
_OUTER = (-84.0, -79.0, 8.0), (11.0, 15.0, 14.0)
_INNER = (-88.0, -38.0, 24.0), (9.0, 11.0, 8.0)
_JITTER_MM = 2.0
_UNEVEN = 0.12
_NOISE = 30.0  # magnitude of the signal that is left, in the units of the T1 image


@dataclass(frozen=True, eq=False)
class SignalVoids:
    """One head with and without artefacts.

    Parameters
    ----------
    kinds : (Z, Y, X) uint8 array
        The truth: 0, or `sagittal.OUTER_HOLE`, `INNER_HOLE`, `SINUS_VOID`.
    t1 : (Z, Y, X) uint16 array
        T1 image with the artefacts; `Head.t1` is without.
    mu_map : (Z, Y, X) float32 array
        Attenuation map derived from that image, in 1/cm: artefacts are taken for air.
    pet : (Z, Y, X) float32 array
        PET corrected with that map, in kBq/mL; `Head.pet` is right.
    """

    kinds: NDArray[np.uint8]
    t1: NDArray[np.uint16]
    mu_map: NDArray[np.float32]
    pet: NDArray[np.float32]


def signal_voids(head: Head, seed: int = 0) -> SignalVoids:
    """Put metal at the teeth of a head: one hole that breaches the lips, one that stays inside.

    The third kind of void, the sinus, is in the head already. The side of the mouth, exact place
    and border of the holes are random. Fill the outer hole from `Head.nac_pet`, correct again with
    `phantom.correct_attenuation`, and compare with `Head.pet`.

    Parameters
    ----------
    head : Head
        Reference or subject, with a spacing of 4 mm at most; it is not changed.
    seed : int
        For place, border and noise.

    Returns
    -------
    SignalVoids
        On the grid of the head.

    Raises
    ------
    ValueError
        If the grid is too coarse for the lips.

    References
    ----------
    .. [1] Lecture, slides 75 to 78 and 88 to 90.

    Examples
    --------
    >>> from course_lib.data.phantom import head
    >>> voids = signal_voids(head(spacing_mm=4.0, anatomy="analytic"))
    >>> np.unique(voids.kinds).tolist()
    [0, 1, 2, 3]
    """
    if head.grid.spacing_mm > 4:
        raise ValueError(
            f"The head has a spacing of {head.grid.spacing_mm:g} mm; 4 mm at most are needed."
        )
    rng = np.random.default_rng([seed, 6])
    side = rng.choice([-1.0, 1.0])
    there = np.moveaxis(head.deformation.positions(head.grid), 0, -1)
    uneven = ndimage.gaussian_filter(
        rng.standard_normal(head.grid.shape, np.float32), 5 / head.grid.spacing_mm
    )
    uneven /= uneven.std()
    artefact = np.zeros(head.grid.shape, bool)
    for centre, semi_axes in (_OUTER, _INNER):
        moved = centre * np.array([1, 1, side]) + rng.uniform(-_JITTER_MM, _JITTER_MM, 3)
        scaled = (there - moved.astype(np.float32)) / np.float32(semi_axes)
        artefact |= np.linalg.norm(scaled, axis=-1) < 1 + np.float32(_UNEVEN) * uneven
    artefact &= head.labels != AIR
    mu_map = np.where(artefact, np.float32(0), paint(head.labels, "mu"))
    spacing, angles = head.grid.spacing_mm, head.settings.pet_angles
    return SignalVoids(
        kinds=void_kinds(head.labels, artefact),
        t1=_without_signal(head.t1, artefact, rng),
        mu_map=mu_map,
        pet=correct_attenuation(head.nac_pet, mu_map, spacing, angles),
    )


def _without_signal(
    t1: NDArray[np.uint16], artefact: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Take the signal away, with a soft border, and leave the noise."""
    left = 1 - ndimage.gaussian_filter(artefact.astype(np.float32), 0.6)
    noise = _NOISE * np.hypot(*rng.standard_normal((2, *t1.shape), np.float32))
    return np.rint(np.hypot(t1 * left, noise * (1 - left))).astype(np.uint16)
