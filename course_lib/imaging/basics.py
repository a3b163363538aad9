"""What the course takes for granted: indexing, masks, number types, axes, and a formula as code.

The axes of a volume are (Z, Y, X): slice, row, column.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, require_finite, require_mask, require_same_shape


def crop_slice(
    volume: NDArray, z: int, y_range: tuple[int, int], x_range: tuple[int, int]
) -> NDArray:
    """Cut a rectangle out of one slice of a volume.

    Parameters
    ----------
    volume : (Z, Y, X) array
        Any dtype; any other number of axes is a ValueError.
    z : int
        Index of the slice; a slice that is not there is a ValueError.
    y_range, x_range : tuple of int
        First row (column), and the one after the last. What lies outside the slice is left out,
        as in all indexing with numpy; a range that is not two whole numbers, or runs backwards
        or below 0, is a ValueError.

    Returns
    -------
    (y_stop - y_start, x_stop - x_start) array
        A copy, of the volume's dtype.

    Examples
    --------
    >>> crop_slice(np.arange(24).reshape(2, 3, 4), 1, (0, 2), (1, 4))
    array([[13, 14, 15],
           [17, 18, 19]])
    """
    volume = _as_volume(volume)
    if not isinstance(z, int | np.integer) or not -len(volume) <= z < len(volume):
        raise ValueError(f"The slice is {z!r}; the volume has slices 0 to {len(volume) - 1}.")
    rows, columns = _as_slice(y_range, "y_range"), _as_slice(x_range, "x_range")
    return volume[z, rows, columns].copy()


def mask_between(image: NDArray, low: float, high: float) -> NDArray[np.bool_]:
    """Mark the values in a closed interval.

    Parameters
    ----------
    image : array
        Any shape; NaN is never inside.
    low, high : float
        Both ends belong to the interval; for low > high nothing is inside.

    Returns
    -------
    bool array
        True where low <= value <= high.

    Examples
    --------
    >>> mask_between(np.array([-100, 40, 900]), 0, 900)
    array([False,  True,  True])
    """
    return (image >= low) & (image <= high)


def mean_in_mask(image: NDArray, mask: NDArray[np.bool_]) -> float:
    """Average the values inside a mask.

    Parameters
    ----------
    image : array
        Any shape.
    mask : bool array
        Of the same shape.

    Returns
    -------
    float
        In the unit of the image.

    Raises
    ------
    ValueError
        If the mask is not bool, has another shape or marks nothing, or a value in it is NaN.

    Examples
    --------
    >>> mean_in_mask(np.array([10.0, 20.0, 90.0]), np.array([True, True, False]))
    15.0
    """
    image = as_numbers(image)
    inside = image[require_mask(mask, image.shape, "mask")]
    require_finite(inside)
    return float(inside.mean(dtype=np.float64))


def average_images(first: NDArray, second: NDArray) -> NDArray[np.float64]:
    """Average two images, value by value, whatever their integer type can hold.

    Parameters
    ----------
    first, second : array
        Of one shape, for example uint8 or int16.

    Returns
    -------
    float64 array
        (first + second) / 2 without overflow and without rounding.

    Raises
    ------
    ValueError
        If the images do not hold real numbers, or have different shapes.

    Examples
    --------
    >>> average_images(np.array([200, 3], np.uint8), np.array([100, 4], np.uint8))
    array([150. ,   3.5])
    """
    first, second = as_numbers(first), as_numbers(second)
    require_same_shape(first, second)
    return (first.astype(np.float64) + second) / 2


def subtract_slice_means(volume: NDArray) -> NDArray[np.floating]:
    """Subtract from each slice its own mean.

    Parameters
    ----------
    volume : (Z, Y, X) array
        Any real numbers; any other number of axes, or slices without a voxel, are a ValueError.

    Returns
    -------
    (Z, Y, X) floating array
        Every slice has the mean 0.

    Examples
    --------
    >>> subtract_slice_means(np.array([[[1, 3]], [[10, 30]]]))
    array([[[ -1.,   1.]],
    <BLANKLINE>
           [[-10.,  10.]]])
    """
    volume = as_numbers(_as_volume(volume))
    if volume.size == 0:
        raise ValueError(f"The volume has the shape {volume.shape}; it holds no voxel.")
    return volume - volume.mean(axis=(1, 2), keepdims=True)


def transmission(mu_per_cm: ArrayLike, lengths_mm: ArrayLike) -> float:
    """Compute the part of the radiation that passes through several tissues, one after another.

    The law of Lambert and Beer: exp(-sum of mu_i d_i).

    Parameters
    ----------
    mu_per_cm : sequence of float
        Linear attenuation coefficient of each tissue, in 1/cm.
    lengths_mm : sequence of float
        Length of the path in each tissue, in mm; 1 cm is 10 mm.

    Returns
    -------
    float
        Between 0 (nothing passes) and 1 (everything does).

    Raises
    ------
    ValueError
        If a length is negative or NaN, a coefficient is not finite, or there are not as many
        lengths as coefficients.

    References
    ----------
    .. [1] Hubbell and Seltzer, NIST Standard Reference Database 126, 2004.
       doi:10.18434/T4D01F

    Examples
    --------
    >>> round(transmission([0.097], [100]), 3)  # 10 cm of water at 500 keV
    0.379
    """
    mu, lengths = np.asarray(mu_per_cm, np.float64), np.asarray(lengths_mm, np.float64)
    if mu.shape != lengths.shape:
        raise ValueError(f"There are {mu.size} coefficients, but {lengths.size} lengths.")
    if not (lengths >= 0).all():
        raise ValueError(f"The lengths are {lengths.tolist()} mm; none may be negative.")
    if not np.isfinite(mu).all():
        raise ValueError(f"The coefficients are {mu.tolist()} 1/cm; they must be finite.")
    return float(np.exp(-np.sum(mu * lengths / 10)))


def _as_volume(volume: ArrayLike) -> NDArray:
    """Return an array of three axes, whatever it holds."""
    volume = np.asarray(volume)
    if volume.ndim != 3:
        raise ValueError(
            f"The volume has the shape {volume.shape}; three axes (Z, Y, X) are needed."
        )
    return volume


def _as_slice(ends: tuple[int, int], name: str) -> slice:
    """Return a range of rows or columns as numpy takes it."""
    whole = len(ends) == 2 and all(isinstance(end, int | np.integer) for end in ends)
    if not whole or not 0 <= ends[0] <= ends[1]:
        raise ValueError(
            f"The {name} is {ends}; it is (first, one after the last), whole numbers from 0 on."
        )
    return slice(*ends)
