"""Figures of a patient who moves while PET is measured, with and without the way back."""

from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.display.figures import BLACK, BLUE, SKY, VERMILION
from course_lib.display.picture import Picture, render
from course_lib.display.plots import fixed_figure, grey_bar, image_axes, plot_axes
from course_lib.display.registration_scans import SPACING_MM, head_slice, middle_mm
from course_lib.imaging import rotations, transforms
from course_lib.imaging.motion_compensation import mean_in_place
from course_lib.imaging.warping import warp

Image = NDArray[np.floating]
WAYS = ("between two frames only", "all the time")
LESION_MM = (136.0, 140.0)
_ADDED, _RADIUS_MM, _BLUR_MM = 14.0, 5.0, 5.0
_LIMITS, _NOISE = (0, 24), 1.0
_PARTS = 3  # positions within a frame of a patient who moves all the time


class MovingScan(NamedTuple):
    """PET of a moving patient: what it should show, the frames, and the motion of each."""

    truth: Image
    frames: list[Image]
    motions: list[NDArray[np.float64]]


@cache
def still_pet() -> Image:
    """Return PET of a patient who lies still, with one hot lesion, in kBq/mL.

    Examples
    --------
    >>> 20 < float(still_pet().max()) < 30
    True
    """
    plane = head_slice()
    points = SPACING_MM * np.moveaxis(np.indices(plane.pet.shape), 0, -1)
    lesion = np.linalg.norm(points - LESION_MM, axis=-1) <= _RADIUS_MM
    added = _ADDED * ndimage.gaussian_filter(lesion.astype(float), _BLUR_MM / 2.355 / SPACING_MM)
    return (plane.pet + added).astype(np.float32)


@cache
def moving_scan(count: int, step_mm: float, always: bool = False) -> MovingScan:
    """Make PET frames of a patient who slides and turns from frame to frame.

    Parameters
    ----------
    count : int
        Frames.
    step_mm : float
        How far the head slides from one frame to the next; it also turns by 0.8 degrees for each
        mm, back and forth.
    always : bool
        Whether it slides all the time, and not only between two frames.

    Examples
    --------
    >>> len(moving_scan(4, 3.0).frames)
    4
    """
    rng, truth = np.random.default_rng(8), still_pet()
    noise = [rng.normal(0, _NOISE, truth.shape) for _ in range(count)]
    motions = [_motion(number, step_mm) for number in range(count)]
    frames = []
    for number in range(count):
        within = np.linspace(-0.5, 0.5, _PARTS) if always else [0.0]
        parts = [
            warp(truth, _motion(number + part, step_mm), SPACING_MM, "linear") for part in within
        ]
        frames.append(np.mean(parts, axis=0) + noise[number])
    return MovingScan(truth, frames, motions)


def _motion(time: float, step_mm: float) -> NDArray[np.float64]:
    """Return where the head is at a time, in frames since the start."""
    turn = 0.8 * step_mm * np.sin(1.3 * time)
    return rotations.rigid(turn, [0.5 * step_mm * time, step_mm * time], middle_mm())


def lesion_value(image: Image) -> float:
    """Return the largest value near the lesion, in kBq/mL: what a report would call its maximum.

    Examples
    --------
    >>> lesion_value(still_pet()) > 15
    True
    """
    row, column = (round(place / SPACING_MM) for place in LESION_MM)
    near = image[row - 3 : row + 4, column - 3 : column + 4]
    return float(near.max())


def draw_motion(count: int, step_mm: float, way: str) -> Picture:
    """Draw the mean of PET frames of a moving patient, as they are and moved back.

    Parameters
    ----------
    count : int
        Frames.
    step_mm : float
        How far the head slides from one frame to the next.
    way : str
        One of `WAYS`: when it moves.

    Examples
    --------
    >>> draw_motion(4, 0.0, "between two frames only").alt[:47]
    'Three PET slices of a head with a hot lesion. T'
    """
    scan = moving_scan(count, step_mm, way == WAYS[1])
    blurred = np.mean(scan.frames, axis=0)
    back = mean_in_place(scan.frames, [transforms.invert(m) for m in scan.motions], SPACING_MM)
    figure = fixed_figure(9.2, 3.2)
    images = {"Lying still": scan.truth, "Mean of the frames": blurred, "Moved back first": back}
    for place, (title, image) in enumerate(images.items()):
        axes = image_axes(figure, (0.205 * place, 0.02, 0.2, 0.86), image, _LIMITS, title)
        _ring(axes)
    grey_bar(figure, (0.62, 0.15, 0.012, 0.6), _LIMITS, "kBq/mL")
    axes = plot_axes(
        figure, (0.745, 0.17, 0.25, 0.71), title="Through the lesion",
        x_label="from the lesion, in mm", x_limits=(-30, 30), x_ticks=(-20, 0, 20),
        y_limits=(0, 36), y_ticks=(0, 10, 20, 30),
    )  # fmt: skip
    row, column = (round(place / SPACING_MM) for place in LESION_MM)
    across = SPACING_MM * (np.arange(scan.truth.shape[1]) - column)
    styles = zip(images.values(), ((BLACK, ":"), (VERMILION, "--"), (BLUE, "-")), strict=True)
    for image, (colour, line) in styles:
        axes.plot(across, image[row], line, color=colour, linewidth=1.6)
    axes.legend(["still", "as it is", "moved back"], fontsize=8, loc="upper right")
    values = [lesion_value(image) for image in images.values()]
    said = (
        f"Maximum of the lesion: lying still {values[0]:.1f}, mean of the frames {values[1]:.1f}, "
        f"moved back first {values[2]:.1f} kBq/mL. The head slid by "
        f"{np.hypot(1, 0.5) * step_mm * (count - 1):.0f} mm in all."
    )
    alt = (
        "Three PET slices of a head with a hot lesion. The patient lies still; moves, and all "
        f"{count} frames are averaged as they are; moves, and each frame is moved back first. "
        f"Beside them the values along a row through the lesion. {said}"
    )
    return render(figure, alt, said)


def _ring(axes: Axes) -> None:
    """Draw a ring around the lesion."""
    row, column = (place / SPACING_MM for place in LESION_MM)
    axes.plot([column], [row], "o", markersize=16, markerfacecolor="none", markeredgecolor=SKY)
