"""The widgets of topic 02: numbers in the texts, and still pictures without a front end."""

import io

import numpy as np
import pytest
from PIL import Image

from course_lib.data import datasets
from course_lib.display import ct_figures, mr_figures
from course_lib.display.picture import Picture
from course_lib.display.widgets import normalization as widgets

pytestmark = pytest.mark.slow  # draws every picture

WIDGETS = [
    widgets.compare_patients,
    widgets.bright_lesion,
    widgets.window_level,
    widgets.stretched_scale,
    widgets.augmentations,
]
every_widget = pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: widget.__name__)

DRAWS = {
    "window": lambda: ct_figures.draw_window(-150, 250),
    "scale": lambda: ct_figures.draw_scale(-100, 100, 0.6, 2000),
    "patients": lambda: mr_figures.draw_patients("min-max"),
    "lesion": lambda: mr_figures.draw_lesion(4.0, 8),
    "augmentations": lambda: mr_figures.draw_augmentations("gamma", 1),
}


def controls(box):
    """Return the inputs of a panel by their labels."""
    found = {}
    waiting = [box]
    while waiting:
        widget = waiting.pop()
        waiting.extend(getattr(widget, "children", ()))
        if getattr(widget, "description", ""):
            found[widget.description] = widget
    return found


def pictured(box):
    """Return the HTML of the picture in a panel."""
    waiting = [box]
    while waiting:
        widget = waiting.pop()
        waiting.extend(getattr(widget, "children", ()))
        if "<img" in str(getattr(widget, "value", "")):
            return widget.value
    raise AssertionError("no picture in the panel")


@every_widget
def test_a_still_picture_stands_in_where_nobody_can_move_a_slider(widget, monkeypatch):
    monkeypatch.setenv("COURSE_STILL", "1")
    assert isinstance(widget(), Picture)


@every_widget
def test_every_control_has_a_label_and_changes_the_picture(widget, monkeypatch):
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    box = widget()
    inputs = controls(box)
    assert inputs
    for control in inputs.values():
        before = pictured(box)
        if hasattr(control, "options"):
            control.index = (control.index + 1) % len(control.options)
        else:
            control.value += control.step if control.value < control.max else -control.step
        assert pictured(box) != before, control.description
        assert 'alt="' in pictured(box)


def test_slide_11_stands_in_the_alternative_text():
    alt = mr_figures.draw_patients("none, the scanner's own units").alt
    assert "reads 70 in subject A and 200 in subject B" in alt
    alt = mr_figures.draw_patients("min-max").alt
    assert "reads 0.58 in subject A and 0.61 in subject B" in alt


@pytest.mark.parametrize("scale", mr_figures.SCALES)
def test_every_normalization_of_the_patients_can_be_drawn(scale):
    assert scale in mr_figures.draw_patients(scale).alt


def test_slide_16_both_readings_of_the_slide_stand_in_the_alternative_text():
    alt = ct_figures.draw_scale(-100, 100, 0.6, 2000).alt
    assert "-50 vs 50 HU: min-max 0.0500, stretched 0.3000" in alt
    assert "500 vs 600 HU: min-max 0.0500, stretched 0.0105" in alt
    assert "stretched 0.0222" in ct_figures.draw_scale(-100, 100, 0.6, 1000).alt


def test_the_window_counts_its_black_and_white_pixels_without_padding():
    hu = datasets.ct_head().values
    inside = hu[hu > -2000]
    picture = ct_figures.draw_window(-150, 250)
    assert f"{100 * (inside <= -150).mean():.0f} % of the pixels are black" in picture.alt
    assert f"{100 * (inside >= 250).mean():.0f} % white" in picture.alt
    assert "one for every 1.6 HU" in picture.alt


def test_a_lesion_ruins_min_max_but_not_percentiles_until_it_is_large():
    small, large = mr_figures.draw_lesion(4.0, 8).alt, mr_figures.draw_lesion(4.0, 20).alt
    assert "min-max: 0.94 to 0.25" in small
    assert "percentiles 1 to 99: 0.95 to 0.95" in small
    assert "percentiles 1 to 99: 0.96 to 0.25" in large


def test_without_a_lesion_nothing_moves():
    for part in mr_figures.draw_lesion(8.0, 0).alt.split("lesion: ")[1].split("; "):
        before, after = part.split(": ")[1].split(". ")[0].split(" to ")
        assert float(before) == float(after)


@pytest.mark.parametrize("kind", mr_figures.AUGMENTATIONS)
def test_the_seed_decides_on_the_augmentation(kind):
    first, again, other = (mr_figures.draw_augmentations(kind, seed).png for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_knots_that_cross_are_refused():
    with pytest.raises(ValueError, match="knots are"):
        ct_figures.draw_scale(100, -100, 0.6, 2000)


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_a_picture_is_not_empty_and_has_units_in_its_text(draw):
    picture = draw()
    image = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    assert image.shape[1] > 1000
    assert 0.02 < (image < 128).mean() < 0.9
    assert len(picture.alt) > 80
