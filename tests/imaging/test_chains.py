import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage
from scipy.spatial.transform import Rotation

from course_lib.imaging import chains
from course_lib.imaging.transforms import compose, invert, translation

GRID = np.array([2.0, 3.0, 4.0]), np.array([-50.0, 10.0, 7.0])
OTHER = np.array([1.5, 2.5, 3.5]), np.array([-70.0, -50.0, -60.0])


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def matrix():
    """An affine motion that turns, enlarges and moves."""
    turn = np.eye(4)
    turn[:3, :3] = 1.1 * Rotation.from_euler("xyz", [8, -5, 10], degrees=True).as_matrix()
    return compose(turn, translation([4.0, -7.0, 2.0]))


def test_without_a_motion_and_on_one_grid_each_voxel_lies_in_itself(rng):
    index = rng.integers(0, 40, (6, 3))
    np.testing.assert_allclose(chains.source_index(index, GRID, np.eye(4), GRID), index, atol=1e-9)


def test_the_way_there_and_the_way_back_meet(rng, matrix):
    index = rng.uniform(0, 40, (6, 3))
    there = chains.source_index(index, GRID, matrix, OTHER)
    back = chains.source_index(there, OTHER, invert(matrix), GRID)
    np.testing.assert_allclose(back, index, atol=1e-9)


def test_a_source_that_lies_too_low_is_read_further_down():
    index = chains.source_index([[10, 0, 0]], GRID, translation([6.0, 0, 0]), GRID)
    np.testing.assert_allclose(index, [[7.0, 0, 0]])


def test_reading_there_is_what_simpleitk_resamples(rng, matrix):
    source = ndimage.gaussian_filter(rng.normal(size=(30, 32, 34)), 2).astype(np.float32)
    shape = (12, 13, 14)
    index = np.stack(np.indices(shape), axis=-1).reshape(-1, 3)
    places = chains.source_index(index, GRID, matrix, OTHER)
    ours = ndimage.map_coordinates(source, places.T, order=1).reshape(shape)
    images = []
    for array, (spacing, origin) in ((np.zeros(shape, np.float32), GRID), (source, OTHER)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(spacing[::-1].tolist())
        image.SetOrigin(origin[::-1].tolist())
        images.append(image)
    inverse = invert(matrix)[:3][:, [2, 1, 0, 3]][::-1]
    transform = sitk.AffineTransform(inverse[:, :3].ravel().tolist(), inverse[:, 3].tolist())
    theirs = sitk.GetArrayFromImage(sitk.Resample(images[1], images[0], transform))
    within = ((places >= 0) & (places <= np.array(source.shape) - 1)).all(axis=1).reshape(shape)
    assert within.sum() > 50
    np.testing.assert_allclose(ours[within], theirs[within], atol=1e-4)


def test_two_maps_meet_in_the_middle_but_where_one_is_not_trusted(rng):
    own, others = rng.normal(size=(2, 8, 8)) * 500
    untrusted = rng.random((8, 8)) < 0.3
    made = chains.combine_maps(own, others, untrusted)
    np.testing.assert_allclose(made[~untrusted], (own + others)[~untrusted] / 2)
    np.testing.assert_array_equal(made[untrusted], others[untrusted])


def test_errors_of_different_causes_shrink_by_the_root_of_two(rng):
    own, others = rng.normal(0, 100, (2, 100_000))
    made = chains.combine_maps(own, others, np.zeros(own.shape, bool))
    assert made.std() == pytest.approx(100 / np.sqrt(2), rel=0.01)


def test_maps_stored_as_whole_numbers_do_not_overflow():
    big = np.array([30_000], np.int16)
    assert chains.combine_maps(big, big, np.array([False])) == 30_000


def test_an_image_that_is_right_up_to_a_factor_is_wrong_by_that_factor_everywhere(rng):
    reference = rng.uniform(1, 9, 50)
    table = chains.step_errors(reference, [0.9 * reference, reference], reference > 3)
    np.testing.assert_allclose(table, [[-10, 10], [0, 0]], atol=1e-9)


def test_the_mean_without_signs_is_never_below_the_bias(rng):
    reference = rng.uniform(1, 9, 50)
    images = [reference + noise for noise in rng.normal(0, 1, (5, 50))]
    bias, unsigned = chains.step_errors(reference, images, np.ones(50, bool)).T
    assert (unsigned >= np.abs(bias)).all()


def test_shares_of_an_error_add_up_to_all_of_it_and_do_not_depend_on_its_size(rng):
    reference, made = rng.normal(size=(2, 60))
    labels = rng.integers(0, 4, 60)
    shares = chains.error_budget(reference, made, labels)
    assert sum(shares.values()) == pytest.approx(100)
    larger = chains.error_budget(reference, reference + 7 * (made - reference), labels)
    assert larger == pytest.approx(shares)


def test_costs_fall_and_keep_the_order_of_equals():
    costs = chains.costs_of_leaving_out(2.0, {"a": 3.0, "b": 1.0, "c": 3.0, "d": 9.0})
    assert costs == [("d", 7.0), ("a", 1.0), ("c", 1.0), ("b", -1.0)]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: chains.source_index([[0, 0, 0]], ([0, 1, 1], [0, 0, 0]), np.eye(4), GRID),
         "positive"),
        (lambda: chains.source_index([[0, 0, 0]], GRID, np.diag([0, 1, 1, 1]), GRID), "inverse"),
        (lambda: chains.combine_maps(np.ones(2), np.ones(3), np.zeros(2, bool)), "shape"),
        (lambda: chains.combine_maps(np.ones(2), np.ones(2), np.zeros(2)), "bool"),
        (lambda: chains.step_errors(np.ones(2), [], np.ones(2, bool)), "at least one"),
        (lambda: chains.step_errors(np.zeros(2), [np.ones(2)], np.ones(2, bool)), "above 0"),
        (lambda: chains.step_errors(np.ones(2), [np.ones(2)], np.zeros(2, bool)), "empty"),
        (lambda: chains.step_errors(np.ones(2), [np.ones(3)], np.ones(2, bool)), "shape"),
        (lambda: chains.error_budget([1.0], [1.0], [2]), "no error"),
        (lambda: chains.error_budget([1.0], [2.0], [2, 4]), "shape"),
        (lambda: chains.costs_of_leaving_out(1.0, {}), "no steps"),
        (lambda: chains.costs_of_leaving_out(1.0, {"a": float("nan")}), "finite"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
