"""A submission's code runs elsewhere, and is judged here."""

from dataclasses import replace

import numpy as np
import pytest
from grading_toys import MODEL, NOISE, QUICK, QUIZ, SEED, SOLVED, Z_SCORE

from course_lib.grading.box.files import WRITABLE
from course_lib.grading.examining import examine

ALL = (Z_SCORE, MODEL, NOISE, QUIZ)


def points(session, exercise=Z_SCORE):
    return examine(exercise, session, SEED).points


def sentence(session, exercise=Z_SCORE):
    failure = examine(exercise, session, SEED).public.first_failure
    return failure.problem.sentence


def test_right_answers_get_all_points(session):
    open_session = session(*SOLVED.values())
    assert [points(open_session, one) for one in ALL] == [2, 1, 1, 1]


@pytest.mark.slow
def test_a_fresh_interpreter_gives_the_same_points(session, fresh):
    wrong = 'def z_score(image):\n    return image\nquiz_sum = "A"'
    for cells in (tuple(SOLVED.values()), (*SOLVED.values(), wrong)):
        forked = session(*cells)
        by_fork = [points(forked, one) for one in ALL]
        anew = session(*cells, starter=fresh)
        assert [points(anew, one) for one in ALL] == by_fork
        assert anew.layers["process"] == "fresh interpreter"
    bare = session(*SOLVED.values(), starter=fresh, rules=replace(QUICK, layers=("limits",)))
    assert [points(bare, one) for one in ALL] == [2, 1, 1, 1]


def test_a_known_mistake_is_named(session):
    wrong = session("def z_score(image):\n    return image - image.mean()")
    report = examine(Z_SCORE, wrong, SEED).public
    assert report.mistake.sentence == "You forgot the deviation."


def test_an_answer_that_knows_the_public_cases_fails_on_hidden_ones(session):
    cell = (
        "import numpy as np\nseen = []\ndef z_score(image):\n"
        "    if image.size == 384:\n        seen.append(1)\n"
        "    if image.std() == 0:\n        raise ValueError\n"
        "    return (image - image.mean()) / image.std() + (len(seen) > 1)"
    )
    found = examine(Z_SCORE, session(cell), SEED)
    assert found.public.passed
    assert not found.hidden.passed
    assert found.points == 0


def test_an_argument_changed_in_place_is_seen_here(session):
    cell = "def z_score(image):\n    image -= image.mean()\n    return image / image.std()"
    assert "changed `image` in place" in sentence(session(cell))


def test_a_generator_goes_on_here_as_it_did_there(session):
    assert points(session(SOLVED["noise"]), NOISE) == 1


def test_an_error_is_told_with_the_students_own_line(session):
    told = sentence(session("def z_score(image):\n    return image / undefined"))
    assert "NameError" in told
    assert "line 2 of your code: `return image / undefined`" in told


def test_what_is_printed_is_told(session):
    assert "prints its result" in sentence(session("def z_score(image):\n    print(image)"))


def test_an_unwritten_and_a_missing_answer_get_no_points_and_say_so(session):
    stub = examine(Z_SCORE, session("def z_score(image):\n    ..."), SEED)
    missing = examine(Z_SCORE, session("x = 1"), SEED)
    assert stub.public.missing
    assert missing.public.missing
    assert (stub.note, missing.note) == ("", "There is no z_score in the notebook.")


def test_a_name_used_for_a_value_later_keeps_its_function(session):
    cells = (SOLVED["z_score"], "z_score = z_score(np.arange(3.0))")
    assert points(session(*cells, watched=["z_score"])) == 2
    assert points(session(*cells)) == 0


def test_a_cell_that_fails_does_not_stop_the_next(session):
    assert points(session("1 / 0", "def broken(:", SOLVED["z_score"])) == 2


def test_magics_display_and_widgets_work(session):
    cells = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))",
        "from ipywidgets import interact\ninteract(lambda x: x, x=(0, 3))",
        "%timeit -n1 -r1 1\n!echo hello\nx = 3\nx",
        "import asyncio\nawait asyncio.sleep(0)",
    )
    open_session = session(*cells, SOLVED["z_score"])
    assert points(open_session) == 2
    assert open_session.errors == {}


