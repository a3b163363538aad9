"""Known mistakes of topic 05, third part: halving, searching, and frames that moved."""

from functools import partial
from itertools import product

import numpy as np
from scipy import ndimage

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.exercises.material import registration_cases as cases
from course_lib.imaging import pyramids, shift_search, transforms
from course_lib.imaging.warping import warp

_halved = partial(refusing_like, pyramids.halve)
_found = partial(refusing_like, cases.find_shift)
_averaged = partial(refusing_like, cases.motion_corrected_mean)


def _smooth(image, mode="mirror", axes=(0, 1), weights=pyramids.BINOMIAL):
    """Blur along some axes."""
    image = np.asarray(image, float)
    for axis in axes:
        image = ndimage.correlate1d(image, weights, axis, mode=mode)
    return image


def _every_second(image, first=0):
    """Keep every second pixel along both axes."""
    return np.asarray(image, float)[first::2, first::2]


def _means_of_four(image):
    """Average blocks of 2 x 2 pixels, repeating the last row and column where one is over."""
    image = np.asarray(image, float)
    even = np.pad(image, [(0, size % 2) for size in image.shape], mode="edge")
    return even.reshape(even.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3))


def _unchecked(image):
    """Let NaN spread."""
    return _every_second(_smooth(image))


HALVE = [
    mistake(
        _halved(_every_second),
        "You kept every second pixel without smoothing. Fine stripes then fold into broad ones "
        "that are not there (aliasing). Smooth first.",
    ),
    mistake(
        _halved(_means_of_four),
        "You averaged blocks of 2 x 2. That smooths too, but the first new pixel then lies half a "
        "pixel off the first old one, and all that is found on this image is shifted by that.",
    ),
    mistake(
        _halved(lambda image: _smooth(_every_second(image))),
        "You smoothed after dropping pixels. What folded into broad stripes stays there. Smooth "
        "first, then drop.",
    ),
    mistake(
        _halved(lambda image: _every_second(_smooth(image), first=1)),
        "You kept the pixels 1, 3, 5, .... Keep 0, 2, 4, ..., so that the first pixel stays where "
        "it is in mm.",
    ),
    mistake(
        _halved(lambda image: _every_second(_smooth(image, axes=(1,)))),
        "You smoothed along one axis only. Stripes along the other still fold.",
    ),
    mistake(
        _halved(_smooth),
        "You smoothed but kept all pixels. Keep every second one: `[::2, ::2]`.",
    ),
    mistake(
        _halved(lambda image: _every_second(_smooth(image, weights=16 * pyramids.BINOMIAL))),
        "The weights 1, 4, 6, 4, 1 have to be divided by 16, so that they add up to 1. Your image "
        "became 256 times as bright.",
    ),
    mistake(
        _halved(lambda image: _every_second(_smooth(image, mode="constant"))),
        "Beyond the border you count zeros, so the image darkens at its edge. Mirror it there.",
    ),
    mistake(
        _halved(lambda image: _every_second(_smooth(image, mode="reflect"))),
        "At the border you repeat the outermost pixel. Here the mirror stands in the middle of "
        'it: `mode="mirror"` in scipy, `mode="reflect"` in `np.pad`.',
    ),
    mistake(
        _unchecked,
        "NaN spreads when an image is smoothed: one pixel spoils its neighbours, and after a few "
        "levels the whole image. Raise a ValueError.",
    ),
]


def _squares(fixed, moving, shift):
    """Return the squared differences where the images overlap."""
    fixed, moving = np.asarray(fixed, float), np.asarray(moving, float)
    rows, columns = fixed.shape
    down, right = shift
    part = fixed[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]
    other = moving[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)]
    return (part - other) ** 2


def _searched(cost, steps=None, best=min):
    """Make a search from a cost of each shift."""

    def answer(fixed, moving, reach):
        line = range(-reach, reach + 1) if steps is None else steps(reach)
        return best(product(line, line), key=lambda shift: cost(fixed, moving, shift))

    return answer


def _rolled(fixed, moving, shift):
    """Let what leaves on one side come in on the other."""
    moved = np.roll(np.asarray(moving, float), shift, (0, 1))
    return ((np.asarray(fixed, float) - moved) ** 2).mean()


def _zeros_beyond(fixed, moving, shift):
    """Count zeros where the moved image has nothing."""
    moved = ndimage.shift(np.asarray(moving, float), shift, order=0)
    return ((np.asarray(fixed, float) - moved) ** 2).mean()


def _mean(fixed, moving, shift):
    """Return the right cost."""
    return _squares(fixed, moving, shift).mean()


def _place_in_table(fixed, moving, reach):
    """Return where the smallest cost stands, counted from 0."""
    down, right = shift_search.best_shift(fixed, moving, reach, "ssd")
    return down + reach, right + reach


