"""On what it was measured."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version


def machine(libraries: Sequence[str]) -> str:
    """Return the cores and the versions that speed depends on."""
    versions = ", ".join(f"{library} {version(library)}" for library in libraries)
    python = platform.python_version()
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {python}, {versions}."
