"""Several images on one grid, and what belongs to each of them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_finite, require_same_shape


def as_images(images: Iterable[ArrayLike], name: str) -> list[NDArray]:
    """Return images of one shape as a list of arrays of real, finite numbers.

    Raises
    ------
    ValueError
        If there are none, their shapes differ, or one is empty or holds NaN.

    Examples
    --------
    >>> as_images([[1, 2], [3, 4]], "atlases")
    [array([1, 2]), array([3, 4])]
    """
    arrays = [as_numbers(image) for image in images]
    if not arrays:
        raise ValueError(f"There are no {name}; at least one is needed.")
    for array in arrays:
        require_same_shape(arrays[0], array)
        require_finite(array)
    return arrays


def as_weights(weights: Sequence[ArrayLike], images: Sequence[NDArray]) -> list[NDArray]:
    """Return one weight for each image, at each voxel or everywhere.

    Raises
    ------
    ValueError
        If there are not as many weights as images, shapes do not fit, a weight is negative or
        NaN, or all weights of a voxel are 0.

    Examples
    --------
    >>> as_weights([1, 3], [np.zeros(5), np.ones(5)])
    [array(1), array(3)]
    """
    weights = as_images(weights, "weights")
    require_as_many(weights, images, "weights")
    if weights[0].shape not in ((), images[0].shape):
        raise ValueError(
            f"The weights have the shape {weights[0].shape}; one number or the shape of the "
            f"images, {images[0].shape}, is needed."
        )
    lowest = min(float(weight.min()) for weight in weights)
    if lowest < 0:
        raise ValueError(f"The smallest weight is {lowest:g}; at least 0 is needed.")
    positive = np.zeros(weights[0].shape, bool)
    for weight in weights:
        positive |= weight > 0
    if not positive.all():
        raise ValueError("All weights of a voxel are 0; at least one must be positive.")
    return weights


def require_as_many(values: Sequence[NDArray], images: Sequence[NDArray], name: str) -> None:
    """Refuse values of which there are not as many as images.

    Raises
    ------
    ValueError
        If the numbers differ.

    Examples
    --------
    >>> require_as_many([1, 2], [3], "weights")
    Traceback (most recent call last):
    ValueError: There are 2 weights and 1 images; they must be equally many.
    """
    if len(values) != len(images):
        raise ValueError(
            f"There are {len(values)} {name} and {len(images)} images; they must be equally many."
        )
