"""Judges of topic 02, where several results are right."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.cases import Arguments
from course_lib.exercises.judges import Problem, equal
from course_lib.exercises.values import plain_array

_SEEDS = 5


def grey_problem(arguments: Arguments, expected: NDArray, given: NDArray) -> str | None:
    """Say which pixel is not rounded to the nearest grey value; halves may go either way.

    Examples
    --------
    >>> grey_problem((np.array([50.0]), -150, 250), None, np.array([127], np.uint8)) is None
    True
    >>> grey_problem((np.array([60.0]), -150, 250), None, np.array([133], np.uint8))
    '1 of 1 grey values are wrong, first at [0]: 60 HU is 133.9 in the window [-150; 250], but \
yours shows 133.'
    """
    hu, low, high = arguments
    if given.dtype != np.uint8:
        return f"Your result has the dtype {given.dtype}; a grey value is stored as uint8."
    wrong = np.abs(given - _exact_grey(hu, low, high)) > 0.5 + 1e-6
    if not wrong.any():
        return None
    place = tuple(map(int, np.argwhere(wrong)[0]))
    exact = _exact_grey(hu, low, high)[place]
    return (
        f"{wrong.sum()} of {wrong.size} grey values are wrong, first at {list(place)}: "
        f"{hu[place]:g} HU is {exact:.1f} in the window [{low:g}; {high:g}], "
        f"but yours shows {given[place]}."
    )


def same_grey(arguments: Arguments, expected: Any, given: Any) -> Problem | None:
    """Compare with the result of a known mistake; halves may be rounded differently.

    Examples
    --------
    >>> arguments = (np.array([50.0]), -150, 250)
    >>> same_grey(arguments, np.array([127], np.uint8), np.array([128], np.uint8)) is None
    True
    """
    problem = equal(dtype="exact")(arguments, expected, given)
    mine = plain_array(given)
    if problem is None or problem.kind != "value" or mine is None:
        return problem
    apart = np.abs(np.asarray(expected, dtype=float) - mine)
    hu, low, high = arguments
    half = np.isclose((np.asarray(hu, dtype=float) - low) * 255 / (high - low) % 1, 0.5)
    return problem if (apart > half).any() else None


def augment_often(answer: Any, image: NDArray, seed: int, gain: Any, offset: Any) -> list[Any]:
    """Call an augmentation twice with one seed, then with other seeds."""
    seeds = [seed, *range(seed, seed + _SEEDS)]
    return [answer(image, np.random.default_rng(s), gain, offset) for s in seeds]


def augmentation_problem(
    arguments: Arguments, expected: list[NDArray], given: list[NDArray]
) -> str | None:
    """Say what is wrong with results of `augment_often`."""
    return _SENTENCES[_fault(arguments, given)]


def same_augmentation(arguments: Arguments, expected: Any, given: Any) -> Problem | None:
    """Compare with a known mistake: the same fault is the same mistake, whatever was drawn."""
    ours, theirs = (
        [image for image in map(plain_array, images) if image is not None]
        for images in (expected, given)
    )
    if [image.shape for image in ours] != [image.shape for image in theirs]:
        return Problem("shape", "Another shape than that of the known mistake.")
    if _fault(arguments, ours) == _fault(arguments, theirs):
        return None
    return Problem("property", "Another fault than that of the known mistake.")


def _exact_grey(hu: Any, low: float, high: float) -> NDArray[np.float64]:
    """Return grey values before rounding."""
    return 255 * np.clip((np.asarray(hu, dtype=float) - low) / (high - low), 0, 1)


_SENTENCES = {
    "": None,
    "not seeded": "Two calls with equally seeded generators gave two different images.",
    "always the same": "With other seeds the image is changed in the same way.",
    "not one gain": "Your result is not gain * image + offset with one gain and one offset.",
    "no gain": "The gain is the same for every seed.",
    "no offset": "The offset is the same for every seed.",
    "gain": "The gain does not stay in its interval.",
    "offset": "The offset does not stay in its interval.",
}


def _fault(arguments: Arguments, images: list[NDArray]) -> str:
    """Name the first thing that is wrong with augmented images; nothing for right ones."""
    image, _, gain_limits, offset_limits = arguments
    first, again, *others = images
    if not np.array_equal(first, again):
        return "not seeded"
    if all(np.array_equal(first, other) for other in others):
        return "always the same"
    changed = np.reshape(images, (len(images), -1)).astype(float)
    centred = image.ravel() - image.mean()
    gains = changed @ centred / (centred @ centred)
    offsets = changed.mean(axis=1) - gains * image.mean()
    lines = gains[:, None] * image.ravel() + offsets[:, None]
    if not np.allclose(lines, changed, rtol=1e-5, atol=1e-5):
        return "not one gain"
    for name, drawn, (low, high) in (
        ("gain", gains, gain_limits),
        ("offset", offsets, offset_limits),
    ):
        if np.ptp(drawn) < 1e-6:
            return f"no {name}"
        if drawn.min() < low - 1e-6 or drawn.max() > high + 1e-6:
            return name
    return ""
