"""Run the benchmarks one after the other and keep what they print.

``python benchmarks`` (or ``make bench``) runs every file of this folder whose name begins with a
letter, each in a process of its own, and writes RESULTS.md. ``python benchmarks shapes tracking``
runs only these and keeps nothing, unless ``--results FILE`` says where.

A benchmark prints Markdown, and ends with a status other than 0 when results disagree or it cannot
go on. Goals that are not reached are listed at the head with their reasons; slowness is no failure.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from _machine import machine
from _pairs import BELOW, DISAGREES

from course_lib import atomic

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
LIBRARIES = ("numpy", "scipy", "scikit-image", "scikit-learn", "SimpleITK", "pydicom")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def names() -> list[str]:
    """Return the names of all benchmarks."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def printed_by(name: str) -> tuple[str, int]:
    """Run one benchmark, show what it prints, and return that and its exit status."""
    command = [sys.executable, str(FOLDER / f"{name}.py")]
    environment = os.environ | ONE_THREAD
    lines = []
    with subprocess.Popen(  # noqa: S603 - a file of this folder
        command, stdout=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines).strip(), process.returncode


def report(texts: Sequence[str], failed: Sequence[str]) -> str:
    """Return the document: when and where it was measured, what needs attention, all tables."""
    missed, differing = (noted(texts, mark) for mark in (BELOW, DISAGREES))
    parts = [
        "# Speed beside other libraries",
        f"Written by `make bench` on {date.today().isoformat()}. {machine(LIBRARIES)}",
        "The ratio is peer time / our time: above 1, the course is faster. SimpleITK may use all "
        "cores, the others use one.",
        "## Goals not reached",
        "\n".join(line.replace(BELOW, "- ") for line in missed) or "None.",
    ]
    if failed or differing:
        parts += ["## Not in order", "\n".join([*failed, *differing])]
    return "\n\n".join([*parts, *filter(None, texts)]) + "\n"


def noted(texts: Sequence[str], mark: str) -> list[str]:
    """Return the lines that begin with a mark, each once."""
    lines = [line for text in texts for line in text.splitlines() if line.startswith(mark)]
    return list(dict.fromkeys(lines))


def main() -> int:
    """Run what was asked for; return 1 if a benchmark failed or results disagree."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure speed beside peers.")
    parser.add_argument("name", nargs="*", help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--results", type=Path, help="file to write (all benchmarks: RESULTS.md)")
    asked = parser.parse_args()
    unknown = set(asked.name) - set(names())
    if unknown:
        parser.error(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names())}"
        )
    chosen = asked.name or names()
    texts, failed = [], []
    for name in chosen:
        text, status = printed_by(name)
        texts.append(text)
        if status:
            failed.append(f"- {name}.py ended with status {status}")
    target = asked.results or (None if asked.name else RESULTS)
    if target:
        atomic.write(target, report(texts, failed))
        print(f"\nwritten: {target.name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
