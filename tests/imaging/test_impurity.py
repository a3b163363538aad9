"""Impurity and the best split: by hand, by trying every threshold, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from course_lib.imaging import impurity, splits

few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
kinds = pytest.mark.parametrize("kind", ["values", "classes"])


def decrease(targets, yes, kind):
    """Return how much a question takes away, by the definition."""
    if kind == "values":
        return impurity.variance_reduction(targets, yes)
    return impurity.impurity_decrease(targets, yes)


def every_split(feature, targets, kind):
    """Try every threshold that leaves both sides with a sample."""
    known = np.unique(feature)
    halfway = (known[1:] + known[:-1]) / 2
    return {threshold: decrease(targets, feature < threshold, kind) for threshold in halfway}


def test_gini_of_groups_counted_by_hand():
    assert impurity.gini([4, 4, 4]) == 0
    assert impurity.gini([0, 1]) == 0.5
    assert impurity.gini([0, 0, 0, 1]) == pytest.approx(1 - 9 / 16 - 1 / 16)
    assert impurity.gini([5, -1, 7, 2]) == pytest.approx(1 - 1 / 4)


@few
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_gini_is_how_often_two_draws_differ(labels):
    labels = np.array(labels)
    assert impurity.gini(labels) == pytest.approx((labels[:, None] != labels).mean())
    assert impurity.gini(labels[::-1] * 10 + 4) == pytest.approx(impurity.gini(labels))


@few
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_gini_is_the_summed_variance_of_one_column_for_each_class(labels):
    columns, classes = impurity.as_targets(labels, "classes")
    assert columns.var(axis=0).sum() == pytest.approx(impurity.gini(labels))
    np.testing.assert_array_equal(classes[columns.argmax(axis=1)], labels)


def test_variance_counted_by_hand():
    assert impurity.variance([2.0, 4.0, 6.0]) == pytest.approx(8 / 3)
    assert impurity.variance([-1000.0]) == 0


@kinds
@few
@given(rng=generators)
def test_a_question_never_makes_both_sides_more_mixed(kind, rng):
    targets, yes = rng.integers(0, 4, 12), np.append(rng.random(10) < 0.5, [True, False])
    assert decrease(targets, yes, kind) >= -1e-12
    assert decrease(targets, ~yes, kind) == pytest.approx(decrease(targets, yes, kind))


@kinds
def test_a_question_that_separates_all_takes_all_impurity_away(kind):
    targets = np.array([3, 3, 3, 9, 9])
    before = {"values": impurity.variance, "classes": impurity.gini}[kind](targets)
    assert decrease(targets, targets == 9, kind) == pytest.approx(before)


@kinds
@few
@given(rng=generators, levels=st.integers(2, 20))
def test_no_threshold_is_better_than_the_best_split(kind, rng, levels):
    feature = np.append(rng.integers(0, levels, 15), [0, levels]) / 4
    targets = rng.integers(0, 3, 17)
    found = splits.best_split(feature, targets, kind)
    tried = every_split(feature, targets, kind)
    assert found.decrease == pytest.approx(max(tried.values()), abs=1e-12)
    best = [threshold for threshold, gain in tried.items() if gain >= found.decrease - 1e-12]
    if found.decrease > 1e-9:
        assert found.threshold == pytest.approx(min(best))


@kinds
@few
@given(rng=generators)
def test_no_column_is_better_than_that_of_the_best_split(kind, rng):
    table, targets = rng.integers(0, 5, (12, 4)).astype(float), rng.integers(0, 3, 12)
    table[:2] = [[0] * 4, [5] * 4]
    found = splits.best_split_of_columns(table, targets, kind)
    alone = [splits.best_split(column, targets, kind) for column in table.T]
    assert found.decrease == pytest.approx(max(split.decrease for split in alone))
    assert found.threshold == alone[found.column].threshold


def test_of_equally_good_splits_the_first_column_and_the_lowest_threshold_win():
    feature = np.array([0.0, 1.0, 2.0, 3.0])
    assert splits.best_split(feature, [0, 1, 1, 0], "classes").threshold == 0.5
    table = np.column_stack([feature[::-1], feature, feature])
    assert splits.best_split_of_columns(table, [1, 1, 5, 5])[:2] == (0, 1.5)
    table[:, 0] = [0, 1, 0, 1]
    assert splits.best_split_of_columns(table, [1, 1, 5, 5])[:2] == (1, 1.5)


def test_a_threshold_between_two_neighbouring_floats_still_separates_them():
    for below in (1.0, np.float32(1.0), 5e-324, -5e-324, 1e308):
        feature = np.array([below, np.nextafter(below, below.__class__(np.inf))])
        found = splits.best_split(feature, [0, 1])
        np.testing.assert_array_equal(feature < found.threshold, [True, False])


def test_few_samples_on_one_side_can_be_ruled_out():
    table = np.arange(10.0)[:, None]
    targets = np.array([100.0] + [0.0] * 9)
    assert splits.best_split_of_columns(table, targets).threshold == 0.5
    assert splits.best_split_of_columns(table, targets, min_leaf=3).threshold == 2.5
    with pytest.raises(ValueError, match="at least 6 of the 10"):
        splits.best_split_of_columns(table, targets, min_leaf=6)


@kinds
def test_the_best_split_agrees_with_scikit_learn(kind):
    rng = np.random.default_rng(8)
    peer = {"values": DecisionTreeRegressor, "classes": DecisionTreeClassifier}[kind]
    for _ in range(20):
        table = rng.normal(size=(60, 5))
        targets = table[:, 2] + table[:, 4] + rng.normal(size=60)
        targets = targets if kind == "values" else targets > 0
        root = peer(max_depth=1).fit(table, targets).tree_
        found = splits.best_split_of_columns(table, targets, kind)
        assert found.column == root.feature[0]
        assert found.threshold == pytest.approx(root.threshold[0])
        sides = root.n_node_samples[1:] @ root.impurity[1:] / 60
        assert found.decrease == pytest.approx(root.impurity[0] - sides)


def test_a_large_common_offset_does_not_hide_the_best_split():
    feature = np.arange(100.0)
    targets = 1e6 + (feature >= 37)
    found = splits.best_split(feature, targets)
    assert found.threshold == 36.5
    assert found.decrease == pytest.approx(0.37 * 0.63)


def test_strided_and_single_precision_input_gives_the_same_and_stays_unchanged():
    rng = np.random.default_rng(3)
    table, targets = rng.normal(size=(40, 9)).astype(np.float32), rng.normal(size=40)
    before = table.copy(), targets.copy()
    strided = table[::-2, ::3], targets[::-2]
    found = splits.best_split_of_columns(*strided)
    assert found == splits.best_split_of_columns(*(array.copy() for array in strided))
    np.testing.assert_array_equal(table, before[0])
    np.testing.assert_array_equal(targets, before[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: impurity.gini([]), "whole numbers"),
        (lambda: impurity.gini(np.zeros(0, int)), "empty"),
        (lambda: impurity.gini([0.5, 1.0]), "whole numbers"),
        (lambda: impurity.gini([[0, 1]]), "one row"),
        (lambda: impurity.variance([]), "empty"),
        (lambda: impurity.variance([1.0, np.nan]), "finite"),
        (lambda: impurity.variance([[1.0]]), "one for each sample"),
        (lambda: impurity.variance_reduction([1.0, 2.0], [True, True]), "right side"),
        (lambda: impurity.variance_reduction([1.0, 2.0], [False, False]), "left side is empty"),
        (lambda: impurity.impurity_decrease([1, 2], [True]), "differ"),
        (lambda: impurity.impurity_decrease([1, 2], [1, 0]), "bool"),
        (lambda: impurity.as_targets([1, 2], "colours"), "'colours'"),
        (lambda: splits.best_split([1.0, 1.0], [0, 1]), "No threshold"),
        (lambda: splits.best_split([1.0], [0]), "No threshold"),
        (lambda: splits.best_split([1.0, 2.0], [0]), "each needs one"),
        (lambda: splits.best_split([1.0, np.inf], [0, 1]), "finite"),
        (lambda: splits.best_split([[1.0, 2.0]], [0, 1]), "one row"),
        (lambda: splits.best_split_of_columns(np.eye(3), [0, 1, 2], min_leaf=0), "leaf is 0"),
    ],
)
def test_groups_and_questions_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
