"""The chain of topic 13 with the course's own functions: its pieces, its maps, its errors.

The maps are in HU, on every third axial slice of the patient, because the rays of the phantom's PET
lie in axial slices: what is true for these slices does not depend on the others.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import chain_study as study
from course_lib.data import phantom
from course_lib.imaging import (
    air_segmentation,
    atlases,
    chains,
    contours,
    local_similarity,
    mr_mapping,
    outer_holes,
    shape_search,
    void_classification,
)
from course_lib.imaging.attenuation import attenuation_map
from course_lib.imaging.metrics import mean_absolute_error
from course_lib.imaging.registration import register
from course_lib.imaging.rescaling import rescale
from course_lib.imaging.shape_models import fit_shape_model
from course_lib.imaging.transforms import apply, compose, translation

SLICES = np.s_[2::3]
WATER_HU, AIR_HU, TISSUE_HU = 0.0, -1000.0, 40.0
PATCH, DECAY = 5, 1.0
BONE_FROM, BONE_TO = 100.0, 700.0  # 1/s, where the curve of bone holds
_SKIN = 0.5  # kBq/mL; brighter voxels count as this, so that the contour finds the skin
_NEAR_MM = 20.0  # of the artefacts, in which the mouth is looked at

#: The parts of the chain that can be left out, and the notebook each comes from.
PARTS = {
    "echoes": "bone from two echoes (03)",
    "others": "CT of six others (04)",
    "units": "stored numbers to HU (01)",
    "registration": "registration (05)",
    "ranks": "fusion by rank (06)",
    "inner": "inner hole filled (11)",
    "outer": "outer hole filled (12)",
}
#: The steps of the chain, and the parts that are there after each.
STEPS = {
    "02 water inside the outline": frozenset(),
    "03 bone and air from two echoes": frozenset(["echoes"]),
    "01, 04, 05 mean of six others": frozenset(["echoes", "others", "units", "registration"]),
    "06 fused by rank": frozenset(PARTS) - {"inner", "outer"},
    "11 inner hole filled": frozenset(PARTS) - {"outer"},
    "12 outer hole filled": frozenset(PARTS),
}


@dataclass(frozen=True, eq=False)
class Pieces:
    """What a chain is put together from, on the slices of the patient.

    Parameters
    ----------
    water : (S, Y, X) array
        Water inside the outline of the MR image, in HU.
    own : (S, Y, X) array
        Bone and air from the two echoes, in HU.
    others : mapping
        From (registered, ranked) to the map made of the six others' CT, in HU.
    inner, outer : (S, Y, X) bool array
        The artefact holes inside, and those that breach the surface.
    """

    water: NDArray
    own: NDArray
    others: Mapping[tuple[bool, bool], NDArray]
    inner: NDArray[np.bool_]
    outer: NDArray[np.bool_]

    def hu(self, parts: Set[str]) -> NDArray:
        """Return the map of a chain with some of the `PARTS`, in HU."""
        own = self.own if "echoes" in parts else self.water
        holes = np.zeros(own.shape, bool)
        for name in {"inner", "outer"} & parts:
            holes |= getattr(self, name)
        if "others" not in parts:
            return np.where(holes, TISSUE_HU, own)
        others = self.others["registration" in parts, "ranks" in parts]
        if "units" not in parts:
            others = (others - study.INTERCEPT) / study.SLOPE
        return chains.combine_maps(own, others, holes)


class Errors(NamedTuple):
    """How wrong a map and its PET are.

    Attributes
    ----------
    map_hu : float
        Mean absolute error of the map inside the body, in HU.
    body, brain, mouth : float
        Mean of the absolute differences of the PET in percent: in all tissue, in the brain, and
        within 20 mm of the metal.
    bias : float
        Mean difference of the PET in all tissue with its sign, in percent.
    """

    map_hu: float
    body: float
    brain: float
    mouth: float
    bias: float


class Truth(NamedTuple):
    """What the maps are measured against, on the slices of the patient."""

    ct: NDArray
    pet: NDArray
    inside: NDArray[np.bool_]
    regions: tuple[NDArray[np.bool_], ...]


@cache
def truth() -> Truth:
    """Return the true CT, the PET corrected with it, and where errors are measured.

    Examples
    --------
    >>> truth().pet.shape
    (27, 85, 65)
    """
    patient = study.patient()
    metal = np.isin(patient.voids, (phantom.OUTER_HOLE, phantom.INNER_HOLE))
    near = ndimage.distance_transform_edt(~metal, patient.spacing) <= _NEAR_MM
    ct, labels = patient.ct[SLICES], patient.labels[SLICES]
    pet = pet_of(ct)
    tissue = (labels >= 2) & (pet > _SKIN)
    return Truth(ct, pet, labels > 0, (tissue, tissue & (labels >= 6), tissue & near[SLICES]))


def pet_of(hu: NDArray | None) -> NDArray:
    """Correct the slices of the patient's PET with a map in HU; None for no correction."""
    nac_pet = study.patient().nac_pet[SLICES]
    if hu is None:
        return nac_pet
    return phantom.correct_attenuation(nac_pet, attenuation_map(hu), study.SPACING_MM)


