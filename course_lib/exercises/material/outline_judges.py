"""Judges of topic 01: a closed polygon has no first point."""

from typing import Any

import numpy as np


def same_polygon(arguments: tuple[Any, ...], expected: Any, found: Any) -> str | None:
    """Accept the right corners from any start and in either direction.

    Examples
    --------
    >>> corners = [[0, 0], [2, 0], [0, 2]]
    >>> same_polygon((), corners, [[0, 2], [2, 0], [0, 0]]) is None
    True
    >>> same_polygon((), corners, [[0, 0], [2, 0], [1, 2]])
    '(1, 2) is none of the corners.'
    """
    corners = [tuple(point) for point in np.asarray(found).tolist()]
    right = [tuple(point) for point in np.asarray(expected).tolist()]
    turned = [right[i:] + right[:i] for i in range(len(right))]
    if corners in turned or corners[::-1] in turned:
        return None
    if set(corners) == set(right):
        return "These are the right corners, but not in the order of the outline."
    wrong = [point for point in corners if point not in right]
    if not wrong:
        return "One of the corners stands twice, and another one is missing."
    return f"({wrong[0][0]:g}, {wrong[0][1]:g}) is none of the corners."
