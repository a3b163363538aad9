"""What a student is told, before it is written as HTML or text."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.exercises.cases import given
from course_lib.exercises.evaluation import evaluate, trials
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.feedback import make_feedback
from course_lib.exercises.feedback.parts import Curve, Picture, Table, Text
from course_lib.exercises.judges import close, equal, holds


def told(exercise, answer, tries=1, **settings):
    return make_feedback(evaluate(exercise, answer), tries, **settings)


def parts(exercise, answer):
    return told(exercise, answer).shown.parts


def labels(found):
    return [part.label for part in found]


def test_a_right_answer_gets_a_short_line(toy):
    feedback = told(toy, toy.reference, tries=3)
    assert feedback.passed
    assert feedback.heading == "z_score: 3 of 3 cases right"
    assert feedback.earned == "2 of 2 points"
    assert feedback.shown is None
    assert feedback.hints == ()


def test_cases_are_right_not_right_or_not_run(toy, quick):
    lines = told(toy, lambda image: np.asarray(image) * 1.0).lines
    assert [line.state for line in lines] == ["not right", "not right", "not right"]
    lines = told(toy, toy.mistakes[0].answer).lines
    assert [line.state for line in lines] == ["not right", "not right", "right"]

    def endless(image):
        while True:
            pass

    lines = told(quick, endless).lines
    assert [line.state for line in lines] == ["not right", "not run", "not run"]
    assert [line.state for line in told(toy, ...).lines] == ["not run"] * 3


def test_a_known_mistake_comes_first_and_what_was_seen_second(toy):
    feedback = told(toy, toy.mistakes[0].answer)
    assert feedback.named
    assert feedback.sentence == toy.mistakes[0].sentence
    assert feedback.detail.startswith("Your result differs in 4 of 5 values")


def test_without_a_known_mistake_the_form_of_the_difference_is_said(toy):
    feedback = told(toy, lambda image: 3 * toy.reference(image))
    assert not feedback.named
    assert feedback.sentence.startswith("Your result differs in 4 of 5 values, first at [0]")
    assert feedback.detail == "Every value is 3 times the expected one."


def test_each_further_try_opens_a_hint(toy):
    wrong = toy.mistakes[0].answer
    opened = [len(told(toy, wrong, tries).hints) for tries in (1, 2, 3, 4, 9)]
    assert opened == [0, 1, 2, 3, 3]
    assert told(toy, wrong, 2).hints == ("What is the mean of your result?",)
    assert [told(toy, wrong, tries).closed_hints for tries in (1, 4)] == [3, 0]


def test_an_unwritten_answer_is_asked_for_and_gets_no_hint(toy, quiz):
    feedback = told(toy, ..., tries=5)
    assert feedback.missing
    assert feedback.title == "What to do"
    assert "not written yet" in feedback.sentence
    assert feedback.hints == ()
    assert feedback.closed_hints == 0
    assert "not answered yet" in told(quiz, ...).sentence
    assert "There is no letter here yet" in told(quiz, "").sentence


def test_a_quiz_says_what_belongs_to_the_letter(quiz):
    assert told(quiz, "A").sentence == "That is the product."
    assert told(quiz, "A").detail == ""
    assert told(quiz, "A").shown is None
    assert told(quiz, "B").sentence == "3 + 4 = 7."
    assert told(quiz, "D").sentence.startswith('This is "D"; the answer is a letter')
    for wrong in ("A", "C"):
        assert "7" not in f"{told(quiz, wrong)}".replace("z", "")


SECRET = 271.828


def hidden_exercise():
    """Make an exercise whose input and result are a secret."""
    return Exercise(
        reference=lambda image: image + 1,
        cases=[given("a secret image", np.full((9, 9), SECRET))],
        judge=close(),
        hints=["A hint."],
        seconds=0.3,
    ).named("toy", "toys")


def tell(image):
    raise ValueError(f"it is {image[0, 0]}")


def name_it(image):
    raise type(f"Error{image[0, 0]}", (Exception,), {})


def print_it(image):
    print(image[0, 0])  # noqa: T201


def warn_it(image):
    np.log(-image)
    return f"{image[0, 0]}"


def sleep_it(image):
    while True:
        pass


@pytest.mark.parametrize(
    "answer",
    [
        tell,
        name_it,
        print_it,
        warn_it,
        sleep_it,
        lambda image: image,
        lambda image: image.ravel(),
        lambda image: {image[0, 0]: 1},
        lambda image: {"a": image[0, 0]},
        lambda image: image * np.nan,
        lambda image, more: image,
        lambda image: type(f"T{image[0, 0]}", (), {})(),
        3,
    ],
)
def test_of_a_hidden_case_no_value_is_told(answer):
    for tries in (1, 9):
        feedback = told(hidden_exercise(), answer, tries, hidden=True)
        assert feedback.shown is None
        assert feedback.hints == ()
        assert feedback.lines[0].note == feedback.sentence
        assert not set("0123456789") & set(feedback.sentence)
        assert "Error2" not in f"{feedback}"


def test_of_a_hidden_case_the_kind_of_problem_and_the_mistake_are_told(toy):
    feedback = told(toy, toy.mistakes[0].answer, hidden=True)
    assert feedback.sentence == toy.mistakes[0].sentence
    assert feedback.detail == ""
    assert [line.note for line in feedback.lines] == ["The result has wrong values."] * 2 + [""]
    raised = told(hidden_exercise(), tell, hidden=True)
    assert raised.sentence == "The code raises a ValueError."


def test_images_stand_side_by_side_on_one_scale(one_case):
    image = np.add.outer(np.arange(12.0), np.arange(10.0))

    def brighter_corner(image):
        result = image.copy()
        result[2:5, 3:7] += 100
        return result

    found = parts(one_case(lambda image: image * 1.0, image), brighter_corner)
    assert labels(found) == ["Input `image`", "Yours", "Expected", "Difference"]
    assert all(isinstance(part, Picture) for part in found)
    _, yours, expected, difference = found
    assert yours.bar == expected.bar
    assert (expected.bar.low, expected.bar.high) == ("0", "20")
    assert "values 0 to 110" in yours.note
    assert "12 of 120 pixels differ, in rows 2 to 4 and columns 3 to 6." in yours.alt
    assert (difference.bar.low, difference.bar.high) == ("-100", "100")
    assert "12 rows, 10 columns" in expected.alt


def test_masks_show_what_is_missing_and_what_is_extra(one_case):
    mask = np.zeros((10, 10), bool)
    mask[2:6, 2:6] = True
    found = parts(
        one_case(lambda mask: mask.copy(), mask, judge=equal()), lambda mask: np.roll(mask, 1, 1)
    )
    texts = [text for _, text in found[-1].key]
    assert texts == ["missing (4)", "extra (4)", "in both"]
    assert "4 missing, 4 extra. 8 of 100 pixels differ" in found[-1].alt


def test_of_a_volume_the_slice_that_differs_most_is_shown(one_case):
    volume = np.zeros((7, 9, 9))

    def spoil(volume):
        result = volume.copy()
        result[1, 0, 0] = 1
        result[5, 3:6, 4] = 2
        return result

    found = parts(one_case(lambda volume: volume.copy(), volume), spoil)
    assert all("slice 5 of 7" in part.note for part in found[:3])
    assert "4 of 567 voxels differ, in rows 0 to 5 and columns 0 to 4." in found[1].alt


def test_single_numbers_of_a_result_stand_in_one_table(one_case):
    def reference(image):
        return image - image.min(), 5, -10.0

    exercise = one_case(reference, np.array([[1, 2], [3, 4]]))
    found = parts(exercise, lambda image: (image - image.min(), 5, 10.0))
    table = found[-1]
    assert isinstance(table, Table)
    assert table.header == ("item 1", "item 2")
    assert table.rows == (
        ("Yours", ("5", "10")),
        ("Expected", ("5", "-10")),
        ("Difference", ("0", "20")),
    )
    assert table.marked == {(0, 1)}


def test_a_short_row_is_shown_whole_with_its_difference(one_case):
    table = parts(one_case(np.cumsum, np.array([1.0, 2, 3])), lambda a: np.array([1.0, 3, 7]))[-1]
    assert table.header == ("[0]", "[1]", "[2]")
    assert dict(table.rows)["Difference"] == ("0", "0", "1")
    assert table.marked == {(0, 2)}


def test_a_small_matrix_is_shown_whole(one_case):
    found = parts(
        one_case(lambda a: a * 1, np.arange(6).reshape(2, 3)), lambda a: a + np.array([0, 0, 1])
    )
    assert labels(found) == ["Input `a`", "Yours", "Expected", "Difference"]
    assert found[1].marked == {(0, 2), (1, 2)}
    assert found[3].rows == (("", ("0", "0", "1")), ("", ("0", "0", "1")))


def test_a_long_row_is_drawn_and_its_first_differences_are_listed(one_case):
    exercise = one_case(lambda a: a * 1.0, np.arange(500.0))
    found = parts(exercise, lambda a: np.where(a >= 400, a + 1, a))
    assert isinstance(found[1], Curve)
    assert "500 values" in found[1].alt
    assert "differ in 100 values" in found[1].alt
    assert found[2].header == ("[400]", "[401]", "[402]", "[403]", "[404]", "[405]")
    assert "100 of 500 values differ" in found[2].note


def test_points_in_a_long_table_are_listed_where_they_differ(one_case):
    points = np.zeros((200, 2))
    found = parts(
        one_case(lambda p: p.copy(), points), lambda p: p + (np.arange(400) == 301).reshape(200, 2)
    )
    assert found[-1].header == ("[150, 1]",)


def test_another_shape_is_shown_beside_the_expected_one(one_case):
    found = parts(one_case(lambda a: a * 1.0, np.ones((9, 12))), lambda a: a.T)
    assert labels(found) == ["Input `a`", "Yours", "Expected"]
    assert [part.note[:6] for part in found] == ["9 x 12", "12 x 9", "9 x 12"]


def test_an_error_is_shown_with_the_input_and_the_expected_result(toy):
    feedback = told(toy, lambda image: image / undefined_name)  # noqa: F821
    assert feedback.sentence.startswith("Your code raised NameError: name 'undefined_name'")
    assert "It happened in line" in feedback.sentence
    assert "undefined_name" in feedback.sentence
    assert labels(feedback.shown.parts) == ["Input `image`", "Expected"]


def test_an_input_that_must_be_refused_shows_the_error_that_is_right(toy):
    def accepts(image):
        image = np.asarray(image, float)
        return (image - image.mean()) / (image.std() or 1)

    found = parts(toy, accepts)
    assert Text("Expected", "a ValueError") in found
    assert {"Input `image`", "Yours", "Expected"} == set(labels(found))


def test_a_changed_argument_is_named(toy):
    def in_place(image):
        image -= image.mean()
        return image

    feedback = told(toy, in_place)
    assert "Your code changed `image` in place" in feedback.sentence
    assert labels(feedback.shown.parts) == ["Input `image`"]


def test_prints_and_warnings_are_shown(one_case):
    def answer(x):
        print("x is", x)  # noqa: T201
        return np.log(x)

    feedback = told(one_case(lambda x: x, np.array([0.0])), answer)
    assert feedback.shown.printed == "x is [0.]\n"
    assert feedback.shown.warned == ("divide by zero encountered in log",)


def test_arguments_of_a_script_are_named_as_in_the_script(one_case):
    exercise = one_case(lambda scale: 3, 2, "text", call=lambda answer, size, label: answer(size))
    assert labels(parts(exercise, lambda size: size))[:2] == ["Input `size`", "Input `label`"]


def test_where_several_results_are_right_ours_is_only_one_of_them(one_case):
    exercise = one_case(
        lambda n: np.arange(3), 3, judge=holds(lambda a, e, g: None if g.sum() == 3 else "Sum it.")
    )
    table = parts(exercise, lambda n: np.array([5, 5, 5]))[-1]
    assert [name for name, _ in table.rows] == ["Yours", "A right result", "Difference"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        b"bytes",
        [],
        {"a": [1, (2, "b")]},
        np.zeros((0, 3)),
        np.zeros((2, 2, 2, 2)),
        np.full((9, 9), np.nan),
        np.array(["a", "b"] * 20),
        np.array([1j, 2]),
        np.array([[1j, 2]] * 20),
        np.float32(3),
        np.ones((9, 9), np.float16),
        np.ones((1, 300), bool),
        np.full((300, 300), np.inf),
    ],
    ids=lambda value: f"{type(value).__name__}{getattr(value, 'shape', '')}",
)
def test_every_value_can_be_shown_as_input_result_and_expected(value, one_case):
    exercise = one_case(lambda x: x, value, judge=equal())
    others = [lambda x: 7, lambda x: "no", lambda x: [x], lambda x: (x, x), lambda x: np.eye(20)]
    for answer in others:
        assert told(exercise, answer).shown.parts
    backwards = one_case(lambda x: np.eye(20), value, judge=equal())
    assert told(backwards, lambda x: x if x is not None else 0).shown.parts


def test_the_dtype_alone_may_be_wrong(one_case):
    exercise = one_case(lambda a: a.astype(np.uint8), np.ones((9, 9)), judge=equal(dtype="exact"))
    feedback = told(exercise, lambda a: a.astype(int))
    assert "has the dtype int64; expected uint8" in feedback.sentence
    assert labels(feedback.shown.parts) == ["Input `a`", "Yours", "Expected"]


def test_outcomes_of_another_process_give_the_same_feedback(toy):
    import pickle

    from course_lib.exercises.evaluation import report
    from course_lib.exercises.exercise import call_directly
    from course_lib.exercises.running import attempt

    inputs = [trial.arguments for trial in trials(toy)]
    outcomes = attempt(call_directly, toy.mistakes[0].answer, inputs, 2.0)
    travelled = pickle.loads(pickle.dumps(outcomes))  # noqa: S301 - our own
    there, here = (make_feedback(report(toy, trials(toy), o)) for o in (travelled, outcomes))
    assert (there.lines, there.sentence, there.detail) == (here.lines, here.sentence, here.detail)
    assert there.shown.parts == here.shown.parts


def test_points_are_counted_in_words(toy):
    assert told(replace(toy, points=1), toy.reference).earned == "1 of 1 point"
    assert told(toy, ...).earned == "0 of 2 points"
