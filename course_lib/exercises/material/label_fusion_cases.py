"""Inputs of topic 06: slices of the phantom as a target, and their neighbours as its atlases."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging.local_similarity import similarity_maps
from course_lib.imaging.ranking import rank_weights, ranks

UNDECIDED = 255
QUIZ_4 = [1, 5, 2, 1, 2, 5, 4, 5, 2, 2]
_SLICES = (14, 29)  # from the base of the skull up to its roof
_NEIGHBOURS = (-2, -1, 1, 2)  # slices that stand for the atlases


@cache
def _head() -> phantom.Head:
    """Return a coarse head once for all cases."""
    return phantom.head(seed=3, spacing_mm=6.0, anatomy="analytic")


def _places(rng: np.random.Generator) -> tuple[int, list[int]]:
    """Draw the slice of the target, and those of four atlases in some order."""
    place = int(rng.integers(*_SLICES))
    return place, [place + int(step) for step in rng.permutation(_NEIGHBOURS)]


def _scanned(place: int, gain: float) -> NDArray[np.float64]:
    """Return an MR slice in whole numbers, as a scanner with this gain stores it."""
    return np.rint(gain * _head().t1[place])


def two_scans(rng: np.random.Generator) -> Arguments:
    """Draw the MR slices of a target and of one atlas."""
    place, (other, *_) = _places(rng)
    return _scanned(place, rng.uniform(0.5, 2)), _scanned(other, rng.uniform(0.5, 2))


def scans_and_patch(rng: np.random.Generator) -> Arguments:
    """Draw the MR slices of a target and of one atlas, and the size of a patch."""
    return (*two_scans(rng), int(rng.choice([3, 5, 7])))


def scan_and_patch(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice and the size of a patch."""
    return _scanned(int(rng.integers(*_SLICES)), 1.0), int(rng.choice([5, 7]))


def target_and_atlases(rng: np.random.Generator) -> Arguments:
    """Draw the MR slices of a target and of four atlases, each with its scanner's gain."""
    place, others = _places(rng)
    return _scanned(place, 1.0), [_scanned(other, rng.uniform(0.4, 2.5)) for other in others]


def _similarities(place: int, others: list[int]) -> list[NDArray[np.floating]]:
    """Return the local correlation of each atlas with the target."""
    images = [_scanned(other, 1.0) for other in others]
    return similarity_maps(_scanned(place, 1.0), images, 5)


def similarities(rng: np.random.Generator) -> Arguments:
    """Draw the local correlations of four atlases, one map for each."""
    return (np.stack(_similarities(*_places(rng))),)


def ranks_and_decay(rng: np.random.Generator) -> Arguments:
    """Draw the ranks of four atlases at each voxel of a slice, and a decay."""
    return ranks(_similarities(*_places(rng))), float(rng.uniform(0.3, 1.2))


def cts_and_weights(rng: np.random.Generator) -> Arguments:
    """Draw the CT slices of four atlases, and how much each counts at each voxel."""
    place, others = _places(rng)
    weights = rank_weights(ranks(_similarities(place, others)), float(rng.uniform(0.3, 1.2)))
    return _head().ct[others], weights


def segmentations(rng: np.random.Generator) -> Arguments:
    """Draw the segmented slices of four atlases, and the label for ties."""
    return _head().labels[_places(rng)[1]], UNDECIDED


def weighted_segmentations(rng: np.random.Generator) -> Arguments:
    """Draw the segmented slices of four atlases, and how much each counts at each voxel."""
    place, others = _places(rng)
    return _head().labels[others], rank_weights(ranks(_similarities(place, others)), 0.6)


def two_masks(rng: np.random.Generator) -> Arguments:
    """Draw the bone of a target and of one atlas."""
    place, (other, *_) = _places(rng)
    return tuple(np.isin(_head().labels[where], (4, 5)) for where in (place, other))
