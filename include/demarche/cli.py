"""The command ``demarche``: the whole line in one process, a verb per step, and the doors to what came of it.

Answers go to standard output, progress and complaints to standard error. Bad documents are named and never fail a
command; it fails (exit code 1) when it could do nothing of what it was asked for, or had to hold back a partition.
Whatever costs time to import is imported by the verb that needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from demarche.printing import (
    Format,
    OutputError,
    check_streams,
    complain,
    drop_output,
    print_drawn,
    print_json,
    print_line,
    print_rows,
    print_table,
    progress_bars,
    write_bytes,
    writing,
)

if TYPE_CHECKING:
    from datetime import datetime

    from demarche.records import QualityCheck, QualityResult, Reject, SourceHealth
    from demarche.settings import Settings
    from demarche.steps import StepResult
    from demarche.warehouse import DuckLake

app = typer.Typer(
    name="demarche",
    help="Reads the news and keeps a warehouse of diplomatic events, each with its evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

sources_app = typer.Typer(
    help="List the declared sources, try them, fetch them. Example: demarche sources list", no_args_is_help=True
)
app.add_typer(sources_app, name="sources")

import_app = typer.Typer(
    help="Take others' data beside one's own. Example: demarche import gdelt export.CSV.zip", no_args_is_help=True
)
app.add_typer(import_app, name="import")

_LISTED = 20  # rejects, partitions, rows that a check found
_READY = "ready: `demarche load-warehouse` loads it, or says why it is refused"


class QueryFormat(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"
    parquet = "parquet"


class LineFormat(StrEnum):
    jsonl = "jsonl"


class Report(StrEnum):
    table = "table"
    json = "json"


class Page(StrEnum):
    markdown = "markdown"
    html = "html"


class Occasion(StrEnum):
    sample = "sample"
    uncertain = "uncertain"
    disputed = "disputed"


class Told(StrEnum):
    text = "text"
    jsonl = "jsonl"


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


_TO_REVIEW = ("event", "participants", "evidence")
_ANSWERS = ("keep", "reject", "recode", "merge", "split", "undo", "next", "quit")  # the beginning of one is enough
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
Inputs = Annotated[
    list[Path], typer.Argument(metavar="INPUT...", readable=False, help="Files and folders: .txt, .html, .jsonl.")
]
Jsonl = Annotated[LineFormat, typer.Option("--format", help="One JSON object a line.")]


def main() -> None:
    """The entry point: errors that a person can mend are one line that says what, and what to do."""
    try:
        check_streams()
        app()
    except Exception as error:
        if os.environ.get("DEMARCHE_DEBUG") or not isinstance(error, _expected()):
            raise
        if isinstance(error, OutputError):
            drop_output()
        complain(f"error: {_in_one_line(error)}")
        sys.exit(1)


# --- everything at once ------------------------------------------------------------------------------------------
@app.command()
def run(
    inputs: Inputs,
    warehouse: WarehouseOption = None,
    lake: Annotated[
        str | None, typer.Option("--lake", help="Folder or URL of the lake.", show_default="WAREHOUSE.lake")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The partition for new files.", show_default="the hour that has ended")
    ] = None,
    sure: Annotated[
        float, typer.Option("--sure", min=0, max=1, help="Print events of at least this confidence; 0 prints all.")
    ] = 0.5,
) -> None:
    """Read files and print the events that they tell of; everything is kept in a warehouse.

    Doing it twice changes nothing. Exit code 1 when a partition is held back: what was read of it is not in the
    warehouse. Example: demarche run articles/ extra.html --warehouse news.duckdb
    """
    from demarche import steps

    if warehouse and not lake and not warehouse.startswith("ducklake:"):
        lake = f"{warehouse}.lake"
    settings = _settings(lake, warehouse)
    with progress_bars() as progress:
        done = steps.run(inputs, settings=settings, partition_key=key, progress=progress)
    found = steps.events_of(done.raw_hashes, settings=settings)
    printed = [event for event in found if event["confidence_score"] >= sure]
    nothing = f"no event of confidence {sure:g} or more" if found else "no event found"
    print_table(("date", "event", "status", "who", "place", "told by"), list(map(_event_row, printed)), nothing)
    unsure = len(found) - len(printed)
    counts = f"events: {len(found)}{f' ({unsure} less sure ones: --sure 0 prints them)' if unsure else ''}"
    counts += f", documents: {done.document_count}, rejected: {len(done.rejects)}"
    if done.passed_over:
        counts += f", passed over: {len(done.passed_over)} (hidden or unfinished, the first {done.passed_over[0]})"
    complain(f"{counts}. Warehouse: {steps.warehouse_of(settings)}, lake: {settings.lake_url}")
    if done.foreign_count:
        texts = "text" if done.foreign_count == 1 else "texts"
        complain(f"{done.foreign_count} {texts} not in English: stored, not coded")
    _print_rejects(done.rejects)
    for partition, reason in done.held.items():
        complain(f"held back: {partition}: {reason}")
    if done.held and warehouse:
        complain(f"these commands are to be told, too: --warehouse {warehouse}")
    if done.held or not done.document_count:
        raise typer.Exit(1)


def _event_row(event: dict[str, Any]) -> tuple[str, ...]:
    act = " ".join(filter(None, (event["event_type"], event["mode_type"])))
    sides = filter(None, (event["actor_text"], event["recipient_text"]))
    told_by = f"{event['document_count']} {'document' if event['document_count'] == 1 else 'documents'}"
    return _days(event), act, event["status_type"], " → ".join(sides), event["place_name"] or "", told_by


def _days(event: dict[str, Any]) -> str:
    """The interval as people write it: a day, month or year where it is one, else from … to."""
    start, end = event["start_date"], event["end_date"]
    if start is None:
        return ""
    if start == end:
        return str(start)
    length = {"month": 7, "year": 4}.get(event["date_precision_type"])
    return str(start)[:length] if length and str(start)[:length] == str(end)[:length] else f"{start} – {end}"


# --- streams -----------------------------------------------------------------------------------------------------
@app.command()
def extract(format: Jsonl = LineFormat.jsonl) -> None:
    """Read documents as JSON lines from standard input; write what each names and reports, in the same order.

    In: {"id", "text"}, and optionally "title", "url", "published_at". A line that can't be read gives {"id", "error"}.
    Example: demarche extract --format jsonl < documents.jsonl > found.jsonl
    """
    from demarche import steps

    settings = _settings()
    _write_answers(steps.extract(_lines(sys.stdin.buffer, settings.max_file_bytes), settings=settings))


def _write_answers(answers: Iterable[dict[str, Any]]) -> None:
    """Each as a line, those with an error on standard error too. Exit code 1 where there are no others."""
    failed = count = 0
    for answer in answers:
        print_json(answer)
        count += 1
        if "error" in answer:
            failed += 1
            complain(f"{answer['id']}: {answer['error']}")
    if count and failed == count:
        raise typer.Exit(1)


@app.command("group-stories")
def group_stories(format: Jsonl = LineFormat.jsonl) -> None:
    """Read documents as JSON lines from standard input; write which of them are one text, in the same order.

    In: as for extract. Out: {"id", "story_id", "is_copy", "similarity_score"}; the earliest document of a story is no
    copy, and the score says how like it a document is. A line that can't be read gives {"id", "error"}.
    Example: demarche group-stories --format jsonl < documents.jsonl > stories.jsonl
    """
    from demarche import steps

    settings = _settings()
    with progress_bars() as progress:
        lines = _lines(sys.stdin.buffer, settings.max_file_bytes)
        _write_answers(steps.group_stories(lines, settings=settings, progress=progress))


@app.command()
def parse(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files and folders: .txt, .html, .jsonl.")],
    format: Jsonl = LineFormat.jsonl,
) -> None:
    """Print the documents found in files: title, byline, body, date and the rules that found them.

    What can't be read is named on standard error. Example: demarche parse --format jsonl page.html notes.txt
    """
    from demarche import steps
    from demarche.records import Reject

    found = rejected = 0
    for item in steps.parse_files(inputs, settings=_settings()):
        if isinstance(item, Reject):
            rejected += 1
            complain(item.reason_text)
        else:
            found += 1
            print_json(item.model_dump(mode="json"))
    if rejected and not found:
        raise typer.Exit(1)


def _lines(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines of a stream; of one longer than ``limit`` only the beginning, which will be no JSON."""
    while line := stream.readline(limit):
        yield line
        while len(line) == limit and not line.endswith(b"\n"):
            line = stream.readline(limit)


