"""Known mistakes of topic 06, second part: ranks, weights and fused CT."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import atlases, ranking

_ranks = partial(refusing_like, ranking.ranks)
_weights = partial(refusing_like, ranking.rank_weights)
_fused = partial(refusing_like, atlases.weighted_mean)


def _stable(values):
    """Sort along the first axis; of equals the first comes first."""
    return np.argsort(values, axis=0, kind="stable")


def _from_least_similar(similarities):
    """Count from the worst atlas on."""
    return _stable(_stable(np.asarray(similarities)))


def _ranks_of_voxels(similarities):
    """Rank the voxels of each atlas among each other."""
    rows = -np.asarray(similarities).reshape(len(similarities), -1)
    ranked = np.argsort(np.argsort(rows, axis=1, kind="stable"), axis=1, kind="stable")
    return ranked.reshape(np.shape(similarities))


def _equals_share(similarities):
    """Count for each atlas those that are better."""
    stack = np.asarray(similarities)
    return (stack[None] > stack[:, None]).sum(axis=1)


RANKS = [
    mistake(
        _ranks(lambda similarities: _stable(-np.asarray(similarities))),
        "You sorted once. `argsort` tells which atlas stands in which place; asked is the place of "
        "each atlas. Sort the order once more: `np.argsort(np.argsort(...))`.",
    ),
    mistake(
        _ranks(_from_least_similar),
        "Your rank 0 is the least similar atlas. `argsort` puts the smallest first: sort "
        "`-similarities`.",
    ),
    mistake(
        _ranks(lambda similarities: ranking.ranks(similarities).astype(int) + 1),
        "You count from 1. Here the best atlas has the rank 0, so that its weight is exp(0) = 1.",
    ),
    mistake(
        _ranks(_ranks_of_voxels),
        "You ranked the voxels of each atlas. At each voxel the atlases compete: sort along the "
        "first axis, `axis=0`.",
    ),
    mistake(
        _ranks(lambda similarities: len(similarities) - 1 - _from_least_similar(similarities)),
        "Of equally similar atlases the later one ranks better in yours. That comes from turning "
        "the ranks round; sort `-similarities` and keep the first in front.",
    ),
    mistake(
        _ranks(_equals_share),
        "Equally similar atlases share a rank in yours, so some rank is missing and the weights "
        "no longer add up to the same at each voxel. Each rank occurs once.",
    ),
    mistake(
        lambda similarities: _stable(_stable(-np.asarray(similarities))),
        "NaN is sorted behind everything without a word, so an atlas without similarity gets a "
        "rank. Look for it with `np.isnan`, and raise a ValueError.",
    ),
]


def _as_float(ranks):
    """Return ranks in floats, so that they can be negative."""
    return np.asarray(ranks, float)


RANK_WEIGHTS = [
    mistake(
        _weights(lambda ranks, decay: np.exp(decay * _as_float(ranks))),
        "The sign is wrong: your weights grow with the rank, so the worst atlas counts most.",
    ),
    mistake(
        _weights(lambda ranks, decay: np.exp(decay * -np.asarray(ranks))),
        "Ranks are stored without a sign, and in uint8, -1 is 255: your weights explode. Negate "
        "the decay in place of the ranks, `np.exp(-decay * ranks)`.",
    ),
    mistake(
        _weights(lambda ranks, decay: np.exp(-decay * (_as_float(ranks) + 1))),
        "You count ranks from 1. The best atlas has the rank 0 and the weight exp(0) = 1.",
    ),
    mistake(
        _weights(lambda ranks, decay: decay ** _as_float(ranks)),
        "You take the decay to the power of the rank. It stands in the exponent: "
        "exp(-decay * rank).",
    ),
    mistake(
        _weights(lambda ranks, decay: 1 / (1 + decay * _as_float(ranks))),
        "Your weights fall off as 1 / (1 + decay * rank). Asked is the exponential.",
    ),
    mistake(
        _weights(
            lambda ranks, decay: (
                np.exp(-decay * _as_float(ranks)) / np.exp(-decay * _as_float(ranks)).sum()
            )
        ),
        "You divided by the sum over everything. Leave the weights as they are, 1 for the best; "
        "the fusion divides by their sum at each voxel.",
    ),
    mistake(
        lambda ranks, decay: np.exp(-decay * _as_float(ranks)),
        "With a negative decay the worst atlas counts most, and the CT still looks plausible. "
        "Raise a ValueError.",
    ),
]


def _products(images, weights):
    """Sum weight times value over the atlases."""
    return (np.asarray(weights, float) * images).sum(axis=0)


def _heaviest(images, weights):
    """Take the value of the atlas that counts most."""
    best = np.argmax(weights, axis=0)[np.newaxis]
    return np.take_along_axis(np.asarray(images, float), best, axis=0)[0]


def _fused_unchecked(images, weights):
    """Divide by whatever the weights add up to."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _products(images, weights) / np.sum(weights, axis=0)


FUSE_CT = [
    mistake(
        _fused(_products),
        "You forgot to divide by the sum of the weights. Air at -1000 HU becomes far less than "
        "air.",
    ),
    mistake(
        _fused(lambda images, weights: _products(images, weights) / len(images)),
        "You divide by the number of atlases. The weights do not add up to that: divide by their "
        "sum, at each voxel.",
    ),
    mistake(
        _fused(lambda images, weights: _products(images, weights) / np.sum(weights)),
        "You divide by the sum of all weights of the image. At each voxel only the weights of "
        "that voxel count: `weights.sum(axis=0)`.",
    ),
    mistake(
        _fused(lambda images, weights: np.mean(images, axis=0, dtype=float)),
        "Your weights have no effect: this is the plain average of the atlases.",
    ),
    mistake(
        _fused(_heaviest),
        "You take the value of the heaviest atlas at each voxel. Fusion lets all of them count, "
        "each by its weight.",
    ),
    mistake(
        _fused(lambda images, weights: _products(images, weights).sum() / np.sum(weights)),
        "You return one number. Sum over the atlases only, `axis=0`, and keep the image.",
    ),
    mistake(
        _fused(lambda images, weights: atlases.weighted_mean(images, weights).astype(int)),
        "You cut the decimals off, which makes every value a little nearer to 0 than it is. Keep "
        "decimals, or round at the very end.",
    ),
    mistake(
        _fused_unchecked,
        "Where all weights are 0 you divide by 0, and the CT holds NaN. Raise a ValueError.",
    ),
]
