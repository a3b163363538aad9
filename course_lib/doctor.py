"""Looking over the installation: what is there, what is missing, and what mends it."""

import contextlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.paths import jupyter_path
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_lib.errors import CourseError
from course_lib.progress import PATH_VARIABLE, progress_path

_WIDGETS = "@jupyter-widgets/jupyterlab-manager"
_SANDBOX_SECONDS = 10
_HOME = "%USERPROFILE%" if os.name == "nt" else "$HOME"
_EXPORT = "set" if os.name == "nt" else "export"
_PROGRESS_ELSEWHERE = f'{_EXPORT} {PATH_VARIABLE}="{_HOME}/course_progress.json"'
_PIP = f'"{sys.executable}" -m pip install'


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What was looked at.
    ok : bool
        Whether it is as it should be.
    required : bool
        Whether a student cannot work without it.
    found : str
        What is there.
    mend : str
        The one command that mends it; empty where nothing needs mending.
    """

    name: str
    ok: bool
    required: bool
    found: str
    mend: str = ""


def examine(root: Path, folder: Path) -> tuple[Finding, ...]:
    """Look everything over. Nothing is changed and no network is used.

    Parameters
    ----------
    root : Path
        Folder of the course.
    folder : Path
        Folder of the student's copy; it need not exist.

    Returns
    -------
    tuple of Finding
        Required things first.

    Examples
    --------
    >>> from course_lib.catalogue import course_root
    >>> examine(course_root(), Path("my_course"))[0].name
    'Python'
    """
    project = _project(root)
    needed = [Requirement(text) for text in project["dependencies"]]
    extra = [Requirement(text) for text in project["optional-dependencies"]["instructor"]]
    return (
        _python(project["requires-python"]),
        *(_package(requirement, required=True) for requirement in needed),
        _kernel(),
        _widgets(),
        _writable("your progress", progress_path().parent, _PROGRESS_ELSEWHERE),
        _writable("your copy", folder, f'course lab --folder "{_HOME}/my_course"'),
        _browser(),
        *(_package(requirement, required=False) for requirement in extra),
        _program("alembic", "nbgrader runs it", _activate()),
        _sandbox(),
    )


def _project(root: Path) -> dict:
    """Return the project's table of pyproject.toml.

    Raises
    ------
    CourseError
        If it is missing or cannot be read.
    """
    path = root / "pyproject.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(
            f"{path} cannot be read; it says what the course needs. Unpack the course again."
        ) from error


def _python(limits: str) -> Finding:
    """Look at the version of Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = SpecifierSet(limits).contains(version)
    found = f"{version} ({sys.executable}); {limits} is needed"
    return Finding("Python", ok, True, found, "" if ok else "make PYTHON=python3.12 setup")


def _package(requirement: Requirement, required: bool) -> Finding:
    """Look at one package and its version."""
    name, limits = requirement.name, str(requirement.specifier)
    mend = f'{_PIP} "{name}{limits}"'
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, required, f"missing; {limits} is needed", mend)
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding(name, False, required, f"{version}; {limits} is needed", mend)
    return Finding(name, True, required, version)


def _kernel() -> Finding:
    """Look whether notebooks run in this very Python."""
    mend = f'"{sys.executable}" -m ipykernel install --sys-prefix'
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except (NoSuchKernel, IndexError, ValueError) as error:
        return Finding("kernel python3", False, True, f"missing ({error})", mend)
    # Jupyter replaces a plain "python" by the Python that it runs in itself.
    own = command in ("python", "python3", f"python3.{sys.version_info.minor}")
    if own or Path(command).absolute() == Path(sys.executable).absolute():
        return Finding("kernel python3", True, True, "runs in this Python")
    return Finding("kernel python3", False, True, f"runs in another Python, {command}", mend)


def _widgets() -> Finding:
    """Look whether JupyterLab can show widgets."""
    mend = f'{_PIP} --force-reinstall "jupyterlab_widgets>=3"'
    for folder in jupyter_path("labextensions"):
        description = Path(folder, _WIDGETS, "package.json")
        with contextlib.suppress(OSError, ValueError, KeyError):
            version = json.loads(description.read_text(encoding="utf-8"))["version"]
            return Finding("widgets in JupyterLab", True, True, version)
    found = f"the extension {_WIDGETS} is missing"
    return Finding("widgets in JupyterLab", False, True, found, mend)


def _writable(what: str, folder: Path, mend: str) -> Finding:
    """Look whether files can be written in a folder, or where it would be made."""
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    name = f"write access for {what}"
    try:
        with tempfile.TemporaryFile(dir=place):
            return Finding(name, True, True, str(folder))
    except OSError as error:
        return Finding(name, False, True, f"{place}: {error.strerror}", mend)


def _browser() -> Finding:
    """Look for a browser; without one, JupyterLab's address can be opened on another machine."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if _is_linux() and screen:
            mend = "sudo apt-get install chromium"
            return Finding("browser", False, False, "none is installed", mend)
        return Finding(
            "browser", False, False, "no screen to open one on", "course lab --no-browser"
        )
    return Finding("browser", True, False, "found")


def _program(name: str, why: str, mend: str) -> Finding:
    """Look for a program on the search path."""
    path = shutil.which(name)
    found = path or f"not on the search path; {why}"
    return Finding(f"program {name}", path is not None, False, found, "" if path else mend)


def _activate() -> str:
    """Return the command that puts this environment's programs on the search path."""
    programs = Path(sys.executable).parent
    if os.name == "nt":
        return f"set PATH={programs};%PATH%"
    return f'export PATH="{programs}:$PATH"'


def _sandbox() -> Finding:
    """Look whether answers can be graded in a sandbox: bubblewrap and user namespaces."""
    name = "sandbox for grading"
    if not _is_linux():
        return Finding(name, False, False, "exists on Linux only", "wsl --install")
    if shutil.which("bwrap") is None:
        mend = "sudo apt-get install bubblewrap"
        return Finding(name, False, False, "bubblewrap is missing", mend)
    error = _try_sandbox()
    if error is None:
        return Finding(name, True, False, "bubblewrap works")
    mend = next(_namespace_settings(), "sudo sysctl -w user.max_user_namespaces=15000")
    return Finding(name, False, False, f"bubblewrap does not work: {error}", mend)


def _try_sandbox() -> str | None:
    """Start an empty sandbox; return what went wrong, or None."""
    command = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "true"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, text=True, timeout=_SANDBOX_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else " ".join(done.stderr.split()) or "no reason given"


def _namespace_settings() -> Iterator[str]:
    """Offer the settings of this machine that forbid user namespaces."""
    wanted = {
        "kernel.unprivileged_userns_clone": 1,
        "kernel.apparmor_restrict_unprivileged_userns": 0,
    }
    for name, value in wanted.items():
        with contextlib.suppress(OSError, ValueError):
            if int(Path("/proc/sys", *name.split(".")).read_text(encoding="ascii")) != value:
                yield f"sudo sysctl -w {name}={value}"


def _is_linux() -> bool:
    """Tell whether this is Linux."""
    return sys.platform.startswith("linux")
