"""Speed of lesion tracking against scikit-image and SimpleITK, and of the fit of lines."""

import sys
from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, growth, run
from scipy import ndimage
from skimage import measure
from skimage.metrics import contingency_table

from course_lib.imaging import components, lesion_fates, lines, tracking
from course_lib.imaging.rotations import rigid

SIDE, RADIUS_SHARE = 128, 0.045


def lesions(side: int, seed: int, count: int = 40) -> np.ndarray:
    """Return numbered balls, as lesions lie in white matter: few of all voxels."""
    rng = np.random.default_rng(seed)
    volume = np.zeros((side,) * 3, np.int32)
    centres = np.random.default_rng(0).uniform(0.1, 0.9, (count, 3)) * side
    centres += rng.normal(0, 0.01 * side, centres.shape)
    axes = np.ogrid[:side, :side, :side]
    for number, centre in enumerate(centres, start=1):
        square = sum((axis - c) ** 2 for axis, c in zip(axes, centre, strict=True))
        volume[square < (RADIUS_SHARE * side) ** 2] = number
    return volume


def everywhere(side: int, seed: int) -> np.ndarray:
    """Return regions that leave no background, as a parcellation does."""
    noise = np.random.default_rng(seed).normal(size=(side,) * 3)
    smooth = ndimage.gaussian_filter(noise, 4)
    return 1 + np.digitize(smooth, np.quantile(smooth, np.linspace(0, 1, 40)[1:-1])).astype(
        np.int32
    )


def labelled_by_simpleitk(mask: np.ndarray, least: int) -> np.ndarray:
    """Give components numbers and leave out small ones."""
    found = sitk.ConnectedComponent(sitk.GetImageFromArray(mask), True)
    return sitk.GetArrayFromImage(sitk.RelabelComponent(found, least, sortByObjectSize=False))


def labelled_by_skimage(mask: np.ndarray, least: int) -> np.ndarray:
    """Give components numbers and leave out small ones."""
    labels = measure.label(mask, connectivity=3)
    kept = np.bincount(labels.ravel()) >= least
    kept[0] = False
    return (np.cumsum(kept) * kept)[labels]


def areas(labels: np.ndarray) -> list[float]:
    """Return the volumes of all lesions in ml from scikit-image."""
    return [region.area / 1000 for region in measure.regionprops(labels)]


def warped_back_by_simpleitk(labels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Read each voxel of the result where the matrix leads."""
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(matrix[2::-1, 2::-1].ravel())
    transform.SetTranslation(matrix[2::-1, 3])
    image = sitk.GetImageFromArray(labels)
    back = sitk.Resample(image, image, transform, sitk.sitkNearestNeighbor, 0.0)
    return sitk.GetArrayFromImage(back)


def different_share(ours: np.ndarray, peer: np.ndarray) -> float:
    """Return the share of voxels that differ."""
    return float(np.mean(ours != peer))


def pairs() -> list[Pair]:
    """Return the rows of the table."""
    before, after = lesions(SIDE, 1), lesions(SIDE, 2)
    regions, others = everywhere(SIDE, 1), everywhere(SIDE, 2)
    mask = before > 0
    mask |= np.random.default_rng(3).random(mask.shape) < 2e-4  # specks, to be left out
    bytes_ = mask.astype(np.uint8)
    matrix = rigid([4, -3, 2], [2, -3, 1], [SIDE / 2] * 3)
    points = np.random.default_rng(4).normal(size=(40, 2)) * [9, 1]
    size = f"{SIDE}^3 int32, 40 lesions"
    return [
        Pair(
            "lesion overlap matrix",
            "skimage contingency_table",
            size,
            lambda: lesion_fates.overlap_table(before, after),
            lambda: contingency_table(before, after).toarray(),
            goal=20,
            tolerance=0,
        ),
        Pair(
            "overlap matrix without background",
            "skimage contingency_table",
            f"{SIDE}^3 int32, 39 regions",
            lambda: lesion_fates.overlap_table(regions, others),
            lambda: contingency_table(regions, others).toarray(),
            goal=4,
            tolerance=0,
        ),
        Pair(
            "components of at least 10 voxels",
            "skimage label, bincount",
            f"{SIDE}^3 bool",
            lambda: components.connected_components(mask, 10.0, least_ml=10),
            lambda: labelled_by_skimage(mask, 10),
            goal=1,
            tolerance=0,
        ),
        Pair(
            "components of at least 10 voxels",
            "sitk ConnectedComponent, RelabelComponent",
            f"{SIDE}^3 bool",
            lambda: components.connected_components(mask, 10.0, least_ml=10),
            lambda: labelled_by_simpleitk(bytes_, 10),
            goal=1,
            tolerance=0,
            why="scipy.ndimage.label takes nearly all of the time; SimpleITK joins whole runs of "
            "voxels at once",
        ),
        Pair(
            "volumes of all lesions",
            "skimage regionprops",
            size,
            lambda: list(components.volumes_ml(before, 1.0).values()),
            lambda: areas(before),
            goal=1,
            tolerance=1e-12,
        ),
        Pair(
            "lesions carried back, nearest",
            "sitk Resample",
            size,
            lambda: tracking.carry_back(before, matrix, 1.0),
            lambda: warped_back_by_simpleitk(before, matrix),
            goal=0.5,
            tolerance=1e-4,
            difference=different_share,
        ),
        Pair(
            "line through points",
            "skimage LineModelND",
            "40 points",
            lambda: abs(lines.fit_line(points).direction),
            lambda: abs(measure.LineModelND.from_estimate(points).direction),
            goal=1,
            tolerance=1e-9,
            why="both solve one small SVD in 0.03 ms; ours also checks and orients",
        ),
    ]


def main() -> int:
    """Print the tables."""
    status = run("Lesion tracking and detection", pairs())

    def counting(side: int) -> Callable[[], object]:
        before, after = lesions(side, 1), lesions(side, 2)
        return lambda: lesion_fates.overlap_table(before, after)

    def following(side: int) -> Callable[[], object]:
        visits = [lesions(side, seed) for seed in range(1, 5)]
        return lambda: tracking.track_lesions(visits, 1.0)

    growth("lesion overlap matrix", (64, 96, 128), counting)
    growth("lesions over four visits", (64, 96, 128), following)
    return status


if __name__ == "__main__":
    sys.exit(main())
