"""Artefact or anatomy, against known truths and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from course_lib.data import phantom
from course_lib.imaging import void_classification as voids

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
ARTEFACT, SINUS = 1, 2


def test_an_offset_leads_from_the_landmark_to_the_pixel():
    offsets = voids.offsets_to_landmarks([[10, 20]], [[7, 16], [10, 20]])
    np.testing.assert_array_equal(offsets, [[[3, 4], [0, 0]]])


@few
@given(generators)
def test_offsets_do_not_change_when_the_patient_lies_elsewhere(rng):
    pixels, landmarks, move = rng.normal(size=(9, 2)), rng.normal(size=(4, 2)), rng.normal(size=2)
    moved = voids.offsets_to_landmarks(pixels + move, landmarks + move)
    np.testing.assert_allclose(moved, voids.offsets_to_landmarks(pixels, landmarks), atol=1e-12)


def test_the_nearest_labels_come_in_order_of_distance():
    known = [[0, 0], [0, 3], [0, 7], [9, 9]]
    labels = voids.nearest_labels(known, [4, 5, 6, 7], [[0, 2], [8, 8]], neighbours=3)
    np.testing.assert_array_equal(labels, [[5, 4, 6], [7, 6, 5]])


@few
@given(generators)
def test_the_nearest_labels_are_those_of_all_distances_sorted(rng):
    known, points = rng.normal(size=(20, 2)), rng.normal(size=(6, 2))
    labels = rng.integers(0, 3, 20)
    far = np.linalg.norm(points[:, None] - known, axis=2)
    expected = labels[far.argsort(axis=1)[:, :5]]
    np.testing.assert_array_equal(voids.nearest_labels(known, labels, points), expected)


def test_the_majority_of_landmarks_decides_not_that_of_all_neighbours():
    barely, clearly = [ARTEFACT] * 3 + [SINUS] * 2, [SINUS] * 5
    votes = np.array([[barely, barely, clearly]])
    assert np.sum(votes == SINUS) > np.sum(votes == ARTEFACT)
    assert voids.landmark_majority(votes) == [ARTEFACT]


def test_a_tie_between_landmarks_goes_to_the_lowest_label():
    assert voids.landmark_majority([[[SINUS] * 3, [ARTEFACT] * 3]]) == [ARTEFACT]


@few
@given(generators)
def test_with_one_landmark_it_is_the_vote_of_scikit_learn(rng):
    known, points = rng.normal(size=(40, 1, 2)), rng.normal(size=(10, 1, 2))
    labels = rng.integers(0, 2, 40)
    peer = KNeighborsClassifier(5).fit(known[:, 0], labels).predict(points[:, 0])
    np.testing.assert_array_equal(voids.classify_pixels(points, known, labels), peer)


def test_one_void_can_be_of_two_kinds_where_artefact_and_sinus_have_grown_together():
    mask = np.zeros((3, 12), bool)
    mask[1, 1:11] = True
    pixels = np.argwhere(mask) * 2.0
    landmarks = np.array([[0.0, 0.0], [4.0, 22.0]])
    labels = np.where(pixels[:, 1] < 11, SINUS, ARTEFACT)
    known = voids.offsets_to_landmarks(pixels, landmarks)
    kinds = voids.classify_voids(mask, landmarks, 2.0, known, labels, neighbours=1)
    np.testing.assert_array_equal(kinds[1], [0] + [SINUS] * 5 + [ARTEFACT] * 5 + [0])
    assert not kinds[[0, 2]].any()
    none = voids.classify_voids(np.zeros((3, 12), bool), landmarks, 2.0, known, labels)
    assert not none.any()


def known_voids(person, rng, most=None):
    """Return offsets and labels of the pixels of a person's voids, or of some of them."""
    pixels = np.argwhere(person.voids != phantom.NO_VOID)
    kinds = person.voids[tuple(pixels.T)]
    labels = np.where(kinds == phantom.SINUS_VOID, SINUS, ARTEFACT)
    chosen = np.arange(len(labels))
    if most:
        chosen = np.concatenate(
            [
                rng.permutation(np.flatnonzero(labels == label))[:count]
                for label, count in most.items()
            ]
        )
    pixels_mm = pixels[chosen] * person.spacing_mm
    return voids.offsets_to_landmarks(pixels_mm, person.landmarks * person.spacing_mm), labels[
        chosen
    ]


@pytest.mark.slow
def test_voids_of_a_person_left_out_are_told_apart_in_98_of_100_pixels():
    people = phantom.sagittal_subjects(phantom.head(), 5)
    rng = np.random.default_rng(0)
    # About the lecture's numbers in all: 650 pixels of anatomy and 210 of artefacts.
    tables = [known_voids(person, rng, {SINUS: 160, ARTEFACT: 53}) for person in people]
    for number, person in enumerate(people):
        others = [table for other, table in enumerate(tables) if other != number]
        known, labels = (np.concatenate(part) for part in zip(*others, strict=True))
        offsets, truth = known_voids(person, rng)
        found = voids.classify_pixels(offsets, known, labels)
        assert np.mean(found == truth) > 0.98
        assert np.mean(found[truth == ARTEFACT] == ARTEFACT) > 0.85


def test_arguments_stay_unchanged_and_strided_ones_give_the_same():
    rng = np.random.default_rng(1)
    known, new = rng.normal(size=(30, 3, 2)), rng.normal(size=(8, 3, 2))
    labels = rng.integers(1, 3, 30)
    before = known.copy(), new.copy(), labels.copy()
    expected = voids.classify_pixels(new, known, labels)
    strided = voids.classify_pixels(
        np.asfortranarray(new), np.repeat(known, 2, axis=0)[::2], np.repeat(labels, 2)[::2]
    )
    np.testing.assert_array_equal(strided, expected)
    for array, copy in zip((known, new, labels), before, strict=True):
        np.testing.assert_array_equal(array, copy)


POINTS = np.zeros((6, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: voids.offsets_to_landmarks([[1, 2, 3]], [[1, 2]]), "pixels, axes"),
        (lambda: voids.offsets_to_landmarks([[1, np.nan]], [[1, 2]]), "NaN"),
        (lambda: voids.nearest_labels(POINTS, [1] * 5, POINTS), "one whole number for each"),
        (lambda: voids.nearest_labels(POINTS, [0.5] * 6, POINTS), "whole number"),
        (lambda: voids.nearest_labels(POINTS, [1] * 6, POINTS, 7), "6 points are known"),
        (lambda: voids.nearest_labels(POINTS, [1] * 6, POINTS, 0), "number of neighbours is 0"),
        (lambda: voids.nearest_labels(POINTS, [1] * 6, np.zeros((2, 3))), "as many columns"),
        (lambda: voids.nearest_labels(POINTS[:0], [], POINTS), "at least one landmark"),
        (lambda: voids.landmark_majority([[1, 2]]), "pixels, landmarks, neighbours"),
        (lambda: voids.landmark_majority(np.full((1, 1, 3), 0.5)), "whole"),
        (lambda: voids.classify_pixels(POINTS, POINTS, [1] * 6), "pixels, landmarks, axes"),
        (lambda: voids.classify_voids([0.0], [[1]], 1, [[[1]]], [1]), "bool"),
    ],
)
def test_voids_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
