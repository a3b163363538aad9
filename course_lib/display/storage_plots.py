"""Drawings that the figures of topic 01 share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.figures import BLUE
from course_lib.display.plots import Box, image_axes

GRAYS = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
SIGNED = mpl.colormaps["RdBu_r"](np.arange(256), bytes=True)[:, :3]  # blue below 0, red above


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


@dataclass(frozen=True)
class Bar:
    """A colour bar.

    Parameters
    ----------
    colours : (256, 3) uint8 array
        From the lowest to the highest value.
    limits : tuple of float
        The lowest and the highest value.
    unit : str
        What the numbers are.
    """

    colours: NDArray[np.uint8]
    limits: tuple[float, float]
    unit: str


def draw_images(
    figure: Figure, box: Box, images: Mapping[str, NDArray[np.uint8]], bars: Sequence[Bar]
) -> None:
    """Draw images and their colour bars side by side, all in one axes.

    Axes of their own for every image and every bar would take three times as long.

    Parameters
    ----------
    figure : Figure
        From `fixed_figure`.
    box : tuple of float
        Left, bottom, width and height as parts of the figure.
    images : mapping of str to (Y, X, 3) uint8 array
        Titles, and images of one height as red, green and blue.
    bars : sequence of Bar
        Drawn to the right of the images.

    Examples
    --------
    >>> from course_lib.display.plots import fixed_figure
    >>> images = {"one": gray(np.eye(8), (0, 1)), "two": gray(1 - np.eye(8), (0, 1))}
    >>> draw_images(fixed_figure(4, 2), (0, 0, 1, 0.8), images, [Bar(GRAYS, (0, 1), "HU")])
    """
    images = {title: _enlarged(image) for title, image in images.items()}
    height = len(next(iter(images.values())))
    gap = np.full((height, height // 40, 3), 255, np.uint8)
    parts = [part for image in images.values() for part in (image, gap)]
    parts += [_strip(bar, height) for bar in bars]
    axes = image_axes(figure, box, np.concatenate(parts, axis=1), (0, 255))
    axes.set_anchor("SW")
    left = 0
    for title, image in images.items():
        axes.text(left, -0.03 * height, title, fontsize=10)
        left += image.shape[1] + gap.shape[1]
    for bar in bars:
        low, high = bar.limits
        for place, value in ((0.9, low), (0.5, (low + high) / 2), (0.1, high)):
            beside = left + 0.06 * height
            axes.text(beside, place * height, number_text(value), fontsize=8, va="center")
        axes.text(left + 0.24 * height, height / 2, bar.unit, fontsize=9, va="center", rotation=90)
        left += _room(height)


def _enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Repeat the pixels of a small image, so that a bar beside it has enough of them."""
    times = max(256 // len(image), 1)
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _strip(bar: Bar, height: int) -> NDArray[np.uint8]:
    """Return a bar as a part of an image, with white room for its numbers."""
    strip = np.full((height, _room(height), 3), 255, np.uint8)
    top, bottom = round(0.1 * height), round(0.9 * height)
    places = np.linspace(255, 0, bottom - top).round().astype(int)
    width = height // 24
    strip[top:bottom, :width] = bar.colours[places, np.newaxis]
    strip[[top, bottom - 1], :width] = strip[top:bottom, [0, width - 1]] = 0  # a frame
    return strip


def number_text(value: float) -> str:
    """Write a number with three digits, or whole when it is large.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        Never in powers of ten for what a picture shows.

    Examples
    --------
    >>> number_text(65536), number_text(0.0279), number_text(-1100)
    ('65,536', '0.0279', '-1,100')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _room(height: int) -> int:
    """Return the width of a bar and its numbers."""
    return round(0.32 * height)


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
