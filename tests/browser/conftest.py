"""JupyterLab in a real Chromium: one server, one browser and one page for all tests."""

import os
import re
import shutil

import pytest
from jupyter_server_for_tests import NOTEBOOKS, running_server
from lab_page import Lab

PATIENCE_MS = 30_000


@pytest.fixture(scope="session")
def chromium():
    """Return the browser's program, or skip with the reason; where it is required, fail."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    reason = "Chromium is not installed; on Debian: apt-get install chromium fonts-dejavu-core"
    if os.environ.get("COURSE_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    """Start JupyterLab on a copy of the course's notebooks."""
    with running_server(tmp_path_factory.mktemp("jupyter") / "home", NOTEBOOKS) as server:
        yield server


@pytest.fixture(scope="session")
def browser(chromium):
    """Start Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


@pytest.fixture(scope="session")
def only_lab(server, browser):
    """Open JupyterLab once; the server starts while the browser does."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    server.wait()
    return Lab(page, server).start()


@pytest.fixture
def lab(only_lab):
    """Return JupyterLab; whatever a test did, no console error and no request elsewhere."""
    yield only_lab
    errors, foreign = list(only_lab.errors), list(only_lab.foreign)
    only_lab.errors.clear()
    only_lab.foreign.clear()
    assert errors == []
    assert foreign == []


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory):
    """Return a folder outside of the project for screenshots."""
    return tmp_path_factory.mktemp("screenshots", numbered=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Say with a failed test where the screenshot of its page is."""
    report = yield
    lab = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed and lab is not None:
        folder = item.config._tmp_path_factory.getbasetemp()
        path = folder / f"failed-{re.sub(r'[^a-z0-9]+', '-', item.name)[:80]}.png"
        lab.page.screenshot(path=path)
        report.sections.append(("Screenshot", str(path)))
    return report
