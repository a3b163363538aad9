"""Speed of the way from two echoes to an attenuation map, and of the measures of its errors.

The joint histogram of the echoes is in `registration`. Masks are two balls in a cube: the peers of
the Hausdorff distance take all their voxels, ours the surfaces, which gives the same here.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from scipy import ndimage
from scipy.spatial import distance
from skimage import metrics as skimage_metrics
from sklearn import metrics as sklearn_metrics

from course_lib.imaging import agreement, attenuation, metrics, mr_mapping, surface_distances
from course_lib.imaging.air_segmentation import neighbor_vote

SIDE = 128
ECHO_MS, FLOOR = (0.07, 2.46), 250.0


def two_balls(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two balls that overlap for the most part, in a cube."""
    axis = (np.arange(side) + 0.5) / side
    z, y, x = axis[:, None, None], axis[:, None], axis
    first = (z - 0.5) ** 2 + (y - 0.5) ** 2 + (x - 0.5) ** 2 < 0.32**2
    second = (z - 0.52) ** 2 + (y - 0.46) ** 2 + (x - 0.5) ** 2 < 0.3**2
    return first, second


def as_sitk(mask: np.ndarray) -> sitk.Image:
    """Return a mask as SimpleITK takes it."""
    return sitk.GetImageFromArray(mask.astype(np.uint8))


def mapping_pairs() -> list[Pair]:
    """Return the rows of R2*, curve and attenuation."""
    rng = np.random.default_rng(1)
    first, second = rng.uniform(1, 4000, (2, SIDE, SIDE, SIDE)).astype(np.float32)
    images = [sitk.GetImageFromArray(echo) for echo in (first, second)]
    rate = rng.uniform(-100, 900, first.shape).astype(np.float32)
    hu = rng.uniform(-1000, 2000, first.shape).astype(np.float32)
    curve = np.array([-500.0, 9.0, -0.02, 1.5e-5])
    line = attenuation.BONE_LINES[120]
    ends = np.array([-1000, line.offset / (9.6e-5 - line.slope) - 1000, 3071])
    mu = attenuation.attenuation_map(ends)
    size = f"{SIDE}^3 f32"
    noisy = two_balls(SIDE)[0] ^ (rng.random(first.shape) < 0.02)
    mask = as_sitk(noisy)

    def r2star_by_sitk() -> np.ndarray:
        logs = [sitk.Log(sitk.Maximum(image, FLOOR)) for image in images]
        return sitk.GetArrayFromImage((logs[0] - logs[1]) / 0.00239)

    return [
        Pair(
            "vote of 27 neighbours",
            "sitk BinaryMedian",
            f"{SIDE}^3 bool",
            partial(neighbor_vote, noisy),
            lambda: sitk.GetArrayFromImage(sitk.BinaryMedian(mask, [1, 1, 1], 1, 0)),
            goal=1,
            tolerance=0,
        ),
        Pair(
            "R2*",
            "sitk Log",
            size,
            partial(mr_mapping.r2star, first, second, ECHO_MS, FLOOR),
            r2star_by_sitk,
            goal=1,
            tolerance=1e-3,
        ),
        Pair(
            "curve of degree 3",
            "np.polyval",
            size,
            partial(mr_mapping.apply_curve, rate, curve, (100, 700)),
            lambda: np.polyval(curve[::-1], np.clip(rate, 100, 700)),
            goal=1,
            tolerance=0.01,  # HU
        ),
        Pair(
            "attenuation map",
            "np.interp",
            size,
            partial(attenuation.attenuation_map, hu),
            lambda: np.interp(hu, ends, mu),
            goal=2,
            tolerance=1e-7,
        ),
    ]


