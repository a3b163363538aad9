"""Registration against known moves; the head is a formula, so moving it needs no interpolation."""

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from course_lib.imaging import (
    alignment,
    global_search,
    local_search,
    motion_compensation,
    motions,
    pyramids,
    registration,
    rotations,
    shift_search,
    transforms,
)
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.sampling import COSTS, sample_voxels
from course_lib.imaging.warping import warp

pytestmark = pytest.mark.slow  # whole registrations

# Centre and radii of each part in shares of half the box, its HU, its MR signal.
PARTS = [
    ((0, 0, 0), (0.82, 0.80, 0.68), 40, 600),
    ((0, 0, 0), (0.76, 0.74, 0.62), 1000, 60),
    ((0, 0, 0), (0.69, 0.67, 0.55), 30, 450),
    ((0.05, -0.05, -0.17), (0.25, 0.35, 0.09), 5, 900),
    ((0.05, -0.05, 0.17), (0.22, 0.33, 0.08), 5, 900),
    ((-0.35, 0.35, 0.05), (0.20, 0.22, 0.30), 38, 350),
    ((0.10, 0.30, -0.30), (0.10, 0.12, 0.10), 60, 750),
    ((-0.20, -0.62, 0.10), (0.12, 0.10, 0.16), -1000, 10),
    ((0.30, -0.20, 0.30), (0.12, 0.20, 0.10), 28, 300),
]
GRIDS = {2: ((96, 96), 2.0), 3: ((44, 44, 44), 4.0)}
RESOLUTIONS = {2: (8, 4, 2), 3: (16, 8, 4)}


def head(axes, matrix, contrast, noise, seed):
    """Return a head that is moved by a matrix, as "ct" or "mr", with noise in its units."""
    shape, spacing = GRIDS[axes]
    half = center_mm(shape, spacing)
    grid = np.moveaxis(np.indices(shape), 0, -1) * spacing
    points = transforms.apply(transforms.invert(matrix), grid) - half
    image = np.full(shape, -1000.0 if contrast == "ct" else 0.0)
    for center_share, radii_share, hu, signal in PARTS:
        center, radii = np.array(center_share[-axes:]) * half, np.array(radii_share[-axes:]) * half
        beyond = (np.linalg.norm((points - center) / radii, axis=-1) - 1) * radii.min()
        inside = 1 / (1 + np.exp(np.clip(2.5 * beyond / spacing, -50, 50)))
        image += inside * ((hu if contrast == "ct" else signal) - image)
    return image + np.random.default_rng(seed).normal(0, noise, shape)


def random_move(axes, seed, degrees=15.0, mm=20.0):
    """Return a rigid move of up to so many degrees in each plane and mm in all."""
    rng = np.random.default_rng(seed)
    turns = rng.uniform(-degrees, degrees, 1 if axes == 2 else 3)
    offset = rng.normal(size=axes)
    offset *= mm * rng.uniform(0.3, 1) / np.linalg.norm(offset)
    return rotations.rigid(turns, offset, center_mm(*GRIDS[axes]))


def worst_error_voxels(found, truth, axes):
    """Return the largest error over the head, in voxels."""
    shape, spacing = GRIDS[axes]
    half = center_mm(shape, spacing)
    ball = np.stack(np.meshgrid(*[np.linspace(-0.8, 0.8, 9)] * axes), axis=-1).reshape(-1, axes)
    places = half + half * ball[np.linalg.norm(ball, axis=1) <= 0.8]
    moved = transforms.apply(found, places), transforms.apply(truth, places)
    return np.linalg.norm(moved[0] - moved[1], axis=1).max() / spacing


def error_after(axes, cost, seed, *, grid=None, contrast="mr"):
    """Register a moved, noisy head and return the error in voxels."""
    truth = random_move(axes, seed)
    fixed = head(axes, truth, contrast, 15, seed)
    moving = head(axes, np.eye(axes + 1), "mr", 15, seed + 1000)
    if cost == "ncc":
        fixed = 0.5 * fixed + 100
    found = registration.register(
        fixed,
        moving,
        GRIDS[axes][1],
        cost,
        resolutions_mm=RESOLUTIONS[axes],
        grid=grid,
    )
    assert rotations.is_rigid(found.transform)
    return worst_error_voxels(found.transform, truth, axes)


