"""Figures of two ultra-short echoes: histograms, thresholds of air, and decay down to the noise."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data.phantom import TISSUES
from course_lib.data.phantom.planes import DIRECTIONS
from course_lib.display.figures import BLUE, GREEN, ORANGE, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes
from course_lib.display.storage_plots import draw_images, gray
from course_lib.display.ute_scans import BONE, scan
from course_lib.imaging.air_segmentation import (
    air_mask,
    neighbor_vote,
    normalized_joint_histogram,
)
from course_lib.imaging.mr_mapping import r2star

SLICES = {
    "sagittal, through the nose": ("sagittal", 0.0),
    "axial, through the sinuses": ("axial", -48.0),
    "axial, through the brain": ("axial", 20.0),
}
_STEP, _END = 50, 3000  # a.u.: width of a bin, and where the shown ones end
_GROUPS = {"air": (0, 1), "bone": BONE, "all else": (2, 3, 6, 7, 8)}
_COLOURS = {"air": SKY, "bone": VERMILION, "all else": GREEN}
_DIM = 0.55  # so that air does not outshine the head


def draw_echo_histograms() -> Picture:
    """Draw the histogram of each echo, split into what the voxels truly are.

    Examples
    --------
    >>> draw_echo_histograms().caption[:34]
    'Slide 20 drawn with our own head. '
    """
    head = scan(0).head
    figure = fixed_figure(9.0, 2.9)
    echo_ms = head.settings.echo_ms
    for i, (echo, time_ms) in enumerate(zip((head.ute1, head.ute2), echo_ms, strict=True)):
        axes = plot_axes(
            figure, (0.08 + 0.48 * i, 0.17, 0.42, 0.72),
            title=f"Echo {i + 1}, TE = {time_ms:g} ms", x_label="signal in a.u.",
            y_label="" if i else "voxels", x_limits=(0, 5000), y_limits=(10, 3e5),
            x_ticks=range(0, 5001, 1000),
        )  # fmt: skip
        axes.set_yscale("log")
        for name, labels in _GROUPS.items():
            values = echo[np.isin(head.labels, labels)]
            counts, edges = np.histogram(values, bins=100, range=(0, 5000))
            axes.stairs(counts, edges, color=_COLOURS[name], label=name, linewidth=1.6)
        axes.legend(fontsize=8, loc="upper right")
    alt = (
        "Histograms of the two echoes, split by the truth, on a logarithmic scale of counts. Air "
        "is a peak of noise near 300 in both. Bone lies between air and tissue in the first echo, "
        "about 700 to 1800; in the second it has moved onto the peak of air. All else stays at "
        "about 1500 to 4500 in both."
    )
    caption = (
        "Slide 20 drawn with our own head. The colours are the truth, which a scanner does not "
        "tell; a.u. means arbitrary units."
    )
    return render(figure, alt, caption)


def draw_air(first_threshold: int, second_threshold: int, vote: bool, place: str) -> Picture:
    """Draw the joint histogram with a corner of air, and the mask that follows from it.

    Parameters
    ----------
    first_threshold, second_threshold : int
        Sides of the corner in a.u.
    vote : bool
        Whether the neighbours of each voxel vote on the mask.
    place : str
        A key of `SLICES`.

    Examples
    --------
    >>> draw_air(750, 750, False, "axial, through the brain").caption[:26]
    'Dice of air 0.982. Lost as'
    """
    head = scan(0).head
    mask = air_mask(head.ute1, head.ute2, first_threshold, second_threshold)
    if vote:
        mask = neighbor_vote(mask)
    totals = np.bincount(head.labels.ravel(), minlength=len(TISSUES))
    marked = np.bincount(head.labels[mask], minlength=len(TISSUES))
    share = 100 * marked / totals
    dice = 2 * marked[:2].sum() / (marked.sum() + totals[:2].sum())
    figure = fixed_figure(9.4, 4.0)
    _draw_joint(figure, (0.07, 0.13, 0.36, 0.75), first_threshold, second_threshold)
    images = {f"First echo, {place}": _marked(place, mask)}
    draw_images(figure, (0.575, 0.02, 0.42, 0.83), images, [])
    _draw_key(figure)
    caption = (
        f"Dice of air {dice:.3f}. Lost as air: {share[4]:.1f} % of compact bone. Found: "
        f"{100 * marked[:2].sum() / totals[:2].sum():.1f} % of all air, {share[1]:.1f} % of the "
        "air inside the head."
    )
    alt = (
        "Left: joint histogram of the two echoes on a logarithmic scale. Air is a heap in the "
        "lower left corner, bone a heap to its right along the bottom, all else a ridge along the "
        f"diagonal. The corner below {first_threshold} in the first and {second_threshold} in the "
        f"second echo is marked. Right: a slice, {place}, with the mask"
        f"{', after the vote of the neighbours' if vote else ''}. {caption}"
    )
    return render(figure, alt, caption)


@cache
def _log_share() -> NDArray[np.float64]:
    """Return the joint histogram as the logarithm of shares; NaN where there are no voxels."""
    head, ends = scan(0).head, (0, 2 * _END)
    bins = 2 * _END // _STEP
    share = normalized_joint_histogram(head.ute1, head.ute2, bins, ends, ends)
    share = share[: bins // 2, : bins // 2]
    with np.errstate(divide="ignore"):
        return np.where(share, np.log10(share), np.nan)


def _draw_joint(figure: Figure, box: Box, first_threshold: int, second_threshold: int) -> None:
    """Draw the joint histogram with its colour bar and the corner of air."""
    ticks = range(0, _END + 1, 1000)
    axes = plot_axes(
        figure, box, title="Normalised joint histogram", x_label="first echo in a.u.",
        y_label="second echo in a.u.", x_ticks=ticks, y_ticks=ticks,
    )  # fmt: skip
    axes.imshow(
        _log_share().T, origin="lower", extent=(0, _END, 0, _END), cmap="cividis",
        vmin=-6, vmax=-1, aspect="auto", interpolation="nearest",
    )  # fmt: skip
    axes.plot(
        [first_threshold, first_threshold, 0], [0, second_threshold, second_threshold],
        color=VERMILION, linewidth=2,
    )  # fmt: skip
    for x, y, text in ((110, 120, "air"), (1450, 560, "bone"), (2150, 2350, "all else")):
        axes.text(x, y, text, color="white", fontsize=9, fontweight="bold")
    left, bottom, width, height = box
    bar = figure.add_axes((left + width + 0.015, bottom, 0.015, height))
    bar.imshow(
        np.arange(64)[:, None], cmap="cividis", extent=(0, 1, -6, -1), aspect="auto",
        origin="lower",
    )  # fmt: skip
    bar.set_xticks([])
    bar.set_yticks(range(-6, 0), ["1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1"], fontsize=8)
    bar.yaxis.tick_right()
    bar.yaxis.set_label_position("right")
    bar.set_ylabel("share of voxels", fontsize=9)


def _draw_key(figure: Figure) -> None:
    """Say what the colours of the mask mean."""
    dimmed = tuple(_DIM * part for part in to_rgb(SKY))
    names = "air, found", "bone or tissue, taken for air", "air, missed"
    for left, colour, name in zip(
        (0.575, 0.683, 0.9), (dimmed, VERMILION, YELLOW), names, strict=True
    ):
        figure.text(left - 0.005, 0.95, "\u25a0", color=colour, fontsize=12, va="center")
        figure.text(left + 0.014, 0.95, name, fontsize=8.5, va="center")


def _marked(place: str, mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a slice of the first echo in greys, with right and wrong air in colour."""
    head = scan(0).head
    direction, position = SLICES[place]
    axis = DIRECTIONS.index(direction)
    index = head.grid.nearest(axis, position)
    upward = slice(None, None, 1 if direction == "axial" else -1)  # the top of the head on top
    labels, echo, air = (
        np.take(volume, index, axis)[upward] for volume in (head.labels, head.ute1, mask)
    )
    true = labels <= 1
    picture = gray(echo.astype(float), (0, 4500)).astype(float)
    for where, colour in ((air & true, SKY), (air & ~true, VERMILION), (true & ~air, YELLOW)):
        picture[where] = 255 * np.array(to_rgb(colour)) * (_DIM if colour == SKY else 1)
    return picture.astype(np.uint8)


