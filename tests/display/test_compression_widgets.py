"""The widgets of topic 01: numbers in the texts, and bad input."""

import re

import numpy as np
import pytest
from widget_parts import pixels_of

from course_lib.data import datasets
from course_lib.display import outline_figures, pet_figures, storage_figures
from course_lib.imaging import byte_counts, outlines
from course_lib.imaging.polygons import drop_collinear

pytestmark = pytest.mark.slow  # draws every picture

HEAD, SPINE = storage_figures.IMAGES
LIVER, BONE = outline_figures.REGIONS
SHORT = (-32768, 32767)


def storage(image=SPINE, limits=(0, 4095), slope=1.0, intercept=-1024, outside="is clipped"):
    """Draw a stored CT."""
    return storage_figures.draw_storage(image, limits, slope, intercept, outside)


def test_the_spine_fits_the_lectures_type_without_any_error():
    caption = storage().caption
    assert caption.startswith("0 pixels lie below the type (blue) and 0 above it")
    assert "Largest error anywhere: 0 HU" in caption


def test_half_a_step_is_the_largest_error_where_everything_fits():
    assert (
        "Where it fits, the largest error is 4 HU; half a step is 4 HU"
        in storage(slope=8.0).caption
    )


def test_pixels_that_do_not_fit_are_counted_on_both_sides():
    values = datasets.ct_spine().values
    caption = storage(limits=(0, 255), slope=8.0).caption
    assert f"{(values > -1024 + 8 * 255 + 4).sum()} above it" in caption
    below = storage(limits=(0, 4095), intercept=-500).caption
    assert f"{(values < -500).sum():,} pixels lie below" in below


def test_wrapping_around_is_wrong_by_the_whole_type_and_clipping_by_what_is_cut_off():
    wrapped = storage(HEAD, (0, 65535), outside="wraps around").caption
    assert "Largest error anywhere: 65,536 HU" in wrapped
    assert "Largest error anywhere: 976 HU" in storage(HEAD, (0, 65535)).caption


def test_a_signed_type_stores_the_head_exactly():
    assert "Largest error anywhere: 0 HU" in storage(HEAD, SHORT, 1.0, 0).caption


def test_what_does_not_fit_is_coloured():
    pixels = pixels_of(storage(HEAD, (0, 65535)))
    assert (pixels == [86, 180, 233]).all(axis=2).sum() > 1000  # sky blue


def test_where_nothing_fits_no_error_is_claimed_to_be_small():
    assert "Nothing fits the type" in storage(limits=(0, 255), intercept=2000).caption


def test_a_slope_of_zero_is_refused():
    with pytest.raises(ValueError, match="slope is 0"):
        storage(slope=0)


def test_a_tolerance_of_zero_loses_no_pixel():
    picture = outline_figures.draw_simplified(BONE, 0.0, True)
    assert "0 of 1,832 pixels are missing (orange), 0 extra (blue); Dice 1.0000" in picture.caption


def test_bytes_of_the_liver_are_those_that_are_counted():
    mask = datasets.liver_mask().values[140:372, 70:358]
    corners = [drop_collinear(points) for points in outlines.trace(mask)]
    alt = outline_figures.draw_simplified(LIVER, 3.0, False).alt
    assert f"outline, corners {byte_counts.outline_bytes(corners):,}" in alt
    assert f"run lengths {byte_counts.mask_bytes(mask)['run lengths']:,}" in alt


def test_a_large_tolerance_makes_holes_vanish_and_says_so():
    assert "7 of 8 outlines vanished" in outline_figures.draw_simplified(LIVER, 8.0, True).caption


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance"):
        outline_figures.draw_simplified(LIVER, -1.0, True)


def test_nothing_is_changed_at_the_start_of_the_bytes():
    picture = storage_figures.draw_bytes(HEAD, -2000, 1)
    assert picture.caption.startswith("0 of 65,536 pixels changed")
    values = datasets.ct_head().values[::2, ::2]
    for way, count in byte_counts.image_bytes(values).items():
        assert f"{way} {count:,}" in picture.caption


def test_rounding_to_eight_changes_nothing_by_more_than_four():
    caption = storage_figures.draw_bytes(SPINE, -2000, 8).caption
    assert "the largest change is 4 HU" in caption


def test_one_slope_for_a_pet_costs_more_than_a_slope_for_each_slice():
    for dtype in ("int16", "uint8"):
        shares = re.findall(r"([\d.]+) % with", pet_figures.draw_pet(dtype).caption)
        one, own = map(float, shares)
        assert one > 50 * own


def test_nine_points_and_four_corners_are_drawn():
    nine = [[0, 0], [2, 0], [6, 0], [6, 1], [6, 4], [5, 4], [3, 4], [0, 4], [0, 2]]
    assert "9 numbered points" in outline_figures.draw_points(nine).alt
    assert "its 4 corners" in outline_figures.draw_points(nine).alt


def test_a_hole_has_an_outline_of_its_own():
    mask = np.ones((5, 5), dtype=bool)
    mask[2, 2] = False
    assert "2 closed outlines" in outline_figures.draw_two_outlines(mask).alt


def test_an_empty_mask_is_refused():
    with pytest.raises(ValueError, match="empty"):
        outline_figures.draw_two_outlines(np.zeros((4, 4), dtype=bool))
