"""Quizzes of topic 08: kernels, templates, local binary patterns, the table. Slides 45-53, 62."""

from collections.abc import Sequence

import numpy as np

from course_lib.imaging import filters, texture
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers

_ANTICLOCKWISE = (0, 7, 6, 5, 4, 3, 2, 1)
_ROW_BY_ROW = (0, 1, 2, 7, 3, 6, 5, 4)


def _rows(values: Sequence[Sequence[int]]) -> str:
    """Write a patch row by row."""
    return "[" + "; ".join(" ".join(map(str, row)) for row in values) + "]"


def _bits(n: Numbers) -> np.ndarray:
    """Return the bits of the patch, by the reference."""
    return texture.lbp_bits(n["patch"])


def _code(n: Numbers, order: Sequence[int] = range(8)) -> int:
    """Return the number that the bits make when they are read in some order."""
    return texture.code_of_bits(_bits(n)[list(order)])


def _strict(n: Numbers) -> int:
    """Return the code if only brighter neighbours gave 1."""
    patch = np.array(n["patch"], float)
    patch[1, 1] += 0.5
    return texture.lbp_code(patch)


def _draw_patch(rng: np.random.Generator) -> Numbers:
    """Draw a patch in which one or two neighbours equal the middle."""
    patch = rng.integers(1, 21, (3, 3))
    patch[1, 1] = rng.integers(6, 15)
    for place in rng.choice(8, int(rng.integers(1, 3)), replace=False):
        down, right = texture.NEIGHBORS[place]
        patch[1 + down, 1 + right] = patch[1, 1]
    return {"patch": patch.tolist()}


def _in_bits(bits: np.ndarray) -> str:
    """Write bits without gaps."""
    return "".join(map(str, bits))


def _why_code(n: Numbers) -> str:
    """Explain the code."""
    bits = _bits(n)
    worths = [str(2 ** (7 - k)) for k in range(8) if bits[k]]
    return (
        f"Clockwise from the top left, neighbours of at least {n['patch'][1][1]} give 1: "
        f"{_in_bits(bits)} = {' + '.join(worths) or '0'} = {_code(n)}."
    )


lbp_value = Family(
    question=lambda n: (
        f"Given the read matrix (row by row) {_rows(n['patch'])}, what is the LBP value of the "
        "pixel in the middle?"
    ),
    draw=_draw_patch,
    right=_code,
    why=_why_code,
    misconceptions=[
        Misconception(
            _strict,
            "You gave 0 to a neighbour that equals the middle. The comparison is >=, so equal "
            "gives 1.",
        ),
        Misconception(
            lambda n: _code(n, _ANTICLOCKWISE),
            "You read anticlockwise. After the top left comes the pixel above the middle.",
        ),
        Misconception(
            lambda n: _code(n, range(7, -1, -1)),
            "You let the first bit count least. The bit at the top left is worth 128.",
        ),
        Misconception(
            lambda n: _code(n, _ROW_BY_ROW),
            "You read row by row. The bits go round the middle, clockwise.",
        ),
    ],
    lecture=Lecture(
        numbers={"patch": [[6, 4, 6], [15, 5, 4], [10, 9, 3]]},
        options=[163, 167, 171, 180],
        slide=50,
        others={
            "163": (
                "163 is 10100011: you gave 0 to the 9 below the middle. 9 is at least 5, so its "
                "bit, worth 4, is 1."
            ),
            "171": (
                "171 is 10101011: you took the 3 at the lower right for the brighter one. The 9 "
                "below the middle gives 1 (worth 4), the 3 gives 0 (worth 8)."
            ),
            "180": (
                "We know of no slip that gives 180. It is 10110100; compare bit by bit: the fourth "
                "is the 4 right of the middle, which is darker than 5, and the last two are 10 and "
                "15, which are not."
            ),
        },
    ),
)


def _response(n: Numbers, kernel: np.ndarray) -> int:
    """Return the correlation in the middle of the patch, by the reference."""
    return round(float(filters.correlate(np.array(n["patch"], float), kernel)[1, 1]))


def _draw_kernel(rng: np.random.Generator) -> Numbers:
    """Draw a patch, and a kernel that holds few weights and no symmetry."""
    kernel = np.zeros((3, 3), int)
    places = rng.choice(9, 4, replace=False)
    kernel.flat[places] = rng.choice([-2, -1, 1, 2, 3], 4)
    return {"patch": rng.integers(0, 10, (3, 3)).tolist(), "kernel": kernel.tolist()}


def _why_response(n: Numbers) -> str:
    """Write the sum of products."""
    pairs = zip(np.ravel(n["kernel"]), np.ravel(n["patch"]), strict=True)
    terms = [
        f"{weight} * {value}" if weight > 0 else f"({weight}) * {value}"
        for weight, value in pairs
        if weight
    ]
    return (
        "Correlation lays the kernel on as it is written: "
        f"{' + '.join(terms)} = {_response(n, np.array(n['kernel']))}."
    )


kernel_sum = Family(
    question=lambda n: (
        f"The 3 x 3 pixels around a point are (row by row) {_rows(n['patch'])}, the kernel h is "
        f"{_rows(n['kernel'])}. What is g(x, y) at that point by the formula of slide 47, the sum "
        "of h(i, j) f(x + i, y + j)?"
    ),
    draw=_draw_kernel,
    right=lambda n: _response(n, np.array(n["kernel"])),
    why=_why_response,
    misconceptions=[
        Misconception(
            lambda n: _response(n, np.flip(n["kernel"])),
            "That is the convolution: you turned the kernel by 180 degrees. The formula has plus "
            "signs, so the kernel stays as it is.",
        ),
        Misconception(
            lambda n: _response(n, np.transpose(n["kernel"])),
            "You mixed up rows and columns of the kernel.",
        ),
        Misconception(
            lambda n: _response(n, np.abs(n["kernel"])),
            "You lost the signs of the weights. Negative weights subtract; without them no kernel "
            "could find an edge.",
        ),
    ],
)


