"""Quizzes of topic 01: compression and DICOM. Slides 4 to 10."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from course_lib.display.picture import Picture
from course_lib.imaging import outlines, polygons, quantization, rescaling, run_lengths
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers

_TYPES = {"SHORT": "int16", "unsigned SHORT": "uint16", "unsigned BYTE": "uint8"}
Line = tuple[float, float]


def _largest(n: Numbers) -> int:
    """Return the largest number of the file's type."""
    return rescaling.type_limits(_TYPES[n["type"]])[1]


def _line(n: Numbers) -> Line:
    """Return the smallest slope of one decimal that fits, and the intercept."""
    slope, intercept = quantization.smallest_slope(n["low"], n["high"], _TYPES[n["type"]], n["low"])
    return math.ceil(10 * slope - 1e-9) / 10, intercept


def _draw_line(rng: np.random.Generator) -> Numbers:
    """Draw a type and a range that is too wide for it."""
    kind = str(rng.choice(list(_TYPES)))
    low = int(rng.choice([0, 0, -1024, -500, -100]))
    width = rescaling.type_limits(_TYPES[kind])[1] * rng.uniform(1.25, 6)
    return {"type": kind, "low": low, "high": low + int(width)}


def _show_line(line: Line) -> str:
    """Write a slope and an intercept."""
    return f"Slope {line[0]:.4g} and intercept {line[1]:,.0f}"


def _added(number: float) -> str:
    """Write a number that is added, with its sign."""
    return f"{'-' if number < 0 else '+'} {abs(number):,.0f}"


def _why_line(n: Numbers) -> str:
    """Explain by reading the largest number and storing the largest value."""
    (slope, intercept), largest = _line(n), _largest(n)
    return (
        f"The largest number reads {slope:g} * {largest:,} {_added(intercept)} = "
        f"{slope * largest + intercept:,.1f}, so {n['high']:,} is reached: it is stored as "
        f"{(n['high'] - intercept) / slope:,.1f}, rounded. The smallest value, {n['low']:,}, is "
        "stored as 0. Every other option reads less at the upper end."
    )


rescale = Family(
    question=lambda n: (
        f"The values of an image range from {n['low']:,} to {n['high']:,}. It shall be stored as "
        f"DICOM in the type {n['type']}, whose largest number is {_largest(n):,}. Which slope and "
        "intercept are possible? (value = slope * stored + intercept)"
    ),
    draw=_draw_line,
    right=_line,
    show=_show_line,
    why=_why_line,
    misconceptions=[
        Misconception(
            lambda n: (_line(n)[0] - 0.2, n["low"] + 1),
            "You forgot the upper end. Read the largest number with this slope and intercept: it "
            "does not reach the largest value of the image.",
        ),
        Misconception(
            lambda n: (1, _largest(n) - n["high"]),
            "The sign of the intercept is wrong. It is added when the file is read, so this one "
            "makes everything smaller, and the upper end is even farther away.",
        ),
        Misconception(
            lambda n: (round(1 / _line(n)[0], 3), n["low"]),
            "The direction is wrong. This slope leads from values to stored numbers; the slope in "
            "the header leads back.",
        ),
    ],
    lecture=Lecture(
        numbers={"type": "SHORT", "low": 0, "high": 52427},
        options=[(1.4, 1), (1.6, 0), (1, -19660)],
        slide=10,
    ),
)


def _read(n: Numbers) -> float:
    """Read one stored number, by the reference."""
    return float(rescaling.rescale(np.array([n["stored"]]), n["slope"], n["intercept"])[0])


def _draw_stored(rng: np.random.Generator) -> Numbers:
    """Draw a header with a slope other than 1, and a stored number."""
    slope, intercept = float(rng.choice([0.5, 2, 4])), -int(rng.choice([1000, 1024, 2048]))
    hu = int(rng.choice([-600, -100, 40, 300, 1200])) + 4 * int(rng.integers(0, 20))
    return {"slope": slope, "intercept": intercept, "stored": round((hu - intercept) / slope)}


read_value = Family(
    question=lambda n: (
        f"The header of a CT says Rescale Slope {n['slope']:g} and Rescale Intercept "
        f"{n['intercept']:,}. A pixel is stored as {n['stored']:,}. How many HU is that?"
    ),
    draw=_draw_stored,
    right=_read,
    show=lambda hu: f"{hu:,.0f} HU",
    why=lambda n: (
        f"{n['slope']:g} * {n['stored']:,} {_added(n['intercept'])} = {_read(n):,.0f} HU."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["slope"] * n["stored"] - n["intercept"],
            "The sign of the intercept is wrong: it is added as it stands, with its minus.",
        ),
        Misconception(
            lambda n: n["slope"] * (n["stored"] + n["intercept"]),
            "You added the intercept before you multiplied. The slope comes first.",
        ),
        Misconception(
            lambda n: (n["stored"] - n["intercept"]) / n["slope"],
            "This is the way from HU to stored numbers. Reading multiplies and adds.",
        ),
    ],
)


def _step(n: Numbers) -> float:
    """Return the smallest slope for the whole type, by the reference."""
    return quantization.smallest_slope(n["low"], n["high"], n["type"])[0]


def _draw_range(rng: np.random.Generator) -> Numbers:
    """Draw a range of HU and a type."""
    return {
        "low": -int(rng.choice([200, 1000, 1024])),
        "high": 1 + 10 * int(rng.integers(100, 2000)),
        "type": str(rng.choice(["uint8", "uint16"])),
    }


