"""How the cost changes with every weight and bias: derived by the chain rule, and measured.

Slides 71 to 73.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_finite, require_positive
from course_lib.imaging.network_costs import cost
from course_lib.imaging.networks import Layer, Network, activations, as_samples
from course_lib.imaging.neurons import layer, layer_gradient


def backpropagation(
    network: Network, inputs: ArrayLike, targets: ArrayLike
) -> tuple[float, tuple[Layer, ...]]:
    """Find how the cost of some samples changes with every weight and bias.

    Parameters
    ----------
    network : Network
        Trained or not.
    inputs : (N, n) array
        One row for each sample.
    targets : (N, m) array
        What the last layer should give.

    Returns
    -------
    cost : float
        Sum of (prediction - target)^2 over outputs and samples.
    gradient : tuple of Layer
        Its slope, in the shape of the network's layers, summed over the samples.

    Raises
    ------
    ValueError
        If the shapes do not fit, or something is empty or NaN.

    References
    ----------
    .. [1] Rumelhart, Hinton and Williams, Nature 323, 1986. doi:10.1038/323533a0

    Examples
    --------
    >>> network = Network((Layer(np.array([[0.5, -0.25]]), np.array([0.0])),))
    >>> cost, gradient = backpropagation(network, [[1.0, 2.0]], [[1.0]])
    >>> cost, gradient[0].weights, gradient[0].biases
    (0.25, array([[-0.25, -0.5 ]]), array([0.25]))
    """
    return cost_and_gradient(network, *as_samples(network, inputs, targets))


def cost_and_gradient(
    network: Network, inputs: NDArray[np.floating], targets: NDArray[np.floating]
) -> tuple[float, tuple[Layer, ...]]:
    """Do the work of `backpropagation` for samples from `as_samples`, which are not checked again.

    Examples
    --------
    >>> network = Network((Layer(np.array([[2.0]]), np.array([1.0])),), "linear")
    >>> cost_and_gradient(network, np.array([[3.0]]), np.array([[4.0]]))
    (1.0, (Layer(weights=array([[6.]]), biases=array([-2.])),))
    """
    steps, kinds = activations(network, inputs), network.kinds
    apart = steps[-1] - targets
    slopes, gradient = 2 * apart, []
    for place in reversed(range(len(network.layers))):
        found = layer_gradient(steps[place], steps[place + 1], slopes, kinds[place])
        gradient.append(Layer(found.weights, found.biases))
        if place:
            slopes = found.sums @ network.layers[place].weights
    return float(np.vdot(apart, apart)), tuple(reversed(gradient))


def numerical_gradient(
    function: Callable[[NDArray[np.float64]], float], point: ArrayLike, step: float = 1e-5
) -> NDArray[np.float64]:
    """Measure how a function changes with each number it depends on, by central differences.

    Slow, but with nothing to derive: what a derived gradient is checked against.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of the point, returns one number.
    point : array
        Where the slope is measured; any shape.
    step : float
        How far to go to either side. The error falls with its square, until rounding takes over.

    Returns
    -------
    float64 array
        (function(point + step) - function(point - step)) / (2 step) for each number in turn.

    Raises
    ------
    ValueError
        If the step is not positive and finite, or the point is empty or holds NaN.

    References
    ----------
    .. [1] Press et al., Numerical Recipes, 3rd edition, 2007, section 5.7.

    Examples
    --------
    >>> numerical_gradient(lambda x: float(x @ x), [1.0, -3.0]).round(6)
    array([ 2., -6.])
    """
    require_positive(step, "step")
    point = as_numbers(point).astype(np.float64)
    require_finite(point)
    gradient = np.empty_like(point)
    for place in np.ndindex(point.shape):
        there, back = point.copy(), point.copy()
        there[place] += step
        back[place] -= step
        gradient[place] = (function(there) - function(back)) / (2 * step)
    return gradient


def gradient_of_layers(
    layers: Sequence[tuple[ArrayLike, ArrayLike]], inputs: ArrayLike, targets: ArrayLike
) -> list[Layer]:
    """Do `backpropagation` for sigmoid layers that are given as pairs, and leave the cost away.

    Parameters
    ----------
    layers : sequence of (weights, biases)
        (m, n) and (m,) arrays, the layer behind the input first.
    inputs, targets
        As in `backpropagation`.

    Returns
    -------
    list of Layer
        The slope of the cost for all weights and biases of each layer.

    Raises
    ------
    ValueError
        If the shapes do not fit, or something is empty or NaN.

    Examples
    --------
    >>> gradient_of_layers([([[0.5, -0.25]], [0.0])], [[1.0, 2.0]], [[1.0]])
    [Layer(weights=array([[-0.25, -0.5 ]]), biases=array([0.25]))]
    """
    pairs = [Layer(np.asarray(weights), np.asarray(biases)) for weights, biases in layers]
    return list(backpropagation(Network(tuple(pairs)), inputs, targets)[1])


def measured_weight_gradient(
    weights: ArrayLike, biases: ArrayLike, inputs: ArrayLike, targets: ArrayLike, step: float
) -> NDArray[np.float64]:
    """Measure how the cost of one sigmoid layer changes with each of its weights.

    Parameters
    ----------
    weights : (m, n) array
        Where the slope is measured.
    biases : (m,) array
        They are subtracted.
    inputs : (N, n) array
        One row for each sample.
    targets : (N, m) array
        What the layer should give.
    step : float
        As in `numerical_gradient`.

    Returns
    -------
    (m, n) float64 array
        By central differences.

    Raises
    ------
    ValueError
        If the shapes do not fit, something is empty or NaN, or the step is not positive.

    Examples
    --------
    >>> slopes = measured_weight_gradient([[0.5, -0.25]], [0.0], [[1.0, 2.0]], [[1.0]], 1e-4)
    >>> slopes.round(6)
    array([[-0.25, -0.5 ]])
    """
    return numerical_gradient(
        lambda moved: cost(layer(inputs, moved, biases), targets), weights, step
    )
