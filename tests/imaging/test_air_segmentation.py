"""Air from two echoes, against known distributions and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from course_lib.imaging import air_segmentation as air
from course_lib.imaging.similarity import joint_histogram

few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@pytest.fixture
def echoes():
    """Return 3000 voxels each of air, bone and tissue at two echoes, with noise of 10."""
    rng = np.random.default_rng(5)
    signals = np.repeat([[0, 0], [180, 5], [430, 420]], 3000, axis=0)
    real, imaginary = rng.normal(0, 10, (2, *signals.shape))
    return np.hypot(signals + real, imaginary).T


def test_the_normalised_histogram_is_the_counts_divided_by_the_voxels(echoes):
    probable = air.normalized_joint_histogram(*echoes, bins=32)
    np.testing.assert_allclose(probable * echoes[0].size, joint_histogram(*echoes, bins=32))
    assert probable.sum() == pytest.approx(1)


def test_copies_of_all_voxels_do_not_change_the_normalised_histogram(echoes):
    once = air.normalized_joint_histogram(*echoes)
    twice = air.normalized_joint_histogram(*(np.tile(echo, 2) for echo in echoes))
    np.testing.assert_allclose(once, twice)


def test_margins_are_the_densities_of_each_image(echoes):
    probable = air.normalized_joint_histogram(*echoes, bins=20)
    for axis, echo in zip((1, 0), echoes, strict=True):
        density, edges = np.histogram(echo, bins=20, density=True)
        np.testing.assert_allclose(probable.sum(axis=axis), density * np.diff(edges))


def test_the_density_of_numpy_is_the_same_histogram(echoes):
    density, rows, columns = np.histogram2d(*echoes, bins=16, density=True)
    cells = np.outer(np.diff(rows), np.diff(columns))
    np.testing.assert_allclose(air.normalized_joint_histogram(*echoes, bins=16), density * cells)


def test_air_bone_and_tissue_lie_where_the_slide_shows_them(echoes):
    probable = air.normalized_joint_histogram(*echoes, 4, (0, 480), (0, 480))
    np.testing.assert_allclose(probable[[0, 1, 3], [0, 0, 3]], 1 / 3)


@few
@given(generators, st.floats(0.001, 0.5), st.floats(0.1, 100))
def test_the_stated_share_of_noise_lies_above_the_threshold(rng, share, sigma):
    noise = stats.rayleigh.rvs(scale=sigma, size=20_000, random_state=rng)
    threshold = air.noise_threshold(noise, share)
    assert threshold == pytest.approx(sigma * np.sqrt(-2 * np.log(share)), rel=0.03)
    assert threshold == pytest.approx(stats.rayleigh.isf(share, scale=sigma), rel=0.03)
    assert np.mean(noise > threshold) == pytest.approx(share, abs=0.03)


def test_the_threshold_follows_the_gain_of_the_scanner(echoes):
    background = echoes[0, :3000]
    threshold = air.noise_threshold(background, 0.01)
    assert air.noise_threshold(7 * background, 0.01) == pytest.approx(7 * threshold)
    assert air.noise_threshold(background, 0.001) > threshold > air.noise_threshold(background, 0.1)
    stored = np.full(4, 60_000, np.uint16)  # whose squares fit no short integer
    assert air.noise_threshold(stored, np.exp(-1)) == pytest.approx(60_000)


def test_air_is_low_at_both_echoes():
    first, second = np.array([0, 0, 50, 50, 10]), np.array([0, 50, 0, 50, 0])
    found = air.air_mask(first, second, 10, 20)
    assert found.tolist() == [True, False, False, False, False]  # 10 is not below 10


def test_air_is_found_but_for_the_share_of_noise_that_was_stated(echoes):
    thresholds = [air.noise_threshold(echo[:3000], 0.02) for echo in echoes]
    found = air.air_mask(*echoes, *thresholds).reshape(3, 3000).mean(axis=1)
    assert found[0] == pytest.approx(0.98**2, abs=0.01)  # below both thresholds
    assert found[1:].tolist() == [0, 0]


@few
@given(generators, st.floats(-50, 50), st.floats(-50, 50))
def test_air_grows_with_the_thresholds_and_turns_round_with_the_echoes(rng, one, two):
    first, second = rng.normal(0, 30, (2, 4, 5))
    found = air.air_mask(first, second, one, two)
    assert not (found & ~air.air_mask(first, second, one + 5, two + 5)).any()
    np.testing.assert_array_equal(found, air.air_mask(second, first, two, one))


def test_the_mask_agrees_with_simpleitk(echoes):
    images = [sitk.GetImageFromArray(echo.reshape(90, 100)) for echo in echoes]
    low = [
        sitk.BinaryThreshold(image, -1, limit)
        for image, limit in zip(images, (35, 40), strict=True)
    ]
    known = sitk.GetArrayFromImage(sitk.And(*low)).astype(bool)
    found = air.air_mask(*echoes, 35, 40)
    np.testing.assert_array_equal(found.reshape(90, 100), known)


def test_strided_input_gives_the_same_and_stays_unchanged(echoes):
    views = [echo[::-3] for echo in echoes]
    kept = [view.copy() for view in views]
    np.testing.assert_array_equal(air.air_mask(*views, 35, 35), air.air_mask(*kept, 35, 35))
    np.testing.assert_array_equal(
        air.normalized_joint_histogram(*views), air.normalized_joint_histogram(*kept)
    )
    air.noise_threshold(views[0])
    np.testing.assert_array_equal(views, kept)


def test_one_voxel_is_enough_for_a_mask_and_a_threshold():
    assert air.air_mask([[3]], [[3]], 4, 4).tolist() == [[True]]
    assert air.noise_threshold([5.0], np.exp(-1)) == pytest.approx(5)


def test_neighbours_outvote_a_voxel_of_noise_and_a_thin_wall_but_no_flat_surface():
    mask = np.zeros((9, 9, 9), bool)
    mask[5:] = True
    clean = mask.copy()
    mask[2, 4, 4], mask[7, 1, 1] = True, False
    np.testing.assert_array_equal(air.neighbor_vote(mask), clean)
    wall = np.zeros((9, 9, 9), bool)
    wall[4] = True
    assert not air.neighbor_vote(wall).any()


@few
@given(rng=generators, width=st.sampled_from([1, 3, 5]))
def test_a_vote_is_a_count_and_favours_neither_side(rng, width):
    mask = rng.random((6, 7, 8)) < 0.5
    vote = air.neighbor_vote(mask, width)
    np.testing.assert_array_equal(air.neighbor_vote(~mask, width), ~vote)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(mask, width // 2, mode="edge"), (width,) * 3
    )
    np.testing.assert_array_equal(vote, windows.sum(axis=(3, 4, 5)) > width**3 / 2)


def test_simpleitk_votes_alike_away_from_the_border():
    mask = np.random.default_rng(2).random((12, 13, 14)) < 0.5
    theirs = sitk.BinaryMedian(sitk.GetImageFromArray(mask.astype(np.uint8)), [1, 1, 1], 1, 0)
    inside = (slice(1, -1),) * 3
    np.testing.assert_array_equal(
        air.neighbor_vote(mask)[inside], sitk.GetArrayFromImage(theirs)[inside] == 1
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: air.neighbor_vote([0, 1]), "bool"),
        (lambda: air.neighbor_vote(np.zeros((0, 3), bool)), "empty"),
        (lambda: air.neighbor_vote([True, False], 2), "odd"),
        (lambda: air.neighbor_vote([True, False], -1), "at least 1"),
        (lambda: air.air_mask([1, 2], [1], 1, 1), "must be equal"),
        (lambda: air.air_mask([1, np.nan], [1, 2], 1, 1), "NaN"),
        (lambda: air.air_mask([], [], 1, 1), "empty"),
        (lambda: air.air_mask(["a"], ["b"], 1, 1), "real numbers"),
        (lambda: air.air_mask([1], [1], np.nan, 1), "finite"),
        (lambda: air.noise_threshold([]), "empty"),
        (lambda: air.noise_threshold([1, np.inf]), "finite"),
        (lambda: air.noise_threshold([1, -1]), "not negative"),
        (lambda: air.noise_threshold([0, 0]), "above 0"),
        (lambda: air.noise_threshold([1, 2], 0), "share"),
        (lambda: air.noise_threshold([1, 2], 1), "share"),
        (lambda: air.noise_threshold([1, 2], np.nan), "share"),
        (lambda: air.normalized_joint_histogram([1, 2], [1]), "must be equal"),
        (lambda: air.normalized_joint_histogram([1, 1], [1, 2]), "give the range"),
        (lambda: air.normalized_joint_histogram([1, 2], [1, 2], bins=1), "at least 2"),
        (lambda: air.normalized_joint_histogram([1, np.nan], [1, 2]), "NaN"),
    ],
    ids=range(20),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
