"""Figures of the callosal angle: its four steps on a slice whose angle is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.data.phantom.tissues import FLUID, GREY, WHITE
from course_lib.display.figures import BLUE, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.imaging import detection

STEPS = (
    "1 the standard slice",
    "2 the first empty row",
    "3 a line on each side",
    "4 the angle",
)
TRUTH, SKULL_CUT, THRESHOLD = (
    "the true grey and white matter",
    "a threshold, skull cut away first",
    "a threshold of the whole image",
)
MASKS = (TRUTH, SKULL_CUT, THRESHOLD)
SPACINGS_MM = (1.0, 2.0)
_WIDTH_MM = 5.0  # of the centre columns
_SHOWN_MM = 33.0  # of a line, from the vertex


@dataclass(frozen=True)
class _Scan:
    """A slice with its mask, and what the four steps found on it."""

    slab: phantom.CallosalSlab
    image: NDArray[np.uint16]
    tissue: NDArray[np.bool_]
    columns: tuple[int, int]
    row: int | None
    found: detection.CallosalAngle | None
    problem: str


def draw_callosal(step: str, degrees: float, spacing_mm: float, mask: str) -> Picture:
    """Draw one step of the measurement on a slice with a known angle.

    Parameters
    ----------
    step : str
        One of `STEPS`; all steps up to it are drawn.
    degrees : float
        The painted angle.
    spacing_mm : float
        Size of the pixels.
    mask : str
        One of `MASKS`: where brain tissue is taken from.

    Examples
    --------
    >>> draw_callosal(STEPS[3], 80, 1.0, TRUTH).caption
    'Painted 80.0 degrees, measured 79.9 degrees: 0.1 degrees too few.'
    """
    scan = _measure(degrees, spacing_mm, mask)
    done = STEPS.index(step) + 1
    figure = fixed_figure(9.0, 3.9)
    extent = _extent(scan.image.shape, spacing_mm)
    limits = (0.0, float(np.percentile(scan.image, 99.8)))
    axes = image_axes(figure, (0.0, 0.13, 0.37, 0.77), scan.image, limits, "T1, coronal")
    _place(axes, extent, (-90, 90, 150, -5))
    grey_bar(figure, (0.377, 0.16, 0.012, 0.71), tuple(round(end) for end in limits), "T1 in a.u.")
    axes = plot_axes(
        figure, (0.54, 0.13, 0.45, 0.77), title=f"tissue: {mask}", x_label="mm from the middle",
        y_label="mm below the top edge", x_ticks=(-40, -20, 0, 20, 40), y_ticks=(20, 60, 100),
    )  # fmt: skip
    axes.imshow(scan.tissue, cmap="gray", vmin=-0.6, vmax=1.15, extent=extent)
    _place(axes, extent, _surroundings(scan))
    if done > 1:
        _draw_row(axes, scan, extent)
    if done > 2 and scan.found is not None:
        _draw_lines(axes, scan, done > 3)
    said = _said(scan, done)
    alt = (
        f"Left a coronal T1 slice of a head with dark, V-shaped ventricles. Right its mask of "
        f"tissue ({mask}) around the ventricles, pixels of {spacing_mm:g} mm, at step: {step}. "
        f"{said}"
    )
    return render(figure, alt, said)


def draw_recovered(painted: Sequence[float], measured: dict[float, Sequence[float]]) -> Picture:
    """Draw measured against painted angles, and their difference.

    Parameters
    ----------
    painted : sequence of float
        In degrees.
    measured : dict of float to sequence of float
        For each size of the pixels in mm the measured angles, in degrees.

    Examples
    --------
    >>> draw_recovered([60, 90], {1.0: [61, 90], 2.0: [64, 88]}).alt[-80:]
    'Largest difference in degrees: 1.0 with pixels of 1 mm, 4.0 with pixels of 2 mm.'
    """
    figure = fixed_figure(8.6, 3.2)
    ends = (min(painted) - 5, max(painted) + 5)
    first = plot_axes(
        figure, (0.08, 0.16, 0.36, 0.75), title="What was measured", x_label="painted (degrees)",
        y_label="measured (degrees)", x_limits=ends, y_limits=ends,
    )  # fmt: skip
    second = plot_axes(
        figure, (0.57, 0.16, 0.41, 0.75), title="How far it is off", x_label="painted (degrees)",
        y_label="measured - painted (degrees)", x_limits=ends,
    )  # fmt: skip
    first.plot(ends, ends, color="0.6", linewidth=1)
    second.axhline(0, color="0.6", linewidth=1)
    largest = []
    marks = zip(measured.items(), (BLUE, ORANGE, VERMILION), ("o", "s", "^"), strict=False)
    for (spacing_mm, angles), colour, mark in marks:
        style = {"color": colour, "marker": mark, "linestyle": "", "markersize": 5}
        name = f"pixels of {spacing_mm:g} mm"
        apart = np.subtract(angles, painted)
        first.plot(painted, angles, label=name, **style)
        second.plot(painted, apart, **style)
        largest.append(f"{np.abs(apart).max():.1f} with {name}")
    first.legend(fontsize=8, loc="upper left")
    alt = (
        f"Two plots over {len(painted)} painted angles from {min(painted):g} to {max(painted):g} "
        "degrees: measured angles along the diagonal, and their difference from the painted ones. "
        f"Largest difference in degrees: {', '.join(largest)}."
    )
    return render(figure, alt)


def scanned_tissue(image: NDArray, inside: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Call tissue what is brighter than half of the typical brightness of a T1 slice.

    Parameters
    ----------
    image : (Y, X) array
        T1-weighted, in arbitrary units.
    inside : (Y, X) bool array, optional
        The inside of the skull; all else is no tissue. By default the whole image is used.

    Examples
    --------
    >>> scanned_tissue(np.array([[0, 90, 100, 110]])).tolist()
    [[False, True, True, True]]
    """
    region = image > 0.2 * image.max() if inside is None else inside
    bright = image > 0.5 * np.median(image[region])
    return bright if inside is None else bright & inside


