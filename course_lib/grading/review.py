"""The notebook that formgrader shows: the course's own, with a student's answers and feedback.

It is made from the course's notebook, not from the submission, so that it can be opened however
damaged that is, and holds no text of a student's that a browser takes for HTML.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from course_lib.grading.cells import defines
from course_lib.grading.collecting import plain
from course_lib.grading.result import Result, Score

Cell = dict[str, Any]
_OTHERS = "## Other code of the submission"


def reviewed(released: bytes, cells: Sequence[str], result: Result) -> str:
    """Write the notebook.

    Parameters
    ----------
    released : bytes
        The course's notebook, as students got it.
    cells : sequence of str
        The submission's code.
    result : Result
        What came of it.

    Returns
    -------
    str
        A notebook: each answer cell holds what the student wrote, each check cell the feedback,
        and whatever else was handed in stands at the end.
    """
    notebook = json.loads(released)
    scores = {score.name: score for score in result.scores}
    answers = {name: _answer(name, cells) for name in scores}
    given = {"".join(cell["source"]).strip() for cell in notebook["cells"]}
    used = {*answers.values(), *given}
    others = [source for source in cells if source not in used and source.strip() not in given]
    notebook["cells"] = [
        *_remarks(result),
        *(_filled(cell, answers, scores) for cell in notebook["cells"]),
        *_others(others),
    ]
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _answer(name: str, cells: Sequence[str]) -> str:
    """Return the last cell that defines an exercise."""
    found = [source for source in cells if defines(name, source)]
    return found[-1] if found else f"# Nothing in the submission defines {name}."


def _filled(cell: Cell, answers: dict[str, str], scores: dict[str, Score]) -> Cell:
    """Put a student's answer, or the feedback on it, into a cell of the course."""
    described = cell["metadata"].get("nbgrader", {})
    name = described.get("grade_id", "").removeprefix("check_")
    if described.get("solution") and name in answers:
        return cell | {"source": answers[name]}
    if described.get("grade") and name in scores:
        return cell | {"outputs": [_output(scores[name])]}
    return cell


def _output(score: Score) -> dict[str, Any]:
    """Return feedback as the output of a check cell."""
    said = score.text or "Not run."
    data = {"text/plain": said} | ({"text/html": score.feedback} if score.feedback else {})
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _remarks(result: Result) -> Iterator[Cell]:
    """Yield a cell of comments on the whole submission.

    The notes for the instructor are not among them: nbgrader makes its feedback from here.
    """
    problem = f"This could not be graded. {result.problem}" if result.problem else ""
    said = [text for text in (problem, *result.cells) if text]
    if said:
        yield _code("remarks", "\n".join(f"# {plain(text)}" for text in said))


def _others(sources: Sequence[str]) -> Iterator[Cell]:
    """Yield what is neither an answer nor the course's own."""
    if sources:
        yield {"cell_type": "markdown", "id": "others", "metadata": {}, "source": _OTHERS}
    for number, source in enumerate(sources, start=1):
        yield _code(f"other-{number}", source)


def _code(name: str, source: str) -> Cell:
    """Make a code cell."""
    empty: Cell = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": name, "source": source} | empty
