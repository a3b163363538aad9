"""Widgets of topic 05: alignment by hand, order, costs, where a search begins, a moving patient."""

import ipywidgets

from course_lib.display.cost_figures import LEVELS, MISALIGNMENTS, draw_costs, draw_start
from course_lib.display.motion_figures import WAYS, draw_motion
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.registration_figures import (
    CENTERS,
    COSTS,
    VIEWS,
    draw_by_hand,
    draw_order,
)
from course_lib.display.registration_scans import PAIRS

Shown = ipywidgets.Widget | Picture


def align_by_hand() -> Shown:
    """Let two scans be laid on each other by hand, while their cost is shown."""
    return panel(
        draw_by_hand,
        {
            "name": Choice("Scans", PAIRS, PAIRS[0]),
            "view": Choice("View", VIEWS, VIEWS[0]),
            "cost": Choice("Cost", list(COSTS), next(iter(COSTS))),
            "down_mm": Number("Move down, in mm", 0, -40, 40, 1),
            "right_mm": Number("Move to the right, in mm", 0, -40, 40, 1),
            "turn_deg": Number("Turn, in degrees", 0, -45, 45, 1),
            "reveal": Switch("Tell how far the brain is from its place"),
        },
    )


def order_of_transforms() -> Shown:
    """Show a head that is turned and then moved, beside one that is moved and then turned."""
    return panel(
        draw_order,
        {
            "turn_deg": Number("Turn, in degrees", 30, -90, 90, 5),
            "down_mm": Number("Move down, in mm", 0, -60, 60, 5),
            "right_mm": Number("Move to the right, in mm", 40, -60, 60, 5),
            "center": Choice("Turn about the", CENTERS, CENTERS[0]),
        },
    )


def costs_of_misalignment() -> Shown:
    """Show three costs of two scans against a known misalignment."""
    return panel(
        draw_costs,
        {
            "name": Choice("Scans", PAIRS, PAIRS[0]),
            "misalignment": Choice("Second scan", list(MISALIGNMENTS), next(iter(MISALIGNMENTS))),
        },
    )


def where_to_start() -> Shown:
    """Show where a registration ends that begins with a turned head, with and without pyramid."""
    return panel(
        draw_start,
        {
            "turn_deg": Number("Turn, in degrees", 30, -90, 90, 5),
            "levels": Choice("Resolutions", list(LEVELS), next(iter(LEVELS))),
        },
    )


def moving_patient() -> Shown:
    """Show PET of a patient who moves, averaged as it is and moved back first."""
    return panel(
        draw_motion,
        {
            "count": Number("Frames", 4, 2, 6, 1),
            "step_mm": Number("Slide per frame, in mm", 3.0, 0.0, 8.0, 0.5),
            "way": Choice("The patient moves", WAYS, WAYS[0]),
        },
    )
