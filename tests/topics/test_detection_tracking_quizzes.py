"""Quizzes of topic 07: answers by hand, beside those of the reference."""

import numpy as np
import pytest

from course_lib.quiz.registry import find


def draws(name, count=60):
    family, rng = find(name), np.random.default_rng(8)
    return family, [family.draw(rng) for _ in range(count)]


def test_the_callosal_angle_is_the_sum_of_both_sides():
    family, numbers = draws("callosal_opening")
    for n in numbers:
        step_row, step_column = n["spacing"]
        both = 0.0
        for side in ("left", "right"):
            up = (n["vertex"][0] - n[side][0]) * step_row
            out = abs(n["vertex"][1] - n[side][1]) * step_column
            both += np.rad2deg(np.arctan2(out, up))
        assert family.right(n) == pytest.approx(both)


def test_the_fate_is_a_split_or_backward_in_time_a_merger():
    family, numbers = draws("lesion_fate")
    assert {n["backward"] for n in numbers} == {True, False}
    for n in numbers:
        assert family.right(n) == ("merged" if n["backward"] else "split")
        assert n["touch"] < 0.1 * n["parts"][1]
        assert n["second"] > 0.1 * n["parts"][1]
        any_overlap, one_partner, exchanged = (m.answer(n) for m in family.misconceptions)
        assert any_overlap == "mixed"
        assert one_partner in ("stable", "grown", "shrunk")
        assert exchanged == ("split" if n["backward"] else "merged")


def test_a_point_carried_back_comes_forward_again():
    family, numbers = draws("carried_point")
    for n in numbers:
        row, column = family.right(n)
        turned = (-column, row)  # (1, 0) comes to (0, 1)
        assert tuple(np.add(turned, n["move"]).tolist()) == n["lesion"]


def test_a_diameter_that_doubles_makes_eight_times_the_volume():
    family, numbers = draws("diameter_growth")
    assert family.right({"before": 5, "after": 10}) == pytest.approx(700)
    for n in numbers:
        balls = [4 / 3 * np.pi * (n[when] / 2) ** 3 for when in ("before", "after")]
        assert family.right(n) == pytest.approx(100 * (balls[1] - balls[0]) / balls[0])
