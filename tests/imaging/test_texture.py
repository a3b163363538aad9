"""Local binary patterns and their histograms against known truths and scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import data
from skimage.feature import local_binary_pattern

from course_lib.imaging import texture, texture_histograms

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
lengths = st.integers(1, 7)

LECTURE = np.array([[6, 8, 15], [15, 10, 17], [10, 9, 20]])  # slide 49
BRIGHT_RING = np.array([[30, 20, 35], [28, 10, 41], [15, 37, 45]])  # slide 52
QUIZ = np.array([[6, 4, 6], [15, 5, 4], [10, 9, 3]])  # slides 50 and 51


@st.composite
def distinct_images(draw):
    """Draw an image in which no two values are equal."""
    rng, shape = draw(generators), (draw(lengths), draw(lengths))
    return rng.permutation(shape[0] * shape[1]).reshape(shape)


@pytest.fixture
def noise():
    return np.random.default_rng(4).normal(100, 20, (24, 31))


@pytest.fixture
def gray():
    return np.random.default_rng(5).integers(0, 12, (24, 31)).astype(np.uint8)


def coded_one_by_one(image):
    """Code every pixel with a loop, as the lecture does by hand."""
    padded = np.pad(image, 1, mode="edge")
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).reshape(-1, 3, 3)
    return np.array([texture.lbp_code(patch) for patch in patches]).reshape(image.shape)


def rotated_left(codes, steps, points):
    """Rotate the bits of codes."""
    codes, steps = np.asarray(codes).astype(np.uint64), steps % points
    full = np.uint64(2**points - 1)
    return ((codes << np.uint64(steps)) | (codes >> np.uint64(points - steps))) & full


def from_peer(codes, points):
    """Turn codes of scikit-image into ours; for points that are a multiple of 8.

    Its first point lies right of the centre, ours top left: 3/8 of a turn. It goes anticlockwise
    and its first bit counts least; we go clockwise and the first counts most. So the direction
    of reading is the same, and only where it begins differs.
    """
    return rotated_left(codes, 5 * points // 8 - 1, points)


# The lecture's numbers


@pytest.mark.parametrize(
    ("patch", "bits", "code"),
    [(LECTURE, "00111011", 59), (BRIGHT_RING, "11111111", 255), (QUIZ, "10100111", 167)],
    ids=["slide 49", "slide 52", "quiz 5"],
)
def test_the_patches_of_the_lecture_have_its_bits_and_codes(patch, bits, code):
    assert "".join(map(str, texture.lbp_bits(patch))) == bits
    assert texture.code_of_bits(texture.lbp_bits(patch)) == code
    assert texture.lbp_code(patch) == code
    assert texture.lbp_image(patch)[1, 1] == code


def test_the_misreadings_of_quiz_5_give_other_codes():
    bits = texture.lbp_bits(QUIZ)
    assert texture.code_of_bits(bits[::-1]) == 229  # least significant bit first
    assert texture.code_of_bits(np.roll(bits[::-1], 1)) == 242  # anticlockwise


def test_more_instead_of_at_least_gives_57_for_the_lecture():
    between = LECTURE + 0.5 * (np.indices((3, 3)) == 1).all(axis=0)  # 10 no longer reaches it
    assert texture.lbp_code(between) == 57


# Bits and codes


@pytest.mark.parametrize("place", range(8))
def test_each_neighbour_has_its_bit_clockwise_from_the_top_left(place):
    clockwise = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    patch = np.zeros((3, 3))
    patch[1, 1] = 1
    patch[clockwise[place]] = 1
    assert texture.lbp_code(patch) == 2 ** (7 - place)


def test_equal_neighbours_count_as_bright():
    assert texture.lbp_code(np.full((3, 3), 7)) == 255
    assert (texture.lbp_image(np.full((4, 5), 7.5)) == 255).all()
    assert (texture.circular_lbp(np.full((6, 5), 0.1), 1.7, 12) == 2**12 - 1).all()


@given(st.integers(0, 255))
def test_a_code_gives_back_its_bits(code):
    bits = [int(bit) for bit in f"{code:08b}"]
    assert texture.code_of_bits(bits) == code
    assert texture.code_of_bits(np.array(bits, bool)) == code


def test_the_longest_code_fits():
    assert texture.code_of_bits([1] * 32) == 2**32 - 1


@few
@given(distinct_images())
def test_the_whole_image_is_coded_as_one_pixel_after_the_other(image):
    np.testing.assert_array_equal(texture.lbp_image(image), coded_one_by_one(image))


def test_ties_are_coded_as_one_pixel_after_the_other(gray):
    np.testing.assert_array_equal(texture.lbp_image(gray), coded_one_by_one(gray))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint16", "int64", "f4", "f8"])
def test_every_dtype_is_coded_alike(dtype):
    image = np.random.default_rng(6).integers(0, 2, (9, 8))
    codes = texture.lbp_image(image.astype(dtype))
    assert codes.dtype == np.uint8
    np.testing.assert_array_equal(codes, texture.lbp_image(image))
    np.testing.assert_array_equal(
        texture.circular_lbp(image.astype(dtype), 2, 4), texture.circular_lbp(image, 2, 4)
    )


def test_unsigned_values_do_not_wrap_below_zero():
    patch = np.array([[0, 255, 0], [255, 128, 0], [255, 255, 0]], np.uint8)
    assert texture.lbp_code(patch) == texture.lbp_code(patch.astype(int))
    np.testing.assert_array_equal(
        texture.circular_lbp(patch, 1, 8), texture.circular_lbp(patch.astype(float), 1, 8)
    )


def test_slices_of_a_volume_are_coded_alone(noise):
    volume = np.stack([noise, noise[::-1], noise * 2])
    for code in (texture.lbp_image, lambda image: texture.circular_lbp(image, 1.5, 8)):
        np.testing.assert_array_equal(code(volume), np.stack([code(part) for part in volume]))


def test_beyond_the_border_the_nearest_pixel_counts(noise):
    larger = np.pad(noise, 3, mode="edge")
    np.testing.assert_array_equal(texture.lbp_image(larger)[3:-3, 3:-3], texture.lbp_image(noise))
    np.testing.assert_array_equal(
        texture.circular_lbp(larger, 2.5, 8)[3:-3, 3:-3], texture.circular_lbp(noise, 2.5, 8)
    )


def test_one_pixel_is_flat():
    assert texture.lbp_image([[3]]).tolist() == [[255]]
    assert texture.circular_lbp([[3]], 2.0, 4).tolist() == [[15]]


# Points on a circle


@given(st.floats(0.1, 9), st.integers(2, 32))
def test_circle_points_are_equally_far_from_the_centre_and_each_other(radius, points):
    offsets = texture.circle_offsets(radius, points)
    np.testing.assert_allclose(np.hypot(*offsets.T), radius, rtol=1e-6)
    steps = np.linalg.norm(offsets - np.roll(offsets, 1, axis=0), axis=1)
    np.testing.assert_allclose(steps, 2 * radius * np.sin(np.pi / points), rtol=1e-6)


@given(st.sampled_from([4, 8, 16, 24]))
def test_circle_points_begin_top_left_and_go_clockwise(points):
    down, right = texture.circle_offsets(1, points).T
    assert down[0] == right[0] == pytest.approx(-np.sqrt(0.5))
    turns = right * np.roll(down, -1) - down * np.roll(right, -1)  # > 0: clockwise, as y is down
    assert (turns > 0).all()


def test_points_on_pixels_are_the_neighbours_of_the_square(noise):
    bits = np.unpackbits(texture.lbp_image(noise)[..., None], axis=-1)
    corners = texture.circular_lbp(noise, np.sqrt(2), 4)
    np.testing.assert_array_equal(corners, bits[..., ::2] @ [8, 4, 2, 1])
    sides = np.unpackbits(texture.circular_lbp(noise, 1, 8)[..., None], axis=-1)
    np.testing.assert_array_equal(sides[..., 1::2], bits[..., 1::2])


@pytest.mark.parametrize(("radius", "points"), [(1, 8), (1.5, 6), (2.3, 12), (3, 16)])
def test_values_between_pixels_are_those_of_scipy(noise, radius, points):
    codes = texture.circular_lbp(noise, radius, points)
    rows, columns = np.indices(noise.shape)
    for place, (down, right) in enumerate(texture.circle_offsets(radius, points)):
        where = [rows + down, columns + right]
        values = ndimage.map_coordinates(noise, where, order=1, mode="nearest")
        bits = (codes >> (points - 1 - place)) & 1
        np.testing.assert_array_equal(bits, values >= noise - 1e-9)  # beyond corners, ties


def test_codes_have_the_smallest_type_that_holds_them(noise):
    types = [texture.circular_lbp(noise, 1, points).dtype for points in (4, 8, 9, 16, 17, 32)]
    assert types == [np.uint8, np.uint8, np.uint16, np.uint16, np.uint32, np.uint32]
    assert texture.circular_lbp(noise, 1, 32).max() > 2**31


@few
@given(distinct_images())
def test_turning_the_image_turns_the_bits(image):
    turned = texture.lbp_image(np.rot90(image, -1))  # clockwise: two steps of 8 later
    np.testing.assert_array_equal(
        turned, rotated_left(np.rot90(texture.lbp_image(image), -1), -2, 8)
    )


@pytest.mark.parametrize("points", [4, 8, 16])
def test_a_quarter_turn_leaves_rotation_invariant_codes_as_they_are(noise, points):
    def numbers(image):
        codes = texture.circular_lbp(image, 1.5, points)
        return texture_histograms.rotation_invariant_uniform(codes, points)

    np.testing.assert_array_equal(numbers(np.rot90(noise)), np.rot90(numbers(noise)))


# Brightness and contrast, and where the invariance ends


@few
@given(distinct_images(), st.integers(1, 40), st.integers(-500, 500))
def test_brightness_and_contrast_change_no_code(image, gain, offset):
    np.testing.assert_array_equal(
        texture.lbp_image(gain * image + offset), texture.lbp_image(image)
    )
    np.testing.assert_array_equal(
        texture.circular_lbp(4.0 * image + offset, 1.5, 8), texture.circular_lbp(image, 1.5, 8)
    )


def test_any_rising_curve_changes_no_code_of_the_square(noise):
    for curve in (np.sqrt, np.square, np.exp):
        np.testing.assert_array_equal(
            texture.lbp_image(curve(noise / 100 + 2)), texture.lbp_image(noise)
        )


def test_between_pixels_only_straight_curves_change_nothing(noise):
    codes = texture.circular_lbp(noise, 1, 8)
    changed = np.mean(texture.circular_lbp(np.exp(noise / 10), 1, 8) != codes)
    assert 0.02 < changed < 0.9


def test_saturation_changes_codes(noise):
    bright = 2.4 * noise + 20
    saturated = np.clip(bright, 0, 255)
    np.testing.assert_array_equal(texture.lbp_image(bright), texture.lbp_image(noise))
    changed = texture.lbp_image(saturated) != texture.lbp_image(noise)
    assert changed.mean() > 0.2
    centre_saturated = bright > 255
    assert (
        texture.lbp_image(saturated)[centre_saturated] >= texture.lbp_image(noise)[centre_saturated]
    ).all()


@few
@given(distinct_images())
def test_a_negative_gain_turns_every_bit_inside(image):
    inside = (slice(1, -1), slice(1, -1))
    inverted = texture.lbp_image(-image)[inside]
    np.testing.assert_array_equal(inverted, 255 - texture.lbp_image(image)[inside])


def test_rounding_to_few_gray_values_changes_codes(noise):
    rounded = np.rint(0.1 * noise)
    assert np.mean(texture.lbp_image(rounded) != texture.lbp_image(noise)) > 0.2


def test_a_slow_bias_field_changes_few_codes():
    rng = np.random.default_rng(8)
    image = 100 + 30 * rng.random((64, 64))
    bias = 1 + 0.3 * np.linspace(0, 1, 64)[None, :]
    assert np.mean(texture.lbp_image(bias * image) != texture.lbp_image(image)) < 0.15


# Uniform patterns


def test_transitions_are_counted_round_the_circle():
    codes = [0b00000000, 0b11111111, 0b00000001, 0b10000001, 0b01010101, 0b00110110]
    assert texture_histograms.count_transitions(codes).tolist() == [0, 0, 2, 2, 8, 4]


@pytest.mark.parametrize("points", [2, 3, 4, 8, 12])
def test_there_are_as_many_uniform_codes_as_the_formula_says(points):
    codes = np.arange(2**points)
    uniform = texture_histograms.count_transitions(codes, points) <= 2
    assert uniform.sum() == points * (points - 1) + 2
    labels = texture_histograms.uniform_labels(codes, points)
    np.testing.assert_array_equal(labels[uniform], np.arange(uniform.sum()))
    assert (labels[~uniform] == uniform.sum()).all()


@pytest.mark.parametrize("points", [4, 8, 12])
def test_rotating_the_bits_keeps_transitions_and_the_invariant_number(points):
    codes = np.arange(2**points)
    numbers = texture_histograms.rotation_invariant_uniform(codes, points)
    transitions = texture_histograms.count_transitions(codes, points)
    for steps in range(1, points):
        turned = rotated_left(codes, steps, points)
        np.testing.assert_array_equal(
            texture_histograms.rotation_invariant_uniform(turned, points), numbers
        )
        np.testing.assert_array_equal(
            texture_histograms.count_transitions(turned, points), transitions
        )
    assert set(np.unique(numbers)) == set(range(points + 2))


def test_32_points_fit(noise):
    codes = texture.circular_lbp(noise, 3, 32)
    numbers = texture_histograms.rotation_invariant_uniform(codes, 32)
    assert numbers.max() == 33
    assert texture_histograms.uniform_labels(codes, 32).max() == 32 * 31 + 2


# Histograms


def test_shares_are_counts_divided_by_the_number_of_pixels(gray):
    codes = texture.lbp_image(gray)
    shares = texture_histograms.code_histogram(codes)
    assert shares.shape == (256,)
    assert shares.sum() == pytest.approx(1)
    assert shares[255] == np.mean(codes == 255)


def test_only_the_region_is_counted():
    codes = np.array([[0, 1], [2, 2]])
    region = codes > 0
    shares = texture_histograms.code_histogram(codes, 4, region)
    np.testing.assert_allclose(shares, [0, 1 / 3, 2 / 3, 0])


@few
@given(generators)
def test_chi_square_is_symmetric_between_0_and_1_and_0_for_equal(rng):
    first, second = rng.integers(0, 5, (2, 8)) + np.eye(8, dtype=int)[:2]
    distance = texture_histograms.chi_square(first, second)
    assert distance == pytest.approx(texture_histograms.chi_square(second, first))
    assert 0 <= distance <= 1
    assert texture_histograms.chi_square(first, 7 * first) == pytest.approx(0, abs=1e-15)


def test_chi_square_of_known_histograms():
    assert texture_histograms.chi_square([1, 0], [0, 1]) == 1
    by_hand = (0.25**2 / 0.75 + 0.25**2 / 1.25) / 2
    assert texture_histograms.chi_square([0.5, 0.5], [0.25, 0.75]) == pytest.approx(by_hand)


def test_the_nearest_histogram_is_found_and_of_equals_the_first():
    known = [[0.2, 0.8], [0.5, 0.5], [0.5, 0.5]]
    assert texture_histograms.nearest_histogram([4, 5], known) == 1
    assert texture_histograms.nearest_histogram([0, 1], known) == 0


def accuracy(images, histogram):
    """Learn textures from the left half of images, and tell tiles of the right half apart."""
    known = [histogram(image[:, :256]) for image in images]
    right = [
        texture_histograms.nearest_histogram(histogram(image[y : y + 64, x : x + 64]), known) == k
        for k, image in enumerate(images)
        for y in range(0, 512, 64)
        for x in range(256, 512, 64)
    ]
    return np.mean(right)


def test_codes_tell_photographed_textures_apart_in_any_light():
    textures = [data.brick(), data.grass(), data.gravel()]

    def histogram(image):
        return texture_histograms.code_histogram(texture.lbp_image(image))

    assert accuracy(textures, histogram) > 0.95
    known = [histogram(image) for image in textures]
    for k, image in enumerate(textures):
        darker = 0.4 * image.astype(float) + 90
        assert texture_histograms.nearest_histogram(histogram(darker), known) == k


def test_invariant_codes_tell_turned_textures_apart():
    textures = [data.brick(), data.grass(), data.gravel()]

    def histogram(image):
        numbers = texture_histograms.rotation_invariant_uniform(
            texture.circular_lbp(image, 2, 16), 16
        )
        return texture_histograms.code_histogram(numbers, 18)

    known = [histogram(image) for image in textures]
    for k, image in enumerate(textures):
        turned = ndimage.rotate(image.astype(float), 33, reshape=False)[128:-128, 128:-128]
        assert texture_histograms.nearest_histogram(histogram(turned), known) == k


# The second opinion


@pytest.mark.parametrize(("radius", "points"), [(1, 8), (2, 16), (3, 24), (2.5, 8)])
def test_circular_codes_are_those_of_scikit_image_read_from_another_start(gray, radius, points):
    image = gray.astype(float) + np.random.default_rng(9).random(gray.shape)
    inside = (slice(3, -3), slice(3, -3))  # beyond its border, scikit-image takes 0
    with pytest.warns(UserWarning, match="floating-point"):
        peer = local_binary_pattern(image, points, radius)
    ours = texture.circular_lbp(image, radius, points)
    np.testing.assert_array_equal(ours[inside], from_peer(peer, points)[inside])


def test_square_codes_are_those_of_scikit_image_at_two_radii(gray):
    # Its 4 points at radius 1 are the sides; 4 of its 8 points at radius sqrt(2) are the corners.
    sides = local_binary_pattern(gray, 8, 1).astype(np.uint64) & 0b01010101
    corners = local_binary_pattern(gray, 8, np.sqrt(2)).astype(np.uint64) & 0b10101010
    inside = (slice(2, -2), slice(2, -2))
    np.testing.assert_array_equal(
        texture.lbp_image(gray)[inside], from_peer(sides | corners, 8)[inside]
    )


@pytest.mark.parametrize(("radius", "points"), [(1, 8), (2, 16)])
def test_invariant_numbers_are_those_of_scikit_image_whatever_the_start(radius, points):
    image = np.random.default_rng(9).random((30, 30))
    with pytest.warns(UserWarning, match="floating-point"):
        peer = local_binary_pattern(image, points, radius, "uniform")
    codes = texture.circular_lbp(image, radius, points)
    ours = texture_histograms.rotation_invariant_uniform(codes, points)
    np.testing.assert_array_equal(ours[2:-2, 2:-2], peer[2:-2, 2:-2])


def test_uniform_labels_group_codes_as_scikit_image_does():
    image = np.random.default_rng(9).random((40, 40))
    with pytest.warns(UserWarning, match="floating-point"):
        peer = local_binary_pattern(image, 8, 1, "nri_uniform")[1:-1, 1:-1]
    ours = texture_histograms.uniform_labels(texture.circular_lbp(image, 1, 8))[1:-1, 1:-1]
    pairs = np.unique(np.stack([ours.ravel(), peer.ravel()]), axis=1)
    assert len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


# What cannot be taken


@pytest.mark.parametrize(
    "code",
    [texture.lbp_image, lambda image: texture.circular_lbp(image, 1.5, 8)],
    ids=["square", "circle"],
)
def test_strided_input_gives_the_same_and_stays_unchanged(noise, code):
    before = noise.copy()
    strided = noise[::2, ::-3].T
    np.testing.assert_array_equal(code(strided), code(strided.copy()))
    np.testing.assert_array_equal(noise, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: texture.lbp_bits(np.zeros((3, 4))), r"\(3, 4\)"),
        (lambda: texture.lbp_bits(np.full((3, 3), np.nan)), "NaN"),
        (lambda: texture.lbp_code([["a"] * 3] * 3), "real numbers"),
        (lambda: texture.code_of_bits([]), "bits are"),
        (lambda: texture.code_of_bits([0, 2]), "zeros and ones"),
        (lambda: texture.code_of_bits([0.5]), "zeros and ones"),
        (lambda: texture.code_of_bits([1] * 33), "1 to 32"),
        (lambda: texture.code_of_bits([[1]]), "one row"),
        (lambda: texture.lbp_image([1, 2, 3]), "at least 2"),
        (lambda: texture.lbp_image(np.zeros((0, 3))), "empty"),
        (lambda: texture.lbp_image([[np.inf, 1]]), "infinite"),
        (lambda: texture.circular_lbp([1, 2, 3], 1, 8), "at least 2"),
        (lambda: texture.circular_lbp([[np.nan]], 1, 8), "NaN"),
        (lambda: texture.circular_lbp([[1]], 0, 8), "radius is 0"),
        (lambda: texture.circular_lbp([[1]], np.inf, 8), "radius is inf"),
        (lambda: texture.circular_lbp([[1]], 1, 33), "33 points"),
        (lambda: texture.circle_offsets(1, 1), "1 points"),
        (lambda: texture.circle_offsets(1, 4.0), "whole number"),
        (lambda: texture_histograms.count_transitions([256]), "0 to 255"),
        (lambda: texture_histograms.count_transitions([-1]), "-1"),
        (lambda: texture_histograms.count_transitions([1], 1), "1 points"),
        (lambda: texture_histograms.uniform_labels([0.5]), "whole numbers"),
        (lambda: texture_histograms.rotation_invariant_uniform([16], 4), "0 to 15"),
        (lambda: texture_histograms.code_histogram([0, 4], 4), "0 to 3"),
        (lambda: texture_histograms.code_histogram([], 4), "whole numbers"),
        (lambda: texture_histograms.code_histogram([0], 0), "number of codes"),
        (lambda: texture_histograms.code_histogram([0], 4, [False]), "empty"),
        (lambda: texture_histograms.code_histogram([0], 4, [True, True]), "shape"),
        (lambda: texture_histograms.chi_square([1, 2], [1, 2, 3]), "shapes"),
        (lambda: texture_histograms.chi_square([0, 0], [1, 2]), "all 0"),
        (lambda: texture_histograms.chi_square([-1, 2], [1, 2]), "negative"),
        (lambda: texture_histograms.chi_square([np.nan], [1]), "NaN"),
        (lambda: texture_histograms.chi_square([[1]], [[1]]), "one row"),
        (lambda: texture_histograms.nearest_histogram([1], [1]), "one row for each"),
        (lambda: texture_histograms.nearest_histogram([1], np.zeros((0, 1))), "one row for each"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
