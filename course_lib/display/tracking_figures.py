"""Figures of lesions over time: a film in which a colour stands for a lesion, and its volumes."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from course_lib.data.lesion_series import LesionSeries, lesion_series
from course_lib.display.figures import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW
from course_lib.display.lesion_figures import paint_labels, write_numbers
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, plot_axes
from course_lib.imaging import tracking

OWN, KEPT = "as each visit counts", "kept from visit to visit"
NUMBERINGS = (OWN, KEPT)
COLOURS = (ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE)
_STYLES = ("-", "--", ":", "-.")  # each time the colours begin anew
_WHITE = 1.9  # of the brain's mean


def draw_film(visit: int, numbering: str, moved: bool) -> Picture:
    """Draw one visit of the film: lesions in the colours of their numbers, and volumes so far.

    Parameters
    ----------
    visit : int
        1 to 7.
    numbering : str
        One of `NUMBERINGS`.
    moved : bool
        Whether the visits were not registered.

    Examples
    --------
    >>> draw_film(5, KEPT, False).caption[:69]
    'Month 24. Since the visit before: merged 2, 5 to 5; shrunk 3; grown 4'
    """
    series = lesion_series(moved)
    labels, tracks = _numbered(moved, numbering)
    index = visit - 1
    shown = labels[index][series.plane]
    figure = fixed_figure(9.0, 3.7)
    axes = figure.add_axes((0.0, 0.02, 0.36, 0.86))
    show_lesions(axes, _grey(series, index), shown)
    axes.set_title(f"month {series.months[index]}, visit {visit} of 7", fontsize=10, y=1.01)
    numbers, volumes = _volumes(moved, numbering)
    axes = plot_axes(
        figure, (0.46, 0.14, 0.5, 0.75), title=f"Volume of each number, {numbering}",
        x_label="months", y_label="volume (ml)", x_limits=(-1, 39), y_limits=(0, 3.4),
        x_ticks=series.months, y_ticks=(0, 1, 2, 3),
    )  # fmt: skip
    _draw_lines(axes, series.months, numbers, volumes, visit)
    axes.axvline(series.months[index], color="0.5", linewidth=1, linestyle=":")
    listed = ", ".join(map(str, np.unique(labels[index][labels[index] > 0])))
    said = f"Month {series.months[index]}. {_story(tracks, index, numbering)}"
    used = len({n for part in labels[:visit] for n in np.unique(part) if n})
    alt = (
        f"A FLAIR slice with coloured lesions of the numbers {listed} at visit {visit} of 7, and "
        f"lines of the volume of each number over the months. Numbers: {numbering}; visits "
        f"{'not ' if moved else ''}registered; {used} numbers used so far. {said}"
    )
    return render(figure, alt, said)


def draw_strip(
    rows: Mapping[str, Sequence[ArrayLike]], images: Sequence[ArrayLike], months: Sequence[int]
) -> Picture:
    """Draw all visits side by side, with the colours of the lesions' numbers.

    Parameters
    ----------
    rows : mapping of str to sequence of (Y, X) integer array
        Title of a row, and the numbered lesions of each visit in one slice.
    images : sequence of (Y, X) array
        The slice of each visit, in any unit.
    months : sequence of int
        When each visit was.

    Examples
    --------
    >>> lesions = [np.array([[0, 1, 1]]), np.array([[0, 2, 2]])]
    >>> draw_strip({"numbers": lesions}, lesions, [0, 6]).alt
    '2 visits in a row, lesions in colours. numbers: month 0: 1; month 6: 2.'
    """
    count, lines = len(images), len(rows)
    wide = min(9.0 / count, 2.6)
    tall = wide * np.shape(images[0])[0] / np.shape(images[0])[1]
    height = lines * (tall + 0.25) + 0.22
    figure = fixed_figure(count * wide, height)
    said = []
    for line, (title, visits) in enumerate(rows.items()):
        bottom = (lines - 1 - line) * (tall + 0.25) / height
        figure.text(0.005, bottom + (tall + 0.06) / height, title, fontsize=10)
        for i, (labels, image) in enumerate(zip(map(np.asarray, visits), images, strict=True)):
            axes = figure.add_axes((i / count, bottom, 0.985 / count, tall / height))
            grey = np.divide(image, max(float(np.percentile(image, 99.9)), 1e-9))
            show_lesions(axes, grey, labels, 7)
            if line == 0:
                figure.text((i + 0.5) / count, 1 - 0.16 / height, f"month {months[i]}",
                            fontsize=9, ha="center")  # fmt: skip
        listed = [", ".join(map(str, np.unique(v)[np.unique(v) > 0])) for v in visits]
        pairs = zip(months, listed, strict=True)
        said.append(f"{title}: " + "; ".join(f"month {m}: {numbers}" for m, numbers in pairs))
    alt = f"{count} visits in a row, lesions in colours. {'. '.join(said)}."
    return render(figure, alt, "Colours repeat after seven numbers; the number stands beside.")


def draw_volumes(
    numbers: Sequence[int], volumes: ArrayLike, months: Sequence[int], caption: str = ""
) -> Picture:
    """Draw the volume of each lesion over time.

    Parameters
    ----------
    numbers : sequence of int
        Of the lesions.
    volumes : (T, N) array
        In ml; 0 where a lesion is not there.
    months : sequence of int
        When each visit was.
    caption : str
        Below the picture.

    Examples
    --------
    >>> draw_volumes([1, 4], [[0.5, 0.0], [1.0, 0.2]], [0, 6]).alt
    'Volumes in ml over 2 visits. Lesion 1: 0.50 to 1.00. Lesion 4: 0.00 to 0.20.'
    """
    volumes = np.asarray(volumes, float)
    figure = fixed_figure(7.2, 3.4)
    axes = plot_axes(
        figure, (0.09, 0.15, 0.87, 0.76), title="Volume of each lesion", x_label="months",
        y_label="volume (ml)", x_limits=(min(months) - 1, max(months) + 3),
        y_limits=(0, 1.1 * volumes.max()), x_ticks=list(months),
    )  # fmt: skip
    _draw_lines(axes, months, np.asarray(numbers), volumes, len(months))
    rows = zip(numbers, volumes.T, strict=True)
    ends = (f"Lesion {n}: {v[0]:.2f} to {v[-1]:.2f}." for n, v in rows)
    return render(figure, f"Volumes in ml over {len(months)} visits. {' '.join(ends)}", caption)


def show_lesions(axes: Axes, grey: NDArray, labels: NDArray, size: int = 9) -> None:
    """Show a slice with its lesions in colours, each with its number beside it.

    Parameters
    ----------
    axes : Axes
        Where it is drawn.
    grey : (Y, X) array
        0 for black to 1 for white.
    labels : (Y, X) integer array
        Numbered lesions.
    size : int
        Of the numbers, in points.

    Examples
    --------
    >>> axes = fixed_figure(2, 2).subplots()
    >>> show_lesions(axes, np.zeros((4, 4)), np.eye(4, dtype=int) * 3)
    >>> axes.texts[0].get_text()
    '3'
    """
    axes.imshow(paint_labels(grey, labels, COLOURS), interpolation="nearest")
    axes.set_axis_off()
    write_numbers(axes, labels, "white")
    for text in axes.texts:
        text.set_fontsize(size)


@cache
def _numbered(moved: bool, numbering: str) -> tuple[tuple[NDArray, ...], tracking.Tracks]:
    """Return the lesions of all visits in the numbers asked for, and their tracks."""
    series = lesion_series(moved)
    tracks = tracking.track_lesions(series.lesions, series.spacing)
    return (tracks.labels if numbering == KEPT else series.lesions), tracks


@cache
def _volumes(moved: bool, numbering: str) -> tuple[NDArray, NDArray]:
    """Return all numbers and their volumes."""
    return tracking.volumes_over_time(_numbered(moved, numbering)[0], lesion_series().spacing)


def _grey(series: LesionSeries, index: int) -> NDArray[np.float64]:
    """Return the slice of a visit as grey values from 0 to 1."""
    image, brain = series.images[index], series.brain[index]
    return image[series.plane] / (_WHITE * image[brain].mean())


def _draw_lines(
    axes: Axes, months: Sequence[int], numbers: NDArray, volumes: NDArray, until: int
) -> None:
    """Draw the volumes up to a visit, with the number at the end of each line."""
    ends: dict[int, list[tuple[float, int]]] = {}
    for number, line in zip(numbers.tolist(), volumes.T[:, :until], strict=True):
        there = np.flatnonzero(line > 0)
        if there.size == 0:
            continue
        round_, place = divmod(number - 1, len(COLOURS))
        shown = np.where(line > 0, line, np.nan)
        axes.plot(months[:until], shown, marker="o", markersize=4, color=COLOURS[place],
                  linestyle=_STYLES[round_ % len(_STYLES)], linewidth=1.8)  # fmt: skip
        ends.setdefault(months[there[-1]], []).append((float(line[there[-1]]), number))
    for month, heights in ends.items():
        for height, number in _spread(heights, 0.045 * axes.get_ylim()[1]):
            axes.text(month + 0.7, height, str(number), fontsize=8, va="center")


def _spread(heights: list[tuple[float, int]], apart: float) -> list[tuple[float, int]]:
    """Move texts up where they would cover each other."""
    placed: list[tuple[float, int]] = []
    for height, number in sorted(heights):
        free = max(height, placed[-1][0] + apart) if placed else height
        placed.append((free, number))
    return placed


def _story(tracks: tracking.Tracks, index: int, numbering: str) -> str:
    """Say what happened since the visit before, in kept numbers."""
    if numbering == OWN:
        return "Each visit was numbered by itself, so a colour means nothing over time."
    if index == 0:
        return "The first visit gives the numbers."
    events = []
    for fate, before, after in tracks.changes[index - 1]:
        if fate != "stable":
            one, other = (", ".join(map(str, part)) for part in (before, after))
            events.append(f"{fate} {one if one == other or not other else f'{one} to {other}'}"
                          if one else f"{fate} {other}")  # fmt: skip
    return f"Since the visit before: {'; '.join(events) or 'nothing changed'}."
