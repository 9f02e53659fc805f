"""Quality checks over the published warehouse; what they find goes to the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from demarche import quality
from demarche.records import QualityCheck, QualityResult
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake
from demarche.steps.loading import loadable
from demarche.steps.results import StepError, StepResult, log


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
    offered = {}
    if any(quality.looks_at_the_lake(check) for check in chosen):
        offered = {key: partition.input_hash for key, partition in loadable(lake, settings).items()}
    now = datetime.now(UTC)
    results = warehouse.run_checks(settings.warehouse_path, now, checks=chosen, lake_partitions=offered)
    lake.append_journal(QualityResult.table, [result.model_dump() for result in results])
    return results


def check(check_id: str, *, settings: Settings | None = None) -> StepResult:
    """Run one check and keep its result. Raises CheckError when it is of severity error and fails."""
    (result,) = check_all([check_id], settings=settings)
    for line in (result.message_text, *result.sample_rows):
        log.info("%s", line)
    if quality.is_alarm(result):
        raise CheckError(f"{result.message_text} More: docs/runbook.md, 'A check of quality failed'")
    return StepResult("check", None, details={"failing": result.failing_count})


def _known(settings: Settings) -> dict[str, QualityCheck]:
    from demarche import warehouse

    return {check.check_id: check for check in warehouse.load_checks(settings.checks_folder)}