def test_the_libraries_of_the_course_work(session):
    cells = (
        "import numpy as np, joblib, SimpleITK, skimage.filters",
        "from sklearn.cluster import KMeans\n"
        "KMeans(3, n_init=1).fit(np.arange(20.0).reshape(10, 2))",
        "from sklearn.ensemble import HistGradientBoostingRegressor as H\n"
        "H(max_iter=2).fit(np.arange(40.0)[:, None], np.arange(40))",
        "SimpleITK.DiscreteGaussian(SimpleITK.GetImageFromArray(np.zeros((9, 9))))",
        "joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in range(3))",
        "skimage.filters.gaussian(np.zeros((9, 9)))",
    )
    open_session = session(*cells, SOLVED["z_score"])
    assert points(open_session) == 2
    assert open_session.errors == {}


def test_an_endless_cell_is_stopped_and_what_it_defined_counts(session):
    open_session = session(
        SOLVED["z_score"] + "while True:\n    pass", rules=replace(QUICK, cell_seconds=0.5)
    )
    assert points(open_session) == 2
    assert "too long" in open_session.errors[0]


def test_a_cell_that_swallows_its_end_is_left_out_of_a_second_run(session):
    cells = (
        SOLVED["z_score"],
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        SOLVED["quiz_sum"],
    )
    open_session = session(*cells, rules=replace(QUICK, cell_seconds=0.5))
    assert [points(open_session, one) for one in (Z_SCORE, QUIZ)] == [2, 1]
    assert "cannot be stopped" in open_session.errors[1]


@pytest.mark.parametrize(
    "end",
    [
        "import os; os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "import os, signal; os.abort()",
        "import os; os.closerange(0, 4096)",
    ],
)
def test_a_cell_that_ends_the_process_is_left_out_of_a_second_run(session, end):
    open_session = session(SOLVED["z_score"], end, SOLVED["quiz_sum"])
    assert [points(open_session, one) for one in (Z_SCORE, QUIZ)] == [2, 1]
    assert list(open_session.errors) == [1]


def test_an_answer_that_ends_the_process_costs_its_own_points_only(session):
    open_session = session(
        "def z_score(image):\n    import os\n    os._exit(0)", SOLVED["Model"], SOLVED["quiz_sum"]
    )
    assert "ProcessEnded" in sentence(open_session)
    assert [points(open_session, one) for one in (Z_SCORE, MODEL, QUIZ)] == [0, 1, 1]


def test_an_endless_answer_is_not_asked_again(session):
    import time

    cell = "def z_score(image):\n    while True:\n        pass"
    open_session = session(cell, SOLVED["quiz_sum"])
    start = time.monotonic()
    found = examine(Z_SCORE, open_session, SEED)
    assert time.monotonic() - start < 60
    kinds = [result.problem.kind for result in found.public.results]
    assert kinds == ["slow", "not run", "not run"]
    assert {result.problem.kind for result in found.hidden.results} == {"slow", "not run"}
    assert points(open_session, QUIZ) == 1


def test_what_the_course_holds_cannot_be_borrowed(session):
    cells = (
        "from course_lib.imaging.normalization import z_score\nimport numpy as np",
        "from course_lib.imaging import normalization\n"
        "def z_score(image):\n    return normalization.z_score(image)",
    )
    for cell in cells:
        assert "not there while grading" in sentence(session(cell))


def test_neither_memory_nor_disk_holds_the_course(session):
    cell = """
import gc, os, sys
def z_score(image):
    names = {getattr(one, "__module__", None) for one in gc.get_objects() if callable(one)}
    ours = sorted(str(n) for n in names if str(n).startswith(("course_lib", "quizzes")))
    found = [p for p in sys.path if os.path.exists(os.path.join(p, "course_lib"))]
    raise ValueError(repr((ours, found)))
"""
    told = sentence(session(cell))
    for secret in ("imaging", "topics", "material", "quizzes", "evaluation", "examining"):
        assert secret not in told
    assert "[])" in told


