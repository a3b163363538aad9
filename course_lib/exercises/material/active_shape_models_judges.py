"""Judges of topic 11: a mean shape may be turned, and a mode may point either way."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.cases import Arguments
from course_lib.imaging import shapes

_NEAR = 1e-5


def mean_problem(arguments: Arguments, expected: Any, given: Any) -> str | None:
    """Say in what respect a mean shape is not the expected one, whichever way it is turned.

    Examples
    --------
    >>> right = shapes.center_and_scale([[0, 0], [0, 2], [1, 0]])
    >>> mean_problem((), right, right @ [[0, 1], [-1, 0]]) is None
    True
    >>> mean_problem((), right, 2 * right)
    'Your mean shape has the centroid size 2; expected 1.'
    """
    given = np.asarray(given, np.float64)
    if not np.isfinite(given).all():
        return "Your mean shape holds NaN or inf."
    center, own = expected.mean(axis=0), given.mean(axis=0)
    size = float(shapes.centroid_size(expected))
    if np.abs(own - center).max() > _NEAR * max(size, 1):
        return f"The mean of your landmarks is {_point(own)}; expected {_point(center)}."
    own_size = float(shapes.centroid_size(given))
    if abs(own_size - size) > _NEAR * max(size, 1):
        return f"Your mean shape has the centroid size {own_size:.6g}; expected {size:.6g}."
    if own_size == 0:
        return None
    turned = (given - own) @ shapes.best_rotation(given, expected)
    apart = np.linalg.norm(turned - (expected - center), axis=1)
    worst = int(apart.argmax())
    if apart[worst] <= 3 * _NEAR * max(size, 1):
        return None
    return (
        f"Your mean shape is another one: turned onto the right one, its landmark {worst} lies "
        f"{apart[worst]:.2g} away, for a centroid size of {size:.3g}."
    )


def modes_problem(arguments: Arguments, expected: Any, given: Any) -> str | None:
    """Say in what respect modes and variances are not the expected ones; a mode has no sign.

    Examples
    --------
    >>> right = np.array([[[0.6, 0.8]], [[-0.8, 0.6]]]), np.array([9.0, 4.0])
    >>> modes_problem((), right, (right[0] * [[[1]], [[-1]]], right[1])) is None
    True
    >>> modes_problem((), right, (right[0], np.array([9.0, 2.0])))
    'Your variance of mode 1 is 2 square mm; expected 4.'
    """
    modes, variances = (np.asarray(part, np.float64) for part in given)
    if not (np.isfinite(modes).all() and np.isfinite(variances).all()):
        return "Your modes or variances hold NaN or inf."
    for number, (own, right) in enumerate(zip(variances, expected[1], strict=True)):
        if abs(own - right) > _NEAR * max(right, 1e-2):
            return f"Your variance of mode {number} is {own:.6g} square mm; expected {right:.6g}."
    for number, (own, right) in enumerate(zip(modes, expected[0], strict=True)):
        if not _same_direction(own, right):
            length = float(np.linalg.norm(own))
            return (
                f"Your mode {number} is another one. It has the length {length:.4g} and moves its "
                f"landmarks up to {np.abs(own).max():.3g}; expected up to {np.abs(right).max():.3g}"
                ". (Its sign does not matter.)"
            )
    return None


def _same_direction(own: NDArray, right: NDArray) -> bool:
    """Tell whether two modes are the same up to their sign."""
    return any(bool(np.allclose(sign * own, right, rtol=0, atol=1e-4)) for sign in (1, -1))


def _point(place: NDArray) -> str:
    """Write a point."""
    return "(" + ", ".join(f"{number + 0.0:.4g}" for number in place.round(9)) + ")"
