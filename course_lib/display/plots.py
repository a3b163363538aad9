"""Small drawings that several widgets share, fast enough to follow a slider.

They place axes and titles themselves: a layout that is computed anew costs as much as the drawing,
and each further axes or tick several milliseconds.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.figures import new_figure

Box = tuple[float, float, float, float]


def fixed_figure(width: float, height: float) -> Figure:
    """Make an empty figure whose axes stay where they are put.

    Parameters
    ----------
    width, height : float
        In inches.

    Examples
    --------
    >>> float(fixed_figure(4, 3).get_figwidth())
    4.0
    """
    figure = new_figure(width, height)
    figure.set_layout_engine("none")
    return figure


def image_axes(
    figure: Figure, box: Box, image: NDArray, limits: tuple[float, float], title: str = ""
) -> Axes:
    """Draw a grey image into a box.

    Parameters
    ----------
    figure : Figure
        From `fixed_figure`.
    box : tuple of float
        Left, bottom, width and height as parts of the figure.
    image : (Y, X) array
        Row 0 is at the top.
    limits : tuple of float
        Values of black and white.
    title : str
        Above the image.

    Examples
    --------
    >>> axes = image_axes(fixed_figure(2, 2), (0, 0, 1, 1), np.eye(3), (0, 1), "Ones")
    >>> axes.get_title()
    'Ones'
    """
    axes = figure.add_axes(box)
    axes.imshow(image, cmap="gray", vmin=limits[0], vmax=limits[1], interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, y=1.01)  # with y given, nothing has to be measured
    return axes


def grey_bar(figure: Figure, box: Box, limits: tuple[float, float], unit: str) -> Axes:
    """Draw a colour bar from black to white beside an image, with its unit.

    Parameters
    ----------
    figure : Figure
        From `fixed_figure`.
    box : tuple of float
        As in `image_axes`; tall and narrow.
    limits : tuple of float
        Values of black and white.
    unit : str
        What the numbers are.

    Examples
    --------
    >>> grey_bar(fixed_figure(1, 3), (0.2, 0.1, 0.3, 0.8), (-150, 250), "HU").get_ylabel()
    'HU'
    """
    axes = figure.add_axes(box)
    low, high = limits
    axes.imshow(
        np.arange(64)[:, None], cmap="gray", extent=(0, 1, low, high), aspect="auto",
        origin="lower",
    )  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([low, (low + high) / 2, high])
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.set_ylabel(unit, fontsize=9)
    axes.tick_params(labelsize=8)
    return axes


def grey_scale(axes: Axes, greys: NDArray, ends: tuple[float, float], height: float) -> None:
    """Draw grey values below the x axis of a histogram, as the colour bar of its image.

    Parameters
    ----------
    axes : Axes
        From `plot_axes`.
    greys : (N,) array
        From 0 (black) to 1 (white).
    ends : tuple of float
        Where the first and the last stand on the x axis.
    height : float
        In units of the y axis; the bar reaches from -height to 0.

    Examples
    --------
    >>> axes = plot_axes(fixed_figure(3, 2), (0.1, 0.2, 0.8, 0.7))
    >>> grey_scale(axes, np.linspace(0, 1, 5), (0, 10), 0.2)
    >>> len(axes.get_images())
    1
    """
    axes.imshow(greys[None], cmap="gray", vmin=0, vmax=1, extent=(*ends, -height, 0), aspect="auto")


def plot_axes(
    figure: Figure,
    box: Box,
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
    x_ticks: Sequence[float] | None = None,
    y_ticks: Sequence[float] | None = None,
) -> Axes:
    """Make axes for lines, with few ticks, because ticks are what takes the time.

    Parameters
    ----------
    figure : Figure
        From `fixed_figure`.
    box : tuple of float
        As in `image_axes`.
    title, x_label, y_label : str
        Texts, with units.
    x_limits, y_limits : tuple of float, optional
        Ends of the axes.
    x_ticks, y_ticks : sequence of float, optional
        Where numbers stand.

    Examples
    --------
    >>> plot_axes(fixed_figure(3, 2), (0.1, 0.2, 0.8, 0.7), x_label="HU").get_xlabel()
    'HU'
    """
    axes = figure.add_axes(box)
    axes.set_title(title, fontsize=10, y=1.01)
    axes.set_xlabel(x_label, fontsize=9)
    axes.set_ylabel(y_label, fontsize=9)
    axes.tick_params(labelsize=8)
    if x_limits is not None:
        axes.set_xlim(*x_limits)
    if y_limits is not None:
        axes.set_ylim(*y_limits)
    if x_ticks is not None:
        axes.set_xticks(x_ticks)
    if y_ticks is not None:
        axes.set_yticks(y_ticks)
    return axes
