"""Figures of maps made from MR: the fitted curve, slide 24 in our own words, and Bland-Altman."""

from dataclasses import dataclass
from functools import lru_cache

import matplotlib as mpl
import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.data import phantom
from course_lib.display.figures import BLUE, ORANGE, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.display.storage_plots import GRAYS, SIGNED, Bar, draw_images
from course_lib.display.ute_scans import BONE, both_maps, fitted, scan
from course_lib.imaging.agreement import percent_difference
from course_lib.imaging.attenuation import attenuation_map
from course_lib.imaging.metrics import mean_absolute_error
from course_lib.imaging.mr_mapping import apply_curve

HEIGHTS = {"brain": 20.0, "top of the skull": 56.0, "sinuses": -48.0}
MAGMA = mpl.colormaps["magma"](np.arange(256), bytes=True)[:, :3]
_MU, _PET, _PERCENT = (0.0, 0.2), (0.0, 16.0), (-15.0, 15.0)  # as on slide 24
_TARGET = 1  # the patient without a CT
_CROP = np.s_[2:122, 6:91]
_MU_FLOOR, _PET_FLOOR = 0.02, 0.5  # 1/cm and kBq/mL


@dataclass(frozen=True, eq=False)
class _Slab:
    """Two neighbouring slices of the target, which share a ray of the PET."""

    rate: NDArray
    air: NDArray
    labels: NDArray
    mu: NDArray
    nac_pet: NDArray
    pet: NDArray


def draw_maps(threshold: int, height: str, degree: int) -> Picture:
    """Draw attenuation map and PET of a threshold map and of a continuous map beside the CT's.

    Parameters
    ----------
    threshold : int
        R2* from which on it is bone, in 1/s.
    height : str
        A key of `HEIGHTS`.
    degree : int
        Of the curve in bone.

    Examples
    --------
    >>> draw_maps(100, "brain", 3).caption[:24]
    'Mean absolute error in b'
    """
    slab, curve = _slab(height), fitted(float(threshold), degree)
    mus = [attenuation_map(hu) for hu in both_maps(slab.rate, slab.air, curve)]
    pets = [_corrected(slab.nac_pet, mu) for mu in mus]
    figure = fixed_figure(9.6, 4.75)
    percents = []
    for row, (truth, made, limits, unit, colours, floor) in enumerate(
        (
            (slab.mu, mus, _MU, "1/cm", GRAYS, _MU_FLOOR),
            (slab.pet, pets, _PET, "kBq/mL", MAGMA, _PET_FLOOR),
        )
    ):
        inside = slab.labels[0] > 1
        percent = [percent_difference(truth[0], each[0], floor) for each in made]
        percents.append(percent)
        images = {
            ("CT", "PET with the CT")[row]: _coloured(truth[0], limits, colours),
            "threshold map": _coloured(made[0][0], limits, colours),
            "continuous map": _coloured(made[1][0], limits, colours),
            "threshold, in %": _coloured(np.where(inside, percent[0], np.nan), _PERCENT, SIGNED),
            "continuous, in %": _coloured(np.where(inside, percent[1], np.nan), _PERCENT, SIGNED),
        }
        bars = [Bar(colours, limits, unit), Bar(SIGNED, _PERCENT, "% of the CT's")]
        draw_images(figure, (0.0, 0.505 - 0.5 * row, 1.0, 0.44), images, bars)
    said = _said(curve, percents, slab.labels[0])
    alt = (
        f"Two rows of a slice ({height}): attenuation maps and the PET corrected with them, from "
        f"the CT, the threshold map and the continuous map, with a threshold of {threshold} 1/s; "
        "then the differences of both maps from the CT's in percent. In the attenuation maps blue "
        "rings of bone that was missed and red specks of bone that was invented; in the PET smooth "
        f"errors, largest near the skull. {said}"
    )
    return render(figure, alt, said)


def _said(curve, percents: list[list[NDArray]], labels: NDArray) -> str:
    """Say the errors of both maps: HU in the whole head, percent in the slice."""
    errors = _bone_errors(curve.threshold, len(curve.coefficients) - 1)
    bone, brain = np.isin(labels, BONE), labels >= 6
    mu, pet = (
        [float(np.nanmean(each[where])) for each in pair]
        for pair, where in zip(percents, (bone, brain), strict=True)
    )
    if not brain.any():
        return _sentence(errors, mu) + "."
    return _sentence(errors, mu) + f"; PET in the brain {pet[0]:+.1f} and {pet[1]:+.1f} %."


