"""Quizzes of notebook 00, the map of the course: what the other topics take for granted."""

import numpy as np

from course_lib.quiz.family import Family, Misconception, Numbers


def _show_shape(shape: tuple[int, ...]) -> str:
    """Write a shape as Python does."""
    return str(tuple(shape))


def _index_text(n: Numbers) -> str:
    """Write the index, for example "volume[:, 100, :]"."""
    parts = [":", ":", ":"]
    parts[n["axis"]] = str(n["index"])
    return f"volume[{', '.join(parts)}]"


def _plane(n: Numbers) -> tuple[int, ...]:
    """Return the shape that numpy gives, without the memory of a volume."""
    volume = np.broadcast_to(np.uint8(0), n["shape"])
    return np.take(volume, n["index"], axis=n["axis"]).shape


def _draw_plane(rng: np.random.Generator) -> Numbers:
    """Draw a shape of three different lengths, an axis and an index that exists."""
    lengths = rng.choice(np.arange(40, 330, 10), 3, replace=False)
    return {
        "shape": tuple(map(int, lengths)),
        "axis": int(rng.integers(3)),
        "index": int(rng.integers(5, 40)),
    }


def _kept(n: Numbers) -> tuple[int, ...]:
    """Return the shape with an axis of length 1."""
    return tuple(1 if axis == n["axis"] else length for axis, length in enumerate(n["shape"]))


def _without_next(n: Numbers) -> tuple[int, ...]:
    """Return the shape without the axis after the right one."""
    wrong = (n["axis"] + 1) % 3
    return tuple(length for axis, length in enumerate(n["shape"]) if axis != wrong)


plane_shape = Family(
    question=lambda n: (
        f"A volume has the shape {n['shape']}, with the axes (Z, Y, X). What is the shape of "
        f"{_index_text(n)}?"
    ),
    draw=_draw_plane,
    right=_plane,
    show=_show_shape,
    why=lambda n: (
        f"A single index removes its axis, here the axis {'ZYX'[n['axis']]}. The other two stay "
        f"in their order: {_plane(n)}."
    ),
    misconceptions=[
        Misconception(
            _kept,
            "Only a range such as 20:21 keeps an axis of length 1. A single number removes it.",
        ),
        Misconception(
            _without_next,
            "You removed another axis. The first place in the brackets is Z, the second Y, the "
            "third X.",
        ),
        Misconception(
            lambda n: tuple(reversed(_plane(n))),
            "The right axes are left, but numpy does not swap them: their order stays.",
        ),
    ],
)


def _megabytes(n: Numbers) -> float:
    """Return the memory of a volume in MB."""
    return np.broadcast_to(np.dtype(n["type"]).type(0), n["shape"]).nbytes / 1e6


def _draw_volume(rng: np.random.Generator) -> Numbers:
    """Draw a shape and a type."""
    side = int(rng.choice([128, 192, 256, 320, 512]))
    return {
        "shape": (int(rng.integers(4, 45)) * 5, side, side),
        "type": str(rng.choice(["int16", "float32", "float64"])),
    }


def _bytes_each(n: Numbers) -> int:
    """Return the bytes of one value."""
    return np.dtype(n["type"]).itemsize


volume_memory = Family(
    question=lambda n: (
        f"A volume of {n['shape'][0]} slices with {n['shape'][1]} x {n['shape'][2]} pixels is "
        f"loaded as {n['type']}. How much memory does it need? (1 MB is a million bytes.)"
    ),
    draw=_draw_volume,
    right=_megabytes,
    show=lambda size: f"{size:.1f} MB",
    why=lambda n: (
        f"{n['type']} takes {_bytes_each(n) * 8} bits, that is {_bytes_each(n)} bytes for each "
        f"value: {n['shape'][0]} * {n['shape'][1]} * {n['shape'][2]} * {_bytes_each(n)} bytes "
        f"= {_megabytes(n):.1f} MB."
    ),
    misconceptions=[
        Misconception(
            lambda n: _megabytes(n) * 8,
            "You counted bits. The number in the type's name is in bits; 8 bits are one byte.",
        ),
        Misconception(
            lambda n: _megabytes(n) / _bytes_each(n),
            "That would be one byte for each value, as in uint8. Look at the number in the type's "
            "name.",
        ),
        Misconception(
            lambda n: _megabytes(n) / n["shape"][0],
            "That is the memory of one slice. A volume has all of them.",
        ),
    ],
)


def _byte_sum(n: Numbers) -> int:
    """Return what numpy computes in 8 bits."""
    return int((np.array([n["first"]], np.uint8) + np.array([n["second"]], np.uint8))[0])


def _draw_bytes(rng: np.random.Generator) -> Numbers:
    """Draw two values whose sum does not fit into 8 bits."""
    first = int(rng.integers(130, 250))
    return {"first": first, "second": int(rng.integers(260 - first, 250))}


byte_overflow = Family(
    question=lambda n: (
        f"Two images of type uint8 are added. At one pixel they hold {n['first']} and "
        f"{n['second']}. What does the sum hold there?"
    ),
    draw=_draw_bytes,
    right=_byte_sum,
    show=str,
    why=lambda n: (
        f"uint8 holds 0 to 255 and then begins again at 0: {n['first']} + {n['second']} - 256 = "
        f"{_byte_sum(n)}. numpy gives no warning for arrays; convert to a larger type first."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["first"] + n["second"],
            "The sum of two uint8 arrays is uint8 again, and that ends at 255. numpy does not "
            "choose a larger type by itself.",
        ),
        Misconception(
            lambda n: 255,
            "Some image programs stop at the largest value; numpy does not, it begins again at 0.",
        ),
        Misconception(
            lambda n: n["first"] + n["second"] - 255,
            "Nearly: uint8 has 256 different values, because 0 is one of them. So 256 is taken "
            "off, not 255.",
        ),
    ],
)
