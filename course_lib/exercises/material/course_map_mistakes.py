"""Known mistakes of notebook 00: indexing, masks, number types, axes, a formula as code."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.exercise import mistake
from course_lib.exercises.material import refusing_like
from course_lib.imaging import basics

_mean = partial(refusing_like, basics.mean_in_mask)


CROP_SLICE = [
    mistake(
        lambda volume, z, y_range, x_range: volume[z, slice(*x_range), slice(*y_range)],
        "You took the columns where the rows belong. The axes are (Z, Y, X): slice, row, column.",
    ),
    mistake(
        lambda volume, z, y_range, x_range: volume[slice(*x_range), slice(*y_range), z],
        "You indexed in the order (X, Y, Z). Here the axes are (Z, Y, X): the slice comes first.",
    ),
    mistake(
        lambda volume, z, y_range, x_range: volume[
            z, y_range[0] : y_range[1] + 1, x_range[0] : x_range[1] + 1
        ],
        "Your rectangle is one row and one column too large. The second number of a range is "
        "the one after the last, which is what numpy expects.",
    ),
    mistake(
        lambda volume, z, y_range, x_range: volume[z : z + 1, slice(*y_range), slice(*x_range)],
        "Your result keeps an axis of length 1 for the slice. Index with z itself, not with "
        "the range z:z + 1.",
    ),
    mistake(
        lambda volume, z, y_range, x_range: volume[z][slice(*y_range)][slice(*x_range)],
        "The second pair of brackets cuts rows again, not columns. Put both ranges into one "
        "pair of brackets: image[rows, columns].",
    ),
]


def _python_chain(image: NDArray, low: float, high: float) -> NDArray:
    """Compare as one would compare a single number."""
    return np.array(True) if low <= image <= high else np.array(False)


MASK_BETWEEN = [
    mistake(
        lambda image, low, high: (image > low) & (image < high),
        "You left out the ends. Both low and high belong to the interval: use >= and <=.",
    ),
    mistake(
        lambda image, low, high: (image >= low) | (image <= high),
        "With | one of the two conditions is enough, so everything is inside. Both must hold: &.",
    ),
    mistake(
        _python_chain,
        "numpy cannot say whether a whole array is true or false, so `low <= image <= high` "
        "and `and` fail. Make two masks and join them: (image >= low) & (image <= high).",
    ),
    mistake(
        lambda image, low, high: np.where((image >= low) & (image <= high), image, 0),
        "You returned the values inside the interval. Asked for is the mask: True or False "
        "for each pixel.",
    ),
    mistake(
        lambda image, low, high: ((image >= low) & (image <= high)).astype(np.uint8),
        "Your mask holds the numbers 0 and 1. Used as an index, they would pick the rows 0 "
        "and 1; a mask must be True and False.",
    ),
]


MEAN_IN_MASK = [
    mistake(
        _mean(lambda image, mask: (image * mask).mean()),
        "You set the pixels outside to 0 and averaged those zeros too. Divide by the number "
        "of pixels inside, or take image[mask].",
    ),
    mistake(
        _mean(lambda image, mask: image[mask & (image != 0)].mean()),
        "You left out pixels inside the mask whose value is 0. Zero is a value like any "
        "other; only the mask decides.",
    ),
    mistake(
        _mean(lambda image, mask: image[mask].sum()),
        "This is the sum inside the mask. The mean divides it by the number of pixels inside.",
    ),
    mistake(
        _mean(lambda image, mask: image.mean()),
        "You averaged the whole image; the mask plays no part.",
    ),
    mistake(
        lambda image, mask: image[mask].mean() if mask.any() else np.nan,
        "An empty mask must be refused with a ValueError. A NaN would pass on unseen through "
        "every later step.",
    ),
    mistake(
        lambda image, mask: image[mask].mean() if mask.any() else 0.0,
        "An empty mask must be refused with a ValueError. A 0 looks like a measured value.",
    ),
]


AVERAGE_IMAGES = [
    mistake(
        lambda first, second: (first + second) / 2,
        "The sum was computed in the images' own type, in which it does not fit: in 8 bits, "
        "200 + 100 is 44. Convert before you add.",
    ),
    mistake(
        lambda first, second: first // 2 + second // 2,
        "Nothing overflows, but // throws away the halves, twice. Convert to float first and "
        "divide with /.",
    ),
    mistake(
        lambda first, second: ((first.astype(float) + second) / 2).astype(first.dtype),
        "You converted back to whole numbers, and the halves are gone. The mean of 3 and 4 "
        "is 3.5: return decimal numbers.",
    ),
    mistake(
        lambda first, second: (first + second) // 2,
        "Two things at once: the sum does not fit into the images' own type, and // throws "
        "away the halves. Convert before you add, and divide with /.",
    ),
]


def _subtract_in_place(volume: NDArray) -> NDArray:
    """Overwrite the argument."""
    volume -= volume.mean(axis=(1, 2), keepdims=True)
    return volume


SUBTRACT_SLICE_MEANS = [
    mistake(
        lambda volume: volume - volume.mean(),
        "You subtracted one mean of the whole volume. Each slice has its own mean.",
    ),
    mistake(
        lambda volume: volume - volume.mean(axis=0),
        "You averaged over axis 0, so all slices were mixed pixel by pixel. Average over the "
        "axes 1 and 2, which are Y and X.",
    ),
    mistake(
        lambda volume: volume - volume.mean(axis=2, keepdims=True),
        "You subtracted the mean of each row. A slice has two axes: axis=(1, 2).",
    ),
    mistake(
        lambda volume: volume - volume.mean(axis=(0, 1), keepdims=True),
        "You averaged over the axes 0 and 1. The slices lie along axis 0, so that is the one "
        "to keep: axis=(1, 2).",
    ),
    mistake(
        lambda volume: volume - volume.mean(axis=(1, 2)),
        "The means are right, but have the shape (Z,), and numpy matches that with the last "
        "axis, X. Keep the axes with keepdims=True: the shape is then (Z, 1, 1).",
    ),
    mistake(
        _subtract_in_place,
        "`-=` overwrites the volume of whoever called you. Write `volume - ...`, which makes "
        "a new one.",
    ),
]


def along_path(formula: Callable[[NDArray, NDArray], float]) -> Callable[..., float]:
    """Make an answer that refuses what must be refused and computes a formula of arrays.

    Parameters
    ----------
    formula : callable
        From coefficients in 1/cm and lengths in mm to the part that passes.

    Examples
    --------
    >>> along_path(lambda mu, lengths: mu.sum())([1.0, 2.0], [10.0, 10.0])
    3.0
    """
    return refusing_like(
        basics.transmission,
        lambda mu, lengths: float(formula(np.asarray(mu), np.asarray(lengths))),
    )


TRANSMISSION = [
    mistake(
        along_path(lambda mu, lengths: np.exp(-np.sum(mu * lengths))),
        "The coefficients are in 1/cm and the lengths in mm. Divide the lengths by 10 first.",
    ),
    mistake(
        along_path(lambda mu, lengths: np.exp(np.sum(mu * lengths / 10))),
        "The minus sign is missing: more radiation would come out than went in.",
    ),
    mistake(
        along_path(lambda mu, lengths: np.exp(-mu.sum() * lengths.sum() / 10)),
        "You summed coefficients and lengths apart. Each tissue has its own product mu d; the "
        "sum is over the products.",
    ),
    mistake(
        along_path(lambda mu, lengths: np.exp(-mu * lengths / 10).sum()),
        "You added the part that each tissue lets through. What passes one tissue meets the "
        "next, so the parts multiply: the sum stands inside the exponent.",
    ),
    mistake(
        along_path(lambda mu, lengths: 10 ** (-np.sum(mu * lengths / 10))),
        "exp is a power of e = 2.718..., not of 10.",
    ),
    mistake(
        lambda mu_per_cm, lengths_mm: float(
            np.exp(-np.sum(np.asarray(mu_per_cm) * np.asarray(lengths_mm) / 10))
        ),
        "A negative length must be refused with a ValueError, before anything is computed.",
    ),
]
