"""Training: what must fall, what must stop, the steps of scikit-learn, and real digits."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from course_lib.imaging.backpropagation import backpropagation
from course_lib.imaging.network_costs import cost, one_hot
from course_lib.imaging.networks import Layer, Network, as_vector, new_network
from course_lib.imaging.training import batches, train

few = settings(max_examples=25, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@few
@given(rng=generators, count=st.integers(1, 30), batch=st.integers(1, 12))
def test_every_sample_is_dealt_once(rng, count, batch):
    dealt = list(batches(count, batch, rng))
    np.testing.assert_array_equal(np.sort(np.concatenate(dealt)), np.arange(count))
    assert {rows.size for rows in dealt[:-1]} <= {batch}
    assert dealt[-1].size == (count % batch or min(batch, count))


def test_the_first_step_goes_down_the_mean_slope(rng):
    network = new_network([3, 4, 2], rng)
    inputs, targets = rng.normal(size=(7, 3)), rng.random((7, 2))
    before, (found, slope) = as_vector(network.layers), backpropagation(network, inputs, targets)
    trained = train(network, inputs, targets, rng=rng, epochs=1, batch=7, rate=0.3)
    moved = as_vector(trained.network.layers)
    np.testing.assert_allclose(moved, before - 0.3 * as_vector(slope) / 7)
    assert trained.training_costs.tolist() == pytest.approx([found / 7])


def test_momentum_keeps_a_share_of_the_last_step(rng):
    inputs, targets = rng.normal(size=(7, 3)), rng.random((7, 2))
    options = {"rng": rng, "batch": 7, "rate": 0.3, "momentum": 0.5}
    start = new_network([3, 2], rng)
    places = [as_vector(start.layers)]
    for epochs in (1, 2):
        trained = train(start, inputs, targets, epochs=epochs, **options)
        places.append(as_vector(trained.network.layers))
        if epochs == 1:
            slope = as_vector(backpropagation(trained.network, inputs, targets)[1]) / 7
    np.testing.assert_allclose(places[2] - places[1], 0.5 * (places[1] - places[0]) - 0.3 * slope)


def test_a_linear_network_finds_the_least_squares_solution(rng):
    inputs = rng.normal(size=(200, 3))
    targets = inputs @ [[2.0], [-1.0], [0.5]] - 4 + 0.1 * rng.normal(size=(200, 1))
    trained = train(
        new_network([3, 1], rng, "linear"),
        inputs,
        targets,
        rng=rng,
        epochs=400,
        batch=200,
        rate=0.05,
    )
    table = np.column_stack([inputs, -np.ones(200)])  # the bias is subtracted
    solution = np.linalg.lstsq(table, targets[:, 0], rcond=None)[0]
    np.testing.assert_allclose(as_vector(trained.network.layers), solution, atol=0.01)


def test_exclusive_or_is_learned(rng):
    table, targets = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    trained = train(
        new_network([2, 4, 1], rng), table, targets, rng=rng, epochs=1500, batch=4, rate=1
    )
    np.testing.assert_array_equal(trained.network.predict(table) > 0.5, targets == 1)
    assert trained.training_costs[-1] < 0.05


def test_the_costs_are_those_of_the_network(rng):
    inputs, targets = rng.normal(size=(40, 3)), rng.random((40, 2))
    held_out = inputs[30:], targets[30:]
    trained = train(
        new_network([3, 5, 2], rng),
        inputs[:30],
        targets[:30],
        rng=rng,
        epochs=8,
        validation=held_out,
    )
    assert trained.training_costs.shape == trained.validation_costs.shape == (8,)
    found = cost(trained.network.predict(held_out[0]), held_out[1]) / 10
    assert trained.validation_costs[-1] == pytest.approx(found)
    assert trained.training_costs[-1] < trained.training_costs[0]


def test_noise_is_learned_by_heart_and_early_stopping_goes_back_to_the_best(rng):
    inputs = rng.normal(size=(60, 10))
    targets = inputs[:, :1] + rng.normal(size=(60, 1))
    start = new_network([10, 40, 1], rng, "linear")
    options = {"epochs": 300, "batch": 10, "rate": 0.02, "validation": (inputs[30:], targets[30:])}
    seed = np.random.default_rng
    whole = train(start, inputs[:30], targets[:30], rng=seed(1), **options)
    stopped = train(start, inputs[:30], targets[:30], rng=seed(1), patience=20, **options)
    lowest = int(whole.validation_costs.argmin())
    assert whole.validation_costs[-1] > 1.2 * whole.validation_costs[lowest]
    assert whole.training_costs[-1] < 0.5 * whole.training_costs[lowest]
    epochs = stopped.validation_costs.size
    assert epochs < 300
    np.testing.assert_array_equal(stopped.validation_costs, whole.validation_costs[:epochs])
    best = stopped.validation_costs.argmin()
    assert best == epochs - 1 - 20
    found = cost(stopped.network.predict(inputs[30:]), targets[30:]) / 30
    assert found == pytest.approx(stopped.validation_costs[best])


def test_the_same_seed_gives_the_same_training(rng):
    start, inputs, targets = new_network([3, 2], rng), rng.normal(size=(50, 3)), rng.random((50, 2))
    one, same, other = (
        as_vector(train(start, inputs, targets, rng=np.random.default_rng(seed)).network.layers)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def as_network(peer):
    """Return a network of scikit-learn as one of the course."""
    pairs = zip(peer.coefs_, peer.intercepts_, strict=True)
    return Network(tuple(Layer(weights.T.copy(), -biases) for weights, biases in pairs), "linear")


def test_an_epoch_takes_the_steps_of_scikit_learn(rng):
    inputs, targets = rng.normal(size=(60, 5)), rng.normal(size=(60, 2))
    peer = MLPRegressor(
        hidden_layer_sizes=(6, 4),
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=7,
        learning_rate_init=0.02,  # of half the squared error: ours is half as large
        momentum=0.8,
        nesterovs_momentum=False,
        shuffle=False,
        max_iter=1,
        warm_start=True,
        random_state=0,
    )

    class InOrder:
        """Shuffles nothing, as the peer."""

        def permutation(self, count):
            return np.arange(count)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = as_network(peer.fit(inputs, targets))
        there = as_network(peer.set_params(max_iter=3, n_iter_no_change=100).fit(inputs, targets))
    ours = train(
        start, inputs, targets, rng=InOrder(), epochs=3, batch=7, rate=0.01, momentum=0.8
    ).network
    np.testing.assert_allclose(as_vector(ours.layers), as_vector(there.layers), rtol=1e-9)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_handwritten_digits_are_told_apart_as_by_scikit_learn(rng):
    images, labels = load_digits(return_X_y=True)
    testing = np.random.default_rng(1).random(labels.size) < 0.3
    inputs, targets = images / 16, one_hot(labels, 10)
    start = new_network([64, 32, 10], rng)
    trained = train(start, inputs[~testing], targets[~testing], rng=rng, epochs=60)
    right = trained.network.predict(inputs[testing]).argmax(axis=1) == labels[testing]
    peer = MLPClassifier(32, activation="logistic", max_iter=600, random_state=0)
    peer.fit(inputs[~testing], labels[~testing])
    assert right.mean() > 0.95
    assert right.mean() > peer.score(inputs[testing], labels[testing]) - 0.02


def test_float32_stays_float32_and_nothing_given_is_changed(rng):
    network = new_network([3, 4, 2], rng, dtype=np.float32)
    inputs, targets = rng.normal(size=(20, 6)), rng.random((20, 2)).astype(np.float32)
    everything = [inputs, targets, *(array for layer in network.layers for array in layer)]
    before = [array.copy() for array in everything]
    trained = train(
        network, inputs[:, ::2], targets, rng=rng, validation=(inputs[:4, ::2], targets[:4])
    )
    dtypes = {array.dtype for layer in trained.network.layers for array in layer}
    assert dtypes == {np.dtype(np.float32)}
    for array, copy in zip(everything, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_one_sample_of_one_number_can_be_learned(rng):
    trained = train(new_network([1, 1], rng, "linear"), [[1.0]], [[3.0]], rng=rng, epochs=300)
    assert trained.network.predict([[1.0]])[0, 0] == pytest.approx(3, abs=1e-2)


def trained(**options):
    """Train a network of one neuron on two samples."""
    network = new_network([1, 1], np.random.default_rng(0), "linear")
    inputs, targets = options.pop("inputs", [[1.0], [2.0]]), options.pop("targets", [[1.0], [2.0]])
    return train(network, inputs, targets, rng=np.random.default_rng(0), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch": 0}, "batch is 0"),
        ({"rate": 0}, "rate is 0"),
        ({"rate": np.nan}, "rate is nan"),
        ({"momentum": 1.0}, "momentum is 1"),
        ({"momentum": -0.1}, "momentum is -0.1"),
        ({"patience": 3}, "validation samples"),
        ({"patience": 0, "validation": ([[1.0]], [[1.0]])}, "patience is 0"),
        ({"validation": ([[1.0, 2.0]], [[1.0]])}, "2 columns"),
        ({"inputs": [[1.0], [np.nan]]}, "finite"),
        ({"inputs": np.zeros((0, 1)), "targets": np.zeros((0, 1))}, "empty"),
        ({"targets": [1.0, 2.0]}, "1 axes"),
        ({"targets": [[1.0]]}, r"\(2, 1\)"),
        ({"rate": 1e6, "epochs": 100}, "beyond all bounds"),
    ],
)
def test_settings_and_samples_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        trained(**options)


def test_no_batch_of_nothing():
    with pytest.raises(ValueError, match="samples is 0"):
        next(batches(0, 3, np.random.default_rng(0)))
