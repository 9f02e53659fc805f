"""What several verbs are given: the places, a partition, a format; and the settings that follow from them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from demarche.settings import Settings


class LineFormat(StrEnum):
    jsonl = "jsonl"


class Report(StrEnum):
    table = "table"
    json = "json"


class Page(StrEnum):
    markdown = "markdown"
    html = "html"


LakeOption = Annotated[
    str | None,
    typer.Option(
        "--lake",
        help="Folder or URL of the lake.",
        show_default="WAREHOUSE.lake, where --warehouse names one that has it; else DEMARCHE_LAKE_URL",
    ),
]
WarehouseOption = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        metavar="PLACE",
        help="The DuckDB file, or ducklake:postgres:DSN.",
        show_default="DEMARCHE_WAREHOUSE_URL, or else DEMARCHE_WAREHOUSE_PATH",
    ),
]
KeyArgument = Annotated[
    str | None, typer.Argument(metavar="[KEY]", help="A partition, by its hour in UTC: 2018-11-06T14.")
]
PartitionArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A partition, by its hour in UTC: 2018-11-06T14.")
]
InputsArgument = Annotated[
    list[Path], typer.Argument(metavar="INPUT...", readable=False, help="Files and folders: .txt, .html, .jsonl.")
]
Jsonl = Annotated[LineFormat, typer.Option("--format", help="One JSON object a line.")]


def settings_of(lake: str | None = None, warehouse: str | None = None) -> Settings:
    from demarche.settings import load_settings

    if warehouse and warehouse.startswith("ducklake:"):
        return load_settings(lake_url=lake, warehouse_url=warehouse)
    if warehouse and not lake and (beside := Path(f"{warehouse}.lake")).is_dir():
        lake = str(beside)  # as run made it
    given = {"warehouse_path": Path(warehouse), "warehouse_url": ""} if warehouse else {}
    return load_settings(lake_url=lake, **given)


def its_lake(lake: str | None, warehouse: str | None) -> Settings:
    """The settings, for what reads or writes a lake alone: where a warehouse is named, its lake must be the one."""
    from demarche import steps

    settings = settings_of(lake, warehouse)
    if warehouse:
        steps.own_lake(settings)
    return settings
