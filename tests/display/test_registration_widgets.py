"""The widgets of topic 05: their numbers are true."""

import numpy as np
import pytest

from course_lib.display import (
    cost_figures,
    motion_figures,
    registration_figures,
    registration_scans,
)
from course_lib.imaging import alignment, rotations, transforms

every_pair = pytest.mark.parametrize("name", registration_scans.PAIRS)

SAME, OTHER, CT = registration_scans.PAIRS
TURN, DOWN, RIGHT = (int(part) for part in registration_scans.ANSWER)
DRAWS = {
    "by hand": lambda: registration_figures.draw_by_hand(
        CT, "checkerboard", "mutual information", down_mm=0, right_mm=0, turn_deg=0, reveal=True
    ),
    "order": lambda: registration_figures.draw_order(30, 0, 40, registration_figures.CENTERS[0]),
    "costs": lambda: cost_figures.draw_costs(CT, "turned"),
    "start": lambda: cost_figures.draw_start(30, "2 mm only"),
    "motion": lambda: motion_figures.draw_motion(4, 3.0, motion_figures.WAYS[0]),
}


@every_pair
def test_the_answer_of_the_widget_brings_the_brain_to_its_place(name):
    right = registration_figures.draw_by_hand(
        name,
        "two colours",
        "mutual information",
        down_mm=DOWN,
        right_mm=RIGHT,
        turn_deg=TURN,
        reveal=True,
    )
    assert "The brain is 0.0 mm from its place" in right.caption
    wrong = registration_figures.draw_by_hand(
        name,
        "two colours",
        "mutual information",
        down_mm=DOWN,
        right_mm=RIGHT + 5,
        turn_deg=TURN,
        reveal=True,
    )
    assert "The brain is 5.0 mm from its place" in wrong.caption


def test_the_distance_is_told_only_when_asked_for():
    hidden = registration_figures.draw_by_hand(
        SAME, "two colours", "correlation", down_mm=0, right_mm=0, turn_deg=0, reveal=False
    )
    assert "from its place" not in hidden.caption + hidden.alt


@every_pair
def test_mutual_information_is_best_at_the_answer_for_every_pair(name):
    fixed = registration_scans.pair(name).fixed.image
    pushes = [
        rotations.rigid(TURN + turn, [DOWN + down, RIGHT + right], registration_scans.middle_mm())
        for turn, down, right in [(0, 0, 0), (4, 0, 0), (-4, 0, 0), (0, 5, 0), (0, 0, -5)]
    ]
    costs = alignment.cost_curve(fixed, registration_scans.moved_scan(name), pushes, 2.0, "mi")
    assert int(np.argmin(costs)) == 0


def test_squared_differences_of_mr_and_ct_are_lowest_elsewhere_than_at_the_truth():
    _, moves = cost_figures.MISALIGNMENTS["moved to the right"]
    curves = cost_figures.cost_curves(CT, "moved to the right")
    places = {kind: moves[int(np.argmin(costs))] for kind, costs in curves.items()}
    assert places["mi"] == 0
    assert abs(places["ssd"]) > 5


def test_all_costs_find_the_truth_for_two_scans_of_one_kind():
    for misalignment, (_, values) in cost_figures.MISALIGNMENTS.items():
        for costs in cost_figures.cost_curves(SAME, misalignment).values():
            assert values[int(np.argmin(costs))] == 0


@pytest.mark.parametrize("center", registration_figures.CENTERS)
def test_the_two_orders_differ_by_the_turned_move_whatever_the_centre(center):
    # R t - t, of length 2 |t| sin(angle / 2)
    apart = 2 * 40 * np.sin(np.deg2rad(15))
    assert f"are {apart:.1f} mm apart" in registration_figures.draw_order(30, 0, 40, center).alt


def test_without_a_turn_the_order_does_not_matter():
    alt = registration_figures.draw_order(0, 20, 40, registration_figures.CENTERS[1]).alt
    assert "are 0.0 mm apart" in alt


def test_a_head_turned_by_75_degrees_is_found_with_the_pyramid_only():
    with_pyramid = cost_figures.draw_start(75, "8, then 4, then 2 mm").caption
    without = cost_figures.draw_start(75, "2 mm only").caption
    found, lost = (
        float(said.split("ends ")[1].split(" mm")[0]) for said in (with_pyramid, without)
    )
    assert found < 1
    assert lost > 20


def lesion_values(picture):
    """Return the maxima lying still, as they are, moved back."""
    said = picture.alt.split("Maximum of the lesion: ")[1].split(" kBq")[0]
    return [float(part.split(" ")[-1]) for part in said.split(", ")]


def test_moving_back_restores_the_lesion_unless_the_patient_moves_all_the_time():
    between, always = motion_figures.WAYS
    still, blurred, back = lesion_values(motion_figures.draw_motion(4, 5.0, between))
    assert blurred < 0.8 * still
    assert back > 0.95 * still
    *_, within = lesion_values(motion_figures.draw_motion(4, 5.0, always))
    assert within < 0.97 * back


def test_a_patient_who_lies_still_is_not_changed_by_moving_back():
    _, blurred, back = lesion_values(motion_figures.draw_motion(4, 0.0, motion_figures.WAYS[0]))
    assert blurred == back


def test_the_motions_of_the_frames_are_rigid_and_begin_with_none():
    scan = motion_figures.moving_scan(4, 5.0)
    assert all(rotations.is_rigid(motion) for motion in scan.motions)
    np.testing.assert_allclose(scan.motions[0], np.eye(3), atol=1e-12)


def test_where_both_images_agree_two_colours_are_grey():
    ramp = np.linspace(0, 1, 12).reshape(3, 4)
    shown = registration_scans.two_colours(ramp, (0, 1), ramp, (0, 1))
    np.testing.assert_allclose(shown, np.repeat(ramp[..., None], 3, axis=-1))


def test_a_pair_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="The pair is 'MR and PET'"):
        registration_scans.pair("MR and PET")


def test_the_brain_error_of_the_exact_way_back_is_zero():
    motion = transforms.invert(registration_scans.way_back())
    assert registration_scans.brain_error_mm(registration_scans.way_back(), motion) < 1e-9


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_a_picture_has_units_in_its_text(draw):
    picture = draw()
    assert "mm" in picture.alt or "degrees" in picture.alt
