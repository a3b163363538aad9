"""Coordinates, values between voxels and new grids against known truths and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from course_lib.imaging import coordinates, interpolation, resampling

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)
few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
fractions = st.floats(0, 1)


@st.composite
def images(draw):
    """Draw an image of 1 to 3 axes; steps of 1/8 keep sums free of rounding."""
    return draw(generators).integers(-800, 800, draw(shapes)) / 8


@st.composite
def label_images(draw):
    """Draw a label image of 1 to 3 axes."""
    return draw(generators).integers(0, 5, draw(shapes)).astype(np.uint8)


@pytest.fixture
def scan():
    return np.random.default_rng(4).gamma(3.0, 40.0, (9, 11, 13))


def plane_image(shape, slopes, offset):
    """Return an image that is a linear function of its indices."""
    return sum(s * axis for s, axis in zip(slopes, np.indices(shape), strict=True)) + offset


# Coordinates


def test_a_thick_slice_lies_farther_away_than_a_thin_one():
    np.testing.assert_allclose(
        coordinates.index_to_mm([3, 3, 3], [4.4, 0.5, 0.5]), [13.2, 1.5, 1.5]
    )
    np.testing.assert_allclose(coordinates.index_to_mm([3, 3, 3], [0.6, 0.5, 0.5]), [1.8, 1.5, 1.5])


@few
@given(generators)
def test_to_mm_and_back_gives_the_same_index(rng):
    index, spacing = rng.uniform(-100, 100, (5, 3)), rng.uniform(0.1, 10, 3)
    origin = rng.uniform(-50, 50, 3)
    points = coordinates.index_to_mm(index, spacing, origin)
    np.testing.assert_allclose(coordinates.mm_to_index(points, spacing, origin), index, atol=1e-9)


def test_coordinates_agree_with_simpleitk_whose_axes_are_reversed():
    image = sitk.Image(8, 8, 8, sitk.sitkUInt8)
    image.SetSpacing([0.5, 0.7, 4.4])
    image.SetOrigin([-3.0, 2.0, 9.0])
    peer = image.TransformContinuousIndexToPhysicalPoint([1.5, 2.0, 3.0])[::-1]
    ours = coordinates.index_to_mm([3.0, 2.0, 1.5], [4.4, 0.7, 0.5], [9.0, 2.0, -3.0])
    np.testing.assert_allclose(ours, peer)


def test_the_centre_is_the_mean_of_the_corners():
    corners = coordinates.corners_mm((5, 7, 9), [1.0, 2.0, 0.5])
    assert corners.shape == (8, 3)
    np.testing.assert_allclose(corners.mean(axis=0), coordinates.center_mm((5, 7, 9), [1, 2, 0.5]))


def test_one_pixel_has_its_centre_at_zero():
    np.testing.assert_array_equal(coordinates.center_mm((1, 1), 3.0), [0, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coordinates.index_to_mm([1, 2], [1, 1, 1]), "one number or 2"),
        (lambda: coordinates.index_to_mm([1, 2], 0.0), "must be positive"),
        (lambda: coordinates.mm_to_index([1, 2], [1, -1]), "must be positive"),
        (lambda: coordinates.mm_to_index([1, np.nan], 1.0), "NaN or infinite"),
        (lambda: coordinates.index_to_mm(3.0, 1.0), "last axis"),
        (lambda: coordinates.index_to_mm([1, 2], 1.0, [1, 2, 3]), "origin"),
        (lambda: coordinates.center_mm((0, 4), 1.0), "at least one voxel"),
    ],
)
def test_coordinates_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Values at points


@few
@given(images())
def test_at_voxel_centres_both_give_the_voxels(image):
    points = np.moveaxis(np.indices(image.shape), 0, -1)
    np.testing.assert_array_equal(interpolation.nearest_at(image, points), image)
    np.testing.assert_array_equal(interpolation.linear_at(image, points), image)


@few
@given(arrays(np.float64, 3, elements=st.floats(0, 1)))
def test_linear_interpolation_of_a_linear_image_is_exact(place):
    slopes, shape = np.array([2.0, -3.0, 0.5]), (4, 5, 6)
    point = place * (np.array(shape) - 1)
    value = interpolation.linear_at(plane_image(shape, slopes, 7.0), point)
    assert value == pytest.approx(slopes @ point + 7.0, abs=1e-9)


def test_points_in_mm_are_indices_times_the_spacing(scan):
    index, spacing = np.array([[1.2, 3.7, 8.1], [0.0, 9.9, 4.5]]), np.array([4.4, 0.5, 0.7])
    for method in (interpolation.nearest_at, interpolation.linear_at):
        np.testing.assert_allclose(method(scan, index * spacing, spacing), method(scan, index))


def test_halfway_in_a_square_every_corner_counts_a_quarter():
    assert interpolation.linear_at([[1.0, 2.0], [3.0, 10.0]], [0.5, 0.5]) == 4.0


def test_halfway_between_two_voxels_the_higher_index_is_nearest():
    np.testing.assert_array_equal(interpolation.nearest_at([7, 8, 9], [[0.5], [1.5]]), [8, 9])


def test_the_border_voxel_reaches_half_a_voxel_outward():
    for method in (interpolation.nearest_at, interpolation.linear_at):
        np.testing.assert_array_equal(method([5.0, 6.0], [[-0.5], [1.5]]), [5, 6])


def test_points_outside_are_refused_unless_their_value_is_given(scan):
    outside = [[0.0, 0.0, 0.0], [-0.6, 0.0, 0.0], [0.0, 0.0, 12.6]]
    for method in (interpolation.nearest_at, interpolation.linear_at):
        with pytest.raises(ValueError, match="2 of 3 points lie outside"):
            method(scan, outside)
        np.testing.assert_array_equal(method(scan, outside, outside=-1000)[1:], [-1000, -1000])


def test_labels_keep_their_dtype_and_refuse_a_value_they_cannot_hold():
    labels = np.array([[0, 3]], np.uint8)
    assert interpolation.nearest_at(labels, [0, 1]).dtype == np.uint8
    with pytest.raises(ValueError, match="uint8 holds 0 to 255"):
        interpolation.nearest_at(labels, [9, 9], outside=-1)


def test_short_integers_and_float32_become_float32_and_do_not_overflow():
    image = np.array([-30000, 30000], np.int16)
    assert interpolation.linear_at(image, [0.5]) == 0
    for dtype in (np.int16, np.uint8, np.float32, np.bool_):
        assert interpolation.linear_at(image.astype(dtype), [0.5]).dtype == np.float32
    assert interpolation.linear_at(image.astype(np.int32), [0.5]).dtype == np.float64


@few
@given(st.lists(fractions, min_size=1, max_size=3))
def test_weights_of_the_corners_add_up_to_one_and_are_never_negative(fraction):
    weights = interpolation.linear_weights(fraction)
    assert weights.shape == (2,) * len(fraction)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0


@few
@given(arrays(np.float64, 3, elements=fractions))
def test_weighted_corners_are_the_trilinear_value(fraction):
    cell = np.random.default_rng(1).normal(size=(2, 2, 2))
    weighted = (interpolation.linear_weights(fraction) * cell).sum()
    assert interpolation.linear_at(cell, fraction) == pytest.approx(weighted, abs=1e-12)


def test_at_a_corner_one_weight_is_one():
    weights = interpolation.linear_weights([1, 0, 1])
    assert weights[1, 0, 1] == 1
    assert np.count_nonzero(weights) == 1


def test_values_agree_with_map_coordinates(scan):
    rng = np.random.default_rng(5)
    points = rng.uniform(0, 1, (200, 3)) * (np.array(scan.shape) - 1)
    for order, method in enumerate((interpolation.nearest_at, interpolation.linear_at)):
        peer = ndimage.map_coordinates(scan, points.T, order=order)
        np.testing.assert_allclose(method(scan, points), peer, atol=1e-10)


@pytest.mark.parametrize("method", [interpolation.nearest_at, interpolation.linear_at])
def test_images_and_points_that_make_no_sense_are_refused(method, scan):
    holed = scan.copy()
    holed[1, 1, 1] = np.nan
    for image, points, message in [
        (holed, [0, 0, 0], "must be finite"),
        (np.zeros((0, 3)), [0, 0], "empty"),
        (np.array([["a"]]), [0, 0], "real numbers"),
        (scan, [0, 0], "2 coordinates and the image 3 axes"),
        (scan, [0, 0, np.nan], "NaN or infinite"),
    ]:
        with pytest.raises(ValueError, match=message):
            method(image, points)


def test_fractions_outside_a_cell_are_refused():
    for bad in ([1.2, 0], [-0.1], [np.nan], [[0.5, 0.5]]):
        with pytest.raises(ValueError, match=r"fractions|NaN"):
            interpolation.linear_weights(bad)


# New grids


@few
@given(images())
def test_the_same_shape_gives_the_same_image(image):
    for method in resampling.METHODS:
        np.testing.assert_array_equal(resampling.resize(image, image.shape, method), image)


@few
@given(images(), st.integers(1, 4))
def test_whole_factors_and_nearest_neighbour_repeat_each_voxel(image, factor):
    larger = resampling.resize(image, tuple(factor * n for n in image.shape), "nearest")
    expected = image
    for axis in range(image.ndim):
        expected = expected.repeat(factor, axis)
    np.testing.assert_array_equal(larger, expected)


@few
@given(images(), st.integers(1, 9))
def test_linear_values_never_leave_the_range_of_the_image(image, length):
    resized = resampling.resize(image, (length,) * image.ndim, "linear")
    assert resized.shape == (length,) * image.ndim
    assert resized.min() >= image.min() - 1e-9
    assert resized.max() <= image.max() + 1e-9


@few
@given(images())
def test_a_constant_image_stays_constant(image):
    constant = np.full(image.shape, 3.25)
    for method in resampling.METHODS:
        assert (resampling.resize(constant, (5,) * image.ndim, method) == 3.25).all()


@few
@given(images())
def test_doubling_the_voxels_keeps_the_sum_of_the_image(image):
    for method in resampling.METHODS:
        larger = resampling.resize(image, tuple(2 * n for n in image.shape), method)
        assert larger.mean() == pytest.approx(image.mean(), abs=1e-9)


def test_a_mirrored_image_gives_the_mirrored_result(scan):
    mirrored = resampling.resize(scan[:, ::-1], (9, 17, 13), "linear")
    np.testing.assert_allclose(mirrored[:, ::-1], resampling.resize(scan, (9, 17, 13), "linear"))


def test_half_the_spacing_is_twice_the_voxels(scan):
    for method in resampling.METHODS:
        resampled = resampling.resample(scan, [2.0, 3.0, 4.0], [1.0, 1.5, 2.0], method)
        np.testing.assert_allclose(resampled, resampling.resize(scan, (18, 22, 26), method))


def test_thick_slices_get_as_many_voxels_as_the_box_holds():
    thick = np.zeros((10, 20, 20), np.uint8)
    assert resampling.resample(thick, [4.4, 0.5, 0.5], 0.5, "nearest").shape == (88, 20, 20)
    assert resampling.resample(thick, [4.4, 0.5, 0.5], 100.0, "nearest").shape == (1, 1, 1)


@few
@given(label_images(), st.integers(1, 7))
def test_nearest_neighbour_keeps_labels_and_invents_none(labels, length):
    resized = resampling.resize(labels, (length,) * labels.ndim, "nearest")
    assert resized.dtype == np.uint8
    assert set(np.unique(resized)) <= set(np.unique(labels))
    assert not resampling.invented_voxels(labels, resized).any()


def test_linear_interpolation_between_two_labels_invents_the_one_between():
    labels = np.array([1, 1, 3, 3])
    rounded = np.rint(resampling.resize(labels, (8,), "linear")).astype(int)
    assert 2 in rounded
    np.testing.assert_array_equal(resampling.invented_voxels(labels, rounded), rounded == 2)


def test_a_label_from_elsewhere_in_the_image_is_invented_here():
    labels = np.array([2, 2, 2, 1, 3])
    rounded = np.array([2, 2, 2, 2, 2, 1, 1, 2, 2, 3])
    expected = [False] * 6 + [False, True, True, False]
    assert resampling.invented_voxels(labels, rounded).tolist() == expected


def test_volume_is_voxels_times_the_volume_of_one():
    mask = np.zeros((4, 5, 6), bool)
    mask[1:3, 1:3, 1:4] = True
    assert resampling.volume_ml(mask, [4.0, 0.5, 0.5]) == pytest.approx(12 * 1.0 / 1000)
    assert resampling.volume_ml(np.zeros((2, 2, 2), bool), 1.0) == 0


def test_the_volume_of_a_ball_survives_a_round_trip_within_two_percent():
    z, y, x = np.indices((40, 40, 40)) - 19.5
    ball = z**2 + y**2 + x**2 <= 15**2
    there = resampling.resample(ball, 1.0, [2.5, 0.8, 0.8], "nearest")
    back = resampling.resample(there, [2.5, 0.8, 0.8], 1.0, "nearest")
    assert back.shape == ball.shape
    truth = resampling.volume_ml(ball, 1.0)
    assert truth == pytest.approx(4 / 3 * np.pi * 1.5**3, rel=0.02)
    assert resampling.volume_ml(there, [2.5, 0.8, 0.8]) == pytest.approx(truth, rel=0.02)
    assert resampling.volume_ml(back, 1.0) == pytest.approx(truth, rel=0.02)


@pytest.mark.parametrize("shape", [(18, 11, 6), (9, 22, 13), (5, 7, 8), (1, 1, 1)])
def test_resizing_agrees_with_scipy_on_the_same_box(scan, shape):
    factors = np.array(shape) / scan.shape
    for order, method in enumerate(resampling.METHODS):
        peer = ndimage.zoom(scan, factors, order=order, grid_mode=True, mode="nearest")
        ours = resampling.resize(scan, shape, method)
        assert ours.shape == peer.shape
        if order == 1 or shape == (9, 22, 13):  # scipy's nearest rounds halves both ways
            np.testing.assert_allclose(ours, peer, atol=1e-9)


def test_resampling_agrees_with_simpleitk_on_the_same_box(scan):
    spacing, new = np.array([3.0, 1.0, 2.0]), np.array([1.5, 0.5, 0.4])
    image = sitk.GetImageFromArray(scan)
    image.SetSpacing(spacing[::-1])
    origin = ((new - spacing) / 2)[::-1]
    shape = np.rint(np.array(scan.shape) * spacing / new).astype(int)
    peer = sitk.Resample(
        image, shape[::-1].tolist(), sitk.Transform(), sitk.sitkLinear, origin, new[::-1]
    )
    ours = resampling.resample(scan, spacing, new, "linear")
    np.testing.assert_allclose(ours, sitk.GetArrayFromImage(peer), atol=1e-9)


@pytest.mark.parametrize("method", resampling.METHODS)
def test_strided_input_gives_the_same_and_stays_unchanged(method, scan):
    strided = scan[::2, ::-1, ::3]
    before = scan.copy()
    ours = resampling.resize(strided, (6, 6, 6), method)
    np.testing.assert_array_equal(ours, resampling.resize(strided.copy(), (6, 6, 6), method))
    points = [[1.2, 3.4, 2.2]]
    for at in (interpolation.nearest_at, interpolation.linear_at):
        np.testing.assert_array_equal(at(strided, points), at(strided.copy(), points))
    np.testing.assert_array_equal(scan, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: resampling.resize([[1.0]], (2,), "linear"), "new shape"),
        (lambda: resampling.resize([[1.0]], (0, 2), "linear"), "new shape"),
        (lambda: resampling.resize(1.0, (), "linear"), "new shape"),
        (lambda: resampling.resize([[1.0]], (2, 2), "cubic"), "'cubic'"),
        (lambda: resampling.resize([np.nan], (2,), "nearest"), "must be finite"),
        (lambda: resampling.resize(np.zeros((3, 0)), (2, 2), "nearest"), "empty"),
        (lambda: resampling.resample([1.0], 1.0, -1.0, "linear"), "must be positive"),
        (lambda: resampling.resample([1.0], [1.0, 2.0], 1.0, "linear"), "one number or 1"),
        (lambda: resampling.volume_ml(np.ones((2, 2, 2)), 1.0), "bool volume"),
        (lambda: resampling.volume_ml(np.ones((2, 2), bool), 1.0), "bool volume"),
        (lambda: resampling.invented_voxels([0.5], [1, 2]), "whole numbers"),
    ],
)
def test_grids_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
