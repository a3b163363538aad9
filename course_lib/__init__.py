"""Image analysis in a hospital: reference code, exercises, quizzes and tools of the course."""

__version__ = "0.1.0"
