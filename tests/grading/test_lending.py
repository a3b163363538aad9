"""What an exercise lends is called here; an answer gets results, and nothing else."""

import numpy as np
from grading_toys import SEED

from course_lib.exercises.cases import given
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.judges import close
from course_lib.grading.examining import examine
from course_lib.grading.lending import by_name, lend
from course_lib.imaging.resampling import resize
from course_lib.imaging.transforms import invert, translation

IMPORT = "from course_lib.imaging.transforms import invert, translation\n"
BACK = Exercise(
    reference=invert,
    cases=[given("a move", translation([2.0, 3.0])), given("none", np.eye(3))],
    judge=close(),
    lent=[invert],
    name="back",
    topic="toys",
)


def examined(session, source, exercise=BACK):
    return examine(exercise, session(IMPORT + source), SEED)


def test_an_answer_may_call_what_its_exercise_lends(session):
    source = "def back(matrix):\n    return 2 * invert(matrix) - invert(matrix=matrix)"
    assert examined(session, source).points == 1


def test_nothing_else_of_the_course_is_lent(session):
    found = examined(session, "def back(matrix):\n    return translation([-2.0, -3.0])")
    assert found.points == 0
    assert "is not there while grading" in found.public.first_failure.problem.sentence


def test_an_error_of_a_lent_function_is_raised_in_the_answer(session):
    source = (
        "def back(matrix):\n    try:\n        invert('nothing')\n"
        "    except ValueError:\n        return invert(matrix)"
    )
    assert examined(session, source).points == 1


def test_what_cannot_be_sent_is_no_way_out(session):
    source = (
        "class Odd:\n    def __array__(self, *a, **k):\n        raise SystemExit\n"
        "def back(matrix):\n    try:\n        invert(Odd())\n"
        "    except Exception:\n        pass\n    return invert(matrix)"
    )
    assert examined(session, source).points == 1


def test_borrowing_without_end_ends(session):
    quick = Exercise(
        **{name: getattr(BACK, name) for name in ("reference", "cases", "judge", "lent", "name")},
        seconds=1.0,
    )
    open_session = session(IMPORT + "def back(matrix):\n    while True:\n        invert(matrix)")
    assert examine(quick, open_session, SEED).points == 0
    assert examine(quick, session(IMPORT + "def back(m):\n    return invert(m)"), SEED).points == 1


def test_a_call_cannot_take_all_memory():
    lent = by_name([resize])
    (name,) = lent
    told = lend(lent, name, (np.zeros((2, 2)), (200_000, 200_000), "linear"), {})
    assert told["error"][0].endswith("MemoryError")
    assert lend(lent, name, (np.zeros((2, 2)), (3, 3), "linear"), {})["error"] is None
