"""Matrices, rotations, landmark fits and warped images against known truths and the peers."""

import itertools

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from scipy.spatial.transform import Rotation
from skimage import transform as skimage_transform

from course_lib.imaging import point_fits, resampling, rotations, transforms
from course_lib.imaging.warping import warp

few = settings(max_examples=30, deadline=None)
angles = st.floats(-180, 180)
places = arrays(np.float64, 3, elements=st.floats(-100, 100))
PLANES = [(0, 1), (0, 2), (1, 2)]


def some_rigid(rng, axes):
    """Return a random rigid transform about a random centre."""
    turns = rng.uniform(-60, 60, 1 if axes == 2 else 3)
    return rotations.rigid(turns, rng.uniform(-9, 9, axes), rng.uniform(-9, 9, axes))


@pytest.fixture
def points():
    return np.random.default_rng(2).normal(0, 30, (12, 3))


@pytest.fixture
def scan():
    rng = np.random.default_rng(4)
    return ndimage.gaussian_filter(rng.normal(size=(17, 19, 15)), 1.5)


# Matrices


@pytest.mark.parametrize("plane", PLANES)
def test_a_quarter_turn_brings_the_first_axis_of_the_plane_onto_the_second(plane):
    quarter = rotations.rotation(90, [0, 0, 0], plane)
    first, second = np.eye(3)[list(plane)]
    np.testing.assert_allclose(transforms.apply(quarter, first), second, atol=1e-12)
    np.testing.assert_allclose(transforms.apply(quarter, second), -first, atol=1e-12)


def test_by_default_the_slice_turns_and_its_number_stays():
    turned = transforms.apply(rotations.rotation(37, [5, 5, 5]), [9.0, 1.0, 2.0])
    assert turned[0] == 9


@few
@given(angles, places, places)
def test_the_centre_of_a_rotation_stays_and_distances_to_it_too(angle, center, point):
    turn = rotations.rotation(angle, center)
    np.testing.assert_allclose(transforms.apply(turn, center), center, atol=1e-9)
    moved = transforms.apply(turn, point)
    assert np.linalg.norm(moved - center) == pytest.approx(np.linalg.norm(point - center), abs=1e-9)


@few
@given(angles, angles)
def test_turning_twice_adds_the_angles(first, second):
    center = [4.0, -3.0]
    both = transforms.compose(rotations.rotation(first, center), rotations.rotation(second, center))
    np.testing.assert_allclose(both, rotations.rotation(first + second, center), atol=1e-9)


@few
@given(arrays(np.float64, 3, elements=angles), places, places)
def test_a_transform_and_its_inverse_undo_each_other(turns, offset, center):
    matrix = rotations.rigid(turns, offset, center)
    inverse = transforms.invert(matrix)
    np.testing.assert_allclose(transforms.compose(matrix, inverse), np.eye(4), atol=1e-9)
    np.testing.assert_allclose(transforms.compose(inverse, matrix), np.eye(4), atol=1e-9)


def test_composed_transforms_act_in_the_order_given(points):
    move, turn = transforms.translation([1, 2, 3]), rotations.rotation(50, [0, 0, 0])
    one_by_one = transforms.apply(turn, transforms.apply(move, points))
    together = transforms.apply(transforms.compose(move, turn), points)
    np.testing.assert_allclose(together, one_by_one)
    assert not np.allclose(transforms.apply(transforms.compose(turn, move), points), one_by_one)


def test_composing_is_associative_and_one_transform_is_itself():
    a, b, c = (some_rigid(np.random.default_rng(seed), 3) for seed in range(3))
    grouped = transforms.compose(transforms.compose(a, b), c)
    np.testing.assert_allclose(transforms.compose(a, b, c), grouped)
    np.testing.assert_array_equal(transforms.compose(a), a)


def test_scaling_multiplies_volumes_and_shearing_keeps_them():
    assert np.linalg.det(transforms.scaling([2, 3, 0.5], [1, 1, 1])) == pytest.approx(3)
    assert np.linalg.det(transforms.shearing(0.7, [1, 1, 1], (0, 2))) == pytest.approx(1)


def test_scaling_and_shearing_leave_their_centre():
    center = np.array([4.0, -2.0])
    for matrix in (transforms.scaling([2, 0.5], center), transforms.shearing(0.3, center)):
        np.testing.assert_allclose(transforms.apply(matrix, center), center)


