"""The widgets and figures of topic 09: what their texts say is true."""

import re

import numpy as np
import pytest
from widget_parts import check_drawn

from course_lib.display import forest_figures, forest_scene, split_figures, tree_figures, tree_games
from course_lib.imaging.impurity import variance_reduction

TREE = (0, 0.5, 0.89, (1, 0.5, 0.45, -866.4))


def test_an_empty_leaf_is_refused_and_named():
    asked = {"first": "HAS_FUR", "no": "HAS_MANE"}
    tree, grown = tree_games.grow(tree_games.GROUP_A, asked)
    assert grown.impurities == [0.75, 0.5]
    assert tree.no.mark == "wrong"
    assert (
        "leaves cannot be empty: HAS_MANE (none say yes)"
        in tree_games.draw_game(tree_games.GROUP_A, **asked).caption
    )


def test_a_question_that_nobody_reaches_waits():
    picture = tree_games.draw_game(tree_games.BALLS, first="is_round", yes_yes="is_convex")
    assert picture.caption.endswith("Nobody gets as far as: is_convex.")


def test_yes_goes_left_in_a_game():
    tree, _ = tree_games.grow(tree_games.GROUP_A, {"first": "HAS_FUR"})
    assert tree.yes.text.startswith("lion\nbeaver")
    assert tree.no.text.startswith("shark\neagle")


def test_the_impurity_of_a_game_never_rises():
    rng = np.random.default_rng(3)
    for game in (tree_games.BALLS, tree_games.GROUP_A, tree_games.GROUP_B):
        for _ in range(50):
            asked = {place: str(rng.choice(game.questions)) for place in tree_games.PLACES}
            impurities = tree_games.grow(game, asked)[1].impurities
            assert (np.diff(impurities) < 1e-12).all()


def test_a_drawn_tree_marks_the_way_of_its_sample_only():
    root = tree_figures.nodes_of(TREE, [0.7, 0.2])
    assert (root.mark, root.yes.mark, root.no.mark) == ("path", "", "path")
    assert (root.no.yes.mark, root.no.no.mark) == ("path", "")
    assert root.no.no.text == "-866"
    check_drawn(tree_figures.draw_trees([TREE, TREE, 0.5], [0.7, 0.2]), width=500)


def test_names_of_columns_stand_in_the_drawing_and_its_text():
    picture = tree_figures.draw_trees([TREE], names=["R2*", "echo"])
    assert (
        picture.alt == "A decision tree. R2* < 0.5? yes: 0.89; no: (echo < 0.5? yes: 0.45; "
        "no: -866)."
    )


def test_an_empty_side_is_told_and_takes_nothing_away():
    caption = split_figures.draw_question("first echo", 99, False).caption
    assert "no: no voxel, but leaves cannot be empty" in caption
    assert "takes away 0.0 % of the variance" in caption


@pytest.mark.parametrize("percent", [1, 40, 80])
def test_the_caption_of_a_question_has_the_reduction_of_the_reference(percent):
    x, hu = split_figures._shown("first echo")
    caption = split_figures.draw_question("first echo", percent, True).caption
    share = 100 * variance_reduction(hu, x < percent / 100) / hu.var()
    assert f"takes away {share:.1f} % of the variance" in caption
    assert caption.endswith("Best: 0.37.")


def test_rows_and_columns_of_a_tree_are_told_as_they_are_drawn():
    caption = split_figures.draw_drawn(8, 2, 5).caption
    rows, columns, never = re.search(r"Tree 2: rows ([\d ]+), columns (.*?), never (.*?)\.",
                                     caption).groups()  # fmt: skip
    drawn = [int(row) for row in rows.split()]
    assert len(drawn) == 8
    assert len(columns.split()) == 2
    assert [int(row) for row in never.split()] == sorted(set(range(8)) - set(drawn))


def test_the_table_holds_as_many_voxels_of_each_patient_all_in_the_head():
    known = forest_scene.voxels()
    assert np.unique(known.patients, return_counts=True)[1].tolist() == [600] * 6
    assert known.values.shape == (3600, len(forest_scene.NAMES))
    assert np.isfinite(known.values).all()


def test_another_gain_changes_the_columns_but_not_on_the_scans_own_scale():
    raw, dim = (forest_scene.shown_slice(1, False, gain).values for gain in (1.0, 0.5))
    own, own_dim = (forest_scene.shown_slice(1, True, gain).values for gain in (1.0, 0.5))
    np.testing.assert_allclose(dim[:, 0], 0.5 * raw[:, 0], rtol=1e-5)
    np.testing.assert_allclose(own_dim, own, rtol=1e-3, atol=1e-3)


def test_bars_and_prediction_have_their_numbers_in_the_text():
    names = forest_scene.NAMES
    bars = forest_figures.draw_importance(names, np.full(8, 0.125), np.arange(8.0))
    for picture in (bars, forest_figures.draw_splits([100, 110], [120, 150, 210])):
        check_drawn(picture)
        assert "HU" in picture.alt
    shown = forest_scene.shown_slice(1)
    exact = forest_figures.draw_predicted(shown, shown.ct[shown.body], "Truth", "The truth.")
    assert exact.caption == "Mean absolute error 0 HU."
