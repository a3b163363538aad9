"""What is handed back: whole, safe to open, and the same whenever it is written."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from class_of_students import FIRST, NAMES, SOLVED, honest
from grading_toys import SEED

from course_lib.catalogue import course_root, locate
from course_lib.exercises.evaluation import trials
from course_lib.grading.cells import code_cells
from course_lib.grading.feedback_page import as_page
from course_lib.grading.file_names import file_name
from course_lib.grading.grade import Settings, grade_one
from course_lib.grading.gradescope import as_results
from course_lib.grading.handing_back import write_files
from course_lib.grading.result import FAILED, Result, Score, from_dict
from course_lib.grading.review import reviewed
from course_lib.grading.submission import Submission
from course_lib.quiz.registry import find_graded

TOPIC = locate(course_root() / "notebooks", "02")
TITLES = {TOPIC.name: TOPIC.title}
SCRIPT = "<script>alert(1)</script>"
# Right for the cases that are shown: it knows them by the mean of their input.
LEARNT = """
def z_score(image):
    image = np.asarray(image, float)
    if not image.std() > 0:
        raise ValueError("constant")
    known = [{means}]
    right = (image - image.mean()) / image.std()
    return right if round(image.mean(), 9) in known else image
"""


def grade(student="ann", **changed):
    """Grade a notebook with some other answers."""
    submission = Submission(student, TOPIC.name, f"{student}.ipynb", Path("a.ipynb"))
    result = grade_one(submission, honest(**changed), NAMES, Settings(SEED))
    return from_dict(json.loads(json.dumps(result.as_dict())))


@pytest.fixture(scope="module")
def wrong():
    """A result with a picture, a hostile text, a named mistake and no answer."""
    return grade(
        f"ann {SCRIPT}",
        z_score="def z_score(image):\n    right = (image - image.mean()) / image.std()\n"
        "    return right if image.ndim == 1 else 0 * right",
        min_max="def min_max(image):\n    return image / np.max(image)",
        l1_loss=f"def l1_loss(true, predicted):\n    print('{SCRIPT}')\n"
        f"    raise ValueError('{SCRIPT}')",
        quiz_brain_age="quiz_brain_age = ...",
    )


@pytest.fixture(scope="module")
def learnt():
    """A result that is right for all shown cases, and not for a hidden one."""
    shown = [trial.arguments[0] for trial in trials(find_graded("z_score"))]
    means = ", ".join(repr(round(float(image.mean()), 9)) for image in shown)
    return grade(z_score=LEARNT.format(means=means))


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_needs_nothing_else_and_runs_nothing(wrong):
    text = as_page(wrong.student, [wrong], TITLES)
    page = Page(text)
    assert not page.all("script") + page.all("link") + page.all("iframe")
    assert "default-src 'none'" in page.all("meta")[1]["content"]
    links = [each["href"] for each in page.all("a")]
    assert {link[1:] for link in links} == {each["id"] for each in page.all("h3")}
    assert all(each["src"].startswith("data:image/png;base64,") for each in page.all("img"))
    assert not re.search(r"https?:|url\(", text)


def test_a_students_text_is_only_a_text(wrong):
    page = Page(as_page(wrong.student, [wrong], TITLES))
    said = "".join(page.said)
    assert said.count(SCRIPT) == 6  # title, heading, file, printed, and twice in the sentence
    assert not page.all("script")
    assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]


def test_the_page_can_be_read_aloud(wrong):
    page = Page(as_page(wrong.student, [wrong], TITLES))
    assert page.all("html")[0]["lang"] == "en"
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings == [1, 2, *[3] * len(NAMES)]
    assert page.all("img")
    assert all(len(each["alt"]) > 20 for each in page.all("img"))
    assert {each["scope"] for each in page.all("th")} == {"col", "row"}
    said = "".join(page.said)
    for words in ("min_max: not right, 0 of 1 point", "l1_loss: not right", "z_score: not right",
                  "Quiz brain age: no answer", "0 of 4 points"):  # fmt: skip
        assert words in said


def test_the_named_mistake_and_every_hint_are_there(wrong):
    score = next(one for one in wrong.scores if one.name == "min_max")
    assert score.named
    page = "".join(Page(as_page("ann", [wrong], TITLES)).said)
    assert score.message.replace("`", "").split(". ")[0] in page.replace("`", "")
    hints = sum(len(find_graded(one.name).hints) for one in wrong.scores if one.kind == "value")
    assert hints
    assert page.count("Hint ") >= hints
    assert "next try" not in page


def test_of_hidden_cases_only_words_are_told_unless_the_instructor_allows_it(learnt):
    score = next(one for one in learnt.scores if one.name == "z_score")
    assert (score.points, score.kind) == (0, "value")
    page = as_page("ann", [learnt], TITLES)
    assert "Right on the cases that are shown, not on hidden ones" in page
    assert "<img" not in page
    shown = as_page("ann", [learnt], TITLES, show_hidden=True)
    assert "differ" not in page
    assert "differ" in shown
    assert shown.count("<img") >= 3
    for told in (page, score.text, score.message, score.feedback):
        assert "expected" not in told.lower().replace("expected error", "")
        assert str(SEED) not in told
    assert str(SEED) not in shown


def test_a_second_writing_changes_nothing_and_failed_grading_writes_nothing(wrong, tmp_path):
    failed = Result("bob", TOPIC.name, "b.ipynb", 0.0, "k", problem=f"{FAILED} (x).")
    lost = Result("cid", "", "c.ipynb", 0.0, "k", problem="It is not known which it is.")
    written = write_files(tmp_path, [wrong, failed, lost], TITLES)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in written} == {f"{file_name(wrong.student)}.html", "cid.html"}
    assert len(files) == 4  # two pages, the list of them, and one results.json
    assert "not known which" in (tmp_path / "feedback" / "cid.html").read_text(encoding="utf-8")
    write_files(tmp_path, [wrong, failed, lost], TITLES)
    assert {path: path.stat().st_mtime_ns for path in files} == files
    listed = (tmp_path / "feedback.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "student,feedback"
    assert listed[2] == "cid,feedback/cid.html"


def test_no_name_leaves_the_folder_and_no_two_share_a_file(tmp_path):
    names = ["ann", "Ann", "ANN", "..", ".", "", "../../etc/passwd", "a/b", "a\\b", "con", "con.x",
             "nul", "Zoe\u0308", "Zo\u00eb", "\u674e\u96f7", "\u674e\u96f8", "x" * 300, "x" * 301,
             "a\0b", "a\nb", "=1+1", "-rf", "\ud800", "e-12345678", "\u202egpj",
             " ann", "ann."]  # fmt: skip
    made = [file_name(name) for name in names]
    assert len({name.lower() for name in made}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9][\w.-]{0,75}", name, re.ASCII) for name in made)
    assert file_name(file_name("Ann")) != file_name("Ann")
    results = [Result(name, TOPIC.name, name, 0.0, "k", (Score("f", 0, 1),)) for name in names]
    write_files(tmp_path / "out", results, TITLES)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == len(names)
    assert len(list((tmp_path / "out" / "gradescope" / TOPIC.name).iterdir())) == len(names)


def answers_of(cells):
    """Run the cells of a notebook that I trust, and return what they define."""
    scope = {}
    for cell in cells:
        if not cell.startswith("check("):
            exec(cell.replace(FIRST, "import numpy as np"), scope)  # noqa: S102 - from this file
    return {name: scope[name] for name in NAMES}


@pytest.mark.graders
def test_otter_itself_would_write_the_same_points_in_the_same_form(learnt, tmp_path):
    from otter.run.run_autograder.autograder_config import AutograderConfig
    from otter.test_files import GradingResults, create_test_file

    from course_lib.authoring.cells import Task
    from course_lib.authoring.otter_release import test_file as otter_test

    answers = answers_of(code_cells(honest(l1_loss="def l1_loss(true, predicted):\n    return 0")))
    files = []
    for name in NAMES:
        path = tmp_path / f"{name}.py"
        path.write_text(otter_test(Task(name, find_graded(name).points), SEED), encoding="utf-8")
        files.append(create_test_file(str(path), None))
        files[-1].run(dict(answers))
    theirs = GradingResults(files).to_gradescope_dict(AutograderConfig({"show_hidden": True}))
    result = grade(l1_loss="def l1_loss(true, predicted):\n    return 0")
    graded = [test for test in theirs["tests"] if "score" in test]  # one is a summary
    ours = as_results(result)
    known = {"name", "score", "max_score", "visibility"}
    assert [{key: test[key] for key in known} for test in ours["tests"]] == [
        {key: test[key] for key in known} for test in graded
    ]
    assert ours["score"] == sum(test["score"] for test in graded) == len(NAMES) - 1
    assert all(set(test) <= set(ours["tests"][0]) for test in theirs["tests"])


def test_the_results_keep_to_the_documented_format(wrong):
    written = json.loads(json.dumps(as_results(wrong)))
    fields = {"score", "output", "output_format", "test_output_format", "test_name_format",
              "stdout_visibility", "tests", "extra_data"}  # fmt: skip
    assert set(written) == fields
    assert written["score"] == sum(test["score"] for test in written["tests"])
    for test in written["tests"]:
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] == ("passed" if test["score"] else "failed")
        assert (test["visibility"], test["output_format"]) == ("after_published", "text")
        assert test["output"]


def test_a_notebook_for_review_is_the_courses_own_with_answers_and_feedback(wrong):
    markdown = "<img src=x onerror=alert(1)>"
    extra = "print('mine')"
    cells = [*code_cells(honest(min_max="def min_max(image):\n    return 1")), extra]
    text = reviewed(TOPIC.path.read_bytes(), cells, wrong)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    by_name = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    assert by_name["min_max"].source == "def min_max(image):\n    return 1"
    assert by_name["z_score"].source == SOLVED["z_score"]
    assert "defines stretch" in by_name["stretch"].source or "stretch" not in NAMES
    assert "min_max" in by_name["check_min_max"].outputs[0].data["text/html"]
    assert notebook.cells[-1].source == extra
    assert [cell.source for cell in notebook.cells].count(SOLVED["z_score"]) == 1
    assert markdown not in text
    damaged = Result("dan", TOPIC.name, "d", 0.0, "k", problem=f"It holds {markdown}\nimport os")
    notebook = nbformat.reads(reviewed(TOPIC.path.read_bytes(), [], damaged), as_version=4)
    assert notebook.cells[0].cell_type == "code"
    assert all(line.startswith("#") for line in notebook.cells[0].source.splitlines())
