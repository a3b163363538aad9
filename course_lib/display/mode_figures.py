"""Figures of a shape model: modes as a head that changes, and a landmark that is pulled."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import RBFInterpolator

from course_lib.display import shape_scene as scene
from course_lib.display.figures import BLACK, BLUE, GREEN, ORANGE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import Box, fixed_figure, image_axes, plot_axes
from course_lib.display.shape_figures import GREY, draw_lines, shape_axes
from course_lib.imaging.shape_models import generate_shape
from course_lib.imaging.shape_search import fit_to_points

_FAR = 6.0  # standard deviations, for the axis of the weights


def draw_modes(first: float, second: float, third: float) -> Picture:
    """Draw the shape of some weights of three modes, and a head that was warped to it.

    Parameters
    ----------
    first, second, third : float
        In standard deviations.

    Examples
    --------
    >>> draw_modes(3.0, 0.0, 0.0).caption[:44]
    'Moved most: lower lip by 14 mm, upper lip by'
    """
    model = scene.model()
    deviations = np.array([first, second, third])
    shape = generate_shape(model.mean, model.modes, deviations * np.sqrt(model.variances))
    figure = fixed_figure(9.2, 4.0)
    image_axes(
        figure,
        (0.0, 0.02, 0.4, 0.88),
        _warped_head(shape),
        (0, 1000),
        "MR (0 to 1000 a.u.), warped",
    )
    axes = shape_axes(figure, (0.41, 0.02, 0.39, 0.88), "Mean grey, this shape blue")
    draw_lines(axes, model.mean, GREY, 1.2)
    draw_lines(axes, shape, BLUE, 1.8)
    axes.plot(*shape.T[::-1], "o", color=BLUE, markersize=4)
    _draw_weights(figure, (0.86, 0.15, 0.12, 0.73), deviations)
    moved = np.linalg.norm(shape - model.mean, axis=1)
    order = moved.argsort()[::-1][:3]
    most = ", ".join(f"{scene.NAMES[number]} by {moved[number]:.0f} mm" for number in order)
    worst = float(np.abs(deviations).max())
    legal = "" if worst <= 3 else f" No patient looks so: {worst:g} standard deviations."
    said = f"Moved most: {most}.{legal}" if worst > 0 else "All weights are 0: the mean shape."
    alt = (
        f"A head, warped so that its landmarks lie {first:g}, {second:g} and {third:g} standard "
        "deviations along modes 1, 2 and 3, in MR from 0 to 1000 a.u.; the landmarks, joined by "
        f"lines, over those of the mean shape; and the three weights as bars. {said}"
    )
    return render(figure, alt, said)


def draw_pulled(landmark: str, down_mm: int, back_mm: int, limit: float) -> Picture:
    """Draw the mean shape with one landmark pulled away, and the nearest legal shape.

    Parameters
    ----------
    landmark : str
        One of `shape_scene.NAMES`.
    down_mm, back_mm : int
        Where it is pulled.
    limit : float
        Of each mode, in standard deviations.

    Examples
    --------
    >>> draw_pulled("chin", 30, 0, 3.0).caption[:53]
    'Pulled by 30 mm; the legal shape follows by 14 mm. At'
    """
    model, number = scene.model(), scene.NAMES.index(landmark)
    wanted = model.mean.copy()
    wanted[number] += (down_mm, back_mm)
    free = fit_to_points(wanted, model, 99.0).weights / np.sqrt(model.variances)
    fitted = fit_to_points(wanted, model, limit)
    legal = fitted.points_mm
    figure = fixed_figure(9.2, 4.0)
    axes = shape_axes(figure, (0.03, 0.02, 0.55, 0.88), "Mean grey, wanted crosses, legal blue")
    draw_lines(axes, model.mean, GREY, 1.2)
    draw_lines(axes, legal, BLUE, 1.8)
    axes.plot(*legal.T[::-1], "o", color=BLUE, markersize=4)
    for place, start in zip(legal, wanted, strict=True):
        axes.plot((start[1], place[1]), (start[0], place[0]), "-", color=VERMILION, linewidth=0.8)
    axes.plot(*wanted.T[::-1], "x", color=VERMILION, markersize=5)
    bars = _draw_weights(
        figure, (0.72, 0.15, 0.25, 0.73), fitted.weights / np.sqrt(model.variances)
    )
    bars.plot(np.arange(3), free.clip(-_FAR, _FAR), "x", color=VERMILION, markersize=8)
    bars.axhline(limit, color=BLACK, linewidth=0.8, linestyle="--")
    bars.axhline(-limit, color=BLACK, linewidth=0.8, linestyle="--")
    pulled = float(np.hypot(down_mm, back_mm))
    follows = float(np.linalg.norm(legal[number] - model.mean[number]))
    held = int(np.count_nonzero(np.abs(free) > limit))
    said = (
        f"Pulled by {pulled:.0f} mm; the legal shape follows by {follows:.0f} mm. At its limit: "
        f"{held} of 3 modes."
    )
    weights = ", ".join(f"{weight:.1f}" for weight in free)
    alt = (
        f"The mean shape with the landmark {landmark!r} pulled {down_mm} mm down and {back_mm} mm "
        f"back, and the nearest legal shape. The weights of the three modes without a limit are "
        f"{weights} standard deviations; the limit is {limit:g}. {said}"
    )
    return render(figure, alt, said)


def draw_mode_variances(names: list[str], variances: list[NDArray[np.float64]]) -> Picture:
    """Draw the variance of each mode for some ways to place the landmarks.

    Parameters
    ----------
    names : list of str
        One for each way.
    variances : list of arrays
        In square mm.

    Examples
    --------
    >>> draw_mode_variances(["exact", "hasty"], [np.array([9.0, 4]), np.array([9.0, 5])]).caption
    'Share of the first three modes: exact 100 %, hasty 100 %.'
    """
    figure = fixed_figure(7.5, 2.9)
    axes = plot_axes(
        figure, (0.1, 0.17, 0.86, 0.7), title="Variance of each mode", x_label="mode",
        y_label="variance, in square mm", x_ticks=range(1, 1 + max(map(len, variances))),
    )  # fmt: skip
    width = 0.8 / len(names)
    for place, (name, values) in enumerate(zip(names, variances, strict=True)):
        at = np.arange(len(values)) + 1 - 0.4 + (place + 0.5) * width
        colour = (BLUE, ORANGE, GREEN, SKY)[place % 4]
        axes.bar(
            at, values, width, color=colour, label=name, hatch=("", "//", "..", "xx")[place % 4]
        )
    axes.legend(fontsize=8)
    shares = [100 * values[:3].sum() / values.sum() for values in variances]
    listed = ", ".join(f"{name} {share:.0f} %" for name, share in zip(names, shares, strict=True))
    said = f"Share of the first three modes: {listed}."
    return render(figure, f"Bars of the variance along each mode. {said}", said)


def _draw_weights(figure: Figure, box: Box, deviations: NDArray[np.float64]) -> Axes:
    """Draw weights as bars, in standard deviations, with the legal range."""
    axes = plot_axes(
        figure, box, title="Weights", y_label="standard deviations", x_limits=(-0.6, 2.6),
        y_limits=(-_FAR - 0.3, _FAR + 0.3), x_ticks=range(3), y_ticks=(-6, -3, 0, 3, 6),
    )  # fmt: skip
    axes.set_xticklabels(("1", "2", "3"))
    axes.set_xlabel("mode", fontsize=9)
    axes.axhspan(-3, 3, color="0.92")
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.bar(range(3), deviations, 0.6, color=BLUE)
    return axes


def _warped_head(shape: NDArray[np.float64]) -> NDArray[np.floating]:
    """Warp the MR slice of the first patient so that its landmarks take a shape."""
    person = scene.known_people()[0]
    own = scene.landmarks_mm(person)
    placed = shape + own.mean(axis=0)
    rows, columns = (np.arange(0.0, count, 1.0) for count in person.t1.shape)
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1) * person.spacing_mm
    coarse = grid[::4, ::4]
    back = RBFInterpolator(placed, own, kernel="thin_plate_spline")(coarse.reshape(-1, 2))
    back = back.reshape(coarse.shape) / person.spacing_mm
    fine = [
        ndimage.map_coordinates(
            back[..., axis], np.indices(person.t1.shape) / 4, order=1, mode="nearest"
        )
        for axis in (0, 1)
    ]
    return ndimage.map_coordinates(person.t1.astype(np.float32), fine, order=1, mode="constant")