# Known moves


@pytest.mark.parametrize("cost", ["ssd", "ncc"])
@pytest.mark.parametrize("seed", range(6))
def test_moves_of_15_degrees_and_20_mm_are_recovered_within_a_fifth_of_a_pixel(cost, seed):
    assert error_after(2, cost, seed) < 0.2


@pytest.mark.parametrize("cost", ["ssd", "ncc"])
@pytest.mark.parametrize("seed", range(2))
def test_moves_of_a_volume_are_recovered_within_a_fifth_of_a_voxel(cost, seed):
    assert error_after(3, cost, seed) < 0.2


@pytest.mark.parametrize("cost", ["mi", "nmi"])
@pytest.mark.parametrize("seed", range(2))
def test_ct_comes_onto_mr_within_half_a_pixel(cost, seed):
    assert error_after(2, cost, seed, contrast="ct") < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_a_ct_volume_comes_onto_mr_within_half_a_voxel(seed):
    assert error_after(3, "nmi", seed, contrast="ct") < 0.5


@pytest.mark.parametrize("seed", range(6, 30))
def test_no_seed_fails_in_2d(seed):
    assert error_after(2, "ssd", seed) < 0.2
    assert error_after(2, "ncc", seed, grid=global_search.SearchGrid()) < 0.2


@pytest.mark.parametrize("seed", range(2, 12))
def test_no_seed_fails_in_3d(seed):
    assert error_after(3, "ncc", seed) < 0.2


@pytest.mark.parametrize("cost", ["ssd", "ncc"])
def test_without_pyramid_a_large_move_is_missed_that_is_found_with_it(cost):
    still, center = head(2, np.eye(3), "mr", 15, 1), center_mm(*GRIDS[2])
    errors = {}
    for turn, mm in [(10, 10), (40, 30)]:
        truth = rotations.rigid(turn, [mm, -mm], center)
        fixed = head(2, truth, "mr", 15, 2)
        for levels in ((2,), (8, 4, 2)):
            found = registration.register(fixed, still, 2.0, cost, resolutions_mm=levels)
            errors[mm, len(levels)] = worst_error_voxels(found.transform, truth, 2)
    assert errors[10, 1] < 0.2
    assert errors[10, 3] < 0.2
    assert errors[30, 1] > 10
    assert errors[30, 3] < 0.2


def test_the_global_step_finds_a_turn_that_is_beyond_the_local_one():
    truth = rotations.rigid(140, [24, -16], center_mm(*GRIDS[2]))
    fixed, moving = head(2, truth, "mr", 15, 2), head(2, np.eye(3), "mr", 15, 1)
    local = registration.register(fixed, moving, 2.0, "ncc")
    wide = global_search.SearchGrid(reach_mm=32, step_mm=8, reach_deg=180, step_deg=15)
    both = registration.register(fixed, moving, 2.0, "ncc", grid=wide)
    assert worst_error_voxels(local.transform, truth, 2) > 2
    assert worst_error_voxels(both.transform, truth, 2) < 0.2


def test_the_transform_moves_the_moving_image_onto_the_fixed_one():
    truth = random_move(2, 3)
    fixed, moving = head(2, truth, "mr", 0, 0), head(2, np.eye(3), "mr", 0, 0)
    found = registration.register(fixed, moving, 2.0, "ssd")
    before = np.abs(moving - fixed)[20:-20, 20:-20].mean()
    after = np.abs(warp(moving, found.transform, 2.0, "linear") - fixed)[20:-20, 20:-20].mean()
    assert after < 0.05 * before
    assert found.converged
    assert found.iterations > 0
    assert np.isfinite(found.cost)


def test_fixed_and_moving_exchanged_give_the_inverse():
    truth = random_move(2, 4)
    fixed, moving = head(2, truth, "mr", 10, 0), head(2, np.eye(3), "mr", 10, 1)
    there = registration.register(fixed, moving, 2.0, "ssd").transform
    back = registration.register(moving, fixed, 2.0, "ssd").transform
    assert worst_error_voxels(transforms.compose(there, back), np.eye(3), 2) < 0.2


