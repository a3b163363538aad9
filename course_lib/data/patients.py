"""Two made-up patients on two scanners: the MNI152 brain, seen with different settings.

The lecture shows two subjects whose grey matter reads 70 and 200 in the scanners' own units, and
0.58 and 0.61 after scaling (slide 11). Its pictures are lost. These two brains give its numbers.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from course_lib.data import templates
from course_lib.data.cards import Card

CARD = replace(
    templates.CARD,
    title="Two made-up patients, from the MNI152 brain template",
    deidentification="Both are made from an average of 152 people; nobody was scanned.",
    remarks=(
        "Slices of 1 mm in arbitrary units. Subject B is another slice, mirrored and smaller. "
        "Each scanner has its own brightness and its own contrast (a power of the template's "
        "intensity), chosen so that grey matter reads 70 and 200, as on slide 11 of the lecture."
    ),
)


@dataclass(frozen=True)
class Patient:
    """One MR slice with its true tissues.

    Parameters
    ----------
    name : str
        "Subject A" or "Subject B".
    image : (Y, X) uint16 array
        T1-weighted MR in arbitrary units of its scanner; 0 outside the brain.
    brain, grey_matter, white_matter : (Y, X) bool array
        Where the tissues are.
    card : Card
        Where it comes from.
    """

    name: str
    image: NDArray[np.uint16]
    brain: NDArray[np.bool_]
    grey_matter: NDArray[np.bool_]
    white_matter: NDArray[np.bool_]
    card: Card = CARD


def two_patients() -> tuple[Patient, Patient]:
    """Return two brains that cannot be compared in the units of their scanners.

    Returns
    -------
    tuple of Patient
        Subject A, then subject B.

    References
    ----------
    .. [1] Lecture, slide 11.

    Examples
    --------
    >>> for patient in two_patients():
    ...     print(patient.name, round(float(patient.image[patient.grey_matter].mean())))
    Subject A 70
    Subject B 200
    """
    first = _patient("Subject A", height_mm=18, brightest=120.7, contrast=1.5765)
    second = _patient(
        "Subject B", height_mm=26, brightest=327.9, contrast=1.4589, size=(0.96, 0.92), mirror=True
    )
    return first, second


def _patient(
    name: str,
    *,
    height_mm: float,
    brightest: float,
    contrast: float,
    size: tuple[float, float] = (1.0, 1.0),
    mirror: bool = False,
) -> Patient:
    """Make one patient from a slice of the template."""
    t1 = _shaped(templates.axial_slice("t1", height_mm).astype(float), size, mirror, order=1)
    tissues = [
        templates.brain_mask(height_mm),
        templates.axial_slice("grey", height_mm) > 0.8,
        templates.axial_slice("white", height_mm) > 0.9,
    ]
    brain, grey, white = (
        _shaped(mask.astype(np.uint8), size, mirror, order=0) == 1 for mask in tissues
    )
    image = np.rint(brightest * (t1 / t1.max()) ** contrast).astype(np.uint16)
    return Patient(name, image, brain, grey, white)


def _shaped(image: NDArray, size: tuple[float, float], mirror: bool, order: int) -> NDArray:
    """Shrink about the centre and mirror left and right."""
    centre = (np.array(image.shape) - 1) / 2
    steps = 1 / np.array(size)
    moved = ndimage.affine_transform(image, steps, centre * (1 - steps), order=order)
    return moved[:, ::-1] if mirror else moved
