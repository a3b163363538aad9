"""Measures of similarity against known truths and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from skimage import metrics

from course_lib.imaging import similarity

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def image_pairs(draw):
    """Draw two images of one shape of 1 to 3 axes, neither constant."""
    rng, shape = draw(generators), draw(st.lists(st.integers(2, 6), min_size=1, max_size=3))
    return rng.normal(size=(2, *shape))


@pytest.fixture
def pair():
    rng = np.random.default_rng(4)
    first = rng.gamma(3.0, 40.0, (20, 30, 10))
    return first, 0.5 * first + rng.normal(0, 20, first.shape)


def measures(first, second):
    """Return all measures of two images."""
    counts = similarity.joint_histogram(first, second, 8)
    return [
        similarity.ssd(first, second),
        similarity.ncc(first, second),
        similarity.mutual_information(counts),
        similarity.normalized_mutual_information(counts),
    ]


@few
@given(image_pairs())
def test_every_measure_is_symmetric(pair):
    first, second = pair
    np.testing.assert_allclose(measures(first, second), measures(second, first), atol=1e-12)


@few
@given(image_pairs())
def test_an_image_is_most_like_itself(pair):
    first, second = pair
    assert similarity.ssd(first, first) == 0 < similarity.ssd(first, second)
    assert similarity.ncc(first, first) == pytest.approx(1)
    alone = similarity.joint_histogram(first, first, 8)
    both = similarity.joint_histogram(first, second, 8)
    assert similarity.normalized_mutual_information(alone) == pytest.approx(2)
    assert similarity.mutual_information(both) <= similarity.mutual_information(alone) + 1e-12


@few
@given(image_pairs(), st.floats(0.1, 10), st.floats(-50, 50))
def test_gain_and_offset_matter_to_ssd_only(pair, gain, offset):
    first, second = pair
    changed = gain * second + offset
    assert similarity.ncc(first, changed) == pytest.approx(similarity.ncc(first, second), abs=1e-9)
    assert similarity.ncc(first, -changed) == pytest.approx(
        -similarity.ncc(first, second), abs=1e-9
    )
    assert similarity.ssd(changed, changed + 2) == pytest.approx(4 * first.size)


def test_inverted_contrast_keeps_all_mutual_information(pair):
    first, _ = pair
    upright = similarity.joint_histogram(first, first, 16)
    inverted = similarity.joint_histogram(first, first.max() - first, 16)
    assert similarity.mutual_information(inverted) == pytest.approx(
        similarity.mutual_information(upright), rel=0.01
    )
    assert similarity.ncc(first, -first) == pytest.approx(-1)


def test_ssd_is_the_hand_computed_sum():
    assert similarity.ssd([[1, 2], [3, 4]], [[1, 0], [6, 4]]) == 4 + 9


def test_ssd_and_ncc_sum_over_blocks_as_over_the_whole():
    first, second = np.random.default_rng(1).normal(100, 1, (2, 3 * 2**14 + 5))
    assert similarity.ssd(first, second) == pytest.approx(((first - second) ** 2).sum())
    z = [(image - image.mean()) / image.std() for image in (first, second)]
    assert similarity.ncc(first, second) == pytest.approx((z[0] * z[1]).mean())
    short = first.astype(np.float32), second.astype(np.float32)
    assert similarity.ssd(*short) == pytest.approx(similarity.ssd(first, second), rel=1e-6)
    assert similarity.ncc(*short) == pytest.approx(similarity.ncc(first, second), abs=1e-6)


def test_pairs_are_counted_where_they_belong():
    first, second = [0, 0, 1, 2, 3, 3], [10, 40, 10, 40, 40, 40]
    counts = similarity.joint_histogram(first, second, 2)
    np.testing.assert_array_equal(counts, [[2, 1], [0, 3]])


def test_every_voxel_is_counted_and_the_margins_are_the_histograms(pair):
    counts = similarity.joint_histogram(*pair, bins=32)
    assert counts.sum() == pair[0].size
    for axis, image in [(1, pair[0]), (0, pair[1])]:
        np.testing.assert_array_equal(counts.sum(axis=axis), np.histogram(image, 32)[0])


def test_values_beyond_a_given_range_count_in_the_outermost_bins():
    counts = similarity.joint_histogram([-9.0, 0.5, 9.0], [0, 0, 0], 2, (0, 1), (-1, 1))
    np.testing.assert_array_equal(counts, [[0, 1], [0, 2]])


def test_mutual_information_of_known_tables():
    independent = np.outer([0.2, 0.8], [0.1, 0.6, 0.3])
    assert similarity.mutual_information(independent) == pytest.approx(0, abs=1e-12)
    assert similarity.normalized_mutual_information(independent) == pytest.approx(1)
    assert similarity.mutual_information(np.eye(8)) == pytest.approx(np.log(8))
    half_known = np.array([[2, 0], [1, 1]]) / 4  # by hand: 3/2 ln 2 - 3/4 ln 3 + ... in entropies
    expected = stats.entropy([0.5, 0.5]) + stats.entropy([0.75, 0.25])
    expected -= stats.entropy([0.5, 0.25, 0.25])
    assert similarity.mutual_information(half_known) == pytest.approx(expected)


def test_counts_and_probabilities_give_the_same(pair):
    counts = similarity.joint_histogram(*pair)
    for measure in (similarity.mutual_information, similarity.normalized_mutual_information):
        assert measure(counts) == pytest.approx(measure(counts / counts.sum()))


def test_misalignment_lowers_every_similarity(pair):
    first = np.add.accumulate(pair[0] - pair[0].mean())  # neighbours along Z are alike
    aligned, shifted = measures(first[1:], first[1:]), measures(first[1:], first[:-1])
    assert aligned[0] < shifted[0]
    assert all(a > s for a, s in zip(aligned[1:], shifted[1:], strict=True))


def test_measures_agree_with_the_peers(pair):
    first, second = pair
    assert similarity.ssd(*pair) / first.size == pytest.approx(metrics.mean_squared_error(*pair))
    assert similarity.ncc(*pair) == pytest.approx(np.corrcoef(first.ravel(), second.ravel())[0, 1])
    peer = np.histogram2d(first.ravel(), second.ravel(), bins=32)[0]
    np.testing.assert_array_equal(similarity.joint_histogram(*pair, bins=32), peer)
    nmi = similarity.normalized_mutual_information(similarity.joint_histogram(*pair, bins=100))
    assert nmi == pytest.approx(metrics.normalized_mutual_information(*pair, bins=100))


def test_ssd_and_ncc_agree_with_simpleitk(pair):
    images = [sitk.GetImageFromArray(image) for image in pair]
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMeanSquares()
    mean_square = method.MetricEvaluate(*images)
    assert similarity.ssd(*pair) / pair[0].size == pytest.approx(mean_square)
    method.SetMetricAsCorrelation()
    assert similarity.ncc(*pair) ** 2 == pytest.approx(-method.MetricEvaluate(*images))


def test_float32_histograms_differ_from_float64_by_few_counts_at_bin_edges(pair):
    exact = similarity.joint_histogram(*pair)
    short = similarity.joint_histogram(*(image.astype(np.float32) for image in pair))
    assert np.abs(exact - short).sum() <= 8


def test_short_integers_do_not_overflow():
    first, second = (
        np.array([[-30000, 30000, 7]], np.int16),
        np.array([[30000, -30000, 9]], np.int16),
    )
    assert similarity.ssd(first, second) == pytest.approx(2 * 60000.0**2 + 4, rel=1e-6)
    assert similarity.ncc(first, second) == pytest.approx(-1)
    assert similarity.joint_histogram(first, second, 2).sum() == 3


def test_strided_input_gives_the_same_and_stays_unchanged(pair):
    before = [image.copy() for image in pair]
    strided = [image[::2, ::-1, ::3] for image in pair]
    np.testing.assert_array_equal(measures(*strided), measures(*(s.copy() for s in strided)))
    for image, copy in zip(pair, before, strict=True):
        np.testing.assert_array_equal(image, copy)


@pytest.mark.parametrize("measure", [similarity.ssd, similarity.ncc, similarity.joint_histogram])
def test_images_that_make_no_sense_are_refused(measure):
    good = np.arange(6.0).reshape(2, 3)
    for first, second, message in [
        (good, good[:1], "shapes"),
        (good * np.nan, good, "must be finite"),
        (good, good + np.inf, "must be finite"),
        (np.zeros((0, 3)), np.zeros((0, 3)), "empty"),
        (np.array(["a"]), np.array(["b"]), "real numbers"),
    ]:
        with pytest.raises(ValueError, match=message):
            measure(first, second)


def test_constant_images_are_refused_where_they_have_no_answer():
    constant, ramp = np.full(4, 7.0), np.arange(4.0)
    assert similarity.ssd(constant, constant) == 0
    for first, second in [(constant, ramp), (ramp, constant), ([3.0], [4.0])]:
        with pytest.raises(ValueError, match="All values are"):
            similarity.ncc(first, second)
        with pytest.raises(ValueError, match="give the range"):
            similarity.joint_histogram(first, second)
    one_bin = similarity.joint_histogram(constant, constant, 4, (0, 10), (0, 10))
    assert similarity.mutual_information(one_bin) == 0
    with pytest.raises(ValueError, match="one bin"):
        similarity.normalized_mutual_information(one_bin)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: similarity.joint_histogram([1, 2], [1, 2], bins=1), "at least 2"),
        (lambda: similarity.joint_histogram([1, 2], [1, 2], 4, (3, 1)), "interval"),
        (lambda: similarity.mutual_information([1, 2]), "2"),
        (lambda: similarity.mutual_information([[1, -2]]), "negative"),
        (lambda: similarity.mutual_information([[0, 0]]), "not all 0"),
        (lambda: similarity.mutual_information([[np.nan, 1]]), "finite"),
        (lambda: similarity.normalized_mutual_information(np.zeros((0, 2))), "empty"),
    ],
)
def test_histograms_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
