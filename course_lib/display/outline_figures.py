"""Figures of outlines: points, polygons, and the mask that comes back."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from course_lib.data import datasets
from course_lib.display.figures import BLUE, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.storage_plots import draw_bars
from course_lib.imaging.byte_counts import mask_bytes, outline_bytes
from course_lib.imaging.outlines import boundary_pixels, fill, trace
from course_lib.imaging.polygons import drop_collinear, simplify

REGIONS = ("a liver (real mask)", "bone of a spine (over 200 HU)")
_GRAY, _WHITE = (205, 205, 205), (255, 255, 255)


def draw_simplified(region: str, tolerance: float, show_points: bool) -> Picture:
    """Draw a region with its simplified outline, and the bytes of every way to store it.

    Parameters
    ----------
    region : str
        One of `REGIONS`.
    tolerance : float
        Largest distance of a dropped point from the outline, in pixels.
    show_points : bool
        Whether the points are marked.

    Returns
    -------
    Picture
        The region with its outline, and a bar for each way of storing it.

    Raises
    ------
    ValueError
        If the tolerance is negative.

    Examples
    --------
    >>> draw_simplified("bone of a spine (over 200 HU)", 0.0, False).caption[:43]
    '0 of 1,832 pixels are missing (orange), 0 e'
    """
    mask, outlines, counted = _region(region)
    simple = [simplify(points, tolerance) for points in outlines]
    back = fill(simple, mask.shape)
    missing, extra = mask & ~back, back & ~mask
    overlap = 2 * (mask & back).sum() / (mask.sum() + back.sum())
    points, cost = sum(map(len, simple)), outline_bytes(simple)
    vanished = sum(len(outline) == 0 for outline in simple)

    figure = fixed_figure(9.6, 3.9)
    axes = figure.add_axes((0.0, 0.02, 0.46, 0.88))
    _show_mask(axes, mask, missing, extra)
    _draw_polygons(axes, simple, "o" if show_points else "")
    axes.set_title(f"{points} points with tolerance {tolerance:g}", fontsize=10, y=1.01)
    bars = {**counted, "outline, simplified": cost}
    axes = plot_axes(
        figure, (0.64, 0.14, 0.33, 0.76), title="Bytes of the region", x_label="bytes (logarithm)",
        x_limits=(1, 6), x_ticks=(),
    )  # fmt: skip
    lengths = {way: float(np.log10(max(count, 10))) for way, count in bars.items()}
    draw_bars(axes, lengths, [f"{count:,}" for count in bars.values()])
    change = (
        f"{missing.sum():,} of {mask.sum():,} pixels are missing (orange), {extra.sum():,} extra "
        f"(blue); Dice {overlap:.4f}."
    )
    gone = f" {vanished} of {len(simple)} outlines vanished." if vanished else ""
    alt = (
        f"Region: {region}, {mask.shape[0]} by {mask.shape[1]} pixels, with its outline of "
        f"{points} points at a tolerance of {tolerance:g} pixels. {change}{gone} Bytes: "
        + ", ".join(f"{way} {count:,}" for way, count in bars.items())
        + "."
    )
    return render(figure, alt, f"{change}{gone} Simplified: {cost:,} bytes.")


def draw_points(points: ArrayLike) -> Picture:
    """Draw a closed polygon before and after its collinear points are dropped.

    Parameters
    ----------
    points : (N, 2) array
        Points (x, y).

    Returns
    -------
    Picture
        All points on the left, the corners on the right, both numbered.

    Raises
    ------
    ValueError
        If the points enclose no area.

    Examples
    --------
    >>> draw_points([[0, 0], [2, 0], [4, 0], [4, 3], [0, 3]]).alt[:33]
    'Left a polygon of 5 numbered poin'
    """
    points = np.asarray(points)
    corners = drop_collinear(points)
    figure = fixed_figure(7.6, 2.6)
    for left, shown, title in (
        (0.07, points, f"{len(points)} points"),
        (0.57, corners, f"{len(corners)} corners"),
    ):
        axes = plot_axes(
            figure, (left, 0.2, 0.41, 0.66), title=f"{title}: {2 * len(shown)} numbers",
            x_label="x (pixels)", y_label="y (pixels)",
        )  # fmt: skip
        axes.set_aspect("equal")
        axes.set_xlim(points[:, 0].min() - 0.6, points[:, 0].max() + 0.9)
        axes.set_ylim(points[:, 1].max() + 0.6, points[:, 1].min() - 0.6)
        _draw_polygons(axes, [shown], "o")
        for number, (x, y) in enumerate(shown, start=1):
            axes.annotate(str(number), (x, y), (4, 4), textcoords="offset points", fontsize=9)
    alt = (
        f"Left a polygon of {len(points)} numbered points, of which some lie on straight lines; "
        f"right the same polygon with its {len(corners)} corners only. Both enclose one region."
    )
    return render(figure, alt)


def draw_two_outlines(mask: NDArray[np.bool_]) -> Picture:
    """Draw why an outline through pixel centres loses holes, and one along pixel edges does not.

    Parameters
    ----------
    mask : (Y, X) bool array
        A small region, at best with a hole and a part that is one pixel wide.

    Returns
    -------
    Picture
        The boundary pixels on the left, the outlines along pixel edges on the right.

    Raises
    ------
    ValueError
        If the mask is empty.

    Examples
    --------
    >>> draw_two_outlines(np.ones((3, 4), dtype=bool)).alt[:34]
    'A gray region of 12 pixels twice. '
    """
    outlines = [drop_collinear(points) for points in trace(mask)]
    rim = boundary_pixels(mask)
    figure = fixed_figure(7.6, 2.9)
    left = figure.add_axes((0.01, 0.02, 0.46, 0.84))
    _show_mask(left, mask, np.zeros_like(mask), np.zeros_like(mask))
    rows, columns = np.nonzero(rim)
    left.plot(columns + 0.5, rows + 0.5, "o", color=VERMILION, markersize=5)
    left.set_title(f"{rim.sum()} boundary pixels", fontsize=10, y=1.01)
    right = figure.add_axes((0.51, 0.02, 0.46, 0.84))
    _show_mask(right, mask, np.zeros_like(mask), np.zeros_like(mask))
    _draw_polygons(right, outlines, "o")
    corners = sum(map(len, outlines))
    right.set_title(f"{len(outlines)} outlines, {corners} corners", fontsize=10, y=1.01)
    alt = (
        f"A gray region of {mask.sum()} pixels twice. Left its {rim.sum()} boundary pixels, marked "
        "by dots in their middle: around the hole and along the thin part nothing tells which side "
        f"is inside. Right {len(outlines)} closed outlines along the pixel edges with {corners} "
        "corners; one runs around the region, one around the hole."
    )
    return render(figure, alt)


def _show_mask(axes: Axes, mask: NDArray, missing: NDArray, extra: NDArray) -> None:
    """Draw a mask in gray, with pixels that are missing or extra after a change."""
    picture = np.where(mask[..., np.newaxis], _GRAY, _WHITE).astype(np.uint8)
    for where, colour in ((missing, ORANGE), (extra, SKY)):
        picture[where] = list(bytes.fromhex(colour[1:]))
    height, width = mask.shape
    axes.imshow(picture, extent=(0, width, height, 0), interpolation="nearest")
    axes.set_axis_off()


def _draw_polygons(axes: Axes, polygons: Sequence[NDArray], marker: str) -> None:
    """Draw closed polygons as one line with gaps, which is faster than many lines."""
    parts = []
    for points in polygons:
        if len(points):
            parts += [points.astype(float), points[:1].astype(float), [[np.nan, np.nan]]]
    if parts:
        x, y = np.concatenate(parts).T
        axes.plot(x, y, color=BLUE, linewidth=1.3, marker=marker, markersize=3.5)


@cache
def _region(name: str) -> tuple[NDArray[np.bool_], tuple[NDArray, ...], dict[str, int]]:
    """Return a region, its outlines, and its bytes."""
    if name == REGIONS[0]:
        mask = datasets.liver_mask().values[140:372, 70:358]
    else:
        mask = datasets.ct_spine().values > 200
    return mask, tuple(trace(mask)), mask_bytes(mask)
