"""Names, dates and numbers in a DICOM header that point at a person, and how to remove them.

The standard's own list of what must go (PS3.15, Annex E, Table E.1-1) is long, grows every year and
cannot know what a maker hides in private elements. So this module turns it round: it keeps a short
list of elements that are needed to show and measure the image, and drops everything else. Sequences
and private elements are dropped whole, unique identifiers (UIDs) are replaced.

What it does not do: it does not look at the pixels. Text burned into an image stays, and so does a
face, which can be rebuilt from the slices of a head. It is therefore a part of the Basic Profile
without its Clean Pixel Data and Clean Recognizable Visual Features options, and claims no more.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import generate_uid

# Needed to show the image and to measure in it.
KEPT = (
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "Modality", "BodyPartExamined",
    "SliceThickness", "KVP", "SpacingBetweenSlices", "ReconstructionDiameter",
    "GantryDetectorTilt", "ExposureTime", "XRayTubeCurrent", "Exposure", "ConvolutionKernel",
    "PatientPosition", "SeriesNumber", "AcquisitionNumber", "InstanceNumber",
    "ImagePositionPatient", "ImageOrientationPatient", "SliceLocation", "SamplesPerPixel",
    "PhotometricInterpretation", "Rows", "Columns", "PixelSpacing", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "SmallestImagePixelValue", "LargestImagePixelValue",
    "PixelPaddingValue", "WindowCenter", "WindowWidth", "RescaleIntercept", "RescaleSlope",
    "RescaleType", "Units", "LossyImageCompression", "LossyImageCompressionRatio",
    "LossyImageCompressionMethod", "PixelData",
)  # fmt: skip
# Replaced by new ones, the same for the same old one, so that slices still belong together.
REPLACED = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
# The standard wants them to be there, if only empty (type 2).
_EMPTIED = (
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "Manufacturer",
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID",
    "PositionReferenceIndicator",
)  # fmt: skip
_PLACES = ("Institution", "Station", "Device", "Manufacturer", "Address", "Serial")
_FREE_TEXT = ("LT", "ST", "UT", "UC")
_TEXTS = ("Description", "Comments", "Reason", "Label")


@dataclass(frozen=True)
class Finding:
    """An element that may point at a person.

    Parameters
    ----------
    tag : str
        Group and element, such as "(0010,0010)".
    name : str
        The element's name.
    why : str
        In what way it identifies.
    """

    tag: str
    name: str
    why: str


def identifying_elements(dataset: Dataset) -> list[Finding]:
    """List the elements with a value that may point at a person, also inside sequences.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        Any DICOM object.

    Returns
    -------
    list of Finding
        In the order of the file. The values are left out, since a list of findings is soon passed
        on. What is not listed need not be harmless.

    Examples
    --------
    >>> from course_lib.data.dicom_writing import ct_dataset
    >>> header = ct_dataset([[0.0]], (1, 1), patient_name="Doe^Jane")
    >>> [finding.name for finding in identifying_elements(header) if "person" in finding.why]
    ["Patient's Name"]
    """
    found = []
    for element in dataset.iterall():
        why = _why(element)
        if why and not element.is_empty:
            found.append(Finding(str(element.tag), element.name, why))
    return found


def deidentify(dataset: Dataset, key: str, subject: str = "") -> Dataset:
    """Copy what is needed of an image, and nothing that points at a person.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        An image. It is not changed.
    key : str
        Known to you only. New identifiers (UIDs) are made from it and the old ones, so that the
        slices of one series still belong together and nobody without the key can go back.
    subject : str
        Takes the place of patient name and number, for example "SUBJECT-07".

    Returns
    -------
    pydicom.dataset.Dataset
        With Patient Identity Removed set to YES, and the method named.

    Raises
    ------
    ValueError
        If the key is empty, an identifier is missing, or the object has no pixels.

    References
    ----------
    .. [1] DICOM PS3.15, Annex E: Attribute Confidentiality Profiles.

    Examples
    --------
    >>> from course_lib.data.dicom_writing import ct_dataset
    >>> header = ct_dataset([[0.0]], (1, 1), patient_name="Doe^Jane", patient_id="4711")
    >>> clean = deidentify(header, key="kept in the safe", subject="SUBJECT-07")
    >>> str(clean.PatientName), clean.PatientIdentityRemoved
    ('SUBJECT-07', 'YES')
    """
    if not key:
        raise ValueError("The key is empty; anybody could then find the old identifiers.")
    _require_image(dataset)
    clean = Dataset()
    for keyword in _EMPTIED:
        setattr(clean, keyword, None)
    for keyword in KEPT:
        if keyword in dataset:
            clean.add(copy.deepcopy(dataset[keyword]))
    for keyword in REPLACED:
        if keyword in dataset:
            new = generate_uid(entropy_srcs=[key, str(dataset[keyword].value)])
            setattr(clean, keyword, new)
    clean.PatientName = clean.PatientID = subject
    clean.PatientIdentityRemoved = "YES"
    clean.DeidentificationMethod = "Short list of elements kept, UIDs replaced, pixels as is"
    clean.LongitudinalTemporalInformationModified = "REMOVED"
    clean.file_meta = FileMetaDataset()  # the old one names machines
    clean.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    return clean


def _require_image(dataset: Dataset) -> None:
    """Refuse what is no image."""
    missing = [keyword for keyword in (*REPLACED[:3], "PixelData") if keyword not in dataset]
    if "TransferSyntaxUID" not in getattr(dataset, "file_meta", {}):
        missing.append("TransferSyntaxUID")
    if missing:
        raise ValueError(f"The object has no {' and no '.join(missing)}; an image has them.")


def _why(element: DataElement) -> str:
    """Say in what way an element identifies; empty if it does not, as far as can be seen."""
    return next((why for why, applies in _RULES if applies(element)), "")


_RULES: tuple[tuple[str, Callable[[DataElement], bool]], ...] = (
    ("private element of the maker, content unknown", lambda e: e.tag.is_private),
    ("name of a person", lambda e: e.VR == "PN"),
    ("describes the patient", lambda e: e.tag.group == 0x0010),
    ("date or time", lambda e: e.VR in ("DA", "TM", "DT") or "Timezone" in e.keyword),
    (
        "identifies the scan",
        lambda e: e.VR == "UI" and not e.keyword.endswith(("ClassUID", "SyntaxUID", "SchemeUID")),
    ),
    (
        "number in the hospital's systems",
        lambda e: e.VR != "UI" and e.keyword.endswith(("ID", "AccessionNumber")),
    ),
    ("names the place or the machine", lambda e: any(part in e.keyword for part in _PLACES)),
    ("free text", lambda e: e.VR in _FREE_TEXT or e.keyword.endswith(_TEXTS)),
)
