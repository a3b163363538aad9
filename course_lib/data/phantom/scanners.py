"""What a CT scanner and an MR scanner show of a head."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.settings import Settings
from course_lib.data.phantom.splines import random_field
from course_lib.data.phantom.tissues import AIR, SINUS, TISSUES, paint, table

_CT_RANGE_HU = (-1024, 3071)  # what a CT slice can store


def ct_image(
    labels: NDArray[np.uint8], grid: Grid, rng: np.random.Generator, settings: Settings
) -> NDArray[np.int16]:
    """Make a CT image.

    Parameters
    ----------
    labels : (Z, Y, X) uint8 array
        Tissues.
    grid : Grid
        The grid of the labels.
    rng : numpy.random.Generator
        For the texture of the tissues and the noise.
    settings : Settings
        Blur and noise.

    Returns
    -------
    int16 array
        In HU, within [-1024; 3071].
    """
    texture = random_field(rng, step_mm=10.0).on(grid)[0]
    hu = paint(labels, "hu")
    hu += paint(labels, "hu_texture") * texture
    hu = ndimage.gaussian_filter(hu, settings.ct_blur_voxels)
    hu += np.float32(settings.ct_noise_hu) * rng.standard_normal(labels.shape, np.float32)
    return np.rint(np.clip(hu, *_CT_RANGE_HU)).astype(np.int16)


def ute_pair(
    labels: NDArray[np.uint8],
    grid: Grid,
    rng: np.random.Generator,
    settings: Settings,
    bias: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make the two images of an ultra-short echo time scan, S = PD exp(-TE R2*) times the bias.

    Air adds to R2* in the tissue beside it (susceptibility). The noise is Rician: it is added to
    both channels of the signal before the magnitude is taken.

    Parameters
    ----------
    labels, grid, rng, settings
        As in `ct_image`; the random numbers are for the noise.
    bias : (Z, Y, X) float32 array
        Brightness of the coil, the same for both echoes.

    Returns
    -------
    tuple of float32 array
        First and second echo in arbitrary units; `Settings.echo_scale` is a full signal.

    References
    ----------
    .. [1] Gudbjartsson and Patz, Magnetic Resonance in Medicine 34(6), 1995 (Rician noise).
       doi:10.1002/mrm.1910340618
    """
    air = ((labels == AIR) | (labels == SINUS)).astype(np.float32)
    air = ndimage.gaussian_filter(air, 3.0 / grid.spacing_mm)
    r2star = paint(labels, "r2star") + np.float32(settings.susceptibility_per_s) * air
    protons = paint(labels, "protons") * bias * np.float32(settings.echo_scale)
    sigma = settings.echo_scale / settings.mr_snr if np.isfinite(settings.mr_snr) else 0.0
    first, second = (
        _magnitude(protons * np.exp(np.float32(-echo / 1000) * r2star), sigma, rng, settings)
        for echo in settings.echo_ms
    )
    return first, second


def contrast_image(
    labels: NDArray[np.uint8],
    rng: np.random.Generator,
    settings: Settings,
    bias: NDArray[np.float32],
    contrast: str = "t1",
    *,
    extra: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Make a T1-weighted or FLAIR image.

    Parameters
    ----------
    labels, rng, settings, bias
        As in `ute_pair`.
    contrast : {"t1", "flair"}
        Column of the table of tissues.
    extra : float32 array, optional
        Brightness that is added, for example that of lesions.

    Returns
    -------
    float32 array
        In arbitrary units, 0 to about 1000.
    """
    bright = paint(labels, contrast)
    if extra is not None:
        bright = bright + extra
    highest = float(table(contrast).max())
    sigma = 1000 * highest / settings.mr_snr / 2 if np.isfinite(settings.mr_snr) else 0.0
    return _magnitude(np.float32(1000) * bright * bias, sigma, rng, settings)


def coil_bias(grid: Grid, rng: np.random.Generator, settings: Settings) -> NDArray[np.float32]:
    """Return the smooth brightness of the coil times the gain of this scan, around 1."""
    low, high = settings.mr_gain
    gain = np.exp(rng.uniform(np.log(low), np.log(high)))
    field = random_field(rng, step_mm=80.0).on(grid)[0]
    return np.float32(gain) * np.exp(np.float32(settings.mr_bias) * field)


def stored(image: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Round an MR image to the whole numbers in which scanners store it."""
    return np.rint(np.clip(image, 0, np.iinfo(np.uint16).max)).astype(np.uint16)


def _magnitude(
    signal: NDArray[np.float32], sigma: float, rng: np.random.Generator, settings: Settings
) -> NDArray[np.float32]:
    """Blur a signal, add noise to both channels, and take the magnitude."""
    signal = ndimage.gaussian_filter(signal, settings.mr_blur_voxels)
    if sigma == 0:
        return signal
    noise = np.float32(sigma)
    real = signal + noise * rng.standard_normal(signal.shape, np.float32)
    return np.hypot(real, noise * rng.standard_normal(signal.shape, np.float32))


def volumes_ml(labels: NDArray[np.uint8], spacing_mm: float) -> dict[str, float]:
    """Return the volume of each tissue in ml.

    Examples
    --------
    >>> volumes_ml(np.full((10, 10, 10), 8, np.uint8), 2.0)["white matter"]
    8.0
    """
    counts = np.bincount(labels.ravel(), minlength=len(TISSUES))
    return {tissue.name: float(counts[tissue.label] * spacing_mm**3 / 1000) for tissue in TISSUES}
