"""Frames of a moving patient, brought back into one position and averaged.

PET frames last 10 to 20 minutes and blur when the patient moves; MR images of half a minute to
three minutes tell how. Slides 32 to 34.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.alignment import alignment_cost
from course_lib.imaging.checks import as_floating, as_numbers, require_same_shape
from course_lib.imaging.registration import Registration, register
from course_lib.imaging.sampling import Cost
from course_lib.imaging.transforms import Matrix
from course_lib.imaging.warping import warp


def align_frames(
    frames: Sequence[ArrayLike],
    spacing: ArrayLike,
    cost: Cost,
    *,
    reference: int = 0,
    resolutions_mm: Sequence[float] = (8.0, 4.0, 2.0),
) -> list[Registration]:
    """Find how each frame must move to lie on the reference frame.

    Parameters
    ----------
    frames : sequence of arrays with D axes
        Of one shape.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    cost : {"ssd", "ncc", "mi", "nmi"}
        As in `registration.register`.
    reference : int
        Number of the frame that stays.
    resolutions_mm : sequence of float
        Levels of the pyramid, falling.

    Returns
    -------
    list of Registration
        One for each frame; the reference is not searched for and gets the identity.

    Raises
    ------
    ValueError
        If there is no such frame, shapes differ, or a frame cannot be registered.

    References
    ----------
    .. [1] Lecture, slides 32-34.

    Examples
    --------
    >>> y, x = np.indices((40, 40))
    >>> frames = [np.exp(-((y - 20.0) ** 2) / 30 - (x - c) ** 2 / 150) for c in (20, 22)]
    >>> _, second = align_frames(frames, 1.0, "ssd", resolutions_mm=[2, 1])
    >>> second.transform[:2, 2].round(1) + 0.0
    array([ 0., -2.])
    """
    images = _frames(frames)
    if not 0 <= reference < len(images):
        raise ValueError(f"The reference is {reference}; the frames are 0 to {len(images) - 1}.")
    fixed, still = images[reference], np.eye(images[reference].ndim + 1)
    found = [
        register(fixed, frame, spacing, cost, resolutions_mm=resolutions_mm)
        for frame in images[:reference] + images[reference + 1 :]
    ]
    alone = Registration(still, alignment_cost(fixed, fixed, still, spacing, cost), 0, True)
    return [*found[:reference], alone, *found[reference:]]


def mean_in_place(
    frames: Sequence[ArrayLike],
    transforms: Sequence[Matrix],
    spacing: ArrayLike,
    durations_s: ArrayLike | None = None,
) -> NDArray[np.floating]:
    """Move every frame back and average them.

    Parameters
    ----------
    frames : sequence of arrays with D axes
        Of one shape, as activity (kBq/mL) and not as counts.
    transforms : sequence of (D + 1, D + 1) arrays
        One for each frame; moves it onto the reference, in mm. They may come from other images of
        the same minutes, for example from MR.
    spacing : float or (D,) array
        Distance between voxel centres in mm.
    durations_s : (N,) array, optional
        How long each frame was measured, in s; a longer one counts more. All alike by default.

    Returns
    -------
    floating array
        In the unit of the frames. A voxel that some frames do not reach is the mean of the
        others, and 0 where none does.

    Raises
    ------
    ValueError
        If there are not as many transforms and durations as frames, shapes differ, or a duration
        is not positive.

    References
    ----------
    .. [1] Lecture, slides 32-34.

    Examples
    --------
    >>> from course_lib.imaging.transforms import translation
    >>> frames = [np.array([[0.0, 6.0, 0.0]]), np.array([[0.0, 0.0, 6.0]])]
    >>> mean_in_place(frames, [np.eye(3), translation([0, -1])], spacing=1.0)
    array([[0., 6., 0.]])
    """
    images = _frames(frames)
    weights = as_numbers(np.ones(len(images)) if durations_s is None else durations_s)
    if len(transforms) != len(images) or weights.shape != (len(images),):
        raise ValueError(
            f"There are {len(images)} frames, {len(transforms)} transforms and durations of the "
            f"shape {weights.shape}; they must be equally many."
        )
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError(f"The durations are {weights.tolist()} s; they must be positive.")
    total = np.zeros(images[0].shape)
    covered = np.zeros(images[0].shape)
    for image, matrix, weight in zip(images, transforms, weights, strict=True):
        total += weight * warp(image, matrix, spacing, "linear")
        covered += weight * warp(np.ones(image.shape, bool), matrix, spacing, "nearest")
    mean = np.divide(total, covered, out=total, where=covered > 0)
    return mean.astype(images[0].dtype)


def _frames(frames: Sequence[ArrayLike]) -> list[NDArray[np.floating]]:
    """Return frames as floating arrays of one shape."""
    images = [as_floating(as_numbers(frame)) for frame in frames]
    if not images:
        raise ValueError("There are no frames; at least one is needed.")
    for image in images[1:]:
        require_same_shape(images[0], image)
    return images
