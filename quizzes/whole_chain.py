"""Quizzes of topic 13: how errors add up, what a hole does, and whose share is the largest."""

import numpy as np

from course_lib.imaging import basics, chains
from course_lib.quiz.family import Family, Misconception, Numbers

_SOFT_PER_CM = 0.0975  # soft tissue at 511 keV


def _both(n: Numbers) -> float:
    """Return what is left of two errors in a row, in percent."""
    return 100 * ((1 + n["first"] / 100) * (1 + n["second"] / 100) - 1)


two_errors = Family(
    question=lambda n: (
        "The PET of a voxel is the measured value divided by an attenuation factor. Because one "
        f"step of a chain is wrong, the PET reads {abs(n['first'])} % too low; because of another "
        f"one, what is left of it reads {n['second']} % too high. By how many percent is the PET "
        "wrong in the end?"
    ),
    draw=lambda rng: {
        "first": -int(rng.integers(12, 31)),
        "second": int(rng.integers(14, 36)),
    },
    right=_both,
    show=lambda percent: f"{percent:+.1f} %",
    why=lambda n: (
        f"{1 + n['first'] / 100:.2f} * {1 + n['second'] / 100:.2f} = {1 + _both(n) / 100:.4f}: "
        f"{_both(n):+.1f} %. Factors multiply. Two errors that repair each other are luck: mend "
        "one of them, and the result becomes worse."
    ),
    misconceptions=[
        Misconception(
            lambda n: float(n["first"] + n["second"]),
            "You added the percentages. The second is a part of what the first one left: multiply "
            "the factors.",
        ),
        Misconception(
            lambda n: (n["first"] + n["second"]) / 2,
            "You averaged the two errors. Both act on the same voxel, one after the other.",
        ),
        Misconception(
            lambda n: float(abs(n["first"]) + n["second"]),
            "You added the errors without their signs. Too low and too high partly cancel.",
        ),
    ],
)


def _hole(n: Numbers) -> float:
    """Return by how many percent the PET on a line through a hole is too low."""
    return 100 * (basics.transmission([_SOFT_PER_CM], [n["hole_mm"]]) - 1)


hole_in_the_way = Family(
    question=lambda n: (
        f"Metal makes a hole of {n['hole_mm']} mm in an attenuation map: soft tissue of "
        f"{_SOFT_PER_CM} 1/cm is taken for air. The PET is divided by exp(-sum of mu d) along each "
        "line. By how many percent does it read wrong on a line through the whole hole?"
    ),
    draw=lambda rng: {"hole_mm": int(rng.integers(12, 46))},
    right=_hole,
    show=lambda percent: f"{percent:+.1f} %",
    why=lambda n: (
        f"The line lacks {_SOFT_PER_CM} * {n['hole_mm'] / 10:.1f} = "
        f"{_SOFT_PER_CM * n['hole_mm'] / 10:.3f}; exp(-{_SOFT_PER_CM * n['hole_mm'] / 10:.3f}) - 1 "
        f"= {_hole(n):+.1f} %. The map says that less was lost than really was, so too little is "
        "given back. It does not matter where on the line the hole is."
    ),
    misconceptions=[
        Misconception(
            lambda n: -_hole(n),
            "The size is right, the direction is not. With a hole in the map, too little "
            "attenuation is corrected, and the PET reads too low.",
        ),
        Misconception(
            lambda n: 100 * (1 / (1 + _hole(n) / 100) - 1),
            "That is what a map would do that has soft tissue where there is air. Here it is the "
            "other way round.",
        ),
        Misconception(
            lambda n: -100 * _SOFT_PER_CM * n["hole_mm"] / 10,
            "You took mu times d itself. That holds for thin holes only; the loss is exponential.",
        ),
        Misconception(
            lambda n: _hole({"hole_mm": n["hole_mm"] / 10}),
            "The unit is wrong: mu is in 1/cm, so the length has to be in cm, 10 mm each.",
        ),
    ],
)


def _budget(n: Numbers) -> float:
    """Return the share of bone in the error of a map, in percent, by the reference."""
    labels = np.repeat([4, 2], [n["bone"], n["soft"]])
    errors = np.repeat([n["bone_hu"], n["soft_hu"]], [n["bone"], n["soft"]])
    return chains.error_budget(np.zeros(len(errors)), errors.astype(float), labels)[4]


share_of_bone = Family(
    question=lambda n: (
        f"A map is wrong by {n['bone_hu']} HU on average in {n['bone']} thousand voxels of bone, "
        f"and by {n['soft_hu']} HU in {n['soft']} thousand voxels of soft tissue (means of "
        "absolute errors). Which share of all the error is made in bone?"
    ),
    draw=lambda rng: {
        "bone": int(rng.integers(20, 60)),
        "soft": 10 * int(rng.integers(20, 50)),
        "bone_hu": 10 * int(rng.integers(20, 45)),
        "soft_hu": 5 * int(rng.integers(6, 16)),
    },
    right=_budget,
    show=lambda percent: f"{percent:.0f} %",
    why=lambda n: (
        f"{n['bone']} * {n['bone_hu']} = {n['bone'] * n['bone_hu']:,} in bone, {n['soft']} * "
        f"{n['soft_hu']} = {n['soft'] * n['soft_hu']:,} in soft tissue: "
        f"{n['bone'] * n['bone_hu']:,} of {n['bone'] * n['bone_hu'] + n['soft'] * n['soft_hu']:,} "
        f"are {_budget(n):.0f} %."
    ),
    misconceptions=[
        Misconception(
            lambda n: 100 * n["bone_hu"] / (n["bone_hu"] + n["soft_hu"]),
            "You shared the mean errors, as if there were as much bone as soft tissue. Multiply "
            "each by its number of voxels first.",
        ),
        Misconception(
            lambda n: 100 * n["bone"] / (n["bone"] + n["soft"]),
            "That is the share of bone in the voxels. Its errors are larger than the others'.",
        ),
        Misconception(
            lambda n: 100 * n["bone"] * n["bone_hu"] / (n["soft"] * n["soft_hu"]),
            "You divided by the error of soft tissue. A share is a part of the whole: divide by "
            "the sum of both.",
        ),
    ],
)
