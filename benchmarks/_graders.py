"""One class graded by each grader as its documentation says: time, memory and points."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Gradebook

_SAMPLE_SECONDS = 1.0
_MEGABYTE = 2**20
_STALL_SECONDS = 300.0  # otter run may wait for a kernel's answer for good (nbconvert 1921)
_MOST_STALLS = 5
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Points = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Run:
    """What grading a class took and gave.

    Parameters
    ----------
    seconds : float
        From the start of the command to its end; of all commands, where each submission has one.
    peak_mb : float
        The most memory for each worker: of all processes, without the one that shares the work
        out, where there is one. Pages that several processes share are counted in parts.
    points : dict
        From each student to the points of each exercise.
    stalls : int
        Commands that never ended: they were killed and started again, and their time is not in
        `seconds`.
    """

    seconds: float
    peak_mb: float
    points: Points
    stalls: int = 0


def course_grade(submitted: Path, out: Path, seed_file: Path, workers: int) -> Run:
    """Grade with ``course grade``."""
    options = ["--out", out, "--seed-file", seed_file, "--workers", workers]
    command = ["course_lib.cli", "grade", submitted, *options]
    seconds, peak = _run(command, out.parent, below_only=True)
    results = [json.loads(path.read_bytes()) for path in (out / "results").glob("*.json")]
    points = {
        result["student"]: {score["name"]: score["points"] for score in result["scores"]}
        for result in results
    }
    return Run(seconds, peak / workers, points)


def nbgrader_autograde(folder: Path, assignment: str, names: Sequence[str]) -> Run:
    """Grade a whole assignment with ``nbgrader autograde``."""
    seconds, peak = _run(["nbgrader", "autograde", assignment, "--log-level=ERROR"], folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        points = {
            submission.student.id: {
                name: book.find_grade(
                    f"check_{name}", assignment, assignment, submission.student.id
                ).auto_score
                for name in names
            }
            for submission in book.assignment_submissions(assignment)
        }
    return Run(seconds, peak, points)


def otter_run(submitted: Path, assignment: str, autograder: Path, out: Path) -> Run:
    """Grade with one ``otter run`` for each submission."""
    seconds, peak, points, stalls = 0.0, 0.0, {}, 0
    waiting = sorted(submitted.glob(f"*/{assignment}/{assignment}.ipynb"), reverse=True)
    while waiting:
        path = waiting[-1]
        student = path.parts[-3]
        (out / student).mkdir(parents=True, exist_ok=True)
        command = ["otter", "run", path, "-a", autograder, "-o", out / student, "--no-logo"]
        try:
            took, used = _run(command, out, limit=_STALL_SECONDS)
        except subprocess.TimeoutExpired:
            stalls += 1
            if stalls > _MOST_STALLS:
                raise
            continue
        waiting.pop()
        seconds, peak = seconds + took, max(peak, used)
        tests = json.loads((out / student / "results.json").read_bytes())["tests"]
        points[student] = {test["name"]: test["score"] for test in tests if "score" in test}
    return Run(seconds, peak, points, stalls)


def course(*arguments: Any) -> None:
    """Run a command of the course."""
    _run(["course_lib.cli", *arguments], Path.cwd())


def _run(
    arguments: Sequence[Any], folder: Path, below_only: bool = False, limit: float | None = None
) -> tuple[float, float]:
    """Run a module of Python; return the seconds, and the peak memory in MB."""
    programs = str(Path(sys.executable).parent)  # nbgrader calls some that lie there
    path = os.pathsep.join([programs, os.environ.get("PATH", "")])
    start, peak = time.perf_counter(), [0.0]
    process = subprocess.Popen(  # noqa: S603 - a grader
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env=os.environ | ONE_THREAD | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watching = threading.Thread(target=_watch, args=(process, below_only, peak))
    watching.start()
    try:
        told, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        _end(process)
        raise
    finally:
        watching.join()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{arguments[:2]} ended with {process.returncode}:\n{told[-2000:]}")
    return seconds, peak[0]


def _end(process: subprocess.Popen[str]) -> None:
    """End a command and all that it started."""
    for one in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.kill()
    process.communicate()


def _watch(process: subprocess.Popen[str], below_only: bool, peak: list[float]) -> None:
    """Keep the most memory that a command has taken, until it ends."""
    while process.poll() is None:
        try:
            whole = psutil.Process(process.pid)
            below = whole.children(recursive=True)
        except psutil.NoSuchProcess:
            continue
        peak[0] = max(peak[0], _memory(below if below_only else [whole, *below]))
        time.sleep(_SAMPLE_SECONDS)


def _memory(processes: Sequence[psutil.Process]) -> float:
    """Return the memory of some processes, in MB."""
    total = 0
    for one in processes:
        try:
            used = one.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(used, "pss", used.rss)
    return total / _MEGABYTE
