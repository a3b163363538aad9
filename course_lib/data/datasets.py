"""Real images that lie in the package pydicom, and one made-up PET volume.

pydicom comes with the files that its own tests need; some are real scans. They are found there and
nothing is downloaded. Each function returns a new array, so that nobody changes another's image.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.data import get_testdata_file
from scipy import ndimage

from course_lib.data.cards import Card
from course_lib.data.dicom import CtSlice, read_ct

_PYDICOM = "Read from the test files of the Python package pydicom; the course does not contain it."
_LICENCE = (
    "pydicom is under the MIT licence; its README says of the test files that their authors "
    "believe there is no restriction on using them."
)

HEAD = Card(
    title="CT of a head at the level of the eyes",
    source=f"Given to pydicom by a user (issue 1149). {_PYDICOM}",
    licence=_LICENCE,
    deidentification=(
        "The common elements of the header are empty, but private elements of the scanner's maker "
        "were left in and have to be treated as if they identified the patient. The course loads "
        "the pixels and what is needed to measure in them, and never shows, copies or writes the "
        "rest. One slice does not show a face."
    ),
    remarks=(
        "512 x 512 pixels of 0.431 mm, slice 5 mm, in HU (slope 1, intercept 0, 13 bits stored), "
        "JPEG 2000 without loss. Outside the round field of view stands -2000, which is no HU "
        "value but padding. Real air is noisy: -1000 HU give or take 15."
    ),
)
SPINE = Card(
    title="CT of a spine",
    source=(
        "David Clunie's compression samples for the DICOM working group 4, CT1, made smaller for "
        f"pydicom. {_PYDICOM}"
    ),
    licence=_LICENCE,
    deidentification=(
        "Name and number were replaced by the publisher; the header still names a hospital, a "
        "scanner and a day in 1997, which makes it a good example of what must go."
    ),
    remarks=(
        "128 x 128 pixels of 0.661 mm, slice 5 mm, stored as int16 with slope 1, intercept -1024. "
        "-896 to 1167 HU; lung beside the spine, no air around the body."
    ),
)
LIVER = Card(
    title="Mask of a liver",
    source=(
        "Segmentation by the University of Iowa (QIN), written as DICOM SEG with dcmqi and given "
        f"by A. Fedorov. {_PYDICOM}"
    ),
    licence=_LICENCE,
    deidentification="A mask without an image; the course loads the pixels and nothing else.",
    remarks="512 x 512 pixels of 0.811 mm, 1 bit each, one slice. It has seven small holes.",
)
MR = Card(
    title="MR of a head, part of a slice",
    source=(
        "David Clunie's compression samples for the DICOM working group 4, MR1, made smaller for "
        f"pydicom. {_PYDICOM}"
    ),
    licence=_LICENCE,
    deidentification="Name and number were replaced by the publisher; only pixels are loaded.",
    remarks="64 x 64 pixels of 0.3125 mm in arbitrary units, int16, no slope and no intercept.",
)
PET = Card(
    title="Made-up PET volume",
    source="Computed by this course from three ellipses and noise with a fixed seed.",
    licence="BSD-3-Clause, as the course.",
    deidentification="Nobody was scanned.",
    remarks=(
        "24 slices of 64 x 64 pixels in kBq/mL. Only the range is taken from life: tissue with a "
        "few kBq/mL, and one slice through a full bladder with 600 times as much."
    ),
)

_FILES = {
    "ct_head": "J2K_pixelrep_mismatch.dcm",
    "ct_spine": "CT_small.dcm",
    "liver_mask": "liver_1frame.dcm",
    "mr": "MR_small.dcm",
}


@dataclass(frozen=True)
class Image:
    """An image with its grid and its card.

    Parameters
    ----------
    values : (Y, X) or (Z, Y, X) array
        The image.
    spacing_mm : tuple of float
        Distance of neighbours along each axis, in the order of the axes.
    unit : str
        Unit of the values.
    card : Card
        Where it comes from and what may be done with it.
    """

    values: NDArray
    spacing_mm: tuple[float, ...]
    unit: str
    card: Card


def path(name: str) -> Path:
    """Return where a DICOM file of pydicom lies on this computer.

    Parameters
    ----------
    name : {"ct_head", "ct_spine", "liver_mask", "mr"}
        Which.

    Raises
    ------
    ValueError
        If there is no such image, or the installed pydicom came without it.

    Examples
    --------
    >>> path("ct_spine").name
    'CT_small.dcm'
    """
    if name not in _FILES:
        raise ValueError(f"There is no image {name!r}; there are {', '.join(_FILES)}.")
    found = get_testdata_file(_FILES[name], download=False)
    if found is None:
        raise ValueError(f"The installed pydicom has no {_FILES[name]}; install it anew with pip.")
    return Path(str(found))


def ct_head() -> Image:
    """Return a CT slice of a head in whole HU, padding of -2000 outside the field of view.

    Examples
    --------
    >>> head = ct_head()
    >>> head.values.shape, head.values.dtype, head.unit
    ((512, 512), dtype('int16'), 'HU')
    """
    return _ct("ct_head", HEAD)


def ct_spine() -> Image:
    """Return a CT slice of a spine in whole HU.

    Examples
    --------
    >>> int(ct_spine().values.min()), int(ct_spine().values.max())
    (-896, 1167)
    """
    return _ct("ct_spine", SPINE)


def liver_mask() -> Image:
    """Return the mask of a liver in one slice.

    Examples
    --------
    >>> int(liver_mask().values.sum())
    36233
    """
    header = _read("liver_mask")
    measures = header.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    spacing = tuple(map(float, measures.PixelSpacing))
    return Image(header.pixel_array > 0, spacing, "", LIVER)


def mr() -> Image:
    """Return a part of an MR slice in arbitrary units.

    Examples
    --------
    >>> mr().values.shape
    (64, 64)
    """
    header = _read("mr")
    spacing = tuple(map(float, header.PixelSpacing))
    return Image(header.pixel_array.copy(), spacing, "a.u.", MR)


def pet(rng: np.random.Generator) -> Image:
    """Make a PET-like volume whose slices differ much in activity.

    Parameters
    ----------
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    Image
        (24, 64, 64) activity in kBq/mL, never negative. The bladder lies in slices 9 to 11, and
        the last two slices are empty.

    Examples
    --------
    >>> volume = pet(np.random.default_rng(1)).values
    >>> volume.shape, bool(volume[-1].max() == 0)
    ((24, 64, 64), True)
    """
    z, y, x = np.ogrid[:24, :64, :64]
    body = ((y - 32) / 20) ** 2 + ((x - 32) / 28) ** 2 < 1
    kidneys = ((z - 18) / 3) ** 2 + ((y - 38) / 6) ** 2 + ((abs(x - 32) - 14) / 5) ** 2 < 1
    bladder = ((z - 10) / 2) ** 2 + ((y - 30) / 7) ** 2 + ((x - 32) / 8) ** 2 < 1
    activity = 2.5 * body + 25.0 * kidneys + 1500.0 * bladder
    smooth = ndimage.gaussian_filter(activity, (0, 1.2, 1.2))
    noisy = smooth * (1 + 0.08 * rng.standard_normal(smooth.shape))
    noisy = np.where((z < 22) & (smooth > 1e-3), np.maximum(noisy, 0), 0)
    return Image(noisy, (4.0, 4.0, 4.0), "kBq/mL", PET)


def _ct(name: str, card: Card) -> Image:
    """Return a CT slice with whole HU as int16."""
    ct = _cached_ct(name)
    return Image(np.rint(ct.hu).astype(np.int16), ct.spacing_mm, "HU", card)


@cache
def _cached_ct(name: str) -> CtSlice:
    """Decode a file once; decoding takes longer than all that is done with it."""
    return read_ct(path(name))


@cache
def _read(name: str) -> pydicom.Dataset:
    """Load the pixels and the spacing, and nothing else; the pixels are decoded once."""
    needed = [
        "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated",
        "BitsStored", "HighBit", "PixelRepresentation", "PixelData", "PixelSpacing",
        "SharedFunctionalGroupsSequence",
    ]  # fmt: skip
    return pydicom.dcmread(path(name), specific_tags=needed)
