"""Where there is air: voxels without signal at either of two ultra-short echoes.

Bone has signal at the first echo only, tissue at both. The joint histogram of the echoes shows air
as a heap in the corner of low values. Slides 19 to 21.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import (
    as_mask,
    as_numbers,
    finite_range,
    require_finite,
    require_odd,
)
from course_lib.imaging.image_lists import as_images
from course_lib.imaging.similarity import Interval, joint_histogram


def normalized_joint_histogram(
    first: ArrayLike,
    second: ArrayLike,
    bins: int = 64,
    first_range: Interval | None = None,
    second_range: Interval | None = None,
) -> NDArray[np.float64]:
    """Estimate how probable each pair of values is.

    Parameters
    ----------
    first, second, bins, first_range, second_range
        As in `similarity.joint_histogram`: two images of one shape, bins for each, and what the
        bins cover.

    Returns
    -------
    (bins, bins) float64 array
        The share of voxels in each bin; all add up to 1. Row: bin of the first image, column: of
        the second.

    Raises
    ------
    ValueError
        As `similarity.joint_histogram`.

    References
    ----------
    .. [1] Lecture, slide 21.

    Examples
    --------
    >>> normalized_joint_histogram([0, 0, 9, 9], [5, 5, 5, 7], bins=2)
    array([[0.5 , 0.  ],
           [0.25, 0.25]])
    """
    counts = joint_histogram(first, second, bins, first_range, second_range)
    return counts / counts.sum()


def noise_threshold(background: ArrayLike, share_above: float = 0.01) -> float:
    """Return the signal that noise alone exceeds in a given share of voxels.

    The magnitude of MR noise without signal follows the Rayleigh distribution: its mean square is
    twice the variance of the noise, and a share exp(-t^2 / (2 variance)) of it lies above t.

    Parameters
    ----------
    background : array
        Voxels that certainly hold air, for example a corner of the image.
    share_above : float
        Between 0 and 1. A small share leaves less noise in the air, and more bone without signal.

    Returns
    -------
    float
        The threshold, in the unit of the image.

    Raises
    ------
    ValueError
        If the background is empty, holds NaN, negative values or zeros only, or the share is not
        between 0 and 1.

    References
    ----------
    .. [1] Gudbjartsson and Patz, Magnetic Resonance in Medicine 34(6), 1995.
       doi:10.1002/mrm.1910340618

    Examples
    --------
    >>> round(noise_threshold([3.0, 4.0, 5.0], share_above=np.exp(-1)), 4)
    4.0825
    """
    if not 0 < share_above < 1:
        raise ValueError(f"The share is {share_above:g}; it must lie between 0 and 1.")
    background = as_numbers(background)
    low, high = finite_range(background)
    if low < 0 or high == 0:
        raise ValueError(
            f"The background lies between {low:g} and {high:g}; magnitudes are not negative, and "
            "some must be above 0."
        )
    mean_square = np.square(background, dtype=np.float64).mean()
    return float(np.sqrt(-mean_square * np.log(share_above)))


def air_mask(
    first: ArrayLike, second: ArrayLike, first_threshold: float, second_threshold: float
) -> NDArray[np.bool_]:
    """Mark the voxels whose signal is low at both echoes.

    Parameters
    ----------
    first, second : array
        The two echoes, of one shape, in arbitrary units.
    first_threshold, second_threshold : float
        In the unit of each echo: the sides of the corner that air fills in the joint histogram.
        Air lies below both. `noise_threshold` finds them from the background.

    Returns
    -------
    bool array
        True in air. Bone whose first echo is lost in the noise is marked, too.

    Raises
    ------
    ValueError
        If the shapes differ, an image is empty or holds NaN, or a threshold is not finite.

    References
    ----------
    .. [1] Lecture, slides 19 to 21.

    Examples
    --------
    >>> air, bone, tissue = (5, 4), (40, 6), (90, 85)
    >>> air_mask(*np.transpose([air, bone, tissue]), 20, 20)
    array([ True, False, False])
    """
    if not np.isfinite([first_threshold, second_threshold]).all():
        raise ValueError(
            f"The thresholds are {first_threshold:g} and {second_threshold:g}; both must be finite."
        )
    first, second = as_images([first, second], "echoes")
    return (first < first_threshold) & (second < second_threshold)


def neighbor_vote(mask: ArrayLike, width: int = 3) -> NDArray[np.bool_]:
    """Let each voxel take the value that most voxels around it have, itself included.

    A single voxel of noise is outvoted, and so is a wall of one voxel: what this mends and what it
    loses depends on the size of the voxels. Beyond the border, the outermost voxels are repeated.

    Parameters
    ----------
    mask : bool array
        Any number of axes, at least one.
    width : int
        Of the neighbourhood along each axis in voxels; odd.

    Returns
    -------
    bool array
        New, of the shape of the mask.

    Raises
    ------
    ValueError
        If the mask is not bool or has no voxels, or the width is not a positive odd number.

    Examples
    --------
    >>> neighbor_vote([True, True, False, True, False, False])
    array([ True,  True,  True, False, False, False])
    """
    mask = as_mask(mask, np.shape(mask), "mask")
    require_finite(mask)
    require_odd(width, "voxels along each axis")
    return ndimage.uniform_filter(mask.astype(np.float32), width, mode="nearest") > 0.5
