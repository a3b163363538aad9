"""Quizzes of topic 13: right answers by hand."""

import numpy as np
import pytest

from course_lib.quiz.registry import find

BY_HAND = {
    "two_errors": lambda n: (
        n["first"] + n["second"] + n["first"] * n["second"] / 100  # (1 + a)(1 + b) - 1
    ),
    "hole_in_the_way": lambda n: 100 * np.expm1(-0.00975 * n["hole_mm"]),
    "share_of_bone": lambda n: 100 / (1 + n["soft"] * n["soft_hu"] / (n["bone"] * n["bone_hu"])),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    for _ in range(50):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(BY_HAND[name](numbers))
