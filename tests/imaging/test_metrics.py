"""Errors of values, overlap of masks and confusion of classes, against truths and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import dice as dice_dissimilarity
from skimage import metrics as peer
from sklearn import metrics as sklearn_metrics

from course_lib.imaging import metrics
from course_lib.imaging.model_scaling import l1_loss

ERRORS = [metrics.mean_error, metrics.mean_absolute_error, metrics.root_mean_square_error]
every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
OVERLAPS = [metrics.dice, metrics.jaccard]
every_overlap = pytest.mark.parametrize("overlap", OVERLAPS, ids=lambda overlap: overlap.__name__)
few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def shapes_and_generators(draw):
    """Draw a shape of 1 to 3 axes, of one voxel or more, and random numbers."""
    return tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))), draw(generators)


@pytest.fixture
def pair():
    rng = np.random.default_rng(3)
    truth = rng.normal(40, 300, (9, 11, 7))
    return truth, truth + rng.normal(5, 60, truth.shape)


@pytest.fixture
def masks():
    z, y, x = np.indices((24, 30, 26))
    ball = (z - 12) ** 2 + (y - 14) ** 2 + (x - 12) ** 2 < 70
    return ball, np.roll(ball, 3, axis=1) & (x > 6)


def test_errors_are_those_computed_by_hand():
    truth, result = [0.0, 0.0, 10.0, -10.0], [1.0, -1.0, 10.0, -2.0]
    assert metrics.mean_error(truth, result) == 2.0
    assert metrics.mean_absolute_error(truth, result) == 2.5
    assert metrics.root_mean_square_error(truth, result) == pytest.approx(np.sqrt(66 / 4))
    assert metrics.differences(truth, result).tolist() == [1, -1, 0, 8]


@few
@given(shapes_and_generators(), st.floats(-50, 50))
def test_a_constant_error_is_found_by_every_measure(drawn, offset):
    shape, rng = drawn
    truth = rng.normal(0, 100, shape)
    found = [error(truth, truth + offset) for error in ERRORS]
    assert found == pytest.approx([offset, abs(offset), abs(offset)], abs=1e-9)


@few
@given(shapes_and_generators())
def test_errors_are_ordered_and_scale_with_the_unit(drawn):
    shape, rng = drawn
    truth, result = rng.normal(size=(2, *shape))
    mean, absolute, squared = (error(truth, result) for error in ERRORS)
    assert abs(mean) <= absolute + 1e-12
    assert absolute <= squared + 1e-12
    assert metrics.mean_error(result, truth) == pytest.approx(-mean)
    for error, found in zip(ERRORS, (mean, absolute, squared), strict=True):
        assert error(-7 * truth, -7 * result) == pytest.approx(
            -7 * found if error is metrics.mean_error else 7 * found
        )


@every_error
def test_a_mask_leaves_out_the_rest(error, pair):
    truth, result = pair
    mask = truth > 0
    spoiled = np.where(mask, result, 1e6)
    assert error(truth, spoiled, mask) == pytest.approx(error(truth[mask], result[mask]))
    assert error(truth, spoiled, mask) < 1e3 < error(truth, spoiled)


def test_the_lectures_l1_loss_is_the_sum_of_what_the_mean_absolute_error_averages(pair):
    truth, result = pair
    mean = metrics.mean_absolute_error(truth, result)
    assert l1_loss(truth, result) == pytest.approx(truth.size * mean)


def test_errors_agree_with_scikit_learn(pair):
    flat = [image.ravel() for image in pair]
    assert metrics.mean_absolute_error(*pair) == pytest.approx(
        sklearn_metrics.mean_absolute_error(*flat)
    )
    root = metrics.root_mean_square_error(*pair)
    assert root == pytest.approx(sklearn_metrics.root_mean_squared_error(*flat))
    assert root**2 == pytest.approx(peer.mean_squared_error(*pair))


@every_error
def test_stored_integers_neither_wrap_around_nor_overflow(error):
    truth, result = np.array([0, 65535], np.uint16), np.array([65535, 0], np.uint16)
    assert error(truth, result) == pytest.approx(0 if error is metrics.mean_error else 65535)
    low, high = np.full(3, -32768, np.int16), np.full(3, 32767, np.int16)
    assert error(low, high) == pytest.approx(65535)


@every_error
def test_short_floats_are_summed_exactly_enough(error):
    truth = np.zeros(2**21, np.float32)
    result = np.full(2**21, 0.1, np.float32)
    assert error(truth, result) == pytest.approx(0.1, rel=5e-6)  # added naively: 1e-2
    assert metrics.differences(truth, result).dtype == np.float32


@every_error
@pytest.mark.parametrize(
    ("reference", "predicted", "mask", "message"),
    [
        ([1.0, 2.0], [1.0], None, "must be equal"),
        ([1.0, np.nan], [1.0, 2.0], None, "NaN"),
        ([1.0, np.inf], [1.0, np.inf], None, "must be finite"),
        ([], [], None, "empty"),
        (["a"], ["b"], None, "real numbers"),
        ([1.0, 2.0], [1.0, 2.0], [False, False], "mark at least one"),
        ([1.0, 2.0], [1.0, 2.0], [True], "differ"),
        ([1.0, 2.0], [1.0, 2.0], [0, 1], "must be bool"),
    ],
)
def test_values_that_cannot_be_compared_are_refused(error, reference, predicted, mask, message):
    with pytest.raises(ValueError, match=message):
        error(reference, predicted, mask)


def test_nothing_outside_the_mask_is_looked_at():
    truth, mask = np.array([1.0, np.nan]), np.array([True, False])
    assert metrics.mean_error(truth, [3.0, 9.0], mask) == 2


@pytest.mark.parametrize(
    ("first", "second", "dice", "jaccard"),
    [
        ("1111", "1111", 1, 1),
        ("1100", "0011", 0, 0),
        ("1110", "0111", 2 / 3, 1 / 2),
        ("1000", "1111", 2 / 5, 1 / 4),
        ("0000", "1000", 0, 0),
        ("0000", "0000", 1, 1),
    ],
)
def test_overlaps_are_those_counted_by_hand(first, second, dice, jaccard):
    masks = [np.array([digit == "1" for digit in digits]) for digits in (first, second)]
    assert metrics.dice(*masks) == pytest.approx(dice)
    assert metrics.jaccard(*masks) == pytest.approx(jaccard)


@few
@given(shapes_and_generators())
def test_dice_and_jaccard_tell_the_same_on_two_scales(drawn):
    shape, rng = drawn
    first, second = rng.random((2, *shape)) < 0.5
    dice, jaccard = metrics.dice(first, second), metrics.jaccard(first, second)
    assert 0 <= jaccard <= dice <= 1
    assert jaccard == pytest.approx(dice / (2 - dice))
    assert dice == metrics.dice(second, first)
    assert metrics.dice(first, first) == 1 == metrics.jaccard(first, first)


def test_overlaps_agree_with_the_peers(masks):
    found = sitk.LabelOverlapMeasuresImageFilter()
    found.Execute(*(sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in masks))
    assert 0.3 < metrics.dice(*masks) < 0.9
    assert metrics.dice(*masks) == pytest.approx(found.GetDiceCoefficient())
    assert metrics.jaccard(*masks) == pytest.approx(found.GetJaccardCoefficient())
    flat = [mask.ravel() for mask in masks]
    assert metrics.dice(*masks) == pytest.approx(1 - dice_dissimilarity(*flat))
    assert metrics.jaccard(*masks) == pytest.approx(sklearn_metrics.jaccard_score(*flat))


@every_overlap
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([True, False], [True], "must be equal"),
        ([0, 1], [True, False], "first mask holds int"),
        ([True], [1.0], "second mask holds float"),
        (np.zeros((0, 3), bool), np.zeros((0, 3), bool), "no voxels"),
    ],
)
def test_masks_that_make_no_sense_are_refused(overlap, first, second, message):
    with pytest.raises(ValueError, match=message):
        overlap(first, second)


def test_confusions_are_counted_by_true_row_and_predicted_column():
    truth, predicted = [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2]
    expected = [[1, 2, 0], [1, 1, 0], [0, 0, 1]]
    np.testing.assert_array_equal(metrics.confusion_matrix(truth, predicted), expected)
    with_unused = metrics.confusion_matrix(truth, predicted, classes=4)
    np.testing.assert_array_equal(with_unused[:3, :3], expected)
    assert with_unused.shape == (4, 4)
    assert with_unused.sum() == 6


@few
@given(shapes_and_generators(), st.integers(2, 5), st.sampled_from([np.uint8, np.int16, np.int64]))
def test_margins_of_the_confusion_matrix_are_the_histograms(drawn, classes, dtype):
    shape, rng = drawn
    truth, predicted = rng.integers(0, classes, (2, *shape)).astype(dtype)
    table = metrics.confusion_matrix(truth, predicted, classes)
    np.testing.assert_array_equal(table.sum(axis=1), np.bincount(truth.ravel(), None, classes))
    np.testing.assert_array_equal(table.sum(axis=0), np.bincount(predicted.ravel(), None, classes))
    np.testing.assert_array_equal(metrics.confusion_matrix(predicted, truth, classes), table.T)
    assert np.trace(table) == np.count_nonzero(truth == predicted)
    flat = truth.ravel(), predicted.ravel()
    known = sklearn_metrics.confusion_matrix(*flat, labels=range(classes))
    np.testing.assert_array_equal(table, known)


def test_many_classes_in_one_byte_do_not_overflow():
    every = np.arange(256, dtype=np.uint8)
    table = metrics.confusion_matrix(every, every[::-1])
    np.testing.assert_array_equal(table, np.eye(256, dtype=int)[::-1])


def test_class_numbers_of_any_type_stay_unchanged():
    truth, predicted = np.arange(6).reshape(2, 3), np.full((2, 3), 2)
    metrics.confusion_matrix(truth, predicted)
    assert truth.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (predicted == 2).all()


def test_two_classes_hold_dice(masks):
    table = metrics.confusion_matrix(*masks)
    assert metrics.dice(*masks) == 2 * table[1, 1] / (2 * table[1, 1] + table[0, 1] + table[1, 0])


@pytest.mark.parametrize(
    ("truth", "predicted", "classes", "message"),
    [
        ([0, 1], [0, 2], 2, "0 to 1 are allowed"),
        ([0, -1], [0, 0], None, "between -1 and 0"),
        ([0, 5000], [0, 0], None, "0 to 1023"),
        ([0, 1], [0], None, "must be equal"),
        ([0.0, 1.0], [0, 1], None, "whole numbers"),
        ([], [], None, "whole numbers"),
        (np.zeros(0, int), np.zeros(0, int), None, "at least one"),
        ([0], [0], 0, "are allowed"),
    ],
)
def test_classes_that_make_no_sense_are_refused(truth, predicted, classes, message):
    with pytest.raises(ValueError, match=message):
        metrics.confusion_matrix(truth, predicted, classes)


def test_strided_input_gives_the_same_and_stays_unchanged(pair, masks):
    strided = [image[::2, ::-1, 1:] for image in pair]
    before = [image.copy() for image in strided]
    for error in ERRORS:
        assert error(*strided) == pytest.approx(error(*before))
        error(*strided, strided[0] > 0)
    views = [mask[::2, ::-1] for mask in masks]
    kept = [view.copy() for view in views]
    for measure in (*OVERLAPS, metrics.confusion_matrix):
        np.testing.assert_array_equal(measure(*views), measure(*kept))
    for view, copy in zip([*strided, *views], [*before, *kept], strict=True):
        np.testing.assert_array_equal(view, copy)


def test_one_voxel_is_enough():
    assert [error([3.0], [5.0]) for error in ERRORS] == [2, 2, 2]
    assert metrics.dice([True], [True]) == 1
    assert metrics.confusion_matrix([0], [0]).tolist() == [[1]]
