"""Registration of the head with known truth: scanned twice, in two positions.

The labels are moved with the nearest neighbour and scanned anew, so noise, texture and stairs are
each scan's own. The coil stays where it is: its brightness does not move with the head.
"""

import numpy as np
import pytest

from course_lib.data import phantom
from course_lib.data.phantom import scanners
from course_lib.imaging import point_fits, registration, rotations, transforms
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.warping import warp

SPACING_MM = 4.0
MOVES = [
    ([8, -5, 6], [6, -9, 4]),
    ([-12, 4, 3], [-10, 5, 8]),
    ([3, 10, -9], [12, 0, -6]),
    ([-5, -8, -10], [0, 15, -5]),
]


@pytest.fixture(scope="module")
def head():
    return phantom.head(0, SPACING_MM, anatomy="analytic")


def scan(head, labels, modality, seed):
    """Return a CT or a T1-weighted image of labels, with its own noise."""
    rng = np.random.default_rng(seed)
    if modality == "ct":
        return scanners.ct_image(labels, head.grid, rng, head.settings)
    coil = scanners.coil_bias(head.grid, np.random.default_rng(0), head.settings)
    return scanners.stored(scanners.contrast_image(labels, rng, head.settings, coil))


def target_error_voxels(head, move, cost, modality="t1", gain=1.0):
    """Register a scan of the head onto one of the moved head; return the mean error in the head."""
    angles, offset = move
    truth = rotations.rigid(angles, offset, center_mm(head.labels.shape, SPACING_MM))
    moved = warp(head.labels, truth, SPACING_MM, "nearest")
    fixed = gain * scan(head, moved, "t1", seed=1)
    moving = scan(head, head.labels, modality, seed=2)
    found = registration.register(fixed, moving, SPACING_MM, cost, resolutions_mm=(16, 8, 4))
    places = np.argwhere(head.labels > 0)[::50] * SPACING_MM
    errors = point_fits.landmark_errors_mm(found.transform, places, transforms.apply(truth, places))
    return errors.mean() / SPACING_MM


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(MOVES)))
def test_squared_differences_recover_a_move_within_a_fifth_of_a_voxel(head, number):
    assert target_error_voxels(head, MOVES[number], "ssd") < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(MOVES)))
def test_correlation_recovers_a_move_at_another_gain_within_a_fifth_of_a_voxel(head, number):
    assert target_error_voxels(head, MOVES[number], "ncc", gain=0.4) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("cost", ["mi", "nmi"])
@pytest.mark.parametrize("number", range(len(MOVES)))
def test_mutual_information_brings_ct_onto_mr_within_half_a_voxel(head, number, cost):
    assert target_error_voxels(head, MOVES[number], cost, modality="ct") < 0.5


@pytest.mark.slow
def test_squared_differences_fail_between_ct_and_mr_where_mutual_information_does_not(head):
    assert target_error_voxels(head, MOVES[0], "ssd", modality="ct") > 1
