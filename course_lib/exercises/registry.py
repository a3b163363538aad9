"""Every module in ``topics`` is a topic, every Exercise in it is an exercise."""

from course_lib.exercises import topics
from course_lib.exercises.discovery import all_members, members, pick, topics_in
from course_lib.exercises.exercise import Exercise


def topic_names() -> tuple[str, ...]:
    """List the topics that have exercises, sorted by name."""
    return topics_in(topics)


def exercises_of(topic: str) -> dict[str, Exercise]:
    """Return the exercises of a topic by name, in the order of the file."""
    return members(topics, topic, Exercise)


def find(name: str) -> Exercise:
    """Return an exercise by name; a CourseError offers similar names."""
    return pick(all_members(topics, Exercise), name, "exercise")
