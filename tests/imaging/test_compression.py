"""Whole-number images, label images and what they cost in bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.segmentation import relabel_sequential

from course_lib.imaging.byte_counts import image_bytes, mask_bytes, outline_bytes
from course_lib.imaging.compression import (
    compress_labels,
    digits_needed,
    integer_image,
    restore,
)

INTEGER_TYPES = st.sampled_from([np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
INTEGER_IMAGES = hnp.arrays(
    INTEGER_TYPES, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6), elements=None
)


def test_the_lectures_image_becomes_4_3_5_0():
    stored, slope, intercept = integer_image(np.array([[10, 5], [15, -10]]))
    assert stored.tolist() == [[4, 3], [5, 0]]
    assert (slope, intercept) == (5, -10)


def test_the_lectures_image_needs_two_digits_and_then_one():
    assert digits_needed(np.array([10, 5, 15])) == 2
    assert digits_needed(integer_image(np.array([10, 5, 15, -10])).stored) == 1


def test_the_ct_range_of_the_lecture_needs_twelve_bits():
    assert digits_needed(np.array([-1024, 3071]) + 1024, base=2) == 12


@pytest.mark.parametrize(("highest", "digits"), [(0, 1), (9, 1), (10, 2), (999, 3), (1000, 4)])
def test_digits_change_at_the_powers_of_ten(highest, digits):
    assert digits_needed(np.array([0, highest])) == digits


@given(INTEGER_IMAGES)
def test_every_integer_image_comes_back_exactly(image):
    np.testing.assert_array_equal(restore(integer_image(image)), image)


@given(INTEGER_IMAGES)
def test_no_other_slope_and_intercept_give_smaller_numbers(image):
    stored, slope, intercept = integer_image(image)
    assert stored.min() == 0  # a smaller intercept would only add to every number
    wide = image.astype(object)
    if wide.max() > wide.min():
        for larger in range(slope + 1, min(slope * 4, slope + 50) + 1):
            assert any((value - intercept) % larger for value in wide.ravel())


def test_the_slope_is_the_divisor_of_the_differences_and_not_of_the_values():
    stored, slope, intercept = integer_image(np.array([7, 12, 22]))
    assert (stored.tolist(), slope, intercept) == ([0, 1, 3], 5, 7)


def test_differences_of_small_types_do_not_overflow():
    image = np.array([-30000, 30000], dtype=np.int16)
    stored, slope, intercept = integer_image(image)
    assert (stored.tolist(), slope, intercept) == ([0, 1], 60000, -30000)


def test_a_constant_image_is_stored_as_zeros_with_slope_one():
    stored, slope, intercept = integer_image(np.full((2, 2), -7))
    assert (stored.tolist(), slope, intercept) == ([[0, 0], [0, 0]], 1, -7)


def test_the_argument_is_left_as_it_was():
    image = np.array([10, 5, 15, -10])
    integer_image(image)
    assert image.tolist() == [10, 5, 15, -10]


@pytest.mark.parametrize(
    ("image", "part"),
    [
        (np.array([1.0, 2.0]), "float64"),
        (np.array([np.nan]), "float64"),
        (np.array([True]), "bool"),
        (np.array([], dtype=int), "empty"),
        (np.array([2**63], dtype=np.uint64), r"2\*\*62"),
    ],
)
@pytest.mark.parametrize("function", [integer_image, compress_labels, digits_needed])
def test_what_cannot_be_stored_exactly_is_refused(function, image, part):
    with pytest.raises(ValueError, match=part):
        function(image)


def test_a_negative_value_has_a_sign_that_no_digit_holds():
    with pytest.raises(ValueError, match="-10"):
        digits_needed(np.array([10, -10]))


@pytest.mark.parametrize("base", [1, 37])
def test_a_base_without_digits_is_refused(base):
    with pytest.raises(ValueError, match=str(base)):
        digits_needed(np.array([1]), base)


@given(INTEGER_IMAGES)
def test_every_label_image_comes_back_through_its_table(labels):
    compact, table = compress_labels(labels)
    np.testing.assert_array_equal(table[compact], labels)
    assert table.dtype == labels.dtype
    assert np.unique(compact).tolist() == list(range(len(np.unique(labels))))


def test_three_labels_need_one_digit_whatever_they_are_called():
    labels = np.array([[0, 57], [1003, 57]])
    assert digits_needed(labels) == 4
    assert digits_needed(compress_labels(labels)[0]) == 1


def test_labels_far_apart_do_not_cost_a_table_over_their_range():
    compact, table = compress_labels(np.array([-(2**61), 5, 2**61]))
    assert compact.tolist() == [0, 1, 2]
    assert table.tolist() == [-(2**61), 5, 2**61]


def test_labels_agree_with_scikit_image():
    labels = np.random.default_rng(3).choice([0, 7, 13, 250, 4000], size=(9, 20, 20))
    labels[0, 0, 0] = 0
    np.testing.assert_array_equal(compress_labels(labels)[0], relabel_sequential(labels)[0])


def test_nine_points_cost_38_bytes_and_four_corners_18():
    assert outline_bytes([np.zeros((9, 2))]) == 2 + 9 * 4
    assert outline_bytes([np.zeros((4, 2))]) == 2 + 4 * 4


def test_bytes_of_a_ct_like_row_can_be_counted_by_hand():
    row = np.array([-1024] * 6 + [10, 300])
    counted = image_bytes(row)
    assert counted["64-bit floats"] == 64
    assert counted["whole bytes"] == 16  # 0 to 662 after division by 2: two bytes each
    assert counted["fewest bits"] == 10  # 8 values of 10 bits
    assert counted["run lengths"] == 3 * (2 + 2)


def test_bytes_of_a_square_can_be_counted_by_hand():
    mask = np.zeros((10, 10), dtype=bool)
    mask[2:5, 3:6] = True
    assert mask_bytes(mask) == {
        "one byte per pixel": 100,
        "one bit per pixel": 13,
        "run lengths": 2 * 7,  # outside and inside in turn
        "outline, all points": 2 + 12 * 4,
        "outline, corners": 2 + 4 * 4,
    }


def test_a_run_longer_than_two_bytes_can_count_is_stored_as_several():
    air = np.zeros((300, 300), dtype=np.int16)
    assert image_bytes(air)["run lengths"] == 2 * (1 + 2)


def test_bytes_of_an_empty_mask_are_refused():
    with pytest.raises(ValueError, match="empty"):
        mask_bytes(np.zeros((3, 3), dtype=bool))
