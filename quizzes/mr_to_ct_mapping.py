"""Quizzes of topic 03: from MR to CT by intensity mapping. Slides 19 to 24."""

import numpy as np

from course_lib.imaging import agreement, attenuation, metrics, mr_mapping
from course_lib.quiz.family import Family, Misconception, Numbers


def _rate(n: Numbers) -> float:
    """Return R2* in 1/s, by the reference."""
    echoes = np.array([n["first"]]), np.array([n["second"]])
    return float(mr_mapping.r2star(*echoes, (n["te1"], n["te2"]), floor=1.0)[0])


def _draw_rate(rng: np.random.Generator) -> Numbers:
    """Draw two echoes of bone."""
    first = 50 * int(rng.integers(12, 40))
    return {
        "first": first,
        "second": 10 * round(first * float(rng.uniform(0.25, 0.7)) / 10),
        "te1": 0.05 * int(rng.integers(1, 6)),
        "te2": 0.1 * int(rng.integers(15, 30)),
    }


decay_rate = Family(
    question=lambda n: (
        f"A voxel has the signal {n['first']} at an echo time of {n['te1']:.2f} ms and "
        f"{n['second']} at {n['te2']:.2f} ms. What is its R2*?"
    ),
    draw=_draw_rate,
    right=_rate,
    show=lambda rate: f"{rate:,.1f} 1/s",
    why=lambda n: (
        f"(ln {n['first']} - ln {n['second']}) / ({n['te2']:.2f} - {n['te1']:.2f}) ms = "
        f"{np.log(n['first'] / n['second']):.3f} / {(n['te2'] - n['te1']) / 1000:.5f} s = "
        f"{_rate(n):,.1f} 1/s."
    ),
    misconceptions=[
        Misconception(
            lambda n: _rate(n) / np.log(10),
            "You took the logarithm to the base 10. The signal falls as exp(-TE R2*), so the "
            "natural logarithm undoes it.",
        ),
        Misconception(
            lambda n: 1000 * (1 - n["second"] / n["first"]) / (n["te2"] - n["te1"]),
            "You took the part that is lost for each second, as if the signal fell along a "
            "straight line. It falls exponentially: take the difference of the logarithms.",
        ),
        Misconception(
            lambda n: _rate(n) / 1000,
            "You divided by milliseconds. 1/ms is 1000 times 1/s.",
        ),
    ],
)


