"""Run-length coding."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.imaging.run_lengths import from_run_lengths, run_lengths

IMAGES = hnp.arrays(
    st.sampled_from([np.int16, np.uint8, bool]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6),
    elements=st.integers(0, 1),
)


def test_a_row_of_air_and_tissue_has_three_runs():
    values, lengths = run_lengths([-1024, -1024, -1024, 10, 300, 300])
    assert values.tolist() == [-1024, 10, 300]
    assert lengths.tolist() == [3, 1, 2]


@given(IMAGES)
def test_every_image_comes_back_exactly(image):
    values, lengths = run_lengths(image)
    back = from_run_lengths(values, lengths, image.shape)
    np.testing.assert_array_equal(back, image)
    assert back.dtype == image.dtype


@given(IMAGES)
def test_neighbouring_runs_differ_and_lengths_add_up(image):
    values, lengths = run_lengths(image)
    assert (values[1:] != values[:-1]).all()
    assert lengths.sum() == image.size
    assert (lengths > 0).all()


@given(IMAGES)
def test_runs_are_those_of_itertools(image):
    values, lengths = run_lengths(image)
    groups = [(value, len(list(run))) for value, run in groupby(image.ravel().tolist())]
    assert list(zip(values.tolist(), lengths.tolist(), strict=True)) == groups


def test_a_run_goes_on_in_the_next_row():
    assert run_lengths(np.array([[0, 1], [1, 0]]))[1].tolist() == [1, 2, 1]


def test_an_empty_row_has_no_runs():
    values, lengths = run_lengths([])
    assert values.size == lengths.size == 0
    assert from_run_lengths(values, lengths).size == 0


def test_nan_has_no_runs():
    with pytest.raises(ValueError, match="2 NaN"):
        run_lengths([1.0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("values", "lengths", "shape", "part"),
    [
        ([1, 2], [3], None, "shapes"),
        ([[1]], [[3]], None, "shapes"),
        ([1, 2], [3, 0], None, "at least 1"),
        ([1, 2], [3, -1], None, "at least 1"),
        ([1, 2], [3.0, 1.0], None, "whole number"),
        ([1, 2], [3, 2], (2, 2), "5 values"),
    ],
)
def test_runs_that_make_no_image_are_refused(values, lengths, shape, part):
    with pytest.raises(ValueError, match=part):
        from_run_lengths(values, lengths, shape)
