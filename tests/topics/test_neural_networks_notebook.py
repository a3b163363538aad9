"""Numbers that stand in the prose of notebook 10, computed once more."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from course_lib.data import phantom
from course_lib.data.digits import digits
from course_lib.display import (
    digit_figures,
    digit_networks,
    forest_scene,
    neuron_figures,
    training_figures,
)
from course_lib.display.voxel_samples import feature_images
from course_lib.imaging import backpropagation, network_costs, networks, neurons, training
from course_lib.imaging.features import stack_features

NOTEBOOK = "10_neural_networks"
SMALL, MIDDLE = "64-10, no hidden layer", "64-16-10"
LN3 = np.log(3)


def with_template(test):
    """Mark a test as slow, and as one of numbers of the head with the brain of the template."""
    analytic = phantom.head(spacing_mm=8).anatomy == "analytic"
    return pytest.mark.slow(pytest.mark.skipif(analytic, reason="needs nilearn's template")(test))


def test_the_network_of_slide_70_has_3210_parameters(prose):
    assert neurons.parameter_count([784, 4, 4, 10]) == 3210
    assert "Slide 70 counts **3,210** parameters" in prose
    assert "6,420 runs for one step" in prose
    assert round(neurons.parameter_count([256**3, 4, 256**3]) / 1e6) == 151
    assert "150 million" in prose


def test_the_outputs_of_slide_71_cost_2_and_are_read_as_a_9(prose):
    outputs = np.array([0.2, 0.1, 0.8, 0.3, 0.1, 0.6, 0.2, 0.1, 0, 1])
    squares = (outputs - network_costs.one_hot([5], 10)[0]) ** 2
    assert squares.sum() == pytest.approx(2.0)
    assert squares[[9, 2, 5]] == pytest.approx([1.0, 0.64, 0.16])
    assert (outputs.argmax(), round(outputs.sum(), 1)) == (9, 3.4)
    assert "The output for 9 costs 1.00, that for 2 costs 0.64" in prose
    assert "Output 5 costs only 0.16" in prose
    assert "here it is 3.4" in prose


def test_the_slopes_by_hand_are_those_of_backpropagation(prose):
    layers = [([[LN3]], [0.0]), ([[2.0]], [1.5 - LN3])]
    found = backpropagation.gradient_of_layers(layers, [[1.0]], [[1.0]])
    (w1, b1), (w2, b2) = ((pair.weights.item(), pair.biases.item()) for pair in found)
    assert (w1, b1) == pytest.approx((-0.03515625, 0.03515625))
    assert (w2, b2) == pytest.approx((-0.0703125, 0.09375))
    for text in ("-0.03516", "+0.03516", "-0.0703", "+0.09375", "0.0625", "-0.1875"):
        assert text in prose


@with_template
def test_one_neuron_finds_tissue_and_air_but_bone_hardly():
    for arguments, right in (
        (("soft tissue", 6.0, 6.0, 7.5, False), 100),
        (("air", -10.0, 0.0, -2.0, False), 98),
        (("bone", 9.0, -10.0, 0.5, False), 92),
    ):
        assert f"{right} % right" in neuron_figures.draw_neuron(*arguments).caption


@with_template
def test_two_thresholds_find_the_bone(prose):
    caption = neuron_figures.draw_bump(40, 20, 75).caption
    assert "more than 0.5: 98 %; air: 4 %, soft tissue: 1 %" in caption
    assert "thresholds of 20 % and 75 % find 98 % of the bone" in prose


@pytest.mark.parametrize(
    ("name", "rate", "epochs", "said"),
    [
        (MIDDLE, 0.05, 40, "0.07 in training, 0.17 on unseen pictures, of which 90.4 %"),
        (MIDDLE, 0.05, 60, "0.05 in training, 0.15 on unseen pictures, of which 90.8 %"),
        (MIDDLE, 0.01, 60, "85.5 %"),
        ("64-4-4-10, the slide's hidden layers", 0.05, 60, "63.3 %"),
        (SMALL, 0.05, 60, "90.0 %"),
    ],
)
def test_the_training_gives_what_the_answers_say(name, rate, epochs, said):
    assert said in training_figures.draw_training(name, rate, epochs).caption


def test_too_long_steps_lose_some_digits_for_good(prose):
    truth = digit_networks.pictures(True)[1]
    state = digit_networks.after(MIDDLE, 0.5, 60)
    read = digit_networks.read(state.network)
    never = [digit for digit in range(10) if not (read == digit).any()]
    assert never == [1, 4, 9]
    assert state.network.predict(digit_networks.pictures(True)[0])[:, never].max() < 0.005
    assert np.mean(read != truth) == pytest.approx(1 / 3, abs=0.01)
    for epochs, back in ((20, False), (30, True)):
        read = digit_networks.read(digit_networks.after(MIDDLE, 0.5, epochs).network)
        assert (read == 5).any() == back
    assert "1, 4 and 9 never are" in prose
    assert "The 5 came back before epoch 30" in prose


def test_the_weights_look_as_the_text_says(prose):
    network = digit_networks.after(SMALL, 0.05, 60).network
    centres = network.layers[0].weights.reshape(10, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))
    assert centres.argmin() == 0
    assert centres[0] < 2 * np.delete(centres, 0).min()
    before = digit_networks.after(SMALL, 0.05, 0).network.layers[0].weights
    np.testing.assert_array_equal(network.layers[0].weights[:, 0], before[:, 0])
    assert digits().images[:, 0, 0].max() == 0
    assert "read as a 9" in digit_figures.draw_weights(SMALL, 60, 1).caption
    assert "wrong, it is a 1" in digit_figures.draw_weights(SMALL, 60, 1).caption
    assert "Picture 1, for example, is a 1 that is read as a 9" in prose


def learned_digits(seen):
    """Return the network of sections 7 and 10, which learned from some of the pictures."""
    images, labels = digits()
    rows, rng = images.reshape(-1, 64) / 16, np.random.default_rng(1)
    start = networks.new_network([64, 16, 10], rng)
    targets = network_costs.one_hot(labels[seen], 10)
    return training.train(start, rows[seen], targets, rng=rng, epochs=40).network


def test_pictures_of_known_writers_are_easier_and_a_shift_by_a_pixel_is_hard(prose):
    images, labels = digits()
    rows, order = images.reshape(-1, 64) / 16, np.random.default_rng(0).permutation(1797)
    wrong = []
    for seen, new in ((np.arange(1287), np.arange(1287, 1797)), (order[:1287], order[1287:])):
        network = learned_digits(seen)
        wrong.append(100 * np.mean(network.predict(rows[new]).argmax(axis=1) != labels[new]))
    assert [round(each) for each in wrong] == [9, 2]
    assert "Errors fall from 9 to 2 %" in prose
    moved = np.pad(images[1287:], ((0, 0), (0, 0), (1, 0)))[:, :, :8].reshape(-1, 64) / 16
    found = learned_digits(np.arange(1287)).predict(moved).argmax(axis=1)
    assert np.mean(found == labels[1287:]) < 0.5
    assert "Moved by **one pixel**, fewer than half of the digits are read" in prose


@with_template
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((1, 150, 8, False), "126 HU in training, 309 HU on unseen"),
        ((1, 150, 8, True), "69 epochs: error 198 HU in training, 207 HU on unseen"),
        ((1, 150, 2, False), "281 HU on unseen"),
        ((1, 150, 16, False), "324 HU on unseen"),
        ((2, 150, 8, False), "132 HU in training, 179 HU on unseen"),
        ((16, 150, 8, False), "163 HU in training, 148 HU on unseen"),
        ((1, 0, 8, False), "160 HU in training, 149 HU on unseen"),
    ],
)
def test_few_patients_give_what_the_answers_say(arguments, said):
    assert said in training_figures.draw_patients(*arguments).caption


def table_of(person):
    """Return features and CT in 1000 HU, as the notebook does."""
    body = person.labels > 0
    return stack_features(list(feature_images(person).values()), body), person.ct[body] / 1000


@pytest.fixture(scope="module")
def model():
    """Return the training table, its scale, and the network of section 8."""
    rng, parts = np.random.default_rng(3), []
    for person in phantom.subjects(5, spacing_mm=4):
        features, ct = table_of(person)
        some = rng.permutation(len(ct))[:1500]
        parts.append((features[some], ct[some]))
    table, ct = (np.concatenate(each) for each in zip(*parts, strict=True))
    centre, width = table.mean(axis=0), table.std(axis=0)
    rng = np.random.default_rng(0)
    start = networks.new_network([9, 16, 1], rng, "linear")
    scaled = (table - centre) / width
    network = training.train(start, scaled, ct[:, None], rng=rng, epochs=40).network
    return table, ct, lambda features: network.predict((features - centre) / width)[:, 0]


@with_template
def test_the_network_predicts_ct_worse_than_a_forest_and_better_than_a_constant(model, prose):
    table, ct, predict = model
    features, truth = table_of(phantom.subject(6, spacing_mm=4))
    forest = RandomForestRegressor(50, min_samples_leaf=5, max_features=0.4, random_state=0)
    forest.fit(table, ct)
    guesses = (predict(features), forest.predict(features), np.median(ct))
    errors = [1000 * np.abs(guess - truth).mean() for guess in guesses]
    assert errors == pytest.approx([72, 56, 246], abs=1)
    assert "the constant (246 HU)" in prose
    assert "56 against 72 HU" in prose
    assert sum(tree.get_n_leaves() for tree in forest.estimators_) == pytest.approx(38e3, rel=0.02)
    assert neurons.parameter_count([9, 16, 1]) == 177
    assert "177 parameters" in prose


@with_template
def test_the_table_of_notebook_09_suits_a_forest_better(prose):
    voxels, errors = forest_scene.voxels(own_scale=True), []
    for held_out in forest_scene.PATIENTS:
        seen = voxels.patients != held_out
        table = voxels.values - voxels.values[seen].mean(axis=0)
        table, ct = table / voxels.values[seen].std(axis=0), voxels.hu / 1000
        rng = np.random.default_rng(0)
        start = networks.new_network([table.shape[1], 16, 1], rng, "linear")
        settings = {"rng": rng, "epochs": 80, "rate": 0.02}
        network = training.train(start, table[seen], ct[seen, None], **settings).network
        forest = RandomForestRegressor(50, min_samples_leaf=2, max_features=1 / 3, random_state=0)
        forest.fit(table[seen], ct[seen])
        pair = network.predict(table[~seen])[:, 0], forest.predict(table[~seen])
        errors.append([1000 * np.abs(guess - ct[~seen]).mean() for guess in pair])
    assert np.mean(errors, axis=0) == pytest.approx([150, 113], abs=1)
    assert "113 against 150 HU on the table of notebook 09" in prose


@with_template
def test_another_protocol_and_metal_mislead_the_network(model, prose):
    _, _, predict = model
    settings = phantom.Settings(echo_ms=(0.07, 4.6))
    other = phantom.subject(6, spacing_mm=4, settings=settings)
    features, truth = table_of(other)
    bone = np.isin(other.labels[other.labels > 0], (4, 5))
    assert 1000 * (predict(features) - truth)[bone].mean() < -100
    patient = phantom.subject(6, spacing_mm=4)
    voids = phantom.signal_voids(patient)
    hole = np.isin(voids.kinds, (1, 2))
    silent = {name: np.where(hole, 0, getattr(patient, name)) for name in ("ute1", "ute2")}
    features, _ = table_of(replace(patient, t1=voids.t1, **silent))
    said = 1000 * predict(features)[hole[patient.labels > 0]].mean()
    assert patient.ct[hole].mean() > 0 > -400 > said
    assert "no signal, no tissue" in prose


def test_the_sign_of_the_bias_is_told(prose):
    assert "Slide 70 **subtracts** the bias" in prose
    assert "turn the sign of its biases" in prose


@pytest.mark.parametrize("slide", ["slide 69", "slide 70", "slide 71", "slides 72 and 73"])
def test_the_slides_are_named(prose, slide):
    assert slide in prose.lower()
