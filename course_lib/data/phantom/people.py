"""One person's head: every modality on one grid, with the truth behind them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from course_lib.data.phantom import scanners
from course_lib.data.phantom.brains import Anatomy
from course_lib.data.phantom.deformations import Deformation
from course_lib.data.phantom.emission import correct_attenuation
from course_lib.data.phantom.grids import Grid
from course_lib.data.phantom.planes import Plane, cut
from course_lib.data.phantom.settings import Settings
from course_lib.data.phantom.tissues import paint

MODALITIES = ("labels", "ct", "t1", "ute1", "ute2", "mu_map", "pet", "nac_pet")


@dataclass(frozen=True, eq=False, repr=False)
class Head:
    """One person's head; arrays are (Z, Y, X) and cannot be written to, because they are shared.

    Parameters
    ----------
    labels : uint8 array
        The truth: labels of `tissues.TISSUES`.
    ct : int16 array
        In HU.
    t1, ute1, ute2 : uint16 array
        T1-weighted image and the two ultra-short echoes, in arbitrary units.
    nac_pet : float32 array
        PET without attenuation correction, in kBq/mL.
    grid : Grid
        Where the voxels lie.
    anatomy : {"template", "analytic"}
        Whether the brain is the MNI152 template's or made of ellipsoids.
    settings : Settings
        What the head was made with.
    deformation : Deformation
        True map from this head's points to those of the reference head.
    seed : int
        Of the reference head; `subject` is 0 for the reference, else the number of the subject.
    subject : int
        See `seed`.
    """

    labels: NDArray[np.uint8]
    ct: NDArray[np.int16]
    t1: NDArray[np.uint16]
    ute1: NDArray[np.uint16]
    ute2: NDArray[np.uint16]
    nac_pet: NDArray[np.float32]
    grid: Grid
    anatomy: Anatomy
    settings: Settings
    deformation: Deformation
    seed: int
    subject: int

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.grid.shape))
        return (
            f"Head(seed={self.seed}, subject={self.subject}, {size} voxels of "
            f"{self.grid.spacing_mm:g} mm, {self.anatomy} brain)"
        )

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxels along (Z, Y, X) in mm."""
        return (self.grid.spacing_mm,) * 3

    @cached_property
    def mu_map(self) -> NDArray[np.float32]:
        """True attenuation map at 511 keV in 1/cm, float32."""
        return locked(paint(self.labels, "mu"))

    @cached_property
    def pet(self) -> NDArray[np.float32]:
        """PET corrected with the true attenuation map, in kBq/mL, float32."""
        angles = self.settings.pet_angles
        return locked(correct_attenuation(self.nac_pet, self.mu_map, self.spacing[0], angles))

    @property
    def displacement_mm(self) -> NDArray[np.float32]:
        """How far each voxel is displaced toward its place in the reference, (3, Z, Y, X) mm."""
        return self.deformation.displacement(self.grid)

    @property
    def volumes_ml(self) -> dict[str, float]:
        """Volume of each tissue in ml."""
        return scanners.volumes_ml(self.labels, self.grid.spacing_mm)

    def plane(self, direction: str, position_mm: float) -> Plane:
        """Return one slice of all modalities; see `planes.cut`."""
        volumes = {name: getattr(self, name) for name in MODALITIES}
        return cut(volumes, self.grid, direction, position_mm)


def locked(array: NDArray) -> NDArray:
    """Protect an array that several users share."""
    array.setflags(write=False)
    return array
