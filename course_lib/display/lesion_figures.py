"""Figures of lesions at one and at two visits: thresholds, and what became of each lesion."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data.lesion_series import LesionSeries, lesion_series
from course_lib.display.figures import BLUE, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, plot_axes
from course_lib.imaging import components, lesion_fates, metrics

_SHOWN = (0.0, 1.9)  # of an image in parts of its mean
_BINS = np.linspace(0.4, 2.2, 73)
_BEFORE, _AFTER = 3, 4  # visits between which lesions merge, split and vanish


def draw_threshold(visit: int, threshold: float, flattened: bool, least_ml: float) -> Picture:
    """Draw what a threshold finds at one visit, beside the truth.

    Parameters
    ----------
    visit : int
        1 to 7.
    threshold : float
        In parts of the mean of the brain, or of the local mean.
    flattened : bool
        Whether the image was divided by its local mean first.
    least_ml : float
        Components below this volume are left out.

    Examples
    --------
    >>> draw_threshold(2, 1.35, True, 0.05).caption[:48]
    'Dice 1.00. Found 6 of 6 lesions, and 0 component'
    """
    series, index = lesion_series(), visit - 1
    values = _even(index) if flattened else _raw(index)
    brain, truth = series.brain[index], series.lesions[index] > 0
    mask = components.segment(values, threshold, brain)
    found = components.connected_components(mask, series.spacing, least_ml)
    table = lesion_fates.overlap_table(series.lesions[index], found)
    hits = int((table[1:, 1:].sum(axis=1) > 0).sum())
    false = int((table[1:, 1:].sum(axis=0) == 0).sum())
    figure = fixed_figure(9.0, 3.5)
    unit = "parts of the local mean" if flattened else "parts of the brain's mean"
    shown = _coloured(values[series.plane], found[series.plane] > 0, truth[series.plane])
    axes = figure.add_axes((0.0, 0.02, 0.33, 0.86))
    axes.imshow(shown, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(f"FLAIR, month {series.months[index]}", fontsize=10, y=1.01)
    grey_bar(figure, (0.335, 0.12, 0.012, 0.66), _SHOWN, unit)
    parts = {"other tissue": values[brain & ~truth], "lesions": values[truth]}
    _draw_values(figure, parts, threshold, unit)
    result = (
        f"Dice {metrics.dice(truth, found > 0):.2f}. Found {hits} of {len(table) - 1} lesions, "
        f"and {false} components that are none."
    )
    alt = (
        f"A FLAIR slice with the lesions that a threshold of {threshold:g} finds "
        f"({unit}) and, beside it, the histograms of lesions and of other brain tissue. {result}"
    )
    return render(figure, alt, f"{result} Blue: found. Orange: false. Vermilion: missed.")


def draw_shifted(shift_mm: int, least_share: float) -> Picture:
    """Draw two visits, the second one moved, and what seems to become of every lesion.

    Parameters
    ----------
    shift_mm : int
        How far the second visit is moved toward the back; a multiple of 2 mm.
    least_share : float
        Smallest overlap that counts, as a share of the smaller lesion.

    Examples
    --------
    >>> draw_shifted(0, 0.1).caption[:51]
    'Of 7 lesions before, 7 have the right fate; 0 seem '
    """
    series = lesion_series()
    before, after = series.lesions[_BEFORE], series.lesions[_AFTER]
    moved = np.roll(after, round(shift_mm / series.spacing[1]), axis=1)  # the rim is empty
    right = lesion_fates.match_lesions(before, after)
    seen = lesion_fates.match_lesions(before, moved, least_share=least_share)
    figure = fixed_figure(9.0, 3.6)
    axes = figure.add_axes((0.0, 0.02, 0.36, 0.86))
    plane = series.plane
    grey = np.clip(_raw(_BEFORE)[plane] / _SHOWN[1], 0, 1)
    axes.imshow(grey, cmap="gray", vmin=0, vmax=1)
    for labels, colour in ((before, SKY), (moved, ORANGE)):
        axes.contour(labels[plane] > 0, levels=[0.5], colors=[colour], linewidths=1.6)
        write_numbers(axes, labels[plane], colour, left=labels is before)
    axes.set_axis_off()
    axes.set_title(f"blue: month {series.months[_BEFORE]}, orange: month {series.months[_AFTER]}",
                   fontsize=10, y=1.01)  # fmt: skip
    correct = _list_fates(figure, seen, right)
    new = sum(change.fate == "new" for change in seen)
    count = sum(len(change.before) for change in right)
    result = (
        f"Of {count} lesions before, {correct} have the right fate; {new} seem new, "
        f"{sum(change.fate == 'new' for change in right)} are."
    )
    listed = "; ".join(_written(change) for change in seen)
    alt = (
        f"A FLAIR slice with the outlines of lesions at two visits, the second one moved by "
        f"{shift_mm} mm. {result} What seems to have happened, at a least share of "
        f"{least_share:g}: {listed}."
    )
    return render(figure, alt, result)


def write_numbers(axes: Axes, labels: NDArray, colour: str, left: bool = False) -> None:
    """Write the number of each lesion beside it.

    Parameters
    ----------
    axes : Axes
        That shows the slice.
    labels : (Y, X) integer array
        Lesions of the slice.
    colour : str
        Of the numbers.
    left : bool
        On which side of the lesion the number stands.

    Examples
    --------
    >>> axes = fixed_figure(2, 2).subplots()
    >>> write_numbers(axes, np.array([[0, 0, 7], [0, 7, 7]]), "white")
    >>> axes.texts[0].get_text()
    '7'
    """
    for number in np.unique(labels[labels > 0]):
        rows, columns = np.nonzero(labels == number)
        place = (columns.min() - 2.5 if left else columns.max() + 2.5), rows.mean()
        axes.text(*place, str(number), color=colour, fontsize=9, weight="bold", va="center",
                  ha="right" if left else "left")  # fmt: skip


def paint_labels(
    grey: NDArray, labels: NDArray, colours: Sequence[str], share: float = 0.8
) -> NDArray[np.float64]:
    """Lay colours of labels over a grey image.

    Parameters
    ----------
    grey : (Y, X) array
        0 for black to 1 for white.
    labels : (Y, X) integer array
        0 for none.
    colours : sequence of str
        Label 1 has the first one; they are used again in a circle.
    share : float
        Of the colour, where there is one.

    Returns
    -------
    (Y, X, 3) float64 array
        Red, green and blue.

    Examples
    --------
    >>> paint_labels(np.array([[0.0, 1.0]]), np.array([[0, 1]]), ["#ff0000"], 0.5).tolist()
    [[[0.0, 0.0, 0.0], [1.0, 0.5, 0.5]]]
    """
    picture = np.repeat(np.clip(grey, 0, 1)[..., np.newaxis], 3, axis=-1).astype(np.float64)
    palette = np.array([to_rgb(colour) for colour in colours])
    marked = labels > 0
    picture[marked] *= 1 - share
    picture[marked] += share * palette[(labels[marked].astype(int) - 1) % len(palette)]
    return picture


@cache
def _raw(visit: int) -> NDArray[np.float32]:
    """Return the image of a visit in parts of the brain's mean."""
    series = lesion_series()
    return (series.images[visit] / series.images[visit][series.brain[visit]].mean()).astype("f4")


