"""From texts to what they tell: files into a warehouse, or a stream into a stream."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, BinaryIO

import typer

from demarche.cli.arguments import InputsArgument, Jsonl, LineFormat, WarehouseOption, settings_of
from demarche.cli.steps import print_rejects
from demarche.printing import complain, print_json, print_table, progress_bars

app = typer.Typer()


@app.command()
def run(
    inputs: InputsArgument,
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

    Doing it twice changes nothing. Exit code 1 when nothing but rejects came of them, or when a partition is held back:
    what was read of it is not in the warehouse. Example: demarche run articles/ extra.html --warehouse news.duckdb
    """
    from demarche import steps

    if warehouse and not lake and not warehouse.startswith("ducklake:"):
        lake = f"{warehouse}.lake"
    settings = settings_of(lake, warehouse)
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
    print_rejects(done.rejects)
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


@app.command()
def extract(format: Jsonl = LineFormat.jsonl) -> None:
    """Read documents as JSON lines from standard input; write what each names and reports, in the same order.

    In: {"id", "text"}, and optionally "title", "url", "published_at". A line that can't be read gives {"id", "error"};
    "skipped_sentences" counts those too long to be read. Only English is read; "language_code" says which it is.
    Example: demarche extract --format jsonl < documents.jsonl > found.jsonl
    """
    from demarche import steps

    settings = settings_of()
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

    settings = settings_of()
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
    for item in steps.parse_files(inputs, settings=settings_of()):
        if isinstance(item, Reject):
            rejected += 1
            complain(item.reason_text)
        else:
            found += 1
            print_json(item.model_dump(mode="json"))
    if hidden := steps.passed_over(inputs):
        complain(f"passed over: {len(hidden)} (hidden or unfinished, the first {hidden[0]})")
    if rejected and not found:
        raise typer.Exit(1)


def _lines(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines of a stream; of one longer than ``limit`` only the beginning, which will be no JSON."""
    while line := stream.readline(limit):
        yield line
        while len(line) == limit and not line.endswith(b"\n"):
            line = stream.readline(limit)
