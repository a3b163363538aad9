"""The chain of topic 13: its errors fall, and its figures say so."""

import numpy as np
import pytest

from course_lib.data import chain_study as study
from course_lib.data import phantom
from course_lib.display import chain_figures, chain_pieces
from course_lib.display.chain_pieces import PARTS, STEPS, errors_of, pieces, truth
from course_lib.imaging.rescaling import rescale

pytestmark = pytest.mark.slow
EVERYTHING = dict.fromkeys(PARTS, True)
MOUTH, BRAIN = "mouth", "brain"


@pytest.fixture(scope="module")
def table():
    """Return the errors with no correction, and after each step."""
    return [errors_of(None), *(errors_of(pieces().hu(parts)) for parts in STEPS.values())]


def test_the_pet_error_falls_from_step_to_step(table):
    body = np.array([errors.body for errors in table])
    assert (body[1:] < 0.99 * body[:-1]).all(), body  # each step takes at least a hundredth of it
    assert body[0] > 70
    assert body[-1] < 1.8


def test_the_map_becomes_better_with_each_step(table):
    in_hu = [errors.map_hu for errors in table]
    assert in_hu == sorted(in_hu, reverse=True)


def test_the_holes_matter_around_the_mouth_and_not_in_the_brain(table):
    *_, fused, inner, outer = table
    assert inner.mouth < fused.mouth - 0.3
    assert outer.mouth < inner.mouth - 1.0
    assert outer.brain == pytest.approx(fused.brain, abs=0.03)


def test_two_steps_make_one_region_worse_as_the_notebook_says(table):
    _, _, echoes, mean, fused, *_ = table
    assert mean.brain > echoes.brain
    assert fused.mouth > mean.mouth


def test_every_part_that_is_left_out_makes_the_whole_worse():
    whole = errors_of(pieces().hu(frozenset(PARTS))).body
    for name in PARTS:
        assert errors_of(pieces().hu(frozenset(PARTS) - {name})).body > whole, name


def test_the_truth_has_no_error():
    errors = errors_of(truth().ct)
    assert (errors.map_hu, errors.body, errors.brain, errors.mouth) == (0, 0, 0, 0)


def test_a_slice_does_not_depend_on_the_others():
    whole = phantom.correct_attenuation(
        study.patient().nac_pet,
        np.where(study.patient().labels > 0, np.float32(0.1), np.float32(0)),
        study.SPACING_MM,
    )
    some = phantom.correct_attenuation(
        study.patient().nac_pet[chain_pieces.SLICES],
        np.where(study.patient().labels[chain_pieces.SLICES] > 0, np.float32(0.1), np.float32(0)),
        study.SPACING_MM,
    )
    np.testing.assert_allclose(whole[chain_pieces.SLICES], some, rtol=1e-5)


def test_the_archive_gives_back_what_was_scanned_at_its_own_place():
    for scan, number in list(zip(study.archive(), study.ARCHIVE, strict=True))[:2]:
        head = phantom.subject(number, spacing_mm=study.SPACING_MM)
        first = tuple(((scan.origin - head.grid.first_mm) / scan.spacing).round().astype(int))
        inside = tuple(slice(place, None) for place in first)
        hu = rescale(scan.stored_ct, scan.slope, scan.intercept)
        np.testing.assert_array_equal(hu, head.ct[inside])
        np.testing.assert_array_equal(scan.t1, head.t1[inside])
        assert scan.stored_ct.dtype == np.uint16


def test_as_many_voxels_are_marked_as_on_slide_87_and_no_patient_is_among_them():
    marked = study.marked_voids()
    kinds = np.concatenate([each.kinds for each in marked])
    assert (len(marked), (kinds == study.ARTEFACT).sum(), (kinds == study.SINUS).sum()) == (
        5, 210, 650,
    )  # fmt: skip
    assert study.PATIENT not in study.ARCHIVE
    assert all(len(each.points_mm) == len(each.kinds) for each in marked)


def test_both_holes_are_found_and_little_else():
    voids = study.patient().voids[chain_pieces.SLICES]
    inner, outer = pieces().inner, pieces().outer
    assert (inner & (voids == phantom.INNER_HOLE)).sum() > 0.7 * (voids == phantom.INNER_HOLE).sum()
    assert (outer & (voids == phantom.OUTER_HOLE)).sum() > 0.7 * (voids == phantom.OUTER_HOLE).sum()
    assert (inner & (voids == phantom.SINUS_VOID)).sum() < 10


@pytest.mark.parametrize("step", [chain_figures.NOTHING, *STEPS])
def test_the_walk_says_the_errors_of_its_step(step, table):
    errors = table[[chain_figures.NOTHING, *STEPS].index(step)]
    caption = chain_figures.draw_step(pieces(), step, MOUTH).caption
    assert f"{errors.body:.2f} % in all tissue" in caption
    assert f"{errors.mouth:.2f} % around the mouth" in caption


def test_with_everything_there_nothing_is_left_out_and_the_costs_are_told_otherwise():
    whole = chain_figures.draw_without(pieces(), BRAIN, **EVERYTHING).caption
    assert whole.startswith("Nothing is left out")
    assert "+0.00 points" in whole
    without = chain_figures.draw_without(pieces(), BRAIN, **EVERYTHING | {"units": False}).caption
    assert without.startswith("Without stored numbers to HU (01): the PET is wrong by 136.")


def test_the_shown_mouth_is_the_slice_with_most_of_the_hole():
    holes = study.patient().voids[chain_pieces.SLICES] == phantom.OUTER_HOLE
    assert holes.sum(axis=(1, 2))[chain_figures.height_of(MOUTH)] == holes.sum(axis=(1, 2)).max()
