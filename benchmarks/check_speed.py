"""How long `check` takes for its own work in every exercise, against a goal of 50 ms.

Own work is the time of a whole check (run the cases, judge, name the mistake, record the try,
write HTML and text) minus the time spent inside the student's function. It is measured for a right
answer and for every known mistake, with all pictures; the slowest mistake counts. The first check
of an exercise, which also draws the inputs and runs the reference, is listed beside it.

Run ``python benchmarks/check_speed.py``; it exits with 1 if an exercise is over the goal.
"""

import argparse
import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_library, "1")  # before numpy is loaded

from _pairs import BELOW  # noqa: E402 - after the environment is set

from course_lib import notebook  # noqa: E402 - after the environment is set
from course_lib.exercises import evaluation, registry  # noqa: E402
from course_lib.exercises.exercise import Exercise  # noqa: E402
from course_lib.exercises.running import Outcome  # noqa: E402
from course_lib.progress import PATH_VARIABLE  # noqa: E402

GOAL_MS = 50.0


@dataclass(frozen=True)
class Row:
    """What was measured of one exercise, in ms."""

    exercise: Exercise
    first: float
    right: float
    failing: float

    @property
    def over(self) -> bool:
        """Whether the exercise misses the goal."""
        return max(self.right, self.failing) > GOAL_MS


def own_work_ms(exercise: Exercise, answer: Any) -> float:
    """Check an answer once as a notebook does; return the time that is ours."""
    in_answer = 0.0
    attempt = evaluation.attempt

    def timed(*arguments: Any) -> list[Outcome]:
        nonlocal in_answer
        outcomes = attempt(*arguments)
        in_answer = sum(outcome.seconds for outcome in outcomes)
        return outcomes

    evaluation.attempt = timed
    try:
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(notebook.CheckFailed):
            notebook.check(exercise.name, answer)
        taken = time.perf_counter() - start
    finally:
        evaluation.attempt = attempt
    return 1000 * (taken - in_answer)


def measure(exercise: Exercise, repeats: int) -> Row:
    """Measure one exercise."""
    evaluation.trials.cache_clear()
    first = own_work_ms(exercise, exercise.reference)
    right = _median(exercise, exercise.reference, repeats)
    failing = [_median(exercise, known.answer, repeats) for known in exercise.mistakes]
    return Row(exercise, first, right, max(failing, default=0.0))


def _median(exercise: Exercise, answer: Any, repeats: int) -> float:
    """Return the median of several checks."""
    return statistics.median(own_work_ms(exercise, answer) for _ in range(repeats))


def main() -> int:
    """Print the table; return 1 if an exercise is over the goal."""
    parser = argparse.ArgumentParser(description="Measure the own work of check.")
    parser.add_argument("--repeats", type=int, default=7, help="checks per answer (default: 7)")
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:  # nobody's own progress is touched
        os.environ[PATH_VARIABLE] = str(Path(folder) / "progress.json")
        return _print_table(repeats)


def _print_table(repeats: int) -> int:
    """Measure and print every exercise; return 1 if one is over the goal."""
    print("\n## Own work of check\n")
    print(f"Times in ms; the goal is {GOAL_MS:g} ms for a right and for every failing answer.\n")
    print("| exercise | first | right | slowest failing |\n|---|---|---|---|")
    over = []
    for topic in registry.topic_names():
        for exercise in registry.exercises_of(topic).values():
            row = measure(exercise, repeats)
            if row.over:  # another program may have been busy: measured once more, for longer
                row = measure(exercise, 3 * repeats)
            name = f"{topic}.{exercise.name}"
            print(f"| {name} | {row.first:.1f} | {row.right:.1f} | {row.failing:.1f} |", flush=True)
            if row.over:
                slowest = max(row.right, row.failing)
                over.append(f"{BELOW}check of {name}: {slowest:.1f} ms, at most {GOAL_MS:g}")
    print("", *(over or ["All within the goal."]), sep="\n")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
