"""Exercises of notebook 00, the map of the course: what the other topics take for granted."""

import numpy as np
from numpy.typing import NDArray

from course_lib.exercises.cases import drawn, edge, given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close, equal
from course_lib.exercises.material import course_map_mistakes as mistakes
from course_lib.exercises.material import refusing_like
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
    mistakes=mistakes.CROP_SLICE,
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


mask_between = Exercise(
    reference=basics.mask_between,
    cases=[
        given("six HU", np.array([[-1000, -150, 0], [40, 250, 900]]), -150, 250),
        drawn("a noisy image", _image_and_bounds),
        edge("one value is allowed", np.array([[0, 1], [2, 1]]), 1, 1),
        edge("an image with NaN", np.array([[np.nan, 10.0], [20.0, 60.0]]), 0.0, 50.0),
    ],
    judge=equal(),
    mistakes=mistakes.MASK_BETWEEN,
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
    mistakes=mistakes.MEAN_IN_MASK,
    hints=[
        "image[mask] is a row of the values where the mask is True.",
        "mask.any() tells whether there is any pixel inside. Ask before you divide.",
    ],
    alternatives=[
        refusing_like(basics.mean_in_mask, lambda image, mask: np.sum(image * mask) / mask.sum()),
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
        edge("two sizes", np.ones((3, 4)), np.ones((3, 5)), raises=ValueError),
    ],
    judge=close(),
    mistakes=mistakes.AVERAGE_IMAGES,
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
    mistakes=mistakes.SUBTRACT_SLICE_MEANS,
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


transmission = Exercise(
    reference=basics.transmission,
    cases=[
        given("skull, brain, skull", [0.173, 0.097, 0.173], [7.0, 150.0, 7.0]),
        drawn("four tissues", _path),
        edge("nothing in the way", [0.0, 0.0], [80.0, 40.0]),
        edge("a negative length", [0.097, 0.173], [150.0, -7.0], raises=ValueError),
    ],
    judge=close(),
    mistakes=mistakes.TRANSMISSION,
    hints=[
        "Between which numbers must the result lie? What is it for 10 cm of water?",
        "A list times a list is not defined. np.asarray makes arrays, which multiply item by item.",
        "Lengths in cm, then products, then their sum, then the minus sign, then np.exp.",
    ],
    alternatives=[
        mistakes.along_path(lambda mu, lengths: np.prod(np.exp(-mu * lengths / 10))),
        mistakes.along_path(lambda mu, lengths: np.exp(-(mu @ lengths) / 10)),
    ],
)
