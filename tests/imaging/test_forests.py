"""Random forests: what each tree sees, how they decide together, and scikit-learn's forests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from course_lib.imaging import bagging
from course_lib.imaging.forests import Forest, fit_forest, out_of_bag_error
from course_lib.imaging.trees import from_nested, walk

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
kinds = pytest.mark.parametrize("kind", ["values", "classes"])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def training(kind, rng, rows=300):
    """Draw a table of six columns and targets that depend on three of them."""
    table = rng.uniform(-1.5, 1.5, (rows, 6))
    values = table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + 0.2 * rng.normal(size=rows)
    return table, values if kind == "values" else np.digitize(values, [-0.8, 0.8]) * 10


def test_the_three_values_of_slide_64_have_the_mean_0_68():
    assert bagging.mean_of_trees([0.65, 0.61, 0.78]) == pytest.approx(0.68)


def test_quiz_6_is_0_50():
    sample, trees = (
        [0.49, 0.56, 0.99, 0.32],
        [
            (0, 0.5, 0.56, (3, 0.5, 0.45, 0.00)),
            (1, 0.5, (2, 0.5, 0.55, 0.20), (3, 0.5, 0.49, 0.80)),
            (3, 0.5, (0, 0.5, 0.45, 0.85), 0.66),
        ],
    )
    assert bagging.mean_of_trees([walk(tree, sample) for tree in trees]) == pytest.approx(0.50)
    grown = tuple(from_nested(tree, 4) for tree in trees)
    forest = Forest(grown, np.ones((3, 1), bool), None)
    assert forest.predict([sample])[0] == pytest.approx(0.50)


def test_votes_counted_by_hand():
    assert bagging.majority([1, 5, 2, 1, 2, 5, 4, 5, 2, 2]) == 2  # quiz 4
    votes = [[3, 0, 7], [3, 1, 8], [4, 1, 9]]
    assert bagging.majority(votes).tolist() == [3, 1, 7]  # the last is a tie: the lowest
    assert bagging.majority(votes, [0, 1, 3, 4, 7, 8, 9]).tolist() == [3, 1, 7]
    assert bagging.majority([[True], [False], [True]]).tolist() == [True]


@few
@given(rng=generators, trees=st.integers(1, 9))
def test_the_order_of_the_trees_does_not_matter(rng, trees):
    votes = rng.integers(0, 4, (trees, 3, 5))
    for aggregate in (bagging.majority, bagging.mean_of_trees):
        together = aggregate(votes)
        assert together.shape == (3, 5)
        np.testing.assert_allclose(aggregate(rng.permutation(votes)), together)
        np.testing.assert_array_equal(aggregate(np.repeat(votes[:1], trees, axis=0)), votes[0])


def test_bootstrap_rows_come_from_all_and_miss_a_share_of_1_over_e(rng):
    drawn = np.array([bagging.bootstrap_rows(50, rng) for _ in range(2000)])
    assert drawn.min() == 0
    assert drawn.max() == 49
    np.testing.assert_allclose(np.bincount(drawn.ravel()) / 2000, 1, atol=0.15)
    missing = 1 - np.mean([np.unique(rows).size / 50 for rows in drawn])
    assert missing == pytest.approx((1 - 1 / 50) ** 50, abs=0.01)
    assert bagging.bootstrap_rows(1, rng).tolist() == [0]


@few
@given(rng=generators, count=st.integers(1, 12), data=st.data())
def test_random_columns_are_different_and_in_range(rng, count, data):
    chosen = data.draw(st.integers(1, count))
    columns = bagging.random_columns(count, chosen, rng)
    assert columns.size == np.unique(columns).size == chosen
    assert 0 <= columns.min() <= columns.max() < count


def test_every_column_is_drawn_as_often_as_the_others(rng):
    drawn = np.concatenate([bagging.random_columns(12, 3, rng) for _ in range(4000)])
    np.testing.assert_allclose(np.bincount(drawn) / 4000, 0.25, atol=0.03)


@kinds
def test_the_same_seed_gives_the_same_forest(kind):
    table, targets = training(kind, np.random.default_rng(1), 80)
    one, same, other = (
        fit_forest(table, targets, kind, rng=np.random.default_rng(seed), trees=5)
        for seed in (3, 3, 4)
    )
    assert [tree.nested() for tree in one.trees] == [tree.nested() for tree in same.trees]
    assert [tree.nested() for tree in one.trees] != [tree.nested() for tree in other.trees]


@kinds
def test_a_forest_decides_as_its_trees_do_together(kind, rng):
    table, targets = training(kind, rng)
    forest = fit_forest(table, targets, kind, rng=rng, trees=7, columns=2, max_depth=5)
    answers = [tree.predict(table) for tree in forest.trees]
    aggregate = bagging.mean_of_trees if kind == "values" else bagging.majority
    np.testing.assert_array_equal(forest.predict(table), aggregate(answers))
    shares = [tree.importance() for tree in forest.trees]
    np.testing.assert_allclose(forest.importance(), np.mean(shares, axis=0))
    assert all(np.unique(tree.columns[tree.columns >= 0]).size <= 2 for tree in forest.trees)


def test_a_tree_may_miss_a_class_that_the_forest_knows(rng):
    table, targets = np.arange(12.0)[:, None], np.array([9] + [4] * 11)
    forest = fit_forest(table, targets, "classes", rng=rng, trees=30)
    assert any(tree.classes.tolist() == [4] for tree in forest.trees)
    assert forest.classes.tolist() == [4, 9]
    assert forest.predict([[11.0]]) == 4


@kinds
def test_the_out_of_bag_error_is_that_of_trees_that_have_not_seen_the_row(kind, rng):
    table, targets = training(kind, rng, 60)
    forest = fit_forest(table, targets, kind, rng=rng, trees=6)
    errors = []
    for row in range(60):
        unseen = [
            tree for tree, drawn in zip(forest.trees, forest.drawn, strict=True) if not drawn[row]
        ]
        answers = np.array([tree.predict(table[[row]])[0] for tree in unseen])
        if answers.size and kind == "values":
            errors.append((answers.mean() - targets[row]) ** 2)
        elif answers.size:
            errors.append(bagging.majority(answers) != targets[row])
    assert out_of_bag_error(forest, table, targets) == pytest.approx(np.mean(errors))


@kinds
def test_the_out_of_bag_error_foretells_the_error_on_new_rows(kind, rng):
    table, targets = training(kind, rng, 1000)
    forest = fit_forest(table, targets, kind, rng=rng, trees=60, min_leaf=5)
    others, truth = training(kind, rng, 4000)
    wrong = forest.predict(others) != truth
    error = wrong.mean() if kind == "classes" else ((forest.predict(others) - truth) ** 2).mean()
    assert out_of_bag_error(forest, table, targets) == pytest.approx(error, rel=0.25)


def test_a_forest_errs_less_than_its_trees(rng):
    table, targets = training("values", rng, 500)
    others, truth = training("values", rng, 500)
    forest = fit_forest(table, targets, rng=rng, trees=30)
    alone = [((tree.predict(others) - truth) ** 2).mean() for tree in forest.trees]
    assert ((forest.predict(others) - truth) ** 2).mean() < 0.7 * min(alone)


@pytest.mark.parametrize("kind", ["values", "classes"])
def test_a_forest_errs_as_much_as_that_of_scikit_learn(kind, rng):
    table, targets = training(kind, rng, 800)
    others, truth = training(kind, rng, 2000)
    peer_class = {"values": RandomForestRegressor, "classes": RandomForestClassifier}[kind]
    peer = peer_class(40, max_features=None, random_state=0).fit(table, targets)
    ours = fit_forest(table, targets, kind, rng=rng, trees=40)
    errors = [
        (model.predict(others) != truth).mean()
        if kind == "classes"
        else ((model.predict(others) - truth) ** 2).mean()
        for model in (ours, peer)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=0.1)
    np.testing.assert_allclose(ours.importance(), peer.feature_importances_, atol=0.03)


@pytest.mark.slow
def test_handwritten_digits_are_told_apart_as_by_scikit_learn():
    images, labels = load_digits(return_X_y=True)
    testing = np.random.default_rng(1).random(labels.size) < 0.3
    ours = fit_forest(
        images[~testing],
        labels[~testing],
        "classes",
        rng=np.random.default_rng(0),
        trees=40,
        columns=24,
    )
    accuracy = (ours.predict(images[testing]) == labels[testing]).mean()
    peer = RandomForestClassifier(40, random_state=0).fit(images[~testing], labels[~testing])
    assert accuracy > 0.95
    assert accuracy > peer.score(images[testing], labels[testing]) - 0.03


def test_strided_input_gives_the_same_and_stays_unchanged(rng):
    table, targets = training("values", rng)
    before = table.copy(), targets.copy()
    strided = table[::-2, ::3], targets[::-2]
    one, other = (
        fit_forest(*data, rng=np.random.default_rng(5), trees=3)
        for data in (strided, [array.copy() for array in strided])
    )
    np.testing.assert_array_equal(one.predict(strided[0]), other.predict(strided[0]))
    assert out_of_bag_error(one, *strided) == out_of_bag_error(other, *strided)
    np.testing.assert_array_equal(table, before[0])
    np.testing.assert_array_equal(targets, before[1])


def small(**options):
    """Grow a forest of three trees on four rows."""
    table = np.array([[0.0, 4.0], [1.0, 3.0], [2.0, 2.0], [3.0, 1.0]])
    return fit_forest(
        table, [0, 1, 2, 3], **{"rng": np.random.default_rng(0), "trees": 3} | options
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: small(trees=0), "trees is 0"),
        (lambda: small(columns=3), "only 2"),
        (lambda: small(columns=0), "columns is 0"),
        (lambda: small(kind="both"), "'both'"),
        (lambda: fit_forest([[1.0]], [1, 2], rng=np.random.default_rng(0)), "each needs one"),
        (lambda: small().predict([[1.0]]), "1 columns"),
        (lambda: out_of_bag_error(small(), np.zeros((5, 2)), np.zeros(5)), "grown from 4"),
        (lambda: out_of_bag_error(small(), np.zeros((4, 3)), np.zeros(4)), "3 columns"),
        (
            lambda: out_of_bag_error(small(kind="classes"), np.eye(4)[:, :2], [0, 1, 2, 9]),
            "grown from",
        ),
        (
            lambda: out_of_bag_error(
                fit_forest([[1.0]], [1.0], rng=np.random.default_rng(0)), [[1.0]], [1.0]
            ),
            "seen every row",
        ),
        (lambda: bagging.bootstrap_rows(0, np.random.default_rng(0)), "rows is 0"),
        (lambda: bagging.majority([0.5, 1.0]), "whole numbers"),
        (lambda: bagging.majority(np.zeros((0, 3), int)), "empty"),
        (lambda: bagging.majority(3), "whole numbers"),
        (lambda: bagging.mean_of_trees([1.0, np.nan]), "finite"),
        (lambda: bagging.mean_of_trees([]), "empty"),
        (lambda: bagging.mean_of_trees(3.0), "single number"),
    ],
)
def test_forests_and_votes_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
