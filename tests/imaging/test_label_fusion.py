"""Votes of atlases: the lecture's quiz, ties, weights, and the peers."""

from itertools import permutations

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from course_lib.imaging import label_fusion, local_similarity, ranking

few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
counts = st.integers(1, 9)
shapes = st.lists(st.integers(1, 6), max_size=3).map(tuple)
QUIZ_4 = [1, 5, 2, 1, 2, 5, 4, 5, 2, 2]


def itk_vote(labels, undecided):
    """Vote with SimpleITK."""
    images = [sitk.GetImageFromArray(label) for label in labels]
    return sitk.GetArrayFromImage(sitk.LabelVoting(images, undecided))


def dice(first, second):
    return 2 * (first & second).sum() / (first.sum() + second.sum())


def test_quiz_4_of_the_lecture():
    assert label_fusion.majority_vote(QUIZ_4) == 2
    assert label_fusion.majority_vote(QUIZ_4, undecided=99) == 2
    assert label_fusion.vote_share(QUIZ_4) == pytest.approx(0.4)  # no absolute majority


def test_three_votes_of_one_beat_one_of_another_in_any_order():
    for votes in permutations([3, 3, 3, 7]):
        assert label_fusion.majority_vote(votes) == 3


def test_a_tie_goes_to_the_lowest_label_or_to_undecided_in_any_order():
    for votes in permutations([4, 4, 1, 1, 9]):
        assert label_fusion.majority_vote(votes) == 1
        assert label_fusion.majority_vote(votes, undecided=255) == 255
    assert label_fusion.majority_vote([8, 6, 7]) == 6


def test_a_lower_label_with_fewer_votes_takes_no_part_in_a_tie():
    assert label_fusion.majority_vote([0, 5, 5, 6, 6]) == 5
    assert label_fusion.majority_vote([0, 5, 5, 5, 6], undecided=99) == 5


def test_undecided_may_be_a_label_that_occurs():
    assert label_fusion.majority_vote([[2, 3], [1, 3]], undecided=0).tolist() == [0, 3]
    assert label_fusion.majority_vote([[2, 3], [1, 3]], undecided=3).tolist() == [3, 3]


def test_where_all_agree_their_label_stays():
    labels = np.random.default_rng(0).integers(0, 9, (4, 5, 6), np.uint8)
    np.testing.assert_array_equal(label_fusion.majority_vote([labels] * 3, 77), labels)
    assert (label_fusion.vote_share([labels] * 3) == 1).all()
    np.testing.assert_array_equal(label_fusion.majority_vote([labels], 77), labels)


@few
@given(generators, counts, shapes)
def test_the_majority_is_scipys_mode_and_its_share_the_count(rng, count, shape):
    labels = rng.integers(-3, 4, (count, *shape))
    peer = stats.mode(labels, axis=0)
    np.testing.assert_array_equal(label_fusion.majority_vote(labels), peer.mode)
    np.testing.assert_allclose(label_fusion.vote_share(labels), peer.count / count, rtol=1e-6)


@few
@given(generators, counts)
def test_with_undecided_the_majority_is_that_of_simpleitk(rng, count):
    labels = rng.integers(0, 5, (count, 4, 5, 6), np.uint8)
    ours = label_fusion.majority_vote(labels, undecided=200)
    np.testing.assert_array_equal(ours, itk_vote(labels, 200))


def test_many_voxels_are_voted_on_as_few_are():
    labels = np.random.default_rng(0).integers(0, 4, (5, 3, 200, 250), np.uint8)
    np.testing.assert_array_equal(
        label_fusion.majority_vote(labels), stats.mode(labels, axis=0).mode
    )


def test_more_votes_than_a_byte_counts_are_not_lost():
    labels = np.zeros((300, 2), np.uint8)
    labels[:40, 0] = 1  # 260 votes for 0 would be 4 in a byte
    labels[40:, 1] = 1
    np.testing.assert_array_equal(label_fusion.majority_vote(labels), [0, 1])


@few
@given(generators, counts, shapes)
def test_equal_weights_make_a_majority_vote(rng, count, shape):
    labels = rng.integers(0, 4, (count, *shape))
    for weights in (np.full(count, 0.1), np.full((count, *shape), 0.3)):
        for undecided in (None, 9):
            np.testing.assert_array_equal(
                label_fusion.weighted_vote(labels, weights, undecided),
                label_fusion.majority_vote(labels, undecided),
            )


@few
@given(generators, counts, shapes)
def test_a_weighted_vote_has_the_largest_sum_of_weights(rng, count, shape):
    labels = rng.integers(0, 4, (count, *shape))
    weights = rng.uniform(0.1, 1, labels.shape)
    sums = np.stack([(weights * (labels == label)).sum(axis=0) for label in range(4)])
    np.testing.assert_array_equal(label_fusion.weighted_vote(labels, weights), sums.argmax(axis=0))


