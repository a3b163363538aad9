"""Local means and correlations against their definitions and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.metrics import structural_similarity

from course_lib.imaging import local_similarity, similarity

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
shapes = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)
sizes = st.sampled_from([1, 3, 5, 9])


@pytest.fixture
def pair():
    rng = np.random.default_rng(4)
    first = ndimage.gaussian_filter(rng.normal(size=(20, 30, 10)), 1) * 100 + 500
    return first, 0.5 * first + rng.normal(0, 5, first.shape)


def patches(image, size):
    """Return all patches of an image, in rows: the definition, without any running sum."""
    mirrored = np.pad(image, size // 2, mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, (size,) * image.ndim)
    return windows.reshape(*image.shape, -1)


@few
@given(generators, shapes, sizes)
def test_the_local_mean_is_the_mean_of_each_patch(rng, shape, size):
    image = rng.normal(100, 30, shape)
    expected = patches(image, size).mean(axis=-1)
    np.testing.assert_allclose(local_similarity.local_mean(image, size), expected)


@few
@given(generators, shapes, sizes)
def test_the_local_mean_is_scipys_box_filter(rng, shape, size):
    image = rng.normal(100, 30, shape).astype(np.float32)
    peer = ndimage.uniform_filter(image, size)
    np.testing.assert_allclose(local_similarity.local_mean(image, size), peer, rtol=1e-6)


def test_the_local_mean_of_a_point_is_a_box():
    image = np.zeros((7, 7, 7))
    image[3, 3, 3] = 27
    expected = np.zeros(image.shape)
    expected[2:5, 2:5, 2:5] = 1
    np.testing.assert_allclose(local_similarity.local_mean(image, 3), expected, atol=1e-12)


def test_a_patch_of_one_voxel_gives_the_image_back(pair):
    np.testing.assert_allclose(local_similarity.local_mean(pair[0], 1), pair[0])
    assert (local_similarity.local_ncc(*pair, 1) == 0).all()  # one voxel does not vary


@few
@given(generators, shapes, sizes)
def test_local_ncc_is_the_correlation_of_each_pair_of_patches(rng, shape, size):
    first, second = rng.normal(100, 30, (2, *shape))
    ours = local_similarity.local_ncc(first, second, size).ravel()
    rows = (patches(image, size).reshape(ours.size, -1) for image in (first, second))
    for found, one, other in zip(ours, *rows, strict=True):
        flat = np.ptp(one) == 0 or np.ptp(other) == 0
        assert found == pytest.approx(0 if flat else similarity.ncc(one, other), abs=1e-6)


def test_in_the_middle_a_patch_as_large_as_the_image_gives_the_correlation_of_the_images():
    first, second = np.random.default_rng(1).normal(size=(2, 7, 7, 7))
    middle = local_similarity.local_ncc(first, second, 7)[3, 3, 3]
    assert middle == pytest.approx(similarity.ncc(first, second))


def test_local_ncc_is_symmetric_and_one_for_an_image_and_itself(pair):
    ours = local_similarity.local_ncc(*pair)
    np.testing.assert_allclose(ours, local_similarity.local_ncc(*pair[::-1]), atol=1e-12)
    np.testing.assert_allclose(local_similarity.local_ncc(pair[0], pair[0]), 1)
    assert np.abs(ours).max() <= 1


@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 1e-9), (np.float32, 1e-3)])
def test_gain_and_offset_do_not_matter_and_inversion_turns_the_sign(pair, dtype, error):
    first, second = (image.astype(dtype) for image in pair)
    ours = local_similarity.local_ncc(first, second)
    brighter = local_similarity.local_ncc(first, (3 * second + 5000).astype(dtype))
    np.testing.assert_allclose(brighter, ours, atol=error)
    np.testing.assert_allclose(local_similarity.local_ncc(first, -second), -ours, atol=error)


def test_a_gain_that_differs_between_regions_lowers_the_correlation_of_images_but_not_of_patches(
    pair,
):
    first, _ = pair
    uneven = first.copy()
    uneven[:10] *= 3
    assert similarity.ncc(first, uneven) < 0.3
    ours = local_similarity.local_ncc(first, uneven, 5)
    np.testing.assert_allclose(np.delete(ours, [8, 9, 10, 11], axis=0), 1)


def test_only_voxels_near_a_change_notice_it(pair):
    first, second = pair
    changed = second.copy()
    changed[10, 15, 5] += 50
    before, after = (local_similarity.local_ncc(first, image, 5) for image in (second, changed))
    moved = np.abs(after - before)
    assert moved[8:13, 13:18, 3:8].max() > 0.05
    moved[8:13, 13:18, 3:8] = 0
    assert moved.max() < 1e-9


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
@pytest.mark.parametrize("value", [0, -1000, 3071])
def test_flat_patches_are_alike_to_nothing(dtype, value):
    rng = np.random.default_rng(2)
    first, second = (rng.normal(0, 300, (2, 16, 16, 16))).astype(dtype)
    first[:, :8] = value
    ours = local_similarity.local_ncc(first, second, 5)
    assert (ours[:, :6] == 0).all()
    assert (ours[:, 6:] != 0).mean() > 0.99
    assert (local_similarity.local_ncc(np.full_like(first, value), second, 5) == 0).all()


def test_a_piece_of_metal_leaves_flat_patches_flat():
    rng = np.random.default_rng(2)
    first, second = rng.normal(0, 300, (2, 20, 20, 20))
    first[:, :12] = -1000
    first[2, 2, 2] = 30000
    ours = local_similarity.local_ncc(first, second, 3)
    assert (ours[5:, :11] == 0).all()
    assert (ours[:4, :4, :4][1:, 1:, 1:] != 0).all()


def test_float32_is_as_good_as_float64_to_three_digits(pair):
    short = local_similarity.local_ncc(*(image.astype(np.float32) for image in pair))
    assert short.dtype == np.float32
    np.testing.assert_allclose(short, local_similarity.local_ncc(*pair), atol=1e-3)


def test_short_integers_do_not_overflow(pair):
    stored = [np.rint(image * 40).astype(np.int16) for image in pair]
    expected = local_similarity.local_ncc(*(image.astype(np.float64) for image in stored))
    np.testing.assert_allclose(local_similarity.local_ncc(*stored), expected, atol=1e-3)


def test_the_maps_of_several_images_are_those_of_each(pair):
    first, second = pair
    maps = local_similarity.similarity_maps(first, [second, first], 3)
    assert len(maps) == 2
    np.testing.assert_array_equal(maps[0], local_similarity.local_ncc(first, second, 3))
    np.testing.assert_array_equal(maps[1], local_similarity.local_ncc(first, first, 3))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 1, 1), (1, 9, 1)])
def test_images_of_one_voxel_along_an_axis_have_local_means_and_correlations(shape):
    first, second = np.random.default_rng(0).normal(size=(2, *shape))
    assert local_similarity.local_mean(first, 5).shape == shape
    ours = local_similarity.local_ncc(first, second, 5)
    assert (ours == 0).all() == (first.size == 1)


def test_strided_and_locked_input_gives_the_same_and_stays_unchanged(pair):
    before = [image.copy() for image in pair]
    for image in pair:
        image.setflags(write=False)
    strided = [image[::2, ::-1, ::3] for image in pair]
    packed = [image.copy() for image in strided]
    np.testing.assert_array_equal(
        local_similarity.local_ncc(*strided), local_similarity.local_ncc(*packed)
    )
    np.testing.assert_array_equal(
        local_similarity.local_mean(strided[0], 3), local_similarity.local_mean(packed[0], 3)
    )
    for image, copy in zip(pair, before, strict=True):
        np.testing.assert_array_equal(image, copy)


def test_local_ncc_agrees_with_simpleitk_which_cuts_patches_at_the_border(pair):
    radius = 2
    size = 2 * radius + 1
    count = ndimage.uniform_filter(np.ones(pair[0].shape), size, mode="constant")

    def cut_mean(image):
        return ndimage.uniform_filter(image, size, mode="constant") / count

    first, second = (image - image.mean() for image in pair)
    covariance = cut_mean(first * second) - cut_mean(first) * cut_mean(second)
    variances = [cut_mean(image**2) - cut_mean(image) ** 2 for image in (first, second)]
    cut = covariance / np.sqrt(variances[0] * variances[1])
    inner = (slice(radius, -radius),) * 3
    np.testing.assert_allclose(local_similarity.local_ncc(*pair, size)[inner], cut[inner])

    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsANTSNeighborhoodCorrelation(radius)
    method.SetInitialTransform(sitk.TranslationTransform(3))
    peer = -method.MetricEvaluate(*(sitk.GetImageFromArray(image) for image in pair))
    assert (cut**2).mean() == pytest.approx(peer, rel=1e-6)


def test_local_ncc_is_a_factor_of_structural_similarity(pair):
    first, second = pair
    size = 5
    means = [local_similarity.local_mean(image, size) for image in pair]
    squares = [local_similarity.local_mean(image**2, size) for image in pair]
    variances = [square - mean**2 for square, mean in zip(squares, means, strict=True)]
    luminance = 2 * means[0] * means[1] / (means[0] ** 2 + means[1] ** 2)
    contrast = 2 * np.sqrt(variances[0] * variances[1]) / (variances[0] + variances[1])
    _, peer = structural_similarity(
        first, second, win_size=size, data_range=1, K1=1e-9, K2=1e-9,
        use_sample_covariance=False, full=True,
    )  # fmt: skip
    ours = local_similarity.local_ncc(first, second, size)
    np.testing.assert_allclose(luminance * contrast * ours, peer, atol=1e-6)


@pytest.mark.parametrize("size", [0, -3, 4, 2.5, 3.0, True, None])
def test_patches_without_a_middle_are_refused(pair, size):
    with pytest.raises(ValueError, match=r"must be odd|whole number"):
        local_similarity.local_mean(pair[0], size)
    with pytest.raises(ValueError, match=r"must be odd|whole number"):
        local_similarity.local_ncc(*pair, size)


def test_images_that_make_no_sense_are_refused():
    good = np.arange(6.0).reshape(2, 3)
    for first, second, message in [
        (good, good[:1], "shapes"),
        (good * np.nan, good, "must be finite"),
        (good, good + np.inf, "must be finite"),
        (np.zeros((0, 3)), np.zeros((0, 3)), "empty"),
        (np.array(["a"]), np.array(["b"]), "real numbers"),
        (3.0, 4.0, "at least one axis"),
    ]:
        with pytest.raises(ValueError, match=message):
            local_similarity.local_ncc(first, second)
    with pytest.raises(ValueError, match="no images"):
        local_similarity.similarity_maps(good, [])
    with pytest.raises(ValueError, match="at least one axis"):
        local_similarity.local_mean(3.0, 3)
