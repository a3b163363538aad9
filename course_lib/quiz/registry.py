"""Every module in ``quizzes`` is a topic, every Family in it is a quiz."""

from functools import cache

import quizzes
from course_lib.exercises import registry
from course_lib.exercises.discovery import all_members, members, pick, topics_in
from course_lib.exercises.exercise import Exercise
from course_lib.quiz.family import Family

QUIZ_PREFIX = "quiz_"


def families_of(topic: str) -> dict[str, Family]:
    """Return the quizzes of a topic by name; a topic without a file has none.

    Examples
    --------
    >>> "rescale" in families_of("compression_dicom"), families_of("no_such_topic")
    (True, {})
    """
    return members(quizzes, topic, Family) if topic in topics_in(quizzes) else {}


def all_families() -> dict[str, Family]:
    """Return every quiz of the course by name.

    Examples
    --------
    >>> all_families()["brain_age"].topic
    'normalization'
    """
    return all_members(quizzes, Family)


def find(name: str) -> Family:
    """Return a quiz by name.

    Raises
    ------
    CourseError
        If there is none; the message offers similar names.

    Examples
    --------
    >>> find("rescale").first().slide
    10
    """
    return pick(all_families(), name, "quiz")


@cache
def find_graded(name: str) -> Exercise:
    """Return what a check cell grades: an exercise, or a quiz under ``quiz_`` and its name.

    Raises
    ------
    CourseError
        If there is none; the message offers similar names.

    Examples
    --------
    >>> find_graded("quiz_rescale").name, find_graded("min_max").name
    ('quiz_rescale', 'min_max')
    """
    if name.startswith(QUIZ_PREFIX):
        return find(name.removeprefix(QUIZ_PREFIX)).as_exercise()
    return registry.find(name)
