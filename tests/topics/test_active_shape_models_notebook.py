"""Numbers that stand in the prose of notebook 11, and its quizzes, computed once more."""

import re
from collections import Counter

import numpy as np
import pytest
from scipy import linalg, ndimage, spatial

from course_lib.data import phantom
from course_lib.display import shape_scene as scene
from course_lib.display.search_figures import weights_in_deviations
from course_lib.display.void_figures import classified, votes_on
from course_lib.imaging import procrustes, shape_models, shapes
from course_lib.imaging import void_classification as voids
from course_lib.quiz.registry import find

NOTEBOOK = "11_active_shape_models"
LOWER, CHIN = scene.NAMES.index("below the chin"), scene.NAMES.index("chin")
MODE_2 = 1


def wrong_pixels(landmarks_of):
    """Count the wrong void pixels of all new patients, given their landmarks."""
    people = scene.new_people()
    return sum(
        np.count_nonzero(classified(person, landmarks_of(person)) != scene.void_pixels(person)[1])
        for person in people
    )


def test_only_the_map_in_which_artefacts_alone_are_filled_is_right_everywhere(prose):
    head = phantom.head(spacing_mm=4.0)
    kinds = phantom.signal_voids(head).kinds
    artefact, brain = np.isin(kinds, (1, 2)), np.isin(head.labels, (7, 8))
    as_it_is = phantom.signal_voids(head).mu_map

    def errors(filled):
        mu_map = np.where(filled, np.float32(0.0975), as_it_is)
        pet = phantom.correct_attenuation(head.nac_pet, mu_map, 4.0)
        percent = 100 * (pet - head.pet) / np.maximum(head.pet, 0.5)
        return round(percent[artefact].mean()), round(np.percentile(percent[brain], 99))

    assert errors(kinds < 0) == (-15, 0)
    assert errors(kinds > 0) == (0, 7)
    assert errors(artefact) == (-1, 0)
    assert "15 % too low" in prose
    assert "up to 7 % too high" in prose


def test_only_outer_holes_are_connected_with_the_air_outside():
    for person in scene.known_people()[:3]:
        parts, _ = ndimage.label(person.mu_map_artefact < 0.05)
        outside = parts == parts[0, 0]
        assert outside[person.voids == phantom.OUTER_HOLE].all()
        assert not outside[np.isin(person.voids, (phantom.INNER_HOLE, phantom.SINUS_VOID))].any()


def test_the_three_modes_of_the_seven_patients_are_the_true_ones():
    modes, deviations = scene.model().modes, np.sqrt(scene.model().variances)
    truth = phantom.landmarks(7)
    turn = shapes.best_rotation(truth.mean_mm * [-1, 1], scene.alignment().mean)
    likeness = np.einsum("mkd,nkd->mn", modes, truth.modes * [-1, 1] @ turn)
    np.testing.assert_allclose(np.abs(likeness), np.eye(3), atol=0.06)
    np.testing.assert_allclose(deviations, truth.deviations_mm, atol=0.2)


@pytest.mark.parametrize(
    ("number", "start", "end", "steps"),
    [(1, 9.7, 3.3, 4), (4, 12.6, 1.4, 13), (5, 9.0, 0.8, 5), (6, 10.3, 1.2, 22)],
)
def test_searches_begin_and_end_where_the_notebook_says(number, start, end, steps):
    person = scene.new_people()[number - 1]
    errors = [scene.mean_error_mm(points, person) for points in scene.search(person).history]
    assert (round(errors[0], 1), round(errors[-1], 1), len(errors) - 1) == (start, end, steps)


def test_only_the_search_that_went_wrong_ends_at_a_limit():
    people = scene.new_people()
    at_limit = [
        np.abs(weights_in_deviations(scene.search(person).points_mm)).max() > 2.99
        for person in people
    ]
    errors = [scene.mean_error_mm(scene.search(person).points_mm, person) for person in people]
    assert at_limit == [True] + [False] * 6
    assert np.argmax(errors) == 0


def test_the_chin_ends_too_high_in_patient_1_and_in_the_one_that_is_cut_off(prose):
    for person, above_mm in ((scene.new_people()[0], 16), (scene.cut_off_patient(), 30)):
        found = scene.search(person)
        above = scene.landmarks_mm(person)[:, 0] - found.points_mm[:, 0]
        assert np.abs(above[[CHIN, LOWER]] - above_mm).max() < 1
        assert weights_in_deviations(found.points_mm)[MODE_2] == pytest.approx(-3, abs=0.01)
        assert f"{above_mm} mm too high" in prose
    person = scene.cut_off_patient()
    assert scene.search(person).converged
    assert weights_in_deviations(scene.landmarks_mm(person))[MODE_2] == pytest.approx(1.9, abs=0.05)
    assert scene.landmarks_mm(person)[:, 0].max() > person.t1.shape[0] * person.spacing_mm


