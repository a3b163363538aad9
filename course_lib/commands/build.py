"""``course build``: write the student notebooks from their sources."""

import typer

from course_lib.authoring.build import build
from course_lib.catalogue import course_root
from course_lib.commands.output import FAILED, console


def run(check: bool) -> None:
    """Write the notebooks, or only compare; exit code 1 if one is then not up to date."""
    root = course_root()
    out = console()
    changed = build(root, check=check)
    for path in changed:
        state = "is not up to date" if check else "written"
        out.print(f"{path.relative_to(root)} {state}", markup=False, soft_wrap=True)
    if not changed:
        out.print("All notebooks are up to date.")
    elif check:
        out.print("Write them with: course build")
        raise typer.Exit(FAILED)
