"""The daily report: what came in, what could not be read, what was found, and what the checks say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import daily, quality
from demarche.daily import Cell, Course, DailyReport, Figure, Outcomes, Part, Section
from demarche.records import QualityResult, Reject
from demarche.settings import Settings, load_settings
from demarche.steps.checking import list_checks
from demarche.steps.ledgers import open_lake, warehouse_of
from demarche.steps.quarantine import held_back, rejects
from demarche.steps.results import StepError, StepResult, log

if TYPE_CHECKING:
    from demarche.warehouse import Place

HISTORY = 30  # results of a check that its row shows
_OF_THE_DAY = """
SELECT
    (SELECT count(*) FROM core.documents WHERE load_date = CAST($day AS DATE)),
    (SELECT count(*) FROM meta.rejects WHERE substr(partition_key, 1, 10) = $day),
    (SELECT count(*) FROM core.events WHERE load_date = CAST($day AS DATE))
"""
_NEWEST_LOAD = """
SELECT max(loaded_at) FROM meta.loads
WHERE (partition_count > 0 OR revision_count > 0) AND loaded_at < CAST($until AS TIMESTAMPTZ)
"""  # that changed anything: those that only bring results of checks are none
_WITH_BARS = ("documents", "events", "rejects", "days")  # columns whose numbers are drawn as well
HELD_SHOWN = 10  # partitions that are held back
_BEFORE = ", before the newest load"  # behind the outcome of a check that hasn't been run since
_ORDER = ("error", "warn", "info")


def daily_report(day: date | None = None, *, settings: Settings | None = None) -> DailyReport:
    """The report on a day of loading, by default the newest (also of what is held back), with the checks there are and
    what they had found by then. Raises StepError when nothing came in yet, or for a day that is to come."""
    from demarche import warehouse

    settings = settings or load_settings()
    path, lake, now = warehouse_of(settings), open_lake(settings), datetime.now(UTC)
    found = warehouse.overview(path)
    held = held_back(settings=settings)
    if day is None:
        ((newest,),) = warehouse.query(path, "SELECT max(load_date) FROM core.documents").rows
        came = [date.fromisoformat(key[: len("2018-11-06")]) for key in held]
        day = max(filter(None, (newest, *came)), default=None)
    if day is None:
        raise StepError(f"{path} holds no documents yet — there is nothing to report")
    if day > now.date():
        raise StepError(f"{day} is to come — name a day until {now.date()} (UTC)")
    results = map(QualityResult.model_validate, lake.journal(QualityResult.table))
    known, until = set(list_checks(settings=settings)), _until(path, day)
    courses = _courses(one for one in results if one.check_id in known and one.checked_at < until)
    refused = {key: rejects(key, settings=settings) for key in sorted(held, reverse=True)[:HELD_SHOWN]}
    ((loaded_at,),) = warehouse.query(path, _NEWEST_LOAD, parameters={"until": until.isoformat()}).rows
    old = {course[-1].check_id for course in courses if loaded_at and course[-1].checked_at < loaded_at}
    sections = [_checks(courses, old), *_held(held, refused), *_asked(path, day)]
    holds = f"{found.document_count:,} documents, {found.report_count:,} reports, {found.event_count:,} events"
    facts = [
        ("warehouse", str(path)),
        ("written", now.isoformat(" ", "minutes")),
        ("loaded last", found.loaded_at.isoformat(" ", "minutes") if found.loaded_at else "never"),
        ("holds now", holds),
        ("checks", _told(courses) + (f"; {len(old)} checked before the newest load" if old else "")),
    ]
    return DailyReport(day, now, facts, sections, _figures(path, day, courses, old, refused, len(held)))


def _figures(
    path: Place,
    day: date,
    courses: Sequence[Sequence[QualityResult]],
    old: Collection[str],
    refused: Mapping[str, Sequence[Reject]],
    held_count: int,
) -> list[Figure]:
    """How the day was, in a few numbers."""
    from demarche import warehouse

    ((documents, rejected, events),) = warehouse.query(path, _OF_THE_DAY, parameters={"day": day.isoformat()}).rows
    rejected += sum(len(found) for key, found in refused.items() if key.startswith(str(day)))
    newest = [course[-1] for course in courses]
    alarms = sum(map(quality.is_alarm, newest))
    warned = sum(one.outcome_type == "failed" and one.severity_type == "warn" for one in newest)
    sound = "passed" if newest and not old else "plain"
    return [
        Figure("documents", documents),
        Figure("rejects", rejected),
        Figure("new events", events),
        Figure("held back now", held_count, "warned" if held_count else "passed"),
        Figure("checks failed", alarms, "failed" if alarms else sound),
        Figure("checks warn", warned, "warned" if warned else sound),
    ]


def _held(held: Mapping[str, str], refused: Mapping[str, Sequence[Reject]]) -> Iterator[Section]:
    """What is held back now, whatever day it came in; no section where nothing is."""
    rows: list[tuple[Cell, ...]] = []
    for key, found in refused.items():
        kinds = Counter(reject.reason_type for reject in found).most_common(3)
        rows.append((key, ", ".join(f"{count} {kind}" for kind, count in kinds) or None, held[key]))
    if rows:
        note = "As of now: these partitions are missing from all answers, and from what follows; the newest first."
        yield Section("Held back", note, ("partition", "rejects", "why"), rows)


def _until(path: Place, day: date) -> datetime:
    """When the next day began on which something was loaded: what was checked by then tells of ``day``."""
    from demarche import warehouse

    sql = "SELECT min(load_date) FROM core.documents WHERE load_date > CAST($day AS DATE)"
    ((following,),) = warehouse.query(path, sql, parameters={"day": day.isoformat()}).rows
    return datetime.combine(following, time.min, UTC) if following else datetime.max.replace(tzinfo=UTC)


def write_daily_report(day: date | None = None, *, settings: Settings | None = None) -> StepResult:
    """Write the report on a day as a page and as Markdown into ``reports_folder``, and as ``latest`` beside them."""
    settings = settings or load_settings()
    report = daily_report(day, settings=settings)
    folder = settings.reports_folder
    folder.mkdir(parents=True, exist_ok=True)
    written = _write(report, (folder / str(report.day), folder / "latest"))
    log.info("written: %s", folder / f"{report.day}.html")
    return StepResult("daily_report", None, written=written)


def rewrite_daily_reports(words: Iterable[str], *, settings: Settings) -> int:
    """Write anew, from what the warehouse holds now, those reports in ``reports_folder`` that tell any of ``words``;
    how many: only to take back what must not be kept."""
    words = {escape(word) for word in words}
    count = 0
    for page in sorted(settings.reports_folder.glob("????-??-??.html")):
        text = page.read_text(encoding="utf-8")
        if any(word in text for word in words):
            latest = page.with_name("latest.html")
            is_latest = latest.exists() and latest.read_text(encoding="utf-8") == text
            report = daily_report(date.fromisoformat(page.stem), settings=settings)
            _write(report, [page.with_suffix(""), *([latest.with_suffix("")] if is_latest else [])])
            count += 1
    return count


def _write(report: DailyReport, places: Iterable[Path]) -> int:
    """A report as a page and as Markdown under each of these names; how many kinds of files that are."""
    written = {".html": daily.write_page(report), ".md": daily.write_markdown(report)}
    for place in places:
        for ending, text in written.items():
            _put(place.with_name(place.name + ending), text)
    return len(written)


def _put(path: Path, text: str) -> None:
    """Readers see the old file or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _courses(results: Iterable[QualityResult]) -> list[list[QualityResult]]:
    """The results of each check, oldest first: checks in trouble before the others, the severe ones before these."""
    by_check: dict[str, list[QualityResult]] = {}
    for result in sorted(results, key=lambda result: result.checked_at):
        by_check.setdefault(result.check_id, []).append(result)
    return sorted(by_check.values(), key=lambda course: _rank(course[-1]))


