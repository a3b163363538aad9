"""The libraries that students' code may need, imported once before any submission."""

import contextlib
import importlib
import os

# Set when the process starts: one that has run two threads is not safe to fork.
ONE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "LOKY_MAX_CPU_COUNT",
    )
}  # fmt: skip
LIBRARIES = (
    "numpy", "numpy.testing",
    "scipy.fft", "scipy.integrate", "scipy.interpolate", "scipy.linalg", "scipy.ndimage",
    "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.spatial", "scipy.special",
    "scipy.stats",
    "matplotlib.pyplot", "matplotlib_inline.backend_inline", "matplotlib.backends.backend_agg",
    "skimage.color", "skimage.data", "skimage.draw", "skimage.exposure", "skimage.feature",
    "skimage.filters", "skimage.graph", "skimage.io", "skimage.measure", "skimage.metrics",
    "skimage.morphology", "skimage.registration", "skimage.segmentation", "skimage.transform",
    "skimage.util",
    "sklearn.cluster", "sklearn.decomposition", "sklearn.ensemble", "sklearn.linear_model",
    "sklearn.metrics", "sklearn.mixture", "sklearn.model_selection", "sklearn.neighbors",
    "sklearn.neural_network", "sklearn.pipeline", "sklearn.preprocessing", "sklearn.svm",
    "sklearn.tree",
    "SimpleITK", "pydicom", "pydicom.pixels", "nibabel", "PIL.Image", "joblib", "ipywidgets",
)  # fmt: skip


def load() -> None:
    """Import what is installed.

    Whatever is missing fails in the student's own cell, with the error that belongs there.
    """
    os.environ.setdefault("MPLBACKEND", "agg")
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
