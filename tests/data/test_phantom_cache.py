"""The cache of the phantom: made once, never trusted blindly, never half written."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from course_lib import atomic
from course_lib.data import phantom
from course_lib.data.phantom import storage


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Leave the user's cache alone."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


class Maker:
    """Makes arrays and counts how often."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"ramp": np.arange(1000, dtype=np.int16)}


def only_file():
    (path,) = storage.folder().glob("*")
    return path


def test_arrays_are_made_once_and_then_read():
    make = Maker()
    for _ in range(3):
        arrays = storage.kept("ramp", {"seed": 1}, make)
        np.testing.assert_array_equal(arrays["ramp"], np.arange(1000))
        assert arrays["ramp"].dtype == np.int16
    assert make.calls == 1


def test_other_parameters_are_other_arrays():
    make = Maker()
    storage.kept("ramp", {"seed": 1}, make)
    storage.kept("ramp", {"seed": 2}, make)
    storage.kept("ramp", {"seed": 1, "settings": phantom.DEFAULT}, make)
    assert make.calls == 3


def test_arrays_of_other_code_or_libraries_are_not_read(monkeypatch):
    make = Maker()
    storage.kept("ramp", {"seed": 1}, make)
    monkeypatch.setattr(storage, "_versions", lambda: {"code": "older", "numpy": "1.0"})
    storage.kept("ramp", {"seed": 1}, make)
    assert make.calls == 2


def test_a_file_under_a_wrong_name_is_not_believed():
    make = Maker()
    storage.kept("ramp", {"seed": 1}, make)
    first = only_file()
    storage.kept("ramp", {"seed": 2}, make)
    (second,) = set(storage.folder().glob("*")) - {first}
    first.replace(second)
    storage.kept("ramp", {"seed": 2}, make)
    assert make.calls == 3


@pytest.mark.parametrize("damage", ["empty", "cut", "one bit", "text"])
def test_a_damaged_file_is_made_anew(damage):
    make = Maker()
    storage.kept("ramp", {"seed": 1}, make)
    path = only_file()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(
        {
            "empty": b"",
            "cut": path.read_bytes()[:-50],
            "one bit": bytes(content),
            "text": b"x" * 99,
        }[damage]
    )
    arrays = storage.kept("ramp", {"seed": 1}, make)
    np.testing.assert_array_equal(arrays["ramp"], np.arange(1000))
    assert make.calls == 2
    storage.kept("ramp", {"seed": 1}, make)
    assert make.calls == 2  # the new file is sound


def test_a_crash_while_writing_leaves_no_half_file(monkeypatch):
    def crash(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic.os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        storage.kept("ramp", {"seed": 1}, Maker())
    assert list(storage.folder().glob("*")) == []


def test_where_nothing_can_be_written_a_warning_says_so(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("COURSE_CACHE", str(blocked))
    with pytest.warns(UserWarning, match="COURSE_CACHE names another folder"):
        arrays = storage.kept("ramp", {"seed": 1}, Maker())
    assert arrays["ramp"].size == 1000


def test_old_files_go_when_there_are_many(monkeypatch):
    monkeypatch.setattr(storage, "_MOST_FILES", 3)
    for seed in range(5):
        storage.kept("ramp", {"seed": seed}, Maker())
        for age, path in enumerate(storage.folder().glob("*")):
            os.utime(path, (age, age))
    assert len(list(storage.folder().glob("*"))) == 3


def test_several_threads_get_whole_arrays():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: storage.kept("ramp", {}, Maker())["ramp"], range(16)))
    for ramp in found:
        np.testing.assert_array_equal(ramp, np.arange(1000))


def test_the_cache_lies_in_the_users_folder_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("COURSE_CACHE")
    assert storage.folder().name == "image-analysis-in-a-hospital"


def test_a_head_that_is_quick_to_make_leaves_nothing_on_the_disk():
    phantom.head(seed=5, spacing_mm=8.0, anatomy="analytic")
    assert not storage.folder().exists()
