"""Lesions, their numbers and their fates against known truths and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage, optimize
from skimage import measure, metrics, morphology

from course_lib.data import phantom
from course_lib.data.phantom import tissues
from course_lib.imaging import components, lesion_fates, registration, rotations, tracking
from course_lib.imaging.transforms import compose, invert, translation
from course_lib.imaging.warping import warp

few = settings(max_examples=40, deadline=None)
shapes = array_shapes(min_dims=1, max_dims=3, max_side=7)


@st.composite
def two_visits(draw, largest=5):
    """Draw two label images of one shape."""
    shape = draw(shapes)
    numbers = st.integers(0, largest)
    return draw(arrays(np.uint8, shape, elements=numbers)), draw(
        arrays(np.int64, shape, elements=numbers)
    )


@pytest.fixture(scope="module")
def head():
    return phantom.head(spacing_mm=3.0, anatomy="analytic")


@pytest.fixture(scope="module", params=[0, 1, 2])
def study(request, head):
    return phantom.with_lesions(head, seed=request.param)


def true_matrix(study, head):
    """Return the transform that moves the follow-up onto the baseline, from its first voxel."""
    first = head.grid.first_mm
    return compose(translation(first), study.motion.matrix, translation(-np.array(first)))


def ball(shape, centre, radius):
    return sum((axis - c) ** 2 for axis, c in zip(np.ogrid[tuple(map(slice, shape))], centre,
                                                  strict=True)) < radius**2  # fmt: skip


# Segmentation and components


def test_a_lesion_is_what_is_brighter_than_the_threshold_inside_the_region():
    image = np.array([[1, 6, 7], [9, 6.5, 9]])
    region = np.array([[True, True, True], [True, True, False]])
    found = components.segment(image, 6, region)
    assert found.tolist() == [[False, False, True], [True, True, False]]


def test_flattening_takes_the_coil_away_and_leaves_the_lesions():
    shape, spacing = (24, 40, 40), 3.0
    lesions = ball(shape, (12, 10, 10), 2.2) | ball(shape, (12, 30, 30), 2.2)
    coil = np.exp(np.linspace(-0.7, 0.7, 40))  # 0.5 to 2
    image = (1 + 0.8 * lesions) * coil
    brain = ball(shape, (12, 20, 20), 19)
    assert image[~lesions & brain].max() > image[lesions].min()  # no threshold would do
    flat = components.flatten(image, brain, spacing, scale_mm=20)
    assert flat[~lesions & brain].max() < 1.3 < flat[lesions].min()
    assert (flat[~brain] == 0).all()


@few
@given(st.floats(0.01, 1000), st.floats(1, 30))
def test_flattening_knows_no_gain_and_makes_a_constant_1(gain, scale_mm):
    rng = np.random.default_rng(1)
    image = rng.uniform(1, 2, (6, 7))
    region = rng.random(image.shape) < 0.7
    flat = components.flatten(image, region, 2.0, scale_mm)
    np.testing.assert_allclose(components.flatten(gain * image, region, 2.0, scale_mm), flat)
    constant = components.flatten(np.full_like(image, gain), region, [2.0, 1.0], scale_mm)
    np.testing.assert_allclose(constant, region.astype(float))


def test_flattening_keeps_float32_and_makes_it_of_short_integers():
    region = np.ones((3, 4), bool)
    for dtype, expected in [(np.float32, np.float32), (np.uint16, np.float32), (float, float)]:
        assert components.flatten(np.ones((3, 4), dtype), region, 1.0).dtype == expected


def test_components_touch_by_faces_edges_or_corners():
    mask = np.zeros((2, 3, 3), bool)
    mask[0, 0, 0] = mask[0, 1, 1] = mask[1, 2, 2] = True  # an edge, then a corner
    for neighbors, count in [(26, 1), (18, 2), (6, 3)]:
        assert components.connected_components(mask, 1.0, neighbors=neighbors).max() == count


def test_components_are_numbered_by_their_first_voxels_and_small_ones_left_out():
    mask = np.zeros((1, 5, 9), bool)
    mask[0, 0, 7] = True  # 1 voxel of 0.5 ml
    mask[0, 1:3, 0:2] = True  # 4
    mask[0, 4, 4:7] = True  # 3
    spacing = [5.0, 10.0, 10.0]
    numbered = components.connected_components(mask, spacing)
    assert [numbered[0, 0, 7], numbered[0, 1, 0], numbered[0, 4, 4]] == [1, 2, 3]
    large = components.connected_components(mask, spacing, least_ml=1.5)
    assert [large[0, 0, 7], large[0, 1, 0], large[0, 4, 4]] == [0, 1, 2]
    assert components.volumes_ml(large, spacing) == {1: 2.0, 2: 1.5}
    assert not components.connected_components(mask, spacing, least_ml=2.1).any()


@few
@given(arrays(bool, (4, 5, 6)), st.sampled_from([6, 18, 26]), st.integers(0, 5))
def test_components_are_those_of_the_peers(mask, neighbours, least):
    spacing = (2.0, 1.0, 0.5)  # 0.001 ml
    ours = components.connected_components(mask, spacing, (least - 0.5 * (least > 0)) / 1000,
                                           neighbours)  # fmt: skip
    connectivity = {6: 1, 18: 2, 26: 3}[neighbours]
    kept = morphology.remove_small_objects(mask, max_size=max(least, 1) - 1,
                                           connectivity=connectivity)  # fmt: skip
    peer = measure.label(kept, connectivity=connectivity)
    np.testing.assert_array_equal(ours, peer)
    volumes = components.volumes_ml(ours, spacing)
    assert volumes == pytest.approx({p.label: p.area / 1000 for p in measure.regionprops(ours)})


def test_components_agree_with_simpleitk():
    mask = np.random.default_rng(2).random((12, 13, 14)) < 0.2
    peer = sitk.RelabelComponent(
        sitk.ConnectedComponent(sitk.GetImageFromArray(mask.astype(np.uint8)), True), 5
    )
    ours = components.connected_components(mask, 10.0, least_ml=5.0)
    theirs = sitk.GetArrayFromImage(peer)
    table = lesion_fates.overlap_table(ours, theirs.astype(int))
    assert table.shape == (ours.max() + 1,) * 2
    assert np.count_nonzero(table) == len(table)  # one and the same, in another order


def test_an_empty_mask_has_no_components_and_no_volumes():
    empty = np.zeros((2, 3, 4), bool)
    assert not components.connected_components(empty, 1.0, least_ml=1.0).any()
    assert components.volumes_ml(empty.astype(int), 1.0) == {}


# Overlaps


@few
@given(two_visits())
def test_the_table_counts_every_pair_and_adds_up_to_the_sizes(visits):
    before, after = visits
    table = lesion_fates.overlap_table(before, after)
    assert table.shape == (before.max() + 1, after.max() + 1)
    for i, j in np.ndindex(table.shape):
        assert table[i, j] == np.count_nonzero((before == i) & (after == j))
    np.testing.assert_array_equal(table.sum(axis=1), np.bincount(before.ravel()))
    np.testing.assert_array_equal(table.sum(axis=0), np.bincount(after.ravel()))
    np.testing.assert_array_equal(lesion_fates.overlap_table(after, before), table.T)


@few
@given(two_visits())
def test_the_table_is_that_of_the_peer(visits):
    peer = metrics.contingency_table(*visits).toarray()
    np.testing.assert_array_equal(lesion_fates.overlap_table(*visits), peer)


@few
@given(two_visits())
def test_strided_input_gives_the_same_and_nothing_is_changed(visits):
    before, after = visits
    copies = before.copy(), after.copy()
    expected = lesion_fates.match_lesions(before, after)
    turned = (np.asfortranarray(image)[::-1] for image in visits)
    assert lesion_fates.match_lesions(*turned) == expected
    tracking.keep_numbers(before, after)
    for image, copy in zip(visits, copies, strict=True):
        np.testing.assert_array_equal(image, copy)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint32, np.int64, np.uint64])
def test_every_integer_type_is_counted_alike(dtype):
    before = np.array([0, 200, 200, 3], np.int64)
    table = lesion_fates.overlap_table(before.astype(np.uint8), np.array([100, 100, 0, 3], dtype))
    assert table.shape == (201, 101)
    assert [table[0, 100], table[200, 100], table[200, 0], table[3, 3]] == [1, 1, 1, 1]


# Fates of hand-made lesions


def row(text):
    """Return a row of digits as labels."""
    return np.array([int(digit) for digit in text])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("0011110", "0022220", [("stable", (1,), (2,))]),
        ("0011110", "0111110", [("stable", (1,), (1,))]),  # 25 % more is still stable
        ("0011110", "1111110", [("grown", (1,), (1,))]),
        ("1111110", "0011110", [("shrunk", (1,), (1,))]),
        ("0000000", "0022220", [("new", (), (2,))]),
        ("0011110", "0000000", [("vanished", (1,), ())]),
        ("0111111", "0220033", [("split", (1,), (2, 3))]),
        ("0110022", "0333333", [("merged", (1, 2), (3,))]),
        ("1110222", "3304440", [("stable", (2,), (4,)), ("shrunk", (1,), (3,))]),
        ("1112220", "3344550", [("mixed", (1, 2), (3, 4, 5))]),
        ("1100000", "0000022", [("vanished", (1,), ()), ("new", (), (2,))]),
        ("0000000", "0000000", []),
        ("5500077", "3300088", [("stable", (5,), (3,)), ("stable", (7,), (8,))]),
    ],
)
def test_fates_by_hand(before, after, expected):
    found = lesion_fates.match_lesions(row(before), row(after))
    assert sorted(found) == sorted(expected)


def test_changes_are_in_the_order_of_the_numbers_before_then_after():
    changes = lesion_fates.match_lesions(row("3302201100"), row("0000201145"))
    assert [change[1:] for change in changes] == [
        ((1,), (1,)), ((2,), (2,)), ((3,), ()), ((), (4,)), ((), (5,))
    ]  # fmt: skip


BACKWARD = {"grown": "shrunk", "shrunk": "grown", "new": "vanished", "vanished": "new",
            "split": "merged", "merged": "split", "stable": "stable", "mixed": "mixed"}  # fmt: skip


@few
@given(two_visits(), st.floats(0, 1), st.floats(0, 1))
def test_when_time_runs_backward_fates_turn_around(visits, tolerance, share):
    forward = lesion_fates.match_lesions(*visits, tolerance, share)
    backward = lesion_fates.match_lesions(*visits[::-1], tolerance, share)
    assert sorted((BACKWARD[fate], then, now) for fate, now, then in forward) == sorted(
        map(tuple, backward)
    )


@few
@given(two_visits(), st.floats(0, 1))
def test_every_lesion_has_exactly_one_fate(visits, share):
    changes = lesion_fates.match_lesions(*visits, least_share=share)
    for position, image in enumerate(visits, start=1):
        named = [number for change in changes for number in change[position]]
        assert sorted(named) == np.setdiff1d(image, 0).tolist()
    assert {change.fate for change in changes} <= set(lesion_fates.FATES)


@few
@given(two_visits())
def test_a_visit_compared_with_itself_is_stable(visits):
    for change in lesion_fates.match_lesions(visits[0], visits[0], tolerance=0):
        assert change.fate == "stable"
        assert change.before == change.after


@few
@given(two_visits(), st.randoms(use_true_random=False))
def test_fates_do_not_depend_on_the_numbers(visits, random):
    before, after = visits
    numbers = list(range(1, 6))
    random.shuffle(numbers)
    renamed = np.array([0, *numbers])
    changes = lesion_fates.match_lesions(before, renamed[after])
    expected = [
        (fate, then, tuple(sorted(renamed[list(now)].tolist())))
        for fate, then, now in lesion_fates.match_lesions(before, after)
    ]
    assert sorted(map(tuple, changes)) == sorted(expected)


def test_a_small_overlap_does_not_link_lesions():
    before, after = row("1111111111" + "22222"), row("0333333333" + "30222")
    # Lesion 3 meets 9 voxels of lesion 1, and 1 of the 5 voxels of lesion 2.
    linked = lesion_fates.match_lesions(before, after, least_share=0.2)
    assert linked == [("mixed", (1, 2), (2, 3))]
    apart = lesion_fates.match_lesions(before, after, least_share=0.21)
    assert apart == [("stable", (1,), (3,)), ("shrunk", (2,), (2,))]


@pytest.mark.parametrize(
    ("before", "after", "tolerance", "expected"),
    [(1, 1, 0, "stable"), (4, 5, 0.25, "stable"), (5, 4, 0.25, "stable"), (4, 5.01, 0.25, "grown"),
     (5.01, 4, 0.25, "shrunk"), (1, 1.6, 0.5, "grown"), (1, 0.7, 0.5, "stable")],
)  # fmt: skip
def test_the_tolerance_is_a_share_of_the_smaller_volume(before, after, tolerance, expected):
    assert lesion_fates.compare_volumes(before, after, tolerance) == expected


# Fates of the phantom


def true_fates(study):
    """Return the phantom's table of fates."""
    return {(f.fate, tuple(sorted(f.baseline)), tuple(sorted(f.follow_up))) for f in study.truth}


