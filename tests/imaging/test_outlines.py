"""Regions as outlines, and closed polygons."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage
from skimage.draw import polygon2mask
from skimage.measure import find_contours

from course_lib.imaging.outlines import boundary_pixels, fill, trace
from course_lib.imaging.polygons import drop_collinear, pack, simplify, unpack

MASKS = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12))
NINE_POINTS = [[0, 0], [2, 0], [6, 0], [6, 1], [6, 4], [5, 4], [3, 4], [0, 4], [0, 2]]


def area(points):
    """Return the area by the shoelace formula; positive when clockwise on the screen."""
    x, y = np.asarray(points, dtype=float).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def disc(radius, size=41):
    """Return a disc in the middle of a square mask."""
    y, x = np.ogrid[:size, :size]
    return (y - size // 2) ** 2 + (x - size // 2) ** 2 <= radius**2


def there_and_back(mask):
    """Return a mask after tracing, dropping points, packing, unpacking and filling."""
    packed = [pack(drop_collinear(points)) for points in trace(mask)]
    return fill([unpack(row) for row in packed], mask.shape)


@given(MASKS)
def test_every_mask_comes_back_exactly_from_its_outlines(mask):
    assume(mask.any())
    np.testing.assert_array_equal(fill(trace(mask), mask.shape), mask)
    np.testing.assert_array_equal(there_and_back(mask), mask)


def test_all_511_masks_of_three_by_three_pixels_come_back_exactly():
    for number in range(1, 2**9):
        mask = np.array([number >> bit & 1 for bit in range(9)], dtype=bool).reshape(3, 3)
        np.testing.assert_array_equal(there_and_back(mask), mask)


@given(MASKS)
def test_enclosed_areas_less_holes_are_the_number_of_pixels(mask):
    assume(mask.any())
    assert sum(area(points) for points in trace(mask)) == mask.sum()


@given(MASKS)
def test_there_is_one_clockwise_outline_for_every_component(mask):
    assume(mask.any())
    clockwise = sum(area(points) > 0 for points in trace(mask))
    assert clockwise == ndimage.label(mask)[1]  # pixels that touch at a corner are apart


def test_a_hole_and_an_island_in_it_come_back():
    mask = np.zeros((9, 9), dtype=bool)
    mask[1:8, 1:8], mask[2:7, 2:7], mask[4, 4] = True, False, True
    outlines = trace(mask)
    assert sorted(area(points) for points in outlines) == [-25, 1, 49]
    np.testing.assert_array_equal(fill(outlines, mask.shape), mask)


def test_two_pixels_that_touch_at_a_corner_get_an_outline_each():
    assert [len(points) for points in trace(np.eye(2, dtype=bool))] == [4, 4]


def test_a_rectangle_has_four_corners_in_corner_coordinates():
    mask = np.zeros((5, 8), dtype=bool)
    mask[1:3, 2:7] = True
    (points,) = trace(mask)
    assert len(points) == 2 * (2 + 5)
    assert drop_collinear(points).tolist() == [[2, 1], [7, 1], [7, 3], [2, 3]]


def test_outlines_enclose_what_scikit_image_finds():
    mask = disc(12)
    (ours,) = trace(mask)
    (theirs,) = find_contours(np.pad(mask, 1).astype(float), 0.5)  # ends where it began
    # Contours run through the middle between pixel centres, ours along the edges: the same places.
    assert abs(area(drop_collinear(ours))) == mask.sum()
    assert abs(area(theirs)) == pytest.approx(mask.sum(), rel=0.02)
    assert theirs[:-1].mean(axis=0)[::-1] - 1 + 0.5 == pytest.approx(ours.mean(axis=0))


def test_filling_a_slanted_polygon_agrees_with_scikit_image():
    points = np.array([[2.3, 1.1], [17.2, 4.7], [11.9, 18.3], [9.1, 9.9]])
    theirs = polygon2mask((20, 20), points[:, ::-1] - 0.5)  # theirs counts from pixel centres
    np.testing.assert_array_equal(fill([points], (20, 20)), theirs)


def test_what_lies_beyond_the_image_is_cut_off():
    beyond = [[-5, -5], [50, -5], [50, 50], [-5, 50]]
    assert fill([beyond], (3, 4)).all()


def test_no_outline_is_no_region():
    assert not fill([], (3, 4)).any()
    assert not fill([np.zeros((0, 2))], (3, 4)).any()


def test_the_boundary_of_a_square_is_its_rim():
    mask = np.zeros((6, 6), dtype=bool)
    mask[1:5, 1:5] = True
    rim = boundary_pixels(mask)
    assert rim.sum() == 12
    assert not rim[2:4, 2:4].any()
    np.testing.assert_array_equal(rim, mask & ~ndimage.binary_erosion(mask))


def test_the_boundary_at_the_edge_of_the_image_counts():
    assert boundary_pixels(np.ones((3, 3), dtype=bool)).sum() == 8


@pytest.mark.parametrize(
    ("mask", "part"),
    [
        (np.zeros((3, 3), dtype=bool), "empty"),
        (np.ones((3, 3)), "float64"),
        (np.ones((3, 3), dtype=np.uint8), "uint8"),
        (np.ones((2, 3, 3), dtype=bool), "shape"),
    ],
)
@pytest.mark.parametrize("function", [trace, boundary_pixels])
def test_what_has_no_outline_is_refused(function, mask, part):
    with pytest.raises(ValueError, match=part):
        function(mask)


def test_the_lectures_nine_points_become_four_corners():
    assert len(NINE_POINTS) == 9
    assert drop_collinear(NINE_POINTS).tolist() == [[0, 0], [6, 0], [6, 4], [0, 4]]


def test_a_start_in_the_middle_of_a_side_is_dropped_too():
    shifted = np.roll(NINE_POINTS, -1, axis=0)
    assert drop_collinear(shifted).tolist() == [[6, 0], [6, 4], [0, 4], [0, 0]]


def test_points_on_a_slanted_side_are_dropped():
    assert drop_collinear([[0, 0], [1, 1], [2, 2], [2, 0]]).tolist() == [[0, 0], [2, 2], [2, 0]]


def test_a_repeated_corner_is_kept_once():
    assert drop_collinear([[0, 0], [4, 0], [4, 0], [4, 3], [0, 3], [0, 0]]).shape == (4, 2)


def test_the_tip_of_a_spike_is_a_corner():
    spike = [[0, 0], [4, 0], [8, 0], [4, 0], [4, 3], [0, 3]]
    assert [8, 0] in drop_collinear(spike).tolist()


def test_unsigned_coordinates_do_not_wrap_around():
    points = np.array([[2, 0], [0, 0], [0, 2], [1, 2], [2, 2]], dtype=np.uint8)
    assert len(drop_collinear(points)) == 4


@pytest.mark.parametrize(
    ("points", "part"),
    [
        ([[0, 0], [1, 1], [3, 3]], "corners"),
        ([[0, 0]], "corners"),
        ([[0, 0, 1]], "shape"),
        ([0, 1, 2], "shape"),
        ([[0, np.nan], [1, 1], [2, 0]], "NaN"),
    ],
)
def test_points_that_enclose_nothing_are_refused(points, part):
    with pytest.raises(ValueError, match=part):
        drop_collinear(points)


def test_packing_puts_all_x_before_all_y():
    assert pack([[1, 10], [2, 20], [3, 30]]).tolist() == [1, 2, 3, 10, 20, 30]


@given(hnp.arrays(np.int64, st.tuples(st.integers(0, 9), st.just(2))))
def test_unpacking_undoes_packing(points):
    np.testing.assert_array_equal(unpack(pack(points)), points)


@pytest.mark.parametrize("packed", [[1, 2, 3], [[1, 2]], 7])
def test_an_odd_number_of_coordinates_is_refused(packed):
    with pytest.raises(ValueError, match="as many y as x"):
        unpack(packed)


@given(MASKS)
def test_a_tolerance_of_zero_changes_nothing(mask):
    assume(mask.any())
    for points in trace(mask):
        corners = drop_collinear(points)
        simple = simplify(points, 0)
        assert len(simple) <= len(corners)
        assert area(simple) == area(corners)


@pytest.mark.parametrize("tolerance", [0.5, 1.0, 3.0])
def test_no_dropped_point_is_farther_away_than_the_tolerance(tolerance):
    (points,) = trace(disc(15))
    simple = simplify(points, tolerance)
    assert 3 <= len(simple) < len(drop_collinear(points))
    start, end = simple.astype(float), np.roll(simple, -1, axis=0).astype(float)
    along = end - start
    for point in points:
        place = ((point - start) * along).sum(axis=1) / (along**2).sum(axis=1)
        nearest = start + np.clip(place, 0, 1)[:, None] * along
        assert np.hypot(*(point - nearest).T).min() <= tolerance + 1e-9


def test_points_only_become_fewer_with_a_larger_tolerance():
    (points,) = trace(disc(15))
    counts = [len(simplify(points, tolerance)) for tolerance in (0, 0.5, 1, 2, 4)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < counts[0]


def test_a_region_smaller_than_the_tolerance_vanishes():
    assert len(simplify([[0, 0], [1, 0], [1, 1], [0, 1]], 5)) == 0


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf])
def test_a_tolerance_that_is_no_distance_is_refused(tolerance):
    with pytest.raises(ValueError, match="tolerance"):
        simplify(NINE_POINTS, tolerance)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (3, 3, 3)])
def test_a_shape_that_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="shape"):
        fill([NINE_POINTS], shape)
