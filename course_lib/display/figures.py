"""Figures that every topic uses: images in a row, each with its unit and colour bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
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

# In inches: the widest row that a notebook shows at full size, and the room around each image.
_PAGE, _TITLE, _EDGE, _GAP, _BAR, _NUMBERS = 9.0, 0.32, 0.06, 0.1, 0.12, 0.8
_LETTER = 0.085  # of a title
_LOWEST = 1.0  # so that the unit fits beside its bar


@dataclass(frozen=True)
class Panel:
    """One image of a row.

    Parameters
    ----------
    image : (Y, X) array
        What is shown; row 0 is at the top. Values that are NaN are shown in purple.
    title : str
        Above the image.
    unit : str
        Beside the colour bar, for example "HU"; empty for no colour bar.
    limits : tuple of float, optional
        Values of the darkest and the brightest colour; the image's own range by default.
    colours : str
        A matplotlib colour map that is safe for the colour-blind: "gray", "viridis", "cividis",
        "magma"; "RdBu_r" for differences.

    Raises
    ------
    ValueError
        If the image has not two axes, is empty or holds no number, or the limits are not two
        rising numbers.

    Examples
    --------
    >>> Panel(np.array([[-1000, 40], [60, 1200]]), "CT", "HU").shown_limits
    (-1000.0, 1200.0)
    """

    image: NDArray
    title: str
    unit: str = ""
    limits: tuple[float, float] | None = None
    colours: str = "gray"

    def __post_init__(self) -> None:
        image = np.asarray(self.image)
        if image.ndim != 2 or image.dtype.kind not in "biuf":
            raise ValueError(
                f"{self.title!r} is an array of {image.ndim} axes and dtype {image.dtype}; "
                "an image has two axes and holds numbers."
            )
        if image.size == 0 or not np.isfinite(image).any():
            raise ValueError(f"{self.title!r} has nothing to show: no value is finite.")
        if self.limits is not None and not self.limits[0] < self.limits[1]:
            raise ValueError(
                f"{self.title!r} has the limits {self.limits}; the first must be below the second."
            )

    @property
    def shown_limits(self) -> tuple[float, float]:
        """Values of the darkest and the brightest colour; an image of one value is in between."""
        if self.limits is not None:
            return self.limits
        image = np.asarray(self.image)
        if image.dtype.kind == "b":
            return 0.0, 1.0
        finite = image[np.isfinite(image)]
        low, high = float(finite.min()), float(finite.max())
        return (low, high) if low < high else (low - 0.5, high + 0.5)


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, not known to pyplot.

    Examples
    --------
    >>> new_figure(4, 3).dpi
    150
    """
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def show_panel(axes: Axes, panel: Panel, bar: Axes | None = None) -> None:
    """Draw one image with its title and colour bar.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where the image is drawn.
    panel : Panel
        The image.
    bar : matplotlib.axes.Axes, optional
        Where the colour bar is drawn; by default beside the image.

    Examples
    --------
    >>> axes = new_figure(3, 3).subplots()
    >>> show_panel(axes, Panel(np.eye(4), "Ones on the diagonal"))
    >>> axes.get_title(loc="left")
    'Ones on the diagonal'
    """
    low, high = panel.shown_limits
    colours = mpl.colormaps[panel.colours].with_extremes(bad=PURPLE)
    shown = axes.imshow(panel.image, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    axes.set_title(panel.title, fontsize=10, loc="left", y=1.01)  # so that nothing is measured
    axes.set_axis_off()
    if panel.unit:
        where = {"ax": axes, "shrink": 0.8} if bar is None else {"cax": bar}
        scale = axes.figure.colorbar(shown, **where)
        scale.set_label(panel.unit, fontsize=9)
        scale.ax.tick_params(labelsize=8)
        if bar is not None:  # at a fixed place, however wide the numbers are
            scale.ax.yaxis.set_label_coords((_BAR + _NUMBERS - 0.24) / _BAR, 0.5)


def image_row(panels: Sequence[Panel], alt: str, caption: str = "", height: float = 3.0) -> Picture:
    """Draw images side by side.

    The places are computed here and not by matplotlib's layout engine, which takes half of the
    time that a slider has.

    Parameters
    ----------
    panels : sequence of Panel
        From left to right.
    alt, caption : str
        Texts of the picture.
    height : float
        Height in inches; a row that is wider than a page becomes less high.

    Returns
    -------
    Picture
        The images with their titles and colour bars.

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> image_row([Panel(np.eye(4), "Ones on the diagonal")], alt="A white diagonal.")
    Picture: A white diagonal.
    """
    if not panels:
        raise ValueError("image_row needs at least one panel; got none.")
    ratios = [_ratio(panel) for panel in panels]
    beside = [_GAP + (_BAR + _NUMBERS if panel.unit else 0) for panel in panels]
    tall = min(height - _TITLE - _EDGE, (_PAGE - sum(beside)) / sum(ratios))
    wide = [tall * ratio for ratio in ratios]
    tall = max(_LOWEST, *(w / _ratio(p, True) for w, p in zip(wide, panels, strict=True)))
    cells = [
        max(width + room, _LETTER * len(panel.title))
        for width, room, panel in zip(wide, beside, panels, strict=True)
    ]
    figure = Figure(figsize=(_EDGE + sum(cells), tall + _TITLE + _EDGE), dpi=DPI)
    left = _EDGE
    for panel, width, cell in zip(panels, wide, cells, strict=True):
        bar = _axes(figure, left + width + _GAP, _BAR, tall) if panel.unit else None
        show_panel(_axes(figure, left, width, tall), panel, bar)
        left += cell
    return render(figure, alt, caption)


def _ratio(panel: Panel, strip: bool = False) -> float:
    """Return width over height of the room for an image; without `strip`, of at most 2.5."""
    rows, columns = np.shape(panel.image)
    return max(columns / rows, 0.3) if strip else min(max(columns / rows, 0.3), 2.5)


def _axes(figure: Figure, left: float, width: float, height: float) -> Axes:
    """Make axes at a place in inches, above the edge of a figure."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, _EDGE / up, width / across, height / up))