@pytest.mark.slow
def test_all_fates_of_the_phantom_are_found_after_moving_the_follow_up_back(study, head):
    moved = warp(study.follow_up.lesions, true_matrix(study, head), head.spacing, "nearest")
    found = lesion_fates.match_lesions(study.baseline.lesions, moved)
    assert set(map(tuple, found)) == true_fates(study)
    assert len(found) == 7


@pytest.mark.slow
def test_without_registration_some_fates_of_the_phantom_are_wrong(head):
    studies = [phantom.with_lesions(head, seed=seed) for seed in (1, 2)]
    for study in studies:
        found = lesion_fates.match_lesions(study.baseline.lesions, study.follow_up.lesions)
        assert set(map(tuple, found)) != true_fates(study)


def segmented(scan, spacing):
    """Return the components of a visit, and the true number of each."""
    brain = np.isin(scan.labels, (tissues.GREY, tissues.WHITE))
    flat = components.flatten(scan.image, brain, spacing)
    labels = components.connected_components(
        components.segment(flat, 1.4, brain), spacing, least_ml=0.1
    )
    table = lesion_fates.overlap_table(labels, scan.lesions)
    return labels, table[:, 1:].argmax(axis=1) + 1


def fates_from_images(study, head):
    """Register, segment, number and match, as on slides 42 and 43; numbers are the true ones."""
    spacing = head.spacing
    (before, name), (after, later_name) = (
        segmented(scan, spacing) for scan in (study.baseline, study.follow_up)
    )
    found = registration.register(study.baseline.image, study.follow_up.image, spacing, "ncc")
    moved = warp(after, found.transform, spacing, "nearest")
    return {
        (fate, tuple(sorted(name[list(then)])), tuple(sorted(later_name[list(now)])))
        for fate, then, now in lesion_fates.match_lesions(before, moved)
    }