def errors_of(hu: NDArray | None, pet: NDArray | None = None) -> Errors:
    """Measure a map and its PET; None stands for no map, and no correction.

    The PET is computed from the map where it is not given.

    Examples
    --------
    >>> errors_of(truth().ct).body
    0.0
    """
    true = truth()
    shown = np.full(true.ct.shape, AIR_HU) if hu is None else hu
    pet = pet_of(hu) if pet is None else pet
    table = [chains.step_errors(true.pet, [pet], region)[0] for region in true.regions]
    in_hu = mean_absolute_error(true.ct, shown, true.inside)
    return Errors(in_hu, *(float(row[1]) for row in table), float(table[0][0]))


@cache
def pieces() -> Pieces:
    """Make the pieces with the course's own functions; this takes some seconds.

    Examples
    --------
    >>> hu = pieces().hu(STEPS["12 outer hole filled"])
    >>> hu.shape == truth().ct.shape
    True
    """
    air, own = _from_echoes()
    moved = [_matrix(scan) for scan in study.archive()]
    others = {(registered, ranked): image
              for registered in (True, False)
              for ranked, image in _from_others(moved if registered else None)}  # fmt: skip
    return Pieces(_water(), own, others, _inner_hole(air, moved), _outer_hole(air))


def _water() -> NDArray:
    """Fill the outline of the MR image with water."""
    t1 = study.patient().t1
    limit = air_segmentation.noise_threshold(t1[-study.EMPTY_SLICES :], 0.01)
    return np.where(_outside(air_segmentation.neighbor_vote(t1 < limit)), AIR_HU, WATER_HU)[SLICES]


