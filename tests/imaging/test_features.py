"""Filters, edges, blobs and feature tables against known truths and the peers."""

import numpy as np
import pytest
import skimage.filters
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from course_lib.data import phantom
from course_lib.imaging import edges, features, filters
from course_lib.imaging.texture import lbp_image

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


@st.composite
def images(draw):
    """Draw an image of 1 to 3 axes."""
    return draw(generators).normal(50, 20, draw(shapes))


@st.composite
def images_and_kernels(draw):
    """Draw an image of 1 to 3 axes and a kernel with a middle."""
    image = draw(images())
    return image, draw(generators).normal(
        size=[draw(st.sampled_from([1, 3, 5])) for _ in image.shape]
    )


@pytest.fixture
def scan():
    return np.random.default_rng(4).gamma(3.0, 40.0, (9, 11, 13))


def gaussian(shape, center, sigma, spacing=1.0):
    """Return a Gaussian of height 1."""
    mm = np.moveaxis(np.indices(shape), 0, -1) * np.broadcast_to(spacing, len(shape))
    return np.exp(-((mm - center) ** 2).sum(axis=-1) / (2 * sigma**2))


def disc(shape, radius):
    """Return a disc or ball in the middle of an image."""
    centered = np.indices(shape) - (np.array(shape) // 2)[(...,) + (None,) * len(shape)]
    return (np.sum(centered**2, axis=0) <= radius**2).astype(float)


FILTERS = {
    "correlate": lambda image: filters.correlate(image, np.ones((3,) * np.ndim(image))),
    "convolve": lambda image: filters.convolve(image, np.ones((3,) * np.ndim(image))),
    "box_blur": lambda image: filters.box_blur(image, 3),
    "gaussian_blur": lambda image: filters.gaussian_blur(image, 1.0),
    "gradient": edges.gradient,
    "gradient_magnitude": edges.gradient_magnitude,
    "laplacian_of_gaussian": lambda image: edges.laplacian_of_gaussian(image, 1.0),
    "blob_response": lambda image: edges.blob_response(image, 1.0),
}
every_filter = pytest.mark.parametrize("name", FILTERS)


# Correlation and convolution


def test_correlation_is_the_formula_of_the_lecture():
    rng = np.random.default_rng(1)
    f, h, reach = rng.normal(size=(7, 8)), rng.normal(size=(5, 5)), 2
    g = filters.correlate(f, h)
    for y in range(reach, 7 - reach):
        for x in range(reach, 8 - reach):
            total = sum(
                h[j + reach, i + reach] * f[y + j, x + i]
                for j in range(-reach, reach + 1)
                for i in range(-reach, reach + 1)
            )
            assert g[y, x] == pytest.approx(total)


def test_one_bright_pixel_becomes_the_kernel_turned_round_and_by_convolution_the_kernel():
    kernel = np.arange(15.0).reshape(3, 5)
    image = np.zeros((7, 9))
    image[3, 4] = 1
    np.testing.assert_array_equal(filters.correlate(image, kernel)[2:5, 2:7], kernel[::-1, ::-1])
    np.testing.assert_array_equal(filters.convolve(image, kernel)[2:5, 2:7], kernel)


def test_a_kernel_that_moves_the_image_shows_the_direction_of_both():
    image = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(filters.correlate(image, [0, 0, 1]), [2, 3, 4, 4])
    np.testing.assert_array_equal(filters.convolve(image, [0, 0, 1]), [1, 1, 2, 3])


@few
@given(images_and_kernels(), st.sampled_from(["edge", "zero"]))
def test_correlation_pads_as_it_says(pair, padding):
    image, kernel = pair
    reach = [(length // 2,) * 2 for length in kernel.shape]
    padded = np.pad(image, reach, mode="edge" if padding == "edge" else "constant")
    view = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    expected = (view * kernel).sum(axis=tuple(range(-image.ndim, 0)))
    np.testing.assert_allclose(filters.correlate(image, kernel, padding), expected, atol=1e-9)


@few
@given(images_and_kernels())
def test_convolution_is_correlation_with_the_kernel_turned_round(pair):
    image, kernel = pair
    turned = np.flip(kernel)
    np.testing.assert_allclose(
        filters.convolve(image, kernel), filters.correlate(image, turned), atol=1e-9
    )


@few
@given(images_and_kernels())
def test_correlation_is_linear_in_the_image(pair):
    image, kernel = pair
    both = filters.correlate(3 * image + 2, kernel)
    expected = 3 * filters.correlate(image, kernel) + 2 * kernel.sum()
    np.testing.assert_allclose(both, expected, atol=1e-9)


def test_correlation_agrees_with_two_peers():
    rng = np.random.default_rng(2)
    image, kernel = rng.normal(size=(20, 30)), rng.normal(size=(5, 3))
    peer = signal.correlate2d(image, kernel, mode="same")
    np.testing.assert_allclose(filters.correlate(image, kernel, "zero"), peer, atol=1e-12)
    peer = ndimage.correlate(image, kernel, mode="nearest")
    np.testing.assert_allclose(filters.correlate(image, kernel), peer, atol=1e-12)
    peer = signal.convolve2d(image, kernel, mode="same")
    np.testing.assert_allclose(filters.convolve(image, kernel, "zero"), peer, atol=1e-12)


# Blur


def test_a_box_blur_is_the_mean_of_the_square(scan):
    blurred = filters.box_blur(scan, 5)
    assert blurred[4, 5, 6] == pytest.approx(scan[2:7, 3:8, 4:9].mean())
    kernel = np.full((5, 5, 5), 1 / 125)
    np.testing.assert_allclose(blurred, filters.correlate(scan, kernel))
    np.testing.assert_array_equal(filters.box_blur(scan, 1), scan)


def test_a_gaussian_blur_spreads_by_sigma_in_mm_along_every_axis():
    image, spacing = np.zeros((41, 61, 51)), np.array([2.0, 1.0, 1.5])
    image[20, 30, 25] = 1
    blurred = filters.gaussian_blur(image, 4.0, spacing)
    assert blurred.sum() == pytest.approx(1)
    for axis, step in enumerate(spacing):
        mm = (np.arange(image.shape[axis]) - image.shape[axis] // 2) * step
        others = tuple(other for other in range(3) if other != axis)
        variance = (blurred.sum(axis=others) * mm**2).sum()
        assert np.sqrt(variance) == pytest.approx(4.0, rel=0.002)  # the kernel ends at 4 sigma


def test_two_blurs_are_one_of_the_summed_variance():
    image = np.random.default_rng(3).normal(size=(80, 80))
    twice = filters.gaussian_blur(filters.gaussian_blur(image, 3), 4)
    once = filters.gaussian_blur(image, 5)
    np.testing.assert_allclose(twice[24:-24, 24:-24], once[24:-24, 24:-24], atol=2e-4)


def test_sigma_0_changes_nothing_and_gives_a_new_array(scan):
    blurred = filters.gaussian_blur(scan, 0)
    np.testing.assert_array_equal(blurred, scan)
    assert not np.shares_memory(blurred, scan)


@few
@given(images(), st.floats(0.3, 4))
def test_blurred_values_stay_within_the_range_of_the_image(image, sigma):
    for blurred in (filters.gaussian_blur(image, sigma), filters.box_blur(image, 3)):
        assert blurred.min() >= image.min() - 1e-9
        assert blurred.max() <= image.max() + 1e-9


def test_blurring_lowers_noise_as_the_formula_says():
    noise = np.random.default_rng(5).normal(size=(300, 300))
    assert filters.box_blur(noise, 5)[5:-5, 5:-5].std() == pytest.approx(1 / 5, rel=0.03)
    deviation = filters.gaussian_blur(noise, 2)[10:-10, 10:-10].std()
    assert deviation == pytest.approx(1 / (2 * np.sqrt(np.pi) * 2), rel=0.03)


def test_a_gaussian_blur_agrees_with_scikit_image(scan):
    peer = skimage.filters.gaussian(scan, (0.5, 1, 2), mode="nearest", preserve_range=True)
    np.testing.assert_allclose(filters.gaussian_blur(scan, 2, (4, 2, 1)), peer)


# Gradient


@few
@given(shapes, generators)
def test_the_gradient_of_a_linear_image_is_exact_up_to_the_border(shape, rng):
    slopes, spacing = rng.normal(size=len(shape)), rng.uniform(0.5, 4, len(shape))
    mm = np.indices(shape) * spacing[(...,) + (None,) * len(shape)]
    image = np.tensordot(slopes, mm, 1) + 7
    found = edges.gradient(image, spacing)
    assert found.shape == (len(shape), *shape)
    for axis, length in enumerate(shape):
        np.testing.assert_allclose(found[axis], slopes[axis] if length > 1 else 0, atol=1e-9)
    alive = [slope for slope, length in zip(slopes, shape, strict=True) if length > 1]
    np.testing.assert_allclose(
        edges.gradient_magnitude(image, spacing), np.linalg.norm(alive), atol=1e-9
    )


def test_the_gradient_is_per_mm(scan):
    np.testing.assert_allclose(edges.gradient(scan, 2.0), edges.gradient(scan) / 2)
    thick = edges.gradient(scan, [4.4, 0.5, 0.5])
    np.testing.assert_allclose(thick[0], edges.gradient(scan)[0] / 4.4)


@few
@given(images())
def test_the_magnitude_is_the_length_of_the_gradient(image):
    length = np.sqrt((edges.gradient(image, 0.7) ** 2).sum(axis=0))
    np.testing.assert_allclose(edges.gradient_magnitude(image, 0.7), length)


def test_the_magnitude_does_not_depend_on_the_direction_of_an_edge():
    y, x = np.indices((61, 61)) - 30.0
    steepest = [
        edges.gradient_magnitude(np.tanh((x * np.cos(angle) + y * np.sin(angle)) / 6)).max()
        for angle in np.radians([0, 17, 45, 80])
    ]
    np.testing.assert_allclose(steepest, 1 / 6, rtol=0.02)


def test_the_gradient_agrees_with_numpy_and_nearly_with_sobel(scan):
    np.testing.assert_allclose(edges.gradient(scan, 0.5), np.gradient(scan, 0.5))
    smooth = filters.gaussian_blur(np.random.default_rng(6).normal(size=(64, 64)), 4)
    ours = edges.gradient_magnitude(smooth)[2:-2, 2:-2]
    # It takes the whole difference of the two neighbours, and the mean square over the axes.
    peer = skimage.filters.sobel(smooth)[2:-2, 2:-2] / 2 * np.sqrt(2)
    np.testing.assert_allclose(ours, peer, atol=0.03 * peer.max())


# Edges and blobs


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_laplacian_of_a_parabola_is_twice_its_curvatures(axes):
    mm = np.indices((7,) * axes) * 0.5
    image = np.tensordot(np.arange(1.0, axes + 1), mm**2, 1)
    inside = (slice(1, -1),) * axes
    found = edges.laplacian_of_gaussian(image, 0, 0.5)[inside]
    np.testing.assert_allclose(found, axes * (axes + 1))


def test_a_constant_or_slanted_image_has_no_edges_and_no_blobs():
    slanted = 1000 + np.add.outer(3.0 * np.arange(40), 2.0 * np.arange(40))
    found = edges.laplacian_of_gaussian(slanted, 2)[12:-12, 12:-12]
    np.testing.assert_allclose(found, 0, atol=1e-9)
    np.testing.assert_allclose(edges.blob_response(np.full((20, 20), 1000.0), 3), 0, atol=1e-9)


def test_the_laplacian_changes_sign_at_an_edge():
    image = np.zeros((20, 40))
    image[:, 20:] = 100
    row = edges.laplacian_of_gaussian(image, 2)[10]
    assert row[19] > 0 > row[20]
    assert row[19] == pytest.approx(-row[20])


@pytest.mark.parametrize(("axes", "best"), [(1, np.sqrt(2)), (2, 1.0), (3, np.sqrt(2 / 3))])
def test_a_gaussian_blob_answers_as_the_formula_says_and_most_at_its_own_size(axes, best):
    width, middle = 6.0, 30
    image = gaussian((61,) * axes, middle, width)
    sigmas = width * best * np.array([0.8, 1.0, 1.25])
    answers = [edges.blob_response(image, sigma)[(middle,) * axes] for sigma in sigmas]
    ratio = width**2 / (width**2 + sigmas**2)
    expected = axes * sigmas**2 / (width**2 + sigmas**2) * ratio ** (axes / 2)
    np.testing.assert_allclose(answers, expected, rtol=0.03)
    assert answers[1] == max(answers)


@pytest.mark.parametrize(("axes", "shape"), [(2, (81, 81)), (3, (41, 41, 41))])
def test_a_disc_answers_most_at_its_radius_by_the_root_of_the_axes(axes, shape):
    radius = 12 if axes == 2 else 8
    sigmas = radius / np.sqrt(axes) * np.array([0.7, 0.85, 1.0, 1.15, 1.4])
    middle = tuple(length // 2 for length in shape)
    answers = [edges.blob_response(disc(shape, radius), sigma)[middle] for sigma in sigmas]
    assert np.argmax(answers) == 2


def test_blobs_are_found_with_the_spacing_in_mm():
    shape, spacing, center = (15, 50, 60), np.array([4.0, 1.0, 1.0]), np.array([28, 20, 33.0])
    image = gaussian(shape, center, 6, spacing)
    response = edges.blob_response(image, 5, spacing)
    np.testing.assert_array_equal(np.unravel_index(response.argmax(), shape), center / spacing)
    np.testing.assert_allclose(edges.blob_response(-image, 5, spacing), -response)


def test_the_laplacian_agrees_with_scipy_where_sigma_is_some_voxels():
    image = np.random.default_rng(7).normal(size=(60, 60))
    ours, peer = edges.laplacian_of_gaussian(image, 4), ndimage.gaussian_laplace(image, 4)
    np.testing.assert_allclose(ours[20:-20, 20:-20], peer[20:-20, 20:-20], atol=0.05 * peer.max())


# Positions and tables


@given(shapes)
def test_positions_run_from_0_to_1_along_their_own_axis_only(shape):
    places = features.positions(shape)
    assert places.shape == (len(shape), *shape)
    for axis, length in enumerate(shape):
        line = np.moveaxis(places[axis], axis, 0)
        expected = np.arange(length) / (length - 1) if length > 1 else np.array([0.5])
        np.testing.assert_allclose(
            line,
            np.broadcast_to(expected.reshape(-1, *[1] * (line.ndim - 1)), line.shape),
            atol=1e-6,
        )


@few
@given(shapes, st.integers(1, 4), generators)
def test_every_row_holds_all_features_of_one_voxel(shape, count, rng):
    stack = rng.normal(size=(count, *shape))
    table = features.stack_features(list(stack))
    assert table.shape == (stack[0].size, count)
    for row, voxel in zip(table, np.ndindex(shape), strict=True):
        np.testing.assert_array_equal(row, stack[(slice(None), *voxel)])


@few
@given(shapes, generators)
def test_a_column_goes_back_to_its_voxels(shape, rng):
    image, mask = rng.normal(size=shape), rng.random(shape) < 0.5
    mask.flat[0] = True
    table = features.stack_features([image, image + 1], mask)
    assert table.shape == (mask.sum(), 2)
    back = features.image_from_rows(table[:, 1], shape, mask, outside=-1000)
    np.testing.assert_array_equal(back, np.where(mask, image + 1, -1000))
    whole = features.stack_features([image])[:, 0]
    np.testing.assert_array_equal(features.image_from_rows(whole, shape), image)


def test_labels_keep_their_dtype_on_the_way_back():
    back = features.image_from_rows(np.array([3, 4], np.uint8), (3,), [True, False, True])
    assert back.dtype == np.uint8
    assert back.tolist() == [3, 0, 4]


def test_columns_are_named_in_the_order_given():
    table = features.feature_table({"R2*": [[1, 2]], "LBP": [[59, 167]], "MR": [[7.5, 8.5]]})
    assert table.names == ("R2*", "LBP", "MR")
    np.testing.assert_array_equal(table.values, [[1, 59, 7.5], [2, 167, 8.5]])


def test_the_features_of_the_lecture_make_a_table():
    mr = np.random.default_rng(8).gamma(3, 40, (12, 14)).astype(np.float32)
    r2_star = np.random.default_rng(9).gamma(2, 100, (12, 14)).astype(np.float32)
    images = features.basic_features(mr, 1.5) | {"R2*": r2_star, "LBP": lbp_image(mr)}
    table = features.feature_table(images)
    assert table.values.shape == (168, 7)
    assert table.values.dtype == np.float32
    assert table.names == (
        "normalised",
        "blurred",
        "gradient magnitude",
        "position y",
        "position x",
        "R2*",
        "LBP",
    )
    low, high = table.values[:, :5].min(axis=0), table.values[:, :5].max(axis=0)
    assert (low[[0, 3, 4]] == 0).all()
    assert (high[[0, 3, 4]] == 1).all()


def test_basic_features_are_those_of_the_normalised_image_in_mm(scan):
    spacing = [4.4, 0.5, 0.7]
    made = features.basic_features(scan, 1.5, spacing)
    normalised = (scan - scan.min()) / (scan.max() - scan.min())
    np.testing.assert_allclose(made["normalised"], normalised)
    blurred = filters.gaussian_blur(normalised, 1.5, spacing)
    np.testing.assert_allclose(made["blurred"], blurred)
    slopes = edges.gradient_magnitude(normalised, spacing)
    np.testing.assert_allclose(made["gradient magnitude"], slopes)
    np.testing.assert_array_equal(made["position z"], features.positions(scan.shape)[0])


def test_features_of_a_head_are_steep_at_its_skin_and_not_in_the_air():
    head = phantom.head(1, spacing_mm=6, anatomy="analytic")
    made = features.basic_features(head.t1, 6.0, 6.0)
    assert [name for name in made if name.startswith("position")] == [
        "position z",
        "position y",
        "position x",
    ]
    body = ndimage.binary_fill_holes(head.labels > 0)
    rim = body & ~ndimage.binary_erosion(body)
    far_away = ~ndimage.binary_dilation(body, iterations=3)
    steep = filters.gaussian_blur(made["gradient magnitude"], 3.0, 6.0)
    assert steep[rim].mean() > 3 * steep[far_away].mean()
    table = features.feature_table(made, body)
    assert table.values.shape == (body.sum(), 6)


# All filters


@every_filter
@pytest.mark.parametrize(
    ("given", "expected"),
    [("uint8", "f4"), ("int16", "f4"), ("f4", "f4"), ("int32", "f8"), ("f8", "f8"), ("bool", "f4")],
)
def test_single_precision_stays_single(name, given, expected):
    image = np.random.default_rng(10).integers(0, 100, (8, 9)).astype(given)
    result = FILTERS[name](image)
    assert result.dtype == expected
    exact = FILTERS[name](image.astype(float))
    np.testing.assert_allclose(result, exact, rtol=1e-5, atol=1e-4)


@every_filter
def test_strided_input_gives_the_same_and_stays_unchanged(name, scan):
    before = scan.copy()
    strided = scan[::2, ::-1, 1::3]
    np.testing.assert_allclose(FILTERS[name](strided), FILTERS[name](strided.copy()), atol=1e-12)
    np.testing.assert_array_equal(scan, before)
    assert not np.shares_memory(FILTERS[name](scan), scan)


@every_filter
def test_one_voxel_has_no_edges_and_a_blur_keeps_it(name):
    result = FILTERS[name]([[7.0]])
    kept = 63 if name in ("correlate", "convolve") else 7 if "blur" in name else 0
    np.testing.assert_allclose(result, np.full(result.shape, kept))


@every_filter
def test_images_that_make_no_sense_are_refused(name):
    for image, message in [
        (np.array([[1.0, np.nan]]), "NaN"),
        (np.array([[1.0, -np.inf]]), "infinite"),
        (np.zeros((0, 3)), "empty"),
        (np.array([["a"]]), "real numbers"),
        (np.array([[1j]]), "real numbers"),
        (3.0, "single number"),
    ]:
        with pytest.raises(ValueError, match=message):
            FILTERS[name](image)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: filters.correlate([1, 2, 3], [1, 1]), "must be odd"),
        (lambda: filters.correlate([1, 2, 3], [[1]]), "2 axes, the image 1"),
        (lambda: filters.correlate([1, 2, 3], [np.nan]), "NaN"),
        (lambda: filters.correlate([1, 2, 3], []), "empty"),
        (lambda: filters.correlate([1, 2, 3], [1], "wrap"), "'wrap'"),
        (lambda: filters.convolve([1, 2, 3], [1, 1]), "must be odd"),
        (lambda: filters.box_blur([1, 2, 3], 2), "must be odd"),
        (lambda: filters.box_blur([1, 2, 3], -1), "at least 1"),
        (lambda: filters.box_blur([1, 2, 3], 3.0), "whole number"),
        (lambda: filters.gaussian_blur([1, 2, 3], -1), "Sigma is -1 mm"),
        (lambda: filters.gaussian_blur([1, 2, 3], np.nan), "Sigma is nan"),
        (lambda: filters.gaussian_blur([1, 2, 3], 1, 0), "must be positive"),
        (lambda: filters.gaussian_blur([1, 2, 3], 1, [1, 1]), "one number or 1"),
        (lambda: edges.gradient([1, 2, 3], -1), "must be positive"),
        (lambda: edges.gradient_magnitude([1, 2, 3], [1, 1]), "one number or 1"),
        (lambda: edges.laplacian_of_gaussian([1, 2, 3], -1), "Sigma is -1"),
        (lambda: edges.blob_response([1, 2, 3], 0), "above 0"),
        (lambda: edges.blob_response([1, 2, 3], np.inf), "Sigma is inf"),
        (lambda: features.positions(()), "at least one axis"),
        (lambda: features.positions((3, 0)), "at least one axis"),
        (lambda: features.basic_features(np.zeros((2, 2))), "All values are 0"),
        (lambda: features.basic_features(np.zeros((2,) * 4)), "1 to 3"),
        (lambda: features.basic_features([1.0, np.nan]), "NaN"),
        (lambda: features.stack_features([]), "no features"),
        (lambda: features.stack_features([[1, 2], [1, 2, 3]]), "shapes"),
        (lambda: features.stack_features([[1, np.nan]]), "NaN"),
        (lambda: features.stack_features([[]]), "empty"),
        (lambda: features.stack_features([[1, 2]], [False, False]), "empty"),
        (lambda: features.stack_features([[1, 2]], [1, 0]), "bool"),
        (lambda: features.feature_table({}), "no features"),
        (lambda: features.image_from_rows([1, 2], (3,)), "3 voxels"),
        (lambda: features.image_from_rows([1, 2], (2,), [True, False]), "1 voxels"),
        (lambda: features.image_from_rows([[1, 2]], (2,)), "2 voxels"),
        (lambda: features.image_from_rows(np.array([1], "u1"), (2,), [True, False], -1), "outside"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