def _draw_sizes(rng: np.random.Generator) -> Numbers:
    """Draw the sizes of an image and a template."""
    return {
        "image": [int(8 * i) for i in rng.integers(12, 40, 2)],
        "template": [int(2 * i + 1) for i in rng.integers(3, 20, 2)],
    }


def _product(n: Numbers, more: int) -> int:
    """Return (image - template + more) along both axes, multiplied."""
    pairs = zip(n["image"], n["template"], strict=True)
    rows, columns = (i - t + more for i, t in pairs)
    return rows * columns


window_count = Family(
    question=lambda n: (
        f"A template of {n['template'][0]} x {n['template'][1]} pixels is searched in an image of "
        f"{n['image'][0]} x {n['image'][1]} pixels. How many windows lie wholly in the image?"
    ),
    draw=_draw_sizes,
    right=lambda n: _product(n, 1),
    show=lambda count: f"{count:,}",
    why=lambda n: (
        "Along an axis, the first window begins at 0 and the last at image - template, so there "
        f"are image - template + 1: ({n['image'][0]} - {n['template'][0]} + 1) * "
        f"({n['image'][1]} - {n['template'][1]} + 1) = {_product(n, 1):,}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _product(n, 0),
            "One window is missing along each axis: count with an image of 3 pixels and a template "
            "of 3 pixels.",
        ),
        Misconception(
            lambda n: n["image"][0] * n["image"][1],
            "These are all pixels of the image. A window that begins at the last pixel hangs over "
            "the border.",
        ),
        Misconception(
            lambda n: (n["image"][0] // n["template"][0]) * (n["image"][1] // n["template"][1]),
            "You laid the windows side by side like tiles. The template slides by one pixel at a "
            "time, so windows overlap.",
        ),
    ],
)


def _saturated(n: Numbers) -> np.ndarray:
    """Return the patch after the gain, cut off at 255."""
    return np.clip(n["gain"] * np.array(n["patch"]), 0, 255)


def _draw_bright(rng: np.random.Generator) -> Numbers:
    """Draw a bright patch whose middle saturates, with neighbours on both sides of it."""
    gain = int(rng.integers(2, 4))
    limit = 255 // gain + 1
    patch = rng.integers(limit - 40, limit + 40, (3, 3))
    patch[1, 1] = rng.integers(limit + 5, limit + 30)
    return {"patch": patch.tolist(), "gain": gain}


clipped_code = Family(
    question=lambda n: (
        f"A pixel and its neighbours have the grey values (row by row) {_rows(n['patch'])}. The "
        f"picture is stored in 8 bits with {n['gain']} times the contrast, so every value is "
        f"multiplied by {n['gain']} and cut off at 255. What is the LBP value now?"
    ),
    draw=_draw_bright,
    right=lambda n: texture.lbp_code(_saturated(n)),
    why=lambda n: (
        f"Stored are {_rows(_saturated(n).tolist())}. The middle is 255, and every neighbour that "
        f"is 255 too now equals it: {_in_bits(texture.lbp_bits(_saturated(n)))} = "
        f"{texture.lbp_code(_saturated(n))}. Before, the code was {_code(n)}."
    ),
    misconceptions=[
        Misconception(
            _code,
            "That is the code before. Contrast alone changes nothing, but cutting off makes values "
            "equal that were not, and equal gives 1.",
        ),
        Misconception(
            lambda n: 255 - _code(n),
            "You turned all bits round. Only a negative contrast does that; where values are cut "
            "off, they become equal.",
        ),
        Misconception(
            lambda n: texture.code_of_bits(texture.lbp_bits(_saturated(n))[::-1]),
            "The values are right, but you let the first bit count least.",
        ),
    ],
)


def _draw_place(rng: np.random.Generator) -> Numbers:
    """Draw the shape of an image and a pixel in it."""
    rows, columns = (int(i) for i in rng.choice(range(60, 260, 4), 2, replace=False))
    return {
        "shape": [rows, columns],
        "row": int(rng.integers(5, min(rows, columns) - 1)),
        "column": int(rng.integers(5, min(rows, columns) - 1)),
    }


def _row_of(n: Numbers, row: str = "row", column: str = "column", length: int = 1) -> int:
    """Return the row of the table, counted from 0."""
    return n[row] * n["shape"][length] + n[column]


table_row = Family(
    question=lambda n: (
        f"A slice of {n['shape'][0]} rows and {n['shape'][1]} columns becomes a table with one row "
        "for each pixel; the last axis runs fastest. Counted from 0, which row of the table "
        f"belongs to the pixel [{n['row']}, {n['column']}]?"
    ),
    draw=_draw_place,
    right=_row_of,
    why=lambda n: (
        f"Before it come {n['row']} whole rows of {n['shape'][1]} pixels, and {n['column']} pixels "
        f"of its own row: {n['row']} * {n['shape'][1]} + {n['column']} = {_row_of(n)}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _row_of(n, "column", "row", 0),
            "You went down the columns. The last axis, the column number, runs fastest.",
        ),
        Misconception(
            lambda n: _row_of(n, length=0),
            "You multiplied by the number of rows. One row of the slice holds as many pixels as "
            "there are columns.",
        ),
        Misconception(
            lambda n: _row_of(n) + 1,
            "You counted from 1. The pixel [0, 0] is row 0 of the table.",
        ),
    ],
)
