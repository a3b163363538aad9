"""Panels and quizzes in JupyterLab, used by keyboard."""

import json

import pytest

pytestmark = pytest.mark.browser

PANEL = """
import numpy as np
from course_lib.display.figures import Panel, image_row
from course_lib.display.panel import Choice, Number, Switch, panel

def draw(level, slope, colours, inverted):
    if slope == 0:
        raise ValueError("A slope of 0 loses every value.")
    image = np.eye(16)[:: -1 if inverted else 1] * slope + level
    alt = f"level {level}, slope {slope:g}, {colours}, inverted {inverted}"
    return image_row([Panel(image, "A diagonal", "HU", colours=colours)], alt, f"Level {level} HU.")

panel(draw, {
    "level": Number("Level in HU", 40, 0, 100, 10),
    "slope": Number("Slope, with a label that is too long for one line", 0.5, 0.0, 2.0, 0.1),
    "colours": Choice("Colour map", ["gray", "viridis"], "gray"),
    "inverted": Switch("Turn the diagonal"),
})
"""
QUIZ = 'from course_lib.notebook import ask\nask("brain_age")'
PLAIN = "'a cell below, so that a shortcut would show'"


@pytest.fixture(scope="module")
def opened(only_lab):
    """Open a notebook with a panel and a quiz and run it."""
    only_lab.open(only_lab.write("widgets.ipynb", PANEL, QUIZ, PLAIN))
    only_lab.run_all()
    only_lab.output(1).get_by_role("radio").first.wait_for()


@pytest.fixture
def panel(lab, opened):
    """Return the panel."""
    return lab.output(0)


@pytest.fixture
def quiz(lab, opened):
    """Return the quiz, at the lecture's question with nothing chosen."""
    box = lab.output(1)
    back = box.get_by_role("button", name="Back to the lecture's question")
    if back.is_visible():
        back.click()
    return box


def picture(panel, part):
    """Return the panel's picture once its text holds a part."""
    found = panel.locator(f"img[alt*='{part}']")
    found.wait_for()
    return found


def test_an_arrow_key_on_a_slider_changes_the_picture_and_leaves_the_notebook(lab, panel):
    before = picture(panel, "level 40").get_attribute("src")
    slider = panel.get_by_role("slider", name="Level in HU")
    slider.focus()
    at = lab.state()
    lab.press("ArrowRight")
    assert picture(panel, "level 50").get_attribute("src") != before
    assert panel.get_by_role("spinbutton", name="Level in HU").input_value() == "50"
    assert panel.get_by_text("Level 50 HU.").is_visible()
    assert lab.state() == at


def test_a_number_typed_into_the_field_changes_picture_and_slider(lab, panel):
    field = panel.get_by_role("spinbutton", name="Level in HU")
    field.fill("70")
    lab.press("Enter")
    picture(panel, "level 70")
    slider = panel.get_by_role("slider", name="Level in HU")
    assert float(slider.get_attribute("aria-valuenow")) == 70


def test_choice_and_switch_work_by_keyboard(lab, panel):
    panel.get_by_role("combobox", name="Colour map").select_option("viridis")
    picture(panel, "viridis")
    panel.get_by_role("checkbox", name="Turn the diagonal").focus()
    lab.press("Space")
    picture(panel, "inverted True")


def test_values_that_cannot_be_drawn_are_told_in_the_place_of_the_picture(panel):
    field = panel.get_by_role("spinbutton", name="Slope, with")
    message = panel.get_by_role("status")
    element = message.element_handle()
    field.fill("0")
    field.press("Enter")
    panel.get_by_text("A slope of 0 loses every value.").wait_for()
    assert panel.locator("img").count() == 0
    assert element.inner_text() == message.inner_text(), "it is read out only if it stays in place"
    field.fill("0.5")
    field.press("Enter")
    picture(panel, "slope 0.5")
    assert message.inner_text() == ""


def test_a_long_label_is_not_cut_off(panel):
    label = panel.get_by_text("Slope, with a label that is too long for one line")
    assert label.evaluate("label => label.scrollWidth <= label.clientWidth")


def test_the_quiz_is_answered_by_keyboard_alone(lab, quiz):
    press = lab.press
    quiz.get_by_role("radiogroup", name="Your answer").get_by_role("radio").first.focus()
    at = lab.state()
    press("Space", "ArrowDown")
    assert quiz.get_by_role("radio", name="B").is_checked()
    press("Tab", "Enter")
    quiz.get_by_text("Not right. We know of no slip that gives 70").wait_for()
    press("Shift+Tab", "ArrowDown", "Tab", "Space")
    quiz.get_by_text("Right. The inverse multiplies").wait_for()
    assert quiz.get_by_role("status").inner_text().endswith("type its letter in the cell below.")
    assert lab.state() == at
    kept = json.loads((lab.server.home / "progress.json").read_text())
    assert "brain_age" in json.dumps(kept)


def test_the_letter_of_an_option_typed_on_the_quiz_does_not_edit_the_notebook(lab, quiz):
    quiz.get_by_role("radio").first.focus()
    at = lab.state()
    lab.press("a", "b", "c", "x", "d", "d", "z")
    assert lab.state() == at


def test_another_one_like_it_and_the_way_back_work_by_keyboard(lab, quiz):
    press = lab.press
    quiz.get_by_role("button", name="Another one like it").focus()
    press("Enter")
    quiz.get_by_text("Another one like it, number").wait_for()
    quiz.get_by_role("button", name="Back to the lecture's question").wait_for()
    assert quiz.get_by_role("radio", checked=True).count() == 0
    assert "New question" in quiz.get_by_role("status").inner_text()
    press("Tab", "Enter")
    quiz.get_by_text("The lecture's question (slide 18)").wait_for()
    quiz.get_by_role("button", name="Back to the lecture's question").wait_for(state="hidden")
    focused = lab.page.evaluate("() => document.activeElement.textContent")
    assert focused == "Another one like it", "the focus must not fall out of the quiz"


def test_the_drawn_question_is_one_group_of_radio_buttons_too(lab, quiz):
    quiz.get_by_role("button", name="Another one like it").click()
    quiz.get_by_text("Another one like it, number").wait_for()
    quiz.get_by_role("radio").first.focus()
    lab.press("ArrowDown")
    assert quiz.get_by_role("radio").nth(1).is_checked()
    quiz.get_by_role("button", name="Check my answer").click()
    quiz.get_by_text("ight. ").wait_for()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault_in_either_theme(lab, panel, quiz, theme, screenshots):
    lab.use_theme(theme)
    quiz.get_by_role("radio").first.check()
    quiz.get_by_role("button", name="Check my answer").click()
    quiz.get_by_text("Not right.").wait_for()
    panel.screenshot(path=screenshots / f"panel-{theme[-5:].strip()}.png")
    quiz.screenshot(path=screenshots / f"quiz-{theme[-5:].strip()}.png")
    assert lab.faults() == []
    lab.use_theme("JupyterLab Light")


def test_on_a_narrow_page_nothing_sticks_out(lab, panel, quiz, screenshots):
    lab.page.set_viewport_size({"width": 560, "height": 800})
    for name, box in (("panel", panel), ("quiz", quiz)):
        inside = box.locator(".widget-vbox").first
        assert inside.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
        box.screenshot(path=screenshots / f"{name}-narrow.png")
    lab.page.set_viewport_size({"width": 1280, "height": 900})
