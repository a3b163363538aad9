"""CT slices read from, written to and cleaned of what identifies in DICOM files."""

import warnings

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_modality_lut
from pydicom.uid import JPEGLSLossless

from course_lib.data import datasets
from course_lib.data.deidentification import REPLACED
from course_lib.data.dicom import read_ct
from course_lib.data.dicom_writing import ct_dataset, write

SPINE = datasets.path("ct_spine")
HU = np.array([[-1024.0, 10.0, 300.0], [3071.0, 0.4, -999.6]])


def saved(dataset, path):
    """Save a dataset as it is and return the path."""
    dataset.save_as(path)
    return path


@pytest.fixture
def spine():
    """Return the spine's dataset, to be damaged."""
    return pydicom.dcmread(SPINE)


def test_a_ct_is_read_as_pydicom_reads_it():
    header = pydicom.dcmread(SPINE)
    ct = read_ct(SPINE)
    np.testing.assert_array_equal(ct.hu, apply_modality_lut(header.pixel_array, header))
    np.testing.assert_array_equal(ct.stored, header.pixel_array)
    assert (ct.slope, ct.intercept) == (1, -1024)
    assert ct.spacing_mm == (0.661468, 0.661468)
    assert ct.thickness_mm == 5


@pytest.mark.parametrize("name", ["ct_spine", "ct_head"])
def test_a_ct_is_read_as_simpleitk_reads_it(name):
    ct = read_ct(datasets.path(name))
    image = sitk.ReadImage(str(datasets.path(name)))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image)[0], ct.hu)
    assert image.GetSpacing()[1::-1] == pytest.approx(ct.spacing_mm)


@pytest.mark.parametrize(
    ("slope", "intercept", "dtype"),
    [
        (1, -1024, np.uint16),
        (1, 0, np.int16),
        (0.1, 1000.5, np.int16),
        (52427 / 32767, -1024, np.uint16),
    ],
)
def test_a_written_ct_comes_back_up_to_half_a_step(tmp_path, slope, intercept, dtype):
    path = tmp_path / "ct.dcm"
    write(path, ct_dataset(HU, (0.5, 0.7), slope=slope, intercept=intercept, dtype=dtype))
    ct = read_ct(path)
    assert np.abs(ct.hu - HU).max() <= slope / 2 * (1 + 1e-9)
    assert ct.stored.dtype == dtype
    assert (ct.spacing_mm, ct.thickness_mm) == ((0.5, 0.7), 1)


def test_a_written_ct_is_read_by_simpleitk(tmp_path):
    path = tmp_path / "ct.dcm"
    write(path, ct_dataset(HU, (0.5, 0.7), thickness_mm=3))
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image)[0], np.rint(HU))
    assert image.GetSpacing()[:2] == pytest.approx((0.7, 0.5))


def test_what_is_stored_belongs_to_the_slope_as_it_stands_in_the_header():
    slope = 52427 / 32767 / 3  # more decimals than sixteen characters hold
    header = ct_dataset([[30000.0]], (1, 1), slope=slope, intercept=0)
    written = float(header.RescaleSlope)
    assert len(str(header.RescaleSlope)) <= 16
    assert written != slope
    assert header.pixel_array[0, 0] == round(30000 / written)


def test_a_written_ct_has_all_that_the_standard_wants(tmp_path):
    path = tmp_path / "ct.dcm"
    write(path, ct_dataset(HU, (0.5, 0.7), patient_name="Größe^Åse", patient_id="4711"))
    header = pydicom.dcmread(path)
    present = """PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate
        StudyTime ReferringPhysicianName StudyID AccessionNumber Modality SeriesInstanceUID
        SeriesNumber FrameOfReferenceUID PositionReferenceIndicator Manufacturer InstanceNumber
        ImageType PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness
        SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit
        PixelRepresentation RescaleIntercept RescaleSlope KVP AcquisitionNumber SOPClassUID
        SOPInstanceUID PixelData""".split()  # noqa: SIM905 - reads better than forty strings
    assert [keyword for keyword in present if keyword not in header] == []
    assert header.file_meta.MediaStorageSOPInstanceUID == header.SOPInstanceUID
    assert header.SOPClassUID.name == "CT Image Storage"
    assert str(header.PatientName) == "Größe^Åse"


def test_no_two_written_images_share_an_identifier():
    one, two = (ct_dataset(HU, (1, 1)) for _ in range(2))
    assert all(one[keyword].value != two[keyword].value for keyword in REPLACED)


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "ct.dcm"
    write(path, ct_dataset(HU, (1, 1)))
    before = path.read_bytes()
    broken = ct_dataset(HU, (1, 1))
    del broken.SOPClassUID
    with pytest.raises((AttributeError, ValueError)):
        write(path, broken)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["ct.dcm"]


