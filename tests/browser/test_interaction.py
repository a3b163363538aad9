"""A panel, a quiz and two checks in JupyterLab, used by keyboard and audited."""

import json

import pytest
from playwright.sync_api import expect

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
RIGHT = """
import numpy as np
from course_lib.notebook import check

def min_max(image):
    image = np.asarray(image, float)
    low, high = image.min(), image.max()
    if not low < high:
        raise ValueError("There is nothing to scale.")
    return (image - low) / (high - low)

check("min_max", min_max)
"""
WRONG = """
def z_score_in_mask(image, mask):
    return (image - image.mean()) / image.std()

check("z_score_in_mask", z_score_in_mask)
"""
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"


# What axe-core calls a fault, put into an output and taken out again.
PLANT = """output => {
    const planted = document.createElement('div');
    Object.assign(planted, {id: 'planted', role: 'slider', tabIndex: 0, ariaValueNow: '1'});
    planted.textContent = '1';
    output.append(planted);
}"""
UNPLANT = "() => document.getElementById('planted').remove()"


@pytest.fixture(scope="module")
def opened(only_lab):
    """Open a notebook with a panel, a quiz, a right and a wrong answer, and run it."""
    only_lab.open(only_lab.write("workbench.ipynb", PANEL, QUIZ, RIGHT, WRONG))
    only_lab.run_all()
    expect(only_lab.output(3).locator(ERROR)).to_be_visible()


@pytest.fixture
def panel(lab, opened):
    """Return the panel."""
    return lab.output(0)


@pytest.fixture
def quiz(lab, opened):
    """Return the quiz, at the lecture's question."""
    box = lab.output(1)
    back = box.get_by_role("button", name="Back to the lecture's question")
    if back.is_visible():
        back.click()
        expect(back).to_be_hidden()
    return box


@pytest.fixture
def right(lab, opened):
    """Return the feedback on the right answer."""
    return lab.output(2)


@pytest.fixture
def wrong(lab, opened):
    """Return the feedback on the wrong answer."""
    return lab.output(3)


def shows(panel, part):
    """Wait until the text of the panel's picture holds a part."""
    expect(panel.locator(f"img[alt*='{part}']")).to_be_visible()


def test_an_arrow_key_on_a_slider_changes_the_picture_and_leaves_the_notebook(lab, panel):
    shows(panel, "level 40")
    before = panel.locator("img").get_attribute("src")
    panel.get_by_role("slider", name="Level in HU").focus()
    at = lab.state()
    lab.press("ArrowRight")
    shows(panel, "level 50")
    assert panel.locator("img").get_attribute("src") != before
    expect(panel.get_by_role("spinbutton", name="Level in HU")).to_have_value("50")
    expect(panel.get_by_text("Level 50 HU.")).to_be_visible()
    assert lab.state() == at


def test_a_number_typed_into_the_field_changes_picture_and_slider(lab, panel):
    panel.get_by_role("spinbutton", name="Level in HU").fill("70")
    lab.press("Enter")
    shows(panel, "level 70")
    slider = panel.get_by_role("slider", name="Level in HU")
    expect(slider).to_have_attribute("aria-valuenow", "70.0")


def test_choice_and_switch_work_by_keyboard(lab, panel):
    panel.get_by_role("combobox", name="Colour map").select_option("viridis")
    shows(panel, "viridis")
    panel.get_by_role("checkbox", name="Turn the diagonal").focus()
    lab.press("Space")
    shows(panel, "inverted True")


def test_values_that_cannot_be_drawn_are_told_in_the_place_of_the_picture(panel):
    field = panel.get_by_role("spinbutton", name="Slope, with")
    message = panel.get_by_role("status")
    element = message.element_handle()
    field.fill("0")
    field.press("Enter")
    expect(message).to_contain_text("A slope of 0 loses every value.")
    expect(panel.locator("img")).to_have_count(0)
    assert element.inner_text() == message.inner_text(), "it is read out only if it stays in place"
    field.fill("0.5")
    field.press("Enter")
    shows(panel, "slope 0.5")
    expect(message).to_have_text("")


def test_a_long_label_is_not_cut_off(panel):
    label = panel.get_by_text("Slope, with a label that is too long for one line")
    assert label.evaluate("label => label.scrollWidth <= label.clientWidth")


