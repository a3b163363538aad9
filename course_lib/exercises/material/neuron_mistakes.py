"""Known mistakes of topic 10, first part: sigmoid, neuron, number of parameters, layer."""

from functools import partial
from itertools import pairwise

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import neurons

_sigmoid = partial(refusing_like, neurons.sigmoid)
_neuron = partial(refusing_like, neurons.neuron)
_count = partial(refusing_like, neurons.parameter_count)
_layer = partial(refusing_like, neurons.layer)


def _overflowing(x):
    """Write the sigmoid as exp(x) / (1 + exp(x))."""
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


def _unchecked_sigmoid(x):
    """Take whatever is given."""
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-np.asarray(x, float)))


SIGMOID = [
    mistake(
        _sigmoid(lambda x: neurons.sigmoid(-np.asarray(x))),
        "The sign of x is turned: yours falls where the sigmoid rises. It is exp(-x), with a "
        "minus.",
    ),
    mistake(
        _sigmoid(np.tanh),
        "That is the hyperbolic tangent, another activation function: it lies between -1 and 1. "
        "The sigmoid lies between 0 and 1, and is 0.5 at 0.",
    ),
    mistake(
        _sigmoid(lambda x: (np.asarray(x) > 0) * 1.0 + (np.asarray(x) == 0) * 0.5),
        "That is a step. A network could not learn with it: its slope is 0 everywhere. The sigmoid "
        "rises smoothly.",
    ),
    mistake(
        _sigmoid(lambda x: np.maximum(x, 0)),
        "That is ReLU, max(0, x), another activation function. The sigmoid is 1 / (1 + exp(-x)).",
    ),
    mistake(
        _sigmoid(lambda x: 1 + 1 / np.exp(np.clip(-np.asarray(x), -700, 700))),
        "A pair of brackets lacks: 1 / 1 + ... is read as (1 / 1) + .... Write "
        "`1 / (1 + np.exp(-x))`.",
    ),
    mistake(
        _sigmoid(_overflowing),
        "The formula is right, but exp(x) becomes infinite for large x, and infinite by infinite "
        "is NaN. Divide both by exp(x) first: 1 / (1 + exp(-x)).",
    ),
    mistake(
        _unchecked_sigmoid,
        "NaN goes in and NaN comes out, and nobody notices until the whole network is NaN. Raise a "
        "ValueError where `np.isfinite(x).all()` is not true.",
    ),
]

NEURON = [
    mistake(
        _neuron(lambda a, w, bias: neurons.neuron(a, w, -bias)),
        "You add the bias. Most libraries do; the lecture's formula, and this course, subtract it "
        "(slide 70).",
    ),
    mistake(
        _neuron(lambda a, w, bias: float(neurons.sigmoid(w @ a) - bias)),
        "You subtract the bias after the sigmoid. It belongs inside: f(sum - bias). As it is, an "
        "activation can be negative.",
    ),
    mistake(
        _neuron(lambda a, w, bias: float(w @ a - bias)),
        "The activation function lacks: that is the weighted sum. Put the whole of it into "
        "`my_sigmoid(...)`.",
    ),
    mistake(
        _neuron(lambda a, w, bias: float(neurons.sigmoid(np.mean(w * a) - bias))),
        "You take the mean of the products. The formula has their sum.",
    ),
    mistake(
        _neuron(lambda a, w, bias: neurons.sigmoid(w * a - bias)),
        "You return one number for each weight. A neuron adds its products up before anything "
        "else: `np.sum(weights * activations)`.",
    ),
    mistake(
        _neuron(lambda a, w, bias: neurons.neuron(a, w, bias * len(w))),
        "You subtract the bias once for each weight. It belongs to the neuron, and counts once.",
    ),
]


def _weights_only(sizes):
    """Count the weights."""
    return sum(before * here for before, here in pairwise(sizes))


def _unchecked_count(sizes):
    """Count without looking at the sizes."""
    return sum((before + 1) * here for before, here in pairwise(sizes))


PARAMETER_COUNT = [
    mistake(
        _count(_weights_only),
        "You counted the weights only. Every neuron after the input layer has a bias, too.",
    ),
    mistake(
        _count(lambda sizes: _weights_only(sizes) + sum(sizes)),
        "You gave the input layer biases. Its neurons only hold the pixels; nothing is added up "
        "there.",
    ),
    mistake(
        _count(lambda sizes: _weights_only(sizes) + len(sizes) - 1),
        "You counted one bias for each layer. Each neuron has its own.",
    ),
    mistake(
        _count(lambda sizes: sum(sizes[1:])),
        "You counted the biases only. Each neuron also has a weight for every neuron of the layer "
        "before it.",
    ),
    mistake(
        _count(lambda sizes: int(np.prod(sizes)) + sum(sizes[1:])),
        "You multiplied all layers. Weights join neighbouring layers only: sum the products of "
        "neighbours.",
    ),
    mistake(
        _count(lambda sizes: _weights_only([sizes[0], sizes[-1]]) + sizes[-1]),
        "You joined the input to the output directly. The hidden layers lie in between.",
    ),
    mistake(
        _unchecked_count,
        "One layer is no network: there is nothing that could learn, and your result is 0. Raise a "
        "ValueError where there are fewer than two sizes.",
    ),
]


def _sums(inputs, weights, biases):
    """Return the weighted sums without their biases."""
    return np.asarray(inputs) @ np.asarray(weights).T


LAYER = [
    mistake(
        _layer(lambda x, w, b: neurons.layer(x, w, -b)),
        "You add the biases. The lecture's formula, and this course, subtract them (slide 70).",
    ),
    mistake(
        _layer(lambda x, w, b: neurons.sigmoid(x @ (w if w.shape[0] == w.shape[1] else w.T) - b)),
        "Rows and columns of the weights are mixed up. A row belongs to a neuron of this layer, so "
        "it is `inputs @ weights.T`. With a square matrix numpy cannot notice it.",
    ),
    mistake(
        _layer(lambda x, w, b: _sums(x, w, b) - b),
        "The activation function lacks: these are the weighted sums. Without it, many layers could "
        "do no more than one.",
    ),
    mistake(
        _layer(lambda x, w, b: neurons.sigmoid(_sums(x, w, b)) - b),
        "You subtract the biases after the sigmoid. They belong inside.",
    ),
    mistake(
        _layer(lambda x, w, b: neurons.layer(x, w, b).T),
        "Yours is turned: one row for each neuron. One row for each sample is wanted, so that the "
        "next layer can go on with it.",
    ),
    mistake(
        _layer(lambda x, w, b: neurons.layer(x[:1], w, b)),
        "You computed the first sample only. `inputs` holds one sample in each row.",
    ),
    mistake(
        _layer(lambda x, w, b: neurons.layer(x, w, b)
               / neurons.layer(x, w, b).sum(axis=1, keepdims=True)),
        "You divide by the sum of each row, as softmax does. In the lecture's network each neuron "
        "stands for itself: its outputs need not add up to 1.",
    ),
]  # fmt: skip