@pytest.mark.parametrize(
    ("hu", "options", "part"),
    [
        ([[np.nan]], {}, "NaN"),
        ([[-2000.0]], {}, "do not fit uint16"),
        ([[70000.0]], {}, "do not fit uint16"),
        ([1.0], {}, "rows and columns"),
        ([[1.0]], {"slope": 0}, "slope is 0"),
        ([[1.0]], {"dtype": np.uint8}, "uint16 or int16"),
        ([[1.0]], {"dtype": np.float32}, "uint16 or int16"),
        ([[1.0]], {"thickness_mm": 0}, "above 0 mm"),
        ([[1.0]], {"spacing_mm": (1, -1)}, "above 0 mm"),
        ([[1.0]], {"spacing_mm": (1, 1, 1)}, "above 0 mm"),
    ],
)
def test_what_is_no_ct_is_not_written(hu, options, part):
    with pytest.raises(ValueError, match=part):
        ct_dataset(hu, **{"spacing_mm": (1, 1), **options})


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda d: setattr(d, "Modality", "MR"), "modality MR; a CT is needed"),
        (lambda d: delattr(d, "Modality"), "no modality"),
        (lambda d: setattr(d, "RescaleSlope", 0), "slope is 0"),
        (lambda d: delattr(d, "RescaleSlope"), "no RescaleSlope"),
        (lambda d: setattr(d, "RescaleSlope", None), "no RescaleSlope"),
        (lambda d: delattr(d, "RescaleIntercept"), "no RescaleIntercept"),
        (lambda d: delattr(d, "PixelSpacing"), "no PixelSpacing"),
        (lambda d: setattr(d, "PixelSpacing", [0, 1]), "spacing"),
        (lambda d: setattr(d, "PixelSpacing", [1, 1, 1]), "3 numbers as PixelSpacing"),
        (lambda d: delattr(d, "PixelData"), "no pixel data"),
        (lambda d: setattr(d, "PixelData", b""), "no whole image"),
        (lambda d: setattr(d, "PixelData", d.PixelData[:-2]), "no whole image"),
        (lambda d: setattr(d, "Rows", 64), "no whole image"),
        (lambda d: setattr(d, "Rows", None), "no whole image"),
        (lambda d: setattr(d, "NumberOfFrames", 2), "2 frames"),
        (lambda d: setattr(d, "PhotometricInterpretation", "RGB"), "RGB"),
    ],
)
def test_a_file_that_is_no_readable_ct_slice_is_refused(tmp_path, spine, change, part):
    change(spine)
    with pytest.raises(ValueError, match=part):
        read_ct(saved(spine, tmp_path / "ct.dcm"))


@pytest.mark.parametrize("content", [b"", b"not a DICOM file", b"\0" * 5000])
def test_a_file_that_is_not_dicom_is_refused(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"notes\.txt is not a DICOM file"):
        read_ct(path)


def test_an_mr_file_is_refused():
    with pytest.raises(ValueError, match="modality MR"):
        read_ct(datasets.path("mr"))


def test_a_file_that_is_not_there_is_told_by_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_ct(tmp_path / "nothing.dcm")


def test_a_compression_without_decoder_is_told_by_its_name(tmp_path):
    source = pydicom.dcmread(get_testdata_file("MR_small_jpeg_ls_lossless.dcm", download=False))
    source.Modality, source.RescaleSlope, source.RescaleIntercept = "CT", 1, 0
    assert source.file_meta.TransferSyntaxUID == JPEGLSLossless
    with pytest.raises(ValueError, match="JPEG-LS"):
        read_ct(saved(source, tmp_path / "ct.dcm"))


@pytest.mark.parametrize("name", ["ct_spine", "ct_head"])
@pytest.mark.parametrize("part", [0.001, 0.01, 0.05, 0.3, 0.9, 0.99])
def test_a_truncated_file_is_refused(tmp_path, name, part):
    content = datasets.path(name).read_bytes()
    path = tmp_path / "ct.dcm"
    path.write_bytes(content[: int(len(content) * part)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=r"ct\.dcm"):
            read_ct(path)


def test_two_hundred_damaged_headers_are_read_right_or_refused(tmp_path):
    content = np.frombuffer(SPINE.read_bytes(), dtype=np.uint8)
    start = content.tobytes().index(b"\xe0\x7f\x10\x00OW") + 12
    pixels = content[start : start + 128 * 128 * 2].tobytes()
    rng, path = np.random.default_rng(5), tmp_path / "ct.dcm"
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(200):
            damaged = content.copy()
            damaged[rng.integers(132, start, size=8)] = rng.integers(0, 256, size=8)
            path.write_bytes(damaged.tobytes())
            try:
                ct = read_ct(path)
            except ValueError:
                refused += 1
            else:
                assert ct.stored.astype(np.int16).tobytes() == pixels
    assert 0 < refused < 200
