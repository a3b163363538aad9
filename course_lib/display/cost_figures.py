"""Figures of what an optimiser sees: costs of a known misalignment, and at two resolutions."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from course_lib.display.figures import BLACK, BLUE, GREEN, ORANGE, VERMILION, new_figure
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, image_axes, plot_axes
from course_lib.display.registration_scans import (
    SPACING_MM,
    brain_error_mm,
    middle_mm,
    pair,
    two_colours,
)
from course_lib.imaging import rotations, transforms
from course_lib.imaging.pyramids import Level, coarsen
from course_lib.imaging.registration import register
from course_lib.imaging.sampling import Cost, sample_voxels
from course_lib.imaging.warping import warp

# Name: unit of the misalignment, its values, and the axis of the move (none for a turn).
MISALIGNMENTS = {
    "moved to the right": ("mm", np.arange(-60.0, 61.0, 3.0)),
    "moved down": ("mm", np.arange(-60.0, 61.0, 3.0)),
    "turned": ("degrees", np.arange(-90.0, 91.0, 5.0)),
}
LEVELS = {"2 mm only": (2.0,), "8, then 4, then 2 mm": (8.0, 4.0, 2.0)}
_COSTS: tuple[tuple[Cost, str, str, str], ...] = (
    ("ssd", "mean squared difference", BLUE, "-"),
    ("ncc", "minus correlation", ORANGE, "--"),
    ("mi", "minus mutual information", GREEN, "-."),
)
_SOME = 4000
_TURNS = np.arange(-90.0, 91.0, 2.0)


def draw_costs(name: str, misalignment: str) -> Picture:
    """Draw three costs of two scans against a misalignment that is known.

    Parameters
    ----------
    name : str
        One of `registration_scans.PAIRS`.
    misalignment : str
        A key of `MISALIGNMENTS`.

    Examples
    --------
    >>> draw_costs("MR and CT", "moved to the right").caption[:42]
    'Lowest: mean squared difference at 9 mm, m'
    """
    unit, values = MISALIGNMENTS[misalignment]
    curves, both = cost_curves(name, misalignment), pair(name)
    figure = fixed_figure(9.2, 3.2)
    window = (both.fixed.image, both.fixed.limits, both.moving.image, both.moving.limits)
    shown = two_colours(*window)
    image_axes(figure, (0.0, 0.02, 0.25, 0.86), shown, (0, 1), "Fixed orange, moving blue")
    axes = plot_axes(
        figure, (0.33, 0.16, 0.42, 0.72), title="Costs, each from its best to its worst",
        x_label=f"{misalignment}, in {unit}", y_label="cost", y_ticks=(0, 1),
        x_limits=(values[0], values[-1]), x_ticks=(values[0], values[0] / 2, 0, values[-1] / 2,
        values[-1]),
    )  # fmt: skip
    axes.axvline(0, color=BLACK, linewidth=0.8)
    lowest = []
    for kind, label, colour, line in _COSTS:
        costs = curves[kind]
        low = float(costs.min())
        heights = (costs - low) / (float(costs.max()) - low)
        place = values[int(np.argmin(costs))]
        axes.plot(values, heights, line, color=colour, linewidth=1.8, label=label)
        axes.plot([place], [0], "o", color=colour, markersize=6)
        lowest.append(f"{label} at {place:.0f} {unit}")
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    said = f"Lowest: {', '.join(lowest)}. The truth is at 0."
    alt = (
        f"Two scans that lie on each other ({name}), and three costs when the second one is "
        f"{misalignment} by a known amount, from {values[0]:.0f} to {values[-1]:.0f} {unit}. {said}"
    )
    return render(figure, alt, said)


@cache
def cost_curves(name: str, misalignment: str) -> dict[str, NDArray[np.float64]]:
    """Return three costs of a pair for each value of a misalignment.

    Parameters
    ----------
    name, misalignment : str
        As in `draw_costs`.

    Examples
    --------
    >>> cost_curves("MR and CT", "turned")["mi"].size
    37
    """
    both, (_, values) = pair(name), MISALIGNMENTS[misalignment]
    steps = np.full(2, SPACING_MM)
    sample = sample_voxels(Level(both.fixed.image, steps), Level(both.moving.image, steps), _SOME)
    pulls = [transforms.invert(misaligned(misalignment, value)) for value in values]
    return {kind: np.array([sample.cost(p, kind) for p in pulls]) for kind, *_ in _COSTS}


def misaligned(misalignment: str, value: float) -> NDArray[np.float64]:
    """Return the transform of a misalignment.

    Examples
    --------
    >>> misaligned("moved down", 6.0)[:2, 2]
    array([6., 0.])
    """
    if misalignment == "turned":
        return rotations.rotation(value, middle_mm())
    offset = [value, 0.0] if misalignment == "moved down" else [0.0, value]
    return transforms.translation(offset)


def draw_start(turn_deg: int, levels: str) -> Picture:
    """Draw where a registration by squared differences begins, where it ends, and why.

    Parameters
    ----------
    turn_deg : int
        How far the second scan is turned.
    levels : str
        A key of `LEVELS`.

    Examples
    --------
    >>> draw_start(75, "8, then 4, then 2 mm").caption[39:92]
    'The brain was 61.4 mm from its place and ends 0.0 mm '
    """
    both = pair("MR today, and MR of a year ago")
    motion = rotations.rotation(turn_deg, middle_mm())
    moving = warp(both.moving.image, motion, SPACING_MM, "linear")
    found = register(both.fixed.image, moving, SPACING_MM, "ssd", resolutions_mm=LEVELS[levels])
    after = warp(moving, found.transform, SPACING_MM, "linear")
    left = rotations.rigid_parameters(found.transform @ motion, middle_mm()).angles_deg[0]
    figure = fixed_figure(9.2, 3.2)
    for place, (title, image) in enumerate((("At the start", moving), ("At the end", after))):
        shown = two_colours(both.fixed.image, both.fixed.limits, image, both.moving.limits)
        image_axes(figure, (0.26 * place, 0.02, 0.25, 0.86), shown, (0, 1), title)
    axes = plot_axes(
        figure, (0.585, 0.16, 0.405, 0.72), title="Mean squared difference, from best to worst",
        x_label="turned, in degrees", x_limits=(-95, 95), x_ticks=(-90, -45, 0, 45, 90),
        y_ticks=(),
    )  # fmt: skip
    for mm, line, colour in ((2.0, "-", BLUE), (8.0, "--", ORANGE)):
        axes.plot(_TURNS, _cost_of_turns(mm), line, color=colour, label=f"at {mm:.0f} mm")
    level = LEVELS[levels][0]
    for angle, marker, label in ((turn_deg, "o", "start"), (left, "s", "end")):
        height = float(np.interp(angle, _TURNS, _cost_of_turns(level)))
        axes.plot([angle], [height], marker, color=VERMILION, markersize=8, label=label)
    axes.legend(fontsize=8, loc="lower right")
    was, now = brain_error_mm(np.eye(3), motion), brain_error_mm(found.transform, motion)
    said = (
        f"The brain was {was:.1f} mm from its place and ends {now:.1f} mm from it, after "
        f"{found.iterations} steps."
    )
    alt = (
        f"A head turned by {turn_deg} degrees, in blue, on the fixed one, in orange; both after "
        f"the registration at {levels}; and the squared difference of turned heads, which at 2 mm "
        f"has a narrow valley at 0 degrees and at 8 mm a wider one. {said}"
    )
    return render(figure, alt, f"Fixed orange, moving blue, both white. {said}")


@cache
def _cost_of_turns(resolution_mm: float) -> NDArray[np.float64]:
    """Return the squared difference of turned heads at one resolution, from 0 to 1."""
    both = pair("MR today, and MR of a year ago")
    levels = [coarsen(scan.image, SPACING_MM, resolution_mm) for scan in both]
    sample = sample_voxels(*levels, _SOME)
    pulls = [rotations.rotation(-turn, middle_mm()) for turn in _TURNS]
    costs = np.array([sample.cost(pull, "ssd") for pull in pulls])
    return (costs - costs.min()) / np.ptp(costs)


def draw_capture_range(
    starts_deg: Sequence[float], errors_mm: dict[str, Sequence[float]]
) -> Picture:
    """Draw how far from the truth registrations end, for each start.

    Parameters
    ----------
    starts_deg : sequence of float
        How far the head was turned.
    errors_mm : dict
        From the name of a method to one error for each start.

    Examples
    --------
    >>> draw_capture_range([0, 30], {"2 mm only": [0.1, 40.0]}).caption
    'Ends within 1 mm: 2 mm only 1 of 2 starts.'
    """
    figure = new_figure(7.5, 2.9)
    axes = figure.subplots()
    styles = zip((VERMILION, BLUE, GREEN), ("o--", "s-", "^:"), strict=True)
    counts = []
    for (name, errors), (colour, style) in zip(errors_mm.items(), styles, strict=False):
        axes.plot(starts_deg, errors, style, color=colour, label=name, markersize=5)
        near = int(np.count_nonzero(np.asarray(errors) < 1))
        counts.append(f"{name} {near} of {len(starts_deg)} starts")
    axes.set_xlabel("turn of the head at the start, in degrees")
    axes.set_ylabel("error at the end, in mm")
    axes.set_title("Where the local optimiser ends", fontsize=10)
    axes.legend(fontsize=8)
    said = f"Ends within 1 mm: {'; '.join(counts)}."
    alt = (
        f"The error at the end against the turn at the start, from {min(starts_deg):.0f} to "
        f"{max(starts_deg):.0f} degrees. {said}"
    )
    return render(figure, alt, said)
