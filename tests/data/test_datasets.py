"""Images that lie in pydicom, and the made-up PET."""

import numpy as np
import pydicom
import pytest

from course_lib.data import datasets
from course_lib.data.cards import Card

IMAGES = [datasets.ct_head, datasets.ct_spine, datasets.liver_mask, datasets.mr]


@pytest.mark.parametrize("load", IMAGES)
def test_every_image_has_a_spacing_and_a_full_card(load):
    image = load()
    assert image.values.ndim == len(image.spacing_mm) == 2
    assert min(image.spacing_mm) > 0
    assert isinstance(image.card, Card)
    assert all(len(text) > 10 for text in vars(image.card).values())


@pytest.mark.parametrize("load", IMAGES)
def test_changing_an_image_does_not_change_the_next_one(load):
    first = load()
    first.values[:] = 0
    assert load().values.any()


def test_the_head_is_in_hounsfield_units_with_padding_outside():
    head = datasets.ct_head().values
    assert (head.min(), head.max()) == (-2000, 1896)
    assert (head == -2000).mean() == pytest.approx(0.2146, abs=1e-4)
    assert head[2, 2] == -2000
    assert -1050 < np.median(head[(head > -1100) & (head < -900)]) < -980  # air
    assert 20 < np.median(head[380:400, 240:270]) < 50  # brain behind the middle


def test_the_spine_reads_its_slope_and_intercept():
    spine = datasets.ct_spine()
    header = pydicom.dcmread(datasets.path("ct_spine"))
    np.testing.assert_array_equal(spine.values, header.pixel_array - 1024)
    assert spine.spacing_mm == (0.661468, 0.661468)


def test_the_liver_has_the_pixels_of_the_file():
    header = pydicom.dcmread(datasets.path("liver_mask"))
    liver = datasets.liver_mask()
    np.testing.assert_array_equal(liver.values, header.pixel_array == 1)
    assert liver.values.dtype == bool
    assert liver.spacing_mm == pytest.approx((0.810547, 0.810547))


def test_no_name_or_date_of_the_head_is_in_memory(monkeypatch):
    loaded = []
    read = pydicom.dcmread

    def remember(*arguments, **options):
        loaded.append(read(*arguments, **options))
        return loaded[-1]

    monkeypatch.setattr(pydicom, "dcmread", remember)
    datasets._cached_ct.cache_clear()
    datasets.ct_head()
    (header,) = loaded
    groups = {element.tag.group for element in header}
    assert 0x0010 not in groups
    assert not any(element.tag.is_private for element in header)


def test_an_unknown_image_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="ct_head, ct_spine, liver_mask, mr"):
        datasets.path("knee")


def test_a_pydicom_without_the_file_is_told(monkeypatch):
    monkeypatch.setattr(datasets, "get_testdata_file", lambda name, download: None)
    with pytest.raises(ValueError, match="install it anew"):
        datasets.path("mr")


def test_nothing_is_downloaded(monkeypatch):
    asked = []
    known = datasets.get_testdata_file

    def look(name, download):
        asked.append(download)
        return known(name, download=download)

    monkeypatch.setattr(datasets, "get_testdata_file", look)
    datasets.path("mr")
    assert asked == [False]


def test_the_made_up_pet_is_the_same_for_the_same_seed():
    one, same, other = (datasets.pet(np.random.default_rng(seed)).values for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_the_made_up_pet_has_slices_that_differ_a_thousandfold():
    volume = datasets.pet(np.random.default_rng(1)).values
    peaks = volume.max(axis=(1, 2))
    assert volume.shape == (24, 64, 64)
    assert volume.min() == 0
    assert peaks[10] > 1000
    assert 2 < peaks[3] < 5
    assert (peaks[22:] == 0).all()
