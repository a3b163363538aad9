"""Running an answer: whatever it does is described, nothing of it escapes."""

import pickle
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

from course_lib.exercises.exercise import call_directly
from course_lib.exercises.running import attempt, run


def go(answer, *arguments, seconds=5.0):
    return run(call_directly, answer, arguments, seconds)


def test_a_value_is_returned_with_the_time_it_took():
    def slow_double(x):
        time.sleep(0.05)
        return 2 * x

    outcome = go(slow_double, 21)
    assert outcome.value == 42
    assert outcome.failure is None
    assert 0.04 < outcome.seconds < 2
    assert not outcome.timed_out


def test_an_error_is_placed_in_the_students_line_even_inside_a_library():
    def answer(matrix):
        helper = np.asarray(matrix)
        return np.linalg.inv(helper)

    failure = go(answer, np.zeros((2, 2))).failure
    assert failure.name == "LinAlgError"
    assert "ValueError" in failure.ancestors
    assert failure.line == "return np.linalg.inv(helper)"
    assert failure.line_number == answer.__code__.co_firstlineno + 2
    assert failure.function == "answer"


def test_an_error_is_placed_in_the_innermost_function_of_the_student():
    def answer(x):
        def helper(y):
            return y.no_such_thing

        return [helper(value) for value in x]

    failure = go(answer, [1]).failure
    assert (failure.name, failure.function) == ("AttributeError", "helper")
    assert failure.line == "return y.no_such_thing"


def test_an_error_of_a_course_function_is_placed_where_the_student_called_it():
    def answer(x):
        return call_directly(x)

    failure = go(answer, 3).failure
    assert failure.line == "return call_directly(x)"


def test_endless_recursion_is_described_quickly():
    def answer(x):
        return answer(x)

    start = time.perf_counter()
    failure = go(answer, 1).failure
    assert failure.name == "RecursionError"
    assert failure.line == "return answer(x)"
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), BaseException("base")])
def test_whatever_is_raised_is_an_outcome(error):
    def answer(x):
        raise error

    assert go(answer, 1).failure.name == type(error).__name__


def test_an_interruption_by_the_user_passes_through():
    def answer(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(answer, 1)


def test_an_error_that_cannot_be_shown_is_still_described():
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(x):
        raise Odd

    failure = go(answer, 1).failure
    assert failure.name == "Odd"
    assert "cannot be shown" in failure.message


@pytest.mark.parametrize("value", [3, "z_score", np.zeros(3), [1]])
def test_a_value_in_the_place_of_a_function_cannot_be_called(value):
    assert go(value, 1).failure.at_call == "uncallable"


@pytest.mark.parametrize("answer", [lambda: 1, lambda a, b: 1, lambda *, image: 1])
def test_another_number_of_parameters_is_told_from_an_error_inside(answer):
    assert go(answer, 1).failure.at_call == "signature"


def test_a_type_error_inside_the_answer_is_not_one_of_the_call():
    def answer(x):
        return len(x)

    failure = go(answer, 1).failure
    assert failure.name == "TypeError"
    assert failure.at_call == ""
    assert go(len, 1).failure.at_call == ""


def _write(array):
    array[0] = 99


def _append(items):
    items.append(99)


@dataclass
class Volume:
    """A class of the course."""

    voxels: np.ndarray


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        (_write, np.arange(3)),
        (_write, np.array([np.nan, 1.0])),
        (_write, [1, 2]),
        (_append, [1, 2]),
        (lambda a: a.update(x=2), {"x": 1}),
        (lambda a: a.update(y=2), {"x": 1}),
        (lambda a: _write(a["x"]), {"x": np.arange(3)}),
        (lambda a: _write(a[1]), (0, np.arange(3))),
        (lambda a: a.resize(4, refcheck=False), np.arange(3)),
        (lambda a: setattr(a, "shape", (3, 1)), np.arange(3)),
        (lambda a: a.add(1), {2}),
        (lambda a: _write(a.voxels), Volume(np.arange(3))),
        (lambda a: a.__setitem__(0, object()), [1, 2]),
        (_write, np.array([None, "a"], dtype=object)),
    ],
)
def test_an_argument_that_is_changed_in_place_is_noticed_and_kept(change, argument):
    before = repr(argument)
    assert go(lambda untouched, changed: change(changed), 0, argument).changed == (1,)
    assert repr(argument) == before


