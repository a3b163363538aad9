"""Widgets of topic 10: a neuron, two that make a bump, training, weights, few patients."""

import ipywidgets

from course_lib.display.digit_figures import PICTURES, draw_weights
from course_lib.display.digit_networks import SIZES, STEP
from course_lib.display.neuron_figures import draw_bump, draw_neuron
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.training_figures import MOST_EPOCHS, draw_patients, draw_training
from course_lib.display.voxel_samples import GROUPS

Shown = ipywidgets.Widget | Picture


def one_neuron() -> Shown:
    """Show what a neuron says to two echoes, and which tissue it finds."""
    return panel(
        draw_neuron,
        {
            "wanted": Choice("Should find", list(GROUPS), "soft tissue"),
            "first_weight": Number("Weight of the first echo", 2.0, -10.0, 10.0, 0.5),
            "second_weight": Number("Weight of the second echo", 2.0, -10.0, 10.0, 0.5),
            "bias": Number("Bias", 1.0, -10.0, 10.0, 0.5),
            "added": Switch("Add the bias, as most libraries do"),
        },
    )


def bump() -> Shown:
    """Show two neurons with one threshold each, and a third that answers in between."""
    return panel(
        draw_bump,
        {
            "steepness": Number("Weight of the echo", 8, 0, 80, 2),
            "first_percent": Number("First threshold in %", 50, 0, 150, 5),
            "second_percent": Number("Second threshold in %", 100, 0, 150, 5),
        },
    )


def training() -> Shown:
    """Show a network learn to read digits, five epochs at a time."""
    return panel(
        draw_training,
        {
            "name": Choice("Network", list(SIZES), "64-16-10"),
            "rate": Choice("Rate", [0.01, 0.05, 0.1, 0.2, 0.5], 0.05),
            "epochs": Number("Epochs", 0, 0, MOST_EPOCHS, STEP, press="Train 5 more epochs"),
        },
    )


def weights() -> Shown:
    """Show the weights behind the pixels as pictures while they are learned."""
    small = [name for name, sizes in SIZES.items() if sizes[1:] in ((10,), (16, 10))]
    return panel(
        draw_weights,
        {
            "name": Choice("Network", small, small[0]),
            "epochs": Number("Epochs", 0, 0, MOST_EPOCHS, STEP, press="Train 5 more epochs"),
            "picture": Number("Unseen picture", 7, 0, PICTURES),
        },
    )


def few_patients() -> Shown:
    """Show what a network that learned from few patients makes of others."""
    return panel(
        draw_patients,
        {
            "patients": Choice("Patients to learn from", [1, 2, 4, 8, 16], 1),
            "each": Choice("Voxels", {"150 of each patient": 150, "2,400 in all": 0}, 150),
            "hidden": Choice("Hidden neurons", [2, 8, 16], 8),
            "early": Switch("Stop early: go back to the lowest error of the unseen patients"),
        },
    )
