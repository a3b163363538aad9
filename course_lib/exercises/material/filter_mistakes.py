"""Known mistakes of topic 08, first part: correlation, convolution, gradients."""

from functools import partial

import numpy as np

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import edges, filters

_correlate = partial(refusing_like, filters.correlate)
_convolve = partial(refusing_like, filters.convolve)
_steepness = partial(refusing_like, edges.gradient_magnitude)


def _windows(image, shape):
    """Return every window of an image; the last two axes are those of the window."""
    return np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), shape)


def _unchecked(image, kernel):
    """Correlate with any kernel; the middle of an even one is nowhere."""
    margins = [(length // 2, length // 2) for length in np.shape(kernel)]
    padded = np.pad(image, margins, mode="edge")
    sums = np.einsum("ijkl,kl", _windows(padded, np.shape(kernel)), kernel)
    return sums[: len(image), : len(image[0])]


def _only_inside(image, kernel):
    """Correlate where the kernel fits in."""
    return np.einsum("ijkl,kl", _windows(image, kernel.shape), kernel)


def _as_the_image(image, kernel):
    """Write into an array of the image's own number type."""
    return filters.correlate(image, kernel).astype(image.dtype)


CORRELATE = [
    mistake(
        _correlate(filters.convolve),
        "You turned the kernel round: you read f(x - i, y - j), which is convolution. Correlation "
        "reads f(x + i, y + j): the kernel lies on the image as it is written.",
    ),
    mistake(
        _correlate(lambda image, kernel: filters.correlate(image, kernel, "zero")),
        "Beyond the border you take 0, so the border of the image becomes an edge that is not "
        "there. Continue the image with its border pixels: `np.pad(..., mode='edge')`.",
    ),
    mistake(
        _correlate(lambda image, kernel: filters.correlate(image, kernel) / kernel.size),
        "You take the mean of the products. The formula has a sum; whether it is a mean is "
        "written in the kernel's weights.",
    ),
    mistake(
        _correlate(_only_inside),
        "Your result is smaller than the image: you left out the pixels at which the kernel "
        "hangs over the border. Pad the image by half a kernel on each side first.",
    ),
    mistake(
        _correlate(lambda image, kernel: filters.correlate(image, kernel.T)),
        "Rows and columns of the kernel are mixed up: `kernel[row, column]` belongs on "
        "`image[y + row - half, x + column - half]`.",
    ),
    mistake(
        _correlate(_as_the_image),
        "You write the sums into an array of whole numbers (as `np.zeros_like(image)` makes one "
        "here), which cuts the decimals off. Use `np.zeros(image.shape)`.",
    ),
    mistake(
        _unchecked,
        "A kernel of even length has no middle, so your result is moved by half a pixel. Raise a "
        "ValueError.",
    ),
]

CONVOLVE = [
    mistake(
        _convolve(filters.correlate),
        "That is correlation: the kernel is not turned. Turn it by 180 degrees first, "
        "`np.flip(kernel)`, and correlate.",
    ),
    mistake(
        _convolve(lambda image, kernel: filters.correlate(image, kernel[::-1])),
        "You turned the rows of the kernel but not its columns. x - i and y - j both have a minus: "
        "`np.flip(kernel)` turns both axes.",
    ),
    mistake(
        _convolve(lambda image, kernel: filters.correlate(image, kernel[:, ::-1])),
        "You turned the columns of the kernel but not its rows. x - i and y - j both have a minus: "
        "`np.flip(kernel)` turns both axes.",
    ),
    mistake(
        _convolve(lambda image, kernel: filters.correlate(np.flip(image), kernel)),
        "You turned the image. Then the picture that comes out lies upside down; turn the kernel.",
    ),
    mistake(
        _convolve(lambda image, kernel: filters.correlate(image, kernel.T)),
        "You transposed the kernel, which mirrors it at its diagonal. Turning by 180 degrees is "
        "`np.flip(kernel)`.",
    ),
]


def _slopes(image, spacing):
    """Return the slopes along rows and columns."""
    return np.gradient(np.asarray(image, float), *spacing)


def _wrapped(image, spacing):
    """Subtract neighbours in the number type of the image."""
    padded = np.pad(image, 1, mode="edge")
    steps = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    exact = np.gradient(np.asarray(image, float))
    halves = [np.where(np.abs(e) > 0, s / 2.0, 0) for s, e in zip(steps, exact, strict=True)]
    return np.hypot(halves[0] / spacing[0], halves[1] / spacing[1])


def _whole_steps(image, spacing):
    """Forget that the neighbours on both sides are two pixels apart."""
    return 2 * np.hypot(*_slopes(image, spacing))


def _unchecked_steepness(image, spacing):
    """Divide by whatever is given."""
    with np.errstate(all="ignore"):
        return np.hypot(*_slopes(image, spacing))


GRADIENT_MAGNITUDE = [
    mistake(
        _steepness(lambda image, spacing: np.hypot(*_slopes(image, (1, 1)))),
        "You forgot the spacing: these are slopes per pixel. Thick slices then look steeper than "
        "thin ones. Divide by the distance in mm; `np.gradient(image, *spacing)` does.",
    ),
    mistake(
        _steepness(lambda image, spacing: np.hypot(*_slopes(image, spacing[::-1]))),
        "The two spacings are swapped: the first belongs to the rows (axis 0), the second to the "
        "columns.",
    ),
    mistake(
        _steepness(lambda image, spacing: sum(map(np.abs, _slopes(image, spacing)))),
        "You add the absolute slopes. The length of a vector is the square root of the sum of "
        "squares; with a sum, slanting edges look up to 41 % steeper than they are.",
    ),
    mistake(
        _steepness(lambda image, spacing: np.hypot(*_slopes(image, spacing)) ** 2),
        "You forgot the square root.",
    ),
    mistake(
        _steepness(lambda image, spacing: np.abs(_slopes(image, spacing)[1])),
        "You took the slope along the rows only. Edges that lie horizontally are missing.",
    ),
    mistake(
        _steepness(lambda image, spacing: sum(_slopes(image, spacing))),
        "You add the slopes with their signs, so an edge that falls in one direction and rises in "
        "the other cancels. Square them before you add.",
    ),
    mistake(
        _steepness(_whole_steps),
        "Your slopes are twice too large: the neighbours on both sides are two pixels apart. "
        "`np.gradient` knows that.",
    ),
    mistake(
        _steepness(_wrapped),
        "You subtract whole numbers of 8 bits, which wrap around: 10 - 20 gives 246. Convert the "
        "image to float first.",
    ),
    mistake(
        _unchecked_steepness,
        "A spacing of 0 makes the slope infinite or NaN. Raise a ValueError that says so.",
    ),
]
