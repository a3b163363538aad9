"""Data cards: where an image comes from and what may be done with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What a user must know of a data set.

    Parameters
    ----------
    title : str
        What is shown.
    source : str
        Who made it, and in which package it is delivered; with a doi where there is one.
    licence : str
        Under which terms it may be used, and who says so.
    deidentification : str
        How it was made sure that no patient can be recognised.
    remarks : str
        Units, grid, and what to be careful with.
    """

    title: str
    source: str
    licence: str
    deidentification: str
    remarks: str

    def _repr_markdown_(self) -> str:
        """Show the card as a table in a notebook."""
        rows = (
            ("Source", self.source),
            ("Licence", self.licence),
            ("De-identification", self.deidentification),
            ("Remarks", self.remarks),
        )
        lines = [
            f"| {self.title} | Data card |",
            "|---|---|",
            *(f"| {name} | {text} |" for name, text in rows),
        ]
        return "\n".join(lines)
