"""Quality checks over the published warehouse; what they find goes to the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from demarche import quality
from demarche.records import QualityCheck, QualityResult
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import (
    STATIONS,
    is_made_from,
    not_its_lake,
    open_lake,
    released,
    taken_by,
    warehouse_of,
)
from demarche.steps.loading import loadable
from demarche.steps.quarantine import held_back
from demarche.steps.results import StepError, StepResult, log
from demarche.storage import Lake

if TYPE_CHECKING:
    from demarche.warehouse import Overview, Place

ON_ITS_WAY = timedelta(hours=12)
"""A partition that a station replaced this lately need not be in the warehouse yet."""
PATIENCE_SECONDS = 10  # after which a check that still runs is named
HELD_BACK = "held back: "
"""What the ledger's checks are told of a partition in place of its hash begins so."""


class CheckError(StepError):
    """A check of severity error failed, or one could not be run."""


def list_checks(*, settings: Settings | None = None) -> list[str]:
    """The ids of all quality checks: ours, and those of the folder that the settings name."""
    return list(_known(settings or load_settings()))


def check_all(
    check_ids: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    tell: Callable[[QualityCheck, QualityResult], None] = lambda check, result: None,
) -> list[QualityResult]:
    """Run checks, by default all, over the published warehouse, and keep the results in the journal of its lake; each
    is told as soon as it is found. A folder of checks that can't be read is told as broken, whichever are named. Where
    the warehouse's lake isn't the one that the settings name, checks that compare with it are broken, and nothing is
    kept. Raises StepError for an unknown id."""
    from demarche import warehouse

    settings = settings or load_settings()
    known = _known(settings)
    unread = [name for name in known if name == warehouse.CHECKS_FOLDER]
    return _run_all(list(dict.fromkeys([*check_ids, *unread] if check_ids else known)), known, settings, tell)


def _run_all(
    check_ids: Sequence[str],
    known: Mapping[str, QualityCheck],
    settings: Settings,
    tell: Callable[[QualityCheck, QualityResult], None] = lambda check, result: None,
) -> list[QualityResult]:
    from demarche import warehouse

    unknown = sorted(set(check_ids) - set(known))
    if unknown:
        raise StepError(f"no check is called {', '.join(unknown)}; there are: {', '.join(known)}")
    path, now = warehouse_of(settings), datetime.now(UTC)
    lake, state = open_lake(settings), warehouse.overview(path)
    if state.is_older:
        log.warning("%s: %s", path, warehouse.OLDER)
    taken = taken_by(path)
    is_its_lake = is_made_from(taken, lake)
    offered: dict[str, str | None] | None = None
    results = []
    for one in map(known.__getitem__, check_ids):
        if not quality.looks_at_the_lake(one):
            result = _run(path, one, now, state, None, settings)
        elif taken and not is_its_lake:
            result = quality.broken(one, not_its_lake(lake, path), checked_at=now)
        else:
            offered = _offered(lake, settings, taken, now) if offered is None else offered
            result = _run(path, one, now, state, offered, settings)
        tell(one, result)
        results.append(result)
    if is_its_lake:
        lake.append_journal(QualityResult.table, [result.model_dump() for result in results])
    return results


def _run(
    path: Place,
    check: QualityCheck,
    now: datetime,
    state: Overview,
    offered: Mapping[str, str | None] | None,
    settings: Settings,
) -> QualityResult:
    """What a check finds; one that takes long is named while it runs."""
    from demarche import warehouse

    bound = settings.check_seconds
    said = "%s is still running; after %g s it is ended (DEMARCHE_CHECK_SECONDS)"
    waiting = threading.Timer(PATIENCE_SECONDS, log.warning, (said, check.check_id, bound))
    waiting.daemon = True
    waiting.start()
    try:
        return warehouse.run_check(path, check, now, state, offered, timeout_seconds=bound)
    finally:
        waiting.cancel()


def check(check_id: str, *, settings: Settings | None = None) -> StepResult:
    """Run one check and keep its result. Raises CheckError when it is of severity error and fails."""
    settings = settings or load_settings()
    (result,) = _run_all([check_id], _known(settings), settings)
    for line in (result.message_text, *result.sample_rows):
        log.info("%s", line)
    if quality.is_alarm(result):
        rows = [row if len(row) <= 100 else row[:99] + "…" for row in result.sample_rows[:2]]
        said, dash, advice = result.message_text.partition(" — ")
        head = ", ".join(filter(None, (said, _since(result, settings), f"first {' '.join(rows)}" if rows else "")))
        raise CheckError(f"{head}{dash}{advice} More: docs/runbook.md, 'A check of quality failed'")
    return StepResult("check", None, details={"failing": result.failing_count})


def _since(result: QualityResult, settings: Settings) -> str:
    """Since when a check has failed each time, where that is longer than today."""
    rows = [row for row in open_lake(settings).journal(QualityResult.table) if row["check_id"] == result.check_id]
    course = sorted(map(QualityResult.model_validate, rows), key=lambda one: one.checked_at, reverse=True)
    failed = list(takewhile(lambda one: one.outcome_type != "passed", course))
    first = min([result, *failed], key=lambda one: one.checked_at).checked_at.date()
    return f"since {first}" if first < result.checked_at.date() else ""


def _offered(lake: Lake, settings: Settings, taken: Mapping[str, str], now: datetime) -> dict[str, str | None]:
    """By partition the hash of what the lake has for the warehouse: words in its place where a station hasn't taken the
    partition as it is now, or it is held back (`HELD_BACK` and why), None where another hash than the warehouse's may
    be on its way."""
    ready = loadable(lake, settings)
    held = held_back(settings=settings)
    offered: dict[str, str | None] = {key: f"{HELD_BACK}{why}" for key, why in held.items()}
    for key in released(lake, settings).keys() - held.keys():
        offered[key] = ready[key].input_hash if key in ready else "not derived"
        if offered[key] != taken.get(key):
            times = filter(None, (lake.manifest_time(station, key) for station in STATIONS))
            if any(now - time < ON_ITS_WAY for time in times):
                offered[key] = None
    return offered


def _known(settings: Settings) -> dict[str, QualityCheck]:
    from demarche import warehouse

    return {check.check_id: check for check in warehouse.load_checks(settings.checks_folder)}
