"""Speed of the Chan-Vese contour against scikit-image and SimpleITK, 50 steps each."""

import sys
from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from skimage.segmentation import chan_vese as skimage_chan_vese

from course_lib.imaging import contours, initial_level_sets

SIDE, STEPS, MU = 512, 50, 0.1


def noisy_disks(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return an image of two disks in little noise, which 50 steps of scikit-image suffice for."""
    grid = np.indices(shape) / shape[0]
    centers = [0.4, 0.45, 0.5][: len(shape)], [0.75, 0.7, 0.5][: len(shape)]
    truth = np.zeros(shape, bool)
    for center, radius in zip(centers, (0.25, 0.12), strict=True):
        apart = grid - np.reshape(center, (-1, *[1] * len(shape)))
        truth |= np.linalg.norm(apart, axis=0) < radius
    noise = np.random.default_rng(1).normal(0, 0.02, shape)
    return (truth + noise).astype(np.float32), truth


def inside_by_simpleitk(image: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Run SimpleITK's dense Chan-Vese filter; it takes negative values as inside."""
    method = sitk.ScalarChanAndVeseDenseLevelSetImageFilter()
    method.SetNumberOfIterations(STEPS)
    method.SetMaximumRMSError(0)
    method.SetLambda1(1)
    method.SetLambda2(1)
    method.SetCurvatureWeight(MU)
    method.SetEpsilon(1)
    first = sitk.GetImageFromArray(-start.astype(np.float32))
    return sitk.GetArrayFromImage(method.Execute(first, sitk.GetImageFromArray(image))) > 0.5


def different_share(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the share of pixels that lie on different sides, whichever is called inside."""
    share = float(np.mean(ours != peer))
    return min(share, 1 - share)


def pairs() -> list[Pair]:
    """Return the rows of the table."""
    image, _ = noisy_disks((SIDE, SIDE))
    start = initial_level_sets.circle(image.shape)

    def ours() -> np.ndarray:
        found = contours.chan_vese(image, start, mu=MU, tolerance=0, max_steps=STEPS)
        return found.level_set > 0

    return [
        Pair(
            f"Chan-Vese, {STEPS} steps",
            "skimage chan_vese",
            f"{SIDE}^2 f32",
            ours,
            lambda: skimage_chan_vese(
                image, mu=MU, tol=0, max_num_iter=STEPS, init_level_set=start
            ),
            goal=2,
            tolerance=0.02,
            difference=different_share,
        ),
        Pair(
            f"Chan-Vese, {STEPS} steps",
            "sitk dense",
            f"{SIDE}^2 f32",
            ours,
            lambda: inside_by_simpleitk(image, SIDE / 3 * start),
            goal=8,
            tolerance=0.1,  # 50 of its steps do not reach the smaller disk
            difference=different_share,
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("Contours", pairs())

    def contouring(side: int) -> Callable[[], contours.Segmentation]:
        image, _ = noisy_disks((side,) * 3)
        return lambda: contours.chan_vese(image, tolerance=0, max_steps=10)

    growth("Chan-Vese, 10 steps in 3-D", (64, 96, 128), contouring)
    return status


if __name__ == "__main__":
    sys.exit(main())
