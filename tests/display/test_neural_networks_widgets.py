"""The truths behind the figures of topic 10; what every widget has to do is tested elsewhere."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_digits
from widget_parts import check_drawn

from course_lib.data import phantom
from course_lib.display import digit_figures, digit_networks, neuron_figures, training_figures
from course_lib.display.voxel_samples import GROUPS, echoes, feature_images, samples_of
from course_lib.imaging import network_costs
from course_lib.imaging.networks import as_vector

SMALL = "64-10, no hidden layer"


def shares(caption):
    """Return the percentages that a caption names, in its order."""
    return [int(number) for number in re.findall(r"(\d+) %", caption)]


def test_adding_the_negative_bias_is_subtracting_the_bias():
    subtracted = neuron_figures.draw_neuron("bone", 5.0, -3.0, 1.5, False).caption
    added = neuron_figures.draw_neuron("bone", 5.0, -3.0, -1.5, True).caption
    assert subtracted == added
    assert added != neuron_figures.draw_neuron("bone", 5.0, -3.0, 1.5, True).caption


def test_turning_all_signs_of_a_neuron_turns_every_share():
    one = shares(neuron_figures.draw_neuron("air", 4.0, 2.0, 2.0, False).caption)[:3]
    other = shares(neuron_figures.draw_neuron("air", -4.0, -2.0, -2.0, False).caption)[:3]
    assert np.add(one, other).tolist() == pytest.approx([100] * 3, abs=1)


def test_a_neuron_without_weights_says_the_same_of_all_voxels():
    found = shares(neuron_figures.draw_neuron("air", 0.0, 0.0, 1.0, False).caption)
    assert found == [0, 0, 0, 50, 50]


def test_two_equal_thresholds_make_no_bump():
    assert shares(neuron_figures.draw_bump(40, 60, 60).caption) == [0, 0, 0, 50]


def test_steep_thresholds_cut_a_range_out_of_the_first_echo():
    inside = {
        name: np.mean((pairs[:, 0] > 0.25) & (pairs[:, 0] < 0.7))
        for name, pairs in echoes().items()
    }
    found = shares(neuron_figures.draw_bump(80, 25, 70).caption)
    wanted = [100 * inside[name] for name in ("bone", "air", "soft tissue")]
    assert found[:3] == pytest.approx(wanted, abs=2)


def test_every_label_of_a_head_is_in_one_group():
    labels = sorted(label for group in GROUPS.values() for label in group)
    assert labels == list(range(9))


def test_features_do_not_depend_on_the_gain_of_the_scanner():
    head = phantom.head(spacing_mm=8, anatomy="analytic")
    louder = phantom.people.Head(
        **{name: getattr(head, name) for name in head.__dataclass_fields__}
        | {name: 2 * getattr(head, name) for name in ("t1", "ute1", "ute2")}
    )
    for name, image in feature_images(head).items():
        np.testing.assert_allclose(feature_images(louder)[name], image, atol=1e-9, err_msg=name)


def test_positions_are_counted_from_the_middle_and_in_dm():
    images = feature_images(phantom.head(spacing_mm=8, anatomy="analytic"))
    for axis, name in enumerate(("position z", "position y", "position x")):
        assert images[name].mean() == pytest.approx(0, abs=1e-9)
        assert np.diff(images[name], axis=axis) == pytest.approx(0.08)


def test_voxels_of_more_patients_go_on_from_those_of_fewer():
    one, two = samples_of(range(1, 2), 20), samples_of(range(1, 3), 20)
    np.testing.assert_array_equal(two.table[:20], one.table)
    np.testing.assert_array_equal(two.hu[:20], one.hu)


def test_the_unseen_pictures_are_the_last_four_forms():
    """Each form begins with 0 to 9 three times."""
    peer = load_digits()
    rows, labels = digit_networks.pictures(True)
    np.testing.assert_array_equal(16 * rows, peer.data[1287:])
    assert labels[:30].tolist() == 3 * list(range(10))
    text = "".join(map(str, labels))
    assert len(re.findall("095565098984177351", text)) == 4


def test_a_state_holds_the_costs_of_its_own_network():
    state = digit_networks.after(SMALL, 0.05, 5)
    rows, labels = digit_networks.pictures(True)
    mean = network_costs.cost(state.network.predict(rows), network_costs.one_hot(labels, 10))
    assert state.unseen_costs[-1] == pytest.approx(mean / len(rows))
    assert state.training_costs.shape == (6,)
    assert state.training_costs[-1] < state.training_costs[0]


def test_training_goes_on_from_the_state_before_and_leaves_it_alone():
    before = digit_networks.after(SMALL, 0.05, 5)
    weights = as_vector(before.network.layers)
    later = digit_networks.after(SMALL, 0.05, 10)
    np.testing.assert_array_equal(later.training_costs[:6], before.training_costs)
    np.testing.assert_array_equal(as_vector(before.network.layers), weights)
    with pytest.raises(ValueError, match="multiples of 5"):
        digit_networks.after(SMALL, 0.05, 7)


def test_the_caption_of_the_training_says_what_is_read():
    state = digit_networks.after(SMALL, 0.05, 10)
    right = digit_networks.read(state.network) == digit_networks.pictures(True)[1]
    caption = training_figures.draw_training(SMALL, 0.05, 10).caption
    assert f"{100 * right.mean():.1f} % are read right" in caption


def test_the_weights_say_of_a_picture_what_the_network_says():
    network = digit_networks.after(SMALL, 0.05, 10).network
    outputs = network.predict(digit_networks.pictures(True)[0][3:4])[0]
    caption = digit_figures.draw_weights(SMALL, 10, 3).caption
    assert caption.startswith(f"The picture is read as a {outputs.argmax()} ")
    assert f"(output {outputs.max():.2f})" in caption


def test_digits_are_drawn_with_their_titles():
    images, titles = np.zeros((12, 8, 8)), [str(k) for k in range(12)]
    alt = f"Twelve black squares, ten in a row, with the titles {', '.join(titles)} above them."
    check_drawn(digit_figures.draw_digits(images, titles, alt))
    with pytest.raises(ValueError, match="12 pictures and 11 titles"):
        digit_figures.draw_digits(images, titles[1:], alt)


@pytest.mark.slow
def test_stopping_early_gives_the_network_of_the_lowest_unseen_error():
    whole = training_figures.learn(1, 150, 8, False)
    early = training_figures.learn(1, 150, 8, True)
    assert early.unseen_hu.size == early.end + 21
    np.testing.assert_array_equal(early.unseen_hu, whole.unseen_hu[: early.unseen_hu.size])
    apart = np.sqrt(np.mean((early.predicted - early.truth) ** 2))
    assert apart == pytest.approx(early.unseen_hu[early.end])