@lru_cache(maxsize=16)
def _measure(degrees: float, spacing_mm: float, mask: str) -> _Scan:
    """Scan a head and take the four steps, as far as they lead."""
    slab = phantom.with_callosal_angle(phantom.head(), degrees, spacing_mm=spacing_mm)
    image, labels = slab.image[slab.centre_slice], slab.labels[slab.centre_slice]
    inside = np.isin(labels, (FLUID, GREY, WHITE))
    tissue = {
        TRUTH: lambda: slab.tissue[slab.centre_slice],
        SKULL_CUT: lambda: scanned_tissue(image, inside),
        THRESHOLD: lambda: scanned_tissue(image),
    }[mask]()
    columns = detection.center_columns(tissue.shape[1], spacing_mm, _WIDTH_MM)
    row, found, problem = None, None, ""
    try:
        row = detection.first_empty_row(tissue, columns)
        found = detection.callosal_angle(tissue, spacing_mm, columns)
    except ValueError as error:
        problem = str(error)
    return _Scan(slab, image, tissue, columns, row, found, problem)


def _extent(shape: tuple[int, ...], spacing_mm: float) -> tuple[float, float, float, float]:
    """Return the edges of an image in mm: left, right, bottom, top; the middle is at 0."""
    rows, columns = shape
    side = columns * spacing_mm / 2
    return -side, side, (rows - 0.5) * spacing_mm, -0.5 * spacing_mm


def _place(axes: Axes, extent: Sequence[float], shown: tuple[float, float, float, float]) -> None:
    """Put an image at its place in mm and show a part of it."""
    axes.get_images()[0].set_extent(extent)
    axes.set_xlim(*shown[:2])
    axes.set_ylim(*shown[2:])


def _surroundings(scan: _Scan) -> tuple[float, float, float, float]:
    """Return what is shown around the vertex, and up to a row that was found far above it."""
    step = scan.slab.spacing_mm
    vertex = scan.slab.apex[0] * step
    highest = vertex - 45 if scan.row is None else min(vertex - 45, scan.row * step - 25)
    half = 50 / 67 * (vertex + 22 - highest)
    return -half, half, vertex + 22, highest


def _draw_row(axes: Axes, scan: _Scan, extent: Sequence[float]) -> None:
    """Mark the centre columns and the first empty row."""
    step = scan.slab.spacing_mm
    first, stop = (extent[0] + column * step for column in scan.columns)
    axes.axvspan(first, stop, color=SKY, alpha=0.35, linewidth=0)
    if scan.row is not None:
        axes.axhline(scan.row * step, color=VERMILION, linewidth=1.5, linestyle="--")


def _draw_lines(axes: Axes, scan: _Scan, extended: bool) -> None:
    """Draw the points of the roof and the lines through them."""
    found, step = scan.found, scan.slab.spacing_mm
    middle = (scan.tissue.shape[1] - 1) / 2 * step
    for points, line in ((found.left, found.left_line), (found.right, found.right_line)):
        axes.plot(points[:, 1] * step - middle, points[:, 0] * step, "o", color=ORANGE,
                  markersize=3.5)  # fmt: skip
        along = np.array([-_SHOWN_MM if extended else -14, 20])[:, np.newaxis]
        ends = line.point + along * line.direction
        axes.plot(ends[:, 1] - middle, ends[:, 0], color=BLUE, linewidth=2)
    if extended:
        label = {"fontsize": 11, "color": BLUE, "ha": "center", "weight": "bold",
                 "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1.5}}  # fmt: skip
        axes.text(0, found.empty_row * step - 24, f"{found.degrees:.1f}°", **label)


def _said(scan: _Scan, done: int) -> str:
    """Say in words what the last step found."""
    painted = f"Painted {scan.slab.angle_deg:.1f} degrees"
    if done == 1:
        return f"{painted}. The ventricles are dark; tissue is drawn bright."
    if scan.row is None:
        return f"{painted}. No row was found. {scan.problem}"
    apart_mm = (scan.row - scan.slab.apex[0]) * scan.slab.spacing_mm
    place = "at the vertex" if abs(apart_mm) < 2.5 else (
        f"{abs(apart_mm):.0f} mm {'above' if apart_mm < 0 else 'below'} the vertex"
    )  # fmt: skip
    row = f"The first row without tissue in the centre columns is row {scan.row}, {place}."
    if done == 2:
        return row
    if scan.found is None:
        return f"{row} No lines: {scan.problem}"
    if done == 3:
        counts = f"{len(scan.found.left)} and {len(scan.found.right)}"
        return f"{row} The lines go through {counts} points, left and right."
    apart = scan.found.degrees - scan.slab.angle_deg
    sign = "too many" if apart > 0 else "too few"
    return f"{painted}, measured {scan.found.degrees:.1f} degrees: {abs(apart):.1f} degrees {sign}."
