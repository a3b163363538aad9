"""Quizzes of topic 07: detection and tracking. Slides 40 to 44; the lecture asks none here."""

import numpy as np
from numpy.typing import NDArray

from course_lib.imaging import lesion_fates, lines
from course_lib.imaging.rotations import rotation
from course_lib.imaging.transforms import Matrix, apply, compose, invert, translation
from course_lib.quiz.family import Family, Misconception, Numbers

Point = tuple[int, int]


def _sides(n: Numbers, in_mm: bool = True) -> list[NDArray[np.float64]]:
    """Return the directions from the vertex along both roofs."""
    steps = n["spacing"] if in_mm else (1.0, 1.0)
    return [np.subtract(n[side], n["vertex"]) * steps for side in ("left", "right")]


def _opening(n: Numbers) -> float:
    """Return the callosal angle, by the reference."""
    return lines.angle_between(*_sides(n))


def _draw_opening(rng: np.random.Generator) -> Numbers:
    """Draw a vertex, a point on each roof, and pixels that are not square."""
    vertex = int(rng.integers(80, 100)), int(rng.integers(90, 110))
    up = rng.integers(14, 26, 2)
    out = rng.integers(12, 30, 2)
    return {
        "vertex": vertex,
        "left": (vertex[0] - int(up[0]), vertex[1] - int(out[0])),
        "right": (vertex[0] - int(up[1]), vertex[1] + int(out[1])),
        "spacing": [(1.0, 0.5), (1.5, 1.0), (2.0, 1.0), (0.5, 1.0)][int(rng.integers(4))],
    }


def _why_opening(n: Numbers) -> str:
    """Explain by the two directions in mm and their product."""
    (y0, x0), (y1, x1) = sides = _sides(n)
    lengths = [float(np.linalg.norm(side)) for side in sides]
    return (
        f"In mm the directions are ({y0:g}, {x0:g}) and ({y1:g}, {x1:g}). Their product is "
        f"{sides[0] @ sides[1]:g}, their lengths are {lengths[0]:.1f} and {lengths[1]:.1f}, so the "
        f"cosine is {sides[0] @ sides[1] / lengths[0] / lengths[1]:.3f} and the angle "
        f"{_opening(n):.0f} degrees."
    )


callosal_opening = Family(
    question=lambda n: (
        f"On a coronal slice the rows are {n['spacing'][0]:g} mm apart and the columns "
        f"{n['spacing'][1]:g} mm. The roofs of the ventricles meet at row {n['vertex'][0]}, column "
        f"{n['vertex'][1]}. The left one passes row {n['left'][0]}, column {n['left'][1]}, the "
        f"right one row {n['right'][0]}, column {n['right'][1]}. What is the callosal angle?"
    ),
    draw=_draw_opening,
    right=_opening,
    show=lambda angle: f"{angle:.0f} degrees",
    why=_why_opening,
    misconceptions=[
        Misconception(
            lambda n: lines.angle_between(*_sides(n, in_mm=False)),
            "You took rows and columns as if pixels were square. Multiply both by their spacing: "
            "angles are measured in mm.",
        ),
        Misconception(
            lambda n: 180 - _opening(n),
            "This is the other angle at the crossing. The callosal angle opens upward, between "
            "two directions that both point away from the vertex.",
        ),
        Misconception(
            lambda n: lines.angle_between(_sides(n)[0], [-1.0, 0.0]),
            "This is the angle of one side with the midline. The callosal angle goes from roof to "
            "roof.",
        ),
    ],
)

_SHARE = 0.1


