"""Quizzes of topic 09: decision trees and random forests. Slides 54 to 68."""

from functools import lru_cache

import numpy as np

from course_lib.display.picture import Picture
from course_lib.display.tree_figures import draw_trees, in_words
from course_lib.imaging.bagging import mean_of_trees
from course_lib.imaging.feature_tables import normalize_columns
from course_lib.imaging.impurity import gini, impurity_decrease
from course_lib.imaging.trees import Nested, walk
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers

_HALF = 0.5
_FORESTS = 6
# Shapes of the trees on slide 65: where a leaf stands in place of a second question.
_SHAPES = ((True, False), (False, False), (False, True))


def _list(values: list[float]) -> str:
    """Write numbers with two digits."""
    return "[" + ", ".join(f"{value:.2f}" for value in values) + "]"


def _turned(tree: Nested) -> Nested:
    """Swap yes and no of every question."""
    if not isinstance(tree, tuple):
        return tree
    column, threshold, yes, no = tree
    return column, threshold, _turned(no), _turned(yes)


def _answers(n: Numbers) -> list[float]:
    """Return what each tree says, by the reference."""
    return [walk(tree, n["sample"]) for tree in n["trees"]]


def _mean(n: Numbers) -> float:
    """Return the mean of the trees, by the reference."""
    return float(mean_of_trees(_answers(n)))


def _leaves(tree: Nested) -> list[float]:
    """Return all leaves of a tree."""
    if not isinstance(tree, tuple):
        return [tree]
    return _leaves(tree[2]) + _leaves(tree[3])


def _forest(number: int) -> tuple[Nested, ...]:
    """Make three trees of slide 65's shapes with other columns and leaves."""
    rng = np.random.default_rng(number)
    leaves = (0.01 * rng.choice(np.arange(0, 100), 10, replace=False)).round(2).tolist()
    trees = []
    for yes_ends, no_ends in _SHAPES:
        first, second, third = (int(column) for column in rng.choice(4, 3, replace=False))
        yes = leaves.pop() if yes_ends else (second, _HALF, leaves.pop(), leaves.pop())
        no = leaves.pop() if no_ends else (third, _HALF, leaves.pop(), leaves.pop())
        trees.append((first, _HALF, yes, no))
    return tuple(trees)


def _draw_forest(rng: np.random.Generator) -> Numbers:
    """Draw one of some forests, which are drawn as pictures once, and a sample."""
    sample = rng.choice([0.1, 0.55], 4) + rng.uniform(0, 0.35, 4)
    return {"trees": _forest(int(rng.integers(_FORESTS))), "sample": sample.round(2).tolist()}


@lru_cache(maxsize=64)
def _picture(trees: tuple[Nested, ...]) -> Picture:
    """Draw trees once."""
    return draw_trees(trees)


def _why_mean(n: Numbers) -> str:
    """Write the sum."""
    said = _answers(n)
    return (
        f"The trees say {', '.join(f'{value:.2f}' for value in said[:-1])} and {said[-1]:.2f}: "
        f"({' + '.join(f'{value:.2f}' for value in said)}) / 3 = {_mean(n):.2f}."
    )


forest_mean = Family(
    question=lambda n: (
        "Using the 3 trained trees below, what is the predicted value after aggregating the "
        f"output? Input data: {_list(n['sample'])}, counted x0 to x3. Yes goes left. In words: "
        + " ".join(
            f"Tree {number}: {in_words(tree)}." for number, tree in enumerate(n["trees"], start=1)
        )
    ),
    draw=_draw_forest,
    right=_mean,
    show=lambda value: f"{value:.2f}",
    why=_why_mean,
    picture=lambda n: _picture(n["trees"]),
    misconceptions=[
        Misconception(
            lambda n: _answers(n)[-1],
            "That is what the last tree says alone. A forest aggregates: take the mean of all "
            "three.",
        ),
        Misconception(
            lambda n: float(mean_of_trees([walk(_turned(t), n["sample"]) for t in n["trees"]])),
            "You went to the right for yes. The rule of the lecture: yes goes left.",
        ),
        Misconception(
            lambda n: float(np.mean([np.mean(_leaves(t)) for t in n["trees"]])),
            "You averaged all leaves of the trees. A sample ends in one leaf of each tree; only "
            "these three count.",
        ),
    ],
    lecture=Lecture(
        numbers={
            "trees": (
                (0, _HALF, 0.56, (3, _HALF, 0.45, 0.00)),
                (1, _HALF, (2, _HALF, 0.55, 0.20), (3, _HALF, 0.49, 0.80)),
                (3, _HALF, (0, _HALF, 0.45, 0.85), 0.66),
            ),
            "sample": [0.49, 0.56, 0.99, 0.32],
        },
        options=[0.45, 0.50, 0.80, 0.48],
        slide=65,
        others={
            "0.80": (
                "0.80 is a leaf of the second tree. Its second question is x3 < 0.5; x3 is 0.32, "
                "so yes, to the left: 0.49. And it is one tree of three."
            ),
            "0.48": (
                "0.48 is the mean of 0.45, 0.55 and 0.45: the first tree was left on the wrong "
                "side at x0 = 0.49 < 0.5, the second one at both of its questions."
            ),
        },
    ),
)


