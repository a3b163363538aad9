"""The widgets of topic 02: numbers in the texts."""

import pytest

from course_lib.data import datasets
from course_lib.display import ct_figures, mr_figures

pytestmark = pytest.mark.slow  # draws every picture


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
