"""Speed of local similarity, fusion by rank and votes beside the peers, and how time grows.

Images and labels are smooth random fields; every atlas is the first field with another one added,
so that neighbours agree and borders differ, as in segmentations of one organ.
"""

import sys
from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from scipy import ndimage, stats
from skimage.metrics import structural_similarity

from course_lib.imaging.atlases import fuse_by_rank, rank_fusion
from course_lib.imaging.label_fusion import majority_vote
from course_lib.imaging.local_similarity import local_mean, local_ncc

PATCH, UNDECIDED = 9, 255


def field(side: int, sigma: float, seed: int) -> np.ndarray:
    """Return smooth noise of deviation 1."""
    noise = np.random.default_rng(seed).normal(size=(side,) * 3).astype(np.float32)
    smooth = ndimage.gaussian_filter(noise, sigma)
    return smooth / smooth.std()


def alike(side: int, count: int, sigma: float, noise: float = 0.3) -> np.ndarray:
    """Return images that differ a little from each other."""
    base = field(side, sigma, 0)
    return np.stack([base + noise * field(side, sigma, seed) for seed in range(1, count + 1)])


def segmentations(side: int, count: int) -> np.ndarray:
    """Return labels 0 to 8; atlases differ in about a fifth, as those of the phantom do."""
    return np.digitize(alike(side, count, 4.0, 0.06), np.linspace(-2, 2, 8)).astype(np.uint8)


def ssim_map(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return structural similarity, with constants too small to matter."""
    _, similarity = structural_similarity(
        first, second, win_size=PATCH, data_range=1.0, K1=1e-6, K2=1e-6,
        use_sample_covariance=False, full=True,
    )  # fmt: skip
    return similarity


def by_sorting(similarities: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Fuse as numpy's users do: sort twice, weigh all at once."""
    ranks = (-similarities).argsort(axis=0, kind="stable").argsort(axis=0)
    weights = np.exp(-0.5 * ranks)
    return (weights * images).sum(axis=0) / weights.sum(axis=0)


def by_label_voting(labels: np.ndarray) -> np.ndarray:
    """Vote with SimpleITK."""
    images = [sitk.GetImageFromArray(label) for label in labels]
    return sitk.GetArrayFromImage(sitk.LabelVoting(images, UNDECIDED))


def similarity_pairs() -> list[Pair]:
    """Return the rows on local similarity."""
    first, second = alike(96, 2, 1.5) + 10
    fixed, moving = sitk.GetImageFromArray(first), sitk.GetImageFromArray(second)
    ants = sitk.ImageRegistrationMethod()
    ants.SetMetricAsANTSNeighborhoodCorrelation(PATCH // 2)
    ants.SetInitialTransform(sitk.TranslationTransform(3))

    def as_ssim(ncc: np.ndarray) -> np.ndarray:
        """Turn a correlation into structural similarity: times two terms of means and spread."""
        means = [local_mean(image.astype(np.float64), PATCH) for image in (first, second)]
        squares = [local_mean(image.astype(np.float64) ** 2, PATCH) for image in (first, second)]
        variances = [square - mean**2 for square, mean in zip(squares, means, strict=True)]
        luminance = 2 * means[0] * means[1] / (means[0] ** 2 + means[1] ** 2)
        return ncc * luminance * 2 * np.sqrt(variances[0] * variances[1]) / sum(variances)

    return [
        Pair(
            f"local NCC map, {PATCH}^3",
            "sitk ANTS correlation",
            "96^3 f32",
            lambda: local_ncc(first, second, PATCH),
            lambda: ants.MetricEvaluate(fixed, moving),
            goal=40,
            tolerance=0.01,  # the peer returns the mean only, and cuts patches at the border
            difference=lambda ours, peer: abs(float((ours**2).mean()) + peer),
        ),
        Pair(
            f"local NCC map, {PATCH}^3",
            "skimage SSIM",
            "96^3 f32",
            lambda: local_ncc(first, second, PATCH),
            lambda: ssim_map(first, second),
            goal=1,
            tolerance=2e-3,  # the peer subtracts squares near 100 in float32
            difference=lambda ours, peer: float(np.abs(as_ssim(ours) - peer).max()),
        ),
    ]


def fusion_pairs() -> list[Pair]:
    """Return the rows on fusion by rank and votes."""
    similarities = alike(96, 8, 1.5)
    cts = np.stack([np.rint(500 * field(96, 1.0, seed)) for seed in range(8)]).astype(np.int16)
    labels = segmentations(128, 5)
    random_labels = np.random.default_rng(0).integers(0, 9, labels.shape, dtype=np.uint8)
    rows = [
        Pair(
            "rank fusion",
            "argsort twice",
            "8 x 96^3",
            lambda: fuse_by_rank(similarities, cts),
            lambda: by_sorting(similarities, cts),
            goal=5,
            tolerance=1e-3,
        )
    ]
    share = float(np.mean((labels[1:] != labels[0]).any(axis=0)))
    for name, given, goals in [
        (f"{share:.0%} disputed", labels, (2, 10)),
        ("all disputed", random_labels, (None, None)),
    ]:
        rows += [
            Pair(
                f"majority vote, {name}",
                "sitk LabelVoting",
                "5 x 128^3",
                lambda given=given: majority_vote(given, undecided=UNDECIDED),
                lambda given=given: by_label_voting(given),
                goal=goals[0],
                tolerance=0,
            ),
            Pair(
                f"majority vote, {name}",
                "scipy mode",
                "5 x 128^3",
                lambda given=given: majority_vote(given),
                lambda given=given: stats.mode(given, axis=0).mode,
                goal=goals[1],
                tolerance=0,
            ),
        ]
    return rows


def main() -> int:
    """Print the tables."""
    status = run("Atlases", similarity_pairs() + fusion_pairs())

    def correlating(side: int) -> Callable[[], np.ndarray]:
        first, second = alike(side, 2, 1.5)
        return lambda: local_ncc(first, second, PATCH)

    def fusing(side: int) -> Callable[[], np.ndarray]:
        target, *images = alike(side, 9, 1.5)
        cts = [(1000 * image).astype(np.int16) for image in images]
        return lambda: rank_fusion(target, images, cts)

    def voting(side: int) -> Callable[[], np.ndarray]:
        labels = segmentations(side, 5)
        return lambda: majority_vote(labels)

    growth("local NCC map", (64, 96, 128), correlating)
    growth("rank fusion of 8 atlases", (64, 96, 128), fusing)
    growth("majority vote of 5 atlases", (64, 96, 128), voting)
    return status


if __name__ == "__main__":
    sys.exit(main())
