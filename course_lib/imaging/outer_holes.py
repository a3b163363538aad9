"""Outer holes of an attenuation map, filled up to the contour that PET shows.

A signal void that breaches the surface looks like air outside, so MR alone cannot mend it. The PET
image without attenuation correction still holds the outline of the body. Slides 88 to 90.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from course_lib.imaging.checks import as_numbers, finite_range, require_mask, require_positive
from course_lib.imaging.interpolation import as_floating
from course_lib.imaging.level_sets import as_level_set

AIR_BELOW = 0.05  # 1/cm: halfway between air and soft tissue
SOFT_TISSUE = 0.0975  # 1/cm at 511 keV


def contour_mask(level_set: ArrayLike) -> NDArray[np.bool_]:
    """Mark the body: the largest connected part inside a contour, with its holes filled.

    Parameters
    ----------
    level_set : array
        Positive inside.

    Returns
    -------
    bool array
        Parts touch through faces of pixels; a hole is what does not reach the border of the image.

    Raises
    ------
    ValueError
        If the level set is positive nowhere, is empty, or holds NaN.

    References
    ----------
    .. [1] Lecture, slides 88 and 89.

    Examples
    --------
    >>> contour_mask([[1, 1, 1, -1, 1], [1, -1, 1, -1, -1], [1, 1, 1, -1, -1]]).astype(int)
    array([[1, 1, 1, 0, 0],
           [1, 1, 1, 0, 0],
           [1, 1, 1, 0, 0]])
    """
    phi = as_level_set(level_set)
    inside = require_mask(phi > 0, phi.shape, "inside of the contour")
    parts, _ = ndimage.label(inside)
    largest = np.bincount(parts[inside]).argmax()
    return ndimage.binary_fill_holes(parts == largest)


def outer_hole(
    mu_map: ArrayLike, body: ArrayLike, air_below: float = AIR_BELOW
) -> NDArray[np.bool_]:
    """Find air that lies within the body and is connected with the air outside.

    Parameters
    ----------
    mu_map : array
        Attenuation in 1/cm.
    body : bool array of the same shape
        What lies inside the outline of the body.
    air_below : float
        Attenuation below this counts as air, in 1/cm.

    Returns
    -------
    bool array
        The hole. Sinuses are no part of it, unless they open into the hole or to the outside.

    Raises
    ------
    ValueError
        If the map is empty or holds NaN, the body is empty or does not fit, or the limit is not
        positive.

    References
    ----------
    .. [1] Lecture, slides 76 and 77.

    Examples
    --------
    >>> mu_map = [[0, 0, 0, 0, 0, 0, 0], [0, 0, 0.1, 0.1, 0, 0.1, 0], [0, 0, 0, 0, 0, 0, 0]]
    >>> body = np.zeros((3, 7), bool)
    >>> body[1, 1:6] = True
    >>> outer_hole(mu_map, body)[1].tolist()
    [False, True, False, False, True, False, False]
    """
    mu_map = _checked_map(mu_map)
    body = require_mask(body, mu_map.shape, "body")
    require_positive(air_below, "limit of air")
    parts, count = ndimage.label(mu_map < air_below)
    reaches_outside = np.zeros(count + 1, dtype=bool)
    reaches_outside[parts[~body]] = True
    reaches_outside[0] = False  # what is not air
    return reaches_outside[parts] & body


def fill_outer_hole(
    mu_map: ArrayLike,
    body: ArrayLike,
    soft_tissue: float = SOFT_TISSUE,
    air_below: float = AIR_BELOW,
) -> NDArray[np.floating]:
    """Fill the outer holes of an attenuation map with soft tissue, up to the outline of the body.

    Parameters
    ----------
    mu_map : array
        Attenuation in 1/cm.
    body : bool array of the same shape
        What lies inside the outline of the body, for example of PET; see `contour_mask`.
    soft_tissue : float
        Attenuation of what is filled in, in 1/cm.
    air_below : float
        Attenuation below this counts as air, in 1/cm.

    Returns
    -------
    floating array
        Attenuation in 1/cm; float32 stays float32.

    Raises
    ------
    ValueError
        As `outer_hole`, or if soft tissue is not above the limit of air.

    References
    ----------
    .. [1] Lecture, slides 88 to 90.
    .. [2] Ladefoged et al., EJNMMI Physics 2, article 8, 2015: the outline of the body from PET
       without attenuation correction. doi:10.1186/s40658-015-0112-5

    Examples
    --------
    >>> body = np.array([[False, True, True, True, True, True, False]])
    >>> fill_outer_hole([[0, 0, 0.1, 0, 0.1, 0.1, 0]], body).tolist()
    [[0.0, 0.0975, 0.1, 0.0, 0.1, 0.1, 0.0]]
    """
    if not air_below < soft_tissue < np.inf:
        raise ValueError(
            f"Soft tissue is {soft_tissue:g} and air lies below {air_below:g} 1/cm; soft tissue "
            "must be above that and finite."
        )
    hole = outer_hole(mu_map, body, air_below)
    filled = as_floating(_checked_map(mu_map)).copy()
    filled[hole] = soft_tissue
    return filled


def _checked_map(mu_map: ArrayLike) -> NDArray:
    """Return an attenuation map that is not empty and holds no NaN."""
    mu_map = as_numbers(mu_map)
    finite_range(mu_map)
    return mu_map
