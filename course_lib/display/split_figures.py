"""Figures of one question about one feature, and of the rows and columns that trees see."""

from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from course_lib.display.figures import BLUE, GREEN, VERMILION
from course_lib.display.forest_scene import NAMES, scaled_columns, voxels
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.imaging.bagging import bootstrap_rows, random_columns
from course_lib.imaging.impurity import variance_reduction

TREES_SHOWN = 3
COLUMNS_SHOWN = 12  # x0 to x11, as on slide 61
_EVERY = 6  # of the voxels is shown


def draw_question(feature: str, percent: int, revealed: bool) -> Picture:
    """Draw HU over one feature, a threshold, and by how much it lowers the variance.

    Parameters
    ----------
    feature : str
        One of `NAMES`.
    percent : int
        Threshold in per cent of the feature's range, 1 to 99.
    revealed : bool
        Whether the reduction of all thresholds is shown.

    Examples
    --------
    >>> draw_question("R2*", 30, False).caption[:30]
    'R2* < 0.30? Yes: 467 voxels, m'
    """
    x, hu = _shown(feature)
    yes, threshold = x < percent / 100, percent / 100
    gain = float(_reductions(feature)[percent - 1])
    share = 100 * gain / hu.var()
    figure = fixed_figure(9.2, 3.7)
    axes = plot_axes(
        figure, (0.08, 0.14, 0.49, 0.77), title=f"{x.size} voxels of six patients",
        x_label=f"{feature}, scaled to 0..1", y_label="CT in HU", x_limits=(-0.02, 1.02),
        y_limits=(-1150, 1650), x_ticks=(0, 0.25, 0.5, 0.75, 1), y_ticks=range(-1000, 1501, 500),
    )  # fmt: skip
    for side, colour, ends in ((yes, BLUE, (0, threshold)), (~yes, VERMILION, (threshold, 1))):
        if not side.any():
            continue
        axes.plot(x[side], hu[side], ".", color=colour, markersize=3, alpha=0.5)
        axes.plot(ends, [hu[side].mean()] * 2, color="black", linewidth=4)
        axes.plot(ends, [hu[side].mean()] * 2, color=colour, linewidth=2)
    axes.axvline(threshold, color="black", linestyle="--")
    _draw_reductions(
        plot_axes(
            figure, (0.67, 0.14, 0.32, 0.77), title="Variance taken away", x_label="threshold",
            y_label="% of the variance before", x_limits=(0, 1), y_limits=(0, 50),
            x_ticks=(0, 0.5, 1), y_ticks=range(0, 51, 10),
        ),
        threshold, share, 100 * _reductions(feature) / hu.var() if revealed else None,
    )  # fmt: skip
    sides = "; ".join(f"{word}: {_told(hu[side])}" for word, side in (("Yes", yes), ("no", ~yes)))
    caption = (
        f"{feature} < {threshold:.2f}? {sides}. The question takes away {share:.1f} % "
        f"of the variance, {gain:,.0f} of {hu.var():,.0f} HU squared."
    )
    alt = f"HU of voxels over {feature}, divided at a dashed line. {caption}"
    if revealed:
        best = int(_reductions(feature).argmax())
        alt += f" A curve over all thresholds is highest at {(best + 1) / 100:.2f}."
        caption += f" Best: {(best + 1) / 100:.2f}."
    return render(figure, alt, caption)


def _told(hu: NDArray[np.float64]) -> str:
    """Describe the voxels of one side."""
    if not hu.size:
        return "no voxel, but leaves cannot be empty"
    return f"{hu.size} voxels, mean {hu.mean():.0f} HU, sd {hu.std():.0f} HU"


def _draw_reductions(
    axes: Axes, threshold: float, share: float, curve: NDArray[np.float64] | None
) -> None:
    """Draw the reduction of one threshold, or of all."""
    if curve is not None:
        axes.plot(np.arange(1, 100) / 100, curve, color=GREEN)
    axes.plot(threshold, share, "o", color="black")
    axes.text(0.5, 45, f"{share:.1f} % at {threshold:.2f}", fontsize=10, ha="center")