@pytest.mark.parametrize(
    "argument",
    [np.array([np.nan, 1]), float("nan"), {"a": [1, {2}]}, None, Volume(np.ones(2)), "text", b"x"],
)
def test_an_argument_that_is_left_alone_is_not_called_changed(argument):
    assert go(lambda x: x, argument).changed == ()


def test_drawing_from_a_generator_is_no_change_and_gives_the_same_again():
    rng = np.random.default_rng(3)
    first = go(lambda r: r.normal(), rng)
    assert first.changed == ()
    assert go(lambda r: r.normal(), rng).value == first.value


def test_prints_are_caught_and_cut_off(capsys):
    def answer(x):
        print("seen", x)  # noqa: T201
        print("on the other stream", file=sys.stderr)  # noqa: T201
        for _ in range(10_000):
            print("x" * 100)  # noqa: T201
        return x

    outcome = go(answer, 1)
    assert outcome.printed.startswith("seen 1\non the other stream\n")
    assert len(outcome.printed) <= 2000
    assert capsys.readouterr() == ("", "")


def test_warnings_are_caught_once_each_and_do_not_become_errors():
    def answer(x):
        with np.errstate():
            for _ in range(100):
                np.array([1.0]) / x
            warnings.warn("mind the gap", stacklevel=1)
        return x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = go(answer, np.array([0.0]))
    assert outcome.failure is None
    assert outcome.warned == ("divide by zero encountered in divide", "mind the gap")


def test_numpys_settings_of_the_student_do_not_stay():
    def answer(x):
        np.seterr(all="raise")
        return x

    before = np.geterr()
    go(answer, 1)
    assert np.geterr() == before


def test_an_endless_loop_is_stopped_and_not_tried_again():
    calls = []

    def answer(x):
        calls.append(x)
        while True:
            pass

    outcomes = attempt(call_directly, answer, [(1,), (2,), (3,)], 0.1)
    assert [outcome.timed_out for outcome in outcomes] == [True]
    assert calls == [1]


def test_an_endless_loop_is_stopped_in_a_thread():
    outcomes = []

    def answer(x):
        while True:
            pass

    thread = threading.Thread(
        target=lambda: outcomes.append(go(answer, 1, seconds=0.1)), daemon=True
    )
    thread.start()
    thread.join(10)
    assert outcomes[0].timed_out


def test_an_unwritten_answer_is_not_called():
    outcomes = attempt(call_directly, ..., [(1,), (2,)], 1)
    assert [outcome.state for outcome in outcomes] == ["unwritten", "unwritten"]


def test_outcomes_travel_between_processes():
    """A grader runs the answer elsewhere: arguments in, outcomes out."""
    program = """
        import pickle, sys
        from course_lib.exercises.exercise import call_directly
        from course_lib.exercises.running import attempt

        def answer(x):
            if x == 0:
                raise ValueError("zero")
            if x == 1:
                print("one")
            return None if x == 1 else [x] * 3

        inputs = pickle.load(sys.stdin.buffer)
        pickle.dump(attempt(call_directly, answer, inputs, 5.0), sys.stdout.buffer)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        input=pickle.dumps([(0,), (1,), (2,)]),
        capture_output=True,
        check=True,
    )
    failed, printed, right = pickle.loads(done.stdout)  # noqa: S301 - our own process
    assert failed.failure.name == "ValueError"
    assert failed.failure.message == "zero"
    assert printed.printed == "one\n"
    assert printed.value is None
    assert right.value == [2, 2, 2]
