"""A model's scales against the numbers of slides 15, 16 and 18, their inverses, and numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.imaging import model_scaling

KNOTS, VALUES = [-1000, -100, 100, 2000], [0, 0.2, 0.8, 1]
SLIDE_KNOTS = [-1000, -100, 100, 1000]
hu_images = arrays(np.float64, (4, 5), elements=st.floats(-1000, 2000))


def loss(true, predicted, scale):
    """Return the loss of one value against another on a scale."""
    return model_scaling.l1_loss(scale(np.array([true])), scale(np.array([predicted])))


def test_quiz_2_a_prediction_of_0_78_is_81_years():
    age = model_scaling.restore(np.array([0.78]), 18, 99 - 18)[0]
    assert age == pytest.approx(81.18)
    assert round(age) == 81


@pytest.mark.parametrize(("true", "predicted"), [(500.0, 600.0), (-50.0, 50.0)])
def test_slide_16_min_max_gives_a_loss_of_0_05_everywhere(true, predicted):
    scaled = loss(true, predicted, lambda hu: model_scaling.standardize(hu, -1000, 2000))
    assert scaled == pytest.approx(0.05)


def test_slide_16_stretching_gives_0_0105_in_bone_and_0_3_near_water():
    def scale(hu):
        return model_scaling.stretch_piecewise(hu, KNOTS, VALUES)

    assert loss(500.0, 600.0, scale) == pytest.approx(100 * 0.2 / 1900)
    assert round(loss(500.0, 600.0, scale), 4) == 0.0105
    assert loss(-50.0, 50.0, scale) == pytest.approx(0.3)


def test_slide_16_its_own_interval_ends_do_not_give_0_0105():
    def scale(hu):
        return model_scaling.stretch_piecewise(hu, SLIDE_KNOTS, VALUES)

    assert round(loss(500.0, 600.0, scale), 4) == 0.0222
    assert loss(-50.0, 50.0, scale) == pytest.approx(0.3)


@given(hu_images, st.floats(-2000, 2000), st.floats(0.01, 5000), st.sampled_from([-1, 1]))
def test_restore_undoes_standardize(hu, a, size, sign):
    scaled = model_scaling.standardize(hu, a, sign * size)
    np.testing.assert_allclose(model_scaling.restore(scaled, a, sign * size), hu, atol=1e-9)


@given(hu_images)
def test_restore_piecewise_undoes_stretch_piecewise_between_the_knots(hu):
    scaled = model_scaling.stretch_piecewise(hu, KNOTS, VALUES)
    restored = model_scaling.restore_piecewise(scaled, KNOTS, VALUES)
    np.testing.assert_allclose(restored, hu, atol=1e-9)


def test_every_whole_hu_comes_back_exactly_after_rounding():
    hu = np.arange(-1000, 2001, dtype=np.int16)
    scaled = model_scaling.stretch_piecewise(hu, KNOTS, VALUES)
    assert scaled.dtype == np.float32
    restored = model_scaling.restore_piecewise(scaled, KNOTS, VALUES)
    np.testing.assert_array_equal(np.rint(restored), hu)


def test_knots_become_their_values_and_the_outside_is_clamped():
    hu = np.array([-3000.0, *KNOTS, 3000.0])
    scaled = model_scaling.stretch_piecewise(hu, KNOTS, VALUES)
    np.testing.assert_array_equal(scaled, [0, *VALUES, 1])
    assert model_scaling.restore_piecewise(scaled, KNOTS, VALUES)[-1] == 2000


def test_two_knots_are_one_straight_line():
    hu = np.linspace(-1000, 1000, 50)
    np.testing.assert_allclose(
        model_scaling.stretch_piecewise(hu, [-1000, 1000], [0, 1]),
        model_scaling.standardize(hu, -1000, 2000),
        atol=1e-12,
    )


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.float32])
def test_every_type_agrees_with_numpys_interp(dtype):
    low, high = (-128, 127) if dtype == np.int8 else (0, 255)
    if np.dtype(dtype).itemsize > 1 and np.dtype(dtype).kind != "u":
        low, high = -3000, 3000
    image = np.arange(low, high + 1).astype(dtype)[::-1]
    knots, values = [-500, 7, 90, 2100], [-1, 0.25, 3, 4]
    ours = model_scaling.stretch_piecewise(image, knots, values)
    np.testing.assert_allclose(ours, np.interp(image, knots, values), atol=1e-6)


def test_a_view_with_strides_and_a_foreign_byte_order_are_read_rightly():
    image = np.arange(-1000, 1000, dtype=np.int16).reshape(40, 50)
    expected = np.interp(image, KNOTS, VALUES)
    for view in (image[::-2, ::3], image.T, image.astype(">i2")):
        ours = model_scaling.stretch_piecewise(view, KNOTS, VALUES)
        np.testing.assert_allclose(ours, np.interp(view, KNOTS, VALUES), atol=1e-6)
    np.testing.assert_allclose(
        model_scaling.stretch_piecewise(image, KNOTS, VALUES), expected, atol=1e-6
    )


def test_l1_loss_is_a_sum_without_sign():
    assert model_scaling.l1_loss(np.array([1, 5, 2]), np.array([3, 2, 2])) == 5
    assert model_scaling.l1_loss(np.array([0], np.uint8), np.array([200], np.uint8)) == 200


@pytest.mark.parametrize("scale", [model_scaling.standardize, model_scaling.restore])
@pytest.mark.parametrize(("a", "b"), [(-1000, 0), (np.nan, 1), (0, np.inf)])
def test_a_scale_without_inverse_is_refused(scale, a, b):
    with pytest.raises(ValueError, match=r"offset a is .* b not 0"):
        scale(np.array([1.0]), a, b)


@pytest.mark.parametrize("scale", [model_scaling.standardize, model_scaling.restore])
def test_nan_is_refused(scale):
    with pytest.raises(ValueError, match="must be finite"):
        scale(np.array([1.0, np.nan]), 0, 1)


@pytest.mark.parametrize(
    ("knots", "values", "message"),
    [
        ([0, 100, 100], [0, 0.5, 1], "knots are"),
        ([0, 200, 100], [0, 0.5, 1], "knots are"),
        ([0, 100, 200], [0, 0.5, 0.5], "values are"),
        ([0, 100, np.nan], [0, 0.5, 1], "knots are"),
        ([0], [0], "knots are"),
        ([0, 100, 200], [0, 1], "3 knots and 2 values"),
    ],
)
def test_knots_and_values_that_have_no_inverse_are_refused(knots, values, message):
    for scale in (model_scaling.stretch_piecewise, model_scaling.restore_piecewise):
        with pytest.raises(ValueError, match=r"knots|values"):
            scale(np.array([1.0]), knots, values)
    with pytest.raises(ValueError, match=message):
        model_scaling.stretch_piecewise(np.array([1.0]), knots, values)


def test_images_of_different_shapes_have_no_loss():
    with pytest.raises(ValueError, match=r"\(3,\), the prediction \(3, 1\)"):
        model_scaling.l1_loss(np.zeros(3), np.zeros((3, 1)))


def test_arguments_are_not_changed():
    hu = np.array([-1000.0, 0.0, 2000.0])
    for call in (
        lambda: model_scaling.standardize(hu, -1000, 2000),
        lambda: model_scaling.restore(hu, -1000, 2000),
        lambda: model_scaling.stretch_piecewise(hu, KNOTS, VALUES),
        lambda: model_scaling.l1_loss(hu, hu + 1),
    ):
        call()
        np.testing.assert_array_equal(hu, [-1000, 0, 2000])
