"""Synthetic CT from atlases: picks, ranks and fusion against known truths and the phantom."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from course_lib.data import phantom
from course_lib.imaging import atlases, label_fusion, local_similarity, ranking

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
counts = st.integers(1, 9)
shapes = st.lists(st.integers(1, 6), max_size=3).map(tuple)


def as_users_rank(similarities):
    """Sort twice, which numpy's users do."""
    return np.argsort(np.argsort(-similarities, axis=0, kind="stable"), axis=0)


@pytest.fixture
def scans():
    """A target, MR images of five atlases with more and more noise, and their CT images."""
    rng = np.random.default_rng(7)
    target = rng.gamma(3.0, 40.0, (12, 14, 10))
    images = [target + rng.normal(0, 20 * (n + 1), target.shape) for n in range(5)]
    cts = [rng.integers(-1000, 2000, target.shape).astype(np.int16) for _ in range(5)]
    return target, images, cts


def test_the_atlas_with_the_least_noise_is_picked_in_any_order_and_any_units(scans):
    target, images, _ = scans
    assert atlases.best_atlas(target, images) == 0
    assert atlases.best_atlas(target, images[::-1]) == 4
    assert atlases.best_atlas(target, [images[3], -images[0], 0.01 * images[1] + 900]) == 2


def test_the_first_of_equal_atlases_is_picked(scans):
    target, images, _ = scans
    assert atlases.best_atlas(target, [images[2], images[1], images[1]]) == 1


def test_ranks_worked_out_by_hand():
    similarities = [[0.1, 0.9], [0.7, 0.2], [0.3, 0.5], [-0.8, 0.4]]
    expected = [[2, 0], [0, 3], [1, 1], [3, 2]]
    np.testing.assert_array_equal(ranking.ranks(similarities), expected)


@few
@given(generators, counts, shapes)
def test_ranks_are_those_of_sorting_twice_also_for_equals(rng, count, shape):
    similarities = rng.integers(-2, 3, (count, *shape)) / 2
    found = ranking.ranks(similarities)
    np.testing.assert_array_equal(found, as_users_rank(similarities))
    every = np.arange(count).reshape(-1, *[1] * len(shape))
    np.testing.assert_array_equal(np.sort(found, axis=0), np.broadcast_to(every, found.shape))


def test_ranks_agree_with_scipy_where_no_two_are_equal():
    similarities = np.random.default_rng(0).normal(size=(6, 50))
    peer = stats.rankdata(-similarities, axis=0) - 1
    np.testing.assert_array_equal(ranking.ranks(similarities), peer)


def test_more_atlases_than_a_byte_counts_are_ranked():
    similarities = np.random.default_rng(0).normal(size=(300, 2))
    found = ranking.ranks(similarities)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, as_users_rank(similarities))


def test_ranks_do_not_change_when_similarity_is_measured_on_another_scale():
    similarities = np.random.default_rng(0).uniform(-1, 1, (5, 40))
    np.testing.assert_array_equal(ranking.ranks(similarities), ranking.ranks(similarities**3))


def test_weights_fall_off_exponentially_from_one():
    weights = ranking.rank_weights(np.arange(5, dtype=np.uint8), 0.5)
    assert weights.dtype == np.float64
    assert weights[0] == 1
    np.testing.assert_allclose(weights[1:] / weights[:-1], np.exp(-0.5))
    np.testing.assert_array_equal(ranking.rank_weights([[0, 7], [3, 1]], 0), np.ones((2, 2)))


def test_the_average_is_the_mean(scans):
    cts = scans[2]
    mean = atlases.average(cts)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, np.mean(cts, axis=0), rtol=1e-6)


def test_a_weighted_mean_worked_out_by_hand():
    fused = atlases.weighted_mean([[-1000, 40], [200, 1000]], [[3, 1], [1, 0]])
    np.testing.assert_array_equal(fused, [-700, 40])


def test_whole_numbers_as_weights_do_not_overflow():
    cts = np.array([[3000], [3000], [-1000]], np.int16)
    fused = atlases.weighted_mean(cts, np.array([100, 100, 50], np.uint8))
    assert fused == 2200


@few
@given(generators, counts, shapes)
def test_a_weighted_mean_lies_between_the_images_and_forgets_the_scale_of_weights(
    rng, count, shape
):
    images = rng.normal(0, 500, (count, *shape))
    weights = rng.uniform(0.1, 2, images.shape)
    fused = atlases.weighted_mean(images, weights)
    assert (fused <= images.max(axis=0) + 1e-9).all()
    assert (fused >= images.min(axis=0) - 1e-9).all()
    np.testing.assert_allclose(atlases.weighted_mean(images, 7 * weights), fused)
    np.testing.assert_allclose(fused, np.average(images, axis=0, weights=weights))