def _masks(n: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Return true and found air with the numbers of voxels of the question, in thousands."""
    found, missed, lost, other = n["found"], n["air"] - n["found"], n["lost"], n["other"]
    counts = (found, missed, lost, other)
    return np.repeat([True, True, False, False], counts), np.repeat(
        [True, False, True, False], counts
    )


def _draw_air(rng: np.random.Generator) -> Numbers:
    """Draw a head whose air is found well, and whose bone suffers."""
    air, bone = 10 * int(rng.integers(70, 130)), 5 * int(rng.integers(10, 19))
    return {
        "air": air,
        "found": air - int(rng.integers(5, 40)),
        "bone": bone,
        "lost": int(bone * rng.uniform(0.4, 0.95)),
        "other": 5 * int(rng.integers(60, 90)),
    }


dice_of_air = Family(
    question=lambda n: (
        f"A head scan holds {n['air']} thousand voxels of air. A mask of air has {n['found']} "
        f"thousand of them right, and {n['lost']} thousand voxels of compact bone on top. The "
        f"other {n['bone'] - n['lost']} thousand voxels of compact bone and all else are right. "
        "What is the Dice overlap of the mask with the true air?"
    ),
    draw=_draw_air,
    right=lambda n: metrics.dice(*_masks(n)),
    show=lambda share: f"{share:.3f}",
    why=lambda n: (
        f"2 * {n['found']} / ({n['air']} + {n['found']} + {n['lost']}) = "
        f"{metrics.dice(*_masks(n)):.3f}. It sounds good, although "
        f"{100 * n['lost'] / n['bone']:.0f} % of the compact bone are lost: there is so much air "
        "that bone hardly counts."
    ),
    misconceptions=[
        Misconception(
            lambda n: n["found"] / n["air"],
            "That is the part of the air that was found. It says nothing of the bone that the mask "
            "holds as well; Dice does, a little.",
        ),
        Misconception(
            lambda n: metrics.jaccard(*_masks(n)),
            "That is the Jaccard overlap: what both have, divided by what at least one has. Dice "
            "divides twice the common part by the sum of both sizes.",
        ),
        Misconception(
            lambda n: 1 - n["lost"] / n["bone"],
            "That is the part of the bone that was not lost. It is the number that matters here, "
            "but it is not Dice, in which the many voxels of air outweigh it.",
        ),
    ],
)


def _mu(hu: float) -> np.ndarray:
    """Return the attenuation of one voxel in 1/cm, by the reference."""
    return attenuation.attenuation_map(np.array([float(hu)]))


def _percent(n: Numbers) -> float:
    """Return the difference of attenuation in percent, by the reference."""
    return float(agreement.percent_difference(_mu(n["true"]), _mu(n["made"]))[0])


percent_of_mu = Family(
    question=lambda n: (
        f"A voxel of bone has {n['true']} HU in the CT and {n['made']} HU in the map made from MR. "
        "Above 47 HU, the attenuation at 511 keV is 0.000051 * (HU + 1000) + 0.0471 in 1/cm. By "
        "how many percent is the attenuation wrong?"
    ),
    draw=lambda rng: {
        "true": 50 * int(rng.integers(14, 28)),
        "made": 50 * int(rng.integers(2, 13)),
    },
    right=_percent,
    show=lambda percent: f"{percent:+.1f} %",
    why=lambda n: (
        f"{n['true']} HU are {_mu(n['true'])[0]:.4f} 1/cm and {n['made']} HU are "
        f"{_mu(n['made'])[0]:.4f} 1/cm; 100 * ({_mu(n['made'])[0]:.4f} - "
        f"{_mu(n['true'])[0]:.4f}) / {_mu(n['true'])[0]:.4f} = {_percent(n):.1f} %."
    ),
    misconceptions=[
        Misconception(
            lambda n: 100 * (n["made"] - n["true"]) / n["true"],
            "Those are percent of HU. HU count from water, not from nothing, so percent of HU mean "
            "nothing. Turn both into 1/cm first.",
        ),
        Misconception(
            lambda n: 100 * (n["made"] - n["true"]) / (n["true"] + 1000),
            "Percent of HU + 1000 count from air, which is better. But in bone the line to 1/cm "
            "is flatter and has an offset: compute both attenuations first.",
        ),
        Misconception(
            lambda n: 100 * float((_mu(n["made"]) - _mu(n["true"]))[0] / _mu(n["made"])[0]),
            "You divided by the attenuation of the map made from MR. Percent are parts of the "
            "truth, which is the CT.",
        ),
    ],
)


def _pairs(n: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Return true and measured PET with the mean and deviation of the question."""
    half = n["patients"] // 2
    reach = n["deviation"] * np.sqrt((n["patients"] - 1) / n["patients"])
    difference = n["mean"] + np.repeat([reach, -reach], half)
    return np.full(n["patients"], 10.0), 10.0 + difference


def _interval(mean: float, reach: float) -> tuple[float, float]:
    """Return mean -+ reach."""
    return mean - reach, mean + reach


next_patient = Family(
    question=lambda n: (
        f"In {n['patients']} patients, the PET of the brain with a map made from MR was compared "
        f"with that with the CT. The difference has a mean of {n['mean']:+.2f} kBq/mL and a "
        f"standard deviation of {n['deviation']:.2f} kBq/mL. Within which limits do you expect the "
        "difference of the next patient, with 95 % probability?"
    ),
    draw=lambda rng: {
        "patients": 2 * int(rng.integers(4, 21)),
        "mean": 0.05 * int(rng.integers(1, 11)) * int(rng.choice([-1, 1])),
        "deviation": 0.05 * int(rng.integers(2, 9)),
    },
    right=lambda n: tuple(agreement.limits_of_agreement(*_pairs(n)))[1:],
    show=lambda limits: f"{limits[0]:+.2f} to {limits[1]:+.2f} kBq/mL",
    why=lambda n: (
        f"The limits of agreement are the mean -+ 1.96 deviations: {n['mean']:+.2f} -+ "
        f"{1.96 * n['deviation']:.2f} kBq/mL."
    ),
    misconceptions=[
        Misconception(
            lambda n: _interval(n["mean"], 1.96 * n["deviation"] / np.sqrt(n["patients"])),
            "You divided by the root of the number of patients. That is how well the mean is "
            "known; a single patient spreads as much as ever.",
        ),
        Misconception(
            lambda n: _interval(n["mean"], n["deviation"]),
            "One deviation to each side holds 68 % of normal differences. For 95 % it takes 1.96.",
        ),
        Misconception(
            lambda n: _interval(0.0, 1.96 * n["deviation"]),
            "You centred the limits on zero. The method has a bias, the mean difference, and the "
            "next patient has it, too.",
        ),
    ],
)
