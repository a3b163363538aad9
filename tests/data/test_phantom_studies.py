"""The phantom's studies: lesions, callosal angle, voids and atlases keep their word."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.data.phantom import tissues
from course_lib.data.phantom.lesions import FATES
from course_lib.data.phantom.sagittal import void_kinds

pytestmark = pytest.mark.slow  # heads are made anew for each test

EVERYWHERE = np.ones((3, 3, 3))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))


@pytest.fixture(scope="module")
def head():
    return phantom.head(spacing_mm=3.0, anatomy="analytic")


@pytest.fixture(scope="module", params=[0, 1])
def study(request, head):
    return phantom.with_lesions(head, seed=request.param)


def test_every_fate_is_there_once(study):
    assert [lesion.fate for lesion in study.truth] == list(FATES)


def test_each_part_of_a_lesion_is_one_component_of_its_own(study):
    for scan, visit in ((study.baseline, "baseline"), (study.follow_up, "follow_up")):
        numbers = sorted(n for lesion in study.truth for n in getattr(lesion, visit))
        assert numbers == list(range(1, len(numbers) + 1))
        components, count = ndimage.label(scan.lesions > 0, EVERYWHERE)
        assert count == len(numbers)
        for number in numbers:
            assert len(np.unique(components[scan.lesions == number])) == 1


def test_fates_are_true(study):
    for lesion in study.truth:
        before, after = lesion.baseline_ml, lesion.follow_up_ml
        parts = len(lesion.baseline), len(lesion.follow_up)
        change = after / before - 1 if before else np.inf
        expected = {
            "stable": parts == (1, 1) and abs(change) < 0.25,
            "grown": parts == (1, 1) and change > 0.5,
            "shrunk": parts == (1, 1) and change < -0.3,
            "new": parts == (0, 1) and before == 0,
            "vanished": parts == (1, 0) and after == 0,
            "split": parts == (1, 2),
            "merged": parts == (2, 1),
        }
        assert expected[lesion.fate], lesion


def test_volumes_of_the_truth_are_those_of_the_voxels(study, head):
    ml = head.grid.spacing_mm**3 / 1000
    for lesion in study.truth:
        count = np.isin(study.baseline.lesions, lesion.baseline).sum() if lesion.baseline else 0
        assert lesion.baseline_ml == pytest.approx(count * ml)


def test_the_motion_carries_each_lesion_back_onto_itself(study, head):
    for lesion in study.truth:
        if not (lesion.baseline and lesion.follow_up):
            continue
        then, now = (
            head.grid.positions(np.argwhere(np.isin(scan.lesions, numbers)))
            for scan, numbers in (
                (study.baseline, lesion.baseline),
                (study.follow_up, lesion.follow_up),
            )
        )
        back = study.motion.to_reference(now)
        assert np.linalg.norm(back.mean(axis=0) - then.mean(axis=0)) < 1.5
        moved = head.grid.indices(back)
        inside = study.baseline.lesions[tuple(np.rint(moved).astype(int).T)]
        assert np.isin(inside, lesion.baseline).any()


def test_lesions_are_brighter_than_brain_but_numbers_do_not_tell_the_fate(study):
    for scan in (study.baseline, study.follow_up):
        white = scan.image[(scan.labels == tissues.WHITE) & (scan.lesions == 0)]
        # A small lesion's rim is blurred; its median is not.
        assert np.median(scan.image[scan.lesions > 0]) > white.mean() + 3 * white.std()
    same = [lesion.baseline == lesion.follow_up for lesion in study.truth]
    assert not all(same)


def test_lesions_lie_in_the_brain_and_are_a_small_part_of_it(study):
    for scan in (study.baseline, study.follow_up):
        brain = np.isin(scan.labels, (tissues.GREY, tissues.WHITE))
        assert brain[scan.lesions > 0].mean() > 0.9
        assert 0 < (scan.lesions > 0).sum() < 0.02 * brain.sum()


def test_lesion_studies_are_the_same_for_a_seed(head):
    first, second, other = (phantom.with_lesions(head, seed=s) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.follow_up.image, second.follow_up.image)
    assert first.truth == second.truth
    assert first.truth != other.truth


def test_lesions_that_cannot_be_made_are_refused(head):
    with pytest.raises(ValueError, match="stable, grown, shrunk"):
        phantom.with_lesions(head, fates=("eaten",))
    with pytest.raises(ValueError, match="There is room for"):
        phantom.with_lesions(head, fates=("stable",) * 300)
    with pytest.raises(ValueError, match="at most 3 mm"):
        phantom.with_lesions(phantom.head(spacing_mm=6.0, anatomy="analytic"))


def measured_angle(slab):
    """Measure the angle as on slide 40: first row without tissue, a line on each side."""
    tissue = slab.tissue[slab.centre_slice]
    middle = tissue.shape[1] // 2
    centre = tissue[:, middle - 1 : middle + 2].all(axis=1)
    top = int(np.flatnonzero(centre)[0])
    apex = top + int(np.flatnonzero(~centre[top:])[0])
    slopes = []
    for side in (-1, 1):
        columns = middle + side * np.arange(3, 10)
        rows = []
        for column in columns:
            # From the apex upward: the first tissue above the fluid of the limb.
            row = apex
            while tissue[row, column]:
                row -= 1
            while not tissue[row, column]:
                row -= 1
            rows.append(row + 1)
        slopes.append(np.polyfit(columns * side, rows, 1)[0])
    return sum(90 - np.rad2deg(np.arctan(-slope)) for slope in slopes)


@pytest.mark.parametrize("degrees", [60.0, 90.0, 115.0])
@pytest.mark.parametrize("anatomy", ["analytic", "template"])
def test_the_painted_callosal_angle_can_be_measured(degrees, anatomy):
    base = phantom.head(spacing_mm=3.0, anatomy=anatomy)
    slab = phantom.with_callosal_angle(base, degrees)
    assert measured_angle(slab) == pytest.approx(degrees, abs=5)


def test_the_apex_is_where_tissue_ends_in_the_centre_columns(head):
    slab = phantom.with_callosal_angle(head, 100)
    row, column = slab.apex
    tissue = slab.tissue[slab.centre_slice][:, round(column)]
    assert tissue[round(row) - 4 : round(row)].all()
    assert not tissue[round(row) + 1 : round(row) + 4].any()


def test_turning_the_head_turns_the_slab_about_the_middle(head):
    straight = phantom.with_callosal_angle(head, 100, spacing_mm=2.0)
    turned = phantom.with_callosal_angle(head, 100, spacing_mm=2.0, turn_deg=15.0)
    rows, columns = np.indices(straight.labels.shape[1:]) * 2.0
    angle = np.deg2rad(15.0)
    down, across = rows - 108, columns - 96  # from the origin, in mm
    back = (
        (np.cos(angle) * down + np.sin(angle) * across + 108) / 2,
        (np.cos(angle) * across - np.sin(angle) * down + 96) / 2,
    )
    expected = ndimage.map_coordinates(straight.labels[3], back, order=0, mode="nearest")
    assert (expected == turned.labels[3]).mean() > 0.93
    apex = np.array(turned.apex) * 2 - (108, 96)
    start = np.array(straight.apex) * 2 - (108, 96)
    # Positive turns rows toward columns.
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(apex, matrix @ start, atol=1e-6)


def test_callosal_slabs_out_of_range_are_refused(head):
    for arguments in ({"degrees": 20}, {"degrees": 100, "turn_deg": 60}, {"degrees": np.nan}):
        with pytest.raises(ValueError, match="40 to 150"):
            phantom.with_callosal_angle(head, **arguments)
    with pytest.raises(ValueError, match=r"0\.5 to 4 mm"):
        phantom.with_callosal_angle(head, 100, spacing_mm=9)


def test_holes_are_told_apart_by_hand():
    labels = np.array([[0, 0, 0, 0], [2, 2, 2, 2], [2, 2, 2, 2], [2, 1, 2, 2], [2, 2, 2, 2]])
    artefact = np.zeros(labels.shape, bool)
    artefact[1:3, 0] = True  # reaches the air above; its deeper pixel is of the same hole
    artefact[3, 3] = True
    kinds = void_kinds(labels.astype(np.uint8), artefact)
    assert kinds.tolist() == [
        [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 3, 0, 2], [0, 0, 0, 0]
    ]  # fmt: skip


@pytest.mark.parametrize(("anatomy", "seed"), [("template", 0), ("template", 1), ("analytic", 2)])
def test_a_whole_head_gets_one_outer_and_one_inner_hole(anatomy, seed):
    head = phantom.head(spacing_mm=4.0, anatomy=anatomy)
    voids = phantom.signal_voids(head, seed)
    for kind in (phantom.OUTER_HOLE, phantom.INNER_HOLE):
        assert ndimage.label(voids.kinds == kind)[1] == 1
        assert 0.5 < (voids.kinds == kind).sum() * 0.064 < 30  # ml
    np.testing.assert_array_equal(voids.kinds == phantom.SINUS_VOID,
                                  (head.labels == tissues.SINUS)
                                  & ~np.isin(voids.kinds, (1, 2)))  # fmt: skip


def test_the_artefact_lowers_pet_beside_it_and_leaves_pet_far_away(head):
    voids = phantom.signal_voids(head)
    artefact = np.isin(voids.kinds, (phantom.OUTER_HOLE, phantom.INNER_HOLE))
    inside = artefact & (head.pet > 0.1)
    error = voids.pet[inside] / head.pet[inside] - 1
    assert -0.5 < np.median(error) < -0.05
    top = head.grid.nearest(0, 30)
    np.testing.assert_allclose(voids.pet[top:], head.pet[top:], rtol=1e-5)


def test_the_true_map_mends_the_pet_of_an_artefact(head):
    voids = phantom.signal_voids(head)
    mended = np.where(voids.kinds > 0, head.mu_map, voids.mu_map)
    again = phantom.correct_attenuation(head.nac_pet, mended, head.grid.spacing_mm)
    np.testing.assert_array_equal(again, head.pet)


def test_voids_move_with_the_subject_and_need_a_fine_grid():
    subject = phantom.subject(1, spacing_mm=4.0, anatomy="analytic")
    kinds = phantom.signal_voids(subject).kinds
    assert set(np.unique(kinds)) == {0, 1, 2, 3}
    with pytest.raises(ValueError, match="4 mm at most"):
        phantom.signal_voids(phantom.head(spacing_mm=6.0, anatomy="analytic"))


def dice(first, second):
    return 2 * (first & second).sum() / (first.sum() + second.sum())


def test_atlases_fit_the_target_the_better_the_smaller_the_residual():
    overlaps = []
    for residual in (0.0, 3.0, 8.0):
        target, atlases = phantom.aligned_atlases(
            1, spacing_mm=4.0, residual_mm=residual, anatomy="analytic"
        )
        bone = target.labels == tissues.CORTICAL
        overlaps.append(np.mean([dice(a.labels == tissues.CORTICAL, bone) for a in atlases]))
    assert all(better > worse + 0.05 for better, worse in pairwise(overlaps))


def test_without_residual_an_atlas_differs_from_the_target_by_sampling_only():
    target, (atlas,) = phantom.aligned_atlases(
        1, spacing_mm=4.0, residual_mm=0.0, anatomy="analytic"
    )
    assert dice(atlas.labels > 0, target.labels > 0) > 0.975
    assert dice(atlas.labels == tissues.WHITE, target.labels == tissues.WHITE) > 0.8


def test_averaging_atlases_beats_one_atlas():
    target, atlases = phantom.aligned_atlases(4, spacing_mm=6.0, anatomy="analytic")
    inside = target.labels > 0
    errors = [abs(a.ct.astype(float) - target.ct)[inside].mean() for a in atlases]
    mean = np.mean([a.ct for a in atlases], axis=0)
    assert abs(mean - target.ct)[inside].mean() < min(errors)


def test_impossible_atlases_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        phantom.aligned_atlases(0, spacing_mm=8.0)
    with pytest.raises(ValueError, match="must be finite"):
        phantom.aligned_atlases(1, spacing_mm=8.0, residual_mm=np.nan)
