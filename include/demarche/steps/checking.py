"""Quality checks over the published warehouse; what they find goes to the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from demarche import quality
from demarche.records import QualityCheck, QualityResult
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import STATIONS, open_lake, released
from demarche.steps.loading import loadable
from demarche.steps.results import StepError, StepResult, log
from demarche.storage import Lake

ON_ITS_WAY = timedelta(hours=12)
"""A partition that a station replaced this lately need not be in the warehouse yet."""


class CheckError(StepError):
    """A check of severity error failed, or one could not be run."""


def list_checks(*, settings: Settings | None = None) -> list[str]:
    """The ids of all quality checks: ours, and those of the folder that the settings name."""
    return list(_known(settings or load_settings()))


def check_all(check_ids: Sequence[str], *, settings: Settings | None = None) -> list[QualityResult]:
    """Run checks over the published warehouse and keep the results in the journal. Raises StepError for an unknown
    id."""
    from demarche import warehouse

    settings = settings or load_settings()
    known = _known(settings)
    unknown = sorted(set(check_ids) - set(known))
    if unknown:
        raise StepError(f"no check is called {', '.join(unknown)}; there are: {', '.join(known)}")
    chosen = [known[check_id] for check_id in check_ids]
    lake = open_lake(settings)
    now = datetime.now(UTC)
    offered = _offered(lake, settings, now) if any(map(quality.looks_at_the_lake, chosen)) else {}
    results = warehouse.run_checks(settings.warehouse_path, now, checks=chosen, lake_partitions=offered)
    lake.append_journal(QualityResult.table, [result.model_dump() for result in results])
    return results


def check(check_id: str, *, settings: Settings | None = None) -> StepResult:
    """Run one check and keep its result. Raises CheckError when it is of severity error and fails."""
    (result,) = check_all([check_id], settings=settings)
    for line in (result.message_text, *result.sample_rows):
        log.info("%s", line)
    if quality.is_alarm(result):
        rows = [row if len(row) <= 100 else row[:99] + "…" for row in result.sample_rows[:2]]
        first = f" First rows: {' '.join(rows)}" if rows else ""
        raise CheckError(f"{result.message_text}{first} More: docs/runbook.md, 'A check of quality failed'")
    return StepResult("check", None, details={"failing": result.failing_count})


def _offered(lake: Lake, settings: Settings, now: datetime) -> dict[str, str | None]:
    """By partition the hash of what the lake has for the warehouse: words in its place where a station hasn't taken the
    partition as it is now, None where another hash than the warehouse's may be on its way."""
    from demarche import warehouse

    sql = "SELECT partition_key, input_hash FROM meta.partitions"
    taken = dict(warehouse.query(settings.warehouse_path, sql, limit=10_000_000).rows)
    ready = loadable(lake, settings)
    offered: dict[str, str | None] = {}
    for key in released(lake, settings):
        offered[key] = ready[key].input_hash if key in ready else "not derived"
        if offered[key] != taken.get(key):
            times = filter(None, (lake.manifest_time(station, key) for station in STATIONS))
            if any(now - time < ON_ITS_WAY for time in times):
                offered[key] = None
    return offered


def _known(settings: Settings) -> dict[str, QualityCheck]:
    from demarche import warehouse

    return {check.check_id: check for check in warehouse.load_checks(settings.checks_folder)}
