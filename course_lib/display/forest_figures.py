"""Figures of forests: CT from MR with few and many trees, errors of two splits, importance."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from course_lib.display.figures import BLUE, GREEN, ORANGE, Panel, image_row, show_panel
from course_lib.display.forest_scene import SHOWN, TREES, Slice, shown_forest, shown_slice
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, plot_axes

_CT = (-1000, 1500)


def draw_forest(trees: int, columns: int, leaky: bool) -> Picture:
    """Draw a slice of CT as a forest of some trees predicts it, and the error over the trees.

    Parameters
    ----------
    trees : int
        How many trees decide, 1 to `TREES`.
    columns : int
        How many columns each tree sees.
    leaky : bool
        Whether the forest learned from other voxels of the same patient.

    Examples
    --------
    >>> draw_forest(1, 8, False).caption[:21]
    '1 tree: off by 184 HU'
    """
    shown, means, errors = shown_slice(SHOWN), *_by_trees(columns, leaky)
    predicted = shown.as_image(means[trees - 1])
    figure = fixed_figure(9.2, 3.1)
    panels = (
        Panel(shown.ct, "CT, the truth", "", _CT),
        Panel(predicted, f"Predicted, {_count(trees)}", "HU", _CT),
        Panel(predicted - shown.ct, "Predicted - truth", "HU", (-1000, 1000), "RdBu_r"),
    )
    for place, panel in zip((0.01, 0.2, 0.455), panels, strict=True):
        bar = figure.add_axes((place + 0.184, 0.08, 0.01, 0.74)) if panel.unit else None
        show_panel(figure.add_axes((place, 0.04, 0.18, 0.84)), panel, bar)
    axes = plot_axes(
        figure, (0.8, 0.17, 0.19, 0.69), title="Mean absolute error", x_label="trees",
        y_label="HU", x_limits=(0, TREES + 1), y_limits=(0, 520), x_ticks=(1, 10, 20, 30, 40),
        y_ticks=range(0, 501, 100),
    )  # fmt: skip
    axes.plot(np.arange(1, TREES + 1), errors, color=BLUE)
    axes.plot(trees, errors[trees - 1], "o", color=ORANGE, markeredgecolor="black")
    learned = "six patients, the shown one too" if leaky else "five other patients"
    caption = (
        f"{_count(trees)}: off by {errors[trees - 1]:.0f} HU in the mean; with 1 tree "
        f"{errors[0]:.0f}, with {TREES} trees {errors[-1]:.0f} HU. Learned from {learned}; "
        f"{columns} of 8 columns for each tree."
    )
    alt = (
        "An axial slice through the sinuses: the true CT, the CT predicted from MR features, and "
        f"their difference; a curve of the error over 1 to {TREES} trees. {caption}"
    )
    return render(figure, alt, caption)


@lru_cache(maxsize=8)
def _by_trees(columns: int, leaky: bool) -> tuple[NDArray[np.float64], list[float]]:
    """Return what the first 1, 2, ... trees say in the mean, in HU, and their errors."""
    shown = shown_slice(SHOWN)
    answers = np.array([t.predict(shown.values) for t in shown_forest(columns, leaky).trees])
    means = np.cumsum(answers, axis=0) / np.arange(1, TREES + 1)[:, None]
    errors = np.abs(means - shown.ct[shown.body]).mean(axis=1)
    return means, errors.tolist()


def draw_predicted(shown: Slice, predicted: ArrayLike, title: str, alt: str) -> Picture:
    """Draw the true CT of a slice, a predicted one, and their difference.

    Parameters
    ----------
    shown : Slice
        Of which patient.
    predicted : (N,) array
        HU, one for each pixel of the head.
    title : str
        Above the prediction.
    alt : str
        What is to be seen.

    Examples
    --------
    >>> flat = np.full(shown_slice(1).body.sum(), 40.0)
    >>> draw_predicted(shown_slice(1), flat, "All soft", "All soft.").alt
    'All soft. Mean absolute error 437 HU.'
    """
    image = shown.as_image(predicted)
    error = np.abs(image - shown.ct)[shown.body].mean()
    return image_row(
        [
            Panel(shown.ct, "CT, the truth", "HU", _CT),
            Panel(image, title, "HU", _CT),
            Panel(image - shown.ct, "Difference", "HU", (-1000, 1000), "RdBu_r"),
        ],
        alt=f"{alt} Mean absolute error {error:.0f} HU.",
        caption=f"Mean absolute error {error:.0f} HU.",
    )


def draw_splits(by_voxel: Sequence[float], by_patient: Sequence[float]) -> Picture:
    """Draw errors of a split by voxel beside those of a split by patient.

    Parameters
    ----------
    by_voxel : sequence of float
        Error of each part of the voxels, in HU.
    by_patient : sequence of float
        Error for each patient who is held out, in HU.

    Examples
    --------
    >>> draw_splits([100, 110], [120, 150, 210]).caption
    'By voxel 105 HU, by patient 160 HU: 52 % more.'
    """
    figure = fixed_figure(7.5, 3.2)
    axes = plot_axes(
        figure, (0.1, 0.2, 0.88, 0.7), title="Error on voxels that were not learned",
        y_label="mean absolute error in HU", y_limits=(0, 1.25 * max(*by_voxel, *by_patient)),
    )  # fmt: skip
    voxel, patient = np.mean(by_voxel), np.mean(by_patient)
    first = len(by_voxel)
    places = first + 1 + np.arange(len(by_patient))
    _draw_bars(axes, np.arange(first), by_voxel, GREEN)
    _draw_bars(axes, places, by_patient, BLUE)
    names = [f"part {n + 1}" for n in range(first)] + [
        f"patient {n + 1}" for n in range(places.size)
    ]
    axes.set_xticks([*range(first), *places], names, fontsize=9)
    axes.text((first - 1) / 2, axes.get_ylim()[1] * 0.92, f"by voxel: {voxel:.0f}", ha="center")
    axes.text(places.mean(), axes.get_ylim()[1] * 0.92, f"by patient: {patient:.0f}", ha="center")
    caption = (
        f"By voxel {voxel:.0f} HU, by patient {patient:.0f} HU: "
        f"{100 * (patient / voxel - 1):.0f} % more."
    )
    alt = (
        f"Bars of errors in HU. Voxels of all patients held out at random, {first} parts: "
        f"{_listed(by_voxel)}. Whole patients held out, one after the other: "
        f"{_listed(by_patient)}. {caption}"
    )
    return render(figure, alt, caption)


def draw_importance(names: Sequence[str], shares: ArrayLike, harms: ArrayLike) -> Picture:
    """Draw the importance of each column in training beside the harm of shuffling it in testing.

    Parameters
    ----------
    names : sequence of str
        Of the columns.
    shares : (F,) array
        By how much questions about each column lower the variance, as shares of 1.
    harms : (F,) array
        By how many HU the error of a held-out patient grows when the column is shuffled.

    Examples
    --------
    >>> draw_importance(["R2*", "LBP"], [0.9, 0.1], [80, -1]).alt[-35:]
    'R2*: 90 %, 80 HU; LBP: 10 %, -1 HU.'
    """
    shares, harms = 100 * np.asarray(shares), np.asarray(harms)
    order = np.argsort(shares)
    figure = fixed_figure(8.6, 3.2)
    _draw_sideways(
        figure, (0.2, 0.17, 0.35, 0.72), names=[names[k] for k in order], values=shares[order],
        title="Importance in training", label="% of the variance taken away",
    )  # fmt: skip
    _draw_sideways(
        figure, (0.61, 0.17, 0.35, 0.72), names=None, values=harms[order],
        title="Shuffled for the held-out patient", label="error grows by, in HU",
    )  # fmt: skip
    said = "; ".join(f"{names[k]}: {shares[k]:.0f} %, {harms[k]:.0f} HU" for k in order[::-1])
    alt = (
        "Bars for each feature: its share of the variance that questions take away in training, "
        f"and by how much the error of a held-out patient grows when it is shuffled. {said}."
    )
    return render(figure, alt, "The most important feature in training is at the top.")


def _draw_sideways(
    figure: Figure,
    box: Box,
    *,
    names: Sequence[str] | None,
    values: NDArray,
    title: str,
    label: str,
) -> None:
    """Draw bars to the right, with their numbers."""
    axes = plot_axes(figure, box, title=title, x_label=label, y_ticks=range(values.size))
    axes.barh(range(values.size), values, color=BLUE)
    axes.set_yticklabels(names or [""] * values.size, fontsize=9)
    axes.set_xlim(min(0, 1.3 * values.min()), 1.2 * values.max())
    for place, value in enumerate(values):
        axes.text(max(value, 0), place, f" {value:.0f}", va="center", fontsize=9)


def _draw_bars(axes: Axes, places: NDArray, values: Sequence[float], colour: str) -> None:
    """Draw bars with their numbers."""
    axes.bar(places, values, color=colour)
    for place, value in zip(places, values, strict=True):
        axes.text(place, value + 2, f"{value:.0f}", ha="center", va="bottom", fontsize=9)


def _count(trees: int) -> str:
    """Write a number of trees."""
    return "1 tree" if trees == 1 else f"{trees} trees"


def _listed(values: Sequence[float]) -> str:
    """Write some errors."""
    return ", ".join(f"{value:.0f}" for value in values)