@cache
def _even(visit: int) -> NDArray[np.floating]:
    """Return the image of a visit in parts of the local mean."""
    series: LesionSeries = lesion_series()
    return components.flatten(series.images[visit], series.brain[visit], series.spacing)


def _coloured(values: NDArray, found: NDArray, truth: NDArray) -> NDArray[np.float64]:
    """Show what was found rightly, found falsely, and missed."""
    kinds = 1 * (found & truth) + 2 * (found & ~truth) + 3 * (truth & ~found)
    return paint_labels(values / _SHOWN[1], kinds, (BLUE, ORANGE, VERMILION), 0.9)


def _draw_values(figure: Figure, parts: dict[str, NDArray], threshold: float, unit: str) -> None:
    """Draw the histograms of lesions and of the other tissue, with the threshold."""
    axes = plot_axes(
        figure, (0.5, 0.15, 0.48, 0.74), title="Values inside the brain", x_label=unit,
        y_label="voxels", x_limits=(0.4, 2.2), y_limits=(-0.2, 4.4), x_ticks=(0.5, 1, 1.5, 2),
    )  # fmt: skip
    # The logarithm is taken here: a logarithmic axis with its many ticks takes twice the time.
    axes.set_yticks(range(5), ["1", "10", "100", "1,000", "10,000"])
    for (name, values), colour in zip(parts.items(), (SKY, BLUE), strict=True):
        counts, _ = np.histogram(values, bins=_BINS)
        heights = np.log10(np.maximum(counts, 0.5))
        axes.stairs(heights, _BINS, baseline=-0.3, color=colour, label=name, linewidth=2,
                    fill=colour == SKY)  # fmt: skip
    axes.axvline(threshold, color=VERMILION, linewidth=1.8, linestyle="--", label="threshold")
    axes.legend(fontsize=8, loc="upper right")


def _list_fates(
    figure: Figure, seen: list[lesion_fates.Change], right: list[lesion_fates.Change]
) -> int:
    """Write the fates that were seen; return of how many lesions before they are right."""
    correct = 0
    figure.text(0.42, 0.9, "what seems to have happened", fontsize=10)
    for i, change in enumerate(seen):
        true = change in right
        correct += len(change.before) * true
        style = {"color": "black"} if true else {"color": VERMILION, "weight": "bold"}
        place = 0.42 + 0.3 * (i // 10), 0.82 - 0.085 * (i % 10)
        said = _written(change) + ("" if true else "  (wrong)")
        figure.text(*place, said, fontsize=9, **style)
    return correct


def _written(change: lesion_fates.Change) -> str:
    """Write one change."""
    before, after = (" and ".join(map(str, numbers)) for numbers in change[1:])
    if not before or not after:
        return f"{change.fate}: {before or after}"
    return f"{change.fate}: {before} became {after}"
