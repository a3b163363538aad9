"""What the course changes in nbgrader: four steps, and the settings that put them in place.

``nbgrader_config.py`` in a released course folder calls `configure`, so nbgrader's own commands use
them. Each step replaces one of nbgrader's and does the same, with one exception that it names.
"""

import re
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearSolutions,
    DeduplicateIds,
    NbGraderPreprocessor,
    OverwriteCells,
)
from traitlets import HasTraits
from traitlets.config import Config

from course_lib.authoring.solution import STUB, hide_letter, typed_letter

CELL_SECONDS = 60
_SEED = re.compile(r"\bseed=(\d+)\)")
_HIDDEN = re.compile(r"^.*BEGIN HIDDEN TESTS(?s:.*?)END HIDDEN TESTS.*\n?", re.MULTILINE)

Result = tuple[NotebookNode, dict[str, Any]]


class ClearAnswers(ClearSolutions):
    """Clear solutions; of the cell of a quiz, clear the letter and keep the rest."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> Result:
        """Clear one cell."""
        if typed_letter(cell.source) is None:
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = hide_letter(cell.source)
        return cell, resources


class DropCopies(DeduplicateIds):
    """Keep the last of several cells with one id; the others become plain cells.

    nbgrader leaves them an empty description, takes it for one of an old version, and stops
    grading everybody.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> Result:
        """Mark a copy as plain."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


class RestoreChecks(OverwriteCells):
    """Overwrite locked cells; put check cells that a student deleted at the end.

    nbgrader can put them behind the cell before, and fails where that is missing too. At the end
    is where Otter runs the tests of deleted cells.
    """

    def add_missing_grade_cells(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Add what is missing."""
        known = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        sources = {cell.name: cell for cell in known.source_cells}
        described = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
        present = {each.get("grade_id") for each in described if each.get("grade")}
        for cell in known.grade_cells:
            if cell.name not in present:
                self.log.warning("The cell %s was deleted; it is put at the end.", cell.name)
                made = self.missing_cell_transform(sources[cell.name], cell.max_score)
                if (nb.nbformat, nb.nbformat_minor) >= (4, 5):
                    made["id"] = f"restored-{len(nb.cells)}"
                nb.cells.append(made)
        return nb, resources


class HideHiddenTests(NbGraderPreprocessor):
    """After grading, take hidden tests and their seed out, so that feedback does not show them."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Clean the notebook, error messages included."""
        seeds = {seed for cell in nb.cells for seed in _seeds(cell)}
        for cell in nb.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
                cell.source = _HIDDEN.sub("", cell.source).rstrip("\n")
                cell.outputs = [
                    _shortened(output, {*seeds, "HIDDEN TESTS"}) for output in cell.outputs
                ]
        text = nbformat.writes(nb)
        for seed in seeds:
            text = text.replace(seed, "9" * len(seed))  # a number still, so that JSON stays JSON
        return nbformat.reads(text, as_version=nbformat.NO_CONVERT), resources


def configure(config: Config) -> None:
    """Set what the course needs of nbgrader.

    Parameters
    ----------
    config : traitlets.config.Config
        From ``get_config()``. What is set after this call goes before.
    """
    config.ClearSolutions.code_stub = {"python": STUB}
    config.GenerateAssignment.preprocessors = _replaced(
        GenerateAssignment, "preprocessors", {ClearSolutions: ClearAnswers}
    )
    config.Autograde.sanitize_preprocessors = _replaced(
        Autograde,
        "sanitize_preprocessors",
        {DeduplicateIds: DropCopies, OverwriteCells: RestoreChecks},
    )
    steps = _replaced(Autograde, "autograde_preprocessors", {})
    place = steps.index(CheckCellMetadata)
    config.Autograde.autograde_preprocessors = [*steps[:place], HideHiddenTests, *steps[place:]]
    config.OverwriteCells.add_missing_cells = True
    # A check cell that warns has not failed; nbgrader takes all that is on stderr for a failure.
    config.IgnorePattern.enabled = True
    config.IgnorePattern.pattern = r"(?s).*"
    config.Execute.timeout = CELL_SECONDS
    config.Execute.interrupt_on_timeout = True


def _replaced(owner: type[HasTraits], name: str, new: dict[type, type]) -> list[type]:
    """Return nbgrader's own list of steps, with some of them replaced."""
    return [new.get(step, step) for step in owner.class_traits()[name].default()]


def _seeds(cell: NotebookNode) -> list[str]:
    """Return the seeds in the hidden tests of a cell."""
    return [seed for block in _HIDDEN.findall(cell.source) for seed in _SEED.findall(block)]


def _shortened(output: NotebookNode, words: set[str]) -> NotebookNode:
    """Return an output whose traceback has no line with one of these words."""
    if "traceback" not in output:
        return output
    kept = [
        "\n".join(x for x in part.split("\n") if not any(word in x for word in words))
        for part in output.traceback
    ]
    return NotebookNode({**output, "traceback": kept})
