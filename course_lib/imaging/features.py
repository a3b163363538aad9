"""What is known of every voxel: several images of one shape, as a table with one row per voxel.

A feature is an image; a row holds the values of all features at one voxel. Rows follow the voxels
as ``image[mask]`` or ``image.ravel()`` does: the last axis runs fastest. Slides 48, 53, 62, 63.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, require_mask
from course_lib.imaging.edges import gradient_magnitude
from course_lib.imaging.filters import gaussian_blur
from course_lib.imaging.image_lists import as_images
from course_lib.imaging.interpolation import as_filling
from course_lib.imaging.normalization import min_max

AXES = ("z", "y", "x")


class FeatureTable(NamedTuple):
    """Values of N voxels by F features, and the names of the features."""

    values: NDArray[np.floating]
    names: tuple[str, ...]


def positions(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return where every voxel lies between the two ends of each axis.

    Parameters
    ----------
    shape : tuple of D ints
        Of the image.

    Returns
    -------
    (D, ...) float32 array
        0 at the first voxel of an axis, 1 at the last; 0.5 where there is only one.

    Raises
    ------
    ValueError
        If there is no axis, or one has no voxel.

    References
    ----------
    .. [1] Lecture, slides 53 and 63.

    Examples
    --------
    >>> positions((2, 3))[1]
    array([[0. , 0.5, 1. ],
           [0. , 0.5, 1. ]], dtype=float32)
    """
    if len(shape) == 0 or min(shape) < 1:
        raise ValueError(f"The shape is {shape}; at least one axis and one voxel are needed.")
    ramps = [np.linspace(0, 1, n) if n > 1 else np.array([0.5]) for n in shape]
    return np.array(np.meshgrid(*ramps, indexing="ij"), dtype=np.float32)


def basic_features(
    image: ArrayLike, sigma_mm: float = 2.0, spacing: ArrayLike = 1.0
) -> dict[str, NDArray[np.floating]]:
    """Make the features that follow from one image alone.

    Add others of the same shape by name before making the table:
    ``basic_features(mr) | {"R2*": r2_star, "LBP": lbp_image(mr)}``.

    Parameters
    ----------
    image : array with 1 to 3 axes
        In arbitrary units, for example MR.
    sigma_mm : float
        Of the blur, in mm.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    dict of arrays of the shape of the image
        "normalised": the image scaled to 0..1; "blurred": that, blurred; "gradient magnitude":
        of the normalised image, in 1/mm; "position z", "position y", "position x": 0..1.

    Raises
    ------
    ValueError
        If the image is constant, empty, holds NaN, or has another number of axes, sigma is
        negative, or the spacing does not fit.

    References
    ----------
    .. [1] Lecture, slides 53 and 62. There, positions are counted in voxels from the middle, and
       scaled to 0..1 on slide 63.

    Examples
    --------
    >>> list(basic_features(np.arange(12.0).reshape(3, 4)))
    ['normalised', 'blurred', 'gradient magnitude', 'position y', 'position x']
    """
    image = as_numbers(image)
    if not 1 <= image.ndim <= len(AXES):
        raise ValueError(f"The image has {image.ndim} axes; 1 to 3 are allowed.")
    normalised = min_max(image)
    features = {
        "normalised": normalised,
        "blurred": gaussian_blur(normalised, sigma_mm, spacing),
        "gradient magnitude": gradient_magnitude(normalised, spacing),
    }
    names = [f"position {axis}" for axis in AXES[-image.ndim :]]
    return features | dict(zip(names, positions(image.shape), strict=True))


def stack_features(
    images: Sequence[ArrayLike], mask: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Write images side by side as a table.

    Parameters
    ----------
    images : sequence of F arrays
        Features of one shape, of any number of axes.
    mask : bool array, optional
        Which voxels get a row; all by default.

    Returns
    -------
    (N, F) floating array
        One row for each voxel, one column for each image. float32 when that holds all values.

    Raises
    ------
    ValueError
        If there is no image, shapes differ, the mask is empty or of another shape, or an image is
        empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 62 and 63.

    Examples
    --------
    >>> stack_features([[[1.0, 2.0], [3.0, 4.0]], [[10.0, 20.0], [30.0, 40.0]]])
    array([[ 1., 10.],
           [ 2., 20.],
           [ 3., 30.],
           [ 4., 40.]])
    """
    arrays = [as_floating(image) for image in as_images(images, "features")]
    if mask is None:
        columns = [array.ravel() for array in arrays]
    else:
        inside = require_mask(mask, arrays[0].shape, "mask")
        columns = [array[inside] for array in arrays]
    return np.stack(columns, axis=1)


def feature_table(images: Mapping[str, ArrayLike], mask: ArrayLike | None = None) -> FeatureTable:
    """Write named images side by side as a table that knows the names of its columns.

    Parameters
    ----------
    images : mapping of names to arrays of one shape
        For example from `basic_features`, with others added.
    mask : bool array, optional
        Which voxels get a row; all by default.

    Returns
    -------
    FeatureTable
        `values`: (N, F) floating array, one row for each voxel; `names`: one for each column, in
        the order given.

    Raises
    ------
    ValueError
        As `stack_features`.

    References
    ----------
    .. [1] Lecture, slides 62 and 63.

    Examples
    --------
    >>> table = feature_table({"MR": [[5.0, 6.0]], "LBP": [[231, 59]]})
    >>> table.values.tolist(), table.names
    ([[5.0, 231.0], [6.0, 59.0]], ('MR', 'LBP'))
    """
    return FeatureTable(stack_features(list(images.values()), mask), tuple(images))


def image_from_rows(
    column: ArrayLike,
    shape: tuple[int, ...],
    mask: ArrayLike | None = None,
    outside: float = 0.0,
) -> NDArray:
    """Put one value per row back to the voxels the rows came from.

    Parameters
    ----------
    column : (N,) array
        For example a column of the table, or what a model predicts for each row.
    shape : tuple of int
        Of the image.
    mask : bool array, optional
        The mask the table was made with; all voxels by default.
    outside : float
        Value where the mask is False, for example -1000 HU.

    Returns
    -------
    array
        Of that shape, in the dtype of the column.

    Raises
    ------
    ValueError
        If there are not as many values as voxels, the mask is empty or of another shape, or the
        dtype cannot hold the value outside.

    References
    ----------
    .. [1] Lecture, slide 67.

    Examples
    --------
    >>> image_from_rows([7, 8], (2, 2), [[True, False], [False, True]], outside=-1)
    array([[ 7, -1],
           [-1,  8]])
    """
    values = as_numbers(column)
    inside = np.ones(shape, bool) if mask is None else require_mask(mask, tuple(shape), "mask")
    count = int(inside.sum())
    if values.shape != (count,):
        raise ValueError(
            f"The column has the shape {values.shape}; {count} voxels need one row of {count}."
        )
    image = np.full(shape, as_filling(outside, values.dtype))
    image[inside] = values
    return image
