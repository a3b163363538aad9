"""Stored numbers and the values they stand for."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from course_lib.imaging.quantization import (
    fits,
    largest_error,
    rounding_error,
    slope_per_slice,
    smallest_slope,
)
from course_lib.imaging.rescaling import rescale, store, type_limits

SLOPES = st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3)
INTERCEPTS = st.floats(-1e4, 1e4)
STORED_TYPES = st.sampled_from([np.uint8, np.int8, np.uint16, np.int16])


def test_the_lectures_stored_values_read_minus_1024_10_and_300():
    assert rescale(np.array([0, 1034, 1324]), 1, -1024).tolist() == [-1024, 10, 300]


def test_the_lectures_values_are_stored_as_0_1034_and_1324():
    stored = store([-1024, 10, 300], 1, -1024, np.uint16)
    assert stored.tolist() == [0, 1034, 1324]
    assert stored.dtype == np.uint16


def test_the_whole_ct_range_needs_0_to_4095():
    assert store([-1024, 3071], 1, -1024, np.uint16).tolist() == [0, 4095]


def test_rescaling_agrees_with_pydicom():
    header = Dataset()
    header.RescaleSlope, header.RescaleIntercept = "1.6", "-1024"
    stored = np.random.default_rng(0).integers(0, 4096, (20, 30)).astype(np.uint16)
    np.testing.assert_array_equal(rescale(stored, 1.6, -1024), apply_modality_lut(stored, header))


def test_float32_keeps_sixteen_bits_exactly():
    stored = np.arange(-(2**15), 2**15).astype(np.int16)
    exact = rescale(stored, 1, -1024)
    np.testing.assert_array_equal(rescale(stored, 1, -1024, np.float32), exact)
    assert rescale(stored, 1, -1024, np.float32).dtype == np.float32


@given(SLOPES, INTERCEPTS, STORED_TYPES, st.data())
def test_storing_undoes_reading(slope, intercept, dtype, data):
    low, high = type_limits(dtype)
    stored = np.array(data.draw(st.lists(st.integers(low, high), min_size=1)), dtype=dtype)
    back = store(rescale(stored, slope, intercept), slope, intercept, dtype)
    np.testing.assert_array_equal(back, stored)
    assert back.dtype == dtype


@given(st.floats(-1e4, 1e4), st.floats(1, 1e4), STORED_TYPES, st.integers(0, 2**32))
def test_reading_undoes_storing_up_to_half_a_step(low, width, dtype, seed):
    slope, intercept = smallest_slope(low, low + width, dtype)
    values = np.random.default_rng(seed).uniform(low, low + width, 50)
    read = rescale(store(values, slope, intercept, dtype), slope, intercept)
    assert np.abs(read - values).max() <= largest_error(slope) * (1 + 1e-6)


def test_values_are_rounded_and_not_cut_off():
    assert store([0.6, 1.4, -0.6], 1, 0, np.int16).tolist() == [1, 1, -1]


def test_a_half_goes_to_the_even_number():
    assert store([0.5, 1.5, 2.5], 1, 0, np.int16).tolist() == [0, 2, 2]


def test_the_argument_is_left_as_it_was():
    values, stored = np.array([1.0, 2.0]), np.array([1, 2])
    store(values, 2, 0, np.int16)
    rescale(stored, 2, 0)
    assert (values.tolist(), stored.tolist()) == ([1, 2], [1, 2])


@pytest.mark.parametrize(
    ("values", "slope", "intercept", "dtype", "part"),
    [
        ([np.nan], 1, 0, np.int16, "1 values are NaN"),
        ([np.inf], 1, 0, np.int16, "infinite"),
        ([1.0], 0, 0, np.int16, "slope is 0"),
        ([1.0], np.nan, 0, np.int16, "finite"),
        ([1.0], 1, np.inf, np.int16, "finite"),
        ([-2000.0, 5], 1, -1024, np.uint16, r"1 of 2 values do not fit uint16 .* -976 to 1029"),
        ([256.0], 1, 0, np.uint8, "256"),
        ([255.6], 1, 0, np.uint8, "do not fit"),
        ([1.0], 1, 0, np.float32, "float32"),
        ([1.0], 1, 0, np.int64, "int64"),
        ([1j], 1, 0, np.int16, "complex"),
    ],
)
def test_what_cannot_be_stored_is_refused(values, slope, intercept, dtype, part):
    with pytest.raises(ValueError, match=part):
        store(values, slope, intercept, dtype)


def test_a_value_that_rounds_into_the_type_fits():
    assert store([255.4, -0.4], 1, 0, np.uint8).tolist() == [255, 0]


@pytest.mark.parametrize(
    ("stored", "slope", "dtype", "part"),
    [
        (np.array([1]), 0, np.float64, "slope is 0"),
        (np.array([1.0]), 1, np.float64, "float64"),
        (np.array([1]), 1, np.int16, "int16"),
        (np.array([1], dtype=np.uint32), 1, np.float32, "uint32"),
    ],
)
def test_what_cannot_be_read_is_refused(stored, slope, dtype, part):
    with pytest.raises(ValueError, match=part):
        rescale(stored, slope, 0, dtype)


def test_only_slope_1_6_of_the_lectures_three_fits():
    offers = [(1.4, 1), (1.6, 0), (1, -19660)]
    assert [fits(0, 52427, *offer, np.int16) for offer in offers] == [False, True, False]


def test_the_lectures_largest_value_is_stored_as_32766_9():
    assert round(52427 / 1.6, 1) == 32766.9
    assert store([52427], 1.6, 0, np.int16).tolist() == [32767]


def test_with_the_right_sign_of_the_intercept_slope_1_would_fit_too():
    assert fits(0, 52427, 1, 19660, np.int16)


def test_the_smallest_slope_with_intercept_0_is_just_below_1_6():
    slope, intercept = smallest_slope(0, 52427, np.int16, intercept=0)
    assert (slope, intercept) == (52427 / 32767, 0)
    assert 1.59999 < slope < 1.6


@given(st.floats(-1e5, 1e5), st.floats(1e-2, 1e5), STORED_TYPES)
def test_the_smallest_slope_uses_both_ends_of_the_type(low, width, dtype):
    slope, intercept = smallest_slope(low, low + width, dtype)
    np.testing.assert_array_equal(
        store([low, low + width], slope, intercept, dtype), type_limits(dtype)
    )


@given(st.floats(-1e4, 1e4), st.floats(1, 1e4), st.floats(-2e4, 2e4))
def test_a_slope_for_a_fixed_intercept_fits_and_a_smaller_one_does_not(low, width, intercept):
    assume(max(abs(low - intercept), abs(low + width - intercept)) > 1)
    slope, _ = smallest_slope(low, low + width, np.int16, intercept)
    assert fits(low, low + width, slope * (1 + 1e-9), intercept, np.int16)
    assert not fits(low, low + width, slope * 0.999, intercept, np.int16)


@pytest.mark.parametrize(
    ("low", "high", "intercept", "part"),
    [
        (5, 1, None, "inverted"),
        (3, 3, None, "single value"),
        (np.nan, 3, None, "finite"),
        (0, np.inf, None, "finite"),
        (-5, 10, 0, "no negative numbers"),
    ],
)
def test_a_range_that_no_slope_stores_is_refused(low, high, intercept, part):
    with pytest.raises(ValueError, match=part):
        smallest_slope(low, high, np.uint16, intercept)


@pytest.mark.parametrize(("low", "high", "slope"), [(5, 1, 1), (0, np.nan, 1), (0, 1, 0)])
def test_fits_refuses_what_is_no_range_and_no_slope(low, high, slope):
    with pytest.raises(ValueError, match=r"inverted|finite|slope is 0"):
        fits(low, high, slope, 0, np.int16)


def test_the_largest_error_is_half_a_step_whatever_the_sign():
    assert largest_error(1.6) == largest_error(-1.6) == 0.8
    with pytest.raises(ValueError, match="slope is 0"):
        largest_error(0)


@given(SLOPES, INTERCEPTS, st.integers(0, 2**32))
def test_no_error_is_larger_than_half_a_step(slope, intercept, seed):
    values = np.random.default_rng(seed).uniform(-1e4, 1e4, 100)
    worst = np.abs(rounding_error(values, slope, intercept)).max()
    assert worst <= largest_error(slope) * (1 + 1e-6) + 1e-9


def test_a_value_half_way_between_two_steps_reaches_the_largest_error():
    assert np.abs(rounding_error([0.8], 1.6, 0)) == pytest.approx(largest_error(1.6))


def test_the_error_of_many_values_spreads_like_a_uniform_one():
    values = np.random.default_rng(1).uniform(0, 1e6, 200_000)
    error = rounding_error(values, 12, 0)
    assert error.mean() == pytest.approx(0, abs=0.03)
    assert error.std() == pytest.approx(12 / np.sqrt(12), rel=0.01)  # Bennett's step / sqrt(12)


def test_each_slice_of_a_pet_gets_its_own_slope():
    volume = np.zeros((3, 2, 2))
    volume[0], volume[1] = 3276.7, 32.767
    np.testing.assert_allclose(slope_per_slice(volume, np.int16), [0.1, 0.001, 1])


@pytest.mark.parametrize(
    ("volume", "part"),
    [
        (np.ones((2, 2)), "shape"),
        (np.ones((0, 2, 2)), "shape"),
        (-np.ones((1, 2, 2)), "negative"),
        (np.full((1, 2, 2), np.nan), "NaN"),
    ],
)
def test_a_volume_that_is_no_activity_is_refused(volume, part):
    with pytest.raises(ValueError, match=part):
        slope_per_slice(volume, np.int16)