def _sentence(errors: tuple[float, float], mu: list[float]) -> str:
    """Say the errors in bone."""
    return (
        f"Mean absolute error in bone of the whole head: threshold {errors[0]:.0f}, continuous "
        f"{errors[1]:.0f} HU. Mean difference in this slice: bone {mu[0]:+.1f} and {mu[1]:+.1f} %"
    )


@lru_cache(maxsize=64)
def _bone_errors(threshold: float, degree: int) -> tuple[float, float]:
    """Return the mean absolute error in bone of both maps, in HU."""
    target = scan(_TARGET)
    bone = np.isin(target.head.labels, BONE)
    maps = both_maps(target.rate[bone], target.air[bone], fitted(threshold, degree))
    first, second = (mean_absolute_error(target.head.ct[bone], hu) for hu in maps)
    return first, second


@lru_cache(maxsize=3)
def _slab(height: str) -> _Slab:
    """Cut two slices of the target and correct their PET with the CT."""
    target = scan(_TARGET)
    head = target.head
    index = head.grid.nearest(0, HEIGHTS[height])
    cut = (slice(index, index + 2), *_CROP)
    mu = attenuation_map(head.ct[cut])
    nac_pet = head.nac_pet[cut]
    return _Slab(
        target.rate[cut], target.air[cut], head.labels[cut], mu, nac_pet, _corrected(nac_pet, mu)
    )


def _corrected(nac_pet: NDArray, mu: NDArray) -> NDArray:
    """Correct the PET of a slab; the rays lie in its slices."""
    return phantom.correct_attenuation(nac_pet, mu, scan(_TARGET).head.grid.spacing_mm)


def _coloured(image: NDArray, limits: tuple[float, float], colours: NDArray) -> NDArray[np.uint8]:
    """Return an image in colours as red, green and blue; NaN is a light grey."""
    share = np.clip((np.nan_to_num(image) - limits[0]) / (limits[1] - limits[0]), 0, 1)
    picture = colours[np.rint(255 * share).astype(int)]
    picture[np.isnan(image)] = 205
    return picture


def draw_curve(
    r2star: ArrayLike, hu: ArrayLike, coefficients: ArrayLike, ends: tuple[float, float]
) -> Picture:
    """Draw HU over R2* of many voxels, with the mean of each class of R2* and a fitted curve.

    Parameters
    ----------
    r2star, hu : (N,) array
        In 1/s and HU, without air.
    coefficients : (M,) array
        In rising powers.
    ends : tuple of float
        Where the curve holds, in 1/s.

    Examples
    --------
    >>> rate = np.linspace(0, 900, 50)
    >>> draw_curve(rate, 2 * rate, [0.0, 2.0], (100, 700)).caption
    'The curve is read up to 700 1/s and stays level beyond.'
    """
    rate, hu = np.asarray(r2star, float), np.asarray(hu, float)
    counts, _, _ = np.histogram2d(rate, hu, (120, 100), [(-200, 1000), (-300, 1700)])
    with np.errstate(divide="ignore"):
        density = np.where(counts, np.log10(counts), np.nan)
    figure = fixed_figure(7.6, 3.6)
    axes = plot_axes(
        figure, (0.1, 0.14, 0.74, 0.76), x_label="R2* in 1/s", y_label="CT in HU",
        title="What R2* says about HU", x_ticks=range(-200, 1001, 200),
        y_ticks=(0, 500, 1000, 1500),
    )  # fmt: skip
    shown = axes.imshow(
        density.T, origin="lower", extent=(-200, 1000, -300, 1700), aspect="auto", cmap="cividis",
        vmin=0, vmax=4,
    )  # fmt: skip
    centres, means = _class_means(rate, hu)
    axes.plot(centres, means, "o", color=ORANGE, markersize=4, label="mean of the voxels")
    x = np.linspace(ends[0], 1000, 200)
    axes.plot(x, apply_curve(x, coefficients, ends), color=VERMILION, linewidth=2, label="curve")
    axes.axvline(ends[0], color="0.4", linestyle=":")
    axes.legend(fontsize=8, loc="lower right")
    bar = figure.add_axes((0.86, 0.14, 0.02, 0.76))
    figure.colorbar(shown, cax=bar, ticks=range(5))
    bar.set_yticklabels(["1", "10", "100", "1000", "10,000"], fontsize=8)
    bar.set_ylabel("voxels", fontsize=9)
    heights = ", ".join(
        f"{mean:.0f} HU at {centre:.0f}"
        for centre, mean in zip(centres[4::5], means[4::5], strict=True)
    )
    alt = (
        "Cloud of voxels, CT over R2*. Most lie near 40 HU and 20 1/s. From 100 1/s on, the cloud "
        "is a tall band from 0 to 1500 HU in which HU hardly depend on R2*. Mean HU by R2* in "
        f"1/s: {heights}. The fitted curve follows these means from {ends[0]:g} to {ends[1]:g} 1/s."
    )
    return render(figure, alt, f"The curve is read up to {ends[1]:g} 1/s and stays level beyond.")


