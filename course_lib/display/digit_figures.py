"""Figures of handwritten digits, and of the weights that look at their pixels."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from course_lib.display import digit_networks
from course_lib.display.figures import BLACK, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.imaging.networks import activations

PICTURES = 509  # number of the last unseen one
_SHOWN_RATE = 0.05
_INK = (0, 16)
_COLUMNS = 10


def draw_digits(images: ArrayLike, titles: Sequence[str], alt: str) -> Picture:
    """Draw digits in rows of ten, each below its title.

    Parameters
    ----------
    images : (N, 8, 8) array
        Ink from 0 to 16.
    titles : sequence of str
        One for each digit.
    alt : str
        What is to be seen.

    Raises
    ------
    ValueError
        If there is no digit, or the titles are not as many.

    Examples
    --------
    >>> draw_digits(np.zeros((2, 8, 8)), ["a", "b"], "Two empty pictures.")
    Picture: Two empty pictures.
    """
    images = np.asarray(images)
    if not len(images) or len(images) != len(titles):
        raise ValueError(f"{len(images)} pictures and {len(titles)} titles do not fit.")
    rows = -(-len(images) // _COLUMNS)
    shown = np.full((11 * rows, 9 * _COLUMNS), np.nan)
    figure = fixed_figure(9.2, 1.07 * rows + 0.05)
    axes = figure.add_axes((0.0, 0.02, 0.93, 0.96))
    for k, (image, title) in enumerate(zip(images, titles, strict=True)):
        top, left = 3 + 11 * (k // _COLUMNS), 9 * (k % _COLUMNS)
        shown[top : top + 8, left : left + 8] = image
        axes.text(left + 3.5, top - 1, title, ha="center", fontsize=9)
    colours = mpl.colormaps["gray"].with_extremes(bad="white")
    axes.imshow(shown, cmap=colours, vmin=_INK[0], vmax=_INK[1], interpolation="nearest")
    axes.set_axis_off()
    grey_bar(figure, (0.94, 0.1, 0.01, 0.7), _INK, "ink")
    return render(figure, alt)


def draw_weights(name: str, epochs: int, picture: int) -> Picture:
    """Draw the weights behind the pixels as pictures, and what they make of one digit.

    Parameters
    ----------
    name : str
        A key of `digit_networks.SIZES`; one with at most 16 neurons behind the pixels.
    epochs : int
        As in `draw_training`.
    picture : int
        Number of the unseen picture, 0 to `PICTURES`.

    Examples
    --------
    >>> draw_weights("64-10, no hidden layer", 0, 3).caption[:14]
    'The picture is'
    """
    network = digit_networks.after(name, _SHOWN_RATE, epochs).network
    rows, labels = digit_networks.pictures(True)
    steps = activations(network, rows[picture : picture + 1])
    said, truth = steps[-1][0], int(labels[picture])
    figure = fixed_figure(9.4, 4.1)
    hidden = len(steps) > 2
    limit = _draw_mosaic(figure, network.layers[0].weights, steps[1][0], hidden)
    title = f"Picture {picture}: a {truth}"
    image_axes(figure, (0.735, 0.55, 0.24, 0.36), rows[picture].reshape(8, 8), (0, 1), title)
    axes = plot_axes(
        figure, (0.735, 0.135, 0.24, 0.31), title="Outputs", x_label="digit", y_limits=(0, 1),
        x_ticks=range(10), y_ticks=(0, 0.5, 1),
    )  # fmt: skip
    axes.bar(range(10), said, color=[VERMILION if k == truth else SKY for k in range(10)],
             edgecolor=BLACK)  # fmt: skip
    read = int(said.argmax())
    outcome = "right" if read == truth else f"wrong, it is a {truth}"
    caption = (
        f"The picture is read as a {read} (output {said[read]:.2f}): {outcome}. The output of the "
        f"true digit is {said[truth]:.2f}. Weights reach {limit:.1f}."
    )
    alt = (
        f"Weights of a network {name} after {epochs} epochs as {len(steps[1][0])} pictures of 8 x "
        "8, red where ink raises the neuron, blue where it lowers it; above each its activation "
        f"for the picture on the right, {', '.join(f'{a:.2f}' for a in steps[1][0])}. {caption}"
    )
    return render(figure, alt, caption)


def _draw_mosaic(figure: Figure, weights: NDArray, said: NDArray, hidden: bool) -> float:
    """Draw the weights of all neurons behind the pixels in one image; return the largest."""
    columns, across, down = (4, 10, 11) if hidden else (5, 10, 12)
    shown = np.full((len(weights) // columns * down, columns * across), np.nan)
    axes = figure.add_axes((0.0, 0.02, 0.6, 0.91), anchor="N")
    for k, each in enumerate(weights):
        left, top = 1 + across * (k % columns), down - 8 + down * (k // columns)
        shown[top : top + 8, left : left + 8] = each.reshape(8, 8)
        name = f"{said[k]:.2f}" if hidden else f"{k}:  {said[k]:.2f}"
        weight = "bold" if said[k] == said.max() else "normal"
        axes.text(left + 3.5, top - 1, name, ha="center", fontsize=9, fontweight=weight)
    limit = float(np.abs(weights).max())
    colours = mpl.colormaps["RdBu_r"].with_extremes(bad="white")
    axes.imshow(shown, cmap=colours, vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_axis_off()
    what = "Hidden neurons: weights, and activation" if hidden else "Digit: weights, and output"
    figure.text(0.3, 0.95, what, fontsize=10, ha="center")
    bar = grey_bar(figure, (0.61, 0.15, 0.013, 0.68), (-limit, limit), "weight (without unit)")
    bar.get_images()[0].set_cmap(colours)
    bar.set_yticks([-limit, 0, limit], [f"{-limit:.1f}", "0", f"{limit:.1f}"])
    return limit
