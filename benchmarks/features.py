"""Speed of filters, features, template matching and local binary patterns beside their peers."""

import sys
import warnings

import numpy as np
import skimage.filters
from _pairs import Pair, growth, run
from scipy import ndimage, signal
from skimage import feature

from course_lib.imaging import edges, features, filters, texture
from course_lib.imaging.template_matching import match_template

SIDE = 512
BIT_STEPS = {8: 4, 16: 9}  # how far codes of scikit-image are rotated to begin where ours do


def picture(side: int, axes: int = 2) -> np.ndarray:
    """Return a smooth float64 image."""
    return ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(side,) * axes), 1.5)


def as_bytes(image: np.ndarray) -> np.ndarray:
    """Return an image as 0 to 255."""
    return (128 + 60 * image / image.std()).clip(0, 255).astype(np.uint8)


def rotated(codes: np.ndarray, points: int) -> np.ndarray:
    """Return codes of scikit-image, rotated to begin top left."""
    given, steps = codes.astype(np.uint64), BIT_STEPS[points]
    return (given << steps | given >> (points - steps)) & (2**points - 1)


def side_bits_differ(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the share of pixels whose side neighbours differ; the peer interpolates corners."""
    bits = (ours ^ rotated(peer, 8).astype(np.uint8)) & 0b01010101
    return float(np.mean(bits[1:-1, 1:-1] != 0))


def codes_differ(points: int):
    """Return a function that gives the share of codes that differ away from the border."""
    return lambda ours, peer: float(np.mean((ours != rotated(peer, points))[3:-3, 3:-3]))


def inner_difference(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the largest difference away from the border, which the peers treat differently."""
    inner = (slice(8, -8),) * ours.ndim
    return float(np.abs(ours[inner] - peer[inner]).max())


def texture_pairs() -> list[Pair]:
    """Return the rows of local binary patterns."""
    gray = as_bytes(picture(SIDE))
    peer = "skimage local_binary_pattern"

    def circle(points: int, radius: int, goal: float) -> Pair:
        return Pair(
            f"circular LBP, {points} points, radius {radius}",
            peer,
            f"{SIDE}^2 uint8",
            lambda: texture.circular_lbp(gray, radius, points),
            lambda: feature.local_binary_pattern(gray, points, radius),
            goal=goal,
            tolerance=1e-3,  # it rounds places to 5 digits; whole values are often nearly equal
            difference=codes_differ(points),
        )

    square = Pair(
        "LBP 3x3",
        peer,
        f"{SIDE}^2 uint8",
        lambda: texture.lbp_image(gray),
        lambda: feature.local_binary_pattern(gray, 8, 1),
        goal=20,
        tolerance=0,
        difference=side_bits_differ,
    )
    return [square, circle(8, 1, 4), circle(16, 2, 4)]


def matching_pairs() -> list[Pair]:
    """Return the rows of template matching."""
    image = picture(SIDE)
    cut = (slice(100, 164), slice(200, 264))
    volume = picture(96, axes=3)
    ball = volume[20:36, 30:46, 40:56]

    def pair(given: np.ndarray, template: np.ndarray, size: str, goal: float | None) -> Pair:
        return Pair(
            "template matching",
            "skimage match_template",
            size,
            lambda: match_template(given, template),
            lambda: feature.match_template(given, template),
            goal=goal,
            tolerance=1e-9 if given.dtype == np.float64 else 1e-3,
        )

    single = image.astype(np.float32)
    return [
        pair(image, image[cut], f"64^2 in {SIDE}^2 f64", 1.5),
        pair(single, single[cut], f"64^2 in {SIDE}^2 f32", None),
        pair(volume, ball, "16^3 in 96^3 f64", None),
    ]


def filter_pairs() -> list[Pair]:
    """Return the rows of filters."""
    image, kernel = picture(SIDE), np.random.default_rng(2).normal(size=(9, 9))
    volume = picture(96, axes=3).astype(np.float32)
    return [
        Pair(
            "correlation 9x9",
            "scipy.signal.correlate2d",
            f"{SIDE}^2 f64",
            lambda: filters.correlate(image, kernel, "zero"),
            lambda: signal.correlate2d(image, kernel, mode="same"),
            goal=None,
            tolerance=1e-10,
        ),
        Pair(
            "Gaussian blur, sigma 2",
            "skimage gaussian",
            "96^3 f32",
            lambda: filters.gaussian_blur(volume, 2),
            lambda: skimage.filters.gaussian(volume, 2, preserve_range=True),
            goal=None,
            tolerance=1e-5,
        ),
        Pair(
            "gradient magnitude",
            "np.gradient and a sum",
            "96^3 f32",
            lambda: edges.gradient_magnitude(volume),
            lambda: np.sqrt(sum(slope**2 for slope in np.gradient(volume))),
            goal=None,
            tolerance=1e-5,
        ),
        Pair(
            "blob response, sigma 4",
            "ndimage.gaussian_laplace",
            "96^3 f32",
            lambda: edges.blob_response(volume, 4),
            lambda: -16 * ndimage.gaussian_laplace(volume, 4),
            goal=None,
            tolerance=0.02,  # derivatives by differences and by the Gaussian's own
            difference=inner_difference,
        ),
    ]


def main() -> int:
    """Print the tables."""
    warnings.simplefilter("error")
    status = run("Features", [*texture_pairs(), *matching_pairs(), *filter_pairs()])

    def table(side: int):
        image = picture(side, axes=3).astype(np.float32)
        return lambda: features.feature_table(
            features.basic_features(image) | {"LBP": texture.lbp_image(image)}
        )

    def matching(side: int):
        image = picture(side, axes=3)
        template = image[10:26, 10:26, 10:26]
        return lambda: match_template(image, template)

    growth("table of 7 features", (64, 96, 128), table)
    growth("template matching 16^3", (64, 96, 128), matching)
    return status


if __name__ == "__main__":
    sys.exit(main())
