import numpy as np
import pytest

from course_lib.imaging import basics

VOLUME = np.zeros((2, 3, 4))


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_a_voxel_that_counts_itself_tells_where_the_crop_was(rng):
    shape = (4, 6, 7)
    volume = np.arange(np.prod(shape)).reshape(shape)
    crop = basics.crop_slice(volume, 2, (1, 5), (3, 6))
    z, y, x = np.unravel_index(crop, shape)
    assert (z == 2).all()
    assert y[:, 0].tolist() == [1, 2, 3, 4]
    assert x[0].tolist() == [3, 4, 5]


def test_a_crop_is_a_copy():
    volume = np.zeros((2, 3, 3))
    basics.crop_slice(volume, 0, (0, 2), (0, 2))[:] = 7
    assert not volume.any()


def test_a_mask_and_its_two_outsides_share_all_pixels(rng):
    image = rng.integers(-50, 50, (20, 20))
    inside = basics.mask_between(image, -10, 20)
    assert inside.dtype == bool
    assert np.array_equal(~inside, (image < -10) | (image > 20))
    assert basics.mask_between(image, image.min(), image.max()).all()
    assert not basics.mask_between(image, 20, -10).any()


def test_the_mean_of_a_mask_and_of_the_rest_make_up_the_mean_of_the_image(rng):
    image, mask = rng.normal(size=(9, 9)), rng.random((9, 9)) < 0.3
    parts = mask.mean() * basics.mean_in_mask(image, mask)
    parts += (~mask).mean() * basics.mean_in_mask(image, ~mask)
    assert parts == pytest.approx(image.mean())


def test_a_mean_of_many_float32_values_is_summed_in_double_precision():
    image = np.full(2**16 + 3, 16.1, np.float32)
    assert basics.mean_in_mask(image, np.ones(image.shape, bool)) == float(np.float32(16.1))


@pytest.mark.parametrize("mask", [np.zeros(3, bool), np.ones(4, bool)])
def test_an_empty_mask_and_one_that_does_not_fit_are_refused(mask):
    with pytest.raises(ValueError, match="mask"):
        basics.mean_in_mask(np.arange(3.0), mask)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.float32])
def test_the_average_of_an_image_with_itself_is_the_image(dtype):
    info = np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    image = np.array([info.min, 0, 1, info.max], dtype)
    assert np.array_equal(basics.average_images(image, image), image.astype(float))


def test_the_average_lies_halfway():
    first, second = np.array([0, 255], np.uint8), np.array([255, 254], np.uint8)
    assert basics.average_images(first, second).tolist() == [127.5, 254.5]


def test_every_slice_without_its_mean_has_the_mean_zero_and_its_differences(rng):
    volume = rng.normal(100, 20, (3, 4, 5)) + np.arange(3)[:, None, None] * 1000
    result = basics.subtract_slice_means(volume)
    assert result.mean(axis=(1, 2)) == pytest.approx(np.zeros(3))
    assert np.diff(result, axis=2) == pytest.approx(np.diff(volume, axis=2))


def test_half_value_layers_halve():
    layer_mm = 10 * np.log(2) / 0.097
    assert basics.transmission([0.097], [layer_mm]) == pytest.approx(0.5)
    assert basics.transmission([0.097] * 3, [layer_mm] * 3) == pytest.approx(0.125)


def test_nothing_in_the_way_lets_everything_through_and_order_does_not_matter():
    assert basics.transmission([], []) == 1
    assert basics.transmission([0.2, 0.1], [0, 0]) == 1
    there = basics.transmission([0.2, 0.1], [30, 50])
    assert there == pytest.approx(basics.transmission([0.1, 0.2], [50, 30]))


@pytest.mark.parametrize(("mu", "lengths"), [([0.1], [-1.0]), ([0.1, 0.2], [1.0]), ([0.1], [])])
def test_a_path_that_cannot_be_is_refused(mu, lengths):
    with pytest.raises(ValueError, match="length"):
        basics.transmission(mu, lengths)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: basics.mean_in_mask(np.arange(3.0), np.array([0, 1, 1])), "must be bool"),
        (lambda: basics.mean_in_mask(np.array([np.nan, 1.0]), np.array([True, True])), "NaN"),
        (lambda: basics.transmission([np.nan], [1.0]), "coefficients"),
        (lambda: basics.transmission([0.1], [np.nan]), "lengths"),
        (lambda: basics.crop_slice(np.ones((4, 5)), 1, (0, 2), (0, 2)), "three axes"),
        (lambda: basics.crop_slice(VOLUME, 2, (0, 2), (0, 2)), "slices 0 to 1"),
        (lambda: basics.crop_slice(VOLUME, 1.0, (0, 2), (0, 2)), "slice is 1.0"),
        (lambda: basics.crop_slice(VOLUME, 1, (0, 2, 3), (0, 2)), r"y_range is \(0, 2, 3\)"),
        (lambda: basics.crop_slice(VOLUME, 1, (0, 2), (2, 1)), r"x_range is \(2, 1\)"),
        (lambda: basics.crop_slice(VOLUME, 1, (-1, 2), (0, 2)), r"y_range is \(-1, 2\)"),
        (lambda: basics.crop_slice(VOLUME, 1, (0, 2), (0.0, 2.0)), "whole numbers"),
        (lambda: basics.average_images(np.ones(3), np.ones((2, 3))), "must be equal"),
        (lambda: basics.average_images(np.array(["a"]), np.ones(1)), "real numbers"),
        (lambda: basics.subtract_slice_means(np.ones((3, 4))), "three axes"),
        (lambda: basics.subtract_slice_means(np.ones((2, 0, 4))), "no voxel"),
        (lambda: basics.subtract_slice_means(VOLUME * 1j), "real numbers"),
    ],
)
def test_what_cannot_be_taken_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_nothing_is_changed_and_scattered_memory_is_read_as_it_is(rng):
    volume = rng.normal(size=(4, 6, 8))[:, ::2, ::-1]
    mask = rng.random(volume.shape) < 0.5
    before = volume.copy()
    results = [
        lambda given: basics.crop_slice(given, 1, (0, 2), (1, 5)),
        lambda given: basics.mask_between(given, -1, 0.5),
        lambda given: basics.mean_in_mask(given, mask),
        lambda given: basics.average_images(given, given + 1),
        basics.subtract_slice_means,
    ]
    for function in results:
        np.testing.assert_array_equal(function(volume), function(np.ascontiguousarray(volume)))
    np.testing.assert_array_equal(volume, before)
