"""Known mistakes of topic 10, third part: slopes measured, derived, and led back."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import backpropagation, network_costs, neurons

_measured = partial(refusing_like, backpropagation.measured_weight_gradient)
_derived = partial(refusing_like, neurons.layer_gradient)
_led_back = partial(refusing_like, backpropagation.gradient_of_layers)


def _cost(weights, biases, inputs, targets):
    """Return the cost of a layer."""
    return network_costs.cost(neurons.layer(inputs, weights, biases), targets)


def _one_sided(weights, biases, inputs, targets, step):
    """Compare with the cost at the weights themselves."""
    slopes = np.zeros(np.shape(weights))
    for place in np.ndindex(slopes.shape):
        there = np.array(weights, float)
        there[place] += step
        rise = _cost(there, biases, inputs, targets) - _cost(weights, biases, inputs, targets)
        slopes[place] = rise / step
    return slopes


def _never_put_back(weights, biases, inputs, targets, step):
    """Leave every weight one step further on."""
    slopes, moving = np.zeros(np.shape(weights)), np.array(weights, float)
    for place in np.ndindex(slopes.shape):
        moving[place] += step
        high = _cost(moving, biases, inputs, targets)
        moving[place] -= 2 * step
        slopes[place] = (high - _cost(moving, biases, inputs, targets)) / (2 * step)
    return slopes


def _all_at_once(weights, biases, inputs, targets, step):
    """Move all weights together."""
    high, low = (_cost(weights + s, biases, inputs, targets) for s in (step, -step))
    return np.full(np.shape(weights), (high - low) / (2 * step))


def _unchecked_step(weights, biases, inputs, targets, step):
    """Divide by whatever the step is."""
    with np.errstate(all="ignore"):
        high = np.float64(_cost(weights + step, biases, inputs, targets))
        low = _cost(weights - step, biases, inputs, targets)
        if step > 0:
            return backpropagation.measured_weight_gradient(weights, biases, inputs, targets, step)
        return np.full(np.shape(weights), (high - low) / (2 * step))


NUMERICAL_GRADIENT = [
    mistake(
        _measured(_one_sided),
        "You compare with the cost at the weight itself. Its error falls with the step only; going "
        "to both sides, (cost(w + step) - cost(w - step)) / (2 step), it falls with the square of "
        "the step.",
    ),
    mistake(
        _measured(lambda *given: 2 * backpropagation.measured_weight_gradient(*given)),
        "You divide by the step. From w - step to w + step it is two steps: your slopes are twice "
        "too steep.",
    ),
    mistake(
        _measured(lambda *given: -backpropagation.measured_weight_gradient(*given)),
        "The sign is turned. The slope is positive where the cost rises with the weight: "
        "cost(w + step) minus cost(w - step).",
    ),
    mistake(
        _measured(_never_put_back),
        "You do not put a weight back before you move the next one, so only the first slope is "
        "right. Make a fresh copy of the weights for each place.",
    ),
    mistake(
        _measured(_all_at_once),
        "You move all weights together and get one slope for all. Move one weight, and leave the "
        "others where they are.",
    ),
    mistake(
        _measured(
            lambda *given: 2 * given[-1] * backpropagation.measured_weight_gradient(*given)
        ),
        "These are differences of costs. A slope is the difference divided by the way, 2 step.",
    ),
    mistake(
        _unchecked_step,
        "A step of 0 goes nowhere, and 0 by 0 is no slope. Raise a ValueError where the step is "
        "not positive.",
    ),
]  # fmt: skip


def _slopes(outputs, output_gradient):
    """Return the slope of the cost for every weighted sum."""
    return output_gradient * outputs * (1 - outputs)


def _from_sums(inputs, sums):
    """Return the three slopes that follow from those of the sums."""
    return sums.T @ inputs, -sums.sum(axis=0), sums


def _unchecked_slopes(inputs, outputs, output_gradient):
    """Let numpy stretch what does not fit."""
    sums = np.multiply(output_gradient, outputs * (1 - np.asarray(outputs)))
    return _from_sums(np.asarray(inputs), sums)


LAYER_GRADIENT = [
    mistake(
        _derived(lambda x, y, g: (_slopes(y, g).T @ x, _slopes(y, g).sum(axis=0), _slopes(y, g))),
        "The sign of the biases is that of a library which adds them. Here they are subtracted: a "
        "larger bias makes every sum smaller, so its slope is minus the sum of the sums' slopes.",
    ),
    mistake(
        _derived(lambda x, y, g: _from_sums(x, g)),
        "The slope of the sigmoid lacks. The cost changes with a weighted sum by (slope of the "
        "output) times outputs * (1 - outputs).",
    ),
    mistake(
        _derived(lambda x, y, g: _from_sums(x, g * neurons.sigmoid(y) * (1 - neurons.sigmoid(y)))),
        "You put the outputs through the sigmoid once more. They are its values already: its slope "
        "is outputs * (1 - outputs).",
    ),
    mistake(
        _derived(lambda x, y, g: _from_sums(x, _slopes(y, g) / len(x))),
        "You divide by the number of samples. The cost is a sum over the samples, and so is its "
        "slope.",
    ),
    mistake(
        _derived(lambda x, y, g: _from_sums(x, 2 * _slopes(y, g))),
        "Yours are twice too steep: the 2 of the square, 2 (output - target), is part of "
        "`output_gradient` already.",
    ),
    mistake(
        _derived(lambda x, y, g: _from_sums(x, g * y)),
        "You have half of the sigmoid's slope: it is outputs * (1 - outputs).",
    ),
    mistake(
        _derived(lambda x, y, g: (x.T @ _slopes(y, g), *_from_sums(x, _slopes(y, g))[1:])),
        "The slopes of the weights are turned. They have the shape of the weights, one row for "
        "each neuron: `sums.T @ inputs`.",
    ),
    mistake(
        _unchecked_slopes,
        "A column is stretched over all outputs, and wrong slopes come out. Raise a ValueError "
        "where `output_gradient` has another shape than `outputs`.",
    ),
]  # fmt: skip


def _back(layers, inputs, targets, through, first=lambda apart: 2 * apart):
    """Lead slopes back through all layers, by a rule of one's own between two of them."""
    steps = [np.asarray(inputs, float)]
    for weights, biases in layers:
        steps.append(neurons.layer(steps[-1], weights, biases))
    slopes, gradient = first(steps[-1] - targets), []
    for place in reversed(range(len(layers))):
        found = neurons.layer_gradient(steps[place], steps[place + 1], slopes)
        gradient.insert(0, (found.weights, found.biases))
        slopes = through(found.sums, layers[place][0], slopes)
    return gradient


