import json

import pytest
from nbformat import NotebookNode, v4, writes

from course_lib import catalogue, reading
from course_lib.errors import CourseError


def save(folder, name, **course):
    notebook = v4.new_notebook(metadata={"course": course} if course else {})
    (folder / f"{name}.ipynb").write_text(writes(notebook))


@pytest.fixture
def folder(tmp_path):
    save(tmp_path, "02_normalization", title="Intensity normalization", minutes=75, slides="11-18")
    save(tmp_path, "01_compression_dicom")
    save(tmp_path, "scratch")
    (tmp_path / "03_broken.ipynb").write_text("{")
    return tmp_path


def test_notebooks_are_listed_by_number_with_what_their_headers_say(folder):
    found = catalogue.notebooks_in(folder)
    assert [n.name for n in found] == ["01_compression_dicom", "02_normalization", "03_broken"]
    assert (found[1].title, found[1].minutes, found[1].slides) == (
        "Intensity normalization",
        75,
        "11-18",
    )
    assert (found[0].title, found[0].minutes) == ("compression dicom", None)


def test_a_folder_that_does_not_exist_holds_no_notebooks(tmp_path):
    assert catalogue.notebooks_in(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("header", [[], {"course": 3}, {"course": {"minutes": "long"}}])
def test_a_strange_header_is_no_obstacle(tmp_path, header):
    (tmp_path / "04_interpolation.ipynb").write_text(json.dumps({"metadata": header}))
    (found,) = catalogue.notebooks_in(tmp_path)
    assert (found.title, found.minutes, found.slides) == ("interpolation", None, "")


@pytest.mark.parametrize(
    "topic", ["02", "2", " 02 ", "normalization", "Normalization", "02_normalization.ipynb"]
)
def test_a_topic_is_found_by_number_or_name(folder, topic):
    assert catalogue.locate(folder, topic).name == "02_normalization"


@pytest.mark.parametrize("topic", ["", "7", "norm", "../02_normalization"])
def test_an_unknown_topic_is_refused_with_those_there_are(folder, topic):
    with pytest.raises(CourseError, match="01_compression_dicom, 02_normalization"):
        catalogue.locate(folder, topic)


def test_graded_names_are_listed_once_in_order():
    cells = [v4.new_code_cell("x", metadata={"otter": {"tests": [t]}}) for t in ("b", "a", "b")]
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("text"), *cells])
    assert reading.graded_names(NotebookNode(notebook)) == ("b", "a")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"3",
        b"{}",
        b'{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}',
        b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [{"source": 3}], "metadata": [], "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_what_is_no_notebook_is_refused_by_name(tmp_path, content):
    path = tmp_path / "02_normalization.ipynb"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"02_normalization\.ipynb is not a notebook"):
        reading.read_notebook(path)


def test_the_course_root_holds_the_notebooks():
    assert (catalogue.course_root() / "notebooks").is_dir()


def test_a_package_without_its_notebooks_says_how_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "__file__", str(tmp_path / "course_lib" / "catalogue.py"))
    with pytest.raises(CourseError, match="pip install -e"):
        catalogue.course_root()
