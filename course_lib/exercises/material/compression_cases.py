"""What the cases of topic 01 are made of: real images, drawn ones, and the lecture's numbers."""

import numpy as np

from course_lib.data import datasets
from course_lib.imaging import outlines

LECTURE = np.array([[10, 5], [15, -10]])
NINE_POINTS = np.array(
    [[0, 0], [2, 0], [6, 0], [6, 1], [6, 4], [5, 4], [3, 4], [0, 4], [0, 2]]
)  # fmt: skip


def spine(rng, size=24):
    """Cut a square out of the real CT of a spine, in HU."""
    y, x = rng.integers(0, 128 - size, 2)
    return datasets.ct_spine().values[y : y + size, x : x + size].copy()


def padded():
    """Cut out where the real CT of a head meets its padding of -2000."""
    return datasets.ct_head().values[60:92, 60:92].astype(float)


def steps_of_eight(rng):
    """Coarsen the real CT to steps of 8 HU that do not start at 0."""
    return (spine(rng) // 8 * 8 + 3,)


def with_divisor(rng):
    """Draw an image whose differences have a common divisor."""
    image = rng.integers(0, 40, (6, 6)) * rng.integers(2, 10)
    image[0, 0] = 0
    return (image - int(rng.integers(1, 200)),)


def power_of_ten(rng):
    """Draw an image whose largest value is a power of ten, or one less."""
    largest = 10 ** int(rng.integers(2, 6)) - int(rng.integers(0, 2))
    image = rng.integers(0, largest, (5, 5))
    image[tuple(rng.integers(1, 5, 2))] = largest
    image[0, 0] = 7
    return (image,)


def polygon(rng):
    """Draw points that need not enclose anything."""
    return (rng.integers(0, 100, (int(rng.integers(5, 9)), 2)),)


def staircase(rng):
    """Draw a region with dents and trace it; a point stands after every pixel edge."""
    heights = rng.integers(1, 5, 4)
    mask = np.arange(4)[:, np.newaxis] < heights
    return (np.roll(outlines.trace(mask.T[::-1])[0], int(rng.integers(0, 4)), axis=0),)


def liver(rng):
    """Trace a part of the real mask of a liver."""
    y, x = int(rng.integers(150, 180)), int(rng.integers(90, 120))
    return (outlines.trace(datasets.liver_mask().values[y : y + 60, x : x + 60])[0],)


def row_of_a_head(rng):
    """Take a row of the real CT of a head, with all air set to -1024."""
    row = datasets.ct_head().values[int(rng.integers(80, 420)), ::4]
    return (np.where(row < -300, -1024, row // 200 * 200),)


def stored_spine(rng):
    """Draw a stored CT with another slope."""
    return (spine(rng) + 1024).astype(np.int16), float(rng.choice([0.5, 2.0, 2.5])), -1024.0


def resampled_spine(rng):
    """Draw a CT with decimals, as after interpolation."""
    values = spine(rng)
    return values + rng.uniform(-0.49, 0.49, values.shape), 1.0, -1024.0, "uint16"


def a_range(rng):
    """Draw a range of HU and a type."""
    low = -float(rng.integers(100, 1100))
    high = float(rng.integers(2000, 30000))
    return low, high, str(rng.choice(["uint8", "int16", "uint16"]))


def small_pet(rng):
    """Draw every second slice of the made-up PET, coarsened, on a background above 0."""
    return datasets.pet(rng).values[2:24:4, ::4, ::4] + 0.0, "int16"
