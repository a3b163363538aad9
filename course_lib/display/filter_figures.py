"""Figures of kernels sliding over an image, and of the search for a template."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from scipy import fft, ndimage

from course_lib.data import datasets, templates
from course_lib.display.figures import BLACK, ORANGE, SKY
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, grey_bar, image_axes
from course_lib.imaging import filters
from course_lib.imaging.template_matching import match_template

_BELL = np.exp(-0.5 * np.arange(-2, 3) ** 2)
KERNELS: dict[str, NDArray[np.float64]] = {
    "mean of 5 x 5": np.full((5, 5), 1 / 25),
    "Gaussian": np.outer(_BELL, _BELL) / _BELL.sum() ** 2,
    "slope to the right": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8,
    "slope downward": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]) / 8,
    "spots (Laplacian)": np.array([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
    "one neighbour": np.pad(np.ones((1, 1)), ((3, 3), (0, 6))),
}


def draw_kernel(kernel: str, turned: bool) -> Picture:
    """Draw a kernel, an MR slice, and what correlation or convolution makes of it.

    Parameters
    ----------
    kernel : str
        A key of `KERNELS`.
    turned : bool
        Whether the kernel is turned round first: convolution in place of correlation.

    Examples
    --------
    >>> draw_kernel("mean of 5 x 5", True).caption[-45:]
    'between correlation and convolution: 0.0 a.u.'
    """
    weights, image = KERNELS[kernel], _slice()
    both = filters.correlate(image, weights), filters.convolve(image, weights)
    result = both[int(turned)]
    name = "convolution" if turned else "correlation"
    signed = float(weights.min()) < 0
    limits = (-60.0, 60.0) if signed else (0.0, 255.0)
    figure = fixed_figure(9.2, 3.5)
    shown = weights[::-1, ::-1] if turned else weights
    _draw_weights(figure, (0.005, 0.2, 0.24, 0.6), shown, "Kernel, turned" if turned else "Kernel")
    image_axes(figure, (0.25, 0.03, 0.31, 0.84), image, (0, 255), "f: MR slice")
    grey_bar(figure, (0.558, 0.1, 0.011, 0.68), (0, 255), "MR signal in a.u.")
    image_axes(figure, (0.64, 0.03, 0.28, 0.84), result, limits, f"g: {name}")
    grey_bar(figure, (0.925, 0.1, 0.011, 0.68), limits, "sum in a.u.")
    apart = float(np.abs(both[0] - both[1]).max())
    caption = (
        f"Weights add up to {weights.sum() + 0.0:.2g}. Largest difference between correlation and "
        f"convolution: {apart:.1f} a.u."
    )
    alt = (
        f"A kernel ({kernel}) of {weights.shape[0]} x {weights.shape[1]} weights"
        f"{', turned by 180 degrees' if turned else ''}; an axial MR slice of a brain; and the "
        f"{name} of both, {result.min():.0f} to {result.max():.0f} a.u. {caption}"
    )
    return render(figure, alt, caption)


def _draw_weights(figure: Figure, box: Box, weights: NDArray, title: str) -> None:
    """Draw the weights with their numbers."""
    rows, columns = weights.shape
    axes = figure.add_axes(box)
    most = float(np.abs(weights).max())
    axes.imshow(weights, cmap="RdBu_r", vmin=-1.3 * most, vmax=1.3 * most)
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, y=1.01)
    for (i, j), weight in np.ndenumerate(weights):
        if weights.size > 25 and weight == 0:  # too many to write them all
            continue
        text = f"{weight + 0.0:.3f}".rstrip("0").rstrip(".").replace("0.", ".")
        axes.text(j, i, text, ha="center", va="center", fontsize=11 if columns < 5 else 7)
    axes.add_patch(
        Rectangle((columns // 2 - 0.5, rows // 2 - 0.5), 1, 1, fill=False, edgecolor=BLACK, lw=2)
    )


@cache
def _slice() -> NDArray[np.float64]:
    """Return an axial MR slice at 2 mm."""
    return templates.axial_slice("t1", 18)[::2, ::2][10:106, 10:89].astype(float)


_EAR = np.s_[126:152, 72:102]  # of the CT at every second pixel: the right inner ear
_CENTRE = np.array([138.5, 86.5])
_STORED = 1024.0  # stored value of 0 HU, as in notebook 01
_LIMITS = (124.0, 2524.0)
_GRAZING = 8.0  # pixels of 0.86 mm from the true place that still count as found
METHODS = ("normalised correlation", "plain correlation", "squared differences")
PIXEL_MM = 0.862


def draw_search(method: str, angle_deg: int, gain: float, noise: int) -> Picture:
    """Draw where a template of the inner ear is found in a turned, changed and noisy CT.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    angle_deg : int
        By which the head is turned.
    gain : float
        Every stored value is multiplied by it, as on another scanner.
    noise : int
        Standard deviation of noise in HU, before the gain.

    Examples
    --------
    >>> draw_search("normalised correlation", 0, 1.0, 0).caption[:44]
    'Found, 0 mm from the true place. Score 1.00.'
    """
    image, template = gain * (_turned(angle_deg) + noise * _unit_noise()), ear_template()
    scores = score_map(method, image, template)
    place = np.array(np.unravel_index(int(scores.argmax()), scores.shape))
    truth = _true_centre(angle_deg) - (np.array(template.shape) - 1) / 2
    apart = float(np.hypot(*(place - truth)))
    found = "Found" if apart < _GRAZING else "NOT found"
    figure = fixed_figure(9.2, 3.8)
    low, high = gain * _LIMITS[0], gain * _LIMITS[1]
    image_axes(figure, (0.0, 0.34, 0.17, 0.4), template, _LIMITS, "Template")
    axes = image_axes(figure, (0.17, 0.03, 0.36, 0.86), image, (low, high), "Image")
    _draw_boxes(axes, place, truth, template.shape)
    grey_bar(figure, (0.53, 0.1, 0.011, 0.7), (low, high), "stored value")
    _draw_scores(figure, scores, place)
    figure.text(0.005, 0.2, "\u25a1 found", color="#B37400", fontsize=10)
    figure.text(0.005, 0.13, "\u25cb true place", color="#0072B2", fontsize=10)
    best = scores[tuple(place)]
    score = f" Score {best:.2f}." if method == METHODS[0] else ""
    caption = f"{found}, {PIXEL_MM * apart:.0f} mm from the true place.{score}"
    alt = (
        f"A template of the inner ear from a real CT; the CT turned by {angle_deg} degrees, times "
        f"{gain:g}, with noise of {noise} HU; a square where {method} is best and a circle "
        f"at the true place; and the map of scores. The best window begins at row {place[0]}, "
        f"column {place[1]}, the true one at row {truth[0]:.0f}, column {truth[1]:.0f}. {caption}"
    )
    return render(figure, alt, caption)


def score_map(method: str, image: NDArray, template: NDArray) -> NDArray[np.float64]:
    """Score every window of an image; the best has the largest score.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    image, template : (Y, X) array
        In any unit.

    Returns
    -------
    (image - template + 1) array
        Correlations, or negative mean squared differences.

    Examples
    --------
    >>> image = np.array([[0.0, 0.0, 0.0, 9.0, 9.0], [1.0, 2.0, 1.0, 9.0, 9.0]])
    >>> for method in METHODS:
    ...     print(method, score_map(method, image, image[:, :3]).argmax())
    normalised correlation 0
    plain correlation 2
    squared differences 0
    """
    if method == METHODS[0]:
        return match_template(image, template)
    shape = [fft.next_fast_len(n, real=True) for n in image.shape]
    spectrum = fft.rfft2(image, shape)
    inside = tuple(slice(n - m + 1) for n, m in zip(image.shape, template.shape, strict=True))
    products = fft.irfft2(spectrum * fft.rfft2(template, shape).conj(), shape)[inside]
    if method == METHODS[1]:
        return products / template.size
    ones = fft.rfft2(np.ones(template.shape), shape).conj()
    squares = fft.irfft2(fft.rfft2(image**2, shape) * ones, shape)[inside]
    return -(squares - 2 * products + np.sum(template**2)) / template.size


def _draw_boxes(axes: Axes, place: NDArray, truth: NDArray, shape: tuple[int, ...]) -> None:
    """Mark what was found and where the truth lies."""
    axes.add_patch(
        Rectangle(
            (place[1] - 0.5, place[0] - 0.5), shape[1], shape[0], fill=False, edgecolor=ORANGE,
            linewidth=2,
        )
    )  # fmt: skip
    middle = truth + (np.array(shape) - 1) / 2
    axes.plot(
        middle[1], middle[0], "o", markersize=11, markerfacecolor="none", markeredgecolor=SKY,
        markeredgewidth=2,
    )  # fmt: skip


def _draw_scores(figure: Figure, scores: NDArray, place: NDArray) -> None:
    """Draw the scores of all windows with a cross at the best."""
    low, high = np.percentile(scores, [2, 100])
    axes = figure.add_axes((0.63, 0.03, 0.29, 0.86))
    axes.imshow(scores, cmap="cividis", vmin=low, vmax=high, interpolation="nearest")
    axes.plot(place[1], place[0], "+", color=ORANGE, markersize=12, markeredgewidth=2.5)
    axes.set_axis_off()
    axes.set_title("Score of every window", fontsize=10, y=1.01)
    bar = figure.add_axes((0.925, 0.1, 0.011, 0.7))
    bar.imshow(np.arange(64)[::-1, None], cmap="cividis", aspect="auto")
    bar.set_axis_off()
    for height, value, end in ((0.1, low, "bottom"), (0.8, high, "top")):
        text = f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
        figure.text(0.94, height, text, fontsize=7.5, va=end)
    figure.text(0.965, 0.45, "score", fontsize=9, rotation=90, va="center")


@cache
def _head() -> NDArray[np.float64]:
    """Return stored values of a CT at every second pixel, its padding taken for air."""
    return np.maximum(datasets.ct_head().values[::2, ::2], -1000).astype(float) + _STORED


def ear_template() -> NDArray[np.float64]:
    """Return the inner ear in stored values, HU + 1024.

    Examples
    --------
    >>> ear_template().shape
    (26, 30)
    """
    return _head()[_EAR].copy()


@cache
def _turned(angle_deg: int) -> NDArray[np.float64]:
    """Return the CT turned about its middle."""
    if angle_deg == 0:
        return _head()
    return ndimage.rotate(_head(), angle_deg, reshape=False, order=1, cval=_STORED - 1000)


def _true_centre(angle_deg: int) -> NDArray[np.float64]:
    """Return where the middle of the template lies after turning."""
    middle = (np.array(_head().shape) - 1) / 2
    cos, sin = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[cos, -sin], [sin, cos]]) @ (_CENTRE - middle) + middle


@cache
def _unit_noise() -> NDArray[np.float64]:
    """Return noise of standard deviation 1, the same for every draw."""
    return np.random.default_rng(6).normal(size=_head().shape)
