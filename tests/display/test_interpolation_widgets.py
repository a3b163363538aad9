"""The widgets of topic 04: truths in their figures."""

import re

import numpy as np
import pytest
from widget_parts import check_drawn, pixels_of

from course_lib.data import phantom
from course_lib.display import grid_figures, label_figures, slice_figures


@pytest.mark.parametrize("spacing", grid_figures.GRIDS.values())
def test_the_weights_of_a_point_add_up_and_give_its_value(spacing):
    for row_mm, column_mm in ((0.0, 0.0), (7.5, 9.0), (15.0, 20.0)):
        picture = grid_figures.draw_point(spacing, row_mm, column_mm)
        parts = re.findall(r"(\d+) % of (\d+)", picture.alt)
        shares = np.array(parts, float)
        assert len(parts) == 4
        assert abs(shares[:, 0].sum() - 100) <= 2  # rounded one by one
        linear = float(re.search(r"Bilinear: ([\d.]+)\.$", picture.caption).group(1))
        assert abs((shares[:, 0] * shares[:, 1]).sum() / 100 - linear) < 5


def test_on_a_pixel_both_interpolations_give_its_value():
    caption = grid_figures.draw_point((2.0, 2.0), 6.0, 8.0).caption
    assert "index (3.00, 4.00)" in caption
    nearest, linear = re.search(r"pixel: (\d+)\. Bilinear: ([\d.]+)\.", caption).groups()
    assert round(float(linear)) == int(nearest)


def test_the_mean_volume_over_all_places_of_the_slices_is_the_true_one():
    for radius_mm, thickness_mm in ((4.0, 4.4), (1.0, 8.0), (10.0, 0.6)):
        offsets = (np.arange(2000) + 0.5) / 2000
        measured = [slice_figures.cut_ball(radius_mm, thickness_mm, t)[1] for t in offsets]
        true_ml = 4 / 3 * np.pi * radius_mm**3 / 1000
        assert np.mean(measured) == pytest.approx(true_ml, rel=1e-3)


def test_a_lesion_between_two_slices_is_missed():
    assert slice_figures.cut_ball(2.0, 4.4, 0.5)[1] == 0
    assert "measured here 0.000 ml, 0 %" in slice_figures.draw_measured_volume(2.0, 4.4, 50).caption


def test_slices_of_1_mm_come_back_as_they_were():
    thin = np.random.default_rng(1).normal(size=(23, 7))
    for method in slice_figures.METHODS:
        np.testing.assert_allclose(slice_figures.thin_again(thin, 1, method), thin)
    assert "neighbour 0.0, linear 0.0" in slice_figures.draw_thick_slices(1, "linear").caption


def test_thick_slices_keep_the_mean_and_linear_errs_less():
    thin = np.random.default_rng(1).normal(size=(24, 7))
    back = slice_figures.thin_again(thin, 4, "nearest")
    np.testing.assert_allclose(back.mean(axis=0), thin.mean(axis=0))
    for thickness_mm in (3, 4, 9):
        caption = slice_figures.draw_thick_slices(thickness_mm, "linear").caption
        nearest, linear = re.search(r"neighbour ([\d.]+), linear ([\d.]+)", caption).groups()
        assert float(linear) < float(nearest)


@pytest.mark.parametrize("height_mm", label_figures.HEIGHTS_MM.values())
def test_nearest_neighbour_invents_nothing_on_any_grid_of_the_widget(height_mm):
    for new_mm in (0.5, 1.25, 2.75, 4.5):
        caption = label_figures.draw_damage(height_mm, new_mm, "nearest").caption
        assert caption.startswith("nearest neighbour: 0 of ")


def test_linear_interpolation_invents_nothing_on_the_same_grid():
    assert label_figures.draw_damage(10.0, 2.0, "linear").caption.startswith("linear: 0 of ")


def test_colours_stand_row_by_row_in_the_text():
    picture = grid_figures.draw_colours([["green", "red"], ["white", "sky blue"]])
    assert picture.alt.endswith("green, red; white, sky blue.")


def test_a_row_of_slices_is_drawn():
    labels = phantom.head(spacing_mm=8.0, anatomy="analytic").labels[20]
    alt = "Two equal axial slices of a coarse head, in which each tissue has its own colour."
    check_drawn(label_figures.tissue_row([labels] * 2, ["One", "Two"], alt=alt), width=600)


def test_a_row_without_a_title_for_each_image_is_refused():
    with pytest.raises(ValueError, match="1 images and 2 titles"):
        label_figures.tissue_row([np.zeros((9, 9), int)], ["One", "Two"], alt="Nothing.")


def test_a_number_that_is_no_label_is_purple():
    labels = np.full((9, 9), 255, np.uint8)
    picture = label_figures.tissue_row([labels], ["None"], alt="No labels.")
    image = pixels_of(picture)
    assert (image == (204, 121, 167)).all(axis=-1).mean() > 0.2
