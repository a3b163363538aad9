"""Quizzes of topic 02: intensity normalization. Slides 11 to 18."""

from itertools import pairwise

import numpy as np

from course_lib.imaging import model_scaling, normalization, windowing
from course_lib.quiz.family import Family, Lecture, Misconception, Numbers


def _age(n: Numbers) -> float:
    """Return the age that the model means, by the reference."""
    output = np.array([n["output"]])
    return float(model_scaling.restore(output, n["youngest"], n["oldest"] - n["youngest"])[0])


def _draw_age(rng: np.random.Generator) -> Numbers:
    """Draw the ages of a training set and an output."""
    youngest = int(rng.integers(8, 36))
    oldest = int(rng.integers(youngest + 45, 103))
    return {
        "youngest": youngest,
        "oldest": oldest,
        "output": round(float(rng.uniform(0.3, 0.95)), 2),
    }


brain_age = Family(
    question=lambda n: (
        "A model estimates from an MR image how old a patient's brain looks. It was trained on "
        f"patients of {n['youngest']} to {n['oldest']} years, and the ages were scaled to 0..1 "
        f"with (v_min, v_max) = ({n['youngest']}, {n['oldest']}). For a new patient the model "
        f"says {n['output']:.2f}. What age is that, in years?"
    ),
    draw=_draw_age,
    right=_age,
    show=lambda age: f"{age:.0f}",
    why=lambda n: (
        "The inverse multiplies by the width of the interval and adds its start: "
        f"{n['output']:.2f} * ({n['oldest']} - {n['youngest']}) + {n['youngest']} = {_age(n):.2f}."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["output"] * (n["oldest"] - n["youngest"]),
            "You forgot the offset: the output 0 means the youngest age, not 0 years. Add v_min "
            "at the end.",
        ),
        Misconception(
            lambda n: n["output"] * n["oldest"] + n["youngest"],
            "You multiplied by v_max. The ages were divided by v_max - v_min, the width of the "
            "interval, so that is what brings them back.",
        ),
        Misconception(
            lambda n: n["output"] * n["oldest"],
            "That would be right if the ages had only been divided by v_max. v_min was subtracted "
            "before, and the width is v_max - v_min.",
        ),
    ],
    lecture=Lecture(
        numbers={"youngest": 18, "oldest": 99, "output": 0.78},
        options=[63, 70, 81, 95],
        slide=18,
        others={
            "70": (
                "We know of no slip that gives 70; perhaps it only looked likely. Test it "
                "forwards: (70 - 18) / 81 = 0.64, and the model said 0.78."
            )
        },
    ),
)

_SHARES = [0.0, 0.2, 0.8, 1.0]


def _piece(n: Numbers) -> int:
    """Return the number of the piece in which both HU lie."""
    return next(i for i, (a, b) in enumerate(pairwise(n["knots"])) if a <= n["true"] < b)


def _loss(n: Numbers) -> float:
    """Return the loss of one voxel on the stretched scale, by the reference."""
    true, predicted = (
        model_scaling.stretch_piecewise(np.array([float(n[which])]), n["knots"], _SHARES)
        for which in ("true", "predicted")
    )
    return model_scaling.l1_loss(true, predicted)