def test_all_weight_on_one_image_gives_that_image(scans):
    cts = scans[2]
    np.testing.assert_array_equal(atlases.weighted_mean(cts, [0, 0, 1, 0, 0]), cts[2])


@few
@given(generators, counts, shapes, st.floats(0, 3))
def test_fusion_by_rank_is_the_mean_weighted_with_the_weights_of_the_ranks(
    rng, count, shape, decay
):
    similarities, images = rng.uniform(-1, 1, (2, count, *shape))
    weights = ranking.rank_weights(ranking.ranks(similarities), decay)
    expected = atlases.weighted_mean(images, weights)
    fused = atlases.fuse_by_rank(similarities, images, decay)
    np.testing.assert_allclose(fused, expected, atol=1e-12)


def test_fusion_by_rank_lies_between_the_average_and_the_best_atlas_of_each_voxel(scans):
    _, images, cts = scans
    np.testing.assert_allclose(
        atlases.fuse_by_rank(images, cts, decay=0), atlases.average(cts), rtol=1e-5
    )
    best = np.take_along_axis(np.stack(cts), np.argmax(images, axis=0)[np.newaxis], axis=0)[0]
    np.testing.assert_allclose(atlases.fuse_by_rank(images, cts, decay=60), best, atol=1e-3)


def test_fusion_by_rank_of_many_voxels_is_that_of_their_parts():
    similarities, cts = np.random.default_rng(0).normal(0, 1, (2, 3, 100_001))
    whole = atlases.fuse_by_rank(similarities, cts)
    parts = [
        atlases.fuse_by_rank(similarities[:, part], cts[:, part])
        for part in (slice(7_000), slice(7_000, None))
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_fusion_by_rank_keeps_no_weights_of_all_voxels():
    similarities = np.random.default_rng(0).normal(size=(8, 64, 64, 64)).astype(np.float32)
    cts = similarities.astype(np.int16)
    tracemalloc.start()
    atlases.fuse_by_rank(similarities, cts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * similarities[0].nbytes  # ranks and weights of all would take 18 or more


def test_fusion_takes_local_similarity_ranks_and_weights_in_turn(scans):
    target, images, cts = scans
    maps = [local_similarity.local_ncc(target, image, 3) for image in images]
    expected = atlases.weighted_mean(cts, ranking.rank_weights(ranking.ranks(maps), 0.7))
    fused = atlases.rank_fusion(target, images, cts, size=3, decay=0.7)
    np.testing.assert_allclose(fused, expected, rtol=1e-4)


def test_the_order_of_the_atlases_does_not_matter(scans):
    target, images, cts = scans
    fused = atlases.rank_fusion(target, images, cts)
    turned = atlases.rank_fusion(target, images[::-1], cts[::-1])
    np.testing.assert_allclose(turned, fused, rtol=1e-4)


def test_where_one_atlas_fits_on_the_left_and_one_on_the_right_fusion_takes_each_there(scans):
    target, _, cts = scans
    rng = np.random.default_rng(3)
    left, right = target.copy(), target.copy()
    left[:, 7:] = rng.gamma(3.0, 40.0, left[:, 7:].shape)
    right[:, :7] = rng.gamma(3.0, 40.0, right[:, :7].shape)
    fused = atlases.rank_fusion(target, [left, right], cts[:2], size=5, decay=60)
    np.testing.assert_allclose(fused[:, :5], cts[0][:, :5], rtol=1e-6)
    np.testing.assert_allclose(fused[:, 9:], cts[1][:, 9:], rtol=1e-6)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("int16", "float32"), ("float32", "float32"), ("int32", "float64"), ("float64", "float64")],
)
def test_fused_images_keep_the_precision_of_the_images(scans, dtype, expected):
    target, images, cts = scans
    cts = [ct.astype(dtype) for ct in cts]
    for fused in (atlases.average(cts), atlases.rank_fusion(target, images, cts)):
        assert fused.dtype == expected


def test_strided_input_gives_the_same_and_stays_unchanged(scans):
    target, images, cts = scans
    for image in (target, *images, *cts):
        image.setflags(write=False)
    part = np.s_[::2, ::-1, 1:]
    strided = target[part], [image[part] for image in images], [ct[part] for ct in cts]
    packed = strided[0].copy(), [i.copy() for i in strided[1]], [c.copy() for c in strided[2]]
    np.testing.assert_array_equal(atlases.rank_fusion(*strided), atlases.rank_fusion(*packed))
    np.testing.assert_array_equal(atlases.average(strided[2]), atlases.average(packed[2]))


