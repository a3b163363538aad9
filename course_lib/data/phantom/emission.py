"""PET of a head: what attenuation takes away, and what an attenuation map gives back.

A real scanner measures lines and reconstructs an image. Here the image itself is multiplied by the
part of the photons that gets out, averaged over directions: the head is darker in the middle, as
without correction, and a wrong map makes the errors that it makes in life. Streaks and scatter,
which a reconstruction would show, are missing.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from course_lib.data.phantom.settings import DEFAULT, Settings
from course_lib.data.phantom.tissues import paint

_RAY_SPACING_MM = 4.0
_WIDTHS_PER_DEVIATION = float(np.sqrt(8 * np.log(2)))  # full width at half maximum


def attenuation_factor(
    mu_map: NDArray[np.floating], spacing_mm: float, angles: int = DEFAULT.pet_angles
) -> NDArray[np.float32]:
    """Return which part of the photon pairs of each voxel reaches the scanner.

    Both photons of a pair together pass the whole line through the head, wherever on the line
    they start. Lines lie in axial planes; their factors are averaged over the directions.

    Parameters
    ----------
    mu_map : (Z, Y, X) array
        Linear attenuation coefficient at 511 keV in 1/cm.
    spacing_mm : float
        Distance of neighbouring voxels.
    angles : int
        Number of directions.

    Returns
    -------
    (Z, Y, X) float32 array
        exp(-line integral of mu), averaged; 1 without attenuation.

    Raises
    ------
    ValueError
        If the map is not a volume, holds negative or not finite values, or there is no angle.

    Examples
    --------
    >>> attenuation_factor(np.zeros((2, 8, 8)), 4.0).min()
    np.float32(1.0)
    """
    mu_map = np.asarray(mu_map)
    if mu_map.ndim != 3 or mu_map.size == 0 or not (mu_map.min() >= 0 and mu_map.max() < np.inf):
        raise ValueError(
            f"The attenuation map has the shape {mu_map.shape}; a volume (Z, Y, X) of finite "
            "values that are not negative is needed."
        )
    if angles < 1 or not spacing_mm > 0:
        raise ValueError(
            f"There are {angles} angles and a spacing of {spacing_mm:g} mm; both must be positive."
        )
    step = max(1, round(_RAY_SPACING_MM / spacing_mm))
    coarse = _block_means(mu_map, step)
    planes = coarse.reshape(len(coarse), -1).T
    centimetres = np.float32(step * spacing_mm / 10)
    total = np.zeros_like(planes)
    # Half a step beside the axes of the grid, so that no ray runs along a row of voxels.
    for angle in (np.arange(angles) + 0.5) * (np.pi / angles):
        rays = _rays(coarse.shape[1:], angle)
        total += rays.T @ np.exp(-centimetres * (rays @ planes))
    factor = (total / np.float32(angles)).T.reshape(coarse.shape)
    # Back to the fine grid, whose index is step * coarse index + (step - 1) / 2.
    offset = -(step - 1) / 2 / step
    return ndimage.affine_transform(
        factor, [1 / step] * 3, offset, mu_map.shape, order=1, mode="nearest"
    )


def correct_attenuation(
    nac_pet: NDArray[np.floating],
    mu_map: NDArray[np.floating],
    spacing_mm: float,
    angles: int = DEFAULT.pet_angles,
) -> NDArray[np.float32]:
    """Correct a PET image with an attenuation map, right or wrong.

    Parameters
    ----------
    nac_pet : (Z, Y, X) array
        PET without attenuation correction, in kBq/mL.
    mu_map, spacing_mm, angles
        As in `attenuation_factor`.

    Returns
    -------
    (Z, Y, X) float32 array
        In kBq/mL: the image divided by the attenuation factor.

    Raises
    ------
    ValueError
        As `attenuation_factor`, or if the shapes differ.
    """
    if np.shape(nac_pet) != np.shape(mu_map):
        raise ValueError(
            f"The PET image has the shape {np.shape(nac_pet)}, the attenuation map "
            f"{np.shape(mu_map)}; they must be equal."
        )
    factor = attenuation_factor(mu_map, spacing_mm, angles)
    return np.asarray(nac_pet, np.float32) / factor


def nac_image(
    labels: NDArray[np.uint8], spacing_mm: float, rng: np.random.Generator, settings: Settings
) -> NDArray[np.float32]:
    """Make a PET image without attenuation correction.

    Parameters
    ----------
    labels : (Z, Y, X) uint8 array
        Tissues.
    spacing_mm : float
        Distance of neighbouring voxels.
    rng : numpy.random.Generator
        For the counts.
    settings : Settings
        Blur, filter, counts and angles.

    Returns
    -------
    float32 array
        In kBq/mL: blurred activity times attenuation factor, with the noise of counts, filtered.
        With the true map, `correct_attenuation` makes the corrected image of it; the noise then
        is larger in the middle.
    """
    factor = attenuation_factor(paint(labels, "mu"), spacing_mm, settings.pet_angles)
    activity = _blurred(paint(labels, "activity"), settings.pet_blur_mm, spacing_mm)
    nac_pet = np.maximum(activity, 0) * factor
    if np.isfinite(settings.pet_counts_per_kbq):
        # A larger voxel holds more counts.
        counts_per_kbq = np.float32(settings.pet_counts_per_kbq * (spacing_mm / 2) ** 3)
        nac_pet = rng.poisson(nac_pet * counts_per_kbq).astype(np.float32) / counts_per_kbq
    return _blurred(nac_pet, settings.pet_filter_mm, spacing_mm)


def _blurred(image: NDArray[np.float32], width_mm: float, spacing_mm: float) -> NDArray:
    """Blur with a Gaussian of a given full width at half maximum."""
    return ndimage.gaussian_filter(image, width_mm / _WIDTHS_PER_DEVIATION / spacing_mm)


def _block_means(mu_map: NDArray, step: int) -> NDArray[np.float32]:
    """Average blocks of voxels; beyond the border there is air."""
    padded = np.pad(mu_map.astype(np.float32), [(0, -length % step) for length in mu_map.shape])
    z, y, x = (length // step for length in padded.shape)
    return padded.reshape(z, step, y, step, x, step).mean(axis=(1, 3, 5))


def _rays(shape: tuple[int, ...], angle: float) -> sparse.csr_array:
    """Return how much of each pixel lies on each parallel ray: shared by the two nearest rays.

    The matrix sums pixels along rays; its transpose reads the rays' values at the pixels.
    """
    y, x = np.indices(shape).reshape(2, -1) - (np.array(shape)[:, None] - 1) / 2
    reach = int(np.hypot(*shape) / 2) + 2
    place = y * np.cos(angle) + x * np.sin(angle) + reach
    below = np.floor(place).astype(np.int64)
    weight = (place - below).astype(np.float32)
    pixels = np.arange(y.size)
    return sparse.csr_array(
        (
            np.concatenate([1 - weight, weight]),
            (np.concatenate([below, below + 1]), np.concatenate([pixels, pixels])),
        ),
        shape=(2 * reach + 1, y.size),
    )
