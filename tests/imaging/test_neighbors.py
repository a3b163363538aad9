"""The label of a voxel that has none, from its neighbours: the idea of Quiz 3."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from course_lib.imaging import neighbors

GREEN, BLUE, RED, WHITE = 1, 2, 3, 0
few = settings(max_examples=30, deadline=None)


def test_diagonal_decoys_do_not_count():
    grid = [[RED, GREEN, RED], [GREEN, WHITE, BLUE], [RED, GREEN, RED]]
    assert neighbors.majority_of_neighbors(grid, (1, 1)) == GREEN


def test_neighbours_come_axis_by_axis_and_fewer_at_the_border():
    image = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(neighbors.edge_neighbors(image, (1, 1)), [1, 9, 4, 6])
    np.testing.assert_array_equal(neighbors.edge_neighbors(image, (0, 0)), [4, 1])
    np.testing.assert_array_equal(neighbors.edge_neighbors(image, (2, 3)), [7, 10])
    assert neighbors.edge_neighbors(np.zeros((3, 3, 3)), (1, 1, 1)).size == 6
    assert neighbors.edge_neighbors([[7]], (0, 0)).size == 0


def test_a_tie_goes_to_the_lowest_label_or_to_the_answer_for_ties():
    tied = [[9, 4, 9], [2, 0, 4], [9, 2, 9]]
    assert neighbors.majority_of_neighbors(tied, (1, 1)) == 2
    assert neighbors.majority_of_neighbors(tied, (1, 1), undecided=-1) == -1
    assert neighbors.majority_of_neighbors([[5, 0, 5]], (0, 1), undecided=-1) == 5


@few
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(2, 4), min_size=1, max_size=3))
def test_the_voxels_own_label_does_not_matter_and_the_answer_is_beside_it(seed, shape):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, shape).astype(np.int16)
    place = tuple(int(rng.integers(n)) for n in shape)
    before = labels.copy()
    answer = neighbors.majority_of_neighbors(labels, place)
    assert answer in neighbors.edge_neighbors(labels, place)
    np.testing.assert_array_equal(labels, before)
    other = labels.copy()
    other[place] = 9
    assert neighbors.majority_of_neighbors(other, place) == answer
    turned = labels[..., ::-1]
    mirrored = (*place[:-1], shape[-1] - 1 - place[-1])
    assert neighbors.majority_of_neighbors(turned, mirrored) == answer


@pytest.mark.parametrize("axes", [2, 3])
def test_neighbours_are_those_of_scipys_cross(axes):
    image = np.arange(3**axes).reshape((3,) * axes)
    cross = ndimage.generate_binary_structure(axes, 1)
    cross[(1,) * axes] = False
    found = np.sort(neighbors.edge_neighbors(image, (1,) * axes))
    np.testing.assert_array_equal(found, image[cross])


@pytest.mark.parametrize(
    ("labels", "index", "message"),
    [
        ([[1, 2]], (0, 2), "index is"),
        ([[1, 2]], (-1, 0), "index is"),
        ([[1, 2]], (0,), "index is"),
        ([[1, 2]], (0, 0.5), "index is"),
        ([[1.5, 2]], (0, 0), "whole numbers"),
        ([["a"]], (0, 0), "real numbers"),
        ([[1]], (0, 0), "no neighbours"),
    ],
)
def test_labels_and_indices_that_make_no_sense_are_refused(labels, index, message):
    with pytest.raises(ValueError, match=message):
        neighbors.majority_of_neighbors(labels, index)
