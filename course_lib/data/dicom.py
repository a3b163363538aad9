"""CT slices from DICOM files, in Hounsfield units."""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.pixels import get_decoder

from course_lib.imaging.rescaling import check_line, rescale

# All that is loaded: what is not needed is not even in memory, names and dates least of all.
_NEEDED = (
    "Modality", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows",
    "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "PlanarConfiguration", "PixelSpacing", "SliceThickness", "RescaleSlope", "RescaleIntercept",
    "PixelData",
)  # fmt: skip
# What pydicom and the decoders raise on damaged files, found by damaging files at random.
_DAMAGE = (
    AttributeError, EOFError, IndexError, KeyError, MemoryError, NotImplementedError, OSError,
    OverflowError, RuntimeError, TypeError, ValueError, BytesLengthException, struct.error,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class CtSlice:
    """A slice as it is stored, with what is needed to read it.

    Parameters
    ----------
    stored : (Y, X) integer array
        The numbers in the file.
    slope, intercept : float
        Rescale Slope and Rescale Intercept.
    spacing_mm : tuple of float
        Distance between rows and between columns.
    thickness_mm : float or None
        Slice thickness, if the file tells it.
    """

    stored: NDArray[np.integer]
    slope: float
    intercept: float
    spacing_mm: tuple[float, float]
    thickness_mm: float | None = None

    @property
    def hu(self) -> NDArray[np.float64]:
        """The slice in Hounsfield units, a new array each time."""
        return rescale(self.stored, self.slope, self.intercept)


def read_ct(path: str | Path) -> CtSlice:
    """Read one CT slice.

    Parameters
    ----------
    path : str or Path
        A DICOM file.

    Returns
    -------
    CtSlice
        Stored values, slope and intercept, spacing. Only the elements needed for these are
        loaded; names and dates are not.

    Raises
    ------
    ValueError
        If the file is not DICOM, damaged or truncated, not a CT, has no pixels or more than one
        slice, has no slope or intercept, a slope of 0, or is compressed in a way for which no
        decoder is installed. Changed pixels of an uncompressed file cannot be noticed: DICOM
        files carry no checksum.
    OSError
        If there is no such file or it may not be read.

    References
    ----------
    .. [1] DICOM PS3.3, A.3 CT Image IOD; PS3.10, File Format.

    Examples
    --------
    >>> from course_lib.data import datasets
    >>> ct = read_ct(datasets.path("ct_spine"))
    >>> ct.slope, ct.intercept, float(ct.hu.min()), float(ct.hu.max())
    (1.0, -1024.0, -896.0, 1167.0)
    """
    path = Path(path)
    header = _header(path)
    _require_one_ct_slice(header, path)
    slope, intercept = (
        _numbers(header, keyword, 1, path)[0] for keyword in ("RescaleSlope", "RescaleIntercept")
    )
    try:
        check_line(slope, intercept)
    except ValueError as error:
        raise ValueError(f"{path.name} cannot be read in HU: {error}") from error
    spacing = _numbers(header, "PixelSpacing", 2, path)
    if not all(0 < length < np.inf for length in spacing):
        raise ValueError(f"{path.name} has the spacing {spacing} mm; lengths are above 0.")
    thick = _element(header, "SliceThickness", path) is not None
    thickness = _numbers(header, "SliceThickness", 1, path)[0] if thick else None
    return CtSlice(_pixels(header, path), slope, intercept, (spacing[0], spacing[1]), thickness)


def _header(path: Path) -> Dataset:
    """Parse the elements that are needed."""
    content = path.read_bytes()
    try:
        return pydicom.dcmread(io.BytesIO(content), specific_tags=list(_NEEDED))
    except InvalidDicomError as error:
        raise ValueError(f"{path.name} is not a DICOM file: the mark DICM is missing.") from error
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is damaged: its header cannot be parsed.") from error


def _element(header: Dataset, keyword: str, path: Path) -> Any:
    """Return one value; None where it is missing or empty."""
    try:
        value = header.get(keyword)
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is damaged: {keyword} cannot be read.") from error
    return None if value is None or value == "" else value


def _numbers(header: Dataset, keyword: str, count: int, path: Path) -> tuple[float, ...]:
    """Return the numbers of an element that must be there."""
    value = _element(header, keyword, path)
    if value is None:
        raise ValueError(f"{path.name} has no {keyword}, which a CT must have.")
    try:
        numbers = tuple(map(float, np.atleast_1d(value)))
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is damaged: {keyword} is no number.") from error
    if len(numbers) != count:
        raise ValueError(f"{path.name} has {len(numbers)} numbers as {keyword}; needed: {count}.")
    return numbers


def _require_one_ct_slice(header: Dataset, path: Path) -> None:
    """Refuse what is not a CT slice with pixels."""
    modality = _element(header, "Modality", path)
    if modality != "CT":
        what = "no modality" if modality is None else f"the modality {modality}"
        raise ValueError(f"{path.name} has {what}; a CT is needed.")
    if "PixelData" not in header:
        raise ValueError(f"{path.name} has no pixel data; the file may be truncated.")
    frames = _element(header, "NumberOfFrames", path) or 1
    colours = _element(header, "PhotometricInterpretation", path)
    if frames != 1 or colours != "MONOCHROME2":
        raise ValueError(
            f"{path.name} holds {frames} frames of the kind {colours}; "
            "one slice of the kind MONOCHROME2 is needed."
        )


def _pixels(header: Dataset, path: Path) -> NDArray[np.integer]:
    """Decode the pixels."""
    _require_decoder(header, path)
    try:
        if not header.file_meta.TransferSyntaxUID.is_compressed:
            _require_length(header)
        stored = header.pixel_array
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is damaged or truncated: no whole image in it.") from error
    if stored.ndim != 2 or stored.dtype.kind not in "iu":
        raise ValueError(f"{path.name} holds {stored.dtype} of shape {stored.shape}; not a slice.")
    return np.array(stored)


def _require_decoder(header: Dataset, path: Path) -> None:
    """Refuse a compression that nothing installed can undo."""
    try:
        syntax = header.file_meta.TransferSyntaxUID
        available = get_decoder(syntax).is_available
    except _DAMAGE as error:
        raise ValueError(f"{path.name} does not tell a known way of storing pixels.") from error
    if not available:
        raise ValueError(
            f"{path.name} is compressed as {syntax.name}, for which no decoder is installed; "
            "the packages pylibjpeg and pylibjpeg-libjpeg bring the usual ones."
        )


def _require_length(header: Dataset) -> None:
    """Refuse pixels that are too few or too many for the rows and columns of the header.

    With too many pydicom would warn and show a part of them, which may be the wrong part.
    """
    wanted = header.Rows * header.Columns * header.SamplesPerPixel * header.BitsAllocated // 8
    if len(header.PixelData) != wanted + wanted % 2:  # an odd number of bytes is padded
        raise ValueError(f"{len(header.PixelData)} bytes of pixels; the header needs {wanted}.")