@pytest.mark.slow
def test_all_fates_of_the_phantom_are_found_from_the_images_alone(study, head):
    assert fates_from_images(study, head) == true_fates(study)


@pytest.mark.slow
def test_all_fates_are_found_in_the_brain_of_the_template():
    head = phantom.head(spacing_mm=2.0, anatomy="template")
    study = phantom.with_lesions(head, seed=0)
    moved = warp(study.follow_up.lesions, true_matrix(study, head), head.spacing, "nearest")
    found = lesion_fates.match_lesions(study.baseline.lesions, moved)
    assert set(map(tuple, found)) == true_fates(study)
    assert fates_from_images(study, head) == true_fates(study)


# Numbers over time


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("0110220330", "0330110220", "0110220330"),
        ("0110220000", "0220110033", "0110220033"),  # new ones come after all others
        ("0111111100", "0220033300", "0220011100"),  # of a split, the larger overlap keeps 1
        ("0110022200", "0777777700", "0222222200"),  # a merged one has that of the larger overlap
        ("0111022200", "0777777700", "0111111100"),  # equal overlaps: the lower number
        ("0111111000", "0330022000", "0220011000"),  # equal overlaps: the lower number after
        ("0000000000", "0990000330", "0220000110"),
    ],
)
def test_numbers_are_kept_by_hand(before, after, expected):
    kept = tracking.keep_numbers(row(before), row(after), least_share=0)
    assert kept.tolist() == row(expected).tolist()
    assert kept.dtype == np.int32


