"""Numbers that stand in the prose of notebook 08, and its quizzes, computed once more."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.feature import local_binary_pattern

from course_lib.data import datasets, phantom, textures
from course_lib.display.texture_figures import slice_features
from course_lib.imaging import texture, texture_histograms
from course_lib.imaging.template_matching import best_match
from course_lib.quiz.registry import find

NOTEBOOK = "08_local_binary_patterns"


def told_apart(first, second):
    """Return the share in % on the right side of the best threshold, as the notebook does."""
    thresholds = np.quantile(np.concatenate([first, second]), np.linspace(0, 1, 201))
    shares = [(np.mean(first > t) + np.mean(second <= t)) / 2 for t in thresholds]
    return round(100 * max(*shares, 1 - min(shares)))


def test_quiz_5_has_the_lectures_options_in_its_order_and_the_key_167():
    question = find("lbp_value").first()
    assert [option.text for option in question.options] == ["163", "167", "171", "180"]
    assert (question.slide, question.key) == (50, "B")
    assert "10100111 = 128 + 32 + 4 + 2 + 1 = 167" in question.option("B").feedback


def test_the_bits_that_are_said_of_the_other_options_of_quiz_5_are_theirs():
    question = find("lbp_value").first()
    for option in question.options:
        assert f"{int(option.text):08b}" in option.feedback


def test_every_drawn_patch_of_quiz_5_holds_a_tie():
    family, rng = find("lbp_value"), np.random.default_rng(2)
    for _ in range(100):
        patch = np.array(family.draw(rng)["patch"])
        assert np.sum(patch == patch[1, 1]) > 1


def test_with_more_in_place_of_at_least_slide_49_gives_57(prose):
    patch = np.array([[6, 8, 15], [15, 10, 17], [10, 9, 20]], float)
    assert texture.lbp_code(patch) == 59
    patch[1, 1] += 0.5
    assert texture.lbp_code(patch) == 57
    assert "00111001 = 57" in prose


def test_a_saturated_quiz_patch_never_keeps_its_code():
    family, rng = find("clipped_code"), np.random.default_rng(3)
    for _ in range(50):
        numbers = dict(family.draw(rng))
        patch = np.array(numbers["patch"])
        brighter = texture.lbp_bits(np.minimum(numbers["gain"] * patch, 255))
        assert (brighter >= texture.lbp_bits(patch)).all()


def test_no_column_alone_tells_bone_from_both(prose):
    labels = phantom.head().plane("axial", -48).labels
    bone, air, soft = (np.isin(labels, which) for which in ((4, 5), (1,), (2, 6, 7, 8)))
    shares = {
        name: (told_apart(image[bone], image[air]), told_apart(image[bone], image[soft]))
        for name, image in slice_features("sinuses").items()
    }
    assert shares["R2*"] == (84, 94)
    assert shares["normalised"][0] == 90
    assert shares["position y"][0] == 80
    assert shares["LBP"] == (53, 54)
    assert max(shares.values())[0] == 90
    for text in ("(94 %)", "(84 %)", "(90 %)", "80 %", "53 and 54 %"):
        assert text in prose


def test_white_matter_is_nearest_to_air():
    slice_ = phantom.head().plane("axial", 20)
    codes = texture.lbp_image(slice_.t1)
    white, *others = (
        texture_histograms.code_histogram(
            codes, 256, ndimage.binary_erosion(np.isin(slice_.labels, labels))
        )
        for labels in ((8,), (7,), (4, 5), (0,))
    )
    assert texture_histograms.nearest_histogram(white, others) == 2


def test_the_mirrored_ear_is_not_in_the_slice():
    head = datasets.ct_head().values[::2, ::2].astype(float)
    place, score = best_match(head, head[126:152, 72:102][:, ::-1])
    assert score < 0.6
    assert np.hypot(place[0] - 126, place[1] - 154) > 40


def test_the_marked_places_are_air_and_bone_and_dark():
    slice_ = phantom.head().plane("axial", -48)
    assert (slice_.labels[36:41, 32:37] == 1).all()
    assert (slice_.labels[55:60, 46:51] == 4).all()
    for row, column in ((38, 34), (57, 48)):
        assert slice_.t1[row - 2 : row + 3, column - 2 : column + 3].mean() < 250


def test_codes_of_scikit_image_turned_by_four_places_are_those_of_the_circle(prose):
    photo = textures.photograph("grass")
    theirs = local_binary_pattern(photo, 8, 2).astype(int)
    turned = (theirs << 4 | theirs >> 4) & 255
    same = (texture.circular_lbp(photo, 2, 8) == turned)[3:-3, 3:-3]
    assert same.mean() > 0.999
    assert "Turn its bits by 4 places" in prose


@pytest.mark.parametrize("slide", ["slide 47", "slide 49", "slide 48", "slide 62", "slides 49 and"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose
