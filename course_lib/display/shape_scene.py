"""The people of topic 11: seven with landmarks, seven new ones, their shape model and searches.

Points are (Y, X) in mm from the centre of the first pixel of a slice through the middle of a head,
Y downward and X toward the back.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import phantom
from course_lib.imaging.landmark_offsets import best_matches, landmark_patches
from course_lib.imaging.procrustes import Procrustes, generalized_procrustes
from course_lib.imaging.registration import register
from course_lib.imaging.shape_models import ShapeModel, fit_shape_model
from course_lib.imaging.shape_search import ShapeSearch, search_shape
from course_lib.imaging.transforms import apply
from course_lib.imaging.void_classification import offsets_to_landmarks

SPACING_MM = 2.0
PEOPLE = 7
BLUR_MM, PATCH_MM, REACH_MM = 3.0, 12.0, 8.0
ARTEFACT, ANATOMY = 1, 2
KNOWN_PATIENTS, KNOWN_ANATOMY, KNOWN_ARTEFACT = 5, 650, 210  # slide 86
NAMES = tuple(phantom.landmarks(PEOPLE).names)
# Landmarks joined by lines: the face, the back of the head, the callosum, the cerebellum.
LINES = ((13, 0, 1, 2, 3, 4, 5, 6), (13, 14, 15), (11, 12), (8, 9, 10))
_KNOWN_SEED, _NEW_SEED, _CUT_SEED = 0, 4, 3

Points = NDArray[np.float64]


class KnownVoids(NamedTuple):
    """Pixels of voids whose kind is known.

    Attributes
    ----------
    offsets : (M, K, 2) array
        To the landmarks of their patient, in mm.
    labels : (M,) array
        `ARTEFACT` or `ANATOMY`.
    patients : (M,) array
        Number of the patient.
    """

    offsets: Points
    labels: NDArray
    patients: NDArray


@cache
def known_people() -> tuple[phantom.SagittalSubject, ...]:
    """Return the seven patients whose landmarks somebody placed.

    Examples
    --------
    >>> len(known_people())
    7
    """
    return phantom.sagittal_subjects(phantom.head(), PEOPLE, _KNOWN_SEED)


@cache
def new_people() -> tuple[phantom.SagittalSubject, ...]:
    """Return seven new patients, of whom nobody has placed landmarks; the truth is known.

    Examples
    --------
    >>> new_people()[0].t1.shape
    (121, 127)
    """
    return phantom.sagittal_subjects(phantom.head(), PEOPLE, _NEW_SEED)


@cache
def cut_off_patient() -> phantom.SagittalSubject:
    """Return a patient whose chin lies outside of the image.

    Examples
    --------
    >>> person = cut_off_patient()
    >>> bool((person.landmarks[:, 0] > person.t1.shape[0]).any())
    True
    """
    return phantom.sagittal_subjects(phantom.head(), PEOPLE, _CUT_SEED)[0]


def landmarks_mm(person: phantom.SagittalSubject) -> Points:
    """Return the true landmarks of a person, (K, 2) in mm.

    Examples
    --------
    >>> landmarks_mm(known_people()[0]).shape
    (16, 2)
    """
    return person.landmarks * person.spacing_mm


@cache
def known_landmarks() -> Points:
    """Return the landmarks of the seven patients, (7, K, 2) in mm.

    Examples
    --------
    >>> known_landmarks().shape
    (7, 16, 2)
    """
    return np.stack([landmarks_mm(person) for person in known_people()])


@cache
def alignment() -> Procrustes:
    """Return the generalised Procrustes analysis of the seven patients.

    Examples
    --------
    >>> len(alignment().costs)
    3
    """
    return generalized_procrustes(known_landmarks())


@cache
def model() -> ShapeModel:
    """Return the shape model of the seven patients.

    Examples
    --------
    >>> np.sqrt(model().variances).round(1).tolist()
    [8.9, 6.4, 4.5]
    """
    return fit_shape_model(known_landmarks())


def blurred(person: phantom.SagittalSubject) -> NDArray[np.float32]:
    """Return the MR image of a person, with the artefact, blurred.

    Examples
    --------
    >>> blurred(new_people()[0]).dtype
    dtype('float32')
    """
    return ndimage.gaussian_filter(
        person.t1_artefact.astype(np.float32), BLUR_MM / person.spacing_mm
    )


@cache
def patches() -> Points:
    """Return what each landmark looks like, learned from the seven patients.

    Examples
    --------
    >>> patches().shape
    (16, 13, 13)
    """
    images = [blurred(person) for person in known_people()]
    return landmark_patches(images, known_landmarks(), SPACING_MM, radius_mm=PATCH_MM)


def wanted_offsets(person: phantom.SagittalSubject) -> Callable[[Points], Points]:
    """Return the function that says where an image wants landmarks to go.

    Examples
    --------
    >>> person = new_people()[4]
    >>> wanted_offsets(person)(landmarks_mm(person)).shape
    (16, 2)
    """
    image = blurred(person)
    return lambda points: best_matches(image, points, patches(), SPACING_MM, reach_mm=REACH_MM)


def start_mm(person: phantom.SagittalSubject) -> Points:
    """Carry the landmarks of the first known patient over, by rigid registration.

    Examples
    --------
    >>> person = new_people()[4]
    >>> round(mean_error_mm(start_mm(person), person), 1)
    9.0
    """
    atlas = known_people()[0]
    found = register(blurred(person), blurred(atlas), SPACING_MM, "ncc")
    return apply(found.transform, landmarks_mm(atlas))


@cache
def search(person: phantom.SagittalSubject) -> ShapeSearch:
    """Search the landmarks of a new patient, as on slides 83 and 84.

    Examples
    --------
    >>> found = search(new_people()[4])
    >>> len(found.history), found.converged
    (6, True)
    """
    return search_shape(start_mm(person), wanted_offsets(person), model())


def mean_error_mm(points: Points, person: phantom.SagittalSubject) -> float:
    """Return how far landmarks lie from the true ones, on average, in mm.

    Examples
    --------
    >>> mean_error_mm(landmarks_mm(new_people()[0]), new_people()[0])
    0.0
    """
    return float(np.linalg.norm(points - landmarks_mm(person), axis=-1).mean())


def void_pixels(person: phantom.SagittalSubject) -> tuple[NDArray, NDArray]:
    """Return the pixels of all voids of a person in mm, and what they are.

    Examples
    --------
    >>> pixels, labels = void_pixels(new_people()[0])
    >>> len(pixels) == len(labels), np.unique(labels).tolist()
    (True, [1, 2])
    """
    places = np.argwhere(person.voids != phantom.NO_VOID)
    is_sinus = person.voids[tuple(places.T)] == phantom.SINUS_VOID
    return places * person.spacing_mm, np.where(is_sinus, ANATOMY, ARTEFACT)


@cache
def known_voids() -> KnownVoids:
    """Draw 650 pixels of anatomy and 210 of artefacts from five patients, as on slide 86.

    Examples
    --------
    >>> np.bincount(known_voids().labels)[1:].tolist()
    [210, 650]
    """
    rng = np.random.default_rng(_KNOWN_SEED)
    tables = [void_pixels(person) for person in known_people()[:KNOWN_PATIENTS]]
    offsets = np.concatenate(
        [
            offsets_to_landmarks(pixels, landmarks)
            for (pixels, _), landmarks in zip(tables, known_landmarks(), strict=False)
        ]
    )
    labels = np.concatenate([labels for _, labels in tables])
    patients = np.repeat(np.arange(KNOWN_PATIENTS), [len(labels) for _, labels in tables])
    chosen = np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == label), count, replace=False)
            for label, count in ((ANATOMY, KNOWN_ANATOMY), (ARTEFACT, KNOWN_ARTEFACT))
        ]
    )
    return KnownVoids(offsets[chosen], labels[chosen], patients[chosen])
