"""Widgets of topic 13: a walk through the chain, and the chain with parts left out."""

from functools import partial

import ipywidgets

from course_lib.display.chain_figures import NOTHING, PLACES, draw_step, draw_without
from course_lib.display.chain_pieces import PARTS, STEPS, Pieces, pieces
from course_lib.display.panel import Choice, Switch, panel
from course_lib.display.picture import Picture

Shown = ipywidgets.Widget | Picture


def walk() -> Shown:
    """Walk through the chain made with the course's own functions."""
    return walk_through(pieces())


def left_out() -> Shown:
    """Leave parts out of the chain made with the course's own functions."""
    return leave_out(pieces())


def walk_through(chain: Pieces) -> Shown:
    """Show map, PET and errors after each step of a chain.

    Parameters
    ----------
    chain : Pieces
        For example that of a student.
    """
    return panel(
        partial(draw_step, chain),
        {
            "step": Choice("Step", [NOTHING, *STEPS], list(STEPS)[-1]),
            "place": Choice("Slice through the", PLACES, PLACES[0]),
        },
    )


def leave_out(chain: Pieces) -> Shown:
    """Show what it costs to leave parts of a chain out.

    Parameters
    ----------
    chain : Pieces
        For example that of a student.
    """
    return panel(
        partial(draw_without, chain),
        {
            "place": Choice("Slice through the", PLACES, PLACES[0]),
            **{name: Switch(f"With {what}", True) for name, what in PARTS.items()},
        },
    )