rounding_error = Family(
    question=lambda n: (
        f"A CT holds decimals between {n['low']:,} and {n['high']:,} HU. It is stored as "
        f"{n['type']} with the smallest slope that fits. By how much can a value be wrong after "
        "reading?"
    ),
    draw=_draw_range,
    right=lambda n: quantization.largest_error(_step(n)),
    show=lambda error: f"{error:.3g} HU",
    why=lambda n: (
        f"One step is {n['high'] - n['low']:,} / {rescaling.type_limits(n['type'])[1]:,} = "
        f"{_step(n):.4g} HU, and rounding is wrong by half a step at most."
    ),
    misconceptions=[
        Misconception(
            _step,
            "That is a whole step. Values go to the nearer of two neighbours: half a step at most.",
        ),
        Misconception(
            lambda n: _step(n) / math.sqrt(12),
            "That is the standard deviation of the error, step / sqrt(12). The largest error is "
            "half a step.",
        ),
        Misconception(
            lambda n: n["high"] / rescaling.type_limits(n["type"])[1] / 2,
            "You divided the largest value. The range must fit: largest minus smallest.",
        ),
        Misconception(
            lambda n: 0.0,
            "Only whole steps come back exactly. What lies between them is rounded.",
        ),
    ],
)


def _row(n: Numbers) -> NDArray[np.int64]:
    """Make the row: air, tissue in which no two neighbours are alike, air."""
    air = np.full(n["left"], -1024), np.full(n["right"], -1024)
    return np.concatenate([air[0], np.arange(n["tissue"]) + 10, air[1]])


def _run_bytes(n: Numbers) -> int:
    """Count the bytes of the row's runs, by the reference."""
    return 4 * len(run_lengths.run_lengths(_row(n))[0])


def _draw_row(rng: np.random.Generator) -> Numbers:
    """Draw how much of a row of 512 pixels is tissue."""
    tissue, left = int(rng.integers(20, 400)), int(rng.integers(20, 90))
    return {"left": left, "tissue": tissue, "right": 512 - left - tissue}


run_length_bytes = Family(
    question=lambda n: (
        f"A row of a CT holds {n['left']} pixels of air, {n['tissue']} pixels of tissue and again "
        f"{n['right']} pixels of air. All air has the same value; in the tissue no two neighbours "
        "are alike. How many bytes do its run lengths take, with 2 bytes for a value and 2 for a "
        "length?"
    ),
    draw=_draw_row,
    right=_run_bytes,
    show=lambda count: f"{count:,} bytes",
    why=lambda n: (
        f"There are 2 runs of air and {n['tissue']} of one pixel each: {n['tissue'] + 2} runs of 4 "
        f"bytes are {_run_bytes(n):,} bytes. Without coding, the row takes 1,024."
    ),
    misconceptions=[
        Misconception(
            lambda n: 2 * len(_row(n)),
            "That is the row without any coding: 2 bytes for each pixel.",
        ),
        Misconception(lambda n: _run_bytes(n) // 2, "You counted values and forgot the lengths."),
        Misconception(
            lambda n: _run_bytes(n) - 4,
            "You took the air on both sides as one run. Tissue lies between; two runs are needed.",
        ),
        Misconception(
            lambda n: 12,
            "You took the tissue as one run. A run has one value; here all neighbours differ.",
        ),
    ],
)


def _region(n: Numbers) -> NDArray[np.bool_]:
    """Make a region of columns of different height, one pixel wide each."""
    return np.arange(6)[::-1, np.newaxis] < np.array(n["heights"])


def _points(n: Numbers) -> NDArray:
    """Return all points of the outline, by the reference."""
    return outlines.trace(_region(n))[0]


def _corners(n: Numbers) -> int:
    """Count the corners of the outline, by the reference."""
    return len(polygons.drop_collinear(_points(n)))


def _draw_heights(rng: np.random.Generator) -> Numbers:
    """Draw three to seven columns."""
    heights = rng.integers(1, 7, int(rng.integers(3, 8))).tolist()
    return {"heights": tuple(heights), "listed": ", ".join(map(str, heights))}


def _picture(n: Numbers) -> Picture:
    """Draw the region on its grid, pixel by pixel: a drawing library would take a second."""
    squares = np.full((*_region(n).shape, 24, 24), 255, np.uint8)
    squares[_region(n)] = 130
    squares[..., 0, :] = squares[..., :, 0] = 60
    rows, columns = _region(n).shape
    grid = np.pad(squares.swapaxes(1, 2).reshape(rows * 24, columns * 24), (0, 1))
    buffer = io.BytesIO()
    Image.fromarray(grid).save(buffer, "PNG")
    alt = (
        f"A grid of pixels, {rows} rows and {columns} columns. The gray region fills each column "
        f"from the bottom up; from left to right {n['listed']} pixels are gray."
    )
    return Picture(buffer.getvalue(), alt)


outline_numbers = Family(
    question=lambda n: (
        f"A region stands on a line; from left to right its columns are {n['listed']} pixels high. "
        "Its outline runs along the edges of the pixels. Collinear points are dropped, and the "
        "rest is packed as [x1, ..., xn, y1, ..., yn]. How many numbers is that?"
    ),
    draw=_draw_heights,
    right=lambda n: 2 * _corners(n),
    why=lambda n: (
        f"The outline turns at {_corners(n)} corners, and each has an "
        f"x and a y. Before collinear points were dropped there were {len(_points(n))} points."
    ),
    picture=_picture,
    misconceptions=[
        Misconception(
            _corners,
            "That is the number of corners. Each has two coordinates.",
        ),
        Misconception(
            lambda n: 2 * _corners(n) + 2,
            "You repeated the first point at the end. The outline is closed by agreement.",
        ),
        Misconception(
            lambda n: 2 * len(_points(n)),
            "You kept a point after every pixel edge. Those on a straight line are dropped.",
        ),
        Misconception(
            lambda n: 8,
            "Those are the corners of the box around it. Every step has a corner, too.",
        ),
    ],
)
