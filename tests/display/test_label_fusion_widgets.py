"""The widgets of topic 06: numbers in the texts, and limits."""

import re

import numpy as np
import pytest

from course_lib.display import atlas_scene, fusion_figures, vote_figures
from course_lib.display.widgets import label_fusion as widgets
from course_lib.imaging.atlases import average, rank_fusion
from course_lib.imaging.metrics import dice, mean_absolute_error

WIDGETS = [widgets.local_similarity, widgets.rank_fusion, widgets.bad_atlases, widgets.votes]
every_slice = pytest.mark.parametrize("place", atlas_scene.SLICES)
EYES = "axial, through the eyes"
SHIFTED, UNPAIRED, MISREAD = fusion_figures.FAULTS
UNDECIDED, LOWEST, BY_RANK = vote_figures.RULES
pytestmark = pytest.mark.slow  # draws every picture


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: widget.__name__)
def test_who_hears_the_text_hears_the_caption_in_it(widget, monkeypatch):
    monkeypatch.setenv("COURSE_STILL", "1")
    picture = widget()
    assert picture.caption in picture.alt


def errors(caption):
    """Return the errors of each method without and with bad atlases."""
    found = re.findall(r"(best atlas|average|median|fusion) (\d+) to (\d+)", caption)
    return {name: (int(without), int(with_bad)) for name, without, with_bad in found}


def test_the_whole_scene_lies_on_one_grid_and_its_slices_show_the_nose_in_front():
    scene = atlas_scene.scene()
    assert scene.atlas_t1.shape == scene.atlas_ct.shape == scene.atlas_labels.shape
    assert scene.atlas_ct.shape[1:] == scene.t1.shape == atlas_scene.target().t1.shape
    sagittal = atlas_scene.one_slice()
    assert not sagittal.body[0].any()  # the top of the head is on top, air above it
    assert sagittal.body[-1].any()
    sinus = np.argwhere(sagittal.labels == 1)
    assert sinus[:, 1].mean() < sagittal.body.shape[1] / 2
    np.testing.assert_array_equal(sagittal.ct, scene.ct[::-1, :, 32])


@every_slice
@pytest.mark.parametrize("size", [3, 5, 7])
def test_in_every_slice_fusion_beats_the_average(place, size):
    shown = atlas_scene.one_slice(place)
    fused = rank_fusion(shown.t1, list(shown.atlas_t1), list(shown.atlas_ct), size)
    mean = average(list(shown.atlas_ct))
    errors = [mean_absolute_error(shown.ct, ct, shown.body) for ct in (fused, mean)]
    assert errors[0] < 0.9 * errors[1]
    caption = fusion_figures.draw_fusion(place, 0.5, size, 6).caption
    assert caption.startswith(f"Mean absolute error: head {errors[0]:.0f} HU")
    assert f"Plain average of these 6: head {errors[1]:.0f} HU" in caption


def test_without_decay_fusion_is_the_average():
    caption = fusion_figures.draw_fusion(EYES, 0.0, 5, 4).caption
    fused, plain = re.findall(r"head \d+ HU, bone \d+ HU", caption)
    assert fused == plain


def test_the_weights_in_the_text_add_up_to_100_percent():
    listed = re.search(r"Weights by rank in %: ([\d, ]+)\.", fusion_figures.draw_fusion(
        EYES, 0.5, 5, 6).alt).group(1)  # fmt: skip
    assert listed == "41, 25, 15, 9, 6, 3"


def test_without_bad_atlases_nothing_changes():
    caption = fusion_figures.draw_bad_atlases(EYES, MISREAD, 0, 30).caption
    assert caption.startswith("No atlas is bad.")
    assert all(before == after for before, after in errors(caption).values())


@every_slice
def test_a_shifted_atlas_is_seen_by_its_correlation_and_hurts_the_average_most(place):
    caption = fusion_figures.draw_bad_atlases(place, SHIFTED, 1, 30).caption
    bad, others = re.search(r"bad atlas: ([\d.]+); of the others: ([\d., ]+)\.", caption).groups()
    assert float(bad) < min(map(float, others.split(", "))) - 0.2
    found = errors(caption)
    assert found["best atlas"][0] == found["best atlas"][1]
    grown = {name: after - before for name, (before, after) in found.items()}
    assert grown["average"] > 1.5 * grown["fusion"]


@every_slice
@pytest.mark.parametrize("fault", [UNPAIRED, MISREAD])
def test_a_wrong_ct_beside_a_right_mr_hurts_fusion_but_not_the_median(place, fault):
    found = errors(fusion_figures.draw_bad_atlases(place, fault, 1, 30).caption)
    grown = {name: after - before for name, (before, after) in found.items()}
    assert grown["fusion"] > 2 * grown["median"]


def test_the_median_fails_when_half_of_the_atlases_share_a_fault():
    found = errors(fusion_figures.draw_bad_atlases(EYES, MISREAD, 3, 0).caption)
    assert found["median"][1] > 400


def test_two_atlases_tie_wherever_they_differ():
    shown = atlas_scene.one_slice(EYES)
    differ = np.count_nonzero(shown.atlas_labels[0] != shown.atlas_labels[1])
    caption = vote_figures.draw_votes(EYES, 2, UNDECIDED).caption
    assert f"Undecided: {differ} voxels" in caption
    assert f"No absolute majority (half of the votes or fewer): {differ} voxels" in caption


def test_one_atlas_votes_as_it_is():
    shown = atlas_scene.one_slice(EYES)
    bone = dice(shown.bone, np.isin(shown.atlas_labels[0], atlas_scene.BONE))
    assert f"Dice of bone {bone:.3f}" in vote_figures.draw_votes(EYES, 1, LOWEST).caption


def test_every_label_has_a_colour_of_its_own():
    labels = np.array([[*range(9), vote_figures.UNDECIDED]], np.uint8)
    colours = vote_figures._painted(labels)[0]
    assert len({tuple(colour) for colour in colours.tolist()}) == 10


@pytest.mark.parametrize("size", [4, 0])
def test_a_patch_without_a_middle_is_refused(size):
    with pytest.raises(ValueError, match="patch"):
        fusion_figures.draw_similarity(EYES, 1, size)
