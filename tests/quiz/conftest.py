"""A small quiz that needs no topic."""

import pytest

from course_lib.quiz.family import Family, Lecture, Misconception


def _draw(rng):
    return {"a": int(rng.integers(2, 50)), "b": int(rng.integers(2, 50))}


@pytest.fixture
def toy():
    """Ask for a sum; the lecture's numbers are 3 and 4."""
    return Family(
        question=lambda n: f"What is {n['a']} + {n['b']}?",
        draw=_draw,
        right=lambda n: n["a"] + n["b"],
        why=lambda n: f"{n['a']} + {n['b']} = {n['a'] + n['b']}.",
        misconceptions=[
            Misconception(lambda n: n["a"] * n["b"], "That is the product."),
            Misconception(lambda n: abs(n["a"] - n["b"]), "That is the difference."),
        ],
        lecture=Lecture({"a": 3, "b": 4}, [12, 7, 1], slide=99),
        points=2,
    ).named("addition", "toys")
