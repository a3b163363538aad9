"""Figures of registration by hand, and of the order in which transforms act."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from course_lib.display.figures import BLUE, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.display.registration_scans import (
    SPACING_MM,
    Pair,
    brain_error_mm,
    checkerboard,
    head_slice,
    middle_mm,
    moved_scan,
    pair,
    two_colours,
    way_back,
)
from course_lib.imaging import rotations, transforms
from course_lib.imaging.pyramids import Level
from course_lib.imaging.sampling import Cost, sample_voxels
from course_lib.imaging.warping import warp

VIEWS = ("two colours", "checkerboard")
COSTS: dict[str, Cost] = {
    "squared differences": "ssd",
    "correlation": "ncc",
    "mutual information": "mi",
}
UNITS = {
    "ssd": "mean squared difference",
    "ncc": "minus the correlation",
    "mi": "minus mutual information, nats",
}
CENTERS = ("middle of the image", "first pixel, 0 mm")
_MOVES = np.arange(-48.0, 49.0, 4.0)
_SOME = 2500  # pixels at which the curve is measured


def draw_by_hand(
    name: str,
    view: str,
    cost: str,
    *,
    down_mm: int,
    right_mm: int,
    turn_deg: int,
    reveal: bool,
) -> Picture:
    """Draw two scans, one of them moved by hand, and what an optimiser would see.

    Parameters
    ----------
    name : str
        One of `registration_scans.PAIRS`.
    view : str
        One of `VIEWS`.
    cost : str
        A key of `COSTS`.
    down_mm, right_mm, turn_deg : int
        How the moving scan is turned about the middle of the image, and then moved.
    reveal : bool
        Whether the caption tells how far the brain is from its place.

    Examples
    --------
    >>> answer = {"down_mm": -6, "right_mm": 12, "turn_deg": -7}
    >>> drawn = draw_by_hand("MR and CT", "two colours", "correlation", **answer, reveal=True)
    >>> drawn.caption[-47:]
    'The brain is 0.0 mm from its place, on average.'
    """
    both, kind = pair(name), COSTS[cost]
    push = rotations.rigid(turn_deg, [down_mm, right_mm], middle_mm())
    moved = warp(moved_scan(name), push, SPACING_MM, "linear", outside=both.moving.outside).astype(
        float
    )
    moves, costs, here = _along_x(both, name, kind, (down_mm, right_mm, turn_deg))
    figure = fixed_figure(9.2, 3.1)
    windows = (both.fixed.image, both.fixed.limits, moved, both.moving.limits)
    image_axes(figure, (0.0, 0.02, 0.21, 0.86), both.fixed.image, both.fixed.limits, "MR, fixed")
    title = f"{both.moving.name}, moved"
    image_axes(figure, (0.215, 0.02, 0.21, 0.86), moved, both.moving.limits, title)
    grey_bar(figure, (0.435, 0.15, 0.012, 0.6), both.moving.limits, both.moving.unit)
    if view == VIEWS[0]:
        shown, title = two_colours(*windows), "Fixed orange, moved blue"
    else:
        shown, title = checkerboard(*windows), "Both, in turns"
    image_axes(figure, (0.54, 0.02, 0.21, 0.86), shown, (0, 1), title)
    axes = plot_axes(
        figure, (0.815, 0.17, 0.175, 0.71), title=f"Cost: {_short(kind)}",
        y_label="lower is better", x_label="to the right, in mm",
        x_limits=(_MOVES[0], _MOVES[-1]), x_ticks=(-40, 0, 40),
        y_ticks=(),
    )  # fmt: skip
    axes.plot(moves, costs, color=BLUE)
    axes.plot([right_mm], [here], "o", color=VERMILION, markersize=8)
    motion = transforms.invert(way_back())
    place = f" The brain is {brain_error_mm(push, motion):.1f} mm from its place, on average."
    value = f"{here:,.0f}" if kind == "ssd" else f"{here:.4f}"
    said = f"{UNITS[kind].capitalize()} here: {value}.{place if reveal else ''}"
    alt = (
        f"An MR slice of a head; {both.moving.name} of the same head, moved {down_mm} mm down and "
        f"{right_mm} mm to the right and turned by {turn_deg} degrees; both together, {view}; and "
        f"the cost when only the move to the right changes, lowest at "
        f"{moves[int(np.argmin(costs))]:.0f} mm. {said}"
    )
    return render(figure, alt, said)


def _short(kind: Cost) -> str:
    """Name a cost in a word or two."""
    return {"ssd": "SSD", "ncc": "-NCC", "mi": "-MI"}[kind]


def _along_x(
    both: Pair, name: str, kind: Cost, motion: tuple[float, float, float]
) -> tuple[NDArray, NDArray, float]:
    """Return the cost of moves to the right, and of the one that is chosen."""
    down, right, turn = motion
    steps = np.full(2, SPACING_MM)
    sample = sample_voxels(Level(both.fixed.image, steps), Level(moved_scan(name), steps), _SOME)

    def measured(across: float) -> float:
        push = rotations.rigid(turn, [down, across], middle_mm())
        return float(sample.cost(transforms.invert(push), kind))

    return _MOVES, np.array([measured(move) for move in _MOVES]), measured(right)


def draw_order(turn_deg: int, down_mm: int, right_mm: int, center: str) -> Picture:
    """Draw a head that is turned and then moved, and one that is moved and then turned.

    Parameters
    ----------
    turn_deg, down_mm, right_mm : int
        The turn and the move.
    center : str
        One of `CENTERS`: what the turn is about.

    Examples
    --------
    >>> draw_order(30, 0, 40, "first pixel, 0 mm").caption[-56:]
    'The two heads are 20.7 mm apart, the same at all points.'
    """
    image, about = head_slice().t1.astype(float), np.zeros(2)
    if center == CENTERS[0]:
        about = middle_mm()
    turn = rotations.rotation(turn_deg, about)
    move = transforms.translation([down_mm, right_mm])
    ways = {
        "Turned, then moved": (turn, move),
        "Moved, then turned": (move, turn),
    }
    figure = fixed_figure(9.2, 3.3)
    start = image_axes(figure, (0.0, 0.02, 0.3, 0.86), image, (0, 1000), "Before")
    _mark(start, about, [middle_mm()])
    ends = []
    for place, (title, steps) in enumerate(ways.items()):
        both = transforms.compose(*steps)
        moved = warp(image, both, SPACING_MM, "linear")
        axes = image_axes(figure, (0.305 * (place + 1), 0.02, 0.3, 0.86), moved, (0, 1000), title)
        path = [middle_mm(), transforms.apply(steps[0], middle_mm())]
        path.append(transforms.apply(both, middle_mm()))
        _mark(axes, about, path)
        ends.append(path[-1])
    grey_bar(figure, (0.915, 0.15, 0.012, 0.6), (0, 1000), "MR signal in a.u.")
    apart = float(np.linalg.norm(ends[0] - ends[1]))
    said = (
        f"The middle of the head ends at ({ends[0][0]:.1f}, {ends[0][1]:.1f}) mm and at "
        f"({ends[1][0]:.1f}, {ends[1][1]:.1f}) mm. The two heads are {apart:.1f} mm apart, the "
        "same at all points."
    )
    alt = (
        f"A head before; turned by {turn_deg} degrees about the {center}, then moved {down_mm} mm "
        f"down and {right_mm} mm to the right; and first moved, then turned. A line follows the "
        f"middle of the head through both steps. {said}"
    )
    return render(figure, alt, f"Cross: what the turn is about. {said}")


def _mark(axes: Axes, about: NDArray, path: list[NDArray]) -> None:
    """Draw the centre of the turn and the way of the middle of the head, in pixels."""
    limits = axes.get_xlim(), axes.get_ylim()
    rows, columns = np.array(path).T / SPACING_MM
    axes.plot(columns, rows, "-", color=SKY, linewidth=2)
    axes.plot(columns[:1], rows[:1], "o", color=SKY, markersize=6)
    if len(path) > 1:
        axes.plot(columns[-1:], rows[-1:], "s", color=VERMILION, markersize=7)
    axes.plot([about[1] / SPACING_MM], [about[0] / SPACING_MM], "+", color=ORANGE,
              markersize=14, markeredgewidth=3)  # fmt: skip
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