def test_a_shear_moves_along_one_axis_only(points):
    moved = transforms.apply(transforms.shearing(0.25, [0, 0, 0], (1, 0)), points)
    np.testing.assert_allclose(moved[:, 1], points[:, 1] + 0.25 * points[:, 0])
    np.testing.assert_array_equal(moved[:, [0, 2]], points[:, [0, 2]])


def test_rigid_turns_about_z_then_y_then_x_and_then_moves():
    center = [1.0, 2.0, 3.0]
    turns = [rotations.rotation(a, center, plane) for a, plane in [(10, (1, 2)), (20, (0, 2))]]
    last = rotations.rotation(30, center, (0, 1))
    expected = transforms.compose(*turns, last, transforms.translation([4, 5, 6]))
    np.testing.assert_allclose(rotations.rigid([10, 20, 30], [4, 5, 6], center), expected)


@few
@given(
    st.tuples(angles, st.floats(-89, 89), angles),
    arrays(np.float64, 3, elements=st.floats(-50, 50)),
)
def test_angles_and_offset_come_back_from_the_matrix(turns, offset):
    center = [3.0, 4.0, 5.0]
    motion = rotations.rigid_parameters(rotations.rigid(turns, offset, center), center)
    again = rotations.rigid(motion.angles_deg, motion.offset_mm, center)
    np.testing.assert_allclose(motion.offset_mm, offset, atol=1e-9)
    np.testing.assert_allclose(again, rotations.rigid(turns, offset, center), atol=1e-9)
    wrapped = (motion.angles_deg - turns + 180) % 360 - 180
    np.testing.assert_allclose(wrapped, 0, atol=1e-6)


@pytest.mark.parametrize("second", [90.0, -90.0])
def test_at_a_quarter_turn_the_parameters_still_give_the_same_matrix(second):
    matrix = rotations.rigid([25, second, 40], [1, 2, 3], [0, 0, 0])
    motion = rotations.rigid_parameters(matrix, [0, 0, 0])
    assert motion.angles_deg[2] == 0
    np.testing.assert_allclose(rotations.rigid(*motion, [0, 0, 0]), matrix, atol=1e-9)


def test_scaled_sheared_and_mirrored_transforms_are_not_rigid():
    assert rotations.is_rigid(rotations.rigid([1, 2, 3], [4, 5, 6], [7, 8, 9]))
    for matrix in (
        transforms.scaling([1.01, 1], [0, 0]),
        transforms.shearing(0.01, [0, 0]),
        np.diag([1.0, -1.0, 1.0]),
    ):
        assert not rotations.is_rigid(matrix)
        with pytest.raises(ValueError, match="not rigid"):
            rotations.rigid_parameters(matrix, [0, 0])


@pytest.mark.parametrize(("plane", "axis"), [((0, 1), "z"), ((1, 2), "x"), ((0, 2), "-y")])
def test_rotations_agree_with_scipy(plane, axis, points):
    sign = -1 if axis.startswith("-") else 1
    peer = Rotation.from_euler(axis[-1], sign * 33, degrees=True).apply(points)
    ours = transforms.apply(rotations.rotation(33, [0, 0, 0], plane), points)
    np.testing.assert_allclose(ours, peer)


