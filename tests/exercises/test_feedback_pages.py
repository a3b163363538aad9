"""HTML and text: everything is escaped, labelled and there."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from course_lib.exercises.evaluation import evaluate
from course_lib.exercises.exercise import mistake
from course_lib.exercises.feedback import as_html, as_text, make_feedback
from course_lib.exercises.judges import equal

_VOID = {"img", "br", "rect", "path"}
_EVIL = "<script>alert('x')</script>\"'&`<img src=x onerror=y>`"


class Page(HTMLParser):
    """Checks that elements are closed in order; collects attributes and text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.text = [], [], ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]


def told(exercise, answer, tries=1, **settings):
    return make_feedback(evaluate(exercise, answer), tries, **settings)


def page(exercise, answer, tries=1, **settings):
    return Page(as_html(told(exercise, answer, tries, **settings)))


def slices_only(toy):
    return replace(toy, cases=toy.cases[1:])


def test_a_failing_image_shows_pictures_with_texts(toy):
    seen = page(slices_only(toy), toy.mistakes[0].answer)
    assert len(seen.all("figure")) == len(seen.all("img")) == 4
    for image in seen.all("img"):
        assert "24 rows, 16 columns" in image["alt"] or "Difference" in image["alt"]
        assert image["src"].startswith("data:image/png;base64,")
        assert "image-rendering:pixelated" in image["style"]
    assert len({image["alt"] for image in seen.all("img")}) == 4


def test_a_state_is_told_in_words_beside_its_mark(toy):
    seen = page(toy, toy.mistakes[0].answer)
    assert len(seen.all("li")) == 3
    assert "not right: five numbers" in seen.text
    assert "right: a constant image" in seen.text
    marks = [a for a in seen.all("span") if a.get("aria-hidden") == "true"]
    assert len(marks) >= 3
    assert seen.all("div")[0]["aria-label"] == "Feedback on z_score"


def test_what_went_wrong_stands_before_the_cases(toy):
    html = as_html(told(toy, toy.mistakes[0].answer))
    places = [html.index(t) for t in ("What went wrong", "sample deviation", "five numbers")]
    assert places == sorted(places)
    assert "<code>ddof=1</code>" in html


def test_hints_are_folded_away(toy):
    seen = page(toy, toy.mistakes[0].answer, tries=3)
    assert [a.get("open") for a in seen.all("details")] == [None, None]
    assert "Another hint opens at your next try." in seen.text
    assert page(toy, toy.mistakes[0].answer, tries=4).text.count("Another hint") == 0


def test_nothing_is_loaded_and_nothing_runs(toy, one_case):
    curve = one_case(lambda a: a * 1.0, np.arange(50.0))
    for html in (
        as_html(told(slices_only(toy), toy.mistakes[0].answer, 3)),
        as_html(told(curve, lambda a: a + 1)),
        as_html(told(toy, toy.reference)),
    ):
        for forbidden in ("<script", "<style", "<link", "http:", "https:", "url(", " onload"):
            assert forbidden not in html


def evil_message(x):
    raise ValueError(_EVIL)


def evil_type(x):
    return type("<script>T", (), {})()


def evil_print(x):
    print(_EVIL)  # noqa: T201
    return 0


def evil_warning(x):
    import warnings

    warnings.warn(_EVIL, stacklevel=1)
    return 0


def evil_line(x):
    return x["<script>alert('x')</script>"]


def evil_error_name(x):
    raise type("<script>E", (Exception,), {})("x")


@pytest.mark.parametrize(
    "answer",
    [
        evil_message,
        evil_type,
        evil_print,
        evil_warning,
        evil_line,
        evil_error_name,
        lambda x: _EVIL,
        lambda x: [_EVIL],
        lambda x: {_EVIL: 1},
        lambda x: np.array([_EVIL]),
    ],
)
@pytest.mark.parametrize("reference", [lambda x: "text", lambda x: {"a": "b"}, lambda x: 3])
def test_what_comes_from_the_student_is_escaped(one_case, answer, reference):
    exercise = one_case(reference, "input", judge=equal())
    for hidden in (False, True):
        seen = page(exercise, answer, hidden=hidden)
        assert "script" not in {tag for tag, _ in seen.seen}
        assert all("onerror" not in attributes for _, attributes in seen.seen)
        assert seen.all("img") == []


def test_titles_and_sentences_of_the_course_are_escaped(one_case):
    exercise = replace(
        one_case(lambda x: 1, _EVIL, judge=equal()),
        mistakes=[mistake(lambda x: 2, f"{_EVIL} is wrong.")],
        hints=[_EVIL],
        name=_EVIL,
    )
    seen = page(exercise, lambda x: 2, tries=2)
    assert "script" not in {tag for tag, _ in seen.seen}
    assert seen.all("img") == []


def test_a_letter_of_a_quiz_is_escaped(quiz):
    assert "<script>" not in as_html(told(quiz, "<script>"))


def test_text_holds_the_same_as_the_page(toy):
    text = as_text(told(toy, toy.mistakes[0].answer, tries=2))
    assert text.splitlines()[0] == "z_score: 1 of 3 cases right"
    assert "What went wrong: You divide by the sample deviation" in text
    assert "  \u2717 not right: five numbers" in text
    assert "  \u2713 right: a constant image" in text
    assert "Expected" in text
    assert "Hint 1: What is the mean of your result?" in text
    assert max(map(len, text.splitlines())) <= 100


def test_text_of_an_image_says_what_is_to_be_seen(toy):
    text = " ".join(as_text(told(slices_only(toy), toy.mistakes[0].answer)).split())
    assert "Yours: image, 24 rows, 16 columns, values" in text
    assert "384 of 384 pixels differ." in text


def test_text_fits_into_a_terminal_without_unicode(toy):
    text = as_text(told(toy, toy.mistakes[0].answer), "ascii")
    assert "  x not right: five numbers" in text
    assert "  + right: a constant image" in text
    text.encode("ascii")


def test_a_right_answer_is_one_line_of_text(toy, quiz):
    assert as_text(told(toy, toy.reference)) == (
        "\u2713 z_score: 3 of 3 cases right. 2 of 2 points."
    )
    assert as_text(told(quiz, "B")).splitlines() == [
        "\u2713 quiz_sum: right. 1 of 1 point.",
        "3 + 4 = 7.",
    ]


def test_tables_have_headers_and_can_be_scrolled_by_keyboard(toy):
    seen = page(toy, toy.mistakes[0].answer)
    assert {a.get("scope") for a in seen.all("th")} == {"row", "col"}
    regions = [a for a in seen.all("div") if a.get("role") == "group"][1:]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in regions)
