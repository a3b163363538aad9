import pytest

from course_lib.errors import CourseError
from course_lib.exercises.exercise import Exercise
from course_lib.quiz import registry


def test_a_topic_without_quizzes_has_none():
    assert registry.families_of("no_such_topic") == {}


def test_a_graded_quiz_is_an_exercise_under_its_prefix():
    for name, family in registry.all_families().items():
        exercise = registry.find_graded(f"quiz_{name}")
        assert isinstance(exercise, Exercise)
        assert (exercise.name, exercise.topic) == (f"quiz_{name}", family.topic)


@pytest.mark.parametrize("name", ["quiz_no_such_thing", "no_such_thing"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(CourseError, match="no_such_thing"):
        registry.find_graded(name)
