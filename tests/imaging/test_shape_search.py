"""The search for a shape in a new image, and what moves its landmarks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.feature import match_template

from course_lib.data import phantom
from course_lib.imaging import landmark_offsets, registration, rotations, shape_models, shape_search
from course_lib.imaging.shapes import align
from course_lib.imaging.transforms import apply

few = settings(max_examples=20, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@pytest.fixture(scope="module")
def model():
    return shape_models.fit_shape_model(phantom.landmarks(9, seed=3).points_mm)


def circle(radius, count=24):
    """Return points on a circle about (30, 30), clockwise on the screen."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return 30 + radius * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def disk(radius):
    """Return a blurred disk about (30, 30)."""
    y, x = np.indices((61, 61)) - 30
    return 1 / (1 + np.exp(np.hypot(y, x) - radius))


# Normals and edges


def test_normals_of_a_circle_point_away_from_its_centre():
    points = circle(12)
    expected = (points - 30) / 12
    np.testing.assert_allclose(landmark_offsets.outline_normals(points), expected, atol=1e-12)
    reversed_normals = landmark_offsets.outline_normals(points[::-1])
    np.testing.assert_allclose(reversed_normals[::-1], -expected, atol=1e-12)


@pytest.mark.parametrize("start", [9, 11, 14, 16])
def test_points_move_along_the_normals_to_the_edge_of_a_disk(start):
    points = circle(start)
    normals = landmark_offsets.outline_normals(points)
    moved = points + landmark_offsets.strongest_edges(disk(12.5), points, normals, 1.0)
    np.testing.assert_allclose(np.hypot(*(moved - 30).T), 12.5, atol=0.5)


def test_edges_are_found_in_mm_whatever_the_spacing():
    points = circle(10)
    normals = landmark_offsets.outline_normals(points)
    one = landmark_offsets.strongest_edges(disk(12.5), points, normals, 1.0)
    two = landmark_offsets.strongest_edges(
        disk(12.5), 2 * points, normals, 2.0, reach_mm=12, step_mm=1
    )
    np.testing.assert_allclose(two, 2 * one, atol=1e-9)


def test_where_the_image_is_flat_nothing_moves():
    points = circle(10)
    flat, normals = np.full((61, 61), 7.3), landmark_offsets.outline_normals(points)
    np.testing.assert_array_equal(
        landmark_offsets.strongest_edges(flat, points, normals, 1.0), np.zeros((24, 2))
    )
    patches = landmark_offsets.landmark_patches([disk(12)], [points], 1.0, radius_mm=4, step_mm=2)
    np.testing.assert_array_equal(
        landmark_offsets.best_matches(flat, points, patches, 1.0), np.zeros((24, 2))
    )


# Patches


@few
@given(generators)
def test_a_moved_image_draws_every_landmark_along(rng):
    image = ndimage.gaussian_filter(rng.normal(size=(60, 60)), 2)
    landmarks = rng.integers(20, 40, (4, 2)).astype(float)
    shift = rng.integers(-3, 4, 2)
    patches = landmark_offsets.landmark_patches([image], [landmarks], 1.0, radius_mm=6, step_mm=1)
    found = landmark_offsets.best_matches(
        np.roll(image, shift, (0, 1)), landmarks, patches, 1.0, reach_mm=6, step_mm=1
    )
    np.testing.assert_array_equal(found, np.broadcast_to(shift, (4, 2)))


@few
@given(generators, st.floats(0.1, 9), st.floats(-50, 50))
def test_gain_and_offset_of_the_scanner_do_not_matter(rng, gain, offset):
    image = ndimage.gaussian_filter(rng.normal(size=(40, 40)), 1)
    points = rng.uniform(12, 28, (3, 2))
    patches = landmark_offsets.landmark_patches([image], [points], 1.0, radius_mm=4, step_mm=1)
    brighter = landmark_offsets.landmark_patches(
        [gain * image + offset], [points], 1.0, radius_mm=4, step_mm=1
    )
    np.testing.assert_allclose(brighter, patches, atol=1e-6)
    for given_image in (image, gain * image + offset):
        found = landmark_offsets.best_matches(
            given_image, points, patches, 1.0, reach_mm=4, step_mm=1
        )
        np.testing.assert_array_equal(found, np.zeros((3, 2)))


def test_the_best_match_is_where_scikit_image_finds_it():
    rng = np.random.default_rng(2)
    image = ndimage.gaussian_filter(rng.normal(size=(50, 50)), 1.5)
    patch = ndimage.gaussian_filter(rng.normal(size=(9, 9)), 1.5)
    found = landmark_offsets.best_matches(image, [[25, 25]], [patch], 1.0, reach_mm=8, step_mm=1)
    likeness = match_template(image, patch, pad_input=True)
    y, x = np.indices(image.shape) - 25
    best = np.unravel_index(np.where(np.hypot(y, x) <= 8, likeness, -2).argmax(), image.shape)
    np.testing.assert_array_equal(found[0] + 25, best)


