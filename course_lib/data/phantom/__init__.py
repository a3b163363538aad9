"""A digital head whose truth is known: labels, CT, MR, PET, motion, lesions, landmarks, voids.

Real is the anatomy of the brain, where nilearn's MNI152 template can be read. Synthetic is all
else: skull, face, skin and air, every image, every lesion and every artefact. Without the template
the brain is made of ellipsoids. Positions are in mm, (Z, Y, X): up, toward the back, toward the
left, from the anterior commissure.
"""

from course_lib.data.cards import Card
from course_lib.data.phantom.aligned import Atlas, aligned_atlases
from course_lib.data.phantom.deformations import Deformation, rigid
from course_lib.data.phantom.emission import attenuation_factor, correct_attenuation
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.heads import head, subject, subjects
from course_lib.data.phantom.landmark_sets import LandmarkSet, landmarks
from course_lib.data.phantom.lesions import Fate, LesionScan, LesionStudy, with_lesions
from course_lib.data.phantom.people import Head
from course_lib.data.phantom.planes import Plane
from course_lib.data.phantom.sagittal import (
    INNER_HOLE,
    NO_VOID,
    OUTER_HOLE,
    SINUS_VOID,
    SagittalSubject,
    sagittal_subjects,
)
from course_lib.data.phantom.settings import DEFAULT, Settings
from course_lib.data.phantom.tissues import TISSUES, Tissue, paint
from course_lib.data.phantom.ventricles import CallosalSlab, with_callosal_angle
from course_lib.data.phantom.voids import SignalVoids, signal_voids

CARD = Card(
    title="Digital head with known truth",
    source=(
        "Computed by this course. The brain's tissues are those of the MNI152 template (see the "
        "card of course_lib.data.templates), read from nilearn on your computer and made 8 % "
        "smaller; without nilearn they are ellipsoids. All else is synthetic."
    ),
    licence="BSD-3-Clause, as the course; for the template see its own card.",
    deidentification="Nobody was scanned for it; the template is an average of 152 people.",
    remarks=(
        "CT in HU, MR in arbitrary units, PET in kBq/mL, attenuation in 1/cm at 511 keV. Skull, "
        "face and cavities are simple shapes. PET is attenuated in the image, not in projections. "
        "Good for methods and their errors; not for anatomy, diagnosis or dose."
    ),
)

__all__ = [
    "CARD",
    "DEFAULT",
    "INNER_HOLE",
    "NO_VOID",
    "OUTER_HOLE",
    "SINUS_VOID",
    "TISSUES",
    "Atlas",
    "CallosalSlab",
    "Deformation",
    "Fate",
    "Grid",
    "Head",
    "LandmarkSet",
    "LesionScan",
    "LesionStudy",
    "Plane",
    "SagittalSubject",
    "Settings",
    "SignalVoids",
    "Tissue",
    "aligned_atlases",
    "attenuation_factor",
    "correct_attenuation",
    "head",
    "landmarks",
    "paint",
    "rigid",
    "sagittal_subjects",
    "signal_voids",
    "subject",
    "subjects",
    "with_callosal_angle",
    "with_lesions",
]
