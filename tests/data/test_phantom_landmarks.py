"""Landmarks of the phantom vary as told, and images of people move with them."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.data.phantom import tissues
from course_lib.data.phantom.landmark_sets import MODE_NAMES, REFERENCE_MM

pytestmark = pytest.mark.slow  # heads are made anew for each test


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def head():
    return phantom.head(spacing_mm=3.0, anatomy="analytic")


def test_modes_are_perpendicular_to_each_other_and_to_moving_turning_and_scaling():
    people = phantom.landmarks()
    modes = people.modes.reshape(3, -1)
    np.testing.assert_allclose(modes @ modes.T, np.eye(3), atol=1e-12)
    centred = people.mean_mm - people.mean_mm.mean(axis=0)
    turned = np.stack([-centred[:, 1], centred[:, 0]], axis=1)
    up, back = np.zeros_like(centred), np.zeros_like(centred)
    up[:, 0], back[:, 1] = 1, 1
    for move in (centred, turned, up, back):
        np.testing.assert_allclose(modes @ move.ravel(), 0, atol=1e-9)


def test_modes_mean_what_their_names_say():
    people = phantom.landmarks()
    row = {name: i for i, name in enumerate(people.names)}
    mouth, chin, stretch = people.modes
    assert MODE_NAMES == ("mouth and cerebellum", "chin", "front to back")
    assert mouth[row["upper lip"], 1] > 0.3
    assert abs(mouth[row["lower cerebellum"], 0]) > 0.2
    assert np.linalg.norm(chin[row["chin"]]) > 0.4
    assert stretch[row["nape"], 1] > 0 > stretch[row["tip of the nose"], 1]


def test_weights_are_uncorrelated_with_variance_1():
    weights = phantom.landmarks(7, seed=3).weights
    np.testing.assert_allclose(weights.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cov(weights.T), np.eye(3), atol=1e-12)


def test_taking_the_pose_away_gives_the_shapes_exactly():
    people = phantom.landmarks(8, seed=2)
    for i, points in enumerate(people.points_mm):
        angle = np.deg2rad(people.rotations_deg[i])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        shape = (points - people.translations_mm[i]) @ turn / people.scales[i]
        strength = people.weights[i] * people.deviations_mm
        expected = people.mean_mm + np.tensordot(strength, people.modes, 1)
        np.testing.assert_allclose(shape, expected, atol=1e-9)


def test_principal_components_after_a_plain_alignment_find_the_true_modes():
    people = phantom.landmarks(7, seed=1)
    mean = people.mean_mm - people.mean_mm.mean(axis=0)
    aligned = []
    for points in people.points_mm:
        centred = points - points.mean(axis=0)
        u, sizes, v = np.linalg.svd(centred.T @ mean)
        aligned.append(sizes.sum() / (centred**2).sum() * centred @ (u @ v))
    shapes = np.array(aligned).reshape(7, -1)
    _, sizes, found = np.linalg.svd(shapes - shapes.mean(axis=0))
    overlap = abs(found[:3] @ people.modes.reshape(3, -1).T)
    assert (np.diag(overlap) > 0.97).all()
    np.testing.assert_allclose(sizes[:3] / np.sqrt(6), people.deviations_mm, rtol=0.06)


def test_placement_adds_its_error_and_nothing_else():
    exact, placed = phantom.landmarks(40), phantom.landmarks(40, placement_mm=1.5)
    difference = placed.points_mm - exact.points_mm
    assert difference.std() == pytest.approx(1.5, rel=0.1)


def test_impossible_landmark_sets_are_refused():
    with pytest.raises(ValueError, match="at least 5 people"):
        phantom.landmarks(4)
    with pytest.raises(ValueError, match="error of -1 mm"):
        phantom.landmarks(7, placement_mm=-1)


@pytest.mark.parametrize("anatomy", ["template", "analytic"])
def test_landmarks_on_the_skin_lie_on_the_skin_of_the_reference(anatomy):
    head = phantom.head(spacing_mm=3.0, anatomy=anatomy)
    plane = head.plane("sagittal", 0.0)
    inside = plane.labels > 0
    away = np.where(
        inside, ndimage.distance_transform_edt(inside), ndimage.distance_transform_edt(~inside)
    )
    inner = {"sphenoid sinus", "front of the pons", "lower cerebellum", "back of the cerebellum",
             "front of the callosum", "back of the callosum"}  # fmt: skip
    for name, point in REFERENCE_MM.items():
        row, column = np.rint(plane.pixels(np.array(point))).astype(int)
        if name in inner:
            assert inside[row, column], name
        elif anatomy == "template":
            assert away[row, column] * 3 <= 9, name


@pytest.fixture(scope="module")
def people(head):
    return phantom.sagittal_subjects(head, n=7, seed=1)


def test_images_of_people_move_with_their_landmarks(people, head):
    reference = head.labels[:, :, head.grid.nearest(2, 0.0)]
    mean = np.array(list(REFERENCE_MM.values()))
    for person in people:
        ours = np.rint(person.landmarks).astype(int)
        index = np.rint((mean - head.grid.first_mm[:2]) / head.grid.spacing_mm).astype(int)
        same = 0
        for (row, column), (z, y) in zip(ours, index, strict=True):
            around = person.labels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            same += reference[z, y] in around
        assert same >= 14


def test_people_have_outer_and_inner_holes_and_sinuses(people):
    for number, person in enumerate(people):
        kinds = set(np.unique(person.voids)) - {phantom.NO_VOID}
        hole = phantom.OUTER_HOLE if number % 2 == 0 else phantom.INNER_HOLE
        assert kinds == {hole, phantom.SINUS_VOID}


def test_outer_holes_touch_the_outside_and_inner_ones_do_not(people):
    for person in people:
        outside = ndimage.binary_dilation(person.labels == tissues.AIR)
        assert not (outside & (person.voids == phantom.INNER_HOLE)).any()
        if (person.voids == phantom.OUTER_HOLE).any():
            assert (outside & (person.voids == phantom.OUTER_HOLE)).any()


def test_artefacts_take_signal_and_attenuation_away_and_sinuses_stay(people):
    for person in people:
        artefact = np.isin(person.voids, (phantom.OUTER_HOLE, phantom.INNER_HOLE))
        assert (person.mu_map_artefact[artefact] == 0).all()
        np.testing.assert_array_equal(person.mu_map_artefact[~artefact], person.mu_map[~artefact])
        core = ndimage.binary_erosion(artefact)
        clean, dark = person.t1[core].mean(), person.t1_artefact[core].mean()
        assert dark < 100 or dark < 0.5 * clean


def test_there_are_enough_void_pixels_to_learn_from(people):
    voids = np.concatenate([person.voids.ravel() for person in people[:5]])
    artefacts = np.isin(voids, (phantom.OUTER_HOLE, phantom.INNER_HOLE)).sum()
    assert (voids == phantom.SINUS_VOID).sum() > 650
    assert artefacts > 90  # at 3 mm; 210 at 2 mm


def test_sagittal_people_need_the_reference_head():
    subject = phantom.subject(1, spacing_mm=8.0, anatomy="analytic")
    with pytest.raises(ValueError, match="subject 1"):
        phantom.sagittal_subjects(subject)
