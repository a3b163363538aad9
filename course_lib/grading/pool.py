"""Worker processes on this machine."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor
from concurrent.futures.process import ProcessPoolExecutor
from multiprocessing.connection import wait


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
    """Leave Ctrl-C to the process that shares the work out, and end when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process at once when another one is gone; what it started sees that and ends too."""
    wait([sentinel])
    os._exit(1)
