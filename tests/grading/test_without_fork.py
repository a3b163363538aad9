"""Where nothing can be forked, each submission gets a fresh interpreter: slower, equal scores."""

import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from class_of_students import FULL, NAMES, HandedIn, honest
from grading_toys import SEED
from hostile_class import HOSTILE

from course_lib.catalogue import course_root, locate
from course_lib.grading.box.sandbox import Limits
from course_lib.grading.grade import Settings, grade_one
from course_lib.grading.session import Rules
from course_lib.grading.submission import Submission

pytestmark = pytest.mark.slow
TOPIC = locate(course_root() / "notebooks", "02")
# What is left on macOS; Windows has not even that.
RULES = Rules(cell_seconds=2.0, limits=Limits(memory_mb=1024, processes=500), layers=("limits",))
SETTINGS = Settings(SEED, RULES, forked=False)
CHOSEN = {
    "honest": HandedIn(honest(quiz_brain_age='quiz_brain_age = "A"'), FULL - 1),
    **{
        name: HOSTILE[name]
        for name in (
            "endless_cell", "os_exit", "segfault_in_answer", "equal_to_everything",
            "calls_the_reference",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("student", CHOSEN)
def test_a_fresh_interpreter_gives_the_honest_score_as_a_fork_does(student, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    submission = Submission(student, TOPIC.name, "a.ipynb", Path("a.ipynb"))
    handed_in = CHOSEN[student]
    before = set(psutil.Process().children(recursive=True))
    anew = grade_one(submission, handed_in.content, NAMES, SETTINGS)
    assert set(psutil.Process().children(recursive=True)) <= before
    assert list(tmp_path.iterdir()) == []
    assert anew.points == handed_in.points
    assert anew.layers["process"] == "fresh interpreter"
    assert not {name for name, held in anew.layers.items() if not held.startswith("missing")} - {
        "process", "limits", "user",
    }  # fmt: skip
    forked = grade_one(submission, handed_in.content, NAMES, replace(SETTINGS, forked=True))
    assert forked.layers["process"] == "fork"
    points = [(one.name, one.points, one.kind, one.named) for one in anew.scores]
    assert [(one.name, one.points, one.kind, one.named) for one in forked.scores] == points
    assert [one.message for one in anew.scores] == [one.message for one in forked.scores]
