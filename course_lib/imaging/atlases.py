"""Synthetic CT from atlases: pairs of MR and CT of other patients, warped to the target.

Take the CT of the most similar atlas, average all, or rank the atlases around each voxel and let
better ones count more. Rank 0 is the best atlas; the slides call that the highest rank. Slides 35
and 36.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import require_same_shape
from course_lib.imaging.image_lists import as_images, as_weights, require_as_many
from course_lib.imaging.local_similarity import similarity_maps
from course_lib.imaging.ranking import rank_rows, rank_weights
from course_lib.imaging.similarity import ncc

_BLOCK = 2**15  # voxels at a time: those of all atlases stay in the cache


def best_atlas(target: ArrayLike, images: Sequence[ArrayLike]) -> int:
    """Find the atlas whose image correlates best with the target's.

    Parameters
    ----------
    target : array
        MR image of the patient.
    images : sequence of arrays
        MR images of the atlases, on the grid of the target.

    Returns
    -------
    int
        Index of the atlas; its CT is the simplest synthetic CT. The first of equals.

    Raises
    ------
    ValueError
        If there are no atlases, shapes differ, an image is constant, empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 35.

    Examples
    --------
    >>> best_atlas([1.0, 2.0, 3.0], [[3.0, 2.0, 1.0], [10.0, 20.0, 30.0], [1.0, 2.0, 0.0]])
    1
    """
    return int(np.argmax([ncc(target, image) for image in as_images(images, "atlases")]))


def average(images: Sequence[ArrayLike]) -> NDArray[np.floating]:
    """Average images voxel by voxel.

    Parameters
    ----------
    images : sequence of arrays
        Of one shape and in one unit, for example the CT images of the atlases in HU.

    Returns
    -------
    floating array
        Of the shape and in the unit of the images.

    Raises
    ------
    ValueError
        If there are no images, shapes differ, or one is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 35.

    Examples
    --------
    >>> average([[-1000, 0, 40], [-1000, 100, 60]])
    array([-1000.,    50.,    50.])
    """
    images = as_images(images, "images")
    return weighted_mean(images, [1.0] * len(images))


def weighted_mean(
    images: Sequence[ArrayLike], weights: Sequence[ArrayLike]
) -> NDArray[np.floating]:
    """Fuse images voxel by voxel: sum of weight times value over sum of weights.

    Parameters
    ----------
    images : sequence of N arrays
        Of one shape and in one unit, for example the CT images of the atlases in HU.
    weights : sequence of N arrays or N numbers
        How much each counts, at each voxel or everywhere; at least 0, and not 0 in all.

    Returns
    -------
    floating array
        Of the shape and in the unit of the images.

    Raises
    ------
    ValueError
        If there are no images or not as many weights, shapes differ, an image or weight holds
        NaN, a weight is negative, or all weights of a voxel are 0.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.

    Examples
    --------
    >>> weighted_mean([[0.0, 0.0], [100.0, 100.0]], [[3, 1], [1, 1]])
    array([25., 50.])
    """
    images = as_images(images, "images")
    weights = as_weights(weights, images)
    total, divisor = np.zeros(images[0].shape), np.zeros(weights[0].shape)
    for image, weight in zip(images, weights, strict=True):
        total += weight.astype(np.float64) * image
        divisor += weight
    total /= divisor
    return total.astype(_floating_type(images), copy=False)


def fuse_by_rank(
    similarities: Sequence[ArrayLike], images: Sequence[ArrayLike], decay: float = 0.5
) -> NDArray[np.floating]:
    """Fuse images with weights by rank: the mean weighted with `ranking.rank_weights`.

    Ranks and weights of a few thousand voxels at a time are kept, never those of all.

    Parameters
    ----------
    similarities : sequence of N arrays
        How similar each atlas is to the target at each voxel; larger is more similar.
    images : sequence of N arrays
        Of the same shape and in one unit, for example the CT images of the atlases in HU.
    decay : float
        See `ranking.rank_weights`.

    Returns
    -------
    floating array
        Of the shape and in the unit of the images.

    Raises
    ------
    ValueError
        If there are not as many similarities as images, shapes differ, one is empty or holds
        NaN, or the decay is negative or not finite.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.
    .. [2] Burgos et al., IEEE Trans. Med. Imaging 33(12), 2014. doi:10.1109/TMI.2014.2340135

    Examples
    --------
    >>> fuse_by_rank([[0.9, 0.1], [0.2, 0.6]], [[0, 0], [90, 90]], decay=np.log(2)).round(6)
    array([30., 60.])
    """
    similarities = as_images(similarities, "similarities")
    images = as_images(images, "images")
    require_as_many(similarities, images, "similarities")
    require_same_shape(similarities[0], images[0])
    weight_of = rank_weights(np.arange(len(images)), decay)
    weight_of /= weight_of.sum()  # at each voxel every rank occurs once
    fused = np.zeros(images[0].size, _floating_type(images))
    lines = [image.ravel() for image in images]
    likeness = [similarity.ravel() for similarity in similarities]
    for start in range(0, fused.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        order = rank_rows(np.stack([line[block] for line in likeness]))
        fused[block] = sum(
            weight_of[rank] * line[block] for rank, line in zip(order, lines, strict=True)
        )
    return fused.reshape(images[0].shape)


def rank_fusion(
    target: ArrayLike,
    images: Sequence[ArrayLike],
    cts: Sequence[ArrayLike],
    size: int = 7,
    decay: float = 0.5,
) -> NDArray[np.floating]:
    """Make a synthetic CT from an MR image: local similarity, ranks, weighted fusion.

    Parameters
    ----------
    target : array
        MR image of the patient.
    images, cts : sequence of N arrays
        MR and CT images of the atlases, on the grid of the target; CT in HU.
    size : int
        Voxels along each side of a patch, odd; see `local_similarity.local_ncc`.
    decay : float
        See `ranking.rank_weights`.

    Returns
    -------
    floating array
        In HU.

    Raises
    ------
    ValueError
        As in `local_similarity.similarity_maps` and `fuse_by_rank`.

    References
    ----------
    .. [1] Lecture, slides 35 and 36.
    .. [2] Burgos et al., IEEE Trans. Med. Imaging 33(12), 2014. doi:10.1109/TMI.2014.2340135

    Examples
    --------
    >>> mr, ct = np.array([0.0, 1.0, 4.0, 9.0]), np.array([-1000, 0, 40, 900])
    >>> rank_fusion(mr, [mr, mr[::-1]], [ct, ct[::-1]], size=3, decay=50).round(3)
    array([-1000.,     0.,    40.,   900.])
    """
    return fuse_by_rank(similarity_maps(target, images, size), cts, decay)


def _floating_type(images: list[NDArray]) -> np.dtype:
    """Return the floating type that holds all images."""
    return np.result_type(np.float32, *[image.dtype for image in images])