FIND_SHIFT = [
    mistake(
        _found(_searched(_rolled)),
        "`np.roll` lets what leaves on one side come in on the other, and you compare that too. "
        "Compare only where the two images overlap.",
    ),
    mistake(
        _found(_searched(_zeros_beyond)),
        "Where the moved image has nothing you count zeros, as if air were there. Compare only "
        "where the two images overlap.",
    ),
    mistake(
        _found(_searched(lambda *given: _squares(*given).sum())),
        "You compare sums over overlaps of different size. A far shift leaves few pixels, so its "
        "sum is small. Take the mean.",
    ),
    mistake(
        _found(_searched(lambda fixed, moving, shift: _mean(moving, fixed, shift))),
        "The sign is wrong: you found how to move the fixed image. Asked is the move of `moving`: "
        "by (2, 0) what it shows in row 0 comes to lie in row 2.",
    ),
    mistake(
        _found(_searched(lambda fixed, moving, shift: _mean(fixed, moving, shift[::-1]))),
        "You return (right, down). The order is that of the axes of an array: rows first.",
    ),
    mistake(
        _found(_searched(_mean, steps=lambda reach: range(-reach, reach))),
        "`range(-reach, reach)` ends before reach. Write `range(-reach, reach + 1)`.",
    ),
    mistake(
        _found(_searched(_mean, steps=lambda reach: range(reach + 1))),
        "You only try moves down and to the right. Patients move both ways: from -reach to reach.",
    ),
    mistake(
        _found(_searched(_mean, best=max)),
        "You took the largest cost. Of differences, the smallest is best.",
    ),
    mistake(
        _found(_place_in_table),
        "You return the place in your table of costs, which counts from 0. Its middle is the "
        "shift 0: subtract reach.",
    ),
]


def _arrays(frames, matrices):
    """Return frames in floats and their matrices."""
    return [np.asarray(frame, float) for frame in frames], [np.asarray(m, float) for m in matrices]


def _moved_sum(frames, matrices, spacing, weights, method="linear"):
    """Return the weighted sum of the moved frames, and of where they reach."""
    frames, matrices = _arrays(frames, matrices)
    total, reached = np.zeros(frames[0].shape), np.zeros(frames[0].shape)
    for frame, matrix, weight in zip(frames, matrices, weights, strict=True):
        total += weight * warp(frame, matrix, spacing, method)
        reached += weight * warp(np.ones(frame.shape, bool), matrix, spacing, "nearest")
    return total, reached


def _as_they_are(frames, matrices, spacing, minutes):
    """Average without moving anything."""
    return np.average(np.asarray(frames, float), axis=0, weights=np.asarray(minutes, float))


def _ones(minutes):
    """Count every frame once."""
    return np.ones(len(minutes))


def _shared(total, reached):
    """Divide where something is reached."""
    return np.divide(total, reached, out=np.zeros_like(total), where=reached > 0)


def _moved_forth(frames, matrices, spacing, minutes):
    """Move every frame by the inverse of its way back."""
    inverses = [transforms.invert(matrix) for matrix in _arrays(frames, matrices)[1]]
    return _shared(*_moved_sum(frames, inverses, spacing, minutes))


def _by_all(frames, matrices, spacing, minutes):
    """Divide by all minutes, also where a frame does not reach."""
    return _moved_sum(frames, matrices, spacing, minutes)[0] / np.sum(minutes)


def _unreached(frames, matrices, spacing, minutes):
    """Divide by 0 where no frame reaches."""
    with np.errstate(invalid="ignore"):
        total, reached = _moved_sum(frames, matrices, spacing, minutes)
        return total / reached


def _without_looking(frames, matrices, spacing, minutes):
    """Go through the shortest of the lists."""
    count = min(len(frames), len(matrices), len(minutes))
    return _shared(*_moved_sum(frames[:count], matrices[:count], spacing, minutes[:count]))


MOTION_CORRECTED_MEAN = [
    mistake(
        _averaged(_as_they_are),
        "You averaged the frames as they are. Move each one back first: `warp(frame, matrix, "
        'spacing, "linear")`.',
    ),
    mistake(
        _averaged(_moved_forth),
        "You moved the frames by the inverse, so they are now twice as far away. The matrices "
        "given are those that lead back.",
    ),
    mistake(
        _averaged(
            lambda f, m, spacing, minutes: _shared(*_moved_sum(f, m, spacing, _ones(minutes)))
        ),
        "Every frame counts alike. One of 20 minutes holds four times the counts of one of 5: "
        "weight by the minutes.",
    ),
    mistake(
        _averaged(_by_all),
        "You divide by all minutes also where a moved frame shows nothing, so the border darkens. "
        "Add up the minutes that reach each pixel: move an image of ones along.",
    ),
    mistake(
        _averaged(lambda *given: _moved_sum(*given)[0]),
        "You added up, but did not divide. PET is in kBq/mL: ten frames of 5 are 5, not 50.",
    ),
    mistake(
        _averaged(
            lambda f, m, spacing, minutes: _shared(*_moved_sum(f, m, spacing, minutes, "nearest"))
        ),
        "You move by nearest neighbour, which shifts edges by up to half a pixel. PET is an image, "
        "not labels: linear.",
    ),
    mistake(
        _averaged(_unreached),
        "Where no frame reaches you divide 0 by 0. Make it 0, for example with `np.divide(a, b, "
        "out=zeros, where=b > 0)`.",
    ),
    mistake(
        _without_looking,
        "You went through the shorter of the two lists and dropped a frame in silence. Compare "
        "their lengths and raise a ValueError; `zip(..., strict=True)` does that.",
    ),
]
