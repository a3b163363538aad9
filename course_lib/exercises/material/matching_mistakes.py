"""Known mistakes of topic 08, second part: normalised matching of a template."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import template_matching

_match = partial(refusing_like, template_matching.match_template)
_best = partial(refusing_like, template_matching.best_match)


def _windows(image, shape):
    """Return every window of an image; the last two axes are those of the window."""
    return np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), shape)


def _deviating(windows):
    """Subtract its own mean from every window."""
    return windows - windows.mean(axis=(-2, -1), keepdims=True)


def _ratio(products, lengths):
    """Divide, and give 0 where a window is flat."""
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 1e-6)


def _length(values):
    """Return the square root of the sum of squares over the last two axes."""
    return np.sqrt(np.sum(values**2, axis=(-2, -1)))


def _flat_is_nan(image, template):
    """Divide 0 by 0 where a window is flat."""
    windows, h = _deviating(_windows(image, template.shape)), template - template.mean()
    lengths = _length(windows) * _length(h)
    products = np.sum(windows * h, axis=(-2, -1))
    with np.errstate(all="ignore"):
        return products / np.where(lengths > 1e-6, lengths, 0)


def _covariance(image, template):
    """Leave the deviations out."""
    h = template - template.mean()
    return np.mean(_deviating(_windows(image, template.shape)) * h, axis=(-2, -1))


def _cosine(image, template):
    """Leave the means out."""
    windows = _windows(image, template.shape)
    return _ratio(np.sum(windows * template, axis=(-2, -1)), _length(windows) * _length(template))


def _plain(image, template):
    """Correlate without any normalization."""
    return np.sum(_windows(image, template.shape) * template, axis=(-2, -1))


def _means_of_the_image(image, template):
    """Take mean and deviation of the whole image."""
    f, h = image - image.mean(), template - template.mean()
    return np.sum(_windows(f, h.shape) * h, axis=(-2, -1)) / (h.size * h.std() * f.std())


def _squared_differences(image, template):
    """Measure how different they are."""
    return np.sum((_windows(image, template.shape) - template) ** 2, axis=(-2, -1))


def _as_large_as_the_image(image, template):
    """Write every score to the middle of its window."""
    scores = template_matching.match_template(image, template)
    margins = [(n // 2, n - 1 - n // 2) for n in template.shape]
    return np.pad(scores, margins)


MATCH_TEMPLATE = [
    mistake(
        _match(_plain),
        "You multiply and sum without normalising. Then whatever is bright looks like the "
        "template. Subtract the mean of each, and divide by both deviations.",
    ),
    mistake(
        _match(_covariance),
        "You subtract the means but do not divide by the deviations, so a window of strong "
        "contrast beats one of the right shape. Your scores should lie between -1 and 1.",
    ),
    mistake(
        _match(_cosine),
        "You divide by the lengths but do not subtract the means, so an offset of the scanner "
        "changes your scores. Subtract the mean of the window and of the template.",
    ),
    mistake(
        _match(_means_of_the_image),
        "You take mean and deviation of the whole image. Each window needs its own; bright "
        "windows would win otherwise.",
    ),
    mistake(
        _match(lambda image, template: template_matching.match_template(image, template)[:-1, :-1]),
        "The last row and the last column of windows are missing: there are image - template + 1 "
        "windows along each axis.",
    ),
    mistake(
        _match(_as_large_as_the_image),
        "Your result is as large as the image. There is one score for each window that lies wholly "
        "in the image, at the index of the window's first pixel.",
    ),
    mistake(
        _match(_squared_differences),
        "You sum squared differences: small is alike, and a change of brightness is a difference. "
        "Here the normalised correlation is asked for.",
    ),
    mistake(
        _match(lambda image, template: np.abs(template_matching.match_template(image, template))),
        "You take the absolute value. A window with the contrast turned round, bone for air, has "
        "the score -1, and that is the opposite of a match.",
    ),
    mistake(
        _match(_flat_is_nan),
        "In a flat window, such as air, the deviation is 0 and 0 / 0 gives NaN. A flat window "
        "looks like nothing: give it the score 0.",
    ),
    mistake(
        lambda image, template: (
            template_matching.match_template(image, template)
            if np.ptp(template) > 0
            else np.zeros(np.subtract(image.shape, template.shape) + 1)
        ),
        "A constant template has no shape that could be found. Raise a ValueError.",
    ),
]


def _place(choose):
    """Make a mistake that takes another place of the right scores."""

    def answer(image, template):
        scores = template_matching.match_template(image, template)
        place = np.unravel_index(choose(scores), scores.shape)
        return tuple(int(index) for index in place), float(scores[place])

    return answer


def _flat_index(image, template):
    """Return the place in the row of all scores."""
    scores = template_matching.match_template(image, template)
    return int(scores.argmax()), float(scores.max())


def _centre(image, template):
    """Return the middle of the window."""
    place, score = template_matching.best_match(image, template)
    return tuple(i + n // 2 for i, n in zip(place, template.shape, strict=True)), score


def _swapped(image, template):
    """Return (x, y)."""
    place, score = template_matching.best_match(image, template)
    return place[::-1], score


BEST_MATCH = [
    mistake(
        _best(_flat_index),
        "`scores.argmax()` counts all scores in one long row. `np.unravel_index(number, "
        "scores.shape)` turns that into row and column.",
    ),
    mistake(
        _best(_swapped),
        "You return (column, row). Positions in this course are (row, column), as in "
        "`image[row, column]`.",
    ),
    mistake(
        _best(_centre),
        "That is the middle of the window. Here the index of its first pixel is asked for; who "
        "needs the middle adds half a template.",
    ),
    mistake(
        _best(_place(np.argmin)),
        "That is the window that looks least like the template. Like the template means a high "
        "correlation: `argmax`.",
    ),
    mistake(
        _best(_place(lambda scores: np.abs(scores).argmax())),
        "You take the largest absolute value. A score of -1 is the template with its contrast "
        "turned round, the opposite of a match.",
    ),
    mistake(
        lambda image, template: (
            template_matching.best_match(image, template) if np.ptp(image) > 0 else ((0, 0), 0.0)
        ),
        "In a constant image nothing can be found, and yet you report a place. Whoever uses it "
        "will believe it. Raise a ValueError.",
    ),
]