def test_equal_images_stay_where_they_are():
    image = head(2, np.eye(3), "mr", 10, 0)
    for cost in ("ssd", "ncc"):
        found = registration.register(image, image, 2.0, cost)
        np.testing.assert_allclose(found.transform, np.eye(3), atol=1e-6)


@pytest.mark.parametrize("cost", ["ssd", "ncc"])
def test_a_single_slice_of_a_volume_can_be_registered(cost):
    slices = [head(2, move, "mr", 0, 0)[np.newaxis] for move in (random_move(2, 5), np.eye(3))]
    found = registration.register(*slices, 2.0, cost)
    before = alignment.alignment_cost(*slices, np.eye(4), 2.0, cost)
    assert alignment.alignment_cost(*slices, found.transform, 2.0, cost) < before


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cost", ["ncc", "nmi"])
def test_powell_stays_where_images_overlap(cost):
    slices = [head(2, move, "mr", 0, 0)[np.newaxis] for move in (random_move(2, 5), np.eye(3))]
    levels = [pyramids.coarsen(image, 2.0, 4.0) for image in slices]
    sample = sample_voxels(*levels, 500)
    directions = motions.generators("rigid", center_mm(slices[0].shape, 2.0), 60.0)
    end = local_search.powell(
        sample, np.eye(4), directions, cost, first_step_mm=4.0, tolerance_mm=0.1
    )
    assert end.cost <= sample.cost(np.eye(4), cost)


