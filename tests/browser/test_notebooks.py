"""Every notebook of the course, opened and run by a student who has written nothing yet."""

import json

import pytest
from jupyter_server_for_tests import NOTEBOOKS
from lab_page import RUN_MS

pytestmark = pytest.mark.browser

ANSWER = """\
def min_max(image):
    low, high = np.min(image), np.max(image)
    if not low < high:
        raise ValueError("There is nothing to scale.")
    return (image - float(low)) / (float(high) - float(low))
"""
TROUBLE = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request, only_lab):
    """Open a notebook, run it, and return its code cells."""
    only_lab.open(request.param.name)
    only_lab.run_all()
    cells = json.loads(request.param.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_it_runs_to_its_end_and_only_the_missing_answers_are_missing(lab, notebook):
    checks = [source for source in notebook if source.startswith("check(")]
    told = [output.strip() for output in lab.page.locator(TROUBLE).all_text_contents()]
    assert len(told) == len(checks)
    for line in told:
        assert line.startswith("CheckFailed: ")
        assert line.endswith((" is not written yet.", " is not answered yet."))


def test_every_widget_is_drawn(lab, notebook):
    asked = [s for s in notebook if s.startswith(("widgets.", "ask("))]
    assert asked
    for index, source in enumerate(notebook):
        if source in asked:
            output = lab.output(index)
            assert output.locator(".course-widget, img").first.is_visible(), source
    assert lab.outputs().get_by_text("Error displaying widget").count() == 0


def test_every_picture_has_a_text(lab, notebook):
    texts = lab.texts_of_pictures()
    assert texts
    # JupyterLab itself calls a picture without a text "Image"
    assert [text for text in texts if len(text) < 20] == []


def test_axe_finds_no_fault(lab, notebook):
    assert lab.faults() == []


def test_every_first_slider_redraws_its_picture_by_keyboard(lab, notebook):
    for index, source in enumerate(notebook):
        panel = lab.output(index).locator(".course-widget")
        sliders = panel.get_by_role("slider")
        if not source.startswith("widgets.") or sliders.count() == 0:
            continue
        before = panel.locator("img").get_attribute("src")
        field = panel.get_by_role("spinbutton").first
        value = field.input_value()
        sliders.first.focus()
        at = lab.state()
        lab.press("ArrowRight")
        assert field.input_value() != value, source
        assert panel.locator("img").get_attribute("src") != before, source
        assert lab.state() == at, source


def test_every_quiz_answers_by_keyboard(lab, notebook):
    for index, source in enumerate(notebook):
        if source.startswith("ask("):
            quiz = lab.output(index).locator(".course-widget")
            quiz.get_by_role("radio").first.focus()
            lab.press("Space", "Tab", "Enter")
            assert "ight. " in quiz.get_by_role("status").inner_text(), source


def test_an_answer_typed_into_its_cell_passes_its_check(lab, screenshots):
    lab.open("02_normalization.ipynb")
    cells = lab.page.locator(".jp-CodeCell")
    cells.first.locator(".cm-content").click()
    lab.page.keyboard.press("Shift+Enter")  # the imports
    cells.filter(has_text="def min_max(image)").locator(".cm-content").click()
    lab.page.keyboard.press("ControlOrMeta+A")
    lab.page.keyboard.insert_text(ANSWER)
    lab.page.keyboard.press("Shift+Enter")  # the answer
    lab.page.keyboard.press("Shift+Enter")  # its check, the next cell
    told = lab.page.get_by_role("group", name="Feedback on min_max")
    told.get_by_text("6 of 6 cases right").wait_for(timeout=RUN_MS)
    told.screenshot(path=screenshots / "check-typed.png")
