"""Widgets of topic 01: slope and intercept, outlines, bytes, and PET with a slope per slice."""

import ipywidgets

from course_lib.display.outline_figures import REGIONS, draw_simplified
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.pet_figures import draw_pet
from course_lib.display.picture import Picture
from course_lib.display.storage_figures import IMAGES, TYPES, draw_bytes, draw_storage

Shown = ipywidgets.Widget | Picture


def slope_and_intercept() -> Shown:
    """Show a real CT stored in a type, with what does not fit and the error of rounding."""
    return panel(
        draw_storage,
        {
            "image": Choice("CT", IMAGES, IMAGES[1]),
            "limits": Choice("Type", TYPES, TYPES["8 bits, 0 to 255"]),
            "slope": Number("Slope in HU", 8.0, 0.05, 20.0, 0.05),
            "intercept": Number("Intercept in HU", -1024, -3000, 2000, 8),
            "outside": Choice("What does not fit", ["is clipped", "wraps around"], "is clipped"),
        },
    )


def outline_tolerance() -> Shown:
    """Show an outline that loses points as the tolerance grows, and count its bytes."""
    return panel(
        draw_simplified,
        {
            "region": Choice("Region", REGIONS, REGIONS[0]),
            "tolerance": Number("Tolerance in pixels", 2.0, 0.0, 20.0, 0.5),
            "show_points": Switch("Mark the points", True),
        },
    )


def bytes_of_a_ct() -> Shown:
    """Show what a real CT costs in bytes when air is made constant and values are rounded."""
    return panel(
        draw_bytes,
        {
            "image": Choice("CT", IMAGES, IMAGES[0]),
            "air": Number("Set to -1024 HU below, in HU", -2000, -2000, 0, 50),
            "step": Number("Round to multiples of, in HU", 1, 1, 64, 1),
        },
    )


def pet_slopes() -> Shown:
    """Show a made-up PET stored with one slope, and with a slope for each slice."""
    types = {"16 bits signed (int16)": "int16", "8 bits (uint8)": "uint8"}
    return panel(draw_pet, {"dtype": Choice("Type", types, "int16")})