def _two_visits(n: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows of voxels with the sizes and overlaps of the question."""
    pairs = [
        (1, 1, n["first"]), (1, 2, n["second"]), (2, 2, n["touch"]),
        (1, 0, n["whole"] - n["first"] - n["second"]), (2, 0, n["other"] - n["touch"]),
        (0, 1, n["parts"][0] - n["first"]), (0, 2, n["parts"][1] - n["second"] - n["touch"]),
    ]  # fmt: skip
    before, after = (np.repeat([p[i] for p in pairs], [p[2] for p in pairs]) for i in (0, 1))
    return (after, before) if n["backward"] else (before, after)


def _fate(n: Numbers, share: float = _SHARE) -> str:
    """Return what became of the lesion of several parts, by the reference."""
    changes = lesion_fates.match_lesions(*_two_visits(n), least_share=share)
    side = 2 if n["backward"] else 1
    return next(change.fate for change in changes if 1 in change[side])


def _one_partner(n: Numbers) -> str:
    """Return the fate when only the largest overlap is looked at."""
    sizes = n["whole"], n["parts"][0]
    return lesion_fates.compare_volumes(*(sizes[::-1] if n["backward"] else sizes))


def _draw_fate(rng: np.random.Generator) -> Numbers:
    """Draw a lesion that splits, or merges when time runs backward, beside a neighbour."""
    first, second = int(rng.integers(24, 40)), int(rng.integers(12, 20))
    return {
        "backward": bool(rng.integers(2)),
        "first": first,
        "second": second,
        "touch": 1,
        "whole": first + second + int(rng.integers(4, 12)),
        "other": int(rng.integers(30, 60)),
        "parts": (first + int(rng.integers(2, 8)), second + 1 + int(rng.integers(2, 8))),
    }


def _ask_fate(n: Numbers) -> str:
    """Tell the sizes and the overlaps."""
    one, several = ("after", "before") if n["backward"] else ("before", "after")
    return (
        f"Lesion A ({one}) has {n['whole']} voxels, its neighbour B ({one}) {n['other']}. Lesion P "
        f"({several}) has {n['parts'][0]} voxels, {n['first']} of them on A. Lesion Q ({several}) "
        f"has {n['parts'][1]} voxels, {n['second']} of them on A and {n['touch']} on B. An overlap "
        "counts from 10 % of the smaller lesion. Volumes are stable up to 25 %. What happened to "
        "A, P and Q between the visits?"
    )


lesion_fate = Family(
    question=_ask_fate,
    draw=_draw_fate,
    right=_fate,
    why=lambda n: (
        f"P lies on A with {n['first']} of {n['parts'][0]} voxels and Q with {n['second']} of "
        f"{n['parts'][1]}: both belong to A. The {n['touch']} voxel on B is less than 10 % of Q, "
        f"the smaller one, and does not count. {'Two became one' if n['backward'] else 'One '}"
        f"{'' if n['backward'] else 'became two'}: {_fate(n)}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _fate(n, 0.0),
            "You let a single voxel count, so the neighbour belongs to the group as well. "
            "Registration errs by a voxel; that is what the least share is for.",
        ),
        Misconception(
            _one_partner,
            "You looked at the largest overlap only and compared two volumes. All overlaps that "
            "count belong to the group, and volumes decide only between one and one.",
        ),
        Misconception(
            lambda n: {"split": "merged", "merged": "split"}.get(_fate(n), "new"),
            "You exchanged before and after: look again at which visit there is one lesion, and "
            "at which there are two.",
        ),
    ],
)


def _motion(n: Numbers) -> Matrix:
    """Return the transform of the question."""
    return compose(rotation(90, [0.0, 0.0]), translation(n["move"]))


def _at(point: NDArray) -> Point:
    """Return a point in whole mm."""
    return int(np.rint(point[0])), int(np.rint(point[1]))


def _draw_point(rng: np.random.Generator) -> Numbers:
    """Draw where a lesion lies and how the scan was moved, in whole mm."""
    row, column = (10 * int(value) for value in rng.integers(2, 9, 2))
    return {
        "lesion": (row, column),
        "move": tuple(int(value) for value in rng.choice([-20, -15, -5, 5, 15, 25], 2)),
    }


carried_point = Family(
    question=lambda n: (
        "Registration found how the follow-up moves onto the baseline: turn by 90 degrees about "
        f"(0, 0), which brings (1, 0) to {_at(apply(rotation(90, [0.0, 0.0]), [1.0, 0.0]))}, then "
        f"move by {n['move']}. All in mm, as (row, column). On the baseline's grid a lesion lies "
        f"at {n['lesion']}. Where does it lie in the follow-up scan?"
    ),
    draw=_draw_point,
    right=lambda n: _at(apply(invert(_motion(n)), n["lesion"])),
    why=lambda n: (
        "Undo the last step first: move back to "
        f"{_at(np.subtract(n['lesion'], n['move']))}, then turn back to "
        f"{_at(apply(invert(_motion(n)), n['lesion']))}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _at(apply(_motion(n), n["lesion"])),
            "You moved on, not back: the lesion is already on the baseline's grid. The way to the "
            "scan is the inverse transform.",
        ),
        Misconception(
            lambda n: _at(
                apply(compose(rotation(-90, [0.0, 0.0]), translation(np.negative(n["move"]))),
                      n["lesion"])
            ),
            "You turned back first and moved back then. The last step has to be undone first: "
            "move back, then turn back.",
        ),
        Misconception(
            lambda n: _at(np.subtract(n["lesion"], n["move"])),
            "You only moved back. The head was turned as well, and the lesion with it.",
        ),
    ],
)  # fmt: skip


def _growth(n: Numbers, power: int) -> float:
    """Return by how many percent a power of the diameter grew."""
    return 100 * ((n["after"] / n["before"]) ** power - 1)


diameter_growth = Family(
    question=lambda n: (
        f"A round lesion had a diameter of {n['before']} mm and now has {n['after']} mm. By how "
        "many percent did its volume grow?"
    ),
    draw=lambda rng: {
        "before": (before := int(rng.integers(5, 12))),
        "after": before + int(rng.integers(1, 5)),
    },
    right=lambda n: _growth(n, 3),
    show=lambda percent: f"{percent:.0f} %",
    why=lambda n: (
        f"The volume goes with the third power of the diameter: ({n['after']} / {n['before']})^3 = "
        f"{(n['after'] / n['before']) ** 3:.2f}, so {_growth(n, 3):.0f} % more."
    ),
    misconceptions=[
        Misconception(
            lambda n: _growth(n, 1),
            "This is how much the diameter grew. A volume goes with its third power.",
        ),
        Misconception(
            lambda n: _growth(n, 2),
            "This is how much the area on one slice grew. The lesion grew in the third direction "
            "as well.",
        ),
        Misconception(
            lambda n: 100 * (1 - (n["before"] / n["after"]) ** 3),
            "You divided by the volume after. Growth is told relative to the volume before.",
        ),
    ],
)
