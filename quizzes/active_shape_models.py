"""Quizzes of topic 11: active shape models. Slides 79 to 87; the lecture has none here."""

import numpy as np

from course_lib.imaging import shape_models, shapes
from course_lib.imaging import void_classification as voids
from course_lib.quiz.family import Family, Misconception, Numbers

_TRIPLES = ((6, 8), (10, 24), (12, 16), (18, 24), (16, 30), (24, 32), (20, 48), (30, 40), (14, 48))
_NAMES = {1: "artefact", 2: "anatomy"}


def _rectangle(n: Numbers) -> np.ndarray:
    """Return the corners of a rectangle that does not lie at 0."""
    (down, right), (high, wide) = n["corner"], n["sides"]
    return np.array([(down + y, right + x) for y in (0, high) for x in (0, wide)], float)


def _mm(value: float) -> str:
    """Write a length in whole mm, as far as it is whole."""
    return f"{value:.0f} mm" if abs(value - round(value)) < 1e-9 else f"{value:.1f} mm"


def _draw_rectangle(rng: np.random.Generator) -> Numbers:
    """Draw a rectangle whose diagonal is a whole number, far from the corner of the image."""
    sides = _TRIPLES[int(rng.integers(len(_TRIPLES)))]
    sides = sides if rng.random() < 0.5 else sides[::-1]
    corner = tuple(10 * int(number) for number in rng.integers(5, 12, 2))
    return {"sides": sides, "corner": corner}


centroid_value = Family(
    question=lambda n: (
        "Four landmarks are the corners of a rectangle. The upper left one lies at "
        f"({n['corner'][0]}, {n['corner'][1]}) mm; the rectangle is {n['sides'][0]} mm high and "
        f"{n['sides'][1]} mm wide. What is its centroid size?"
    ),
    draw=_draw_rectangle,
    right=lambda n: float(shapes.centroid_size(_rectangle(n))),
    show=_mm,
    why=lambda n: (
        "Every corner lies half a diagonal from the middle. The sum of the squares is 4 times "
        f"(d/2)^2 = d^2, so the centroid size is the diagonal, the root of {n['sides'][0]}^2 + "
        f"{n['sides'][1]}^2: {_mm(float(np.hypot(*n['sides'])))}. Where the rectangle lies does "
        "not matter."
    ),
    misconceptions=[
        Misconception(
            lambda n: float(np.hypot(*n["sides"])) / 2,
            "You divided by the number of landmarks below the root. The centroid size is the root "
            "of the sum, not of the mean.",
        ),
        Misconception(
            lambda n: 2 * float(np.hypot(*n["sides"])),
            "You summed the distances from the middle. Their squares are summed, and the root is "
            "taken at the end.",
        ),
        Misconception(
            lambda n: float(np.linalg.norm(_rectangle(n))),
            "You did not centre: these are distances from the corner of the image, so the same "
            "head would be larger at another place.",
        ),
    ],
)


def _count(n: Numbers) -> int:
    """Return how many modes the reference finds in people who differ in every coordinate."""
    people = np.random.default_rng(1).normal(size=(n["people"], n["landmarks"], n["axes"]))
    return len(shape_models.principal_modes(people).modes)


def _draw_people(rng: np.random.Generator) -> Numbers:
    """Draw numbers of people and landmarks."""
    return {
        "people": int(rng.integers(4, 26)),
        "landmarks": int(rng.integers(5, 31)),
        "axes": int(rng.choice([2, 3])),
    }


mode_count = Family(
    question=lambda n: (
        f"{n['landmarks']} landmarks were placed in {n['people']} patients, in {n['axes']} "
        "dimensions. How many modes with a variance above 0 can principal component analysis find "
        "at most?"
    ),
    draw=_draw_people,
    right=_count,
    why=lambda n: (
        f"A shape has {n['landmarks']} * {n['axes']} = {n['landmarks'] * n['axes']} coordinates, "
        f"and {n['people']} people minus their mean leave {n['people'] - 1} directions. The "
        f"smaller number counts: {_count(n)}. In practice the model has seen no other way to vary."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["people"],
            "The mean was computed from the same people; that takes one direction away.",
        ),
        Misconception(
            lambda n: n["landmarks"] * n["axes"],
            "That is how many numbers a shape has. Few people cannot fill so many directions; nor "
            "can many people make more directions than numbers.",
        ),
        Misconception(
            lambda n: n["landmarks"],
            "A mode moves all landmarks at once; it is no landmark. Count the people.",
        ),
    ],
)


def _draw_variances(rng: np.random.Generator) -> Numbers:
    """Draw falling variances, squares of whole deviations."""
    deviations = np.sort(rng.choice(np.arange(1, 11), 4, replace=False))[::-1]
    return {"variances": tuple(int(number) ** 2 for number in deviations)}


def _share_of_two(n: Numbers) -> float:
    """Return the share of the first two modes."""
    return float(np.sum(n["variances"][:2]) / np.sum(n["variances"]))


def _percent(value: float) -> str:
    """Write a share."""
    return f"{100 * value:.0f} %"


explained_share = Family(
    question=lambda n: (
        "The modes of a shape model have the variances "
        f"{', '.join(map(str, n['variances']))} square mm. Which share of the variance do the "
        "first two explain?"
    ),
    draw=_draw_variances,
    right=_share_of_two,
    show=_percent,
    why=lambda n: (
        f"{n['variances'][0]} + {n['variances'][1]} = {sum(n['variances'][:2])} of "
        f"{sum(n['variances'])} square mm, that is {_percent(_share_of_two(n))}. Variances of "
        "perpendicular modes add up."
    ),
    misconceptions=[
        Misconception(
            lambda n: float(np.sqrt(n["variances"][:2]).sum() / np.sqrt(n["variances"]).sum()),
            "You added standard deviations. They do not add up; variances do.",
        ),
        Misconception(
            lambda n: n["variances"][0] / sum(n["variances"]),
            "That is the share of the first mode alone.",
        ),
        Misconception(
            lambda n: 2 / len(n["variances"]),
            "You counted modes. The first ones carry more than the last ones.",
        ),
    ],
)


