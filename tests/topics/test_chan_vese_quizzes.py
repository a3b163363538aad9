"""Quizzes of topic 12: right answers by hand."""

import numpy as np
import pytest

from course_lib.quiz.registry import find


def squares(middle, apart):
    """Return the sum of squares of three numbers about their mean."""
    values = np.array([middle - apart, middle, middle + apart])
    return ((values - values.mean()) ** 2).sum()


def break_even(n):
    """Return the mu at which a spot costs as much inside as outside."""
    area, length = n["side"] ** 2, 4 * n["side"]
    return area * (n["u"] ** 2 - (1 - n["u"]) ** 2) / length


BY_HAND = {
    "energy_of_a_contour": lambda n: (
        n["mu"] * n["length"] + squares(n["inside"], n["d"]) + squares(n["outside"], n["e"])
    ),
    "one_step": lambda n: 2 / np.pi * ((n["u"] - n["outside"]) ** 2 - (n["u"] - n["inside"]) ** 2),
    "spot_of_noise": break_even,
    "hole_and_pet": lambda n: 100 * np.exp(-0.0975 * n["cm"]) - 100,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    for _ in range(50):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(BY_HAND[name](numbers))


def test_the_pixel_of_the_one_step_is_never_in_doubt():
    family, rng = find("one_step"), np.random.default_rng(9)
    for _ in range(50):
        numbers = family.draw(rng)
        nearer_inside = abs(numbers["u"] - numbers["inside"]) < abs(
            numbers["u"] - numbers["outside"]
        )
        assert (family.right(numbers) > 0.1) if nearer_inside else (family.right(numbers) < -0.1)
        assert numbers["u"] > 0
