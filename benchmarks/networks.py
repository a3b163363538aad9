"""Topic 10 against scikit-learn: one epoch of training, and prediction for all voxels of an image.

Both sides start from one and the same network and do the same: sigmoid, linear last layer, squared
error, gradient descent with momentum 0.9, shuffled batches, float32. The shuffles differ, so the
costs of the epoch are compared, relative to the peer's.
"""

import copy
import sys
import warnings
from collections.abc import Callable

import numpy as np
from _pairs import Pair, growth, run
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from course_lib.imaging.network_costs import one_hot
from course_lib.imaging.networks import Layer, Network, new_network
from course_lib.imaging.training import Trained, train

SAMPLES, PIXELS, CLASSES, RATE = 10_000, 784, 10, 0.005


def images() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw noisy copies of ten patterns, and their one-hot targets."""
    rng = np.random.default_rng(0)
    patterns, labels = rng.random((CLASSES, PIXELS)), rng.integers(0, CLASSES, SAMPLES)
    noisy = patterns[labels] + 0.3 * rng.normal(size=(SAMPLES, PIXELS))
    return noisy.astype(np.float32), one_hot(labels, CLASSES).astype(np.float32)


def peer_of(hidden: tuple[int, ...], batch: int) -> MLPRegressor:
    """Return the peer, which goes on from where it is; one epoch for each fit."""
    return MLPRegressor(
        hidden_layer_sizes=hidden,
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=batch,
        learning_rate_init=2 * RATE,  # of half the squared error
        momentum=0.9,
        nesterovs_momentum=False,
        max_iter=1,
        warm_start=True,
        random_state=0,
    )


def as_network(peer: MLPRegressor) -> Network:
    """Return a network of scikit-learn as one of the course, which subtracts the bias."""
    pairs = zip(peer.coefs_, peer.intercepts_, strict=True)
    layers = (Layer(np.ascontiguousarray(weights.T), -biases) for weights, biases in pairs)
    return Network(tuple(layers), "linear")


def cost_apart(ours: Trained, peer: MLPRegressor) -> float:
    """Compare the costs of the epoch; the peer halves its own and divides it by the outputs."""
    return abs(ours.training_costs[0] / (2 * CLASSES * peer.loss_) - 1)


def epoch_pair(hidden: tuple[int, ...], batch: int, goal: float | None) -> Pair:
    """Return the row of one epoch."""
    inputs, targets = images()
    peer = peer_of(hidden, batch).fit(inputs, targets)
    start = as_network(peer)
    sizes = "-".join(map(str, (PIXELS, *hidden, CLASSES)))
    return Pair(
        f"epoch of {sizes}, batch {batch}",
        "sklearn MLP",
        f"{SAMPLES} x {PIXELS} f32",
        lambda: train(
            start, inputs, targets, rng=np.random.default_rng(1), epochs=1, batch=batch, rate=RATE
        ),
        lambda: copy.deepcopy(peer).fit(inputs, targets),
        goal=goal,
        tolerance=0.05,
        difference=cost_apart,
    )


def predict_pair() -> Pair:
    """Return the row of a prediction."""
    inputs, targets = images()
    peer = peer_of((4, 4), 200).fit(inputs, targets)
    ours = as_network(peer)
    return Pair(
        "predict with 784-4-4-10",
        "sklearn MLP",
        f"{SAMPLES} x {PIXELS} f32",
        lambda: ours.predict(inputs),
        lambda: peer.predict(inputs),
        goal=None,
        tolerance=1e-5,
    )


def main() -> int:
    """Print the tables."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch is never enough
    rows = [
        epoch_pair((4, 4), 10, 3),
        epoch_pair((4, 4), 200, 2),
        epoch_pair((100,), 10, None),
        epoch_pair((100,), 200, None),
        predict_pair(),
    ]
    status = run("Neural networks", rows)

    def predicting(side: int) -> Callable[[], NDArray]:
        rng = np.random.default_rng(2)
        network = new_network([20, 16, 1], rng, "linear", np.float32)
        voxels = rng.random((side**3, 20)).astype(np.float32)
        return lambda: network.predict(voxels)

    growth("predict with 20-16-1 for every voxel", (32, 64, 96), predicting)
    return status


if __name__ == "__main__":
    sys.exit(main())
