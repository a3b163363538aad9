"""What joins the steps of a chain from scanner to PET, and what tells which step is worth its work.

A chain is only as good as the joints between its steps: a matrix used in the wrong direction, a
map that is believed where it cannot know. Slides 2, 3 and 91.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.agreement import percent_difference
from course_lib.imaging.checks import (
    as_floating,
    as_mask,
    as_numbers,
    require_mask,
    require_same_shape,
)
from course_lib.imaging.coordinates import index_to_mm, mm_to_index
from course_lib.imaging.metrics import differences
from course_lib.imaging.transforms import apply, invert

Grid = tuple[ArrayLike, ArrayLike]  # spacing and origin, each of three numbers in mm


def source_index(
    index: ArrayLike, grid: Grid, matrix: ArrayLike, source_grid: Grid
) -> NDArray[np.float64]:
    """Find where voxels of one scan lie in another one that was registered to it.

    Parameters
    ----------
    index : (N, 3) array
        Voxels of the fixed scan, (Z, Y, X).
    grid : tuple of two (3,) arrays
        Of the fixed scan: distance of voxel centres, and place of the first one, in mm.
    matrix : (4, 4) array
        Homogeneous, in mm: moves points of the source onto the fixed scan.
    source_grid : tuple of two (3,) arrays
        Of the other scan, the source.

    Returns
    -------
    (N, 3) float64 array
        Index in the source, not rounded.

    Raises
    ------
    ValueError
        If a spacing is not positive, the matrix has no inverse, or the shapes do not fit.

    References
    ----------
    .. [1] Lecture, slides 26 and 28.

    Examples
    --------
    >>> moved = np.eye(4)
    >>> moved[0, 3] = 6.0  # the source lies 6 mm too low
    >>> source_index([[5, 1, 1]], ([3, 3, 3], [0, 0, 0]), moved, ([3, 3, 3], [0, 0, 0])).tolist()
    [[3.0, 1.0, 1.0]]
    """
    there = apply(invert(matrix), index_to_mm(index, *grid))
    return mm_to_index(there, *source_grid)


def combine_maps(own: ArrayLike, others: ArrayLike, untrusted: ArrayLike) -> NDArray[np.floating]:
    """Average two maps of one patient, but believe only the second one where the first cannot know.

    Parameters
    ----------
    own : array
        Made from the patient's own images, in HU.
    others : array of the same shape
        Made from other people, in HU.
    untrusted : bool array of the same shape
        Where the patient's own images show an artefact.

    Returns
    -------
    floating array
        In HU.

    Raises
    ------
    ValueError
        If the shapes differ, the mask is not bool, or a map holds NaN.

    References
    ----------
    .. [1] Lecture, slides 36, 75 and 90.

    Examples
    --------
    >>> combine_maps([100, -1000], [300, 40], np.array([False, True]))
    array([200.,  40.])
    """
    difference = differences(own, others)  # refuses what does not fit
    mask = as_mask(untrusted, difference.shape, "untrusted voxels")
    return np.where(mask, others, as_numbers(others) - difference / 2)


def step_errors(
    reference: ArrayLike, images: Sequence[ArrayLike], mask: ArrayLike
) -> NDArray[np.float64]:
    """Measure how wrong an image is after each step of a chain, in percent.

    Parameters
    ----------
    reference : array
        Right values, for example PET corrected with the true map, in kBq/mL.
    images : sequence of N arrays of the same shape
        After each step, in the same unit.
    mask : bool array of the same shape
        Where to measure; the reference must be above 0 there.

    Returns
    -------
    (N, 2) float64 array
        For each image, over the mask: the mean of the percent differences, and their mean without
        signs.

    Raises
    ------
    ValueError
        If there is no image, the mask is empty or no mask, shapes differ, or the reference is not
        above 0 somewhere in the mask.

    References
    ----------
    .. [1] Lecture, slides 24 and 90.

    Examples
    --------
    >>> step_errors([10.0, 20.0, 0.0], [[5.0, 30.0, 9.0]], np.array([True, True, False])).tolist()
    [[0.0, 50.0]]
    """
    reference = as_floating(as_numbers(reference))
    mask = require_mask(mask, reference.shape, "mask")
    if not len(images):
        raise ValueError("There are no images; at least one is needed.")
    if not (reference[mask] > 0).all():
        raise ValueError("The reference is not above 0 in the whole mask; percent need that.")
    percents = []
    for image in images:
        require_same_shape(reference, np.asarray(image))
        percents.append(percent_difference(reference[mask], np.asarray(image)[mask]))
    table = np.asarray(percents, np.float64)
    return np.stack([table.mean(axis=1), np.abs(table).mean(axis=1)], axis=1)


def error_budget(reference: ArrayLike, made: ArrayLike, labels: ArrayLike) -> dict[int, float]:
    """Share the error of a map among the tissues, in percent of all of it.

    Parameters
    ----------
    reference, made : array
        True map and made map, for example of attenuation in 1/cm.
    labels : integer array of the same shape
        Tissue of each voxel.

    Returns
    -------
    dict
        From each label that occurs to its part of the sum of all absolute errors, in percent.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or nothing is wrong at all.

    Examples
    --------
    >>> error_budget([1.0, 1.0, 1.0, 5.0], [1.5, 0.5, 1.0, 2.0], [2, 2, 2, 4])
    {2: 25.0, 4: 75.0}
    """
    errors = np.abs(differences(reference, made).astype(np.float64, copy=False))
    labels = np.asarray(labels)
    require_same_shape(errors, labels)
    total = errors.sum()
    if total == 0:
        raise ValueError("The two maps are equal; there is no error to share.")
    return {
        int(label): float(100 * errors[labels == label].sum() / total)
        for label in np.unique(labels)
    }


def costs_of_leaving_out(error: float, without: Mapping[str, float]) -> list[tuple[str, float]]:
    """Rank the steps of a chain by what it costs to leave each of them out.

    Parameters
    ----------
    error : float
        Of the whole chain.
    without : mapping
        From the name of each step to the error of the chain without it.

    Returns
    -------
    list of tuple
        Name and cost of each step, the dearest first; of equals the one that comes first. A cost
        is how much the error rises, below 0 where it falls.

    Raises
    ------
    ValueError
        If there are no steps, or an error is negative or not finite.

    Examples
    --------
    >>> costs_of_leaving_out(1.5, {"bone": 2.0, "registration": 4.5, "filter": 1.25})
    [('registration', 3.0), ('bone', 0.5), ('filter', -0.25)]
    """
    errors = np.array([error, *without.values()], np.float64)
    if len(errors) == 1:
        raise ValueError("There are no steps; at least one is needed.")
    if not (np.isfinite(errors) & (errors >= 0)).all():
        raise ValueError(f"The errors are {errors.tolist()}; they must be at least 0 and finite.")
    costs = [(name, float(value) - float(error)) for name, value in without.items()]
    return sorted(costs, key=lambda each: -each[1])
