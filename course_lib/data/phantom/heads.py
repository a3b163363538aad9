"""Making heads: the reference, and further people with their true deformation."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from course_lib.data.phantom import scanners, storage
from course_lib.data.phantom.anatomy import head_labels
from course_lib.data.phantom.brains import Anatomy, available_anatomy, brain_labels
from course_lib.data.phantom.deformations import Deformation, identity, random_subject
from course_lib.data.phantom.emission import nac_image
from course_lib.data.phantom.grids import Grid, head_grid
from course_lib.data.phantom.people import Head, locked
from course_lib.data.phantom.settings import DEFAULT, Settings
from course_lib.data.phantom.storage import Arrays

_WORTH_KEEPING_VOXELS = 500_000  # smaller heads take less time to make than to look after


def head(
    seed: int = 0,
    spacing_mm: float = 2.0,
    settings: Settings = DEFAULT,
    anatomy: Anatomy | None = None,
) -> Head:
    """Return the reference head; the same arguments give the same head.

    The first call for a fine grid takes a few seconds, later ones read the disk or memory.

    Parameters
    ----------
    seed : int
        For the thickness of skull and scalp, air cells, textures and noise. The brain's anatomy
        is the template's for all seeds.
    spacing_mm : float
        Distance of neighbouring voxels, 1 to 8 mm. 2 mm for notebooks, 4 to 6 mm for exercises.
    settings : Settings
        Sizes and noise.
    anatomy : {"template", "analytic"}, optional
        The template where nilearn has it, by default.

    Returns
    -------
    Head
        With the identity as its deformation.

    Raises
    ------
    ValueError
        If seed, spacing or anatomy are not allowed.

    Examples
    --------
    >>> small = head(seed=1, spacing_mm=6.0, anatomy="analytic")
    >>> small.ct.shape, small.ct.dtype, small.spacing
    ((41, 43, 33), dtype('int16'), (6.0, 6.0, 6.0))
    >>> round(small.plane("sagittal", 0).spacing_mm, 1)
    6.0
    """
    return _head(
        _checked(seed, "seed", 0), 0, float(spacing_mm), settings, anatomy or available_anatomy()
    )


def subjects(
    n: int,
    seed: int = 0,
    spacing_mm: float = 2.0,
    settings: Settings = DEFAULT,
    anatomy: Anatomy | None = None,
) -> tuple[Head, ...]:
    """Return further people: the reference head deformed, each with its own scans.

    The labels are those of `head(seed)`, warped with the nearest neighbour; images, noise, coil
    and gain are each subject's own. The first subjects do not depend on n.

    Parameters
    ----------
    n : int
        How many, at least one.
    seed, spacing_mm, settings, anatomy
        As in `head`.

    Returns
    -------
    tuple of Head
        `deformation` and `displacement_mm` of each tell the true way to the reference.

    Raises
    ------
    ValueError
        If n, seed, spacing or anatomy are not allowed.

    Examples
    --------
    >>> first, second = subjects(2, seed=1, spacing_mm=8.0, anatomy="analytic")
    >>> bool((first.labels == second.labels).all())
    False
    """
    return tuple(
        subject(number, seed, spacing_mm, settings, anatomy)
        for number in range(1, _checked(n, "number of subjects", 1) + 1)
    )


def subject(
    number: int,
    seed: int = 0,
    spacing_mm: float = 2.0,
    settings: Settings = DEFAULT,
    anatomy: Anatomy | None = None,
) -> Head:
    """Return one of the `subjects`, which begin with number 1; several need much memory.

    Parameters
    ----------
    number : int
        From 1.
    seed, spacing_mm, settings, anatomy
        As in `head`.

    Returns
    -------
    Head
        The same as in `subjects`.

    Raises
    ------
    ValueError
        If number, seed, spacing or anatomy are not allowed.

    Examples
    --------
    >>> subject(2, seed=1, spacing_mm=8.0, anatomy="analytic").subject
    2
    """
    return _head(
        _checked(seed, "seed", 0),
        _checked(number, "number of the subject", 1),
        float(spacing_mm),
        settings,
        anatomy or available_anatomy(),
    )


@lru_cache(maxsize=4)
def _head(seed: int, subject: int, spacing_mm: float, settings: Settings, anatomy: Anatomy) -> Head:
    """Return the reference (subject 0) or a subject, from the disk where it is kept there."""
    grid = head_grid(spacing_mm)
    deformation = identity()
    make_labels: Callable[[], NDArray[np.uint8]]
    if subject:
        rng = np.random.default_rng([seed, subject, 0])
        deformation = random_subject(rng, settings)
        make_labels = partial(_warped, deformation, seed, spacing_mm, settings, anatomy)
    else:
        make_labels = partial(_reference, grid, seed, settings, anatomy)
    rng = np.random.default_rng([seed, subject, 1])
    make = partial(_scanned, make_labels, grid, rng, settings)
    parameters = {
        "seed": seed,
        "subject": subject,
        "spacing_mm": spacing_mm,
        "settings": settings,
        "anatomy": anatomy,
    }
    keep = np.prod(grid.shape) >= _WORTH_KEEPING_VOXELS
    arrays = storage.kept("head", parameters, make) if keep else make()
    arrays["nac_pet"] = arrays["nac_pet"].astype(np.float32)
    protected = {name: locked(volume) for name, volume in arrays.items()}
    return Head(**protected, grid=grid, anatomy=anatomy, settings=settings,
                deformation=deformation, seed=seed, subject=subject)  # fmt: skip


def _reference(grid: Grid, seed: int, settings: Settings, anatomy: Anatomy) -> NDArray[np.uint8]:
    """Build the labels of the reference head."""
    brain = brain_labels(grid, anatomy, settings.brain_scale)
    return head_labels(grid, brain, np.random.default_rng([seed, 0, 0]), settings)


def _warped(
    deformation: Deformation, seed: int, spacing_mm: float, settings: Settings, anatomy: Anatomy
) -> NDArray[np.uint8]:
    """Warp the labels of the reference head to a subject."""
    reference = _head(seed, 0, spacing_mm, settings, anatomy)
    return deformation.warp(reference.labels, reference.grid, order=0)


def _scanned(
    make_labels: Callable[[], NDArray[np.uint8]],
    grid: Grid,
    rng: np.random.Generator,
    settings: Settings,
) -> Arrays:
    """Scan a head with all scanners, each image in the type in which it is kept."""
    labels = make_labels()
    ct = scanners.ct_image(labels, grid, rng, settings)
    bias = scanners.coil_bias(grid, rng, settings)
    ute1, ute2 = scanners.ute_pair(labels, grid, rng, settings, bias)
    t1 = scanners.contrast_image(labels, rng, settings, bias)
    nac_pet = nac_image(labels, grid.spacing_mm, rng, settings).astype(np.float16)
    return {
        "labels": labels,
        "ct": ct,
        "t1": scanners.stored(t1),
        "ute1": scanners.stored(ute1),
        "ute2": scanners.stored(ute2),
        "nac_pet": nac_pet,
    }


def _checked(number: int, name: str, least: int) -> int:
    """Return a whole number that is not too small."""
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < least:
        raise ValueError(f"The {name} is {number!r}; a whole number from {least} is needed.")
    return int(number)
