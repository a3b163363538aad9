"""Figures of thick slices: what interpolation shows between them, and the volume of a lesion."""

from functools import cache
from typing import get_args

import numpy as np
from matplotlib.patches import Circle, Rectangle
from numpy.typing import NDArray

from course_lib.data import templates
from course_lib.display.figures import BLACK, BLUE, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.imaging import resampling

METHODS = get_args(resampling.Method)
_CORONAL = 96  # through the ventricles
_LIMITS, _OFF = (0, 250), (0, 100)
_OFFSETS = np.linspace(0, 1, 101)


def draw_thick_slices(thickness_mm: int, method: resampling.Method) -> Picture:
    """Draw a coronal MR image from thick axial slices, read back at 1 mm, beside the thin one.

    Parameters
    ----------
    thickness_mm : int
        Of the axial slices; each holds the mean of the thin slices in it.
    method : {"nearest", "linear"}
        How the image between the thick slices is made.

    Raises
    ------
    ValueError
        If the method is another one.

    Examples
    --------
    >>> draw_thick_slices(9, "linear").caption[:33]
    'Slices of 9 mm. Mean absolute err'
    """
    thin = _coronal()
    back = thin_again(thin, thickness_mm, method)
    inside = thin > 0
    error = {
        way: float(np.abs(thin_again(thin, thickness_mm, way) - thin)[inside].mean())
        for way in METHODS
    }
    figure = fixed_figure(9.0, 2.75)
    box = (0.0, 0.02, 0.27, 0.85)
    image_axes(figure, box, thin, _LIMITS, "Slices of 1 mm")
    name = "nearest neighbour" if method == "nearest" else method
    title = f"Slices of {thickness_mm} mm, {name}"
    image_axes(figure, (0.28, *box[1:]), back, _LIMITS, title)
    grey_bar(figure, (0.56, 0.12, 0.012, 0.68), _LIMITS, "MR signal in a.u.")
    image_axes(figure, (0.64, *box[1:]), np.abs(back - thin), _OFF, "Absolute difference")
    grey_bar(figure, (0.92, 0.12, 0.012, 0.68), _OFF, "a.u.")
    said = (
        f"Slices of {thickness_mm} mm. Mean absolute error in the brain: nearest neighbour "
        f"{error['nearest']:.1f}, linear {error['linear']:.1f} a.u."
    )
    look = "with stairs along every edge" if method == "nearest" else "without stairs but blurred"
    where = "largest along the edges of brain and ventricles"
    if thickness_mm == 1:
        look, where = "which is the same", "which is 0 everywhere"
    alt = (
        "A coronal slice of a brain: from axial slices of 1 mm; from axial slices of "
        f"{thickness_mm} mm by {name} interpolation, {look}; and the absolute difference, "
        f"{where}. {said}"
    )
    return render(figure, alt, said)


def thin_again(thin: NDArray, thickness_mm: int, method: resampling.Method) -> NDArray:
    """Average rows to thick slices and interpolate them back to the grid of the thin ones.

    Parameters
    ----------
    thin : (Z, X) array
        Rows of 1 mm.
    thickness_mm : int
        Rows in one slice; rows that fill none at the end repeat the last one.
    method : {"nearest", "linear"}
        For the way back.

    Returns
    -------
    (Z, X) floating array
        On the grid of `thin`.

    Examples
    --------
    >>> thin_again(np.array([[0.0], [2.0], [4.0], [6.0]]), 2, "nearest").ravel()
    array([1., 1., 5., 5.])
    """
    rows = thin.shape[0]
    padded = np.pad(thin, ((0, -rows % thickness_mm), (0, 0)), mode="edge").astype(float)
    thick = padded.reshape(-1, thickness_mm, thin.shape[1]).mean(axis=1)
    return resampling.resize(thick, padded.shape, method)[:rows]


