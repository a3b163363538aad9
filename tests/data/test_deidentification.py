"""What identifies a person in a DICOM header, and how it is removed."""

import io

import numpy as np
import pydicom
import pytest

from course_lib.data import datasets
from course_lib.data.deidentification import KEPT, REPLACED, deidentify, identifying_elements
from course_lib.data.dicom import read_ct
from course_lib.data.dicom_writing import ct_dataset, write

SPINE = datasets.path("ct_spine")
HU = [[-1024.0, 10.0], [300.0, 3071.0]]
# Elements of these groups that Table E.1-1 of PS3.15 removes, empties or replaces.
BASIC_PROFILE = set(
    """
    00080050 00080012 00080013 00080014 00080018 00080020 00080021 00080022 00080023 0008002A
    00080030 00080031 00080032 00080033 00080080 00080081 00080082 00080090 00080092 00080094
    00080096 00080201 00081010 00081030 0008103E 00081040 00081048 00081050 00081060 00081070
    00081080 00081084 00081110 00081111 00081120 00081140 00081155 00081195 00082111 00082112
    00084000 00100010 00100020 00100030 00100032 00100040 00101000 00101001 00101002 00101005
    00101010 00101020 00101030 00101040 001021B0 00104000 00180010 00181000 00181002 00181004
    00181005 00181007 00181008 00181030 00181400 001811BB 00184000 0018700A 00189424 0018A003
    0020000D 0020000E 00200010 00200052 00200200 00204000 00209161 00209164 00281199 00281214
    00284000 00321033 0040A124 00880140
    """.split()  # noqa: SIM905 - a table reads better than eighty strings
)


@pytest.fixture
def spine():
    """Return the spine's dataset, to be changed."""
    return pydicom.dcmread(SPINE)


def test_the_spines_header_tells_a_place_and_a_day(spine):
    found = {finding.name: finding.why for finding in identifying_elements(spine)}
    assert found["Patient's Name"] == "name of a person"
    assert found["Institution Name"] == "names the place or the machine"
    assert found["Acquisition Date"] == "date or time"
    assert found["SOP Instance UID"] == "identifies the scan"
    assert "SOP Class UID" not in found
    assert sum("private" in why for why in found.values()) > 100


def test_findings_do_not_repeat_the_values():
    header = ct_dataset(HU, (1, 1), patient_name="Doe^Jane", patient_id="4711")
    text = repr(identifying_elements(header))
    assert "Doe" not in text
    assert "4711" not in text


def test_empty_elements_are_not_found():
    found = {finding.name for finding in identifying_elements(ct_dataset(HU, (1, 1)))}
    assert "Patient's Name" not in found
    assert "Study Date" not in found


def test_nothing_of_the_patient_is_left_after_cleaning(spine):
    spine.PatientName = "Doe^Jane"
    spine.PatientComments = "Doe lives at the harbour"
    spine.OtherPatientIDsSequence[0].PatientID = "Doe-4711"
    block = spine.private_block(0x0011, "HIDDEN", create=True)
    block.add_new(1, "LO", "Doe^Jane")
    clean = deidentify(spine, "key", "SUBJECT-07")
    buffer = io.BytesIO()
    clean.save_as(buffer, enforce_file_format=True)
    for text in (b"Doe", b"4711", b"JFK", b"1997", b"CT01", b"1CT1", b"1.3.6.1.4.1.5962.1"):
        assert text not in buffer.getvalue()
    assert not any(element.tag.is_private for element in clean.iterall())


def test_cleaning_keeps_the_image_and_what_is_measured_in_it(tmp_path, spine):
    path = tmp_path / "clean.dcm"
    write(path, deidentify(spine, "key"))
    before, after = read_ct(SPINE), read_ct(path)
    np.testing.assert_array_equal(after.hu, before.hu)
    assert (after.spacing_mm, after.thickness_mm) == (before.spacing_mm, before.thickness_mm)


def test_cleaning_keeps_compressed_pixels(tmp_path):
    path = tmp_path / "clean.dcm"
    write(path, deidentify(pydicom.dcmread(datasets.path("ct_head")), "key"))
    np.testing.assert_array_equal(read_ct(path).hu, datasets.ct_head().values)


def test_cleaning_does_not_change_the_original(spine):
    before = str(spine)
    clean = deidentify(spine, "key")
    clean.PixelSpacing[0] = 99
    assert str(spine) == before


def test_what_is_left_to_find_are_the_new_identifiers_and_the_subject(spine):
    left = {finding.name for finding in identifying_elements(deidentify(spine, "s", "SUBJECT-07"))}
    assert left == {
        "SOP Instance UID", "Study Instance UID", "Series Instance UID", "Frame of Reference UID",
        "Patient's Name", "Patient ID",
    }  # fmt: skip


def test_slices_of_one_series_still_belong_together_and_the_key_matters(spine):
    other = pydicom.dcmread(SPINE)
    other.SOPInstanceUID += "1"
    one, two, three = deidentify(spine, "a"), deidentify(other, "a"), deidentify(spine, "b")
    assert one.SeriesInstanceUID == two.SeriesInstanceUID != spine.SeriesInstanceUID
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert one.SeriesInstanceUID != three.SeriesInstanceUID


def test_the_file_says_that_it_was_cleaned(spine):
    clean = deidentify(spine, "key")
    assert clean.PatientIdentityRemoved == "YES"
    assert clean.LongitudinalTemporalInformationModified == "REMOVED"
    assert 0 < len(clean.DeidentificationMethod) <= 64


def test_no_kept_element_is_one_that_the_basic_profile_removes():
    kept = {f"{pydicom.datadict.tag_for_keyword(keyword):08X}" for keyword in KEPT}
    assert len(kept) == len(KEPT)
    assert kept.isdisjoint(BASIC_PROFILE)
    replaced = {f"{pydicom.datadict.tag_for_keyword(keyword):08X}" for keyword in REPLACED}
    assert replaced <= BASIC_PROFILE


@pytest.mark.parametrize(
    ("change", "key", "part"),
    [
        (lambda d: None, "", "key is empty"),
        (lambda d: delattr(d, "PixelData"), "s", "no PixelData"),
        (lambda d: delattr(d, "StudyInstanceUID"), "s", "no StudyInstanceUID"),
        (lambda d: delattr(d, "file_meta"), "s", "no TransferSyntaxUID"),
    ],
)
def test_what_cannot_be_cleaned_is_refused(spine, change, key, part):
    change(spine)
    with pytest.raises(ValueError, match=part):
        deidentify(spine, key)
