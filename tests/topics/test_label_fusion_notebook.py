"""Numbers that stand in the prose of notebook 06, computed once more."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from course_lib.data import phantom
from course_lib.display.atlas_scene import BONE, SLICES, SPACING_MM, one_slice, scene, target
from course_lib.display.atlas_scene import similarities as similarity_of
from course_lib.display.fusion_figures import FAULTS, draw_bad_atlases
from course_lib.imaging import atlases, attenuation, label_fusion, local_similarity, ranking
from course_lib.imaging.metrics import dice, mean_absolute_error
from course_lib.imaging.similarity import ncc

ROOT = Path(__file__).parents[2]
NOTEBOOK = "06_label_fusion"
NOSE = next(iter(SLICES))
pytestmark = pytest.mark.slow  # whole heads


def error(shown, ct):
    """Return the mean absolute error in the head in HU."""
    return mean_absolute_error(shown.ct, ct, shown.body)


def test_atlas_6_is_picked_with_0_842_and_errs_by_158_hu(prose):
    shown = one_slice(NOSE)
    picked = atlases.best_atlas(shown.t1, list(shown.atlas_t1))
    errors = [error(shown, ct) for ct in shown.atlas_ct]
    assert (picked + 1, round(ncc(shown.t1, shown.atlas_t1[picked]), 3)) == (6, 0.842)
    assert round(errors[picked]) == 158
    assert sum(other < errors[picked] for other in errors) == 4
    assert round(errors[picked] - errors[0]) == 15
    assert "Atlas 6 wins with 0.842, and its CT is wrong by 158 HU on average" in prose
    assert "Four others would have been better, atlas 1 by 15 HU" in prose


def test_from_158_to_132_to_106_hu(prose):
    shown = one_slice(NOSE)
    cts = list(shown.atlas_ct)
    fused = atlases.fuse_by_rank(list(similarity_of(NOSE, 5)), cts)
    assert round(error(shown, atlases.average(cts))) == 132
    assert round(error(shown, fused)) == 106
    assert "From 158 to 132 to 106 HU" in prose
    assert "132 in place of 158 HU" in prose


def test_the_luckiest_atlas_is_best_at_a_fifth_of_the_head(prose):
    best = np.argmax(similarity_of(NOSE, 5), axis=0)[one_slice(NOSE).body]
    assert 0.18 < np.bincount(best).max() / best.size < 0.22
    assert "the luckiest wins at a fifth of the voxels" in prose


def test_in_the_first_slice_the_error_is_not_largest_where_the_correlation_is_lowest(prose):
    shown, alike = one_slice(NOSE), similarity_of(NOSE, 5)[0]
    wrong = np.abs(shown.atlas_ct[0].astype(float) - shown.ct)
    low, middle = shown.body & (alike <= 0.4), shown.body & (alike > 0.4) & (alike <= 0.8)
    assert wrong[low].mean() < wrong[middle].mean()
    brain = np.isin(shown.labels, (6, 7, 8))
    assert brain[low].mean() > brain[shown.body & ~low].mean()
    assert "the error is *not* largest where the correlation is lowest" in prose


def test_the_best_decay_lies_between_1_25_and_2(prose):
    decays = np.arange(0, 5.01, 0.25)
    for place in SLICES:
        shown, alike = one_slice(place), list(similarity_of(place, 5))
        errors = [
            error(shown, atlases.fuse_by_rank(alike, list(shown.atlas_ct), decay))
            for decay in decays
        ]
        assert 1.25 <= decays[np.argmin(errors)] <= 2
    assert "Between 1.25 and 2, depending on the slice" in prose


def test_two_or_three_fused_atlases_beat_every_single_one(prose):
    enough = []
    for place in SLICES:
        shown, alike = one_slice(place), list(similarity_of(place, 5))
        best = min(error(shown, ct) for ct in shown.atlas_ct)
        enough.append(
            next(
                n
                for n in range(1, 7)
                if error(shown, atlases.fuse_by_rank(alike[:n], list(shown.atlas_ct[:n]))) < best
            )
        )
    assert enough == [2, 2, 3]
    assert "Two are enough in the first two slices, three in the last" in prose


def test_a_decay_of_5_gives_99_percent_to_the_best(prose):
    weights = ranking.rank_weights(np.arange(6), 5.0)
    assert round(100 * weights[0] / weights.sum()) == 99
    assert "has 99 % of the weight" in prose


def test_one_voxel_in_eight_is_tied(prose):
    for place in SLICES:
        shown = one_slice(place)
        tied = label_fusion.majority_vote(shown.atlas_labels, 255) == 255
        assert 1 / 8.5 < tied[shown.body].mean() < 1 / 7.5
    assert "one voxel in eight of the head is tied" in prose


def test_three_atlases_still_tie_but_less_often_than_two(prose):
    labels = one_slice(NOSE).atlas_labels
    ties = [np.count_nonzero(label_fusion.majority_vote(labels[:n], 255) == 255) for n in (2, 3, 4)]
    assert 0 < ties[1] < min(ties[0], ties[2])
    assert "one to one to one is a tie of three atlases" in prose


def test_fusion_halves_the_pet_error_of_the_average_and_no_bone_costs_8_percent(prose):
    heads, person = scene(), target()
    brain = np.isin(heads.labels, (7, 8))

    def pet(ct):
        mu_map = attenuation.attenuation_map(ct)
        return phantom.correct_attenuation(person.nac_pet, mu_map, SPACING_MM)[brain]

    images, cts, true = list(heads.atlas_t1), list(heads.atlas_ct), pet(heads.ct)
    off = {
        name: 100 * (pet(ct) / true - 1)
        for name, ct in {
            "average": atlases.average(cts),
            "fused": atlases.rank_fusion(heads.t1, images, cts, size=5),
            "water": np.where(heads.body, 40, -1000),
        }.items()
    }
    size = {name: np.abs(percent).mean() for name, percent in off.items()}
    assert round(float(off["water"].mean())) == -8
    assert 0.4 < size["fused"] / size["average"] < 0.55
    assert 0.4 < size["fused"] < 0.6
    assert "A head without bone reads 8 % too little PET" in prose
    assert "Fusion halves the error of the average, to about 0.5 %" in prose


def test_the_patient_and_the_error_are_those_of_notebook_03(prose):
    same = phantom.subject(1, spacing_mm=SPACING_MM)
    assert np.array_equal(target().t1, same.t1)
    assert np.array_equal(target().ct, same.ct)
    before = (ROOT / "solutions" / "03_mr_to_ct_mapping.py").read_text(encoding="utf-8")
    assert "phantom.subject(1)" in before
    assert "1.17 against 1.85 %" in before
    assert "off by 1.17 % without the signs" in prose


def test_a_failed_registration_shows_in_its_ncc_of_0_47(prose):
    caption = draw_bad_atlases(NOSE, next(iter(FAULTS)), 1, 30).caption
    assert "NCC of the bad atlas: 0.47; of the others: 0.84, 0.83, 0.79, 0.83, 0.84" in caption
    assert "its NCC of 0.47 is far below the 0.8 of the others" in prose
    assert round(100 * np.exp(-2.5) / np.exp(-0.5 * np.arange(6)).sum()) == 3
    assert "the last rank, 3 % of the weight" in prose


def staple_of(masks):
    """Run STAPLE on masks; return its mask and the sensitivities."""
    staple = sitk.STAPLEImageFilter()
    staple.SetForegroundValue(1)
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in masks]
    probability = sitk.GetArrayFromImage(staple.Execute(images))
    return probability > 0.5, staple.GetSensitivity()


def test_staple_finds_the_bad_atlas_and_local_ranks_win(prose):
    heads = scene()
    bones = np.isin(heads.atlas_labels, BONE)
    good = dice(heads.bone, staple_of(bones)[0])
    assert abs(good - dice(heads.bone, bones.sum(axis=0) > 3)) < 0.02
    votes, images = bones.copy(), heads.atlas_t1.copy()
    for volumes in (votes, images):
        volumes[0, 10:], volumes[0, :10] = volumes[0, :-10].copy(), 0
    found, sensitivities = staple_of(votes)
    assert 0.15 < sensitivities[0] < 0.25 < min(sensitivities[1:])
    alike = local_similarity.similarity_maps(heads.t1, list(images), 5)
    weights = ranking.rank_weights(ranking.ranks(alike))
    by_rank = label_fusion.weighted_vote(votes, list(weights))
    overlaps = [dice(heads.bone, mask) for mask in (votes.sum(axis=0) > 3, found, by_rank)]
    assert overlaps == sorted(overlaps)
    assert overlaps[2] - overlaps[0] > 0.05
    assert "atlas 1 misses four fifths of the bone" in prose


def test_ties_given_to_bone_change_its_dice():
    heads = scene()
    votes = np.isin(heads.atlas_labels, BONE).sum(axis=0)
    assert dice(heads.bone, votes >= 3) > dice(heads.bone, votes > 3) + 0.02


def test_what_simpleitk_does_is_told(prose):
    labels = [np.array([[3, 1]], np.uint8), np.array([[2, 1]], np.uint8)]
    vote = sitk.LabelVoting([sitk.GetImageFromArray(each) for each in labels])
    assert sitk.GetArrayFromImage(vote).tolist() == [[4, 1]]
    assert "the largest label plus 1" in prose
    row = np.arange(12.0).reshape(3, 4)
    mean = sitk.GetArrayFromImage(sitk.BoxMean(sitk.GetImageFromArray(row), [1, 1]))
    assert mean[0, 0] == pytest.approx(row[:2, :2].mean())
    assert "averages at the border only the voxels that exist" in prose
    registration = sitk.ImageRegistrationMethod()
    registration.SetMetricAsCorrelation()
    registration.SetInitialTransform(sitk.TranslationTransform(2))
    mr, other = (
        sitk.GetImageFromArray(image.astype(np.float64))
        for image in (one_slice(NOSE).t1, one_slice(NOSE).atlas_t1[0])
    )
    expected = -(ncc(one_slice(NOSE).t1, one_slice(NOSE).atlas_t1[0]) ** 2)
    assert registration.MetricEvaluate(mr, other) == pytest.approx(expected, abs=1e-5)
    assert "**minus the square** of the NCC" in prose


def test_16_bit_squares_wrap_to_24464(prose):
    assert (np.array([300], np.uint16) ** 2).tolist() == [24464]
    assert "300 * 300 does not fit into 16 bits and becomes 24464" in prose


def test_the_lost_figures_and_the_words_of_the_slides_are_told(prose):
    assert "The slides' pictures are lost" in prose
    assert "the slide says *higher rank = higher weight*" in prose
    assert "The slide votes for each patch; we vote for each voxel" in prose
    for slide in ("[slide 35]", "[slide 36]", "[slide 38]", "[slide 39]"):
        assert slide in prose
