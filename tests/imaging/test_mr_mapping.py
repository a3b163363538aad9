"""R2* and the maps from R2* to HU, against known decays, fits and the digital head."""

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from course_lib.data import phantom
from course_lib.imaging import agreement, metrics, mr_mapping
from course_lib.imaging.air_segmentation import air_mask, noise_threshold
from course_lib.imaging.attenuation import attenuation_map

ECHO_MS = (0.07, 2.46)
few = settings(max_examples=40, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def decayed(rate, protons=1000.0):
    """Return the signals of a known decay rate at the two echoes."""
    return [protons * np.exp(-echo / 1000 * np.asarray(rate, float)) for echo in ECHO_MS]


@few
@given(generators, st.floats(0.1, 1e4))
def test_a_known_decay_is_found_whatever_the_gain(rng, gain):
    rate = rng.uniform(-100, 1500, (4, 5))
    first, second = decayed(rate, rng.uniform(0.1, 1, rate.shape))
    found = mr_mapping.r2star(gain * first, gain * second, ECHO_MS, floor=1e-6)
    np.testing.assert_allclose(found, rate, atol=1e-8)


def test_r2star_is_the_slides_formula():
    found = mr_mapping.r2star([np.e**5, 300.0], [np.e**3, 300.0], (0.5, 2.5), floor=1)
    np.testing.assert_allclose(found, [(5 - 3) / 0.002, 0])


def test_later_second_echoes_measure_slower_decays_of_the_same_signals():
    fast = mr_mapping.r2star([900.0], [300.0], (0, 1), floor=1)
    slow = mr_mapping.r2star([900.0], [300.0], (0, 3), floor=1)
    assert fast == pytest.approx(3 * slow)


def test_without_signal_nothing_decays_and_with_one_echo_lost_it_is_a_bound():
    first, second = np.array([0.0, -3, 400, 30, 0]), np.array([0.0, 2, 0, 50, 400])
    found = mr_mapping.r2star(first, second, (0, 2), floor=50)
    assert found[[0, 1, 3]].tolist() == [0, 0, 0]
    assert found[2] == pytest.approx(np.log(400 / 50) / 0.002)
    assert found[4] == pytest.approx(-np.log(400 / 50) / 0.002)  # noise alone
    assert np.isfinite(found).all()


@few
@given(generators, st.floats(0.5, 400))
def test_a_floor_changes_only_what_lies_below_it(rng, floor):
    first, second = rng.normal(200, 200, (2, 30))
    found = mr_mapping.r2star(first, second, ECHO_MS, floor)
    above = (first >= floor) & (second >= floor)
    plain = np.log(first[above] / second[above]) / 0.00239
    np.testing.assert_allclose(found[above], plain, atol=1e-8)
    assert (found[(first <= floor) & (second <= floor)] == 0).all()
    raised = np.maximum([first, second], floor)
    np.testing.assert_array_equal(found, mr_mapping.r2star(*raised, ECHO_MS, floor))


def test_exchanged_echoes_turn_the_sign():
    first, second = np.random.default_rng(1).uniform(1, 500, (2, 6, 7))
    found = mr_mapping.r2star(first, second, ECHO_MS, 20)
    np.testing.assert_allclose(mr_mapping.r2star(second, first, ECHO_MS, 20), -found)


def test_r2star_agrees_with_simpleitk():
    echoes = np.random.default_rng(2).uniform(1, 4000, (2, 9, 8)).astype(np.float32)
    raised = [sitk.Maximum(sitk.GetImageFromArray(echo), 250.0) for echo in echoes]
    known = (sitk.Log(raised[0]) - sitk.Log(raised[1])) / 0.00239
    found = mr_mapping.r2star(*echoes, ECHO_MS, floor=250)
    np.testing.assert_allclose(found, sitk.GetArrayFromImage(known), atol=1e-3)


def test_r2star_of_stored_integers_is_short_and_exact_enough():
    echoes = np.array([[4000, 900], [40, 65535]], np.uint16)
    found = mr_mapping.r2star(*echoes, ECHO_MS, floor=100)
    assert found.dtype == np.float32
    exact = mr_mapping.r2star(*echoes.astype(np.float64), ECHO_MS, floor=100)
    assert exact.dtype == np.float64
    np.testing.assert_allclose(found, exact, atol=1e-3)


@few
@given(generators, st.integers(0, 4))
def test_points_on_a_polynomial_give_it_back(rng, degree):
    truth = rng.uniform(-1, 1, degree + 1) * 1000.0 ** -np.arange(degree + 1) * 500
    rate = rng.uniform(0, 1000, 60)
    hu = np.polynomial.polynomial.polyval(rate, truth)
    found = mr_mapping.fit_curve(rate, hu, degree)
    assert found.shape == (degree + 1,)
    read = mr_mapping.apply_curve(rate, found, (0, 1000))
    np.testing.assert_allclose(read, hu, atol=1e-6)


def test_degree_0_is_the_mean_and_degree_1_the_line_of_textbooks():
    rng = np.random.default_rng(3)
    rate = rng.uniform(100, 700, 200)
    hu = 300 + 1.5 * rate + rng.normal(0, 90, 200)
    assert mr_mapping.fit_curve(rate, hu, 0) == pytest.approx([hu.mean()])
    slope = np.cov(rate, hu, ddof=0)[0, 1] / rate.var()
    line = [hu.mean() - slope * rate.mean(), slope]
    assert mr_mapping.fit_curve(rate, hu, 1) == pytest.approx(line)


def test_residuals_of_a_fit_correlate_with_no_power_and_shrink_with_the_degree():
    rng = np.random.default_rng(4)
    rate = rng.uniform(100, 700, 400)
    hu = 1000 / (1 + np.exp((300 - rate) / 60)) + rng.normal(0, 50, 400)
    left = []
    for degree in range(5):
        read = mr_mapping.apply_curve(rate, mr_mapping.fit_curve(rate, hu, degree), (0, 900))
        residual = hu - read
        for power in range(degree + 1):
            scaled = (rate / 700) ** power
            assert abs(residual @ scaled) < 1e-6 * np.linalg.norm(residual) * rate.size
        left.append((residual**2).sum())
    assert (np.diff(left) < 0).all()


def test_the_fit_agrees_with_numpy_and_scikit_learn():
    rng = np.random.default_rng(5)
    rate = rng.uniform(100, 900, (10, 20))
    hu = rng.normal(700, 200, rate.shape) + rate
    found = mr_mapping.fit_curve(rate, hu, 3)
    known = np.polynomial.Polynomial.fit(rate.ravel(), hu.ravel(), 3).convert().coef
    np.testing.assert_allclose(found, known, rtol=1e-6)
    column = rate.reshape(-1, 1) / 1000  # unscaled, its solver gives up on the third power
    model = make_pipeline(PolynomialFeatures(3, include_bias=False), LinearRegression())
    read = mr_mapping.apply_curve(rate, found, (0, 1000))
    np.testing.assert_allclose(read.ravel(), model.fit(column, hu.ravel()).predict(column))


def test_beyond_its_range_the_curve_keeps_its_last_values():
    curve = [100, -2, 0.01]
    read = mr_mapping.apply_curve([-50, 100, 250, 400, 9e9], curve, (100, 400))
    np.testing.assert_allclose(read, [0, 0, 225, 900, 900])
    short = mr_mapping.apply_curve(np.array([250], np.float32), curve, (100, 400))
    assert short.dtype == np.float32


def test_maps_of_five_voxels_are_those_computed_by_hand():
    rate = np.array([20.0, 149.9, 150, 500, 500])
    air = np.array([False, False, False, False, True])
    three = mr_mapping.threshold_map(rate, air, 150, bone_hu=1000, soft_hu=40)
    assert three.tolist() == [40, 40, 1000, 1000, -1000]
    curved = mr_mapping.continuous_map(rate, air, [100, 2], (150, 400), soft_hu=40)
    assert curved.tolist() == [40, 40, 400, 900, -1000]


@few
@given(generators, st.floats(-100, 300), st.floats(100, 2000), st.floats(-100, 99))
def test_a_constant_curve_makes_the_threshold_map(rng, threshold, bone, soft):
    rate = rng.normal(100, 300, (3, 4, 5))
    air = rng.random(rate.shape) < 0.3
    three = mr_mapping.threshold_map(rate, air, threshold, bone, soft)
    curved = mr_mapping.continuous_map(rate, air, [bone], (threshold, 900), soft)
    np.testing.assert_array_equal(three, curved)
    assert set(np.unique(three)) <= {-1000, bone, soft}
    np.testing.assert_array_equal(three == -1000, air)


def test_on_the_patients_it_was_fitted_to_a_curve_is_never_worse_than_a_constant():
    rng = np.random.default_rng(6)
    rate = rng.uniform(0, 800, 500)
    hu = np.where(rate < 150, 40, 300 + rate) + rng.normal(0, 80, 500)
    air, bone = np.zeros(500, bool), rate >= 150
    three = mr_mapping.threshold_map(rate, air, 150, hu[bone].mean(), 40)
    for degree in (1, 2, 3):
        curve = mr_mapping.fit_curve(rate[bone], hu[bone], degree)
        curved = mr_mapping.continuous_map(rate, air, curve, (150, 800), 40)
        fitted = metrics.root_mean_square_error(hu, curved)
        assert fitted < metrics.root_mean_square_error(hu, three)


def test_maps_without_bone_or_with_air_alone_are_possible():
    rate, none, all_air = (
        np.zeros((2, 2), np.float32),
        np.zeros((2, 2), bool),
        np.ones((2, 2), bool),
    )
    for make in (
        lambda air: mr_mapping.threshold_map(rate, air, 150, 1000, 40),
        lambda air: mr_mapping.continuous_map(rate, air, [1, 2], (150, 400), 40),
    ):
        assert (make(none) == 40).all()
        assert (make(all_air) == -1000).all()
        assert make(none).dtype == np.float32


def test_strided_input_gives_the_same_and_stays_unchanged():
    rng = np.random.default_rng(7)
    volumes = [*rng.uniform(-10, 900, (2, 6, 8, 4)), rng.random((6, 8, 4)) < 0.2]
    views = [volume[::2, ::-1, 1:] for volume in volumes]
    kept = [view.copy() for view in views]
    results = [
        (
            mr_mapping.r2star(first, second, ECHO_MS, 5),
            mr_mapping.fit_curve(first, second),
            mr_mapping.apply_curve(first, [1, 2, 3], (0, 500)),
            mr_mapping.threshold_map(first, air, 150, 1000, 40),
            mr_mapping.continuous_map(first, air, [5, 1], (100, 700), 40),
        )
        for first, second, air in (views, kept)
    ]
    for ours, copied in zip(*results, strict=True):
        np.testing.assert_allclose(ours, copied, rtol=1e-10)
    for view, copy in zip(views, kept, strict=True):
        np.testing.assert_array_equal(view, copy)


def test_one_voxel_is_enough():
    assert mr_mapping.r2star([[8.0]], [[2.0]], (0, 1), 1).shape == (1, 1)
    assert mr_mapping.fit_curve([3.0], [70.0], degree=0).tolist() == [70]
    assert mr_mapping.apply_curve([3.0], [70.0], (0, 5)).tolist() == [70]
    assert mr_mapping.threshold_map([200.0], [False], 150, 1000, 40).tolist() == [1000]
    assert mr_mapping.continuous_map([200.0], [False], [9, 1], (150, 300), 40).tolist() == [209]


AIR = np.array([False, False])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mr_mapping.r2star([1, 2], [1], (0, 1), 1), "must be equal"),
        (lambda: mr_mapping.r2star([1, np.nan], [1, 1], (0, 1), 1), "NaN"),
        (lambda: mr_mapping.r2star([], [], (0, 1), 1), "empty"),
        (lambda: mr_mapping.r2star([1], [1], (2.46, 0.07), 1), "echo times"),
        (lambda: mr_mapping.r2star([1], [1], (1, 1), 1), "echo times"),
        (lambda: mr_mapping.r2star([1], [1], (-1, 1), 1), "echo times"),
        (lambda: mr_mapping.r2star([1], [1], (0, 1), 0), "floor"),
        (lambda: mr_mapping.r2star([1], [1], (0, 1), np.nan), "floor"),
        (lambda: mr_mapping.fit_curve([1, 2], [1], 1), "must be equal"),
        (lambda: mr_mapping.fit_curve([1, 2], [1, np.nan], 1), "NaN"),
        (lambda: mr_mapping.fit_curve([], [], 0), "empty"),
        (lambda: mr_mapping.fit_curve([1, 2], [1, 2], -1), "degree"),
        (lambda: mr_mapping.fit_curve([5, 5, 5], [1, 2, 3], 1), "too few different"),
        (lambda: mr_mapping.fit_curve([1, 2], [1, 2], 2), "too few different"),
        (lambda: mr_mapping.fit_curve([0, 0], [1, 2], 1), "too few different"),
        (lambda: mr_mapping.apply_curve([1], [1, np.inf], (0, 1)), "curve"),
        (lambda: mr_mapping.apply_curve([1], [], (0, 1)), "curve"),
        (lambda: mr_mapping.apply_curve([1], [1], (1, 0)), "interval"),
        (lambda: mr_mapping.apply_curve([np.nan], [1], (0, 1)), "NaN"),
        (lambda: mr_mapping.threshold_map([1, 2], [0, 1], 150, 1000, 40), "must be bool"),
        (lambda: mr_mapping.threshold_map([1, 2], AIR[:1], 150, 1000, 40), "differ"),
        (lambda: mr_mapping.threshold_map([1, np.nan], AIR, 150, 1000, 40), "NaN"),
        (lambda: mr_mapping.threshold_map([1, 2], AIR, np.nan, 1000, 40), "threshold"),
        (lambda: mr_mapping.threshold_map([1, 2], AIR, 150, np.inf, 40), "HU of bone"),
        (lambda: mr_mapping.continuous_map([1, 2], AIR, [1], (150, 100), 40), "interval"),
        (lambda: mr_mapping.continuous_map([1, 2], AIR, [1], (150, 400), np.nan), "soft tissue"),
        (lambda: mr_mapping.continuous_map([1, 2], AIR, [np.nan], (150, 400), 40), "curve"),
        (lambda: mr_mapping.continuous_map([200, 2], AIR, [np.nan], (150, 400), 40), "curve"),
    ],
    ids=range(28),
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# The digital head: one person with CT to fit the curve, two others to test it.

