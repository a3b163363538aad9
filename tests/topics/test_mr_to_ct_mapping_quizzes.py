"""Quizzes of topic 03: right answers by hand."""

import numpy as np
import pytest

from course_lib.quiz.registry import find


def attenuation(hu):
    """Return 1/cm in bone by the line that the question gives."""
    return 0.000051 * (hu + 1000) + 0.0471


BY_HAND = {
    "decay_rate": lambda n: (
        1000 * (np.log(n["first"]) - np.log(n["second"])) / (n["te2"] - n["te1"])
    ),
    "dice_of_air": lambda n: 2 * n["found"] / (n["air"] + n["found"] + n["lost"]),
    "percent_of_mu": lambda n: 100 * (attenuation(n["made"]) / attenuation(n["true"]) - 1),
    "next_patient": lambda n: (
        n["mean"] - 1.96 * n["deviation"],
        n["mean"] + 1.96 * n["deviation"],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    for _ in range(50):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(BY_HAND[name](numbers))


def test_a_mask_that_loses_half_of_the_bone_still_has_a_high_dice():
    family, rng = find("dice_of_air"), np.random.default_rng(9)
    for _ in range(50):
        numbers = family.draw(rng)
        assert 0 < numbers["lost"] <= numbers["bone"]
        assert numbers["found"] < numbers["air"]
        assert family.right(numbers) > 0.9
