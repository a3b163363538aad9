"""Worker processes on this machine."""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from concurrent.futures import Executor
from concurrent.futures.process import ProcessPoolExecutor
from multiprocessing.connection import wait

from course_lib.grading.starting import Nursery, use


def local_pool(workers: int, forked: bool = True) -> Executor:
    """Start worker processes; each holds the references, and starts students' processes.

    Parameters
    ----------
    workers : int
        How many submissions are graded at a time; about as many as there are processors.
    forked : bool
        Whether they will fork, where that is possible.
    """
    nursery = Nursery() if forked and sys.platform == "linux" else None
    return _Pool(workers, nursery)


class _Pool(ProcessPoolExecutor):
    """A pool whose workers have a nursery in common."""

    def __init__(self, workers: int, nursery: Nursery | None) -> None:
        # Started anew, not forked: this process has threads, and a fork of it would not be safe.
        context = multiprocessing.get_context("spawn")
        arguments = () if nursery is None else (nursery.pipe,)
        super().__init__(workers, context, _prepare, arguments)
        self._nursery = nursery

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, then what they have in common."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None


def _prepare(nursery: socket.socket | None = None) -> None:
    """Leave Ctrl-C to the process that shares the work out, and end when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    if nursery is not None:
        use(nursery)


def _end_with(sentinel: int) -> None:
    """End this process at once when another one is gone; what it started sees that and ends too."""
    wait([sentinel])
    os._exit(1)
