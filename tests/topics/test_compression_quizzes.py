"""Quizzes of topic 01: that a wrong option never is right after all."""

import numpy as np
import pytest

from course_lib.imaging.quantization import fits
from course_lib.quiz.registry import find

TYPES = {"SHORT": "int16", "unsigned SHORT": "uint16", "unsigned BYTE": "uint8"}


def test_of_the_options_of_rescale_only_the_right_one_fits():
    family, rng = find("rescale"), np.random.default_rng(7)
    for numbers in [family.lecture.numbers, *(family.draw(rng) for _ in range(500))]:
        low, high, dtype = numbers["low"], numbers["high"], TYPES[numbers["type"]]
        assert fits(low, high, *family.right(numbers), dtype)
        for misconception in family.misconceptions:
            assert not fits(low, high, *misconception.answer(numbers), dtype)


def test_the_lectures_options_stand_in_its_order():
    texts = [option.text for option in find("rescale").first().options]
    assert texts == [
        "Slope 1.4 and intercept 1",
        "Slope 1.6 and intercept 0",
        "Slope 1 and intercept -19,660",
    ]


def test_the_explanation_tells_the_slides_32766_9():
    question = find("rescale").first()
    assert "32,766.9" in question.option("B").feedback


@pytest.mark.parametrize("name", ["read_value", "rounding_error", "run_length_bytes"])
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    by_hand = {
        "read_value": lambda n: n["slope"] * n["stored"] + n["intercept"],
        "rounding_error": lambda n: (
            (n["high"] - n["low"]) / {"uint8": 510, "uint16": 131070}[n["type"]]
        ),
        "run_length_bytes": lambda n: 4 * (n["tissue"] + 2),
    }[name]
    for _ in range(50):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(by_hand(numbers))


def test_a_region_of_equal_columns_is_a_rectangle_with_eight_numbers():
    family = find("outline_numbers")
    assert family.right({"heights": (3, 3, 3, 3)}) == 8
    assert family.right({"heights": (1, 2, 3)}) == 16