def test_the_slide_43_is_renumbered():
    before = row("1100222003300000")  # three lesions at baseline
    after = row("4400555000000066")  # two clusters overlap, one is new
    kept = tracking.keep_numbers(before, after)
    assert kept.tolist() == row("1100222000000044").tolist()


@few
@given(two_visits())
def test_renumbering_changes_names_only(visits):
    before, after = visits
    kept = tracking.keep_numbers(before, after)
    table = lesion_fates.overlap_table(after, kept)
    present = table[table.sum(axis=1) > 0]
    assert (np.count_nonzero(present, axis=1) == 1).all()  # each lesion has one new name,
    assert (np.count_nonzero(table, axis=0) <= 1).all()  # and no two have the same
    np.testing.assert_array_equal(kept == 0, after == 0)


@few
@given(two_visits())
def test_a_visit_keeps_its_own_numbers(visits):
    before, _ = visits
    np.testing.assert_array_equal(tracking.keep_numbers(before, before), before)


def test_one_to_one_splits_and_merges_get_the_numbers_of_the_best_assignment(study, head):
    moved = warp(study.follow_up.lesions, true_matrix(study, head), head.spacing, "nearest")
    before = study.baseline.lesions
    kept = tracking.keep_numbers(before, moved)
    table = lesion_fates.overlap_table(before, moved)[1:, 1:]
    rows, columns = optimize.linear_sum_assignment(table, maximize=True)
    best = table[rows, columns].sum()
    assert np.count_nonzero((kept == before) & (before > 0)) == best


