"""Figures of grids: a point between voxels with its weights, and Quiz 3's colours."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from course_lib.data import templates
from course_lib.display.figures import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, plot_axes
from course_lib.imaging import coordinates, interpolation, resampling

# Name: what is painted, and in which colour its letter can be read.
PAINTS = {
    "white": ("#FFFFFF", BLACK),
    "green": (GREEN, "white"),
    "blue": (BLUE, "white"),
    "red": (VERMILION, "white"),
    "yellow": (YELLOW, BLACK),
    "orange": (ORANGE, BLACK),
    "purple": (PURPLE, BLACK),
    "sky blue": (SKY, BLACK),
}

GRIDS = {
    "pixels of 2 x 2 mm": (2.0, 2.0),
    "slices of 4.4 mm, pixels of 2 mm": (4.4, 2.0),
    "slices of 4.4 mm, pixels of 0.5 mm": (4.4, 0.5),
}
REACH_MM = (19.8, 22.0)  # of the part that is shown: up and down, left and right
_LIMITS = (0, 250)
_COLUMN, _TOP, _LEFT = 96, 62, 42  # of the template: coronal plane, first row and column on show


def draw_point(spacing: tuple[float, float], row_mm: float, column_mm: float) -> Picture:
    """Draw a point between the pixels of a coronal MR image, with the weights of four pixels.

    Parameters
    ----------
    spacing : tuple of float
        Distance of the rows and of the columns in mm.
    row_mm, column_mm : float
        Where the point lies, from the centre of the first pixel.

    Raises
    ------
    ValueError
        If the point lies outside of what is shown.

    Examples
    --------
    >>> draw_point((4.4, 2.0), 7.7, 9.0).caption[:52]
    'Point (7.70, 9.00) mm, index (1.75, 4.50). Nearest p'
    """
    image, point = _part(spacing), np.array([row_mm, column_mm])
    nearest = float(interpolation.nearest_at(image, point, spacing))
    linear = float(interpolation.linear_at(image, point, spacing))
    index = coordinates.mm_to_index(point, spacing).clip(0, np.array(image.shape) - 1)
    below = np.minimum(index.astype(int), np.array(image.shape) - 2)
    weights = interpolation.linear_weights(index - below)

    figure = fixed_figure(8.8, 3.7)
    rows, columns = image.shape
    edges = ((columns - 0.5) * spacing[1], (rows - 0.5) * spacing[0])
    whole = plot_axes(
        figure, (0.07, 0.14, 0.38, 0.75), title="Where it lies", x_label="mm", y_label="mm",
        x_ticks=(0, 10, 20), y_ticks=(0, 5, 10, 15),
    )  # fmt: skip
    whole.imshow(
        image, cmap="gray", vmin=_LIMITS[0], vmax=_LIMITS[1], interpolation="nearest",
        extent=(-spacing[1] / 2, edges[0], edges[1], -spacing[0] / 2),
    )  # fmt: skip
    whole.plot(column_mm, row_mm, "+", color=ORANGE, markersize=14, markeredgewidth=2.5)
    grey_bar(figure, (0.47, 0.14, 0.014, 0.7), _LIMITS, "MR signal in a.u.")
    _draw_cell(
        figure.add_axes((0.60, 0.05, 0.39, 0.84)),
        image[below[0] : below[0] + 2, below[1] : below[1] + 2],
        weights,
        index - below,
        below,
    )
    said = (
        f"Point ({row_mm:.2f}, {column_mm:.2f}) mm, index ({index[0]:.2f}, {index[1]:.2f}). "
        f"Nearest pixel: {nearest:.0f}. Bilinear: {linear:.1f}."
    )
    parts = ", ".join(
        f"{100 * weights[i, j]:.0f} % of {image[below[0] + i, below[1] + j]:.0f}"
        for i in (0, 1)
        for j in (0, 1)
    )
    alt = (
        f"Part of a coronal MR slice with pixels of {spacing[0]:g} x {spacing[1]:g} mm, in which a "
        f"cross marks a point. {said} Beside it the cell between four pixel centres, "
        "cut at the point into four rectangles; the area of each is the weight of the pixel in the "
        f"opposite corner: {parts}."
    )
    return render(figure, alt, said)


def _draw_cell(
    axes: Axes, values: NDArray, weights: NDArray, fraction: NDArray, below: NDArray
) -> None:
    """Draw the cell between four centres; the area opposite to a corner is its weight."""
    down, right = fraction
    axes.set(xlim=(-0.42, 1.42), ylim=(1.32, -0.32))
    axes.set_axis_off()
    axes.set_title("Weights of the four pixels around it", fontsize=10, y=1.01)
    paints = ((SKY, ORANGE), (YELLOW, GREEN))
    for i in (0, 1):
        for j in (0, 1):
            corner = (0 if j else right, 0 if i else down)
            size = (right if j else 1 - right, down if i else 1 - down)
            axes.add_patch(Rectangle(corner, *size, facecolor=paints[i][j], edgecolor="white"))
            axes.plot(j, i, "o", color=paints[i][j], markeredgecolor=BLACK, markersize=12)
            axes.text(
                j + (0.07 if j else -0.07), i,
                f"[{below[0] + i}, {below[1] + j}]\nvalue {values[i, j]:.0f}\n"
                f"weight {weights[i, j]:.2f}",
                fontsize=8.5, va="center", ha="left" if j else "right",
            )  # fmt: skip
    axes.plot(right, down, "+", color=BLACK, markersize=14, markeredgewidth=2.5)


@cache
def _part(spacing: tuple[float, float]) -> NDArray[np.float32]:
    """Return a part of the template read at pixels of this size."""
    plane = templates.mni152("t1").values[::-1, _COLUMN][_TOP:, _LEFT:]
    part = plane[: int(REACH_MM[0] + 6), : int(REACH_MM[1] + 3)]
    read = resampling.resample(part, 1.0, spacing, "linear")
    counts = (np.array(REACH_MM) / spacing + 0.5).astype(int)
    return read[: counts[0], : counts[1]]


def draw_colours(grid: Sequence[Sequence[str]]) -> Picture:
    """Draw coloured squares, each with the name of its colour.

    Parameters
    ----------
    grid : rows of names
        Keys of `PAINTS`.

    Examples
    --------
    >>> draw_colours([["green", "blue"], ["white", "red"]])
    Picture: Coloured squares, row by row: green, blue; white, red.
    """
    rows, columns = len(grid), len(grid[0])
    figure = fixed_figure(0.95 * columns, 0.95 * rows)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    axes.set_axis_off()
    for i, row in enumerate(grid):
        for j, name in enumerate(row):
            paint, ink = PAINTS[name]
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=paint, edgecolor=BLACK, linewidth=1.5))
            axes.text(j + 0.5, i + 0.5, name, color=ink, ha="center", va="center", fontsize=9)
    return render(figure, f"Coloured squares, row by row: {in_words(grid)}.")


def in_words(grid: Sequence[Sequence[str]]) -> str:
    """Write the colours row by row.

    Examples
    --------
    >>> in_words([["green", "blue"], ["white", "red"]])
    'green, blue; white, red'
    """
    return "; ".join(", ".join(row) for row in grid)
