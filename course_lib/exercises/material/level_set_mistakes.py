"""Known mistakes of topic 12, first part: Heaviside, means, length, curvature."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import contour_energy, level_sets

_heaviside = partial(refusing_like, level_sets.heaviside)
_means = partial(refusing_like, contour_energy.region_means)
_length = partial(refusing_like, level_sets.contour_length)
_curvature = partial(refusing_like, level_sets.curvature)

HEAVISIDE = [
    mistake(
        _heaviside(lambda phi, epsilon: np.arctan(phi / epsilon) / np.pi),
        "Your step runs from -1/2 to 1/2. Add 1/2: it has to run from 0 outside to 1 inside.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: 0.5 + np.arctan(phi / epsilon)),
        "The arctan runs from -pi/2 to pi/2. Divide it by pi, or the step goes far beyond 0 and 1.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: 0.5 + 2 * np.arctan(phi / epsilon) / np.pi),
        "Your step runs from -1/2 to 3/2. In the paper the factor 2/pi stands inside of "
        "1/2 (1 + ...), so the arctan is divided by pi only.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: (np.asarray(phi) > 0).astype(float)),
        "This is the sharp step. It has no slope anywhere but at 0, so nothing could pull the "
        "contour. The regularised one rises smoothly, by the arctan.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: 0.5 + np.arctan(phi * epsilon) / np.pi),
        "You multiply by epsilon, so a larger epsilon makes the step steeper. Divide: epsilon is "
        "the width of the step.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: 0.5 - np.arctan(phi / epsilon) / np.pi),
        "Your step falls: it is 1 outside. Here phi is positive inside, and H has to be 1 there.",
    ),
    mistake(
        _heaviside(lambda phi, epsilon: 1 / (1 + np.exp(-phi / epsilon))),
        "This is the sigmoid. It is a smooth step, too, but it forgets what is far away. The "
        "arctan falls off slowly, and so the contour hears the whole image.",
    ),
    mistake(
        lambda phi, epsilon: 0.5 + np.arctan2(phi, np.full(np.shape(phi), float(epsilon))) / np.pi,
        "A width of 0 or less is no width. Raise a ValueError when epsilon is not above 0.",
    ),
]


def _weighted_means(image, phi, weight):
    """Average with weights of the inside."""
    image = np.asarray(image, float)
    return (
        float((weight * image).sum() / weight.sum()),
        float(((1 - weight) * image).sum() / (1 - weight).sum()),
    )


def _unchecked_means(image, phi):
    """Average also where one side is empty; numpy then gives NaN."""
    inside = np.asarray(phi) > 0
    values = np.asarray(image, float)
    return tuple(
        float(values[side].mean()) if side.any() else float("nan") for side in (inside, ~inside)
    )


REGION_MEANS = [
    mistake(
        _means(lambda image, phi: _unchecked_means(image, phi)[::-1]),
        "The two means are swapped: first the one inside, where phi is positive, then the one "
        "outside.",
    ),
    mistake(
        _means(lambda image, phi: _weighted_means(image, phi, (np.asarray(phi) >= 0) * 1.0)),
        "You count a pixel with phi = 0 as inside. Here inside is `phi > 0`; the contour itself "
        "counts as outside.",
    ),
    mistake(
        _means(
            lambda image, phi: (
                float(np.mean(image * (np.asarray(phi) > 0))),
                float(np.mean(image * (np.asarray(phi) <= 0))),
            )
        ),
        "You multiply by the mask and average over the whole image: the other side counts as "
        "zeros. Choose the pixels, `image[phi > 0]`, or divide by how many they are.",
    ),
    mistake(
        _means(
            lambda image, phi: (
                float(np.sum(image * (np.asarray(phi) > 0))),
                float(np.sum(image * (np.asarray(phi) <= 0))),
            )
        ),
        "These are sums. A mean is the sum divided by the number of pixels on that side.",
    ),
    mistake(
        _means(lambda image, phi: _weighted_means(image, phi, level_sets.heaviside(phi, 1.0))),
        "You weigh with the smooth Heaviside. The paper does so, too, but where phi is flat both "
        "means come out nearly equal. Here every pixel counts fully on its side: `phi > 0`.",
    ),
    mistake(
        _means(
            lambda image, phi: (
                float(np.median(np.asarray(image)[np.asarray(phi) > 0])),
                float(np.median(np.asarray(image)[np.asarray(phi) <= 0])),
            )
        ),
        "These are medians. The sum of squares is smallest around the mean, so the energy needs "
        "the mean.",
    ),
    mistake(
        _unchecked_means,
        "All of the image lies on one side, and the mean of nothing is NaN, which then spreads "
        "through every later step. Raise a ValueError.",
    ),
]


def forward(values):
    """Return the differences to the next pixel down and to the right; 0 at the last one.

    Examples
    --------
    >>> [slope.tolist() for slope in forward(np.array([[1.0, 4.0]]))]
    [[[0.0, 0.0]], [[3.0, 0.0]]]
    """
    down, right = np.zeros_like(values), np.zeros_like(values)
    down[:-1] = values[1:] - values[:-1]
    right[:, :-1] = values[:, 1:] - values[:, :-1]
    return down, right


def _around(values):
    """Return differences to the next pixel, where the next of the last is the first."""
    return [np.roll(values, -1, axis) - values for axis in (0, 1)]


def _steps(values):
    """Return central differences; an axis of one pixel has none."""
    return [
        np.gradient(values, axis=axis) if values.shape[axis] > 1 else np.zeros_like(values)
        for axis in (0, 1)
    ]


def _long(slopes):
    """Add up the lengths of slopes."""
    return float(np.hypot(*slopes).sum())


def _unchecked_length(phi, epsilon):
    """Measure with any epsilon."""
    width = np.full(np.shape(phi), float(epsilon))
    return _long(forward(0.5 + np.arctan2(np.asarray(phi, float), width) / np.pi))


def _edges_of_pixels(phi, epsilon):
    """Count the sides between pixels in and out."""
    return sum(float(np.abs(s).sum()) for s in forward((np.asarray(phi) > 0) * 1.0))


CONTOUR_LENGTH = [
    mistake(
        _length(lambda phi, e: sum(np.abs(s).sum() for s in forward(level_sets.heaviside(phi, e)))),
        "You add up the slopes down and to the right by their size. That is the way along streets, "
        "too long by up to 41 %. The length of (3, 4) is 5: `np.hypot`.",
    ),
    mistake(
        _length(lambda phi, e: _long(forward(np.asarray(phi, float)))),
        "You take the slope of phi. phi rises everywhere; only H(phi) rises at the contour alone.",
    ),
    mistake(
        _length(_edges_of_pixels),
        "You count the sides of pixels between inside and outside. These are stairs: a slanted "
        "line comes out too long. Use the slope of the smooth H(phi).",
    ),
    mistake(
        _length(lambda phi, e: _long([s[:-1, :-1] for s in forward(level_sets.heaviside(phi, e))])),
        "You cut off the last row and the last column, and with them the contour there. In the "
        "last row the slope downward is 0, but the one to the right is not.",
    ),
    mistake(
        _length(lambda phi, e: _long(_around(level_sets.heaviside(phi, e)))),
        "`np.roll` takes the first row for the neighbour of the last, so the image bites its own "
        "tail. In the last row the slope downward is 0.",
    ),
    mistake(
        _length(lambda phi, e: _long(_steps(level_sets.heaviside(phi, e)))),
        "`np.gradient` takes differences over two pixels. Here take those to the next pixel, so "
        "that the length and the curvature belong together.",
    ),
    mistake(
        _length(lambda phi, e: _long(forward(level_sets.heaviside(phi, e))) / np.asarray(phi).size),
        "This is a mean over all pixels. The length is the sum.",
    ),
    mistake(
        _unchecked_length,
        "A width of 0 or less is no width. Raise a ValueError when epsilon is not above 0.",
    ),
]


def _parts(phi):
    """Return the direction of the slope; 0 where phi is flat."""
    slopes = forward(np.asarray(phi, float))
    steep = np.sqrt(slopes[0] ** 2 + slopes[1] ** 2 + 1e-8)
    return [slope / steep for slope in slopes]


def _backward(parts):
    """Return the divergence from differences to the pixel before."""
    return sum(np.diff(part, axis=axis, prepend=0.0) for axis, part in enumerate(parts))


def _gradient_curvature(phi):
    """Use central differences throughout."""
    slopes = _steps(np.asarray(phi, float))
    steep = np.sqrt(slopes[0] ** 2 + slopes[1] ** 2 + 1e-8)
    return sum(_steps(slope / steep)[axis] for axis, slope in enumerate(slopes))


def _undefined(phi):
    """Divide by nothing where phi is flat."""
    slopes = forward(np.asarray(phi, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [slope / np.hypot(*slopes) for slope in slopes]
    return _backward(parts)


CURVATURE = [
    mistake(
        _curvature(lambda phi: -_backward(_parts(phi))),
        "The sign is wrong. phi is positive inside, so around a circle of radius r the curvature "
        "is -1/r, and mu times it pushes the contour inward.",
    ),
    mistake(
        _curvature(lambda phi: _backward(forward(np.asarray(phi, float)))),
        "This is the Laplacian of phi. Divide both slopes by the length of the slope first; then "
        "steep and flat level sets of one contour have one curvature.",
    ),
    mistake(
        _curvature(lambda phi: sum(forward(p)[axis] for axis, p in enumerate(_parts(phi)))),
        "You take differences to the next pixel twice, so the result is moved by a pixel. First to "
        "the next one, then back to the one before.",
    ),
    mistake(
        _curvature(_gradient_curvature),
        "`np.gradient` takes differences over two pixels, twice. On a smooth phi that is nearly "
        "the same, but noise of single pixels is not seen by it, and would never be smoothed.",
    ),
    mistake(
        _curvature(lambda phi: _backward([np.sign(s) for s in forward(np.asarray(phi, float))])),
        "You divide each slope by its own size. Divide both by the common length "
        "`np.hypot(down, right)`.",
    ),
    mistake(
        _curvature(_undefined),
        "Where phi is flat you divide 0 by 0, and one NaN spreads over the level set. Add a "
        "little under the root, such as 1e-8.",
    ),
    mistake(
        lambda phi: _backward(_parts(phi)),
        "A level set with NaN has no contour. Raise a ValueError, or the NaN spreads with every "
        "step.",
    ),
]
