"""The widgets of topic 08: numbers in the texts, and the truth behind them."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import textures
from course_lib.display import filter_figures, lbp_figures, texture_figures
from course_lib.imaging import texture

NORMALISED, PLAIN, SQUARED = filter_figures.METHODS


def test_only_symmetric_kernels_make_correlation_and_convolution_equal():
    for name, weights in filter_figures.KERNELS.items():
        caption = filter_figures.draw_kernel(name, False).caption
        symmetric = np.array_equal(weights, np.flip(weights))
        assert caption.endswith("convolution: 0.0 a.u.") == symmetric, name


def test_weights_of_blurs_add_up_to_1_and_those_of_edges_to_0():
    sums = {name: weights.sum() for name, weights in filter_figures.KERNELS.items()}
    for name in ("mean of 5 x 5", "Gaussian", "one neighbour"):
        assert sums[name] == pytest.approx(1)
    for name in ("slope to the right", "slope downward", "spots (Laplacian)"):
        assert sums[name] == pytest.approx(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "angle", "gain", "noise", "found"),
    [
        (NORMALISED, 0, 1.0, 0, "Found, 0 mm from the true place. Score 1.00."),
        (NORMALISED, 0, 3.0, 0, "Found, 0 mm from the true place. Score 1.00."),
        (NORMALISED, 0, 0.1, 0, "Found, 0 mm from the true place. Score 1.00."),
        (NORMALISED, 0, 1.0, 1000, "Found, 0 mm from the true place. Score 0.41."),
        (NORMALISED, 10, 1.0, 0, "Found, 1 mm from the true place. Score 0.90."),
        (NORMALISED, 20, 1.0, 0, "Found, 2 mm from the true place. Score 0.78."),
        (NORMALISED, 30, 1.0, 0, "Found, 3 mm from the true place. Score 0.66."),
        (NORMALISED, 40, 1.0, 0, "NOT found, 59 mm from the true place. Score 0.69."),
        (PLAIN, 0, 1.0, 0, "NOT found, 37 mm from the true place."),
        (SQUARED, 0, 1.3, 0, "Found, 0 mm from the true place."),
        (SQUARED, 0, 1.4, 0, "NOT found"),
    ],
)
def test_the_search_finds_the_ear_and_fails_where_the_notebook_says(
    method, angle, gain, noise, found
):
    assert filter_figures.draw_search(method, angle, gain, noise).caption.startswith(found)


@pytest.mark.parametrize("angle", [-35, 20])
def test_the_true_place_turns_as_the_image_does(angle):
    """A spot in the middle of the template, turned as the image is turned."""
    rows, columns = np.indices(filter_figures._head().shape)
    middle = filter_figures._true_centre(0)
    spot = np.exp(-((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2) / 8)
    turned = ndimage.rotate(spot, angle, reshape=False, order=1)
    found = ndimage.center_of_mass(turned)
    np.testing.assert_allclose(found, filter_figures._true_centre(angle), atol=0.05)


def test_squared_differences_and_plain_correlation_are_those_of_a_loop():
    rng = np.random.default_rng(3)
    image, template = rng.normal(size=(9, 11)), rng.normal(size=(3, 4))
    windows = np.lib.stride_tricks.sliding_window_view(image, template.shape)
    plain = np.mean(windows * template, axis=(-2, -1))
    squared = -np.mean((windows - template) ** 2, axis=(-2, -1))
    np.testing.assert_allclose(filter_figures.score_map(PLAIN, image, template), plain)
    np.testing.assert_allclose(filter_figures.score_map(SQUARED, image, template), squared)


@pytest.mark.parametrize("image", lbp_figures.IMAGES)
def test_the_code_in_the_picture_is_that_of_the_whole_image(image):
    codes = texture.lbp_image(lbp_figures.whole(image))
    picture = lbp_figures.draw_code(image, 7, 31)
    assert picture.alt.endswith(f"The code is {codes[67, 91]}.")
    assert f"Bits {codes[67, 91]:08b}:" in picture.caption


def test_a_flat_pixel_has_the_code_255_and_is_called_so():
    part = lbp_figures.whole("MR of a brain")[60:100, 60:100]
    codes = texture.lbp_image(part)[1:-1, 1:-1]
    row, column = np.argwhere(codes == 255)[0] + 1
    caption = lbp_figures.draw_code("MR of a brain", int(row), int(column)).caption
    assert "= 255. No neighbour is darker." in caption


@pytest.mark.parametrize("image", lbp_figures.IMAGES)
@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0), (4.0, -150), (0.1, 150)])
def test_gain_and_offset_change_no_code(image, gain, offset):
    caption = lbp_figures.draw_light(image, gain, offset, 0, False).caption
    assert caption.startswith("0.0 % of the codes have changed. Chi-square distance of the two")
    assert "histograms: 0.000" in caption


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [((0.5, 100, 0, True), 25), ((1.0, 0, 5, False), 85), ((0.1, 0, 0, True), 62)],
)
def test_rounding_and_noise_change_as_many_codes_of_brick_as_the_notebook_says(arguments, changed):
    caption = lbp_figures.draw_light("brick", *arguments).caption
    assert round(float(caption.split(" %")[0]) + 1e-9) in (changed, changed - 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("coding", "change", "right"),
    [
        ("LBP, 3 x 3", "none", 96),
        ("LBP, 3 x 3", "half the contrast, 40 brighter", 96),
        ("LBP, 3 x 3", "shadow from left to right", 91),
        ("LBP, 3 x 3", "noise of 10 grey values", 32),
        ("LBP, 3 x 3", "blurred by a Gaussian of 1 pixel", 32),
        ("LBP, 3 x 3, turned alike", "turned by a quarter", 48),
        ("grey values", "none", 68),
        ("grey values", "half the contrast, 40 brighter", 36),
    ],
)
def test_as_many_tiles_are_recognised_as_the_notebook_says(coding, change, right):
    caption = texture_figures.draw_textures(coding, change, 64).caption
    assert caption.startswith(f"{right} of ")


def test_noise_makes_grass_of_everything_and_blur_gravel():
    for change, taken_for in (("noise of 10 grey values", "grass"),
                              ("blurred by a Gaussian of 1 pixel", "gravel")):  # fmt: skip
        found = texture_figures.classify("LBP, 3 x 3", change, 64)
        wanted = textures.NAMES.index(taken_for)
        assert all((tiles == wanted).all() for tiles in found.values())


def test_a_row_of_the_table_holds_the_seven_numbers_of_its_pixel():
    images = texture_figures.slice_features("brain")
    caption = texture_figures.draw_row("brain", 60, 40).caption
    said = [float(number) for number in caption.split("[")[1].split("]")[0].split(", ")]
    assert said == pytest.approx([image[60, 40] for image in images.values()], rel=6e-3, abs=1e-3)
    assert "is row 5860 of a table of 12319 rows and 7 columns" in caption
    assert list(images) == list(texture_figures.FEATURES)


def test_positions_are_counted_from_the_middle():
    images = texture_figures.slice_features("brain")
    assert images["position x"][0, [0, 48, 96]].tolist() == [-48, 0, 48]
    assert images["position y"][[0, 63, 126], 0].tolist() == [-63, 0, 63]