# --- a verb per step ---------------------------------------------------------------------------------------------
@app.command("fetch-documents")
def fetch_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Take what is new in the drop folder and the declared sources into the lake; files stay where they are.

    Without KEY it belongs to the hour that has ended; for a past hour the web isn't asked.
    Example: demarche fetch-documents
    """
    from demarche import steps

    _print_fetched(steps.fetch_documents(key or steps.hour_that_has_ended(), settings=_settings(lake, warehouse)))


@app.command("parse-documents")
def parse_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Make documents of fetched bytes; without KEY, of all partitions that lack it.

    Example: demarche parse-documents
    """
    from demarche import steps

    settings = _settings(lake, warehouse)
    for partition in [key] if key else steps.pending("documents", settings=settings):
        _print_step(steps.parse_documents(partition, settings=settings))


@app.command("tag-documents")
def tag_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Find who, where and what in documents; without KEY, in all partitions that lack it.

    Example: demarche tag-documents 2018-11-06T14
    """
    from demarche import steps

    settings = _settings(lake, warehouse)
    for partition in [key] if key else steps.pending("tagged", settings=settings):
        with progress_bars() as progress:
            done = steps.tag_documents(partition, settings=settings, progress=progress)
        _print_step(done)


@app.command("pair-documents")
def pair_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Find the documents that are the same text; without KEY, in all partitions that lack it.

    Example: demarche pair-documents
    """
    from demarche import steps

    settings = _settings(lake, warehouse)
    for partition in [key] if key else steps.pending("paired", settings=settings):
        _print_step(steps.pair_documents(partition, settings=settings))


