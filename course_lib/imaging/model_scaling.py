"""Scales for a model's input and output, each with the inverse that brings the unit back.

A model is trained on numbers near 0 to 1; a physician needs HU. Slides 15 and 16.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import as_numbers, floating_copy, require_finite, require_rising

_TABLE_BYTES = 2  # whole numbers of up to two bytes go through a table of all their values


def standardize(values: ArrayLike, a: float, b: float) -> NDArray[np.floating]:
    """Bring values to a model's scale, F(x) = (x - a) / b.

    Parameters
    ----------
    values : array
        Any shape, in the original unit.
    a, b : float
        Offset and scale in the original unit; a = -1000, b = 2000 brings CT near 0..1.

    Returns
    -------
    floating array
        On the model's scale, not clamped.

    Raises
    ------
    ValueError
        If b is 0 or a number is not finite.

    References
    ----------
    .. [1] Lecture, slide 15.

    Examples
    --------
    >>> standardize(np.array([-1000.0, 0.0, 1000.0]), -1000, 2000)
    array([0. , 0.5, 1. ])
    """
    _require_scale(a, b)
    values = as_numbers(values)
    require_finite(values)
    scaled = floating_copy(values)
    scaled -= a
    scaled /= b
    return scaled


def restore(scaled: ArrayLike, a: float, b: float) -> NDArray[np.floating]:
    """Bring a model's values back to the original unit, the inverse x * b + a.

    Parameters
    ----------
    scaled : array
        Any shape, on the model's scale.
    a, b : float
        The offset and scale that `standardize` was given.

    Returns
    -------
    floating array
        In the original unit.

    Raises
    ------
    ValueError
        If b is 0 or a number is not finite.

    References
    ----------
    .. [1] Lecture, slide 15.

    Examples
    --------
    >>> restore(np.array([0.0, 0.525]), -1000, 2000)
    array([-1000.,    50.])
    """
    _require_scale(a, b)
    scaled = as_numbers(scaled)
    require_finite(scaled)
    values = floating_copy(scaled)
    values *= b
    values += a
    return values


def l1_loss(true: ArrayLike, predicted: ArrayLike) -> float:
    """Sum the absolute differences between truth and prediction.

    Parameters
    ----------
    true, predicted : array
        Of one shape and on one scale.

    Returns
    -------
    float
        In the unit of the images. Most libraries divide by the number of values; the lecture
        does not.

    Raises
    ------
    ValueError
        If the shapes differ, or a value is not finite.

    References
    ----------
    .. [1] Lecture, slide 16.

    Examples
    --------
    >>> l1_loss(np.array([500.0, -50.0]), np.array([600.0, 50.0]))
    200.0
    """
    true, predicted = as_numbers(true), as_numbers(predicted)
    if true.shape != predicted.shape:
        raise ValueError(
            f"The truth has the shape {true.shape}, the prediction {predicted.shape}; "
            "they must be equal."
        )
    difference = np.subtract(true, predicted, dtype=np.float64)
    require_finite(difference)
    return float(np.abs(difference).sum())


def stretch_piecewise(
    image: ArrayLike, knots: ArrayLike, values: ArrayLike
) -> NDArray[np.floating]:
    """Map each knot to its value, linearly between knots, clamped beyond the first and the last.

    Parameters
    ----------
    image : array
        Any shape, in the unit of the knots.
    knots : (N,) array
        Where the slope changes, rising.
    values : (N,) array
        What the knots become, rising, so that the map has an inverse.

    Returns
    -------
    floating array
        Within [values[0]; values[-1]].

    Raises
    ------
    ValueError
        If knots or values do not rise or differ in number, or the image is empty or holds NaN.

    References
    ----------
    .. [1] Lecture, slide 16.
    .. [2] Nyul and Udupa, Magnetic Resonance in Medicine 42(6), 1999.
       doi:10.1002/(SICI)1522-2594(199912)42:6<1072::AID-MRM11>3.0.CO;2-M

    Examples
    --------
    >>> hu = np.array([-1000.0, -50.0, 50.0, 500.0, 600.0])
    >>> stretch_piecewise(hu, [-1000, -100, 100, 2000], [0, 0.2, 0.8, 1]).round(4)
    array([0.    , 0.35  , 0.65  , 0.8421, 0.8526])
    """
    knots, values = require_rising(knots, "knots"), require_rising(values, "values")
    if knots.size != values.size:
        raise ValueError(
            f"There are {knots.size} knots and {values.size} values; each knot needs one value."
        )
    image = as_numbers(image)
    require_finite(image)
    dtype = np.result_type(image.dtype, np.float32)
    if image.dtype.kind not in "iu" or image.dtype.itemsize > _TABLE_BYTES:
        return np.interp(image, knots, values).astype(dtype, copy=False)
    # All values that the type can hold, in the order of their bit patterns: negative ones last.
    unsigned = np.dtype(f"u{image.dtype.itemsize}")
    every = np.arange(np.iinfo(unsigned).max + 1).astype(unsigned).view(image.dtype)
    table = np.interp(every, knots, values).astype(dtype)
    return table.take(image.view(unsigned))


def restore_piecewise(
    scaled: ArrayLike, knots: ArrayLike, values: ArrayLike
) -> NDArray[np.floating]:
    """Undo `stretch_piecewise`: bring a model's values back to the unit of the knots.

    Parameters
    ----------
    scaled : array
        Any shape, on the scale of the values.
    knots, values : (N,) array
        The same as for `stretch_piecewise`, in the same order.

    Returns
    -------
    floating array
        Within [knots[0]; knots[-1]]: what was clamped on the way there is lost.

    Raises
    ------
    ValueError
        As `stretch_piecewise`.

    References
    ----------
    .. [1] Lecture, slides 15 and 16.

    Examples
    --------
    >>> restore_piecewise(np.array([0.1, 0.2, 0.9]), [-1000, -100, 100, 2000], [0, 0.2, 0.8, 1])
    array([-550., -100., 1050.])
    """
    return stretch_piecewise(scaled, values, knots)


def _require_scale(a: float, b: float) -> None:
    """Refuse an offset and scale that have no inverse."""
    if not (np.isfinite(a) and np.isfinite(b)) or b == 0:
        raise ValueError(
            f"The offset a is {a:g} and the scale b is {b:g}; both must be finite and b not 0."
        )
