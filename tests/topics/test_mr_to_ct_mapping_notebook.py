"""Numbers that stand in the prose of notebook 03, computed once more."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.display.map_figures import draw_maps
from course_lib.display.ute_figures import draw_air, draw_decay
from course_lib.display.ute_scans import BONE, Curve, both_maps, fitted, scan
from course_lib.imaging import agreement, air_segmentation, attenuation, metrics, mr_mapping

NOTEBOOK = "03_mr_to_ct_mapping"
BRAIN = "axial, through the brain"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        phantom.head(spacing_mm=8).anatomy == "analytic",
        reason="the numbers are those of the head with the brain of the template",
    ),
]


def brain_errors(target, air, curve):
    """Return mean, and mean without sign, of the PET in percent, for both maps."""
    head = target.head
    brain = head.labels >= 6
    truth, *made = (
        phantom.correct_attenuation(head.nac_pet, attenuation.attenuation_map(hu), 2.0)
        for hu in (head.ct, *both_maps(target.rate, air, curve))
    )
    percents = [agreement.percent_difference(truth, pet, 0.5)[brain] for pet in made]
    return [(float(np.nanmean(p)), float(np.nanmean(np.abs(p)))) for p in percents]


def test_the_corner_of_air_gives_what_the_answers_say(prose):
    for thresholds, vote, said in (
        ((1500, 1500), False, ("0.967", "90.6 % of compact")),
        ((850, 1250), False, ("0.990", "23.9 % of compact")),
        ((450, 500), False, ("Lost as air: 1.3 %", "68.3 % of all air")),
        ((750, 750), False, ("0.982", "13.9 % of compact", "93.9 % of the air inside")),
        ((750, 750), True, ("0.996", "1.2 % of compact", "90.4 % of the air inside")),
    ):
        caption = draw_air(*thresholds, vote, BRAIN).caption
        assert all(part in caption for part in said), caption
    labels = scan(0).head.labels
    assert round((labels <= 1).sum() / (labels == 4).sum()) == 16
    for text in (
        "Dice is 0.967, and 91 % of the compact bone are gone",
        "16 times as much air",
        "Near 850 and 1250, Dice reaches 0.990, and a quarter",
        "from 0.982 to 0.996, and only 1 % of the compact bone is lost, in place of 14 %",
        "90 % are found, in place of 94 %",
    ):
        assert text in prose


def test_no_corner_reaches_a_higher_dice_than_the_one_in_the_answers():
    head = scan(0).head
    air = head.labels <= 1
    best = max(
        (metrics.dice(air, air_segmentation.air_mask(head.ute1, head.ute2, i, j)), i, j)
        for i in range(750, 1000, 50)
        for j in range(1050, 1450, 100)
    )
    assert best[0] == pytest.approx(0.990, abs=0.0005)


def test_the_vote_saves_the_bone_of_both_people(prose):
    lost = []
    for target in (scan(0), scan(1)):
        head = target.head
        raw = air_segmentation.air_mask(head.ute1, head.ute2, *target.thresholds)
        lost += [100 * air[head.labels == 4].mean() for air in (raw, target.air)]
    assert [round(part) for part in lost] == [15, 1, 23, 4]
    assert "23 % in place of 15 %. With the vote, 4 % and 1 %" in prose
    assert round(scan(1).thresholds[0]) == 757
    assert "writes down 757" in prose


def test_the_rates_of_bone_are_what_the_text_says(prose):
    target = scan(1)
    medians = {k: np.median(target.rate[target.head.labels == k]) for k in BONE}
    assert medians[4] == pytest.approx(302, abs=3)
    assert medians[4] < medians[5]
    assert "measures 300 1/s in place of 900, *less* than spongy bone" in prose
    for arguments, said in (
        ((2.46, 16, 1.0), ("measures 395", "show: 527", "-54 to 89")),
        ((2.46, 32, 1.0), ("show: 817",)),
        ((2.46, 64, 1.0), ("show: 1107",)),
        ((0.96, 16, 1.0), ("-171 to 207",)),
        ((2.46, 16, 0.25), ("and 950",)),
        ((2.46, 16, 4.0), ("measures 0 1/s",)),
    ):
        caption = draw_decay(*arguments).caption
        assert all(part in caption for part in said), caption
    assert round(1000 * np.log(2) / 2.39) == 290
    assert "rises from 527 to 817 and 1107 1/s: each halving adds ln 2 / 2.39 ms = 290" in prose
    assert "from about -170 to 210 1/s, in place of -50 to 90" in prose


def test_with_little_noise_only_deep_bone_shows_its_rate(prose):
    quiet = phantom.head(settings=phantom.Settings(mr_snr=200))
    rate = mr_mapping.r2star(quiet.ute1, quiet.ute2, quiet.settings.echo_ms, 20)
    compact = quiet.labels == 4
    deep = ndimage.binary_erosion(compact)
    assert np.median(rate[deep]) == pytest.approx(841, abs=3)
    assert np.median(rate[compact]) == pytest.approx(431, abs=3)
    assert (
        "deep compact bone of our phantom measures 841 1/s, but all compact bone only 431" in prose
    )


def test_the_continuous_map_hardly_depends_on_its_threshold(prose):
    target = scan(1)
    bone = np.isin(target.head.labels, BONE)
    errors = np.array(
        [
            [
                metrics.mean_absolute_error(target.head.ct[bone], hu)
                for hu in both_maps(target.rate[bone], target.air[bone], fitted(threshold))
            ]
            for threshold in (60.0, 100.0, 150.0, 200.0)
        ]
    )
    stepped, continuous = errors.T
    assert np.ptp(continuous[:3]) < 10
    assert np.ptp(stepped[:3]) > 200
    assert stepped[3] == pytest.approx(continuous[3], rel=0.01)
    assert stepped.min() == pytest.approx(continuous.min(), rel=0.02)
    assert (errors > 395).all()
    assert "both are wrong by 400 HU in bone" in prose


def test_on_average_the_threshold_map_is_right_for_the_wrong_reason(prose):
    (mean, unsigned), (mean_c, unsigned_c) = brain_errors(scan(1), scan(1).air, fitted(100.0))
    assert (mean, mean_c) == pytest.approx((0.17, -0.85), abs=0.01)
    assert (unsigned, unsigned_c) == pytest.approx((1.85, 1.17), abs=0.01)
    assert "+0.17 %, against -0.85 % of the continuous map" in prose
    assert "1.17 against 1.85 %" in prose
    assert "PET in the brain +0.5 and" in draw_maps(120, "brain", 3).caption
    assert "PET in the brain -0.2 and" in draw_maps(140, "brain", 3).caption
    assert "Near 130 1/s the two cancel" in prose
    assert "PET in the brain -8.4 and -7.6 %" in draw_maps(100, "sinuses", 3).caption
    assert "the brain reads 8 % too low with either map" in prose


def test_without_the_vote_both_maps_fail_and_the_continuous_one_more(prose):
    raw = [
        air_segmentation.air_mask(s.head.ute1, s.head.ute2, *s.thresholds)
        for s in (scan(0), scan(1))
    ]
    rate, hu = scan(0).rate[~raw[0]], scan(0).head.ct[~raw[0]]
    bone = rate >= 100
    curve = Curve(
        100.0,
        float(np.median(hu[~bone])),
        float(hu[bone].mean()),
        mr_mapping.fit_curve(rate[bone], hu[bone], 3),
    )
    (mean, _), (mean_c, _) = brain_errors(scan(1), raw[1], curve)
    assert (round(mean, 1), round(mean_c, 1)) == (-3.2, -4.0)
    assert "too low by 3.2 % with the threshold map and by 4.0 %" in prose


def test_the_errors_of_the_tissues_are_what_the_text_says(prose):
    target = scan(1)
    hu = both_maps(target.rate, target.air, fitted(100.0))[1]
    errors = agreement.errors_per_class(target.head.ct, hu, target.head.labels)
    assert (round(errors[4].mean), round(errors[3].mean)) == (-465, 126)
    assert (round(errors[5].mean), round(errors[5].mean_absolute)) == (30, 266)
    assert "465 HU too soft, and fat 126 HU too dense" in prose
    assert "without signs it is 266 HU" in prose


@pytest.mark.parametrize("slide", ["slide 19", "slide 20", "slide 21", "slide 22", "slide 24"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose or slide.replace("slide ", "slides ") in prose


def test_the_lost_figures_are_told(prose):
    assert "Its figure is lost; this one is ours" in prose
    assert "Slide 23's curve is lost" in prose
