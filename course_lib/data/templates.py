"""The MNI152 brain: an average T1-weighted MR image of 152 people, with its tissues.

The volumes lie in the package nilearn; they are found there and read with nibabel. Importing
nilearn itself would take two seconds, so it is not imported. Nothing is downloaded.
"""

import importlib.util
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray

from course_lib.data.cards import Card
from course_lib.errors import CourseError

Map = Literal["t1", "grey", "white"]

CARD = Card(
    title="MNI152 brain template (ICBM 152 nonlinear symmetric, 2009a)",
    source=(
        "V. Fonov, A. Evans and others, McConnell Brain Imaging Centre, Montreal Neurological "
        "Institute. Fonov et al., NeuroImage 54(1), 2011, doi:10.1016/j.neuroimage.2010.07.033. "
        "Read from the files of the Python package nilearn on your computer; the course does not "
        "contain them."
    ),
    licence=(
        "As stated by MNI: Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre, "
        "Montreal Neurological Institute, McGill University. Permission to use, copy, modify and "
        "distribute for any purpose and without fee, provided that this notice appears in all "
        "copies; as is, without warranty. nilearn's own description says 'License: unknown'."
    ),
    deidentification="An average of 152 people, skull removed: no person can be recognised.",
    remarks=(
        "189 x 233 x 197 voxels of 1 mm. T1 in arbitrary units (0 to 255), tissues as "
        "probabilities. Smoother than one person's scan: good for intensities and shapes, not for "
        "details of the cortex."
    ),
)

# Names inside the package; the axes in the files are (X, Y, Z), toward right, front and top.
_FILES: dict[Map, str] = {
    "t1": "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",
    "grey": "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz",
    "white": "mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz",
}
_FULL_PROBABILITY = 255


@dataclass(frozen=True)
class Volume:
    """A volume with its grid.

    Parameters
    ----------
    values : (Z, Y, X) array
        Z rises toward the top of the head, Y toward the back, X toward the left, as in DICOM.
        Not writable, because it is shared; work on a copy.
    spacing : tuple of float
        Distance of neighbouring voxels along (Z, Y, X) in mm.
    origin_z : float
        Height of the lowest slice in mm of the template's coordinates.
    """

    values: NDArray
    spacing: tuple[float, float, float]
    origin_z: float

    def slice_index(self, height_mm: float) -> int:
        """Return the slice nearest to a height.

        Parameters
        ----------
        height_mm : float
            In the template's coordinates.

        Raises
        ------
        ValueError
            If there is none; the message says which heights there are.

        Examples
        --------
        >>> mni152("t1").slice_index(18)
        90
        """
        index = round((height_mm - self.origin_z) / self.spacing[0])
        if not 0 <= index < len(self.values):
            top = self.origin_z + self.spacing[0] * (len(self.values) - 1)
            raise ValueError(
                f"There is no slice at {height_mm:g} mm; the template goes from "
                f"{self.origin_z:g} to {top:g} mm."
            )
        return index


@cache
def mni152(which: Map = "t1") -> Volume:
    """Load one volume of the template; the second call costs nothing.

    Parameters
    ----------
    which : {"t1", "grey", "white"}
        The T1-weighted image in arbitrary units, or the probability of grey or white matter,
        0 to 255 for 0 to 1.

    Returns
    -------
    Volume
        uint8, 189 x 233 x 197 voxels of 1 mm.

    Raises
    ------
    ValueError
        If there is no such volume.
    CourseError
        If nilearn is not there, or its file is missing or damaged; the message says what to
        install.

    References
    ----------
    .. [1] Fonov et al., NeuroImage 54(1), 2011. doi:10.1016/j.neuroimage.2010.07.033

    Examples
    --------
    >>> volume = mni152("t1")
    >>> volume.values.shape, volume.spacing
    ((189, 233, 197), (1.0, 1.0, 1.0))
    """
    if which not in _FILES:
        raise ValueError(f"There is no volume {which!r}; there are {', '.join(get_args(Map))}.")
    path = _folder() / _FILES[which]
    if not path.is_file():
        raise CourseError(f"nilearn is installed, but its file {path.name} is missing. {_INSTALL}")
    try:
        stored = nibabel.load(path)
        values = np.ascontiguousarray(np.asanyarray(stored.dataobj).T[:, ::-1, ::-1])
    except (OSError, EOFError, zlib.error, ValueError, ImageFileError) as error:
        raise CourseError(f"nilearn's file {path.name} is damaged: {error}. {_INSTALL}") from error
    values.setflags(write=False)
    x, y, z = (float(size) for size in stored.header.get_zooms())
    return Volume(values, (z, y, x), float(stored.affine[2, 3]))


def axial_slice(which: Map = "t1", height_mm: float = 18.0) -> NDArray:
    """Return one axial slice, front at the top and the patient's left on the right.

    Parameters
    ----------
    which : {"t1", "grey", "white"}
        As in `mni152`.
    height_mm : float
        Height in the template's coordinates, -72 to 116 mm; the nearest slice is taken.

    Returns
    -------
    (233, 197) array
        A new array: T1 as uint8 in arbitrary units, tissues as float32 probabilities 0 to 1.

    Raises
    ------
    ValueError
        If there is no such volume or slice.

    Examples
    --------
    >>> axial_slice("t1", 18).shape, axial_slice("white", 18).dtype
    ((233, 197), dtype('float32'))
    """
    volume = mni152(which)
    values = volume.values[volume.slice_index(height_mm)]
    if which == "t1":
        return values.copy()
    return values.astype(np.float32) / np.float32(_FULL_PROBABILITY)


def brain_mask(height_mm: float = 18.0) -> NDArray[np.bool_]:
    """Return where an axial slice shows brain; around it the template is 0.

    Parameters
    ----------
    height_mm : float
        As in `axial_slice`.

    Returns
    -------
    (233, 197) bool array
        Brain and the fluid within it.

    Examples
    --------
    >>> int(brain_mask(18).sum())
    19649
    """
    return axial_slice("t1", height_mm) > 0


def _folder() -> Path:
    """Find the folder of the volumes without importing nilearn."""
    found = importlib.util.find_spec("nilearn")
    if found is None or found.origin is None:
        raise CourseError(f"The MNI152 brain comes with nilearn, which is missing. {_INSTALL}")
    return Path(found.origin).parent / "datasets" / "data"


_INSTALL = "Install it with: python -m pip install --force-reinstall nilearn"
