"""``course lab``: JupyterLab on the student's own copy of the notebooks."""

import os
import socket
from pathlib import Path

import typer
from jupyterlab.labapp import LabApp

from course_lib.catalogue import course_root, notebooks_in
from course_lib.commands.output import console
from course_lib.errors import CourseError
from course_lib.workspace import DEFAULT_FOLDER, Change, require_own_folder, update

# Our defaults for JupyterLab's settings: no question whether to fetch news. A student's own
# settings come before them.
_DEFAULTS = Path(__file__).with_name("jupyter")
_SAID = {"new": "made", "updated": "brought up to date", "unreadable": "made afresh"}


def run(folder: Path | None, port: int | None, no_browser: bool) -> None:
    """Make the copy or bring it up to date, then run JupyterLab until it is ended."""
    root = course_root()
    own = root / DEFAULT_FOLDER if folder is None else folder
    try:
        require_own_folder(root, own)
    except CourseError as error:
        raise typer.BadParameter(str(error), param_hint="--folder") from error
    if port is not None:
        _require_free(port)
    _tell(update(root, own), own)
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, (others, str(_DEFAULTS))))
    LabApp.launch_instance(argv=jupyter_arguments(own, port, no_browser))


def jupyter_arguments(folder: Path, port: int | None, no_browser: bool) -> list[str]:
    """Return the command line of JupyterLab.

    It listens on this machine only, with its token, and asks nothing of the network: no news, no
    search for updates, no list of extensions.

    Raises
    ------
    CourseError
        If the folder holds no notebook.
    """
    found = notebooks_in(folder)
    if not found:
        raise CourseError("The course has no notebooks yet. Make them with: course build")
    arguments = [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{found[0].path.name}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--Application.log_level=WARN",  # the address is printed at any level
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if no_browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container there is nobody else
    return arguments


def _require_free(port: int) -> None:
    """Raise a CourseError if a port is taken; JupyterLab would tell it less plainly."""
    with socket.socket() as probe:
        if os.name != "nt":  # there, it would let two programs share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CourseError(
                f"Port {port} cannot be used ({error.strerror}). "
                "Give another with --port, or leave it out for a free one."
            ) from error


def _tell(changes: tuple[Change, ...], folder: Path) -> None:
    """Say where the notebooks are and what was done to them."""
    lines = [f"Your notebooks: {folder.resolve()}"]
    for change in changes:
        if change.kind != "current":
            backup = f"; as it was: {change.backup}" if change.backup else ""
            lines.append(f"  {change.path.name} {_SAID[change.kind]}{backup}")
            lines += [f"    {note}" for note in change.notes]
    out = console()
    for line in [*lines, "Ctrl-C in this window ends JupyterLab."]:
        out.print(line, markup=False, soft_wrap=True)
