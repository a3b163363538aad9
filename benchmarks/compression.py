"""Topic 01 against its peers: rescaling, run lengths, labels, outlines, and the widgets' redraw.

Each pair runs in this process, one call of ours and one of theirs in turn, so that both meet the
same disturbances. The ratio is the median of theirs / ours: above 1, ours is faster. Beside it
stand the goal and the largest difference between the two results. Rows without a goal are there
to be known: SimpleITK also reads the header as a whole, and find_contours finds another outline,
of which only the enclosed area is compared.

Run ``python benchmarks/compression.py``; it exits with 1 if a ratio or a redraw misses its goal.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_library, "1")  # before numpy is loaded

import numpy as np  # noqa: E402 - after the environment is set
import SimpleITK as sitk  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from pydicom.dataset import Dataset  # noqa: E402
from pydicom.pixels import apply_modality_lut  # noqa: E402
from skimage.measure import find_contours  # noqa: E402
from skimage.segmentation import relabel_sequential  # noqa: E402

from course_lib.data import datasets  # noqa: E402
from course_lib.data.dicom import read_ct  # noqa: E402
from course_lib.display import outline_figures, pet_figures, storage_figures  # noqa: E402
from course_lib.imaging.compression import compress_labels  # noqa: E402
from course_lib.imaging.outlines import trace  # noqa: E402
from course_lib.imaging.rescaling import rescale  # noqa: E402
from course_lib.imaging.run_lengths import run_lengths  # noqa: E402

REDRAW_GOAL_MS = 200.0


@dataclass(frozen=True)
class Pair:
    """Two ways to the same result, and how many times faster ours should be."""

    name: str
    ours: Callable[[], NDArray]
    theirs: Callable[[], NDArray]
    goal: float | None = None


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
            "rescale float32, pydicom, 128^3 int16",
            lambda: rescale(stored, 1.0, -1024.0, np.float32),
            lambda: apply_modality_lut(stored, header),
            2.0,
        ),
        Pair(
            "rescale float64, pydicom, 128^3 int16",
            lambda: rescale(stored, 1.0, -1024.0),
            lambda: apply_modality_lut(stored, header),
        ),
        Pair(
            "run lengths, itertools.groupby, 512^2 mask",
            lambda: np.array(run_lengths(mask)),
            lambda: _grouped(mask),
            30.0,
        ),
        Pair(
            "labels, skimage relabel_sequential, 128^3",
            lambda: compress_labels(labels)[0],
            lambda: relabel_sequential(labels)[0],
            2.0,
        ),
        Pair(
            "read a CT, SimpleITK, 128^2",
            lambda: read_ct(spine).hu,
            lambda: sitk.GetArrayFromImage(sitk.ReadImage(spine))[0],
        ),
        Pair(
            "outlines, skimage find_contours, 512^2",
            lambda: np.array(sum(map(_area, trace(liver)))),
            lambda: np.array(sum(map(_area, find_contours(liver, 0.5)))),
        ),
    ]


def measure(pair: Pair, repeats: int) -> tuple[float, float, float]:
    """Return the median ratio, our median time in ms, and the largest difference."""
    apart = float(np.abs(np.asarray(pair.ours(), dtype=float) - pair.theirs()).max())
    times = [(_seconds(pair.ours), _seconds(pair.theirs)) for _ in range(repeats)]
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    return ratio, 1000 * statistics.median(ours for ours, _ in times), apart


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
    """Print both tables; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure topic 01 against its peers.")
    parser.add_argument("--repeats", type=int, default=31, help="pairs per row (default: 31)")
    repeats = parser.parse_args().repeats
    missed = 0
    print(
        f"{'function, peer, size':<44} {'ratio':>6} {'goal':>5} {'ours ms':>8} {'difference':>11}"
    )
    for pair in pairs():
        ratio, own_ms, apart = measure(pair, repeats)
        goal = "" if pair.goal is None else f"{pair.goal:g}"
        missed += pair.goal is not None and ratio < pair.goal
        print(f"{pair.name:<44} {ratio:6.1f} {goal:>5} {own_ms:8.2f} {apart:11.3g}")
    print(f"\n{'redraw of a widget':<44} {'ms':>6} {'goal':>5}")
    for name, draw in redraws().items():
        draw()
        took = 1000 * statistics.median(_seconds(draw) for _ in range(9))
        missed += took > REDRAW_GOAL_MS
        print(f"{name:<44} {took:6.0f} {REDRAW_GOAL_MS:5g}")
    print(f"{missed} of the goals missed" if missed else "all goals reached")
    return 1 if missed else 0


def _grouped(mask: NDArray) -> NDArray:
    """Run-length code with the standard library."""
    runs = [(value, sum(1 for _ in run)) for value, run in groupby(mask.ravel().tolist())]
    return np.array(list(zip(*runs, strict=True)))


def _area(points: NDArray) -> float:
    """Return the area that a polygon encloses, with its sign."""
    x, y = points.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _seconds(function: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
