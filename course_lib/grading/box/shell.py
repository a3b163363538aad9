"""The IPython in which a student's cells run: no history, no display, no tracebacks drawn."""

from typing import Any

from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

# What IPython imports only when it first runs a cell is so imported once, before any fork. Figures
# are inline from the start, as in a notebook.
_WARM_UP = ("%matplotlib inline", "1", "raise ValueError", "def broken(:")


class QuietShell(InteractiveShell):
    """Runs cells; what they show goes nowhere."""

    # Without a terminal in between, since there is none: the output is not looked at.
    system = InteractiveShell.system_raw

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: ``%matplotlib inline`` asks for it, and there is no window."""

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Draw nothing; the error itself is in the result."""

    def showsyntaxerror(self, *arguments: Any, **options: Any) -> None:
        """Draw nothing; the error itself is in the result."""

    def ask_exit(self) -> None:
        """Go on: the notebook's front end decides when it ends."""


def make_shell() -> QuietShell:
    """Make the shell; its history would be a thread, and a process with threads is not forked."""
    HistoryManager.enabled = False  # type: ignore[assignment]
    shell: QuietShell = QuietShell.instance()
    formatter: Any = shell.display_formatter
    formatter.active_types = ["text/plain"]  # no figure is drawn for nobody
    shell.display_trap.hook.do_full_cache = False
    for cell in _WARM_UP:
        run_cell(shell, cell)
    return shell


def run_cell(shell: QuietShell, source: str) -> BaseException | None:
    """Run a cell; return what it raised.

    Parameters
    ----------
    shell : QuietShell
        Keeps the names.
    source : str
        Code, magics allowed.
    """
    result = shell.run_cell(source, store_history=False)
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
