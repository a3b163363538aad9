"""The plan of the course: twelve topics, a last one that joins them, and the stations they serve.

Which topics are there is not said here; that is found out. The titles, minutes and slides of
those that are there come from their notebooks.
"""

from dataclasses import dataclass

THREAD = (
    "A patient is scanned on a PET/MR scanner, which cannot measure how dense the bone is. "
    "We need an attenuation map like that of a CT, made from MR images, and it must be right."
)


@dataclass(frozen=True)
class Station:
    """A place that images pass in an imaging department.

    Parameters
    ----------
    key, name : str
        For the program and for the reader.
    data : str
        What is there.
    form : str
        In which format and unit.
    """

    key: str
    name: str
    data: str
    form: str


@dataclass(frozen=True)
class PlannedTopic:
    """A topic of the plan.

    Parameters
    ----------
    number, slug, title : str
        As in the name and the header of its notebook.
    question : str
        What the hospital asks.
    slides : str
        Slides of the lecture.
    stations : tuple of str
        Keys of the stations where it is needed.
    """

    number: str
    slug: str
    title: str
    question: str
    slides: str
    stations: tuple[str, ...]


STATIONS = (
    Station(
        "scanner",
        "Scanner",
        "What the detectors measure, and the slices reconstructed from it: CT, MR, PET.",
        "CT in Hounsfield units (HU), PET in kBq/mL, MR in arbitrary units (a.u.) that differ "
        "from scan to scan. The attenuation map that PET needs is in 1/cm.",
    ),
    Station(
        "storage",
        "Data storage",
        "Every slice of every patient, kept for years in the archive (PACS).",
        "DICOM: a header (who, when, how, which unit) and a 2-D array of stored whole numbers; "
        "value = slope * stored + intercept.",
    ),
    Station(
        "preprocessing",
        "Preprocessing",
        "Volumes made ready: read, put on one grid, on one scale, cleaned of noise.",
        "Arrays with the axes (Z, Y, X) and the voxel spacing in mm; values in the unit of the "
        "scan, or scaled to 0..1 with the inverse kept.",
    ),
    Station(
        "analysis",
        "Image analysis",
        "Transforms between scans, masks, labels, detected lesions, predicted images.",
        "Masks are True or False, labels whole numbers, transforms 4 x 4 matrices in mm; a "
        "predicted CT is in HU again.",
    ),
    Station(
        "physician",
        "Physician",
        "Images with overlays, and the few numbers on which a decision rests.",
        "A number with its unit and its uncertainty: a volume in mL, an angle in degrees, an "
        "uptake in kBq/mL. Results go back to the archive as DICOM.",
    ),
)

TOPICS = (
    PlannedTopic(
        "01",
        "compression_dicom",
        "Compression and DICOM",
        "How is an image stored in few whole numbers, and read back as the values it had?",
        "4-10",
        ("storage",),
    ),
    PlannedTopic(
        "02",
        "normalization",
        "Intensity normalization",
        "How can MR images of two patients be compared when their units are arbitrary?",
        "11-18",
        ("preprocessing",),
    ),
    PlannedTopic(
        "03",
        "mr_to_ct_mapping",
        "From MR to CT: intensity mapping",
        "Which MR signal tells bone from air, and how does it become a CT value?",
        "19-24",
        ("scanner", "preprocessing"),
    ),
    PlannedTopic(
        "04",
        "interpolation",
        "Interpolation",
        "What is the value between two voxels, of an image and of a label?",
        "25-27",
        ("preprocessing",),
    ),
    PlannedTopic(
        "05",
        "registration",
        "Registration",
        "How do two scans of a patient who moved come to lie on each other?",
        "28-34",
        ("scanner", "analysis"),
    ),
    PlannedTopic(
        "06",
        "label_fusion",
        "Atlases: synthetic CT and label fusion",
        "What can the scans of other patients tell about this one?",
        "35-39",
        ("analysis",),
    ),
    PlannedTopic(
        "07",
        "detection_tracking",
        "Detection and tracking",
        "Where is the lesion, and is it the same one as last year?",
        "40-44",
        ("analysis", "physician"),
    ),
    PlannedTopic(
        "08",
        "local_binary_patterns",
        "Template matching, features, local binary patterns",
        "How is a neighbourhood of pixels described in a few numbers?",
        "45-53",
        ("preprocessing", "analysis"),
    ),
    PlannedTopic(
        "09",
        "decision_forests",
        "Decision trees and random forests",
        "How do simple questions, asked in turn, predict a CT from MR features?",
        "54-68",
        ("analysis",),
    ),
    PlannedTopic(
        "10",
        "neural_networks",
        "Neural networks",
        "How does a network learn, and when does it only learn by heart?",
        "69-73",
        ("analysis",),
    ),
    PlannedTopic(
        "11",
        "active_shape_models",
        "Active shape models",
        "Is a hole in the attenuation map anatomy, or an artefact of metal?",
        "74-87",
        ("scanner", "analysis"),
    ),
    PlannedTopic(
        "12",
        "chan_vese",
        "Chan-Vese active contours",
        "Where does the body end when MR cannot see it but PET can?",
        "88-90",
        ("scanner", "analysis"),
    ),
    PlannedTopic(
        "13",
        "whole_chain",
        "The whole chain",
        "How wrong is the corrected PET in the end, and which step was worth its work?",
        "91",
        ("scanner", "storage", "preprocessing", "analysis", "physician"),
    ),
)


def topics_at(station: str) -> tuple[PlannedTopic, ...]:
    """Return the topics that are needed at a station.

    Examples
    --------
    >>> [topic.number for topic in topics_at("storage")]
    ['01', '13']
    """
    return tuple(topic for topic in TOPICS if station in topic.stations)
