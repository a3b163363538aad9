"""What exercises are made of, where it would make a topic's own file too long."""

from collections.abc import Callable
from typing import Any


def refusing_like(reference: Callable[..., Any], wrong: Callable[..., Any]) -> Callable[..., Any]:
    """Make a mistake that refuses bad input as the reference does, and errs in the rest.

    So a student who checks the input but slips in the formula is told about the formula.

    Parameters
    ----------
    reference : callable
        Called first, for the errors that it raises.
    wrong : callable
        Gives the result.

    Examples
    --------
    >>> import math
    >>> refusing_like(math.sqrt, lambda x: x / 2)(9.0)
    4.5
    >>> refusing_like(math.sqrt, lambda x: x / 2)(-9.0)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ValueError: math domain error
    """

    def answer(*arguments: Any) -> Any:
        reference(*arguments)
        return wrong(*arguments)

    return answer
