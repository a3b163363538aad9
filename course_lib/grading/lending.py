"""Functions of the course that an answer may call: they run here, and only their results go there.

Nothing of the course is in a student's process, since it could be taken as the answer. What an
exercise lends is called by name, with values, in the supervisor's process.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.exercises.failures import describe

if sys.platform == "linux":
    import resource
else:
    resource = None

Lent = Mapping[str, Callable[..., Any]]
_MORE_BYTES = 2**30  # that a call may take, so that nobody asks for an image without end


def by_name(functions: Sequence[Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return functions by the name under which they are imported.

    Examples
    --------
    >>> from course_lib.imaging.transforms import invert
    >>> list(by_name([invert]))
    ['course_lib.imaging.transforms.invert']
    """
    return {f"{function.__module__}.{function.__qualname__}": function for function in functions}


def lend(functions: Lent, name: Any, arguments: Any, options: Any) -> dict[str, Any]:
    """Call a lent function with what an answer handed over.

    Parameters
    ----------
    functions : mapping
        What may be called, by name.
    name, arguments, options : Any
        As the student's process said; they may be anything.

    Returns
    -------
    dict
        ``value``, and ``error``: the name and the sentence of what went wrong, or None.

    Examples
    --------
    >>> lend({"double": lambda x: 2 * x}, "double", (4,), {})
    {'value': 8, 'error': None}
    >>> lend({}, "open", ("secret",), {})["error"]
    ('RuntimeError', 'open is not lent for this exercise.')
    """
    function = functions.get(name) if type(name) is str else None
    if function is None or type(arguments) is not tuple or type(options) is not dict:
        return _refused("RuntimeError", f"{name!s:.100} is not lent for this exercise.")
    try:
        with _little_memory():
            return {"value": function(*arguments, **options), "error": None}
    except Exception as error:  # noqa: BLE001 - the student's values decide what is raised
        failure = describe(error)
        return _refused(failure.name, failure.message)


def _refused(name: str, message: str) -> dict[str, Any]:
    """Return that there is no value."""
    return {"value": None, "error": (name, message)}


@contextmanager
def _little_memory() -> Iterator[None]:
    """Let this process take only so much more memory; where Linux does not run, without limit."""
    if resource is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = now * resource.getpagesize() + _MORE_BYTES
    soft = most if before[0] == resource.RLIM_INFINITY else min(before[0], most)
    resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
