"""Numbers that stand in the prose of notebook 04, computed once more."""

import re
from itertools import product

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.display.label_figures import draw_damage
from course_lib.display.slice_figures import cut_ball, draw_thick_slices
from course_lib.imaging import coordinates
from course_lib.imaging.resampling import invented_voxels, resample, resize

NOTEBOOK = "04_interpolation"
MU = {tissue.label: tissue.mu for tissue in phantom.TISSUES}


@pytest.fixture(scope="module")
def head():
    """Return the head that the notebook uses; its brain must be the template's."""
    made = phantom.head()
    if made.anatomy != "template":
        pytest.skip("without nilearn's template the numbers are others")
    return made


def volumes(labels):
    """Return the number of voxels of every tissue."""
    return np.bincount(labels.ravel(), minlength=len(phantom.TISSUES)).astype(float)


def whole(image):
    """Round to labels."""
    return np.rint(image).astype(np.uint8)


def test_the_finding_lies_between_two_thick_slices(prose):
    thin, thick = [0.6, 0.5, 0.5], [4.4, 0.5, 0.5]
    origin = np.array([-60.0, -90.0, -70.0])
    finding = coordinates.index_to_mm([70, 120, 90], thin, origin)
    assert 9 < coordinates.mm_to_index(finding, thick, origin)[0] < 10
    apart = coordinates.index_to_mm([70, 120, 90], thick, origin) - finding
    np.testing.assert_allclose(apart, [266, 0, 0])
    assert "Between slice 9 and slice 10, and the same index is 266 mm higher" in prose


def test_a_third_of_the_noise_is_left_in_the_middle_of_eight_voxels(prose):
    assert np.sqrt(8 * (1 / 8) ** 2) == pytest.approx(1 / np.sqrt(8)) == pytest.approx(0.354, 1e-2)
    assert "In the middle a third of the noise is left" in prose


def test_linear_errs_an_eighth_less_at_4_mm(prose):
    caption = draw_thick_slices(4, "linear").caption
    nearest, linear = map(float, re.search(r"([\d.]+), linear ([\d.]+)", caption).groups())
    assert 1 / 9 < 1 - linear / nearest < 1 / 7
    assert "Linear, by about an eighth at 4 mm" in prose


def test_shares_of_invented_voxels_are_those_of_the_text(head, prose):
    shape = resample(head.labels, head.spacing, 1.3, "nearest").shape
    linear = whole(resize(head.labels, shape, "linear"))
    invented = volumes(linear[invented_voxels(head.labels, linear)]) / volumes(linear)
    air, fat, spongy = invented[[1, 3, 5]]
    assert 0.64 < air < 0.69
    assert 0.2 < spongy < 0.25
    assert 0.2 < fat < 0.26
    assert 'Two thirds of the "air in the head" are not there, and more than a fifth' in prose


def test_nearest_neighbour_invents_nothing_and_loses_no_volume(head, prose):
    there = resample(head.labels, 2.0, 3.0, "nearest")
    assert not invented_voxels(head.labels, resize(head.labels, there.shape, "nearest")).any()
    back = resample(there, 3.0, 2.0, "nearest")
    kept = volumes(back)[1:] / volumes(head.labels)[1:]
    assert np.abs(kept - 1).max() < 0.03
    assert "Nearest neighbour keeps all volumes within a few per cent" in prose


def test_a_round_trip_to_a_finer_grid_and_back_changes_no_label(head):
    finer = tuple(3 * n for n in head.labels.shape)
    slab = head.labels[40:60]
    there = resize(slab, (60, *finer[1:]), "nearest")
    np.testing.assert_array_equal(resize(there, slab.shape, "nearest"), slab)


def test_compact_bone_loses_a_fifth_on_the_round_trip_and_a_sixth_on_the_way(head, prose):
    there = whole(resample(head.labels, 2.0, 3.0, "linear"))
    back = whole(resample(there, 3.0, 2.0, "linear"))
    before, on_the_way, kept = (
        volumes(labels)[4] * size**3 for labels, size in ((head.labels, 2), (there, 3), (back, 2))
    )
    assert 1 - on_the_way / before == pytest.approx(1 / 6, abs=0.02)
    assert 1 - kept / before == pytest.approx(1 / 5, abs=0.02)
    assert "loses a fifth" in prose
    assert "because a sixth of the compact bone is taken for something lighter" in prose


