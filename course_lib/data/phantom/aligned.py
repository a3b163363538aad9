"""Atlases brought onto a target, as good as a registration in practice leaves them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data.phantom.brains import Anatomy
from course_lib.data.phantom.grids import Grid, head_grid
from course_lib.data.phantom.heads import subject
from course_lib.data.phantom.people import Head
from course_lib.data.phantom.settings import DEFAULT, Settings
from course_lib.data.phantom.splines import random_field

_NODES_MM = 8.0  # the fields are smooth: between these nodes they are straight


@dataclass(frozen=True, eq=False)
class Atlas:
    """Another patient's images, warped to the target's grid.

    Parameters
    ----------
    t1 : (Z, Y, X) uint16 array
        In arbitrary units, warped linearly.
    ct : (Z, Y, X) int16 array
        In HU, warped linearly.
    labels : (Z, Y, X) uint8 array
        Tissues, warped with the nearest neighbour.
    """

    t1: NDArray[np.uint16]
    ct: NDArray[np.int16]
    labels: NDArray[np.uint8]


def aligned_atlases(
    n: int = 6,
    seed: int = 0,
    *,
    spacing_mm: float = 2.0,
    residual_mm: float = 3.0,
    settings: Settings = DEFAULT,
    anatomy: Anatomy | None = None,
) -> tuple[Head, tuple[Atlas, ...]]:
    """Return a target and atlases that are registered to it, up to a smooth residual error.

    The first of `subjects` is the target, the next n are the atlases. Each is warped
    by its true deformation, and then by a random residual, because no registration is perfect.

    Parameters
    ----------
    n : int
        Number of atlases, at least one.
    seed, spacing_mm, settings, anatomy
        As in `subjects`.
    residual_mm : float
        Root mean square of the misalignment's length, at least 0.

    Returns
    -------
    target : Head
        Its CT is the truth that a synthetic CT is compared with.
    atlases : tuple of Atlas
        On the target's grid.

    Raises
    ------
    ValueError
        If n, residual, seed, spacing or anatomy are not allowed.

    Examples
    --------
    >>> target, atlases = aligned_atlases(2, spacing_mm=6.0, anatomy="analytic")
    >>> len(atlases), atlases[0].ct.shape == target.ct.shape
    (2, True)
    """
    if not (np.isfinite(residual_mm) and residual_mm >= 0):
        raise ValueError(f"The residual is {residual_mm:g} mm; it must be finite and >= 0.")
    if n < 1:
        raise ValueError(f"The number of atlases is {n}; at least one is needed.")
    target = subject(1, seed, spacing_mm, settings, anatomy)
    rng = np.random.default_rng([target.seed, 7])
    atlases = tuple(
        _aligned(target, subject(number, seed, spacing_mm, settings, anatomy), residual_mm, rng)
        for number in range(2, n + 2)
    )
    return target, atlases


def _aligned(target: Head, other: Head, residual_mm: float, rng: np.random.Generator) -> Atlas:
    """Warp one atlas to the target."""
    nodes = head_grid(_NODES_MM)
    residual = random_field(rng, step_mm=40.0, components=3).on(nodes)
    reference = target.deformation.positions(nodes) + residual_mm / np.sqrt(3) * residual
    places = other.deformation.from_reference(np.moveaxis(reference, 0, -1))
    indices = _between_nodes(np.moveaxis(other.grid.indices(places), -1, 0), nodes, target.grid)
    t1, ct = (
        np.rint(ndimage.map_coordinates(image.astype(np.float32), indices, order=1, mode="nearest"))
        for image in (other.t1, other.ct)
    )
    labels = ndimage.map_coordinates(other.labels, indices, order=0, mode="nearest")
    return Atlas(t1.astype(np.uint16), ct.astype(np.int16), labels)


def _between_nodes(values: NDArray, nodes: Grid, grid: Grid) -> NDArray[np.float32]:
    """Interpolate linearly from the nodes to a finer grid that begins at the same place."""
    step = grid.spacing_mm / nodes.spacing_mm
    # Beyond the last node the straight line goes on: one more node, extrapolated.
    longer = np.pad(values, ((0, 0), (0, 1), (0, 1), (0, 1)), mode="reflect", reflect_type="odd")
    return np.stack([
        ndimage.affine_transform(
            part.astype(np.float32), [step] * 3, output_shape=grid.shape, order=1, mode="nearest"
        )
        for part in longer
    ])  # fmt: skip