def test_another_spacing_of_the_moving_image_does_not_matter():
    truth = random_move(2, 5, degrees=8, mm=8)
    fixed, moving = head(2, truth, "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    coarser = pyramids.coarsen(moving, 2.0, 3.0)
    found = registration.register(fixed, coarser.image, 2.0, "ncc", moving_spacing=coarser.spacing)
    assert worst_error_voxels(found.transform, truth, 2) < 0.2


def test_a_start_is_taken_as_first_guess():
    truth = rotations.rigid(75, [24, -16], center_mm(*GRIDS[2]))
    near = rotations.rigid(70, [20, -12], center_mm(*GRIDS[2]))
    fixed, moving = head(2, truth, "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    found = registration.register(fixed, moving, 2.0, "ssd", start=near, resolutions_mm=[4, 2])
    assert worst_error_voxels(found.transform, truth, 2) < 0.2


def test_affine_freedom_recovers_scaling_and_shearing_between_patients():
    center = center_mm(*GRIDS[2])
    truth = transforms.compose(
        transforms.scaling([1.08, 0.94], center),
        transforms.shearing(0.06, center),
        rotations.rigid(6, [4, -5], center),
    )
    fixed, moving = head(2, truth, "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    rigid = registration.register(fixed, moving, 2.0, "ncc")
    affine = registration.register(fixed, moving, 2.0, "ncc", freedom="affine")
    assert worst_error_voxels(rigid.transform, truth, 2) > 1
    assert worst_error_voxels(affine.transform, truth, 2) < 0.2


def test_translation_freedom_does_not_turn():
    fixed, moving = head(2, random_move(2, 1), "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    found = registration.register(fixed, moving, 2.0, "ssd", freedom="translation")
    np.testing.assert_array_equal(found.transform[:2, :2], np.eye(2))


def test_registration_agrees_with_simpleitk():
    truth = random_move(2, 2, degrees=8, mm=8)
    fixed, moving = head(2, truth, "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    images = [sitk.GetImageFromArray(image) for image in (fixed, moving)]
    for image in images:
        image.SetSpacing([2.0, 2.0])
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMeanSquares()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 1e-4, 300)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([4, 2, 1])
    method.SetInitialTransform(sitk.Euler2DTransform(center_mm(*GRIDS[2])[::-1]), inPlace=False)
    peer = method.Execute(*images)
    ours = registration.register(fixed, moving, 2.0, "ssd").transform
    places = center_mm(*GRIDS[2]) + np.array([[0, 0], [40, 0], [0, 40], [-30, -30]])
    theirs = [peer.TransformPoint(place[::-1])[::-1] for place in places]
    distance = np.linalg.norm(transforms.apply(transforms.invert(ours), places) - theirs, axis=1)
    assert distance.max() < 0.5  # mm, a quarter of a pixel


def test_arguments_are_not_changed_and_strides_do_not_matter():
    fixed, moving = head(2, random_move(2, 1), "mr", 5, 0), head(2, np.eye(3), "mr", 5, 1)
    before = fixed.copy(), moving.copy()
    one = registration.register(fixed.T, moving.T, 2.0, "ssd")
    two = registration.register(fixed.T.copy(), moving.T.copy(), 2.0, "ssd")
    np.testing.assert_allclose(one.transform, two.transform, atol=1e-9)
    np.testing.assert_array_equal(fixed, before[0])
    np.testing.assert_array_equal(moving, before[1])


def test_images_that_cannot_be_registered_are_refused():
    image = head(2, np.eye(3), "mr", 5, 0)
    register = registration.register
    far = transforms.translation([500, 0])
    for call, message in [
        (lambda: register(np.full((9, 9), 3.0), image, 2.0, "ssd"), "constant image"),
        (lambda: register(image * np.nan, image, 2.0, "ssd"), "must be finite"),
        (lambda: register(np.zeros((0, 4)), image, 2.0, "ssd"), "empty"),
        (lambda: register(image[0], image, 2.0, "ssd"), "2 or 3 are needed"),
        (lambda: register(image, np.stack([image] * 3), 2.0, "ssd", moving_spacing=1), "equal"),
        (lambda: register(image[:3, :3], image, 2.0, "nmi", resolutions_mm=[8, 2]), "finer"),
        (lambda: register(image, image, 2.0, "sad"), "'sad'"),
        (lambda: register(image, image, -2.0, "ssd"), "must be positive"),
        (lambda: register(image, image, 2.0, "ssd", freedom="free"), "'free'"),
        (lambda: register(image, image, 2.0, "ssd", resolutions_mm=[2, 4]), "must fall"),
        (lambda: register(image, image, 2.0, "ssd", start=np.eye(4)), "start is for 3"),
        (lambda: register(image, image, 2.0, "ncc", start=far), "less than a quarter"),
        (lambda: register(image, image, 2.0, "mi", start=far), "less than a quarter"),
        (lambda: global_search.SearchGrid(step_mm=0), "steps must be positive"),
        (lambda: global_search.SearchGrid(reach_deg=-1), "may not be negative"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


# Costs against misalignment


@pytest.mark.parametrize("cost", COSTS)
def test_every_cost_is_lowest_near_the_truth_and_rises_away_from_it(cost):
    fixed = head(2, np.eye(3), "ct" if cost.endswith("mi") else "mr", 15, 0)
    moving = head(2, np.eye(3), "mr", 15, 1)
    shifts = np.arange(-12.0, 12.1, 2)
    matrices = [transforms.translation([0, shift]) for shift in shifts]
    curve = alignment.cost_curve(fixed, moving, matrices, 2.0, cost)
    assert abs(shifts[np.argmin(curve)]) <= 2
    assert curve[0] > curve[3] > min(curve)
    assert curve[-1] > curve[-4] > min(curve)


def test_ssd_misjudges_inverted_contrast_and_mutual_information_does_not():
    mr = head(2, np.eye(3), "mr", 5, 0)
    shifts = np.arange(-8.0, 8.1, 2)
    matrices = [transforms.translation([shift, 0]) for shift in shifts]
    ssd, mi = (alignment.cost_curve(900 - mr, mr, matrices, 2.0, c) for c in ("ssd", "mi"))
    assert shifts[np.argmin(mi)] == 0
    assert shifts[np.argmin(ssd)] != 0


def test_a_cost_of_images_that_hardly_overlap_is_infinite():
    image = head(2, np.eye(3), "mr", 5, 0)
    away = transforms.translation([170.0, 0])
    for cost in COSTS:
        assert alignment.alignment_cost(image, image, away, 2.0, cost) == np.inf
    with pytest.raises(ValueError, match="axes"):
        alignment.alignment_cost(image, np.ones((3, 3, 3)) * image[:3, :3], away, 2.0, "ssd")


@pytest.mark.parametrize("cost", COSTS)
def test_whole_pixel_search_finds_the_shift(cost):
    image = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(30, 34)), 1)
    shifted = np.roll(image, (3, -2), (0, 1))
    assert shift_search.best_shift(image, shifted, 4, cost) == (-3, 2)
    costs = shift_search.shift_costs(image, shifted, 4, cost)
    assert costs.shape == (9, 9)
    assert costs[-3 + 4, 2 + 4] == costs.min()
    volume = np.stack([image] * 5) * np.arange(1, 6)[:, np.newaxis, np.newaxis]
    assert shift_search.best_shift(volume, np.roll(volume, 1, 2), 1, "ncc") == (0, 0, -1)


@pytest.mark.parametrize("cost", COSTS)
def test_the_cost_of_a_shift_is_that_of_moving_the_image(cost):
    first, second = np.random.default_rng(1).normal(size=(2, 12, 9))
    costs = shift_search.shift_costs(first, second, 2, cost)
    for y, x in [(0, 0), (-2, 1), (1, 2)]:
        move = transforms.translation([y, x])
        expected = alignment.alignment_cost(first, second, move, 1.0, cost)
        assert costs[y + 2, x + 2] == pytest.approx(expected, abs=1e-9)


def test_shifts_that_hardly_overlap_are_infinite_and_of_equal_ones_the_shortest_is_best():
    stripes = np.indices((8, 8)).sum(axis=0) % 2
    assert shift_search.best_shift(stripes, stripes, 3, "ssd") == (0, 0)
    costs = shift_search.shift_costs(stripes, stripes, 9, "ssd")
    assert np.isfinite(costs[9, 9 - 6 : 9 + 7]).all()  # two of eight columns are a quarter
    assert np.isinf(costs[9, :3]).all()
    assert np.isinf(costs[:, 0]).all()


def test_shift_searches_that_make_no_sense_are_refused():
    image = np.random.default_rng(1).normal(size=(6, 6))
    for call, message in [
        (lambda: shift_search.best_shift(image, image[:5], 1, "ssd"), "shapes"),
        (lambda: shift_search.best_shift(image, image, -1, "ssd"), "reach"),
        (lambda: shift_search.best_shift(image, image, 1.5, "ssd"), "reach"),
        (lambda: shift_search.best_shift(image, np.ones((6, 6)), 1, "ssd"), "constant"),
        (lambda: shift_search.shift_costs(image, image, 1, "sad"), "'sad'"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


# Pyramids


def test_halving_keeps_constants_and_ramps_and_removes_the_finest_stripes():
    assert (pyramids.halve(np.full((7, 9), 3.0)) == 3).all()
    ramp = pyramids.halve(np.arange(20.0))
    np.testing.assert_allclose(ramp[1:-1], np.arange(0, 20, 2.0)[1:-1])
    checkerboard = np.indices((16, 16)).sum(axis=0) % 2
    np.testing.assert_allclose(pyramids.halve(checkerboard), 0.5, atol=1e-7)
    assert np.ptp(checkerboard[::2, ::2]) == 0
    assert checkerboard[::2, ::2].mean() == 0  # without smoothing the mean is lost


def test_halving_rounds_up_and_takes_one_pixel():
    assert pyramids.halve(np.ones((5, 8, 1))).shape == (3, 4, 1)
    assert pyramids.halve(np.array([[3.0]])).tolist() == [[3.0]]
    assert pyramids.halve(np.ones((4, 4), np.int16)).dtype == np.float32


def test_coarsening_by_four_is_nearly_halving_twice():
    image = np.random.default_rng(1).normal(size=(65, 65))
    twice = pyramids.halve(pyramids.halve(image))
    once = pyramids.coarsen(image, 1.0, 4.0)
    assert once.image.shape == twice.shape
    middle = np.s_[2:-2, 2:-2]
    assert np.corrcoef(once.image[middle].ravel(), twice[middle].ravel())[0, 1] > 0.98


def test_coarse_voxels_show_the_same_places():
    ramp = np.add.outer(3.0 * np.arange(40), np.arange(50.0))
    level = pyramids.coarsen(ramp, [1.5, 1.0], 4.0)
    places = np.moveaxis(np.indices(level.image.shape), 0, -1) * level.spacing
    expected = places @ [2.0, 1.0]
    inner = np.s_[3:-3, 3:-3]
    np.testing.assert_allclose(level.image[inner], expected[inner], rtol=1e-3)


def test_thick_slices_are_not_made_thicker():
    levels = pyramids.pyramid(np.ones((10, 64, 64)), [4.4, 0.5, 0.5], (8, 4, 2))
    assert [level.spacing.tolist() for level in levels] == [[8, 8, 8], [4.4, 4, 4], [4.4, 2, 2]]
    assert levels[-1].image.shape == (10, 16, 16)


def test_pyramids_that_make_no_sense_are_refused():
    for call, message in [
        (lambda: pyramids.halve(np.zeros((0, 2))), "empty"),
        (lambda: pyramids.halve([np.nan]), "must be finite"),
        (lambda: pyramids.coarsen(np.ones(4), 1.0, 0.0), "must be positive"),
        (lambda: pyramids.pyramid(np.ones(4), 1.0, []), "at least one"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


# Small motions


@pytest.mark.parametrize("axes", [2, 3])
def test_small_motions_are_in_mm_and_opposite_ones_are_inverse(axes):
    directions = motions.generators("rigid", [7.0] * axes, radius_mm=40)
    parameters = np.arange(1.0, len(directions) + 1)
    matrix = motions.motion(parameters, directions)
    assert rotations.is_rigid(matrix)
    back = motions.motion(-parameters, directions)
    np.testing.assert_allclose(matrix @ back, np.eye(axes + 1), atol=1e-12)
    turn = motions.motion(np.eye(len(directions))[-1], directions)
    expected = rotations.rotation(np.rad2deg(1 / 40), [7.0] * axes)
    np.testing.assert_allclose(turn, expected, atol=1e-12)


def test_motions_that_make_no_sense_are_refused():
    for call, message in [
        (lambda: motions.generators("free", [0, 0], 1.0), "'free'"),
        (lambda: motions.generators("rigid", [0, 0], 0.0), "radius"),
        (lambda: motions.motion([1, 2], motions.generators("rigid", [0, 0], 1.0)), "equally many"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


# Frames of a moving patient


def test_averaging_in_place_is_nearer_to_the_truth_than_doing_nothing():
    moves = [np.eye(3)] + [random_move(2, seed, degrees=6, mm=10) for seed in (1, 2, 3)]
    frames = [head(2, move, "mr", 40, seed) for seed, move in enumerate(moves)]
    truth = head(2, np.eye(3), "mr", 0, 0)
    found = motion_compensation.align_frames(frames, 2.0, "ssd")
    np.testing.assert_array_equal(found[0].transform, np.eye(3))
    corrected = motion_compensation.mean_in_place(frames, [f.transform for f in found], 2.0)
    blurred = np.mean(frames, axis=0)
    middle = np.s_[12:-12, 12:-12]
    errors = [np.abs(image - truth)[middle].mean() for image in (corrected, blurred, frames[0])]
    assert errors[0] < 0.6 * errors[1]
    assert errors[0] < errors[2]
    for one, move in zip(found, moves, strict=True):
        assert worst_error_voxels(transforms.compose(move, one.transform), np.eye(3), 2) < 0.2


def test_longer_frames_count_more_and_missing_parts_do_not_count():
    frames = [np.full((4, 4), 2.0), np.full((4, 4), 8.0)]
    still = [np.eye(3), np.eye(3)]
    mean = motion_compensation.mean_in_place(frames, still, 1.0, durations_s=[600, 1200])
    np.testing.assert_allclose(mean, 6.0)
    away = [np.eye(3), transforms.translation([2.0, 0.0])]
    half = motion_compensation.mean_in_place(frames, away, 1.0)
    np.testing.assert_allclose(half[:2], 2.0)
    np.testing.assert_allclose(half[2:], 5.0)
    both_away = [transforms.translation([9.0, 0.0])] * 2
    assert (motion_compensation.mean_in_place(frames, both_away, 1.0) == 0).all()


def test_frames_that_do_not_fit_are_refused():
    frame = head(2, np.eye(3), "mr", 5, 0)
    mean, align = motion_compensation.mean_in_place, motion_compensation.align_frames
    for call, message in [
        (lambda: mean([], [], 1.0), "no frames"),
        (lambda: mean([frame], [], 1.0), "equally many"),
        (lambda: mean([frame], [np.eye(3)], 1.0, durations_s=[0]), "must be positive"),
        (lambda: mean([frame, frame[:5]], [np.eye(3)] * 2, 1.0), "shapes"),
        (lambda: align([frame], 2.0, "ssd", reference=1), "reference is 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
