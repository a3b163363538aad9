"""Speed of Procrustes analysis and shape models against SciPy and scikit-learn."""

import sys
from collections.abc import Callable

import numpy as np
from _pairs import Pair, growth, run
from scipy.spatial import procrustes as scipy_procrustes
from sklearn.decomposition import PCA

from course_lib.imaging import procrustes, shape_models, shapes

PEOPLE, LANDMARKS = 500, 64


def outlines(people: int) -> np.ndarray:
    """Return shapes of 64 landmarks that vary, lie anywhere and have any size and turn."""
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, LANDMARKS, endpoint=False)
    mean = np.stack([60 * np.sin(angle), 80 * np.cos(angle)], axis=1)
    varied = mean + 5 * rng.normal(size=(people, LANDMARKS, 2))
    turn = rng.uniform(-1, 1, people)
    turns = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = varied @ np.moveaxis(turns, -1, 0)
    return turned * rng.uniform(0.8, 1.2, (people, 1, 1)) + rng.normal(0, 9, (people, 1, 2))


def standard(shape: np.ndarray) -> np.ndarray:
    """Return a shape centred, of size 1."""
    return shapes.center_and_scale(shape)


def generalised_by_scipy(people: np.ndarray, steps: int) -> np.ndarray:
    """Return the mean after as many steps as ours, each a loop of SciPy over all people."""
    mean = people[0]
    for _ in range(steps):
        mean = np.mean([scipy_procrustes(mean, person)[1] for person in people], axis=0)
    return mean


def mean_distance(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the disparity of two mean shapes."""
    return float(shapes.disparity(ours, peer))


def pairs() -> list[Pair]:
    """Return the rows of the table."""
    people = outlines(PEOPLE)
    found = procrustes.generalized_procrustes(people)
    rows = found.aligned.reshape(PEOPLE, -1)
    return [
        Pair(
            "Procrustes of two shapes",
            "scipy procrustes",
            f"{LANDMARKS} x 2",
            lambda: shapes.align(people[1], people[0]),
            lambda: scipy_procrustes(people[0], people[1])[1],
            goal=1.3,
            tolerance=1e-9,
            difference=lambda ours, peer: np.abs(standard(ours) - standard(peer)).max(),
            why="a tenth of a millisecond is the fixed cost of some twenty calls of numpy, among "
            "them the checks of the input; many shapes in one call save it (next row)",
        ),
        Pair(
            "Procrustes of many shapes to one",
            "loop of scipy",
            f"{PEOPLE} x {LANDMARKS} x 2",
            lambda: shapes.disparity(people, people[0]),
            lambda: [scipy_procrustes(people[0], person)[2] for person in people],
            goal=None,
            tolerance=1e-9,
        ),
        Pair(
            "generalised Procrustes",
            f"loop of scipy, {len(found.costs)} steps",
            f"{PEOPLE} x {LANDMARKS} x 2",
            lambda: procrustes.generalized_procrustes(people).mean,
            lambda: generalised_by_scipy(people, len(found.costs)),
            goal=25,
            tolerance=1e-9,
            difference=mean_distance,
        ),
        Pair(
            "PCA of shapes",
            "sklearn PCA full",
            f"{PEOPLE} x {2 * LANDMARKS}",
            lambda: shape_models.principal_modes(found.aligned).variances,
            lambda: PCA(svd_solver="full").fit(rows).explained_variance_,
            goal=1,
            tolerance=1e-8,
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("Shapes", pairs())

    def aligning(side: int) -> Callable[[], np.ndarray]:
        people = outlines(side**3 // 2**12)  # 64, 216 and 512 people
        return lambda: procrustes.generalized_procrustes(people).mean

    growth("generalised Procrustes, 64, 216, 512 people as side^3 / 4096", (64, 96, 128), aligning)
    return status


if __name__ == "__main__":
    sys.exit(main())
