"""Quizzes of topic 06: atlases, synthetic CT and label fusion. Slides 35 to 39."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from course_lib.imaging.atlases import average, fuse_by_rank
from course_lib.imaging.label_fusion import majority_vote
from course_lib.imaging.local_similarity import local_mean
from course_lib.imaging.metrics import dice, jaccard
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers

_HALVING = float(np.log(2))


def _count(n: Numbers) -> str:
    """Write how many votes each label has."""
    counts = Counter(n["votes"]).most_common()
    return ", ".join(f"label {label} has {votes}" for label, votes in counts)


def _draw_votes(rng: np.random.Generator) -> Numbers:
    """Draw votes whose winner is neither the largest, the smallest nor the rarest label."""
    low, first, second, high = np.sort(rng.choice(np.arange(1, 10), 4, replace=False)).tolist()
    winner, rarest = (first, second) if rng.integers(2) else (second, first)
    most = int(rng.integers(4, 6))
    votes = [winner] * most + [high] * (most - 1) + [low] * (most - 2) + [rarest]
    return {"votes": rng.permutation(votes).tolist()}


majority_label = Family(
    question=lambda n: (
        f"After registration, {len(n['votes'])} atlases estimate the class label of one voxel: "
        f"{n['votes']}. Using majority voting, what is the final predicted class?"
    ),
    draw=_draw_votes,
    right=lambda n: int(majority_vote(n["votes"])),
    why=lambda n: (
        f"Count the votes: {_count(n)}. The most votes win, also when they are fewer than half."
    ),
    misconceptions=[
        Misconception(
            lambda n: min(n["votes"]),
            "That is the smallest label. The size of a label means nothing; count how often each "
            "occurs.",
        ),
        Misconception(
            lambda n: Counter(n["votes"]).most_common()[-1][0],
            "That label has the fewest votes. The one with the most wins.",
        ),
        Misconception(
            lambda n: max(n["votes"]),
            "That is the largest label. The size of a label means nothing; it has fewer votes "
            "than another one.",
        ),
    ],
    lecture=Lecture(
        numbers={"votes": [1, 5, 2, 1, 2, 5, 4, 5, 2, 2]}, options=[1, 2, 4, 5], slide=39
    ),
)


def _draw_tie(rng: np.random.Generator) -> Numbers:
    """Draw votes with a tie for the first place."""
    low, middle, high = np.sort(rng.choice(np.arange(1, 9), 3, replace=False)).tolist()
    most = int(rng.integers(2, 4))
    votes = [low] * most + [high] * most + [middle] * int(rng.integers(1, most))
    return {"votes": rng.permutation(votes).tolist(), "undecided": 9}


tied_vote = Family(
    question=lambda n: (
        f"{len(n['votes'])} atlases vote on a voxel: {n['votes']}. The rule says that a tie for "
        f"the first place becomes {n['undecided']}, undecided. What is the result?"
    ),
    draw=_draw_tie,
    right=lambda n: int(majority_vote(n["votes"], n["undecided"])),
    why=lambda n: (
        f"Count the votes: {_count(n)}. Two labels share the first place, so the result is "
        f"{n['undecided']}."
    ),
    misconceptions=[
        Misconception(
            lambda n: int(majority_vote(n["votes"])),
            "That is the lowest of the tied labels. A program with `argmax` would return it "
            "without being asked, but the rule says otherwise.",
        ),
        Misconception(
            lambda n: max(n["votes"]),
            "That is the highest of the tied labels. It has as many votes as another one.",
        ),
        Misconception(
            lambda n: sorted(Counter(n["votes"]), key=Counter(n["votes"]).__getitem__)[0],
            "That label lies between the two that are tied, but it has fewer votes than either. "
            "Labels are names; there is no middle.",
        ),
    ],
)


def _fused(n: Numbers) -> float:
    """Fuse the values of one voxel by rank, by the reference."""
    similarities, values = ([np.array([v]) for v in n[key]] for key in ("lncc", "hu"))
    return float(fuse_by_rank(similarities, values, _HALVING)[0])


def _by_weights(values: NDArray, weights: NDArray) -> float:
    """Return a weighted mean."""
    return float((weights * values).sum() / weights.sum())


def _sorted_hu(n: Numbers) -> NDArray[np.float64]:
    """Return the HU from the most to the least similar atlas."""
    return np.array(n["hu"], float)[np.argsort(n["lncc"])[::-1]]


def _draw_fusion(rng: np.random.Generator) -> Numbers:
    """Draw similarities and HU of three atlases at the border of bone."""
    lncc = rng.choice(np.arange(30, 96), 3, replace=False) / 100
    return {
        "lncc": lncc.tolist(),
        "hu": [int(70 * hu) for hu in rng.choice(np.arange(0, 18), 3, replace=False)],
    }


fused_value = Family(
    question=lambda n: (
        "At a voxel three atlases have the local NCC "
        f"{', '.join(f'{value:.2f}' for value in n['lncc'])} and the CT values "
        f"{', '.join(map(str, n['hu']))} HU, in the same order. The best one weighs 1, and the "
        "weight halves from rank to rank. What is the fused CT value?"
    ),
    draw=_draw_fusion,
    right=_fused,
    show=lambda hu: f"{hu:.0f} HU",
    why=lambda n: (
        "From the best to the worst: (1 * {:.0f} + 0.5 * {:.0f} + 0.25 * {:.0f}) / 1.75 = "
        "{:.0f} HU.".format(*_sorted_hu(n), _fused(n))
    ),
    misconceptions=[
        Misconception(
            lambda n: float(average([np.array([hu]) for hu in n["hu"]])[0]),
            "That is the plain average. Here better atlases count more.",
        ),
        Misconception(
            lambda n: _by_weights(_sorted_hu(n)[::-1], np.array([1, 0.5, 0.25])),
            "You gave the largest weight to the worst atlas. The largest local NCC is rank 0 and "
            "weighs 1.",
        ),
        Misconception(
            lambda n: _by_weights(np.array(n["hu"], float), np.array(n["lncc"])),
            "You weighted with the local NCC itself. Only the ranks count here: how much better "
            "an atlas is does not matter.",
        ),
        Misconception(
            lambda n: 1.75 * _fused(n) / 3,
            "You divided by the number of atlases. The weights add up to 1.75; divide by that.",
        ),
    ],
)


def _masks(n: Numbers) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two masks of these sizes in one row of voxels."""
    voxels = np.arange(n["first"] + n["second"])
    start = n["first"] - n["both"]
    return voxels < n["first"], (voxels >= start) & (voxels < start + n["second"])