def test_a_sealed_function_refuses_however_it_is_reached(session):
    cells = (
        "from scipy.stats import zscore as z_score",
        "from sklearn.preprocessing import StandardScaler\n"
        "def z_score(image):\n    return StandardScaler().fit_transform(image)",
        "import scipy.stats._stats_py as s\ndef z_score(image):\n    return s.zscore(image)",
        "import sklearn.base, sklearn.preprocessing\n"
        "found = [c for c in sklearn.base.TransformerMixin.__subclasses__()"
        " if c.__name__ == 'StandardScaler']\n"
        "def z_score(image):\n    scaler = found[0].__new__(found[0])\n"
        "    scaler.with_mean = scaler.with_std = scaler.copy = True\n"
        "    return scaler.fit(image).transform(image)",
    )
    for cell in cells:
        assert "sealed while grading" in sentence(session(cell, seals=Z_SCORE.sealed))


def test_two_sessions_know_nothing_of_each_other(session):
    left = str(WRITABLE[0] / "left")
    leave = f"open({left!r}, 'w').write('x')\nimport numpy\nnumpy.left = 1"
    session(leave)
    cell = (
        "import os, numpy\ndef z_score(image):\n"
        f"    raise ValueError(repr((os.path.exists({left!r}), hasattr(numpy, 'left'))))"
    )
    first = session(leave)
    assert points(first) == 0
    assert "(False, False)" in sentence(session(cell))


def test_the_same_submission_draws_the_same_random_numbers(session):
    cell = "import numpy as np, random\ndef z_score(i):\n    raise ValueError(np.random.rand())"
    assert sentence(session(cell)) == sentence(session(cell))


def test_results_that_are_no_plain_data_are_named_by_their_type(session):
    cases = {
        "return (x for x in image)": "a generator",
        "return np.ma.array(image)": "masked array",
        "return np.array([None])": "an array of objects",
        "return np.broadcast_to(np.float64(0), (10**6, 10**6))": "array too large",
        "return z_score": "a function",
    }
    for body, words in cases.items():
        cell = f"import numpy as np\ndef z_score(image):\n    {body}"
        assert words in sentence(session(cell))


def test_an_object_equal_to_everything_is_only_an_object(session):
    cell = """
class Yes:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): import numpy; return numpy.zeros(5)
def z_score(image):
    return Yes()
"""
    assert "a Yes" in sentence(session(cell))


def test_arrays_arrive_as_they_are(session):
    cell = "def z_score(image):\n    raise ValueError(image.tobytes().hex() + str(image.dtype))"
    expected = np.array([1.0, 2, 3, 4, 10])
    assert expected.tobytes().hex() + "float64" in sentence(session(cell))


def test_what_topics_seal_exists_and_refuses(session):
    from course_lib.exercises import registry

    sealed = {
        name
        for topic in registry.topic_names()
        for exercise in registry.exercises_of(topic).values()
        for name in exercise.sealed
    }
    lines = [f"import {name.rpartition('.')[0]}\n{name}([[1.0], [2.0]])" for name in sorted(sealed)]
    assert lines
    open_session = session(*lines, SOLVED["z_score"], seals=sorted(sealed))
    assert points(open_session) == 2
    told = [open_session.errors.get(place, "") for place in range(len(lines))]
    assert [text for text in told if "is sealed while grading" not in text] == []


def test_an_exercise_that_confuses_the_pipe_costs_only_its_own_points(session):
    cell = (
        "def z_score(image):\n    import os\n    for number in range(3, 64):\n"
        "        try: os.write(number, b'\\0' * 7 + b'\\1' + b'x')\n"
        "        except OSError: pass\n    raise ValueError"
    )
    open_session = session(cell, SOLVED["Model"], SOLVED["quiz_sum"])
    assert [points(open_session, one) for one in (Z_SCORE, MODEL, QUIZ)] == [0, 1, 1]


def test_a_seal_that_is_put_on_later_holds_for_what_was_imported_before(session):
    cell = "from scipy.stats import zscore\ndef z_score(image):\n    return zscore(image)"
    open_session = session(cell, SOLVED["quiz_sum"])
    assert points(open_session, QUIZ) == 1
    open_session.seal(Z_SCORE.sealed)
    assert "sealed while grading" in sentence(open_session)
    assert open_session.starts == 1
