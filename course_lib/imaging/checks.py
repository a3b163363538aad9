"""Checks of arrays that several methods share; each names what was given and what is allowed."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_numbers(image: ArrayLike) -> NDArray:
    """Return an image, or nested lists of one shape, as an array of real numbers.

    Raises
    ------
    ValueError
        If it does not hold real numbers.

    Examples
    --------
    >>> as_numbers([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    array = np.asarray(image)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"The image holds {array.dtype} values; real numbers are needed.")
    return array


def finite_range(image: NDArray) -> tuple[float, float]:
    """Return the smallest and the largest value of an image.

    Parameters
    ----------
    image : array
        Any shape, integer or floating.

    Raises
    ------
    ValueError
        If the image is empty, or holds NaN or infinite values.

    Examples
    --------
    >>> finite_range(np.array([3, -1, 2]))
    (-1.0, 3.0)
    """
    if image.size == 0:
        raise ValueError(f"The image is empty (shape {image.shape}); at least one value is needed.")
    low, high = float(image.min()), float(image.max())  # NaN passes through min and max
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(
            f"The image holds NaN or infinite values (range {low:g} to {high:g}); "
            "all values must be finite."
        )
    return low, high


def require_finite(image: NDArray) -> None:
    """Refuse an image that is empty, or holds NaN or infinite values.

    Whole numbers are always finite, so they are not looked through.

    Raises
    ------
    ValueError
        If it is one of these.

    Examples
    --------
    >>> require_finite(np.array([0.0, np.nan]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: The image holds NaN or infinite values (range nan to nan); ...
    """
    if image.size == 0 or image.dtype.kind == "f":
        finite_range(image)


def require_interval(low: float, high: float, name: str) -> None:
    """Refuse an interval that is empty, inverted or not finite.

    Raises
    ------
    ValueError
        If not low < high.

    Examples
    --------
    >>> require_interval(250, -150, "window")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: The window interval is [250; -150]; the first end must be below the second, ...
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(
            f"The {name} interval is [{low:g}; {high:g}]; the first end must be below the second, "
            "and both finite."
        )


def as_mask(mask: ArrayLike, shape: tuple[int, ...], name: str) -> NDArray[np.bool_]:
    """Return a mask that fits an image; it may mark nothing.

    Raises
    ------
    ValueError
        If the mask is not bool, or has another shape.

    Examples
    --------
    >>> as_mask([False, False], (2,), "air")
    array([False, False])
    """
    mask = np.asarray(mask)
    if mask.dtype != np.bool_:
        raise ValueError(
            f"The {name} holds {mask.dtype} values; it must be bool, for example `labels == 1`."
        )
    if mask.shape != shape:
        raise ValueError(f"The {name} has the shape {mask.shape}, the image {shape}; they differ.")
    return mask


def require_mask(mask: ArrayLike, shape: tuple[int, ...], name: str) -> NDArray[np.bool_]:
    """Return a mask that fits an image and marks at least one value.

    Raises
    ------
    ValueError
        If the mask is not bool, has another shape, or is empty.

    Examples
    --------
    >>> require_mask([True, False], (2,), "mask")
    array([ True, False])
    """
    mask = as_mask(mask, shape, name)
    if not mask.any():
        raise ValueError(f"The {name} is empty; it must mark at least one value.")
    return mask


def require_rising(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a list of numbers as an array when each is larger than the one before.

    Raises
    ------
    ValueError
        If there are fewer than two, or they do not rise, or are not finite.

    Examples
    --------
    >>> require_rising([-1000, 0, 1000], "knots")
    array([-1000.,     0.,  1000.])
    """
    values = np.asarray(values, dtype=np.float64)
    rising = values.ndim == 1 and values.size >= 2 and bool((np.diff(values) > 0).all())
    if not (rising and np.isfinite(values).all()):
        raise ValueError(
            f"The {name} are {values.tolist()}; at least two finite numbers are needed, "
            "each larger than the one before."
        )
    return values


def as_floating(image: NDArray) -> NDArray[np.floating]:
    """Return an image as float32 where that holds its values, else as float64; a copy if need be.

    Examples
    --------
    >>> as_floating(np.array([1, 2], np.int16)).dtype
    dtype('float32')
    """
    return image.astype(np.result_type(image.dtype, np.float32), copy=False)


def floating_copy(image: NDArray) -> NDArray[np.floating]:
    """Return a new floating array to work on in place.

    Whole numbers of up to 16 bits become float32, which holds them exactly; float32 stays, to
    save memory; everything else becomes float64.

    Examples
    --------
    >>> floating_copy(np.array([1, 2], np.int16)).dtype, floating_copy(np.array([1, 2])).dtype
    (dtype('float32'), dtype('float64'))
    """
    return image.astype(np.result_type(image.dtype, np.float32))


def as_spacing(spacing: ArrayLike, axes: int) -> NDArray[np.float64]:
    """Return the distance between voxel centres along each axis, in mm.

    Parameters
    ----------
    spacing : float or (axes,) array
        In mm; one number holds for all axes.
    axes : int
        How many axes the image has.

    Raises
    ------
    ValueError
        If there are not as many numbers as axes, or one is not positive and finite.

    Examples
    --------
    >>> as_spacing(2, 3)
    array([2., 2., 2.])
    """
    given = as_numbers(spacing).astype(np.float64)
    if given.shape not in ((), (axes,)):
        raise ValueError(
            f"The spacing has the shape {given.shape}; one number or {axes} (one for each axis) "
            "are needed."
        )
    if not (np.isfinite(given).all() and (given > 0).all()):
        raise ValueError(f"The spacing is {given.tolist()} mm; it must be positive and finite.")
    return np.broadcast_to(given, (axes,)).copy()


def as_row(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return one row of finite numbers.

    Raises
    ------
    ValueError
        If the values are not that.

    Examples
    --------
    >>> as_row([1, 2], "offset")
    array([1., 2.])
    """
    row = as_numbers(values).astype(np.float64)
    if row.ndim != 1 or row.size == 0 or not np.isfinite(row).all():
        raise ValueError(
            f"The {name} is {row.tolist()}; one row of finite numbers is needed, one for each axis."
        )
    return row


def require_same_shape(first: NDArray, second: NDArray) -> None:
    """Refuse two images of different shapes.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(
            f"The images have the shapes {first.shape} and {second.shape}; they must be equal."
        )


def require_count(number: int, name: str) -> None:
    """Refuse a count that is not a whole number of at least 1.

    Raises
    ------
    ValueError
        If it is not that.

    Examples
    --------
    >>> require_count(0, "trees")
    Traceback (most recent call last):
    ValueError: The number of trees is 0; a whole number of at least 1 is needed.
    """
    if not isinstance(number, (int, np.integer)) or isinstance(number, bool) or number < 1:
        raise ValueError(
            f"The number of {name} is {number}; a whole number of at least 1 is needed."
        )


def require_odd(number: int, name: str) -> None:
    """Refuse a count that is not a whole, odd number of at least 1: one with a middle.

    Raises
    ------
    ValueError
        If it is not that.

    Examples
    --------
    >>> require_odd(4, "voxels along a side")
    Traceback (most recent call last):
    ValueError: The number of voxels along a side is 4; it must be odd, so that there is a middle.
    """
    require_count(number, name)
    if number % 2 == 0:
        raise ValueError(
            f"The number of {name} is {number}; it must be odd, so that there is a middle."
        )


def require_positive(number: float, name: str) -> None:
    """Refuse a number that is not above 0 and finite.

    Raises
    ------
    ValueError
        If it is not that.

    Examples
    --------
    >>> require_positive(-2.0, "reach")
    Traceback (most recent call last):
    ValueError: The reach is -2; it must be above 0 and finite.
    """
    if not 0 < number < np.inf:
        raise ValueError(f"The {name} is {number:g}; it must be above 0 and finite.")