def test_split_by_patient_there_are_five_times_as_many_errors():
    known = scene.known_voids()
    assert np.bincount(known.labels).tolist() == [0, 210, 650]
    fifths = np.random.default_rng(0).permutation(len(known.labels)) % 5
    wrong = []
    for groups in (fifths, known.patients):
        found = np.empty_like(known.labels)
        for group in range(5):
            out = groups == group
            found[out] = voids.classify_pixels(
                known.offsets[out], known.offsets[~out], known.labels[~out]
            )
        wrong.append(np.count_nonzero(found != known.labels))
    assert wrong == [2, 11]


@pytest.mark.slow
def test_the_search_makes_errors_four_to_five_times_rarer_than_the_rigid_start():
    rigid = wrong_pixels(lambda person: scene.search(person).history[0])
    searched = wrong_pixels(lambda person: scene.search(person).points_mm)
    by_hand = wrong_pixels(scene.landmarks_mm)
    assert (rigid, searched, by_hand) == (451, 96, 59)


def test_what_was_never_seen_is_named_all_the_same_and_is_far_from_what_is_known():
    landmarks = scene.search(scene.new_people()[4]).points_mm
    implant = votes_on((120.0, 215.0), landmarks)
    assert (implant.landmarks == scene.ANATOMY).all()
    assert np.median(implant.nearest_mm) > 90
    known = scene.known_voids().offsets
    far = []
    for person in scene.new_people():
        offsets = voids.offsets_to_landmarks(
            scene.void_pixels(person)[0], scene.search(person).points_mm
        )
        nearest = [
            spatial.cKDTree(known[:, landmark]).query(offsets[:, landmark])[0]
            for landmark in range(16)
        ]
        far.append(np.median(nearest, axis=0))
    assert np.mean(np.concatenate(far) > 10) < 0.001


def test_a_nod_of_20_degrees_spoils_offsets_until_the_landmarks_are_turned_back():
    known, angle = scene.known_voids(), np.radians(20)
    nod = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    person = scene.new_people()[4]
    pixels, labels = scene.void_pixels(person)
    landmarks = scene.landmarks_mm(person)
    back = shapes.best_rotation(landmarks @ nod, scene.alignment().mean)
    wrong = [
        np.count_nonzero(
            voids.classify_pixels(
                voids.offsets_to_landmarks(pixels @ turn, landmarks @ turn),
                known.offsets,
                known.labels,
            )
            != labels
        )
        for turn in (nod, nod @ back)
    ]
    assert wrong[0] > 3 * wrong[1]


def test_hasty_landmarks_make_all_modes_fatter():
    variances = [
        shape_models.principal_modes(
            procrustes.generalized_procrustes(phantom.landmarks(7, 0, error).points_mm).aligned
        ).variances
        for error in (0.0, 2.0, 4.0)
    ]
    assert (variances[0] < variances[1]).all()
    assert (variances[1] < variances[2]).all()


def test_scipy_mirrors_a_face_where_that_fits_better():
    landmarks = scene.known_landmarks()[0]
    mirrored = landmarks * [1, -1]
    assert spatial.procrustes(landmarks, mirrored)[2] == pytest.approx(0, abs=1e-12)
    one, two = (shapes.center_and_scale(shape) for shape in (landmarks, mirrored))
    assert np.linalg.det(linalg.orthogonal_procrustes(two, one)[0]) == pytest.approx(-1)
    assert shapes.disparity(landmarks, mirrored) > 0.5


BY_HAND = {
    "centroid_value": lambda n: np.hypot(*n["sides"]),
    "mode_count": lambda n: min(n["people"] - 1, n["landmarks"] * n["axes"]),
    "explained_share": lambda n: sum(n["variances"][:2]) / sum(n["variances"]),
    "limited_weight": lambda n: np.sign(n["dx"][0]) * 3 * np.sqrt(n["variance"]),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_right_answers_of_the_quizzes_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    for _ in range(100):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(BY_HAND[name](numbers))


def test_in_a_drawn_vote_the_landmarks_and_all_neighbours_disagree():
    family, rng = find("void_vote"), np.random.default_rng(9)
    for _ in range(100):
        votes = family.draw(rng)["votes"]
        (landmarks, count), *_ = Counter(
            Counter(v).most_common(1)[0][0] for v in votes
        ).most_common()
        (pooled, _), *_ = Counter(label for row in votes for label in row).most_common()
        assert landmarks != pooled
        assert count == 3
        name = {1: "artefact", 2: "anatomy"}[landmarks]
        assert family.right({"votes": votes}) == f"{name}, by 3 to 2"


def test_every_slide_of_the_topic_is_named_in_a_section(prose):
    ranges = re.findall(r"minutes, slides? (\d+)(?: (?:to|and) (\d+))?", prose)
    named = {n for first, last in ranges for n in range(int(first), int(last or first) + 1)}
    assert named == set(range(74, 88)) - {78}
    assert "[slide 78]" in prose
