"""Decision trees: the lecture's trees, trees whose answer is known, and scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from course_lib.imaging import impurity
from course_lib.imaging.tree_growth import fit_tree
from course_lib.imaging.trees import from_nested, walk

few = settings(max_examples=25, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
kinds = pytest.mark.parametrize("kind", ["values", "classes"])

# Quiz 6, slides 65 and 66: (column, threshold, yes, no)
QUIZ_SAMPLE = [0.49, 0.56, 0.99, 0.32]
QUIZ_TREES = [
    (0, 0.5, 0.56, (3, 0.5, 0.45, 0.00)),
    (1, 0.5, (2, 0.5, 0.55, 0.20), (3, 0.5, 0.49, 0.80)),
    (3, 0.5, (0, 0.5, 0.45, 0.85), 0.66),
]


def training(kind, rng, rows=300, columns=6):
    """Draw a table and targets that depend on some of its columns."""
    table = rng.normal(size=(rows, columns))
    values = table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + 0.1 * rng.normal(size=rows)
    return table, values if kind == "values" else np.digitize(values, [-0.5, 0.5])


def test_the_trees_of_quiz_6_give_the_numbers_of_the_slide():
    assert [walk(tree, QUIZ_SAMPLE) for tree in QUIZ_TREES] == [0.56, 0.49, 0.45]
    both = [from_nested(tree, 4).predict([QUIZ_SAMPLE])[0] for tree in QUIZ_TREES]
    assert both == [0.56, 0.49, 0.45]


def test_the_tree_of_slide_64_answers_its_three_training_rows():
    tree = (0, 0.5, 0.89, (1, 0.5, 0.45, 0.00))
    rows = [[0.61, 0.59], [0.41, 0.65], [0.81, 0.38]]
    assert [walk(tree, row) for row in rows] == [0.00, 0.89, 0.45]
    np.testing.assert_allclose(fit_tree(rows, [0.00, 0.89, 0.45]).predict(rows), [0, 0.89, 0.45])


def test_a_value_at_the_threshold_goes_right():
    assert walk((0, 0.5, 1, 2), [0.5]) == 2
    assert from_nested((0, 0.5, 1, 2), 1).predict([[0.5], [0.4999]]).tolist() == [2, 1]


def test_a_leaf_alone_is_a_tree():
    assert walk(0.7, [1.0]) == 0.7
    assert from_nested(0.7, 2).predict([[1.0, 2.0], [3.0, 4.0]]).tolist() == [0.7, 0.7]


def test_questions_that_separate_animals_are_found():
    animals = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]])  # fur, mane, lives in water
    tree = fit_tree(1 - animals, [7, 3, 5, 9], "classes")  # 0, "yes", is below the threshold
    assert tree.predict(1 - animals).tolist() == [7, 3, 5, 9]
    assert tree.nested() == (0, 0.5, (1, 0.5, 7, 3), (2, 0.5, 5, 9))


@kinds
@few
@given(rng=generators)
def test_a_full_tree_knows_its_training_table(kind, rng):
    table, targets = training(kind, rng, rows=40)
    tree = fit_tree(table, targets, kind)
    np.testing.assert_allclose(tree.predict(table), targets)
    assert tree.samples[0] == 40
    assert tree.samples[tree.yes < 0].sum() == 40
    assert tree.samples.min() >= 1


@kinds
def test_exclusive_or_is_learned_although_no_first_question_helps(kind):
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    tree = fit_tree(table, [0, 1, 1, 0], kind)
    assert tree.decreases[0] == 0
    assert tree.predict(table).tolist() == [0, 1, 1, 0]


def test_rows_with_equal_features_share_the_mean_or_the_most_frequent_class():
    table = [[1.0], [1.0], [1.0], [5.0]]
    np.testing.assert_allclose(fit_tree(table, [1, 2, 6, 0]).predict([[1.0]]), 3)
    assert fit_tree(table, [4, 2, 4, 0], "classes").predict([[1.0]]) == 4
    assert fit_tree(table[1:], [4, 2, 0], "classes").predict([[1.0]]) == 2  # a tie: the lowest


def test_one_sample_and_equal_targets_give_one_leaf():
    assert fit_tree([[3.0]], [9.0]).nested() == 9
    assert fit_tree([[3.0], [4.0]], [6, 6], "classes").nested() == 6
    assert fit_tree([[3.0], [3.0]], [1.0, 2.0]).nested() == 1.5


@kinds
@few
@given(rng=generators, depth=st.integers(1, 5), least=st.integers(1, 9))
def test_the_limits_are_kept(kind, rng, depth, least):
    table, targets = training(kind, rng, rows=60)
    tree = fit_tree(table, targets, kind, max_depth=depth, min_leaf=least, columns=[1, 4])
    assert tree.samples.min() >= least
    assert set(tree.columns) <= {-1, 1, 4}
    assert tree.yes.size < 2 ** (depth + 1)


@kinds
@few
@given(rng=generators)
def test_walking_the_nested_tree_gives_what_the_arrays_give(kind, rng):
    tree = fit_tree(*training(kind, rng, rows=50), kind, max_depth=4)
    samples = rng.normal(size=(20, 6))
    np.testing.assert_allclose([walk(tree.nested(), row) for row in samples], tree.predict(samples))
    if kind == "values":
        again = from_nested(tree.nested(), 6)
        np.testing.assert_array_equal(again.predict(samples), tree.predict(samples))


def test_a_node_holds_the_mean_and_the_decrease_of_its_rows():
    table, targets = training("values", np.random.default_rng(2))
    tree = fit_tree(table, targets, max_depth=3)
    yes = table[:, tree.columns[0]] < tree.thresholds[0]
    assert tree.values[0, 0] == pytest.approx(targets.mean())
    assert tree.values[tree.yes[0], 0] == pytest.approx(targets[yes].mean())
    assert tree.values[tree.no[0], 0] == pytest.approx(targets[~yes].mean())
    assert tree.decreases[0] == pytest.approx(impurity.variance_reduction(targets, yes))


def test_only_columns_that_matter_are_important():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(500, 4))
    shares = fit_tree(table, np.where(table[:, 2] < 0, 5.0, 9.0)).importance()
    np.testing.assert_allclose(shares, [0, 0, 1, 0])
    shares = fit_tree(table, 4 * (table[:, 0] > 0) + (table[:, 3] > 0), max_depth=2).importance()
    assert shares[0] > shares[3] > 0 == shares[1] == shares[2]
    assert shares.sum() == pytest.approx(1)


@kinds
@pytest.mark.parametrize("depth", [1, 3, 5])
def test_a_tree_equals_that_of_scikit_learn(kind, depth):
    rng = np.random.default_rng(depth)
    table, targets = training(kind, rng, rows=1500)
    peer_class = {"values": DecisionTreeRegressor, "classes": DecisionTreeClassifier}[kind]
    peer = peer_class(max_depth=depth, min_samples_leaf=30).fit(table, targets)
    ours = fit_tree(table, targets, kind, max_depth=depth, min_leaf=30)
    samples = rng.normal(size=(2000, 6)).astype(np.float32)
    np.testing.assert_allclose(ours.predict(samples), peer.predict(samples))
    np.testing.assert_allclose(ours.importance(), peer.feature_importances_, atol=1e-12)
    assert ours.yes.size == peer.tree_.node_count


@kinds
def test_blocks_of_rows_are_walked_as_the_whole(kind):
    rng = np.random.default_rng(6)
    tree = fit_tree(*training(kind, rng), kind)
    samples = rng.normal(size=(2**15 + 7, 6))
    at = [0, 5, 2**15 - 1, 2**15, 2**15 + 6]
    np.testing.assert_array_equal(tree.predict(samples)[at], tree.predict(samples[at]))


@kinds
def test_labels_may_be_of_any_integer_type(kind):
    table, targets = [[0.0], [1.0], [2.0]], np.array([-5, 200, 7], np.int16)
    answers = fit_tree(table, targets, kind).predict(table)
    np.testing.assert_array_equal(answers, targets)
    if kind == "classes":
        assert answers.dtype == np.int16
        assert fit_tree(table, np.array([True, False, False]), kind).predict(table).dtype == bool


@kinds
def test_strided_input_gives_the_same_and_stays_unchanged(kind):
    table, targets = training(kind, np.random.default_rng(7))
    table = table.astype(np.float32)
    before = table.copy(), targets.copy()
    strided = table[::-2, ::3], targets[::-2]
    tree = fit_tree(*strided, kind)
    assert tree.thresholds.dtype == np.float32
    assert tree.nested() == fit_tree(*(array.copy() for array in strided), kind).nested()
    np.testing.assert_array_equal(tree.predict(table[:, ::3]), tree.predict(table[:, ::3].copy()))
    np.testing.assert_array_equal(table, before[0])
    np.testing.assert_array_equal(targets, before[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_tree([[1.0], [2.0]], [1.0]), "each needs one"),
        (lambda: fit_tree([[1.0], [np.nan]], [1.0, 2.0]), "finite"),
        (lambda: fit_tree([[1.0], [2.0]], [1.0, np.inf]), "finite"),
        (lambda: fit_tree(np.zeros((0, 2)), []), "empty"),
        (lambda: fit_tree([1.0, 2.0], [1.0, 2.0]), "1 axes"),
        (lambda: fit_tree([[1.0], [2.0]], [0.5, 1.0], "classes"), "whole numbers"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], "class"), "'class'"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], columns=[1]), "from 0 to 0"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], columns=[]), "from 0 to 0"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], columns=[True]), "from 0 to 0"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], max_depth=0), "levels is 0"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1], min_leaf=1.5), "leaf is 1.5"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1]).predict([[1.0, 2.0]]), "2 columns"),
        (lambda: fit_tree([[1.0], [2.0]], [0, 1]).predict([[np.nan]]), "finite"),
        (lambda: fit_tree([[1.0], [2.0]], [3, 3]).importance(), "nothing is important"),
        (lambda: from_nested((0, 0.5, 1, 2), 1).importance(), "nothing is important"),
        (lambda: from_nested((2, 0.5, 1, 2), 2), "column 2"),
        (lambda: walk((2, 0.5, 1, 2), [0.0, 0.0]), "column 2"),
        (lambda: walk((0, 0.5, 1, 2), [np.nan]), "finite"),
        (lambda: walk((0, 0.5, 1, 2), [[1.0]]), "one row"),
    ],
)
def test_trees_and_tables_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
