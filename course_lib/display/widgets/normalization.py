"""Widgets of topic 02: windows, two patients, one bright lesion, a stretched scale, changes."""

import ipywidgets

from course_lib.display.ct_figures import draw_scale, draw_window
from course_lib.display.mr_figures import (
    AUGMENTATIONS,
    SCALES,
    draw_augmentations,
    draw_lesion,
    draw_patients,
)
from course_lib.display.panel import Choice, Number, panel
from course_lib.display.picture import Picture
from course_lib.imaging.windowing import window_limits

Shown = ipywidgets.Widget | Picture

_LAST_KNOTS = {
    "1000 HU, as the slide writes": 1000,
    "2000 HU, which gives the slide's 0.0105": 2000,
    "3071 HU, the end of the CT scale": 3071,
}


def compare_patients() -> Shown:
    """Show two patients from two scanners under one normalization after the other."""
    return panel(
        draw_patients, {"scale": Choice("Normalization", list(SCALES), next(iter(SCALES)))}
    )


def bright_lesion() -> Shown:
    """Show what one bright lesion does to four normalizations of the same brain."""
    return panel(
        draw_lesion,
        {
            "brightness": Number("Brightness, times white matter", 4.0, 1.0, 8.0, 0.5),
            "radius_mm": Number("Radius of the lesion in mm", 8, 0, 20, 1),
        },
    )


def window_level() -> Shown:
    """Show a real CT of a head in any window, with its histogram and the transfer curve."""
    return panel(
        _draw_window,
        {
            "center": Number("Centre in HU", 50, -1000, 2000, 10),
            "width": Number("Width in HU", 400, 10, 4100, 10),
        },
    )


def stretched_scale() -> Shown:
    """Show a piecewise stretched scale for CT, and the losses of slide 16 on it."""
    return panel(
        _draw_scale,
        {
            "soft_low": Number("Soft tissue from, in HU", -100, -300, -10, 10),
            "soft_high": Number("Soft tissue to, in HU", 100, 60, 300, 10),
            "soft_percent": Number("Its part of the scale in %", 60, 5, 95, 5),
            "last": Choice("Last knot", _LAST_KNOTS, 1000),
        },
    )


def augmentations() -> Shown:
    """Show one MR slice and four augmentations of it."""
    return panel(
        draw_augmentations,
        {
            "kind": Choice("Augmentation", list(AUGMENTATIONS), "gain and offset"),
            "seed": Number("Seed", 1, 0, 999, 1),
        },
    )


def _draw_window(center: int, width: int) -> Picture:
    """Draw the window with this centre and width."""
    return draw_window(*window_limits(center, width))


def _draw_scale(soft_low: int, soft_high: int, soft_percent: int, last: int) -> Picture:
    """Draw the scale; a part in per cent is easier to type than one in decimals."""
    return draw_scale(soft_low, soft_high, soft_percent / 100, last)
