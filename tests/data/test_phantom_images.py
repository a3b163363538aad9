"""The images of the phantom hold the numbers of the table, as far as noise and blur allow."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.data.phantom import tissues

pytestmark = pytest.mark.slow  # heads are made anew for each test

NOISE_FREE = replace(
    phantom.DEFAULT,
    ct_noise_hu=0.0,
    ct_blur_voxels=0.0,
    mr_blur_voxels=0.0,
    mr_snr=np.inf,
    susceptibility_per_s=0.0,
    pet_counts_per_kbq=np.inf,
    pet_blur_mm=0.0,
    pet_filter_mm=0.0,
)
ANATOMIES = ["template", "analytic"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module", params=ANATOMIES)
def small(request):
    """A head with noise at 4 mm."""
    return phantom.head(spacing_mm=4.0, anatomy=request.param)


@pytest.fixture(scope="module")
def clean():
    """A head without noise and blur at 4 mm."""
    return phantom.head(spacing_mm=4.0, settings=NOISE_FREE, anatomy="analytic")


def core(mask):
    """Return what is one voxel inside a mask."""
    return ndimage.binary_erosion(mask)


def r2star(head):
    """Measure R2* from the two echoes, in 1/s."""
    first, second = head.settings.echo_ms
    logs = [np.log(np.maximum(echo.astype(float), 1)) for echo in (head.ute1, head.ute2)]
    return (logs[0] - logs[1]) / ((second - first) / 1000)


@pytest.mark.parametrize("name", ["soft tissue", "compact bone", "grey matter", "white matter"])
def test_mean_hu_of_each_class_equals_the_table(clean, name):
    tissue = next(tissue for tissue in tissues.TISSUES if tissue.name == name)
    here = clean.ct[clean.labels == tissue.label]
    assert here.mean() == pytest.approx(tissue.hu, abs=max(2.0, tissue.hu_texture / 3))
    assert here.std() == pytest.approx(tissue.hu_texture, rel=0.35)


def test_ct_of_air_is_exact_without_noise(clean):
    assert (clean.ct[clean.labels <= tissues.SINUS] == -1000).all()


def test_r2star_of_noise_free_echoes_equals_the_table(clean):
    measured = r2star(clean)
    for tissue in tissues.TISSUES[2:]:
        here = measured[clean.labels == tissue.label]
        # Whole numbers: the weak second echo of compact bone is good for about 2 %.
        np.testing.assert_allclose(here, tissue.r2star, atol=0.02 * tissue.r2star + 0.5)


def test_air_shortens_t2_star_beside_it():
    settings = replace(NOISE_FREE, susceptibility_per_s=60.0)
    head = phantom.head(spacing_mm=4.0, settings=settings, anatomy="analytic")
    soft = head.labels == tissues.SOFT
    near = soft & ndimage.binary_dilation(head.labels <= tissues.SINUS)
    far = soft & ~ndimage.binary_dilation(head.labels <= tissues.SINUS, iterations=3)
    assert r2star(head)[near].mean() > 40 > r2star(head)[far].mean() > 29


def test_noise_hides_part_of_the_bones_decay_but_not_that_it_is_bone(small):
    measured = r2star(small)
    median = {t.name: np.median(measured[small.labels == t.label]) for t in tissues.TISSUES}
    assert 200 < median["compact bone"] < 600  # not 900: the second echo is at the noise floor
    assert median["white matter"] == pytest.approx(20, abs=5)
    bone = np.isin(small.labels, (tissues.CORTICAL, tissues.DIPLOE))
    guess = (measured > 150) & (small.ute1 > 900)
    overlap = 2 * (bone & guess).sum() / (bone.sum() + guess.sum())
    assert 0.75 < overlap < 0.97  # neither hopeless nor trivial


def test_the_attenuation_map_holds_the_tables_values(clean):
    assert np.unique(clean.mu_map).tolist() == sorted(set(tissues.table("mu").tolist()))


def test_pet_without_noise_and_blur_is_the_activity(clean):
    np.testing.assert_allclose(
        clean.pet, phantom.paint(clean.labels, "activity"), rtol=1e-3, atol=1e-3
    )


def test_pet_without_correction_is_darkest_where_the_head_is_thickest(small):
    factor = phantom.attenuation_factor(small.mu_map, 4.0)
    height = small.grid.nearest(0, 10)
    inside = small.labels[height] > 0
    depth = ndimage.distance_transform_edt(inside)
    middle, rim = factor[height][depth > 15], factor[height][inside & (depth < 2)]
    assert middle.mean() < 0.8 * rim.mean()
    assert 0.1 < middle.mean() < 0.3


def test_the_wrong_map_makes_pet_wrong_and_the_right_one_right(small):
    again = phantom.correct_attenuation(small.nac_pet, small.mu_map, 4.0)
    np.testing.assert_array_equal(again, small.pet)
    without_bone = np.minimum(small.mu_map, np.float32(0.099))
    wrong = phantom.correct_attenuation(small.nac_pet, without_bone, 4.0)
    brain = core(np.isin(small.labels, (tissues.GREY, tissues.WHITE)))
    error = wrong[brain].sum() / small.pet[brain].sum() - 1
    assert -0.25 < error < -0.03  # bone taken for soft tissue: too little
