"""Forests and networks predict CT from MR on heads they have not learned from."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.data import phantom
from course_lib.imaging.feature_tables import normalize_columns, split_by_patient
from course_lib.imaging.forests import fit_forest
from course_lib.imaging.networks import new_network
from course_lib.imaging.training import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def voxels():
    """Return features, CT and patient of some voxels of five heads; the last feature is noise."""
    rng, tables, cts, patients = np.random.default_rng(0), [], [], []
    for number, head in enumerate(phantom.subjects(5, spacing_mm=6, anatomy="analytic")):
        body = head.labels > 0
        first, second = (
            np.log(np.maximum(echo.astype(float), 1) / np.median(echo[body]))
            for echo in (head.ute1, head.ute2)
        )
        images = [first, second, first - second]
        images += [ndimage.gaussian_filter(image, 1) for image in (first, first - second)]
        images.append(rng.normal(size=body.shape))
        tables.append(np.column_stack([image[body][::6] for image in images]))
        cts.append(head.ct[body][::6].astype(float))
        patients.append(np.full(cts[-1].size, number))
    testing = split_by_patient(np.concatenate(patients), 1, rng)
    table = np.concatenate(tables)
    return normalize_columns(table, table[~testing]), np.concatenate(cts), testing


def error_of_a_constant(ct, testing):
    """Return the mean absolute error of the best single value, in HU."""
    return np.abs(ct[testing] - np.median(ct[~testing])).mean()


def test_a_forest_errs_a_third_as_much_as_a_constant_and_mistrusts_noise(voxels):
    table, ct, testing = voxels
    rng = np.random.default_rng(1)
    forest = fit_forest(table[~testing], ct[~testing], rng=rng, trees=15, min_leaf=5)
    error = np.abs(forest.predict(table[testing]) - ct[testing]).mean()
    assert error < error_of_a_constant(ct, testing) / 3
    assert forest.importance().argmin() == 5
    assert forest.importance()[5] < 0.05


def test_a_network_errs_half_as_much_as_a_constant(voxels):
    table, ct, testing = voxels
    rng = np.random.default_rng(1)
    inputs, targets = 2 * table - 1, ct[:, None] / 1000
    start = new_network([6, 16, 1], rng, "linear")
    held_out = inputs[testing], targets[testing]
    trained = train(
        start, inputs[~testing], targets[~testing], rng=rng, epochs=30, validation=held_out
    )
    error = 1000 * np.abs(trained.network.predict(held_out[0]) - held_out[1]).mean()
    assert error < error_of_a_constant(ct, testing) / 2
    assert trained.validation_costs[-1] < trained.validation_costs[0] / 2
