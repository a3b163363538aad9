"""Exercises of notebook 00, the map of the course: what the other topics take for granted."""

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise, mistake
from course_lib.exercises.judges import close, equal
from course_lib.imaging import basics

_VOLUME = np.arange(6 * 8 * 9).reshape(6, 8, 9)
_NO_MASK = np.zeros((3, 4), bool)


def _volume(rng: np.random.Generator) -> NDArray:
    """Draw a small volume whose three axes have different lengths."""
    shape = (int(rng.integers(5, 8)), int(rng.integers(10, 13)), int(rng.integers(14, 17)))
    return rng.normal(40, 10, shape).round(1)


def _crop(rng: np.random.Generator) -> tuple:
    """Draw a volume and a rectangle in one of its slices that is wider than high."""
    z, y, x = int(rng.integers(1, 5)), int(rng.integers(1, 3)), int(rng.integers(2, 4))
    height = int(rng.integers(3, 5))
    return _volume(rng), z, (y, y + height), (x, x + height + 2)


crop_slice = Exercise(
    reference=basics.crop_slice,
    cases=[
        given("a volume that counts its voxels", _VOLUME, 2, (1, 4), (3, 8)),
        drawn("a noisy volume", _crop),
        edge("one voxel", _VOLUME, 5, (7, 8), (8, 9)),
    ],
    judge=equal(),
    mistakes=[
        mistake(
            lambda volume, z, y_range, x_range: volume[z, slice(*x_range), slice(*y_range)],
            "You took the columns where the rows belong. The axes are (Z, Y, X): slice, row, "
            "column.",
        ),
        mistake(
            lambda volume, z, y_range, x_range: volume[slice(*x_range), slice(*y_range), z],
            "You indexed in the order (X, Y, Z). Here the axes are (Z, Y, X): the slice comes "
            "first.",
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
    ],
    hints=[
        "Print the shape of your result. It should be (y_stop - y_start, x_stop - x_start).",
        "volume[z] is one slice. volume[z, a:b, c:d] is a rectangle of it.",
    ],
    alternatives=[
        lambda volume, z, y_range, x_range: np.array(
            [row[x_range[0] : x_range[1]] for row in volume[z][y_range[0] : y_range[1]]]
        ),
    ],
)


def _image_and_bounds(rng: np.random.Generator) -> tuple:
    """Draw whole HU and an interval whose ends are among them."""
    image = rng.integers(-200, 400, (12, 16))
    low, high = sorted(rng.choice(np.unique(image), 2, replace=False).tolist())
    return image, low, high


def _python_chain(image: NDArray, low: float, high: float) -> NDArray:
    """Compare as one would compare a single number."""
    return np.array(True) if low <= image <= high else np.array(False)


mask_between = Exercise(
    reference=basics.mask_between,
    cases=[
        given("six HU", np.array([[-1000, -150, 0], [40, 250, 900]]), -150, 250),
        drawn("a noisy image", _image_and_bounds),
        edge("one value is allowed", np.array([[0, 1], [2, 1]]), 1, 1),
        edge("an image with NaN", np.array([[np.nan, 10.0], [20.0, 60.0]]), 0.0, 50.0),
    ],
    judge=equal(),
    mistakes=[
        mistake(
            lambda image, low, high: (image > low) & (image < high),
            "You left out the ends. Both low and high belong to the interval: use >= and <=.",
        ),
        mistake(
            lambda image, low, high: (image >= low) | (image <= high),
            "With | one of the two conditions is enough, so everything is inside. Both must hold: "
            "&.",
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
    ],
    hints=[
        "A comparison of an array with a number gives an array of True and False.",
        "Two such arrays are joined with &, each in parentheses.",
    ],
    alternatives=[
        lambda image, low, high: np.logical_and(np.less_equal(low, image), image <= high),
        lambda image, low, high: np.abs(image - (low + high) / 2) <= (high - low) / 2,
    ],
)


def _image_and_mask(rng: np.random.Generator) -> tuple:
    """Draw an image and a mask that holds zeros and other values."""
    image = rng.integers(0, 9, (10, 12)).astype(float)
    mask = rng.random(image.shape) < 0.4
    mask[0], image[0] = True, np.arange(12) % 3
    return image, mask


def _refusing_empty(average):
    """Return an answer that refuses an empty mask and else averages in its own way."""

    def answer(image: NDArray, mask: NDArray) -> float:
        if not mask.any():
            raise ValueError("The mask is empty.")
        return average(image, mask)

    return answer


mean_in_mask = Exercise(
    reference=basics.mean_in_mask,
    cases=[
        given(
            "four pixels, three of them inside",
            np.array([[0.0, 20.0], [40.0, 100.0]]),
            np.array([[True, True], [True, False]]),
        ),
        drawn("a noisy image", _image_and_mask),
        edge("an empty mask", np.ones((3, 4)), _NO_MASK, raises=ValueError),
    ],
    judge=close(),
    mistakes=[
        mistake(
            _refusing_empty(lambda image, mask: (image * mask).mean()),
            "You set the pixels outside to 0 and averaged those zeros too. Divide by the number "
            "of pixels inside, or take image[mask].",
        ),
        mistake(
            _refusing_empty(lambda image, mask: image[mask & (image != 0)].mean()),
            "You left out pixels inside the mask whose value is 0. Zero is a value like any "
            "other; only the mask decides.",
        ),
        mistake(
            _refusing_empty(lambda image, mask: image[mask].sum()),
            "This is the sum inside the mask. The mean divides it by the number of pixels inside.",
        ),
        mistake(
            _refusing_empty(lambda image, mask: image.mean()),
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
    ],
    hints=[
        "image[mask] is a row of the values where the mask is True.",
        "mask.any() tells whether there is any pixel inside. Ask before you divide.",
    ],
    alternatives=[
        _refusing_empty(lambda image, mask: np.sum(image * mask) / mask.sum()),
    ],
)


def _two_byte_images(rng: np.random.Generator) -> tuple:
    """Draw two images of 8 bits; some of their sums are too large for 8 bits."""
    images = rng.integers(0, 256, (2, 9, 11), dtype=np.uint8)
    images[:, 0, 0], images[:, 0, 1] = 251, 3
    return images[0], images[1]


average_images = Exercise(
    reference=basics.average_images,
    cases=[
        given(
            "four pixels of 8 bits",
            np.array([[200, 3], [255, 11]], np.uint8),
            np.array([[100, 4], [255, 11]], np.uint8),
        ),
        drawn("two images of 8 bits", _two_byte_images),
        edge(
            "large values of 16 bits",
            np.array([30000, -32000, 7], np.int16),
            np.array([20000, -32768, 8], np.int16),
        ),
    ],
    judge=close(),
    mistakes=[
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
    ],
    hints=[
        "Which type do the images have? Print first.dtype, and first + second for the largest "
        "values.",
        "image.astype(float) is a copy in decimal numbers.",
    ],
    alternatives=[
        lambda first, second: np.mean([first, second], axis=0),
        lambda first, second: first / 2 + second / 2,
    ],
)


def _subtract_in_place(volume: NDArray) -> NDArray:
    """Overwrite the argument."""
    volume -= volume.mean(axis=(1, 2), keepdims=True)
    return volume


subtract_slice_means = Exercise(
    reference=basics.subtract_slice_means,
    cases=[
        given(
            "two slices of two rows",
            np.array([[[1.0, 3.0], [5.0, 7.0]], [[10.0, 30.0], [50.0, 80.0]]]),
        ),
        drawn("a noisy volume", lambda rng: (_volume(rng),)),
        edge("one slice", np.array([[[2.0, 4.0, 9.0]]])),
    ],
    judge=close(),
    mistakes=[
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
    ],
    hints=[
        "What is the mean of each slice of your result? All should be 0.",
        "volume.mean(axis=(1, 2)) gives one number for each slice.",
        "With keepdims=True those numbers have the shape (Z, 1, 1), which fits (Z, Y, X).",
    ],
    alternatives=[
        lambda volume: np.stack([image - image.mean() for image in volume]),
        lambda volume: volume - volume.mean((1, 2))[:, None, None],
    ],
)


def _path(rng: np.random.Generator) -> tuple:
    """Draw the tissues on a path through a head."""
    return rng.uniform(0.05, 0.2, 4).round(3).tolist(), rng.uniform(5, 60, 4).round(1).tolist()


def _checking_lengths(formula):
    """Return an answer that refuses what must be refused and else computes in its own way."""

    def answer(mu_per_cm: list[float], lengths_mm: list[float]) -> float:
        mu, lengths = np.asarray(mu_per_cm), np.asarray(lengths_mm)
        if (lengths < 0).any():
            raise ValueError("A length is negative.")
        return float(formula(mu, lengths))

    return answer


transmission = Exercise(
    reference=basics.transmission,
    cases=[
        given("skull, brain, skull", [0.173, 0.097, 0.173], [7.0, 150.0, 7.0]),
        drawn("four tissues", _path),
        edge("nothing in the way", [0.0, 0.0], [80.0, 40.0]),
        edge("a negative length", [0.097, 0.173], [150.0, -7.0], raises=ValueError),
    ],
    judge=close(),
    mistakes=[
        mistake(
            _checking_lengths(lambda mu, lengths: np.exp(-np.sum(mu * lengths))),
            "The coefficients are in 1/cm and the lengths in mm. Divide the lengths by 10 first.",
        ),
        mistake(
            _checking_lengths(lambda mu, lengths: np.exp(np.sum(mu * lengths / 10))),
            "The minus sign is missing: more radiation would come out than went in.",
        ),
        mistake(
            _checking_lengths(lambda mu, lengths: np.exp(-mu.sum() * lengths.sum() / 10)),
            "You summed coefficients and lengths apart. Each tissue has its own product mu d; the "
            "sum is over the products.",
        ),
        mistake(
            _checking_lengths(lambda mu, lengths: np.exp(-mu * lengths / 10).sum()),
            "You added the part that each tissue lets through. What passes one tissue meets the "
            "next, so the parts multiply: the sum stands inside the exponent.",
        ),
        mistake(
            _checking_lengths(lambda mu, lengths: 10 ** (-np.sum(mu * lengths / 10))),
            "exp is a power of e = 2.718..., not of 10.",
        ),
        mistake(
            lambda mu_per_cm, lengths_mm: float(
                np.exp(-np.sum(np.asarray(mu_per_cm) * np.asarray(lengths_mm) / 10))
            ),
            "A negative length must be refused with a ValueError, before anything is computed.",
        ),
    ],
    hints=[
        "Between which numbers must the result lie? What is it for 10 cm of water?",
        "A list times a list is not defined. np.asarray makes arrays, which multiply item by item.",
        "Lengths in cm, then products, then their sum, then the minus sign, then np.exp.",
    ],
    alternatives=[
        _checking_lengths(lambda mu, lengths: np.prod(np.exp(-mu * lengths / 10))),
        _checking_lengths(lambda mu, lengths: np.exp(-(mu @ lengths) / 10)),
    ],
)
