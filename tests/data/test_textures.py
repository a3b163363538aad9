"""Photographs of textures: three of them, offline, and nobody changes another's copy."""

import numpy as np
import pytest

from course_lib.data import textures


@pytest.mark.parametrize("name", textures.NAMES)
def test_a_photograph_has_512_times_512_grey_values_of_some_contrast(name):
    image = textures.photograph(name)
    assert (image.shape, image.dtype) == ((512, 512), np.uint8)
    assert image.std() > 20


def test_the_photographs_differ():
    first, second, third = map(textures.photograph, textures.NAMES)
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)


def test_writing_into_a_photograph_changes_no_other_copy():
    textures.photograph("brick")[:] = 0
    assert textures.photograph("brick").any()


def test_an_unknown_texture_is_refused_with_an_offer():
    with pytest.raises(ValueError, match="brick, grass, gravel"):
        textures.photograph("sand")


def test_the_card_names_source_and_licence():
    assert "CC0" in textures.CARD.licence
    assert "scikit-image" in textures.CARD.source
