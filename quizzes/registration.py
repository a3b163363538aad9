"""Quizzes of topic 05: registration. Slides 28 to 34."""

from itertools import product

import numpy as np

from course_lib.imaging import motion_compensation, rotations, similarity, transforms
from course_lib.imaging.global_search import SearchGrid
from course_lib.quiz.family import Family, Misconception, Numbers

Place = tuple[int, int]


def _shown(place: Place) -> str:
    """Write a place in mm."""
    return f"({place[0]}, {place[1]})"


def _moved(matrix: np.ndarray, place: Place) -> Place:
    """Move a place by the reference; quarter turns and whole moves end at whole numbers."""
    down, right = np.rint(transforms.apply(matrix, place)).astype(int)
    return int(down), int(right)


def _steps(n: Numbers, angle: float = 90, center: Place | None = None) -> list[np.ndarray]:
    """Return the turn and the move of a question."""
    about = n["center"] if center is None else center
    return [rotations.rotation(angle, about), transforms.translation(n["move"])]


def _draw_order(rng: np.random.Generator) -> Numbers:
    """Draw a point, a centre and a move, in tens of mm, so that no two ways end alike."""
    center = tuple(10 * int(number) for number in rng.integers(5, 12, 2))
    away = [10 * int(number) for number in rng.permutation([1, 2, 3, 4])[:2]]
    point = (center[0] + away[0], center[1] + away[1])
    move = tuple(int(number) for number in rng.permutation([5, 15, 20, 25])[:2])
    return {"center": center, "point": point, "move": move}


turn_then_move = Family(
    question=lambda n: (
        "Positions are (y, x) in mm, y downward and x to the right. A head is first turned by 90 "
        f"degrees about {_shown(n['center'])}, where a positive turn takes the y axis toward the "
        f"x axis, and then moved by {_shown(n['move'])}. Where does the point "
        f"{_shown(n['point'])} end?"
    ),
    draw=_draw_order,
    right=lambda n: _moved(transforms.compose(*_steps(n)), n["point"]),
    show=_shown,
    why=lambda n: (
        f"Seen from the centre, the point lies at ({n['point'][0] - n['center'][0]}, "
        f"{n['point'][1] - n['center'][1]}). The quarter turn takes (a, b) to (-b, a), so it comes "
        f"to {_shown(_moved(_steps(n)[0], n['point']))}, and the move takes it to "
        f"{_shown(_moved(transforms.compose(*_steps(n)), n['point']))}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _moved(transforms.compose(*_steps(n)[::-1]), n["point"]),
            "That is the other order: moved first, and then the move was turned too.",
        ),
        Misconception(
            lambda n: _moved(transforms.compose(*_steps(n, center=(0, 0))), n["point"]),
            "You turned about 0 mm. The turn is about a centre: subtract it first and add it again "
            "after the turn.",
        ),
        Misconception(
            lambda n: _moved(transforms.compose(*_steps(n, angle=-90)), n["point"]),
            "You turned the other way. The y axis goes toward the x axis: (1, 0) becomes (0, 1).",
        ),
    ],
)


def _way_back(n: Numbers) -> Place:
    """Return the move of the inverse, by the reference."""
    inverse = transforms.invert(transforms.compose(*_steps({**n, "center": (0, 0)})))
    return _moved(inverse, (0, 0))


def _draw_move(rng: np.random.Generator) -> Numbers:
    """Draw a move of two different sizes."""
    down, right = (int(number) for number in rng.choice(np.arange(2, 20), 2, replace=False))
    return {"move": (down, right * int(rng.choice([-1, 1])))}