def growing_series():
    """Return four visits: 1 grows, 2 splits, 3 vanishes and comes back, one is new at the end."""
    visits = np.zeros((4, 9, 20, 20), np.uint8)
    for time, radius in enumerate((2.1, 2.6, 3.3, 4.1)):
        visits[time][ball((9, 20, 20), (4, 5, 5), radius)] = 9 - time  # numbers change
    visits[:, 4, 14, 2:11] = 2
    visits[2:, 4, 14, 5:7] = 0
    visits[2:, 4, 14, 7:11] = 4
    visits[[0, 3], 4, 3, 15] = 3
    visits[3, 4, 17, 17:19] = 5
    return list(visits)


def test_a_lesion_keeps_its_number_over_many_visits():
    tracks = tracking.track_lesions(growing_series(), spacing=10.0)
    grown = [labels[4, 5, 5] for labels in tracks.labels]
    assert len(set(grown)) == 1
    split = [labels[4, 14, 9] for labels in tracks.labels]
    assert len(set(split)) == 1  # the larger part
    part = [labels[4, 14, 3] for labels in tracks.labels]
    assert part[:2] == split[:2]
    assert part[2] == part[3] not in tracks.labels[1]
    back = [labels[4, 3, 15] for labels in tracks.labels]
    assert back[1] == back[2] == 0
    assert back[3] not in (0, back[0])  # it comes back as a new one
    assert len(tracks.numbers) == 6


def test_volumes_over_time_are_those_of_the_voxels():
    series = growing_series()
    tracks = tracking.track_lesions(series, spacing=10.0)
    assert tracks.volumes_ml.shape == (4, 6)
    for time, labels in enumerate(tracks.labels):
        for number, volume in zip(tracks.numbers, tracks.volumes_ml[time], strict=True):
            assert volume == np.count_nonzero(labels == number)
        assert tracks.volumes_ml[time].sum() == np.count_nonzero(series[time])
    first = tracks.volumes_ml[:, tracks.numbers == tracks.labels[0][4, 5, 5]]
    assert (np.diff(first, axis=0) > 0).all()


def test_changes_over_time_tell_the_story_in_kept_numbers():
    tracks = tracking.track_lesions(growing_series(), spacing=10.0)
    big, line, dot = (int(tracks.labels[0][place]) for place in [(4, 5, 5), (4, 14, 9), (4, 3, 15)])
    part = int(tracks.labels[2][4, 14, 3])
    stories = [{change[1:]: change.fate for change in step} for step in tracks.changes]
    assert stories[0] == {((big,), (big,)): "grown", ((line,), (line,)): "stable",
                          ((dot,), ()): "vanished"}  # fmt: skip
    assert stories[1] == {
        ((big,), (big,)): "grown",
        ((line,), tuple(sorted((line, part)))): "split",
    }
    assert sorted(stories[2].values()) == ["grown", "new", "new", "stable", "stable"]


