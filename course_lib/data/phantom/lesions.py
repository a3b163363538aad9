"""White matter lesions at two points in time, each with a known fate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom import scanners
from course_lib.data.phantom.deformations import Deformation, identity, rigid
from course_lib.data.phantom.people import Head
from course_lib.data.phantom.tissues import GREY, WHITE

_BRIGHTNESS = 0.45  # added to white matter in FLAIR, 1 is the brightest tissue
_APART_MM = 26.0
_DEPTH_MM = 3.9  # of a lesion's centre in the white matter
_HALF_LENGTH_MM = 7.5  # of the lesions that split or merge
_ROTATION_DEG, _TRANSLATION_MM = 4.0, 4.0
_COARSEST_MM = 3.0

# Fate: (radius, half length, parts) at baseline and at follow-up; None where there is no lesion.
_Shape = tuple[float, float, int] | None
_SHAPES: dict[str, tuple[_Shape, _Shape]] = {
    "stable": ((5.0, 0.0, 1), (5.0, 0.0, 1)),
    "grown": ((4.0, 0.0, 1), (5.5, 0.0, 1)),
    "shrunk": ((5.5, 0.0, 1), (4.0, 0.0, 1)),
    "new": (None, (5.0, 0.0, 1)),
    "vanished": ((5.0, 0.0, 1), None),
    "split": ((4.0, _HALF_LENGTH_MM, 1), (4.0, _HALF_LENGTH_MM, 2)),
    "merged": ((4.0, _HALF_LENGTH_MM, 2), (4.0, _HALF_LENGTH_MM, 1)),
}
FATES = tuple(_SHAPES)


@dataclass(frozen=True)
class Fate:
    """What became of one lesion.

    Parameters
    ----------
    fate : str
        One of `FATES`.
    baseline, follow_up : tuple of int
        Its numbers in the two lesion volumes: none, one, or two when it is in two parts.
    baseline_ml, follow_up_ml : float
        Volume of all its voxels.
    centre_mm : tuple of float
        Where it lies, in mm of the baseline.
    """

    fate: str
    baseline: tuple[int, ...]
    follow_up: tuple[int, ...]
    baseline_ml: float
    follow_up_ml: float
    centre_mm: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class LesionScan:
    """One visit.

    Parameters
    ----------
    image : (Z, Y, X) uint16 array
        FLAIR in arbitrary units.
    lesions : (Z, Y, X) uint8 array
        The truth: 0, or the number of the lesion's part. Numbers differ between the visits.
    labels : (Z, Y, X) uint8 array
        Tissues as the head lies at this visit; lesions are not in it.
    """

    image: NDArray[np.uint16]
    lesions: NDArray[np.uint8]
    labels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LesionStudy:
    """Two visits of one patient and the truth.

    Parameters
    ----------
    baseline, follow_up : LesionScan
        The visits. The head lies a little differently at the second.
    motion : Deformation
        Rigid; carries points of the follow-up to the baseline, in mm.
    truth : tuple of Fate
        One entry for each lesion.
    """

    baseline: LesionScan
    follow_up: LesionScan
    motion: Deformation
    truth: tuple[Fate, ...]


def with_lesions(head: Head, seed: int = 0, fates: tuple[str, ...] = FATES) -> LesionStudy:
    """Give a head lesions, and a second visit at which each has met its fate.

    Parameters
    ----------
    head : Head
        With a spacing of 3 mm at most; it is not changed.
    seed : int
        For the lesions' places, the patient's position and the noise.
    fates : tuple of str
        One for each lesion: stable, grown, shrunk, new, vanished, split or merged.

    Returns
    -------
    LesionStudy
        Parts of a lesion, and different lesions, are at least 1.5 voxels apart.

    Raises
    ------
    ValueError
        If a fate is unknown, the grid is too coarse, or the white matter too small for so many.

    Examples
    --------
    >>> from course_lib.data.phantom import head
    >>> study = with_lesions(head(spacing_mm=3.0, anatomy="analytic"), fates=("grown", "split"))
    >>> [(lesion.fate, lesion.baseline, len(lesion.follow_up)) for lesion in study.truth]
    [('grown', (1,), 1), ('split', (2,), 2)]
    """
    unknown = sorted(set(fates) - set(FATES))
    if unknown or not fates:
        raise ValueError(f"The fates are {fates}; {', '.join(FATES)} are allowed, at least one.")
    if head.grid.spacing_mm > _COARSEST_MM:
        raise ValueError(
            f"The head has a spacing of {head.grid.spacing_mm:g} mm; lesions need at most "
            f"{_COARSEST_MM:g} mm."
        )
    rng = np.random.default_rng([seed, 2])
    centres, directions = _places(head, len(fates), rng)
    motion = rigid(
        rng.uniform(-_ROTATION_DEG, _ROTATION_DEG, 3),
        rng.uniform(-_TRANSLATION_MM, _TRANSLATION_MM, 3),
    )
    parts = [
        [_parts(_SHAPES[fate][visit], centre, direction)
         for fate, centre, direction in zip(fates, centres, directions, strict=True)]
        for visit in (0, 1)
    ]  # fmt: skip
    numbers = [_numbers(parts[0], None), _numbers(parts[1], rng)]
    scans = [
        _scan(head, place, lesions, number, rng)
        for place, lesions, number in zip((identity(), motion), parts, numbers, strict=True)
    ]
    truth = tuple(
        Fate(fate, before, after, _volume_ml(scans[0], before, head),
             _volume_ml(scans[1], after, head), tuple(map(float, centre)))
        for fate, before, after, centre in zip(fates, *numbers, centres, strict=True)
    )  # fmt: skip
    return LesionStudy(scans[0], scans[1], motion, truth)


def _places(head: Head, count: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Draw centres deep in the white matter and far apart, with directions along the tissue."""
    depth = ndimage.distance_transform_edt(head.labels == WHITE, head.grid.spacing_mm)
    # Not at the centres of voxels, where a small ball always has too many of them.
    beside = rng.uniform(-0.5, 0.5, (np.count_nonzero(depth >= _DEPTH_MM), 3))
    candidates = head.grid.positions(np.argwhere(depth >= _DEPTH_MM) + beside)
    centres: list[NDArray] = []
    directions: list[NDArray] = []
    for candidate in rng.permutation(candidates):
        if candidate[0] < -15:  # cerebellum and stem stay free
            continue
        if centres and np.linalg.norm(np.array(centres) - candidate, axis=1).min() < _APART_MM:
            continue
        direction = rng.standard_normal(3)
        direction /= np.linalg.norm(direction)
        ends = candidate + np.outer([-1, 1], direction * (_HALF_LENGTH_MM + 4))
        index = np.rint(head.grid.indices(ends)).astype(int)
        if np.isin(head.labels[tuple(index.T)], (GREY, WHITE)).all():
            centres.append(candidate)
            directions.append(direction)
        if len(centres) == count:
            return np.array(centres), np.array(directions)
    raise ValueError(
        f"There is room for {len(centres)} lesions in this white matter, {count} were asked for."
    )


