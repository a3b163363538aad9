"""Quizzes of topic 10: neuron, parameters, cost, one step, confusion matrix. Slides 69 to 73."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from course_lib.imaging import network_costs, neurons
from course_lib.quiz.family import Family, Misconception, Numbers


def _two(value: float) -> str:
    """Write a number with two decimals, and no minus before 0.00."""
    return f"{value + 0.0:.2f}"


def _draw_neuron(rng: np.random.Generator) -> Numbers:
    """Draw two activations, their weights and a bias that matters."""
    return {
        "a": [float(each) for each in rng.choice([0.2, 0.4, 0.5, 0.6, 0.8, 1.0], 2, replace=False)],
        "w": [int(rng.integers(2, 6)), -int(rng.integers(1, 4))],
        "bias": float(rng.choice([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5])),
    }


def _sum(n: Numbers) -> float:
    """Return the sum of the products."""
    return float(np.dot(n["a"], n["w"]))


def _squeezed(x: float) -> float:
    """Return the sigmoid of one number, by the reference."""
    return float(neurons.sigmoid([x])[0])


neuron_output = Family(
    question=lambda n: (
        f"A neuron of the lecture gets the activations {n['a'][0]:g} and {n['a'][1]:g}. Its "
        f"weights are {n['w'][0]} and {n['w'][1]}, its bias is {n['bias']:g}, and f is the "
        "sigmoid. What is its activation?"
    ),
    draw=_draw_neuron,
    right=lambda n: neurons.neuron(n["a"], n["w"], n["bias"]),
    show=_two,
    why=lambda n: (
        f"The sum of the products is {_sum(n):.2f}; minus the bias it is "
        f"{_sum(n) - n['bias']:.2f}, and f of that is {_squeezed(_sum(n) - n['bias']):.2f}."
    ),
    misconceptions=[
        Misconception(
            lambda n: neurons.neuron(n["a"], n["w"], -n["bias"]),
            "You added the bias. Most libraries do, but slide 70 subtracts it.",
        ),
        Misconception(
            lambda n: _squeezed(_sum(n)) - n["bias"],
            "You subtracted the bias after the sigmoid. It belongs inside: f(sum - bias). An "
            "activation of a sigmoid lies between 0 and 1.",
        ),
        Misconception(
            lambda n: _squeezed(float(np.abs(n["w"]) @ np.array(n["a"])) - n["bias"]),
            "You lost the sign of a weight. A negative weight speaks against the neuron.",
        ),
    ],
)  # fmt: skip


def _weights(sizes: Sequence[int]) -> int:
    """Count the weights."""
    return sum(before * here for before, here in pairwise(sizes))


def _draw_sizes(rng: np.random.Generator) -> Numbers:
    """Draw a network of four layers."""
    side = int(rng.integers(6, 33))
    hidden = [int(size) for size in rng.choice(range(3, 25), 2, replace=False)]
    return {"sizes": [side * side, *hidden, int(rng.integers(2, 11))], "side": side}


def _why_count(n: Numbers) -> str:
    """Write both sums."""
    sizes = n["sizes"]
    products = " + ".join(f"{before} * {here}" for before, here in pairwise(sizes))
    return (
        f"Weights: {products} = {_weights(sizes):,}. Biases: {' + '.join(map(str, sizes[1:]))} = "
        f"{sum(sizes[1:])}. Together {neurons.parameter_count(sizes):,}."
    )


network_parameters = Family(
    question=lambda n: (
        f"Pictures of {n['side']} x {n['side']} pixels go into a network with hidden layers of "
        f"{n['sizes'][1]} and {n['sizes'][2]} neurons and {n['sizes'][3]} outputs. How many "
        "parameters does it have?"
    ),
    draw=_draw_sizes,
    right=lambda n: neurons.parameter_count(n["sizes"]),
    show=lambda count: f"{count:,}",
    why=_why_count,
    misconceptions=[
        Misconception(
            lambda n: _weights(n["sizes"]),
            "These are the weights. Every neuron after the input layer also has a bias.",
        ),
        Misconception(
            lambda n: _weights(n["sizes"]) + sum(n["sizes"]),
            "You gave the pixels biases. The input layer computes nothing.",
        ),
        Misconception(
            lambda n: _weights(n["sizes"]) + len(n["sizes"]) - 1,
            "You counted one bias for each layer. Each neuron has its own.",
        ),
    ],
)


def _draw_outputs(rng: np.random.Generator) -> Numbers:
    """Draw the outputs of four classes, and the true one."""
    return {
        "outputs": [float(each) for each in (rng.integers(1, 10, 4) / 10)],
        "truth": int(rng.integers(4)),
    }


def _apart(n: Numbers) -> np.ndarray:
    """Return output minus target."""
    return np.array(n["outputs"]) - network_costs.one_hot([n["truth"]], 4)[0]


output_cost = Family(
    question=lambda n: (
        "A network tells air (0), fat (1), soft tissue (2) and bone (3) apart. For a voxel of "
        f"class {n['truth']} its outputs are {', '.join(f'{o:g}' for o in n['outputs'])}. What "
        "does that cost by slide 71?"
    ),
    draw=_draw_outputs,
    right=lambda n: network_costs.cost(
        n["outputs"], network_costs.one_hot([n["truth"]], 4)[0]
    ),
    show=_two,
    why=lambda n: (
        f"The target is 1 for class {n['truth']} and 0 for the others. "
        f"{' + '.join(f'{abs(apart):.1f}^2' for apart in _apart(n))} = "
        f"{(_apart(n) ** 2).sum():.2f}."
    ),
    misconceptions=[
        Misconception(
            lambda n: np.abs(_apart(n)).sum(),
            "You added the differences without their signs. The lecture squares them.",
        ),
        Misconception(
            lambda n: (_apart(n) ** 2).mean(),
            "You took the mean. The lecture's cost is the sum.",
        ),
        Misconception(
            lambda n: (_apart(n) ** 2)[n["truth"]],
            "You looked at the true class only. The other outputs should be 0, and cost what they "
            "are above it.",
        ),
    ],
)  # fmt: skip


def _draw_step(rng: np.random.Generator) -> Numbers:
    """Draw a weight, its slope summed over a batch, the batch and the rate."""
    return {
        "weight": float(rng.integers(-15, 16)) / 10,
        "slope": float(rng.choice([-6, -4, -2, 2, 4, 6])),
        "batch": int(rng.choice([4, 5, 10])),
        "rate": float(rng.choice([0.1, 0.2, 0.5])),
    }


def _stepped(n: Numbers, sign: int = -1, batch: int | None = None) -> float:
    """Return the weight after one step."""
    return n["weight"] + sign * n["rate"] * n["slope"] / (batch or n["batch"])


gradient_step = Family(
    question=lambda n: (
        f"A weight is {n['weight']:g}. Summed over a batch of {n['batch']} samples, the cost "
        f"changes with it by {n['slope']:g}. The rate is {n['rate']:g}, and a step goes by the "
        "mean slope of the samples. What is the weight after the step?"
    ),
    draw=_draw_step,
    right=_stepped,
    show=lambda weight: f"{weight + 0.0:.3f}",
    why=lambda n: (
        f"The mean slope is {n['slope']:g} / {n['batch']} = {n['slope'] / n['batch']:g}. Downhill "
        f"is against it: {n['weight']:g} - {n['rate']:g} * {n['slope'] / n['batch']:g} = "
        f"{_stepped(n):.3f}."
    ),
    misconceptions=[
        Misconception(
            lambda n: _stepped(n, 1),
            "You went uphill. Where the cost rises with the weight, the weight has to fall.",
        ),
        Misconception(
            lambda n: _stepped(n, batch=1),
            "You took the sum over the batch. Then a larger batch makes longer steps, and a rate "
            "that was right becomes too large.",
        ),
        Misconception(
            lambda n: n["weight"] - n["slope"] / n["batch"],
            "You forgot the rate. It keeps the step so short that the slope still holds there.",
        ),
    ],
)


def _draw_matrix(rng: np.random.Generator) -> Numbers:
    """Draw a confusion matrix of three tissues, with many voxels of one."""
    matrix = rng.integers(2, 20, (3, 3))
    matrix[np.arange(3), np.arange(3)] = [rng.integers(60, 95), rng.integers(25, 60), 400]
    return {"matrix": matrix.tolist()}


def _percent(part: float, whole: float) -> float:
    """Return a share in percent."""
    return 100 * part / whole


confusion_reading = Family(
    question=lambda n: (
        "A network tells air, bone and soft tissue apart. Its confusion matrix has a row for each "
        "true tissue and a column for each predicted one, in this order: "
        f"{'; '.join(' '.join(map(str, row)) for row in n['matrix'])}. Which part of the voxels "
        "that it calls bone is bone?"
    ),
    draw=_draw_matrix,
    right=lambda n: _percent(n["matrix"][1][1], sum(row[1] for row in n["matrix"])),
    show=lambda share: f"{share:.1f} %",
    why=lambda n: (
        "What it calls bone is column 1: "
        f"{' + '.join(str(row[1]) for row in n['matrix'])} = {sum(row[1] for row in n['matrix'])} "
        f"voxels, of which {n['matrix'][1][1]} are bone. This share is called precision."
    ),
    misconceptions=[
        Misconception(
            lambda n: _percent(n["matrix"][1][1], sum(n["matrix"][1])),
            "That is row 1: the part of the true bone that it finds, its sensitivity. Asked is "
            "what of its column is right.",
        ),
        Misconception(
            lambda n: _percent(np.trace(n["matrix"]), np.sum(n["matrix"])),
            "That is the part of all voxels that are right, the accuracy. The many voxels of soft "
            "tissue decide it, whatever happens to bone.",
        ),
        Misconception(
            lambda n: _percent(n["matrix"][1][1], np.sum(n["matrix"])),
            "You divided by all voxels. Only those that it calls bone count.",
        ),
    ],
)