def error_pairs() -> list[Pair]:
    """Return the rows of errors of values and of classes."""
    rng = np.random.default_rng(2)
    truth = rng.normal(40, 300, (SIDE,) * 3).astype(np.float32)
    result = truth + rng.normal(5, 60, truth.shape).astype(np.float32)
    flat = truth.ravel(), result.ravel()
    labels, other = rng.integers(0, 9, (2, *truth.shape)).astype(np.uint8)
    size = f"{SIDE}^3 f32"

    def by_label() -> np.ndarray:
        difference = result - truth
        terms = difference, np.abs(difference), difference.astype(np.float64) ** 2
        mean, absolute, square = (ndimage.mean(term, labels, range(9)) for term in terms)
        return np.array([mean, absolute, np.sqrt(square)]).T

    def by_class() -> list[tuple[float, ...]]:
        return [row[1:] for row in agreement.errors_per_class(truth, result, labels).values()]

    return [
        Pair(
            "mean absolute error",
            "scikit-learn",
            size,
            partial(metrics.mean_absolute_error, truth, result),
            lambda: sklearn_metrics.mean_absolute_error(*flat),
            goal=1,
            tolerance=1e-4,
        ),
        Pair(
            "root mean square error",
            "scikit-learn",
            size,
            partial(metrics.root_mean_square_error, truth, result),
            lambda: sklearn_metrics.root_mean_squared_error(*flat),
            goal=1,
            tolerance=1e-3,
        ),
        Pair(
            "three errors of each class",
            "ndimage.mean",
            f"{size}, 9 classes",
            by_class,
            by_label,
            goal=1.2,
            tolerance=1e-4,
        ),
        Pair(
            "confusion matrix",
            "scikit-learn",
            f"{SIDE}^3 u8, 9 classes",
            partial(metrics.confusion_matrix, labels, other),
            lambda: sklearn_metrics.confusion_matrix(labels.ravel(), other.ravel()),
            goal=4,
            tolerance=0,
        ),
        Pair(
            "confusion matrix",
            "skimage contingency_table",
            f"{SIDE}^3 u8, 9 classes",
            partial(metrics.confusion_matrix, labels, other),
            lambda: skimage_metrics.contingency_table(labels, other).toarray(),
            goal=1,
            tolerance=0,
        ),
    ]


def mask_pairs() -> list[Pair]:
    """Return the rows of overlap and of distances."""
    masks = two_balls(SIDE)
    images = [as_sitk(mask) for mask in masks]
    flat = [mask.ravel() for mask in masks]
    size = f"two balls in {SIDE}^3"

    def dice_by_sitk() -> float:
        found = sitk.LabelOverlapMeasuresImageFilter()
        found.Execute(*images)
        return found.GetDiceCoefficient()

    def hausdorff_by_sitk() -> float:
        found = sitk.HausdorffDistanceImageFilter()
        found.Execute(*images)
        return found.GetHausdorffDistance()

    dice = partial(metrics.dice, *masks)
    hausdorff = partial(surface_distances.hausdorff_distance, *masks)
    return [
        Pair("Dice", "sitk", size, dice, dice_by_sitk, goal=2, tolerance=1e-12),
        Pair("Dice", "scipy", size, dice, lambda: 1 - distance.dice(*flat), 1, 1e-12),
        Pair("Hausdorff distance", "sitk", size, hausdorff, hausdorff_by_sitk, 2, 1e-6),
        Pair(
            "Hausdorff distance",
            "skimage",
            size,
            hausdorff,
            lambda: skimage_metrics.hausdorff_distance(*masks),
            goal=5,
            tolerance=1e-9,
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("From MR to attenuation", mapping_pairs())
    status |= run("Errors, overlap and distance", error_pairs() + mask_pairs())

    def measuring(side: int) -> Callable[[], float]:
        return partial(surface_distances.hausdorff_distance, *two_balls(side))

    def decaying(side: int) -> Callable[[], np.ndarray]:
        echoes = np.random.default_rng(1).uniform(1, 4000, (2, side, side, side))
        return partial(mr_mapping.r2star, *echoes.astype(np.float32), ECHO_MS, FLOOR)

    growth("R2*", (64, 96, 128), decaying)
    growth("Hausdorff distance", (64, 96, 128), measuring)
    return status


if __name__ == "__main__":
    sys.exit(main())
