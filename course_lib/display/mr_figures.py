"""Figures of MR intensities: two patients, one bright lesion, and augmentations."""

from collections.abc import Callable
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data import templates
from course_lib.data.patients import Patient, two_patients
from course_lib.display.figures import BLUE, ORANGE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, grey_scale, image_axes, plot_axes
from course_lib.imaging import augmentation, normalization

Limits = tuple[float, float]
_SHADE = "0.8"

# Name: how image, brain and white matter become the scaled image, its limits on show, its unit.
SCALES: dict[str, tuple[Callable[..., NDArray], Limits, str]] = {
    "none, the scanner's own units": (lambda i, brain, white: i.astype(float), (0, 330), "a.u."),
    "min-max": (lambda i, brain, white: normalization.min_max(i), (0, 1), "part of the range"),
    "z-score of the whole slice": (
        lambda i, brain, white: normalization.z_score(i), (-1, 3), "deviations",
    ),
    "z-score inside the brain": (
        lambda i, brain, white: normalization.z_score(i, brain), (-3, 3), "deviations",
    ),
    "relative to white matter": (
        lambda i, brain, white: normalization.relative_to_region(i, white), (0, 1.2),
        "parts of white matter",
    ),
}  # fmt: skip

_FILLED = {"fill": True, "color": _SHADE}
_LINE = {"color": VERMILION, "linewidth": 1.5}
_INNER, _MARGIN = 50, 5  # bins of a histogram, and of the gap on each side of it
_BINS = _INNER + 2 * _MARGIN
_LESION_CENTRE = (68, 54)  # in white matter behind the ventricle; rows and columns of 2 mm
_METHODS: dict[str, tuple[Callable[[NDArray, NDArray], NDArray], Limits]] = {
    "min-max": (lambda image, brain: normalization.min_max(image), (0, 1)),
    "percentiles 1 to 99": (lambda image, brain: normalization.percentile_stretch(image), (0, 1)),
    "z-score, whole slice": (lambda image, brain: normalization.z_score(image), (-1, 2)),
    "z-score in the brain": (normalization.z_score, (-4, 2)),
}

# Name: how an image of 0..1 and a generator become another image.
AUGMENTATIONS: dict[str, Callable[[NDArray, np.random.Generator], NDArray]] = {
    "gain and offset": lambda i, rng: augmentation.random_gain_offset(
        i, rng, (0.7, 1.3), (-0.15, 0.15)
    ),
    "gamma": lambda i, rng: augmentation.random_gamma(i, rng, (0.5, 2.0)),
    "noise": lambda i, rng: augmentation.random_noise(i, rng, 0.08),
    "smooth bias field": lambda i, rng: i * augmentation.bias_field(i.shape, rng, 0.5),
}


def draw_patients(scale: str) -> Picture:
    """Draw two patients under one normalization, and the histograms of their brains.

    Parameters
    ----------
    scale : str
        A key of `SCALES`.

    Examples
    --------
    >>> draw_patients("min-max").alt[42:99]
    'Grey matter reads 0.58 in subject A and 0.61 in subject B'
    """
    change, limits, unit = SCALES[scale]
    figure = fixed_figure(8.8, 3.2)
    axes = plot_axes(
        figure,
        (0.66, 0.16, 0.32, 0.73),
        title="Histograms of the brains",
        x_label=unit,
        x_limits=limits,
        x_ticks=(limits[0], sum(limits) / 2, limits[1]),
        y_ticks=(),
    )
    readings = []
    for i, (patient, colour) in enumerate(zip(_patients(), (BLUE, ORANGE), strict=True)):
        image = change(patient.image, patient.brain, patient.white_matter)
        readings.append(float(image[patient.grey_matter].mean()))
        title = f"{patient.name}: grey matter {_short(readings[-1])}"
        image_axes(figure, (0.265 * i, 0.02, 0.26, 0.87), image, limits, title)
        counts, edges = np.histogram(image[patient.brain], bins=60, range=limits)
        axes.stairs(counts / counts.max(), edges, color=colour, label=patient.name, linewidth=1.5)
        axes.axvline(readings[-1], color=colour, linestyle=":")
    axes.legend(fontsize=8, loc="upper left")
    grey_bar(figure, (0.54, 0.12, 0.015, 0.68), limits, unit)
    apart = 100 * abs(readings[1] - readings[0]) / (limits[1] - limits[0])
    alt = (
        f"Two brain slices, normalization: {scale}. Grey matter reads {_short(readings[0])} in "
        f"subject A and {_short(readings[1])} in subject B ({unit}), {apart:.0f} % of the shown "
        "scale apart. Beside them two histograms, each with a lower peak of grey matter and a "
        "higher one of white matter."
    )
    return render(figure, alt, "Dotted lines: mean of grey matter.")


