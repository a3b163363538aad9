"""Running a notebook from top to bottom in a fresh kernel, and counting its points."""

import asyncio
import contextlib
import copy
import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode

from course_lib.display.still import STILL_VARIABLE
from course_lib.progress import PATH_VARIABLE
from course_lib.reading import graded_name

CELL_SECONDS = 60
NOTEBOOK_SECONDS = 600
_GRACE_SECONDS = 10


@dataclass(frozen=True)
class Mark:
    """The points of one exercise or quiz, and why."""

    name: str
    points: int
    max_points: int
    message: str


@dataclass(frozen=True)
class Sheet:
    """The points of one notebook.

    Parameters
    ----------
    topic : str
        The topic's slug.
    exercises : tuple of Mark
        Exercises and quizzes, in the order of the notebook.
    """

    topic: str
    exercises: tuple[Mark, ...]

    @property
    def points(self) -> int:
        """Points reached."""
        return sum(mark.points for mark in self.exercises)

    @property
    def max_points(self) -> int:
        """Points to be had."""
        return sum(mark.max_points for mark in self.exercises)

    @property
    def solved(self) -> bool:
        """Whether no point is missing."""
        return self.points == self.max_points

    def as_dict(self) -> dict[str, Any]:
        """Return what ``course check --json`` prints."""
        return {
            "topic": self.topic,
            "points": self.points,
            "max_points": self.max_points,
            "exercises": [asdict(mark) for mark in self.exercises],
        }


def blank_sheet(topic: str, points: Mapping[str, int], message: str) -> Sheet:
    """Return a sheet without a point and the same message for every exercise.

    Examples
    --------
    >>> blank_sheet("normalization", {"z_score": 2}, "The notebook is damaged.").max_points
    2
    """
    return Sheet(topic, tuple(Mark(name, 0, most, message) for name, most in points.items()))


@dataclass(frozen=True)
class Run:
    """What came of running a notebook.

    Parameters
    ----------
    notebook : NotebookNode
        With the outputs of this run; its check cells are the course's.
    proof : str
        What a check cell shows after a passed check, drawn anew for each run.
    ending : str
        Why it ended early; empty where it came to its end.
    """

    notebook: NotebookNode
    proof: str
    ending: str


def check_notebook(
    topic: str,
    notebook: NotebookNode,
    points: Mapping[str, int],
    folder: Path,
    *,
    cell_seconds: int = CELL_SECONDS,
    notebook_seconds: int = NOTEBOOK_SECONDS,
) -> Sheet:
    """Run a notebook and count the points of its check cells.

    Parameters
    ----------
    topic : str
        The topic's slug.
    notebook : NotebookNode
        What to run; it is not changed.
    points : mapping
        From each exercise's or quiz's name, in order, to its points.
    folder, cell_seconds, notebook_seconds
        As in `run_notebook`.

    Returns
    -------
    Sheet
        One mark for every name, also where the cell is missing or was not reached.
    """
    limits = {"cell_seconds": cell_seconds, "notebook_seconds": notebook_seconds}
    return count_points(topic, run_notebook(notebook, folder, **limits), points)


def run_notebook(
    notebook: NotebookNode,
    folder: Path,
    *,
    cell_seconds: int = CELL_SECONDS,
    notebook_seconds: int = NOTEBOOK_SECONDS,
) -> Run:
    """Run a notebook from top to bottom in a fresh kernel; errors do not stop it.

    Each check cell is run as the course wrote it, whatever the notebook's own says: with the
    course's ``check``, and with the answer by its name. The student's progress is not touched.

    Parameters
    ----------
    notebook : NotebookNode
        What to run; it is not changed.
    folder : Path
        Where the kernel runs.
    cell_seconds, notebook_seconds : int
        A cell that takes longer is interrupted; a notebook that takes longer is stopped.
    """
    proof = secrets.token_hex(16)
    ready = _prepare(notebook, proof)
    ending = _in_a_loop_of_its_own(_run(ready, folder, cell_seconds, notebook_seconds))
    return Run(ready, proof, ending)


def count_points(topic: str, run: Run, points: Mapping[str, int]) -> Sheet:
    """Count the points of the check cells of a notebook that was run."""
    cells = {graded_name(cell): cell for cell in run.notebook.cells}
    marks = (_mark(name, most, cells.get(name), run) for name, most in points.items())
    return Sheet(topic, tuple(marks))


# A failed check tells its sentence here in its own line; the proof is shown after a passed one.
_CHECK = """\
from course_lib.notebook import CheckFailed, check
try:
    check("{name}", {name})
except CheckFailed as failed:
    raise CheckFailed(f"{{failed}} {{failed.sentence}}".strip()) from None
"{proof}"
"""


