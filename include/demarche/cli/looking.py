"""Looking at what is known: SQL, exports, one event, one document, the state of it all."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from demarche.cli.arguments import LakeOption, Report, WarehouseOption, settings_of
from demarche.cli.steps import LISTED, print_step
from demarche.printing import (
    Format,
    complain,
    print_drawn,
    print_json,
    print_line,
    print_rows,
    progress_bars,
    write_bytes,
    writing,
)

app = typer.Typer()

_READY = "ready: `demarche load-warehouse` loads it, or says why it is refused"


class QueryFormat(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"
    parquet = "parquet"


class Shape(StrEnum):
    text = "text"
    html = "html"
    json = "json"


class Split(StrEnum):
    open = "open"
    frozen = "frozen"
    all = "all"


class ExportForm(StrEnum):
    parquet = "parquet"
    csv = "csv"
    geojson = "geojson"
    gdelt = "gdelt"
    gdelt_mentions = "gdelt-mentions"
    icalendar = "icalendar"


@app.command(context_settings={"ignore_unknown_options": True})  # SQL may begin with a comment: -- like this
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from standard input.")],
    warehouse: WarehouseOption = None,
    format: Annotated[
        QueryFormat, typer.Option("--format", help="How to print the rows; parquet needs > FILE or a pipe.")
    ] = QueryFormat.table,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")] = 1000,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.1, help="End it after this time.", show_default="DEMARCHE_QUERY_SECONDS"),
    ] = None,
) -> None:
    """Ask the published warehouse one SELECT; it is opened read-only, in a process that can't write.

    SHOW TABLES lists the marts, DESCRIBE mart.meetings its columns.

    Example: demarche query "SELECT * FROM mart.meetings LIMIT 10" --format csv
    """
    from demarche import steps
    from demarche import warehouse as store

    settings = settings_of(warehouse=warehouse)
    place = steps.warehouse_of(settings)
    sql = sys.stdin.read() if sql == "-" else sql
    bounds: dict[str, Any] = {
        "limit": limit, "timeout_seconds": seconds or settings.query_seconds, "memory_mb": settings.query_memory_mb,
    }  # fmt: skip
    if format is QueryFormat.parquet:
        file = store.query_parquet(place, sql, **bounds)
        write_bytes(file.data)
        is_truncated = file.is_truncated
    else:
        answer = store.query(place, sql, **bounds)
        print_rows(answer.columns, answer.rows, Format(format.value), "no rows")
        is_truncated = answer.is_truncated
    if is_truncated:
        complain(f"only the first {limit} rows; --limit gives more")


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", help="A folder that isn't there yet, or is empty.")],
    form: Annotated[ExportForm, typer.Option("--format", help="What to write.")],
    country: Annotated[
        list[str] | None, typer.Option("--country", help="Code or name, of a side or the place; may be repeated.")
    ] = None,
    event_type: Annotated[list[str] | None, typer.Option("--type", help="May be repeated.")] = None,
    status_type: Annotated[
        list[str] | None,
        typer.Option("--status", help="May be repeated.", show_default="all; of icalendar planned and cancelled"),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Events that last until this day or longer.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Events that begin on this day or earlier.")] = None,
    sure: Annotated[float, typer.Option("--sure", min=0, max=1, help="Events of at least this confidence.")] = 0.0,
    since_load: Annotated[
        str | None,
        typer.Option("--since-load", metavar="LOAD", help="Only what later loads than this one changed."),
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Write events into a folder for other programs, with a data package (datapackage.json) that describes them.

    Parquet by month, CSV that is safe in spreadsheets, GeoJSON, GDELT's events or mentions, or a calendar of what is
    planned. Example: demarche export --format csv --country PRK --since 2018-01-01 --output north-korea
    """
    from demarche import steps
    from demarche.selection import select

    selection = select(
        country=country or None, since=since, until=until, event_type=event_type or None,
        status_type=status_type or None, sure=sure,
    )  # fmt: skip
    with progress_bars() as progress:
        done = steps.export(
            form.value, output, selection, since_load=since_load, settings=settings_of(warehouse=warehouse),
            progress=progress,
        )  # fmt: skip
    print_step(done)


