"""The feedback of a check in JupyterLab."""

import pytest

pytestmark = pytest.mark.browser

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
PLANTED = "import ipywidgets\nipywidgets.IntSlider()"
WRONG = """
def z_score_in_mask(image, mask):
    return (image - image.mean()) / image.std()

check("z_score_in_mask", z_score_in_mask)
"""
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"


@pytest.fixture(scope="module")
def checked(only_lab):
    """Run a notebook with a right answer, a planted fault, and a wrong answer."""
    only_lab.open(only_lab.write("checks.ipynb", RIGHT, PLANTED, WRONG))
    only_lab.run_all()
    only_lab.output(2).locator(ERROR).wait_for()


def test_a_right_answer_is_told_in_words_and_leaves_no_error(lab, checked, screenshots):
    right = lab.output(0)
    region = right.get_by_role("group", name="Feedback on min_max")
    assert "6 of 6 cases right" in region.inner_text()
    assert right.locator(ERROR).count() == 0
    right.screenshot(path=screenshots / "check-right.png")


def test_a_wrong_answer_is_named_and_shown_in_pictures_with_texts(lab, checked, screenshots):
    wrong = lab.output(2)
    region = wrong.get_by_role("group", name="Feedback on z_score_in_mask")
    assert "You take mean and deviation of the whole image." in region.inner_text()
    texts = [image.get_attribute("alt") for image in region.locator("img").all()]
    assert len(texts) >= 3
    assert all("image" in text or "Difference" in text for text in texts)
    wrong.screenshot(path=screenshots / "check-wrong.png")


def test_the_traceback_of_a_failed_check_is_one_line(lab, checked):
    lines = lab.output(2).locator(ERROR).inner_text().strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("CheckFailed: z_score_in_mask:")


def test_the_audit_finds_a_planted_fault_and_nothing_else(lab, checked):
    lab.output(1).get_by_role("slider").wait_for()
    faults = lab.faults()
    assert len(faults) == 1
    assert faults[0].startswith("aria-input-field-name")


def test_the_feedback_can_be_read_in_the_dark_theme(lab, checked, screenshots):
    lab.use_theme("JupyterLab Dark")
    lab.output(2).screenshot(path=screenshots / "check-wrong-dark.png")
    faults = lab.faults()
    lab.use_theme("JupyterLab Light")
    assert [fault for fault in faults if not fault.startswith("aria-input-field-name")] == []
