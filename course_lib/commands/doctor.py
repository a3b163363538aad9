"""``course doctor``: what is missing on this machine, and what mends it."""

import json
from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape

from course_lib.catalogue import course_root
from course_lib.commands.output import FAILED, console, table
from course_lib.doctor import Finding, examine
from course_lib.workspace import DEFAULT_FOLDER


def run(as_json: bool, folder: Path | None) -> None:
    """Look everything over and print it; exit code 1 if something is missing that is needed."""
    root = course_root()
    findings = examine(root, root / DEFAULT_FOLDER if folder is None else folder)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(FAILED)


def _show(findings: tuple[Finding, ...]) -> None:
    """Print what was found, and below it the commands that mend what is missing."""
    rows = table("", "", "found")
    for finding in findings:
        rows.add_row(_sign(finding), escape(finding.name), escape(finding.found))
    out = console()
    out.print(rows)
    missing = [finding for finding in findings if not finding.ok]
    for finding in missing:
        need = "needed" if finding.required else "needed for some things only"
        out.print(f"\n{finding.name} ({need}):", markup=False)
        out.print(f"  {finding.mend}", markup=False, soft_wrap=True)
    if not missing:
        out.print("Nothing is missing.")


def _sign(finding: Finding) -> str:
    """Return a mark in word and colour."""
    if finding.ok:
        return "[green]ok[/green]"
    return "[red]missing[/red]" if finding.required else "[yellow]optional[/yellow]"
