"""Drawings that the figures of topic 01 share."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.figures import BLUE
from course_lib.display.plots import Box, image_axes


def draw_bars(axes: Axes, lengths: dict[str, float], texts: Sequence[str]) -> None:
    """Draw horizontal bars from the top down, each with its name and text.

    Parameters
    ----------
    axes : Axes
        From `plot_axes`.
    lengths : dict of str to float
        Name and length of each bar.
    texts : sequence of str
        What stands at the end of each bar.

    Examples
    --------
    >>> from course_lib.display.plots import fixed_figure, plot_axes
    >>> figure = fixed_figure(4, 2)
    >>> draw_bars(plot_axes(figure, (0.3, 0.2, 0.6, 0.7)), {"a": 1.0, "b": 2.0}, ["one", "two"])
    """
    places = range(len(lengths))
    axes.barh(places, list(lengths.values()), color=BLUE, height=0.6)
    axes.set_yticks(places, list(lengths), fontsize=9)
    axes.invert_yaxis()
    for place, (length, text) in enumerate(zip(lengths.values(), texts, strict=True)):
        axes.text(length, place, f" {text}", va="center", fontsize=9)


def draw_pair(
    figure: Figure,
    box: Box,
    left: NDArray,
    right: NDArray,
    titles: tuple[str, str],
) -> None:
    """Draw two coloured images side by side in one axes, which takes half of the time.

    Parameters
    ----------
    figure : Figure
        From `fixed_figure`.
    box : tuple of float
        Left, bottom, width and height as parts of the figure.
    left, right : (Y, X, 3) uint8 array
        Red, green and blue.
    titles : tuple of str
        Above the images.

    Examples
    --------
    >>> from course_lib.display.plots import fixed_figure
    >>> image = gray(np.eye(8), (0, 1))
    >>> draw_pair(fixed_figure(4, 2), (0, 0, 1, 0.8), image, image, ("one", "two"))
    """
    gap = np.full((len(left), max(len(left) // 40, 1), 3), 255, np.uint8)
    both = np.concatenate([left, gap, right], axis=1)
    axes = image_axes(figure, box, both, (0, 255))
    for x, title in ((0, titles[0]), (both.shape[1] - right.shape[1], titles[1])):
        axes.text(x, -0.03 * len(left), title, fontsize=10)


def gray(image: NDArray, limits: tuple[float, float]) -> NDArray[np.uint8]:
    """Return an image in grays as red, green and blue.

    Parameters
    ----------
    image : (Y, X) array
        Any unit.
    limits : tuple of float
        Values of black and white.

    Returns
    -------
    (Y, X, 3) uint8 array
        Red, green and blue.

    Examples
    --------
    >>> gray(np.array([[0.0, 5.0, 20.0]]), (0, 10))[0, :, 0].tolist()
    [0, 128, 255]
    """
    share = np.clip((image - limits[0]) / (limits[1] - limits[0]), 0, 1)
    return np.repeat(np.rint(255 * share).astype(np.uint8)[..., np.newaxis], 3, axis=2)
