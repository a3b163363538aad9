"""Tables of features: scaling by the training values only, and patients kept apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupShuffleSplit
from sklearn.preprocessing import MinMaxScaler

from course_lib.imaging import feature_tables as tables

few = settings(max_examples=30, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def test_the_training_table_fills_0_to_1():
    training = np.random.default_rng(0).normal(50, 20, (30, 4))
    scaled = tables.normalize_columns(training, training)
    np.testing.assert_array_equal(scaled.min(axis=0), 0)
    np.testing.assert_array_equal(scaled.max(axis=0), 1)


def test_the_columns_of_slide_63_keep_their_order():
    rows = [[0.65, 0.61, 5, -10, 231], [0.45, 0.66, 6, -12, 251], [0.87, 0.41, 2, 25, 131]]
    scaled = tables.normalize_columns(rows, rows)
    np.testing.assert_array_equal(scaled.argsort(axis=0), np.argsort(rows, axis=0))
    assert scaled[0, 2] == pytest.approx(3 / 4)  # (5 - 2) / (6 - 2)


def test_the_test_patients_do_not_change_the_scale():
    rng = np.random.default_rng(1)
    training, others = rng.normal(size=(20, 3)), rng.normal(size=(5, 3))
    alone = tables.normalize_columns(others[:2], training)
    np.testing.assert_array_equal(tables.normalize_columns(others, training)[:2], alone)
    extreme = np.vstack([others[:2], np.full((1, 3), 1e6)])
    np.testing.assert_array_equal(tables.normalize_columns(extreme, training)[:2], alone)


def test_values_beyond_the_training_range_are_not_clamped():
    assert tables.normalize_columns([[-1.0], [3.0]], [[0.0], [2.0]]).tolist() == [[-0.5], [1.5]]


def test_scaling_agrees_with_scikit_learn():
    rng = np.random.default_rng(2)
    training, others = rng.normal(3, 9, (40, 6)), rng.normal(3, 9, (10, 6))
    peer = MinMaxScaler().fit(training).transform(others)
    np.testing.assert_allclose(tables.normalize_columns(others, training), peer)


@few
@given(generators, st.integers(2, 8))
def test_no_patient_is_on_both_sides(rng, patients):
    rows = np.append(np.arange(patients), rng.integers(0, patients, 50)) * 10 + 3
    held_out = int(rng.integers(1, patients))
    testing = tables.split_by_patient(rows, held_out, rng)
    assert set(rows[testing]).isdisjoint(rows[~testing])
    assert len(set(rows[testing])) == held_out
    assert len(set(rows[~testing])) == patients - held_out


def test_every_patient_is_held_out_as_often_as_the_others():
    rng = np.random.default_rng(4)
    rows = np.repeat(np.arange(5), [1, 2, 30, 4, 100])  # long scans are not drawn more often
    often = np.mean([tables.split_by_patient(rows, 2, rng) for _ in range(1000)], axis=0)
    np.testing.assert_allclose(often, 0.4, atol=0.06)


def test_a_split_by_patient_has_the_sizes_of_scikit_learns():
    rows = np.repeat(np.arange(6), 10)
    peer = next(GroupShuffleSplit(1, test_size=2, random_state=0).split(rows, groups=rows))[1]
    ours = tables.split_by_patient(rows, 2, np.random.default_rng(0))
    assert np.count_nonzero(ours) == peer.size == 20


def test_float32_stays_float32_and_arguments_stay_unchanged():
    training = np.random.default_rng(5).normal(size=(9, 8)).astype(np.float32)
    before = training.copy()
    strided = training[::-2, ::3]
    scaled = tables.normalize_columns(strided, strided)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, tables.normalize_columns(strided.copy(), strided.copy()))
    np.testing.assert_array_equal(training, before)


def test_one_row_can_be_scaled_but_not_learned_from():
    assert tables.normalize_columns([[5.0]], [[0.0], [10.0]]).tolist() == [[0.5]]
    with pytest.raises(ValueError, match="column 0 are all 5"):
        tables.normalize_columns([[5.0]], [[5.0]])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.zeros(3), "1 axes"),
        (np.zeros((0, 3)), "empty"),
        (np.array([[np.nan]]), "finite"),
        (np.array([["a"]]), "real numbers"),
        (np.zeros((4, 2)), "column 0 are all 0"),
    ],
)
def test_tables_that_make_no_sense_are_refused(table, message):
    with pytest.raises(ValueError, match=message):
        tables.column_ranges(table)


def test_tables_of_different_widths_are_refused():
    with pytest.raises(ValueError, match="3 columns, the training table 2"):
        tables.normalize_columns(np.zeros((1, 3)), [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("patients", "held_out", "message"),
    [
        ([1, 2, 3], 0, "0 of 3 patients"),
        ([1, 2, 3], 3, "3 of 3 patients"),
        ([7, 7], 1, "1 of 1 patients"),
        ([0.5, 1.5], 1, "whole numbers"),
        ([[1, 2]], 1, "one row"),
        (np.zeros(0, int), 1, "empty"),
    ],
)
def test_patients_that_cannot_be_split_are_refused(patients, held_out, message):
    with pytest.raises(ValueError, match=message):
        tables.split_by_patient(patients, held_out, np.random.default_rng(0))
