"""A short notebook on real exercises, released for both graders, and what students hand in."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.authoring import release
from course_lib.authoring.build import build, solved
from course_lib.authoring.source import read

ROOT = Path(__file__).resolve().parents[2]
TRIAL = '''\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Trial", minutes: 5, slides: "12"}
# ---

# %% [markdown]
# # Trial

# %%
import numpy as np

from course_lib.notebook import ask, check, use

# %% exercise="min_max"
def min_max(image):
    """Scale an image to 0..1."""
    # BEGIN SOLUTION
    low, high = np.min(image), np.max(image)
    if not high > low:
        raise ValueError("The image is constant or holds NaN.")
    return (image - float(low)) / (float(high) - float(low))
    # END SOLUTION

# %%
check("min_max", min_max)

# %% exercise="l1_loss"
def l1_loss(predicted, target):
    """Return the mean absolute difference."""
    # BEGIN SOLUTION
    from course_lib.imaging import model_scaling

    return model_scaling.l1_loss(predicted, target)
    # END SOLUTION

# %%
check("l1_loss", l1_loss)

# %% exercise="z_score_in_mask"
def z_score_in_mask(image, mask):
    """Scale an image by mean and deviation inside a mask."""
    # BEGIN SOLUTION
    inside = np.asarray(image)[mask]
    if not inside.size or inside.std() == 0:
        raise ValueError("The mask is empty, or the image is constant in it.")
    return (image - inside.mean()) / inside.std()
    # END SOLUTION

# %%
check("z_score_in_mask", z_score_in_mask)

# %%
ask("brain_age")

# %% quiz="brain_age"
quiz_brain_age = "C"  # "A", "B", "C" or "D"

# %%
check("quiz_brain_age", quiz_brain_age)
'''
NAME = "09_trial"
POINTS = {"min_max": 1, "l1_loss": 1, "z_score_in_mask": 2, "quiz_brain_age": 1}


@dataclass(frozen=True)
class Submission:
    """What a student hands in, and the points that it deserves.

    Parameters
    ----------
    change : callable
        Changes the solved notebook in place.
    points : dict
        From the exercise to the points.
    """

    change: Callable[[NotebookNode], None]
    points: dict[str, int]


def place(notebook: NotebookNode, grade_id: str) -> int:
    """Return the place of a cell."""
    return next(
        index
        for index, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def body(notebook: NotebookNode, name: str, lines: str) -> None:
    """Write the body of an answer."""
    cell = notebook.cells[place(notebook, name)]
    head = cell.source[: cell.source.index('."""\n') + 5]
    cell.source = head + "".join(f"    {line}\n" for line in lines.splitlines())


def _handed_in(notebook: NotebookNode) -> NotebookNode:
    """Take the markers out; students do not write them."""
    for cell in notebook.cells:
        cell.source = re.sub(r" +# (BEGIN|END) SOLUTION\n?", "", cell.source)
    return notebook


def _blank(notebook: NotebookNode) -> None:
    for name in ("min_max", "l1_loss", "z_score_in_mask"):
        body(notebook, name, "...")
    notebook.cells[place(notebook, "quiz_brain_age")].source = "quiz_brain_age = ..."


def _partial(notebook: NotebookNode) -> None:
    """Break one answer's syntax, and get two others wrong."""
    body(notebook, "min_max", "return (image - 1")
    body(notebook, "z_score_in_mask", "return (image - image.mean()) / image.std()")
    notebook.cells[place(notebook, "quiz_brain_age")].source = 'quiz_brain_age = "A"'


def _wrong(notebook: NotebookNode) -> None:
    body(notebook, "min_max", "return image / image.max()")
    body(notebook, "l1_loss", "return None")
    body(notebook, "z_score_in_mask", "image -= image[mask].mean()\nreturn image")
    notebook.cells[place(notebook, "quiz_brain_age")].source = "quiz_brain_age = C"


def _warning(notebook: NotebookNode) -> None:
    """Warn and print in an answer that is right, as all are."""
    cell = notebook.cells[place(notebook, "l1_loss")]
    cell.source = cell.source.replace(
        "    return",
        "    import sys, warnings\n    warnings.warn('careful')\n"
        "    print('so careful', file=sys.stderr)\n    return",
    )


def _deleted_check(notebook: NotebookNode) -> None:
    """Delete checks and an answer, copy an answer and its check, learn public cases by heart."""
    for name in ("l1_loss", "check_l1_loss"):
        index = place(notebook, name)
        notebook.cells.insert(index, notebook.cells[index].copy())
    body(
        notebook,
        "z_score_in_mask",
        "from course_lib.exercises import evaluation, registry\n"
        "for trial in evaluation.trials(registry.find('z_score_in_mask')):\n"
        "    if np.array_equal(trial.arguments[0], image):\n"
        "        if trial.expected.failure:\n"
        "            raise ValueError\n"
        "        return trial.expected.value\n"
        "return image\n",
    )
    for name in ("check_min_max", "check_z_score_in_mask", "quiz_brain_age"):
        del notebook.cells[place(notebook, name)]
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"


def _scores(*lost: str) -> dict[str, int]:
    """Return full points, but for some exercises."""
    return {name: 0 if name in lost else points for name, points in POINTS.items()}


SUBMISSIONS = {
    "perfect_with_warning": Submission(_warning, _scores()),
    "partial": Submission(_partial, _scores("min_max", "z_score_in_mask", "quiz_brain_age")),
    "wrong": Submission(_wrong, _scores(*POINTS)),
    "blank": Submission(_blank, _scores(*POINTS)),
    "deleted_check": Submission(_deleted_check, _scores("z_score_in_mask", "quiz_brain_age")),
}


@dataclass(frozen=True)
class Released:
    """The trial course, released for both graders, and what was handed in."""

    root: Path
    nbgrader: Path
    otter: Path
    submissions: dict[str, Path]


def release_trial(root: Path) -> Released:
    """Release the trial notebook and write the submissions."""
    (root / "solutions").mkdir()
    source = root / "solutions" / f"{NAME}.py"
    source.write_text(TRIAL, encoding="utf-8")
    for name in release.PACKAGE_FOLDERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in release.INSTALL_FILES:
        shutil.copy(ROOT / name, root / name)
    build(root)
    release.nbgrader(root, root / "nb")
    release.otter(root, root / "ot", seed_file=root / "nb" / "hidden_seed.txt")
    paths = {}
    for name, submission in SUBMISSIONS.items():
        notebook = _handed_in(solved(read(source)))
        submission.change(notebook)
        paths[name] = root / "nb" / "submitted" / name / NAME / f"{NAME}.ipynb"
        paths[name].parent.mkdir(parents=True)
        nbformat.write(notebook, paths[name])
    return Released(root, root / "nb", root / "ot", paths)
