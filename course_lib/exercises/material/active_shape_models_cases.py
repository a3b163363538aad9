"""Inputs of topic 11, and its references in the form in which students write them."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import procrustes, shape_models, shapes
from course_lib.imaging.void_classification import offsets_to_landmarks

ARTEFACT, ANATOMY = 1, 2
# What libraries offer in the place of the exercises.
LIBRARY_PROCRUSTES = ("scipy.spatial.procrustes", "scipy.linalg.orthogonal_procrustes")
LIBRARY_MODES = ("sklearn.decomposition.PCA",)
_PEOPLE, _SEEDS = 7, 2**31


def mean_of_shapes(landmarks: ArrayLike) -> NDArray[np.float64]:
    """Return the mean shape of many people, of centroid size 1, by the reference.

    Raises
    ------
    ValueError
        If there are fewer than two people, or the landmarks of one lie on one point.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 2.0], [2.0, 0.0]])
    >>> mean_of_shapes([square, 3 * square + 7])[2].round(6).tolist()
    [0.353553, 0.353553]
    """
    return shapes.center_and_scale(procrustes.mean_shape(landmarks))


def shape_modes(aligned: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the modes of aligned shapes and the variances along them, by the reference.

    Raises
    ------
    ValueError
        If all shapes are the same.

    Examples
    --------
    >>> modes, variances = shape_modes([[[0, 0], [4, 0]], [[0, 0], [4, 2]]])
    >>> modes.shape, variances.round(9).tolist()
    ((1, 2, 2), [2.0])
    """
    model = shape_models.principal_modes(aligned)
    return model.modes, model.variances


def _people(rng: np.random.Generator, placement_mm: float = 1.0) -> NDArray[np.float64]:
    """Draw landmarks of seven people, as somebody placed them."""
    return phantom.landmarks(_PEOPLE, int(rng.integers(_SEEDS)), placement_mm).points_mm


def one_person(rng: np.random.Generator) -> Arguments:
    """Draw the landmarks of one person."""
    return (_people(rng)[0],)


def two_people(rng: np.random.Generator) -> Arguments:
    """Draw the landmarks of two people who lie turned against each other."""
    first, second = _people(rng)[:2]
    angle = np.deg2rad(rng.uniform(15, 70) * rng.choice([-1, 1]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return first @ turn + rng.uniform(-30, 30, 2), second


def mirrored_person(rng: np.random.Generator) -> Arguments:
    """Draw a person who looks the other way in one of two images."""
    first, second = two_people(rng)
    return first * [1, -1], second


def seven_people(rng: np.random.Generator) -> Arguments:
    """Draw the landmarks of seven people."""
    return (_people(rng),)


def aligned_people(rng: np.random.Generator) -> Arguments:
    """Draw seven people after generalised Procrustes analysis."""
    return (procrustes.generalized_procrustes(_people(rng)).aligned,)


def _model(rng: np.random.Generator) -> shape_models.ShapeModel:
    """Draw a shape model of three modes."""
    return shape_models.fit_shape_model(_people(rng, 0.0))


def model_and_weights(rng: np.random.Generator) -> Arguments:
    """Draw a mean shape, its modes, and weights in mm."""
    model = _model(rng)
    return model.mean, model.modes, rng.normal(size=len(model.modes)) * np.sqrt(model.variances)


def shape_and_model(rng: np.random.Generator) -> Arguments:
    """Draw landmarks that an image has moved, and the model that they came from."""
    mean, modes, weights = model_and_weights(rng)
    legal = shape_models.generate_shape(mean, modes, weights)
    return legal + rng.normal(0, 3, mean.shape), mean, modes


def weights_and_variances(rng: np.random.Generator) -> Arguments:
    """Draw weights of five modes, of which two are too large, and a limit."""
    variances = np.sort(rng.uniform(2, 90, 5))[::-1]
    limit = float(rng.choice([2.0, 2.5, 3.0]))
    deviations = rng.permutation([-1.6, 1.4, 0.3, -0.5, 0.8]) * limit
    return deviations * np.sqrt(variances), variances, limit


def pixels_and_landmarks(rng: np.random.Generator) -> Arguments:
    """Draw pixels of a void, in mm, and the landmarks of the person."""
    landmarks = _people(rng)[0]
    return landmarks[3] + rng.uniform(-12, 12, (9, 2)).round(1), landmarks


@cache
def _voids(person: int) -> tuple[NDArray, NDArray, NDArray]:
    """Return some void pixels of a person in mm, what they are, and the landmarks in mm."""
    head = phantom.head(seed=0, spacing_mm=4.0, anatomy="analytic")
    subject = phantom.sagittal_subjects(head, 5)[person]
    places = np.argwhere(subject.voids != phantom.NO_VOID)
    is_sinus = subject.voids[tuple(places.T)] == phantom.SINUS_VOID
    labels = np.where(is_sinus, ANATOMY, ARTEFACT)
    return places * subject.spacing_mm, labels, subject.landmarks * subject.spacing_mm


def known_and_new_offsets(rng: np.random.Generator) -> Arguments:
    """Draw offsets to one landmark with their labels, and those of another person without."""
    first, second = (int(person) for person in rng.choice(5, 2, replace=False))
    landmark, neighbors = int(rng.integers(16)), int(rng.choice([3, 5, 7]))
    tables = []
    for person, count in ((first, 60), (second, 12)):
        pixels, labels, landmarks = _voids(person)
        chosen = rng.choice(len(pixels), count, replace=False)
        nearby = pixels[chosen] + rng.uniform(-0.5, 0.5, (count, 2))  # so that no two are as far
        offsets = offsets_to_landmarks(nearby, landmarks)
        tables.append((offsets[:, landmark], labels[chosen]))
    (known, labels), (new, _) = tables
    return known, labels, new, neighbors


def votes_of_pixels(rng: np.random.Generator) -> Arguments:
    """Draw the labels of five neighbours at each of several landmarks, for some pixels."""
    leaning = rng.uniform(0.3, 0.7, (40, 7, 1))
    return (np.where(rng.random((40, 7, 5)) < leaning, ARTEFACT, ANATOMY),)


def votes_of_three_kinds(rng: np.random.Generator) -> Arguments:
    """Draw such labels of three kinds of voids, with an even number of landmarks."""
    return (rng.integers(1, 4, (60, 6, 5)),)
