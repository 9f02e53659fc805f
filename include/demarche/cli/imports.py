"""Other people's data, beside one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from demarche.cli.arguments import LakeOption, WarehouseOption, settings_of
from demarche.cli.steps import print_step
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

    They never count as reports or sources. Lines that aren't GDELT's stand in meta.gdelt_rejects; a file of which most
    are is refused, exit code 1. Example: demarche import gdelt 20241105*.export.CSV.zip
    """
    from demarche import steps

    with progress_bars() as progress:
        done = steps.import_gdelt(files or (), settings=settings_of(lake, warehouse), progress=progress)
    print_step(done)
    for failure in done.failures:
        complain(failure)
    if done.failures:
        raise typer.Exit(1)