def test_patches_are_taken_in_three_dimensions_too():
    image = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(24, 24, 24)), 1)
    patches = landmark_offsets.landmark_patches(
        [image], [[[12, 12, 12]]], 1.0, radius_mm=3, step_mm=1
    )
    assert patches.shape == (1, 7, 7, 7)
    found = landmark_offsets.best_matches(
        image, [[11, 13, 12]], patches, 1.0, reach_mm=3, step_mm=1
    )
    np.testing.assert_array_equal(found, [[1, -1, 0]])


# The search


def test_points_of_a_legal_shape_anywhere_are_found_again(model):
    legal = shape_models.generate_shape(model.mean, model.modes, np.sqrt(model.variances))
    move = rotations.rigid(25, [40, -10], [0, 0])
    points = apply(move, 1.3 * legal)
    fitted = shape_search.fit_to_points(points, model)
    assert np.linalg.norm(fitted.points_mm - points, axis=1).max() < 1.0
    np.testing.assert_allclose(fitted.weights, np.sqrt(model.variances), atol=1.0)
    np.testing.assert_allclose(fitted.pose[:2, 2], move[:2, 2], atol=1.0)


def test_points_of_no_legal_shape_are_brought_to_the_limit(model):
    far = 10 * np.sqrt(model.variances) * [1, 0, 0]
    points = shape_models.generate_shape(model.mean, model.modes, far)
    deviations = shape_search.fit_to_points(points, model).weights / np.sqrt(model.variances)
    assert deviations[0] == pytest.approx(3)
    assert np.abs(deviations).max() <= 3 + 1e-9


def test_a_search_that_is_told_the_truth_finds_it_and_keeps_every_step(model):
    weights = np.sqrt(model.variances) * [1.5, -1, 0.5]
    truth = 100 + shape_models.generate_shape(model.mean, model.modes, weights)
    start = model.mean + 96
    found = shape_search.search_shape(
        start, lambda points: (truth - points).clip(-4, 4), model, tolerance_mm=1e-6
    )
    assert found.converged
    assert np.linalg.norm(found.points_mm - truth, axis=1).max() < 1.0
    assert found.history.shape == (len(found.history), *model.mean.shape)
    np.testing.assert_array_equal(found.history[0], start)
    np.testing.assert_array_equal(found.history[-1], found.points_mm)
    far = np.linalg.norm(found.history - truth, axis=2).mean(axis=1)
    assert (np.diff(far[:4]) < 0).all()


def test_a_landmark_that_is_led_astray_is_held_back_by_the_shape(model):
    truth = model.mean + 100
    astray = truth.copy()
    astray[3] += [25, 0]
    found = shape_search.search_shape(truth, lambda points: astray - points, model)
    error = np.linalg.norm(found.points_mm - truth, axis=1)
    assert error[3] < 12
    assert np.abs(found.weights / np.sqrt(model.variances)).max() <= 3 + 1e-9


def test_the_search_ends_after_as_many_steps_as_allowed(model):
    found = shape_search.search_shape(model.mean, lambda points: 0 * points + 5, model, max_steps=4)
    assert not found.converged
    assert len(found.history) == 5
    np.testing.assert_allclose(found.points_mm - align(model.mean, found.points_mm), 0, atol=1e-6)


def held_out_errors(people, person, kind):
    """Return mean distances in mm from a person's landmarks, before and after the search."""
    spacing = people[0].spacing_mm
    images = [ndimage.gaussian_filter(getattr(p, kind).astype(np.float32), 1.5) for p in people]
    landmarks = np.array([p.landmarks * spacing for p in people])
    others = [other for other in range(len(people)) if other != person]
    model = shape_models.fit_shape_model(landmarks[others])
    patches = landmark_offsets.landmark_patches(
        [images[other] for other in others], landmarks[others], spacing, radius_mm=12
    )
    atlas = others[0]
    moved = registration.register(images[person], images[atlas], spacing, "ncc").transform
    found = shape_search.search_shape(
        apply(moved, landmarks[atlas]),
        lambda points: landmark_offsets.best_matches(images[person], points, patches, spacing),
        model,
    )
    ends = found.history[[0, -1]]
    return np.linalg.norm(ends - landmarks[person], axis=2).mean(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["t1", "t1_artefact"])
def test_the_landmarks_of_people_left_out_are_found_within_5_mm_and_2_on_average(kind):
    people = phantom.sagittal_subjects(phantom.head(), 9)
    errors = np.array([held_out_errors(people, person, kind) for person in range(0, 9, 2)])
    assert errors[:, 0].mean() > 5  # where rigid registration alone leaves them
    assert errors[:, 1].max() < 5
    assert errors[:, 1].mean() < 2


