"""The widgets of topic 07: numbers in the texts."""

import numpy as np
import pytest
from widget_parts import check_drawn

from course_lib.data.lesion_series import lesion_series
from course_lib.display import detection_figures, lesion_figures, tracking_figures
from course_lib.display.detection_figures import MASKS, SKULL_CUT, STEPS, THRESHOLD, TRUTH
from course_lib.display.tracking_figures import KEPT, OWN


def a_strip():
    series = lesion_series()
    slices = [lesions[series.plane] for lesions in series.lesions]
    images = [image[series.plane] for image in series.images]
    return tracking_figures.draw_strip({"numbers": slices}, images, series.months)


DRAWS = {
    "angle without one": lambda: detection_figures.draw_callosal(STEPS[3], 80, 1.0, THRESHOLD),
    "recovered": lambda: detection_figures.draw_recovered([60, 90], {1.0: [61, 89]}),
    "strip": a_strip,
    "volumes": lambda: tracking_figures.draw_volumes([1, 4], [[0.5, 0.0], [1.0, 0.2]], [0, 6]),
}


@pytest.mark.parametrize("mask", (TRUTH, SKULL_CUT))
@pytest.mark.parametrize("degrees", (60, 85, 110))
def test_the_painted_angle_comes_back_within_the_tolerance(degrees, mask):
    caption = detection_figures.draw_callosal(STEPS[3], degrees, 1.0, mask).caption
    assert caption.startswith(f"Painted {degrees}.0 degrees, measured ")
    measured = float(caption.split("measured ")[1].split()[0])
    assert abs(measured - degrees) <= 3
    apart = float(caption.split(": ")[1].split()[0])
    assert apart == pytest.approx(abs(measured - degrees), abs=0.11)  # both are rounded


def test_the_scalp_hides_the_ventricles_from_a_threshold_alone():
    said = [detection_figures.draw_callosal(step, 80, 1.0, THRESHOLD).caption for step in STEPS]
    assert "mm above the vertex" in said[1]
    assert "No lines" in said[3]
    for mask in MASKS[:2]:
        assert "at the vertex" in detection_figures.draw_callosal(STEPS[1], 80, 1.0, mask).caption


def test_coarse_pixels_leave_few_points_for_the_lines():
    counts = [
        int(detection_figures.draw_callosal(STEPS[2], 80, spacing, TRUTH).caption.split()[-5])
        for spacing in (1.0, 2.0)
    ]
    assert counts[0] > 1.5 * counts[1] > 3


def test_one_threshold_fails_before_and_not_after_flattening():
    def dice(visit, threshold, flattened):
        picture = lesion_figures.draw_threshold(visit, threshold, flattened, 0.05)
        return float(picture.caption.split()[1].rstrip("."))

    thresholds = np.arange(1.3, 1.71, 0.1)
    assert max(dice(2, threshold, False) for threshold in thresholds) < 0.85
    assert min(dice(visit, 1.35, True) for visit in (1, 4, 7)) > 0.95


def test_visits_that_lie_well_give_every_fate_and_shifted_ones_invent_new_lesions():
    still = lesion_figures.draw_shifted(0, 0.1).caption
    assert still == "Of 7 lesions before, 7 have the right fate; 0 seem new, 0 are."
    for shift in (-12, 12):
        caption = lesion_figures.draw_shifted(shift, 0.1).caption
        assert int(caption.split("; ")[1].split()[0]) >= 4


def test_the_film_uses_few_numbers_when_registered_and_many_when_not():
    def used(moved):
        alt = tracking_figures.draw_film(7, KEPT, moved).alt
        return int(alt.split(" numbers used")[0].split()[-1])

    assert used(False) == 9
    assert used(True) > 15


def test_the_film_tells_of_the_split_and_of_the_merger():
    caption = tracking_figures.draw_film(5, KEPT, False).caption
    assert "merged 2, 5 to 5" in caption
    assert "split 6 to 6, 9" in caption
    assert "means nothing" in tracking_figures.draw_film(5, OWN, False).caption


def test_colours_stay_on_the_kept_lesion_and_jump_without():
    def colour_of_the_growing_one(numbering):
        series = lesion_series()
        place = series.lesions[6][series.plane] > 0
        seen = set()
        for visit in range(1, 8):
            labels, _ = tracking_figures._numbered(False, numbering)
            numbers = labels[visit - 1][series.plane][:40, :45]
            seen.add(int(numbers[place[:40, :45]].max()))
        return seen

    assert len(colour_of_the_growing_one(KEPT)) == 1
    assert len(colour_of_the_growing_one(OWN)) > 1


def test_colours_of_labels_are_used_in_a_circle():
    painted = lesion_figures.paint_labels(
        np.zeros((1, 4)), np.array([[0, 1, 2, 3]]), ["#ff0000", "#0000ff"], 1.0
    )
    assert painted[0].tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_a_figure_beside_the_widgets_is_not_empty_and_has_a_text(draw):
    check_drawn(draw())
