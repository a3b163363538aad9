"""The widgets and figures of topic 03: numbers in the texts."""

import re

import numpy as np
import pytest
from widget_parts import check_drawn

from course_lib.data import phantom
from course_lib.display import map_figures, ute_figures
from course_lib.display.ute_scans import BONE, both_maps, fitted, scan
from course_lib.imaging import agreement, attenuation, metrics
from course_lib.imaging.air_segmentation import air_mask, neighbor_vote

BRAIN = "axial, through the brain"


def draws():
    """Return every figure of the topic once."""
    rate = np.linspace(-100, 900, 300)
    return {
        "histograms": ute_figures.draw_echo_histograms(),
        "air": ute_figures.draw_air(750, 750, False, BRAIN),
        "decay": ute_figures.draw_decay(2.46, 16, 1.0),
        "maps": map_figures.draw_maps(100, "brain", 3),
        "curve": map_figures.draw_curve(rate, 2 * rate, [0.0, 2.0], (100, 700)),
        "patients": map_figures.draw_agreement([1, 2], [2, 4], (1.5, 0.1, 2.9), "kBq/mL", "PET"),
        "voxels": map_figures.draw_agreement(rate, rate + 1, (1, 0, 2), "kBq/mL", "PET"),
    }


def test_pictures_are_not_empty_and_have_units_in_their_texts():
    for name, picture in draws().items():
        check_drawn(picture)
        said = f"{picture.alt} {picture.caption}"
        assert re.search(r"HU|1/s|kBq/mL|%|a\.u\.", said), name


@pytest.mark.parametrize("vote", [False, True])
@pytest.mark.parametrize("thresholds", [(750, 750), (450, 1200)])
def test_dice_and_lost_bone_under_the_corner_are_those_of_the_mask(thresholds, vote):
    head = scan(0).head
    air = air_mask(head.ute1, head.ute2, *thresholds)
    air = neighbor_vote(air) if vote else air
    caption = ute_figures.draw_air(*thresholds, vote, BRAIN).caption
    assert f"Dice of air {metrics.dice(head.labels <= 1, air):.3f}." in caption
    assert f"Lost as air: {100 * air[head.labels == 4].mean():.1f} % of compact bone" in caption
    assert f"{100 * air[head.labels == 1].mean():.1f} % of the air inside the head" in caption


def test_without_a_corner_there_is_no_air_and_with_all_of_it_everything_is_air():
    assert "Dice of air 0.000" in ute_figures.draw_air(0, 0, False, BRAIN).caption
    assert "100.0 % of compact bone" in ute_figures.draw_air(9000, 9000, False, BRAIN).caption


def test_a_slice_of_the_mask_is_turned_like_the_planes_of_the_phantom():
    for place, where in ute_figures.SLICES.items():
        plane = scan(0).head.plane(*where)
        air = scan(0).head.labels <= 1
        marked = ute_figures._marked(place, air)
        coloured = np.ptp(marked.astype(int), axis=2) > 0
        np.testing.assert_array_equal(coloured, plane.labels <= 1)


def test_without_noise_every_rate_is_measured_as_it_is():
    measured = ute_figures._measured(0.22, (0.07, 2.46), 1e-6, 1.0)
    np.testing.assert_allclose(measured, np.tile(ute_figures._RATES, (3, 1)), atol=2)


def test_lost_in_noise_the_measured_rate_stays_where_the_floor_is():
    low, middle, high = ute_figures._measured(0.22, (0.07, 2.46), 1 / 16, 1.0)
    fast = ute_figures._RATES >= 800
    assert np.ptp(middle[fast]) < 20
    assert (low < middle).all()
    assert (middle < high).all()
    assert (high[fast] < np.log(2 * 0.22 * 16) / 0.00239).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0.05, 16, 1.0), "echo times"), ((2.46, 0, 1.0), "above 0"), ((2.46, 16, 0.0), "floor")],
    ids=["echo before the first", "no signal", "no floor"],
)
def test_what_no_scanner_does_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ute_figures.draw_decay(*arguments)


def test_the_errors_of_the_maps_are_those_of_the_whole_head():
    target, curve = scan(1), fitted(150.0, 1)
    bone = np.isin(target.head.labels, BONE)
    errors = [
        metrics.mean_absolute_error(target.head.ct, hu, bone)
        for hu in both_maps(target.rate, target.air, curve)
    ]
    said = map_figures.draw_maps(150, "brain", 1).caption
    assert f"threshold {errors[0]:.0f}, continuous {errors[1]:.0f} HU" in said


def test_two_slices_are_corrected_like_the_whole_volume():
    target = scan(1)
    head, slab = target.head, map_figures._slab("brain")
    index = head.grid.nearest(0, map_figures.HEIGHTS["brain"])
    whole = phantom.correct_attenuation(
        head.nac_pet, attenuation.attenuation_map(head.ct), head.grid.spacing_mm
    )
    cropped = whole[index : index + 2, 2:122, 6:91]
    brain = slab.labels >= 6
    apart = agreement.percent_difference(cropped, slab.pet, 0.5)[brain]
    assert np.abs(apart).max() < 2


def test_a_constant_in_bone_makes_both_maps_equal():
    said = map_figures.draw_maps(120, "brain", 0).caption
    for pair in re.findall(r"threshold (\d+), continuous (\d+)", said):
        assert pair[0] == pair[1]
    assert len(set(re.findall(r"PET in the brain (\S+) and (\S+) %", said)[0])) == 1


@pytest.mark.parametrize("height", map_figures.HEIGHTS)
def test_every_slice_of_the_maps_can_be_drawn(height):
    assert height in map_figures.draw_maps(100, height, 3).alt


def test_limits_and_the_share_between_them_stand_in_the_text():
    picture = map_figures.draw_agreement(
        [10, 20, 30, 40], [11, 22, 33, 80], (11.5, -25.4, 30.0), "kBq/mL", "PET"
    )
    assert "limits -25.40 and +30.00 kBq/mL" in picture.caption
    assert "75 % of the differences lie between" in picture.alt
