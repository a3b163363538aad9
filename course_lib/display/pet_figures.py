"""Figures of a PET that is stored with one slope, or with a slope for each slice."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data import datasets
from course_lib.display.figures import BLUE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes
from course_lib.display.storage_plots import GRAYS, Bar, draw_images, gray
from course_lib.imaging.quantization import slope_per_slice, smallest_slope
from course_lib.imaging.rescaling import rescale, store

_KBQ = (0, 4)  # kBq/mL of black and white


def draw_pet(dtype: str) -> Picture:
    """Draw what one slope for all slices of a made-up PET loses against a slope for each slice.

    Parameters
    ----------
    dtype : str
        Type in the file, such as "int16".

    Returns
    -------
    Picture
        A cold slice read with either slope, and the largest error in each slice.

    Examples
    --------
    >>> draw_pet("int16").caption[:42]
    'Slice 16, mean 2.9 kBq/mL: error up to 0.9'
    """
    volume, cold = _pet(), 16
    own = slope_per_slice(volume, dtype)
    one, _ = smallest_slope(0, float(volume.max()), dtype, intercept=0)
    figure = fixed_figure(9.6, 3.0)
    pair = {
        title: gray(rescale(store(volume[cold], slope, 0, dtype), slope, 0), _KBQ)
        for title, slope in (
            (f"One slope for all: slice {cold}", one),
            (f"Its own slope: slice {cold}", own[cold]),
        )
    }
    draw_images(figure, (0.0, 0.02, 0.66, 0.84), pair, [Bar(GRAYS, _KBQ, "kBq/mL")])
    _draw_errors(figure, (0.72, 0.17, 0.26, 0.69), volume, one / 2, own / 2)
    mean = float(volume[cold][volume[cold] > 0].mean())
    share = [100 * error / mean for error in (one / 2, own[cold] / 2)]
    alt = (
        f"Made-up PET in {dtype}. Slice {cold} has a mean activity of {mean:.1f} kBq/mL. With one "
        f"slope for all slices a value can be wrong by {one / 2:.3g} kBq/mL, {share[0]:.3g} % of "
        f"the mean; with a slope of its own by {own[cold] / 2:.3g} kBq/mL, {share[1]:.3g} %. Over "
        "the slices, the first error is a flat line; the second follows the hottest value of each "
        f"slice and meets it at the bladder, slices 9 to 11 with up to {volume.max():,.0f} kBq/mL."
    )
    caption = (
        f"Slice {cold}, mean {mean:.1f} kBq/mL: error up to {share[0]:.3g} % with one slope, "
        f"{share[1]:.3g} % with its own. The volume is made up."
    )
    return render(figure, alt, caption)


def _draw_errors(figure: Figure, box: Box, volume: NDArray, one: float, own: NDArray) -> None:
    """Draw the largest errors over the slices on a logarithmic scale."""
    slices = np.flatnonzero(volume.max(axis=(1, 2)))
    powers = np.arange(np.floor(np.log10(own[slices].min())), np.ceil(np.log10(one)) + 1)
    axes = plot_axes(
        figure, box, title="Largest rounding error", x_label="slice", y_label="kBq/mL",
        x_ticks=(0, 5, 10, 15, 20), y_ticks=powers, y_limits=(powers[0], powers[-1]),
    )  # fmt: skip
    axes.set_yticklabels([np.format_float_positional(10.0**p, trim="-") for p in powers])
    axes.plot(slices, np.full(len(slices), np.log10(one)), color=VERMILION)
    axes.plot(slices, np.log10(own[slices]), "--", color=BLUE)
    axes.text(0, np.log10(one) + 0.12, "one slope for all", color=VERMILION, fontsize=9)
    axes.text(0, np.log10(own[2]) - 0.5, "a slope for each", color=BLUE, fontsize=9)


@cache
def _pet() -> NDArray[np.float64]:
    """Return the made-up PET of a fixed seed."""
    return datasets.pet(np.random.default_rng(4)).values
