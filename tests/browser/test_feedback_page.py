"""The page that students get back, opened in a browser from a file and audited."""

import pytest

from course_lib.exercises import registry
from course_lib.exercises.evaluation import evaluate
from course_lib.exercises.feedback import as_html, make_feedback
from course_lib.grading.feedback_page import as_page
from course_lib.grading.result import Result, Score

pytestmark = pytest.mark.browser
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def wrong(image):
    """Print and return what a student should not."""
    print(HOSTILE)  # noqa: T201 - as students do
    return (image - image.mean()) / image.std() * (image.ndim == 1)


def raises(image, mask):
    """Raise what a student should not."""
    raise ValueError(HOSTILE)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """Write the page of a student with right, wrong and failing answers."""
    answers = {"min_max": registry.find("min_max").reference, "z_score": wrong,
               "z_score_in_mask": raises}  # fmt: skip
    reports = {name: evaluate(registry.find(name), answer) for name, answer in answers.items()}
    scores = tuple(
        Score(name, report.points, report.exercise.points, kind="value",
              feedback=as_html(make_feedback(report, tries=9)))
        for name, report in reports.items()
    )  # fmt: skip
    path = tmp_path_factory.mktemp("page") / "ann.html"
    result = Result(HOSTILE, "02", HOSTILE, 0.0, "k", scores, cells=(HOSTILE,))
    path.write_text(as_page(HOSTILE, [result], {"02": "Normalization"}), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_runs_nothing_asks_nothing_and_has_no_fault_of_access(browser, page_file, scheme):
    from axe_playwright_python.sync_playwright import Axe

    seen = []
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: seen.append(message.text))
        page.on("request", lambda request: seen.append(request.url))
        page.goto(page_file.as_uri())
        asked = [one for one in seen if not one.startswith(("file:", "data:"))]
        assert asked == []
        pictures = page.locator("img")
        assert pictures.count() >= 4
        assert pictures.evaluate_all("all => all.every(one => one.naturalWidth > 0)")
        page.get_by_role("link", name="z_score_in_mask").click()
        assert page.get_by_role("heading", name="z_score_in_mask").is_visible()
    with browser.new_context(color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()  # the audit is a script, which the page itself forbids
        page.goto(page_file.as_uri())
        faults = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in faults] == []
