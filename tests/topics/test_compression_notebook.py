"""Numbers that stand in the prose of notebook 01, computed once more."""

import math

import numpy as np
import pytest

from course_lib.data import datasets
from course_lib.imaging.byte_counts import image_bytes, mask_bytes, outline_bytes
from course_lib.imaging.outlines import fill, trace
from course_lib.imaging.polygons import drop_collinear, simplify
from course_lib.imaging.quantization import largest_error, slope_per_slice
from course_lib.imaging.run_lengths import run_lengths

NOTEBOOK = "01_compression_dicom"
LIVER = datasets.liver_mask().values[140:372, 70:358]
HEAD = datasets.ct_head().values


def test_the_liver_has_826_corners_and_costs_what_the_text_says(prose):
    corners = [drop_collinear(points) for points in trace(LIVER)]
    assert sum(map(len, corners)) == 826
    assert "the liver's 826 corners" in prose
    assert f"Run lengths take {mask_bytes(LIVER)['run lengths']:,} bytes" in prose
    assert f"the corners {outline_bytes(corners):,}" in prose


def test_at_a_tolerance_of_1_5_pixels_88_points_change_0_9_percent(prose):
    simple = [simplify(points, 1.5) for points in trace(LIVER)]
    changed = (fill(simple, LIVER.shape) ^ LIVER).sum() / LIVER.sum()
    assert (sum(map(len, simple)), round(100 * changed, 1)) == (88, 0.9)
    assert sum(len(points) == 0 for points in simple) == 6
    assert "88 points are left, and 0.9 % of the pixels change" in prose
    assert "six of the seven small holes have vanished" in prose


def test_the_head_has_180_thousand_runs_and_they_cost_more_than_they_save(prose):
    assert round(len(run_lengths(HEAD)[0]), -3) == 180_000
    counted = image_bytes(HEAD)
    assert counted["run lengths"] > counted["whole bytes"]
    assert "180 thousand runs for 262 thousand pixels" in prose


def test_with_constant_air_run_lengths_pay_off_but_not_against_the_fewest_bits(prose):
    thinned = HEAD[::2, ::2]
    counted = image_bytes(np.where(thinned < -300, -1024, thinned))
    assert counted["fewest bits"] < counted["run lengths"] < counted["whole bytes"]
    assert 0.5 < (thinned < -300).mean() < 0.55
    assert "take less than whole bytes, but still more than the fewest bits" in prose


def test_real_air_is_noisy_by_15_hu(prose):
    air = HEAD[(HEAD > -1100) & (HEAD < -900)]
    assert round(float(air.std())) == 15
    assert "-1000 HU give or take 15" in prose


def test_the_answers_to_the_three_predictions_are_right(prose):
    spine = datasets.ct_spine().values
    assert (int(spine.min()), int(spine.max())) == (-896, 1167)
    assert round((1167 + 896) / 255, 2) == 8.09
    assert largest_error(8.1) == 4.05
    assert (-2000 + 1024) % 65536 - 1024 == 63536
    for text in ("8.09", "4.05 HU", "63,536 HU", "from -896 to 1167 HU"):
        assert text in prose


def test_a_pet_with_one_slope_is_wrong_by_one_percent(prose):
    volume = datasets.pet(np.random.default_rng(4)).values
    tissue = volume[16][volume[16] > 0].mean()
    error = largest_error(volume.max() / 32767) / tissue
    assert 0.008 < error < 0.012
    assert slope_per_slice(volume, "int16")[16] / 2 / tissue < 0.001
    assert "In 16 bits the error is about 1 %" in prose


def test_1024_hu_too_many_multiply_the_pet_by_5_9(prose):
    assert round(math.exp(0.096 * 1.024 * 18), 1) == 5.9
    assert "= 5.9$" in prose


@pytest.mark.parametrize("slide", ["slides 4-6", "slide 7", "slide 8", "slide 10"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose


def test_the_lost_figure_is_told(prose):
    assert "The slide's figure is lost" in prose
