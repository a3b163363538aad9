"""Inputs of topic 13: grids and matrices of two scans, maps, PET after each step, and errors."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging.attenuation import attenuation_map

_STEPS = ("water", "echoes", "registration", "ranks", "inner hole", "outer hole", "filter")


@cache
def _head() -> phantom.Head:
    """Return a coarse head once for all cases."""
    return phantom.head(seed=4, spacing_mm=6.0, anatomy="analytic")


def _slice(rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Draw a slice: CT, PET and labels."""
    place = int(rng.integers(14, 29))
    return tuple(image[place].copy() for image in (_head().ct, _head().pet, _head().labels))


def two_grids(rng: np.random.Generator) -> Arguments:
    """Draw voxels of a scan, its grid, an affine matrix in mm, and the grid of another scan."""
    turn = phantom.rigid(
        rng.uniform(-8, 8, 3), rng.uniform(-9, 9, 3), rng.uniform(0.9, 1.1, 3)
    ).matrix
    grids = [(rng.uniform(1.5, 4.5, 3), rng.uniform(-140, -80, 3)) for _ in range(2)]
    return rng.integers(0, 60, (7, 3)), grids[0], turn, grids[1]


def two_maps(rng: np.random.Generator) -> Arguments:
    """Draw two maps of a slice in HU and a mask of voxels that are not to be trusted."""
    ct, _, labels = _slice(rng)
    own = (ct + rng.normal(0, 80, ct.shape)).round()
    others = (ct + rng.normal(20, 120, ct.shape)).round()
    untrusted = (rng.random(ct.shape) < 0.2) & (labels > 0)
    return np.where(untrusted, -1000.0, own), others, untrusted


def stored_maps(rng: np.random.Generator) -> Arguments:
    """Draw two maps of a slice as they are stored, in int16."""
    own, others, untrusted = two_maps(rng)
    return own.astype(np.int16), others.astype(np.int16), untrusted


def pet_after_steps(rng: np.random.Generator) -> Arguments:
    """Draw the PET of a slice, wrong ones that become better, and where the head is."""
    _, pet, labels = _slice(rng)
    images = [
        pet * rng.normal(1 - 0.3 / step, 0.2, pet.shape).astype(np.float32) for step in range(1, 5)
    ]
    return pet, images, (labels >= 2) & (pet > 0.5)


def two_attenuation_maps(rng: np.random.Generator) -> Arguments:
    """Draw the true attenuation map of a slice, one that is wrong, and the tissues."""
    ct, _, labels = _slice(rng)
    made = np.where(labels >= 4, 0.7, 1.0) * (ct + 1000.0) - 1000 + rng.normal(0, 30, ct.shape)
    return attenuation_map(ct.astype(float)), attenuation_map(made), labels


def errors_without(rng: np.random.Generator) -> Arguments:
    """Draw the error of a chain, and of the chain without each of its steps."""
    names = rng.permutation(_STEPS)
    return 2.5, {str(name): float(round(rng.uniform(2.0, 9.0), 2)) for name in names}


def as_table(answer: Any, reference: NDArray, images: list[NDArray], mask: NDArray) -> Any:
    """Call for the errors of steps; a list of rows is as good as an array."""
    rows = answer(reference, images, mask)
    return np.asarray(rows) if isinstance(rows, list | tuple) else rows


def as_pairs(answer: Any, error: float, without: dict[str, float]) -> Any:
    """Call for the costs; a list of lists is as good as one of tuples."""
    pairs = answer(error, without)
    if not isinstance(pairs, list | tuple):
        return pairs
    return [tuple(pair) if isinstance(pair, list) else pair for pair in pairs]
