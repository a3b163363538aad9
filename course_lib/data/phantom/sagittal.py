"""Middle slices of several people with landmarks and signal voids, in two dimensions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import RBFInterpolator

from course_lib.data.phantom import scanners
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.landmark_sets import landmarks
from course_lib.data.phantom.people import Head
from course_lib.data.phantom.tissues import AIR, SINUS, paint

NO_VOID, OUTER_HOLE, INNER_HOLE, SINUS_VOID = range(4)
#: Lowest and highest centre, and lowest and highest semi-axes, of an artefact at the teeth in
#: the reference, (Z, Y) in mm: one that stays inside, and one that reaches the lips.
_INSIDE = ((-94.0, -62.0), (-84.0, -48.0)), ((7.0, 8.0), (10.0, 13.0))
_AT_THE_LIPS = ((-90.0, -82.0), (-82.0, -76.0)), ((8.0, 14.0), (12.0, 19.0))


@dataclass(frozen=True, eq=False)
class SagittalSubject:
    """One person's middle slice: top of the head in the first row, front on the left.

    Parameters
    ----------
    t1, t1_artefact : (Y, X) uint16 array
        Without and with the artefact, in arbitrary units.
    mu_map, mu_map_artefact : (Y, X) float32 array
        Attenuation in 1/cm; the artefact is taken for air.
    labels : (Y, X) uint8 array
        Tissues, without the artefact.
    voids : (Y, X) uint8 array
        `NO_VOID`, `OUTER_HOLE` (the artefact breaches the surface), `INNER_HOLE` (it does not),
        `SINUS_VOID` (air that belongs there).
    landmarks : (K, 2) array
        (row, column) of the landmarks, not rounded.
    landmarks_mm : (K, 2) array
        (Z, Y) in mm.
    spacing_mm : float
        Of rows and columns.
    """

    t1: NDArray[np.uint16]
    t1_artefact: NDArray[np.uint16]
    mu_map: NDArray[np.float32]
    mu_map_artefact: NDArray[np.float32]
    labels: NDArray[np.uint8]
    voids: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    landmarks_mm: NDArray[np.float64]
    spacing_mm: float


def sagittal_subjects(head: Head, n: int = 7, seed: int = 0) -> tuple[SagittalSubject, ...]:
    """Warp the middle slice of a head to the landmarks of several people.

    The people are those of `landmarks(n, seed)`. A thin-plate spline through the landmarks
    carries each person's pixels to the reference, so image and landmarks fit exactly. Everybody
    has an artefact at the teeth; it reaches the lips in every second person.

    Parameters
    ----------
    head : Head
        The reference head (`phantom.head`); it is not changed.
    n : int
        Number of people, at least 5.
    seed : int
        For landmarks, artefacts and noise.

    Returns
    -------
    tuple of SagittalSubject
        One for each person.

    Raises
    ------
    ValueError
        If there are too few people, or the head is a further subject.

    References
    ----------
    .. [1] Bookstein, IEEE Transactions on Pattern Analysis and Machine Intelligence 11(6), 1989
       (thin-plate splines). doi:10.1109/34.24792

    Examples
    --------
    >>> from course_lib.data.phantom import head
    >>> people = sagittal_subjects(head(spacing_mm=6.0, anatomy="analytic"), n=5)
    >>> len(people), people[0].t1.shape, people[0].landmarks.shape
    (5, (41, 43), (16, 2))
    """
    if head.subject:
        raise ValueError(
            f"The head is subject {head.subject}; the landmarks lie on the reference head."
        )
    people = landmarks(n, seed)
    reference = head.labels[:, :, head.grid.nearest(2, 0.0)]
    return tuple(
        _subject(head, reference, points, people.mean_mm, np.random.default_rng([seed, 5, number]),
                 breaches=number % 2 == 0)
        for number, points in enumerate(people.points_mm)
    )  # fmt: skip


def _subject(
    head: Head,
    reference: NDArray[np.uint8],
    points_mm: NDArray[np.float64],
    mean_mm: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    breaches: bool,
) -> SagittalSubject:
    """Make one person's slice."""
    z, y, _ = head.grid.axes()
    pixels = np.stack(np.meshgrid(z.ravel()[::-1], y.ravel(), indexing="ij"), axis=-1)
    to_reference = RBFInterpolator(points_mm, mean_mm, kernel="thin_plate_spline")
    there = to_reference(pixels.reshape(-1, 2)).reshape(pixels.shape)
    indices = (there - head.grid.first_mm[:2]) / head.grid.spacing_mm
    labels = ndimage.map_coordinates(
        reference, np.moveaxis(indices, -1, 0), order=0, mode="nearest"
    )
    artefact = _artefact(there, head.grid, rng, breaches) & (labels != AIR)
    with_artefact = np.where(artefact, SINUS, labels).astype(np.uint8)
    line = Grid((*labels.shape, 1), head.grid.spacing_mm, (*head.grid.first_mm[:2], 0.0))
    bias = scanners.coil_bias(line, rng, head.settings)[..., 0]
    t1, t1_artefact = (
        scanners.stored(scanners.contrast_image(kind, rng, head.settings, bias))
        for kind in (labels, with_artefact)
    )
    top = float(z.ravel()[-1])
    rows = (top - points_mm[:, 0]) / head.grid.spacing_mm
    columns = (points_mm[:, 1] - head.grid.first_mm[1]) / head.grid.spacing_mm
    return SagittalSubject(
        t1, t1_artefact, paint(labels, "mu"), paint(with_artefact, "mu"), labels,
        void_kinds(labels, artefact), np.stack([rows, columns], axis=1), points_mm,
        head.grid.spacing_mm,
    )  # fmt: skip


def void_kinds(labels: NDArray[np.uint8], artefact: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Tell signal voids apart: artefacts that touch the air outside, others, and sinuses.

    Parameters
    ----------
    labels : uint8 array
        Tissues, of any number of axes, without the artefact.
    artefact : bool array
        Where an artefact takes the signal away, within the head.

    Returns
    -------
    uint8 array
        `NO_VOID`, `OUTER_HOLE`, `INNER_HOLE` or `SINUS_VOID`; each connected artefact is of one
        kind.

    Examples
    --------
    >>> labels = np.array([0, 2, 2, 2, 1, 2], np.uint8)
    >>> void_kinds(labels, np.array([False, True, False, True, False, False])).tolist()
    [0, 1, 0, 2, 3, 0]
    """
    kinds = np.where(labels == SINUS, SINUS_VOID, NO_VOID).astype(np.uint8)
    holes, count = ndimage.label(artefact)
    touched = np.unique(holes[artefact & ndimage.binary_dilation(labels == AIR)])
    is_outer = np.isin(np.arange(count + 1), touched)
    kinds[artefact] = np.where(is_outer[holes[artefact]], OUTER_HOLE, INNER_HOLE)
    return kinds


def _artefact(
    there: NDArray[np.float64], grid: Grid, rng: np.random.Generator, breaches: bool
) -> NDArray[np.bool_]:
    """Draw a blob at the teeth with an uneven border, given in mm of the reference."""
    (lowest, highest), (smallest, largest) = _AT_THE_LIPS if breaches else _INSIDE
    centre = rng.uniform(lowest, highest)
    semi_axes = rng.uniform(smallest, largest)
    radius = np.linalg.norm((there - centre) / semi_axes, axis=-1)
    uneven = ndimage.gaussian_filter(rng.standard_normal(radius.shape), 5 / grid.spacing_mm)
    return radius < 1 + 0.15 * uneven / uneven.std()