def test_two_light_votes_beat_a_heavy_one_only_together():
    assert label_fusion.weighted_vote([7, 3, 3], [0.9, 0.4, 0.4]) == 7
    assert label_fusion.weighted_vote([7, 3, 3], [0.9, 0.5, 0.5]) == 3


def test_weights_that_add_up_to_the_same_but_for_rounding_are_a_tie():
    assert 0.1 + 0.2 != 0.3
    for order in permutations([(5, 0.1), (5, 0.2), (2, 0.3)]):
        labels, weights = zip(*order, strict=True)
        assert label_fusion.weighted_vote(labels, weights) == 2
        assert label_fusion.weighted_vote(labels, weights, undecided=9) == 9


def test_a_whole_number_weight_is_as_many_votes():
    weights = np.random.default_rng(0).integers(1, 5, 4)
    labels = np.random.default_rng(1).integers(0, 3, (4, 50))
    np.testing.assert_array_equal(
        label_fusion.weighted_vote(labels, weights, 9),
        label_fusion.majority_vote(np.repeat(labels, weights, axis=0), 9),
    )


def test_large_weights_in_small_types_do_not_overflow():
    labels, weights = [1, 1, 1, 2], np.array([100, 100, 100, 120], np.uint8)
    assert label_fusion.weighted_vote(labels, weights) == 1


def test_a_local_vote_weighs_each_atlas_by_its_rank_at_each_voxel():
    rng = np.random.default_rng(3)
    target = rng.normal(size=(9, 10, 11))
    images = [target + rng.normal(0, 1, target.shape) for _ in range(4)]
    labels = rng.integers(0, 3, (4, *target.shape))
    weights = ranking.rank_weights(
        ranking.ranks(local_similarity.similarity_maps(target, images, 3)), 0.8
    )
    for undecided in (None, 9):
        np.testing.assert_array_equal(
            label_fusion.locally_weighted_vote(target, images, labels, 3, 0.8, undecided=undecided),
            label_fusion.weighted_vote(labels, weights, undecided),
        )


def test_a_local_vote_finds_the_atlas_that_fits_where_the_majority_is_wrong():
    rng = np.random.default_rng(5)
    target = ndimage.gaussian_filter(rng.normal(size=(20, 20, 20)), 1)
    truth = (target > 0).astype(np.uint8)
    strangers = [ndimage.gaussian_filter(rng.normal(size=target.shape), 1) for _ in range(4)]
    images = [*strangers, target + rng.normal(0, 0.02, target.shape)]
    labels = [(image > 0).astype(np.uint8) for image in images]
    majority = label_fusion.majority_vote(labels)
    local = label_fusion.locally_weighted_vote(target, images, labels, 5, decay=1.0)
    assert (majority == truth).mean() < 0.8
    assert (local == truth).mean() > 0.9


def test_no_decay_makes_a_majority_vote():
    rng = np.random.default_rng(3)
    images, labels = rng.normal(size=(4, 6, 7)), rng.integers(0, 3, (4, 6, 7))
    ours = label_fusion.locally_weighted_vote(images[0], images, labels, 3, 0, undecided=9)
    np.testing.assert_array_equal(ours, label_fusion.majority_vote(labels, 9))


def test_majority_and_staple_both_find_a_ball_that_five_raters_saw_differently():
    truth = np.linalg.norm(np.indices((24, 24, 24)) - 11.5, axis=0) < 8
    rng = np.random.default_rng(2)
    raters = [np.where(rng.random(truth.shape) < 0.12, ~truth, truth) for _ in range(5)]
    one = np.mean([dice(rater, truth) for rater in raters])
    majority = label_fusion.majority_vote(raters)
    images = [sitk.GetImageFromArray(rater.astype(np.uint8)) for rater in raters]
    staple = sitk.GetArrayFromImage(sitk.STAPLE(images, 1.0)) > 0.5
    assert majority.dtype == np.bool_
    assert one < 0.75
    assert dice(majority, truth) > 0.92
    assert dice(majority, staple) > 0.97


def test_when_two_raters_are_good_and_three_bad_staple_and_weights_beat_the_majority():
    truth = np.linalg.norm(np.indices((24, 24, 24)) - 11.5, axis=0) < 8
    rng = np.random.default_rng(2)
    wrong = np.array([0.02, 0.02, 0.4, 0.4, 0.4])
    raters = [np.where(rng.random(truth.shape) < share, ~truth, truth) for share in wrong]
    images = [sitk.GetImageFromArray(rater.astype(np.uint8)) for rater in raters]
    staple = sitk.GetArrayFromImage(sitk.STAPLE(images, 1.0)) > 0.5
    weighted = label_fusion.weighted_vote(raters, np.log(1 / wrong - 1))  # the best weights
    assert dice(label_fusion.majority_vote(raters), truth) < 0.82
    assert dice(staple, truth) > 0.88
    assert dice(weighted, truth) > 0.93


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "int64"])
def test_labels_keep_their_type(dtype):
    labels = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 1]], dtype)
    for undecided in (None, 0):
        fused = label_fusion.majority_vote(labels, undecided)
        assert fused.dtype == dtype
        assert fused.tolist() == [1, 0, 1]


