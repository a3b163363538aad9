"""Figures of stored images: what fits an integer type, what rounding costs, bytes of each way."""

from functools import cache
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data import datasets
from course_lib.display.figures import BLACK, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes
from course_lib.display.storage_plots import (
    GRAYS,
    SIGNED,
    Bar,
    draw_bars,
    draw_images,
    gray,
    number_text,
)
from course_lib.imaging.byte_counts import image_bytes
from course_lib.imaging.quantization import largest_error
from course_lib.imaging.rescaling import check_line

IMAGES = ("a head, with padding of -2000", "a spine")
TYPES = {
    "8 bits, 0 to 255": (0, 255),
    "12 bits, 0 to 4095": (0, 4095),
    "16 bits signed, -32768 to 32767": (-32768, 32767),
    "16 bits unsigned, 0 to 65535": (0, 65535),
}
Outside = Literal["is clipped", "wraps around"]
_SHOWN = (-1100, 1600)  # HU of black and white


def draw_storage(
    image: str, limits: tuple[int, int], slope: float, intercept: float, outside: Outside
) -> Picture:
    """Draw what is read back of a real CT after it was stored.

    Parameters
    ----------
    image : str
        One of `IMAGES`.
    limits : tuple of int
        Smallest and largest number of the type.
    slope, intercept : float
        Of the header.
    outside : {"is clipped", "wraps around"}
        What happens to a number that does not fit. A careful program does neither, but refuses.

    Returns
    -------
    Picture
        What is read back, the error, and the numbers needed with the limits of the type.

    Raises
    ------
    ValueError
        If the slope is 0.

    Examples
    --------
    >>> draw_storage("a spine", (0, 255), 8, -1024, "is clipped").caption[:52]
    '0 pixels lie below the type (blue) and 11 above it ('
    """
    check_line(slope, intercept)
    hu, (low, high) = _image(image), limits
    needed = np.rint((hu - intercept) / slope)
    below, above = needed < low, needed > high
    kept = np.clip(needed, low, high)
    if outside == "wraps around":
        kept = (needed - low) % (high - low + 1) + low
    read = slope * kept + intercept
    error = read - hu
    fitting = np.abs(error[~(below | above)])
    worst = np.abs(error).max()
    limit = float(
        fitting.max(initial=0) or worst or 1
    )  # so that rounding is seen beside what does not fit
    figure = fixed_figure(9.6, 3.3)
    pair = {"As it is read back": _marked(read, below, above), "Error": _signed(error, limit)}
    bars = [Bar(GRAYS, _SHOWN, "HU"), Bar(SIGNED, (-limit, limit), "error in HU")]
    draw_images(figure, (0.0, 0.02, 0.8, 0.84), pair, bars)
    _draw_needed(figure, (0.82, 0.22, 0.17, 0.64), needed, limits)
    rounding = "Nothing fits the type"
    if fitting.size:
        rounding = f"Where it fits, the largest error is {number_text(fitting.max())} HU"
    said = (
        f"{below.sum():,} pixels lie below the type (blue) and {above.sum():,} above it "
        f"(orange-red), of {hu.size:,}. {rounding}; half a step is "
        f"{number_text(largest_error(slope))} HU. "
        f"Largest error anywhere: {number_text(worst)} HU."
    )
    alt = (
        f"CT of {image}, stored with slope {slope:g} and intercept {intercept:g} in numbers from "
        f"{low} to {high}; what does not fit {outside}. Left as it is read back, beside it the "
        f"error, right the histogram of the numbers needed, {needed.min():.0f} to "
        f"{needed.max():.0f}, with the limits of the type. {said}"
    )
    return render(figure, alt, said)


