"""JupyterLab's server for the tests: on a free port, in folders of its own, ended for certain."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

_EXTENSIONS = [
    "jupyterlab_jupytext",
    "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.course_list",
    "nbgrader.server_extensions.formgrader",
    "nbgrader.server_extensions.validate_assignment",
]
# A student's JupyterLab: no news, nothing of the instructor's, and no check of the build, which
# takes seconds and says nothing here.
_FILES = {
    "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "config/labconfig/page_config.json": {
        "buildCheck": False,
        "disabledExtensions": {"@jupyter/nbgrader": True, "jupyterlab-jupytext": True},
    },
    "config/jupyter_server_config.json": {
        "ServerApp": {"jpserver_extensions": dict.fromkeys(_EXTENSIONS, False)}
    },
}
_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "COURSE_PROGRESS": "progress.json",
}


@dataclass
class Server:
    """JupyterLab, started but perhaps not ready yet."""

    process: subprocess.Popen
    home: Path
    port: int
    token: str

    @property
    def folder(self):
        """Return where the notebooks are."""
        return self.home / "work"

    @property
    def url(self):
        """Return the address."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self):
        """Wait until the server answers."""
        address = f"{self.url}/api/status?token={self.token}"
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"JupyterLab ended by itself:\n{self.log()}")
            try:
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not answer within a minute:\n{self.log()}")

    def log(self):
        """Return what the server wrote."""
        return (self.home / "lab.log").read_text()

    def end(self):
        """End the server; it ends its kernels itself."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=5)


@contextmanager
def running_server(home, notebooks):
    """Start JupyterLab on a copy of notebooks; end it at the end, whatever happens."""
    (home / "work").mkdir(parents=True)
    for notebook in notebooks:
        shutil.copy(notebook, home / "work")
    token, port = secrets.token_hex(16), _free_port()
    with (home / "lab.log").open("w") as log:
        process = subprocess.Popen(
            _command(home / "work", port, token),
            env=_environment(home),
            cwd=home / "work",
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, home, port, token)
    try:
        yield server
    finally:
        server.end()


def _free_port():
    """Ask the system for a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command(folder, port, token):
    """Return the command line of the server."""
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        # If the tests themselves are killed, kernels and server end by themselves.
        "--MappingKernelManager.cull_idle_timeout=120",
        "--MappingKernelManager.cull_interval=30",
        "--ServerApp.shutdown_no_activity_timeout=120",
    ]


def _environment(home):
    """Return the server's environment: nothing of the user's own JupyterLab is read or written."""
    for path, values in _FILES.items():
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    still = ("COURSE_STILL", "NBGRADER_EXECUTION")
    kept = {name: value for name, value in os.environ.items() if name not in still}
    return kept | {name: str(home / place) for name, place in _FOLDERS.items()}
