"""Topic 02 against its peers: CT windows, scales and stretches, and the widgets' redraw.

Both sides give the same thing, rounded grey values as bytes included. Where a grey value is an
exact half, ours goes up and the peers' goes to the even neighbour: a difference of 1.
"""

import sys
from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
from _pairs import Pair, durations, run
from numpy.typing import NDArray
from skimage import exposure

from course_lib.data import datasets, templates
from course_lib.display import ct_figures, mr_figures
from course_lib.imaging import model_scaling, normalization, windowing

REDRAW_GOAL_MS = 200.0
WINDOW = (-150, 250)
KNOTS, VALUES = [-1000, -100, 100, 2000], [0, 0.2, 0.8, 1]


def pairs() -> list[Pair]:
    """Return what is compared, on a real CT and on volumes of 128^3."""
    head = datasets.ct_head().values
    head32 = head.astype(np.float32)
    rng = np.random.default_rng(0)
    volume = rng.uniform(-1000, 2000, (128,) * 3).astype(np.float32)
    stored = volume.astype(np.int16)
    mr = templates.mni152("t1").values[32:160].astype(np.float32)
    itk_volume, itk_mr = sitk.GetImageFromArray(volume), sitk.GetImageFromArray(mr)
    slices = " x ".join(map(str, mr.shape)) + " f32"
    return [
        Pair(
            "CT window",
            "skimage rescale_intensity",
            "512^2 int16",
            lambda: windowing.ct_window(head, *WINDOW),
            lambda: _skimage_window(head),
            goal=2.5,
            tolerance=1,
        ),
        Pair(
            "CT window",
            "skimage rescale_intensity",
            "512^2 f32",
            lambda: windowing.ct_window(head32, *WINDOW),
            lambda: _skimage_window(head32),
            goal=None,
            tolerance=1,
        ),
        Pair(
            "CT window",
            "sitk IntensityWindowing",
            "128^3 f32",
            lambda: windowing.ct_window(volume, *WINDOW),
            lambda: _bytes(
                sitk.GetArrayFromImage(sitk.IntensityWindowing(itk_volume, *WINDOW, 0, 255))
            ),
            goal=5,
            tolerance=1,
            why="SimpleITK works on all cores, ours on one; with one core each the goal is reached",
        ),
        Pair(
            "piecewise stretch",
            "np.interp",
            "128^3 int16",
            lambda: model_scaling.stretch_piecewise(stored, KNOTS, VALUES),
            lambda: np.interp(stored, KNOTS, VALUES),
            goal=2.5,
            tolerance=1e-6,
        ),
        Pair(
            "stretch",
            "skimage rescale_intensity",
            slices,
            lambda: normalization.stretch(mr, 20, 230),
            lambda: exposure.rescale_intensity(mr, in_range=(20, 230), out_range=(0.0, 1.0)),
            goal=None,
            tolerance=1e-6,
        ),
        Pair(
            "z-score",
            "sitk Normalize (n - 1)",
            slices,
            lambda: normalization.z_score(mr),
            lambda: sitk.GetArrayFromImage(sitk.Normalize(itk_mr)),
            goal=None,
            tolerance=1e-5,
        ),
    ]


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
    """Print both tables."""
    status = run("Intensity normalization", pairs())
    durations("Redraw of the widgets of topic 02", redraws(), REDRAW_GOAL_MS)
    return status


def _bytes(grey: NDArray) -> NDArray[np.uint8]:
    """Round grey values to bytes, as a screen needs them."""
    return np.rint(grey).astype(np.uint8)


def _skimage_window(hu: NDArray) -> NDArray[np.uint8]:
    """Show a window with scikit-image."""
    return _bytes(exposure.rescale_intensity(hu, in_range=WINDOW, out_range=(0.0, 255.0)))


if __name__ == "__main__":
    sys.exit(main())