def draw_bytes(image: str, air: int, step: int) -> Picture:
    """Draw what a real CT costs in bytes, one way of storing it after the other.

    Parameters
    ----------
    image : str
        One of `IMAGES`.
    air : int
        All values below are set to -1024 HU.
    step : int
        Values are rounded to multiples of this many HU.

    Returns
    -------
    Picture
        The image and a bar for each way of storing it.

    Examples
    --------
    >>> draw_bytes("a spine", -1000, 8).caption[:32]
    '14,330 of 16,384 pixels changed;'
    """
    hu = _image(image)
    changed = np.rint(np.where(hu < air, -1024, hu) / step).astype(np.int64) * step
    counted = image_bytes(changed)
    figure = fixed_figure(9.6, 3.4)
    images = {"The image that is stored": gray(changed, _SHOWN)}
    draw_images(figure, (0.0, 0.02, 0.45, 0.86), images, [Bar(GRAYS, _SHOWN, "HU")])
    axes = plot_axes(
        figure, (0.56, 0.15, 0.4, 0.73), title="Bytes for each pixel", x_label="bytes per pixel",
        x_limits=(0, 9.6), x_ticks=(0, 2, 4, 6, 8),
    )  # fmt: skip
    each = {way: count / hu.size for way, count in counted.items()}
    draw_bars(axes, each, [f"{count:.2f}" for count in each.values()])
    lost = int((changed != hu).sum())
    worst = int(np.abs(changed - hu)[hu >= air].max())
    ways = ", ".join(f"{way} {count:,}" for way, count in counted.items())
    price = (
        f"{lost:,} of {hu.size:,} pixels changed; above the air the largest change is {worst} HU."
    )
    alt = (
        f"CT of {image}; values below {air} HU set to -1024 HU, the rest rounded to multiples of "
        f"{step} HU. Bars of bytes: {ways}. {price}"
    )
    return render(figure, alt, f"{price} In all: {ways} bytes.")


def _draw_needed(figure: Figure, box: Box, needed: NDArray, limits: tuple[int, int]) -> None:
    """Draw the histogram of the numbers needed, and the limits of the type where they are near."""
    low, high = float(needed.min()), float(needed.max())
    room = 0.5 * (high - low) + 1
    near = [limit for limit in limits if low - room <= limit <= high + room]
    start, end = min([low, *near]) - 0.1 * room, max([high, *near]) + 0.1 * room
    axes = plot_axes(
        figure, box, title="Numbers needed", x_label=f"type: {limits[0]} to {limits[1]}",
        x_limits=(start, end), y_limits=(0, 1.1), x_ticks=near or (round(low), round(high)),
        y_ticks=(), y_label="pixels (logarithm)",
    )  # fmt: skip
    counts, edges = np.histogram(needed, bins=80, range=(start, end))
    tall = np.log1p(counts) / np.log1p(counts.max())
    axes.fill_between(edges[:-1], tall, step="post", color=BLACK, linewidth=0)
    axes.axvspan(min(start, limits[0]), limits[0], color=SKY, alpha=0.5, linewidth=0)
    axes.axvspan(limits[1], max(end, limits[1]), color=VERMILION, alpha=0.5, linewidth=0)


def _signed(error: NDArray, limit: float) -> NDArray[np.uint8]:
    """Colour an error: blue below zero, white at zero, red above."""
    return SIGNED[np.clip(np.rint(127.5 * (error / limit + 1)), 0, 255).astype(np.uint8)]


def _marked(read: NDArray, below: NDArray, above: NDArray) -> NDArray[np.uint8]:
    """Return the image in grays, with blue and orange-red where it does not fit."""
    picture = gray(read, _SHOWN)
    for mask, colour in ((below, SKY), (above, VERMILION)):
        picture[mask] = np.rint(255 * np.array(mpl.colors.to_rgb(colour)))
    return picture


@cache
def _image(name: str) -> NDArray[np.int64]:
    """Return a CT in HU; of the head every second pixel, which is enough to be seen."""
    if name == IMAGES[0]:
        return datasets.ct_head().values[::2, ::2].astype(np.int64)
    return datasets.ct_spine().values.astype(np.int64)
