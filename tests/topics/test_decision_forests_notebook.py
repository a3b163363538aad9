"""Numbers that stand in the prose of notebook 09, and its quizzes, computed once more."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from course_lib.display import forest_figures, forest_scene, split_figures, tree_games
from course_lib.exercises.material.drawing_judges import (
    columns_fault,
    draw_often,
    patients_fault,
    rows_fault,
)
from course_lib.imaging.bagging import bootstrap_rows, random_columns
from course_lib.imaging.feature_tables import split_by_patient
from course_lib.imaging.tree_growth import fit_tree
from course_lib.imaging.trees import walk
from course_lib.quiz.registry import find

NOTEBOOK = "09_decision_forests"


@pytest.fixture(scope="module")
def known():
    """Return the voxels of the six patients."""
    return forest_scene.voxels()


def test_quiz_6_has_the_lectures_options_in_its_order_and_the_key_050():
    question = find("forest_mean").first()
    assert [option.text for option in question.options] == ["0.45", "0.50", "0.80", "0.48"]
    assert (question.slide, question.key) == (65, "B")
    assert "(0.56 + 0.49 + 0.45) / 3 = 0.50" in question.option("B").feedback


def test_the_trees_of_quiz_6_give_the_three_numbers_of_the_slide():
    numbers = find("forest_mean").lecture.numbers
    assert [walk(tree, numbers["sample"]) for tree in numbers["trees"]] == [0.56, 0.49, 0.45]
    assert round(np.mean([0.45, 0.55, 0.45]), 2) == 0.48


def test_quiz_6_draws_its_trees_and_tells_them_in_words():
    question = find("forest_mean").first()
    assert "Tree 2: x1 < 0.5? yes: (x2 < 0.5? yes: 0.55; no: 0.20)" in question.picture.alt
    assert "Tree 2: x1 < 0.5? yes: (x2 < 0.5? yes: 0.55; no: 0.20)" in question.text


def test_a_value_beyond_training_stays_beyond_1():
    family, rng = find("scaled_feature"), np.random.default_rng(4)
    assert all(family.right(family.draw(rng)) > 1 for _ in range(30))


def test_only_colour_and_size_find_the_golf_ball_with_two_questions(prose):
    enough = set()
    for first in tree_games.BALLS.questions:
        for second in tree_games.BALLS.questions:
            asked = {"first": first, "yes": second, "no": second}
            if tree_games.grow(tree_games.BALLS, asked)[1].impurities[-1] == 0:
                enough.add(frozenset([first, second]))
    assert enough == {frozenset(["is_yellow", "diameter>10cm"])}
    gains = {
        question: np.ptp(tree_games.grow(tree_games.BALLS, {"first": question})[1].impurities)
        for question in tree_games.BALLS.questions
    }
    assert [round(gain, 3) for gain in gains.values()] == [0.056, 0.056, 0.056, 0.011]
    assert "0.28 becomes 0.27" in prose


@pytest.mark.parametrize("second", ["HAS_MANE", "BUILDS_DAM"])
def test_the_solution_of_slide_58_tells_the_animals_apart(second):
    asked = {"first": "HAS_FUR", "yes": second, "no": "LIVES_IN_WATER"}
    assert tree_games.grow(tree_games.GROUP_A, asked)[1].impurities == [0.75, 0.5, 0.25, 0]


def test_group_b_cannot_tell_beaver_and_shark_apart():
    places = {"yes": "HAS_TEETH", "no": "HAS_TEETH"}
    grown = tree_games.grow(tree_games.GROUP_B, {"first": "LIVES_IN_WATER"} | places)[1]
    assert ["beaver", "shark"] in grown.leaves
    things = tree_games.GROUP_B.things
    asked = set(tree_games.GROUP_B.questions)
    assert asked.intersection(things["beaver"]) == asked.intersection(things["shark"])


def test_the_tree_of_slide_64_fits_its_table():
    tree = (0, 0.5, 0.89, (1, 0.5, 0.45, 0.00))
    rows = ([0.61, 0.59], [0.41, 0.65], [0.81, 0.38])
    assert [walk(tree, row) for row in rows] == [0.00, 0.89, 0.45]


def test_thresholds_by_hand_are_those_of_the_prose(prose):
    r2star, echo = (split_figures._reductions(name) for name in ("R2*", "first echo"))
    hu = split_figures._shown("R2*")[1]
    assert r2star.argmax() + 1 == 18
    assert round(100 * r2star.max() / hu.var()) == 38
    assert echo[:20].argmax() + 1 == 7
    assert echo.argmax() + 1 == 37
    assert echo[19] < 0.01 * hu.var()
    for text in ("0.18, which takes away 38 %", "(0.07)", "(0.37)", "at 0.20"):
        assert text in prose


def test_a_deeper_tree_knows_its_voxels_and_errs_more_on_a_new_patient(known, prose):
    learned = np.flatnonzero(known.patients != 6)[::15]
    asked = np.flatnonzero(known.patients == 6)[::2]
    errors = {}
    for depth in (1, 2, 3, 4, 6, 8, 12):
        tree = fit_tree(known.values[learned].astype(float), known.hu[learned], max_depth=depth)
        errors[depth] = [
            round(np.abs(tree.predict(known.values[rows]) - known.hu[rows]).mean())
            for rows in (learned, asked)
        ]
    assert min(errors, key=lambda depth: errors[depth][1]) == 3
    assert errors[3][1] == 152
    assert errors[12][0] == 10
    assert "to 10 HU" in prose
    assert "3 questions in a row, 152 HU" in prose


@pytest.mark.slow
def test_forests_of_the_panel_err_as_the_prose_says(prose):
    for columns, leaky, trees, error in ((8, False, 1, 184), (8, False, 40, 132),
                                         (2, False, 40, 251), (8, True, 40, 115)):  # fmt: skip
        found = forest_figures._by_trees(columns, leaky)[1][trees - 1]
        assert round(found) == error
        assert f"{error} HU" in prose


@pytest.mark.slow
def test_the_split_by_voxel_hides_what_the_prose_says(known, prose):
    def error(testing):
        forest = RandomForestRegressor(100, max_features=1 / 3, random_state=0)
        forest.fit(known.values[~testing], known.hu[~testing])
        return np.abs(forest.predict(known.values[testing]) - known.hu[testing]).mean()

    part = np.random.default_rng(1).permutation(known.hu.size) % 6
    by_voxel = np.mean([error(part == number) for number in range(3)])
    by_patient = [error(known.patients == patient) for patient in forest_scene.PATIENTS]
    assert by_voxel == pytest.approx(124, abs=1)
    assert np.mean(by_patient) == pytest.approx(145, abs=1)
    assert np.argmax(by_patient) + 1 == 4
    assert max(by_patient) == pytest.approx(213, abs=2)
    for text in ("promises 124 HU", "145 HU, 17 % more", "patient 4 gets 213 HU"):
        assert text in prose


def test_one_number_for_all_voxels_is_off_by_412_hu(known, prose):
    assert round(np.abs(known.hu - np.median(known.hu)).mean()) == 412
    assert "off by 412 HU" in prose


def test_the_gain_of_patient_4_is_the_lowest(known):
    medians = [np.median(known.values[known.patients == p, 0]) for p in forest_scene.PATIENTS]
    assert np.argmin(medians) + 1 == 4


def test_a_right_draw_shows_no_fault_whatever_the_seed():
    patients = np.repeat([4, 9, 30, 31, 7], [3, 1, 5, 2, 4])
    for seed in range(0, 3000, 101):
        assert rows_fault((10, seed), draw_often(bootstrap_rows, 10, seed)) == ""
        assert columns_fault((12, 3, seed), draw_often(random_columns, 12, 3, seed)) == ""
        drawn = draw_often(split_by_patient, patients, 2, seed)
        assert patients_fault((patients, 2, seed), drawn) == ""


@pytest.mark.parametrize("slide", ["slide 54", "slide 58", "slide 61", "slide 64", "slide 67"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose
