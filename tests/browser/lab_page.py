"""The page with JupyterLab: what a student does on it, and what the tests look at."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import nbformat

RUN_MS = 180_000  # for what takes seconds on an idle machine and a minute on a busy one
POLL_MS = 100  # playwright's own way asks, and so draws the page, sixty times a second
LOOPBACK = {"127.0.0.1", "localhost"}
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"

_OPEN = """async path => {
    await jupyterapp.serviceManager.sessions.shutdownAll();
    [...jupyterapp.shell.widgets('main')].forEach(panel => panel.dispose());  // asks nothing
    const panel = await jupyterapp.commands.execute('docmanager:open', {path});
    await panel.revealed;
    await panel.sessionContext.ready;
}"""
_KERNEL = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
_IDLE = f"() => {_KERNEL}?.status === 'idle'"
_ALL_DONE = f"""() => {{
    const content = jupyterapp.shell.currentWidget.content;
    const cells = content.widgets.filter(cell => cell.model.type === 'code');
    const empty = cell => cell.model.sharedModel.getSource().trim() === '';
    const done = cell =>
        cell.model.executionCount !== null && cell.model.executionState !== 'running';
    return cells.every(cell => empty(cell) || done(cell)) && {_KERNEL}?.status === 'idle';
}}"""
_STATE = """() => {
    const content = jupyterapp.shell.currentWidget.content;
    return [content.activeCellIndex, content.mode, content.widgets.length];
}"""
_IMAGES = """outputs => outputs.flatMap(output => [...output.querySelectorAll('img')]
    .map(image => image.getAttribute('alt') ?? ''))"""


@dataclass
class Lab:
    """JupyterLab in a browser, and what happened there.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page.
    server : Server
        Where the page comes from.
    errors : list of str
        What the browser's console complained of.
    foreign : list of str
        Requests that left this machine.
    """

    page: Any
    server: Any
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def start(self):
        """Watch the page and load JupyterLab."""
        self.page.on("console", self._note_error)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("websocket", lambda socket: self._note_request(socket.url))
        self.page.goto(f"{self.server.url}/lab?token={self.server.token}&reset")
        self.page.wait_for_function("() => globalThis.jupyterapp?.restored.then(() => true)")
        self.page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
        return self

    def _note_error(self, message):
        """Keep an error of the console."""
        if message.type == "error":
            self.errors.append(message.text)

    def _note_request(self, url):
        """Keep a request to another host; what has no host stays in the page."""
        host = urlsplit(url).hostname
        if host is not None and host not in LOOPBACK:
            self.foreign.append(url)

    def write(self, name, *cells):
        """Put a notebook of code cells into the folder."""
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        nbformat.write(made, self.server.folder / name)
        return name

    def open(self, name):
        """Open a notebook of the folder, and nothing else, and wait for its kernel."""
        self.page.evaluate(_OPEN, name)
        self.page.wait_for_function(_IDLE, timeout=RUN_MS, polling=POLL_MS)

    def run_all(self):
        """Run all cells by the menu, as a student does, and wait until the last one is done."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(_ALL_DONE, timeout=RUN_MS, polling=POLL_MS)

    def press(self, *keys):
        """Press keys as a person does, who sees what each of them did before pressing the next."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(80)
            self.page.wait_for_function(_IDLE, polling=POLL_MS)

    def code_cell(self, index):
        """Return a code cell."""
        return self.page.locator(f"{NOTEBOOK} .jp-CodeCell").nth(index)

    def output(self, index):
        """Return the output of a code cell."""
        return self.code_cell(index).locator(".jp-OutputArea")

    def outputs(self):
        """Return the outputs of all cells."""
        return self.page.locator(f"{NOTEBOOK} .jp-OutputArea")

    def texts_of_pictures(self):
        """Return the alternative text of every picture in the outputs."""
        return self.outputs().evaluate_all(_IMAGES)

    def state(self):
        """Return JupyterLab's active cell, its mode and the number of cells."""
        return self.page.evaluate(_STATE)

    def faults(self):
        """Return what axe-core finds wrong in our output; JupyterLab's own parts are not ours."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, {"include": [[f"{NOTEBOOK} .jp-OutputArea"]]})
        return [
            f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}"
            for fault in found.response["violations"]
            for node in fault["nodes"]
        ]

    def use_theme(self, name):
        """Change the theme and wait until the page has it."""
        self.page.evaluate(
            "theme => { jupyterapp.commands.execute('apputils:change-theme', {theme}) }", name
        )
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
