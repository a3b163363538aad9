"""Pictures show the values that they are made of."""

import io

import numpy as np
from PIL import Image

from course_lib.exercises.feedback.curves import draw_curves
from course_lib.exercises.feedback.parts import Curve
from course_lib.exercises.feedback.pictures import (
    LARGEST,
    difference_picture,
    gray_picture,
    is_image,
    is_volume,
    mask_picture,
    value_range,
)


def pixels(plane):
    """Decode a picture."""
    return np.asarray(Image.open(io.BytesIO(plane.png)).convert("RGB")).astype(int)


def test_gray_rises_with_the_value_from_black_to_white():
    shown = pixels(gray_picture(np.linspace(0, 1, 64).reshape(8, 8), 0, 1))
    gray = shown[..., 0].ravel()
    assert (shown == shown[..., :1]).all()
    assert (np.diff(gray) > 0).all()
    assert (gray[0], gray[-1]) == (0, 255)


def test_values_beyond_the_scale_are_black_or_white():
    shown = pixels(gray_picture(np.array([[-1e300, 0, 1, 1e300]]), 0, 1))
    assert shown[0, :, 0].tolist() == [0, 0, 255, 255]


def test_what_is_not_finite_has_a_colour_of_its_own():
    shown = pixels(gray_picture(np.array([[np.nan, np.inf, -np.inf, 0.5]]), 0, 1))
    assert (shown[0, :3] == [0xF0, 0xE4, 0x42]).all()
    assert len(set(shown[0, 3])) == 1


def test_a_constant_image_is_drawn_in_a_middle_gray():
    assert abs(pixels(gray_picture(np.full((9, 9), 7), 7, 7)).mean() - 127) < 2


def test_a_difference_is_white_at_zero_blue_below_and_orange_above():
    shown = pixels(difference_picture(np.array([[-2.0, 0, 2, np.nan]]), 2))
    below, equal, above, hole = shown[0]
    assert (equal > 240).all()
    assert below[2] > below[0] + 100
    assert above[0] > above[2] + 100
    assert hole.tolist() == [0, 0, 0]


def test_a_mask_shows_four_classes():
    ours = np.array([[True, True, False, False]])
    shown = pixels(mask_picture(ours, np.array([[True, False, True, False]])))
    assert len({tuple(colour) for colour in shown[0]}) == 4
    assert tuple(shown[0, 1]) == (0xE6, 0x9F, 0x00)  # missing
    assert tuple(shown[0, 2]) == (0x56, 0xB4, 0xE9)  # extra


def test_a_large_image_is_thinned_out_but_a_single_difference_stays():
    difference = np.zeros((1024, 700))
    difference[777, 333] = 1
    plane = difference_picture(difference, 1)
    shown = pixels(plane)
    assert max(shown.shape) <= LARGEST
    assert (shown[..., 2] < 100).sum() == 1
    assert abs(plane.height / plane.width - 1024 / 700) < 0.02


def test_a_single_extra_pixel_of_a_large_mask_stays():
    ours = np.zeros((600, 600), bool)
    mine = ours.copy()
    mine[599, 0] = True
    assert (pixels(mask_picture(ours, mine))[-1, 0] == [0x56, 0xB4, 0xE9]).all()


def test_what_is_an_image_and_what_is_not():
    assert is_image(np.zeros((8, 8)))
    assert is_image(np.zeros((8, 300), bool))
    assert not is_image(np.zeros((7, 300)))
    assert not is_image(np.zeros((9, 9), complex))
    assert not is_image(np.zeros(64))
    assert is_volume(np.zeros((1, 8, 8)))
    assert not is_volume(np.zeros((0, 8, 8)))
    assert not is_volume(np.zeros((9, 9, 3)))


def test_the_range_leaves_out_what_is_not_finite():
    assert value_range(np.array([np.nan, 3, -1, np.inf])) == (-1, 3)
    assert value_range(np.array([np.nan])) is None
    assert value_range(np.zeros(0)) is None
    assert value_range(np.array([True, False])) == (0, 1)


def test_a_line_passes_through_its_values_and_leaves_gaps_open():
    values = np.array([0.0, 1, 2, np.nan, 4])
    svg = draw_curves(Curve("Yours and expected", values, np.zeros(5), "Two lines."))
    assert svg.count("<path") == 2
    yours = svg.split("<path")[2]
    assert yours.count("M") == 2
    assert 'aria-label="Two lines."' in svg


def test_a_long_line_keeps_its_extremes():
    values = np.zeros(100_000)
    values[54_321] = 7
    svg = draw_curves(Curve("x", values, np.zeros(100_000), "alt"))
    assert len(svg) < 20_000
    assert " 8.0" in svg.split("<path")[2]  # the top of the frame


def test_a_line_of_constant_or_missing_values_is_drawn_without_an_error():
    for values in (np.full(20, 3.0), np.full(20, np.nan)):
        assert "nan" not in draw_curves(Curve("x", values, values, "alt"))