# What all of them take, and what not


def test_arguments_stay_unchanged_and_strided_or_short_ones_give_the_same():
    image = ndimage.gaussian_filter(np.random.default_rng(6).normal(size=(61, 61)), 2)
    points = circle(11)
    normals = landmark_offsets.outline_normals(points)
    patches = landmark_offsets.landmark_patches([image], [points + 2], 1.0, radius_mm=4, step_mm=2)
    arguments = (image, points, normals, patches)
    before = [array.copy() for array in arguments]
    edges = landmark_offsets.strongest_edges(image, points, normals, 1.0)
    matches = landmark_offsets.best_matches(image, points, patches, 1.0, reach_mm=6, step_mm=2)
    strided = np.repeat(image, 2, axis=1)[:, ::2]
    for other in (strided, np.asfortranarray(image), image.astype(np.float32)):
        np.testing.assert_allclose(
            landmark_offsets.strongest_edges(other, points, normals, 1.0), edges
        )
        found = landmark_offsets.best_matches(other, points, patches, 1.0, reach_mm=6, step_mm=2)
        np.testing.assert_allclose(found, matches)
    for array, copy in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_an_image_of_one_pixel_draws_nothing():
    patches = landmark_offsets.landmark_patches([[[5.0]]], [[[0, 0]]], 1.0, radius_mm=2, step_mm=1)
    np.testing.assert_array_equal(patches, np.zeros((1, 5, 5)))
    assert not landmark_offsets.best_matches(
        [[5.0]], [[0, 0]], patches, 1.0, reach_mm=2, step_mm=1
    ).any()
    assert not landmark_offsets.strongest_edges([[5.0]], [[0, 0]], [[0, 1]], 1.0).any()


GRID = np.zeros((4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: landmark_offsets.outline_normals([[0, 0], [1, 1]]), "at least 3 points"),
        (lambda: landmark_offsets.outline_normals([[0, 0], [1, 1], [0, 0], [2, 2]]), "no normal"),
        (lambda: landmark_offsets.strongest_edges(GRID, [[1, 1]], [[1, 0]] * 2, 1.0), "normals"),
        (lambda: landmark_offsets.strongest_edges(GRID, [[1, 1, 1]], [[1, 0, 0]], 1.0), "2 axes"),
        (lambda: landmark_offsets.strongest_edges(GRID, [[1, 1]], [[1, 0]], -1.0), "spacing"),
        (
            lambda: landmark_offsets.strongest_edges(GRID, [[1, 1]], [[1, 0]], 1.0, reach_mm=0),
            "reach",
        ),
        (
            lambda: landmark_offsets.strongest_edges(GRID, [[1, 1]], [[1, 0]], 1.0, step_mm=np.nan),
            "step",
        ),
        (lambda: landmark_offsets.strongest_edges(GRID * np.nan, [[1, 1]], [[1, 0]], 1.0), "NaN"),
        (lambda: landmark_offsets.strongest_edges(GRID[:0], [[1, 1]], [[1, 0]], 1.0), "empty"),
        (lambda: landmark_offsets.landmark_patches([GRID], [[[1, 1]]] * 2, 1.0), "1 images"),
        (lambda: landmark_offsets.landmark_patches([GRID], [[1, 1]], 1.0), "images, landmarks"),
        (lambda: landmark_offsets.best_matches(GRID, [[1, 1]], [GRID], 1.0), "odd number"),
        (lambda: landmark_offsets.best_matches(GRID, [[1, 1]], [1.0], 1.0), "odd number"),
        (lambda: landmark_offsets.best_matches(GRID, [[1, 1]], 1.0, 1.0), "odd number"),
        (lambda: landmark_offsets.best_matches(GRID, [[1, 1]], np.ones((2, 3, 3)), 1.0), "patch"),
        (lambda: landmark_offsets.best_matches(GRID, [[np.inf, 1]], np.ones((1, 3, 3)), 1), "inf"),
    ],
)
def test_offsets_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tolerance_mm": -1}, "tolerance"),
        ({"max_steps": 0}, "number of steps is 0"),
        ({"limit": -1}, "limit"),
        ({"start_mm": [[0, 0]]}, "shape"),
        ({"find_offsets": lambda points: points * np.nan}, "NaN"),
    ],
)
def test_searches_that_make_no_sense_are_refused(settings, message, model):
    good = {"start_mm": model.mean, "find_offsets": lambda points: 0 * points, "model": model}
    with pytest.raises(ValueError, match=message):
        shape_search.search_shape(**(good | settings))