def test_a_rigid_transform_agrees_with_simpleitk_in_reversed_axes(points):
    matrix = rotations.rigid([12, -7, 5], [3, 2, 1], [10, 20, 30])
    peer = sitk.AffineTransform(3)
    peer.SetMatrix(matrix[2::-1, 2::-1].ravel())
    peer.SetTranslation(matrix[2::-1, 3])
    expected = [peer.TransformPoint(point[::-1])[::-1] for point in points]
    np.testing.assert_allclose(transforms.apply(matrix, points), expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: transforms.translation([[1, 2]]), "one row"),
        (lambda: transforms.translation([1, np.nan]), "finite"),
        (lambda: rotations.rotation(np.inf, [0, 0]), "finite"),
        (lambda: rotations.rotation(5, [0, 0], (1, 1)), "must differ"),
        (lambda: rotations.rotation(5, [0, 0], (0, -2)), "must differ"),
        (lambda: rotations.rotation(5, [0, 0], (0, 2)), "axes 0 to 1"),
        (lambda: rotations.rigid([1, 2], [1, 2], [1, 2]), "1, 2 and 2 or 3, 3 and 3"),
        (lambda: rotations.rigid(1, [1, 2, 3], [1, 2, 3]), "1, 2 and 2 or 3, 3 and 3"),
        (lambda: rotations.rigid([], [1], [1]), "1, 2 and 2 or 3, 3 and 3"),
        (lambda: transforms.scaling([1, 0], [0, 0]), "other than 0"),
        (lambda: transforms.scaling([1, 2, 3], [0, 0]), "2 numbers"),
        (lambda: transforms.shearing(np.nan, [0, 0]), "finite"),
        (transforms.compose, "at least one"),
        (lambda: transforms.compose(np.eye(3), np.eye(4)), "all of one shape"),
        (lambda: transforms.compose(np.eye(3)[:2]), "finite square"),
        (lambda: transforms.invert(np.diag([1.0, 0.0, 1.0])), "no inverse"),
        (lambda: transforms.invert(np.ones((3, 3))), "last row"),
        (lambda: transforms.apply(np.eye(3), [1, 2, 3]), "3 coordinates"),
        (lambda: transforms.apply(np.eye(3), [1, np.nan]), "NaN"),
        (lambda: rotations.rigid_parameters(np.eye(4), [0, 0]), "both"),
    ],
)
def test_transforms_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Landmarks


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_fits_recover_the_transform_of_their_family(axes, seed):
    rng = np.random.default_rng(seed)
    moving = rng.normal(0, 20, (7, axes))
    rigid = some_rigid(rng, axes)
    similar = transforms.compose(rigid, transforms.scaling([1.3] * axes, [0] * axes))
    affine = transforms.compose(similar, transforms.shearing(0.4, [0] * axes))
    for fit, truth in [
        (point_fits.fit_rigid, rigid),
        (point_fits.fit_similarity, rigid),
        (point_fits.fit_similarity, similar),
        (point_fits.fit_affine, affine),
    ]:
        np.testing.assert_allclose(fit(moving, transforms.apply(truth, moving)), truth, atol=1e-9)


def test_mirrored_landmarks_never_give_a_reflection():
    moving = np.random.default_rng(1).normal(0, 20, (9, 3))
    mirrored = moving * [1, 1, -1]
    for fit in (point_fits.fit_rigid, point_fits.fit_similarity):
        assert np.linalg.det(fit(moving, mirrored)) > 0
    assert np.linalg.det(point_fits.fit_affine(moving, mirrored)) < 0


def test_no_nearby_rigid_transform_fits_noisy_landmarks_better():
    rng = np.random.default_rng(3)
    moving = rng.normal(0, 20, (8, 2))
    fixed = transforms.apply(some_rigid(rng, 2), moving) + rng.normal(0, 1, (8, 2))
    best = point_fits.fit_rigid(moving, fixed)
    least = np.square(point_fits.landmark_errors_mm(best, moving, fixed)).sum()
    for turn, y, x in itertools.product([-0.5, 0, 0.5], [-0.1, 0, 0.1], [-0.1, 0, 0.1]):
        other = transforms.compose(best, rotations.rigid(turn, [y, x], fixed.mean(axis=0)))
        assert np.square(point_fits.landmark_errors_mm(other, moving, fixed)).sum() >= least - 1e-9


def test_more_freedom_never_fits_worse():
    rng = np.random.default_rng(5)
    moving, fixed = rng.normal(0, 20, (2, 10, 3))
    rigid, similarity, affine = (
        np.square(point_fits.landmark_errors_mm(fit(moving, fixed), moving, fixed)).sum()
        for fit in (point_fits.fit_rigid, point_fits.fit_similarity, point_fits.fit_affine)
    )
    assert affine <= similarity <= rigid


def test_fits_agree_with_scipy_and_scikit_image():
    rng = np.random.default_rng(6)
    moving, fixed = rng.normal(0, 20, (2, 10, 3))
    peer, _ = Rotation.align_vectors(fixed - fixed.mean(axis=0), moving - moving.mean(axis=0))
    ours = point_fits.fit_rigid(moving, fixed)
    np.testing.assert_allclose(ours[:3, :3], peer.as_matrix(), atol=1e-9)
    for kind, fit in [
        (skimage_transform.SimilarityTransform, point_fits.fit_similarity),
        (skimage_transform.EuclideanTransform, point_fits.fit_rigid),
    ]:
        peer = kind(dimensionality=3)
        peer = kind.from_estimate(moving, fixed) if hasattr(kind, "from_estimate") else peer
        np.testing.assert_allclose(fit(moving, fixed), peer.params, atol=1e-9)


