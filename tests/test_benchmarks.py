"""The table of results: what it lists at its head, and that it is kept whole or not at all."""

import platform
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """Return what benchmarks/__main__.py and benchmarks/_pairs.py define."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield runpy.run_path(str(FOLDER / "_pairs.py")) | runpy.run_path(str(FOLDER / "__main__.py"))
    sys.modules.pop("_pairs", None)


def test_goals_that_are_not_reached_and_results_that_differ_stand_at_the_head(bench, capsys):
    def pair(name, goal, tolerance, ours):
        return bench["Pair"](
            name, "peer", "1", ours, lambda: np.zeros(1), goal, tolerance, why="a reason"
        )

    good, wrong = np.zeros(1), np.ones(1)
    pairs = [
        pair("slow", 1e9, 0.0, lambda: good),
        pair("free", None, 0.0, lambda: good),
        pair("wrong", 0.0, 0.5, lambda: wrong),
    ]
    bench["run"].__globals__["SECONDS"] = 0.001
    assert bench["run"]("Things", pairs) == 1
    document = bench["report"]([capsys.readouterr().out.strip()], ["- broken.py ended with 1"])
    head = document[: document.index("## Things")]
    assert "slow, 1, against peer" in head
    assert "a reason" in head
    assert "wrong, 1: allowed 0.5" in head
    assert "broken.py" in head
    assert "free" not in head


def test_a_call_slower_than_its_goal_is_listed(bench, capsys):
    bench["durations"]("Redraw", {"quick": lambda: None, "late": lambda: sum(range(10**5))}, 0.1)
    head = bench["report"]([capsys.readouterr().out], [])
    missed = head[: head.index("### Redraw")]
    assert "late" in missed
    assert "quick" not in missed


def test_the_head_of_the_results_names_no_machine(bench):
    words = bench["machine"](bench["LIBRARIES"])
    assert f"Python {platform.python_version()}" in words
    assert "numpy" in words
    assert (platform.node() or "no name") not in words


def test_every_benchmark_is_found(bench):
    assert {"check_speed", "interpolation", "registration"} <= set(bench["names"]())
    assert not any(name.startswith("_") for name in bench["names"]())


def test_an_unknown_benchmark_is_refused(bench, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "no_such_file"])
    with pytest.raises(SystemExit):
        bench["main"]()
    assert "no such benchmark: no_such_file" in capsys.readouterr().err


def test_what_a_benchmark_prints_is_kept_and_its_failure_told(bench, monkeypatch, tmp_path):
    (tmp_path / "fine.py").write_text("print('## Fine')", encoding="utf-8")
    (tmp_path / "ends.py").write_text("print('## Half'); raise SystemExit(3)", encoding="utf-8")
    target = tmp_path / "out.md"
    monkeypatch.setitem(bench["main"].__globals__, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "fine", "ends", "--results", str(target)])
    assert bench["main"]() == 1
    text = target.read_text(encoding="utf-8")
    assert "ends.py ended with status 3" in text
    assert text.index("## Fine") < text.index("## Half")


@pytest.fixture
def grading(monkeypatch):
    """Return what the benchmark of the graders defines."""
    pytest.importorskip("nbgrader")
    monkeypatch.syspath_prepend(str(FOLDER))
    yield runpy.run_path(str(FOLDER / "_grading.py"))
    for name in ("_class", "_graders", "_machine"):
        sys.modules.pop(name, None)


def run_of(grading, seconds, points=1, megabytes=100.0):
    return grading["Run"](seconds, megabytes, {"ann": {"z_score": points}})


def test_a_grader_that_is_too_slow_too_large_or_of_another_mind_is_told(grading):
    ours = run_of(grading, 2.0, megabytes=500.0)
    runs = {"course grade": ours, "nbgrader autograde": run_of(grading, 49.0), "otter run": ours}
    table, missed, differ = grading["comparison"](runs, 1)
    assert differ == 0
    assert [line.split(":")[0] for line in missed] == [
        "memory of a worker, course grade", "nbgrader autograde", "otter run",
    ]  # fmt: skip
    assert "| 24.5 | 25 |" in table
    other = {"ours": ours, "otter run": run_of(grading, 200.0, points=0)}
    assert grading["comparison"](other, 1)[2] == 1


def test_a_command_that_never_ends_is_ended_and_told(grading, monkeypatch, tmp_path):
    graders = sys.modules["_graders"]
    (tmp_path / "stuck.py").write_text("import time\ntime.sleep(60)", encoding="utf-8")
    with pytest.raises(subprocess.TimeoutExpired):
        graders._run(["stuck"], tmp_path, limit=0.5)
    runs = {"otter run": replace(run_of(grading, 2.0), stalls=1)}
    assert "otter run stalled 1 times" in grading["stalled"](runs)


def test_cost_that_grows_faster_than_the_class_is_told(grading):
    def told(*seconds):
        runs = zip((10, 30, 100, 300), map(lambda s: run_of(grading, s), seconds), strict=True)
        return grading["growth"](dict(runs))[1]

    assert told(6.0, 8.0, 15.0, 35.0) == []
    assert told(6.0, 8.0, 15.0, 45.0) != []


def test_a_class_of_the_benchmark_holds_every_kind_of_answer(grading, tmp_path):
    source = grading["read"](grading["locate"](grading["course_root"](), "02"))
    topic = grading["topic_of"](source)
    folder = grading["write_class"](tmp_path, topic, 10)
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.ipynb"))]
    assert len(set(texts)) == 10
    assert [sum(word in text for text in texts) for word in ("def broken(", "SOLUTION")] == [2, 0]
    assert sum("return None" in text for text in texts) == 2
