"""Workers of an existing cluster of dask.distributed; no file system is shared with them.

A submission travels in its task, and its result comes back. A worker holds what a local one does,
the references and the hidden seed, and starts students' processes in its own sandbox.
"""

import logging
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from functools import partial
from typing import Any

from course_lib.errors import CourseError
from course_lib.grading.grade import course_digest

_CONNECT_SECONDS = 30


class ClusterExecutor(Executor):
    """Runs calls on the workers of a cluster.

    A worker that is lost is the cluster's concern, which runs its calls again elsewhere. What the
    cluster gives up, and the loss of the cluster itself, is told as a `BrokenExecutor`.

    Parameters
    ----------
    address : str
        Of the scheduler, for example ``"tcp://10.0.0.5:8786"``.

    Raises
    ------
    CourseError
        If no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        self._client = _connect(address)
        # Each call is a new one: else one that failed would be remembered, and never run again.
        self._inner = self._client.get_executor(pure=False)

    def submit(self, call: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Send a call to the cluster."""
        if self._client.status != "running":
            raise BrokenExecutor("The connection to the cluster was lost.")
        outer: Future[Any] = Future()
        inner = self._inner.submit(_call_here, course_digest(), call, args, options)
        inner.add_done_callback(partial(_pass_on, outer))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; it goes on for others."""
        if self._client.status == "running":
            self._inner.shutdown(wait=wait and not cancel_futures)
        self._client.close()


def reach(address: str) -> tuple[Callable[[], Executor], int]:
    """Look at a cluster before anything is sent to it.

    Parameters
    ----------
    address : str
        Of its scheduler.

    Returns
    -------
    callable and int
        What makes an executor, and how many workers there are; each grades one at a time.

    Raises
    ------
    CourseError
        If no scheduler or worker answers, or a worker's course is another one.
    """
    with closing(_connect(address)) as client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
            digests = client.run(course_digest)
        except TimeoutError as error:
            raise CourseError(f"The cluster at {address} has no workers.") from error
        except ModuleNotFoundError as error:
            raise CourseError(f"A worker at {address} lacks {error.name}: install it.") from error
    others = sorted(worker for worker, digest in digests.items() if digest != course_digest())
    if others:
        raise CourseError(_other_course(", ".join(others)))
    return partial(ClusterExecutor, address), len(digests)


def _connect(address: str) -> Any:
    """Connect to a scheduler."""
    from distributed import Client  # noqa: PLC0415 - an extra; not needed on one machine

    # A scheduler that is lost is told by us, in a sentence and without a traceback.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"No scheduler of dask.distributed answers at {address} "
            f"(an address is like tcp://10.0.0.5:8786): {error}"
        ) from error


def _call_here(
    digest: bytes, call: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """Do a call on a worker, if its course is the one of whoever asks; workers come and go."""
    if digest != course_digest():
        raise CourseError(_other_course("A worker"))
    return call(*args, **options)


def _other_course(who: str) -> str:
    """Say that a worker would give other scores."""
    return f"{who} has another version of the course: install the same on all machines."


def _pass_on(outer: Future[Any], inner: Future[Any]) -> None:
    """Hand over what came of a call, in the words that every executor uses."""
    from distributed import KilledWorker  # noqa: PLC0415 - as above

    if inner.cancelled():
        outer.set_exception(BrokenExecutor("The connection to the cluster was lost."))
        return
    error = inner.exception()
    if isinstance(error, KilledWorker):
        outer.set_exception(BrokenExecutor("Every worker that tried it was lost."))
    elif error is not None:
        outer.set_exception(error)
    else:
        outer.set_result(inner.result())
