"""The command ``course``."""

import sys
from pathlib import Path

# What students need not install, and the extra that holds it.
_EXTRAS = {
    "jupytext": "[instructor]",
    "nbgrader": "[instructor]",
    "otter": "[instructor]",
    "distributed": "[grading]",
}


def main() -> None:
    """Run the command; where a package is missing, say which and how to install it."""
    try:
        # Not at the top, so that a missing package gives a sentence instead of a traceback.
        from course_lib.commands.app import app  # noqa: PLC0415

        app()
    except ModuleNotFoundError as error:
        sys.stderr.write(missing_package(error))
        sys.exit(1)


def missing_package(error: ModuleNotFoundError) -> str:
    """Say which package is missing and how to install all that the course needs.

    Examples
    --------
    >>> missing_package(ModuleNotFoundError("No module named 'x'", name="x.y")).split(".")[0]
    'The package x is missing'
    """
    package = (error.name or "?").partition(".")[0]
    root = Path(__file__).resolve().parents[1]
    extra = _EXTRAS.get(package, "")
    return (
        f"The package {package} is missing. "
        f'Mend it with: "{sys.executable}" -m pip install -e "{root}{extra}"\n'
    )


if __name__ == "__main__":
    main()
