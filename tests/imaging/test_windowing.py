"""CT windows against the lecture's windows, DICOM's formula and pydicom."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing
from skimage import exposure

from course_lib.imaging import windowing

SOFT_TISSUE, LUNG, WHOLE = (-150, 250), (-1000, 0), (-1024, 3071)
windows = pytest.mark.parametrize("window", [SOFT_TISSUE, LUNG, WHOLE])
EVERY_HU = np.arange(-1024, 3072, dtype=np.int16)


@windows
def test_the_ends_of_the_lectures_windows_are_black_and_white(window):
    low, high = window
    shown = windowing.ct_window(np.array([-5000, low, high, 5000]), low, high)
    assert shown.tolist() == [0, 0, 255, 255]
    assert shown.dtype == np.uint8


@windows
@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_every_hu_is_rounded_to_the_nearest_grey_value_halves_up(window, dtype):
    low, high = window
    exact = 255 * np.clip((EVERY_HU.astype(float) - low) / (high - low), 0, 1)
    shown = windowing.ct_window(EVERY_HU.astype(dtype), low, high)
    assert np.abs(shown - exact).max() <= 0.5 + 1e-9
    halves = np.isclose(exact % 1, 0.5, atol=1e-9)
    assert (shown[halves] > exact[halves]).all()


def test_the_soft_tissue_window_meets_halves_and_rounds_them_up():
    assert windowing.ct_window(np.array([50, -110]), *SOFT_TISSUE).tolist() == [128, 26]


@given(st.floats(-2000, 2000), st.floats(1, 4000))
def test_limits_and_centre_width_are_inverse(center, width):
    low, high = windowing.window_limits(center, width)
    assert windowing.window_center_width(low, high) == pytest.approx((center, width))


def test_the_lectures_windows_by_centre_and_width():
    assert windowing.window_center_width(*SOFT_TISSUE) == (50, 400)
    assert windowing.window_center_width(*LUNG) == (-500, 1000)
    assert windowing.window_limits(-500, 1000) == LUNG


@windows
def test_agrees_with_pydicoms_linear_exact_window(window):
    header = Dataset()
    header.WindowCenter, header.WindowWidth = windowing.window_center_width(*window)
    header.VOILUTFunction = "LINEAR_EXACT"
    header.PhotometricInterpretation = "MONOCHROME2"
    header.BitsStored, header.PixelRepresentation = 16, 0
    header.RescaleSlope, header.RescaleIntercept = 1, 0
    # pydicom spreads the window over all values that 16 bits can store.
    share = apply_windowing(EVERY_HU.astype(float), header) / 65535
    assert np.abs(windowing.ct_window(EVERY_HU, *window) - 255 * share).max() <= 0.5 + 1e-9


@windows
def test_agrees_with_scikit_image_after_rounding(window):
    # Moved by a quarter HU, because scikit-image and numpy round halves to even.
    hu = EVERY_HU[:4000] + 0.25
    peer = np.rint(exposure.rescale_intensity(hu, in_range=window, out_range=(0, 255)))
    np.testing.assert_array_equal(windowing.ct_window(hu, *window), peer)


@windows
def test_agrees_with_simpleitk_after_rounding(window):
    image = sitk.GetImageFromArray((EVERY_HU + 0.25).reshape(64, 64))
    peer = np.rint(sitk.GetArrayFromImage(sitk.IntensityWindowing(image, *window, 0, 255)))
    ours = windowing.ct_window(EVERY_HU + 0.25, *window)
    np.testing.assert_array_equal(ours.reshape(64, 64), peer)


def test_windows_without_width_are_refused():
    for low, high in [(250, -150), (40, 40), (np.nan, 40)]:
        with pytest.raises(ValueError, match="window interval"):
            windowing.ct_window(EVERY_HU, low, high)
        with pytest.raises(ValueError, match="window interval"):
            windowing.window_center_width(low, high)
    for center, width in [(40, 0), (40, -80), (np.inf, 80)]:
        with pytest.raises(ValueError, match="width"):
            windowing.window_limits(center, width)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_hu_that_are_not_finite_are_refused(bad):
    with pytest.raises(ValueError, match="must be finite"):
        windowing.ct_window(np.array([0.0, bad]), *SOFT_TISSUE)


def test_the_argument_is_not_changed():
    hu = EVERY_HU.astype(np.float32)
    windowing.ct_window(hu, *SOFT_TISSUE)
    np.testing.assert_array_equal(hu, EVERY_HU)