def draw_measured_volume(radius_mm: float, thickness_mm: float, offset_percent: int) -> Picture:
    """Draw a round lesion cut into slices, and the volume that is measured wherever they lie.

    Parameters
    ----------
    radius_mm : float
        Of the lesion.
    thickness_mm : float
        Of the slices; each counts with its whole thickness, as its centre finds the lesion.
    offset_percent : int
        Where the centre of the lesion lies between two slice centres, in % of the thickness.

    Examples
    --------
    >>> draw_measured_volume(4, 4.4, 50).caption[:45]
    'True volume 0.268 ml; measured here 0.309 ml,'
    """
    heights, volume_ml = cut_ball(radius_mm, thickness_mm, offset_percent / 100)
    true_ml = 4 / 3 * np.pi * radius_mm**3 / 1000
    curve = [cut_ball(radius_mm, thickness_mm, offset)[1] for offset in _OFFSETS]
    figure = fixed_figure(8.8, 3.4)
    axes = plot_axes(
        figure, (0.07, 0.15, 0.34, 0.75), title="The lesion; dotted: slice centres", x_label="mm",
        y_label="mm", x_ticks=(-10, 0, 10), y_ticks=(-10, 0, 10),
    )  # fmt: skip
    axes.set(xlim=(-14, 14), ylim=(-14, 14), aspect="equal")
    for height in heights:
        if abs(height) < radius_mm:
            half = np.sqrt(radius_mm**2 - height**2)
            corner = (-half, height - thickness_mm / 2)
            section = Rectangle(corner, 2 * half, thickness_mm, facecolor=SKY, edgecolor=BLUE)
            axes.add_patch(section)
        axes.axhline(height, color="0.4", linewidth=0.9, linestyle=":")
    axes.add_patch(Circle((0, 0), radius_mm, fill=False, edgecolor=VERMILION, linewidth=2))

    plot = plot_axes(
        figure, (0.52, 0.15, 0.46, 0.75), title="Measured volume", y_label="ml",
        x_label="centre of the lesion between two slice centres in %",
        x_limits=(0, 100), x_ticks=(0, 25, 50, 75, 100),
        y_limits=(0, 1.15 * max(*curve, true_ml)),
    )  # fmt: skip
    plot.plot(100 * _OFFSETS, curve, color=BLUE, label="measured in slices")
    plot.axhline(true_ml, color=VERMILION, linestyle="--", label="true")
    plot.plot(offset_percent, volume_ml, "o", color=ORANGE, markeredgecolor=BLACK, clip_on=False)
    plot.legend(fontsize=8, loc="lower right")
    low, high = (100 * value / true_ml for value in (min(curve), max(curve)))
    said = (
        f"True volume {true_ml:.3f} ml; measured here {volume_ml:.3f} ml, "
        f"{100 * volume_ml / true_ml:.0f} %. Depending on where the slices lie: {low:.0f} to "
        f"{high:.0f} %."
    )
    alt = (
        f"A circle of {radius_mm:g} mm radius over bars, the slices of {thickness_mm:g} mm in "
        "which the lesion is found. Beside it the measured volume as the slices move, and the "
        f"true volume as a dashed line. {said}"
    )
    return render(figure, alt, said)


def cut_ball(
    radius_mm: float, thickness_mm: float, offset: float
) -> tuple[NDArray[np.float64], float]:
    """Cut a ball into slices and measure it as the sum of its cross sections.

    Parameters
    ----------
    radius_mm, thickness_mm : float
        Of the ball and of the slices.
    offset : float
        Where the centre of the ball lies between two slice centres, 0 to 1.

    Returns
    -------
    heights : (N,) float64 array
        Of the slice centres above the centre of the ball, in mm.
    volume_ml : float
        Cross sections times thickness; their mean over all offsets is the true volume.

    Examples
    --------
    >>> heights, volume_ml = cut_ball(3.0, 8.0, 0.5)
    >>> heights, volume_ml
    (array([-4.,  4.]), 0.0)
    """
    most = int(np.ceil(radius_mm / thickness_mm)) + 1
    heights = (np.arange(-most, most + 1) - offset) * thickness_mm
    heights = heights[np.abs(heights) < radius_mm + thickness_mm]
    sections = np.pi * np.maximum(radius_mm**2 - heights**2, 0)
    return heights, float(sections.sum()) * thickness_mm / 1000


@cache
def _coronal() -> NDArray[np.float64]:
    """Return a coronal slice of the template, top of the head at the top."""
    return templates.mni152("t1").values[::-1, _CORONAL].astype(float)[30:176, 10:187]
