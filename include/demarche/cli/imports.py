"""Other people's data, beside one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from demarche.cli.arguments import LakeOption, WarehouseOption, settings_of
from demarche.cli.steps import LISTED, print_step
from demarche.printing import complain, progress_bars

app = typer.Typer(
    help="Take others' data beside one's own. Example: demarche import gdelt export.CSV.zip", no_args_is_help=True
)


@app.command("gdelt")
def import_gdelt(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Events or mentions of GDELT 2: .CSV, .zip or .gz."),
    ] = None,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Take GDELT's files into tables of their own (gdelt.events, gdelt.mentions), which mart.gdelt_comparison compares.

    They never count as reports or sources. Lines that aren't GDELT's, or contradict another, are left out and stand in
    meta.gdelt_rejects; a file with many of them is refused as a whole, exit code 1. Example: demarche import gdelt
    20241105*.export.CSV.zip
    """
    from demarche import steps

    with progress_bars() as progress:
        done = steps.import_gdelt(files or (), settings=settings_of(lake, warehouse), progress=progress)
    print_step(done)
    for said in done.left_out[:LISTED]:
        complain(f"left out: {said}")
    if (more := done.counts["rejects"] - LISTED) > 0:
        asked = "SELECT reason_text FROM meta.gdelt_rejects ORDER BY ALL"
        complain(f'… and {more} more lines; `demarche query "{asked}"` lists the first thousand of each file')
    for failure in done.failures:
        complain(failure)
    if done.failures:
        raise typer.Exit(1)