inverse_move = Family(
    question=lambda n: (
        "A registration found y = R p + t, with R a quarter turn that takes (a, b) to (-b, a), and "
        f"t = {_shown(n['move'])} mm. The inverse is written in the same way, p = R' y + t'. What "
        "is t', in mm?"
    ),
    draw=_draw_move,
    right=_way_back,
    show=_shown,
    why=lambda n: (
        "p = R^T (y - t) = R^T y - R^T t. The turn back takes (a, b) to (b, -a), so R^T t is "
        f"({n['move'][1]}, {-n['move'][0]}), and t' is minus that: {_shown(_way_back(n))}. Put "
        "y = t in: it has to come back to (0, 0)."
    ),
    misconceptions=[
        Misconception(
            lambda n: (-n["move"][0], -n["move"][1]),
            "You took minus the move. It was made last, so it is undone first, and what is undone "
            "first is then turned back as well.",
        ),
        Misconception(
            lambda n: (n["move"][1], -n["move"][0]),
            "The minus sign is missing, or you turned the move in the wrong direction: t' is "
            "-R^T t.",
        ),
        Misconception(
            lambda n: n["move"],
            "This is the move itself. A way back that moves the same way leads farther away.",
        ),
    ],
)


def _tried(n: Numbers) -> int:
    """Return how many places the reference's grid has."""
    grid = SearchGrid(n["reach_mm"], n["step_mm"], n["reach_deg"], n["step_deg"])
    return len(grid.moves_mm(axes=2)) * len(grid.turns_deg(axes=2))


def _draw_grid(rng: np.random.Generator) -> Numbers:
    """Draw a grid of moves and turns."""
    step_mm, step_deg = int(rng.choice([4, 8, 16])), int(rng.choice([5, 10, 15]))
    return {
        "step_mm": step_mm,
        "reach_mm": step_mm * int(rng.integers(2, 7)),
        "step_deg": step_deg,
        "reach_deg": step_deg * int(rng.integers(2, 7)),
    }


def _counts(n: Numbers) -> tuple[int, int]:
    """Return how many steps there are to one side: of moves and of turns."""
    return n["reach_mm"] // n["step_mm"], n["reach_deg"] // n["step_deg"]


grid_size = Family(
    question=lambda n: (
        f"The global step in a slice tries moves from -{n['reach_mm']} to {n['reach_mm']} mm in "
        f"steps of {n['step_mm']} mm, down and to the right, each with every turn from "
        f"-{n['reach_deg']} to {n['reach_deg']} degrees in steps of {n['step_deg']} degrees. How "
        "often is the cost computed?"
    ),
    draw=_draw_grid,
    right=_tried,
    why=lambda n: (
        f"{2 * _counts(n)[0] + 1} moves down, as many to the right, and {2 * _counts(n)[1] + 1} "
        f"turns, all with all: {2 * _counts(n)[0] + 1} * {2 * _counts(n)[0] + 1} * "
        f"{2 * _counts(n)[1] + 1} = {_tried(n)}. In three dimensions there are three moves and "
        "three turns; that is why the search runs at low resolution."
    ),
    misconceptions=[
        Misconception(
            lambda n: (2 * _counts(n)[0]) ** 2 * 2 * _counts(n)[1],
            "You forgot 0, which is a place of its own: from -8 to 8 in steps of 8 there are three "
            "places.",
        ),
        Misconception(
            lambda n: (_counts(n)[0] + 1) ** 2 * (_counts(n)[1] + 1),
            "You only went one way. Patients move to both sides: from minus the reach to the "
            "reach.",
        ),
        Misconception(
            lambda n: 2 * (2 * _counts(n)[0] + 1) + 2 * _counts(n)[1] + 1,
            "You added. Each move is tried with every other move and every turn, so the numbers "
            "multiply.",
        ),
    ],
)


def _table(n: Numbers) -> np.ndarray:
    """Return the joint histogram of a question."""
    return np.reshape(n["counts"], (2, 2))


def _draw_table(rng: np.random.Generator) -> Numbers:
    """Draw a joint histogram of 20 pixels in which no bin is empty."""
    while True:
        counts = rng.integers(1, 13, 4)
        if counts.sum() == 20 and similarity.mutual_information(counts.reshape(2, 2)) > 0.05:
            return {"counts": tuple(int(count) for count in counts)}


