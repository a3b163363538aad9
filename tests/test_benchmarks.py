"""The table of results: what it lists at its head, and that it is kept whole or not at all."""

import platform
import runpy
import sys
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
    words = bench["machine"]()
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
