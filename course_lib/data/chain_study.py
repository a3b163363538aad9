"""The last patient of the course, who was seen in no other topic, and the scans of six others.

The patient lay in a PET/MR scanner and has metal at the teeth. Of the six others, the archive holds
an MR image and a CT, stored as a scanner stores it, each with its own field of view. A seventh
person had both echoes and a CT. All are phantoms, so the patient's true CT is known; it is for
measuring errors only. Points are in mm of the scanner, (Z, Y, X).
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.data.phantom import storage
from course_lib.data.phantom.grids import FIRST_MM
from course_lib.data.phantom.landmark_sets import REFERENCE_MM
from course_lib.data.phantom.sagittal import INNER_HOLE, OUTER_HOLE, SINUS_VOID

SPACING_MM = 3.0
PATIENT = 8
ARCHIVE = (2, 3, 4, 5, 6, 7)
SLOPE, INTERCEPT = 1.0, -1024.0  # of every CT in the archive
EMPTY_SLICES = 3  # above the head there is air only
ARTEFACT, SINUS = 2, 3  # kinds of the voids that somebody marked
_MARKED = 5  # people; 210 pixels of artefacts and 650 of sinuses in all, as on slide 87
_ARTEFACT_POINTS, _SINUS_POINTS = 42, 130  # of each of them
_MARGIN = 4  # voxels of air that a field of view may lack at the front and at the right
_LANDMARKS_MM = np.array([(z, y, 0.0) for z, y in REFERENCE_MM.values()])


@dataclass(frozen=True, eq=False)
class Patient:
    """What the scanner knows of the patient, and the truth.

    Parameters
    ----------
    t1, ute1, ute2 : (Z, Y, X) uint16 array
        T1-weighted image and the two echoes, with the artefact of the metal, in arbitrary units.
    nac_pet : (Z, Y, X) float32 array
        PET without attenuation correction, in kBq/mL.
    echo_ms : tuple of float
        Echo times.
    spacing, origin : (3,) float64 array
        Distance of voxel centres, and place of the first one, in mm.
    ct : (Z, Y, X) int16 array
        The truth in HU, without metal.
    labels : (Z, Y, X) uint8 array
        The true tissues, of `phantom.TISSUES`.
    voids : (Z, Y, X) uint8 array
        The true kinds of void, as in `phantom.signal_voids`.
    """

    t1: NDArray[np.uint16]
    ute1: NDArray[np.uint16]
    ute2: NDArray[np.uint16]
    nac_pet: NDArray[np.float32]
    echo_ms: tuple[float, float]
    spacing: NDArray[np.float64]
    origin: NDArray[np.float64]
    ct: NDArray[np.int16]
    labels: NDArray[np.uint8]
    voids: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ArchivedScan:
    """Another person's scans, as the archive holds them.

    Parameters
    ----------
    t1 : (Z, Y, X) uint16 array
        In arbitrary units.
    stored_ct : (Z, Y, X) uint16 array
        Stored numbers; HU = slope * stored + intercept.
    slope, intercept : float
        From the header.
    spacing, origin : (3,) float64 array
        Distance of voxel centres, and place of the first one, in mm; the field of view is each
        scan's own.
    landmarks_mm : (16, 3) array
        Places that somebody marked, in mm.
    """

    t1: NDArray[np.uint16]
    stored_ct: NDArray[np.uint16]
    slope: float
    intercept: float
    spacing: NDArray[np.float64]
    origin: NDArray[np.float64]
    landmarks_mm: NDArray[np.float64]


class MarkedVoids(NamedTuple):
    """Voxels without signal of one person, and what they are."""

    points_mm: NDArray[np.float64]
    kinds: NDArray[np.int64]
    landmarks_mm: NDArray[np.float64]


@cache
def patient() -> Patient:
    """Return the patient; the same at each call.

    Examples
    --------
    >>> patient().t1.shape, patient().spacing
    ((81, 85, 65), array([3., 3., 3.]))
    """
    head = phantom.subject(PATIENT, spacing_mm=SPACING_MM)
    voids = phantom.signal_voids(head, seed=PATIENT)
    metal = np.isin(voids.kinds, (OUTER_HOLE, INNER_HOLE))
    rng = np.random.default_rng([PATIENT, 13])
    ute1, ute2 = (_without_signal(echo, metal, rng) for echo in (head.ute1, head.ute2))
    origin, spacing = np.array(head.grid.first_mm), np.array(head.spacing)
    return Patient(
        voids.t1, ute1, ute2, head.nac_pet, head.settings.echo_ms, spacing, origin,
        head.ct, head.labels, voids.kinds,
    )  # fmt: skip


@cache
def learned_from() -> phantom.Head:
    """Return the person who had both echoes and a CT, to learn from."""
    return phantom.head(spacing_mm=SPACING_MM)


@cache
def archive() -> tuple[ArchivedScan, ...]:
    """Return the scans of the six others; they are kept on the disk.

    Examples
    --------
    >>> [scan.origin.tolist() for scan in archive()][:2]
    [[-132.0, -108.0, -84.0], [-132.0, -108.0, -90.0]]
    """
    kept = storage.kept("chain_archive", _parameters(), _make_archive)
    return tuple(_archived(number, kept) for number in ARCHIVE)


@cache
def marked_voids() -> tuple[MarkedVoids, ...]:
    """Return voxels of metal artefacts and of sinuses that were marked in five of the others.

    Examples
    --------
    >>> [int((voids.kinds == ARTEFACT).sum()) for voids in marked_voids()]
    [42, 42, 42, 42, 42]
    """
    kept = storage.kept("chain_voids", _parameters(), _make_voids)
    kinds = np.repeat([ARTEFACT, SINUS], [_ARTEFACT_POINTS, _SINUS_POINTS])
    return tuple(
        MarkedVoids(kept[f"points{n}"], kinds, scan.landmarks_mm)
        for n, scan in zip(ARCHIVE[:_MARKED], archive(), strict=False)
    )


def _parameters() -> dict[str, object]:
    """Return what the archive depends on."""
    return {"people": ARCHIVE, "spacing_mm": SPACING_MM, "anatomy": learned_from().anatomy}


def _without_signal(
    echo: NDArray[np.uint16], metal: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Leave the noise alone where metal takes the signal."""
    noise = np.sqrt(np.mean(echo[-EMPTY_SLICES:].astype(float) ** 2) / 2)
    left = echo.copy()
    left[metal] = np.rint(rng.rayleigh(noise, np.count_nonzero(metal)))
    return left


