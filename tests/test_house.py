"""The files around the code agree with each other and hold nothing that does not belong."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# conda-forge's name where it differs; matplotlib-base is matplotlib without a desktop toolkit.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
ADDRESS = re.compile(r"(https?|git\+|file)://|--(extra-)?index-url|--find-links|@\s*file", re.I)


def tracked_files() -> list[Path]:
    """List what git holds; outside a checkout (an unpacked release) there is nothing to list."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def split_requirement(requirement: str) -> tuple[str, str]:
    """Split "Name>=1.0" into its lower-case name and its version range."""
    name, limits = re.fullmatch(r"([A-Za-z0-9_.-]+?)((?:[<>=!~].*)?)", requirement).groups()
    return name.lower(), limits


def required_by_pyproject() -> dict[str, str]:
    """Return what the course and its instructors need, by conda's names."""
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + extras["instructor"] + extras["grading"]
    pairs = [split_requirement(requirement) for requirement in wanted]
    return {CONDA_NAMES.get(name, name): limits for name, limits in pairs}


def test_conda_environment_equals_pyproject_though_no_solver_runs_here():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    from_pip = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    from_conda = [d for d in environment["dependencies"] if isinstance(d, str)]
    listed = dict(map(split_requirement, [*from_conda, *(d for d in from_pip if d != "-e .")]))
    assert listed.pop("python") == PROJECT["requires-python"]
    assert listed.pop("pip") == ""
    assert "-e ." in from_pip
    assert listed == required_by_pyproject()


def test_lock_pins_every_dependency_and_holds_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {line.split("==")[0].lower() for line in text.splitlines() if "==" in line}
    normal = {name.replace("_", "-") for name in pinned}
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(one for extra in extras.values() for one in extra)]
    names = {re.split(r"[\[<>=]", requirement)[0].lower() for requirement in wanted}
    assert names - {"course-lib"} <= normal
    assert not ADDRESS.search(text)


def test_no_file_names_this_machine():
    folders = {str(ROOT.parent) + "/", str(Path.home()) + "/"} - {"/", "//"}
    found = [
        f"{path.relative_to(ROOT)}: {folder}"
        for path in tracked_files()
        for folder in folders
        if folder.encode() in path.read_bytes()
    ]
    assert found == []


def test_no_tracked_file_is_larger_than_a_mebibyte():
    assert [path for path in tracked_files() if path.stat().st_size > 2**20] == []


def test_no_lock_file_with_download_addresses_is_tracked():
    names = {path.name for path in tracked_files()}
    assert names.isdisjoint({"uv.lock", "pylock.toml", "poetry.lock", "conda-lock.yml"})


def test_every_make_target_of_the_documents_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.M))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    named = {
        target
        for document in documents
        for target in re.findall(r"^(?:\$ )?make ([a-z]+)", document.read_text("utf-8"), flags=re.M)
    }
    assert {"lab", "test"} <= named <= targets


def test_every_topic_has_source_notebook_quizzes_widgets_and_exercises():
    sources = {path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py")}
    if not sources:
        pytest.skip("a student's copy holds no solutions")
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} == sources
    for name in sorted(sources):
        slug = name[3:]
        for folder in ("course_lib/exercises/topics", "course_lib/display/widgets", "quizzes"):
            assert (ROOT / folder / f"{slug}.py").is_file(), f"{folder}/{slug}.py is missing"


def test_no_two_test_modules_share_a_name():
    # Test folders are no packages, so Python keeps one module for each name.
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert len(names) == len(set(names)) > 10
