"""Quizzes of topic 04: interpolation. Slides 25 to 27."""

from functools import lru_cache

import numpy as np

from course_lib.data import phantom
from course_lib.display.grid_figures import draw_colours, in_words
from course_lib.display.picture import Picture
from course_lib.imaging import coordinates, interpolation, neighbors, resampling
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers

Grid = tuple[tuple[str, ...], ...]
_COLOURS = ("green", "blue", "red", "yellow", "orange", "purple", "sky blue")
_EDGES = ((0, 1), (1, 0), (1, 2), (2, 1))  # in reading order


def _grid(n: Numbers) -> Grid:
    """Return 3 x 3 colours: the corners, three edges that agree, one that does not, and white."""
    grid = [[n["corners"]] * 3 for _ in range(3)]
    for i, (row, column) in enumerate(_EDGES):
        grid[row][column] = n["single"] if i == n["place"] else n["edges"]
    grid[1][1] = "white"
    return tuple(map(tuple, grid))


def _majority(n: Numbers) -> str:
    """Return the colour of the centre, by the reference."""
    numbers = [[[*_COLOURS, "white"].index(name) for name in row] for row in _grid(n)]
    return _COLOURS[neighbors.majority_of_neighbors(numbers, (1, 1))]


@lru_cache(maxsize=64)
def _picture(grid: Grid) -> Picture:
    """Draw a grid once."""
    return draw_colours(grid)


def _draw_grid(rng: np.random.Generator) -> Numbers:
    """Draw three colours and the place of the one that stands alone."""
    corners, edges, single = (str(name) for name in rng.choice(_COLOURS, 3, replace=False))
    return {"corners": corners, "edges": edges, "single": single, "place": int(rng.integers(4))}


white_pixel = Family(
    question=lambda n: (
        "The white pixel in the centre has no label yet. In a 4-connectivity setting, what colour "
        "would it be assigned with nearest neighbour interpolation? (Row by row: "
        f"{in_words(_grid(n))}.)"
    ),
    draw=_draw_grid,
    right=_majority,
    show=str.capitalize,
    why=lambda n: (
        "With 4-connectivity only the pixels above, to the left, to the right and below count. "
        f"All four are equally near; three of them are {n['edges']} and one is {n['single']}, so "
        f"the majority says {_majority(n)}."
    ),
    picture=lambda n: _picture(_grid(n)),
    misconceptions=[
        Misconception(
            lambda n: n["corners"],
            "You counted the corners too. They touch the centre in a point only, which counts "
            "with 8-connectivity; and they are farther away, by the square root of 2.",
        ),
        Misconception(
            lambda n: n["single"],
            "You took one neighbour. But all four are equally near, so none of them alone can "
            "decide; count them.",
        ),
    ],
    lecture=Lecture(
        numbers={"corners": "green", "edges": "blue", "single": "red", "place": 0},
        options=["green", "blue", "red"],
        slide=27,
    ),
)


def _index(n: Numbers, point: tuple[float, ...], spacing: tuple[float, ...]) -> str:
    """Write the index of the voxel nearest to a point."""
    index = coordinates.mm_to_index(point, spacing, n["origin"])
    return _written(np.floor(index + 0.5))


def _written(index: np.ndarray) -> str:
    """Write an index."""
    return "[" + ", ".join(f"{i:.0f}" for i in index) + "]"


def _draw_place(rng: np.random.Generator) -> Numbers:
    """Draw a grid with an origin, and a point that is clearly nearest to one voxel."""
    spacing = (float(rng.choice([3.0, 4.4, 5.0])), 0.5, float(rng.choice([0.6, 0.8])))
    origin = tuple(float(10 * i) for i in rng.integers(-9, -4, 3))
    while True:
        index = rng.integers([4, 20, 20], [20, 90, 90]) + rng.uniform(0.55, 0.85, 3)
        point = tuple(round(float(x), 1) for x in coordinates.index_to_mm(index, spacing, origin))
        fraction = coordinates.mm_to_index(point, spacing, origin) % 1
        if (fraction > 0.54).all() and (fraction < 0.9).all():  # also after rounding
            return {"spacing": spacing, "origin": origin, "point": point}


