"""Quizzes of topic 04: that the key follows from the numbers by hand."""

import numpy as np
import pytest

from course_lib.data import phantom
from course_lib.quiz.registry import find

NAMES = [tissue.name for tissue in phantom.TISSUES]


def test_quiz_3_has_the_lectures_options_in_its_order_and_says_blue():
    question = find("white_pixel").first()
    assert [option.text for option in question.options] == ["Green", "Blue", "Red"]
    assert (question.slide, question.option(question.key).text) == (27, "Blue")


def test_three_of_four_neighbours_agree_and_with_the_corners_another_colour_wins():
    family, rng = find("white_pixel"), np.random.default_rng(3)
    for numbers in [family.lecture.numbers, *(family.draw(rng) for _ in range(30))]:
        rows = family.picture(numbers).alt.split("row by row: ")[1].rstrip(".").split("; ")
        grid = [row.split(", ") for row in rows]
        edges = [grid[0][1], grid[1][0], grid[1][2], grid[2][1]]
        corners = [grid[0][0], grid[0][2], grid[2][0], grid[2][2]]
        assert grid[1][1] == "white"
        assert edges.count(family.right(numbers)) == 3
        assert len(set(corners)) == 1
        everything = [*edges, *corners]
        assert max(everything, key=everything.count) == numbers["corners"]


def test_the_colours_stand_in_the_question_for_those_who_cannot_see_them():
    question = find("white_pixel").first()
    assert "green, red, green; blue, white, blue; green, blue, green" in question.text
    assert "green, red, green; blue, white, blue; green, blue, green" in question.picture.alt


@pytest.mark.parametrize("name", ["between_slices", "lesion_volume"])
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    by_hand = {
        "between_slices": lambda n: n["low"] + (n["high"] - n["low"]) * n["at_mm"] / n["spacing"],
        "lesion_volume": lambda n: n["voxels"] * n["spacing"][0] * 0.25 / 1000,
    }[name]
    for _ in range(50):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(by_hand(numbers))


def test_the_nearest_voxel_is_less_than_half_a_voxel_away():
    family, rng = find("nearest_voxel"), np.random.default_rng(8)
    for _ in range(100):
        n = family.draw(rng)
        index = np.array([int(part) for part in family.right(n).strip("[]").split(", ")])
        away = np.abs(n["origin"] + index * np.array(n["spacing"]) - n["point"])
        assert (away < 0.5 * np.array(n["spacing"])).all()


def test_an_invented_label_lies_between_the_two_and_is_neither():
    family, rng = find("invented_label"), np.random.default_rng(8)
    for _ in range(100):
        n = family.draw(rng)
        low, high = sorted((n["first"], n["second"]))
        assert low < family.right(n) < high
        assert NAMES[family.right(n)] in family.show(family.right(n))
