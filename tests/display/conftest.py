"""The pictures of a topic take seconds to draw: `make check` leaves their tests out."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark every test of a topic's widgets as slow, so that no new file can forget it."""
    for item in items:
        if item.path.parent == HERE and item.path.stem.endswith("_widgets"):
            item.add_marker(pytest.mark.slow)