def _three(numbers: tuple[float, ...]) -> str:
    """Write three numbers."""
    return "(" + ", ".join(f"{x:g}" for x in numbers) + ")"


nearest_voxel = Family(
    question=lambda n: (
        f"A volume has the spacing {_three(n['spacing'])} mm along (Z, Y, X), and the centre of "
        f"its first voxel lies at {_three(n['origin'])} mm. A finding is reported at "
        f"{_three(n['point'])} mm. Which voxel [z, y, x] is nearest?"
    ),
    draw=_draw_place,
    right=lambda n: _index(n, n["point"], n["spacing"]),
    why=lambda n: (
        "(point - origin) / spacing is ("
        + ", ".join(
            f"{i:.2f}" for i in coordinates.mm_to_index(n["point"], n["spacing"], n["origin"])
        )
        + f"), rounded to {_index(n, n['point'], n['spacing'])}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _written(
                np.floor(coordinates.mm_to_index(n["point"], n["spacing"], n["origin"]))
            ),
            "You cut the decimals off. The nearest voxel is found by rounding; cutting moves "
            "everything by half a voxel on average.",
        ),
        Misconception(
            lambda n: _index(n, n["point"], n["spacing"][::-1]),
            "You took the spacing in the order (X, Y, Z). Programs differ in it; here point, "
            "origin, spacing and index all come as (Z, Y, X).",
        ),
        Misconception(
            lambda n: _index(n, n["point"], (1.0, 1.0, 1.0)),
            "You subtracted the origin but did not divide by the spacing: these are mm, and not "
            "numbers of voxels.",
        ),
    ],
)


def _between(n: Numbers) -> float:
    """Return the value between two slices, by the reference."""
    slices = np.array([n["low"], n["high"]], dtype=float)
    return float(interpolation.linear_at(slices, [n["at_mm"]], n["spacing"]))


def _draw_between(rng: np.random.Generator) -> Numbers:
    """Draw two values in neighbouring slices and a place that is not in the middle."""
    spacing = float(rng.choice([4.0, 4.4, 5.0]))
    return {
        "low": 10 * int(rng.integers(-10, 11)),
        "high": 50 * int(rng.integers(8, 25)),
        "spacing": spacing,
        "at_mm": round(spacing * float(rng.choice([0.2, 0.25, 0.3, 0.7, 0.75, 0.8])), 2),
    }


between_slices = Family(
    question=lambda n: (
        f"In a CT with a slice every {n['spacing']:g} mm, a voxel has {n['low']} HU and the one "
        f"above it in the next slice {n['high']} HU. What does linear interpolation give "
        f"{n['at_mm']:g} mm above the centre of the lower one?"
    ),
    draw=_draw_between,
    right=_between,
    show=lambda hu: f"{hu:.0f} HU",
    why=lambda n: (
        f"The fraction is {n['at_mm']:g} / {n['spacing']:g} = {n['at_mm'] / n['spacing']:.2f}: "
        f"{1 - n['at_mm'] / n['spacing']:.2f} * ({n['low']}) + {n['at_mm'] / n['spacing']:.2f} * "
        f"{n['high']} = {_between(n):.0f} HU. Nobody measured it; it may be neither tissue."
    ),
    misconceptions=[
        Misconception(
            lambda n: _between({**n, "at_mm": n["spacing"] - n["at_mm"]}),
            "The weights are turned round: the nearer voxel has to count more.",
        ),
        Misconception(
            lambda n: (n["low"] + n["high"]) / 2,
            "That is the mean. It is right in the middle between the two slices only.",
        ),
        Misconception(
            lambda n: n["low"] if n["at_mm"] < n["spacing"] / 2 else n["high"],
            "That is the nearest neighbour. Linear interpolation mixes both voxels.",
        ),
    ],
)