def _outside(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the air around the head: what is connected with the corner of the volume."""
    parts, _ = ndimage.label(air)
    return parts == parts[-1, 0, 0]


def _air_and_rate(ute1: NDArray, ute2: NDArray, echo_ms: tuple[float, float]):
    """Return the air of a person and R2*, with thresholds from the noise above the head."""
    empty = [echo[-study.EMPTY_SLICES :] for echo in (ute1, ute2)]
    limits = [air_segmentation.noise_threshold(each, 0.01) for each in empty]
    noise = air_segmentation.noise_threshold(empty[0], np.exp(-0.5))
    air = air_segmentation.neighbor_vote(air_segmentation.air_mask(ute1, ute2, *limits))
    return air, mr_mapping.r2star(ute1, ute2, echo_ms, noise)


def _from_echoes() -> tuple[NDArray[np.bool_], NDArray]:
    """Return the air of the patient, and the map made from the echoes on the slices."""
    known, patient = study.learned_from(), study.patient()
    air, rate = _air_and_rate(known.ute1, known.ute2, known.settings.echo_ms)
    bone = ~air & (rate >= BONE_FROM)
    curve = mr_mapping.fit_curve(rate[bone], known.ct[bone].astype(float), 3)
    soft = float(np.median(known.ct[~air & (rate < BONE_FROM)]))
    air, rate = _air_and_rate(patient.ute1, patient.ute2, patient.echo_ms)
    ends = (BONE_FROM, BONE_TO)
    return air, mr_mapping.continuous_map(rate[SLICES], air[SLICES], curve, ends, soft)


def _matrix(scan: study.ArchivedScan) -> NDArray:
    """Register a scan of the archive; the matrix moves its points onto the patient, in mm."""
    patient = study.patient()
    start = translation(scan.origin - patient.origin)
    found = register(
        patient.t1, scan.t1, patient.spacing, "ncc", moving_spacing=scan.spacing,
        freedom="affine", resolutions_mm=(8.0, 4.0), start=start,
    )  # fmt: skip
    return compose(translation(-scan.origin), found.transform, translation(patient.origin))


def _from_others(moved: list[NDArray] | None) -> list[tuple[bool, NDArray]]:
    """Fuse the CT of the others by rank and by their mean."""
    shape = study.patient().t1.shape
    index = np.stack(np.indices(shape), axis=-1)[SLICES].reshape(-1, 3)
    mrs, cts = [], []
    for number, scan in enumerate(study.archive()):
        matrix = np.eye(4) if moved is None else moved[number]
        grids = [(each.spacing, each.origin) for each in (study.patient(), scan)]
        places = chains.source_index(index, grids[0], matrix, grids[1])
        hu = rescale(scan.stored_ct, scan.slope, scan.intercept)
        mrs.append(_read(scan.t1, places, 0.0))
        cts.append(_read(hu, places, AIR_HU))
    t1 = study.patient().t1[SLICES].astype(float)
    alike = [
        np.stack([local_similarity.local_ncc(*pair, PATCH) for pair in zip(t1, mr, strict=True)])
        for mr in mrs
    ]
    return [(True, atlases.fuse_by_rank(alike, cts, DECAY)), (False, atlases.average(cts))]


def _read(image: NDArray, places: NDArray, outside: float) -> NDArray:
    """Read an image between its voxels, and put the values onto the slices."""
    values = ndimage.map_coordinates(
        image.astype(np.float32), places.T, order=1, mode="constant", cval=outside
    )
    return values.reshape(truth().ct.shape)


def _inner_hole(air: NDArray[np.bool_], moved: list[NDArray]) -> NDArray[np.bool_]:
    """Tell metal from sinuses among the air inside: offsets to landmarks, and two majorities."""
    patient = study.patient()
    landmarks = np.stack([scan.landmarks_mm for scan in study.archive()])
    carried = np.mean([apply(m, p) for m, p in zip(moved, landmarks, strict=True)], axis=0)
    legal = shape_search.fit_to_points(carried, fit_shape_model(landmarks)).points_mm
    known = [
        void_classification.offsets_to_landmarks(each.points_mm, each.landmarks_mm)
        for each in study.marked_voids()
    ]
    kinds = np.concatenate([each.kinds for each in study.marked_voids()])
    found = void_classification.classify_voids(
        air & ~_outside(air), legal - patient.origin, patient.spacing, np.concatenate(known), kinds
    )
    return (found == study.ARTEFACT)[SLICES]


def _outer_hole(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find air inside the outline of the PET that is connected with the air around."""
    mu_map = attenuation_map(np.where(air, AIR_HU, TISSUE_HU))[SLICES]
    hole = np.zeros(mu_map.shape, bool)
    for number, image in enumerate(study.patient().nac_pet[SLICES]):
        body = _outline(image)
        if body.any():
            hole[number] = outer_holes.outer_hole(mu_map[number], body)
    return ndimage.binary_opening(hole, np.ones((1, 3, 3)))  # without the rim beyond the skin


def _outline(nac_pet: NDArray) -> NDArray[np.bool_]:
    """Mark the body in a slice of PET without attenuation correction."""
    clipped = np.minimum(nac_pet, _SKIN)
    if np.ptp(clipped) < _SKIN / 2:
        return np.zeros(nac_pet.shape, bool)  # nothing but noise
    level_set = contours.chan_vese(clipped, mu=0.1).level_set
    return outer_holes.contour_mask(level_set)
