"""Exercises of topic 09, decision trees and random forests. Slides 54 to 68."""

import numpy as np

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal, holds
from course_lib.exercises.material import bagging_mistakes, impurity_mistakes, tree_mistakes
from course_lib.exercises.material import decision_forests_cases as cases
from course_lib.exercises.material import drawing_judges as judges
from course_lib.exercises.material import feature_table_mistakes as table_mistakes
from course_lib.exercises.material.normalization_cases import SCALERS
from course_lib.imaging import bagging, feature_tables, impurity, trees

_CLOSE = close(rtol=1e-6, atol=1e-9)


gini = Exercise(
    reference=impurity.gini,
    points=1,
    cases=[
        given("two of each", np.array([0, 0, 1, 1])),
        given("three and one", np.array([5, 1, 5, 5])),
        drawn("the tissues of 60 voxels", cases.tissues),
        edge("one class", np.array([4, 4, 4])),
        edge("no sample", np.array([], int), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=impurity_mistakes.GINI,
    hints=[
        "By hand for 5, 1, 5, 5: the shares are 3/4 and 1/4. What do their squares add up to?",
        "`np.unique(labels, return_counts=True)` returns the classes, and how often each occurs.",
        "Divide the counts by `len(labels)`, but first ask for `len(labels) == 0`.",
    ],
    alternatives=[
        lambda labels: sum(
            (p := np.mean(labels == label)) * (1 - p) for label in np.unique(labels)
        ) if len(labels) else impurity.gini(labels),
    ],
)  # fmt: skip

variance_reduction = Exercise(
    reference=impurity.variance_reduction,
    points=1,
    cases=[
        given("two low, two high", np.array([1.0, 1, 5, 5]), np.array([True, True, False, False])),
        given(
            "HU of five voxels", np.array([40.0, 30.0, 1200.0, 55.0, 900.0]),
            np.array([True, True, False, True, True]),
        ),
        drawn("HU of 60 voxels, a question about R2*", cases.voxels_and_question),
        edge("both sides alike", np.array([1.0, 3, 1, 3]), np.array([True, True, False, False])),
        edge("all say yes", np.array([1.0, 3.0]), np.array([True, True]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=impurity_mistakes.VARIANCE_REDUCTION,
    hints=[
        "`values[yes]` are the values on the left, `values[~yes]` those on the right.",
        "`yes.mean()` is the share of the samples that goes left.",
        "Variance before, minus share * variance left, minus (1 - share) * variance right.",
    ],
    alternatives=[
        lambda values, yes: (
            (share := np.mean(yes)) * (1 - share)
            * (np.mean(values[yes]) - np.mean(values[~yes])) ** 2
            if 0 < np.sum(yes) < len(yes) else impurity.variance_reduction(values, yes)
        ),
    ],
)  # fmt: skip

best_split = Exercise(
    reference=cases.best_split,
    points=2,
    cases=[
        given("four voxels in order", np.array([0.1, 0.2, 0.6, 0.8]),
              np.array([10.0, 10.0, 50.0, 50.0])),
        given("equal values among them", np.array([3, 1, 3, 2, 1, 7]),
              np.array([42.0, 10.0, 50.0, 11.0, 14.0, 58.0])),
        given("one value far above", np.arange(9.0), np.array([0.0, 0, 0, 0, 9, 9, 9, 9, 22])),
        drawn("R2* and HU of 40 voxels, in no order", cases.shuffled_voxels),
        edge("a constant feature", np.full(4, 7.0), np.arange(4.0), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=impurity_mistakes.BEST_SPLIT,
    hints=[
        "`np.unique(feature)` returns the values in rising order, each once.",
        "`(levels[1:] + levels[:-1]) / 2` are all thresholds worth a try: one between each pair "
        "of neighbours.",
        "A loop: for each threshold the reduction of the question `feature < threshold`; keep the "
        "threshold with the largest.",
    ],
    alternatives=[
        lambda feature, values: list(cases.best_split(np.asarray(feature, float), values)),
    ],
    sealed=cases.SEALED_TREES,
)  # fmt: skip

walk_tree = Exercise(
    reference=trees.walk,
    points=2,
    cases=[
        given("the second tree of slide 65", cases.SLIDE_65[1], cases.SAMPLE_65),
        given("the tree of slide 64", cases.SLIDE_64, np.array([0.41, 0.65])),
        drawn("a larger tree", cases.tree_and_sample),
        edge("a value that equals the threshold", cases.SLIDE_64, np.array([0.5, 0.5])),
        edge("a tree that is only a leaf", 0.7, np.array([0.1, 0.9])),
        edge("a column that is not there", (4, 0.5, 0.1, 0.2), np.array([0.1, 0.9]),
             raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=tree_mistakes.WALK_TREE,
    hints=[
        "`column, threshold, yes, no = tree` takes a question apart. "
        "`while isinstance(tree, tuple):` goes on until a leaf is reached. In the loop, put yes or "
        "no in the place of tree.",
        "Before you ask: is `column < len(sample)`?",
    ],
    alternatives=[
        lambda tree, sample: trees.from_nested(tree, len(sample)).predict([sample])[0],
    ],
)  # fmt: skip

grow_tree = Exercise(
    reference=cases.grow_tree,
    points=3,
    cases=[
        given(
            "six voxels, one question",
            np.array([[0.6, 0.1], [0.2, 0.8], [0.9, 0.3], [0.1, 0.2], [0.7, 0.9], [0.4, 0.7]]),
            np.array([10.0, 300.0, 40.0, 20.0, 480.0, 330.0]), 1,
        ),
        drawn("two levels", lambda rng: cases.table_without_ties(rng, 2)),
        edge("no question allowed", np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 3.0, 10.0]), 0),
        edge("all values alike", np.array([[1.0], [2.0], [3.0]]), np.full(3, 40.0), 2),
        edge("rows alike, values not", np.ones((3, 2)), np.array([1.0, 2.0, 6.0]), 2),
        edge("a value too few", np.ones((3, 2)), np.array([1.0, 2.0]), 2, raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=tree_mistakes.GROW_TREE,
    hints=[
        "First the leaves: with depth 0, or with all values alike, return "
        "`float(np.mean(values))`.",
        "`my_best_split(table[:, column], values)` for each column that is not constant; keep the "
        "column with the largest reduction. If all columns are constant, it is a leaf too.",
        "A function may call itself: `grow_tree(table[yes], values[yes], depth - 1)` is the left "
        "branch, the same with `~yes` the right one.",
    ],
    alternatives=[
        lambda table, values, depth: cases.grow_tree(np.asarray(table, float), values, depth),
    ],
    sealed=cases.SEALED_TREES,
)  # fmt: skip

bootstrap_rows = Exercise(
    reference=bagging.bootstrap_rows,
    call=judges.draw_often,
    points=1,
    cases=[
        given("10 rows", 10, 7),
        drawn("more rows", cases.rows_and_seed),
        edge("one row", 1, 3),
        edge("no row", 0, 3, raises=ValueError),
    ],
    judge=holds(judges.problem_of(judges.rows_fault)),
    same=judges.same_fault(judges.rows_fault),
    mistakes=bagging_mistakes.BOOTSTRAP_ROWS,
    hints=[
        "Think of a bag with numbers: draw one, write it down, put it back. As often as there are "
        "rows.",
        "`rng.integers(10, size=3)` draws three whole numbers from 0 to 9.",
    ],
    alternatives=[
        lambda count, rng: rng.choice(bagging.bootstrap_rows(count, rng), count),
        lambda count, rng: [int(count * u) for u in rng.random(count)]
        if count else bagging.bootstrap_rows(count, rng),
    ],
    sealed=("sklearn.utils.resample",),
)  # fmt: skip

random_columns = Exercise(
    reference=bagging.random_columns,
    call=judges.draw_often,
    points=1,
    cases=[
        given("3 of 12 columns, as on slide 61", 12, 3, 7),
        drawn("some of more columns", cases.columns_and_seed),
        edge("all columns", 4, 4, 3),
        edge("more than there are", 4, 5, 3, raises=ValueError),
    ],
    judge=holds(judges.problem_of(judges.columns_fault)),
    same=judges.same_fault(judges.columns_fault),
    mistakes=bagging_mistakes.RANDOM_COLUMNS,
    hints=[
        "The same bag with numbers, but what was drawn stays outside.",
        "`rng.choice(12, 3, replace=False)` draws three different numbers from 0 to 11.",
    ],
    alternatives=[
        lambda count, chosen, rng: rng.permutation(count)[:chosen]
        if chosen <= count else bagging.random_columns(count, chosen, rng),
    ],
)  # fmt: skip

majority_of_trees = Exercise(
    reference=bagging.majority,
    points=2,
    cases=[
        given("two votes each", np.array([[5, 8], [1, 2], [5, 2], [1, 8]])),
        given("no label with more than half", np.array([[0], [4], [4], [7], [9]])),
        drawn("15 trees, 40 voxels, 4 tissues", cases.votes_of_trees),
        edge("no tree", np.zeros((0, 3), int), raises=ValueError),
    ],
    judge=equal(),
    mistakes=bagging_mistakes.MAJORITY_OF_TREES,
    hints=[
        "For one sample first: how often does each label occur in its column?",
        "`np.unique(votes)` are all labels. For one of them, `np.sum(votes == label, axis=0)` "
        "counts its votes for every sample.",
        "Put the counts of all labels below each other; `argmax(axis=0)` finds the first largest, "
        "so the lowest label wins a tie.",
    ],
    alternatives=[
        lambda votes: [int(np.bincount(column).argmax()) for column in votes.T]
        if len(votes) else bagging.majority(votes),
    ],
    sealed=("scipy.stats.mode",),
)  # fmt: skip

mean_of_trees = Exercise(
    reference=bagging.mean_of_trees,
    points=1,
    cases=[
        given("the three trees of slide 64", np.array([0.65, 0.61, 0.78])),
        given("three trees, two voxels", np.array([[10.0, 900.0], [20.0, 1200.0], [60.0, 0.0]])),
        drawn("HU from 10 trees for 30 voxels", cases.values_of_trees),
        edge("a tree that says NaN", np.array([[1.0, 2.0], [np.nan, 4.0]]), raises=ValueError),
        edge("none at all", np.zeros((0, 3)), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=bagging_mistakes.MEAN_OF_TREES,
    hints=[
        "One row for each tree: over which axis do the trees lie?",
        "`np.isfinite(values).all()` tells whether all are numbers; `len(values)` counts trees.",
    ],
    alternatives=[
        lambda values: np.sum(values, axis=0) / len(values)
        if len(values) and np.isfinite(values).all() else bagging.mean_of_trees(values),
    ],
)  # fmt: skip

normalize_columns = Exercise(
    reference=feature_tables.normalize_columns,
    points=1,
    cases=[
        given("two features", np.array([[5.0, 10.0], [20.0, 0.0]]),
              np.array([[0.0, 0.0], [10.0, 40.0], [4.0, 4.0]])),
        drawn("a patient beyond the training values", cases.two_tables),
        edge("a constant column", np.eye(2), np.array([[1.0, 2.0], [1.0, 3.0]]), raises=ValueError),
    ],
    judge=_CLOSE,
    mistakes=table_mistakes.NORMALIZE_COLUMNS,
    hints=[
        "The formula of min-max scaling from notebook 02, for each column; which table do the "
        "smallest and the largest value come from?",
        "`training.min(axis=0)` has one number for each column.",
    ],
    alternatives=[
        lambda table, training: (
            1 - feature_tables.normalize_columns(-np.asarray(table), -np.asarray(training))
        ),
    ],
    sealed=SCALERS,
)  # fmt: skip

split_by_patient = Exercise(
    reference=feature_tables.split_by_patient,
    call=judges.draw_often,
    points=2,
    cases=[
        given("five patients, two held out",
              np.array([31, 31, 31, 8, 8, 47, 47, 47, 8, 12, 12, 60, 60]), 2, 7),
        drawn("seven patients", cases.patients_of_rows),
        edge("everybody held out", np.array([1, 1, 2, 3]), 3, 3, raises=ValueError),
    ],
    judge=holds(judges.problem_of(judges.patients_fault)),
    same=judges.same_fault(judges.patients_fault),
    mistakes=table_mistakes.SPLIT_BY_PATIENT,
    hints=[
        "Draw patients, not rows. Who is there? `np.unique(patients)`.",
        "`rng.choice(everybody, held_out, replace=False)` draws some of them.",
        "`np.isin(patients, drawn)` is True for every row of a patient who was drawn.",
    ],
    alternatives=[
        lambda patients, held_out, rng: (
            np.isin(patients, rng.permutation(everybody)[:held_out])
            if held_out < (everybody := np.unique(patients)).size
            else feature_tables.split_by_patient(patients, held_out, rng)
        ),
    ],
    sealed=("sklearn.model_selection.GroupShuffleSplit", "sklearn.model_selection.GroupKFold"),
)  # fmt: skip
