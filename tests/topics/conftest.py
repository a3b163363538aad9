"""What tests of several notebooks need."""

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "solutions"


@pytest.fixture(scope="module")
def prose(request):
    """Return the text cells of the module's NOTEBOOK in one line; a copy may lack its source."""
    source = SOURCES / f"{request.module.NOTEBOOK}.py"
    if not source.exists():
        pytest.skip("the source of the notebook is not part of this copy")
    cells = re.split(r"^# %%", source.read_text(encoding="utf-8"), flags=re.M)
    text = "".join(cell for cell in cells if cell.startswith(" [markdown]"))
    return " ".join(re.sub(r"^# ?", "", text, flags=re.M).split())
