"""Widgets of topic 12: the energy of a circle, the contour as a film, mu against noise."""

import ipywidgets

from course_lib.display.contour_figures import draw_film, draw_noise, draw_terms
from course_lib.display.contour_scans import FILM_STEPS, IMAGES, SHARES, STARTS
from course_lib.display.panel import Choice, Number, panel
from course_lib.display.picture import Picture

Shown = ipywidgets.Widget | Picture
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # of the length


def energy_terms() -> Shown:
    """Show the terms of the energy for a circle anywhere on the image."""
    return panel(
        draw_terms,
        {
            "row": Number("Row of the centre", 60, 0, 120, 1),
            "column": Number("Column of the centre", 63, 0, 126, 1),
            "radius": Number("Radius in pixels", 20, 4, 80, 1),
            "mu": Choice("Weight mu of the length", (0.0, 0.1, 1.0, 3.0), 0.1),
        },
    )


def moving_contour() -> Shown:
    """Show a contour step by step, from any start, with its energy."""
    return panel(
        draw_film,
        {
            "step": Number("Step", 10, 0, FILM_STEPS, 1),
            "start": Choice("Start", list(STARTS), next(iter(STARTS))),
            "image": Choice("PET", IMAGES, IMAGES[0]),
        },
    )


def mu_and_noise() -> Shown:
    """Show what the weight of the length does to noise."""
    return panel(
        draw_noise,
        {
            "mu": Choice("Weight mu of the length", WEIGHTS, 0.1),
            "share": Choice("Scan", list(SHARES), "1/16 of the time"),
        },
    )
