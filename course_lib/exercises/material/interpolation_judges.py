"""Judges of topic 04: what counts as the same mistake."""

from typing import Any

import numpy as np

from course_lib.exercises.judges import Problem, equal


def same_labels(arguments: tuple[Any, ...], expected: Any, given: Any) -> Problem | None:
    """Compare label volumes; whatever comes of a negative spacing is the same mistake.

    Examples
    --------
    >>> labels, one = np.ones((1, 1, 1), int), np.ones(3)
    >>> same_labels((labels, one, one), labels, labels) is None
    True
    >>> same_labels((labels, one, -one), labels, "anything") is None
    True
    """
    if min(np.min(arguments[1]), np.min(arguments[2])) <= 0:
        return None
    return equal()(arguments, expected, given)