BONE = (4, 5)  # compact, spongy
BRAIN = 6  # and above: fluid, grey matter, white matter


def measured(person):
    """Return the air mask and R2* of a person, with thresholds from the empty top slices."""
    echoes = person.ute1, person.ute2
    thresholds = [noise_threshold(echo[-3:], 0.005) for echo in echoes]
    rate = mr_mapping.r2star(*echoes, person.settings.echo_ms, floor=thresholds[0] / 3)
    return air_mask(*echoes, *thresholds), rate


@pytest.fixture(scope="module")
def people():
    head = phantom.head(0, 4.0, anatomy="analytic")
    return head, *phantom.subjects(2, 0, 4.0, anatomy="analytic")


def maps_of(patient, trainer, threshold):
    """Return threshold map and continuous map of a patient, with numbers from the trainer's CT."""
    air, rate = measured(trainer)
    bone, soft = ~air & (rate >= threshold), ~air & (rate < threshold)
    soft_hu, bone_hu = float(np.median(trainer.ct[soft])), float(trainer.ct[bone].mean())
    curve = mr_mapping.fit_curve(rate[bone], trainer.ct[bone], degree=3)
    air, rate = measured(patient)
    return (
        mr_mapping.threshold_map(rate, air, threshold, bone_hu, soft_hu),
        mr_mapping.continuous_map(rate, air, curve, (threshold, 700), soft_hu),
    )


