"""Figures of label images: the tissues of the head, and those that interpolation invents."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.display.figures import BLUE, GREEN, PURPLE, SKY, VERMILION, YELLOW
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure
from course_lib.imaging import resampling

# Each tissue differs from the others in lightness as well as in hue.
_PAINTS = np.array(
    [
        to_rgb(colour)
        for colour in (
            "#000000", "#4D4D4D", VERMILION, YELLOW, "#FFFFFF", "#CFCFCF", BLUE, SKY, GREEN,
        )
    ]
)  # fmt: skip
_NO_LABEL = len(_PAINTS)  # and whatever is above
_PAINTS = np.rint(255 * np.vstack([_PAINTS, to_rgb(PURPLE)])).astype(np.uint8)
_NAMES = [tissue.name for tissue in phantom.TISSUES]
HEIGHTS_MM = {"eyes and skull base": -30.0, "middle of the brain": 10.0, "top of the head": 50.0}
SPACING_MM = 2.0


def draw_damage(height_mm: float, new_mm: float, method: resampling.Method) -> Picture:
    """Draw the tissues of a slice on another grid, and the voxels whose tissue was invented.

    Parameters
    ----------
    height_mm : float
        Of the axial slice in mm of the head.
    new_mm : float
        New distance of the pixels, at most half a pixel more or less over the whole image, so
        that both grids fill the same box.
    method : {"nearest", "linear"}
        Linear is rounded to whole labels.

    Raises
    ------
    ValueError
        If the method is another one.

    Examples
    --------
    >>> draw_damage(10.0, 1.3, "nearest").caption
    'nearest neighbour: 0 of 29055 pixels were invented.'
    """
    labels = _slice(height_mm)
    shape = tuple(int(n) for n in np.rint(np.array(labels.shape) * SPACING_MM / new_mm))
    new = np.rint(resampling.resize(labels, shape, method)).astype(np.uint8)
    invented = resampling.invented_voxels(labels, new)
    name = "nearest neighbour" if method == "nearest" else method
    figure = fixed_figure(9.0, 3.9)
    draw_tissues(figure, (0.0, 0.02, 0.26, 0.87), labels, f"Labels, {SPACING_MM:g} mm")
    draw_tissues(figure, (0.265, 0.02, 0.26, 0.87), new, f"{name}, {new_mm:g} mm")
    only = np.where(invented, new, 0)
    draw_tissues(figure, (0.53, 0.02, 0.26, 0.87), only, "Invented pixels only")
    tissue_bar(figure, (0.80, 0.05, 0.018, 0.8))
    counts = np.bincount(new[invented], minlength=len(_NAMES))
    worst = [f"{counts[i]} {_NAMES[i]}" for i in np.argsort(-counts)[:3] if counts[i]]
    said = f"{name}: {invented.sum()} of {new.size} pixels were invented" + (
        f", among them {', '.join(worst)}." if worst else "."
    )
    alt = (
        f"An axial slice of the head as nine tissues in colours, with pixels of {SPACING_MM:g} mm; "
        f"the same on pixels of {new_mm:g} mm by {name} interpolation; and only the pixels whose "
        f"tissue none of the pixels around them has. {said}"
    )
    if worst:
        alt += " They lie as thin lines along the borders of tissues."
    return render(figure, alt, said)


def tissue_row(
    images: Sequence[NDArray], titles: Sequence[str], alt: str, caption: str = ""
) -> Picture:
    """Draw label images of the head side by side, with the names of the tissues.

    Parameters
    ----------
    images : sequence of (Y, X) integer arrays
        Labels of `phantom.TISSUES`, of one shape; larger numbers are no label and are purple.
    titles : sequence of str
        One above each image.
    alt, caption : str
        Texts of the picture.

    Raises
    ------
    ValueError
        If there is nothing to draw, or not one title for each image.

    Examples
    --------
    >>> tissue_row([np.eye(9, dtype=int)], ["Ones"], alt="A diagonal.")
    Picture: A diagonal.
    """
    if not images or len(images) != len(titles):
        raise ValueError(f"There are {len(images)} images and {len(titles)} titles.")
    rows, columns = images[0].shape
    tall = min(3.4, 7.0 / len(images) * rows / columns)
    wide, high = tall * columns / rows, tall + 0.35
    width = (wide + 0.08) * len(images) + 1.75
    figure = fixed_figure(width, high)
    for i, (image, title) in enumerate(zip(images, titles, strict=True)):
        left = i * (wide + 0.08) / width
        draw_tissues(figure, (left, 0, wide / width, tall / high), image, title)
    tissue_bar(figure, (1 - 1.65 / width, 0.02, 0.14 / width, tall / high - 0.04))
    return render(figure, alt, caption)


def draw_tissues(
    figure: Figure, box: tuple[float, float, float, float], labels: NDArray, title: str
) -> Axes:
    """Draw a label image of the head into a box.

    Parameters
    ----------
    figure : Figure
        From `plots.fixed_figure`.
    box : tuple of float
        Left, bottom, width and height as parts of the figure.
    labels : (Y, X) integer array
        Labels of `phantom.TISSUES`; larger numbers are no label and are purple.
    title : str
        Above the image.

    Examples
    --------
    >>> draw_tissues(fixed_figure(2, 2), (0, 0, 1, 1), np.eye(3, dtype=int), "Two").get_title()
    'Two'
    """
    axes = figure.add_axes(box)
    axes.imshow(_PAINTS[np.minimum(labels, _NO_LABEL)], interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title, fontsize=10, y=1.01)
    return axes


def tissue_bar(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Draw the colours of the tissues with their names.

    Parameters
    ----------
    figure : Figure
        From `plots.fixed_figure`.
    box : tuple of float
        Tall and narrow; the names need room on the right.

    Examples
    --------
    >>> len(tissue_bar(fixed_figure(2, 3), (0.1, 0.1, 0.1, 0.8)).get_yticks())
    9
    """
    axes = figure.add_axes(box)
    axes.imshow(
        _PAINTS[:_NO_LABEL, np.newaxis], aspect="auto", origin="lower", interpolation="nearest"
    )
    axes.set_xticks([])
    axes.set_yticks(range(len(_NAMES)), [f"{i} {name}" for i, name in enumerate(_NAMES)])
    axes.yaxis.tick_right()
    axes.tick_params(labelsize=8)
    return axes


@cache
def _slice(height_mm: float) -> NDArray[np.uint8]:
    """Return the labels of an axial slice."""
    return phantom.head().plane("axial", height_mm).labels