def test_tracking_one_visit_numbers_it_and_visits_may_be_empty():
    only = tracking.track_lesions([np.array([[[0, 7, 3, 0, 7]]])], 10.0)
    assert only.labels[0].tolist() == [[[0, 2, 1, 0, 2]]]
    assert only.changes == ()
    nothing = tracking.track_lesions([np.zeros((1, 1, 2), int)] * 3, 10.0)
    assert nothing.numbers.size == 0
    assert nothing.volumes_ml.shape == (3, 0)
    assert nothing.changes == ((), ())


def test_series_stay_unchanged_and_numbers_do_not_depend_on_those_given():
    series = growing_series()
    copies = [visit.copy() for visit in series]
    first = tracking.track_lesions(series, 10.0)
    for visit, copy in zip(series, copies, strict=True):
        np.testing.assert_array_equal(visit, copy)
    rename = np.array([0, 0, 12, 13, 17, 15, 6, 7, 8, 9])  # in the same order
    renamed = [rename[visit] for visit in series[1:]]
    second = tracking.track_lesions([series[0], *renamed], 10.0)
    np.testing.assert_array_equal(first.labels[0], second.labels[0])
    np.testing.assert_array_equal(first.labels[-1] > 0, second.labels[-1] > 0)


# Back through the inverse transform


@few
@given(st.integers(-3, 3), st.integers(-3, 3))
def test_a_mask_moved_by_whole_voxels_comes_back_exactly(down, right):
    lesions = np.zeros((15, 16), int)
    lesions[6:9, 5:8], lesions[8, 9] = 4, 2
    matrix = translation([2.0 * down, 2.0 * right])
    moved = warp(lesions, matrix, 2.0, "nearest")
    np.testing.assert_array_equal(tracking.carry_back(moved, matrix, 2.0), lesions)
    mask = tracking.carry_back(moved > 0, matrix, 2.0)
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, lesions > 0)


def test_results_on_the_baseline_come_back_onto_the_follow_up(study, head):
    matrix = true_matrix(study, head)
    moved = warp(study.follow_up.lesions, matrix, head.spacing, "nearest")
    kept = tracking.keep_numbers(study.baseline.lesions, moved)
    back = tracking.carry_back(kept, matrix, head.spacing)
    first, second = back > 0, study.follow_up.lesions > 0
    assert 2 * (first & second).sum() / (first.sum() + second.sum()) > 0.75
    table = lesion_fates.overlap_table(back, study.follow_up.lesions)[1:, 1:]
    assert (np.count_nonzero(table, axis=1) <= 1).all()  # every number lies in one lesion
    assert set(np.unique(back)) <= set(np.unique(kept))  # none is invented


def test_a_result_goes_back_onto_the_grid_of_its_scan():
    fine = np.zeros((8, 8), np.uint8)
    fine[2:6, 2:6] = 3
    back = tracking.carry_back(fine, np.eye(3), 1.0, new_shape=(4, 4), new_spacing=2.0)
    assert back.tolist() == fine[::2, ::2].tolist()


def test_carrying_back_agrees_with_simpleitk():
    lesions = ndimage.gaussian_filter(np.random.default_rng(6).normal(size=(20, 22, 24)), 2) > 0.02
    matrix = rotations.rigid([8, -5, 11], [2.2, -1.3, 0.7], [10, 11, 12])
    # SimpleITK is given the way from a voxel of the result to where to look: the matrix itself.
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(matrix[2::-1, 2::-1].ravel())
    transform.SetTranslation(matrix[2::-1, 3])
    image = sitk.GetImageFromArray(lesions.astype(np.uint8))
    peer = sitk.Resample(image, image, transform, sitk.sitkNearestNeighbor, 0.0)
    ours = tracking.carry_back(lesions, matrix, 1.0)
    inner = (slice(2, -2),) * 3
    assert (ours != sitk.GetArrayFromImage(peer))[inner].mean() < 1e-3
    np.testing.assert_array_equal(ours, warp(lesions, invert(matrix), 1.0, "nearest"))


# What is refused

