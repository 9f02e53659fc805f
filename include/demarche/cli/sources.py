"""The declared sources: list them, try them, fetch them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from demarche.cli.arguments import LakeOption, settings_of
from demarche.cli.steps import print_fetched
from demarche.printing import Format, complain, print_rows

if TYPE_CHECKING:
    from datetime import datetime

    from demarche.records import SourceHealth

app = typer.Typer(
    help="List the declared sources, try them, fetch them. Example: demarche sources list", no_args_is_help=True
)

SourceIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources by their ids; all by default.")]


@app.command("list")
def list_sources(
    lake: LakeOption = None,
    format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.table,
) -> None:
    """Show the declared sources and how they fare: since when one fails, and why.

    Example: demarche sources list
    """
    from demarche import steps

    found = steps.list_sources(settings=settings_of(lake))
    if format is not Format.table:
        rows = [tuple(row.model_dump(mode="json").values()) for row in found]
        print_rows(tuple(found[0].model_dump()) if found else (), rows, format, "no sources")
        return
    columns = ("id", "kind", "state", "asked at", "new", "waiting", "place", "reason")
    print_rows(columns, [_source_row(row) for row in found], format, "no sources")


def _source_row(row: SourceHealth) -> tuple[Any, ...]:
    asked = (_source_state(row), _minute(row.asked_at), row.new_count, row.waiting_count)
    return row.source_name, row.kind, *asked, row.place, row.reason_text


def _source_state(row: SourceHealth) -> str:
    if not row.is_enabled:
        return "off"
    if row.failing_since_at:
        return f"failing since {_minute(row.failing_since_at)}"
    return "ok" if row.succeeded_at else "not asked yet"


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant else ""


@app.command("check")
def check_sources(
    ids: SourceIds = None,
    format: Annotated[Format, typer.Option("--format", help="How to print the findings.")] = Format.table,
) -> None:
    """Ask sources as if for the first time, read one article of each, and keep nothing; exit code 1 when one fails.

    Example: demarche sources check courier-world
    """
    from demarche import steps

    rows = []
    for found in steps.check_sources(ids, settings=settings_of()):
        state = "ok" if found.is_good else "FAILS"
        rows.append((state, found.source_name, found.link_count, found.document_count, found.text))
    print_rows(("", "id", "links", "documents", "first document, or what fails"), rows, format, "no sources")
    if any(row[0] != "ok" for row in rows):
        raise typer.Exit(1)


@app.command("fetch")
def fetch_sources(
    ids: SourceIds = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The partition it belongs to.", show_default="the hour that has ended")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what was asked for this partition already.")] = False,
    lake: LakeOption = None,
) -> None:
    """Take what is new of sources into the lake; a source is asked once for an hour. Exit code 1 when one fails.

    Example: demarche sources fetch courier-world --again
    """
    from demarche import steps

    key = key or steps.hour_that_has_ended()
    if key < steps.hour_that_has_ended():
        complain(f"{key} is past: only files are read, what the web has now belongs to the hour that has ended")
    print_fetched(steps.fetch_documents(key, sources=ids or None, again=again, settings=settings_of(lake)))
