"""Template matching against known truths and scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import feature

from course_lib.imaging.similarity import ncc
from course_lib.imaging.template_matching import best_match, match_template

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@st.composite
def images_and_templates(draw):
    """Draw an image of 1 to 3 axes and a template that fits into it."""
    rng = draw(generators)
    inner = draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    more = draw(st.lists(st.integers(0, 4), min_size=len(inner), max_size=len(inner)))
    return rng.normal(50, 9, np.add(inner, more)), rng.normal(size=inner)


@pytest.fixture
def scene():
    return ndimage.gaussian_filter(np.random.default_rng(4).normal(100, 20, (40, 50)), 1)


def windows(image, shape):
    """Return every window of an image and its place."""
    view = np.lib.stride_tricks.sliding_window_view(image, shape)
    places = view.shape[: image.ndim]
    return [(place, view[place]) for place in np.ndindex(places)]


@few
@given(images_and_templates())
def test_every_score_is_the_normalised_correlation_of_its_window(pair):
    image, template = pair
    scores = match_template(image, template)
    for place, window in windows(image, template.shape):
        assert scores[place] == pytest.approx(ncc(window, template), abs=1e-9)


@few
@given(images_and_templates())
def test_scores_lie_between_minus_1_and_1_one_for_each_window(pair):
    image, template = pair
    scores = match_template(image, template)
    assert scores.shape == tuple(np.subtract(image.shape, template.shape) + 1)
    assert np.abs(scores).max() <= 1


@few
@given(images_and_templates(), st.floats(0.1, 10), st.floats(-500, 500))
def test_gain_and_offset_of_either_do_not_matter(pair, gain, offset):
    image, template = pair
    scores = match_template(image, template)
    np.testing.assert_allclose(match_template(gain * image + offset, template), scores, atol=1e-8)
    np.testing.assert_allclose(match_template(image, gain * template + offset), scores, atol=1e-8)
    np.testing.assert_allclose(match_template(image, -template), -scores, atol=1e-9)


@pytest.mark.parametrize("place", [(0, 0), (13, 7), (32, 39)])
def test_a_piece_of_the_image_is_found_where_it_was_cut_out(scene, place):
    template = scene[place[0] : place[0] + 8, place[1] : place[1] + 11]
    found = best_match(scene, 3 * template + 40)
    assert found.position == place
    assert found.score == pytest.approx(1)


def test_a_piece_of_a_volume_is_found():
    volume = np.random.default_rng(5).normal(size=(12, 14, 16))
    assert best_match(volume, volume[3:7, 5:10, 2:8]).position == (3, 5, 2)


def test_a_piece_is_found_in_noise(scene):
    template = scene[10:26, 20:36]
    noisy = scene + np.random.default_rng(6).normal(0, scene.std(), scene.shape)
    found = best_match(noisy, template)
    assert found.position == (10, 20)
    assert 0.5 < found.score < 0.95


def test_a_turned_piece_is_not_found(scene):
    template = np.rot90(scene[10:26, 20:36])
    assert best_match(scene, template).score < 0.8


def test_brightness_alone_attracts_plain_correlation_but_not_the_normalised_one():
    image = np.zeros((20, 20))
    image[3:6, 3:6] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]  # what is looked for, faint
    image[12:17, 12:17] = 9  # something bright
    template = image[3:6, 3:6]
    plain = ndimage.correlate(image, template)
    assert np.unravel_index(plain.argmax(), plain.shape)[0] >= 12
    assert best_match(image, template).position == (3, 3)


def test_flat_windows_look_like_nothing(scene):
    scene[:20] = 1000.1
    scores = match_template(scene, [[0.0, 1.0], [2.0, 5.0]])
    assert (scores[:19] == 0).all()
    assert (scores[20:] != 0).all()
    assert not match_template(np.full((5, 5), 0.1), [[1, 2], [3, 4]]).any()


def test_what_rounding_leaves_of_a_flat_window_is_no_score():
    image = np.random.default_rng(11).normal(1e4, 1e3, (200, 300))
    image[:, 100:200] = 0.1
    scores = match_template(image, np.random.default_rng(12).normal(size=(5, 7)))
    assert (scores[:, 100:194] == 0).all()
    assert (scores[:, :94] != 0).all()


def test_a_faint_piece_beside_a_very_bright_one_is_not_lost():
    image = np.zeros((64, 64))
    image[40:44, 40:44] = 30000
    image[10:13, 10:13] = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    scores = match_template(image, image[10:13, 10:13])
    assert scores[10, 10] == pytest.approx(1, abs=1e-6)
    assert (scores[20:30, 20:30] == 0).all()


def test_of_equal_windows_the_first_is_taken():
    image = np.tile([0, 0, 3, 0, 0, 0], 3)
    assert best_match(image, [0, 3, 0]).position == (1,)


def test_a_template_as_large_as_the_image_has_one_place(scene):
    assert match_template(scene, scene).shape == (1, 1)
    assert best_match(scene, scene) == ((0, 0), pytest.approx(1))
    assert match_template(scene[:, :7], scene[:5, :7]).shape == (36, 1)


def test_single_precision_stays_and_is_summed_in_double(scene):
    template = scene[5:20, 5:20]
    short = match_template(scene.astype(np.float32), template.astype(np.float32))
    assert short.dtype == np.float32
    np.testing.assert_allclose(short, match_template(scene, template), atol=1e-5)
    assert match_template(scene.astype(np.float32), template).dtype == np.float64


def test_short_integers_do_not_overflow():
    image = np.random.default_rng(7).integers(-30000, 30000, (20, 20)).astype(np.int16)
    template = image[4:9, 6:11]
    assert best_match(image, template) == ((4, 6), pytest.approx(1))
    bits = image > 0
    assert best_match(bits, bits[4:9, 6:11]).score == pytest.approx(1)


@pytest.mark.parametrize(
    ("size", "tolerance"),
    [
        ((1, 2), 1e-5),
        ((5, 5), 1e-9),
        ((8, 13), 1e-9),
        ((40, 50), 1e-9),
    ],  # its scores reach 1.000004
)
def test_scores_agree_with_scikit_image(scene, size, tolerance):
    template = np.random.default_rng(8).normal(size=size)
    np.testing.assert_allclose(
        match_template(scene, template), feature.match_template(scene, template), atol=tolerance
    )


def test_scores_of_a_volume_agree_with_scikit_image():
    rng = np.random.default_rng(9)
    volume, template = rng.normal(size=(9, 10, 11)), rng.normal(size=(4, 3, 5))
    np.testing.assert_allclose(
        match_template(volume, template), feature.match_template(volume, template), atol=1e-9
    )


def test_strided_input_gives_the_same_and_stays_unchanged(scene):
    before = scene.copy()
    strided, template = scene[::2, ::-1].T, scene[3:12:3, 9:5:-1]
    np.testing.assert_allclose(
        match_template(strided, template),
        match_template(strided.copy(), template.copy()),
        atol=1e-12,
    )
    np.testing.assert_array_equal(scene, before)


@pytest.mark.parametrize("match", [match_template, best_match])
def test_what_makes_no_sense_is_refused(match, scene):
    good = np.arange(4.0).reshape(2, 2)
    for image, template, message in [
        (scene, np.full((3, 3), 2.0), "constant looks like nothing"),
        (scene, [[5]], "constant looks like nothing"),
        (scene, np.arange(82.0).reshape(41, 2), "longer along none"),
        (scene, [1, 2], "as many axes"),
        (scene * np.nan, good, "NaN"),
        (scene, good * np.nan, "NaN"),
        (scene, np.full((2, 2), np.inf), "infinite"),
        (np.zeros((0, 3)), good, "empty"),
        (scene, np.zeros((2, 0)), "empty"),
        (np.array([["a"]]), good, "real numbers"),
        (3.0, good, "single number"),
    ]:
        with pytest.raises(ValueError, match=message):
            match(image, template)


def test_in_a_constant_image_nothing_can_be_found():
    with pytest.raises(ValueError, match="nothing in it can be found"):
        best_match(np.full((5, 5), 3), [[1, 2], [3, 4]])