def _weight(n: Numbers) -> float:
    """Return the weight before the limit."""
    mode = np.array(n["mode"])[None, :, None]
    mean = np.zeros((len(n["mode"]), 1))
    return float(shape_models.shape_weights(np.array(n["dx"])[:, None], mean, mode)[0])


def _limited(n: Numbers) -> float:
    """Return the weight after the limit, by the reference."""
    return float(shape_models.limit_weights([_weight(n)], [n["variance"]])[0])


def _draw_pull(rng: np.random.Generator) -> Numbers:
    """Draw a shift of two landmarks that is too large for the mode."""
    sign = int(rng.choice([-1, 1]))
    dx = tuple(5 * sign * int(number) for number in rng.integers(2, 7, 2))
    mode = ((0.6, 0.8), (0.8, 0.6))[int(rng.integers(2))]
    return {"dx": dx, "mode": mode, "variance": int(rng.choice([4, 9, 16]))}


limited_weight = Family(
    question=lambda n: (
        f"An image moves two landmarks by dx = ({n['dx'][0]}, {n['dx'][1]}) mm along one axis. The "
        f"mode is ({n['mode'][0]}, {n['mode'][1]}), and the variance of its weight is "
        f"{n['variance']} square mm. What is the weight after projection and the limit of 3 "
        "standard deviations?"
    ),
    draw=_draw_pull,
    right=_limited,
    show=_mm,
    why=lambda n: (
        f"The projection is {n['mode'][0]} * {n['dx'][0]} + {n['mode'][1]} * {n['dx'][1]} = "
        f"{_mm(_weight(n))}. The deviation is the root of {n['variance']}, and three of them are "
        f"{_mm(3 * n['variance'] ** 0.5)}, so the weight becomes {_mm(_limited(n))}."
    ),
    misconceptions=[
        Misconception(
            _weight,
            "You did not limit. This is more than three standard deviations from the mean: no "
            "patient looks so.",
        ),
        Misconception(
            lambda n: float(np.sign(_weight(n))) * 3 * n["variance"],
            "You took three variances. The deviation is the root of the variance.",
        ),
        Misconception(
            lambda n: -_limited(n),
            "The sign got lost on the way: the weight stays on its side of the mean.",
        ),
    ],
)


def _votes(n: Numbers) -> np.ndarray:
    """Return the labels of the neighbours as an array of one pixel."""
    return np.array(n["votes"])[None]


def _verdict(label: int, count: int, of: int) -> str:
    """Write a verdict with its votes."""
    return f"{_NAMES[label]}, by {count} to {of - count}"


def _two_majorities(n: Numbers) -> str:
    """Return the verdict of the lecture's rule, by the reference."""
    votes = _votes(n)
    label = int(voids.landmark_majority(votes)[0])
    saying = [int(voids.landmark_majority(votes[:, [k]])[0]) for k in range(votes.shape[1])]
    return _verdict(label, saying.count(label), len(saying))


def _pooled(n: Numbers) -> str:
    """Return the verdict of all neighbours together."""
    votes = _votes(n).ravel().tolist()
    label = max(_NAMES, key=votes.count)
    return _verdict(label, votes.count(label), len(votes))


def _nearest_only(n: Numbers) -> str:
    """Return the verdict of the nearest neighbour of each landmark."""
    first = _votes(n)[0, :, 0].tolist()
    label = max(_NAMES, key=first.count)
    return _verdict(label, first.count(label), len(first))


def _draw_votes(rng: np.random.Generator) -> Numbers:
    """Draw votes in which the landmarks and all neighbours together disagree."""
    barely, other = (1, 2) if rng.random() < 0.5 else (2, 1)
    rows = [rng.permutation([barely] * 3 + [other] * 2) for _ in range(3)]
    rows += [np.full(5, other), rng.permutation([barely] + [other] * 4)]
    order = rng.permutation(5)
    return {"votes": tuple(tuple(int(label) for label in rows[i]) for i in order)}


def _listed(n: Numbers) -> str:
    """Write the votes, one group for each landmark."""
    rows = [" ".join("A" if label == 1 else "N" for label in row) for row in n["votes"]]
    return "; ".join(f"landmark {number}: {row}" for number, row in enumerate(rows, 1))


void_vote = Family(
    question=lambda n: (
        "A pixel of a signal void has five nearest neighbours at each of five landmarks, nearest "
        f"first (A artefact, N anatomy). {_listed(n)}. What is it by the lecture's rule?"
    ),
    draw=_draw_votes,
    right=_two_majorities,
    why=lambda n: (
        "First the five neighbours of each landmark decide what it says, then each landmark has "
        f"one vote: {_two_majorities(n)}. All neighbours together would say: {_pooled(n)}."
    ),
    misconceptions=[
        Misconception(
            _pooled,
            "You counted all neighbours at once. In the lecture, each landmark has one vote, "
            "however clear its neighbours are.",
        ),
        Misconception(
            _nearest_only,
            "You asked only the nearest neighbour of each landmark. Five neighbours decide what a "
            "landmark says.",
        ),
        Misconception(
            lambda n: "undecided, because the landmarks do not agree",
            "They need not agree. The majority of the landmarks decides.",
        ),
    ],
)
