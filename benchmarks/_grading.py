"""Grade one class with ``course grade``, ``nbgrader autograde`` and ``otter run`` in one run.

``python benchmarks/_grading.py`` (or ``make bench-grade``) prints what each takes for a submission,
the ratio, the memory and whether the scores agree, then how ``course grade`` grows with the class,
and writes RESULTS-GRADE.md. It takes about half an hour, nearly all of it in the two peers.
It ends with status 1 when scores differ.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from _class import Topic, topic_of, write_class
from _graders import Points, Run, course, course_grade, nbgrader_autograde, otter_run
from _machine import machine

from course_lib import atomic
from course_lib.authoring.source import Source, locate, read
from course_lib.catalogue import course_root

RESULTS = Path(__file__).with_name("RESULTS-GRADE.md")
LIBRARIES = ("nbgrader", "otter-grader", "ipykernel", "nbclient", "numpy", "scipy", "scikit-learn")
TOPIC, STUDENTS, WORKERS = "02", 60, 2
SIZES = (10, 30, 100, 300, 1000)
GOALS = {"nbgrader autograde": 25.0, "otter run": 60.0}
MOST_MB = 400.0
MOST_GROWTH = 1.2  # of the cost of one more submission, from the smallest classes to the largest


def compare(source: Source, topic: Topic, students: int, folder: Path) -> dict[str, Run]:
    """Grade one class with all graders; ours before, between and after, the median counts."""
    release, seed_file = folder / "nbgrader", folder / "nbgrader" / "hidden_seed.txt"
    course("release", "nbgrader", release, "--topic", TOPIC)
    course("release", "otter", folder / "otter", "--topic", TOPIC, "--seed-file", seed_file)
    submitted = write_class(release / "submitted", topic, students)
    autograder = next((folder / "otter" / "autograder").glob("*.zip"))
    ours: list[Run] = []

    def grade(workers: int = WORKERS) -> Run:
        out = folder / f"course{len(ours)}-{workers}"
        return course_grade(submitted, out, seed_file, workers)

    runs = {}
    ours.append(_said("course grade", grade()))
    names = [task.name for task in source.tasks]
    runs["nbgrader autograde"] = _said(
        "nbgrader autograde", nbgrader_autograde(release, source.name, names)
    )
    ours.append(_said("course grade", grade()))
    runs["otter run"] = _said(
        "otter run", otter_run(submitted, source.name, autograder, folder / "otter-results")
    )
    ours.append(_said("course grade", grade()))
    middle = sorted(ours, key=lambda run: run.seconds)[1]
    return {f"course grade, {WORKERS} workers": middle, "course grade, 1 worker": grade(1), **runs}


def grow(topic: Topic, sizes: Sequence[int], folder: Path) -> dict[int, Run]:
    """Grade classes of several sizes."""
    runs = {}
    for size in sizes:
        submitted = write_class(folder / f"in{size}", topic, size)
        out = folder / f"out{size}"
        seed_file = folder / "seed.txt"
        seed_file.write_text("123456789012", encoding="utf-8")
        runs[size] = _said(f"{size} submissions", course_grade(submitted, out, seed_file, WORKERS))
    return runs


def differing(points: Points, peer: Points) -> int:
    """Count the scores of single exercises that are not the same."""
    pairs = {(student, name) for given in (points, peer) for student in given
             for name in given[student]}  # fmt: skip
    return sum(
        points.get(student, {}).get(name) != peer.get(student, {}).get(name)
        for student, name in pairs
    )


def comparison(runs: dict[str, Run], students: int) -> tuple[str, list[str], int]:
    """Return the table, the goals that are not reached, and how many scores differ."""
    ours = next(iter(runs.values()))
    lines, missed, differ = [], [], 0
    for name, run in runs.items():
        ratio, goal = run.seconds / ours.seconds, GOALS.get(name)
        unlike = differing(ours.points, run.points)
        differ += unlike
        if name.startswith("course grade") and run.peak_mb > MOST_MB:
            missed.append(
                f"memory of a worker, {name}: {run.peak_mb:.0f} MB of {MOST_MB:g}; it holds the "
                "imported libraries twice, for the references and for students' code, and one "
                "worker has nobody to share them with"
            )
        if goal is not None and ratio < goal:
            missed.append(
                f"{name}: ratio {ratio:.1f} of {goal:g}; our time holds the start of the command "
                "and its workers, some seconds, which a larger class shares among more (see growth)"
            )
        lines.append(
            f"| {name} | {run.seconds:.1f} | {run.seconds / students:.3f} | {ratio:.1f} "
            f"| {'' if goal is None else f'{goal:g}'} | {run.peak_mb:.0f} | {unlike} |"
        )
    head = ("| grader | s | s per submission | ratio | goal | MB per worker | scores that differ |",
            "|---|---|---|---|---|---|---|")  # fmt: skip
    return "\n".join([*head, *lines]), missed, differ


def stalled(runs: dict[str, Run]) -> str:
    """Say which commands never ended."""
    told = [
        f"{name} stalled {run.stalls} times: it was ended after a while and done again, and that "
        "time is not counted."
        for name, run in runs.items()
        if run.stalls
    ]
    return " ".join(told) or "No command stalled."


def growth(runs: dict[int, Run]) -> tuple[str, list[str]]:
    """Return the table of growth, and whether its goal is missed."""
    lines = ["| submissions | s | s per submission | s for one more | MB per worker |",
             "|---|---|---|---|---|"]  # fmt: skip
    slopes: list[float] = []
    before = None
    for size, run in runs.items():
        if before is not None:
            slopes.append((run.seconds - runs[before].seconds) / (size - before))
        more = f"{slopes[-1]:.3f}" if slopes else ""
        lines.append(
            f"| {size} | {run.seconds:.1f} | {run.seconds / size:.3f} | {more} "
            f"| {run.peak_mb:.0f} |"
        )
        before = size
    missed = []
    if len(slopes) > 1 and slopes[-1] > MOST_GROWTH * statistics.median(slopes[:-1]):
        missed.append(f"linear cost: one more takes {slopes[-1]:.3f} s in the largest class")
    return "\n".join(lines), missed


def report(source: Source, runs: dict[str, Run], grown: dict[int, Run]) -> tuple[str, int]:
    """Return the document, and how many scores differ."""
    students = len(next(iter(runs.values())).points)
    table, missed, differ = comparison(runs, students)
    growing, late = growth(grown)
    graded = f"{len(source.tasks)} exercises and quizzes"
    parts = [
        "# Grading beside nbgrader and Otter",
        f"Written by `make bench-grade` on {date.today().isoformat()}. {machine(LIBRARIES)}",
        "## Goals not reached",
        "\n".join(f"- {line}" for line in [*missed, *late]) or "None.",
        f"## One class of {students}",
        f"The same notebooks of topic {source.name} ({graded}), the same hidden seed: a fifth "
        "has all answers, the others miss one or all. nbgrader grades the assignment with one "
        "command, Otter one submission with each; both take one after the other. Start and end of "
        "all commands count. `course grade` ran before, between and after; the median is shown.",
        table,
        stalled(runs),
        "ratio: to `course grade`. MB per worker: most memory of all processes, divided by the "
        "workers; shared pages in parts, without the process that shares the work out. "
        "Scores that differ: of single exercises, from `course grade`.",
        "## Growth of `course grade`",
        f"{WORKERS} workers. One more submission costs the slope to the size before.",
        growing,
    ]
    return "\n\n".join(parts) + "\n", differ


def _said(name: str, run: Run) -> Run:
    """Tell at once what was measured."""
    print(f"{name}: {run.seconds:.1f} s, {run.peak_mb:.0f} MB", flush=True)
    return run


def main() -> int:
    """Measure, print and write; return 1 if scores differ."""
    parser = argparse.ArgumentParser(prog="bench-grade", description="Measure the graders.")
    parser.add_argument("--students", type=int, default=STUDENTS, help="in the class")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="class of the growth")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file to write")
    asked = parser.parse_args()
    source = read(locate(course_root(), TOPIC))
    with tempfile.TemporaryDirectory(prefix="bench-grade-") as folder:
        place = Path(folder)
        topic = topic_of(source)
        grown = grow(topic, [size for size in SIZES if size <= asked.largest], place)
        runs = compare(source, topic, asked.students, place)
        text, differ = report(source, runs, grown)
    print(text)
    atomic.write(asked.results, text)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
