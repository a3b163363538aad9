"""From HU to the attenuation at 511 keV, against the published lines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.imaging.attenuation import BONE_LINES, attenuation_map

few = settings(max_examples=40, deadline=None)

# Where the lines of Carney et al. meet, in HU, as their table 1 rounds it.
BREAK_POINTS = {80: 50, 100: 52, 110: 43, 120: 47, 130: 37, 140: 30}
every_voltage = pytest.mark.parametrize("tube_kv", BREAK_POINTS)


def published(hu, tube_kv):
    """Return the bilinear map as its authors write it, with the break point."""
    line = BONE_LINES[tube_kv]
    above_air = np.asarray(hu, float) + 1000
    water, bone = 9.6e-5 * above_air, line.slope * above_air + line.offset
    return np.where(np.asarray(hu) < BREAK_POINTS[tube_kv], water, bone)


@every_voltage
def test_air_has_none_water_has_0_096_and_bone_less_than_the_water_line(tube_kv):
    air, water, bone = attenuation_map([-1000.0, 0.0, 1000.0], tube_kv)
    assert air == 0
    assert water == pytest.approx(0.096)
    assert 0.096 < bone < 2 * 0.096


@every_voltage
def test_the_lines_meet_at_the_published_break_point(tube_kv):
    line = BONE_LINES[tube_kv]
    meeting = line.offset / (9.6e-5 - line.slope) - 1000
    assert meeting == pytest.approx(BREAK_POINTS[tube_kv], abs=0.7)


@every_voltage
def test_the_lower_of_two_lines_is_the_published_map(tube_kv):
    hu = np.arange(-1000, 3072)
    # Between the rounded break point and the true one, the published map jumps by 3e-5 at most.
    np.testing.assert_allclose(attenuation_map(hu, tube_kv), published(hu, tube_kv), atol=3e-5)


def test_values_of_120_kv_computed_by_hand():
    found = attenuation_map([-90.0, 40.0, 700.0, 1250.0])
    np.testing.assert_allclose(found, [0.08736, 0.09984, 0.1338, 0.16185])


def test_two_lines_agree_with_interpolation_between_their_ends():
    hu = np.linspace(-1000, 3000, 1001)
    line = BONE_LINES[120]
    meeting = line.offset / (9.6e-5 - line.slope) - 1000
    ends = np.array([-1000.0, meeting, 3000.0])
    np.testing.assert_allclose(
        attenuation_map(hu), np.interp(hu, ends, attenuation_map(ends)), atol=1e-12
    )


@few
@given(st.lists(st.integers(-1024, 3071), min_size=1, max_size=30), st.sampled_from([*BONE_LINES]))
def test_attenuation_rises_with_hu_and_is_never_negative(values, tube_kv):
    mu = attenuation_map(np.sort(values), tube_kv)
    assert (np.diff(mu) >= 0).all()
    assert mu[0] >= 0
    assert mu[-1] < 0.31


@every_voltage
def test_the_map_bends_down_once(tube_kv):
    bends = np.diff(attenuation_map(np.arange(-1000.0, 3000.0), tube_kv), n=2)
    assert (bends < 1e-12).all()
    assert (bends < -1e-9).sum() in (1, 2)  # two when the lines meet between whole HU


def test_types_are_kept_and_stored_integers_do_not_overflow():
    stored = np.array([-1024, 32767], np.int16)
    assert attenuation_map(stored).dtype == np.float32
    assert attenuation_map(stored)[1] == pytest.approx(5.10e-5 * 33767 + 4.71e-2, rel=1e-6)
    assert attenuation_map(stored.astype(np.float32)).dtype == np.float32
    assert attenuation_map(stored.astype(np.int64)).dtype == np.float64


def test_strided_input_gives_the_same_and_stays_unchanged():
    hu = np.random.default_rng(1).normal(0, 500, (6, 8, 4))
    view, kept = hu[::2, ::-1, 1:], hu[::2, ::-1, 1:].copy()
    np.testing.assert_array_equal(attenuation_map(view), attenuation_map(kept))
    np.testing.assert_array_equal(view, kept)
    assert attenuation_map([[0.0]]).shape == (1, 1)


@pytest.mark.parametrize(
    ("hu", "tube_kv", "message"),
    [
        ([0.0], 70, "80, 100, 110, 120, 130, 140"),
        ([np.nan], 120, "NaN"),
        ([np.inf], 120, "finite"),
        ([], 120, "empty"),
        (["bone"], 120, "real numbers"),
    ],
)
def test_what_makes_no_sense_is_refused(hu, tube_kv, message):
    with pytest.raises(ValueError, match=message):
        attenuation_map(hu, tube_kv)
