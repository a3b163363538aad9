"""Seven visits with lesions: what is told of them is what is in the arrays."""

import numpy as np
import pytest

from course_lib.data.lesion_series import MONTHS, STORIES, lesion_series
from course_lib.imaging import metrics, tracking
from course_lib.imaging.transforms import invert
from course_lib.imaging.warping import warp

pytestmark = pytest.mark.slow  # heads made anew


@pytest.fixture(scope="module")
def series():
    return lesion_series()


@pytest.fixture(scope="module")
def moved():
    return lesion_series(moved=True)


def test_every_visit_lies_on_one_grid(series, moved):
    for visits in (series, moved):
        arrays = (*visits.images, *visits.lesions, *visits.brain)
        assert {array.shape for array in arrays} == {series.images[0].shape}
        assert len(visits.images) == len(visits.matrices) == len(MONTHS) == 7
        assert not any(array.flags.writeable for array in arrays)


def test_lesions_are_bright_and_lie_in_the_brain(series):
    for image, lesions, brain in zip(series.images, series.lesions, series.brain, strict=True):
        assert not (lesions[~brain] > 0).any()
        assert image[lesions > 0].mean() > 1.3 * image[brain & (lesions == 0)].mean()


def test_all_lesions_show_in_the_plane(series):
    for lesions in series.lesions:
        assert np.array_equal(np.unique(lesions), np.unique(lesions[series.plane]))


def test_the_stories_are_found_by_tracking(series):
    tracks = tracking.track_lesions(series.lesions, series.spacing)
    fates = [change.fate for step in tracks.changes for change in step]
    for fate, count in [("split", 1), ("merged", 1), ("new", 2), ("vanished", 2), ("mixed", 0)]:
        assert fates.count(fate) == count, fate
    # One lesion is missed once and counts as new, parts of a split have numbers of their own.
    assert len(tracks.numbers) == len(STORIES) + 3


def test_the_head_moves_within_the_plane_and_the_first_visit_not_at_all(series, moved):
    np.testing.assert_array_equal(moved.matrices[0], np.eye(4))
    for matrix in moved.matrices[1:]:
        assert 0.5 < np.abs(matrix - np.eye(4)).max() < 30
        np.testing.assert_allclose(matrix[0], [1, 0, 0, 0], atol=1e-12)
    for matrix in series.matrices:
        np.testing.assert_array_equal(matrix, np.eye(4))


def test_the_true_transforms_bring_the_visits_together(series, moved):
    for still, away, matrix in zip(series.lesions, moved.lesions, moved.matrices, strict=True):
        back = warp(away, matrix, moved.spacing, "nearest")
        assert metrics.dice(still > 0, back > 0) > 0.8
        there = warp(still, invert(matrix), moved.spacing, "nearest")
        assert metrics.dice(away > 0, there > 0) > 0.8


def test_numbers_of_a_visit_have_no_gap_and_no_order_over_time(series):
    for lesions in series.lesions:
        assert np.array_equal(np.unique(lesions), np.arange(lesions.max() + 1))
    kept = tracking.track_lesions(series.lesions, series.spacing).labels
    changed = [(a != b).any() for a, b in zip(series.lesions[1:], kept[1:], strict=True)]
    assert sum(changed) >= 4


def test_the_same_seed_gives_the_same_visits_and_another_one_others():
    again, other = lesion_series.__wrapped__(), lesion_series(seed=1)
    np.testing.assert_array_equal(again.images[3], lesion_series().images[3])
    assert (other.images[3] != again.images[3]).any()
    with pytest.raises(ValueError, match="seed is -1"):
        lesion_series(seed=-1)
