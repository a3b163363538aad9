"""The callosal angle and its steps against known truths and the peers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.measure import LineModelND
from skimage.measure import label as skimage_label

from course_lib.data import phantom
from course_lib.data.phantom import tissues
from course_lib.imaging import detection, lines, rotations
from course_lib.imaging.warping import warp

few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
# Measured over angles of 40 to 150 degrees: the roof is a staircase of pixels.
TOLERANCE_DEG = {0.5: 0.5, 1.0: 2.0, 2.0: 7.0}


@pytest.fixture(scope="module")
def head():
    return phantom.head(spacing_mm=6.0, anatomy="analytic")


def v_shaped(degrees, shape=(60, 81), spacing=(1.0, 1.0), apex=(40, 40)):
    """Return tissue around two limbs that end at the border above, by the formula."""
    row, column = np.indices(shape)
    above = (apex[0] + 0.5 - row) * spacing[0] * np.tan(np.deg2rad(degrees / 2))
    fluid = (abs(column - apex[1]) * spacing[1] >= above) & (row <= apex[0] + 6) & (row > 4)
    return ~fluid


# The first empty row


def test_the_first_empty_row_is_that_below_the_brain_not_that_above_it():
    tissue = np.zeros((9, 5), bool)
    tissue[2:5] = True
    tissue[7:] = True
    assert detection.first_empty_row(tissue, (2, 3)) == 5
    assert detection.first_empty_row(tissue[2:], (2, 3)) == 3


def test_a_row_is_empty_only_when_no_centre_column_holds_tissue():
    tissue = np.ones((6, 7), bool)
    tissue[1:4, 3] = False  # the gap between the hemispheres is one column wide
    tissue[4, 1:6] = False
    assert detection.first_empty_row(tissue, (3, 4)) == 1
    assert detection.first_empty_row(tissue, (2, 5)) == 4


def test_tissue_beside_the_centre_columns_does_not_matter():
    tissue = np.ones((8, 9), bool)
    tissue[5, 3:6] = False
    before = detection.first_empty_row(tissue, (3, 6))
    tissue[:, :3] = tissue[:, 6:] = False
    assert detection.first_empty_row(tissue, (3, 6)) == before == 5


@few
@given(generators, st.integers(2, 12), st.integers(1, 9))
def test_the_first_empty_row_is_that_of_a_plain_loop(rng, rows, width):
    tissue = rng.random((rows, width)) < 0.4
    first = int(rng.integers(0, width))
    stop = int(rng.integers(first + 1, width + 1))
    seen, expected = False, None
    for number, row in enumerate(tissue[:, first:stop]):
        if row.any():
            seen = True
        elif seen and expected is None:
            expected = number
    if not tissue.any() or expected is None:
        with pytest.raises(ValueError, match=r"no brain tissue|goes on|is empty"):
            detection.first_empty_row(tissue, (first, stop))
    else:
        assert detection.first_empty_row(tissue, (first, stop)) == expected


def test_centre_columns_are_symmetric_and_as_wide_as_asked():
    assert detection.center_columns(193, 1.0) == (94, 99)
    assert detection.center_columns(192, 1.0) == (93, 99)
    assert detection.center_columns(5, 1.0, width_mm=100) == (0, 5)
    assert detection.center_columns(1, 3.0) == (0, 1)
    assert detection.center_columns(6, 8.0) == (2, 4)  # at least those at the middle


@few
@given(st.integers(1, 300), st.floats(0.2, 9), st.floats(0.5, 50))
def test_centre_columns_are_the_same_in_a_mirror(count, spacing, width):
    first, stop = detection.center_columns(count, spacing, width)
    assert 0 <= first < stop <= count
    assert first == count - stop


# Points of the roof


def test_the_points_of_the_roof_are_the_tissue_on_top_of_the_ventricle():
    tissue = np.array(
        [
            [0, 1, 1, 1, 1, 1, 0],
            [1, 0, 1, 1, 1, 0, 1],
            [1, 0, 0, 1, 0, 0, 1],
            [1, 0, 0, 0, 0, 0, 1],
            [1, 1, 0, 0, 0, 1, 0],
        ],
        dtype=bool,
    )
    left, right = detection.roof_points(tissue, 3, (3, 4))
    assert left.tolist() == [[1, 2], [0, 1]]
    assert right.tolist() == [[1, 4], [0, 5]]


def test_other_holes_in_the_tissue_give_no_points():
    tissue = v_shaped(90)
    expected = detection.roof_points(tissue, 41, (39, 42))
    holes = tissue.copy()
    holes[20, 40] = holes[55, 10] = False
    holes[8, 38:43] = False
    for ours, theirs in zip(detection.roof_points(holes, 41, (39, 42)), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@few
@given(arrays(bool, (7, 9)))
def test_the_points_of_the_roof_are_those_of_a_plain_loop(tissue):
    tissue[3, 4], tissue[0, 0] = False, True
    regions = skimage_label(~tissue, connectivity=1)
    expected = []
    for side in (range(3, -1, -1), range(5, 9)):
        points = []
        for column in side:
            rows = np.flatnonzero(regions[:, column] == regions[3, 4])
            if rows.size and rows[0] > 0:
                points.append((rows[0] - 1, column))
        expected.append(np.array(points, float).reshape(-1, 2))
    found = detection.roof_points(tissue, 3, (4, 5))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Lines


@few
@given(st.floats(0, 360), st.integers(2, 9), arrays(float, 2, elements=st.floats(-50, 50)))
def test_points_on_a_line_give_that_line_whatever_its_direction(degrees, count, start):
    direction = np.array([np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))])
    points = start + np.outer(np.arange(count), direction)
    line = lines.fit_line(points)
    np.testing.assert_allclose(line.point, points.mean(axis=0))
    np.testing.assert_allclose(line.direction, direction, atol=1e-9)
    np.testing.assert_allclose(lines.fit_line(points[::-1]).direction, -direction, atol=1e-9)


def test_a_vertical_and_a_level_line_are_lines_like_others():
    np.testing.assert_allclose(lines.fit_line([[1, 7], [2, 7], [9, 7]]).direction, [1, 0])
    np.testing.assert_allclose(lines.fit_line([[7, 9], [7, 1]]).direction, [0, -1])


@few
@given(generators, st.floats(-180, 180))
def test_the_fitted_line_turns_with_the_points(rng, degrees):
    points = rng.normal(size=(12, 2)) * [3.0, 0.5]
    turn = rotations.rotation(degrees, [0.0, 0.0])[:2, :2]
    line, turned = lines.fit_line(points), lines.fit_line(points @ turn.T)
    np.testing.assert_allclose(turned.direction, turn @ line.direction, atol=1e-9)


def squared_distances(points, line):
    """Return the sum of squared distances of points from a line."""
    off = points - line.point
    return np.square(off - np.outer(off @ line.direction, line.direction)).sum()


@few
@given(generators, st.floats(-180, 180))
def test_no_other_line_is_nearer_to_the_points(rng, degrees):
    points = rng.normal(size=(9, 2)) * [4.0, 1.0]
    best = lines.fit_line(points)
    angle = np.deg2rad(degrees)
    other = lines.Line(best.point + rng.normal(size=2), np.array([np.sin(angle), np.cos(angle)]))
    assert squared_distances(points, best) <= squared_distances(points, other) + 1e-12


def test_lines_agree_with_the_peers():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(40, 3)) * [5.0, 1.0, 0.3] + [10, 20, 30]
    ours = lines.fit_line(points)
    peer = LineModelND.from_estimate(points)
    np.testing.assert_allclose(ours.point, peer.origin)
    assert abs(ours.direction @ peer.direction) == pytest.approx(1)


def test_the_direction_is_that_of_the_closed_formula():
    y, x = np.random.default_rng(5).normal(size=(2, 40)) * [[2.0], [3.0]]
    y += 0.5 * x
    (yy, xy), (_, xx) = np.cov(y, x)
    angle = np.arctan2(2 * xy, xx - yy) / 2  # of the principal axis, from x toward y
    direction = lines.fit_line(np.column_stack([y, x])).direction
    assert abs(direction @ [np.sin(angle), np.cos(angle)]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[1, 2]], "at least two points"),
        ([1, 2], "at least two points"),
        ([[1], [2]], "at least two"),
        (np.zeros((0, 2)), "at least two points"),
        ([[5, 5], [5, 5]], "the same"),
        ([[0, 0], [0, 1], [1, 0], [1, 1]], "equally in several directions"),
        ([[0, 0], [np.nan, 1]], "finite"),
        ([["a", "b"]], "real numbers"),
    ],
)
def test_points_without_a_line_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        lines.fit_line(points)


@pytest.mark.parametrize("degrees", [0, 1e-6, 30, 90, 135, 179.999999, 180])
def test_known_angles_come_back(degrees):
    angle = np.deg2rad(degrees)
    found = lines.angle_between([0, 3], [2 * np.sin(angle), 2 * np.cos(angle)])
    assert found == pytest.approx(degrees, rel=1e-9, abs=1e-12)


@few
@given(generators, st.floats(0.01, 100))
def test_angles_are_symmetric_and_know_no_length(rng, factor):
    first, second = rng.normal(size=(2, 3))
    angle = lines.angle_between(first, second)
    assert lines.angle_between(second, first) == pytest.approx(angle)
    assert lines.angle_between(factor * first, second) == pytest.approx(angle)
    assert lines.angle_between(-first, second) == pytest.approx(180 - angle)
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert np.cos(np.deg2rad(angle)) == pytest.approx(cosine)


@pytest.mark.parametrize(
    ("first", "second"), [([0, 0], [1, 1]), ([1, 0], [1, 0, 0]), ([1, np.nan], [1, 0]), ([], [])]
)
def test_directions_without_an_angle_are_refused(first, second):
    with pytest.raises(ValueError, match="direction"):
        lines.angle_between(first, second)


# The callosal angle


@pytest.mark.parametrize("degrees", [2 * np.rad2deg(np.arctan(t)) for t in (0.5, 1.0, 2.0)])
def test_angles_that_fit_the_pixels_come_back_exactly(degrees):
    found = detection.callosal_angle(v_shaped(degrees), 1.0, columns=(40, 41))
    # At 1 pixel a step the staircase is a line; at 2 it is one of every second pixel.
    assert found.degrees == pytest.approx(degrees, abs=1e-6 if degrees == 90 else 2.5)
    assert found.empty_row == 41


def test_spacing_turns_pixels_into_mm():
    tissue = v_shaped(90)
    stretched = detection.callosal_angle(tissue, [1.0, 2.0], columns=(40, 41), reach_mm=40)
    assert stretched.degrees == pytest.approx(2 * np.rad2deg(np.arctan(2.0)))
    same = detection.callosal_angle(tissue, 3.0, columns=(40, 41), reach_mm=75)
    assert same.degrees == pytest.approx(90)


def test_the_lines_are_those_of_the_points_and_point_outward(head):
    slab = phantom.with_callosal_angle(head, 100)
    found = detection.callosal_angle(slab.tissue[3], slab.spacing_mm)
    assert found.left_line.direction[1] < 0 < found.right_line.direction[1]
    assert max(found.left_line.direction[0], found.right_line.direction[0]) < 0  # upward
    vertex = np.array([found.empty_row, 96.0])
    for points, line in [(found.left, found.left_line), (found.right, found.right_line)]:
        again = lines.fit_line(points * slab.spacing_mm)
        np.testing.assert_allclose(again.direction, line.direction)
        distance = np.linalg.norm(points - vertex, axis=1)
        assert (np.diff(distance) > 0).all()
        assert distance[-1] <= 25
        assert slab.tissue[3][tuple(points.astype(int).T)].all()


def require_recovered(head, spacing, angles):
    """Require that angles come back within the tolerance."""
    for degrees in angles:
        slab = phantom.with_callosal_angle(head, degrees, spacing_mm=spacing)
        found = detection.callosal_angle(slab.tissue[slab.centre_slice], spacing)
        assert abs(found.degrees - degrees) <= TOLERANCE_DEG[spacing], degrees
        assert abs(found.empty_row - slab.apex[0]) <= 1


@pytest.mark.slow
def test_angles_of_the_phantom_are_recovered_within_the_tolerance(head):
    require_recovered(head, 1.0, [55, 83.7, 120])
    require_recovered(head, 2.0, [40, 65, 100, 150])


@pytest.mark.slow
def test_all_angles_are_recovered_and_finer_pixels_recover_them_better(head):
    require_recovered(head, 2.0, range(40, 151, 5))
    require_recovered(head, 1.0, range(40, 151, 10))
    require_recovered(head, 0.5, [40, 75, 110, 150])


@pytest.mark.slow
def test_angles_are_recovered_in_the_brain_of_the_template():
    base = phantom.head(spacing_mm=3.0, anatomy="template")
    for degrees in (55, 80, 110):
        slab = phantom.with_callosal_angle(base, degrees)
        found = detection.callosal_angle(slab.tissue[slab.centre_slice], 1.0)
        assert abs(found.degrees - degrees) <= TOLERANCE_DEG[1.0]


def test_the_angle_is_found_in_the_noisy_image_once_the_skull_is_cut_away(head):
    slab = phantom.with_callosal_angle(head, 75, seed=2)
    image, labels = slab.image[slab.centre_slice], slab.labels[slab.centre_slice]
    inside = np.isin(labels, (tissues.FLUID, tissues.GREY, tissues.WHITE))
    tissue = (image > 0.5 * np.median(image[inside])) & inside
    found = detection.callosal_angle(tissue, slab.spacing_mm)
    assert found.degrees == pytest.approx(75, abs=3)
    scalp_too = detection.first_empty_row(image > 0.5 * np.median(image[inside]), (94, 99))
    assert scalp_too < found.empty_row - 20  # why the mask must not hold the scalp


@pytest.mark.parametrize("turn", [-20.0, 12.0])
def test_a_turned_head_is_turned_back_first(head, turn):
    slab = phantom.with_callosal_angle(head, 90, turn_deg=turn)
    middle_mm = [108.0, 96.0]  # the slab turns about the anterior commissure
    back = rotations.rotation(-turn, middle_mm)
    upright = warp(slab.tissue[slab.centre_slice], back, slab.spacing_mm, "nearest")
    assert detection.callosal_angle(upright, 1.0).degrees == pytest.approx(90, abs=3)


def test_the_angle_is_the_same_in_a_mirror_and_in_strided_memory(head):
    slab = phantom.with_callosal_angle(head, 64)
    tissue = slab.tissue[slab.centre_slice]
    before = tissue.copy()
    found = detection.callosal_angle(tissue, 1.0)
    mirrored = detection.callosal_angle(tissue[:, ::-1], 1.0)
    assert mirrored.degrees == pytest.approx(found.degrees)
    np.testing.assert_array_equal(mirrored.left[:, 0], found.right[:, 0])
    np.testing.assert_array_equal(tissue, before)
    column_order = np.asfortranarray(tissue)
    assert detection.callosal_angle(column_order, 1.0).degrees == found.degrees


@pytest.mark.parametrize(
    ("tissue", "message"),
    [
        (np.ones((5, 5)), "must be bool"),
        (np.ones((2, 5, 5), bool), "one slice has 2"),
        (np.ones(5, bool), "one slice has 2"),
        (np.zeros((5, 5), bool), "empty"),
        (np.zeros((0, 5), bool), "empty"),
        (np.ones((1, 1), bool), "goes on to the last row"),
        (np.ones((5, 5), bool), "goes on to the last row"),
    ],
)
def test_masks_that_make_no_sense_are_refused(tissue, message):
    with pytest.raises(ValueError, match=message):
        detection.callosal_angle(tissue, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: detection.first_empty_row(t, (3, 3)), "first < stop"),
        (lambda t: detection.first_empty_row(t, (-1, 3)), "first < stop"),
        (lambda t: detection.first_empty_row(t, (70, 99)), "<= 81"),
        (lambda t: detection.first_empty_row(t[30:] & (np.arange(81) > 9), (2, 3)), "no brain"),
        (lambda t: detection.roof_points(t, 3, (40, 41)), "holds no tissue"),
        (lambda t: detection.roof_points(t, 60, (40, 41)), "rows 0 to 59"),
        (lambda t: detection.callosal_angle(t, 1.0, reach_mm=0.0), "reach"),
        (lambda t: detection.callosal_angle(t, 1.0, reach_mm=np.nan), "reach"),
        (lambda t: detection.callosal_angle(t, 0.0), "spacing"),
        (lambda t: detection.callosal_angle(t, 1.0, reach_mm=2.0), "0 points"),
        (lambda t: detection.callosal_angle(t, 1.0, columns=(0, 81)), "0 points"),
        (lambda t: detection.center_columns(0, 1.0), "columns"),
        (lambda t: detection.center_columns(9, 1.0, -3.0), "width"),
        (lambda t: detection.center_columns(9, -1.0), "spacing"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(v_shaped(90))
