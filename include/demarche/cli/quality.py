"""What is wrong, what is new: checks, rejects, the daily report, watches."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from demarche.cli.arguments import LakeOption, Page, PartitionArgument, Report, WarehouseOption, its_lake, settings_of
from demarche.printing import complain, print_json, print_line

if TYPE_CHECKING:
    from datetime import datetime

    from demarche.records import QualityCheck, QualityResult

app = typer.Typer()


class Told(StrEnum):
    text = "text"
    jsonl = "jsonl"


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

    results = steps.check_all(check_ids, settings=settings_of(lake, warehouse), tell=tell)
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

    report = steps.daily_report(day.date() if day else None, settings=settings_of(lake, warehouse))
    write = daily.write_page if format is Page.html else daily.write_markdown
    sys.stdout.write(write(report))


@app.command()
def rejects(key: PartitionArgument, lake: LakeOption = None, warehouse: WarehouseOption = None) -> None:
    """List what could not be read of a partition, and why, one JSON object a line; say first if it is held back.

    Example: demarche rejects 2018-11-06T14
    """
    from demarche import steps

    settings = its_lake(lake, warehouse)
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

    steps.accept(key, reason=reason, settings=its_lake(lake, warehouse))
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
    settings = settings_of(lake, warehouse)
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
