"""Topic 09 against scikit-learn: decision trees and random forests, grown and asked.

Two trees need not be the same: where several questions are equally good, scikit-learn draws one of
them and the course takes the first. So what is compared for growing is how far the models err on
other rows, relative to the peer's error; for asking, both walk one and the same tree or forest.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from _pairs import Pair, growth, run
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from course_lib.imaging.forests import Forest, fit_forest
from course_lib.imaging.tree_growth import fit_tree
from course_lib.imaging.trees import Tree

WHY = "compiled code follows a row to its leaf; numpy writes down where every row is at each level"
ROWS, COLUMNS, TREES, VOXELS = 4000, 20, 20, 64**3


def voxels(kind: str, rows: int, seed: int) -> tuple[NDArray[np.float32], NDArray]:
    """Draw a table of features and targets that depend on three of them."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    values = np.tanh(table[:, 0] * table[:, 1]) + np.sin(3 * table[:, 2])
    values += 0.3 * rng.normal(size=rows)
    return table, values if kind == "values" else np.digitize(values, [-0.7, 0.7])


def as_tree(peer: DecisionTreeRegressor | DecisionTreeClassifier, classes: NDArray | None) -> Tree:
    """Return a tree of scikit-learn as one of the course; "<=" becomes "<" the next number."""
    nodes = peer.tree_
    low = nodes.threshold.astype(np.float32)
    low[low > nodes.threshold] = np.nextafter(low, np.float32(-np.inf))[low > nodes.threshold]
    return Tree(
        columns=np.where(nodes.feature < 0, -1, nodes.feature).astype(np.intp),
        thresholds=np.nextafter(low, np.float32(np.inf)),
        yes=nodes.children_left.astype(np.intp),
        no=nodes.children_right.astype(np.intp),
        values=nodes.value[:, 0],
        samples=nodes.n_node_samples,
        decreases=np.zeros(nodes.node_count),
        classes=classes,
        width=COLUMNS,
    )


def error_apart(kind: str) -> Callable[[Any, Any], float]:
    """Return how to compare the errors of two models on other rows, relative to the peer's."""
    table, truth = voxels(kind, 20_000, 1)

    def error(model: Any) -> float:
        found = model.predict(table)
        return float(np.mean((found - truth) ** 2 if kind == "values" else found != truth))

    return lambda ours, peer: abs(error(ours) / error(peer) - 1)


def pairs_of(kind: str) -> list[Pair]:
    """Return the rows for values or for classes."""
    tree_class, forest_class = {
        "values": (DecisionTreeRegressor, RandomForestRegressor),
        "classes": (DecisionTreeClassifier, RandomForestClassifier),
    }[kind]
    table, targets = voxels(kind, ROWS, 0)
    image, _ = voxels(kind, VOXELS, 2)
    tree = tree_class(random_state=0).fit(table, targets)
    forest = forest_class(TREES, max_features=None, random_state=0).fit(table, targets)
    classes = None if kind == "values" else tree.classes_
    same_tree = as_tree(tree, classes)
    same_forest = Forest(
        tuple(as_tree(each, classes) for each in forest.estimators_),
        np.ones((TREES, 1), bool),
        classes,
    )
    sizes = f"{ROWS} x {COLUMNS} f32", f"{VOXELS} x {COLUMNS} f32"
    fitting, asking = ("sklearn fit", sizes[0]), ("sklearn predict", sizes[1])
    return [
        Pair(
            f"tree for {kind}, fit",
            *fitting,
            lambda: fit_tree(table, targets, kind),
            lambda: tree_class(random_state=0).fit(table, targets),
            goal=0.7,
            tolerance=0.1,
            difference=error_apart(kind),
        ),
        Pair(
            f"tree for {kind}, predict",
            *asking,
            lambda: same_tree.predict(image),
            lambda: tree.predict(image),
            goal=0.9,
            tolerance=1e-12,
            why=WHY,
        ),
        Pair(
            f"forest for {kind}, fit, {TREES} trees",
            *fitting,
            lambda: fit_forest(table, targets, kind, rng=np.random.default_rng(0), trees=TREES),
            lambda: forest_class(TREES, max_features=None, random_state=0).fit(table, targets),
            goal=0.3,
            tolerance=0.1,
            difference=error_apart(kind),
        ),
        Pair(
            f"forest for {kind}, predict, {TREES} trees",
            *asking,
            lambda: same_forest.predict(image),
            lambda: forest.predict(image),
            goal=0.8,
            # scikit-learn averages the shares of the trees; the lecture counts their votes.
            tolerance=1e-9 if kind == "values" else 2,
            why=WHY,
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("Trees and forests", pairs_of("values") + pairs_of("classes"))

    def growing(side: int) -> Callable[[], Tree]:
        table, targets = voxels("values", side**3, 3)
        return lambda: fit_tree(table[:, :5], targets, max_depth=8)

    def asking(side: int) -> Callable[[], NDArray]:
        tree = fit_tree(*voxels("values", ROWS, 0))
        image, _ = voxels("values", side**3, 3)
        return lambda: tree.predict(image)

    growth("tree fit, 5 columns, depth 8", (32, 48, 64), growing)
    growth("tree predict, 20 columns", (32, 64, 96), asking)
    return status


if __name__ == "__main__":
    sys.exit(main())
