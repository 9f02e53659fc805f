"""A verb per step of the line, and what keeps lake and warehouse in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from demarche.cli.arguments import KeyArgument, LakeOption, WarehouseOption, settings_of
from demarche.printing import Format, complain, print_line, print_rows, progress_bars

if TYPE_CHECKING:
    from demarche.records import Reject
    from demarche.steps import StepResult
    from demarche.warehouse import DuckLake

app = typer.Typer()

LISTED = 20  # rejects, partitions, rows that a check found


@app.command("fetch-documents")
def fetch_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Take what is new in the drop folder and the declared sources into the lake; files stay where they are.

    Without KEY it belongs to the hour that has ended; for a past hour the web isn't asked. Exit code 1 when a source
    fails; the others are fetched nevertheless.
    Example: demarche fetch-documents
    """
    from demarche import steps

    print_fetched(steps.fetch_documents(key or steps.hour_that_has_ended(), settings=settings_of(lake, warehouse)))


@app.command("parse-documents")
def parse_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Make documents of fetched bytes; without KEY, of all partitions that lack it.

    Exit code 1 when nothing came of it but rejects. Example: demarche parse-documents
    """
    from demarche import steps

    settings = settings_of(lake, warehouse)
    written = rejected = 0
    for partition in [key] if key else steps.pending("documents", settings=settings):
        done = steps.parse_documents(partition, settings=settings)
        print_step(done)
        written, rejected = written + done.written, rejected + done.rejected
    if rejected and not written:
        raise typer.Exit(1)


@app.command("tag-documents")
def tag_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Find who, where and what in documents; without KEY, in all partitions that lack it.

    Example: demarche tag-documents 2018-11-06T14
    """
    from demarche import steps

    settings = settings_of(lake, warehouse)
    for partition in [key] if key else steps.pending("tagged", settings=settings):
        with progress_bars() as progress:
            done = steps.tag_documents(partition, settings=settings, progress=progress)
        print_step(done)


@app.command("pair-documents")
def pair_documents(key: KeyArgument = None, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Find the documents that are the same text; without KEY, in all partitions that lack it.

    Example: demarche pair-documents
    """
    from demarche import steps

    settings = settings_of(lake, warehouse)
    for partition in [key] if key else steps.pending("paired", settings=settings):
        print_step(steps.pair_documents(partition, settings=settings))


@app.command("load-warehouse")
def load_warehouse(lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Form stories and events of everything that is pending, check them, and publish the warehouse.

    Example: demarche load-warehouse --warehouse news.duckdb
    """
    from demarche import steps

    print_step(steps.load_warehouse(settings=settings_of(lake, warehouse)))


@app.command("maintain-warehouse")
def maintain_warehouse(lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """Tidy up: publish what a killed writer left, compact when it pays, drop old publications, verify, back up.

    Where what is published has rotted, the writer's own copy takes its place. Where to back up is set by
    DEMARCHE_BACKUP_URL. Example: demarche maintain-warehouse
    """
    from demarche import steps

    print_step(steps.maintain_warehouse(settings=settings_of(lake, warehouse)))


@app.command("migrate-warehouse")
def migrate_warehouse(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="A warehouse file, or ducklake:postgres:DSN.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The other of the two.")],
    data: Annotated[
        str | None,
        typer.Option("--data", help="Folder or s3:// URL of DuckLake's data files, where TO is one."),
    ] = None,
) -> None:
    """Copy the warehouse from its file into DuckLake, or back; what was there is replaced in one step.

    Example: demarche migrate-warehouse news.duckdb "ducklake:postgres:dbname=news host=db" --data /shared/news
    """
    from demarche import steps

    print_line(steps.migrate_warehouse(origin, target, data_path=data, settings=settings_of()))


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
        done = steps.rebuild(settings=settings_of(lake, warehouse), from_start=from_start, progress=progress)
    print_step(done)


@app.command()
def forget(
    target: Annotated[str, typer.Argument(metavar="URL|ID", help="An address, a document_id, article_id or reject_id")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only name what would go")] = False,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Take a document or reject away for good: from lake, warehouse, history, daily reports, old publications, backup.

    By an address, all that was and will be fetched from it; no rerun brings it back. Raw bytes go when no other
    document is in them ("raw_removed"): those of a file of many records stay. The file in a drop folder, and backups
    made by something else, are yours to remove. Example: demarche forget https://courier.example/2018/talks
    """
    from demarche import steps
    from demarche.records import Reject

    settings = settings_of(lake, warehouse)
    if dry_run:
        for found in steps.find_forgettable(target, settings=settings):
            if isinstance(found, Reject):
                typer.echo(f"{found.reject_id}  {found.partition_key}  {found.path}")
            else:
                typer.echo(f"{found.document_id}  {found.partition_key}  {found.canonical_url or found.path}")
        return
    with progress_bars() as progress:
        done = steps.forget(target, settings=settings, progress=progress)
    print_step(done)


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

    settings = settings_of(lake, warehouse)
    if backup:
        print_step(steps.restore_backup(backup, name=publication, settings=settings))
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


def print_step(done: StepResult) -> None:
    print_line(str(done))
    print_rejects(done.rejects)


def print_fetched(done: StepResult) -> None:
    """What came of asking sources; exit code 1 when one of them fails, as a task of Airflow is red then."""
    print_step(done)
    for failure in done.failures:
        complain(failure)
    if done.failures:
        raise typer.Exit(1)


def print_rejects(rejects: Sequence[Reject]) -> None:
    for reject in rejects[:LISTED]:
        complain(f"rejected ({reject.reason_type}): {reject.reason_text}")
    if more := rejects[LISTED:]:
        keys = sorted({reject.partition_key for reject in more})
        complain(f"… and {len(more)} more; {', '.join(f'`demarche rejects {key}`' for key in keys[:3])} lists them")
