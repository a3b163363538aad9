"""Topic 01 against its peers: rescaling, run lengths, labels, outlines, and the widgets' redraw.

Rows without a goal are there to be known: SimpleITK also reads the header as a whole, and
find_contours finds another outline, of which only the enclosed area is compared.
"""

import sys
from collections.abc import Callable
from itertools import groupby

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, durations, run
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut
from skimage.measure import find_contours
from skimage.segmentation import relabel_sequential

from course_lib.data import datasets
from course_lib.data.dicom import read_ct
from course_lib.display import outline_figures, pet_figures, storage_figures
from course_lib.imaging.compression import compress_labels
from course_lib.imaging.outlines import trace
from course_lib.imaging.rescaling import rescale
from course_lib.imaging.run_lengths import run_lengths

REDRAW_GOAL_MS = 200.0


def pairs() -> list[Pair]:
    """Return what is compared, on real images and on volumes of 128^3."""
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 4096, (128,) * 3).astype(np.int16)
    header = Dataset()
    header.RescaleSlope, header.RescaleIntercept = "1", "-1024"
    mask = datasets.ct_head().values > -300
    labels = rng.choice([0, 57, 204, 1003, 4000], (128,) * 3).astype(np.int32)
    liver = datasets.liver_mask().values
    spine = str(datasets.path("ct_spine"))
    return [
        Pair(
            "rescale to float32",
            "pydicom apply_modality_lut",
            "128^3 int16",
            lambda: rescale(stored, 1.0, -1024.0, np.float32),
            lambda: apply_modality_lut(stored, header),
            goal=2,
            tolerance=0,
        ),
        Pair(
            "rescale to float64",
            "pydicom apply_modality_lut",
            "128^3 int16",
            lambda: rescale(stored, 1.0, -1024.0),
            lambda: apply_modality_lut(stored, header),
            goal=None,
            tolerance=0,
        ),
        Pair(
            "run lengths",
            "itertools.groupby",
            "512^2 mask",
            lambda: np.array(run_lengths(mask)),
            lambda: _grouped(mask),
            goal=30,
            tolerance=0,
        ),
        Pair(
            "label compression",
            "skimage relabel_sequential",
            "128^3 int32",
            lambda: compress_labels(labels)[0],
            lambda: relabel_sequential(labels)[0],
            goal=2,
            tolerance=0,
        ),
        Pair(
            "read a CT",
            "sitk ReadImage",
            "128^2 DICOM",
            lambda: read_ct(spine).hu,
            lambda: sitk.GetArrayFromImage(sitk.ReadImage(spine))[0],
            goal=None,
            tolerance=0,
        ),
        Pair(
            "outlines",
            "skimage find_contours",
            "512^2 mask",
            lambda: np.array(sum(map(_area, trace(liver)))),
            lambda: np.array(sum(map(_area, find_contours(liver, 0.5)))),
            goal=None,
            tolerance=10,  # pixels of area
        ),
    ]


def redraws() -> dict[str, Callable[[], object]]:
    """Return one redraw of each widget."""
    head, spine = storage_figures.IMAGES
    liver, _ = outline_figures.REGIONS
    return {
        "slope and intercept": lambda: storage_figures.draw_storage(
            spine, (0, 255), 8.0, -1024, "is clipped"
        ),
        "outline tolerance": lambda: outline_figures.draw_simplified(liver, 2.0, True),
        "bytes of a CT": lambda: storage_figures.draw_bytes(head, -300, 8),
        "PET slopes": lambda: pet_figures.draw_pet("int16"),
    }


def main() -> int:
    """Print both tables."""
    status = run("Compression and DICOM", pairs())
    durations("Redraw of the widgets of topic 01", redraws(), REDRAW_GOAL_MS)
    return status


def _grouped(mask: NDArray) -> NDArray:
    """Run-length code with the standard library."""
    runs = [(value, sum(1 for _ in run)) for value, run in groupby(mask.ravel().tolist())]
    return np.array(list(zip(*runs, strict=True)))


def _area(points: NDArray) -> float:
    """Return the area that a polygon encloses, with its sign."""
    x, y = points.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


if __name__ == "__main__":
    sys.exit(main())