@pytest.mark.parametrize("fit", [point_fits.fit_rigid, point_fits.fit_similarity])
def test_too_few_different_landmarks_are_refused(fit):
    line = np.outer(np.arange(4.0), [1, 2, 3])
    for points in (line, np.ones((5, 2)), np.ones((1, 2))):
        with pytest.raises(ValueError, match="too few different points"):
            fit(points, points)


def test_landmarks_in_one_plane_are_refused_by_the_affine_fit():
    flat = np.random.default_rng(1).normal(size=(6, 3)) * [1, 1, 0]
    with pytest.raises(ValueError, match="one plane or line"):
        point_fits.fit_affine(flat, flat)
    assert point_fits.fit_rigid(flat, flat) == pytest.approx(np.eye(4))


def test_tables_of_different_shape_or_with_nan_are_refused():
    for moving, fixed in [
        (np.ones((3, 2)), np.ones((4, 2))),
        (np.ones(3), np.ones(3)),
        (np.ones((0, 2)), np.ones((0, 2))),
    ]:
        with pytest.raises(ValueError, match="two tables of one shape"):
            point_fits.fit_rigid(moving, fixed)
    with pytest.raises(ValueError, match="NaN"):
        point_fits.fit_rigid([[0, np.nan]], [[0, 1]])


# Warped images


@pytest.mark.parametrize("method", resampling.METHODS)
def test_the_identity_changes_nothing(method, scan):
    np.testing.assert_allclose(warp(scan, np.eye(4), [2, 1, 3], method), scan, atol=1e-12)


def test_a_landmark_moves_with_the_image():
    image = np.zeros((41, 41, 41))
    image[20, 14, 26] = 1
    image = ndimage.gaussian_filter(image, 1.5)
    spacing, landmark = np.array([1.0, 1.5, 0.5]), np.array([20.0, 21.0, 13.0])
    matrix = rotations.rigid([20, -10, 5], [2, -3, 1], [20, 25, 10])
    moved = warp(image, matrix, spacing, "linear")
    centroid = np.array(ndimage.center_of_mass(moved)) * spacing
    np.testing.assert_allclose(centroid, transforms.apply(matrix, landmark), atol=0.05)


def test_whole_voxel_translations_shift_and_fill(scan):
    moved = warp(scan, transforms.translation([2.0, 0, -9.0]), [1, 5, 3], "linear", outside=7)
    np.testing.assert_allclose(moved[2:, :, :-3], scan[:-2, :, 3:])
    assert (moved[:2] == 7).all()
    assert (moved[:, :, -3:] == 7).all()


def test_quarter_turns_about_the_centre_move_every_voxel_onto_another(scan):
    square = scan[:, :15, :15]
    quarter = rotations.rotation(90, [8.0, 7.0, 7.0])
    np.testing.assert_allclose(
        warp(square, quarter, 1.0, "linear"), np.rot90(square, 1, (1, 2)), atol=1e-9
    )


def test_there_and_back_gives_the_smooth_middle_again(scan):
    matrix = rotations.rigid([8, 4, -5], [0.4, -0.3, 0.2], [8, 9, 7])
    there = warp(scan, matrix, 1.0, "linear")
    back = warp(there, transforms.invert(matrix), 1.0, "linear")
    middle = np.s_[5:-5, 5:-5, 5:-5]
    assert np.abs(back - scan)[middle].max() < 0.15 * np.abs(scan).max()
    assert np.corrcoef(back[middle].ravel(), scan[middle].ravel())[0, 1] > 0.99


def test_nearest_neighbour_keeps_labels_and_their_dtype():
    labels = np.random.default_rng(1).integers(0, 4, (12, 14)).astype(np.uint8) * 50
    moved = warp(labels, rotations.rotation(30, [5, 6]), 1.0, "nearest", outside=255)
    assert moved.dtype == np.uint8
    assert set(np.unique(moved)) <= {0, 50, 100, 150, 255}