def _class_means(rate: NDArray, hu: NDArray) -> tuple[NDArray, NDArray]:
    """Return the middle of intervals of R2*, and the mean HU in those that hold 10 voxels."""
    place = np.floor((rate + 100) / 50).astype(int)
    keep = (place >= 0) & (place < 20)
    counts = np.bincount(place[keep], minlength=20)
    sums = np.bincount(place[keep], hu[keep], minlength=20)
    many = counts >= 10
    return -75.0 + 50 * np.flatnonzero(many), sums[many] / counts[many]


def draw_agreement(
    reference: ArrayLike,
    predicted: ArrayLike,
    limits: tuple[float, float, float],
    unit: str,
    title: str,
) -> Picture:
    """Draw differences over means, as Bland and Altman do, with mean and limits of agreement.

    Parameters
    ----------
    reference, predicted : (N,) array
        Two measurements of the same things. More than 200 pairs are drawn as a density.
    limits : tuple of float
        Mean, lower and upper limit.
    unit, title : str
        Of the measurements, and above the plot.

    Examples
    --------
    >>> draw_agreement([10, 20, 30], [11, 22, 33], (2, 0.04, 3.96), "kBq/mL", "PET").caption
    'Mean difference +2.00, limits +0.04 and +3.96 kBq/mL.'
    """
    truth, made = np.asarray(reference, float).ravel(), np.asarray(predicted, float).ravel()
    middle, difference = (truth + made) / 2, made - truth
    figure = fixed_figure(7.4, 3.4)
    axes = plot_axes(
        figure, (0.11, 0.15, 0.6, 0.74), title=title, x_label=f"mean of both in {unit}",
        y_label=f"difference in {unit}",
    )  # fmt: skip
    if middle.size > 200:
        cloud = axes.hexbin(middle, difference, gridsize=60, bins="log", cmap="cividis", mincnt=1)
        bar = figure.add_axes((0.87, 0.15, 0.02, 0.74))
        figure.colorbar(cloud, cax=bar).set_label("pairs in a cell", fontsize=9)
        bar.tick_params(labelsize=8)
    else:
        axes.plot(middle, difference, "o", color=BLUE)
    left, right = axes.get_xlim()
    axes.set_xlim(left, right)
    for value, name in zip(limits, ("mean", "lower limit", "upper limit"), strict=True):
        axes.axhline(value, color=VERMILION, linestyle="-" if name == "mean" else "--")
        axes.text(
            right + 0.02 * (right - left), value, f"{name}\n{value:+.2f}", fontsize=8, va="center"
        )
    axes.axhline(0, color="0.4", linewidth=0.8)
    inside = 100 * ((difference >= limits[1]) & (difference <= limits[2])).mean()
    caption = (
        f"Mean difference {limits[0]:+.2f}, limits {limits[1]:+.2f} and {limits[2]:+.2f} {unit}."
    )
    alt = (
        f"Bland-Altman plot, {title}: {middle.size} differences over the means of both, from "
        f"{difference.min():+.2f} to {difference.max():+.2f} {unit}. {caption} {inside:.0f} % of "
        "the differences lie between the limits."
    )
    return render(figure, alt, caption)
