"""Inputs of topic 04, and its references in the form in which students write them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.data import datasets, phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import interpolation, neighbors, resampling

# The voxels of slide 26 in the order (Z, Y, X), in mm.
THIN, THICK = np.array([0.6, 0.5, 0.5]), np.array([4.4, 0.5, 0.5])
HEAD_MM = 8.0


def nearest_value(image: ArrayLike, point_mm: ArrayLike, spacing: ArrayLike) -> NDArray:
    """Return the value of the voxel nearest to one point, by the reference.

    Raises
    ------
    ValueError
        If the point lies outside the image.

    Examples
    --------
    >>> int(nearest_value([[1, 2], [3, 4]], [0.2, 4.0], [0.5, 4.4]))
    2
    """
    return interpolation.nearest_at(image, point_mm, spacing)


def bilinear_value(image: ArrayLike, point: ArrayLike) -> NDArray[np.floating]:
    """Return the value between the four pixels around one point, by the reference.

    Raises
    ------
    ValueError
        If the point lies outside the image.

    Examples
    --------
    >>> float(bilinear_value([[0.0, 10.0], [20.0, 30.0]], [0.5, 0.5]))
    15.0
    """
    return interpolation.linear_at(image, point)


def resample_labels(labels: ArrayLike, spacing: ArrayLike, new_spacing: ArrayLike) -> NDArray:
    """Give a label volume another spacing, by the reference.

    Raises
    ------
    ValueError
        If a spacing is not positive.

    Examples
    --------
    >>> resample_labels([[[1, 2]]], [1, 1, 1], [1, 1, 0.5]).tolist()
    [[[1, 1, 2, 2]]]
    """
    return resampling.resample(labels, spacing, new_spacing, "nearest")


def majority_of_neighbors(labels: ArrayLike, row: int, column: int) -> int:
    """Return the label that most of the pixels beside one pixel have, by the reference.

    Raises
    ------
    ValueError
        If the pixel has no neighbours.

    Examples
    --------
    >>> majority_of_neighbors([[3, 1, 3], [1, 0, 2], [3, 1, 3]], 1, 1)
    1
    """
    return neighbors.majority_of_neighbors(labels, (row, column))


def head_labels() -> NDArray[np.uint8]:
    """Return the tissues of a coarse head, 8 mm; the caller's own copy."""
    return phantom.head(seed=1, spacing_mm=HEAD_MM, anatomy="analytic").labels.copy()


def many_indices(rng: np.random.Generator) -> Arguments:
    """Draw the indices of a few voxels, a spacing and an origin."""
    spacing = rng.choice([0.5, 0.6, 0.8, 1.2, 2.0, 3.0, 4.4], 3, replace=False)
    return rng.integers(0, 200, (6, 3)).astype(float), spacing, rng.uniform(-150, -20, 3).round(1)


def many_points(rng: np.random.Generator) -> Arguments:
    """Draw a few points in mm, a spacing and an origin."""
    _, spacing, origin = many_indices(rng)
    return rng.uniform(-20, 80, (6, 3)).round(1), spacing, origin


def point_in_ct(rng: np.random.Generator) -> Arguments:
    """Draw a point in a real CT with pixels that are not square, a row and column apart."""
    image = datasets.ct_head().values[100:420:4, 100:420:8].copy()
    index = rng.integers(10, 30, 2) + rng.uniform(0.6, 0.9, 2)
    spacing = np.array([1.7, 3.4])
    return image, index * spacing, spacing


def index_in_ct(rng: np.random.Generator) -> Arguments:
    """Draw an index between the pixels of a real CT, where neighbours differ."""
    image = datasets.ct_head().values[100:420:4, 100:420:4].copy()
    values = image.astype(int)
    down, across = np.diff(values, axis=0)[:, :-1], np.diff(values, axis=1)[:-1]
    rows, columns = np.nonzero((np.abs(down) > 60) & (np.abs(across) > 60))
    chosen = int(rng.integers(len(rows)))
    low, high = rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)
    return image, np.array([rows[chosen] + low, columns[chosen] + high])


def head_on_other_grid(rng: np.random.Generator) -> Arguments:
    """Draw a new spacing for the tissues of a coarse head."""
    new = rng.permutation([5.0, 11.0, 13.0])
    return head_labels(), np.full(3, HEAD_MM), new


def interpolated_head(rng: np.random.Generator) -> Arguments:
    """Draw a slice of the head's tissues and what linear interpolation and rounding make of it."""
    plane = head_labels()[int(rng.integers(12, 20))]
    linear = resampling.resize(plane, (50, 38), "linear")
    return plane, np.rint(linear).astype(np.uint8)


def half_of_the_head(rng: np.random.Generator) -> Arguments:
    """Draw the mask of one tissue and voxels that are not cubes."""
    mask = head_labels() == int(rng.integers(4, 9))
    return mask, rng.choice([0.5, 0.6, 1.5, 3.0, 4.4], 3, replace=False)


def few_labels(rng: np.random.Generator) -> Arguments:
    """Draw a small label image and a pixel inside it whose neighbours have a clear majority."""
    while True:
        labels = rng.integers(0, 4, (6, 7))
        row, column = int(rng.integers(1, 5)), int(rng.integers(1, 6))
        beside = neighbors.edge_neighbors(labels, (row, column))
        if np.bincount(beside).max() == 3:
            return labels, row, column
