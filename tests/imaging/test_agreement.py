"""Percent differences, limits of agreement and errors of each class, against known truths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from course_lib.imaging import agreement, metrics

few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)

# Peak flow in l/min of 17 people with two meters, first readings: Bland and Altman, Lancet
# 327(8476), 1986, doi:10.1016/S0140-6736(86)90837-8. They report -2.1 and a deviation of 38.8.
MINI_METER = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
LARGE_METER = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]


@pytest.fixture
def pair():
    rng = np.random.default_rng(3)
    truth = rng.gamma(3, 4, (9, 11, 7))
    return truth, truth + rng.normal(1, 2, truth.shape)


def test_percents_of_an_attenuation_map_are_those_computed_by_hand():
    mu, wrong = np.array([0.1, 0.2, 0.05]), np.array([0.11, 0.2, 0.0])
    np.testing.assert_allclose(agreement.percent_difference(mu, wrong), [10, 0, -100], atol=1e-12)


def test_where_the_reference_is_zero_there_are_no_percents():
    pet = np.array([0.0, 0.0, -0.1, 8.0, 0.2])
    percent = agreement.percent_difference(pet, [0.0, 5.0, 3.0, 4.0, 0.3])
    assert np.isnan(percent[:3]).all()
    np.testing.assert_allclose(percent[3:], [-50, 50])
    assert np.isnan(agreement.percent_difference(pet, pet, floor=0.5)[4])
    assert np.isnan(agreement.percent_difference(pet, pet, floor=0.2)[4])


@few
@given(generators, st.floats(0.2, 3), st.floats(0.1, 100))
def test_a_factor_is_the_same_percent_everywhere_and_in_every_unit(rng, factor, unit):
    truth = rng.uniform(0.5, 20, (4, 5))
    percent = agreement.percent_difference(unit * truth, unit * factor * truth)
    np.testing.assert_allclose(percent, 100 * (factor - 1), atol=1e-9)


@few
@given(generators)
def test_percents_bring_the_prediction_back(rng):
    truth, predicted = rng.uniform(0.5, 20, (2, 6))
    percent = agreement.percent_difference(truth, predicted)
    np.testing.assert_allclose(truth * (1 + percent / 100), predicted)


def test_percents_keep_the_short_float_and_do_not_wrap_integers():
    short = agreement.percent_difference(np.full(3, 4, np.float32), np.full(3, 5, np.float32))
    assert short.dtype == np.float32
    stored = agreement.percent_difference(np.array([200], np.uint16), np.array([100], np.uint16))
    assert stored.tolist() == [-50]


def test_limits_of_the_peak_flow_meters_are_the_published_ones():
    mean, lower, upper = agreement.limits_of_agreement(MINI_METER, LARGE_METER)
    assert mean == pytest.approx(-2.1, abs=0.05)
    assert (upper - lower) / (2 * 1.96) == pytest.approx(38.8, abs=0.05)
    assert (lower + upper) / 2 == pytest.approx(mean)


def test_limits_computed_by_hand():
    # differences 1, 2, 3: mean 2, sample deviation 1
    found = agreement.limits_of_agreement([0.0, 10.0, 20.0], [1.0, 12.0, 23.0])
    assert found == pytest.approx((2, 2 - 1.96, 2 + 1.96))


def test_about_95_percent_of_normal_differences_lie_within_the_limits():
    rng = np.random.default_rng(8)
    truth = rng.normal(1000, 300, 100_000)
    found = agreement.limits_of_agreement(truth, truth + rng.normal(4, 20, truth.size))
    assert found == pytest.approx((4, 4 - 1.96 * 20, 4 + 1.96 * 20), abs=0.5)
    fresh = rng.normal(4, 20, 100_000)
    within = np.mean((fresh > found.lower) & (fresh < found.upper))
    assert within == pytest.approx(0.95, abs=0.005)


@few
@given(generators, st.floats(-50, 50), st.floats(0.1, 10))
def test_limits_turn_round_with_the_images_and_follow_offset_and_unit(rng, offset, unit):
    first, second = rng.normal(size=(2, 9))
    mean, lower, upper = agreement.limits_of_agreement(first, second)
    assert agreement.limits_of_agreement(second, first) == pytest.approx((-mean, -upper, -lower))
    moved = agreement.limits_of_agreement(unit * first, unit * second + offset)
    assert moved == pytest.approx([unit * value + offset for value in (mean, lower, upper)])


def test_limits_agree_with_scipys_moments(pair):
    truth, result = pair
    known = stats.describe((result - truth).ravel())
    mean, lower, upper = agreement.limits_of_agreement(truth, result)
    assert mean == pytest.approx(known.mean)
    assert upper - lower == pytest.approx(2 * 1.96 * np.sqrt(known.variance))


def test_equal_images_agree_without_limits(pair):
    assert agreement.limits_of_agreement(pair[0], pair[0]) == (0, 0, 0)


def test_limits_look_inside_the_mask_only(pair):
    truth, result = pair
    mask = truth > 8
    spoiled = np.where(mask, result, 1e6)
    inside = agreement.limits_of_agreement(truth[mask], result[mask])
    assert agreement.limits_of_agreement(truth, spoiled, mask) == pytest.approx(inside)


def test_errors_of_each_tissue_are_those_computed_by_hand():
    labels = np.array([[5, 5, 0], [0, 5, 5]], np.uint8)
    truth, result = np.zeros((2, 3)), np.array([[1.0, -1.0, 7.0], [7.0, 3.0, -3.0]])
    found = agreement.errors_per_class(truth, result, labels)
    assert list(found) == [0, 5]
    assert found[0] == (2, 7, 7, 7)
    assert found[5] == pytest.approx((4, 0, 2, np.sqrt(5)))


@few
@given(generators, st.integers(1, 6))
def test_errors_of_a_class_are_the_errors_within_its_mask(rng, classes):
    labels = rng.integers(0, classes, (4, 5, 3)).astype(np.uint8) * 3
    truth, result = rng.normal(size=(2, *labels.shape))
    found = agreement.errors_per_class(truth, result, labels)
    assert list(found) == np.unique(labels).tolist()
    assert sum(errors.voxels for errors in found.values()) == labels.size
    for label, errors in found.items():
        inside = truth, result, labels == label
        assert errors == pytest.approx(
            (
                np.count_nonzero(inside[2]),
                metrics.mean_error(*inside),
                metrics.mean_absolute_error(*inside),
                metrics.root_mean_square_error(*inside),
            )
        )


def test_errors_of_classes_agree_with_scipys_labelled_means(pair):
    truth, result = pair
    labels = np.random.default_rng(1).integers(0, 4, truth.shape)
    found = agreement.errors_per_class(truth, result, labels)
    known = ndimage.mean(np.abs(result - truth), labels, range(4))
    assert [errors.mean_absolute for errors in found.values()] == pytest.approx(known)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: agreement.percent_difference([1.0], [1.0, 2.0]), "must be equal"),
        (lambda: agreement.percent_difference([1.0, np.nan], [1.0, 2.0]), "NaN"),
        (lambda: agreement.percent_difference([], []), "empty"),
        (lambda: agreement.percent_difference([1.0], [1.0], floor=-1), "floor"),
        (lambda: agreement.percent_difference([1.0], [1.0], floor=np.nan), "floor"),
        (lambda: agreement.limits_of_agreement([1.0], [2.0]), "at least two"),
        (lambda: agreement.limits_of_agreement([1.0, 2.0], [2.0, np.inf]), "finite"),
        (lambda: agreement.limits_of_agreement([1, 2], [2, 3], [True, False]), "at least two"),
        (lambda: agreement.limits_of_agreement([1, 2], [2, 3], [1, 1]), "must be bool"),
        (lambda: agreement.errors_per_class([1.0], [2.0], [0, 1]), "must be equal"),
        (lambda: agreement.errors_per_class([1.0], [2.0], [0.5]), "whole numbers"),
        (lambda: agreement.errors_per_class([1.0], [2.0], [-1]), "between -1"),
        (lambda: agreement.errors_per_class([1.0], [2.0], [70_000]), "0 to 65535"),
        (lambda: agreement.errors_per_class([np.nan], [2.0], [0]), "NaN"),
    ],
    ids=range(14),
)
def test_what_cannot_be_compared_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_strided_input_gives_the_same_and_stays_unchanged(pair):
    strided = [image[::2, ::-1, 1:] for image in pair]
    labels = (strided[0] > 10).astype(np.uint8)[::-1]
    before = [image.copy() for image in (*strided, labels)]
    np.testing.assert_array_equal(
        agreement.percent_difference(*strided), agreement.percent_difference(*before[:2])
    )
    found = agreement.limits_of_agreement(*strided)
    assert found == pytest.approx(agreement.limits_of_agreement(*before[:2]))
    assert agreement.errors_per_class(*strided, labels) == agreement.errors_per_class(*before)
    for image, copy in zip((*strided, labels), before, strict=True):
        np.testing.assert_array_equal(image, copy)


def test_one_voxel_has_percents_and_errors_of_its_class():
    assert agreement.percent_difference([2.0], [3.0]).tolist() == [50]
    assert agreement.errors_per_class([2.0], [3.0], [4]) == {4: (1, 1, 1, 1)}