def _draw_masks(rng: np.random.Generator) -> Numbers:
    """Draw the sizes of two masks and of what they share."""
    first = 10 * int(rng.integers(20, 90))
    second = first + 10 * int(rng.choice([-1, 1]) * rng.integers(6, 13))
    both = 10 * round(min(first, second) * rng.uniform(0.4, 0.9) / 10)
    return {"first": first, "second": second, "both": both}


dice_value = Family(
    question=lambda n: (
        f"The true skull has {n['first']} voxels, the fused one {n['second']}, and {n['both']} "
        "voxels belong to both. What is the Dice overlap?"
    ),
    draw=_draw_masks,
    right=lambda n: dice(*_masks(n)),
    show=lambda overlap: f"{overlap:.2f}",
    why=lambda n: f"2 * {n['both']} / ({n['first']} + {n['second']}) = {dice(*_masks(n)):.2f}.",
    misconceptions=[
        Misconception(
            lambda n: jaccard(*_masks(n)),
            "That is Jaccard's overlap, which divides by the union. Dice counts the common voxels "
            "twice and divides by the sum of both sizes.",
        ),
        Misconception(
            lambda n: n["both"] / n["first"],
            "That is the share of the true skull that was found. It forgives all that was marked "
            "too much.",
        ),
        Misconception(
            lambda n: n["both"] / (n["first"] + n["second"]),
            "You forgot the factor 2: two equal masks would reach only 0.5.",
        ),
    ],
)


def _border_mean(n: Numbers) -> float:
    """Average around the first voxel of the row, by the reference."""
    return float(local_mean(np.array(n["row"], float), 5)[0])


def _mean_with(n: Numbers, before: list[int]) -> float:
    """Average the first three voxels and what is put before them."""
    return float(np.mean([*before, *n["row"][:3]]))


border_mean = Family(
    question=lambda n: (
        f"A row of voxels holds {', '.join(map(str, n['row']))}, and begins at the border of the "
        "image. The image is mirrored there, the border voxel included. What is the mean over a "
        "patch of 5 voxels around the first one?"
    ),
    draw=lambda rng: {"row": [int(value) for value in 5 * rng.integers(0, 20, 5)]},
    right=_border_mean,
    show=lambda mean: f"{mean:.1f}",
    why=lambda n: "The patch holds {1}, {0}, {0}, {1} and {2}, and their mean is {3:.1f}.".format(
        *n["row"][:3], _border_mean(n)
    ),
    misconceptions=[
        Misconception(
            lambda n: _mean_with(n, [0, 0]),
            "You took zeros beyond the border. They darken the edge of every image.",
        ),
        Misconception(
            lambda n: _mean_with(n, [n["row"][0]] * 2),
            "You repeated the border voxel. Mirrored, the second voxel comes back as well.",
        ),
        Misconception(
            lambda n: _mean_with(n, n["row"][1:3]),
            "You mirrored without the border voxel. Here it is mirrored too, so it occurs twice.",
        ),
        Misconception(
            lambda n: _mean_with(n, []),
            "You averaged the three voxels that exist. A patch of 5 has five values, two of them "
            "mirrored.",
        ),
    ],
)
