"""Widgets of topic 11: Procrustes steps, modes, a pulled landmark, the search, votes on voids."""

import ipywidgets

from course_lib.display.mode_figures import draw_modes, draw_pulled
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.search_figures import CUT_OFF, LAST_STEP, PATIENTS, draw_search
from course_lib.display.shape_figures import STEPS, draw_procrustes
from course_lib.display.shape_scene import NAMES, PEOPLE
from course_lib.display.void_figures import SOURCES, draw_void_map, draw_votes

Shown = ipywidgets.Widget | Picture


def procrustes_steps() -> Shown:
    """Show the landmarks of seven patients while place, size and turn are taken off."""
    return panel(
        draw_procrustes,
        {
            "step": Choice("Step", STEPS, STEPS[0]),
            "person": Number("Patient in blue", 1, 1, PEOPLE),
        },
    )


def modes() -> Shown:
    """Show the head that some weights of three modes make."""
    return panel(
        draw_modes,
        {
            "first": Number("Mode 1, in sd", 0.0, -6.0, 6.0, 0.5),
            "second": Number("Mode 2, in sd", 0.0, -6.0, 6.0, 0.5),
            "third": Number("Mode 3, in sd", 0.0, -6.0, 6.0, 0.5),
        },
    )


def pulled_landmark() -> Shown:
    """Show what is left of a pull at one landmark when the shape has to stay legal."""
    return panel(
        draw_pulled,
        {
            "landmark": Choice("Landmark", NAMES, "chin"),
            "down_mm": Number("Pull down, in mm", 30, -60, 60, 5),
            "back_mm": Number("Pull back, in mm", 0, -60, 60, 5),
            "limit": Number("Limit, in sd", 3.0, 0.0, 5.0, 0.5),
        },
    )


def search_film() -> Shown:
    """Show the search for the landmarks of a new patient, step by step."""
    names = (*PATIENTS, CUT_OFF)
    return panel(
        draw_search,
        {
            "name": Choice("Patient", names, PATIENTS[4]),
            "step": Number("Step", 0, 0, LAST_STEP, press="Next step"),
            "wanted": Switch("Show where the image wants each landmark to go", True),
            "truth": Switch("Show the truth"),
        },
    )


def votes_of_a_pixel() -> Shown:
    """Show who votes on one pixel, and the two majorities."""
    return panel(
        draw_votes,
        {
            "name": Choice("Patient", PATIENTS, PATIENTS[4]),
            "source": Choice("Landmarks", SOURCES, SOURCES[0]),
            "down_mm": Number("Pixel: from the top, in mm", 178, 0, 240, 2),
            "back_mm": Number("Pixel: from the left, in mm", 48, 0, 250, 2),
        },
    )


def voids_of_a_patient() -> Shown:
    """Show what all void pixels of a patient are taken for, and where that is wrong."""
    return panel(
        draw_void_map,
        {
            "name": Choice("Patient", (*PATIENTS, CUT_OFF), PATIENTS[4]),
            "source": Choice("Landmarks", SOURCES, SOURCES[1]),
            "neighbors": Number("Neighbours", 5, 1, 25, 2),
        },
    )
