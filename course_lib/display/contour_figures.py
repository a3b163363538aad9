"""Figures of topic 12: the step, the energy term by term, the moving contour, mu against noise."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.display import contour_scans as scans
from course_lib.display.figures import BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes
from course_lib.display.storage_plots import GRAYS, Bar, draw_images, gray
from course_lib.imaging import contour_energy, initial_level_sets, level_sets, metrics

WIDTHS = {0.3: SKY, 1.0: BLUE, 3.0: ORANGE}
_MU, _EPSILON = 0.1, 0.5  # pixels
_TOP = 4000  # of the bars
_TINT = 0.28  # of the inside
_COLOURS = GREEN, VERMILION, SKY
_NAMES = "head, found", "air, taken for head", "head, missed"


def draw_step() -> Picture:
    """Draw the regularised Heaviside and its slope for three widths.

    Examples
    --------
    >>> draw_step().caption[:26]
    'The wider the step, the fa'
    """
    phi = np.linspace(-6, 6, 241)
    figure = fixed_figure(9.0, 2.9)
    for left, title, y_label, top, method in (
        (0.075, "H(phi)", "share inside", 1.0, level_sets.heaviside),
        (0.575, "its slope, delta(phi)", "delta", 1.1, level_sets.delta),
    ):
        axes = plot_axes(
            figure, (left, 0.18, 0.41, 0.7), title=title, x_label="phi, in pixels",
            y_label=y_label, x_limits=(-6, 6), y_limits=(0, 1.02 * top), x_ticks=range(-6, 7, 2),
            y_ticks=(0, 0.25, 0.5, 0.75, 1),
        )  # fmt: skip
        for epsilon, colour in WIDTHS.items():
            axes.plot(phi, method(phi, epsilon), color=colour, label=f"epsilon = {epsilon:g}")
        axes.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
        axes.legend(fontsize=8, loc="upper left")
    shares = [100 * float(level_sets.delta([3.0], e)[0]) for e in WIDTHS]
    caption = (
        "The wider the step, the farther a pixel may lie from the contour and still be heard. At "
        f"phi = 3, delta is {shares[0]:.1f}, {shares[1]:.1f} and {shares[2]:.1f} % for the three "
        "widths; it is 0 nowhere."
    )
    alt = (
        "Two plots over phi from -6 to 6, for widths of 0.3, 1 and 3. Left, H rises from near 0 "
        "through 1/2 at phi = 0 to near 1, the more gently the larger epsilon. Right, delta peaks "
        f"at phi = 0, high and narrow for a small epsilon, low and broad for a large one. {caption}"
    )
    return render(figure, alt, caption)


def draw_terms(row: int, column: int, radius: int, mu: float) -> Picture:
    """Draw a circle on the PET slice, what each pixel costs, and the terms of its energy.

    Parameters
    ----------
    row, column, radius : int
        Of the circle, in pixels.
    mu : float
        Weight of the length.

    Raises
    ------
    ValueError
        If the whole image lies on one side of the circle.

    Examples
    --------
    >>> draw_terms(55, 65, 45, 0.1).caption[:28]
    'Means: inside 0.82, outside '
    """
    image = scans.pet_slice()
    phi = radius * initial_level_sets.circle(image.shape, (row, column), radius).astype(float)
    means = contour_energy.region_means(image, phi)
    length = level_sets.contour_length(phi, _EPSILON)
    step = level_sets.heaviside(phi, _EPSILON)
    costs = step * (image - means.inside) ** 2, (1 - step) * (image - means.outside) ** 2
    terms = {"mu Length": mu * length, "inside": costs[0].sum(), "outside": costs[1].sum()}
    figure = fixed_figure(9.8, 3.1)
    grays = {"PET, clipped": gray(image, (0, 1)), "What a pixel costs": gray(sum(costs), (0, 0.7))}
    bars = [Bar(GRAYS, (0, 1), "kBq/mL"), Bar(GRAYS, (0, 0.7), "(kBq/mL)\u00b2")]
    _draw_outlined(figure, (0.0, 0.02, 0.77, 0.86), grays, [phi > 0] * 2, bars)
    _draw_terms(figure, (0.808, 0.11, 0.187, 0.77), terms)
    total, best = sum(terms.values()), _at_rest(mu)
    caption = (
        f"Means: inside {means.inside:.2f}, outside {means.outside:.2f} kBq/mL. Energy: "
        f"{terms['mu Length']:,.0f} for {length:,.0f} pixels of length, {terms['inside']:,.0f} "
        f"inside, {terms['outside']:,.0f} outside; {total:,.0f} in all. Measured "
        f"alike, the contour of section 5 has {best:,.0f}."
    )
    alt = (
        f"A head in PET without attenuation correction with a circle of radius {radius} around row "
        f"{row}, column {column}; what each pixel costs: bright where a dark pixel lies inside or "
        f"a bright one outside; and bars of the terms of the energy for mu = {mu:g}. {caption}"
    )
    return render(figure, alt, caption)


def _draw_terms(figure: Figure, box: Box, terms: dict[str, float]) -> None:
    """Draw the terms as bars, and their sum."""
    bars = {**terms, "all": sum(terms.values())}
    axes = plot_axes(
        figure, box, title="Energy in (kBq/mL)\u00b2", y_limits=(0, _TOP), x_limits=(-0.6, 3.6),
        y_ticks=range(0, _TOP, 1000),
    )  # fmt: skip
    axes.bar(range(4), list(bars.values()), color=[BLUE, ORANGE, SKY, "0.35"], width=0.7)
    axes.set_xticks(range(4), ["mu L", "inside", "outside", "all"], fontsize=8)
    for place, value in enumerate(bars.values()):
        axes.text(place, min(value, 0.93 * _TOP) + 40, f"{value:,.0f}", ha="center", fontsize=8.5)


@cache
def _at_rest(mu: float) -> float:
    """Return the energy of the contour at rest, computed as that of a circle."""
    image = scans.pet_slice()
    phi = np.where(scans.run(next(iter(scans.STARTS)), scans.IMAGES[0]).level_set > 0, 1e6, -1e6)
    means = contour_energy.region_means(image, phi)
    return contour_energy.energy(image, phi, *means, mu=mu, epsilon=_EPSILON)


def draw_film(start: str, image: str, step: int) -> Picture:
    """Draw a moving contour after some steps, and how its energy fell.

    Parameters
    ----------
    start : str
        A key of `contour_scans.STARTS`.
    image : str
        One of `contour_scans.IMAGES`.
    step : int
        After how many steps; later than the last one, the contour at rest is shown.

    Examples
    --------
    >>> draw_film("circle in the middle", "clipped at 1 kBq/mL", 150).caption[:23]
    'At rest after 101 steps'
    """
    found, scan = scans.run(start, image), scans.pet_slice(image)
    last = len(found.moved)
    now = min(step, last)
    inside = found.masks[now]
    top = 1.0 if image == scans.IMAGES[0] else 8.0
    figure = fixed_figure(9.4, 3.3)
    title = f"At rest, step {now}" if found.converged and now == last else f"Step {now}"
    images = {"Start": _tinted(scan, top, found.masks[0]), title: _tinted(scan, top, inside)}
    bars = [Bar(GRAYS, (0, top), "kBq/mL")]
    _draw_outlined(figure, (0.0, 0.02, 0.72, 0.86), images, [found.masks[0], inside], bars)
    ceiling = 1.08 * found.energies[0]
    axes = plot_axes(
        figure, (0.775, 0.15, 0.215, 0.73), title="Energy, image from 0 to 1", x_label="step",
        x_limits=(-4, scans.FILM_STEPS + 4), y_limits=(0, ceiling), x_ticks=(0, 50, 100, 150),
        y_ticks=range(0, int(ceiling), 1000 if ceiling > 1500 else 250),
    )  # fmt: skip
    axes.plot(found.energies, color="0.75", linewidth=1.6)
    axes.plot(found.energies[: now + 1], color=BLUE, linewidth=2)
    axes.plot([now], [found.energies[now]], "o", color=BLUE)
    caption = _said_of_step(found, now, step)
    alt = (
        f"PET without attenuation correction, {image}, with a contour that starts from: {start}. "
        f"Beside the start the contour after {now} steps, its inside tinted, and the energy over "
        f"the steps, from {found.energies[0]:,.0f} at the start to {found.energies[-1]:,.0f} after "
        f"step {last}. {caption}"
    )
    return render(figure, alt, caption)


def _said_of_step(found, now: int, wanted: int) -> str:
    """Say where the contour is."""
    means = contour_energy.mean_values(scans.pet_slice(), found.masks[now])
    ended = found.converged and wanted >= len(found.moved)
    where = f"At rest after {now} steps" if ended else f"Step {now}"
    said = "the contour has vanished"
    if means is not None:
        said = f"c_i {means.inside:.2f}, c_o {means.outside:.2f} (clipped, in kBq/mL)"
    dice = metrics.dice(scans.body(), found.masks[now])
    rises = int((np.diff(found.energies[: now + 1]) > 0).sum())
    often = f"; it rose in {rises} of the steps" if rises else ""
    return (
        f"{where}: energy {found.energies[now]:,.0f}{often}; {said}; Dice of the inside with the "
        f"true head {dice:.3f}."
    )


def draw_noise(share: str, mu: float) -> Picture:
    """Draw the contour on a slice of a short scan, for one weight of the length.

    Parameters
    ----------
    share : str
        A key of `contour_scans.SHARES`.
    mu : float
        Weight of the length.

    Examples
    --------
    >>> draw_noise("1/16 of the time", 0.4).caption[:16]
    'mu = 0.4: 1 part'
    """
    image = scans.noisy_slice(scans.SHARES[share])
    inside, truth = scans.noisy_inside(scans.SHARES[share], mu), scans.body()
    figure = fixed_figure(9.4, 3.1)
    shown = gray(image, (0, 1))
    images = {
        f"PET, {share}, clipped": shown,
        f"Contour, mu = {mu:g}": shown,
        "Inside, against the truth": _compared(inside, truth),
    }
    nothing = np.zeros_like(inside)
    bars = [Bar(GRAYS, (0, 1), "kBq/mL")]
    _draw_outlined(figure, (0.0, 0.11, 1.0, 0.77), images, [nothing, inside, nothing], bars)
    for left, colour, name in zip((0.33, 0.5, 0.71), _COLOURS, _NAMES, strict=True):
        figure.text(left, 0.05, "\u25a0", color=colour, fontsize=11, va="center")
        figure.text(left + 0.02, 0.05, name, fontsize=8.5, va="center")
    parts, length = ndimage.label(inside)[1], scans.sharp_length(inside)
    dice = metrics.dice(truth, inside)
    caption = (
        f"mu = {mu:g}: {parts} part{'' if parts == 1 else 's'}, {length:,.0f} pixels of contour. "
        f"Dice of the inside with the true head {dice:.3f}; the true outline has "
        f"{scans.sharp_length(truth):,.0f} pixels."
    )
    alt = (
        f"A PET slice without attenuation correction from {share}; the contour on it; and where "
        f"its inside agrees with the true head and where not. {caption}"
    )
    return render(figure, alt, caption)


def _compared(inside: NDArray[np.bool_], truth: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Paint what was found, what is air but taken for head, and what was missed."""
    picture = np.full((*truth.shape, 3), 237, np.uint8)
    for where, colour in zip(
        (inside & truth, inside & ~truth, truth & ~inside), _COLOURS, strict=True
    ):
        picture[where] = np.rint(255 * np.array(to_rgb(colour)))
    return picture


def _tinted(image: NDArray, top: float, inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Paint an image in greys, and tint the inside of a mask."""
    painted = gray(image, (0, top)).astype(float)
    painted[inside] = (1 - _TINT) * painted[inside] + _TINT * 255 * np.array(to_rgb(ORANGE))
    return np.rint(painted).astype(np.uint8)


def _draw_outlined(
    figure: Figure,
    box: Box,
    images: Mapping[str, NDArray[np.uint8]],
    masks: Sequence[NDArray[np.bool_]],
    bars: Sequence[Bar],
) -> None:
    """Draw images side by side in one axes, and the border of a mask on each of them."""
    draw_images(figure, box, images, bars)
    times = max(256 // len(masks[0]), 1)  # as `draw_images` enlarges and spaces them
    height = times * len(masks[0])
    gap = np.full((height, height // 40), np.nan)
    parts = [
        part
        for mask in masks
        for part in (mask.repeat(times, axis=0).repeat(times, axis=1).astype(float), gap)
    ]
    lines = np.concatenate(parts, axis=1)
    if np.nanmin(lines) < np.nanmax(lines):
        figure.axes[-1].contour(lines, [0.5], colors=[ORANGE], linewidths=1.3)
