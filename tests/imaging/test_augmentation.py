"""Augmentations are seeded, stay in their limits, and leave their argument alone."""

import numpy as np
import pytest

from course_lib.imaging import augmentation

IMAGE = np.random.default_rng(0).uniform(-1, 2, (30, 40))
CHANGES = {
    "gain and offset": augmentation.random_gain_offset,
    "gamma": augmentation.random_gamma,
    "noise": lambda image, rng: augmentation.random_noise(image, rng, 0.1),
    "bias field": lambda image, rng: image * augmentation.bias_field(image.shape, rng),
}
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())


@every_change
def test_the_seed_decides_and_nothing_else(change):
    first, again = (change(IMAGE, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(change(IMAGE, np.random.default_rng(6)), first)


@every_change
def test_a_second_draw_from_one_generator_differs(change):
    rng = np.random.default_rng(5)
    assert not np.allclose(change(IMAGE, rng), change(IMAGE, rng))


@every_change
def test_the_argument_is_not_changed(change):
    before = IMAGE.copy()
    assert change(IMAGE, np.random.default_rng(5)).shape == IMAGE.shape
    np.testing.assert_array_equal(IMAGE, before)


def test_gain_and_offset_are_one_pair_for_the_image_and_within_their_intervals():
    for seed in range(50):
        changed = augmentation.random_gain_offset(
            IMAGE, np.random.default_rng(seed), (0.5, 2.0), (-3, -1)
        )
        gain, offset = np.polyfit(IMAGE.ravel(), changed.ravel(), 1)
        np.testing.assert_allclose(changed, gain * IMAGE + offset, atol=1e-9)
        assert 0.5 <= gain <= 2
        assert -3 <= offset <= -1


def test_gamma_keeps_range_and_order():
    changed = augmentation.random_gamma(IMAGE, np.random.default_rng(1))
    assert (changed.min(), changed.max()) == pytest.approx((IMAGE.min(), IMAGE.max()))
    order = IMAGE.ravel().argsort()
    assert (np.diff(changed.ravel()[order]) >= 0).all()


def test_gamma_brightens_as_often_as_it_darkens():
    ramp = np.linspace(0, 1, 11)
    middles = [
        augmentation.random_gamma(ramp, np.random.default_rng(seed), (0.5, 2.0))[5]
        for seed in range(400)
    ]
    assert 0.4 < np.mean(np.array(middles) > 0.5) < 0.6


def test_noise_has_mean_zero_and_the_deviation_that_was_asked_for():
    noise = augmentation.random_noise(np.zeros(100_000), np.random.default_rng(2), 3.0)
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.std() == pytest.approx(3, rel=0.02)


def test_no_noise_is_no_change():
    np.testing.assert_array_equal(
        augmentation.random_noise(IMAGE, np.random.default_rng(2), 0.0), IMAGE
    )


@pytest.mark.parametrize("shape", [(60, 80), (12, 20, 16)])
def test_a_bias_field_is_smooth_and_within_its_strength(shape):
    field = augmentation.bias_field(shape, np.random.default_rng(3), strength=0.4)
    assert field.shape == shape
    assert max(field.max() / 1.4, 1 / (1.4 * field.min())) == pytest.approx(1)
    steps = [np.abs(np.diff(field, axis=axis)).max() for axis in range(len(shape))]
    assert max(steps) < 0.4


def test_short_integers_do_not_wrap():
    bright = np.full((5, 5), 32000, np.int16)
    changed = augmentation.random_gain_offset(bright, np.random.default_rng(1), (1.2, 1.5))
    assert changed.dtype == np.float32
    assert (changed > 38000).all()


def test_bad_settings_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="gain interval"):
        augmentation.random_gain_offset(IMAGE, rng, gain=(1.1, 0.9))
    with pytest.raises(ValueError, match="offset interval"):
        augmentation.random_gain_offset(IMAGE, rng, offset=(0, 0))
    with pytest.raises(ValueError, match="must be positive"):
        augmentation.random_gamma(IMAGE, rng, (-1, 2))
    with pytest.raises(ValueError, match="All values"):
        augmentation.random_gamma(np.ones((3, 3)), rng)
    with pytest.raises(ValueError, match="deviation of the noise"):
        augmentation.random_noise(IMAGE, rng, -1.0)
    for strength, knots, shape in [(0, 4, (9, 9)), (0.3, 1, (9, 9)), (0.3, 4, (9, 1)), (1, 4, ())]:
        with pytest.raises(ValueError, match="The field has strength"):
            augmentation.bias_field(shape, rng, strength, knots)


@every_change
def test_nan_is_refused_or_comes_from_the_image_alone(change):
    image = IMAGE.copy()
    image[0, 0] = np.nan
    try:
        changed = change(image, np.random.default_rng(1))
    except ValueError as error:
        assert "must be finite" in str(error)
    else:
        assert np.isnan(changed).sum() == 1
