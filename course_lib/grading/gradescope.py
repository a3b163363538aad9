"""Results in the format that Gradescope reads and Otter writes."""

from typing import Any

from course_lib.grading.result import Result, Score

# Points count hidden cases, too: students see them when the instructor publishes the grades.
_VISIBILITY = "after_published"


def as_results(result: Result) -> dict[str, Any]:
    """Return what belongs into ``results.json``.

    Parameters
    ----------
    result : Result
        Of one submission.

    Returns
    -------
    dict
        One test for each exercise, with plain text only, so that nothing of a student's is taken
        for HTML. The format is Gradescope's: https://gradescope-autograders.readthedocs.io

    Examples
    --------
    >>> result = Result("ann", "02", "a.ipynb", 0.0, "k", (Score("z_score", 2, 2, text="right"),))
    >>> written = as_results(result)
    >>> written["score"], written["tests"][0]["name"], written["tests"][0]["status"]
    (2, 'z_score', 'passed')
    """
    return {
        "score": result.points,
        "output": "\n".join(filter(None, (result.problem, *result.cells))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(number, score) for number, score in enumerate(result.scores, start=1)],
        "extra_data": {
            "assignment": result.assignment,
            "file": result.place,
            "max_score": result.max_points,
        },
    }


def _test(number: int, score: Score) -> dict[str, Any]:
    """Return the entry of one exercise."""
    return {
        "number": str(number),
        "name": score.name,
        "score": score.points,
        "max_score": score.max_points,
        "status": "passed" if score.points == score.max_points else "failed",
        "output": score.text,
        "output_format": "text",
        "visibility": _VISIBILITY,
    }
