"""The six patients of topic 09: MR features and CT of their voxels, made once."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.imaging import edges, features, filters, mr_mapping, texture
from course_lib.imaging.feature_tables import normalize_columns
from course_lib.imaging.forests import Forest, fit_forest

SPACING_MM = 3.0
PATIENTS = (1, 2, 3, 4, 5, 6)
SHOWN = 2  # whom the widget shows
SHOWN_MM = -48.0  # through the sinuses and the base of the skull
NAMES = (
    "first echo", "second echo", "blurred", "gradient magnitude", "position y", "position x",
    "R2*", "LBP",
)  # fmt: skip
UNITS = ("a.u.", "a.u.", "a.u.", "a.u./mm", "", "", "1/s", "")
TREES = 40  # of the forest in the widget
_THINNED = 4  # it learns from every fourth row
_SLICES = 2  # above and below the shown one
_MARGIN = 2
_ROWS = 600  # of each patient
_FLOOR = 250.0  # of an echo, a.u.: below, it is noise
_LARGEST = 1500.0  # R2* in 1/s; air gives any number


@dataclass(frozen=True, eq=False)
class Voxels:
    """Voxels of several patients, as a table.

    Parameters
    ----------
    values : (N, F) float32 array
        One row for each voxel, one column for each of `NAMES`.
    hu : (N,) float64 array
        CT, the truth.
    patients : (N,) int array
        To whom each row belongs.
    """

    values: NDArray[np.float32]
    hu: NDArray[np.float64]
    patients: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Slice:
    """One axial slice of a patient, as table and as image.

    Parameters
    ----------
    values : (N, F) float32 array
        One row for each pixel of the head.
    ct : (Y, X) int16 array
        The truth in HU.
    labels : (Y, X) uint8 array
        True tissues.
    """

    values: NDArray[np.float32]
    ct: NDArray[np.int16]
    labels: NDArray[np.uint8]

    @property
    def body(self) -> NDArray[np.bool_]:
        """Where the head is, the air inside it included."""
        return self.labels > 0

    def as_image(self, hu: NDArray) -> NDArray[np.float64]:
        """Put one value per row back into the slice; outside is air."""
        return features.image_from_rows(np.asarray(hu, float), self.ct.shape, self.body, -1000.0)


@cache
def voxels(own_scale: bool = False) -> Voxels:
    """Draw voxels of the six patients, as many of each.

    Parameters
    ----------
    own_scale : bool
        Whether each patient's echoes are divided by their median in the head first.

    Examples
    --------
    >>> voxels().values.shape == (6 * 600, len(NAMES))
    True
    """
    tables, cts, rng = [], [], np.random.default_rng(9)
    for number in PATIENTS:
        images, ct, labels = _slab(number, own_scale)
        inside = labels > 0
        chosen = np.sort(rng.choice(np.count_nonzero(inside), _ROWS, replace=False))
        tables.append(features.stack_features(list(images.values()), inside)[chosen])
        cts.append(ct[inside][chosen].astype(float))
    return Voxels(
        np.concatenate(tables).astype(np.float32),
        np.concatenate(cts),
        np.repeat(PATIENTS, _ROWS),
    )


@cache
def shown_slice(patient: int, own_scale: bool = False, gain: float = 1.0) -> Slice:
    """Return the slice that the notebook shows, of any patient.

    Parameters
    ----------
    patient : int
        One of `PATIENTS`.
    own_scale : bool
        As in `voxels`.
    gain : float
        What another scanner multiplies the echoes by.

    Examples
    --------
    >>> shown_slice(4).ct.shape
    (85, 65)
    """
    slab, cts, tissues = _slab(patient, own_scale, gain)
    images = {name: image[_SLICES] for name, image in slab.items()}
    ct, labels = cts[_SLICES], tissues[_SLICES]
    table = features.stack_features(list(images.values()), labels > 0)
    return Slice(table.astype(np.float32), ct, labels)


@lru_cache(maxsize=16)
def shown_forest(columns: int, leaky: bool) -> Forest:
    """Grow the forest of the widget, from few rows, so that it follows its controls.

    Parameters
    ----------
    columns : int
        How many columns each tree sees.
    leaky : bool
        Whether it may learn from other voxels of the patient who is shown, `SHOWN`.

    Examples
    --------
    >>> len(shown_forest(4, False).trees) == TREES
    True
    """
    known = voxels()
    rows = np.arange(known.hu.size)[::_THINNED]
    if not leaky:
        others = np.flatnonzero(known.patients != SHOWN)
        rows = others[np.linspace(0, others.size - 1, rows.size).astype(int)]  # as many
    return fit_forest(
        known.values[rows], known.hu[rows], rng=np.random.default_rng(columns), trees=TREES,
        columns=columns, min_leaf=2,
    )  # fmt: skip


@cache
def scaled_columns() -> NDArray[np.floating]:
    """Return the table with every column scaled to 0..1, for figures of single features.

    Examples
    --------
    >>> float(scaled_columns().max())
    1.0
    """
    return normalize_columns(voxels().values, voxels().values)


@lru_cache(maxsize=32)
def _slab(
    number: int, own_scale: bool, gain: float = 1.0
) -> tuple[dict[str, NDArray], NDArray[np.int16], NDArray[np.uint8]]:
    """Return the features, the CT and the labels of some slices of a patient."""
    raw = _scans(number)
    first, second = gain * raw["ute1"], gain * raw["ute2"]
    rate = mr_mapping.r2star(first, second, phantom.Settings().echo_ms, gain * _FLOOR)
    if own_scale:
        first, second = (echo / np.median(echo[raw["labels"] > 0]) for echo in (first, second))
    images = {
        "first echo": first,
        "second echo": second,
        "blurred": filters.gaussian_blur(first, 4.0, SPACING_MM),
        "gradient magnitude": edges.gradient_magnitude(first, SPACING_MM),
        "position y": raw["y"],
        "position x": raw["x"],
        "R2*": np.clip(rate, 0, _LARGEST),
        "LBP": np.stack([texture.lbp_image(plane) for plane in first]),
    }
    inner = slice(_MARGIN, -_MARGIN)
    columns = {name: image[inner] for name, image in images.items()}
    return columns, raw["ct"][inner], raw["labels"][inner]


@cache
def _scans(number: int) -> dict[str, NDArray]:
    """Return some slices of a patient, with two more on either side for the filters."""
    head = phantom.subject(number, spacing_mm=SPACING_MM)
    middle = head.grid.nearest(0, SHOWN_MM)
    near = slice(middle - _SLICES - _MARGIN, middle + _SLICES + _MARGIN + 1)
    _, y, x = features.positions(head.ct.shape)
    scans = {"ute1": head.ute1, "ute2": head.ute2, "y": y, "x": x}
    cut = {name: scan[near].astype(np.float32) for name, scan in scans.items()}
    return cut | {"ct": head.ct[near].copy(), "labels": head.labels[near].copy()}
