"""A CT made from two ultra-short echoes of MR: R2*, then HU by a threshold or by a curve.

R2* is the rate at which the signal decays. Bone decays fast, and the denser it is, the faster; air
has no signal to decay and comes from `air_segmentation`. With `attenuation` the HU become the map
that PET needs. Slides 22 to 24.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.imaging.checks import (
    as_floating,
    as_mask,
    as_numbers,
    as_row,
    require_finite,
    require_interval,
)
from course_lib.imaging.image_lists import as_images
from course_lib.imaging.similarity import Interval

AIR_HU = -1000.0


def r2star(
    first: ArrayLike, second: ArrayLike, echo_ms: tuple[float, float], floor: float
) -> NDArray[np.floating]:
    """Compute the decay rate of the signal between two echoes.

    Parameters
    ----------
    first, second : array
        The two echoes, of one shape and with one gain.
    echo_ms : tuple of float
        Their echo times in ms.
    floor : float
        Smallest signal that counts, above 0; the noise level is a good choice. Zero and negative
        signals have no logarithm, so whatever is below the floor is raised to it. Without signal at
        both echoes (air) the result is 0; where only the second is lost (dense bone), it is the
        least decay that explains it.

    Returns
    -------
    floating array
        R2* = (ln first - ln second) / (echo time 2 - echo time 1) in 1/s. Below 0 where noise makes
        the second echo the larger one. float32 for float32 and for whole numbers of up to 16 bits.

    Raises
    ------
    ValueError
        If the shapes differ, an echo is empty or holds NaN, the echo times do not rise from 0 or
        more, or the floor is not above 0.

    References
    ----------
    .. [1] Lecture, slide 22.
    .. [2] Keereman et al., Journal of Nuclear Medicine 51(5), 2010. doi:10.2967/jnumed.109.065425

    Examples
    --------
    >>> air, bone, tissue = (0, 0), (400, 0), (900, 900 * np.exp(-0.04))
    >>> r2star(*np.transpose([air, bone, tissue]), echo_ms=(0.1, 2.1), floor=50).round(1)
    array([   0. , 1039.7,   20. ])
    """
    start, end = echo_ms
    if not 0 <= start < end < np.inf:
        raise ValueError(f"The echo times are {start:g} and {end:g} ms; they must rise from 0 on.")
    if not np.finfo(np.float32).tiny <= floor < np.inf:
        raise ValueError(f"The floor is {floor:g}; a signal above 0 is needed.")
    first, second = as_images([first, second], "echoes")
    decay = _safe_log(first, floor)
    decay -= _safe_log(second, floor)
    decay /= (end - start) / 1000
    return decay


def fit_curve(r2star: ArrayLike, hu: ArrayLike, degree: int = 3) -> NDArray[np.float64]:
    """Fit a polynomial from R2* to HU by least squares.

    Parameters
    ----------
    r2star, hu : array
        Of one shape: values of patients who had both scans. Choose the voxels first, for example
        ``r2star[bone], ct[bone]``; without a choice, the many voxels of tissue decide.
    degree : int
        0 for a constant (the mean), 1 for a line.

    Returns
    -------
    (degree + 1,) float64 array
        Coefficients of R2*^0, R2*^1, ... in HU s^0, HU s^1, ...

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, the degree is negative, or there are not more
        different values of R2* than the degree.

    References
    ----------
    .. [1] Lecture, slide 22.
    .. [2] Ladefoged et al., Physics in Medicine and Biology 60(20), 2015.
       doi:10.1088/0031-9155/60/20/8047
    .. [3] Juttukonda et al., NeuroImage 112, 2015. doi:10.1016/j.neuroimage.2015.03.009

    Examples
    --------
    >>> fit_curve([100, 200, 300], [250, 450, 650], degree=1).round(6)
    array([50.,  2.])
    """
    if degree < 0:
        raise ValueError(f"The degree is {degree}; 0 or more is allowed.")
    x, y = (image.ravel().astype(np.float64) for image in as_images([r2star, hu], "images"))
    scale = np.abs(x).max() or 1.0  # powers of numbers up to 1 keep the equations well-conditioned
    powers = np.vander(x / scale, degree + 1, increasing=True)
    coefficients, _, rank, _ = np.linalg.lstsq(powers, y, rcond=None)
    if rank <= degree:
        raise ValueError(
            f"R2* holds too few different values for degree {degree}; more than {degree} are "
            "needed."
        )
    return coefficients / scale ** np.arange(degree + 1)


def apply_curve(
    r2star: ArrayLike, coefficients: ArrayLike, r2star_range: Interval
) -> NDArray[np.floating]:
    """Read HU from a fitted curve.

    Parameters
    ----------
    r2star : array
        Any shape, in 1/s.
    coefficients : (N,) array
        From `fit_curve`.
    r2star_range : tuple of float
        Where the curve was fitted, in 1/s. Beyond it, polynomials run away, so the curve's values
        at the two ends hold.

    Returns
    -------
    floating array
        In HU; float32 for float32.

    Raises
    ------
    ValueError
        If R2* is empty or holds NaN, the range is empty or inverted, or a coefficient is not
        finite.

    Examples
    --------
    >>> apply_curve([0.0, 200.0, 5000.0], [50, 2], (100, 600))
    array([ 250.,  450., 1250.])
    """
    require_interval(*r2star_range, "R2*")
    *lower, highest = as_row(coefficients, "curve")
    r2star = as_numbers(r2star)
    require_finite(r2star)
    rate = np.clip(as_floating(r2star), *r2star_range)
    hu = np.full_like(rate, highest)
    for coefficient in reversed(lower):
        hu *= rate
        hu += coefficient
    return hu


def threshold_map(
    r2star: ArrayLike, air: ArrayLike, threshold: float, bone_hu: float, soft_hu: float
) -> NDArray[np.floating]:
    """Make a CT of three values: air, soft tissue and bone.

    Parameters
    ----------
    r2star : array
        Any shape, in 1/s.
    air : bool array
        True in air, where R2* means nothing; of the same shape.
    threshold : float
        From this R2* on it is bone, in 1/s.
    bone_hu, soft_hu : float
        What bone and everything else get, in HU.

    Returns
    -------
    floating array
        In HU; air is -1000. float32 for float32.

    Raises
    ------
    ValueError
        If R2* is empty or holds NaN, the mask is not bool or of another shape, or a number is not
        finite.

    References
    ----------
    .. [1] Lecture, slide 24.

    Examples
    --------
    >>> threshold_map([20.0, 400.0, 900.0], [False, False, True], 150, 1000, 40)
    array([   40.,  1000., -1000.])
    """
    rate, hu = _soft_everywhere(r2star, threshold, soft_hu)
    hu[rate >= threshold] = as_row([bone_hu], "HU of bone")[0]
    hu[as_mask(air, hu.shape, "air mask")] = AIR_HU
    return hu


def continuous_map(
    r2star: ArrayLike,
    air: ArrayLike,
    coefficients: ArrayLike,
    r2star_range: Interval,
    soft_hu: float,
) -> NDArray[np.floating]:
    """Make a CT in which the HU of bone follow R2*.

    Parameters
    ----------
    r2star, air, soft_hu
        As in `threshold_map`.
    coefficients : (N,) array
        The curve in bone, from `fit_curve`.
    r2star_range : tuple of float
        The first is the threshold from which on it is bone; above the second, the curve's value
        there holds. In 1/s.

    Returns
    -------
    floating array
        In HU; air is -1000. float32 for float32.

    Raises
    ------
    ValueError
        As `threshold_map` and `apply_curve`.

    References
    ----------
    .. [1] Lecture, slides 23 and 24.

    Examples
    --------
    >>> r2star, air = [20.0, 400.0, 9000.0, 900.0], [False, False, False, True]
    >>> continuous_map(r2star, air, [50, 2], (150, 600), 40)
    array([   40.,   850.,  1250., -1000.])
    """
    require_interval(*r2star_range, "R2*")
    coefficients = as_row(coefficients, "curve")
    rate, hu = _soft_everywhere(r2star, r2star_range[0], soft_hu)
    bone = rate >= r2star_range[0]
    if bone.any():
        hu[bone] = apply_curve(rate[bone], coefficients, r2star_range)
    hu[as_mask(air, hu.shape, "air mask")] = AIR_HU
    return hu


def _safe_log(signal: NDArray, floor: float) -> NDArray[np.floating]:
    """Return the logarithm of a signal that is raised to the floor where it is lower."""
    raised = np.maximum(as_floating(signal), floor)
    return np.log(raised, out=raised)


def _soft_everywhere(
    r2star: ArrayLike, threshold: float, soft_hu: float
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return R2* as a floating array, and an image of soft tissue of the same shape."""
    rate = as_floating(as_numbers(r2star))
    require_finite(rate)
    if not np.isfinite([threshold, soft_hu]).all():
        raise ValueError(
            f"The threshold is {threshold:g} 1/s and soft tissue {soft_hu:g} HU; both must be "
            "finite."
        )
    return rate, np.full_like(rate, soft_hu)
