"""Training a network: small steps against the slope of the cost, batch by batch.

What is looked at while it learns is the cost of samples it does not learn from: when that rises
again, the network learns its training patients by heart. Slides 71 to 73.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.backpropagation import cost_and_gradient
from course_lib.imaging.checks import require_count, require_positive
from course_lib.imaging.networks import (
    Network,
    activations,
    as_samples,
    as_vector,
    with_vector,
)

Samples = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True)
class Trained:
    """A trained network, and the cost per sample after each epoch.

    `training_costs` are means over an epoch, while the network changes; `validation_costs` are
    taken at its end, and empty when there is nothing to validate with.
    """

    network: Network
    training_costs: NDArray[np.float64]
    validation_costs: NDArray[np.float64]


def train(
    network: Network,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    rng: np.random.Generator,
    epochs: int = 20,
    batch: int = 20,
    rate: float = 0.05,
    momentum: float = 0.9,
    validation: Samples | None = None,
    patience: int | None = None,
) -> Trained:
    """Train a network by gradient descent with momentum on small batches.

    After each batch, step = momentum * last step - rate * (mean gradient of the batch's samples),
    and the weights and biases move by it.

    Parameters
    ----------
    network : Network
        Where it starts; it is not changed.
    inputs : (N, n) array
        One row for each sample.
    targets : (N, m) array
        What the last layer should give; from `one_hot` for classes.
    rng : numpy.random.Generator
        Shuffles the samples before each epoch.
    epochs : int
        How often all samples are gone through, at most.
    batch : int
        Samples for each step.
    rate : float
        Length of a step for a slope of 1; steps that are too long saturate the sigmoids for good.
    momentum : float
        How much of the last step is kept, at least 0 and below 1.
    validation : tuple of inputs and targets, optional
        Samples that the network does not learn from, best of other patients.
    patience : int, optional
        Stop when the validation cost has not reached a new low for so many epochs, and go back to
        the network of the lowest.

    Returns
    -------
    Trained
        The network and its costs.

    Raises
    ------
    ValueError
        If shapes do not fit, something is empty or NaN, a number is out of range, there is
        patience without validation, or the cost grows beyond all bounds.

    References
    ----------
    .. [1] Polyak, USSR Computational Mathematics and Mathematical Physics 4(5), 1964.
       doi:10.1016/0041-5553(64)90137-5
    .. [2] Prechelt, Neural Networks: Tricks of the Trade, 1998. doi:10.1007/3-540-49430-8_3
    .. [3] Lecture, slides 71 to 73.

    Examples
    --------
    >>> from course_lib.imaging.networks import new_network
    >>> rng = np.random.default_rng(0)
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> start = new_network([1, 8, 1], rng, last="linear")
    >>> trained = train(start, x, x**2, rng=rng, epochs=200)
    >>> bool(trained.training_costs[-1] < 0.1 * trained.training_costs[0])
    True
    """
    _require_settings(epochs, batch, rate, momentum, patience)
    samples = as_samples(network, inputs, targets)
    held_out = None if validation is None else as_samples(network, *validation)
    if patience is not None and held_out is None:
        raise ValueError("Patience needs validation samples; none are given.")
    parameters = best = as_vector(network.layers)
    moving = with_vector(network, parameters)
    descent = _Descent(parameters, np.zeros_like(parameters), moving, rate, momentum)
    costs: list[float] = []
    held_out_costs: list[float] = []
    for _ in range(epochs):
        costs.append(descent.epoch(samples, batch, rng))
        if held_out is not None:
            held_out_costs.append(_mean_cost(moving, *held_out))
        if patience is not None:
            since_lowest = len(costs) - 1 - int(np.argmin(held_out_costs))
            if since_lowest == 0:
                best = parameters.copy()
            elif since_lowest >= patience:
                break
    found = moving if patience is None else with_vector(network, best)
    return Trained(found, np.array(costs), np.array(held_out_costs))


def batches(count: int, batch: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Deal shuffled samples out into batches; the last one holds what is left.

    Parameters
    ----------
    count : int
        Number of samples.
    batch : int
        Samples in each batch.
    rng : numpy.random.Generator
        Shuffles them.

    Yields
    ------
    int array
        Sample numbers; each comes once.

    Raises
    ------
    ValueError
        If there is no sample, or none in a batch.

    Examples
    --------
    >>> [dealt.tolist() for dealt in batches(5, 2, np.random.default_rng(0))]
    [[2, 4], [3, 0], [1]]
    """
    require_count(count, "samples")
    require_count(batch, "samples in a batch")
    order = rng.permutation(count)
    for start in range(0, count, batch):
        yield order[start : start + batch]


@dataclass
class _Descent:
    """A network that moves: all its parameters in one row, and their last step."""

    parameters: NDArray[np.floating]
    last_step: NDArray[np.floating]
    network: Network  # looks at the parameters
    rate: float
    momentum: float

    def epoch(
        self, samples: tuple[NDArray, NDArray], batch: int, rng: np.random.Generator
    ) -> float:
        """Go through all samples once, and return the mean cost."""
        inputs, targets = samples
        total = 0.0
        with np.errstate(over="ignore", invalid="ignore"):  # a cost without bounds is told below
            for rows in batches(len(inputs), batch, rng):
                cost, gradient = cost_and_gradient(
                    self.network, inputs.take(rows, axis=0), targets.take(rows, axis=0)
                )
                total += cost
                self.move(as_vector(gradient), len(rows))
        if not np.isfinite(total):
            raise ValueError(
                f"The cost grows beyond all bounds with a rate of {self.rate:g} and a momentum of "
                f"{self.momentum:g}; use a smaller rate, or scale inputs and targets to about 1."
            )
        return total / len(inputs)

    def move(self, gradient: NDArray[np.floating], samples: int) -> None:
        """Move the network, given a gradient summed over some samples."""
        self.last_step *= self.momentum
        self.last_step -= self.rate / samples * gradient
        self.parameters += self.last_step


def _mean_cost(network: Network, inputs: NDArray, targets: NDArray) -> float:
    """Return the cost per sample."""
    apart = activations(network, inputs)[-1] - targets
    return float(np.vdot(apart, apart)) / len(inputs)


def _require_settings(
    epochs: int, batch: int, rate: float, momentum: float, patience: int | None
) -> None:
    """Refuse settings of a training that are out of range."""
    require_count(epochs, "epochs")
    require_count(batch, "samples in a batch")
    require_positive(rate, "rate")
    if not 0 <= momentum < 1:
        raise ValueError(f"The momentum is {momentum:g}; at least 0 and below 1 is allowed.")
    if patience is not None:
        require_count(patience, "epochs of patience")
