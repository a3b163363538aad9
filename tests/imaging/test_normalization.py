"""Intensity normalization against the lecture's numbers, known truths and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import exposure
from sklearn.preprocessing import StandardScaler

from course_lib.imaging import normalization

METHODS = [
    normalization.min_max,
    lambda image: normalization.stretch(image, 0, 1),
    normalization.percentile_stretch,
    normalization.z_score,
    lambda image: normalization.relative_to_region(image, np.ones(np.shape(image), bool)),
]
NAMES = ["min_max", "stretch", "percentile_stretch", "z_score", "relative_to_region"]
every_method = pytest.mark.parametrize("method", METHODS, ids=NAMES)

# Steps of 1/8, so that float64 holds sums and products without rounding.
images = arrays(np.float64, (5, 6), elements=st.integers(-8000, 8000).map(lambda v: v / 8)).filter(
    lambda image: np.ptp(image) > 1
)


@pytest.fixture
def scan():
    return np.random.default_rng(4).gamma(3.0, 40.0, (40, 30))


@given(images)
def test_min_max_reaches_exactly_zero_and_one_and_keeps_the_order(image):
    scaled = normalization.min_max(image)
    assert scaled.min() == 0
    assert scaled.max() == 1
    assert (np.diff(scaled.ravel()[image.ravel().argsort()]) >= 0).all()


@given(images, st.floats(0.1, 10), st.floats(-100, 100))
def test_gain_and_offset_of_the_scanner_vanish(image, gain, offset):
    other_scanner = gain * image + offset
    for method in (normalization.min_max, normalization.z_score):
        np.testing.assert_allclose(method(other_scanner), method(image), atol=1e-9)


def test_only_the_gain_vanishes_relative_to_a_region(scan):
    region = scan > 150
    relative = normalization.relative_to_region(scan, region)
    np.testing.assert_allclose(normalization.relative_to_region(3 * scan, region), relative)
    assert not np.allclose(normalization.relative_to_region(scan + 9, region), relative)


def test_mean_of_the_reference_region_becomes_one(scan):
    region = scan > 150
    assert normalization.relative_to_region(scan, region)[region].mean() == pytest.approx(1)


@given(images)
def test_z_score_has_mean_zero_and_population_deviation_one(image):
    scaled = normalization.z_score(image)
    assert scaled.mean() == pytest.approx(0, abs=1e-9)
    assert scaled.std(ddof=0) == pytest.approx(1)


def test_z_score_inside_a_mask_ignores_what_lies_outside(scan):
    mask = scan > 100
    changed = np.where(mask, scan, 9999.0)
    inside = normalization.z_score(scan, mask)[mask]
    assert inside.mean() == pytest.approx(0, abs=1e-9)
    assert inside.std() == pytest.approx(1)
    np.testing.assert_array_equal(normalization.z_score(changed, mask)[mask], inside)


def test_z_score_outside_the_mask_is_scaled_by_the_same_numbers():
    image, mask = np.array([0.0, 1.0, 3.0, 5.0]), np.array([False, True, True, False])
    np.testing.assert_array_equal(normalization.z_score(image, mask), [-2, -1, 1, 3])


def test_a_full_mask_equals_no_mask(scan):
    full = np.ones(scan.shape, bool)
    np.testing.assert_array_equal(normalization.z_score(scan, full), normalization.z_score(scan))


def test_stretch_moves_the_ends_to_the_targets_and_clamps_beyond():
    stretched = normalization.stretch(np.array([-9.0, 2.0, 3.0, 4.0, 99.0]), 2, 4, 10, 20)
    np.testing.assert_array_equal(stretched, [10, 10, 15, 20, 20])


def test_stretch_over_the_whole_range_is_min_max(scan):
    stretched = normalization.stretch(scan, scan.min(), scan.max())
    np.testing.assert_allclose(stretched, normalization.min_max(scan), atol=1e-15)


def test_percentiles_0_and_100_are_min_max(scan):
    stretched = normalization.percentile_stretch(scan, 0, 100)
    np.testing.assert_allclose(stretched, normalization.min_max(scan), atol=1e-15)


def test_one_bright_pixel_squeezes_min_max_but_not_the_percentiles(scan):
    bright = scan.copy()
    bright[0, 0] = 100 * scan.max()
    rest = np.s_[1:]
    assert normalization.min_max(bright)[rest].max() < 0.011
    drift = normalization.percentile_stretch(bright) - normalization.percentile_stretch(scan)
    assert np.abs(drift[rest]).max() < 0.02


def test_percentiles_within_a_mask_come_from_the_mask(scan):
    mask = scan > 100
    inside = normalization.percentile_stretch(scan, 0, 100, mask)
    assert inside[mask].min() == 0
    assert (inside[~mask] == 0).all()


@every_method
def test_the_argument_is_not_changed(method, scan):
    before = scan.copy()
    method(scan)
    np.testing.assert_array_equal(scan, before)


@every_method
def test_float32_stays_and_short_integers_become_float32(method):
    image = np.arange(20).reshape(4, 5)
    for given_type in (np.float32, np.int16, np.uint8):
        assert method(image.astype(given_type)).dtype == np.float32
    for given_type in (np.float64, np.int32):
        assert method(image.astype(given_type)).dtype == np.float64


@every_method
def test_short_integers_do_not_overflow(method):
    image = np.array([[-30000, 0, 100], [30000, 20000, 10000]], np.int16)
    np.testing.assert_allclose(method(image), method(image.astype(float)), rtol=1e-6, atol=1e-6)


@every_method
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinite_values_are_refused(method, bad, scan):
    scan[3, 4] = bad
    with pytest.raises(ValueError, match="must be finite"):
        method(scan)


@every_method
def test_lists_are_images_and_texts_are_not(method):
    rows = [[0, 1], [2, 4]]
    np.testing.assert_array_equal(method(rows), method(np.array(rows)))
    with pytest.raises(ValueError, match="real numbers are needed"):
        method(np.array([["a", "b"]]))


@every_method
def test_an_empty_image_is_refused(method):
    with pytest.raises(ValueError, match="empty"):
        method(np.zeros((0, 4)))


@pytest.mark.parametrize(
    "method",
    [normalization.min_max, normalization.z_score, normalization.percentile_stretch],
)
def test_a_constant_image_is_refused(method):
    with pytest.raises(ValueError, match=r"All values are 7|both 7"):
        method(np.full((4, 4), 7.0))


def test_a_mask_over_constant_values_is_refused(scan):
    scan[:2] = 50.0
    mask = np.zeros(scan.shape, bool)
    mask[:2] = True
    with pytest.raises(ValueError, match="All values are 50; z-normalisation"):
        normalization.z_score(scan, mask)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.zeros((40, 30), bool), "is empty"),
        (np.ones((30, 40), bool), r"shape \(30, 40\), the image \(40, 30\)"),
        (np.ones((40, 30)), "float64 values; it must be bool"),
    ],
)
@pytest.mark.parametrize(
    "method",
    [
        normalization.z_score,
        normalization.relative_to_region,
        lambda image, mask: normalization.percentile_stretch(image, mask=mask),
    ],
)
def test_a_mask_that_is_empty_or_does_not_fit_is_refused(method, mask, message, scan):
    with pytest.raises(ValueError, match=message):
        method(scan, mask)


@pytest.mark.parametrize("ends", [(250, -150), (3, 3), (np.nan, 1), (0, np.inf)])
def test_an_inverted_or_empty_interval_is_refused(ends, scan):
    with pytest.raises(ValueError, match="stretched interval"):
        normalization.stretch(scan, *ends)
    with pytest.raises(ValueError, match="target interval"):
        normalization.stretch(scan, 0, 1, *ends)


@pytest.mark.parametrize("percentiles", [(99, 1), (5, 5), (-1, 50), (0, 101)])
def test_percentiles_out_of_order_are_refused(percentiles, scan):
    with pytest.raises(ValueError, match="percentiles"):
        normalization.percentile_stretch(scan, *percentiles)


@pytest.mark.parametrize("level", [0.0, -3.0])
def test_a_reference_that_is_not_positive_is_refused(level):
    with pytest.raises(ValueError, match="must be positive"):
        normalization.relative_to_region(np.full(4, level), np.ones(4, bool))


def test_stretch_agrees_with_scikit_image(scan):
    peer = exposure.rescale_intensity(scan, in_range=(50, 200), out_range=(-1.0, 1.0))
    np.testing.assert_allclose(normalization.stretch(scan, 50, 200, -1, 1), peer, atol=1e-12)


def test_min_max_agrees_with_scikit_image_and_simpleitk(scan):
    ours = normalization.min_max(scan)
    np.testing.assert_allclose(ours, exposure.rescale_intensity(scan, out_range=(0.0, 1.0)))
    peer = sitk.RescaleIntensity(sitk.GetImageFromArray(scan), 0, 1)
    np.testing.assert_allclose(ours, sitk.GetArrayFromImage(peer), atol=1e-12)


def test_z_score_agrees_with_scikit_learn_when_the_image_is_one_column(scan):
    peer = StandardScaler().fit_transform(scan.reshape(-1, 1)).reshape(scan.shape)
    np.testing.assert_allclose(normalization.z_score(scan), peer, atol=1e-12)


def test_z_score_differs_from_simpleitk_by_the_sample_deviation(scan):
    peer = sitk.GetArrayFromImage(sitk.Normalize(sitk.GetImageFromArray(scan)))
    factor = np.sqrt((scan.size - 1) / scan.size)
    np.testing.assert_allclose(normalization.z_score(scan) * factor, peer, atol=1e-9)