_VOXELS = 800  # simulated for each R2*
_RATES = np.linspace(0, 1500, 21)
_SHOWN_TISSUES = {4: VERMILION, 5: ORANGE, 7: BLUE}


def draw_decay(second_echo_ms: float, snr: int, floor: float) -> Picture:
    """Draw how tissues decay between the echoes, and which R2* is measured for a true one.

    Parameters
    ----------
    second_echo_ms : float
        Second echo time in ms, after the first of 0.07 ms.
    snr : int
        Full signal over the noise in one channel.
    floor : float
        Of R2*, in noise levels.

    Raises
    ------
    ValueError
        If the second echo is not later than the first, or SNR or floor are not above 0.

    Examples
    --------
    >>> draw_decay(2.46, 16, 1.0).caption[:41]
    'Compact bone of 900 1/s measures 395 1/s;'
    """
    echo_ms = (scan(0).head.settings.echo_ms[0], second_echo_ms)
    if snr <= 0:
        raise ValueError(f"The signal-to-noise ratio is {snr}; it must be above 0.")
    noise = 1 / snr
    measured = {
        label: _measured(TISSUES[label].protons, echo_ms, noise, floor) for label in _SHOWN_TISSUES
    }
    figure = fixed_figure(9.2, 3.6)
    _draw_signals(figure, echo_ms, noise)
    axes = plot_axes(
        figure, (0.575, 0.14, 0.4, 0.75), title="Measured R2* of a whole voxel of one tissue",
        x_label="true R2* in 1/s", y_label="measured R2* in 1/s", x_limits=(0, 1500),
        y_limits=(-300, 1500), x_ticks=(0, 500, 1000, 1500), y_ticks=(0, 500, 1000, 1500),
    )  # fmt: skip
    _draw_measured(axes, measured)
    bone, grey = (
        [np.interp(TISSUES[k].r2star, _RATES, row) for row in measured[k]] for k in (4, 7)
    )
    highest = np.log(TISSUES[4].protons / (noise * floor)) / (echo_ms[1] - echo_ms[0]) * 1000
    caption = (
        f"Compact bone of 900 1/s measures {bone[1]:.0f} 1/s; 90 % of its voxels lie between "
        f"{bone[0]:.0f} and {bone[2]:.0f} 1/s. Grey matter of 17 1/s: {grey[0]:.0f} to "
        f"{grey[2]:.0f} 1/s. About the highest R2* that bone can show: {max(highest, 0):.0f} 1/s."
    )
    alt = (
        "Left: signal over echo time on a logarithmic scale for compact bone, spongy bone and grey "
        f"matter, with the echoes at {echo_ms[0]:g} and {echo_ms[1]:g} ms and the noise at "
        f"{100 * noise:.1f} % of the full signal. Right: median measured R2* against the true one, "
        "with a band of 90 % for compact bone. The curves follow the diagonal and then turn flat, "
        f"where the second echo is lost in the noise. {caption}"
    )
    return render(figure, alt, caption)


