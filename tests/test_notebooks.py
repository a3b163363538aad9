"""Every notebook of the course, run from top to bottom: as students get it, and solved."""

import importlib
import shutil

import pytest

from course_lib.catalogue import course_root, notebooks_in
from course_lib.checking import count_points, run_notebook
from course_lib.quiz.registry import find_graded
from course_lib.reading import graded_name, read_notebook

ROOT = course_root()
NOTEBOOKS = notebooks_in(ROOT / "notebooks")
every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.name)
pytestmark = pytest.mark.slow


def errors_outside_checks(run):
    """Return what went wrong in cells that no student's answer should be able to break."""
    return [
        f"{output.ename}: {output.evalue} in {cell.source!r}"
        for cell in run.notebook.cells
        if cell.cell_type == "code" and graded_name(cell) is None
        for output in cell.outputs
        if output.output_type == "error"
    ]


def warnings_of(run):
    """Return what was printed on the error stream."""
    return [
        output.text
        for cell in run.notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]


def points_of(notebook):
    return {name: find_graded(name).points for name in notebook.graded}


@every_notebook
@pytest.mark.skipif(
    bool(shutil.which("chromium") or shutil.which("chromium-browser")),
    reason="tests/browser runs it in JupyterLab, and asks for the same",
)
def test_as_released_it_runs_to_its_end_without_a_point(notebook, tmp_path):
    run = run_notebook(read_notebook(notebook.path), tmp_path)
    sheet = count_points(notebook.slug, run, points_of(notebook))
    assert run.ending == ""
    assert errors_outside_checks(run) == []
    assert warnings_of(run) == []
    assert sheet.points == 0
    assert all(mark.message.endswith("yet.") for mark in sheet.exercises), sheet


@every_notebook
def test_solved_it_runs_to_its_end_with_all_points(notebook, tmp_path):
    source = ROOT / "solutions" / f"{notebook.name}.py"
    if not source.exists():
        pytest.skip("a student's copy holds no solutions")
    read = importlib.import_module("course_lib.authoring.source").read
    solved = importlib.import_module("course_lib.authoring.build").solved(read(source))
    run = run_notebook(solved, tmp_path)
    sheet = count_points(notebook.slug, run, points_of(notebook))
    assert run.ending == ""
    assert errors_outside_checks(run) == []
    assert warnings_of(run) == []
    assert [mark for mark in sheet.exercises if mark.points < mark.max_points] == []
    assert sheet.max_points > 0
