"""Figures of the shapes of seven patients: Procrustes analysis, step by step."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display import shape_scene as scene
from course_lib.display.figures import BLACK, BLUE
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes
from course_lib.imaging import shapes
from course_lib.imaging.procrustes import procrustes_cost

STEPS = (
    "as they were placed",
    "centred",
    "centred and scaled",
    "centred, scaled and turned",
    "laid onto their mean",
)
GREY = "0.6"
_SIZE_LIMITS = (-140.0, 140.0)


def draw_procrustes(step: str, person: int) -> Picture:
    """Draw the shapes of seven patients after some steps of Procrustes analysis.

    Parameters
    ----------
    step : str
        One of `STEPS`.
    person : int
        Whose shape is drawn in colour, from 1.

    Examples
    --------
    >>> draw_procrustes("centred", 1).caption
    'Landmarks of two patients lie 8.5 mm apart, root mean square over all pairs.'
    """
    chosen, distances = STEPS.index(step), [pair_distance_mm(each) for each in aligned_steps()]
    points = aligned_steps()[chosen]
    points = points - (points.mean(axis=(0, 1)) if chosen == 0 else 0)
    figure = fixed_figure(9.2, 4.2)
    axes = shape_axes(figure, (0.01, 0.12, 0.45, 0.8), f"Seven patients, {step}")
    for number, shape in enumerate(points):
        if number != person - 1:
            draw_lines(axes, shape, GREY, 0.9)
    draw_lines(axes, points[person - 1], BLUE, 2.0)
    axes.plot(*points[person - 1].T[::-1], "o", color=BLUE, markersize=4)
    bars = plot_axes(
        figure, (0.68, 0.17, 0.3, 0.73), title="How far apart two patients are",
        x_label="root mean square, in mm", x_limits=(0, 11.5), x_ticks=(0, 2, 4, 6, 8, 10),
        y_limits=(4.6, -0.6), y_ticks=range(5),
    )  # fmt: skip
    bars.set_yticklabels(STEPS, fontsize=8)
    shown = [BLUE if number == chosen else GREY for number in range(5)]
    bars.barh(range(5), distances, color=shown, height=0.6)
    for number, distance in enumerate(distances):
        bars.text(distance + 0.15, number, f"{distance:.1f}", va="center", fontsize=8)
    said = (
        f"Landmarks of two patients lie {distances[chosen]:.1f} mm apart, root mean square over "
        "all pairs."
    )
    alt = (
        f"The landmarks of seven patients, joined by lines, {step}; that of patient {person} is in "
        f"blue. Beside it, bars for five steps: {', '.join(f'{d:.1f}' for d in distances)} mm. "
        f"{said}"
    )
    return render(figure, alt, said)


@cache
def aligned_steps() -> tuple[NDArray[np.float64], ...]:
    """Return the seven shapes after each of the `STEPS`, all in mm.

    Examples
    --------
    >>> [step.shape for step in aligned_steps()] == [(7, 16, 2)] * 5
    True
    """
    placed = scene.known_landmarks()
    size = np.sqrt(np.square(shapes.centroid_size(placed)).mean())
    scaled = size * shapes.center_and_scale(placed)
    turned = scaled @ shapes.best_rotation(scaled, scaled[0])
    centred = placed - placed.mean(axis=1, keepdims=True)
    return placed, centred, scaled, turned, scene.alignment().aligned


def pair_distance_mm(points: NDArray[np.float64]) -> float:
    """Return the root of the mean squared distance of one landmark in two people.

    Examples
    --------
    >>> pair_distance_mm(np.array([[[0.0, 0.0]], [[3.0, 4.0]]]))
    5.0
    """
    people, landmarks = points.shape[:2]
    return float(np.sqrt(procrustes_cost(points) / (people * (people - 1) / 2 * landmarks)))


def draw_lines(axes: Axes, points: NDArray[np.float64], colour: str, width: float) -> None:
    """Join the landmarks of a head by lines.

    Parameters
    ----------
    axes : Axes
        Where to draw; x is the second coordinate.
    points : (K, 2) array
        Landmarks.
    colour : str
        Of the lines.
    width : float
        In points.

    Examples
    --------
    >>> axes = plot_axes(fixed_figure(3, 3), (0.1, 0.1, 0.8, 0.8))
    >>> draw_lines(axes, scene.known_landmarks()[0], BLUE, 1.0)
    >>> len(axes.lines)
    2
    """
    gap = np.full((1, 2), np.nan)
    parts = [part for line in scene.LINES for part in (points[list(line)], gap)]
    rows, columns = np.concatenate(parts).T
    axes.plot(columns, rows, "-", color=colour, linewidth=width)
    axes.plot(points[:, 1], points[:, 0], ".", color=colour, markersize=3)


def shape_axes(figure: Figure, box: Box, title: str) -> Axes:
    """Make axes without ticks on which a mm is as long in both directions, Y downward.

    Parameters
    ----------
    figure, box, title
        As in `plots.image_axes`.

    Examples
    --------
    >>> shape_axes(fixed_figure(3, 3), (0, 0, 1, 0.9), "Shapes").get_title()
    'Shapes'
    """
    axes = figure.add_axes(box)
    axes.set_title(title, fontsize=10, y=1.01)
    axes.set_xlim(*_SIZE_LIMITS)
    axes.set_ylim(*_SIZE_LIMITS[::-1])
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.plot((80, 130), (130, 130), "-", color=BLACK, linewidth=2)
    axes.text(105, 124, "50 mm", ha="center", fontsize=8)
    return axes
