import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat import v4

from course_lib.checking import blank_sheet, check_notebook

RIGHT_CROP = "def crop_slice(v, z, y, x):\n    return v[z, y[0]:y[1], x[0]:x[1]]"
WRONG_MASK = "def mask_between(image, low, high):\n    return (image > low) & (image < high)"
IMPORTS = "from course_lib.notebook import check, use"
START_CHILD = (
    "import pathlib, subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
    "pathlib.Path('pid').write_text(str(child.pid))"
)


def check_cell(name, source=None):
    cell = v4.new_code_cell(f'check("{name}", {name})' if source is None else source)
    cell.metadata["otter"] = {"tests": [name]}
    cell.metadata["tags"] = ["raises-exception"]
    return cell


def run(*cells, folder, names, **limits):
    """Run cells given as texts or cells; return points and message of each name."""
    made = [v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    points = dict.fromkeys(names, 1)
    sheet = check_notebook("t", v4.new_notebook(cells=made), points, folder, **limits)
    return {mark.name: (mark.points, mark.message) for mark in sheet.exercises}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """One notebook in which all kinds of things go wrong, run once: its folder and its marks."""
    folder = tmp_path_factory.mktemp("trial")
    text = v4.new_markdown_cell("no check", metadata={"otter": {"tests": ["average_images"]}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", str(folder / "progress.json"))
        patch.delenv("COURSE_STILL", raising=False)
        marks = run(
            IMPORTS,
            "1 / 0",
            "this is no Python",
            "name = input('Who?')",
            "import os\ndel os.environ['COURSE_STILL']  # wants to record all the same",
            START_CHILD,
            "def check(*arguments):\n    pass",
            "__builtins__.check = print",
            RIGHT_CROP,
            check_cell("crop_slice"),
            WRONG_MASK,
            check_cell("mask_between"),
            check_cell("mean_in_mask"),
            "def stretch(*arguments):\n    return 0",
            check_cell("stretch", "print('fine')"),
            text,
            "os._exit(3)",
            check_cell("transmission"),
            folder=folder,
            names=(
                "crop_slice",
                "mask_between",
                "mean_in_mask",
                "stretch",
                "average_images",
                "subtract_slice_means",
                "transmission",
            ),
        )
    return folder, marks


@pytest.mark.slow
def test_a_right_answer_has_its_points_whatever_else_went_wrong_before(trial):
    assert trial[1]["crop_slice"] == (1, "Solved.")


@pytest.mark.slow
def test_a_wrong_answer_and_one_that_is_not_there_are_told_apart(trial):
    points, message = trial[1]["mask_between"]
    assert points == 0
    assert message.startswith("mask_between: ")
    assert "You left out the ends." in message
    assert trial[1]["mean_in_mask"] == (
        0,
        "There is no mean_in_mask: its cell is missing, or an error stopped it.",
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["average_images", "subtract_slice_means"])
def test_a_check_cell_that_is_gone_or_became_text_is_called_missing(trial, name):
    assert trial[1][name][0] == 0
    assert "missing" in trial[1][name][1]


@pytest.mark.slow
def test_a_kernel_that_dies_costs_only_what_comes_after(trial):
    message = "Not reached: the notebook's kernel ended before this cell."
    assert trial[1]["transmission"] == (0, message)


@pytest.mark.slow
def test_the_students_progress_is_left_alone(trial):
    assert not (trial[0] / "progress.json").exists()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_processes_that_the_notebook_started_end_with_it(trial):
    pid = int((trial[0] / "pid").read_text())
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    running = is_running(pid)
    if running:
        os.kill(pid, signal.SIGKILL)
    assert not running


def is_running(pid):
    """Tell whether a process exists and is not only waiting to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow
def test_no_trick_with_the_check_gives_a_point(trial):
    """The notebook redefines `check`, and rewrites a check cell after a wrong answer."""
    assert trial[1]["mask_between"][0] == 0
    assert trial[1]["stretch"][0] == 0
    assert "stretch" in trial[1]["stretch"][1]


@pytest.mark.slow
def test_a_cell_that_never_ends_is_interrupted_and_the_next_one_runs(tmp_path):
    reached = "import pathlib\npathlib.Path('reached').touch()"
    run("while True: pass", reached, folder=tmp_path, names=(), cell_seconds=3)
    assert (tmp_path / "reached").exists()


@pytest.mark.slow
def test_a_notebook_that_takes_too_long_is_stopped_and_says_so(tmp_path):
    stubborn = (
        "import time\nwhile True:\n    try: time.sleep(1)\n    except KeyboardInterrupt: pass"
    )
    limits = {"cell_seconds": 2, "notebook_seconds": 10}
    cells = stubborn, check_cell("crop_slice")
    marks = run(*cells, folder=tmp_path, names=("crop_slice",), **limits)
    assert marks["crop_slice"] == (0, "Not reached: the notebook takes longer than 10 s.")


def test_a_blank_sheet_has_a_message_for_every_exercise():
    sheet = blank_sheet("t", {"a": 2, "b": 1}, "cannot be read")
    assert (sheet.points, sheet.max_points, sheet.solved) == (0, 3, False)
    assert {mark.message for mark in sheet.exercises} == {"cannot be read"}


@pytest.mark.slow
def test_a_notebook_can_be_run_from_within_an_event_loop(tmp_path):
    async def within():
        cells = (IMPORTS, RIGHT_CROP, check_cell("crop_slice"))
        return run(*cells, folder=tmp_path, names=["crop_slice"])

    # In a thread of its own: a browser test may have left a loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        points = thread.submit(lambda: asyncio.run(within())).result()
    assert points["crop_slice"][0] == 1