@pytest.mark.slow
def test_air_of_the_head_is_found_but_dice_hides_the_compact_bone_that_is_lost(people):
    lost = []
    for person in people:
        air = measured(person)[0]
        assert metrics.dice(person.labels < 2, air) > 0.98
        assert not air[person.labels >= BRAIN].any()
        lost.append(air[person.labels == BONE[0]].mean())
    assert 0.01 < min(lost) < 0.1
    assert max(lost) > 0.15  # where the scanner's gain was low


@pytest.mark.slow
def test_r2star_of_the_head_is_right_in_the_brain_and_at_the_noise_floor_in_bone(people):
    rate, labels = measured(people[0])[1], people[0].labels
    middle = {label: float(np.median(rate[labels == label])) for label in (4, 6, 7, 8)}
    assert [middle[label] for label in (6, 7, 8)] == pytest.approx([3, 17, 20.2], abs=8)
    assert 200 < middle[4] < 500  # the truth is 900


@pytest.mark.slow
def test_the_continuous_map_errs_less_in_hu_where_the_threshold_is_low(people):
    head, *others = people
    for patient in others:
        body = patient.labels > 1
        for threshold, gains in [(100, (0.10, 0.30)), (200, (-0.01, 0.01))]:
            three, curved = (
                metrics.mean_absolute_error(patient.ct, hu, body)
                for hu in maps_of(patient, head, threshold)
            )
            # From 200 1/s on, R2* is noise, the curve is flat, and the maps are the same.
            assert gains[0] < 1 - curved / three < gains[1]