def _parts(shape: _Shape, centre: NDArray, direction: NDArray) -> list[tuple]:
    """Return the parts of a lesion: (one end, other end, radius) of a rod with round ends."""
    if shape is None:
        return []
    radius, half_length, parts = shape
    ends = centre + half_length * direction, centre - half_length * direction
    return [(*ends, radius)] if parts == 1 else [(end, end, radius) for end in ends]


def _numbers(lesions: list[list], rng: np.random.Generator | None) -> list[tuple[int, ...]]:
    """Give all parts numbers, in their order or in a random one."""
    total = sum(map(len, lesions))
    numbers = iter(np.arange(1, total + 1) if rng is None else rng.permutation(total) + 1)
    return [tuple(int(next(numbers)) for _ in parts) for parts in lesions]


def _scan(
    head: Head,
    place: Deformation,
    lesions: list[list],
    numbers: list[tuple[int, ...]],
    rng: np.random.Generator,
) -> LesionScan:
    """Scan the head with its lesions as it lies at one visit."""
    positions = np.moveaxis(place.positions(head.grid), 0, -1)
    volume = np.zeros(head.grid.shape, np.uint8)
    for parts, names in zip(lesions, numbers, strict=True):
        for (first, last, radius), number in zip(parts, names, strict=True):
            box = _box(head, place, np.stack([first, last]), radius)
            inside = _distance_from_rod(positions[box], first, last) < radius
            volume[box][inside] = number
    labels = place.warp(head.labels, head.grid, order=0)
    bias = scanners.coil_bias(head.grid, rng, head.settings)
    extra = np.float32(_BRIGHTNESS) * (volume > 0)
    image = scanners.contrast_image(labels, rng, head.settings, bias, "flair", extra=extra)
    return LesionScan(scanners.stored(image), volume, labels)


def _box(head: Head, place: Deformation, ends: NDArray, radius: float) -> tuple[slice, ...]:
    """Return the voxels that a rod can touch at one visit."""
    indices = head.grid.indices(place.from_reference(ends))
    margin = radius / head.grid.spacing_mm + 1
    low = np.maximum(indices.min(axis=0) - margin, 0).astype(int)
    high = (indices.max(axis=0) + margin).astype(int) + 1
    return tuple(map(slice, low.tolist(), high.tolist()))


def _distance_from_rod(positions: NDArray, first: NDArray, last: NDArray) -> NDArray:
    """Return the distance of each position from the line between two points, in mm."""
    along = (last - first).astype(np.float32)
    from_first = positions - first.astype(np.float32)
    share = np.clip(from_first @ along / max(float(along @ along), 1e-9), 0, 1)
    return np.linalg.norm(from_first - share[..., None] * along, axis=-1)


def _volume_ml(scan: LesionScan, numbers: tuple[int, ...], head: Head) -> float:
    """Return the volume of a lesion's parts in ml."""
    return float(np.isin(scan.lesions, numbers).sum() * head.grid.spacing_mm**3 / 1000)
