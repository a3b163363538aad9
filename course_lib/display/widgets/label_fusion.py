"""Widgets of topic 06: local similarity, fusion by rank, bad atlases, and votes on labels."""

import ipywidgets

from course_lib.display.atlas_scene import ATLASES, SLICES
from course_lib.display.fusion_figures import (
    DECAY,
    FAULTS,
    SIZE,
    draw_bad_atlases,
    draw_fusion,
    draw_similarity,
)
from course_lib.display.panel import Choice, Number, panel
from course_lib.display.picture import Picture
from course_lib.display.vote_figures import RULES, draw_votes

Shown = ipywidgets.Widget | Picture


def local_similarity() -> Shown:
    """Show where an atlas looks like the patient, and where its CT is wrong."""
    return panel(
        draw_similarity,
        {
            "place": _slice(),
            "atlas": Number("Atlas", 1, 1, ATLASES),
            "size": Number("Side of a patch in voxels", SIZE, 3, 21, 2),
        },
    )


def rank_fusion() -> Shown:
    """Show the fused CT for any decay, patch and number of atlases."""
    return panel(
        draw_fusion,
        {
            "place": _slice(),
            "decay": Number("Decay from rank to rank", DECAY, 0.0, 5.0, 0.25),
            "size": Number("Side of a patch in voxels", SIZE, 3, 21, 2),
            "count": Number("Number of atlases", ATLASES, 1, ATLASES),
        },
    )


def bad_atlases() -> Shown:
    """Show what some bad atlases do to four ways to make a CT."""
    return panel(
        draw_bad_atlases,
        {
            "place": _slice(),
            "fault": Choice("What is wrong", list(FAULTS), next(iter(FAULTS))),
            "bad": Number("Number of bad atlases", 1, 0, ATLASES),
            "shift_mm": Number("Shift in mm, if shifted", 30, 0, 60, 3),
        },
    )


def votes() -> Shown:
    """Show the vote of some atlases on every voxel, and where it is tied."""
    return panel(
        draw_votes,
        {
            "place": _slice(),
            "count": Number("Number of atlases", ATLASES, 1, ATLASES),
            "rule": Choice("Rule", list(RULES), next(iter(RULES))),
        },
    )


def _slice() -> Choice:
    """Offer the slices."""
    return Choice("Slice", list(SLICES), next(iter(SLICES)))
