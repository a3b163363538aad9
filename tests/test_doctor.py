import importlib.metadata
import json
import shutil
import subprocess
import webbrowser
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec, NoSuchKernel
from packaging.requirements import Requirement

from course_lib import doctor
from course_lib.catalogue import course_root
from course_lib.errors import CourseError

ROOT = course_root()


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "data" / "progress.json"))


def find(name, **places):
    findings = doctor.examine(places.get("root", ROOT), places.get("folder", Path("my_course")))
    return next(finding for finding in findings if finding.name == name)


def test_every_package_of_the_project_is_looked_at():
    names = [finding.name for finding in doctor.examine(ROOT, Path("my_course"))]
    assert {"Python", "numpy", "jupyterlab", "ipywidgets", "SimpleITK", "nbgrader"} <= set(names)
    assert len(names) == len(set(names))


def test_this_installation_lacks_nothing_that_a_student_needs():
    findings = doctor.examine(ROOT, Path("my_course"))
    assert [f for f in findings if f.required and not f.ok] == []


def test_whatever_is_missing_has_a_command_that_mends_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    findings = doctor.examine(ROOT, Path("my_course"))
    assert all(bool(finding.mend) != finding.ok for finding in findings)


def test_a_missing_package_is_found(monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "pydicom":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(doctor.importlib.metadata, "version", version)
    finding = find("pydicom")
    assert (finding.ok, finding.required) == (False, True)
    assert 'pip install "pydicom>=' in finding.mend
    assert find("numpy").ok


@pytest.mark.parametrize(
    ("version", "ok"), [("1.9", False), ("2.0", True), ("2.1.0rc1", True), ("3.0", False)]
)
def test_a_version_outside_of_the_range_is_found(monkeypatch, version, ok):
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: version)
    finding = doctor._package(Requirement("thing>=2.0,<3"), required=True)
    assert finding.ok is ok
    assert version in finding.found


@pytest.mark.parametrize(("limits", "ok"), [(">=3.11,<3.14", True), (">=3.99", False)])
def test_the_version_of_python_is_compared_with_the_projects(limits, ok):
    assert doctor._python(limits).ok is ok


def test_a_kernel_of_another_python_is_found(monkeypatch):
    spec = KernelSpec(argv=["/usr/bin/some-other-python", "-m", "ipykernel_launcher"])
    monkeypatch.setattr(doctor.KernelSpecManager, "get_kernel_spec", lambda self, name: spec)
    finding = find("kernel python3")
    assert not finding.ok
    assert "some-other-python" in finding.found
    assert "ipykernel install" in finding.mend


def test_a_missing_kernel_is_found(monkeypatch):
    def missing(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(doctor.KernelSpecManager, "get_kernel_spec", missing)
    assert not find("kernel python3").ok


def test_a_missing_widget_extension_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "jupyter_path", lambda name: [str(tmp_path)])
    assert not find("widgets in JupyterLab").ok
    place = tmp_path / "@jupyter-widgets" / "jupyterlab-manager"
    place.mkdir(parents=True)
    (place / "package.json").write_text("{")
    assert not find("widgets in JupyterLab").ok
    (place / "package.json").write_text(json.dumps({"version": "5.0"}))
    assert find("widgets in JupyterLab").found == "5.0"


def test_a_place_that_cannot_be_written_is_found(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert not find("write access for your progress").ok
    assert not find("write access for your copy", folder=tmp_path / "file").ok
    assert find("write access for your copy", folder=tmp_path / "new" / "deep").ok
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("screen", ["", ":0"])
def test_a_missing_browser_is_no_obstacle(monkeypatch, screen):
    def missing():
        raise webbrowser.Error("none")

    monkeypatch.setattr(doctor.webbrowser, "get", missing)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    finding = find("browser")
    assert (finding.ok, finding.required) == (False, False)
    assert ("apt-get" in finding.mend) is bool(screen)


def test_programs_beside_python_that_are_not_on_the_path_are_found(monkeypatch):
    monkeypatch.setenv("PATH", "")
    finding = find("program alembic")
    assert not finding.ok
    assert str(Path(doctor.sys.executable).parent) in finding.mend


@pytest.mark.parametrize(
    ("done", "ok"),
    [
        (subprocess.CompletedProcess([], 0, "", ""), True),
        (subprocess.CompletedProcess([], 1, "", "bwrap: No permissions\n"), False),
        (subprocess.TimeoutExpired("bwrap", 10), False),
        (OSError(8, "Exec format error"), False),
    ],
)
def test_a_sandbox_that_does_not_work_is_found(monkeypatch, done, ok):
    def run(command, **options):
        if isinstance(done, Exception):
            raise done
        return done

    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor.subprocess, "run", run)
    finding = doctor._sandbox()
    assert finding.ok is ok
    assert ok or finding.mend.startswith("sudo ")


def test_a_missing_sandbox_is_found_and_is_a_matter_of_linux_only(monkeypatch):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert "bubblewrap" in doctor._sandbox().mend
    monkeypatch.setattr(doctor.sys, "platform", "darwin")
    assert not doctor._sandbox().required


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_the_sandbox_is_really_tried():
    assert doctor._try_sandbox() is None


@pytest.mark.parametrize("content", [None, "not toml [", "[tool]"])
def test_a_project_file_that_is_missing_or_damaged_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "pyproject.toml").write_text(content)
    with pytest.raises(CourseError, match=r"pyproject\.toml"):
        doctor.examine(tmp_path, tmp_path)
