"""CT slices written as DICOM files that other programs can read."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, DTypeLike
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pydicom.valuerep import format_number_as_ds

from course_lib import atomic
from course_lib.imaging.rescaling import store

_CT_TYPES = (np.dtype(np.uint16), np.dtype(np.int16))
# Elements that the standard wants to be there and allows to be empty (type 2).
_UNKNOWN = (
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID",
    "PatientBirthDate", "PatientSex", "Manufacturer", "PositionReferenceIndicator",
    "AcquisitionNumber", "KVP", "ContentDate", "ContentTime", "PatientPosition", "Laterality",
)  # fmt: skip


def ct_dataset(
    hu: ArrayLike,
    spacing_mm: tuple[float, float],
    *,
    thickness_mm: float = 1.0,
    slope: float = 1.0,
    intercept: float = -1024.0,
    dtype: DTypeLike = np.uint16,
    patient_name: str = "",
    patient_id: str = "",
) -> Dataset:
    """Make a CT image with a complete header from values in HU.

    Parameters
    ----------
    hu : (Y, X) array
        The slice.
    spacing_mm : tuple of float
        Distance between rows and between columns.
    thickness_mm : float
        Slice thickness.
    slope, intercept : float
        A header holds numbers as text of at most 16 characters. They are shortened to that first,
        and the values are stored with the slope and intercept that will be read.
    dtype : numpy.uint16 or numpy.int16
        Type in the file.
    patient_name, patient_id : str
        Empty by default.

    Returns
    -------
    pydicom.dataset.Dataset
        Uncompressed, with new identifiers (UIDs) for study, series and image. These come from the
        system's randomness and not from a seed, since no two images in the world may share one.

    Raises
    ------
    ValueError
        If a value is NaN or does not fit the type, the slope is 0, the type is not one of a CT, or
        the array or the spacing is not that of a slice.

    References
    ----------
    .. [1] DICOM PS3.3, A.3.3 and C.8.2.1: modules and elements of a CT image.

    Examples
    --------
    >>> header = ct_dataset([[-1024.0, 10.0], [300.0, 40.0]], (0.5, 0.5))
    >>> header.pixel_array.tolist(), float(header.RescaleIntercept)
    ([[0, 1034], [1324, 1064]], -1024.0)
    """
    hu = np.asarray(hu)
    if hu.ndim != 2 or hu.size == 0:
        raise ValueError(f"hu has the shape {hu.shape}; a slice has rows and columns.")
    if np.dtype(dtype) not in _CT_TYPES:
        raise ValueError(f"dtype is {np.dtype(dtype)}; a CT is stored as uint16 or int16.")
    lengths = np.array([*spacing_mm, thickness_mm], dtype=np.float64)
    if lengths.size != 3 or not (np.isfinite(lengths).all() and lengths.min() > 0):
        raise ValueError(f"Spacing {spacing_mm} and thickness {thickness_mm} must be above 0 mm.")
    slope_text, intercept_text = _text(slope), _text(intercept)
    stored = store(hu, float(slope_text), float(intercept_text), dtype)
    dataset = _new_header()
    dataset.PatientName, dataset.PatientID = patient_name, patient_id
    dataset.RescaleSlope, dataset.RescaleIntercept = slope_text, intercept_text
    dataset.RescaleType = "HU"
    *dataset.PixelSpacing, dataset.SliceThickness = map(_text, lengths)
    dataset.set_pixel_data(stored, "MONOCHROME2", bits_stored=16)  # and a new SOPInstanceUID
    return dataset


def write(path: str | Path, dataset: Dataset) -> None:
    """Write a DICOM file whole: the old file or the new one stands there, never a half.

    Parameters
    ----------
    path : str or Path
        Where the file shall stand.
    dataset : pydicom.dataset.Dataset
        For example from `ct_dataset`.

    Raises
    ------
    ValueError
        If pydicom finds the header incomplete.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from course_lib.data.dicom import read_ct
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "ct.dcm"), ct_dataset([[-1024.0, 10.4, 300.0]], (1, 1)))
    ...     read_ct(Path(folder, "ct.dcm")).hu
    array([[-1024.,    10.,   300.]])
    """
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    atomic.write(Path(path), buffer.getvalue())


def _new_header() -> Dataset:
    """Make a CT header with new identifiers; what nobody knows stays empty."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for keyword in _UNKNOWN:
        setattr(dataset, keyword, None)
    dataset.SpecificCharacterSet = "ISO_IR 192"  # UTF-8, so that every name can be written
    dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    dataset.SOPClassUID = CTImageStorage
    dataset.Modality = "CT"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.FrameOfReferenceUID = generate_uid()
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.ImagePositionPatient = [0, 0, 0]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    return dataset


def _text(number: float) -> str:
    """Write a number in at most 16 characters."""
    return format_number_as_ds(float(number))
