"""The digits of scikit-learn, read without importing it."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_lib.data import digits
from course_lib.errors import CourseError


def test_they_are_those_that_scikit_learn_loads():
    images, labels = digits.digits()
    peer = load_digits()
    np.testing.assert_array_equal(images, peer.images)
    np.testing.assert_array_equal(labels, peer.target)


def test_writing_into_them_changes_no_other_copy():
    images, labels = digits.digits()
    images[:], labels[:] = 0, 0
    assert digits.digits().images.any()
    assert digits.digits().labels.any()


def test_a_missing_package_is_told_with_what_mends_it(monkeypatch):
    monkeypatch.setattr(digits.importlib.util, "find_spec", lambda name: None)
    digits._loaded.cache_clear()
    try:
        with pytest.raises(CourseError, match="scikit-learn"):
            digits.digits()
    finally:
        monkeypatch.undo()
        digits._loaded.cache_clear()


def test_the_card_names_source_and_licence():
    assert "doi:10.24432/C50P49" in digits.CARD.source
    assert "CC BY 4.0" in digits.CARD.licence
