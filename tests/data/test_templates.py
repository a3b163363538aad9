"""The MNI152 brain: found without importing nilearn, turned the right way, documented."""

import gzip
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.data import templates
from course_lib.errors import CourseError


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Pretend that nilearn lies in an empty folder."""
    (tmp_path / "datasets" / "data").mkdir(parents=True)
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(templates.importlib.util, "find_spec", lambda name: spec)
    templates.mni152.cache_clear()
    yield tmp_path / "datasets" / "data"
    templates.mni152.cache_clear()


@pytest.mark.parametrize("which", ["t1", "grey", "white"])
def test_volumes_are_z_y_x_with_spacing_in_mm(which):
    volume = templates.mni152(which)
    assert volume.values.shape == (189, 233, 197)
    assert volume.values.dtype == np.uint8
    assert volume.spacing == (1.0, 1.0, 1.0)


def test_the_top_of_the_volume_is_the_top_of_the_head():
    brain = templates.mni152("t1").values > 0
    heights = np.flatnonzero(brain.any(axis=(1, 2))) + templates.mni152("t1").origin_z
    assert heights[-1] == pytest.approx(80, abs=6)  # the vertex; the brain stem ends at -72
    assert heights[0] == -72


def test_the_front_is_at_the_top_of_a_slice():
    # The fluid of the ventricles at 0 mm: the fourth ventricle's region lies behind the middle.
    brain = templates.brain_mask(-30)
    widths = brain.sum(axis=1)
    front, back = np.flatnonzero(widths)[[0, -1]]
    cerebellum = widths[back - 40 : back - 20].mean()
    frontal = widths[front + 20 : front + 40].mean()
    assert cerebellum > frontal


def test_the_brain_has_the_volume_of_a_brain():
    litres = (templates.mni152("t1").values > 0).sum() / 1e6
    assert 1.5 < litres < 2.0  # bigger than an average brain, as the template is known to be


def test_white_matter_is_brighter_than_grey_matter_on_t1():
    image = templates.axial_slice("t1", 18).astype(float)
    white, grey = templates.axial_slice("white", 18) > 0.9, templates.axial_slice("grey", 18) > 0.8
    assert image[white].mean() > image[grey].mean() + 30


def test_tissues_are_probabilities_that_stay_within_the_brain():
    white, grey = templates.axial_slice("white"), templates.axial_slice("grey")
    total = white + grey
    assert white.min() == 0
    assert total.max() <= 1.02
    assert total[~templates.brain_mask()].mean() < 0.01


def test_a_slice_is_the_users_own_copy_and_the_volume_is_protected():
    first = templates.axial_slice("t1", 18)
    first[:] = 0
    assert templates.axial_slice("t1", 18).any()
    with pytest.raises(ValueError, match="read-only"):
        templates.mni152("t1").values[0, 0, 0] = 1


def test_heights_and_volumes_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="goes from -72 to 116 mm"):
        templates.axial_slice("t1", 200)
    with pytest.raises(ValueError, match="there are t1, grey, white"):
        templates.mni152("t2")


def test_nilearn_is_not_imported():
    code = (
        "import sys; from course_lib.data import templates; templates.axial_slice(); "
        "print('nilearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_nilearn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(templates.importlib.util, "find_spec", lambda name: None)
    templates.mni152.cache_clear()
    with pytest.raises(CourseError, match="comes with nilearn, which is missing"):
        templates.mni152("t1")


def test_a_missing_file_is_named(elsewhere):
    with pytest.raises(CourseError, match=r"mni_icbm152_t1.* is missing"):
        templates.mni152("t1")


@pytest.mark.parametrize("content", [b"", b"no gzip at all", gzip.compress(b"short", mtime=0)])
def test_a_damaged_file_is_named(elsewhere, content):
    (elsewhere / templates._FILES["t1"]).write_bytes(content)
    with pytest.raises(CourseError, match=r"mni_icbm152_t1.* is damaged"):
        templates.mni152("t1")


def test_the_card_holds_notice_and_citation():
    card = templates.CARD
    assert "10.1016/j.neuroimage.2010.07.033" in card.source
    assert "Copyright (C) 1993-2009 Louis Collins" in card.licence
    assert "License: unknown" in card.licence
    assert card._repr_markdown_().startswith("| MNI152")
