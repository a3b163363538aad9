"""Figures of local binary patterns: one pixel step by step, other light, textures told apart."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from course_lib.data import templates, textures
from course_lib.display.figures import BLACK, BLUE, ORANGE, SKY
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.imaging import texture, texture_histograms

SIDE = 40  # of the part in which a pixel is chosen
IMAGES = ("brick", "grass", "gravel", "MR of a brain")
_SIDE_OF_LIGHT = 96
_YARDSTICK = ("brick", "grass")


@cache
def whole(name: str) -> NDArray:
    """Return a photograph, or the middle of an MR slice.

    Parameters
    ----------
    name : str
        One of `IMAGES`.

    Examples
    --------
    >>> whole("brick").shape
    (512, 512)
    """
    if name in textures.NAMES:
        return textures.photograph(name)
    return templates.axial_slice("t1", 18)[40:188, 24:172]


def draw_code(image: str, row: int, column: int) -> Picture:
    """Draw one pixel with its neighbours, their bits, and the number that these make.

    Parameters
    ----------
    image : str
        One of `IMAGES`.
    row, column : int
        Of the pixel, 1 to `SIDE` - 2.

    Examples
    --------
    >>> draw_code("grass", 20, 20).caption[:26]
    'Bits 11110000: 128 + 64 + '
    """
    part = whole(image)[60 : 60 + SIDE, 60 : 60 + SIDE]
    patch = part[row - 1 : row + 2, column - 1 : column + 2].astype(int)
    bits = texture.lbp_bits(patch)
    code = texture.code_of_bits(bits)
    figure = fixed_figure(9.2, 3.9)
    axes = image_axes(figure, (0.0, 0.06, 0.33, 0.84), part, (0, 255), f"{image}, {SIDE} x {SIDE}")
    axes.add_patch(
        Rectangle((column - 1.5, row - 1.5), 3, 3, fill=False, edgecolor=ORANGE, linewidth=2)
    )
    grey_bar(figure, (0.335, 0.1, 0.012, 0.74), (0, 255), "grey value")
    _draw_patch(figure, (0.44, 0.33, 0.25, 0.57), patch, bits)
    _draw_bits(figure, (0.74, 0.33, 0.25, 0.57), bits)
    _draw_sum(figure, bits, code)
    ones = [str(2 ** (7 - k)) for k in range(8) if bits[k]]
    text = "".join(map(str, bits))
    caption = f"Bits {text}: {' + '.join(ones) or '0'} = {code}. " + _meaning(bits)
    around = ", ".join(str(patch[1 + down, 1 + right]) for down, right in texture.NEIGHBORS)
    alt = (
        f"Part of {image} with a square around the pixel in row {row}, column {column}. Beside it "
        f"its 3 x 3 values: {patch[1, 1]} in the middle; clockwise from the top left {around}. "
        f"Then the bits, 1 where a neighbour is at least as bright as the middle: {text}. Below, "
        f"each bit above its worth, 128 to 1. The code is {code}."
    )
    return render(figure, alt, caption)


def _meaning(bits: NDArray[np.uint8]) -> str:
    """Say what a code looks like, from how often its bits change on the way round."""
    changes = int(np.sum(bits != np.roll(bits, 1)))
    if changes == 0:
        return "No neighbour is darker." if bits[0] else "All neighbours are darker: a bright spot."
    if changes == 2:
        return "The ones lie together: an edge, a corner or the end of a line."
    return f"The bits change {changes} times on the way round: fine texture, or noise."


def _grid(figure: Figure, box: Box, title: str) -> Axes:
    """Make axes for 3 x 3 squares."""
    axes = figure.add_axes(box)
    axes.set(xlim=(0, 3), ylim=(3, 0), aspect="equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, y=1.01)
    return axes


def _draw_patch(figure: Figure, box: Box, patch: NDArray, bits: NDArray[np.uint8]) -> None:
    """Draw the values; a frame marks the middle, an orange number neighbours that give 1."""
    axes = _grid(figure, box, "Compare with the middle")
    axes.imshow(patch, cmap="gray", vmin=0, vmax=255, extent=(0, 3, 3, 0))
    ones = dict(zip(texture.NEIGHBORS, bits, strict=True))
    for (i, j), value in np.ndenumerate(patch):
        sign = {1: "\u2265", 0: "<"}.get(ones.get((i - 1, j - 1), -1), "")
        ink = "white" if value < 130 else BLACK
        axes.text(
            j + 0.5, i + 0.5, f"{value}\n{sign} {patch[1, 1]}" if sign else f"{value}",
            ha="center", va="center", color=ink, fontsize=11 if sign else 13,
            fontweight="normal" if sign else "bold",
        )  # fmt: skip
    axes.add_patch(Rectangle((1, 1), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2.5))


def _draw_bits(figure: Figure, box: Box, bits: NDArray[np.uint8]) -> None:
    """Draw the bits with the order in which they are read."""
    axes = _grid(figure, box, "Bits, read clockwise")
    for k, ((down, right), bit) in enumerate(zip(texture.NEIGHBORS, bits, strict=True)):
        i, j = 1 + down, 1 + right
        paint = SKY if bit else "white"
        axes.add_patch(Rectangle((j, i), 1, 1, facecolor=paint, edgecolor=BLACK))
        axes.text(j + 0.5, i + 0.55, str(bit), ha="center", va="center", fontsize=14)
        axes.text(j + 0.08, i + 0.08, str(k + 1), ha="left", va="top", fontsize=7.5)
    circle = 0.33 * np.array([np.cos(t := np.linspace(-2.6, 2.2, 40)), np.sin(t)]) + 1.5
    axes.plot(*circle, color=BLACK, linewidth=1.5)
    axes.plot(*circle[:, -1], marker=(3, 0, 60), markersize=9, color=BLACK)


def _draw_sum(figure: Figure, bits: NDArray[np.uint8], code: int) -> None:
    """Write every bit above its worth, and the sum."""
    for k, bit in enumerate(bits):
        left = 0.46 + 0.05 * k
        weight = "bold" if bit else "normal"
        figure.text(left, 0.20, str(bit), ha="center", fontsize=14, fontweight=weight)
        figure.text(
            left, 0.11, str(2 ** (7 - k)), ha="center", fontsize=10, fontweight=weight,
            color=BLUE if bit else "0.45",
        )  # fmt: skip
    figure.text(0.87, 0.165, f"= {code}", ha="left", fontsize=16, fontweight="bold")
    figure.text(0.46, 0.035, "worth of each bit; the blue ones are added", fontsize=8.5)


def draw_light(image: str, gain: float, offset: int, noise: int, eight_bits: bool) -> Picture:
    """Draw an image and its codes before and after a change of light.

    Parameters
    ----------
    image : str
        One of `IMAGES`.
    gain : float
        Contrast: every grey value is multiplied by it.
    offset : int
        Brightness: added after that.
    noise : int
        Standard deviation of noise that is added last.
    eight_bits : bool
        Whether the result is rounded and cut off at 0 and 255, as it is in a stored picture.

    Examples
    --------
    >>> draw_light("brick", 0.5, 60, 0, False).caption[:34]
    '0.0 % of the codes have changed. C'
    """
    before = whole(image)[:_SIDE_OF_LIGHT, :_SIDE_OF_LIGHT].astype(float)
    after = gain * before + offset + noise * np.random.default_rng(3).normal(size=before.shape)
    if eight_bits:
        after = np.clip(np.rint(after), 0, 255)
    codes = [texture.lbp_image(each) for each in (before, after)]
    shares = [texture_histograms.code_histogram(each) for each in codes]
    changed = 100 * np.mean(codes[0] != codes[1])
    distance = texture_histograms.chi_square(*shares)
    figure = fixed_figure(9.2, 4.8)
    tiles = [np.pad(each, 2, constant_values=255) for each in (before, after, *codes)]
    gap = np.full((18, 2 * tiles[0].shape[1]), 255)
    shown = np.vstack([np.hstack(tiles[:2]), gap, np.hstack(tiles[2:])])
    image_axes(figure, (0.0, 0.0, 0.46, 0.92), shown, (0, 255), "Image: before, after")
    figure.text(0.23, 0.445, "Codes: before, after", fontsize=10, ha="center")
    grey_bar(figure, (0.465, 0.1, 0.011, 0.75), (0, 255), "grey value, or LBP code")
    _draw_shares(figure, shares)
    caption = (
        f"{changed:.1f} % of the codes have changed. Chi-square distance of the two histograms: "
        f"{distance:.3f}; for comparison, {' and '.join(_YARDSTICK)} are {_between():.3f} apart."
    )
    alt = (
        f"{image}, before and after: times {gain:g}, plus {offset}, noise of {noise}"
        f"{', rounded and cut off at 0 and 255' if eight_bits else ''}. Below both images their "
        f"codes, beside them the two histograms of codes. {caption}"
    )
    return render(figure, alt, caption)


def _draw_shares(figure: Figure, shares: list[NDArray]) -> None:
    """Draw two histograms of codes into one plot, the second upside down below the first."""
    top = 105 * max(float(share.max()) for share in shares)
    ticks = [10 * k for k in range(-9, 10) if abs(10 * k) < top]
    axes = plot_axes(
        figure, (0.63, 0.1, 0.36, 0.82), title="Histograms of codes", x_label="LBP code",
        y_label="% of pixels", x_limits=(-2, 258), y_limits=(-top, top),
        x_ticks=(0, 64, 128, 192, 255), y_ticks=ticks,
    )  # fmt: skip
    axes.set_yticklabels([f"{abs(tick)}" for tick in ticks])
    for share, sign, colour in zip(shares, (100, -100), (BLUE, ORANGE), strict=True):
        axes.stairs(sign * share, np.arange(257) - 0.5, fill=True, color=colour)
    axes.text(100, 0.85 * top, "before", fontsize=10, color=BLUE)
    axes.text(100, -0.9 * top, "after, upside down", fontsize=10, color="#8A5A00")


@cache
def _between() -> float:
    """Return how far two textures are apart."""
    first, second = (
        texture_histograms.code_histogram(texture.lbp_image(whole(name))) for name in _YARDSTICK
    )
    return texture_histograms.chi_square(first, second)
