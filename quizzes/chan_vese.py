"""Quizzes of topic 12: Chan-Vese active contours. Slides 88 to 90."""

import numpy as np

from course_lib.imaging import contour_energy, outer_holes
from course_lib.quiz.family import Family, Misconception, Numbers

_SHARP = 1e9  # a level set so steep that its step is sharp


def _pixels(n: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Return six pixels, three of them inside, and a sharp level set."""
    inside = n["inside"] + n["d"] * np.array([-1, 0, 1])
    outside = n["outside"] + n["e"] * np.array([-1, 0, 1])
    image = np.concatenate([inside, outside]).astype(float)
    return image, np.repeat([_SHARP, -_SHARP], 3)


def _energy(n: Numbers) -> float:
    """Return the energy of the question, by the reference."""
    image, phi = _pixels(n)
    means = contour_energy.region_means(image, phi)
    return n["mu"] * n["length"] + contour_energy.energy(image, phi, *means, mu=0.0)


def _listed(n: Numbers, side: str, apart: str) -> str:
    """Write three values."""
    low, middle, high = (n[side] + n[apart] * k for k in (-1, 0, 1))
    return f"{low}, {middle} and {high}"


energy_of_a_contour = Family(
    question=lambda n: (
        f"Three pixels lie inside a contour, with {_listed(n, 'inside', 'd')} kBq/mL; three lie "
        f"outside, with {_listed(n, 'outside', 'e')} kBq/mL. The contour is {n['length']} pixels "
        f"long, mu is {n['mu']:.1f}, both lambdas are 1, and the step is sharp. What is its energy?"
    ),
    draw=lambda rng: {
        "inside": int(rng.integers(12, 20)),
        "outside": int(rng.integers(5, 9)),
        "d": int(rng.integers(2, 5)),
        "e": int(rng.integers(2, 5)),
        "length": 2 * int(rng.integers(3, 8)),
        "mu": 0.5 * int(rng.choice([1, 3, 4, 5])),
    },
    right=_energy,
    show=lambda energy: f"{energy:.1f}",
    why=lambda n: (
        f"{n['mu']:.1f} * {n['length']} = {n['mu'] * n['length']:.1f} for the length. The means "
        f"are {n['inside']} and {n['outside']}; the squares add up to 2 * {n['d']}^2 = "
        f"{2 * n['d'] ** 2} inside and 2 * {n['e']}^2 = {2 * n['e'] ** 2} outside."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["mu"] * n["length"] + 2 * n["d"] + 2 * n["e"],
            "You added the differences by their size. The energy adds their squares.",
        ),
        Misconception(
            lambda n: _energy(n) - n["mu"] * n["length"],
            "The length is missing: mu times the length of the contour belongs to the energy.",
        ),
        Misconception(
            lambda n: n["mu"] * n["length"] + 2 * (n["d"] ** 2 + n["e"] ** 2) / 3,
            "You averaged the squares on each side. The integral of the formula is a sum over all "
            "pixels.",
        ),
    ],
)


def _after(n: Numbers) -> float:
    """Return phi of one pixel after a step, by the reference."""
    moved = contour_energy.update([[n["u"]]], [[0.0]], n["inside"], n["outside"], mu=0.0, step=2.0)
    return float(moved[0, 0])


def _draw_step(rng: np.random.Generator) -> Numbers:
    """Draw two means and a pixel that is clearly nearer to one of them."""
    inside, outside = int(rng.integers(30, 60)), int(rng.integers(1, 10))
    nearer = int(rng.integers(5, 14)) * int(rng.choice([-1, 1]))
    pixel = (inside + outside) // 2 + nearer
    return {"u": pixel / 10, "inside": inside / 10, "outside": outside / 10}


one_step = Family(
    question=lambda n: (
        f"A pixel lies on the contour, phi = 0. It holds {n['u']:.1f} kBq/mL; the mean inside is "
        f"{n['inside']:.1f}, the mean outside {n['outside']:.1f} kBq/mL. mu is 0, both lambdas and "
        "epsilon are 1, the step is 2, so that delta is 1 / pi. What is phi of this pixel after "
        "one update?"
    ),
    draw=_draw_step,
    right=_after,
    show=lambda phi: f"{phi:+.2f}",
    why=lambda n: (
        f"2 / pi * (-({n['u']:.1f} - {n['inside']:.1f})^2 + ({n['u']:.1f} - {n['outside']:.1f})^2) "
        f"= {_after(n):+.2f}. The pixel is nearer to the mean "
        f"{'inside, so it rises' if _after(n) > 0 else 'outside, so it sinks'}."
    ),
    misconceptions=[
        Misconception(
            lambda n: -_after(n),
            "The sign is wrong. Difference from the mean inside makes a pixel sink, difference "
            "from the mean outside makes it rise.",
        ),
        Misconception(
            lambda n: np.pi * _after(n),
            "delta is missing: on the contour it is 1 / pi for an epsilon of 1.",
        ),
        Misconception(
            lambda n: 2 / np.pi * (abs(n["u"] - n["outside"]) - abs(n["u"] - n["inside"])),
            "You took the differences by their size. Their squares pull.",
        ),
    ],
)


def _largest_mu(n: Numbers) -> float:
    """Return the mu at which a square spot costs the same inside and outside, by the reference."""
    spot = np.full((n["side"], n["side"]), n["u"])
    left_out, kept = (
        contour_energy.energy(spot, np.full(spot.shape, sign * _SHARP), 1.0, 0.0, mu=0.0)
        for sign in (-1, 1)
    )
    return (left_out - kept) / (4 * n["side"])


spot_of_noise = Family(
    question=lambda n: (
        f"Noise makes a square spot of {n['side']} x {n['side']} pixels with {n['u']:.2f} kBq/mL "
        f"in the air around a head. The mean inside is 1, the mean outside 0 kBq/mL, both lambdas "
        f"are 1. To hold it inside costs {4 * n['side']} pixels of contour. From which mu on is it "
        "cheaper to leave the spot outside?"
    ),
    draw=lambda rng: {
        "side": int(rng.integers(2, 9)),
        "u": 0.05 * int(rng.integers(12, 20)),
    },
    right=_largest_mu,
    show=lambda mu: f"{mu:.2f}",
    why=lambda n: (
        f"Outside, the {n['side'] ** 2} pixels cost {n['u']:.2f}^2 each; inside, "
        f"{1 - n['u']:.2f}^2 each and mu * {4 * n['side']}. Both are equal at mu = "
        f"{n['side'] ** 2} * ({n['u'] ** 2:.4f} - {(1 - n['u']) ** 2:.4f}) / {4 * n['side']} = "
        f"{_largest_mu(n):.2f}. A spot twice as wide takes twice the mu."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["side"] * n["u"] ** 2 / 4,
            "You compared with 0. Inside, the spot costs something as well: it is darker than the "
            "mean there.",
        ),
        Misconception(
            lambda n: n["side"] ** 2 * (2 * n["u"] - 1),
            "That is what is saved by holding the spot. mu is paid for every pixel of length: "
            "divide by the length.",
        ),
        Misconception(
            lambda n: 4 * (2 * n["u"] - 1) / n["side"],
            "You divided the length by the area. Large spots are worth more than they cost, so mu "
            "has to be larger for them.",
        ),
    ],
)


def _percent(n: Numbers, share: float = 1.0) -> float:
    """Return by how many percent PET is wrong when tissue is taken for air on a part of a line."""
    return 100 * (np.exp(-outer_holes.SOFT_TISSUE * n["cm"] * share) - 1)


hole_and_pet = Family(
    question=lambda n: (
        f"On a line through a tumour, {n['cm']:.1f} cm of soft tissue were taken for air in the "
        f"attenuation map. Soft tissue has {outer_holes.SOFT_TISSUE:g} 1/cm. By how many percent "
        "does PET on this line read wrong after the correction?"
    ),
    draw=lambda rng: {"cm": 0.1 * int(rng.integers(15, 70))},
    right=_percent,
    show=lambda percent: f"{percent:+.1f} %",
    why=lambda n: (
        f"The correction multiplies by exp(the line integral of mu). {n['cm']:.1f} cm are missing "
        f"in it, so PET is exp(-{outer_holes.SOFT_TISSUE:g} * {n['cm']:.1f}) = "
        f"{1 + _percent(n) / 100:.3f} times what it should be: {_percent(n):+.1f} %."
    ),
    misconceptions=[
        Misconception(
            lambda n: -100 * outer_holes.SOFT_TISSUE * n["cm"],
            "You multiplied mu by the length. Attenuation is exponential; that is its first term "
            "only.",
        ),
        Misconception(
            lambda n: 100 * (np.exp(outer_holes.SOFT_TISSUE * n["cm"]) - 1),
            "The sign is wrong. Less tissue in the map means less correction, so PET reads too "
            "low.",
        ),
        Misconception(
            lambda n: _percent(n, 0.5),
            "You took half of the way. The two photons of a pair fly apart, and together they pass "
            "all of the line.",
        ),
    ],
)
