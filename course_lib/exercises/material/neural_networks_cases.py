"""Inputs of topic 10: small networks, handwritten digits, and voxels of a head."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.data.digits import digits
from course_lib.exercises.cases import Arguments

SLIDE_71 = np.array([0.2, 0.1, 0.8, 0.3, 0.1, 0.6, 0.2, 0.1, 0.0, 1.0])
FIVE = np.array([0.0, 0, 0, 0, 0, 1, 0, 0, 0, 0])


def pictures(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw handwritten digits as rows of 64 numbers between 0 and 1."""
    images = digits().images
    return images[rng.choice(len(images), count, replace=False)].reshape(count, 64) / 16


@cache
def _voxels() -> NDArray[np.float64]:
    """Return both echoes of all voxels of a small head, over the median of its body."""
    head = phantom.head(spacing_mm=8)
    echoes = np.stack([head.ute1, head.ute2], axis=-1).astype(float)
    return echoes.reshape(-1, 2) / np.median(echoes[head.labels > 0], axis=0)


def voxels(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw voxels of a head: both echoes, about 1 in soft tissue."""
    return _voxels()[rng.choice(len(_voxels()), count, replace=False)]


def echoes_as_image(rng: np.random.Generator) -> Arguments:
    """Draw a table of weighted sums around 0, of either sign."""
    return (6 * (voxels(rng, 12) - 0.6),)


def one_neuron(rng: np.random.Generator) -> Arguments:
    """Draw the pixels of a digit, with weights and a bias for them."""
    return pictures(rng, 1)[0], rng.normal(0, 0.4, 64), round(float(rng.uniform(0.3, 1.5)), 2)


def sizes(rng: np.random.Generator) -> Arguments:
    """Draw a network of four layers whose sizes all differ."""
    inner = rng.choice(np.arange(3, 30), 2, replace=False)
    return ([int(rng.integers(40, 800)), *(int(size) for size in inner), 2],)


def layer_of_digits(rng: np.random.Generator) -> Arguments:
    """Draw digits, and a layer of four neurons behind their pixels."""
    return pictures(rng, 5), rng.normal(0, 0.4, (4, 64)), rng.uniform(0.3, 1.5, 4).round(2)


def labels_of_digits(rng: np.random.Generator) -> Arguments:
    """Draw the labels of some digits; neither 9 nor 0 is among them."""
    labels = digits().labels
    some = labels[(labels > 0) & (labels < 9)]
    return rng.choice(some, 12), 10


def outputs_and_targets(rng: np.random.Generator) -> Arguments:
    """Draw the outputs for three digits, and what they should be."""
    return rng.random((3, 10)).round(2), np.eye(10)[rng.integers(0, 10, 3)]


def layer_with_slopes(rng: np.random.Generator) -> Arguments:
    """Draw what went into a layer and came out of it, and the slopes of its outputs."""
    inputs, outputs = rng.uniform(0.1, 0.9, (4, 3)), rng.uniform(0.1, 0.9, (4, 2))
    return inputs, outputs, rng.normal(0, 1, (4, 2))


def layer_to_measure(rng: np.random.Generator) -> Arguments:
    """Draw a layer of two neurons behind the echoes of some voxels, and a step."""
    inputs = voxels(rng, 6)
    return rng.normal(0, 1.5, (2, 2)), rng.uniform(0.3, 1.5, 2), inputs, rng.random((6, 2)), 0.01


def small_network(rng: np.random.Generator) -> Arguments:
    """Draw a network of 2, 3 and 1 neurons, some voxels, and their targets."""
    layers = [
        (rng.normal(0, 1.5, (3, 2)), rng.uniform(0.3, 1.5, 3)),
        (rng.normal(0, 1.5, (1, 3)), rng.uniform(0.3, 1.5, 1)),
    ]
    return layers, voxels(rng, 6), rng.random((6, 1))


def three_layers(rng: np.random.Generator) -> Arguments:
    """Draw a network of 3, 3, 2 and 2 neurons, and its samples."""
    layers = [
        (rng.normal(0, 1.5, (there, here)), rng.uniform(0.3, 1.5, there))
        for here, there in ((3, 3), (3, 2), (2, 2))
    ]
    return layers, rng.random((4, 3)), rng.random((4, 2))


def read_digits(rng: np.random.Generator) -> Arguments:
    """Draw true digits and how they were read; one confusion comes several times."""
    truth = rng.integers(0, 10, 40)
    read = np.where(rng.random(40) < 0.7, truth, rng.integers(0, 10, 40))
    truth[:3], read[:3] = 8, 1
    return truth, read, 10