def test_the_quiz_is_answered_by_keyboard_alone(lab, quiz):
    message = quiz.get_by_role("status")
    quiz.get_by_role("radiogroup", name="Your answer").get_by_role("radio").first.focus()
    at = lab.state()
    lab.press("Space", "ArrowDown")
    expect(quiz.get_by_role("radio", name="B")).to_be_checked()
    lab.press("Tab", "Enter")
    expect(message).to_contain_text("Not right. We know of no slip that gives 70")
    lab.press("Shift+Tab", "ArrowDown", "Tab", "Space")
    expect(message).to_contain_text("Right. The inverse multiplies")
    expect(message).to_contain_text("type its letter in the cell below.")
    assert lab.state() == at
    assert "brain_age" in json.loads((lab.server.home / "progress.json").read_text())["quizzes"]


def test_the_letter_of_an_option_typed_on_the_quiz_does_not_edit_the_notebook(lab, quiz):
    quiz.get_by_role("radio").first.focus()
    at = lab.state()
    lab.press("a", "b", "c", "x", "d", "d", "z")
    assert lab.state() == at


def test_another_one_like_it_and_the_way_back_work_by_keyboard(lab, quiz):
    back = quiz.get_by_role("button", name="Back to the lecture's question")
    quiz.get_by_role("button", name="Another one like it").focus()
    lab.press("Enter")
    expect(quiz.get_by_text("Another one like it, number 1")).to_be_visible()
    expect(quiz.get_by_role("status")).to_have_text("New question, number 1.")
    expect(quiz.get_by_role("radio", checked=True)).to_have_count(0)
    expect(back).to_be_visible()
    lab.press("Tab", "Enter")
    expect(quiz.get_by_text("The lecture's question (slide 18)")).to_be_visible()
    expect(back).to_be_hidden()
    focused = lab.page.evaluate("() => document.activeElement.textContent")
    assert focused == "Another one like it", "the focus must not fall out of the quiz"


def test_the_drawn_question_is_one_group_of_radio_buttons_too(lab, quiz):
    quiz.get_by_role("button", name="Another one like it").click()
    expect(quiz.get_by_text("Another one like it, number")).to_be_visible()
    expect(quiz.get_by_role("button", name="Back to the lecture's question")).to_be_visible()
    quiz.get_by_role("radio").first.focus()
    lab.press("ArrowDown")
    expect(quiz.get_by_role("radio").nth(1)).to_be_checked()
    quiz.get_by_role("button", name="Check my answer").click()
    expect(quiz.get_by_role("status")).to_contain_text("ight. ")


def test_a_right_answer_is_told_in_words_and_leaves_no_error(right):
    feedback = right.get_by_role("group", name="Feedback on min_max")
    expect(feedback).to_contain_text("6 of 6 cases right")
    expect(right.locator(ERROR)).to_have_count(0)


def test_a_wrong_answer_is_named_and_shown_in_pictures_with_texts(wrong):
    feedback = wrong.get_by_role("group", name="Feedback on z_score_in_mask")
    expect(feedback).to_contain_text("You take mean and deviation of the whole image.")
    texts = [image.get_attribute("alt") for image in feedback.locator("img").all()]
    assert [text.split(":")[0].split(",")[0] for text in texts] == [
        "Input image",
        "Input mask",
        "Yours",
        "Expected",
        "Difference",
    ]


def test_the_traceback_of_a_failed_check_is_one_line(wrong):
    lines = wrong.locator(ERROR).inner_text().strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("CheckFailed: z_score_in_mask:")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_no_fault_in_either_theme(lab, quiz, theme, screenshots):
    lab.use_theme(f"JupyterLab {theme}")
    quiz.get_by_role("radio").first.check()
    quiz.get_by_role("button", name="Check my answer").click()
    expect(quiz.get_by_role("status")).to_contain_text("Not right.")
    for index, name in enumerate(("panel", "quiz", "check-right", "check-wrong")):
        lab.output(index).screenshot(path=screenshots / f"{name}-{theme}.png")
    faults = lab.faults()
    lab.use_theme("JupyterLab Light")
    assert faults == []


def test_the_audit_finds_a_planted_fault(lab, wrong):
    wrong.evaluate(PLANT)
    faults = lab.faults()
    lab.page.evaluate(UNPLANT)
    assert [fault.split(":")[0] for fault in faults] == ["aria-input-field-name"]


def test_on_a_narrow_page_nothing_sticks_out(lab, panel, quiz, screenshots):
    lab.page.set_viewport_size({"width": 560, "height": 800})
    wide = [
        box.locator(".course-widget").evaluate("box => box.scrollWidth - box.clientWidth")
        for box in (panel, quiz)
    ]
    panel.screenshot(path=screenshots / "panel-narrow.png")
    quiz.screenshot(path=screenshots / "quiz-narrow.png")
    lab.page.set_viewport_size({"width": 1280, "height": 900})
    assert max(wide) <= 1
