"""The global step of registration: try a coarse grid of turns and moves. Slide 29."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from course_lib.imaging.rotations import rigid
from course_lib.imaging.sampling import Cost, Sample
from course_lib.imaging.transforms import Matrix, compose


@dataclass(frozen=True)
class SearchGrid:
    """How far and how finely the global step searches around its start.

    Attributes
    ----------
    reach_mm, step_mm : float
        Moves along each axis, from -reach to reach.
    reach_deg, step_deg : float
        Turns in each plane, from -reach to reach.

    Raises
    ------
    ValueError
        If a reach is negative or a step is not positive.

    Examples
    --------
    >>> SearchGrid(reach_mm=16, step_mm=8).moves_mm(axes=2)[:3].tolist()
    [[0.0, 0.0], [-8.0, 0.0], [0.0, -8.0]]
    """

    reach_mm: float = 24.0
    step_mm: float = 8.0
    reach_deg: float = 15.0
    step_deg: float = 7.5

    def __post_init__(self) -> None:
        """Refuse a grid that cannot be made."""
        reaches, steps = (self.reach_mm, self.reach_deg), (self.step_mm, self.step_deg)
        good = all(0 <= reach < np.inf for reach in reaches) and all(0 < s < np.inf for s in steps)
        if not good:
            raise ValueError(
                f"The grid reaches {self.reach_mm:g} mm and {self.reach_deg:g} degrees in steps of "
                f"{self.step_mm:g} mm and {self.step_deg:g} degrees; reaches may not be negative, "
                "steps must be positive, and all must be finite."
            )

    def moves_mm(self, axes: int) -> NDArray[np.float64]:
        """Return the moves as rows, the shortest first.

        Examples
        --------
        >>> SearchGrid(reach_mm=8, step_mm=8).moves_mm(axes=3).shape
        (27, 3)
        """
        return _grid(self.reach_mm, self.step_mm, axes)

    def turns_deg(self, axes: int) -> NDArray[np.float64]:
        """Return the turns as rows of 1 (2-D) or 3 (3-D) angles, the smallest first.

        Examples
        --------
        >>> SearchGrid(reach_deg=10, step_deg=5).turns_deg(axes=2).ravel()
        array([  0.,  -5.,   5., -10.,  10.])
        """
        return _grid(self.reach_deg, self.step_deg, 1 if axes == 2 else 3)


def search(
    sample: Sample, start: Matrix, center_mm: NDArray[np.float64], cost: Cost, grid: SearchGrid
) -> list[Matrix]:
    """Find good starts for a local optimiser.

    In 2-D every turn is tried with every move. In 3-D these would be thousands: there every move
    is tried without a turn, then every turn with the best move, then every move with the best turn.

    Parameters
    ----------
    sample : Sample
        Of low resolution.
    start : (D + 1, D + 1) array
        Leads from the fixed to the moving image, in mm.
    center_mm : (D,) array
        About which the fixed image turns.
    cost : {"ssd", "ncc", "mi", "nmi"}
        What should be low.
    grid : SearchGrid
        What is tried around the start.

    Returns
    -------
    list of (D + 1, D + 1) arrays
        The start, and up to three others, the most promising.

    References
    ----------
    .. [1] Jenkinson and Smith, Medical Image Analysis 5(2), 2001.
       doi:10.1016/S1361-8415(01)00036-6
    .. [2] Lecture, slide 29.

    Examples
    --------
    >>> from course_lib.imaging.pyramids import Level
    >>> from course_lib.imaging.sampling import sample_voxels
    >>> y, x = np.indices((20, 20))
    >>> images = [np.exp(-((y - 10) ** 2 + (x - c) ** 2) / 9.0) for c in (8, 12)]
    >>> sample = sample_voxels(*(Level(image, np.ones(2)) for image in images))
    >>> grid = SearchGrid(reach_mm=4, step_mm=2, reach_deg=0)
    >>> start, best = search(sample, np.eye(3), np.array([9.5, 9.5]), "ssd", grid)
    >>> best[:2, 2]
    array([0., 4.])
    """
    axes = center_mm.size
    moves, turns = grid.moves_mm(axes), grid.turns_deg(axes)

    def costs(pairs: list[tuple[NDArray, NDArray]]) -> NDArray[np.float64]:
        pulls = (compose(rigid(turn, move, center_mm), start) for turn, move in pairs)
        return np.array([sample.cost(pull, cost) for pull in pulls])

    chosen = _best_of_all(turns, moves, costs) if axes == 2 else _in_rounds(turns, moves, costs)
    return [start] + [compose(rigid(turn, move, center_mm), start) for turn, move in chosen]


def _best_of_all(turns: NDArray, moves: NDArray, costs: Callable) -> list[tuple[NDArray, NDArray]]:
    """Try every turn with every move; return the three best turns, each with its best move."""
    pairs = list(product(turns, moves))
    table = costs(pairs).reshape(len(turns), len(moves))
    promising = np.argsort(table.min(axis=1), kind="stable")[:3]
    return [(turns[i], moves[int(np.argmin(table[i]))]) for i in promising]


def _in_rounds(turns: NDArray, moves: NDArray, costs: Callable) -> list[tuple[NDArray, NDArray]]:
    """Try moves, then turns, then moves; return the best of each round."""
    rounds = [_cheapest([(turns[0], move) for move in moves], costs)]
    rounds.append(_cheapest([(turn, rounds[-1][1]) for turn in turns], costs))
    rounds.append(_cheapest([(rounds[-1][0], move) for move in moves], costs))
    return rounds


def _cheapest(pairs: list[tuple[NDArray, NDArray]], costs: Callable) -> tuple[NDArray, NDArray]:
    """Return the pair of lowest cost."""
    return pairs[int(np.argmin(costs(pairs)))]


def _grid(reach: float, step: float, axes: int) -> NDArray[np.float64]:
    """Return all combinations of multiples of a step, the nearest to 0 first."""
    count = int(reach / step + 1e-9)
    line = float(step) * np.arange(-count, count + 1)
    rows = np.array(list(product(line, repeat=axes))) + 0.0
    return rows[np.argsort(np.square(rows).sum(axis=1), kind="stable")]
