"""Quizzes of topic 06: the lecture's key, and answers worked out by hand."""

from collections import Counter

import numpy as np
import pytest

from course_lib.quiz.registry import find


def test_quiz_4_of_the_lecture_is_label_2_with_four_votes():
    question = find("majority_label").first()
    assert [option.text for option in question.options] == ["1", "2", "4", "5"]
    assert (question.slide, question.key) == (39, "B")
    assert "label 2 has 4, label 5 has 3" in question.option("B").feedback


def first_three(row):
    return row[1] + row[0] + row[0] + row[1] + row[2]


def halving(numbers):
    ordered = [hu for _, hu in sorted(zip(numbers["lncc"], numbers["hu"], strict=True))][::-1]
    return (4 * ordered[0] + 2 * ordered[1] + ordered[2]) / 7


BY_HAND = {
    "majority_label": lambda n: Counter(n["votes"]).most_common(1)[0][0],
    "tied_vote": lambda n: n["undecided"],
    "fused_value": halving,
    "dice_value": lambda n: 2 * n["both"] / (n["first"] + n["second"]),
    "border_mean": lambda n: first_three(n["row"]) / 5,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_right_answers_follow_from_the_numbers_by_hand(name):
    family, rng = find(name), np.random.default_rng(8)
    for _ in range(100):
        numbers = family.draw(rng)
        assert family.right(numbers) == pytest.approx(BY_HAND[name](numbers))


def test_in_a_drawn_tie_two_labels_really_share_the_first_place():
    family, rng = find("tied_vote"), np.random.default_rng(9)
    for _ in range(100):
        (_, most), (_, second), (_, third) = Counter(family.draw(rng)["votes"]).most_common(3)
        assert most == second > third