def _draw_loss(rng: np.random.Generator) -> Numbers:
    """Draw knots and two HU in one piece."""
    last = int(rng.choice([1500, 2000, 2500, 3000]))
    low, high = [(-900, -300), (-90, 10), (150, 1200)][rng.integers(3)]
    true = 10 * int(rng.integers(low // 10, high // 10))
    return {
        "knots": [-1000, -100, 100, last],
        "true": true,
        "predicted": true + 10 * int(rng.integers(3, 9)),
    }


def _why_loss(n: Numbers) -> str:
    """Explain the loss from the slope of the piece."""
    i = _piece(n)
    width, share = n["knots"][i + 1] - n["knots"][i], _SHARES[i + 1] - _SHARES[i]
    apart = n["predicted"] - n["true"]
    return (
        f"Both values lie between the knots {n['knots'][i]} and {n['knots'][i + 1]}. There "
        f"{width} HU share {share:.1f} of the scale, so {apart} HU become "
        f"{apart} * {share:.1f} / {width} = {_loss(n):.4f}."
    )


def _slope(n: Numbers, piece: int) -> float:
    """Return how much of the scale one HU has in a piece."""
    return (_SHARES[piece + 1] - _SHARES[piece]) / (n["knots"][piece + 1] - n["knots"][piece])


piecewise_loss = Family(
    question=lambda n: (
        f"HU are stretched so that the knots {', '.join(map(str, n['knots']))} become "
        f"{', '.join(map(str, _SHARES))}, with straight lines between them. A voxel has "
        f"{n['true']} HU and the model predicts {n['predicted']} HU. What is its L1 loss on the "
        "stretched scale?"
    ),
    draw=_draw_loss,
    right=_loss,
    show=lambda loss: f"{loss:.4f}",
    why=_why_loss,
    misconceptions=[
        Misconception(
            lambda n: (n["predicted"] - n["true"]) / (n["knots"][-1] - n["knots"][0]),
            "You took one straight line from the first knot to the last, that is min-max scaling. "
            "Each piece has a slope of its own.",
        ),
        Misconception(
            lambda n: (n["predicted"] - n["true"]) * _slope(n, 1 if _piece(n) != 1 else 2),
            "You took the slope of another piece. Look between which two knots the values lie.",
        ),
        Misconception(
            lambda n: (
                (n["predicted"] - n["true"])
                * (_SHARES[_piece(n) + 1] - _SHARES[_piece(n)])
                / abs(n["knots"][_piece(n) + 1])
            ),
            "You divided by the knot itself. The slope of a piece is its share of the scale "
            "divided by its width, the difference of its two knots.",
        ),
    ],
)

_WINDOWS = {
    "soft tissue": (-150, 250),
    "lung": (-1000, 0),
    "brain": (0, 80),
    "bone": (-500, 1300),
}


def _grey(n: Numbers) -> int:
    """Return the grey value, by the reference."""
    return int(windowing.ct_window(np.array([n["hu"]]), n["low"], n["high"])[0])


def _draw_grey(rng: np.random.Generator) -> Numbers:
    """Draw a window and a value inside it whose grey value is not a half."""
    name = str(rng.choice(list(_WINDOWS)))
    low, high = _WINDOWS[name]
    while True:
        hu = int(rng.integers(low + (high - low) // 8, high - (high - low) // 8))
        if 255 * (hu - low) / (high - low) % 1 != 0.5:
            return {"name": name, "low": low, "high": high, "hu": hu}


grey_value = Family(
    question=lambda n: (
        f"A CT is shown in the {n['name']} window, [{n['low']}; {n['high']}] HU, on a screen with "
        f"the grey values 0 to 255. Which grey value shows a voxel of {n['hu']} HU?"
    ),
    draw=_draw_grey,
    right=_grey,
    why=lambda n: (
        f"({n['hu']} - {n['low']}) / ({n['high']} - {n['low']}) * 255 = "
        f"{255 * (n['hu'] - n['low']) / (n['high'] - n['low']):.1f}, rounded to {_grey(n)}."
    ).replace("- -", "+ "),
    misconceptions=[
        Misconception(
            lambda n: int(np.clip(np.rint(255 * n["hu"] / (n["high"] - n["low"])), 0, 255)),
            "You forgot to subtract the lower end of the window, so the window starts at 0 HU "
            "(and what lies below is black).",
        ),
        Misconception(
            lambda n: 255 - _grey(n),
            "You counted from the upper end. The lower end is black (0), the upper end white.",
        ),
        Misconception(
            lambda n: int(windowing.ct_window(np.array([n["hu"]]), -1024, 3071)[0]),
            "That is its grey value if the whole CT scale, -1024 to 3071 HU, is shown. A window "
            "spends all grey values on its own interval.",
        ),
    ],
)


def _voxels(n: Numbers) -> np.ndarray:
    """Return tissue with exactly the mean and deviation of the question, then the lesion."""
    half = n["tissue"] // 2
    bright, dark = n["mean"] + n["deviation"], n["mean"] - n["deviation"]
    parts = [(half, bright), (half, dark), (n["lesion"], n["lesion_value"])]
    return np.concatenate([np.full(count, float(value)) for count, value in parts])


def _draw_lesion(rng: np.random.Generator) -> Numbers:
    """Draw a brain and a bright lesion in it."""
    mean = 10 * int(rng.integers(8, 20))
    return {
        "mean": mean,
        "deviation": 5 * int(rng.integers(3, 7)),
        "tissue": 1000 - (lesion := int(rng.choice([20, 50, 100]))),
        "lesion": lesion,
        "lesion_value": mean * int(rng.integers(3, 6)),
    }


def _z(n: Numbers, voxels: np.ndarray) -> float:
    """Return the z-score of a voxel one deviation above the tissue's mean, by the reference."""
    return float(normalization.z_score(voxels)[0])


lesion_z = Family(
    question=lambda n: (
        f"A brain of {n['tissue']} voxels has the mean {n['mean']} and the standard deviation "
        f"{n['deviation']}, so a voxel of {n['mean'] + n['deviation']} has the z-score 1.00. In "
        f"the next scan there is also a lesion of {n['lesion']} voxels of {n['lesion_value']}. "
        f"Mean and deviation are taken over all {n['tissue'] + n['lesion']} voxels. What is the "
        "z-score of the same voxel now?"
    ),
    draw=_draw_lesion,
    right=lambda n: _z(n, _voxels(n)),
    show=lambda z: f"{z + 0.0:.2f}".replace("-0.00", "0.00"),
    why=lambda n: (
        f"The lesion moves the mean to {_voxels(n).mean():.1f} and the deviation to "
        f"{_voxels(n).std():.1f}: ({n['mean'] + n['deviation']} - {_voxels(n).mean():.1f}) / "
        f"{_voxels(n).std():.1f} = {_z(n, _voxels(n)):.2f}. The voxel did not change."
    ),
    misconceptions=[
        Misconception(
            lambda n: _z(n, _voxels({**n, "lesion": 0})),
            "The voxel is the same, but its z-score is not: mean and deviation are taken over all "
            "voxels, and the lesion changes both. z-normalisation is not robust.",
        ),
        Misconception(
            lambda n: (n["mean"] + n["deviation"] - _voxels(n).mean()) / n["deviation"],
            "You moved the mean but kept the old deviation. The lesion is far from the mean, and "
            "that counts squared: the deviation grows even more than the mean.",
        ),
        Misconception(
            lambda n: n["deviation"] / _voxels(n).std(),
            "You took the new deviation but kept the old mean. The lesion pulls the mean up.",
        ),
    ],
)
