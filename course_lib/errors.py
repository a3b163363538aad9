"""Errors that the course raises on its own behalf."""


class CourseError(Exception):
    """A file or setting of the course itself is wrong; the message says what is allowed."""