def _draw_signals(figure: Figure, echo_ms: tuple[float, float], noise: float) -> None:
    """Draw the decay of three tissues down to the noise."""
    axes = plot_axes(
        figure, (0.085, 0.14, 0.4, 0.75), title="Decay between the echoes",
        x_label="echo time in ms", y_label="signal in % of a full one", x_limits=(0, 4),
        y_limits=(0.3, 150), x_ticks=range(5),
    )  # fmt: skip
    axes.set_yscale("log")
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    axes.minorticks_off()
    times = np.linspace(0, 4, 50)
    for label, colour in _SHOWN_TISSUES.items():
        tissue = TISSUES[label]
        signal = 100 * tissue.protons * np.exp(-times / 1000 * tissue.r2star)
        axes.plot(times, signal, color=colour, linewidth=1.8, label=tissue.name)
    axes.axhspan(0.3, 100 * noise, color="0.85")
    axes.text(0.1, 0.42, "noise", fontsize=9)
    for time in echo_ms:
        axes.axvline(time, color="0.3", linestyle=":")
    axes.legend(fontsize=8, loc="center right", bbox_to_anchor=(1.0, 0.785))


def _draw_measured(axes: Axes, measured: dict[int, NDArray]) -> None:
    """Draw measured over true R2*: a median for each tissue, a band for compact bone."""
    axes.plot([0, 1500], [0, 1500], color="0.5", linestyle="--", linewidth=1)
    axes.text(1130, 1290, "as it is", color="0.35", fontsize=8, rotation=38)
    for label, colour in _SHOWN_TISSUES.items():
        axes.plot(_RATES, measured[label][1], color=colour, linewidth=1.8)
        true = TISSUES[label].r2star
        axes.plot(true, np.interp(true, _RATES, measured[label][1]), "o", color=colour)
    low, _, high = measured[4]
    axes.fill_between(_RATES, low, high, color=VERMILION, alpha=0.2, linewidth=0)


def _measured(
    protons: float, echo_ms: tuple[float, float], noise: float, floor: float
) -> NDArray[np.float64]:
    """Return the 5th, 50th and 95th percentile of measured R2* for each true one."""
    echoes = [protons * np.exp(-_RATES[:, None] * time / 1000) for time in echo_ms]
    first, second = (
        np.hypot(signal + noise * real, noise * imaginary)
        for signal, (real, imaginary) in zip(echoes, _unit_noise(), strict=True)
    )
    return np.percentile(r2star(first, second, echo_ms, noise * floor), [5, 50, 95], axis=1)


@cache
def _unit_noise() -> NDArray[np.float32]:
    """Return the same noise for all draws, so that only the controls change the picture."""
    return np.random.default_rng(3).standard_normal((2, 2, 1, _VOXELS), np.float32)
