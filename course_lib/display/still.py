"""Whether somebody is there to move a slider."""

import os

STILL_VARIABLE = "COURSE_STILL"


def still() -> bool:
    """Tell whether widgets should be still pictures: while a notebook is graded or only executed.

    A widget without a front end can stall the programs that execute notebooks, so nbgrader's own
    variable counts, and so does ``COURSE_STILL=1``, which the course's commands set.

    Examples
    --------
    >>> still()
    False
    """
    return bool(os.environ.get("NBGRADER_EXECUTION") or os.environ.get(STILL_VARIABLE))
