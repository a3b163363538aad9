"""Figures that every topic uses: images in a row, each with its unit and colour bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.display.picture import Picture, render

# Colour-blind-safe (Okabe and Ito, 2008), used in this order everywhere.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
DPI = 150


@dataclass(frozen=True)
class Panel:
    """One image of a row.

    Parameters
    ----------
    image : (Y, X) array
        What is shown; row 0 is at the top.
    title : str
        Above the image.
    unit : str
        Beside the colour bar, for example "HU"; empty for no colour bar.
    limits : tuple of float, optional
        Values of the darkest and the brightest colour; the image's own range by default.
    colours : str
        A matplotlib colour map that is safe for the colour-blind: "gray", "viridis", "cividis",
        "magma"; "RdBu_r" for differences.
    """

    image: NDArray
    title: str
    unit: str = ""
    limits: tuple[float, float] | None = None
    colours: str = "gray"


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, not known to pyplot."""
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def show_panel(axes: Axes, panel: Panel) -> None:
    """Draw one image with its title and colour bar."""
    low, high = panel.limits or (float(np.nanmin(panel.image)), float(np.nanmax(panel.image)))
    shown = axes.imshow(
        panel.image, cmap=panel.colours, vmin=low, vmax=high, interpolation="nearest"
    )
    axes.set_title(panel.title, fontsize=10)
    axes.set_axis_off()
    if panel.unit:
        bar = axes.figure.colorbar(shown, ax=axes, shrink=0.8)
        bar.set_label(panel.unit)


def image_row(panels: Sequence[Panel], alt: str, caption: str = "", height: float = 3.0) -> Picture:
    """Draw images side by side.

    Parameters
    ----------
    panels : sequence of Panel
        From left to right.
    alt, caption : str
        Texts of the picture.
    height : float
        Height in inches.

    Raises
    ------
    ValueError
        If there is nothing to draw, or an image is not two-dimensional.
    """
    if not panels:
        raise ValueError("image_row needs at least one panel; got none.")
    for panel in panels:
        if np.ndim(panel.image) != 2:
            raise ValueError(f"{panel.title!r} has {np.ndim(panel.image)} axes; an image has two.")
    figure = new_figure(height * 1.15 * len(panels), height)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        show_panel(axes, panel)
    return render(figure, alt, caption)