@pytest.mark.slow
def test_bone_is_the_tissue_with_the_largest_hu_error(people):
    head, patient, _ = people
    for hu in maps_of(patient, head, 150):
        errors = agreement.errors_per_class(patient.ct, hu, patient.labels)
        worst = max(errors, key=lambda label: errors[label].mean_absolute)
        assert worst == BONE[0]
        assert errors[worst].mean < -400


@pytest.mark.slow
def test_a_smaller_hu_error_is_no_smaller_pet_error_because_errors_cancel(people):
    head, patient, _ = people
    brain, spacing_mm = patient.labels >= BRAIN, patient.spacing[0]
    images = [patient.ct, *maps_of(patient, head, 100)]
    true, three, curved = (
        phantom.correct_attenuation(patient.nac_pet, attenuation_map(hu), spacing_mm)
        for hu in images
    )
    percent = [
        float(np.nanmean(agreement.percent_difference(true, pet, floor=0.5)[brain]))
        for pet in (three, curved)
    ]
    # Bone that is missing and bone that is invented weigh against each other in the sums along
    # the lines; the continuous map invents less, and misses as much.
    assert -8 < percent[1] < percent[0] < -3
    limits = agreement.limits_of_agreement(true, curved, brain)
    assert limits.lower < limits.mean < 0 < limits.upper
