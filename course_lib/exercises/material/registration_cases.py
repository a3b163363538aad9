"""Inputs of topic 05, and its references in the form in which students write them."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.data import phantom
from course_lib.exercises.cases import Arguments
from course_lib.imaging import motion_compensation, rotations, shift_search, similarity, transforms
from course_lib.imaging.coordinates import center_mm
from course_lib.imaging.warping import warp

SPACING_MM = 6.0
_HEIGHTS = (18, 30)  # slices through the brain
_BINS = 8
_MARGIN, _REACH = 5, 4


def rotation_about(angle_deg: float, center_mm: ArrayLike) -> NDArray[np.float64]:
    """Turn points of a plane about a centre, by the reference.

    Examples
    --------
    >>> rotation_about(180, [10, 20]).round(9)[:2, 2]
    array([20., 40.])
    """
    return rotations.rotation(angle_deg, center_mm)


def first_then(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Make one transform of two, by the reference.

    Examples
    --------
    >>> double = np.diag([2.0, 2.0, 1.0])
    >>> first_then(transforms.translation([5, 0]), double)[:2, 2]
    array([10.,  0.])
    """
    return transforms.compose(first, second)


def undo_rigid(matrix: ArrayLike) -> NDArray[np.float64]:
    """Return the inverse of a rigid transform, by the reference.

    Raises
    ------
    ValueError
        If the transform is not rigid.

    Examples
    --------
    >>> undo_rigid(transforms.translation([5, -2]))[:2, 2]
    array([-5.,  2.])
    """
    if not rotations.is_rigid(matrix):
        raise ValueError("The matrix is not rigid: it scales, shears or mirrors.")
    return transforms.invert(matrix) + 0.0  # no -0


def find_shift(fixed: ArrayLike, moving: ArrayLike, reach: int) -> tuple[int, ...]:
    """Find the shift with the smallest mean squared difference, by the reference.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> find_shift([[1, 5, 2, 8, 0, 3]] * 2, [[5, 2, 8, 0, 3, 9]] * 2, 1)
    (0, 1)
    """
    return shift_search.best_shift(fixed, moving, reach, "ssd")


def motion_corrected_mean(
    frames: Sequence[ArrayLike],
    matrices: Sequence[ArrayLike],
    spacing: ArrayLike,
    minutes: ArrayLike,
) -> NDArray[np.floating]:
    """Move frames back and average them, by the reference.

    Raises
    ------
    ValueError
        If there are not as many matrices and durations as frames.

    Examples
    --------
    >>> motion_corrected_mean([[[0.0, 6.0]], [[0.0, 2.0]]], [np.eye(3)] * 2, 2.0, [3, 1])
    array([[0., 5.]])
    """
    pushes = [np.asarray(matrix, np.float64) for matrix in matrices]
    seconds = 60 * np.asarray(minutes, np.float64)
    return motion_compensation.mean_in_place(frames, pushes, spacing, seconds)


@cache
def _head() -> phantom.Head:
    """Return a coarse head once for all cases."""
    return phantom.head(seed=5, spacing_mm=SPACING_MM, anatomy="analytic")


def _place(rng: np.random.Generator) -> int:
    """Draw a slice."""
    return int(rng.integers(*_HEIGHTS))


def angle_and_center(rng: np.random.Generator) -> Arguments:
    """Draw a turn and a centre."""
    return float(rng.uniform(20, 70)), rng.uniform(40, 120, 2).round(1)


def rigid_motion(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw how a patient might have moved: a turn and an offset."""
    turn = float(rng.uniform(8, 40) * rng.choice([-1, 1]))
    return rotations.rigid(turn, rng.uniform(3, 15, 2).round(1), rng.uniform(60, 120, 2))


def two_motions(rng: np.random.Generator) -> Arguments:
    """Draw two rigid transforms."""
    return rigid_motion(rng), rigid_motion(rng)


def one_motion(rng: np.random.Generator) -> Arguments:
    """Draw one rigid transform."""
    return (rigid_motion(rng),)


def one_motion_in_space(rng: np.random.Generator) -> Arguments:
    """Draw a rigid transform of a volume."""
    return (rotations.rigid(rng.uniform(10, 40, 3), rng.uniform(3, 15, 3), rng.uniform(60, 90, 3)),)


def two_visits(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice, and the same slice moved a little, in whole numbers of 16 bits."""
    image = _head().t1[_place(rng)]
    moved = warp(image.astype(float), rigid_motion(rng), SPACING_MM, "linear")
    noisy = np.clip(moved + rng.normal(0, 20, image.shape), 0, None)
    return image.copy(), np.rint(noisy).astype(np.uint16)


def two_gains(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice, and the same slice from a scanner with another gain and offset."""
    image, moved = two_visits(rng)
    return image.astype(float), rng.uniform(0.4, 0.8) * moved + rng.uniform(50, 200)


def mr_and_ct_counts(rng: np.random.Generator) -> Arguments:
    """Draw the joint histogram of an MR and a CT slice, with rather more bins for MR."""
    place = _place(rng)
    mr, ct = (np.asarray(image[place], float).ravel() for image in (_head().t1, _head().ct))
    counts = np.histogram2d(mr, ct, bins=(_BINS + 3, _BINS))[0]
    return (counts.astype(np.int64),)


def square_counts(rng: np.random.Generator) -> Arguments:
    """Draw the joint histogram of two MR slices, in shares of 1."""
    image, moved = two_visits(rng)
    counts = similarity.joint_histogram(image, moved, _BINS)
    return (counts / counts.sum(),)


def mr_slice(rng: np.random.Generator) -> Arguments:
    """Draw an MR slice as a scanner stores it."""
    return (_head().t1[_place(rng)].copy(),)


def shifted_visits(rng: np.random.Generator) -> Arguments:
    """Draw two visits of which the second shows another part of the same slice, and a reach."""
    image = _head().t1[_place(rng)].astype(float)
    down, right = (int(rng.integers(1, _REACH + 1) * rng.choice([-1, 1])) for _ in range(2))
    rows, columns = (slice(_MARGIN, size - _MARGIN) for size in image.shape)
    moved = (
        slice(rows.start + down, rows.stop + down),
        slice(columns.start + right, columns.stop + right),
    )
    fixed, moving = image[rows, columns], image[moved]
    return fixed + rng.normal(0, 5, fixed.shape), moving + rng.normal(0, 5, moving.shape), _REACH


def moving_patient(rng: np.random.Generator) -> Arguments:
    """Draw three PET frames of a patient who moves, the way back of each, and their minutes."""
    image = _head().pet[_place(rng)].astype(float)
    center = center_mm(image.shape, SPACING_MM)
    spread = rng.permutation([-1.0, 1.0])
    motions = [np.eye(3)] + [
        rotations.rigid(side * rng.uniform(6, 15), side * rng.uniform(9, 20, 2), center)
        for side in spread
    ]
    frames = [warp(image, motion, SPACING_MM, "linear") for motion in motions]
    noisy = [frame + rng.normal(0, 0.2, image.shape) for frame in frames]
    minutes = rng.permutation([5.0, 10.0, 20.0])
    return noisy, [transforms.invert(motion) for motion in motions], SPACING_MM, minutes
