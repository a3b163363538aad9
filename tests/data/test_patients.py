"""The two made-up patients read what slide 11 says."""

import numpy as np
import pytest

from course_lib.data.patients import two_patients
from course_lib.imaging import normalization


@pytest.fixture(scope="module")
def patients():
    return two_patients()


def test_slide_11_grey_matter_reads_70_and_200(patients):
    means = [round(float(p.image[p.grey_matter].mean())) for p in patients]
    assert means == [70, 200]


def test_slide_11_after_scaling_it_reads_0_58_and_0_61(patients):
    means = [normalization.min_max(p.image)[p.grey_matter].mean() for p in patients]
    assert [round(float(mean), 2) for mean in means] == [0.58, 0.61]


def test_the_scanners_differ_by_more_than_gain_and_offset(patients):
    # Two tissues fix gain and offset; the fluid then shows that a straight line is not enough.
    levels = np.array(
        [
            [
                np.median(p.image[mask])
                for mask in (
                    p.white_matter,
                    p.grey_matter,
                    p.brain & (p.image < 0.25 * p.image.max()),
                )
            ]
            for p in patients
        ]
    )
    gain = (levels[1, 0] - levels[1, 1]) / (levels[0, 0] - levels[0, 1])
    offset = levels[1, 0] - gain * levels[0, 0]
    assert abs(gain * levels[0, 2] + offset - levels[1, 2]) > 2


def test_tissues_lie_in_the_brain_and_the_rest_is_zero(patients):
    for patient in patients:
        assert not (patient.grey_matter & patient.white_matter).any()
        inside = patient.brain[patient.grey_matter | patient.white_matter]
        assert inside.mean() > 0.99
        assert (patient.image[~patient.brain] > 0).mean() < 0.01


def test_the_two_brains_differ_in_size_and_shape(patients):
    first, second = (patient.brain for patient in patients)
    assert second.sum() < 0.9 * first.sum()
    assert (first != second).mean() > 0.03