@app.command("load-warehouse")
def load_warehouse(lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Form stories and events of everything that is pending, check them, and publish the warehouse.

    Example: demarche load-warehouse --warehouse news.duckdb
    """
    from demarche import steps

    _print_step(steps.load_warehouse(settings=_settings(lake, warehouse)))


@app.command("maintain-warehouse")
def maintain_warehouse(lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Tidy up: publish what a killed writer left, compact when it pays, drop old publications, verify, back up.

    Where what is published has rotted, the writer's own copy takes its place. Where to back up is set by
    DEMARCHE_BACKUP_URL. Example: demarche maintain-warehouse
    """
    from demarche import steps

    _print_step(steps.maintain_warehouse(settings=_settings(lake, warehouse)))


@app.command("migrate-warehouse")
def migrate_warehouse(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="A warehouse file, or ducklake:postgres:DSN.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The other of the two.")],
    data: Annotated[
        str | None,
        typer.Option("--data", help="Folder or s3:// URL for DuckLake's data files; needed when it is made."),
    ] = None,
) -> None:
    """Copy the warehouse from its file into DuckLake, or back; what was there is replaced in one step.

    Example: demarche migrate-warehouse news.duckdb "ducklake:postgres:dbname=news host=db" --data /shared/news
    """
    from demarche import steps

    print_line(steps.migrate_warehouse(origin, target, data_path=data, settings=_settings()))


@app.command()
def rebuild(
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Don't go on where an interrupted rebuild was.")
    ] = False,
) -> None:
    """Derive everything again from the lake's raw bytes and journal, and publish it.

    If it is interrupted, doing it again goes on where it was. Example: demarche rebuild --warehouse news.duckdb
    """
    from demarche import steps

    with progress_bars() as progress:
        done = steps.rebuild(settings=_settings(lake, warehouse), from_start=from_start, progress=progress)
    _print_step(done)


