"""Topic 02 against its peers: CT windows, scales and stretches, and the widgets' redraw.

Each pair runs in this process, one call of ours and one of theirs in turn, so that both meet the
same disturbances. The ratio is the median of theirs / ours: above 1, ours is faster. Beside it
stand the goal and the largest difference between the two results; both sides give the same thing,
rounded grey values as bytes included. Where a grey value is an exact half, ours goes up and the
peers' goes to the even neighbour: a difference of 1. A row without a goal is for information.

Run ``python benchmarks/normalization.py``; it exits with 1 if a ratio or a redraw misses its goal.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_library, "1")  # before numpy is loaded

import numpy as np  # noqa: E402 - after the environment is set
import SimpleITK as sitk  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from skimage import exposure  # noqa: E402

from course_lib.data import datasets, templates  # noqa: E402
from course_lib.display import ct_figures, mr_figures  # noqa: E402
from course_lib.imaging import model_scaling, normalization, windowing  # noqa: E402

REDRAW_GOAL_MS = 200.0
WINDOW = (-150, 250)
KNOTS, VALUES = [-1000, -100, 100, 2000], [0, 0.2, 0.8, 1]


@dataclass(frozen=True)
class Pair:
    """Two ways to the same result, and how many times faster ours should be."""

    name: str
    ours: Callable[[], NDArray]
    theirs: Callable[[], NDArray]
    goal: float | None = None


def pairs() -> list[Pair]:
    """Return what is compared, on a real CT and on volumes of 128^3."""
    head = datasets.ct_head().values
    head32 = head.astype(np.float32)
    rng = np.random.default_rng(0)
    volume = rng.uniform(-1000, 2000, (128,) * 3).astype(np.float32)
    stored = volume.astype(np.int16)
    mr = templates.mni152("t1").values[32:160].astype(np.float32)
    itk_volume, itk_mr = sitk.GetImageFromArray(volume), sitk.GetImageFromArray(mr)
    return [
        Pair(
            "CT window, skimage, 512^2 int16",
            lambda: windowing.ct_window(head, *WINDOW),
            lambda: _skimage_window(head),
            2.5,
        ),
        Pair(
            "CT window, skimage, 512^2 float32",
            lambda: windowing.ct_window(head32, *WINDOW),
            lambda: _skimage_window(head32),
        ),
        Pair(
            "CT window, SimpleITK, 128^3 float32",
            lambda: windowing.ct_window(volume, *WINDOW),
            lambda: _bytes(
                sitk.GetArrayFromImage(sitk.IntensityWindowing(itk_volume, *WINDOW, 0, 255))
            ),
            5.0,
        ),
        Pair(
            "piecewise stretch, np.interp, 128^3 int16",
            lambda: model_scaling.stretch_piecewise(stored, KNOTS, VALUES),
            lambda: np.interp(stored, KNOTS, VALUES),
            2.5,
        ),
        Pair(
            "stretch, skimage, 128 slices float32",
            lambda: normalization.stretch(mr, 20, 230),
            lambda: exposure.rescale_intensity(mr, in_range=(20, 230), out_range=(0.0, 1.0)),
        ),
        Pair(
            "z-score, SimpleITK (n - 1), 128 slices",
            lambda: normalization.z_score(mr),
            lambda: sitk.GetArrayFromImage(sitk.Normalize(itk_mr)),
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
    return {
        "two patients": lambda: mr_figures.draw_patients("min-max"),
        "bright lesion": lambda: mr_figures.draw_lesion(4.0, 8),
        "window and level": lambda: ct_figures.draw_window(-150, 250),
        "stretched scale": lambda: ct_figures.draw_scale(-100, 100, 0.6, 2000),
        "augmentations": lambda: mr_figures.draw_augmentations("gamma", 1),
    }


def main() -> int:
    """Print both tables; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure topic 02 against its peers.")
    parser.add_argument("--repeats", type=int, default=31, help="pairs per row (default: 31)")
    repeats = parser.parse_args().repeats
    missed = 0
    print(
        f"{'function, peer, size':<44} {'ratio':>6} {'goal':>5} {'ours ms':>8} {'difference':>11}"
    )
    for pair in pairs():
        ratio, ours_ms, apart = measure(pair, repeats)
        missed += pair.goal is not None and ratio < pair.goal
        goal = "" if pair.goal is None else f"{pair.goal:g}"
        print(f"{pair.name:<44} {ratio:6.1f} {goal:>5} {ours_ms:8.2f} {apart:11.1e}")
    print(f"\n{'redraw of a widget':<44} {'ms':>6} {'goal':>5}")
    for name, draw in redraws().items():
        draw()
        taken = 1000 * statistics.median(_seconds(draw) for _ in range(9))
        missed += taken > REDRAW_GOAL_MS
        print(f"{name:<44} {taken:6.0f} {REDRAW_GOAL_MS:5g}")
    print(f"{missed} goals missed" if missed else "all goals met")
    return 1 if missed else 0


def _seconds(call: Callable[[], object]) -> float:
    """Return the time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _bytes(grey: NDArray) -> NDArray[np.uint8]:
    """Round grey values to bytes, as a screen needs them."""
    return np.rint(grey).astype(np.uint8)


def _skimage_window(hu: NDArray) -> NDArray[np.uint8]:
    """Show a window with scikit-image."""
    return _bytes(exposure.rescale_intensity(hu, in_range=WINDOW, out_range=(0.0, 255.0)))


if __name__ == "__main__":
    sys.exit(main())
