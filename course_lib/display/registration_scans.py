"""Pairs of scans of one head that do not lie on each other, with the motion that was made."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.data import phantom
from course_lib.imaging import rotations, transforms
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.warping import warp

SPACING_MM = 2.0
HEIGHT_MM = 20.0  # of the axial slice, through the ventricles
ANSWER = (-7.0, -6.0, 12.0)  # turn in degrees, mm down and mm right that bring the scan back
CHECK_MM = 16.0  # side of a square of the checkerboard

Image = NDArray[np.floating]
Limits = tuple[float, float]


class Scan(NamedTuple):
    """One image on the grid of the slice, with what is needed to show it."""

    image: Image
    unit: str
    limits: Limits
    outside: float
    name: str


class Pair(NamedTuple):
    """Two scans of one slice that lie exactly on each other."""

    fixed: Scan
    moving: Scan


PAIRS = (
    "MR today, and MR of a year ago",
    "MR, and MR of another scanner",
    "MR and CT",
)


@cache
def pair(name: str) -> Pair:
    """Return two scans of the slice, not yet moved.

    Parameters
    ----------
    name : str
        One of `PAIRS`.

    Raises
    ------
    ValueError
        If there is no such pair.

    Examples
    --------
    >>> pair("MR and CT").moving.unit
    'HU'
    """
    if name not in PAIRS:
        raise ValueError(f"The pair is {name!r}; {', '.join(map(repr, PAIRS))} are allowed.")
    plane = head_slice()
    fixed = Scan(plane.t1.astype(np.float32), "a.u.", (0, 1000), 0.0, "MR")
    if name == PAIRS[2]:
        return Pair(fixed, Scan(plane.ct.astype(np.float32), "HU", (-1000, 1500), -1000.0, "CT"))
    noise = np.random.default_rng(5).normal(0, 30, fixed.image.shape).astype(np.float32)
    if name == PAIRS[0]:
        again = np.clip(fixed.image + noise, 0, None)
        return Pair(fixed, Scan(again, "a.u.", (0, 1000), 0.0, "MR, a year ago"))
    across = np.linspace(
        0.35, 0.75, fixed.image.shape[1], dtype=np.float32
    )  # a coil that hears one side better
    other = np.clip(across * (fixed.image + noise), 0, None)
    return Pair(fixed, Scan(other, "a.u.", (0, 600), 0.0, "MR, other scanner"))


def head_slice() -> phantom.Plane:
    """Return the axial slice in all modalities.

    Examples
    --------
    >>> head_slice().spacing_mm
    2.0
    """
    return _slice()


@cache
def _slice() -> phantom.Plane:
    """Cut the head once."""
    return phantom.head(spacing_mm=SPACING_MM).plane("axial", HEIGHT_MM)


def middle_mm() -> NDArray[np.float64]:
    """Return the centre of the slice in mm.

    Examples
    --------
    >>> middle_mm().tolist()
    [126.0, 96.0]
    """
    return center_mm(head_slice().t1.shape, SPACING_MM)


def way_back() -> NDArray[np.float64]:
    """Return the transform that brings the moving scan back onto the fixed one.

    Examples
    --------
    >>> way_back().shape
    (3, 3)
    """
    turn, down, right = ANSWER
    return rotations.rigid(turn, [down, right], middle_mm())


@cache
def moved_scan(name: str) -> Image:
    """Return the moving scan of a pair as it was acquired, with the head elsewhere.

    Examples
    --------
    >>> moved_scan("MR and CT").shape == head_slice().ct.shape
    True
    """
    scan = pair(name).moving
    motion = transforms.invert(way_back())
    return warp(scan.image, motion, SPACING_MM, "linear", outside=scan.outside)


@cache
def brain_points_mm() -> NDArray[np.float64]:
    """Return some points of the brain, (N, 2) in mm, to measure errors at.

    Examples
    --------
    >>> brain_points_mm().shape[1]
    2
    """
    brain = np.isin(head_slice().labels, (6, 7, 8))
    return SPACING_MM * np.argwhere(brain)[::20].astype(float)


def brain_error_mm(matrix: NDArray, motion: NDArray) -> float:
    """Return how far the brain is from its place, on average, after motion and way back.

    Parameters
    ----------
    matrix : (3, 3) array
        The way back that was found.
    motion : (3, 3) array
        What the patient did.

    Examples
    --------
    >>> brain_error_mm(np.eye(3), transforms.translation([3, 4]))
    5.0
    """
    points = brain_points_mm()
    ends = transforms.apply(transforms.compose(motion, matrix), points)
    return float(np.linalg.norm(ends - points, axis=1).mean())


def two_colours(first: Image, first_limits: Limits, second: Image, second_limits: Limits) -> Image:
    """Lay two images over each other: the first in orange, the second in blue, both in white.

    Returns
    -------
    (Y, X, 3) float64 array
        Colours from 0 to 1.

    Examples
    --------
    >>> two_colours(np.ones((1, 1)), (0, 1), np.ones((1, 1)), (0, 1)).tolist()
    [[[1.0, 1.0, 1.0]]]
    """
    orange, blue = shares(first, first_limits), shares(second, second_limits)
    return np.stack([orange, (orange + blue) / 2, blue], axis=-1)


def checkerboard(first: Image, first_limits: Limits, second: Image, second_limits: Limits) -> Image:
    """Show two images in the fields of a checkerboard, each in its own window.

    Returns
    -------
    (Y, X) float64 array
        From 0 to 1; the field of the first pixel shows the first image.

    Examples
    --------
    >>> checkerboard(np.zeros((9, 9)), (0, 1), np.ones((9, 9)), (0, 1))[0, [0, 8]].tolist()
    [0.0, 1.0]
    """
    rows, columns = (np.arange(size) * SPACING_MM // CHECK_MM for size in first.shape)
    odd = np.add.outer(rows, columns) % 2 == 1
    return np.where(odd, shares(second, second_limits), shares(first, first_limits))


def shares(image: Image, limits: Limits) -> Image:
    """Bring a window of values to 0..1.

    Examples
    --------
    >>> shares(np.array([-2000.0, 250.0]), (-1000, 1500)).tolist()
    [0.0, 0.5]
    """
    low, high = limits
    return np.clip((image - low) / (high - low), 0, 1)
