"""Landmarks in the middle slice that vary between people in known ways."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# (Z, Y) in mm on the reference head's middle slice: up, toward the back.
REFERENCE_MM: dict[str, tuple[float, float]] = {
    "brow": (-8.0, -80.0),
    "bridge of the nose": (-27.0, -83.0),
    "tip of the nose": (-52.0, -99.0),
    "upper lip": (-76.0, -85.0),
    "lower lip": (-88.0, -84.0),
    "chin": (-106.0, -78.0),
    "below the chin": (-119.0, -64.0),
    "sphenoid sinus": (-36.0, -14.0),
    "front of the pons": (-28.0, 12.0),
    "lower cerebellum": (-50.0, 52.0),
    "back of the cerebellum": (-24.0, 74.0),
    "front of the callosum": (2.0, -32.0),
    "back of the callosum": (10.0, 40.0),
    "top of the head": (85.0, 34.0),
    "back of the head": (12.0, 111.0),
    "nape": (-44.0, 94.0),
}
NAMES = tuple(REFERENCE_MM)
MODE_NAMES = ("mouth and cerebellum", "chin", "front to back")
_DEVIATIONS_MM = np.array([9.0, 6.5, 4.5])
_SCALE_DEVIATION, _ROTATION_DEG, _TRANSLATION_MM = 0.04, 5.0, 4.0
_FEWEST = 5  # three uncorrelated weights around their mean


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Landmarks of several people; the same row is the same place in everybody.

    Person i has s_i R_i (mean + sum over modes of weight * deviation * mode) + t_i.

    Parameters
    ----------
    names : tuple of str
        Of the K landmarks.
    points_mm : (n, K, 2) array
        As placed in each person's middle slice, (Z, Y) in mm.
    mean_mm : (K, 2) array
        The mean shape.
    modes : (3, K, 2) array
        The true modes of variation: of length 1, perpendicular to each other and to moving,
        turning and scaling the mean shape. Their names are `MODE_NAMES`.
    deviations_mm : (3,) array
        Standard deviation of each mode (divided by n - 1), falling.
    weights : (n, 3) array
        Of each person, in deviations; over the people with mean 0, variance 1, uncorrelated.
    scales, rotations_deg : (n,) array
        Of each person; a positive rotation turns Z toward Y.
    translations_mm : (n, 2) array
        Of each person.
    """

    names: tuple[str, ...]
    points_mm: NDArray[np.float64]
    mean_mm: NDArray[np.float64]
    modes: NDArray[np.float64]
    deviations_mm: NDArray[np.float64]
    weights: NDArray[np.float64]
    scales: NDArray[np.float64]
    rotations_deg: NDArray[np.float64]
    translations_mm: NDArray[np.float64]


def landmarks(n: int = 7, seed: int = 0, placement_mm: float = 0.0) -> LandmarkSet:
    """Draw landmarks of several people.

    Parameters
    ----------
    n : int
        Number of people, at least 5.
    seed : int
        For weights, positions and sizes.
    placement_mm : float
        Standard deviation of the error with which a person places each landmark.

    Returns
    -------
    LandmarkSet
        Without a placement error the modes are the exact ones.

    Raises
    ------
    ValueError
        If there are too few people or the error is negative.

    References
    ----------
    .. [1] Lecture, slides 79 to 82: landmarks on 7 patients and the meaning of three modes.
    .. [2] Cootes, Taylor et al., Computer Vision and Image Understanding 61(1), 1995.
       doi:10.1006/cviu.1995.1004

    Examples
    --------
    >>> people = landmarks(7, seed=1)
    >>> people.points_mm.shape, people.modes.shape
    ((7, 16, 2), (3, 16, 2))
    """
    if n < _FEWEST or not placement_mm >= 0:
        raise ValueError(
            f"There are {n} people and a placement error of {placement_mm:g} mm; at least "
            f"{_FEWEST} people and an error of at least 0 are needed."
        )
    rng = np.random.default_rng([seed, 4])
    mean = np.array(list(REFERENCE_MM.values()))
    modes = _modes(mean)
    weights = _uncorrelated(rng.standard_normal((n, len(modes))))
    shapes = mean + np.einsum("nm,m,mkd->nkd", weights, _DEVIATIONS_MM, modes)
    scales = np.exp(rng.normal(0, _SCALE_DEVIATION, n))
    degrees = rng.uniform(-_ROTATION_DEG, _ROTATION_DEG, n)
    shifts = rng.uniform(-_TRANSLATION_MM, _TRANSLATION_MM, (n, 2))
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turns = np.moveaxis(np.array([[cosine, -sine], [sine, cosine]]), -1, 0)
    points = scales[:, None, None] * np.einsum("nij,nkj->nki", turns, shapes) + shifts[:, None]
    points = points + placement_mm * rng.standard_normal(points.shape)
    return LandmarkSet(NAMES, points, mean, modes, _DEVIATIONS_MM.copy(), weights, scales,
                       degrees, shifts)  # fmt: skip


def _modes(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the modes after the lecture's description, made perpendicular."""
    row = {name: index for index, name in enumerate(NAMES)}
    mouth, chin, stretch = np.zeros((3, *mean.shape))
    mouth[[row["upper lip"], row["lower lip"]], 1] = 1.0
    mouth[[row["lower cerebellum"], row["back of the cerebellum"]], 0] = -0.7
    chin[[row["chin"], row["below the chin"]]] = (-1.0, -0.5)
    stretch[:, 1] = mean[:, 1] / 100
    stretch[[row["lower cerebellum"], row["back of the cerebellum"]], 1] += 0.4
    z, y = (mean - mean.mean(axis=0)).T
    moves = [np.stack(pair, axis=1) for pair in (
        (np.ones_like(z), np.zeros_like(z)),  # up
        (np.zeros_like(z), np.ones_like(z)),  # back
        (z, y),  # scaling
        (-y, z),  # turning
    )]  # fmt: skip
    columns = np.array([*moves, mouth, chin, stretch]).reshape(7, -1).T
    basis, upper = np.linalg.qr(columns)
    basis = basis * np.sign(np.diag(upper))  # each mode points the way it was described
    return basis[:, 4:].T.reshape(3, *mean.shape)


def _uncorrelated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give columns mean 0 and variance 1 (divided by n - 1), and make them uncorrelated."""
    basis, upper = np.linalg.qr(weights - weights.mean(axis=0))
    return basis * np.sign(np.diag(upper)) * np.sqrt(len(weights) - 1)
