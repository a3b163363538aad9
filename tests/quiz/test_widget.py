from dataclasses import replace

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure

from course_lib.display.picture import render
from course_lib.quiz.family import Lecture
from course_lib.quiz.widget import StillQuiz, quiz_widget


@pytest.fixture(autouse=True)
def somebody_is_there(monkeypatch):
    """Take away what makes widgets still."""
    monkeypatch.delenv("COURSE_STILL", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


class Student:
    """Uses a quiz as a student does: reads, chooses, presses."""

    def __init__(self, box):
        self.parts = list(_inside(box))
        (self.options,) = (w for w in self.parts if isinstance(w, widgets.RadioButtons))

    def choose(self, letter):
        self.options.value = letter

    def press(self, text):
        (button,) = (b for b in self.buttons() if b.startswith(text))
        self.buttons()[button].click()

    def buttons(self):
        """Return the buttons that can be seen, by text."""
        buttons = [w for w in self.parts if isinstance(w, widgets.Button)]
        return {b.description: b for b in buttons if b.layout.display != "none"}

    def reads(self):
        """Return all text of the page."""
        return "\n".join(self._texts())

    def hears(self):
        """Return the message that is read out."""
        (message,) = (text for text in self._texts() if 'role="status"' in text)
        return message.split(">", 1)[1].removesuffix("</div>")

    def _texts(self):
        """Return the HTML of all parts but the style sheet."""
        texts = (w.value for w in self.parts if isinstance(w, widgets.HTML))
        return [text for text in texts if not text.startswith("<style")]

    def state(self):
        """Return what JupyterLab would save with the notebook."""
        return repr([w.get_state() for w in self.parts])


def _inside(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _inside(child)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def student(toy, heard):
    box = quiz_widget(toy, lambda *answer: heard.append(answer), np.random.default_rng(3))
    return Student(box)


def test_it_starts_with_the_lectures_question_and_nothing_chosen(student):
    assert "The lecture&#x27;s question (slide 99)" in student.reads()
    assert "What is 3 + 4?" in student.reads()
    assert [label for label, _ in student.options.options] == ["A\u200312", "B\u20037", "C\u20031"]
    assert student.options.value is None
    assert student.hears() == ""


def test_without_a_choice_the_check_asks_for_one_and_records_nothing(student, heard):
    student.press("Check")
    assert "Choose an answer first." in student.hears()
    assert heard == []


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        ("A", "<strong>Not right.</strong> That is the product."),
        ("B", "<strong>Right.</strong> 3 + 4 = 7."),
        ("C", "<strong>Not right.</strong> That is the difference."),
    ],
)
def test_the_feedback_belongs_to_the_chosen_option(student, heard, letter, said):
    student.choose(letter)
    student.press("Check")
    assert said in student.hears()
    assert heard == [("addition", "toys", letter == "B")]


def test_the_feedback_goes_when_another_option_is_chosen(student):
    student.choose("A")
    student.press("Check")
    student.choose("C")
    assert student.hears() == ""


def test_a_wrong_answer_does_not_tell_the_right_one(student):
    student.choose("A")
    student.press("Check")
    assert "3 + 4 = 7" not in student.reads()


def test_the_state_that_is_saved_holds_no_key_and_no_feedback_before_the_answer(student):
    for sentence in ("Right.", "3 + 4 = 7.", "That is the product.", "That is the difference."):
        assert sentence not in student.state()
    student.press("Another")
    assert "Right." not in student.state()
    assert "That is" not in student.state()


def test_the_page_says_that_the_typed_cell_is_graded(student):
    assert "<code>quiz_addition</code>. It belongs to the lecture's question." in student.reads()


def test_a_right_answer_sends_the_student_to_the_typed_cell(student):
    student.choose("B")
    student.press("Check")
    assert "Now type its letter in the cell below." in student.hears()


def test_another_one_is_drawn_without_end_and_never_the_one_on_the_page(student):
    seen = [student.reads()]
    for number in range(1, 31):
        student.press("Another")
        assert f"Another one like it, number {number}" in student.reads()
        assert student.reads().split("What is")[1] != seen[-1].split("What is")[1]
        assert student.options.value is None
        seen.append(student.reads())
    questions = {page.split("What is")[1].split("?")[0] for page in seen}
    assert len(questions) > 25