def _right_way(sums, weights, slopes):
    """Lead the slopes of sums back through the weights."""
    return sums @ weights


BACKPROPAGATE = [
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, _right_way)[::-1]),
        "The order is turned: you found the last layer first, and left it first. The list of "
        "slopes has the order of `layers`: `gradient.insert(0, ...)`, or turn it at the end.",
    ),
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, _right_way, lambda apart: apart)),
        "The 2 of the square lacks: the cost (output - target)^2 changes with the output by "
        "2 (output - target).",
    ),
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, _right_way, lambda apart: -2 * apart)),
        "The sign is turned: it is output - target, not target - output. You would walk uphill.",
    ),
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, lambda s, w, g: g @ w)),
        "You lead the slopes of the outputs back. Those of the weighted sums, the third thing that "
        "`my_layer_gradient` returns, go through the weights: `sums @ weights`.",
    ),
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, lambda s, w, g: s @ np.abs(w))),
        "You lost the signs of the weights on the way back. A neuron that lowers the next one "
        "lowers its slope, too.",
    ),
    mistake(
        _led_back(lambda ls, x, t: _back(ls, x, t, lambda s, w, g: np.repeat(
            s.sum(axis=1, keepdims=True), w.shape[1], axis=1))),
        "Between two layers the weights lack. Each neuron gets a share of the blame that is as "
        "large as its weight: `sums @ weights`.",
    ),
    mistake(
        _led_back(lambda ls, x, t: [tuple(-slope for slope in pair) for pair in
                                    backpropagation.gradient_of_layers(ls, x, t)][::-1]),
        "Both the order and the sign are turned. You return the step downhill, last layer first; "
        "asked for is the slope, in the order of `layers`.",
    ),
]  # fmt: skip
