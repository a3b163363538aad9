"""Widgets of topic 07: the callosal angle, thresholds, a shifted visit, and a film of lesions."""

import ipywidgets

from course_lib.display.detection_figures import MASKS, SPACINGS_MM, STEPS, TRUTH, draw_callosal
from course_lib.display.lesion_figures import draw_shifted, draw_threshold
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.tracking_figures import NUMBERINGS, OWN, draw_film

Shown = ipywidgets.Widget | Picture


def callosal_angle() -> Shown:
    """Show the four steps to the callosal angle, on a slice whose angle is known."""
    sizes = {f"{spacing:g} mm": spacing for spacing in SPACINGS_MM}
    return panel(
        draw_callosal,
        {
            "step": Choice("Step", list(STEPS), STEPS[0]),
            "degrees": Number("Painted angle in degrees", 80, 40, 150, 5),
            "spacing_mm": Choice("Size of the pixels", sizes, 1.0),
            "mask": Choice("Tissue from", list(MASKS), TRUTH),
        },
    )


def lesion_threshold() -> Shown:
    """Show what a threshold finds at one visit, with and without an even brightness."""
    return panel(
        draw_threshold,
        {
            "visit": Number("Visit", 2, 1, 7, 1),
            "threshold": Number("Threshold, in parts of the mean", 1.4, 1.0, 1.8, 0.05),
            "flattened": Switch("Divide by the local mean first"),
            "least_ml": Number("Smallest volume that counts, in ml", 0.05, 0.0, 0.5, 0.05),
        },
    )


def shifted_visit() -> Shown:
    """Show what seems to become of lesions when the second visit does not lie on the first."""
    return panel(
        draw_shifted,
        {
            "shift_mm": Number("Second visit moved by, in mm", 6, -12, 12, 2),
            "least_share": Number("Least share of overlap", 0.1, 0.0, 1.0, 0.1),
        },
    )


def lesion_film() -> Shown:
    """Show lesions over seven visits in the colours of their numbers."""
    return panel(
        draw_film,
        {
            "visit": Number("Visit", 5, 1, 7, 1),
            "numbering": Choice("Numbers", list(NUMBERINGS), OWN),
            "moved": Switch("Visits not registered"),
        },
    )
