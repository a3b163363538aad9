"""The widgets of topic 11: their numbers are true."""

import re

import numpy as np
import pytest
from scipy import ndimage
from widget_parts import check_drawn

from course_lib.data import phantom
from course_lib.display import (
    mode_figures,
    search_figures,
    shape_figures,
    void_figures,
)
from course_lib.display import shape_scene as scene
from course_lib.imaging import shapes
from course_lib.imaging import void_classification as voids
from course_lib.imaging.shape_models import generate_shape

FOUND, RIGID, BY_HAND = void_figures.SOURCES


def numbers_in(text):
    """Return all numbers of a text."""
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def test_each_step_of_procrustes_brings_people_nearer_or_leaves_them():
    distances = [shape_figures.pair_distance_mm(points) for points in shape_figures.aligned_steps()]
    assert np.round(distances, 1).tolist() == [9.8, 8.5, 6.2, 4.2, 4.2]


def test_the_distance_of_pairs_is_that_of_all_pairs_one_by_one():
    points = shape_figures.aligned_steps()[1]
    squares = [
        np.square(points[i] - points[s]).sum(axis=1).mean() for s in range(7) for i in range(s)
    ]
    assert shape_figures.pair_distance_mm(points) == pytest.approx(np.sqrt(np.mean(squares)))


def test_turned_shapes_are_turned_only():
    _, _, scaled, turned, _ = shape_figures.aligned_steps()
    np.testing.assert_allclose(shapes.centroid_size(turned), shapes.centroid_size(scaled))
    np.testing.assert_allclose(shapes.disparity(turned, scaled), 0, atol=1e-12)


def test_a_head_that_is_warped_to_its_own_landmarks_stays_as_it_is():
    person = scene.known_people()[0]
    own = scene.landmarks_mm(person)
    warped = mode_figures._warped_head(own - own.mean(axis=0))
    inner = slice(2, -4)
    np.testing.assert_allclose(warped[inner, inner], person.t1[inner, inner], atol=1e-3)


def test_a_warped_head_shows_at_each_landmark_what_was_there():
    model, person = scene.model(), scene.known_people()[0]
    shape = generate_shape(model.mean, model.modes, [15.0, 12.0, -8.0])
    own = scene.landmarks_mm(person)
    placed = shape + own.mean(axis=0)
    smooth = ndimage.gaussian_filter(person.t1.astype(float), 1)
    warped = ndimage.gaussian_filter(mode_figures._warped_head(shape), 1)
    there = ndimage.map_coordinates(warped, placed.T / 2, order=1)
    before = ndimage.map_coordinates(smooth, own.T / 2, order=1)
    unmoved = ndimage.map_coordinates(smooth, placed.T / 2, order=1)
    assert np.abs(there - before).mean() < 0.3 * np.abs(unmoved - before).mean()


def test_the_landmarks_that_move_most_are_named():
    model = scene.model()
    caption = mode_figures.draw_modes(0.0, 2.0, 0.0).caption
    moved = 2 * np.sqrt(model.variances[1]) * np.linalg.norm(model.modes[1], axis=1)
    assert numbers_in(caption) == np.sort(moved)[::-1][:3].round().tolist()
    assert scene.NAMES[int(moved.argmax())] in caption


def test_beyond_three_deviations_the_modes_say_that_nobody_looks_so():
    assert "No patient" not in mode_figures.draw_modes(3.0, -3.0, 3.0).caption
    assert "No patient looks so: 3.5" in mode_figures.draw_modes(3.5, 0.0, 0.0).caption


@pytest.mark.parametrize(
    ("landmark", "limit", "follows", "held"),
    [("chin", 3.0, 14, 0), ("nape", 3.0, 7, 0), ("chin", 2.0, 12, 1)],
)
def test_the_pulled_landmark_follows_as_far_as_is_legal(landmark, limit, follows, held):
    caption = mode_figures.draw_pulled(landmark, 30, 0, limit).caption
    assert numbers_in(caption) == [30, follows, held, 3]


def test_the_film_stands_still_at_its_end():
    name = search_figures.PATIENTS[4]
    last = len(scene.search(scene.new_people()[4]).history) - 1
    end, beyond = (search_figures.draw_search(name, step, False, False) for step in (last, 20))
    assert end.html() == beyond.html()
    longest = max(len(scene.search(person).history) - 1 for person in scene.new_people())
    assert longest == search_figures.LAST_STEP


def test_the_film_begins_where_registration_leaves_the_atlas():
    for person in scene.new_people()[3:5]:
        np.testing.assert_array_equal(scene.search(person).history[0], scene.start_mm(person))


def test_no_landmark_wants_to_go_farther_than_it_looks():
    person = scene.new_people()[3]
    offsets = scene.wanted_offsets(person)(scene.start_mm(person))
    assert 0 < np.linalg.norm(offsets, axis=1).max() <= scene.REACH_MM + 1e-9


def test_the_votes_on_a_pixel_are_those_of_the_classifier():
    known = scene.known_voids()
    landmarks = void_figures.landmarks_of("new patient 5", FOUND)
    for place in ((178.0, 48.0), (190.0, 40.0), (150.0, 60.0)):
        votes = void_figures.votes_on(place, landmarks)
        offsets = voids.offsets_to_landmarks([place], landmarks)
        assert votes.pixel == voids.classify_pixels(offsets, known.offsets, known.labels)[0]


def test_at_the_first_pixel_the_two_majorities_and_all_neighbours_disagree():
    votes = void_figures.votes_on((178.0, 48.0), void_figures.landmarks_of("new patient 5", FOUND))
    assert np.count_nonzero(votes.landmarks == scene.ARTEFACT) == 9
    assert np.count_nonzero(votes.neighbors == scene.ARTEFACT) < 40
    assert "Votes: 9" in void_figures.draw_votes("new patient 5", FOUND, 178, 48).caption


@pytest.mark.parametrize(("source", "wrong"), [(RIGID, 62), (FOUND, 10), (BY_HAND, 7)])
def test_the_map_counts_the_wrong_pixels(source, wrong):
    person = scene.new_people()[4]
    found = void_figures.classified(person, void_figures.landmarks_of("new patient 5", source))
    assert np.count_nonzero(found != scene.void_pixels(person)[1]) == wrong
    caption = void_figures.draw_void_map("new patient 5", source, 5).caption
    assert caption.startswith(f"Wrong: {wrong} of 854 pixels.")


def test_the_figures_of_the_notebook_are_drawn():
    check_drawn(void_figures.draw_kinds(scene.known_people()[:3]))
    check_drawn(search_figures.draw_search(search_figures.CUT_OFF, 4, False, True))
    check_drawn(mode_figures.draw_mode_variances(["a"], [np.array([9.0, 4, 1, 0.5])]), width=700)


def test_every_known_pixel_is_a_pixel_of_its_patient():
    known = scene.known_voids()
    for number, person in enumerate(scene.known_people()[: scene.KNOWN_PATIENTS]):
        own = known.patients == number
        places = (known.offsets[own] + scene.landmarks_mm(person))[:, 0] / person.spacing_mm
        rows, columns = np.rint(places).astype(int).T
        sinus = person.voids[rows, columns] == phantom.SINUS_VOID
        np.testing.assert_array_equal(sinus, known.labels[own] == scene.ANATOMY)
        assert (person.voids[rows, columns] != phantom.NO_VOID).all()


def test_an_unknown_patient_is_refused():
    with pytest.raises(ValueError, match="new patient 7"):
        search_figures.person_of("new patient 8")
