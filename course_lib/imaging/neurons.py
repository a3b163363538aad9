"""Neurons and layers: what they compute, what it costs, and how the cost changes with the weights.

A neuron computes f(w0 a0 + ... + wn an - bias); note the minus sign of the lecture. Most libraries
add the bias instead: theirs is ours times -1. A layer is a matrix with one row of weights for each
of its neurons. Slides 69 to 71.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from course_lib.imaging.checks import (
    as_numbers,
    as_row,
    require_count,
    require_finite,
    require_same_shape,
)
from course_lib.imaging.interpolation import as_floating

Activation = Literal["sigmoid", "linear"]


class LayerGradient(NamedTuple):
    """How the cost changes with the weights, the biases and the weighted sums of a layer."""

    weights: NDArray[np.floating]
    biases: NDArray[np.floating]
    sums: NDArray[np.floating]


def sigmoid(x: ArrayLike) -> NDArray[np.floating]:
    """Squeeze numbers into 0 to 1, smoothly.

    Parameters
    ----------
    x : array
        Any shape.

    Returns
    -------
    floating array
        1 / (1 + exp(-x)), without overflow however large x is; float32 stays float32.

    Raises
    ------
    ValueError
        If there is no number, or one is NaN or infinite.

    References
    ----------
    .. [1] Lecture, slide 70.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    x = as_numbers(x)
    require_finite(x)
    return expit(as_floating(x))


def neuron(activations: ArrayLike, weights: ArrayLike, bias: float) -> float:
    """Compute the activation of one neuron.

    Parameters
    ----------
    activations : (n,) array
        Of the neurons before it; pixel values in the first layer.
    weights : (n,) array
        One for each of them.
    bias : float
        How large the weighted sum must be for an activation above 0.5. It is subtracted.

    Returns
    -------
    float
        sigmoid(w0 a0 + ... + wn an - bias).

    Raises
    ------
    ValueError
        If the lengths differ, or something is empty or NaN.

    References
    ----------
    .. [1] Lecture, slide 70.

    Examples
    --------
    >>> neuron([1.0, 0.5], [2.0, 4.0], bias=4.0)
    0.5
    """
    activations, weights = as_row(activations, "activations"), as_row(weights, "weights")
    require_same_shape(activations, weights)
    return float(sigmoid(weights @ activations - bias))


def layer(
    inputs: ArrayLike, weights: ArrayLike, biases: ArrayLike, activation: Activation = "sigmoid"
) -> NDArray[np.floating]:
    """Compute the activations of a layer, for one sample or for many.

    Parameters
    ----------
    inputs : (n,) or (N, n) array
        Activations of the layer before; one row for each sample.
    weights : (m, n) array
        One row for each neuron of this layer.
    biases : (m,) array
        They are subtracted.
    activation : {"sigmoid", "linear"}
        What is done with the weighted sums; "linear" leaves them as they are.

    Returns
    -------
    (m,) or (N, m) floating array
        activation(inputs weights^T - biases); float32 when all are float32.

    Raises
    ------
    ValueError
        If the shapes do not fit, something is empty or NaN, or the activation is unknown.

    References
    ----------
    .. [1] Lecture, slides 70 and 71.

    Examples
    --------
    >>> layer([1.0, 0.5], [[2.0, 4.0], [0.0, 0.0]], biases=[4.0, -1000.0])
    array([0.5, 1. ])
    """
    inputs, weights, biases = (as_floating(as_numbers(each)) for each in (inputs, weights, biases))
    for each in (inputs, weights, biases):
        require_finite(each)
    fits = weights.ndim == 2 and inputs.ndim in (1, 2) and inputs.shape[-1] == weights.shape[1]
    if not fits or biases.shape != weights.shape[:1]:
        raise ValueError(
            f"Inputs {inputs.shape}, weights {weights.shape} and biases {biases.shape} do not fit; "
            "(n,) or (N, n), (m, n) and (m,) do."
        )
    return activate(inputs @ weights.T - biases, activation)