def _prepare(notebook: NotebookNode, proof: str) -> NotebookNode:
    """Return a copy without outputs; its check cells are the course's, and end with the proof."""
    ready = copy.deepcopy(notebook)
    for cell in ready.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if name := graded_name(cell):
                cell.source = _CHECK.format(name=name, proof=proof)
    return ready


async def _run(
    notebook: NotebookNode, folder: Path, cell_seconds: int, notebook_seconds: int
) -> str:
    """Run all cells in place; return why it ended early, or an empty text."""
    # After Ctrl-C the libraries' own tasks end with ours, and would tell so at length. What goes
    # wrong in our own is raised, not told by the loop.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    async with _kernel(folder) as manager:
        client = _Client(
            notebook,
            km=manager,
            timeout=cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            iopub_timeout=_GRACE_SECONDS,
        )
        client.log.setLevel("CRITICAL")
        start = time.monotonic()
        try:
            await asyncio.wait_for(client.async_execute(), notebook_seconds)
        except (TimeoutError, DeadKernelError):
            if asyncio.current_task().cancelling():  # a client that is cancelled says the same
                raise asyncio.CancelledError from None
            if time.monotonic() - start >= notebook_seconds:
                return f"Not reached: the notebook takes longer than {notebook_seconds} s."
            return "Not reached: the notebook's kernel ended before this cell."
        except (CellControlSignal, RuntimeError) as error:
            return f"Not reached: {_one_line(str(error))}"
    return ""


def _in_a_loop_of_its_own(running: Coroutine[Any, Any, str]) -> str:
    """Run to the end; in a thread where the caller, a notebook for example, is in a loop already.

    Elsewhere in the main thread, since only that can be stopped with Ctrl-C.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, running).result()
    return asyncio.run(running)


@asynccontextmanager
async def _kernel(folder: Path) -> AsyncIterator[AsyncKernelManager]:
    """Start a kernel of this very Python; end it and whatever it started."""
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython())
    with tempfile.TemporaryDirectory() as scratch:
        own = {STILL_VARIABLE: "1", PATH_VARIABLE: str(Path(scratch, "progress.json"))}
        try:
            await manager.start_kernel(
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
                env={**os.environ, **own},
                cwd=str(folder),
                stderr=subprocess.DEVNULL,  # what the kernel logs of itself; outputs go elsewhere
            )
            yield manager
        finally:
            await _end(manager)


async def _end(manager: AsyncKernelManager) -> None:
    """End the kernel, also one that was only about to start, and what it started."""
    group = getattr(manager.provisioner, "pgid", None)
    if manager.has_kernel:
        await manager.shutdown_kernel(now=True)
    if group is not None and hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


class _Client(NotebookClient):
    """Talks to a kernel that is ours: it neither ends it nor takes Ctrl-C.

    nbclient's own answer to Ctrl-C ends the kernel in a task beside the running one; when ours
    ends it at the same time, one of the two fails.
    """

    @asynccontextmanager
    async def async_setup_kernel(self, **options: Any) -> AsyncIterator[None]:
        """Open the channels to the kernel, and close them."""
        await self.async_start_new_kernel_client()
        try:
            yield
        finally:
            if self.kc is not None:
                self.kc.stop_channels()


class _ThisPython(KernelSpecManager):
    """Knows one kernel, this Python; a student may have others of the same name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the one kernel."""
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def _mark(name: str, most: int, cell: NotebookNode | None, run: Run) -> Mark:
    """Tell the points of one check cell: only the proof that its end was reached gives any."""
    if cell is None or cell.cell_type != "code":
        return Mark(name, 0, most, "The check cell is missing; `course lab` brings it back.")
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if errors:
        return Mark(name, 0, most, _message(name, errors[-1].ename, errors[-1].evalue))
    results = [output.data for output in cell.outputs if output.output_type == "execute_result"]
    if any(run.proof in str(data.get("text/plain")) for data in results):
        return Mark(name, most, most, "Solved.")
    return Mark(name, 0, most, run.ending or "The check did not come to its end.")


def _message(name: str, error: str, text: str) -> str:
    """Say in one line what a check cell raised."""
    if error == "KeyboardInterrupt":
        return "Stopped: the check took too long."
    if error == "NameError" and f"'{name}'" in text:
        return f"There is no {name}: its cell is missing, or an error stopped it."
    return _one_line(text if error == "CheckFailed" else f"{error}: {text}")


def _one_line(text: str) -> str:
    """Join the lines of a text."""
    return " ".join(text.split())