@lru_cache(maxsize=16)
def _shown(feature: str) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Return a feature, scaled, and the HU of the shown voxels."""
    return scaled_columns()[::_EVERY, NAMES.index(feature)], voxels().hu[::_EVERY]


@lru_cache(maxsize=16)
def _reductions(feature: str) -> NDArray[np.float64]:
    """Return by how much each threshold from 0.01 to 0.99 lowers the variance; 0 if one is empty.

    The figure shows thresholds of two digits; the exercise tries all that there are.
    """
    x, hu = _shown(feature)
    answers = [x < percent / 100 for percent in range(1, 100)]
    return np.array(
        [variance_reduction(hu, yes) if 0 < yes.sum() < yes.size else 0.0 for yes in answers]
    )


def draw_drawn(rows: int, columns: int, seed: int) -> Picture:
    """Draw which rows and columns of a small table three trees see.

    Parameters
    ----------
    rows : int
        Of the table.
    columns : int
        How many of its 12 columns each tree sees.
    seed : int
        Of the generator.

    Examples
    --------
    >>> draw_drawn(6, 2, 1).caption[:49]
    'Tree 1: rows 2 3 4 5 0 0, columns x9 x11, never 1'
    """
    rng = np.random.default_rng(seed)
    figure, said = fixed_figure(9.2, 3.9), []
    for number in range(TREES_SHOWN):
        drawn = bootstrap_rows(rows, rng)
        seen = np.sort(random_columns(COLUMNS_SHOWN, columns, rng))
        counts = np.bincount(drawn, minlength=rows)
        _draw_table(figure.add_axes((0.025 + 0.335 * number, 0.02, 0.25, 0.86)), counts, seen)
        figure.text(0.15 + 0.335 * number, 0.95, f"Tree {number + 1}", fontsize=11, ha="center")
        never = " ".join(map(str, np.flatnonzero(counts == 0))) or "none"
        said.append(
            f"Tree {number + 1}: rows {' '.join(map(str, drawn))}, columns "
            f"{' '.join(f'x{c}' for c in seen)}, never {never}."
        )
    left_out = 100 * (1 - 1 / rows) ** rows
    caption = f"{' '.join(said)} On average, {left_out:.0f} % of {rows} rows are never drawn."
    alt = (
        f"A table of {rows} rows and {COLUMNS_SHOWN} columns for each of three trees; the cells "
        f"that the tree sees are blue, with the number of times the row was drawn. {caption}"
    )
    return render(figure, alt, caption)


def _draw_table(axes: Axes, counts: NDArray[np.intp], seen: NDArray[np.intp]) -> None:
    """Draw a table: blue where the tree sees a cell, and how often each row was drawn."""
    rows = counts.size
    cells = np.zeros((rows, COLUMNS_SHOWN, 3)) + 0.94
    cells[np.ix_(counts > 0, seen)] = to_rgb(BLUE)
    axes.imshow(cells, aspect="auto", interpolation="nearest")
    axes.vlines(np.arange(0.5, COLUMNS_SHOWN - 1), -0.5, rows - 0.5, color="white", linewidth=1)
    axes.hlines(np.arange(0.5, rows - 1), -0.5, COLUMNS_SHOWN - 0.5, color="white", linewidth=1)
    for row, count in enumerate(counts):
        said = f"{count} x" if count else "never"
        axes.text(
            COLUMNS_SHOWN - 0.2, row, said, fontsize=8.5, va="center",
            color="black" if count else VERMILION,
        )  # fmt: skip
    axes.set_xticks(seen, [f"x{c}" for c in seen], fontsize=7.5)
    axes.xaxis.tick_top()
    axes.set_yticks(range(rows), [str(row) for row in range(rows)], fontsize=8)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
