"""The figures of topic 12: the truth behind what they show and say."""

import re

import numpy as np
import pytest
from widget_parts import check_drawn

from course_lib.display import contour_figures as figures
from course_lib.display import contour_scans as scans
from course_lib.display.hole_figures import draw_corrected
from course_lib.display.widgets import chan_vese as widgets
from course_lib.imaging import contour_energy, initial_level_sets, metrics

pytestmark = pytest.mark.slow  # the head, and contours on a slice of it
CLIPPED, WHOLE = scans.IMAGES


def energies_in(caption):
    """Return the numbers of an energy caption: three terms, their sum, the contour at rest."""
    found = re.search(
        r"Energy: ([\d,]+) for ([\d,]+) .*?, ([\d,]+) inside, ([\d,]+) outside; ([\d,]+) in all",
        caption,
    )
    return [int(each.replace(",", "")) for each in found.groups()]


@pytest.mark.parametrize("mu", [0.0, 3.0])
def test_the_terms_of_a_circle_are_those_of_the_reference_and_add_up(mu):
    image = scans.pet_slice()
    phi = 40.0 * initial_level_sets.circle(image.shape, (60, 63), 40)
    means = contour_energy.region_means(image, phi)
    whole = contour_energy.energy(image, phi, *means, mu=mu, epsilon=0.5)
    length_term, length, inside, outside, total = energies_in(
        figures.draw_terms(60, 63, 40, mu).caption
    )
    assert total == pytest.approx(whole, abs=1)
    assert length_term + inside + outside == pytest.approx(total, abs=2)
    assert length == pytest.approx(2 * np.pi * 40, rel=0.02)


@pytest.mark.parametrize("circle", [(0, 0, 4), (60, 63, 80)])
def test_the_smallest_and_the_largest_circle_leave_something_on_both_sides(circle):
    assert "in all" in figures.draw_terms(*circle, 0.1).caption


@pytest.mark.parametrize("start", scans.STARTS)
def test_the_film_begins_at_the_start_and_ends_where_the_contour_does(start):
    run = scans.run(start, CLIPPED)
    first = scans.STARTS[start](scans.pet_slice().shape) > 0
    np.testing.assert_array_equal(run.masks[0], first)
    said = figures.draw_film(start, CLIPPED, scans.FILM_STEPS).caption
    assert said.startswith("At rest after" if run.converged else "Step 150")
    assert f"energy {run.energies[-1]:,.0f}" in said
    assert f"{metrics.dice(scans.body(), run.level_set > 0):.3f}" in said
    assert figures.draw_film(start, CLIPPED, 0).caption.startswith("Step 0: energy")


def test_a_contour_of_the_film_is_never_called_at_rest_before_it_is():
    rest = len(scans.run("circle in the middle", CLIPPED).moved)
    assert rest < scans.FILM_STEPS
    said = figures.draw_film("circle in the middle", CLIPPED, rest - 1).caption
    assert said.startswith(f"Step {rest - 1}: ")
    assert figures.draw_film("circle in the middle", CLIPPED, rest).caption.startswith("At rest")


def test_fewer_counts_make_more_noise_and_do_not_change_the_mean():
    calm = scans.plane().nac_pet
    quiet = [scans.noisy_slice(share) for share in scans.SHARES.values()]
    dark = calm < 0.4  # far below the clipping
    wrong = [np.abs(noisy - calm)[dark].mean() for noisy in quiet]
    assert wrong[0] < wrong[1] < wrong[2]
    assert quiet[0][dark].mean() == pytest.approx(calm[dark].mean(), rel=0.1)


@pytest.mark.parametrize("share", scans.SHARES)
def test_a_larger_mu_leaves_a_shorter_contour(share):
    lengths = [
        scans.sharp_length(scans.noisy_inside(scans.SHARES[share], mu))
        for mu in (widgets.WEIGHTS[0], widgets.WEIGHTS[4], widgets.WEIGHTS[-1])
    ]
    assert lengths[0] > lengths[1] > lengths[2]


def test_the_picture_of_the_noise_paints_what_was_found_missed_and_invented():
    truth, found = np.array([[True, True, False, False]]), np.array([[True, False, True, False]])
    painted = figures._compared(found, truth)
    assert len({tuple(pixel) for pixel in painted[0]}) == 4


def test_the_step_is_drawn_with_its_three_widths():
    picture = figures.draw_step()
    check_drawn(picture)
    assert "1.1, 3.2 and 5.3 %" in picture.caption  # epsilon / pi / (epsilon^2 + 9)


def test_slide_90_says_the_error_near_the_hole_and_everywhere():
    tissue, near = np.ones((16, 16), bool), np.zeros((16, 16), bool)
    near[:4] = True
    maps = [np.where(near, mu, 0.1) for mu in (0.1, 0.0, 0.09)]
    pets = [np.where(near, pet, 4.0) for pet in (4.0, 3.0, 4.2)]
    picture = draw_corrected(maps, pets, tissue, near)
    check_drawn(picture)
    assert "25.0 % with the artefact, 5.0 % corrected" in picture.caption
    assert "whole slice 6.25 and 1.25 %" in picture.caption


def test_slide_90_needs_three_of_each():
    image = np.ones((4, 4))
    with pytest.raises(ValueError, match="2 maps and 3 PET"):
        draw_corrected([image] * 2, [image] * 3, image > 0, image > 0)