def _pixels(n: Numbers) -> np.ndarray:
    """Return the joint histogram as probabilities."""
    return _table(n) / _table(n).sum()


def _terms(n: Numbers) -> str:
    """Write the sum that mutual information is."""
    p = _pixels(n)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    return " + ".join(
        f"{p[i, j]:.2f} ln({p[i, j]:.2f} / ({rows[i]:.2f} * {columns[j]:.2f}))"
        for i, j in product(range(2), range(2))
    )


information = Family(
    question=lambda n: (
        "Two images of 20 pixels hold two grey values each. Both dark: "
        f"{n['counts'][0]} pixels; first dark, second bright: {n['counts'][1]}; first bright, "
        f"second dark: {n['counts'][2]}; both bright: {n['counts'][3]}. What is their mutual "
        "information, in nats?"
    ),
    draw=_draw_table,
    right=lambda n: similarity.mutual_information(_table(n)),
    show=lambda value: f"{value:.3f}",
    why=lambda n: f"{_terms(n)} = {similarity.mutual_information(_table(n)):.3f}.",
    misconceptions=[
        Misconception(
            lambda n: similarity.mutual_information(_table(n)) / np.log(2),
            "That is in bits, with the logarithm to the base 2. Nats take the natural one.",
        ),
        Misconception(
            lambda n: similarity.entropy(_pixels(n)),
            "That is the entropy of both images together, -sum of p ln p. Mutual information "
            "divides by p(i) p(j) inside the logarithm.",
        ),
        Misconception(
            lambda n: similarity.entropy(_pixels(n).sum(axis=1)),
            "That is the entropy of the first image alone, the most that another image could tell "
            "about it.",
        ),
    ],
)


def _draw_lesion(rng: np.random.Generator) -> Numbers:
    """Draw a lesion, its surroundings and when the patient moved."""
    total = int(rng.choice([10, 15, 20]))
    still = int(rng.choice([m for m in range(3, total - 1) if 2 * m != total]))
    return {
        "lesion": int(rng.integers(16, 41)),
        "around": int(rng.integers(3, 9)),
        "total": total,
        "still": still,
    }


def _read(n: Numbers) -> float:
    """Return what the mean shows at the lesion's first place, by the reference."""
    frames = [np.full((1, 1), float(n[which])) for which in ("lesion", "around")]
    minutes = [n["still"], n["total"] - n["still"]]
    return float(motion_compensation.mean_in_place(frames, [np.eye(3)] * 2, 1.0, minutes)[0, 0])


moved_lesion = Family(
    question=lambda n: (
        f"A PET frame lasts {n['total']} minutes. After {n['still']} minutes the patient moves "
        "once, by more than the size of a lesion, and then lies still again. The lesion has "
        f"{n['lesion']} kBq/mL, the tissue around it {n['around']} kBq/mL. What does the frame "
        "show where the lesion was at first, in kBq/mL?"
    ),
    draw=_draw_lesion,
    right=_read,
    show=lambda value: f"{value:.1f}",
    why=lambda n: (
        f"For {n['still']} minutes the lesion is there, for {n['total'] - n['still']} minutes its "
        f"surroundings: ({n['still']} * {n['lesion']} + {n['total'] - n['still']} * {n['around']}) "
        f"/ {n['total']} = {_read(n):.1f}. No way back can mend it: the frame is one image."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["still"] * n["lesion"] / n["total"],
            "You forgot the tissue that comes to lie there after the motion. It is active too.",
        ),
        Misconception(
            lambda n: (n["lesion"] + n["around"]) / 2,
            "That is the mean of both values. Each counts as long as it was there.",
        ),
        Misconception(
            lambda n: _read({**n, "still": n["total"] - n["still"]}),
            "You exchanged the times before and after the motion.",
        ),
    ],
)
