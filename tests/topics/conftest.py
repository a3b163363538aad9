"""What tests of several notebooks need."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "solutions"


@pytest.fixture(scope="module")
def prose(request):
    """Return the text cells of the module's NOTEBOOK in one line; a copy may lack its source."""
    source = SOURCES / f"{request.module.NOTEBOOK}.py"
    if not source.exists():
        pytest.skip("the source of the notebook is not part of this copy")
    cells = re.split(r"^# %%", source.read_text(encoding="utf-8"), flags=re.M)
    text = "".join(cell for cell in cells if cell.startswith(" [markdown]"))
    return " ".join(re.sub(r"^# ?", "", text, flags=re.M).split())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the numbers of the prose as slow: `make check` leaves them out."""
    for item in items:
        if item.path.parent == HERE and item.path.stem.endswith("_notebook"):
            item.add_marker(pytest.mark.slow)
