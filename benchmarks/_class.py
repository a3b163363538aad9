"""A class that hands in one topic of the course: right, wrong, unwritten and broken answers."""

import copy
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.build import released, solved
from course_lib.authoring.source import Source

_MARK = re.compile(r" +# (BEGIN|END) SOLUTION\n?")


@dataclass(frozen=True)
class Topic:
    """What a class hands in and what it started from.

    Parameters
    ----------
    name : str
        The assignment.
    exercises : tuple of str
        Without the quizzes.
    solved, blank : dict
        The notebook with all answers, and without.
    """

    name: str
    exercises: tuple[str, ...]
    solved: dict[str, Any]
    blank: dict[str, Any]


def topic_of(source: Source) -> Topic:
    """Make a topic's notebooks; what marks the solution is taken out of them."""
    notebook = solved(source)
    for cell in notebook.cells:
        cell.source = _MARK.sub("", cell.source)
    names = [task.name for task in source.tasks if not task.name.startswith("quiz_")]
    return Topic(source.name, tuple(names), notebook, released(source))


def handed_in(topic: Topic, number: int) -> bytes:
    """Make the notebook of one student; of five, one has all answers and one has none.

    Parameters
    ----------
    topic : Topic
        What is handed in.
    number : int
        Of the student. It says which answer is another one, and is written into the notebook, so
        that no two students hand in the same bytes.
    """
    notebook = copy.deepcopy(topic.blank if number % 5 == 4 else topic.solved)
    name = topic.exercises[number // 5 % len(topic.exercises)]
    place = _place(notebook, name)
    answer = notebook["cells"][place]
    match number % 5:
        case 1:
            answer["source"] = topic.blank["cells"][place]["source"]
        case 2:
            answer["source"] += f"\n\ndef {name}(*values, **options):\n    return None\n"
        case 3:
            answer["source"] += "\ndef broken(\n"
    notebook["cells"].append(_comment(number))
    return json.dumps(notebook, indent=1).encode()


def write_class(folder: Path, topic: Topic, students: int) -> Path:
    """Write what a class hands in as nbgrader collects it, and return the folder."""
    for number in range(students):
        path = folder / f"student{number:04}" / topic.name / f"{topic.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(handed_in(topic, number))
    return folder


def _place(notebook: dict[str, Any], name: str) -> int:
    """Return the place of an answer."""
    cells = notebook["cells"]
    grade_ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return grade_ids.index(name)


def _comment(number: int) -> dict[str, Any]:
    """Return a cell that says whose notebook it is."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"student-{number}",
        "metadata": {},
        "outputs": [],
        "source": f"# student {number}",
    }
