"""Level sets, the Chan-Vese contour and the filling of outer holes against known truths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.segmentation import chan_vese as skimage_chan_vese

from course_lib.data import phantom
from course_lib.imaging import contour_energy, contours, initial_level_sets, level_sets, outer_holes
from course_lib.imaging.contour_energy import RegionMeans

few = settings(max_examples=25, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
shapes = st.lists(st.integers(2, 8), min_size=1, max_size=3).map(tuple)
widths = st.floats(0.1, 5)


@st.composite
def image_pairs(draw):
    """Draw an image and a level set with both signs, of one shape."""
    rng, shape = draw(generators), draw(shapes)
    image, phi = rng.normal(size=(2, *shape))
    phi.flat[0], phi.flat[-1] = 1, -1
    return image, phi


def distance(radius, shape=(101, 101)):
    """Return the signed distance from a circle or sphere about the middle, in pixels."""
    return radius * initial_level_sets.circle(shape, radius=radius).astype(float)


@pytest.fixture
def disk():
    """A disk of radius 20 and value 1, off the middle."""
    y, x = np.indices((80, 90))
    return (np.hypot(y - 38, x - 50) < 20).astype(float)


def dice(first, second):
    return 2 * np.sum(first & second) / (first.sum() + second.sum())


# Heaviside, delta, length, curvature


@few
@given(generators, widths)
def test_the_heaviside_rises_from_0_to_1_and_is_a_half_on_the_contour(rng, epsilon):
    phi = np.sort(rng.normal(0, 10, 50))
    step = level_sets.heaviside(phi, epsilon)
    assert (np.diff(step) > 0).all()
    np.testing.assert_allclose(level_sets.heaviside(-phi, epsilon), 1 - step, atol=1e-12)
    np.testing.assert_allclose(
        level_sets.heaviside([-1e9, -epsilon, 0, epsilon, 1e9], epsilon),
        [0, 0.25, 0.5, 0.75, 1],
        atol=1e-8,
    )


@few
@given(generators, widths)
def test_the_delta_is_the_slope_of_the_heaviside(rng, epsilon):
    phi, small = rng.normal(0, 3, 20), 1e-5
    step = [level_sets.heaviside(phi + side * small, epsilon) for side in (-1, 1)]
    slope = (step[1] - step[0]) / (2 * small)
    np.testing.assert_allclose(level_sets.delta(phi, epsilon), slope, rtol=1e-4)
    assert level_sets.delta([0.0], epsilon) == pytest.approx(1 / (np.pi * epsilon))


@pytest.mark.parametrize("radius", [15, 25, 40])
def test_a_circle_has_the_curvature_of_one_over_its_radius(radius):
    phi = distance(radius)
    bending = level_sets.curvature(phi)
    assert bending[np.abs(phi) < 1].mean() == pytest.approx(-1 / radius, rel=0.1)
    np.testing.assert_allclose(level_sets.curvature(3 * phi), bending, atol=1e-3)


def test_a_sphere_has_twice_the_curvature_of_a_circle():
    phi = distance(12, (41, 41, 41))
    assert level_sets.curvature(phi)[np.abs(phi) < 1].mean() == pytest.approx(-2 / 12, rel=0.1)


def test_a_straight_contour_does_not_bend():
    y, x = np.indices((30, 30))
    for phi in (y - 12.0, 2.0 * x - 20, 0.6 * y - 0.8 * x + 3):
        np.testing.assert_allclose(level_sets.curvature(phi)[1:-1, 1:-1], 0, atol=1e-6)


@pytest.mark.parametrize("radius", [15, 25, 40])
def test_the_length_of_a_circle_is_its_circumference(radius):
    length = level_sets.contour_length(distance(radius, (201, 201)), epsilon=0.5)
    assert length == pytest.approx(2 * np.pi * radius, rel=0.03)


def test_the_length_of_a_line_across_the_image_is_its_width_and_of_a_plane_its_area():
    y, _ = np.indices((4001, 30)) - 2000.0
    assert level_sets.contour_length(y) == pytest.approx(30, rel=0.001)
    z = np.indices((4001, 5, 6))[0] - 2000.0
    assert level_sets.contour_length(z) == pytest.approx(30, rel=0.001)


def test_the_length_does_not_depend_on_how_steep_the_level_set_is():
    phi = distance(25, (201, 201))
    lengths = [level_sets.contour_length(k * phi, epsilon=0.3 * k) for k in (0.1, 1, 30)]
    np.testing.assert_allclose(lengths, lengths[0], rtol=1e-6)


def test_the_circle_is_0_on_its_radius_and_the_checkerboard_has_equal_squares():
    phi = initial_level_sets.circle((9, 11), center=[4, 4], radius=3)
    assert phi[4, 4] == 1
    assert phi[1, 4] == phi[4, 7] == 0
    board = initial_level_sets.checkerboard((40, 40), square=5)
    assert np.sum(board > 0) == np.sum(board < 0)
    assert not board[::5].any()
    assert np.sign(board[2, 2]) == -np.sign(board[2, 7]) == np.sign(board[7, 7])


# Means, energy, update


def test_means_are_those_of_the_pixels_on_each_side():
    image, phi = [[1.0, 2.0], [30.0, 50.0]], [[-1, 0], [2, 0.1]]
    assert contour_energy.region_means(image, phi) == RegionMeans(inside=40, outside=1.5)


@few
@given(image_pairs())
def test_no_other_two_values_make_a_sharp_contour_cheaper(pair):
    image, phi = pair
    sharp = 1e9 * phi
    means = contour_energy.region_means(image, phi)
    best = contour_energy.energy(image, sharp, *means, mu=0)
    for change in (-0.1, 0.1):
        for other in [(means.inside + change, means.outside), (means.inside, means.outside + 0.1)]:
            assert best <= contour_energy.energy(image, sharp, *other, mu=0) + 1e-6


def test_the_energy_of_a_sharp_contour_is_the_hand_computed_sum():
    image = np.array([[0.0, 1.0, 6.0], [0.0, 3.0, 8.0]])
    phi = 1e9 * np.array([[-1.0, -1, 1], [-1, -1, 1]])
    found = contour_energy.energy(image, phi, 7, 1, mu=0.5, lambda_i=2, lambda_o=3)
    assert found == pytest.approx(0.5 * 2 + 2 * (1 + 1) + 3 * (1 + 0 + 1 + 4))


@few
@given(image_pairs())
def test_swapping_inside_and_outside_changes_nothing(pair):
    image, phi = pair
    there = contour_energy.energy(image, phi, 1, 0, lambda_i=2, lambda_o=0.5)
    back = contour_energy.energy(image, -phi, 0, 1, lambda_i=0.5, lambda_o=2)
    assert there == pytest.approx(back)
    moved = contour_energy.update(image, phi, 1, 0, lambda_i=2, lambda_o=0.5, mu=0)
    moved_back = contour_energy.update(image, -phi, 0, 1, lambda_i=0.5, lambda_o=2, mu=0)
    np.testing.assert_allclose(moved, -moved_back, atol=1e-12)


@few
@given(image_pairs(), widths)
def test_an_update_without_length_goes_against_the_derivative_of_the_energy(pair, epsilon):
    image, phi = pair
    place, small = (0,) * phi.ndim, 1e-5
    energies = []
    for side in (-1, 1):
        changed = phi.copy()
        changed[place] += side * small
        energies.append(contour_energy.energy(image, changed, 0.7, -0.2, mu=0, epsilon=epsilon))
    slope = (energies[1] - energies[0]) / (2 * small)
    moved = contour_energy.update(image, phi, 0.7, -0.2, mu=0, step=1.0, epsilon=epsilon)
    assert (moved - phi)[place] == pytest.approx(-slope, rel=1e-3, abs=1e-6)


def test_without_contrast_the_length_alone_shrinks_a_circle():
    flat, phi = np.full((101, 101), 5.0), distance(30)
    for _ in range(80):
        phi = contour_energy.update(flat, phi, 5, 5, mu=1.0, step=0.5)
    assert 0 < np.sum(phi > 0) < np.sum(distance(30) > 0)
    assert level_sets.contour_length(phi) < level_sets.contour_length(distance(30))


@pytest.mark.parametrize("epsilon", [0.5, 1.0])
def test_small_steps_let_the_energy_fall(disk, epsilon):
    phi, energies = distance(25, disk.shape), []
    for _ in range(30):
        means = contour_energy.region_means(disk, phi)
        energies.append(contour_energy.energy(disk, phi, *means, epsilon=epsilon))
        phi = contour_energy.update(disk, phi, *means, step=0.5, epsilon=epsilon)
    assert (np.diff(energies) < 0).all()


# The contour


@pytest.mark.parametrize("start", [initial_level_sets.circle, initial_level_sets.checkerboard])
@pytest.mark.parametrize(("value", "offset"), [(1.0, 0.0), (-300.0, 40.0), (5e4, -1e3)])
def test_a_disk_is_found_exactly_whatever_its_units(disk, start, value, offset):
    found = contours.chan_vese(offset + value * disk, start(disk.shape))
    inside = found.level_set > 0
    assert found.converged
    assert np.array_equal(inside, disk > 0) or np.array_equal(inside, disk == 0)
    np.testing.assert_allclose(sorted(found.means[-1]), sorted([offset, offset + value]), rtol=1e-6)


def test_the_recorded_energy_falls_at_every_step_on_an_easy_image(disk):
    noise = np.random.default_rng(1).normal(0, 0.05, disk.shape)
    found = contours.chan_vese(disk + noise, record_energy=True, keep_masks=True)
    assert (np.diff(found.energies) < 0).all()
    assert len(found.energies) == len(found.masks) == len(found.moved) + 1 == len(found.means) + 1
    np.testing.assert_array_equal(found.masks[-1], found.level_set > 0)
    changes = [np.sum(a != b) for a, b in zip(found.masks, found.masks[1:], strict=False)]
    assert tuple(changes) == found.moved


def test_a_larger_mu_leaves_less_noise_and_a_shorter_contour(disk):
    image = disk + np.random.default_rng(2).normal(0, 0.4, disk.shape)
    found = {mu: contours.chan_vese(image, mu=mu).level_set > 0 for mu in (0.0, 0.02, 0.1)}
    overlaps = [dice(inside, disk > 0) for inside in found.values()]
    lengths = [level_sets.contour_length(inside - 0.5, 0.01) for inside in found.values()]
    assert overlaps[0] < overlaps[1] < overlaps[2]
    assert lengths[0] > lengths[1] > lengths[2]
    assert overlaps[2] > 0.97


def test_a_far_too_large_mu_makes_the_contour_vanish():
    image = np.zeros((40, 40))
    image[20, 20] = 1
    found = contours.chan_vese(image, initial_level_sets.circle((40, 40), radius=2), mu=2.0)
    assert not (found.level_set > 0).any()
    assert found.converged


def test_a_sphere_is_found_in_three_dimensions():
    ball = (distance(8, (30, 30, 30)) > 0).astype(np.float32)
    found = contours.chan_vese(ball)
    np.testing.assert_array_equal(found.level_set > 0, ball > 0)


def test_the_contour_agrees_with_scikit_image(disk):
    image = disk + np.random.default_rng(3).normal(0, 0.05, disk.shape)
    start = initial_level_sets.circle(disk.shape)
    ours = contours.chan_vese(image, start, mu=0.1).level_set > 0
    peer = skimage_chan_vese(image, mu=0.1, tol=0, max_num_iter=200, init_level_set=start)
    assert np.mean(ours != peer) < 0.002


# Outer holes


def test_of_two_parts_the_larger_is_the_body_and_its_holes_belong_to_it():
    phi = -np.ones((20, 30))
    phi[2:15, 3:20] = 1
    phi[5:8, 6:9] = -1
    phi[2:8, 24:28] = 1
    body = outer_holes.contour_mask(phi)
    expected = np.zeros_like(body)
    expected[2:15, 3:20] = True
    np.testing.assert_array_equal(body, expected)


def head_with_holes():
    """Return a body, and its map with a hole that breaches the surface and a sinus."""
    body = np.zeros((24, 24), bool)
    body[3:21, 4:20] = True
    mu_map = np.where(body, np.float32(0.1), np.float32(0))
    mu_map[9:13, 4:9] = 0
    mu_map[15:18, 12:16] = 0
    return body, mu_map


def test_only_the_hole_that_breaches_the_surface_is_filled():
    body, mu_map = head_with_holes()
    expected = np.zeros_like(body)
    expected[9:13, 4:9] = True
    np.testing.assert_array_equal(outer_holes.outer_hole(mu_map, body), expected)
    filled = outer_holes.fill_outer_hole(mu_map, body, soft_tissue=0.097)
    np.testing.assert_array_equal(filled, np.where(expected, np.float32(0.097), mu_map))
    assert filled.dtype == np.float32


def test_a_map_without_holes_stays_as_it_is():
    body, mu_map = head_with_holes()
    mu_map = np.where(body, 0.1, 0.0)
    np.testing.assert_array_equal(outer_holes.fill_outer_hole(mu_map, body), mu_map)


@pytest.fixture(scope="module")
def scanned():
    """A head with artefacts and the body that its PET shows."""
    head = phantom.head()
    clipped = np.minimum(head.nac_pet, 1.0)  # kBq/mL; the scalp is faint
    return head, phantom.signal_voids(head), contours.chan_vese(clipped)


@pytest.mark.slow
def test_the_contour_of_uncorrected_pet_is_the_body_with_a_dice_of_0_9(scanned):
    head, _, found = scanned
    assert found.converged
    assert dice(outer_holes.contour_mask(found.level_set), head.labels > 0) > 0.9


@pytest.mark.slow
def test_without_clipping_the_contour_is_that_of_the_brain(scanned):
    head, _, _ = scanned
    inside = contours.chan_vese(head.nac_pet).level_set > 0
    brain = np.isin(head.labels, (7, 8))
    assert dice(outer_holes.contour_mask(inside), head.labels > 0) < 0.65
    assert inside[brain].mean() > 0.8


@pytest.mark.slow
def test_filling_the_outer_hole_brings_pet_back_near_it(scanned):
    head, voids, found = scanned
    body = outer_holes.contour_mask(found.level_set)
    hole = voids.kinds == phantom.OUTER_HOLE
    assert outer_holes.outer_hole(voids.mu_map, body)[hole].mean() > 0.95
    filled = outer_holes.fill_outer_hole(voids.mu_map, body)
    corrected = phantom.correct_attenuation(head.nac_pet, filled, head.grid.spacing_mm)
    near = hole & (head.pet > 1)
    errors = [np.abs(pet[near] / head.pet[near] - 1).mean() for pet in (voids.pet, corrected)]
    assert errors[1] < 0.25 * errors[0]


# What all of them take, and what not

METHODS = {
    "heaviside": level_sets.heaviside,
    "delta": level_sets.delta,
    "curvature": level_sets.curvature,
    "update": lambda phi: contour_energy.update(np.zeros_like(phi), phi, 1.0, 0.0),
    "chan_vese": lambda phi: contours.chan_vese(phi, max_steps=12).level_set,
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every_method
def test_arguments_stay_unchanged_and_strided_or_short_ones_give_the_same(method):
    phi = distance(8, (24, 30))
    before, expected = phi.copy(), method(phi)
    assert expected.dtype == np.float64
    for other in (np.repeat(phi, 2, axis=1)[:, ::2], np.asfortranarray(phi)):
        np.testing.assert_allclose(method(other), expected, atol=1e-12)
    short = method(phi.astype(np.float32))
    assert short.dtype == np.float32
    np.testing.assert_allclose(short, expected, atol=2e-4)
    np.testing.assert_array_equal(phi, before)


def test_the_start_of_a_contour_stays_unchanged(disk):
    for start in (initial_level_sets.circle(disk.shape), distance(20, disk.shape)):
        before = start.copy()
        contours.chan_vese(disk, start, max_steps=3)
        np.testing.assert_array_equal(start, before)


@pytest.mark.parametrize(
    "method",
    [level_sets.heaviside, level_sets.delta, level_sets.curvature, level_sets.contour_length],
)
def test_one_pixel_is_a_level_set_too(method):
    assert np.isfinite(method([[3.0]])).all()


@every_method
def test_nan_and_empty_level_sets_are_refused(method):
    for bad, message in [(np.full((3, 3), np.nan), "NaN"), (np.zeros((0, 3)), "empty")]:
        with pytest.raises(ValueError, match=message):
            method(bad)


RAMP = np.arange(6.0).reshape(2, 3)
SIGNED = RAMP - 2.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: level_sets.heaviside(RAMP, 0), "epsilon is 0"),
        (lambda: level_sets.delta(RAMP, np.nan), "epsilon is nan"),
        (lambda: level_sets.curvature(3.0), "single number"),
        (lambda: initial_level_sets.circle((0, 3)), "at least one pixel"),
        (lambda: initial_level_sets.circle((3, 3), [1]), "1 coordinates"),
        (lambda: initial_level_sets.circle((3, 3), radius=-1), "radius is -1"),
        (lambda: initial_level_sets.checkerboard((3, 3), 0), "side of a square is 0"),
        (lambda: contour_energy.region_means(RAMP, RAMP + 1), "one side"),
        (lambda: contour_energy.region_means(RAMP, SIGNED[:1]), "shapes"),
        (lambda: contour_energy.energy(RAMP, SIGNED, 1, 0, mu=-1), "negative"),
        (lambda: contour_energy.update(RAMP, SIGNED, 1, 0, step=0), "step is 0"),
        (lambda: contours.chan_vese(np.ones((4, 4))), "All values are 1"),
        (lambda: contours.chan_vese([[7.0]]), "All values are 7"),
        (lambda: contours.chan_vese(RAMP, RAMP[:1]), "shapes"),
        (lambda: contours.chan_vese(RAMP, RAMP + 1), "one side"),
        (lambda: contours.chan_vese(RAMP, lambda_i=np.inf), "finite"),
        (lambda: contours.chan_vese(RAMP, tolerance=1), "tolerance is 1"),
        (lambda: contours.chan_vese(RAMP, max_steps=0), "number of steps is 0"),
        (lambda: outer_holes.contour_mask(-np.ones((3, 3))), "empty"),
        (lambda: outer_holes.outer_hole(RAMP, RAMP > 9), "body is empty"),
        (lambda: outer_holes.outer_hole(RAMP, SIGNED), "must be bool"),
        (lambda: outer_holes.outer_hole(RAMP * np.nan, RAMP > 1), "NaN"),
        (lambda: outer_holes.outer_hole(RAMP, RAMP > 1, 0), "limit of air is 0"),
        (lambda: outer_holes.fill_outer_hole(RAMP, RAMP > 1, 0.01), "must be above"),
    ],
)
def test_contours_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
