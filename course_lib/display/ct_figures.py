"""Figures of CT intensities: a window with its transfer curve, and a model's stretched scale."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data import datasets
from course_lib.display.figures import BLACK, BLUE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.imaging import model_scaling, windowing

PADDING = -2000  # stored outside the scanner's round field of view; no HU
_SHADE = "0.8"
_HU = (-1100, 2000)
_PAIRS = ((-50, 50, BLACK), (500, 600, VERMILION))  # true and predicted HU of slide 16


def draw_window(low: float, high: float) -> Picture:
    """Draw a real CT of a head in one window beside its transfer curve.

    Parameters
    ----------
    low, high : float
        Ends of the window in HU.

    Raises
    ------
    ValueError
        If low is not below high.

    Examples
    --------
    >>> draw_window(-150, 250).alt[:46]
    'CT of a head in the window [-150; 250] HU. 42 '
    """
    hu, (counts, edges) = _head(), _hu_histogram()
    inside = hu[hu != PADDING]
    grey = windowing.ct_window(hu, low, high)
    black, white = 100 * (inside <= low).mean(), 100 * (inside >= high).mean()
    step = (high - low) / windowing.WHITE

    figure = fixed_figure(8.6, 3.6)
    image_axes(figure, (0.0, 0.02, 0.40, 0.88), grey, (0, 255), f"Window [{low:g}; {high:g}] HU")
    grey_bar(figure, (0.405, 0.1, 0.018, 0.72), (low, high), "HU")
    axes = plot_axes(
        figure,
        (0.56, 0.15, 0.41, 0.75),
        title="Transfer curve over the histogram",
        x_label="HU",
        y_label="grey value",
        x_limits=_HU,
        y_limits=(0, 262),
        x_ticks=(-1000, 0, 1000, 2000),
        y_ticks=(0, 128, 255),
    )
    axes.fill_between(edges[:-1], 255 * counts, step="post", color=_SHADE)
    axes.plot([_HU[0] - 100, low, high, 3100], [0, 0, 255, 255], color=BLUE, linewidth=2)
    alt = (
        f"CT of a head in the window [{low:g}; {high:g}] HU. {black:.0f} % of the pixels are "
        f"black and {white:.0f} % white; the other {100 - black - white:.0f} % share the grey "
        f"values between, one for every {step:.1f} HU. The transfer curve rises from 0 at "
        f"{low:g} HU to 255 at {high:g} HU, over a histogram with peaks of air at -1000 HU and of "
        "soft tissue near 40 HU."
    )
    caption = (
        f"{black:.0f} % black, {white:.0f} % white, {step:.1f} HU for each grey value. Grey area: "
        "histogram (logarithm of the number of pixels, without padding)."
    )
    return render(figure, alt, caption)


def draw_scale(soft_low: int, soft_high: int, soft_share: float, last: int) -> Picture:
    """Draw a piecewise stretched scale for CT, and what it does to the losses of slide 16.

    Parameters
    ----------
    soft_low, soft_high : int
        The inner knots in HU.
    soft_share : float
        Part of the scale 0..1 that the values between them get.
    last : int
        The last knot in HU; the first is -1000.

    Raises
    ------
    ValueError
        If the knots or their values do not rise.

    Examples
    --------
    >>> draw_scale(-100, 100, 0.6, 2000).caption[48:]
    '500 vs 600 HU: min-max 0.0500, stretched 0.0105. Grey: min-max. Blue: stretched.'
    """
    knots = [-1000, soft_low, soft_high, last]
    values = [0, (1 - soft_share) / 2, (1 + soft_share) / 2, 1]
    figure = fixed_figure(8.6, 3.5)
    axes = plot_axes(
        figure,
        (0.07, 0.15, 0.43, 0.75),
        title="Scale for the model",
        x_label="HU",
        y_label="model's value",
        x_limits=(-1100, 3100),
        y_limits=(-0.05, 1.05),
        x_ticks=(-1000, 0, 1000, 2000),
        y_ticks=(0, 0.5, 1),
    )
    axes.plot(
        [-1000, 1000], [0, 1], color="0.5", linestyle="--", label="min-max, a = -1000, b = 2000"
    )
    axes.plot(knots, values, color=BLUE, marker="o", label="stretched")
    axes.legend(fontsize=8, loc="lower right")
    said = _draw_losses(figure, axes, knots, values)
    points = ", ".join(f"{k} HU to {v:.2f}" for k, v in zip(knots, values, strict=True))
    alt = (
        f"Left: a scale of straight pieces through {points}, over the straight line of min-max "
        "scaling from -1000 to 1000 HU; two pieces of 100 HU are marked on it. "
        f"Right: bars of the L1 loss. {said}."
    )
    return render(figure, alt, f"{said}. Grey: min-max. Blue: stretched.")


def _draw_losses(figure: Figure, axes: Axes, knots: list[int], values: list[float]) -> str:
    """Mark the pairs of slide 16 on the scale, draw their losses as bars, and say them."""
    bars = plot_axes(
        figure,
        (0.6, 0.15, 0.39, 0.75),
        title="L1 loss of one voxel",
        y_label="loss on the model's scale",
        x_limits=(-0.6, 1.6),
        x_ticks=(0, 1),
        y_ticks=(0, 0.1, 0.2, 0.3),
    )
    said = []
    for i, (true, predicted, colour) in enumerate(_PAIRS):
        hu = np.array([true, predicted], dtype=float)
        bent = model_scaling.stretch_piecewise(hu, knots, values)
        axes.plot(hu, bent, color=colour, linewidth=5, solid_capstyle="butt")
        scales = (model_scaling.standardize(hu, -1000, 2000), bent)
        losses = [model_scaling.l1_loss(scaled[:1], scaled[1:]) for scaled in scales]
        bars.bar((i - 0.2, i + 0.2), losses, 0.38, color=("0.7", BLUE))
        for x, loss in zip((i - 0.2, i + 0.2), losses, strict=True):
            bars.text(x, loss, f"{loss:.4f}", ha="center", va="bottom", fontsize=9)
        said.append(f"{true} vs {predicted} HU: min-max {losses[0]:.4f}, stretched {losses[1]:.4f}")
    bars.set_xticklabels([f"{true} vs {predicted} HU" for true, predicted, _ in _PAIRS])
    bars.margins(y=0.15)
    return "; ".join(said)


@cache
def _head() -> NDArray[np.int16]:
    """Return the CT once for all draws."""
    return datasets.ct_head().values


@cache
def _hu_histogram() -> tuple[NDArray, NDArray]:
    """Return the histogram of the CT on a logarithmic scale with the height 1, and its edges."""
    counts, edges = np.histogram(_head(), bins=155, range=_HU)
    heights = np.log1p(counts)
    return heights / heights.max(), edges
