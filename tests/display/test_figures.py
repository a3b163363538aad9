import io
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from course_lib.display.figures import Panel, image_row, new_figure, show_panel

IMAGE = np.arange(12.0).reshape(3, 4)


def pixels(picture):
    """Return the pixels of a picture, (Y, X, 3)."""
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"))


def drawn(panel):
    """Draw a panel and return matplotlib's image."""
    axes = new_figure(3, 3).subplots()
    show_panel(axes, panel)
    return axes.images[0]


def test_the_colours_run_from_the_least_to_the_greatest_value():
    assert Panel(IMAGE, "x").shown_limits == (0, 11)
    assert drawn(Panel(IMAGE, "x")).get_clim() == (0, 11)


def test_given_limits_are_kept():
    assert drawn(Panel(IMAGE, "x", limits=(-5, 40))).get_clim() == (-5, 40)


def test_values_that_are_not_finite_do_not_set_the_limits():
    image = np.array([[np.nan, 1.0], [np.inf, 3.0]])
    assert Panel(image, "x").shown_limits == (1, 3)


def test_nan_is_shown_in_a_colour_of_its_own():
    image = np.full((20, 20), np.nan)
    image[0, 0], image[0, 1] = 0, 1
    purple = [0xCC, 0x79, 0xA7]
    assert (pixels(image_row([Panel(image, "")], "x")) == purple).all(axis=2).mean() > 0.5


@pytest.mark.parametrize("value", [True, False])
def test_a_mask_of_one_value_keeps_the_colours_of_a_mask(value):
    assert Panel(np.full((3, 3), value), "x").shown_limits == (0, 1)


def test_an_image_of_one_value_is_neither_the_darkest_nor_the_brightest():
    low, high = Panel(np.full((3, 3), 7), "x").shown_limits
    assert low < 7 < high


def test_row_0_is_at_the_top():
    image = np.zeros((10, 10))
    image[:5] = 1
    shown = pixels(image_row([Panel(image, "", limits=(-1, 1))], "x"))
    middle = shown[:, shown.shape[1] // 2, 0]
    assert (middle[len(middle) // 3], middle[-len(middle) // 4]) == (255, 128)


def test_a_unit_brings_a_colour_bar_with_that_unit():
    figure = new_figure(3, 3)
    show_panel(figure.subplots(), Panel(IMAGE, "x", unit="HU"))
    assert [axes.get_ylabel() for axes in figure.axes] == ["", "HU"]
    bare = new_figure(3, 3)
    show_panel(bare.subplots(), Panel(IMAGE, "x"))
    assert len(bare.axes) == 1


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(4), "1 axes"),
        (np.zeros((2, 2, 3)), "3 axes"),
        (np.zeros((2, 2), complex), "complex"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((0, 5)), "no value is finite"),
        (np.full((2, 2), np.nan), "no value is finite"),
    ],
)
def test_what_is_no_image_is_refused_by_its_title(image, message):
    with pytest.raises(ValueError, match="'CT'") as caught:
        Panel(image, "CT")
    assert message in str(caught.value)


@pytest.mark.parametrize("limits", [(3, 1), (2, 2), (np.nan, 1)])
def test_limits_that_do_not_rise_are_refused(limits):
    with pytest.raises(ValueError, match="must be below"):
        Panel(IMAGE, "CT", limits=limits)


def test_a_row_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one panel"):
        image_row([], "x")


def test_a_row_is_never_wider_than_a_page_and_its_texts_keep_their_size():
    one = image_row([Panel(np.eye(9), "One", "HU")], "x")
    many = image_row([Panel(np.eye(9), "One", "HU")] * 4, "x")
    assert one.width < 500 < many.width <= 910
    assert len(pixels(many)) < len(pixels(one))


@pytest.mark.parametrize("shape", [(3, 300), (300, 3), (1, 1), (64, 64)])
def test_every_shape_gives_a_picture_of_a_readable_size(shape):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        high, wide, _ = pixels(image_row([Panel(np.zeros(shape), "A title", "HU")], "x")).shape
    assert 150 <= high <= 450
    assert 150 <= wide <= 1500


def test_an_image_keeps_its_proportions():
    image = np.ones((20, 40))
    shown = pixels(image_row([Panel(image, "", limits=(0, 2))], "x"))
    gray = (shown < 200).all(axis=2)
    high, wide = np.ptp(np.argwhere(gray), axis=0) + 1
    assert wide / high == pytest.approx(2, abs=0.03)


def test_drawing_leaves_the_image_and_matplotlibs_settings_alone():
    def settings():
        # the backend is settled by whoever asks for it first, and a copy of it does not compare
        return {name: value for name, value in mpl.rcParams.items() if name != "backend"}

    image, before = IMAGE.copy(), settings()
    image_row([Panel(image, "x", "HU")], "x")
    assert np.array_equal(image, IMAGE)
    assert settings() == before
