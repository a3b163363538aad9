"""Measure the course beside its peers, and print what was found as Markdown.

A function of ours and its peer run in turn in one process with one BLAS thread, so that a busy
machine slows both alike. The ratio is the median of peer time / our time over all turns: above 1,
the course is faster. Lines that begin with `BELOW` or `DISAGREES` are what a reader must not miss;
``python benchmarks`` repeats them at the head of the results.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

SECONDS = 3.0  # for the turns of one pair
TURNS = (3, 51)  # fewest and most
BELOW, DISAGREES = "- goal not reached: ", "- DISAGREES: "


def largest_difference(ours: Any, peer: Any) -> float:
    """Return the largest absolute difference of two results."""
    return float(np.abs(np.subtract(ours, peer, dtype=np.float64)).max())


@dataclass(frozen=True)
class Pair:
    """One row: two calls that do the same, the ratio to reach, and how far results may differ.

    A row without a goal (None) is there to be known. `why` says why a goal is not reached, where
    that is known.
    """

    name: str
    peer_name: str
    size: str
    ours: Callable[[], Any]
    peer: Callable[[], Any]
    goal: float | None
    tolerance: float
    difference: Callable[[Any, Any], float] = largest_difference
    why: str = ""


@dataclass(frozen=True)
class Measured:
    """What was measured of one pair; times in ms, memory in MB."""

    pair: Pair
    ours_ms: float
    peer_ms: float
    ratio: float
    difference: float
    ours_mb: float
    peer_mb: float

    @property
    def agrees(self) -> bool:
        """Whether the two results are as close as they should be."""
        return self.difference <= self.pair.tolerance

    @property
    def reached(self) -> bool:
        """Whether the ratio is at least the goal, if there is one."""
        return self.pair.goal is None or self.ratio >= self.pair.goal


def measure(pair: Pair) -> Measured:
    """Run both calls of a pair in turn and compare times, results and memory."""
    difference = pair.difference(pair.ours(), pair.peer())  # also warms both up
    first_turn = _milliseconds(pair.ours) + _milliseconds(pair.peer)
    turns = int(np.clip(1000 * SECONDS / first_turn, *TURNS))
    times = [(_milliseconds(pair.ours), _milliseconds(pair.peer)) for _ in range(turns)]
    ours_ms, peer_ms = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(peer / ours for ours, peer in times)
    return Measured(
        pair, ours_ms, peer_ms, ratio, difference, _peak_mb(pair.ours), _peak_mb(pair.peer)
    )


def run(title: str, pairs: Sequence[Pair]) -> int:
    """Measure and print all pairs as a Markdown table; return 1 if two results disagree."""
    print(f"\n## {title}\n")
    print(
        "| function | peer | size | ours ms | peer ms | ratio | goal | difference | MB | peer MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with threadpool_limits(1):
        rows = []
        for pair in pairs:
            rows.append(measure(pair))
            print(_line(rows[-1]), flush=True)
    print("\nratio: peer / ours. MB: largest memory during one call that Python can see.")
    for row in rows:
        pair = row.pair
        if not row.reached:
            reason = pair.why or "no reason known"
            print(
                f"{BELOW}{pair.name}, {pair.size}, against {pair.peer_name}: "
                f"ratio {row.ratio:.2f} of {pair.goal:g}; {reason}"
            )
        if not row.agrees:
            print(f"{DISAGREES}{pair.name}, {pair.size}: allowed {pair.tolerance:g}")
    return 0 if all(row.agrees for row in rows) else 1


def durations(title: str, calls: Mapping[str, Callable[[], Any]], goal_ms: float) -> None:
    """Print how long calls without a peer take, for example the redraw of a widget."""
    print(f"\n### {title}\n")
    print("| call | ms | goal, at most |")
    print("|---|---|---|")
    slow = []
    for name, call in calls.items():
        call()  # warms up
        taken = statistics.median(_milliseconds(call) for _ in range(9))
        print(f"| {name} | {taken:.0f} | {goal_ms:g} |", flush=True)
        if taken > goal_ms:
            slow.append(f"{BELOW}{name}: {taken:.0f} ms, at most {goal_ms:g}")
    print("", *slow, sep="\n")


def growth(title: str, sizes: Sequence[int], prepare: Callable[[int], Callable[[], Any]]) -> None:
    """Print how the time of one call grows with the side of a cube.

    `prepare` makes the input of a size and returns the call. Column three is 1 where time grows
    just as the number of voxels.
    """
    print(f"\n### Growth: {title}\n")
    print("| side | ms | ns per voxel, relative to the first |")
    print("|---|---|---|")
    per_voxel = []
    with threadpool_limits(1):
        for side in sizes:
            call = prepare(side)
            call()
            taken = statistics.median(_milliseconds(call) for _ in range(5))
            per_voxel.append(taken / side**3)
            print(f"| {side} | {taken:.2f} | {per_voxel[-1] / per_voxel[0]:.2f} |", flush=True)


def _line(row: Measured) -> str:
    """Return a measured pair as a row of the table."""
    pair = row.pair
    mark = "" if row.reached else " (below)"
    cells = [
        pair.name,
        pair.peer_name,
        pair.size,
        f"{row.ours_ms:.3g}",
        f"{row.peer_ms:.3g}",
        f"{row.ratio:.2f}{mark}",
        "" if pair.goal is None else f"{pair.goal:g}",
        f"{row.difference:.2g}",
        f"{row.ours_mb:.1f}",
        f"{row.peer_mb:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _milliseconds(call: Callable[[], Any]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def _peak_mb(call: Callable[[], Any]) -> float:
    """Return the largest memory a call holds; what compiled libraries allocate is not seen."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
