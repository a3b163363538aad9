"""What the notebook of topic 05 says about its scans is true of them."""

import numpy as np
import pytest

from course_lib.data import phantom
from course_lib.display import registration_scans as scans
from course_lib.display.motion_figures import lesion_value, moving_scan
from course_lib.exercises.material import registration_cases as cases
from course_lib.imaging import rotations, similarity, transforms
from course_lib.imaging.global_search import SearchGrid
from course_lib.imaging.motion_compensation import align_frames
from course_lib.imaging.registration import register
from course_lib.imaging.warping import warp


def costs(name, offset_mm):
    """Return SSD, NCC and MI of a pair whose second scan is off to the right."""
    fixed, moving = scans.pair(name)
    push = transforms.translation([0, offset_mm])
    image = warp(moving.image, push, 2.0, "linear", outside=moving.outside)
    counts = similarity.joint_histogram(fixed.image, image, bins=32)
    return (
        similarity.ssd(fixed.image, image),
        similarity.ncc(fixed.image, image),
        similarity.mutual_information(counts),
    )


def test_for_mr_and_ct_only_mutual_information_prefers_the_truth():
    (ssd, ncc, mi), (ssd_off, ncc_off, mi_off) = (costs(scans.PAIRS[2], mm) for mm in (0, 6))
    assert ssd_off < ssd
    assert ncc_off > ncc
    assert mi_off < mi


@pytest.mark.parametrize("name", scans.PAIRS[:2])
def test_for_two_mr_scans_all_three_prefer_the_truth(name):
    (ssd, ncc, mi), (ssd_off, ncc_off, mi_off) = (costs(name, mm) for mm in (0, 6))
    assert ssd < ssd_off
    assert ncc > ncc_off
    assert mi > mi_off


def test_a_map_that_is_12_mm_off_makes_pet_wrong_by_10_percent_on_either_side():
    head = phantom.head(spacing_mm=4.0)
    brain = np.isin(head.labels, (7, 8))
    moved = warp(head.mu_map, transforms.translation([0, 0, 12]), 4.0, "linear")
    pet = phantom.correct_attenuation(head.nac_pet, moved, 4.0)
    percent = 100 * (pet / np.maximum(head.pet, 0.5) - 1)
    sides = np.array_split(np.where(brain, percent, np.nan), 2, axis=2)
    right, left = (
        float(np.nanpercentile(side, end)) for side, end in zip(sides, (1, 99), strict=True)
    )
    assert right < -10
    assert left > 8


def test_squared_differences_lead_mr_and_ct_astray_and_say_that_they_did_not_arrive():
    fixed, moving = scans.head_slice().t1.astype(float), scans.moved_scan(scans.PAIRS[2])
    motion = transforms.invert(scans.way_back())
    lost, found = (register(fixed, moving, 2.0, kind) for kind in ("ssd", "nmi"))
    assert scans.brain_error_mm(lost.transform, motion) > 10
    assert not lost.converged
    assert scans.brain_error_mm(found.transform, motion) < 1


def test_a_mirrored_head_is_registered_without_complaint():
    fixed = scans.head_slice().t1.astype(float)
    found = register(fixed, fixed[:, ::-1].copy(), 2.0, "ncc")
    assert found.converged
    assert -found.cost > 0.95


def test_an_upside_down_head_needs_the_grid():
    today, year_ago = (scan.image for scan in scans.pair(scans.PAIRS[0]))
    motion = rotations.rotation(180, scans.middle_mm())
    turned = warp(year_ago, motion, 2.0, "linear")
    grid = SearchGrid(reach_mm=0, reach_deg=180, step_deg=45)
    lost, found = (register(today, turned, 2.0, "ssd", grid=each) for each in (None, grid))
    assert scans.brain_error_mm(lost.transform, motion) > 50
    assert scans.brain_error_mm(found.transform, motion) < 1


def test_motion_found_in_mr_restores_the_lesion_in_pet():
    scan, noise = moving_scan(4, 4.0), np.random.default_rng(2)
    image = scans.head_slice().t1.astype(float)
    frames = [
        warp(image, motion, 2.0, "linear") + noise.normal(0, 30, image.shape)
        for motion in scan.motions
    ]
    ways_back = [found.transform for found in align_frames(frames, 2.0, "ncc")]
    for way_back, motion in zip(ways_back, scan.motions, strict=True):
        assert scans.brain_error_mm(way_back, motion) < 0.2
    as_it_is, corrected = (
        cases.motion_corrected_mean(scan.frames, matrices, 2.0, [10] * 4)
        for matrices in ([np.eye(3)] * 4, ways_back)
    )
    assert lesion_value(as_it_is) < 0.85 * lesion_value(scan.truth)
    assert lesion_value(corrected) > 0.95 * lesion_value(scan.truth)


def test_the_drawn_shift_is_the_one_that_the_exercise_expects():
    """The second visit shows another part of the slice, so the shift is known without a search."""
    for seed in range(5):
        fixed, moving, reach = cases.shifted_visits(np.random.default_rng(seed))
        down, right = cases.find_shift(fixed, moving, reach)
        clean = fixed[max(down, 0) : fixed.shape[0] + min(down, 0)]
        other = moving[max(-down, 0) : fixed.shape[0] + min(-down, 0)]
        here = clean[:, max(right, 0) : fixed.shape[1] + min(right, 0)]
        there = other[:, max(-right, 0) : fixed.shape[1] + min(-right, 0)]
        assert np.abs(here - there).mean() < 10  # noise of 5 in each
        assert (down, right) != (0, 0)