def test_a_single_voxel_and_a_single_atlas_are_fused():
    assert atlases.rank_fusion([[5.0]], [[[3.0]]], [[[-900]]]) == -900
    assert atlases.average([[[[40]]], [[[60]]]]) == 50


@pytest.mark.parametrize(
    "call",
    [
        lambda images: atlases.best_atlas([1.0, 2.0], images),
        ranking.ranks,
        atlases.average,
        lambda images: atlases.weighted_mean(images, [1.0, 2.0]),
        lambda images: atlases.weighted_mean([[1.0, 2.0], [3.0, 4.0]], images),
        lambda images: atlases.fuse_by_rank(images, [[1, 2], [3, 4]]),
        lambda images: atlases.fuse_by_rank([[0.1, 0.2], [0.3, 0.4]], images),
        lambda images: atlases.rank_fusion([1.0, 2.0], images, [[1, 2], [3, 4]]),
    ],
    ids=[
        "best_atlas", "ranks", "average", "weighted_mean images", "weighted_mean weights",
        "fuse_by_rank similarities", "fuse_by_rank images", "rank_fusion",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([], "There are no"),
        ([[1.0, 2.0], [1.0]], "shapes"),
        ([[1.0, np.nan], [3.0, 4.0]], "must be finite"),
        ([[np.inf, 2.0], [3.0, 4.0]], "must be finite"),
        ([[], []], r"empty|shape"),
        ([["a", "b"], ["c", "d"]], "real numbers"),
    ],
    ids=["none", "shapes", "NaN", "infinite", "empty", "words"],
)
def test_images_that_make_no_sense_are_refused(call, images, message):
    with pytest.raises(ValueError, match=message):
        call(images)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: atlases.best_atlas([1.0, 2.0], [[3.0, 3.0]]), "All values are 3"),
        (lambda: ranking.rank_weights([0.0, 1.0]), "whole numbers"),
        (lambda: ranking.rank_weights([0, -1]), "whole numbers"),
        (lambda: ranking.rank_weights(np.zeros(0, int)), "not empty"),
        (lambda: ranking.rank_weights([0, 1], -0.5), "decay is -0.5"),
        (lambda: ranking.rank_weights([0, 1], np.nan), "decay is nan"),
        (lambda: atlases.fuse_by_rank([[0.5]], [[7]], -1), "decay is -1"),
        (lambda: atlases.weighted_mean([[1.0], [2.0]], [1.0]), "1 weights and 2 images"),
        (lambda: atlases.weighted_mean([[1.0], [2.0]], [1.0, -1.0]), "smallest weight is -1"),
        (lambda: atlases.weighted_mean([[1.0, 3.0]], [[1.0, 0.0]]), "All weights of a voxel"),
        (lambda: atlases.weighted_mean([[1.0, 3.0]], [[1.0, 1.0, 1.0]]), "weights have the shape"),
        (lambda: atlases.fuse_by_rank([[0.5]], [[7], [8]]), "1 similarities and 2 images"),
        (lambda: atlases.fuse_by_rank([[0.5]], [[7, 8]]), "must be equal"),
        (lambda: atlases.rank_fusion([1.0, 2.0], [[1.0, 2.0]], [[7, 8]], size=2), "must be odd"),
    ],
    ids=range(14),
)
def test_what_cannot_be_fused_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def errors_in_the_body(target, found):
    """Return the mean absolute error of a synthetic CT in the body, in HU."""
    return np.abs(found - target.ct.astype(np.float64))[target.labels > 0].mean()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_on_the_phantom_fusion_by_rank_beats_the_average_and_that_beats_the_best_atlas(seed):
    target, others = phantom.aligned_atlases(6, seed=seed, spacing_mm=4.0, anatomy="analytic")
    images, cts = [other.t1 for other in others], [other.ct for other in others]
    pick = errors_in_the_body(target, cts[atlases.best_atlas(target.t1, images)])
    mean = errors_in_the_body(target, atlases.average(cts))
    fused = errors_in_the_body(target, atlases.rank_fusion(target.t1, images, cts))
    assert fused < 0.95 * mean
    assert mean < 0.95 * pick

    labels = [other.labels for other in others]
    votes = [
        labels[atlases.best_atlas(target.t1, images)],
        label_fusion.majority_vote(labels),
        label_fusion.locally_weighted_vote(target.t1, images, labels),
    ]
    body = target.labels > 0
    right = [np.mean(vote[body] == target.labels[body]) for vote in votes]
    assert right[0] + 0.02 < right[1] < right[2] - 0.02
