"""The head of the phantom: what is painted is what the labels say, and the same each time."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom, templates
from course_lib.data.phantom import brains, heads, tissues
from course_lib.data.phantom.grids import head_grid
from course_lib.data.phantom.people import MODALITIES
from course_lib.errors import CourseError

pytestmark = pytest.mark.slow  # heads are made anew for each test

ANATOMIES = ["template", "analytic"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))


@pytest.fixture(scope="module", params=ANATOMIES)
def small(request):
    """A head with noise at 4 mm."""
    return phantom.head(spacing_mm=4.0, anatomy=request.param)


def test_all_modalities_lie_on_one_grid_in_the_types_that_scanners_store(small):
    types = {name: getattr(small, name).dtype.name for name in MODALITIES}
    assert types == {
        "labels": "uint8", "ct": "int16", "t1": "uint16", "ute1": "uint16", "ute2": "uint16",
        "mu_map": "float32", "pet": "float32", "nac_pet": "float32",
    }  # fmt: skip
    assert {getattr(small, name).shape for name in types} == {(61, 64, 49)}
    assert small.spacing == (4.0, 4.0, 4.0)


def test_the_middle_slices_pass_through_the_origin():
    for spacing in (2.0, 3.0, 4.0, 6.0):
        grid = head_grid(spacing)
        for axis in range(3):
            assert grid.axes()[axis].ravel()[grid.nearest(axis, 0.0)] == 0


def test_every_tissue_is_there(small):
    assert all(volume > 5 for volume in small.volumes_ml.values())


def test_the_brain_has_the_volume_of_an_adult_brain(small):
    volumes = small.volumes_ml
    assert 1150 < volumes["grey matter"] + volumes["white matter"] < 1500


def test_the_templates_volumes_are_kept_on_the_phantoms_grid():
    scale = phantom.DEFAULT.brain_scale
    expected = (templates.mni152("white").values / 255).sum() / 1000 * scale**3
    found = phantom.head(spacing_mm=3.0, anatomy="template").volumes_ml["white matter"]
    assert found == pytest.approx(expected, rel=0.15)  # the most probable tissue, not its share


def test_the_templates_first_voxel_lies_where_its_file_says():
    import nibabel

    folder = templates._folder()
    affine = nibabel.load(folder / templates._FILES["t1"]).affine
    depth, height, width = templates.mni152("t1").values.shape
    x, y, z = affine[:3, 3]
    # `Volume` turns X and Y round, so its first voxel is the file's last.
    last = (z, -(y + height - 1), -(x + width - 1))
    assert last == pytest.approx(brains.TEMPLATE_FIRST_MM)
    assert depth == 189


def test_the_skull_closes_the_brain_in_on_every_slice_above_the_eyes(small):
    grid = small.grid
    for labels in small.labels[grid.nearest(0, 0) : grid.nearest(0, 64)]:
        bone = np.isin(labels, (tissues.CORTICAL, tissues.DIPLOE))
        regions, _ = ndimage.label(~bone)
        brain = np.isin(labels, (tissues.GREY, tissues.WHITE))
        assert brain.any()
        assert not (brain & (regions == regions[0, 0])).any()


def test_brain_never_touches_air(small):
    brain = np.isin(small.labels, (tissues.GREY, tissues.WHITE))
    brain[0] = False  # the cord is cut off there
    assert not (brain & ndimage.binary_dilation(small.labels <= tissues.SINUS)).any()


def test_the_outside_is_one_connected_region_around_the_head(small):
    regions, count = ndimage.label(small.labels == tissues.AIR)
    assert count == 1
    assert regions[-1].all()


def test_left_and_right_brain_are_about_equal(small):
    brain = np.isin(small.labels, (tissues.GREY, tissues.WHITE))
    middle = brain.shape[2] // 2
    left, right = brain[..., middle + 1 :].sum(), brain[..., :middle].sum()
    assert left == pytest.approx(right, rel=0.05)


def test_the_face_is_at_the_front_and_the_top_is_up(small):
    inside = small.labels > 0
    eyes = inside[small.grid.nearest(0, -55)]
    rows = np.flatnonzero(eyes.any(axis=1))
    widths = eyes[rows].sum(axis=1)
    assert widths[1] < widths[-2]  # the nose is narrower than the back of the head
    assert not inside[-1].any()  # air above the head
    assert inside[0].any()  # the neck goes on below


def test_the_same_seed_gives_the_same_head_and_another_seed_another(small):
    heads._head.cache_clear()
    again = phantom.head(spacing_mm=4.0, anatomy=small.anatomy)
    assert again is not small
    other = phantom.head(seed=1, spacing_mm=4.0, anatomy=small.anatomy)
    for name in MODALITIES:
        np.testing.assert_array_equal(getattr(again, name), getattr(small, name))
        assert not np.array_equal(getattr(other, name), getattr(small, name))


def test_nobody_can_change_a_shared_head(small):
    for name in MODALITIES:
        with pytest.raises(ValueError, match="read-only"):
            getattr(small, name)[0] = 0


def test_a_head_introduces_itself_in_one_line():
    head = phantom.head(spacing_mm=6.0, anatomy="analytic")
    assert repr(head) == "Head(seed=0, subject=0, 41 x 43 x 33 voxels of 6 mm, analytic brain)"


def test_slices_are_copies_turned_as_radiologists_look_at_them(small):
    axial = small.plane("axial", 10.0)
    np.testing.assert_array_equal(axial.ct, small.ct[small.grid.nearest(0, 10.0)])
    axial.ct[:] = 0
    sagittal = small.plane("sagittal", 0.0)
    np.testing.assert_array_equal(
        sagittal.labels, small.labels[::-1, :, small.grid.nearest(2, 0.0)]
    )
    assert not (sagittal.labels[0] > 0).any()  # the top row is above the head


def test_points_of_a_slice_and_its_pixels_are_each_others_inverse(small):
    coronal = small.plane("coronal", 20.0)
    points = np.array([[10.0, -3.0], [-40.0, 25.0]])
    np.testing.assert_allclose(coronal.millimetres(coronal.pixels(points)), points)
    assert coronal.pixels(np.array([108.0, -96.0])).tolist() == [0, 0]


def test_unknown_directions_slices_seeds_spacings_and_anatomies_are_refused(small):
    with pytest.raises(ValueError, match="axial, coronal, sagittal are allowed"):
        small.plane("oblique", 0)
    with pytest.raises(ValueError, match="slices lie from -132 to 108"):
        small.plane("axial", 500)
    for bad in (-1, 1.5, True, "1"):
        with pytest.raises(ValueError, match="The seed is"):
            phantom.head(seed=bad, spacing_mm=6.0)
    for bad in (0.2, 50, float("nan")):
        with pytest.raises(ValueError, match="1 to 8 mm is allowed"):
            phantom.head(spacing_mm=bad)
    with pytest.raises(ValueError, match="'template' or 'analytic'"):
        phantom.head(spacing_mm=6.0, anatomy="real")
    with pytest.raises(ValueError, match="from 1 is needed"):
        phantom.subjects(0, spacing_mm=6.0)


def test_without_the_template_the_brain_is_made_of_ellipsoids(monkeypatch):
    def missing(which="t1"):
        raise CourseError("nilearn is missing")

    monkeypatch.setattr(brains.templates, "mni152", missing)
    assert phantom.head(spacing_mm=6.0).anatomy == "analytic"
    with pytest.raises(CourseError, match="missing"):
        phantom.head(spacing_mm=6.0, seed=77, anatomy="template")


def test_the_template_is_taken_where_it_is_there():
    assert phantom.head(spacing_mm=6.0).anatomy == "template"


def test_quantities_and_labels_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="there are hu, hu_texture, r2star"):
        phantom.paint(np.zeros(2, np.uint8), "weight")
    with pytest.raises(ValueError, match="from 0 to 8"):
        phantom.paint(np.array([9], np.uint8), "hu")


def test_the_card_says_what_is_real_and_what_is_synthetic():
    assert "synthetic" in phantom.CARD.source
    assert "MNI152" in phantom.CARD.source


def test_a_head_of_2_mm_read_from_disk_is_the_head_that_was_made():
    made = phantom.head(seed=3)
    kept = {name: getattr(made, name).copy() for name in MODALITIES}
    heads._head.cache_clear()
    code = "from course_lib.data import phantom, templates; h = phantom.head(seed=3);"
    code += "print(int(h.ct.sum(dtype='int64')), float(h.pet.sum(dtype='float64')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ct_sum, pet_sum = done.stdout.split()
    assert int(ct_sum) == kept["ct"].sum(dtype="int64")
    assert float(pet_sum) == kept["pet"].sum(dtype="float64")
    read = phantom.head(seed=3)
    for name, array in kept.items():
        np.testing.assert_array_equal(getattr(read, name), array)
