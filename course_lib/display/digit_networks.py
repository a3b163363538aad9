"""Networks of topic 10 that learn to read digits, five epochs at a time, each state made once."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data.digits import digits
from course_lib.imaging.network_costs import cost, one_hot
from course_lib.imaging.networks import Network, new_network
from course_lib.imaging.training import train

SIZES = {
    "64-10, no hidden layer": (64, 10),
    "64-4-4-10, the slide's hidden layers": (64, 4, 4, 10),
    "64-16-10": (64, 16, 10),
    "64-32-10": (64, 32, 10),
}
STEP = 5  # epochs between two states
LEARNED = 1287  # pictures of the first ten forms; the last four are for testing
_SEED = 1


@dataclass(frozen=True, eq=False)
class State:
    """A network after some epochs, and the cost per picture after each of them.

    Both rows of costs begin with the untrained network.
    """

    network: Network
    training_costs: NDArray[np.float64]
    unseen_costs: NDArray[np.float64]


@cache
def pictures(unseen: bool) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return pictures as rows of 64 numbers between 0 and 1, and what they show.

    Parameters
    ----------
    unseen : bool
        Those of the last four forms, from which no network here learns, and not of the first ten.

    Examples
    --------
    >>> pictures(False)[0].shape, pictures(True)[0].shape
    ((1287, 64), (510, 64))
    """
    images, labels = digits()
    part = slice(LEARNED, None) if unseen else slice(LEARNED)
    return images[part].reshape(-1, 64) / 16, labels[part]


@lru_cache(maxsize=512)
def after(name: str, rate: float, epochs: int) -> State:
    """Return a network after some epochs; it goes on from the state before.

    Parameters
    ----------
    name : str
        A key of `SIZES`.
    rate : float
        Length of a step for a slope of 1.
    epochs : int
        A multiple of `STEP`.

    Raises
    ------
    ValueError
        If the epochs are no multiple of `STEP`, or negative.

    Examples
    --------
    >>> after("64-10, no hidden layer", 0.05, 5).training_costs.shape
    (6,)
    """
    if epochs < 0 or epochs % STEP:
        raise ValueError(f"{epochs} epochs are asked for; multiples of {STEP} can be had.")
    held_out = _samples(True)
    if epochs == 0:
        network = new_network(SIZES[name], np.random.default_rng(_SEED))
        costs = [
            np.array([cost(network.predict(x), wanted) / len(x)])
            for x, wanted in (_samples(False), held_out)
        ]
        return State(network, *costs)
    before = after(name, rate, epochs - STEP)
    trained = train(
        before.network, *_samples(False), rng=np.random.default_rng([_SEED, epochs]),
        epochs=STEP, rate=rate, validation=held_out,
    )  # fmt: skip
    return State(
        trained.network,
        np.concatenate([before.training_costs, trained.training_costs]),
        np.concatenate([before.unseen_costs, trained.validation_costs]),
    )


def read(network: Network, unseen: bool = True) -> NDArray[np.intp]:
    """Return the digit with the largest output, for each picture.

    Parameters
    ----------
    network : Network
        With 64 inputs and 10 outputs.
    unseen : bool
        As in `pictures`.

    Examples
    --------
    >>> read(after("64-10, no hidden layer", 0.05, 20).network).shape
    (510,)
    """
    return network.predict(pictures(unseen)[0]).argmax(axis=1)


@cache
def _samples(unseen: bool) -> tuple[NDArray, NDArray]:
    """Return pictures and their targets."""
    rows, labels = pictures(unseen)
    return rows, one_hot(labels, 10)
