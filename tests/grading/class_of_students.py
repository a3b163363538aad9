"""A small course notebook on real exercises, and what students hand in: honest, broken, hostile."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAMES = ("min_max", "z_score", "l1_loss", "quiz_brain_age")
POINTS = {"min_max": 1, "z_score": 1, "l1_loss": 1, "quiz_brain_age": 1}
FIRST = "import numpy as np\nfrom course_lib.notebook import ask, check, use"
SOLVED = {
    "min_max": """\
def min_max(image):
    low, high = np.min(image), np.max(image)
    if not high > low:
        raise ValueError("constant")
    return (image - float(low)) / (float(high) - float(low))
""",
    "z_score": """\
def z_score(image):
    image = np.asarray(image, float)
    if not image.std() > 0:
        raise ValueError("constant")
    return (image - image.mean()) / image.std()
""",
    "l1_loss": """\
def l1_loss(true, predicted):
    if np.shape(true) != np.shape(predicted):
        raise ValueError("shapes")
    return np.abs(np.asarray(true, float) - predicted).sum()
""",
    "quiz_brain_age": 'quiz_brain_age = "C"',
}
FULL = sum(POINTS.values())


def source(**changed: str) -> list[str]:
    """Write the cells of a notebook, with checks; some answers may be others."""
    cells = [FIRST]
    for name in NAMES:
        cells += [changed.get(name, SOLVED[name]), f'check("{name}", {name})']
    return cells


def as_json(cells: Sequence[str], **more: object) -> str:
    """Write a notebook."""
    made = [
        {"cell_type": "code", "id": f"c{place}", "metadata": {}, "outputs": [], "source": text}
        | {"execution_count": None}
        for place, text in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more)


@dataclass(frozen=True)
class HandedIn:
    """What a student hands in, and what it honestly deserves.

    Parameters
    ----------
    content : bytes or None
        The file; None for a folder without one.
    points : int
        The honest score.
    says : str
        A part of what the result must say.
    name : str
        Of the file, where it is not the assignment's.
    """

    content: bytes | None
    points: int
    says: str = ""
    name: str = ""


def honest(*, extra: Sequence[str] = (), first: Sequence[str] = (), **changed: str) -> bytes:
    """Write a notebook with other answers, and cells before and after them."""
    return as_json([*first, *source(**changed), *extra]).encode()


def write_class(folder: Path, class_of: dict[str, HandedIn], assignment: str) -> Path:
    """Write a class as nbgrader collects it."""
    for student, handed_in in class_of.items():
        path = folder / student / assignment / (handed_in.name or f"{assignment}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        if handed_in.content is not None:
            path.write_bytes(handed_in.content)
    return folder
