"""Speed of resizing and warping against scipy.ndimage and SimpleITK."""

import sys

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from scipy import ndimage

from course_lib.imaging import rotations, transforms
from course_lib.imaging.resampling import resize
from course_lib.imaging.warping import warp

SIDE, LARGER = 128, 192


def volume(side: int) -> np.ndarray:
    """Return a smooth float32 volume."""
    noise = np.random.default_rng(1).normal(size=(side,) * 3)
    return ndimage.gaussian_filter(noise, 1.5).astype(np.float32)


def move(side: int) -> np.ndarray:
    """Return a rigid move about the middle."""
    return rotations.rigid([10, -7, 5], [3, -2, 1], [side / 2] * 3)


def resized_by_simpleitk(image: np.ndarray) -> np.ndarray:
    """Resample to the larger grid in the same box."""
    step = SIDE / LARGER
    peer = sitk.Resample(
        sitk.GetImageFromArray(image),
        (LARGER,) * 3,
        sitk.Transform(),
        sitk.sitkLinear,
        [(step - 1) / 2] * 3,
        [step] * 3,
    )
    return sitk.GetArrayFromImage(peer)


def warped_by_simpleitk(image: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Resample through an affine transform."""
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(pull[2::-1, 2::-1].ravel())
    transform.SetTranslation(pull[2::-1, 3])
    given = sitk.GetImageFromArray(image)
    return sitk.GetArrayFromImage(sitk.Resample(given, given, transform, sitk.sitkLinear, 0.0))


def middle_difference(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the largest difference away from the border, which the peers treat differently."""
    inner = (slice(24, -24),) * 3
    return float(np.abs(ours[inner] - peer[inner]).max())


def different_share(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the share of voxels that differ."""
    return float(np.mean(ours != peer))


def pairs() -> list[Pair]:
    """Return the rows of the table."""
    image = volume(SIDE)
    labels = (image > 0).astype(np.uint8) + (image > 0.05).astype(np.uint8)
    shape, factor, matrix = (LARGER,) * 3, LARGER / SIDE, move(SIDE)
    pull = transforms.invert(matrix)
    size = f"{SIDE}^3 -> {LARGER}^3 f32"

    def zoomed(given: np.ndarray, order: int) -> np.ndarray:
        return ndimage.zoom(given, factor, order=order, grid_mode=True, mode="nearest")

    return [
        Pair(
            "linear resize",
            "ndimage.zoom",
            size,
            lambda: resize(image, shape, "linear"),
            lambda: zoomed(image, 1),
            goal=6,
            tolerance=1e-5,
        ),
        Pair(
            "linear resize",
            "sitk Resample",
            size,
            lambda: resize(image, shape, "linear"),
            lambda: resized_by_simpleitk(image),
            goal=3,
            tolerance=1e-5,
        ),
        Pair(
            "nearest resize",
            "ndimage.zoom order 0",
            f"{SIDE}^3 -> {LARGER}^3 uint8",
            lambda: resize(labels, shape, "nearest"),
            lambda: zoomed(labels, 0),
            goal=4,
            tolerance=0.3,  # scipy rounds halves, which every third voxel is, both ways
            difference=different_share,
        ),
        Pair(
            "affine warp, linear",
            "ndimage.affine_transform",
            f"{SIDE}^3 f32",
            lambda: warp(image, matrix, 1.0, "linear"),
            lambda: ndimage.affine_transform(image, pull, order=1),
            goal=1.7,
            tolerance=1e-5,
            difference=middle_difference,
        ),
        Pair(
            "affine warp, linear",
            "sitk Resample",
            f"{SIDE}^3 f32",
            lambda: warp(image, matrix, 1.0, "linear"),
            lambda: warped_by_simpleitk(image, pull),
            goal=0.5,
            tolerance=1e-5,
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("Interpolation", pairs())

    def resizing(side: int):
        image = volume(side)
        return lambda: resize(image, (side * 3 // 2,) * 3, "linear")

    def warping(side: int):
        image, matrix = volume(side), move(side)
        return lambda: warp(image, matrix, 1.0, "linear")

    growth("linear resize by 1.5", (64, 96, 128), resizing)
    growth("affine warp", (64, 96, 128), warping)
    return status


if __name__ == "__main__":
    sys.exit(main())
