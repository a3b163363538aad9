"""Distances between surfaces, against known shapes and the peers."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import hausdorff_distance

from course_lib.imaging import surface_distances as distances

MEASURES = [
    distances.hausdorff_distance,
    distances.mean_surface_distance,
    lambda *masks, **spacing: distances.hausdorff_distance(*masks, **spacing, percentile=95),
]
NAMES = ["hausdorff", "mean_surface", "hausdorff_95"]
every_measure = pytest.mark.parametrize("measure", MEASURES, ids=NAMES)


def ball(shape, center, radius):
    """Return a ball; center and radius in voxels."""
    grid = np.indices(shape).reshape(len(shape), -1).T - np.array(center)
    return (np.linalg.norm(grid, axis=1) <= radius).reshape(shape)


@st.composite
def mask_pairs(draw):
    """Draw two masks of one shape of 1 to 3 axes, neither empty."""
    shape = tuple(draw(st.lists(st.integers(1, 7), min_size=1, max_size=3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    masks = rng.random((2, *shape)) < draw(st.floats(0.1, 1))
    masks[:, *([0] * len(shape))] |= ~masks.any(axis=tuple(range(1, masks.ndim)))
    return masks


@pytest.fixture
def balls():
    return ball((30, 34, 28), (14, 15, 13), 9), ball((30, 34, 28), (15, 18, 13), 7)


def test_the_surface_of_a_cube_is_all_but_its_core():
    cube = np.zeros((7, 7, 7), bool)
    cube[1:6, 1:6, 1:6] = True
    expected = cube.copy()
    expected[2:5, 2:5, 2:5] = False
    np.testing.assert_array_equal(distances.surface(cube), expected)


def test_holes_have_a_surface_and_corners_alone_do_not_open_one():
    full = np.ones((5, 5), bool)
    full[2, 2] = False
    marked = distances.surface(full)
    assert marked[2, 1]
    assert not marked[1, 1]


@pytest.mark.parametrize(
    ("spacing", "expected"), [(1.0, 3.0), (0.5, 1.5), ((4.4, 0.5, 0.5), 13.2)], ids=str
)
def test_a_moved_cube_is_as_far_away_as_it_was_moved(spacing, expected):
    cube = np.zeros((16, 8, 8), bool)
    cube[2:8, 1:7, 1:7] = True
    moved = np.roll(cube, 3, axis=0)
    assert distances.hausdorff_distance(cube, moved, spacing) == pytest.approx(expected)


@pytest.mark.parametrize("grown", [1, 3, 6])
def test_a_grown_ball_is_about_as_far_away_as_it_grew(grown):
    inner, outer = (ball((50, 50, 50), (25, 25, 25), 12 + more) for more in (0, grown))
    assert distances.hausdorff_distance(inner, outer) == pytest.approx(grown, abs=1)
    assert distances.mean_surface_distance(inner, outer) == pytest.approx(grown, abs=0.3)


def test_two_points_are_apart_by_the_theorem_of_pythagoras():
    first, second = np.zeros((2, 9, 9, 9), bool)
    first[1, 1, 1] = second[4, 5, 1] = True
    for measure in MEASURES:
        assert measure(first, second) == pytest.approx(5)
        assert measure(first, second, spacing=(2, 0.5, 7)) == pytest.approx(np.hypot(6, 2))


def test_distances_of_a_row_and_its_end_are_those_counted_by_hand():
    row, end = np.ones(5, bool), np.arange(5) == 4
    to_end, to_row = distances.surface_distances(row, end)
    assert sorted(to_end) == [0, 4]  # the surface of the row are its two ends
    assert to_row.tolist() == [0]
    assert distances.mean_surface_distance(row, end) == pytest.approx(4 / 3)


def test_one_stray_voxel_moves_the_largest_distance_but_not_the_95_percent():
    clean = ball((60, 60, 60), (25, 25, 25), 12)
    spoiled = clean.copy()
    spoiled[55, 55, 55] = True
    assert distances.hausdorff_distance(clean, spoiled) > 35
    assert distances.hausdorff_distance(clean, spoiled, percentile=95) == 0
    assert 0 < distances.mean_surface_distance(clean, spoiled) < 0.1


@settings(max_examples=60, deadline=None)
@given(mask_pairs(), st.floats(0.2, 5))
def test_distances_are_symmetric_in_mm_and_zero_only_for_equal_surfaces(masks, spacing):
    first, second = masks
    same = np.array_equal(distances.surface(first), distances.surface(second))
    for measure in MEASURES:
        apart = measure(first, second, spacing=spacing)
        assert apart == pytest.approx(measure(second, first, spacing=spacing))
        assert apart == pytest.approx(spacing * measure(first, second))
        assert measure(first, first) == 0
    assert (distances.hausdorff_distance(first, second) == 0) == same
    assert distances.mean_surface_distance(first, second) <= distances.hausdorff_distance(*masks)


@settings(max_examples=60, deadline=None)
@given(mask_pairs())
def test_the_largest_distance_of_surfaces_is_that_of_skimage(masks):
    surfaces = [distances.surface(mask) for mask in masks]
    assert distances.hausdorff_distance(*masks) == pytest.approx(hausdorff_distance(*surfaces))


def test_the_largest_distance_agrees_with_simpleitk_in_mm(balls):
    spacing = (2.0, 0.5, 1.25)
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in balls]
    for image in images:
        image.SetSpacing(spacing[::-1])
    peer = sitk.HausdorffDistanceImageFilter()
    peer.Execute(*images)
    found = distances.hausdorff_distance(*balls, spacing=spacing)
    assert found == pytest.approx(peer.GetHausdorffDistance())


def test_every_single_distance_is_the_smallest_of_all(balls):
    points = [np.argwhere(distances.surface(mask)) for mask in balls]
    table = np.linalg.norm(points[0][:, None] - points[1], axis=-1)
    there, back = distances.surface_distances(*balls)
    np.testing.assert_allclose(there, table.min(axis=1))
    np.testing.assert_allclose(back, table.min(axis=0))
    larger = max(np.percentile(there, 95), np.percentile(back, 95))
    assert distances.hausdorff_distance(*balls, percentile=95) == larger


@every_measure
def test_strided_masks_give_the_same_and_stay_unchanged(measure, balls):
    views = [mask[::2, ::-1, 1:] for mask in balls]
    kept = [view.copy() for view in views]
    assert measure(*views) == measure(*kept)
    np.testing.assert_array_equal(views, kept)


@every_measure
def test_masks_without_a_surface_are_refused(measure):
    full, empty = np.ones((2, 2), bool), np.zeros((2, 2), bool)
    for masks, message in [
        ((full, empty), "second mask is empty"),
        ((empty, full), "first mask is empty"),
        ((full, full[:1]), "must be equal"),
        ((full, full.astype(float)), "must be bool"),
        ((full[:0], full[:0]), "no voxels"),
    ]:
        with pytest.raises(ValueError, match=message):
            measure(*masks)
    with pytest.raises(ValueError, match="positive"):
        measure(full, full, spacing=0)
    with pytest.raises(ValueError, match="2"):
        measure(full, full, spacing=(1, 1, 1))


@pytest.mark.parametrize("percentile", [0, -5, 101, np.nan])
def test_percentiles_outside_the_range_are_refused(percentile):
    mask = np.ones(3, bool)
    with pytest.raises(ValueError, match="percentile"):
        distances.hausdorff_distance(mask, mask, percentile=percentile)


def test_one_voxel_has_a_surface():
    one = np.ones((1, 1, 1), bool)
    assert distances.surface(one).all()
    assert distances.hausdorff_distance(one, one) == 0
