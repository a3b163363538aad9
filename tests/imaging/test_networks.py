"""Neurons, layers and networks: the lecture's numbers, gradients measured and derived, peers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import OneHotEncoder

from course_lib.imaging import backpropagation as back
from course_lib.imaging import network_costs as costs
from course_lib.imaging import networks, neurons

few = settings(max_examples=25, deadline=None)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
lasts = pytest.mark.parametrize("last", ["sigmoid", "linear"])


def drawn(rng, sizes, last, samples=5):
    """Draw a network with biases, inputs and targets."""
    network = networks.new_network(sizes, rng, last)
    vector = networks.as_vector(network.layers) + 0.3 * rng.normal(size=parameters_of(network))
    network = networks.with_vector(network, vector)
    return network, rng.normal(size=(samples, sizes[0])), rng.random((samples, sizes[-1]))


def parameters_of(network):
    return networks.as_vector(network.layers).size


def test_the_lectures_network_has_3210_parameters():
    assert neurons.parameter_count([784, 4, 4, 10]) == 784 * 4 + 4 * 4 + 4 * 10 + 4 + 4 + 10
    assert neurons.parameter_count([784, 4, 4, 10]) == 3210
    network = networks.new_network([784, 4, 4, 10], np.random.default_rng(0))
    assert parameters_of(network) == 3210


def test_the_lectures_outputs_for_a_five_cost_2():
    outputs = [0.2, 0.1, 0.8, 0.3, 0.1, 0.6, 0.2, 0.1, 0, 1]
    assert costs.cost(outputs, costs.one_hot([5], 10)[0]) == pytest.approx(2.0)


def test_the_sigmoid_has_its_known_values():
    np.testing.assert_allclose(neurons.sigmoid([0, np.log(3), -np.log(3)]), [0.5, 0.75, 0.25])
    with np.errstate(all="raise"):
        assert neurons.sigmoid([-1e300, 1e300]).tolist() == [0, 1]


@few
@given(st.lists(st.floats(-50, 50), min_size=1))
def test_the_sigmoid_is_symmetric_about_one_half(x):
    x = np.array(x)
    np.testing.assert_allclose(neurons.sigmoid(x) + neurons.sigmoid(-x), 1)
    np.testing.assert_allclose(neurons.sigmoid(x), 1 / (1 + np.exp(-x)))


def test_the_bias_of_a_neuron_is_subtracted():
    assert neurons.neuron([1.0, 0.5], [2.0, 4.0], bias=0.0) == pytest.approx(1 / (1 + np.exp(-4)))
    assert neurons.neuron([1.0, 0.5], [2.0, 4.0], bias=4.0) == 0.5
    assert neurons.neuron([1.0, 0.5], [2.0, 4.0], bias=9.0) < 0.01


@few
@given(generators)
def test_a_layer_is_its_neurons_side_by_side(rng):
    inputs, weights, biases = rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=2)
    whole = neurons.layer(inputs, weights, biases)
    for sample, outputs in zip(inputs, whole, strict=True):
        each = [neurons.neuron(sample, w, b) for w, b in zip(weights, biases, strict=True)]
        np.testing.assert_allclose(outputs, each)
        np.testing.assert_allclose(neurons.layer(sample, weights, biases), each)
    sums = neurons.layer(inputs, weights, biases, "linear")
    np.testing.assert_allclose(neurons.sigmoid(sums), whole)


def test_and_can_be_computed_by_one_neuron_and_exclusive_or_by_three():
    table = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    both = neurons.layer(table, [[20, 20]], [30])
    np.testing.assert_allclose(both[:, 0], [0, 0, 0, 1], atol=1e-4)
    hidden = networks.Layer(np.array([[20.0, 20.0], [20.0, 20.0]]), np.array([10.0, 30.0]))
    last = networks.Layer(np.array([[20.0, -20.0]]), np.array([10.0]))
    np.testing.assert_allclose(
        networks.Network((hidden, last)).predict(table)[:, 0], [0, 1, 1, 0], atol=1e-4
    )


def test_one_hot_targets_are_1_for_the_class_only():
    labels = [3, 0, 2, 2]
    hot = costs.one_hot(labels, 4)
    np.testing.assert_array_equal(hot.argmax(axis=1), labels)
    np.testing.assert_array_equal(hot.sum(axis=1), 1)
    peer = OneHotEncoder(categories=[range(4)], sparse_output=False)
    np.testing.assert_array_equal(hot, peer.fit_transform(np.array(labels)[:, None]))


def test_new_weights_differ_and_lie_within_their_reach():
    network = networks.new_network([30, 20, 10], np.random.default_rng(0))
    for layer in network.layers:
        reach = np.sqrt(6 / sum(layer.weights.shape))
        assert 0.95 * reach < np.abs(layer.weights).max() <= reach
        assert np.unique(layer.weights).size == layer.weights.size
        assert abs(layer.weights.mean()) < 0.1 * reach
        np.testing.assert_array_equal(layer.biases, 0)


def test_the_same_seed_gives_the_same_network():
    one, same, other = (
        networks.as_vector(networks.new_network([3, 2], np.random.default_rng(seed)).layers)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@few
@given(generators)
def test_a_network_survives_being_written_in_one_row(rng):
    network, inputs, _ = drawn(rng, [4, 3, 2], "linear")
    vector = networks.as_vector(network.layers)
    again = networks.with_vector(network, vector)
    np.testing.assert_array_equal(again.predict(inputs), network.predict(inputs))
    assert again.last == "linear"
    vector[:] = 0
    np.testing.assert_array_equal(again.predict(inputs), 0)  # it looks at the row


def test_a_numerical_gradient_of_a_square_is_twice_the_number():
    point = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = point.copy()
    found = back.numerical_gradient(lambda x: float((x**2).sum()), point)
    np.testing.assert_allclose(found, 2 * point)
    np.testing.assert_array_equal(point, before)


def test_the_error_of_a_numerical_gradient_falls_with_the_square_of_the_step():
    errors = [
        abs(back.numerical_gradient(lambda x: float(np.exp(x[0])), [0.0], step)[0] - 1)
        for step in (0.1, 0.01)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


@lasts
@few
@given(rng=generators)
def test_the_gradient_of_one_layer_is_what_is_measured(last, rng):
    inputs, weights, biases = rng.normal(size=(6, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    targets = rng.random((6, 3))

    def cost_of(weights, biases, inputs):
        return costs.cost(neurons.layer(inputs, weights, biases, last), targets)

    outputs = neurons.layer(inputs, weights, biases, last)
    gradient = neurons.layer_gradient(inputs, outputs, 2 * (outputs - targets), last)
    measured = [
        back.numerical_gradient(lambda x: cost_of(x, biases, inputs), weights),
        back.numerical_gradient(lambda x: cost_of(weights, x, inputs), biases),
        back.numerical_gradient(lambda x: cost_of(weights, biases, x), inputs),
    ]
    derived = [gradient.weights, gradient.biases, gradient.sums @ weights]
    for ours, truth in zip(derived, measured, strict=True):
        np.testing.assert_allclose(ours, truth, atol=1e-7)


@lasts
@pytest.mark.parametrize("sizes", [[3, 2], [4, 5, 3], [3, 4, 4, 2], [1, 1, 1, 1, 1]])
def test_backpropagation_gives_what_is_measured(last, sizes):
    network, inputs, targets = drawn(np.random.default_rng(len(sizes)), sizes, last)

    def cost_of(vector):
        return costs.cost(networks.with_vector(network, vector).predict(inputs), targets)

    here = networks.as_vector(network.layers)
    cost, gradient = back.backpropagation(network, inputs, targets)
    assert cost == pytest.approx(cost_of(here))
    measured = back.numerical_gradient(cost_of, here)
    np.testing.assert_allclose(networks.as_vector(gradient), measured, atol=1e-7)
    for layer, slope in zip(network.layers, gradient, strict=True):
        assert layer.weights.shape == slope.weights.shape
        assert layer.biases.shape == slope.biases.shape


def test_pairs_of_arrays_give_the_gradient_of_their_network():
    network, inputs, targets = drawn(np.random.default_rng(3), [3, 4, 2], "sigmoid")
    pairs = [(weights.tolist(), biases.tolist()) for weights, biases in network.layers]
    found = back.gradient_of_layers(pairs, inputs, targets)
    np.testing.assert_array_equal(
        networks.as_vector(found),
        networks.as_vector(back.backpropagation(network, inputs, targets)[1]),
    )


def test_measured_slopes_of_weights_are_the_derived_ones():
    network, inputs, targets = drawn(np.random.default_rng(4), [4, 3], "sigmoid")
    measured = back.measured_weight_gradient(*network.layers[0], inputs, targets, 1e-5)
    derived = back.backpropagation(network, inputs, targets)[1][0].weights
    np.testing.assert_allclose(measured, derived, atol=1e-7)


def test_scipy_agrees_with_backpropagation():
    network, inputs, targets = drawn(np.random.default_rng(9), [5, 4, 3], "sigmoid")

    def at(vector):
        return back.backpropagation(networks.with_vector(network, vector), inputs, targets)

    error = check_grad(
        lambda v: at(v)[0],
        lambda v: networks.as_vector(at(v)[1]),
        networks.as_vector(network.layers),
    )
    assert error < 1e-5


@lasts
@few
@given(rng=generators)
def test_the_gradient_of_many_samples_is_the_sum_of_each(last, rng):
    network, inputs, targets = drawn(rng, [4, 3, 2], last)
    whole, gradient = back.backpropagation(network, inputs, targets)
    each = [
        back.backpropagation(network, inputs[[row]], targets[[row]]) for row in range(len(inputs))
    ]
    assert whole == pytest.approx(sum(cost for cost, _ in each))
    np.testing.assert_allclose(
        networks.as_vector(gradient), sum(networks.as_vector(slope) for _, slope in each)
    )


def test_a_perfect_network_has_no_cost_and_no_slope():
    network, inputs, _ = drawn(np.random.default_rng(2), [3, 4, 2], "sigmoid")
    cost, gradient = back.backpropagation(network, inputs, network.predict(inputs))
    assert cost == 0
    np.testing.assert_array_equal(networks.as_vector(gradient), 0)


def test_a_network_of_scikit_learn_predicts_the_same_with_its_intercepts_negated():
    rng = np.random.default_rng(4)
    inputs, targets = rng.normal(size=(50, 6)), rng.normal(size=(50, 2))
    peer = MLPRegressor(
        hidden_layer_sizes=(5, 4), activation="logistic", max_iter=300, tol=1, random_state=0
    )
    peer.fit(inputs, targets)
    layers = [
        networks.Layer(weights.T, -biases)
        for weights, biases in zip(peer.coefs_, peer.intercepts_, strict=True)
    ]
    ours = networks.Network(tuple(layers), "linear")
    np.testing.assert_allclose(ours.predict(inputs), peer.predict(inputs))


def test_float32_stays_float32():
    network = networks.new_network([4, 3, 2], np.random.default_rng(0), dtype=np.float32)
    inputs, targets = np.ones((5, 4), np.float32), np.ones((5, 2))
    assert network.predict(inputs).dtype == np.float32
    gradient = back.backpropagation(network, inputs, targets)[1]
    assert {array.dtype for layer in gradient for array in layer} == {np.dtype(np.float32)}
    assert neurons.sigmoid(inputs).dtype == np.float32
    weights, biases = network.layers[0]
    assert neurons.layer(inputs, weights, biases).dtype == np.float32


def test_strided_input_gives_the_same_and_stays_unchanged():
    rng = np.random.default_rng(3)
    network, _, _ = drawn(rng, [4, 3, 2], "sigmoid")
    inputs, targets = rng.normal(size=(10, 8)), rng.normal(size=(10, 4))
    everything = [inputs, targets, *(array for layer in network.layers for array in layer)]
    before = [array.copy() for array in everything]
    strided = inputs[::-2, ::2], targets[::-2, ::2]
    cost, gradient = back.backpropagation(network, *strided)
    same, slope = back.backpropagation(network, *(array.copy() for array in strided))
    assert cost == pytest.approx(same)
    np.testing.assert_allclose(networks.as_vector(gradient), networks.as_vector(slope))
    for array, copy in zip(everything, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def small():
    return networks.new_network([2, 3], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: neurons.sigmoid([np.nan]), "finite"),
        (lambda: neurons.sigmoid([]), "empty"),
        (lambda: neurons.neuron([1.0, 2.0], [1.0], 0), "shapes"),
        (lambda: neurons.neuron([1.0], [np.inf], 0), "finite"),
        (lambda: neurons.neuron([1.0], [1.0], np.nan), "finite"),
        (lambda: neurons.layer([1.0, 2.0], [[1.0]], [0.0]), "do not fit"),
        (lambda: neurons.layer([1.0], [[1.0]], [0.0, 1.0]), "do not fit"),
        (lambda: neurons.layer([1.0], [1.0], [0.0]), "do not fit"),
        (lambda: neurons.layer(np.zeros((0, 1)), [[1.0]], [0.0]), "empty"),
        (lambda: neurons.layer([1.0], [[1.0]], [0.0], "relu"), "'relu'"),
        (lambda: neurons.layer_gradient([[1.0]], [[1.0]], [[1.0]], "relu"), "'relu'"),
        (lambda: neurons.layer_gradient([[1.0]], [[1.0]], [[1.0, 2.0]]), "do not fit"),
        (lambda: neurons.layer_gradient([[1.0], [2.0]], [[1.0]], [[1.0]]), "do not fit"),
        (lambda: neurons.layer_gradient([1.0], [1.0], [1.0]), "do not fit"),
        (lambda: neurons.parameter_count([784]), "at least an input"),
        (lambda: neurons.parameter_count([784, 0]), "layer is 0"),
        (lambda: neurons.parameter_count([784, 2.5]), "layer is 2.5"),
        (lambda: costs.one_hot([3], 3), "0 to 2"),
        (lambda: costs.one_hot([-1], 3), "0 to 2"),
        (lambda: costs.one_hot([0.5], 3), "whole"),
        (lambda: costs.one_hot([0], 0), "classes is 0"),
        (lambda: costs.one_hot([[0]], 2), "one row"),
        (lambda: costs.cost([1.0], [1.0, 2.0]), "shapes"),
        (lambda: costs.cost([np.nan], [1.0]), "finite"),
        (lambda: networks.new_network([2], np.random.default_rng(0)), "at least an input"),
        (lambda: networks.new_network([2, 1], np.random.default_rng(0), "relu"), "'relu'"),
        (lambda: networks.new_network([2, 1], np.random.default_rng(0), dtype=int), "floating"),
        (lambda: small().predict([[1.0]]), "1 columns"),
        (lambda: small().predict([[1.0, np.nan]]), "finite"),
        (lambda: small().predict([1.0, 2.0]), "1 axes"),
        (lambda: networks.with_vector(small(), np.zeros(8)), "9 parameters"),
        (lambda: back.backpropagation(small(), [[1.0, 2.0]], [[1.0]]), r"\(1, 3\)"),
        (lambda: back.backpropagation(small(), [[1.0, 2.0]], [[1.0, 2.0, np.nan]]), "finite"),
        (lambda: back.numerical_gradient(np.sum, [1.0], 0), "above 0"),
        (lambda: back.numerical_gradient(np.sum, [np.nan]), "finite"),
        (lambda: back.numerical_gradient(np.sum, []), "empty"),
    ],
)
def test_numbers_and_shapes_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
