"""A small topic that is no part of the course."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.authoring import source
from course_lib.authoring.source import Source
from course_lib.errors import CourseError

TOY = '''\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
#   course: {title: "Toys", minutes: 5, slides: "1-2"}
# ---

# %% [markdown]
# # Toys
# Two numbers, and what to do with them.

# %%
from course_lib.notebook import ask, check, use

# %% [markdown]
# Double a number.

# %% exercise="double"
def double(number):
    """Return twice the number."""
    # BEGIN SOLUTION
    twice_as_much = number + number
    return twice_as_much
    # END SOLUTION

# %%
check("double", double)

# %%
double_ = use("double", double)
double_(4)

# %%
ask("half")

# %% quiz="half"
quiz_half = "B"  # "A", "B" or "C"

# %%
check("quiz_half", quiz_half)

# %% [markdown]
# ## In the hospital
# Doses are doubled by nobody.
'''
POINTS = {"double": 2, "quiz_half": 1}


def toy_points(name: str) -> int:
    """Return the points of the toy topic."""
    if name not in POINTS:
        raise CourseError(f"There is no exercise {name!r}.")
    return POINTS[name]


@pytest.fixture
def toy_text() -> str:
    """Return the text of the toy source."""
    return TOY


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a course of one topic, whose points are looked up in the toy registry."""
    monkeypatch.setattr(
        source, "find_graded", lambda name: SimpleNamespace(points=toy_points(name))
    )
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "07_toys.py").write_text(TOY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def read_toy(tmp_path: Path) -> Callable[[str], Source]:
    """Return a function that reads a text as the source of the toy topic."""

    def read(text: str) -> Source:
        path = tmp_path / "solutions" / "07_toys.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return source.read(path, toy_points)

    return read
