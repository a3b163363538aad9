"""Networks of layers: what they are made of, and what they predict.

Each layer subtracts its biases, as in the lecture; scikit-learn adds its `intercepts_`, which are
ours times -1. Slides 69 to 73.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from course_lib.imaging.feature_tables import as_table, require_columns
from course_lib.imaging.neurons import Activation, activate, require_sizes


class Layer(NamedTuple):
    """A layer of m neurons behind n others: weights (m, n), and biases (m,) that are subtracted.

    In a gradient, it holds how the cost changes with each of them.
    """

    weights: NDArray[np.floating]
    biases: NDArray[np.floating]


@dataclass(frozen=True)
class Network:
    """Layers one behind the other, the first behind the input; all but the last are sigmoid.

    `last` is "sigmoid" for classes, where 0 means no and 1 means yes, and "linear" for values.

    Examples
    --------
    >>> network = new_network([784, 4, 4, 10], np.random.default_rng(0))
    >>> network.sizes, network.predict(np.zeros((5, 784))).shape
    ([784, 4, 4, 10], (5, 10))
    """

    layers: tuple[Layer, ...]
    last: Activation = "sigmoid"

    @property
    def sizes(self) -> list[int]:
        """Neurons in each layer, the input layer first."""
        return [self.layers[0].weights.shape[1], *(len(each.biases) for each in self.layers)]

    @property
    def kinds(self) -> list[Activation]:
        """The activation of each layer."""
        hidden: list[Activation] = ["sigmoid"] * (len(self.layers) - 1)
        return [*hidden, self.last]

    def predict(self, inputs: ArrayLike) -> NDArray[np.floating]:
        """Return the (N, m) activations of the last layer for an (N, n) table of inputs.

        Raises
        ------
        ValueError
            If the table has another width than the input layer, is empty, or holds NaN.
        """
        table = as_table(inputs)
        require_columns(table, self.sizes[0])
        return activations(self, table)[-1]


def new_network(
    sizes: Sequence[int],
    rng: np.random.Generator,
    last: Activation = "sigmoid",
    dtype: DTypeLike = np.float64,
) -> Network:
    """Make a network with small random weights and no biases.

    Equal weights would stay equal, as all neurons of a layer would learn the same. Weights are
    drawn between -r and r, r^2 = 6 / (neurons before + neurons here), so that neither activations
    nor slopes grow or vanish from layer to layer.

    Parameters
    ----------
    sizes : sequence of int
        Neurons in each layer, the input layer first.
    rng : numpy.random.Generator
        Draws the weights.
    last : {"sigmoid", "linear"}
        Activation of the last layer.
    dtype : dtype
        Of the weights, and of all that is computed in training.

    Returns
    -------
    Network
        Untrained.

    Raises
    ------
    ValueError
        If there are fewer than two layers, one has no neuron, the activation is unknown, or the
        dtype is not floating.

    References
    ----------
    .. [1] Glorot and Bengio, Proc. AISTATS, PMLR 9:249-256, 2010.

    Examples
    --------
    >>> network = new_network([2, 3, 1], np.random.default_rng(0), last="linear")
    >>> [layer.weights.shape for layer in network.layers]
    [(3, 2), (1, 3)]
    """
    require_sizes(sizes)
    activate(np.zeros(1), last)  # refuses what is unknown
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"The dtype is {np.dtype(dtype)}; weights need a floating one.")
    layers = []
    for before, here in pairwise(sizes):
        reach = np.sqrt(6 / (before + here))
        weights = rng.uniform(-reach, reach, (here, before)).astype(dtype)
        layers.append(Layer(weights, np.zeros(here, dtype)))
    return Network(tuple(layers), last)


def activations(network: Network, inputs: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """Run samples forward through a network and keep what every layer gives.

    Parameters
    ----------
    network : Network
        Trained or not.
    inputs : (N, n) floating array
        One row for each sample.

    Returns
    -------
    list of floating arrays
        The inputs, then the activations of each layer.

    References
    ----------
    .. [1] Lecture, slides 70 and 71.

    Examples
    --------
    >>> network = Network((Layer(np.array([[2.0, 4.0]]), np.array([4.0])),))
    >>> activations(network, np.array([[1.0, 0.5]]))[-1]
    array([[0.5]])
    """
    steps = [inputs]
    for (weights, biases), kind in zip(network.layers, network.kinds, strict=True):
        sums = steps[-1] @ weights.T
        sums -= biases
        steps.append(activate(sums, kind))
    return steps


def as_vector(layers: Sequence[Layer]) -> NDArray[np.floating]:
    """Write all weights and biases of layers, or their gradient, in one row.

    Parameters
    ----------
    layers : sequence of Layer
        Of a network, or a gradient from `backpropagation`.

    Returns
    -------
    (P,) floating array
        A copy; P is the number of parameters.

    Examples
    --------
    >>> as_vector([Layer(np.array([[1.0, 2.0]]), np.array([3.0]))])
    array([1., 2., 3.])
    """
    return np.concatenate([array.ravel() for layer in layers for array in layer])


def with_vector(network: Network, vector: NDArray[np.floating]) -> Network:
    """Return a network of the same layers with the weights and biases of a row.

    Parameters
    ----------
    network : Network
        Gives the sizes and the last activation.
    vector : (P,) floating array
        From `as_vector`. The network looks at it: who changes it, changes the network.

    Returns
    -------
    Network
        Another one.

    Raises
    ------
    ValueError
        If the number of parameters differs.

    Examples
    --------
    >>> network = new_network([2, 1], np.random.default_rng(0))
    >>> with_vector(network, np.array([1.0, 2.0, 3.0])).layers[0].weights
    array([[1., 2.]])
    """
    shapes = [array.shape for layer in network.layers for array in layer]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    if vector.shape != (ends[-1],):
        raise ValueError(
            f"The vector has the shape {vector.shape}; the network has {ends[-1]} parameters."
        )
    parts = np.split(vector, ends[:-1])
    arrays = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    layers = map(Layer, arrays[::2], arrays[1::2])
    return Network(tuple(layers), network.last)


def as_samples(
    network: Network, inputs: ArrayLike, targets: ArrayLike
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return inputs and targets that fit a network, in the dtype of its weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, or something is empty or NaN.

    Examples
    --------
    >>> network = new_network([2, 1], np.random.default_rng(0), dtype=np.float32)
    >>> as_samples(network, [[1, 2]], [[3]])[0].dtype
    dtype('float32')
    """
    table, wanted = as_table(inputs), as_table(targets)
    require_columns(table, network.sizes[0])
    if wanted.shape != (len(table), network.sizes[-1]):
        raise ValueError(
            f"The targets have the shape {wanted.shape}; {len(table)} samples and an output layer "
            f"of {network.sizes[-1]} need {(len(table), network.sizes[-1])}."
        )
    dtype = network.layers[0].weights.dtype
    return table.astype(dtype, copy=False), wanted.astype(dtype, copy=False)
