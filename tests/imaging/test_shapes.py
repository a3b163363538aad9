"""Shapes, Procrustes analysis and shape models against known truths and the peers."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes as scipy_procrustes
from sklearn.decomposition import PCA

from course_lib.data import phantom
from course_lib.imaging import procrustes, rotations, shape_models, shapes, transforms
from course_lib.imaging.point_fits import fit_similarity

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
TRIANGLE = np.array([[0.0, 0.0], [0.0, 30.0], [40.0, 0.0]])


@st.composite
def shape_stacks(draw):
    """Draw several shapes in 2-D or 3-D, in mm."""
    rng, axes = draw(generators), draw(st.sampled_from([2, 3]))
    people, count = draw(st.integers(2, 6)), draw(st.integers(axes + 1, 9))
    mean = rng.uniform(-100, 100, (count, axes))
    return mean + rng.normal(0, 5, (people, count, axes))


def similar(shape, rng):
    """Move, turn and scale a shape at random."""
    axes = shape.shape[1]
    angles = rng.uniform(-180, 180, 1 if axes == 2 else 3)
    matrix = rotations.rigid(angles, rng.uniform(-50, 50, axes), np.zeros(axes))
    return transforms.apply(matrix, shape * rng.uniform(0.5, 2))


# One shape, and one onto another


def test_a_rectangle_of_6_by_8_mm_has_a_centroid_size_of_10():
    assert shapes.centroid_size([[1, 1], [1, 9], [7, 1], [7, 9]]) == pytest.approx(10)
    assert shapes.centroid_size([[4, 4]]) == 0


@few
@given(shape_stacks(), generators)
def test_centring_and_scaling_takes_off_place_and_size(stack, rng):
    scaled = shapes.center_and_scale(stack)
    np.testing.assert_allclose(scaled.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(shapes.centroid_size(scaled), 1)
    moved = rng.uniform(0.1, 9) * stack + rng.uniform(-99, 99, stack.shape[2])
    np.testing.assert_allclose(shapes.center_and_scale(moved), scaled, atol=1e-9)


def test_a_quarter_turn_is_found_as_the_matrix_that_makes_it():
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    found = shapes.best_rotation(TRIANGLE, 3 * TRIANGLE @ quarter + [7, -9])
    np.testing.assert_allclose(found, quarter, atol=1e-12)


@few
@given(shape_stacks())
def test_the_best_rotation_never_mirrors(stack):
    mirrored = stack[0] * np.r_[-1.0, np.ones(stack.shape[2] - 1)]
    for moving, fixed in [(stack[0], stack[1]), (stack[0], mirrored)]:
        turn = shapes.best_rotation(moving, fixed)
        np.testing.assert_allclose(turn.T @ turn, np.eye(len(turn)), atol=1e-9)
        assert np.linalg.det(turn) == pytest.approx(1)


@few
@given(generators)
def test_no_other_angle_brings_a_shape_nearer(rng):
    moving, fixed = shapes.center_and_scale(rng.normal(size=(2, 6, 2)))
    found = np.square(moving @ shapes.best_rotation(moving, fixed) - fixed).sum()
    for degrees in range(0, 360, 5):
        turn = rotations.rotation(degrees, [0, 0])[:2, :2]
        assert found <= np.square(moving @ turn.T - fixed).sum() + 1e-9


@few
@given(shape_stacks(), generators)
def test_a_similar_shape_is_laid_exactly_onto_the_other(stack, rng):
    moved = similar(stack[0], rng)
    np.testing.assert_allclose(shapes.align(moved, stack[0]), stack[0], atol=1e-8)
    assert shapes.disparity(moved, stack[0]) == pytest.approx(0, abs=1e-12)


@few
@given(shape_stacks())
def test_laying_one_shape_onto_another_is_the_fit_of_registration(stack):
    moving, fixed = stack[:2]
    expected = transforms.apply(fit_similarity(moving, fixed), moving)
    np.testing.assert_allclose(shapes.align(moving, fixed), expected, atol=1e-9)


@few
@given(shape_stacks())
def test_many_shapes_at_once_give_the_same_as_one_by_one(stack):
    for method in (shapes.align, shapes.best_rotation, shapes.disparity):
        one_by_one = [method(shape, stack[0]) for shape in stack]
        np.testing.assert_allclose(method(stack, stack[0]), one_by_one, atol=1e-9)


@few
@given(shape_stacks())
def test_disparity_is_symmetric_and_between_0_and_1(stack):
    there, back = shapes.disparity(*stack[:2]), shapes.disparity(stack[1], stack[0])
    assert there == pytest.approx(float(back), abs=1e-12)
    assert 0 <= there <= 1


@few
@given(shape_stacks())
def test_alignment_agrees_with_scipy_where_no_mirror_fits_better(stack):
    fixed, moving = stack[:2]
    standard = [shapes.center_and_scale(shape) for shape in (fixed, moving)]
    turn, _ = orthogonal_procrustes(standard[1], standard[0])
    assume(np.linalg.det(turn) > 0)  # SciPy mirrors where that fits better
    np.testing.assert_allclose(shapes.best_rotation(moving, fixed), turn, atol=1e-9)
    peer_fixed, peer_moved, peer_disparity = scipy_procrustes(fixed, moving)
    np.testing.assert_allclose(standard[0], peer_fixed, atol=1e-12)
    ours = (shapes.align(moving, fixed) - fixed.mean(axis=0)) / shapes.centroid_size(fixed)
    np.testing.assert_allclose(ours, peer_moved, atol=1e-9)
    assert shapes.disparity(fixed, moving) == pytest.approx(peer_disparity, abs=1e-12)


# Many shapes


def test_the_cost_is_the_sum_over_all_pairs_of_people():
    stack = np.random.default_rng(1).normal(size=(5, 4, 2))
    pairs = itertools.combinations(stack, 2)
    expected = sum(np.linalg.norm(first - second) ** 2 for first, second in pairs)
    assert procrustes.procrustes_cost(stack) == pytest.approx(expected)


@few
@given(shape_stacks())
def test_the_cost_never_rises_and_the_sum_of_squared_sizes_stays(stack):
    found = procrustes.generalized_procrustes(stack)
    costs = np.array(found.costs)
    assert (np.diff(costs) <= 1e-9 * costs[0]).all()
    assert costs[-1] == pytest.approx(procrustes.procrustes_cost(found.aligned), abs=1e-6)
    squares = [np.square(shapes.centroid_size(table)).sum() for table in (stack, found.aligned)]
    assert squares[0] == pytest.approx(squares[1])
    np.testing.assert_allclose(found.aligned.mean(axis=0), found.mean, atol=1e-9)


@few
@given(shape_stacks())
def test_the_transforms_carry_the_landmarks_to_the_aligned_shapes(stack):
    found = procrustes.generalized_procrustes(stack)
    carried = found.scales[:, None, None] * stack @ found.rotations + found.translations[:, None]
    np.testing.assert_allclose(carried, found.aligned, atol=1e-8)
    np.testing.assert_allclose(np.linalg.det(found.rotations), 1)


@few
@given(shape_stacks(), generators)
def test_moved_turned_and_scaled_copies_fall_onto_each_other(stack, rng):
    copies = [similar(stack[0], rng) for _ in range(5)]
    found = procrustes.generalized_procrustes(copies)
    size = shapes.centroid_size(found.mean)
    np.testing.assert_allclose(found.aligned - found.mean, 0, atol=1e-8 * size)
    assert shapes.disparity(found.mean, stack[0]) == pytest.approx(0, abs=1e-9)


def test_no_small_turn_scaling_or_move_of_one_person_lowers_the_cost():
    stack = np.random.default_rng(3).normal(0, 6, (6, 8, 2)) + 40 * np.arange(16).reshape(8, 2) % 90
    found = procrustes.generalized_procrustes(stack, tolerance=0)
    squares = np.square(found.aligned).sum()
    for person, change in itertools.product(range(6), (-0.01, 0.01)):
        turn = rotations.rotation(np.rad2deg(change), [0, 0])[:2, :2]
        for moved in (
            found.aligned[person] @ turn.T,
            found.aligned[person] * (1 + change),
            found.aligned[person] + change,
        ):
            changed = found.aligned.copy()
            changed[person] = moved
            changed *= np.sqrt(squares / np.square(changed - changed.mean(1, keepdims=True)).sum())
            assert procrustes.procrustes_cost(changed) >= found.costs[-1]


def test_the_mean_shape_hardly_depends_on_who_comes_first():
    people = phantom.landmarks(9, seed=2).points_mm
    found = procrustes.mean_shape(people), procrustes.mean_shape(people[::-1])
    assert shapes.disparity(*found) < 1e-9


def test_generalised_alignment_agrees_with_a_loop_of_scipy():
    people = phantom.landmarks(7).points_mm
    mean = people[0]
    for _ in range(20):
        mean = np.mean([scipy_procrustes(mean, person)[1] for person in people], axis=0)
    assert shapes.disparity(procrustes.mean_shape(people), mean) < 1e-12


# Modes


def test_two_shapes_have_one_mode_and_the_variance_of_two_values():
    model = shape_models.principal_modes([TRIANGLE, TRIANGLE + np.eye(3)[:, 1:] * [0, 6]])
    np.testing.assert_allclose(model.variances, [18])  # (3**2 + 3**2) / (2 - 1)
    np.testing.assert_allclose(model.modes, [[[0, 0], [0, 0], [0, 1]]], atol=1e-12)


@few
@given(shape_stacks())
def test_modes_are_perpendicular_and_explain_all_variance(stack):
    model = shape_models.principal_modes(stack)
    rows = model.modes.reshape(len(model.modes), -1)
    assert len(rows) == min(len(stack) - 1, stack[0].size)
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-9)
    assert (np.diff(model.variances) <= 0).all()
    total = stack.var(axis=0, ddof=1).sum()
    assert model.variances.sum() == pytest.approx(total)


@few
@given(shape_stacks())
def test_all_weights_bring_every_shape_back(stack):
    mean, modes, variances = shape_models.principal_modes(stack)
    weights = [shape_models.shape_weights(shape, mean, modes) for shape in stack]
    np.testing.assert_allclose(np.var(weights, axis=0, ddof=1), variances, atol=1e-6)
    for shape, own in zip(stack, weights, strict=True):
        again = shape_models.generate_shape(mean, modes, own)
        np.testing.assert_allclose(again, shape, atol=1e-8)


@few
@given(shape_stacks(), generators)
def test_projection_undoes_the_making_of_a_shape(stack, rng):
    mean, modes, _ = shape_models.principal_modes(stack)
    weights = rng.normal(0, 10, len(modes))
    shape = shape_models.generate_shape(mean, modes, weights)
    np.testing.assert_allclose(shape_models.shape_weights(shape, mean, modes), weights, atol=1e-8)


def test_weights_beyond_3_deviations_come_back_to_3_and_others_stay():
    limited = shape_models.limit_weights([7.0, -2.0, -99.0, 1.0], [4.0, 1.0, 9.0, 0.0])
    np.testing.assert_array_equal(limited, [6, -2, -9, 0])
    np.testing.assert_array_equal(shape_models.limit_weights([7.0], [4.0], limit=1), [2])


def test_modes_agree_with_scikit_learn():
    stack = np.random.default_rng(5).normal(size=(40, 6, 2)) * np.linspace(1, 3, 12).reshape(6, 2)
    model = shape_models.principal_modes(stack)
    peer = PCA(svd_solver="full").fit(stack.reshape(40, -1))
    np.testing.assert_allclose(model.variances, peer.explained_variance_)
    likeness = np.abs((model.modes.reshape(12, -1) * peer.components_).sum(axis=1))
    np.testing.assert_allclose(likeness, 1)


def test_the_three_true_modes_of_seven_people_are_found():
    people = phantom.landmarks(7, seed=0)
    model = shape_models.fit_shape_model(people.points_mm)
    assert len(model.modes) == 3
    likeness = np.abs(np.einsum("mkd,mkd->m", model.modes, people.modes))
    assert likeness.min() > 0.99
    np.testing.assert_allclose(np.sqrt(model.variances), people.deviations_mm, rtol=0.03)
    assert shapes.disparity(model.mean, people.mean_mm) < 1e-3


def test_fewer_modes_are_kept_when_a_smaller_share_is_asked_for():
    people = phantom.landmarks(20, seed=1, placement_mm=1.0).points_mm
    kept = [len(shape_models.fit_shape_model(people, share).modes) for share in (0.5, 0.9, 1.0)]
    assert kept[0] < kept[1] < kept[2] == 19


# What all of them take, and what not


def test_arguments_stay_unchanged_and_strided_or_short_ones_give_the_same():
    people = phantom.landmarks(7).points_mm
    before = people.copy()
    for method in (
        shapes.center_and_scale,
        procrustes.mean_shape,
        lambda stack: shapes.align(stack[1], stack[0]),
        lambda stack: shape_models.fit_shape_model(stack).modes,
    ):
        expected = method(people)
        strided = np.repeat(people, 2, axis=1)[:, ::2]
        np.testing.assert_allclose(method(strided), expected, atol=1e-12)
        assert expected.dtype == np.float64
        np.testing.assert_allclose(method(people.astype(np.float32)), expected, atol=1e-2)
        np.testing.assert_array_equal(people, before)
    whole = (10 * TRIANGLE).astype(np.int16)
    np.testing.assert_array_equal(
        shapes.center_and_scale(whole), shapes.center_and_scale(10 * TRIANGLE)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shapes.center_and_scale([[3, 3], [3, 3]]), "one point"),
        (lambda: shapes.center_and_scale([1.0, 2.0]), "landmarks, axes"),
        (lambda: shapes.centroid_size(np.zeros((0, 2))), "at least one landmark"),
        (lambda: shapes.centroid_size([[np.nan, 1]]), "NaN or infinite"),
        (lambda: shapes.best_rotation([[1, 1]], [[2, 2]]), "too few different points"),
        (lambda: shapes.align(TRIANGLE, TRIANGLE[:2]), "must be equal"),
        (lambda: shapes.align(TRIANGLE, 0 * TRIANGLE), "too few different points"),
        (lambda: shapes.disparity(TRIANGLE, np.zeros((3, 3))), "must be equal"),
        (lambda: procrustes.procrustes_cost(TRIANGLE), "people, landmarks, axes"),
        (lambda: procrustes.mean_shape([TRIANGLE]), "at least two people"),
        (lambda: procrustes.mean_shape([TRIANGLE, 0 * TRIANGLE]), "too few different points"),
        (lambda: procrustes.mean_shape([TRIANGLE, TRIANGLE + np.inf]), "NaN or infinite"),
        (lambda: procrustes.generalized_procrustes([TRIANGLE] * 2, -1), "at least 0"),
        (lambda: procrustes.generalized_procrustes([TRIANGLE] * 2, 0, 0), "number of steps is 0"),
        (lambda: shape_models.principal_modes([TRIANGLE, TRIANGLE]), "no mode of variation"),
        (lambda: shape_models.fit_shape_model([TRIANGLE] * 2, 0.0), "share of the variance is 0"),
        (lambda: shape_models.generate_shape(TRIANGLE, [TRIANGLE], [1, 2]), "2 weights and 1"),
        (lambda: shape_models.generate_shape(TRIANGLE, TRIANGLE, [1]), "modes, landmarks, axes"),
        (lambda: shape_models.shape_weights([[1, 2]], TRIANGLE, [TRIANGLE]), "they differ"),
        (lambda: shape_models.limit_weights([1.0], [-1.0]), "may be negative"),
        (lambda: shape_models.limit_weights([1.0], [1.0], np.nan), "may be negative"),
        (lambda: shape_models.limit_weights([1.0, 2.0], [1.0]), "2 weights and 1"),
    ],
)
def test_shapes_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