def test_scaling_by_two_makes_a_mask_four_times_as_large():
    mask = np.zeros((40, 40), bool)
    mask[15:25, 15:25] = True
    larger = warp(mask, transforms.scaling([2, 2], [19.5, 19.5]), 1.0, "nearest")
    assert larger.sum() == 400


def test_another_grid_shows_the_same_places(scan):
    fine = warp(scan, np.eye(4), 2.0, "linear", new_shape=(33, 37, 29), new_spacing=[1.0, 1.0, 1.0])
    np.testing.assert_allclose(fine[::2, ::2, ::2], scan, atol=1e-12)
    np.testing.assert_allclose(fine[1:-1:2, ::2, ::2], (scan[1:] + scan[:-1]) / 2, atol=1e-12)


@pytest.mark.parametrize("axes", [2, 3])
def test_warping_agrees_with_scipy_and_simpleitk(axes, scan):
    image = scan[8] if axes == 2 else scan
    spacing = np.array([1.5, 1.0, 0.7])[-axes:]
    turns = {2: 15, 3: [15, -8, 6]}[axes]
    matrix = rotations.rigid(turns, [2.0, -1.5, 0.8][:axes], np.array(image.shape) / 2 * spacing)
    inverse = transforms.invert(matrix)
    peer_transform = sitk.AffineTransform(axes)
    peer_transform.SetMatrix(inverse[axes - 1 :: -1, axes - 1 :: -1].ravel())
    peer_transform.SetTranslation(inverse[axes - 1 :: -1, axes])
    peer_image = sitk.GetImageFromArray(image)
    peer_image.SetSpacing(spacing[::-1])
    peer = sitk.Resample(peer_image, peer_image, peer_transform, sitk.sitkLinear, -3.0)
    ours = warp(image, matrix, spacing, "linear", outside=-3.0)
    np.testing.assert_allclose(ours, sitk.GetArrayFromImage(peer), atol=1e-9)

    to_image = inverse[:-1, :-1] * spacing / spacing[:, np.newaxis]
    offset = inverse[:-1, -1] / spacing
    peer = ndimage.affine_transform(image, to_image, offset, order=1, cval=-99.0)
    both = peer != -99  # scipy ends at the outermost centres
    assert both.mean() > 0.2
    np.testing.assert_allclose(ours[both], peer[both], atol=1e-9)


def test_float32_stays_and_strided_input_stays_unchanged(scan):
    strided, before = scan[::2, ::-1], scan.copy()
    matrix = rotations.rotation(12, [4, 9, 7])
    ours = warp(strided, matrix, 1.0, "linear")
    np.testing.assert_array_equal(ours, warp(strided.copy(), matrix, 1.0, "linear"))
    np.testing.assert_array_equal(scan, before)
    assert warp(scan.astype(np.float32), matrix, 1.0, "linear").dtype == np.float32
    assert warp(np.ones((2, 2), np.int16), np.eye(3), 1.0, "linear").dtype == np.float32


def test_one_pixel_can_be_moved():
    np.testing.assert_array_equal(
        warp([[5.0]], transforms.translation([0.4, 0]), 1.0, "linear"), [[5]]
    )
    np.testing.assert_array_equal(
        warp([[5.0]], transforms.translation([0.6, 0]), 1.0, "linear"), [[0]]
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: warp([1.0, 2.0], np.eye(2), 1.0, "linear"), "2 or both for 3"),
        (lambda: warp([[1.0]], np.eye(4), 1.0, "linear"), "2 or both for 3"),
        (lambda: warp([[np.nan]], np.eye(3), 1.0, "linear"), "must be finite"),
        (lambda: warp([[1.0]], np.eye(3), 0.0, "linear"), "must be positive"),
        (lambda: warp([[1.0]], np.eye(3), 1.0, "spline"), "'spline'"),
        (lambda: warp([[1.0]], np.diag([0.0, 1, 1]), 1.0, "linear"), "no inverse"),
        (lambda: warp([[1.0]], np.eye(3), 1.0, "linear", new_shape=(3,)), "new shape"),
        (lambda: warp([[True]], np.eye(3), 1.0, "nearest", outside=2), "bool holds 0 to 1"),
    ],
)
def test_warps_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