def activate(sums: NDArray[np.floating], activation: Activation) -> NDArray[np.floating]:
    """Turn weighted sums into activations.

    Raises
    ------
    ValueError
        If the activation is unknown.

    Examples
    --------
    >>> activate(np.array([0.0, 3.0]), "linear")
    array([0., 3.])
    """
    if activation not in ("sigmoid", "linear"):
        raise ValueError(f'The activation is {activation!r}; "sigmoid" or "linear" is allowed.')
    return expit(sums) if activation == "sigmoid" else sums


def parameter_count(sizes: Sequence[int]) -> int:
    """Count the weights and biases of a network.

    Parameters
    ----------
    sizes : sequence of int
        Neurons in each layer, the input layer first.

    Returns
    -------
    int
        Each neuron after the input layer has a bias, and a weight for each neuron before it.

    Raises
    ------
    ValueError
        If there are fewer than two layers, or one has no neuron.

    References
    ----------
    .. [1] Lecture, slide 70.

    Examples
    --------
    >>> parameter_count([784, 4, 4, 10])
    3210
    """
    require_sizes(sizes)
    return sum((before + 1) * here for before, here in pairwise(sizes))


def require_sizes(sizes: Sequence[int]) -> None:
    """Refuse what are no sizes of layers.

    Raises
    ------
    ValueError
        If there are fewer than two layers, or one has no neuron.

    Examples
    --------
    >>> require_sizes([784, 10])
    """
    if len(sizes) < 2:
        raise ValueError(
            f"The sizes are {list(sizes)}; at least an input and an output are needed."
        )
    for size in sizes:
        require_count(size, "neurons of a layer")


def layer_gradient(
    inputs: ArrayLike,
    outputs: ArrayLike,
    output_gradient: ArrayLike,
    activation: Activation = "sigmoid",
) -> LayerGradient:
    """Lead the slope of the cost back through one layer, by the chain rule.

    A weighted sum z = w a - bias changes the cost by (slope of its output) f'(z), where
    f' = f (1 - f) for the sigmoid, and 1 for a linear layer. A weight changes z by its input, a
    bias by -1, for the lecture subtracts it. NaN is not looked for, but passes through.

    Parameters
    ----------
    inputs : (N, n) array
        What went into the layer.
    outputs : (N, m) array
        What came out of it.
    output_gradient : (N, m) array
        How the cost changes with each output; 2 (output - target) in the last layer.
    activation : {"sigmoid", "linear"}
        Of the layer.

    Returns
    -------
    LayerGradient
        weights (m, n) and biases (m,), summed over the samples, and sums (N, m). The slope of the
        layer before is ``sums @ weights``, with the weights of this layer.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the activation is unknown.

    References
    ----------
    .. [1] Rumelhart, Hinton and Williams, Nature 323, 1986. doi:10.1038/323533a0

    Examples
    --------
    >>> inputs, weights = np.array([[1.0, 2.0]]), np.array([[0.5, -0.25]])
    >>> outputs = layer(inputs, weights, [0.0])
    >>> gradient = layer_gradient(inputs, outputs, 2 * (outputs - 1))
    >>> gradient.weights, gradient.biases
    (array([[-0.25, -0.5 ]]), array([0.25]))
    """
    inputs, outputs, slopes = map(np.asarray, (inputs, outputs, output_gradient))
    tables = inputs.ndim == outputs.ndim == 2 and len(inputs) == len(outputs)
    if not tables or slopes.shape != outputs.shape:
        raise ValueError(
            f"Outputs {outputs.shape} and their gradient {slopes.shape} do not fit inputs "
            f"{inputs.shape}; (N, m), (N, m) and (N, n) do."
        )
    if activation == "sigmoid":
        slopes = slopes * outputs * (1 - outputs)
    elif activation != "linear":
        raise ValueError(f'The activation is {activation!r}; "sigmoid" or "linear" is allowed.')
    return LayerGradient(slopes.T @ inputs, -slopes.sum(axis=0), slopes)
