"""Answers that are not written yet."""

import dis
from types import FunctionType
from typing import Any

# What a body that does nothing is made of, from Python 3.11 to 3.14.
_EMPTY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


def is_unwritten(answer: Any) -> bool:
    """Tell whether an answer still is the stub: ``...``, or a function or class without a body.

    Examples
    --------
    >>> def stub(image):
    ...     '''Not written yet.'''
    ...     ...
    >>> is_unwritten(stub), is_unwritten(...), is_unwritten(abs)
    (True, True, False)
    """
    if answer is Ellipsis or answer is None:
        return True
    if type(answer) is type:
        own = [v for n, v in vars(answer).items() if not n.startswith("__") or callable(v)]
        return all(map(_is_stub, own))
    return _is_stub(answer)


def _is_stub(function: Any) -> bool:
    """Tell whether this is a function with a docstring at most."""
    if type(function) is not FunctionType:
        return False
    code = function.__code__
    only_doc = set(code.co_consts) <= {None, Ellipsis, function.__doc__}
    return only_doc and {step.opname for step in dis.get_instructions(code)} <= _EMPTY