def draw_lesion(brightness: float, radius_mm: float) -> Picture:
    """Draw a brain with one lesion under four normalizations, and what became of its histogram.

    Parameters
    ----------
    brightness : float
        Of the lesion, in parts of the mean of white matter.
    radius_mm : float
        Of the lesion, in mm; 0 for none.

    Examples
    --------
    >>> draw_lesion(4.0, 8).caption[:39]
    'The lesion fills 0.9 % of the brain; th'
    """
    healthy, brain, white = _slice_with_white_matter()
    ill, lesion = _with_lesion(healthy, white, brightness, radius_mm)
    tissue, white = brain & ~lesion, white & ~lesion
    figure = fixed_figure(9.0, 3.75)
    pictures, moved, pairs = [], [], []
    for i, (name, (normalize, limits)) in enumerate(_METHODS.items()):
        before, after = normalize(healthy, brain), normalize(ill, brain)
        framed = ((0, 0), (22, 23))
        pictures.append(np.pad(normalization.stretch(after, *limits), framed, constant_values=1))
        pairs.append((before[tissue], after[tissue]))
        change = f"{before[white].mean():.2f} to {after[white].mean():.2f}"
        moved.append(f"{name}: {change}")
        title = f"{name}\nwhite matter {change}"
        figure.text(0.125 + 0.25 * i, 0.91, title, ha="center", fontsize=9)
    image_axes(figure, (0.0, 0.42, 1.0, 0.47), np.hstack(pictures), (0, 1))
    _draw_histograms(figure, pairs)
    share = f"{100 * lesion.sum() / brain.sum():.1f} %"
    alt = (
        f"One brain slice with a lesion of {radius_mm:g} mm radius, {brightness:g} times as bright "
        f"as white matter ({share} of the brain), under four normalizations. Mean of the healthy "
        f"white matter before and with the lesion: {'; '.join(moved)}. Below each image the "
        "histogram of the healthy tissue, filled before and as a line with the lesion."
    )
    caption = (
        f"The lesion fills {share} of the brain; the healthy tissue itself never changes. "
        "Histograms of healthy tissue: filled before, line with the lesion. Each image is shown on "
        "the grey scale that fits the scan without lesion."
    )
    return render(figure, alt, caption)


def _draw_histograms(figure: Figure, pairs: list[tuple[NDArray, NDArray]]) -> None:
    """Draw the values before and after, for each method in its part of one wide axes.

    Four axes, or four times two histograms, would take twice as long.
    """
    axes = plot_axes(
        figure,
        (0.0, 0.13, 1.0, 0.25),
        x_label="value after normalization, each with its own grey scale",
        y_ticks=(),
    )
    limits = [limits for _, limits in _METHODS.values()]
    for which, style in ((0, _FILLED), (1, _LINE)):
        heights = [_heights(pair[which], ends) for pair, ends in zip(pairs, limits, strict=True)]
        axes.stairs(np.concatenate(heights), np.linspace(0, 4, 4 * _BINS + 1), **style)
    greys = np.pad(np.linspace(0, 1, _INNER), _MARGIN, constant_values=1)
    grey_scale(axes, np.tile(greys, 4), (0, 4), 0.15)
    places = [i + end for i in range(4) for end in (_MARGIN / _BINS, 1 - _MARGIN / _BINS)]
    axes.set_xticks(places, [f"{end:g}" for ends in limits for end in ends])
    axes.set(xlim=(0, 4), ylim=(-0.15, 1.05))
    axes.set_frame_on(False)


def _heights(values: NDArray, limits: Limits) -> NDArray:
    """Return a histogram of height 1 between gaps, which are not drawn."""
    counts, _ = np.histogram(values, bins=_INNER, range=limits)
    return np.pad(counts / max(counts.max(), 1), _MARGIN, constant_values=np.nan)


def draw_augmentations(kind: str, seed: int) -> Picture:
    """Draw one MR slice and four augmentations of it.

    Parameters
    ----------
    kind : str
        A key of `AUGMENTATIONS`.
    seed : int
        Of the generator; the same seed draws the same four images.

    Examples
    --------
    >>> draw_augmentations("noise", 1).caption
    'Noise, seed 1: the same seed, the same images.'
    """
    image = _slice_with_white_matter()[0] / 255
    rng = np.random.default_rng(seed)
    changed = [AUGMENTATIONS[kind](image, rng) for _ in range(4)]
    limits = (-0.2, 1.2)
    framed = [
        np.pad(each, ((0, 0), (2, 2)), constant_values=limits[1]) for each in (image, *changed)
    ]
    figure = fixed_figure(9.0, 2.6)
    image_axes(figure, (0.0, 0.02, 0.92, 0.78), np.hstack(framed), limits)
    grey_bar(figure, (0.925, 0.08, 0.013, 0.66), limits, "scaled intensity")
    white = _slice_with_white_matter()[2]
    means = [f"{each[white].mean():.2f}" for each in (image, *changed)]
    for i, mean in enumerate(means):
        name = "original" if i == 0 else f"draw {i}"
        title = f"{name}\nwhite matter {mean}"
        figure.text(0.092 + 0.184 * i, 0.84, title, ha="center", fontsize=9)
    alt = (
        f"An MR slice and four augmentations of it by {kind}, seed {seed}. White matter reads "
        f"{means[0]} in the original and {', '.join(means[1:])} in the four draws."
    )
    return render(figure, alt, f"{kind.capitalize()}, seed {seed}: the same seed, the same images.")


def _short(value: float) -> str:
    """Write whole numbers for a scanner's units and two decimals for scaled ones."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2f}"


@cache
def _patients() -> tuple[Patient, Patient]:
    """Return both patients, made once for all draws."""
    return two_patients()


@cache
def _slice_with_white_matter() -> tuple[NDArray, NDArray, NDArray]:
    """Return a T1 slice at 2 mm, its brain, and its white matter."""
    image = templates.axial_slice("t1", 18)[::2, ::2].astype(float)
    white = templates.axial_slice("white", 18)[::2, ::2] > 0.9
    crop = np.s_[10:106, 10:89]
    return image[crop], image[crop] > 0, white[crop]


def _with_lesion(
    image: NDArray, white: NDArray, brightness: float, radius_mm: float
) -> tuple[NDArray, NDArray]:
    """Return the slice with a round lesion, and where it is."""
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    apart_mm = 2 * np.hypot(rows - _LESION_CENTRE[0], columns - _LESION_CENTRE[1])
    lesion = (apart_mm < radius_mm) & (image > 0)
    return np.where(lesion, brightness * image[white].mean(), image), lesion