def test_labels_by_linear_interpolation_make_the_pet_one_percent_too_low(head, prose):
    nac, true = (resample(pet, 2.0, 3.0, "linear") for pet in (head.nac_pet, head.pet))
    brain = resample(head.labels, 2.0, 3.0, "nearest") >= 7
    labels = whole(resample(head.labels, 2.0, 3.0, "linear"))
    error = []
    for mu in (phantom.paint(labels, "mu"), resample(head.mu_map, 2.0, 3.0, "linear")):
        pet = phantom.correct_attenuation(nac, mu, 3.0)
        error.append(100 * float((pet / np.maximum(true, 0.01) - 1)[brain].mean()))
    assert -1.5 < error[0] < -0.8
    assert abs(error[1]) < 0.2
    assert "One per cent too low in the whole brain" in prose


def test_volumes_of_a_small_lesion_scatter_as_the_text_says(prose):
    true_ml = 4 / 3 * np.pi * 4**3 / 1000
    found = {
        thickness_mm: np.array(
            [cut_ball(4.0, thickness_mm, t)[1] / true_ml for t in np.linspace(0, 1, 201)]
        )
        for thickness_mm in (4.4, 2.0, 1.6)
    }
    ends = {t: (round(100 * v.min()), round(100 * v.max())) for t, v in found.items()}
    assert ends[4.4] == (82, 115)
    assert ends[2.0] == (94, 103)
    assert np.abs(found[1.6] - 1).max() < 0.05
    for text in ("between 82 and 115 %", "between 94 and 103 %", "with 1.6 mm within 5 %"):
        assert text in prose


def test_a_finer_grid_has_as_large_a_share_of_invented_pixels_and_the_same_grid_none(head, prose):
    shares = []
    for new_mm in (2.0, 1.25, 0.5):
        words = draw_damage(10.0, new_mm, "linear").caption.split()
        shares.append(100 * int(words[1]) / int(words[3]))
    assert shares[0] == 0
    assert [round(share) for share in shares[1:]] == [3, 3]
    assert "they are 3 % of the slice through the middle of the brain, as at 1.25 mm" in prose


def test_the_eyes_get_a_shell_of_bone(head, prose):
    labels = head.plane("axial", -30.0).labels
    shape = tuple(round(n * 2 / 0.5) for n in labels.shape)
    linear = whole(resize(labels, shape, "linear"))
    invented = invented_voxels(labels, linear)
    columns = np.array(linear.shape)[1]
    front = np.s_[int(0.25 * shape[0]) : int(0.5 * shape[0]), : columns // 2]
    assert np.isin(linear[front][invented[front]], (4, 5)).sum() > 50
    assert "the eyes get a shell of bone" in prose


def test_the_swapped_spacing_keeps_the_volume_but_not_the_width(prose):
    thick = np.array([4.4, 0.5, 0.5])
    assert np.prod(thick) == np.prod(thick[::-1])
    assert (20 * thick[::-1])[2] == pytest.approx(88)
    assert "The lesion is 88 mm wide" in prose


def test_zoom_without_grid_mode_stretches_by_half_the_difference_of_the_spacings(prose):
    centres_mm = (np.arange(30) + 0.5) * 2.0  # of voxels of 2 mm, from the face
    new_mm = (np.arange(20) + 0.5) * 3.0
    stretched = ndimage.zoom(centres_mm, 20 / 30, order=1)
    np.testing.assert_allclose(resize(centres_mm, (20,), "linear")[1:-1], new_mm[1:-1])
    assert stretched[0] - new_mm[0] == pytest.approx(-(3.0 - 2.0) / 2)
    assert stretched[-1] - new_mm[-1] == pytest.approx((3.0 - 2.0) / 2)
    assert "at its border by half the difference of the spacings" in prose


def test_cubic_splines_overshoot_the_labels(prose):
    labels = np.repeat([0, 8], 10).astype(np.uint8)
    assert ndimage.zoom(labels, 3).max() > 8
    assert "labels appear that are larger than any there was" in prose


@pytest.mark.parametrize("slide", ["slide 25", "slide 26", "slide 27", "Slide 27"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose


def test_the_lost_figures_are_told(prose):
    assert "Its figure is lost. The grid below is ours" in prose
    assert "Its pictures are lost; ours" in prose


def test_between_two_labels_there_is_a_lighter_tissue_than_bone():
    """Why linear interpolation of labels loses attenuation: bone is mixed with what is not bone."""
    for neighbour, way in product((0, 2, 6), (0.3, 0.4)):
        between = int(np.rint(4 + way * (neighbour - 4)))
        assert between == 4 or MU[between] < MU[4]
