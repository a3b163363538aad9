"""Widgets of topic 03: the corner of air, R2* at the noise floor, and two maps made from MR."""

import ipywidgets

from course_lib.display.map_figures import HEIGHTS, draw_maps
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.ute_figures import SLICES, draw_air, draw_decay

Shown = ipywidgets.Widget | Picture


def air_corner() -> Shown:
    """Show the joint histogram with two thresholds, the mask of air, and its Dice."""
    return panel(
        draw_air,
        {
            "first_threshold": Number("First echo below, in a.u.", 1500, 0, 3000, 50),
            "second_threshold": Number("Second echo below, in a.u.", 1500, 0, 3000, 50),
            "vote": Switch("Let the neighbours of each voxel vote", False),
            "place": Choice("Slice", list(SLICES), next(iter(SLICES))),
        },
    )


def decay_and_noise() -> Shown:
    """Show which R2* is measured for a true one, with noise and a second echo of any time."""
    return panel(
        draw_decay,
        {
            "second_echo_ms": Number("Second echo time in ms", 2.46, 0.16, 3.96, 0.1),
            "snr": Number("Full signal over noise", 16, 4, 200, 4),
            "floor": Number("Floor in noise levels", 1.0, 0.25, 4.0, 0.25),
        },
    )


def two_maps() -> Shown:
    """Show both maps, their PET, and their differences from the CT's for any threshold."""
    degrees = {"a constant": 0, "a line": 1, "a curve of degree 3": 3}
    return panel(
        draw_maps,
        {
            "threshold": Number("Bone from R2* in 1/s", 100, 60, 300, 20),
            "height": Choice("Slice", list(HEIGHTS), "brain"),
            "degree": Choice("HU in bone follow", degrees, 3),
        },
    )
