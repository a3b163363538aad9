"""What a student is told of a check: decided once, written as HTML or as plain text."""

from course_lib.exercises.feedback.html_page import as_html
from course_lib.exercises.feedback.making import Feedback, make_feedback
from course_lib.exercises.feedback.text_page import as_text

__all__ = ["Feedback", "as_html", "as_text", "make_feedback"]
