"""What the networks of topic 10 learn from: some voxels of many heads, as MR features and CT."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.imaging import filters, mr_mapping
from course_lib.imaging.features import stack_features

GROUPS = {"soft tissue": (2, 3, 6, 7, 8), "bone": (4, 5), "air": (0, 1)}  # labels of each
_FLOOR = 0.06  # of the signal of soft tissue; below it is noise
_BLUR_MM = 4.0
_COARSE_MM = 6.0
MOST = 2400  # voxels to train with, few enough while a slider waits


class Samples(NamedTuple):
    """A table (N, F) of MR features, and the CT of each row in HU."""

    table: NDArray[np.float64]
    hu: NDArray[np.float64]


def feature_images(head: phantom.Head) -> dict[str, NDArray]:
    """Return the MR features of every voxel of a head.

    Parameters
    ----------
    head : phantom.Head
        Scans of any voxel size.

    Returns
    -------
    dict of (Z, Y, X) arrays
        T1 and both echoes over their median in the body, R2* in 1/ms, the first echo and R2*
        blurred, and the position in dm from the middle.

    Examples
    --------
    >>> images = feature_images(phantom.head(spacing_mm=8, anatomy="analytic"))
    >>> list(images)[:4]
    ['T1', 'first echo', 'second echo', 'R2*']
    """
    body = head.labels > 0
    t1, first, second = (
        image.astype(float) / np.median(image[body]) for image in (head.t1, head.ute1, head.ute2)
    )
    rate = mr_mapping.r2star(first, second, head.settings.echo_ms, _FLOOR) / 1000
    spacing = np.array(head.spacing)
    middle = (np.array(body.shape) - 1) / 2
    places = (np.indices(body.shape).T - middle).T * (spacing / 100)[:, None, None, None]
    return {
        "T1": t1,
        "first echo": first,
        "second echo": second,
        "R2*": rate,
        "first echo, blurred": filters.gaussian_blur(first, _BLUR_MM, spacing),
        "R2*, blurred": filters.gaussian_blur(rate, _BLUR_MM, spacing),
        **dict(zip(("position z", "position y", "position x"), places, strict=True)),
    }


def samples_of(numbers: range, each: int) -> Samples:
    """Return voxels of the bodies of several patients of the phantom, scanned at 6 mm.

    Parameters
    ----------
    numbers : range
        Of the patients, from 1.
    each : int
        How many voxels of each, at most 2,400.

    Examples
    --------
    >>> samples_of(range(1, 3), 150).table.shape
    (300, 9)
    """
    parts = [_voxels_of(number) for number in numbers]
    return Samples(
        np.concatenate([part.table[:each] for part in parts]),
        np.concatenate([part.hu[:each] for part in parts]),
    )


@lru_cache(maxsize=32)
def _voxels_of(number: int) -> Samples:
    """Return 2,400 voxels of one patient in random order."""
    head = phantom.subject(number, spacing_mm=_COARSE_MM)
    body = head.labels > 0
    table = stack_features(list(feature_images(head).values()), body)
    rows = np.random.default_rng(number).permutation(len(table))[:MOST]
    return Samples(table[rows], head.ct[body][rows].astype(float))


@cache
def echoes() -> dict[str, NDArray[np.float64]]:
    """Return both echoes of 250 voxels of soft tissue, bone and air, over the median of the body.

    Examples
    --------
    >>> {name: pairs.shape for name, pairs in echoes().items()}
    {'soft tissue': (250, 2), 'bone': (250, 2), 'air': (250, 2)}
    """
    head, rng = phantom.head(spacing_mm=4), np.random.default_rng(4)
    images = np.stack([head.ute1, head.ute2], axis=-1).astype(float)
    images /= np.median(images[head.labels > 0], axis=0)
    return {
        name: rng.permutation(images[np.isin(head.labels, labels)])[:250]
        for name, labels in GROUPS.items()
    }
