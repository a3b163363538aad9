"""Small motions: the degrees of freedom along which a local optimiser may move.

Each degree of freedom is a generator G; the motion of size p along it is the matrix exponential
exp(p G). So rigid motions stay exactly rigid, however many of them are composed. Sizes are in mm:
a rotation by p turns points at the given radius by p mm along their circle. Slide 28.
"""

from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

from course_lib.imaging.checks import as_row
from course_lib.imaging.transforms import Matrix

Freedom = Literal["translation", "rigid", "affine"]
FREEDOMS = ("translation", "rigid", "affine")


def generators(freedom: Freedom, center_mm: ArrayLike, radius_mm: float) -> NDArray[np.float64]:
    """Return one generator for each degree of freedom.

    Parameters
    ----------
    freedom : {"translation", "rigid", "affine"}
        What may change: position; position and orientation, for one patient; or also size and
        shear, between patients.
    center_mm : (D,) array
        Centre of rotations, scalings and shears, in mm.
    radius_mm : float
        Where these move points by 1 mm for a parameter of 1.

    Returns
    -------
    (K, D + 1, D + 1) float64 array
        K is D; D (D + 1) / 2; or D (D + 1).

    Raises
    ------
    ValueError
        If the freedom is another one, or the radius is not positive.

    References
    ----------
    .. [1] Vercauteren et al., NeuroImage 45(1), 2009. doi:10.1016/j.neuroimage.2008.10.040

    Examples
    --------
    >>> [len(generators(kind, [0, 0, 0], 50.0)) for kind in FREEDOMS]
    [3, 6, 12]
    """
    if freedom not in FREEDOMS:
        raise ValueError(f"The freedom is {freedom!r}; {FREEDOMS} are allowed.")
    if not (np.isfinite(radius_mm) and radius_mm > 0):
        raise ValueError(f"The radius is {radius_mm:g} mm; it must be positive and finite.")
    center = as_row(center_mm, "centre")
    axes = range(center.size)
    linear = []
    if freedom == "rigid":
        linear = [_unit(center.size, {(j, i): 1, (i, j): -1}) for i, j in combinations(axes, 2)]
    if freedom == "affine":
        linear = [_unit(center.size, {pair: 1}) for pair in product(axes, axes)]
    moves = [_unit(center.size, {(axis, center.size): 1}) for axis in axes]
    for matrix in linear:
        matrix[:-1, :-1] /= radius_mm
        matrix[:-1, -1] = -matrix[:-1, :-1] @ center
    return np.array(moves + linear)


def motion(parameters: ArrayLike, directions: NDArray[np.float64]) -> Matrix:
    """Return the transform that goes some mm along each degree of freedom.

    Parameters
    ----------
    parameters : (K,) array
        In mm.
    directions : (K, D + 1, D + 1) array
        From `generators`.

    Returns
    -------
    (D + 1, D + 1) float64 array
        Homogeneous matrix; the opposite parameters give its inverse.

    Raises
    ------
    ValueError
        If there are not as many parameters as generators.

    Examples
    --------
    >>> directions = generators("rigid", [0, 0], radius_mm=50.0)
    >>> motion([3, 4, 0], directions)[:2, 2]
    array([3., 4.])
    """
    parameters = as_row(parameters, "row of parameters")
    if len(parameters) != len(directions):
        raise ValueError(
            f"There are {len(parameters)} parameters and {len(directions)} generators; "
            "they must be equally many."
        )
    matrix = expm(np.tensordot(parameters, directions, axes=1))
    matrix[-1] = np.eye(len(matrix))[-1]
    return matrix


def _unit(axes: int, entries: dict[tuple[int, int], float]) -> NDArray[np.float64]:
    """Return a matrix of zeros but for a few entries."""
    matrix = np.zeros((axes + 1, axes + 1))
    for place, value in entries.items():
        matrix[place] = value
    return matrix
