"""Inputs of topic 08: a real CT and MR, photographs of textures, and the lecture's patches."""

import numpy as np
from numpy.typing import NDArray

from course_lib.data import datasets, templates, textures
from course_lib.exercises.cases import Arguments
from course_lib.imaging import edges, filters, texture

SLIDE_49 = np.array([[6, 8, 15], [15, 10, 17], [10, 9, 20]])
SLIDE_52 = np.array([[30, 20, 35], [28, 10, 41], [15, 37, 45]])
RISING = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])

# In every fourth pixel of the CT of a head: the bone around its right ear, and the inner ear.
_TEMPLE = np.s_[54:90, 14:54]
_EAR = np.s_[63:76, 36:51]


def bright_pixel() -> NDArray[np.float64]:
    """Return a dark image with one bright pixel."""
    image = np.zeros((5, 6))
    image[2, 3] = 1
    return image


def brain(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a part of an MR slice at 2 mm, in some scanner's units."""
    image = templates.axial_slice("t1", rng.uniform(0, 30))[::2, ::2]
    return image[20:68, 20:60] * rng.uniform(0.5, 3)


def brain_and_kernel(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice and a kernel without any symmetry."""
    return brain(rng), rng.uniform(-1, 1, (3, 5)).round(2)


def brain_and_spacing(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice and the size of its pixels."""
    return brain(rng), (round(float(rng.uniform(2, 5)), 1), 0.5)


def temple() -> NDArray[np.float64]:
    """Return the surroundings of an ear in a real CT, in HU."""
    return datasets.ct_head().values[::4, ::4][_TEMPLE].astype(float)


def ear() -> NDArray[np.float64]:
    """Return the inner ear in its bone in a real CT, in HU."""
    return datasets.ct_head().values[::4, ::4][_EAR].astype(float)


def ear_in_some_scan(rng: np.random.Generator) -> Arguments:
    """Draw a noisy scan of an ear with another gain and offset, and the ear to look for."""
    scan = rng.uniform(0.2, 3) * temple() + rng.uniform(-500, 500)
    return scan + rng.normal(0, 10, scan.shape), ear()


def inverted_copy() -> NDArray[np.float64]:
    """Return an image with a cross, and with a perfect cross whose signs are turned."""
    image = np.zeros((8, 12))
    image[1:4, 1:4] = cross() + np.array([[0, 0, 0.3], [0, 0, 0], [0, 0, 0]])
    image[4:7, 8:11] = -cross()
    return image


def cross() -> NDArray[np.float64]:
    """Return a small cross."""
    return np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])


def patch(rng: np.random.Generator) -> Arguments:
    """Draw 3 x 3 values around a middle that one neighbour equals."""
    values = rng.integers(1, 9, (3, 3))
    values[1, 1] = values[0, int(rng.integers(3))]
    return (values,)


def unsigned_patch(rng: np.random.Generator) -> Arguments:
    """Draw 3 x 3 values of a photograph, some darker than the middle."""
    values = rng.integers(0, 100, (3, 3))
    values[1, 1] = 50
    return (values.astype(np.uint8),)


def bits(rng: np.random.Generator) -> Arguments:
    """Draw eight bits that do not read alike from both ends."""
    return (np.array([1, *rng.integers(0, 2, 6), 0], np.uint8),)


def tile(rng: np.random.Generator, size: int = 24) -> NDArray[np.uint8]:
    """Draw a piece of a photographed texture."""
    image = textures.photograph(str(rng.choice(textures.NAMES)))
    row, column = rng.integers(0, image.shape[0] - size, 2)
    return image[row : row + size, column : column + size].copy()


def tile_alone(rng: np.random.Generator) -> Arguments:
    """Draw a piece of a photographed texture."""
    return (tile(rng),)


def brain_with_ties(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice whose background is 0 everywhere."""
    image = templates.axial_slice("t1", rng.uniform(0, 30))[::4, ::4]
    return (image.astype(np.uint16),)


def codes_in_a_disc(rng: np.random.Generator) -> Arguments:
    """Draw the codes of a texture and a round region."""
    codes = texture.lbp_image(tile(rng))
    rows, columns = np.indices(codes.shape)
    return codes, 256, np.hypot(rows - 11, columns - 12) < rng.uniform(6, 10)


def two_histograms(rng: np.random.Generator) -> Arguments:
    """Draw the counts of codes in two pieces of texture of different size; many are empty."""
    pieces = [texture.lbp_image(tile(rng, size)) // 4 for size in (20, 32)]
    return tuple(np.bincount(piece.ravel(), minlength=64) for piece in pieces)


def features_in_a_brain(rng: np.random.Generator) -> Arguments:
    """Draw three features of an MR slice, and a mask of the tissue."""
    image = brain(rng)[::3, ::3]
    images = [image, filters.gaussian_blur(image, 1.0), edges.gradient_magnitude(image)]
    return images, image > np.median(image)
