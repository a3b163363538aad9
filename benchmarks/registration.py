"""Speed of similarity measures and of rigid registration, with the error that is reached.

The head is a formula, so its moves are known exactly. SimpleITK takes three levels, gradient
descent with falling steps, and a random sample for mutual information. Its steps and its end are
set so that it arrives: with one learning rate of 1 for all steps it is faster, but leaves the
image. In the rows of registration the difference is the mean error of ours over the head, in
voxels; that of the peer stands beside.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from skimage import metrics

from course_lib.imaging import registration, rotations, similarity, transforms
from course_lib.imaging.coordinates import center_mm

LEVELS = {2: (4.0, 2.0, 1.0), 3: (4.0, 2.0, 1.0)}  # in voxels of 1 mm, as the peer's shrink factors
SLOPES = "Powell's method tries many places; the peer follows slopes, in compiled code on all cores"


def head(shape: tuple[int, ...], matrix: np.ndarray, inverted: bool, seed: int) -> np.ndarray:
    """Return ellipsoids moved by a matrix, with noise; inverted stands for another modality."""
    half = center_mm(shape, 1.0)
    grid = np.moveaxis(np.indices(shape), 0, -1)
    points = (transforms.apply(transforms.invert(matrix), grid) - half) / half
    image = np.zeros(shape)
    parts = [(0.0, 0.0, 0.75, 0.62, 100), (0.0, 0.0, 0.62, 0.5, 40), (0.1, -0.18, 0.3, 0.1, 90)]
    parts += [(0.08, 0.2, 0.26, 0.1, 90), (-0.35, 0.1, 0.2, 0.25, 60), (0.3, 0.3, 0.12, 0.1, 10)]
    for y, x, radius_y, radius_x, value in parts:
        center = np.array([0.05, y, x])[-len(shape) :]
        radii = np.array([radius_y, radius_y, radius_x])[-len(shape) :]
        beyond = (np.linalg.norm((points - center) / radii, axis=-1) - 1) * min(radii) * half[0]
        inside = 1 / (1 + np.exp(np.clip(2.5 * beyond, -50, 50)))
        image += inside * (value - image)
    if inverted:
        image = 3 * (110 - image) * (image > 5)
    noise = np.random.default_rng(seed).normal(0, 2, shape)
    return (image + noise).astype(np.float32)


def target_error(pull: Callable[[np.ndarray], np.ndarray], truth: np.ndarray) -> float:
    """Return the mean error over the head, in voxels; `pull` leads from fixed to moving."""
    axes = len(truth) - 1
    half = center_mm((256, 256) if axes == 2 else (64, 64, 64), 1.0)
    ball = np.stack(np.meshgrid(*[np.linspace(-0.6, 0.6, 5)] * axes), axis=-1).reshape(-1, axes)
    places = half + half * ball
    expected = transforms.apply(transforms.invert(truth), places)
    found = np.array([pull(place) for place in places])
    return float(np.linalg.norm(found - expected, axis=1).mean())


def by_simpleitk(fixed: np.ndarray, moving: np.ndarray, cost: str) -> sitk.Transform:
    """Register with SimpleITK."""
    images = [sitk.GetImageFromArray(image) for image in (fixed, moving)]
    method = sitk.ImageRegistrationMethod()
    if cost == "ssd":
        method.SetMetricAsMeanSquares()
    elif cost == "ncc":
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMattesMutualInformation(32)
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(min(1.0, 8000 / fixed.size * 2), seed=1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0,
        minStep=1e-4,
        numberOfIterations=100,
        relaxationFactor=0.7,
        gradientMagnitudeTolerance=1e-8,
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    kind = sitk.Euler2DTransform() if fixed.ndim == 2 else sitk.Euler3DTransform()
    kind.SetCenter(center_mm(fixed.shape, 1.0)[::-1])
    method.SetInitialTransform(kind, inPlace=False)
    return method.Execute(*images)


def registration_pair(shape: tuple[int, ...], cost: str, goal: float, why: str = "") -> Pair:
    """Return one row: the same images through both."""
    turns = 8 if len(shape) == 2 else [6, -4, 5]
    offset = np.array([3.0, -5.0, 4.0])[-len(shape) :] * (shape[0] / 128)
    truth = rotations.rigid(turns, offset, center_mm(shape, 1.0))
    fixed = head(shape, truth, cost == "nmi", 1)
    moving = head(shape, np.eye(len(shape) + 1), False, 2)

    def ours() -> float:
        found = registration.register(fixed, moving, 1.0, cost, resolutions_mm=LEVELS[len(shape)])
        return target_error(partial(transforms.apply, transforms.invert(found.transform)), truth)

    def peer() -> float:
        found = by_simpleitk(fixed, moving, cost)
        return target_error(lambda place: found.TransformPoint(place[::-1])[::-1], truth)

    side = " x ".join(map(str, shape))
    return Pair(
        f"rigid registration {cost}",
        f"sitk, 3 levels (error {peer():.3f})",
        side,
        ours,
        peer,
        goal,
        tolerance=0.2,
        difference=lambda error, _: error,
        why=why,
    )


def pairs() -> list[Pair]:
    """Return the rows of the table."""
    rng = np.random.default_rng(1)
    first = rng.normal(size=(128,) * 3).astype(np.float32)
    second = (first + rng.normal(size=first.shape)).astype(np.float32)
    flat = first.ravel(), second.ravel()
    measures = [
        Pair(
            "joint histogram, 64 bins",
            "np.histogram2d",
            "128^3 f32",
            lambda: similarity.joint_histogram(first, second),
            lambda: np.histogram2d(*flat, bins=64)[0],
            goal=7,
            tolerance=16,  # counts, at the edges of bins
        ),
        Pair(
            "normalised mutual information",
            "skimage",
            "128^3 f32, 100 bins",
            lambda: similarity.normalized_mutual_information(
                similarity.joint_histogram(first, second, 100)
            ),
            lambda: metrics.normalized_mutual_information(first, second, bins=100),
            goal=8,
            tolerance=1e-5,
        ),
        Pair(
            "SSD",
            "skimage MSE",
            "128^3 f32",
            lambda: similarity.ssd(first, second) / first.size,
            lambda: metrics.mean_squared_error(first, second),
            goal=4,
            tolerance=1e-6,
            why="both read 16 MB once and the peer works in float32 too; adding in blocks of "
            "16384 saves its temporary image, which is all there is to save",
        ),
        Pair(
            "NCC",
            "np.corrcoef",
            "128^3 f32",
            lambda: similarity.ncc(first, second),
            lambda: np.corrcoef(*flat)[0, 1],
            goal=2.5,
            tolerance=1e-6,
        ),
    ]
    registrations = [
        registration_pair((256, 256), "ssd", 8),
        registration_pair((256, 256), "ncc", 8),
        registration_pair((64, 64, 64), "ssd", 6),
        registration_pair((64, 64, 64), "ncc", 6),
        registration_pair((256, 256), "nmi", 2, SLOPES),
        registration_pair((64, 64, 64), "nmi", 2, f"{SLOPES}, and ends farther away"),
    ]
    return measures + registrations


def main() -> int:
    """Print the tables."""
    status = run("Similarity and registration", pairs())

    def measuring(side: int) -> Callable[[], np.ndarray]:
        images = np.random.default_rng(1).normal(size=(2, side, side, side)).astype(np.float32)
        return lambda: similarity.joint_histogram(*images)

    def registering(side: int) -> Callable[[], registration.Registration]:
        shape = (side,) * 3
        truth = rotations.rigid([6, -4, 5], [2, -3, 2], center_mm(shape, 1.0))
        images = head(shape, truth, False, 1), head(shape, np.eye(4), False, 2)
        return lambda: registration.register(*images, 1.0, "ssd", resolutions_mm=LEVELS[3])

    growth("joint histogram", (64, 96, 128), measuring)
    growth("rigid registration, SSD", (48, 64, 96), registering)
    return status


if __name__ == "__main__":
    sys.exit(main())
