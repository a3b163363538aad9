"""Inputs of topic 02: MR slices as different scanners would store them, and a real CT."""

import numpy as np
from numpy.typing import NDArray

from course_lib.data import datasets, templates
from course_lib.exercises.cases import Arguments, Case, drawn
from course_lib.imaging import model_scaling

# Slide 16: the knots from which its loss of 0.0105 follows.
KNOTS, VALUES = [-1000, -100, 100, 2000], [0.0, 0.2, 0.8, 1.0]

# What libraries offer for min-max scaling and z-normalisation: the exercises ask to write it.
SCALERS = (
    "scipy.stats.zmap", "scipy.stats.zscore", "skimage.exposure.rescale_intensity",
    "sklearn.preprocessing.MinMaxScaler", "sklearn.preprocessing.StandardScaler",
    "sklearn.preprocessing.minmax_scale", "sklearn.preprocessing.scale",
)  # fmt: skip


def scan(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice at 2 mm as some scanner would have stored it, with its brain mask."""
    height = rng.uniform(0, 30)
    image = templates.axial_slice("t1", height)[::2, ::2] * rng.uniform(0.5, 6)
    return image + rng.uniform(5, 50), templates.brain_mask(height)[::2, ::2]


def scan_alone(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice without its mask."""
    return scan(rng)[:1]


def scan_with_reference(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice and the region of its white matter."""
    height = rng.uniform(0, 30)
    image = templates.axial_slice("t1", height)[::2, ::2] * rng.uniform(0.5, 6)
    return image, templates.axial_slice("white", height)[::2, ::2] > 0.9


def head() -> NDArray[np.int16]:
    """Return a real CT of a head, every fourth pixel, in HU."""
    return datasets.ct_head().values[::4, ::4].copy()


def windowed_head(low: int, high: int) -> Case:
    """Make a case of the real CT in one window."""
    return drawn(f"a CT of a head in [{low}; {high}] HU", lambda rng: (head(), low, high))


def head_in_some_window(rng: np.random.Generator) -> Arguments:
    """Draw a window for the real CT."""
    low = int(rng.integers(-800, 200))
    return head(), low, low + int(rng.integers(80, 1800))


def true_and_predicted(rng: np.random.Generator) -> Arguments:
    """Draw a CT and a prediction of it that is wrong by 40 HU in the mean of a voxel."""
    true = head().astype(float)
    return true, true + rng.normal(0, 50, true.shape)


def head_on_some_scale(rng: np.random.Generator) -> Arguments:
    """Draw where soft tissue begins and ends on the scale of a model for the real CT."""
    low, high = int(rng.integers(-200, -50)), int(rng.integers(60, 250))
    return head(), [-1000, low, high, 2000], VALUES


def predicted_head(rng: np.random.Generator) -> Arguments:
    """Draw what a model might predict on the piecewise scale, some of it beyond 0..1."""
    scaled = model_scaling.stretch_piecewise(head().astype(float), KNOTS, VALUES)
    return scaled + rng.normal(0, 0.05, scaled.shape), KNOTS, VALUES


def normalized_scan(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice scaled to 0..1 and the seed of an augmentation."""
    image = templates.axial_slice("t1", rng.uniform(0, 30))[::4, ::4] / 255.0
    return image, int(rng.integers(1_000_000)), (0.8, 1.2), (-0.1, 0.1)