@app.command()
def forget(
    target: Annotated[str, typer.Argument(metavar="URL|ID", help="An address, a document_id or an article_id")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only name the documents that would go")] = False,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Take a document away for good: from lake, warehouse, history, former publications, and from our own backup.

    By an address, all that was and will be fetched from it; no rerun brings it back. The file in a drop folder, and
    backups made by something else, are yours to remove. Example: demarche forget https://courier.example/2018/talks
    """
    from demarche import steps

    settings = _settings(lake, warehouse)
    if dry_run:
        for document in steps.find_forgettable(target, settings=settings):
            typer.echo(f"{document.document_id}  {document.partition_key}  {document.canonical_url or document.path}")
        return
    with progress_bars() as progress:
        done = steps.forget(target, settings=settings, progress=progress)
    _print_step(done)


@app.command()
def restore(
    publication: Annotated[
        str | None, typer.Argument(metavar="[PUBLICATION]", help="Its number, 1 for the newest, or its name.")
    ] = None,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
    backup: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="From a backup: what the lake lacks, and the warehouse.")
    ] = None,
) -> None:
    """Publish a former state of the warehouse again; without PUBLICATION, list those that are kept.

    The next load goes on from it, and takes whatever it lacks. From a backup, the newest state unless PUBLICATION names
    another. Example: demarche restore 1 --warehouse news.duckdb
    """
    from demarche import steps
    from demarche import warehouse as store

    settings = _settings(lake, warehouse)
    if backup:
        _print_step(steps.restore_backup(backup, name=publication, settings=settings))
        return
    place = steps.warehouse_of(settings)
    if isinstance(place, store.DuckLake):
        _restore_snapshot(place, publication, settings.lock_seconds)
        return
    kept = store.publications(settings.warehouse_path)
    if publication is None:
        rows = [(number, path.name, *_held(path)) for number, path in enumerate(reversed(kept), 1)]
        columns = ("number", "publication", "loaded_at", "documents", "events")
        print_rows(columns, rows, Format.table, f"no former publication of {settings.warehouse_path} is kept")
        return
    chosen = store.chosen_publication(settings.warehouse_path, publication)
    store.restore(settings.warehouse_path, chosen, wait_seconds=settings.lock_seconds, keep=settings.kept_publications)
    loaded_at, documents, events = _held(settings.warehouse_path)
    held = f"{events} events of {documents} documents"
    print_line(f"{settings.warehouse_path}: restored, as loaded at {loaded_at}, {held}")


def _restore_snapshot(lake: DuckLake, wanted: str | None, wait_seconds: float) -> None:
    """The same in a DuckLake."""
    from demarche import warehouse as store

    if wanted is None:
        states = store.former_states(lake)
        rows = [(n, one.version, one.loaded_at, one.document_count, one.event_count) for n, one in enumerate(states, 1)]
        columns = ("number", "snapshot", "loaded_at", "documents", "events")
        print_rows(columns, rows, Format.table, f"no former state of {lake} is kept")
        return
    done = store.bring_back(lake, wanted, wait_seconds=wait_seconds)
    held = f"{done.event_count} events of {done.document_count} documents"
    print_line(f"{lake}: restored, as loaded at {done.loaded_at}, {held}")


def _held(path: Path) -> tuple[object, ...]:
    from demarche import warehouse as store

    try:
        found = store.overview(path)
    except store.WarehouseError as error:
        return str(error), None, None
    return found.loaded_at, found.document_count, found.event_count


@app.command()
def check(
    check_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="Checks to run; all by default.")
    ] = None,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
    format: Annotated[Report, typer.Option("--format", help="How to print the results.")] = Report.table,
) -> None:
    """Run the quality checks over the published warehouse, and show the first rows that each finds.

    Exit code 1 when one of severity error fails, or one can't be run. Example: demarche check --format json
    """
    from demarche import quality, steps

    told: list[dict[str, Any]] = []

    def tell(check: QualityCheck, result: QualityResult) -> None:
        if format is Report.table:
            _print_check(result)
        told.append(quality.told(check, result))

    results = steps.check_all(check_ids, settings=_settings(lake, warehouse), tell=tell)
    if format is Report.json:
        print_json(told)
    outcomes = [result.severity_type if result.outcome_type == "failed" else result.outcome_type for result in results]
    complain(", ".join(f"{outcomes.count(kind)} {kind}" for kind in ("passed", "info", "warn", "error", "broken")))
    if any(quality.is_alarm(result) for result in results):
        raise typer.Exit(1)


def _print_check(result: QualityResult) -> None:
    """A line for what was found, and one for each row of the sample."""
    outcome = result.severity_type if result.outcome_type == "failed" else result.outcome_type
    print_line(f"{outcome:<7} {result.message_text}")
    if result.outcome_type == "failed":
        for row in result.sample_rows:
            print_line(f"        {row}")
        if result.failing_count > len(result.sample_rows):
            print_line(f"        … and {result.failing_count - len(result.sample_rows)} more")


@app.command("daily-report")
def daily_report(
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day of loading.", show_default="the newest"),
    ] = None,
    format: Annotated[Page, typer.Option("--format", help="How to print it.")] = Page.markdown,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Print what came in, what was rejected, what was found, and what the checks say, on one page.

    Example: demarche daily-report --format html > report.html
    """
    from demarche import daily, steps

    report = steps.daily_report(day.date() if day else None, settings=_settings(lake, warehouse))
    write = daily.write_page if format is Page.html else daily.write_markdown
    sys.stdout.write(write(report))


@app.command()
def rejects(key: PartitionArgument, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """List what could not be read of a partition, and why, one JSON object a line; say first if it is held back.

    Example: demarche rejects 2018-11-06T14
    """
    from demarche import steps

    settings = _its_lake(lake, warehouse)
    found = steps.rejects(key, settings=settings)
    for reason in steps.held_back([key], settings=settings).values():
        complain(f"held back: {reason}")
    for reject in found:
        print_json(reject.model_dump(mode="json"))
    if not found:
        complain(f"nothing of {key} was rejected")


@app.command()
def accept(
    key: PartitionArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it may go on; kept in the journal.")],
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Release a partition that is held back: for its rejects, or for rows that break a rule of the gate.

    Example: demarche accept 2018-11-06T14 --reason "the archive's index pages, rightly rejected"
    """
    from demarche import steps

    steps.accept(key, reason=reason, settings=_its_lake(lake, warehouse))
    print_line(
        f"{key} is accepted: the chain's next run takes it, or do it now — demarche tag-documents, pair-documents and "
        "load-warehouse, with the same --lake or --warehouse"
    )


@app.command()
def watch(
    conditions: Annotated[
        list[str] | None, typer.Argument(metavar="[WATCH]...", help="Each like 'country=PRK type=CONSULT'.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A file of watches, one a line: 'north: country=PRK type=CONSULT'.")
    ] = None,
    format: Annotated[Told, typer.Option("--format", help="How to print what is told.")] = Told.text,
    peek: Annotated[bool, typer.Option("--peek", help="Tell, and tell the same again next time.")] = False,
    notify: Annotated[bool, typer.Option("--notify", help="Send it as well: DEMARCHE_NOTICE_… say where.")] = False,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Tell of events that are new, changed or taken back since the last time, and match a watch.

    Words of a watch: country, actor, recipient, type, mode, status, place, confidence; all must hold, values may be
    parted by commas. Example: demarche watch "country=PRK,KOR type=CONSULT status=planned"
    """
    from demarche import steps, watches

    found = list(map(watches.parse_line, conditions or ()))
    if file:
        found += watches.parse_watches(file.read_text(encoding="utf-8"), str(file))
    if not found:
        raise watches.WatchError("nothing to watch — name a watch, like 'country=PRK', or a --file of such")
    settings = _settings(lake, warehouse)
    is_news = False
    for one in steps.news(found, is_peek=peek, is_sent=notify, settings=settings):
        is_news = True
        if format is Told.jsonl:
            changes = [{"column": column, "before": before, "now": now} for column, before, now in one.changes]
            print_json({"watch": one.watch.name, "kind": one.kind, "changes": changes, **one.event})
        else:
            print_line(f"{one.watch.name}: {watches.told(one)}")
    if not is_news:
        complain("no news since the last time (at first: of the newest load) of what is watched")


# --- sources -----------------------------------------------------------------------------------------------------
SourceIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources by their ids; all by default.")]


@sources_app.command("list")
def list_sources(
    lake: LakeOption = None,
    format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.table,
) -> None:
    """Show the declared sources and how they fare: since when one fails, and why.

    Example: demarche sources list
    """
    from demarche import steps

    found = steps.list_sources(settings=_settings(lake))
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


@sources_app.command("check")
def check_sources(
    ids: SourceIds = None,
    format: Annotated[Format, typer.Option("--format", help="How to print the findings.")] = Format.table,
) -> None:
    """Ask sources as if for the first time, read one article of each, and keep nothing; exit code 1 when one fails.

    Example: demarche sources check courier-world
    """
    from demarche import steps

    rows = []
    for found in steps.check_sources(ids, settings=_settings()):
        state = "ok" if found.is_good else "FAILS"
        rows.append((state, found.source_name, found.link_count, found.document_count, found.text))
    print_rows(("", "id", "links", "documents", "first document, or what fails"), rows, format, "no sources")
    if any(row[0] != "ok" for row in rows):
        raise typer.Exit(1)


@sources_app.command("fetch")
def fetch_sources(
    ids: SourceIds = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The partition it belongs to.", show_default="the hour that has ended")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what was asked for this partition already.")] = False,
    lake: LakeOption = None,
) -> None:
    """Take what is new of sources into the lake; a source is asked once for an hour.

    Example: demarche sources fetch courier-world --again
    """
    from demarche import steps

    key = key or steps.hour_that_has_ended()
    if key < steps.hour_that_has_ended():
        complain(f"{key} is past: only files are read, what the web has now belongs to the hour that has ended")
    _print_fetched(steps.fetch_documents(key, sources=ids or None, again=again, settings=_settings(lake)))


# --- other people's data -----------------------------------------------------------------------------------------
@import_app.command("gdelt")
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
        done = steps.import_gdelt(files or (), settings=_settings(lake, warehouse), progress=progress)
    _print_step(done)
    for failure in done.failures:
        complain(failure)
    if done.failures:
        raise typer.Exit(1)


# --- looking -----------------------------------------------------------------------------------------------------
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

    settings = _settings(warehouse=warehouse)
    place = steps.warehouse_of(settings)
    sql = sys.stdin.read() if sql == "-" else sql
    bounds: dict[str, Any] = {"limit": limit, "timeout_seconds": seconds or settings.query_seconds}
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
            form.value, output, selection, since_load=since_load, settings=_settings(warehouse=warehouse),
            progress=progress,
        )  # fmt: skip
    _print_step(done)


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

    found = steps.status(settings=_settings(lake, warehouse))
    if format is Report.json:
        print_json(found)
        return
    stations = found.pop("stations")
    del found["not_loaded"]
    left = {"not_loaded": dict.fromkeys(found.pop("not_loaded_keys"), _READY)}
    left |= {name: found.pop(name) for name in ("held_back", "set_aside")}
    counts = [(name, len(keys)) for name, keys in left.items()]
    print_rows(("what", "is"), [*found.items(), *counts], Format.table, "")
    rows = [(name, key, why) for name, keys in left.items() for key, why in list(keys.items())[:_LISTED]]
    print_rows(("partition", "key", "why"), rows, Format.table, "")
    columns = ("station", "partitions", "newest", "changed_at", "pending")
    rows = [tuple(station[column] for column in columns) for station in stations]
    print_rows(columns, rows, Format.table, "")


@app.command()
def explain(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A file, or the id of a document or event.")],
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
    for item in steps.explain(what, settings=_settings(lake, warehouse)):
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
def review(
    occasion: Annotated[
        Occasion, typer.Option("--show", help="Which events: a random sample, uncertain or disputed ones.")
    ] = Occasion.uncertain,
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="At most so many.")] = 20,
    seed: Annotated[str, typer.Option("--seed", help="Another one draws another random sample.")] = "",
    event: Annotated[list[str] | None, typer.Option("--event", help="Only this event; may be repeated.")] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="List the decisions so far, one JSON object a line.")
    ] = False,
    undone: Annotated[str | None, typer.Option("--undo", metavar="DECISION", help="Take a decision back.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="this user")] = None,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Look at events one by one, with their evidence, and decide; the next load applies what was decided.

    Answers are read from standard input, a line each: keep, reject, recode COLUMN=VALUE…, merge EVENT, split REPORT,
    undo (the last decision, and look at its event again), next, quit; what follows ' # ' is kept as the reason.
    Example: demarche review --show sample --count 50
    """
    from demarche import steps

    settings = _its_lake(lake, warehouse)
    if list_all:
        decisions = steps.decisions(settings=settings)
        for decision in decisions:
            print_json(decision.model_dump(mode="json"))
        if not decisions:
            complain(f"the journal of {settings.lake_url} holds no decision")
        return
    if undone:
        print_line(f"undone: {steps.undo(undone, by=by, settings=settings).undone_decision_id}")
        return
    chosen = event or steps.to_review(occasion.value, count, seed=seed, settings=settings)
    if not chosen:
        complain(f"nothing to review: no {occasion.value} event that nobody has decided on")
        return
    desk = _Desk(chosen, "asked" if event else occasion.value, by, settings)
    while desk.place < len(chosen):
        sections = steps.show_event(chosen[desk.place], settings=settings)
        print_line(f"--- {desk.place + 1} of {len(chosen)} ---")
        _print_sections({name: sections[name] for name in _TO_REVIEW if name in sections})
        _decide(desk, sections["event"][0]["event_id"])
    complain(f"{len(desk.taken)} decided; `demarche load-warehouse` applies it")


@dataclass
class _Desk:
    """A sitting: the events to look at, which one is shown, and by its place each decision that was taken."""

    chosen: Sequence[str]
    occasion: str
    by: str | None
    settings: Settings
    place: int = 0
    taken: list[tuple[int, str]] = field(default_factory=list)


def _decide(desk: _Desk, event_id: str) -> None:
    """Read answers until one leads to another event, or ends the sitting."""
    from demarche import steps
    from demarche.events import DecisionError

    here = desk.place
    while desk.place == here:
        if sys.stdin.isatty():
            complain("keep, reject, recode COLUMN=VALUE…, merge EVENT, split REPORT, undo, next, quit?")
        line = sys.stdin.readline()
        answer, _, reason = line.strip().partition(" # ")
        verb, *words = answer.split() or ["quit" if not line else "next"]
        verb = next((known for known in _ANSWERS if known.startswith(verb)), verb)
        try:
            if verb in ("quit", "next"):
                desk.place = len(desk.chosen) if verb == "quit" else here + 1
            elif verb == "undo" and desk.taken:
                desk.place, decision_id = desk.taken.pop()
                done = steps.undo(decision_id, reason=reason or None, by=desk.by, settings=desk.settings)
                print_line(f"undone: {done.undone_decision_id}")
            elif verb not in _ANSWERS or verb == "undo":
                raise DecisionError(f"{verb!r}: {'nothing to undo' if verb == 'undo' else 'no such answer'}")
            else:
                decision = steps.decide(
                    verb,
                    event_id,
                    other=next((word for word in words if "=" not in word), None),
                    new_values=dict(word.partition("=")[::2] for word in words if "=" in word),
                    reason=reason or None,
                    occasion=desk.occasion,
                    by=desk.by,
                    settings=desk.settings,
                )
                desk.taken.append((here, decision.decision_id))
                print_line(f"{verb}: {decision.decision_id}")
                desk.place += verb in ("keep", "reject")
        except DecisionError as error:
            complain(str(error))


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

    found = steps.show_event(event_id, settings=_settings(warehouse=warehouse))
    if format is Report.json:
        print_json({**found, "event": found["event"][0]})
        return
    _print_sections(found)


def _print_sections(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
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
        found = steps.evaluate(gold, texts=texts, split=split.value, settings=_settings(), progress=progress)
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

    findings = steps.diagnose(lambda: _settings(lake, warehouse))
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


# --- the gazetteer ---------------------------------------------------------------------------------------------
gazetteer = typer.Typer(
    no_args_is_help=True,
    help="""The names that texts are read by: check them, refresh them from Wikidata, add your own in one CSV.

    Example: demarche gazetteer check""",
)
app.add_typer(gazetteer, name="gazetteer")


@gazetteer.command("check")
def gazetteer_check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Your own CSV.", show_default="DEMARCHE_GAZETTEER_FILE")
    ] = None,
) -> None:
    """Look at every table of the gazetteer and at your own CSV; name each wrong row by its line, exit code 1.

    Warns of terms of office that don't fit together: two holders at once, no end before a successor, nobody for months.
    Example: demarche gazetteer check additions.csv
    """
    from demarche import steps

    found = steps.check_gazetteer(file, settings=_settings())
    for problem in found.problems:
        print_line(problem)
    for doubt in found.doubts:
        complain(f"doubtful: {doubt}")
    complain(f"{found.row_count} rows looked at, wrong: {len(found.problems)}, doubtful: {len(found.doubts)}")
    if found.problems:
        raise typer.Exit(1)


@gazetteer.command("build")
def gazetteer_build(
    file: Annotated[Path, typer.Argument(help="A CSV of names, with the columns of your own; no offices, no places.")],
) -> None:
    """Make an index of very many names, which texts are read by without loading it: a million cost next to no memory.

    It goes to the file of DEMARCHE_GAZETTEER_INDEX. Where codebook or your own CSV have a name, they speak; of an
    index only names as they are written count. Example: demarche gazetteer build companies.csv
    """
    from demarche import steps

    target, count = steps.build_index(file, settings=_settings())
    complain(f"names: {count}. written: {target}")


@gazetteer.command("update")
def gazetteer_update(
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="head_of_state, head_of_government, foreign_minister or organisation_head; may be repeated.",
            show_default="all of them",
        ),
    ] = None,
    since: Annotated[
        int, typer.Option("--since", min=1900, max=2100, help="Tenures that had not ended before this year.")
    ] = 2015,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; write nothing.")] = False,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="Another SPARQL endpoint with Wikidata's items.", show_default="Wikidata's"),
    ] = None,
    contact: Annotated[
        str, typer.Option("--contact", help="A mail address for Wikidata to write to, as its rules wish.")
    ] = "",
) -> None:
    """Ask Wikidata who holds the offices that matter, print what the codebook doesn't know, and write it to your CSV.

    The file is that of DEMARCHE_GAZETTEER_FILE. Only rows that an update wrote (their source says so) are changed; the
    former file is kept beside it, with ".before" after its name. Example: demarche gazetteer update --dry-run
    """
    from demarche import steps

    with progress_bars() as progress:
        done = steps.update_gazetteer(
            role or (), url=endpoint, contact=contact, since=since, dry_run=dry_run, settings=_settings(),
            progress=progress,
        )  # fmt: skip
    for change in done.changes:
        print_line(change)
    counts = f"told of: {done.told_count}, known already: {done.known_count}, unusable: {done.unusable_count}"
    written = f"written: {done.path}" if done.is_written else f"not written: {done.path}"
    complain(f"changes: {len(done.changes)} ({counts}). {written if done.changes else f'{done.path}: as it was'}")


# --- shared ------------------------------------------------------------------------------------------------------
def _settings(lake: str | None = None, warehouse: str | None = None) -> Settings:
    from demarche.settings import load_settings

    if warehouse and warehouse.startswith("ducklake:"):
        return load_settings(lake_url=lake, warehouse_url=warehouse)
    if warehouse and not lake and (beside := Path(f"{warehouse}.lake")).is_dir():
        lake = str(beside)  # as run made it
    given = {"warehouse_path": Path(warehouse), "warehouse_url": ""} if warehouse else {}
    return load_settings(lake_url=lake, **given)


def _its_lake(lake: str | None, warehouse: str | None) -> Settings:
    """The settings, for what reads or writes a lake alone: where a warehouse is named, its lake must be the one."""
    from demarche import steps

    settings = _settings(lake, warehouse)
    if warehouse:
        steps.own_lake(settings)
    return settings


def _print_step(done: StepResult) -> None:
    print_line(str(done))
    _print_rejects(done.rejects)


def _print_fetched(done: StepResult) -> None:
    """A step that asked sources; it fails when all of them did."""
    from demarche import steps

    if done.failures and len(done.failures) == done.details["sources"]:
        raise steps.StepError("; ".join(done.failures))
    _print_step(done)
    for failure in done.failures:
        complain(failure)


def _print_rejects(rejects: Sequence[Reject]) -> None:
    for reject in rejects[:_LISTED]:
        complain(f"rejected ({reject.reason_type}): {reject.reason_text}")
    if more := rejects[_LISTED:]:
        keys = sorted({reject.partition_key for reject in more})
        complain(f"… and {len(more)} more; {', '.join(f'`demarche rejects {key}`' for key in keys[:3])} lists them")


# --- errors ------------------------------------------------------------------------------------------------------
def _expected() -> tuple[type[Exception], ...]:
    """Errors that say themselves what to do."""
    from demarche.codebook import CodebookError
    from demarche.events import DecisionError
    from demarche.language import ModelError
    from demarche.quality import CheckError
    from demarche.selection import SelectionError
    from demarche.settings import SettingsError
    from demarche.sources.declaring import DeclarationError
    from demarche.steps import StepError
    from demarche.storage import LakeError
    from demarche.warehouse import WarehouseError
    from demarche.watches import WatchError
    from demarche.wikidata import WikidataError

    ours = (SettingsError, LakeError, ModelError, StepError, WarehouseError, CheckError, CodebookError, OutputError)
    return (*ours, DeclarationError, DecisionError, SelectionError, WatchError, WikidataError, OSError)


def _in_one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and error.errno is not None:
        from demarche.warehouse import remedy

        text = f"{error.filename or 'disk'}: {error.strerror}{remedy(error)}"
    return text
