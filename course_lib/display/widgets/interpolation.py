"""Widgets of topic 04: a point between pixels, thick slices, invented labels, measured volume."""

import ipywidgets

from course_lib.display.grid_figures import GRIDS, draw_point
from course_lib.display.label_figures import HEIGHTS_MM, draw_damage
from course_lib.display.panel import Choice, Number, panel
from course_lib.display.picture import Picture
from course_lib.display.slice_figures import draw_measured_volume, draw_thick_slices

Shown = ipywidgets.Widget | Picture

_METHODS = {"nearest neighbour": "nearest", "linear": "linear"}
_THICKNESSES = {f"{mm:g} mm": mm for mm in (0.6, 1.0, 1.6, 2.0, 3.0, 4.4, 6.0, 8.0, 10.0)}


def point_between_pixels() -> Shown:
    """Show a point in mm, its index, and the weights of the four pixels around it."""
    return panel(
        draw_point,
        {
            "spacing": Choice("Grid", GRIDS, (4.4, 2.0)),
            "row_mm": Number("Down, in mm", 7.5, 0.0, 16.0, 0.25),
            "column_mm": Number("To the right, in mm", 9.0, 0.0, 20.0, 0.25),
        },
    )


def thick_slices() -> Shown:
    """Show a coronal image made from thick axial slices by either interpolation."""
    return panel(
        draw_thick_slices,
        {
            "thickness_mm": Number("Slices in mm", 4, 1, 12, 1),
            "method": Choice("Interpolation", _METHODS, "nearest"),
        },
    )


def invented_labels() -> Shown:
    """Show the tissues of a head on another grid, and those that are not there."""
    return panel(
        draw_damage,
        {
            "height_mm": Choice("Slice", HEIGHTS_MM, 10.0),
            "new_mm": Number("New pixels in mm", 1.25, 0.5, 4.5, 0.25),
            "method": Choice("Interpolation", _METHODS, "linear"),
        },
    )


def measured_volume() -> Shown:
    """Show what volume of a round lesion is measured in slices, wherever they lie."""
    return panel(
        draw_measured_volume,
        {
            "radius_mm": Number("Radius of the lesion in mm", 4.0, 0.5, 10.5, 0.5),
            "thickness_mm": Choice("Thickness of the slices", _THICKNESSES, 4.4),
            "offset_percent": Number("Between two slices, in %", 0, 0, 100, 5),
        },
    )
