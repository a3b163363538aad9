"""What the course changes in Otter's grading: a time limit, and widgets as still pictures."""

import os
from typing import Any

from nbconvert import preprocessors
from nbconvert.preprocessors import ExecutePreprocessor
from otter.plugins import AbstractOtterPlugin

from course_lib.display.still import STILL_VARIABLE

_TIME_UP = {"ename": "CellTimeoutError", "evalue": "The time was up.", "traceback": []}


class CourseGrading(AbstractOtterPlugin):
    """Stop cells that never end, and start the kernel in the mode for grading.

    Otter has no setting for either. Its configuration names this plugin; ``cell_seconds`` there is
    what one cell may take.
    """

    def before_grading(self, config: Any) -> None:
        """Set both before Otter starts the kernel."""
        os.environ[STILL_VARIABLE] = "1"
        limit = self.plugin_config["cell_seconds"]

        class WithLimit(ExecutePreprocessor):
            """Runs a notebook; a cell that takes too long is interrupted, and the next one runs."""

            def __init__(self, **settings: Any) -> None:
                super().__init__(
                    timeout=limit,
                    interrupt_on_timeout=True,
                    error_on_timeout=_TIME_UP,
                    **settings,
                )

        # Otter takes the class from there when it runs the notebook. Changed defaults of
        # NotebookClient would come too late: traitlets copies them when a class is made.
        preprocessors.ExecutePreprocessor = WithLimit