def test_a_drawn_question_is_for_practice_and_is_not_recorded(student, heard):
    student.press("Another")
    assert "This question is for practice." in student.reads()
    answers = []
    for letter in "ABC":
        student.choose(letter)
        student.press("Check")
        answers.append("Right." in student.hears())
        assert "type its letter" not in student.hears()
    assert sorted(answers) == [False, False, True]
    assert heard == []


def test_only_a_drawn_question_has_a_way_back_to_the_lecture(student):
    assert list(student.buttons()) == ["Check my answer", "Another one like it"]
    student.press("Another")
    assert "Back to the lecture's question" in student.buttons()
    student.press("Back")
    assert "What is 3 + 4?" in student.reads()
    assert "Back to the lecture's question" not in student.buttons()


def test_the_way_back_leads_to_the_lectures_question_as_it_was_left(student, heard):
    student.choose("A")
    student.press("Check")
    student.press("Another")
    student.press("Another")
    student.choose("C")
    student.press("Back")
    assert student.options.value == "A"
    assert "That is the product." in student.hears()
    student.choose("B")
    student.press("Check")
    assert heard[-1] == ("addition", "toys", True)


def test_two_students_of_one_generators_seed_get_the_same_questions_and_others_do_not(toy):
    def third_question(seed):
        student = Student(quiz_widget(toy, rng=np.random.default_rng(seed)))
        for _ in range(3):
            student.press("Another")
        return student.reads()

    assert third_question(1) == third_question(1) != third_question(2)


def test_two_widgets_without_a_seed_differ(toy):
    pages = set()
    for _ in range(5):
        student = Student(quiz_widget(toy))
        student.press("Another")
        pages.add(student.reads())
    assert len(pages) > 1


def test_a_quiz_that_the_lecture_has_not_speaks_of_the_first_question(toy):
    student = Student(quiz_widget(replace(toy, lecture=None)))
    assert "slide" not in student.reads()
    assert "belongs to the first question" in student.reads()
    student.press("Another")
    assert "Back to the first question" in student.buttons()


def test_a_family_with_few_questions_still_draws(toy):
    few = replace(toy, draw=lambda rng: {"a": 2, "b": 5})
    student = Student(quiz_widget(few, rng=np.random.default_rng(0)))
    student.press("Another")
    student.press("Another")
    assert "What is 2 + 5?" in student.reads()


def test_the_picture_of_the_question_stands_beside_its_text_with_its_own_text(toy):
    pictured = replace(toy, picture=lambda n: render(Figure(figsize=(1, 1)), f"{n['a']} dots"))
    student = Student(quiz_widget(pictured, rng=np.random.default_rng(1)))
    assert '<img alt="3 dots"' in student.reads()
    student.press("Another")
    assert '<img alt="3 dots"' not in student.reads()
    assert 'dots"' in student.reads()


def test_what_looks_like_html_in_a_question_is_text(toy):
    odd = replace(toy, question=lambda n: "Is 3 < 4 & <b>why</b>?", why=lambda n: "a <b> c.")
    student = Student(quiz_widget(odd))
    assert "Is 3 &lt; 4 &amp; &lt;b&gt;why&lt;/b&gt;?" in student.reads()
    student.choose("B")
    student.press("Check")
    assert "a &lt;b&gt; c." in student.hears()


@pytest.mark.parametrize("variable", ["COURSE_STILL", "NBGRADER_EXECUTION"])
def test_where_nobody_presses_a_button_the_question_stands_still(monkeypatch, toy, variable):
    monkeypatch.setenv(variable, "1")
    before = set(_instances)
    quiz = quiz_widget(toy)
    assert isinstance(quiz, StillQuiz)
    assert set(_instances) == before, "a widget without a front end can stall a grader"


def test_the_still_question_shows_the_options_and_neither_key_nor_feedback(monkeypatch, toy):
    monkeypatch.setenv("COURSE_STILL", "1")
    odd = replace(toy, lecture=Lecture({"a": 3, "b": 4}, [12, 7, 1], 99), show=lambda a: f"<{a}>")
    html = quiz_widget(odd)._repr_html_()
    for text in ("What is 3 + 4?", "A\u2003&lt;12&gt;", "B\u2003&lt;7&gt;", "quiz_addition"):
        assert text in html
    for secret in ("Right.", "3 + 4 = 7", "product", "difference", "button"):
        assert secret not in html


def test_a_terminal_shows_the_still_question_as_lines(monkeypatch, toy):
    monkeypatch.setenv("COURSE_STILL", "1")
    lines = repr(quiz_widget(toy)).splitlines()
    assert lines == ["What is 3 + 4?", "A\u200312", "B\u20037", "C\u20031"]