def test_types_are_joined():
    fused = label_fusion.majority_vote([np.array([200], np.uint8), np.array([-5], np.int8)])
    assert fused.dtype == np.int16
    assert fused == -5


def test_the_result_is_no_view_of_the_arguments_which_stay_unchanged():
    labels = np.random.default_rng(0).integers(0, 3, (3, 6, 7, 8), np.uint8)
    weights = np.random.default_rng(1).random(labels.shape)
    labels.setflags(write=False)
    weights.setflags(write=False)
    for fused in (
        label_fusion.majority_vote(labels),
        label_fusion.majority_vote(labels[:1]),
        label_fusion.weighted_vote(labels, weights),
        label_fusion.locally_weighted_vote(weights[0], weights, labels),
    ):
        assert not np.shares_memory(fused, labels)
        assert fused.flags.writeable


def test_strided_input_gives_the_same():
    labels = np.random.default_rng(0).integers(0, 3, (3, 6, 7, 8), np.uint8)
    weights = np.random.default_rng(1).random(labels.shape)
    part = np.s_[:, ::2, ::-1, 1::3]
    strided, packed = labels[part], labels[part].copy()
    np.testing.assert_array_equal(
        label_fusion.majority_vote(strided), label_fusion.majority_vote(packed)
    )
    np.testing.assert_array_equal(
        label_fusion.weighted_vote(strided, weights[part]),
        label_fusion.weighted_vote(packed, weights[part].copy()),
    )


@pytest.mark.parametrize(
    "call",
    [
        label_fusion.majority_vote,
        label_fusion.vote_share,
        lambda labels: label_fusion.weighted_vote(labels, [1.0, 2.0]),
        lambda labels: label_fusion.locally_weighted_vote([1.0, 2.0], [[1.0, 2.0]] * 2, labels),
    ],
    ids=["majority_vote", "vote_share", "weighted_vote", "locally_weighted_vote"],
)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "no segmentations"),
        ([[1, 2], [1]], "shapes"),
        ([[1.0, 2.0], [1.0, 2.0]], "whole numbers"),
        ([[1, 2], [1.0, np.nan]], "finite"),
        ([[], []], "empty"),
        ([["a", "b"], ["a", "c"]], "real numbers"),
        ([np.array([1, 2], np.uint64), np.array([1, 2], np.int64)], "whole numbers"),
    ],
    ids=["none", "shapes", "fractions", "NaN", "empty", "words", "no common type"],
)
def test_labels_that_make_no_sense_are_refused(call, labels, message):
    with pytest.raises(ValueError, match=message):
        call(labels)


@pytest.mark.parametrize("undecided", [256, -1, 0.5, np.nan])
def test_a_label_for_ties_that_the_type_cannot_hold_is_refused(undecided):
    labels = np.array([[1], [2]], np.uint8)
    with pytest.raises(ValueError, match="uint8 holds 0 to 255"):
        label_fusion.majority_vote(labels, undecided)
    with pytest.raises(ValueError, match="bool holds 0 to 1"):
        label_fusion.majority_vote(labels > 1, 2)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "1 weights and 2 images"),
        ([1.0, -0.1], "smallest weight is -0.1"),
        ([1.0, np.nan], "finite"),
        ([[1.0, 0.0], [1.0, 0.0]], "All weights of a voxel are 0"),
        ([[1.0], [1.0]], "weights have the shape"),
    ],
    ids=["too few", "negative", "NaN", "nothing", "shape"],
)
def test_weights_that_make_no_sense_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        label_fusion.weighted_vote([[1, 2], [2, 2]], weights)


def test_a_local_vote_needs_as_many_images_as_segmentations_on_one_grid():
    with pytest.raises(ValueError, match="1 similarities and 2 images"):
        label_fusion.locally_weighted_vote([1.0, 2.0], [[1.0, 2.0]], [[1, 2], [1, 2]])
    with pytest.raises(ValueError, match="shapes"):
        label_fusion.locally_weighted_vote([1.0, 2.0], [[1.0, 2.0]], [[1, 2, 3]])
    with pytest.raises(ValueError, match="decay is -1"):
        label_fusion.locally_weighted_vote([1.0, 2.0], [[1.0, 2.0]], [[1, 2]], decay=-1)
