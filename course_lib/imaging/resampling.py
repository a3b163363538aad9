"""An image on another grid of the same extent, and what that does to labels.

Both grids fill the same box: they share its outer faces, not the centres of their first voxels.
Nothing is smoothed; before making an image much smaller, smooth it (see `pyramids`). Slide 26.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_floating, as_numbers, as_spacing, finite_range

Method = Literal["nearest", "linear"]
METHODS = ("nearest", "linear")


def resize(image: ArrayLike, shape: tuple[int, ...], method: Method) -> NDArray:
    """Give an image another number of voxels in the same box.

    Parameters
    ----------
    image : array with D axes
        Labels or an image.
    shape : tuple of D int
        Voxels along each axis of the result.
    method : {"nearest", "linear"}
        Nearest neighbour for labels, linear for images.

    Returns
    -------
    array of `shape`
        In the dtype of the image for nearest neighbour; floating for linear, float32 for float32
        and for whole numbers of up to 16 bits.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, the shape does not fit its axes, or the method is
        another one.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> resize([0.0, 8.0], (4,), "linear")
    array([0., 2., 6., 8.])
    >>> resize([0, 1], (4,), "nearest")
    array([0, 0, 1, 1])
    """
    image = as_numbers(image)
    finite_range(image)
    if len(shape) != image.ndim or min(shape) < 1:
        raise ValueError(
            f"The new shape is {shape}; {image.ndim} positive numbers are needed, "
            "one for each axis of the image."
        )
    twice = [(2 * np.arange(n) + 1) * old for n, old in zip(shape, image.shape, strict=True)]
    positions = [places / (2 * n) - 0.5 for places, n in zip(twice, shape, strict=True)]
    return _at_positions(image, positions, method)


def resample(
    image: ArrayLike, spacing: ArrayLike, new_spacing: ArrayLike, method: Method
) -> NDArray:
    """Give an image another distance between its voxels.

    Parameters
    ----------
    image : array with D axes
        Labels or an image.
    spacing, new_spacing : float or (D,) array
        Distance between voxel centres in mm, now and afterwards.
    method : {"nearest", "linear"}
        Nearest neighbour for labels, linear for images.

    Returns
    -------
    array
        As many voxels along each axis as come nearest to the old extent, at least one. The boxes
        share the face where the indices begin; at the other end the new box may be half a voxel
        longer or shorter, and repeats the border's value where it is longer. Dtype as in `resize`.

    Raises
    ------
    ValueError
        If the image is empty or holds NaN, a spacing is not positive, or the method is another
        one.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> resample([[0, 1], [2, 3]], [3.0, 0.5], [1.5, 1.0], "nearest").tolist()
    [[1], [1], [3], [3]]
    """
    image = as_numbers(image)
    finite_range(image)
    steps = as_spacing(new_spacing, image.ndim) / as_spacing(spacing, image.ndim)
    counts = np.maximum(np.rint(np.array(image.shape) / steps), 1).astype(int)
    positions = [(np.arange(n) + 0.5) * step - 0.5 for n, step in zip(counts, steps, strict=True)]
    return _at_positions(image, positions, method)


def volume_ml(mask: ArrayLike, spacing: ArrayLike) -> float:
    """Measure the volume of a mask.

    Parameters
    ----------
    mask : bool array with D axes
        True inside; may be empty, which has no volume.
    spacing : float or (D,) array
        Distance between voxel centres in mm.

    Returns
    -------
    float
        In ml, that is 1000 cubic mm: number of voxels times the volume of one.

    Raises
    ------
    ValueError
        If the mask is not a 3-D bool array, or the spacing is not positive.

    Examples
    --------
    >>> volume_ml(np.ones((10, 10, 10), bool), [4.4, 0.5, 0.5])
    1.1
    """
    mask = np.asarray(mask)
    if mask.dtype != np.bool_ or mask.ndim != 3:
        raise ValueError(
            f"The mask holds {mask.dtype} values and has {mask.ndim} axes; a bool volume with "
            "3 axes is needed, for example `labels == 1`."
        )
    voxel_mm3 = float(np.prod(as_spacing(spacing, 3)))
    return int(np.count_nonzero(mask)) * voxel_mm3 / 1000


def invented_voxels(labels: ArrayLike, resized: ArrayLike) -> NDArray[np.bool_]:
    """Find resized voxels whose label none of the voxels around them has.

    Between the labels 1 and 3, linear interpolation writes 2: another tissue, which is not there.

    Parameters
    ----------
    labels : integer or bool array with D axes
        The original labels.
    resized : array with D axes
        The same labels on another grid in the same box, however they came there, for example from
        `resize` with "linear", rounded or not.

    Returns
    -------
    bool array
        Of the shape of `resized`; False everywhere after nearest neighbour.

    Raises
    ------
    ValueError
        If the labels are not whole numbers or are empty, or the numbers of axes differ.

    References
    ----------
    .. [1] Lecture, slide 26.

    Examples
    --------
    >>> invented_voxels([1, 3], [1, 1.5, 2, 3]).tolist()
    [False, True, True, False]
    """
    labels, resized = as_numbers(labels), as_numbers(resized)
    if labels.dtype.kind not in "biu":
        raise ValueError(f"The labels hold {labels.dtype} values; whole numbers are needed.")
    finite_range(labels)
    found = np.zeros(resized.shape, dtype=bool)
    for label in np.unique(labels):
        reach = resize(labels == label, resized.shape, "linear") > 0
        found |= (resized == label) & reach
    return ~found


def linear_along(image: NDArray, axis: int, positions: NDArray[np.float64]) -> NDArray:
    """Interpolate along one axis, ``low + (high - low) * fraction``, without any check.

    Parameters
    ----------
    image : array
        Without NaN.
    axis : int
        Along which voxels are mixed.
    positions : (N,) array
        Index of the new voxels along that axis; beyond the image its border's value holds.

    Returns
    -------
    floating array
        With N voxels along the axis.

    Examples
    --------
    >>> linear_along(np.array([[1.0, 3.0, 9.0]]), 1, np.array([0.5, 1.5]))
    array([[2., 6.]])
    """
    image = as_floating(image)
    last = image.shape[axis] - 1
    positions = positions.clip(0, last)
    below = np.floor(positions).astype(np.intp)
    fraction = (positions - below).astype(image.dtype)
    above = np.minimum(below + 1, last)
    if axis == 0 and image.ndim > 1:
        return _between_planes(image, below, above, fraction)
    low, mixed = image.take(below, axis), image.take(above, axis)
    mixed -= low
    mixed *= fraction.reshape(-1, *[1] * (image.ndim - axis - 1))
    mixed += low
    return mixed


def _between_planes(
    image: NDArray, below: NDArray, above: NDArray, fraction: NDArray
) -> NDArray[np.floating]:
    """Mix whole planes into the result, without further images of its size."""
    result = np.empty((len(below), *image.shape[1:]), image.dtype)
    for plane, low, high, share in zip(result, below, above, fraction, strict=True):
        np.subtract(image[high], image[low], out=plane)
        np.multiply(plane, share, out=plane)
        np.add(plane, image[low], out=plane)
    return result


def _at_positions(image: NDArray, positions: list[NDArray[np.float64]], method: Method) -> NDArray:
    """Take values at fractional positions along each axis, one axis after the other."""
    if method == "nearest":
        for axis in reversed(range(image.ndim)):  # the last axis is the slowest: do it while small
            image = image.take(_nearest_index(positions[axis], image.shape[axis]), axis)
        return image
    if method == "linear":
        for axis in reversed(range(image.ndim)):
            image = linear_along(image, axis, positions[axis])
        return image
    raise ValueError(f"The method is {method!r}; {METHODS} are allowed.")


def _nearest_index(positions: NDArray[np.float64], length: int) -> NDArray[np.intp]:
    """Return the nearest voxels along one axis; halves go up, also where rounding hides them."""
    return np.floor(np.round(positions + 0.5, 9)).clip(0, length - 1).astype(np.intp)
