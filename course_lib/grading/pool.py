"""Worker processes on this machine."""

import multiprocessing
import signal
from concurrent.futures import Executor
from concurrent.futures.process import ProcessPoolExecutor


def local_pool(workers: int) -> Executor:
    """Start worker processes; each holds the references, and starts students' processes.

    Parameters
    ----------
    workers : int
        How many submissions are graded at a time; about as many as there are processors.
    """
    # Started anew, not forked: this process has threads, and a fork of it would not be safe.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare)


def _prepare() -> None:
    """Leave Ctrl-C to the process that shares the work out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
