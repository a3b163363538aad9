"""Widgets of topic 09: two games with questions, one threshold, what trees see, a forest."""

from functools import partial

import ipywidgets

from course_lib.display.forest_figures import draw_forest
from course_lib.display.forest_scene import NAMES, TREES
from course_lib.display.panel import Choice, Number, Switch, panel
from course_lib.display.picture import Picture
from course_lib.display.split_figures import COLUMNS_SHOWN, draw_drawn, draw_question
from course_lib.display.tree_games import BALLS, GROUP_A, GROUP_B, STOP, Game, draw_game

Shown = ipywidgets.Widget | Picture

_LABELS = {
    "first": "First question",
    "yes": "After yes",
    "no": "After no",
    "yes_yes": "After yes, yes",
    "yes_no": "After yes, no",
    "no_yes": "After no, yes",
    "no_no": "After no, no",
}


def golf_ball() -> Shown:
    """Find the golf ball by questions about shape, size and colour."""
    return _game(BALLS, "is_round")


def animals_a() -> Shown:
    """Tell four animals apart by the questions of group A."""
    return _game(GROUP_A, "HAS_TEETH")


def animals_b() -> Shown:
    """Tell four animals apart by the questions of group B."""
    return _game(GROUP_B, "LIVES_IN_WATER")


def one_question() -> Shown:
    """Look by hand for the best threshold of one feature."""
    return panel(
        draw_question,
        {
            "feature": Choice("Feature", NAMES, "R2*"),
            "percent": Number("Threshold in % of the range", 50, 1, 99),
            "revealed": Switch("Show the curve of all thresholds"),
        },
    )


def what_trees_see() -> Shown:
    """Show which rows and columns three trees draw."""
    return panel(
        draw_drawn,
        {
            "rows": Number("Rows of the table", 10, 4, 16),
            "columns": Number("Columns for each tree", 3, 1, COLUMNS_SHOWN),
            "seed": Number("Seed", 0, 0, 50),
        },
    )


def many_trees() -> Shown:
    """Show CT from MR by a forest of more and more trees."""
    return panel(
        draw_forest,
        {
            "trees": Number("Trees", 1, 1, TREES),
            "columns": Choice("Columns for each tree", {"2 of 8": 2, "4 of 8": 4, "8 of 8": 8}, 8),
            "leaky": Switch("Learn from other voxels of this patient too"),
        },
    )


def _game(game: Game, first: str) -> Shown:
    """Show a game with one choice for each place of a question."""
    options = [STOP, *game.questions]
    places = {
        name: Choice(label, options, first if name == "first" else STOP)
        for name, label in _LABELS.items()
    }
    return panel(partial(draw_game, game), places)