def _labels(n: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels (1 is bone), and which samples say yes."""
    groups = [[1] * n[f"bone_{side}"] + [0] * n[f"soft_{side}"] for side in ("yes", "no")]
    yes = np.repeat([True, False], [len(group) for group in groups])
    return np.array(groups[0] + groups[1]), yes


def _draw_counts(rng: np.random.Generator) -> Numbers:
    """Draw how many voxels of bone and soft tissue go to each side; the sides differ in size."""
    while True:
        bone_yes, soft_yes, bone_no, soft_no = (int(count) for count in rng.integers(1, 10, 4))
        numbers = {
            "bone_yes": bone_yes, "soft_yes": soft_yes, "bone_no": bone_no, "soft_no": soft_no,
        }  # fmt: skip
        uneven = abs(bone_yes + soft_yes - bone_no - soft_no) >= 3
        if uneven and impurity_decrease(*_labels(numbers)) > 0.03:
            return numbers


def _parts(n: Numbers) -> tuple[float, float, float, float]:
    """Return the impurity before, the share of yes, and the impurity of both sides."""
    labels, yes = _labels(n)
    return gini(labels), float(yes.mean()), gini(labels[yes]), gini(labels[~yes])


def _why_decrease(n: Numbers) -> str:
    """Write the sum."""
    before, share, yes, no = _parts(n)
    return (
        f"Before: {before:.3f}. Yes: {yes:.3f} with the share {share:.3f}; no: {no:.3f} with "
        f"{1 - share:.3f}. {before:.3f} - {share:.3f} * {yes:.3f} - {1 - share:.3f} * {no:.3f} = "
        f"{impurity_decrease(*_labels(n)):.3f}."
    )


question_gain = Family(
    question=lambda n: (
        f"A question sends {n['bone_yes']} voxels of bone and {n['soft_yes']} of soft tissue to "
        f"the left, {n['bone_no']} of bone and {n['soft_no']} of soft tissue to the right. By how "
        "much does it lower the Gini impurity?"
    ),
    draw=_draw_counts,
    right=lambda n: impurity_decrease(*_labels(n)),
    show=lambda value: f"{value:.3f}",
    why=_why_decrease,
    misconceptions=[
        Misconception(
            lambda n: (p := _parts(n))[0] - (p[2] + p[3]) / 2,
            "You took the plain mean of both sides. The larger side counts more: weigh each by its "
            "share of the voxels.",
        ),
        Misconception(
            lambda n: (p := _parts(n))[1] * p[2] + (1 - p[1]) * p[3],
            "That is the impurity that is left after the question. Subtract it from the impurity "
            "before.",
        ),
        Misconception(
            lambda n: (p := _parts(n))[0] - (1 - p[1]) * p[2] - p[1] * p[3],
            "You swapped the weights: each side goes with its own share of the voxels.",
        ),
    ],
)


def _never(n: Numbers) -> int:
    """Return how many rows a tree misses on average."""
    return round(n["rows"] * (1 - 1 / n["rows"]) ** n["rows"])


never_drawn = Family(
    question=lambda n: (
        f"A table has {n['rows']:,} rows. For a tree, {n['rows']:,} rows are drawn from it with "
        "replacement. About how many rows of the table does this tree never see?"
    ),
    draw=lambda rng: {"rows": int(rng.integers(4, 80)) * 50},
    right=_never,
    show=lambda count: f"about {count:,}" if count else "none",
    why=lambda n: (
        f"One draw misses a given row with the probability 1 - 1/{n['rows']:,}; all draws do with "
        f"(1 - 1/{n['rows']:,}) to the power of {n['rows']:,}, nearly 1/e = 0.368. That makes "
        f"{_never(n):,} rows."
    ),
    misconceptions=[
        Misconception(
            lambda n: 0,
            "You thought of drawing without replacement. Here a row goes back into the bag, so "
            "some come twice, and others never.",
        ),
        Misconception(
            lambda n: n["rows"] - _never(n),
            "That is how many rows the tree does see at least once.",
        ),
        Misconception(
            lambda n: n["rows"] // 2,
            "It is not a coin for each row. A row is missed only if every single draw misses it: "
            "multiply (1 - 1/rows) with itself as often as there are draws.",
        ),
    ],
)


def _scaled(n: Numbers, training: list[float]) -> float:
    """Return the new value, scaled by a training column."""
    return float(normalize_columns([[n["new"]]], np.array(training)[:, None])[0, 0])


def _draw_column(rng: np.random.Generator) -> Numbers:
    """Draw a training column and a new patient's, which reaches farther."""
    training = (10 * np.sort(rng.choice(np.arange(12, 60), 4, replace=False))).tolist()
    beyond = 10 * int(rng.integers(3, 20))
    low = 10 * int(rng.integers(1, 3))
    return {"training": training, "new": training[-1] + beyond, "other": low}


scaled_feature = Family(
    question=lambda n: (
        f"In training, R2* of the voxels was {', '.join(map(str, n['training']))} 1/s. A new "
        f"patient has two voxels with {n['other']} and {n['new']} 1/s. Columns are normalised to "
        f"0..1. What does the forest get for the voxel with {n['new']} 1/s?"
    ),
    draw=_draw_column,
    right=lambda n: _scaled(n, n["training"]),
    show=lambda value: f"{value:.2f}",
    why=lambda n: (
        f"Smallest and largest value come from training alone: ({n['new']} - {n['training'][0]}) / "
        f"({n['training'][-1]} - {n['training'][0]}) = {_scaled(n, n['training']):.2f}. It lies "
        "above 1: the patient is beyond what training has seen, and this stays visible."
    ),
    misconceptions=[
        Misconception(
            lambda n: 1.0,
            "You clamped, or scaled the patient by the patient's own values. Neither lets the "
            "forest compare with what it has learned.",
        ),
        Misconception(
            lambda n: _scaled(n, [*n["training"], n["other"]]),
            "You counted the new patient's smallest value in. The ends come from training alone.",
        ),
        Misconception(
            lambda n: n["new"] / n["training"][-1],
            "You only divided by the largest value. Subtract the smallest first, above and below.",
        ),
    ],
)