def _make_archive() -> dict[str, NDArray]:
    """Scan the others."""
    made = {}
    for number in ARCHIVE:
        head = phantom.subject(number, spacing_mm=SPACING_MM)
        made[f"t1{number}"], made[f"ct{number}"] = head.t1, head.ct
        made[f"landmarks{number}"] = head.deformation.from_reference(_LANDMARKS_MM)
    return made


def _archived(number: int, kept: dict[str, NDArray]) -> ArchivedScan:
    """Give a scan its own field of view, and store its CT."""
    y, x = np.random.default_rng([number, 13]).integers(1, _MARGIN + 1, 2)
    stored = np.rint((kept[f"ct{number}"] - INTERCEPT) / SLOPE).astype(np.uint16)
    return ArchivedScan(
        kept[f"t1{number}"][:, y:, x:], stored[:, y:, x:], SLOPE, INTERCEPT,
        np.full(3, SPACING_MM), np.array(FIRST_MM) + SPACING_MM * np.array([0, y, x]),
        kept[f"landmarks{number}"],
    )  # fmt: skip


def _make_voids() -> dict[str, NDArray]:
    """Put metal at the teeth of the others, and mark some voxels of it and of their sinuses."""
    made = {}
    for number in ARCHIVE[:_MARKED]:
        head = phantom.subject(number, spacing_mm=SPACING_MM)
        kinds = phantom.signal_voids(head, seed=number).kinds
        rng = np.random.default_rng([number, 14])
        groups = (((OUTER_HOLE, INNER_HOLE), _ARTEFACT_POINTS), ((SINUS_VOID,), _SINUS_POINTS))
        chosen = [
            rng.choice(np.argwhere(np.isin(kinds, group)), count, replace=False)
            for group, count in groups
        ]
        made[f"points{number}"] = head.grid.positions(np.concatenate(chosen))
    return made