def _rank(result: QualityResult) -> tuple[bool, bool, int, str]:
    return (
        result.outcome_type == "passed", not quality.is_alarm(result), _ORDER.index(result.severity_type),
        result.check_id,
    )  # fmt: skip


def _told(courses: Sequence[Sequence[QualityResult]]) -> str:
    """All of them in a line."""
    newest = [course[-1] for course in courses]
    kinds = [result.severity_type if result.outcome_type == "failed" else result.outcome_type for result in newest]
    found = [(kind, kinds.count(kind)) for kind in ("broken", *_ORDER, "passed")]
    return ", ".join(f"{count} {kind}" for kind, count in found if count) or "not run yet"


def _checks(courses: Sequence[Sequence[QualityResult]], old: Collection[str]) -> Section:
    """Every check with its newest result and the course of the last ones; of those in ``old``, that it tells nothing of
    the newest load."""
    shown = sorted(courses, key=lambda course: course[-1].outcome_type == "passed" and course[-1].check_id not in old)
    rows = [
        (
            result.check_id,
            result.severity_type,
            result.outcome_type + (_BEFORE if result.check_id in old else ""),
            result.failing_count,
            Outcomes(tuple(one.outcome_type for one in course[-HISTORY:]), result.severity_type),
            "" if result.outcome_type == "passed" else result.message_text.removeprefix(f"{result.check_id}: "),
            "" if result.outcome_type == "passed" else _first_row(result),
        )
        for course in shown
        for result in course[-1:]
    ]
    brief_from = sum(course[-1].outcome_type != "passed" or course[-1].check_id in old for course in shown)
    columns = ("check", "severity", "outcome", "rows", "last_results", "what_to_do", "first_row")
    note = (
        "The newest result of each, with those before it: errors red, warnings orange, notes blue, broken ones violet. "
        "What failed stands first, then what was checked before the newest load; of what passed since, only that."
    )
    return Section("Checks", note, columns, rows, brief_from)


def _first_row(result: QualityResult) -> str:
    row = json.loads(result.sample_rows[0]) if result.sample_rows else {}
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _asked(path: Place, day: date) -> Iterator[Section]:
    from demarche import warehouse

    folder = files("demarche").joinpath("sql", "daily")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        title, note, sql = daily.parse_section(file.read_text(encoding="utf-8"), file.name)
        found = warehouse.query(path, sql, limit=1000, parameters={"day": day.isoformat()})
        rows = [tuple(map(_cell, row)) for row in found.rows]
        yield Section(title, note, found.columns, _with_bars(found.columns, rows))


def _with_bars(columns: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """The rows, with the counts among their cells as parts of the greatest."""
    greatest = [
        max((cell for row in rows if isinstance(cell := row[place], int)), default=0) if name in _WITH_BARS else 0
        for place, name in enumerate(columns)
    ]
    return [
        tuple(
            Part(cell, most) if most and isinstance(cell, int) else cell
            for cell, most in zip(row, greatest, strict=True)
        )
        for row in rows
    ]


def _cell(value: Any) -> Cell:
    if isinstance(value, list | tuple):
        return Course(tuple(float(number) for number in value))
    return value if isinstance(value, str | int | float | date | None) else str(value)
