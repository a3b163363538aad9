"""Every notebook of the course, opened and run by a student who has written nothing yet."""

import json
from dataclasses import dataclass

import pytest
from jupyter_server_for_tests import NOTEBOOKS, ROOT
from playwright.sync_api import expect

from course_lib.authoring import build
from course_lib.authoring.source import read

pytestmark = pytest.mark.browser

TROUBLE = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"


@dataclass
class Opened:
    """A notebook that was opened and run, its code cells, and its own solution of the first one."""

    code: list[str]
    first: int
    name: str
    solution: str


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request, only_lab):
    """Open a notebook and run it."""
    only_lab.open(request.param.name)
    only_lab.run_all()
    cells = _code_cells(json.loads(request.param.read_text()))
    solved = _code_cells(build.solved(read(ROOT / "solutions" / f"{request.param.stem}.py")))
    first = next(i for i, source in enumerate(cells) if source.startswith("check(")) - 1
    name = cells[first + 1].split('"')[1]
    return Opened(cells, first, name, solved[first])


def _code_cells(notebook):
    """Return the sources of the code cells."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in cells]


def test_it_runs_to_its_end_and_only_the_missing_answers_are_missing(lab, notebook):
    checks = [source for source in notebook.code if source.startswith("check(")]
    told = [line.strip() for line in lab.page.locator(TROUBLE).all_text_contents()]
    assert len(told) == len(checks)
    for line in told:
        assert line.startswith("CheckFailed: ")
        assert line.endswith((" is not written yet.", " is not answered yet."))


def test_every_widget_is_drawn(lab, notebook):
    calls = [i for i, s in enumerate(notebook.code) if s.startswith(("widgets.", "ask("))]
    assert calls
    for index in calls:
        expect(lab.output(index).locator(".course-widget, img").first).to_be_visible()
    expect(lab.outputs().get_by_text("Error displaying widget")).to_have_count(0)


def test_every_picture_has_a_text(lab, notebook):
    texts = lab.texts_of_pictures()
    assert texts
    assert [text for text in texts if len(text) < 20] == []  # JupyterLab fills in "Image"


def test_axe_finds_no_fault(lab, notebook):
    assert lab.faults() == []


def test_every_slider_that_comes_first_redraws_its_picture_by_keyboard(lab, notebook):
    for index, source in enumerate(notebook.code):
        panel = lab.output(index).locator(".course-widget")
        if not source.startswith("widgets.") or panel.get_by_role("slider").count() == 0:
            continue
        field, picture = panel.get_by_role("spinbutton").first, panel.locator("img")
        value, before = field.input_value(), picture.get_attribute("src")
        panel.get_by_role("slider").first.focus()
        at = lab.state()
        lab.press("ArrowLeft" if value == field.get_attribute("max") else "ArrowRight")
        expect(field).not_to_have_value(value)
        expect(picture).not_to_have_attribute("src", before)
        assert lab.state() == at, source


def test_every_quiz_answers_by_keyboard(lab, notebook):
    for index, source in enumerate(notebook.code):
        if source.startswith("ask("):
            quiz = lab.output(index).locator(".course-widget")
            quiz.get_by_role("radio").first.focus()
            lab.press("Space", "Tab", "Enter")
            expect(quiz.get_by_role("status")).to_contain_text("ight. ")


def test_an_answer_typed_into_its_cell_passes_its_check(lab, notebook, screenshots):
    lab.code_cell(notebook.first).locator(".cm-content").click()
    lab.page.keyboard.press("ControlOrMeta+A")
    lab.page.keyboard.insert_text(notebook.solution)
    lab.page.keyboard.press("Shift+Enter")  # the answer
    lab.page.keyboard.press("Shift+Enter")  # its check, the next cell
    told = lab.output(notebook.first + 1).get_by_role("group", name=f"Feedback on {notebook.name}")
    expect(told).to_contain_text("cases right. ")
    told.screenshot(path=screenshots / f"check-typed-{notebook.name}.png")