@app.command()
def status(
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
    format: Annotated[Report, typer.Option("--format", help="How to print it.")] = Report.table,
) -> None:
    """Show what is where, how fresh it is, and what is pending.

    Example: demarche status
    """
    from demarche import steps

    found = steps.status(settings=settings_of(lake, warehouse))
    if format is Report.json:
        print_json(found)
        return
    stations = found.pop("stations")
    del found["not_loaded"]
    left = {"not_loaded": dict.fromkeys(found.pop("not_loaded_keys"), _READY)}
    left |= {name: found.pop(name) for name in ("held_back", "set_aside")}
    counts = [(name, len(keys)) for name, keys in left.items()]
    print_rows(("what", "is"), [*found.items(), *counts], Format.table, "")
    rows = [(name, key, why) for name, keys in left.items() for key, why in list(keys.items())[:LISTED]]
    print_rows(("partition", "key", "why"), rows, Format.table, "")
    columns = ("station", "partitions", "newest", "changed_at", "pending")
    rows = [tuple(station[column] for column in columns) for station in stations]
    print_rows(columns, rows, Format.table, "")


@app.command()
def explain(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A file, the id of a document, or that of an event or its beginning.")
    ],
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
    format: Annotated[
        Shape, typer.Option("--format", help="For a terminal, as a page, or a JSON object a line.")
    ] = Shape.text,
) -> None:
    """Show how a text was read: who was taken for whom and why, each event with its evidence and what decided.

    Of an event, show the reports that are it and what joined them. Example: demarche explain article.txt
    """
    from demarche import steps
    from demarche.explanation.page import write_page
    from demarche.explanation.terminal import draw
    from demarche.records import Reject

    found = []
    for item in steps.explain(what, settings=settings_of(lake, warehouse)):
        if isinstance(item, Reject):
            complain(item.reason_text)
        else:
            found.append(item)
    if not found:
        raise typer.Exit(1)
    if format is Shape.html:
        with writing() as out:
            out.write(write_page(found))
        return
    for one in found:
        if format is Shape.json:
            print_json(one.as_dict())
        else:
            print_drawn(draw(one))


@app.command()
def show(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="Its id, a former one, or the beginning of one.")],
    warehouse: WarehouseOption = None,
    format: Annotated[Report, typer.Option("--format", help="How to print it.")] = Report.table,
) -> None:
    """Show an event: who takes part, its life, what each source claims, the sentences that say so, how it was revised.

    Why its reports are one event, `demarche explain` says. Example: demarche show e00bc7a62 --warehouse news.duckdb
    """
    from demarche import steps

    found = steps.show_event(event_id, settings=settings_of(warehouse=warehouse))
    if format is Report.json:
        print_json({**found, "event": found["event"][0]})
        return
    print_sections(found)


def print_sections(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for section, rows in found.items():
        if rows:
            print_line(("" if section == "event" else "\n") + section.upper())
            print_rows(tuple(rows[0]), [tuple(row.values()) for row in rows], Format.table)


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="A folder with an events.jsonl, or such a file.")],
    texts: Annotated[
        Path | None, typer.Option("--texts", help="Folder with gold's texts.", show_default="drop, beside GOLD")
    ] = None,
    split: Annotated[Split, typer.Option("--split", help="Which half of gold to measure.")] = Split.all,
    format: Annotated[Report, typer.Option("--format", help="How to print the figures.")] = Report.table,
) -> None:
    """Read the texts of a gold set and print how well: precision, recall, F1 of events, status, sides, dates, places.

    The format of gold stands in samples/README.md. Example: demarche evaluate samples/gold --split open
    """
    from demarche import steps

    with progress_bars() as progress:
        found = steps.evaluate(gold, texts=texts, split=split.value, settings=settings_of(), progress=progress)
    if format is Report.json:
        print_json(found.as_dict())
        return
    print_rows(("what", "count"), list(found.counts.items()), Format.table, "")
    columns = ("measure", "of", "gold", "found", "precision", "recall", "F1")
    rows = [
        (one.measure_type, one.group_name, one.gold_count, one.found_count, *map(_percent, one.scores))
        for one in found.measures
    ]
    print_rows(columns, rows, Format.table, "")
    confused = [(one.measure_type, one.gold, one.found, one.count) for one in found.confusions]
    print_rows(("confused", "gold", "found", "times"), confused, Format.table, "")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


@app.command()
def doctor(lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Say what is missing for work, and how to get it; exit code 1 when something is.

    Example: demarche doctor
    """
    from demarche import steps

    findings = steps.diagnose(lambda: settings_of(lake, warehouse))
    mark = {True: "ok", False: "MISSING"}
    rows = [(mark[one.is_good], one.subject, one.text if one.is_good else str(one)) for one in findings]
    print_rows(("", "what", "finding"), rows, Format.table, "")
    if not all(finding.is_good for finding in findings):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version. Example: demarche version"""
    from importlib.metadata import version as installed_version

    print_line(installed_version("demarche"))