CUBE = np.ones((2, 2, 2), int)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lesion_fates.overlap_table([1, 2], [1, 2, 3]), "shapes"),
        (lambda: lesion_fates.overlap_table([1.0, np.nan], [1, 2]), "whole numbers"),
        (lambda: lesion_fates.overlap_table([True], [True]), "connected_components"),
        (lambda: lesion_fates.overlap_table([-1, 2], [1, 2]), "none below 0"),
        (lambda: lesion_fates.overlap_table(np.zeros(0, int), np.zeros(0, int)), "at least one"),
        (lambda: lesion_fates.overlap_table([10**5], [10**5]), "too large"),
        (lambda: lesion_fates.match_lesions([1], [1], tolerance=-0.1), "tolerance"),
        (lambda: lesion_fates.match_lesions([0], [0], tolerance=np.nan), "tolerance"),
        (lambda: lesion_fates.match_lesions([1], [1], least_share=1.1), "share"),
        (lambda: lesion_fates.match_lesions([1], [1], least_share=np.nan), "share"),
        (lambda: lesion_fates.linked([1, 2]), "axes"),
        (lambda: lesion_fates.linked([[1, -2]]), "below 0"),
        (lambda: lesion_fates.compare_volumes(0, 1), "volumes"),
        (lambda: lesion_fates.compare_volumes(1, np.nan), "volumes"),
        (lambda: lesion_fates.compare_volumes(1, 1, np.inf), "tolerance"),
        (lambda: tracking.keep_numbers([3], [1], next_number=3), "next number"),
        (lambda: tracking.keep_numbers([3], [1], next_number=2**40), "next number"),
        (lambda: tracking.keep_numbers([3], [1, 2]), "shapes"),
        (lambda: tracking.track_lesions([], 1.0), "visits"),
        (lambda: tracking.track_lesions([CUBE, CUBE[:1]], 1.0), "shapes"),
        (lambda: tracking.track_lesions([CUBE[0]], 1.0), "axes"),
        (lambda: tracking.track_lesions([CUBE], -1.0), "spacing"),
        (lambda: tracking.track_lesions([CUBE * 0.5], 1.0), "whole numbers"),
        (lambda: tracking.volumes_over_time([], 1.0), "visits"),
        (lambda: tracking.carry_back(CUBE * 0.5, np.eye(4), 1.0), "whole numbers"),
        (lambda: tracking.carry_back(CUBE, np.diag([1, 0, 1, 1]), 1.0), "inverse"),
        (lambda: tracking.carry_back(CUBE, np.eye(3), 1.0), "axes"),
        (lambda: components.connected_components(CUBE, 1.0), "bool"),
        (lambda: components.connected_components(CUBE[0] > 0, 1.0), "axes"),
        (lambda: components.connected_components(CUBE > 0, 0.0), "spacing"),
        (lambda: components.connected_components(CUBE > 0, 1.0, -1.0), "least volume"),
        (lambda: components.connected_components(CUBE > 0, 1.0, np.nan), "least volume"),
        (lambda: components.connected_components(CUBE > 0, 1.0, neighbors=8), "6, 18, 26"),
        (lambda: components.volumes_ml(CUBE > 0, 1.0), "whole numbers"),
        (lambda: components.segment([1.0, np.nan], 0, np.array([True, True])), "finite"),
        (lambda: components.segment([1.0, 2.0], np.nan, np.array([True, True])), "threshold"),
        (lambda: components.segment([1.0, 2.0], 1, np.array([False, False])), "empty"),
        (lambda: components.segment([1.0, 2.0], 1, np.array([True])), "shape"),
        (lambda: components.flatten([0.0, 0.0], np.array([True, True]), 1.0), "local mean"),
        (lambda: components.flatten([1.0, -9.0], np.array([True, True]), 1.0), "local mean"),
        (lambda: components.flatten([1.0, 2.0], np.array([True, True]), 1.0, 0.0), "scale"),
        (lambda: components.flatten([1.0, np.inf], np.array([True, True]), 1.0), "finite"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_one_voxel_is_enough():
    one = np.ones((1, 1, 1), int)
    assert lesion_fates.match_lesions(one, one) == [("stable", (1,), (1,))]
    assert components.connected_components(one > 0, 10.0).tolist() == [[[1]]]
    assert components.volumes_ml(one, 10.0) == {1: 1.0}
    assert tracking.carry_back(one, np.eye(4), 1.0).tolist() == [[[1]]]
    assert components.flatten(one * 5.0, one > 0, 1.0).item() == pytest.approx(1)