_NAMES = [tissue.name for tissue in phantom.TISSUES]
# Two labels with one other between them. The numbers follow from the table of the phantom.
_GAPS = [(low, low + gap) for gap in (2, 3, 4) for low in range(len(_NAMES) - gap)]


def _rounded(n: Numbers) -> int:
    """Return the label that linear interpolation and rounding write, by the reference."""
    labels = np.array([n["first"], n["second"]])
    return int(np.rint(interpolation.linear_at(labels, [n["fraction"]])))


def _named(label: int) -> str:
    """Write a label with its tissue."""
    return f"{label}, {_NAMES[label]}"


def _draw_labels(rng: np.random.Generator) -> Numbers:
    """Draw two labels that are not neighbours, and a place at which a third one is invented."""
    while True:
        pair = _GAPS[rng.integers(len(_GAPS))]
        first, second = (int(label) for label in rng.permutation(pair))
        numbers = {
            "first": first, "second": second, "fraction": float(rng.choice([0.4, 0.45, 0.55, 0.6])),
        }  # fmt: skip
        if _rounded(numbers) not in pair:
            return numbers


def _nearer(n: Numbers) -> int:
    """Return the label of the nearer voxel."""
    return n["first"] if n["fraction"] < 0.5 else n["second"]


invented_label = Family(
    question=lambda n: (
        "A label volume of the head is brought to another grid by linear interpolation, and the "
        f"result is rounded. A new voxel lies between a voxel of the label {_named(n['first'])}, "
        f"and one of the label {_named(n['second'])}, at {100 * n['fraction']:.0f} % of the way "
        "from the first to the second. Which label does it get?"
    ),
    draw=_draw_labels,
    right=_rounded,
    show=_named,
    why=lambda n: (
        f"{n['first']} + {n['fraction']:g} * ({n['second']} - {n['first']}) = "
        f"{n['first'] + n['fraction'] * (n['second'] - n['first']):.2f}, rounded to "
        f"{_named(_rounded(n))}. Neither of the two voxels holds it: it was invented."
    ),
    misconceptions=[
        Misconception(
            _nearer,
            "That is what nearest neighbour gives, and what the patient needs. Linear "
            "interpolation computes with the numbers of the labels as if they were amounts.",
        ),
        Misconception(
            lambda n: n["first"] + n["second"] - _nearer(n),
            "That is the label of the farther voxel. Neither of the two wins here: the numbers of "
            "the labels are mixed.",
        ),
    ],
)


def _volume(n: Numbers) -> float:
    """Return the volume, by the reference."""
    return resampling.volume_ml(np.ones((1, 1, n["voxels"]), bool), n["spacing"])


def _draw_volume(rng: np.random.Generator) -> Numbers:
    """Draw a number of voxels and their size."""
    return {
        "voxels": 100 * int(rng.integers(5, 60)),
        "spacing": (float(rng.choice([0.6, 3.0, 4.4, 5.0])), 0.5, 0.5),
    }


lesion_volume = Family(
    question=lambda n: (
        f"A lesion has {n['voxels']:,} voxels of {n['spacing'][0]:g} x 0.5 x 0.5 mm. What is its "
        "volume?"
    ),
    draw=_draw_volume,
    right=_volume,
    show=lambda ml: f"{ml:.2f} ml",
    why=lambda n: (
        f"{n['voxels']:,} * {n['spacing'][0]:g} * 0.5 * 0.5 mm3 = {1000 * _volume(n):,.0f} mm3, "
        f"and 1000 mm3 are 1 ml: {_volume(n):.2f} ml."
    ),
    misconceptions=[
        Misconception(
            lambda n: 10 * _volume(n),
            "1 ml is a cube of 10 mm, which holds 10 * 10 * 10 = 1000 mm3, and not 100.",
        ),
        Misconception(
            lambda n: n["voxels"] / 1000,
            "You took each voxel for 1 mm3. Multiply by the product of the three spacings.",
        ),
        Misconception(
            lambda n: n["voxels"] * sum(n["spacing"]) / 1000,
            "You added the spacings. The volume of a voxel is their product.",
        ),
    ],
)
